"""`espalier compare`: two real builds and stored reports, what their images say, gates, every form, and bad input."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from conftest import Espalier
from devtools import CHROMIUM, browser

from espalier.command.compare import compare
from espalier.command.schema import schema
from espalier.row_images import ImageAnswers, packed

pytestmark = pytest.mark.xdist_group("end_to_end")
Built = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def pair(built: Built, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The digits build, and another of 12 more wrong images, a larger model, more RAM, another threshold and an operator less."""
    folder = tmp_path_factory.mktemp("pair")
    report = json.loads((built[0] / "report.json").read_text())
    images = report["by_image"]
    answers = ImageAnswers(**{key: tuple(value) if isinstance(value, list) else value for key, value in images.items()})
    right = answers.hits()
    assert right is not None
    hit = np.flatnonzero(right)[:12]
    for place in hit:
        images["answers"][place] = (images["answers"][place] + 1) % len(images["words"])
    right[hit] = False
    images["right"] = packed(right)
    report["version"] = "1.1.0"
    report["quantize"]["bytes"] += 1000
    report["quantize"]["uses"][0]["count"] -= 1
    report["memory"]["arena_bytes"]["cortex-m4"] += 512
    for row in report["latency"]:
        row["median_us"] *= 3
    (folder / "report.json").write_text(json.dumps(report))
    return built[0], folder / "report.json"


def test_the_same_images_are_paired_and_what_changed_is_told(espalier: Espalier, pair: tuple[Path, Path]) -> None:
    done = espalier("compare", *pair, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(schema("compare")))
    paired = found["accuracy"]
    assert paired["n"] == 540 and (paired["lost"], paired["won"]) == (12, 0)
    assert paired["points"] == pytest.approx(100 * 12 / 540) and paired["p_value"] == pytest.approx(2 / 2**12)
    assert not paired["noise"] and paired["interval"][0] > 0
    figures = {figure["name"]: figure for figure in found["figures"]}
    assert figures["int8 model"]["change"] == 1000 and figures["int8 model"]["worse"]
    assert figures["cortex-m4 RAM"]["change"] == 512
    assert figures["litert, 1 thread"]["b"] == pytest.approx(3 * figures["litert, 1 thread"]["a"])
    assert sum(use["count"] for use in found["operators_lost"]) == 1 and not found["operators_gained"]
    lost = [row for row in found["flips"] if row["a_right"] and not row["b_right"]]
    assert len(lost) == 12 and all(row["a"] != row["b"] and row["image"].endswith(".png") for row in lost)


def test_a_build_against_itself_differs_in_nothing(built: Built) -> None:
    found = compare(built[0], built[0] / "report.json")
    assert found.accuracy is not None and found.accuracy.lost == found.accuracy.won == 0 and not found.flips
    assert not [figure for figure in found.figures if figure.change] and not found.changes and not found.operators_lost


@pytest.mark.parametrize(
    ("gate", "code", "said"),
    [
        (("--max-growth-bytes", "999"), 5, r"max-growth-bytes: the int8 model grew by \+1,000 bytes"),
        (("--max-growth-bytes", "1000"), 0, ""),
        (("--max-accuracy-loss", "1"), 5, r"b loses 2\.22 points .*95 % interval .*McNemar p = 0\.000488"),
        (("--max-accuracy-loss", "3"), 0, ""),
    ],
)
def test_a_gate_on_a_difference_ends_with_five(
    espalier: Espalier, pair: tuple[Path, Path], gate: tuple[str, str], code: int, said: str
) -> None:
    done = espalier("compare", *pair, *gate)
    assert done.returncode == code and re.search(said, done.stderr), done.stderr
    assert ("failed" in done.stdout.splitlines()[0]) is bool(code), "the first line is the verdict"


def test_a_loss_within_noise_is_said_to_be_so(built: Built, tmp_path: Path) -> None:
    other = _spoiled(built, tmp_path, lambda report: _flip(report, 2))
    found = compare(built[0], other, max_accuracy_loss=0.1)
    assert found.accuracy is not None and found.accuracy.noise and not found.gates[0].passed
    assert "within noise" in found.gates[0].why


def _flip(report: dict[str, Any], count: int) -> None:
    images = report["by_image"]
    answers = ImageAnswers(what=images["what"], n=images["n"], right=images["right"])
    right = answers.hits()
    assert right is not None
    right[np.flatnonzero(right)[:count]] = False
    images["right"] = packed(right)


def _spoiled(built: Built, folder: Path, spoil: Callable[[dict[str, Any]], None]) -> Path:
    report = json.loads((built[0] / "report.json").read_text())
    spoil(report)
    path = folder / "report.json"
    path.write_text(json.dumps(report))
    return path


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda r: r["by_image"].update(digests="0" * len(r["by_image"]["digests"])), "the evaluation images are others"),
        (lambda r: r["by_image"].update(labels=["nought", *r["by_image"]["labels"][1:]]), "the labels are others: 0, nought"),
        (lambda r: r["by_image"].update(labels=r["by_image"]["labels"][::-1]), "the same in another order"),
        (lambda r: r.pop("by_image"), "does not hold the answers"),
        (lambda r: [row.update(cpu="another") for row in r["latency"]], "latency cannot be compared"),
        (lambda r: r["quantize"].pop("uses"), "operators cannot be compared"),
    ],
)
def test_what_cannot_be_compared_is_said_and_the_rest_is(built: Built, tmp_path: Path, spoil: Any, said: str) -> None:
    found = compare(built[0], _spoiled(built, tmp_path, spoil), max_accuracy_loss=5)
    assert [note for note in found.notes if said in note], found.notes
    assert [figure for figure in found.figures if figure.name == "int8 model" and figure.change == 0]
    paired = "latency" in said or "operators" in said
    assert (found.accuracy is not None) is paired and found.gates[0].passed is paired, "what cannot be measured fails its gate"


def test_images_in_both_sets_alone_are_paired(built: Built, tmp_path: Path) -> None:
    def fewer(report: dict[str, Any]) -> None:
        images = report["by_image"]
        answers = ImageAnswers(what=images["what"], n=images["n"], right=images["right"])
        right = answers.hits()
        assert right is not None
        images.update(
            n=500, names=images["names"][40:], digests=images["digests"][40 * 12 :], answers=images["answers"][40:],
            right=packed(right[40:]),
        )  # fmt: skip

    found = compare(built[0], _spoiled(built, tmp_path, fewer))
    assert found.accuracy is not None and found.accuracy.n == 500 and "500 images are in both sets" in found.notes[0]


def test_bundles_are_compared_by_their_manifests(built: Built, tmp_path: Path) -> None:
    here = compare(built[0] / "cortex-m4", built[0] / "raspberry-pi-4")
    assert here.accuracy is not None, "the reports of their builds lie beside them"
    shutil.copytree(built[0] / "cortex-m4", tmp_path / "cortex-m4")
    alone = compare(tmp_path / "cortex-m4", built[0])
    assert alone.accuracy is None and any("a bundle without its build" in note for note in alone.notes)
    figures = {figure.name: figure for figure in alone.figures}
    assert figures["accuracy int8"].change == pytest.approx(0) and figures["cortex-m4 RAM"].change == 0


def test_manifests_that_differ_are_listed_key_by_key(
    espalier: Espalier, built: Built, digits: Path, tmp_path: Path
) -> None:
    """Another build of the same recipe with another threshold."""
    shutil.copytree(digits, tmp_path / "digits", symlinks=True)
    recipe = tmp_path / "digits/recipe.toml"
    recipe.write_text(recipe.read_text().replace("threshold = 0.7", "threshold = 0.9"))
    done = espalier("build", recipe, "--out", tmp_path / "dist", "--tools", "none", "--quiet")
    assert done.returncode == 0, done.stderr
    found = compare(built[0], tmp_path / "dist/digits-1.0.0")
    assert {change.target for change in found.changes} == {"android-arm64", "cortex-m4", "raspberry-pi-4"}
    changed = {change.key: (change.a, change.b) for change in found.changes}
    assert changed["threshold"] == ("0.7", "0.9") and found.accuracy is not None and not found.flips


def test_the_table_fits_terminals_of_every_width(pair: tuple[Path, Path]) -> None:
    for width in (60, 80, 120):
        lines = in_terminal(width, "compare", *map(str, pair), "--max-accuracy-loss", "1")
        assert max(map(len, lines)) <= width, [line for line in lines if len(line) > width]
        assert lines[0].startswith("1 of 1 gates failed: max-accuracy-loss")
        assert len(lines) < 75


def in_terminal(width: int, *arguments: str) -> list[str]:
    """What a command writes to a terminal of so many columns."""
    import fcntl
    import struct
    import termios

    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "espalier", *arguments]
    running = subprocess.Popen(command, stdout=side, stderr=subprocess.DEVNULL, env={**environment, "TERM": "xterm"})
    os.close(side)
    data = b""
    while select.select([main], [], [], 60)[0]:
        try:
            data += os.read(main, 1 << 16)
        except OSError:
            break
    running.wait(30)
    os.close(main)
    return re.sub(r"\x1b\[[0-9;]*m", "", data.decode()).replace("\r", "").rstrip("\n").split("\n")


def test_markdown_is_for_a_pull_request_and_escapes_what_strangers_wrote(
    espalier: Espalier, built: Built, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    text = espalier("compare", *pair, "--markdown").stdout
    assert text.startswith("**b loses 2.22 points") and "| int8 model, bytes |" in text and "12 images flipped" in text

    def hostile(report: dict[str, Any]) -> None:
        _flip(report, 1)
        report["by_image"]["names"] = ["<script>|x|`" for _ in report["by_image"]["names"]]

    text = espalier("compare", built[0], _spoiled(built, tmp_path, hostile), "--markdown", "--html", tmp_path / "c.html").stdout
    assert "<script>" not in text and "&lt;script&gt;" in text
    page = (tmp_path / "c.html").read_text()
    assert "<script>|" not in page and "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=.?https?:|url\(", page), "it asks for nothing"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("nothing", 2, "does not exist"),
        ("empty", 2, "is nothing that a build leaves"),
        ("broken.json", 2, "is no report of a build"),
        ("other.json", 2, "espalier-report/9"),
    ],
)
def test_what_no_build_left_is_refused_in_three_parts(
    espalier: Espalier, built: Built, tmp_path: Path, given: str, code: int, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.json").write_text('{"format": ')
    (tmp_path / "other.json").write_text('{"format": "espalier-report/9", "name": "a", "version": "1"}')
    done = espalier("compare", built[0], tmp_path / given)
    assert done.returncode == code and said in done.stderr and "next: " in done.stderr and not done.stdout


def test_it_takes_two_seconds_at_most(espalier: Espalier, pair: tuple[Path, Path]) -> None:
    espalier("compare", *pair)
    started = os.times()
    began = time.monotonic()
    espalier("compare", *pair)
    used = os.times()
    cpu = used.children_user + used.children_system - started.children_user - started.children_system
    assert cpu < 2, f"{cpu:.2f} s of CPU, {time.monotonic() - began:.2f} s"


@pytest.mark.sweep
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_page_reads_well_on_a_desk_and_a_phone(espalier: Espalier, pair: tuple[Path, Path], tmp_path: Path) -> None:
    page = tmp_path / "compare.html"
    espalier("compare", *pair, "--html", page, "--max-accuracy-loss", "1")
    with browser() as tab:
        for width, scheme in ((1400, "light"), (390, "dark")):
            tab.prefer(scheme)
            tab.open(page.as_uri(), width)
            assert tab.js("document.querySelector('.status').textContent") == "failed"
            assert tab.js("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
            assert len(tab.screenshot()) > 10_000
        assert tab.requests == [page.as_uri()] * 2 and not tab.errors
