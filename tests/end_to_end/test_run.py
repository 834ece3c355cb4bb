"""`espalier run` as its users use it: every kind of thing that it takes, what it says, and what it says of bad input."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from conftest import Espalier
from devtools import CHROMIUM, browser

from espalier.command.schema import schema

pytestmark = pytest.mark.xdist_group("end_to_end")
Built = tuple[Path, dict[str, Any]]


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def threes(digits: Path) -> list[Path]:
    return sorted((digits / "images/evaluation/3").iterdir())[:6]


def test_an_output_folder_answers_with_int8_and_float(espalier: Espalier, built: Built, threes: list[Path]) -> None:
    done = espalier("run", built[0], *threes, "--float", "--json")
    assert done.returncode == 0, done.stderr
    rows = rows_of(done.stdout)
    for row in rows:
        jsonschema.validate(row, json.loads(schema("run")))
    assert [row["image"] for row in rows] == [str(path) for path in threes]
    assert {row["answer"]["decision"] for row in rows} == {"3"} and {row["float"]["label"] for row in rows} == {"3"}
    assert all(row["model_ms"] > 0 and row["prepare_ms"] > 0 and row["width"] == 8 for row in rows)
    assert re.search(r"6 images; median of one: decode .* ms, prepare .* ms, model .* ms, float model .* ms", done.stderr)


def test_every_bundle_of_a_build_says_what_the_device_was_proven_to_say(
    espalier: Espalier, built: Built, threes: list[Path]
) -> None:
    said = {}
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        done = espalier("run", built[0] / target, *threes, "--json")
        assert done.returncode == 0, done.stderr
        said[target] = [row["answer"] for row in rows_of(done.stdout)]
    assert said["android-arm64"] == said["raspberry-pi-4"] == said["cortex-m4"]
    golden = json.loads((built[0] / "cortex-m4/golden/golden.json").read_text())
    assert len(said["cortex-m4"][0]["outputs"]) == golden["classes"]


def test_golden_vectors_come_out_as_recorded(espalier: Espalier, built: Built, tmp_path: Path) -> None:
    """At the model's own size the contract changes nothing, so that a golden vector as a picture gives its golden bytes."""
    from PIL import Image

    golden = json.loads((built[0] / "raspberry-pi-4/golden/golden.json").read_text())
    for row in golden["vectors"]:
        pixels = np.fromfile(built[0] / "raspberry-pi-4/golden" / row["pixels"], np.uint8).reshape(golden["shape"][:2])
        Image.fromarray(pixels).save(tmp_path / f"{row['name'].replace('/', '-').removesuffix('.png')}.png")
    rows = rows_of(espalier("run", built[0] / "raspberry-pi-4", tmp_path, "--json").stdout)
    answers = {Path(row["image"]).stem: bytes(row["answer"]["outputs"]) for row in rows}
    for row in golden["vectors"]:
        known = {bytes((byte + 128) & 255 for byte in bytes.fromhex(text)) for text in row["outputs"].values()}
        assert answers[row["name"].replace("/", "-").removesuffix(".png")] in known


def test_a_recipe_is_its_last_build(espalier: Espalier, built: Built, digits: Path, threes: list[Path], tmp_path: Path) -> None:
    (tmp_path / "dist").symlink_to(built[0].parent)
    done = espalier("run", digits / "recipe.toml", threes[0], "--time", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r".*\t3\t0\.\d{4}\tprepare [\d.]+ ms, model [\d.]+ ms\n", done.stdout)
    none = espalier("run", digits / "recipe.toml", threes[0], cwd=threes[0].parent)
    assert none.returncode == 2 and "was not built" in none.stderr and "espalier build" in none.stderr


def test_a_model_file_takes_the_contract_of_its_metadata_bundle_or_recipe(
    espalier: Espalier, built: Built, digits: Path, threes: list[Path]
) -> None:
    models = {kind: built[0] / f"model/digits_{kind}.tflite" for kind in ("uint8", "int8", "float")}
    wanted = rows_of(espalier("run", built[0], threes[0], "--json").stdout)[0]["answer"]["outputs"]
    told = espalier("run", models["uint8"], threes[0], "--json")
    assert rows_of(told.stdout)[0]["answer"]["outputs"] == wanted, "the labels in its metadata make it a classifier"
    plain = espalier("run", models["int8"], threes[0], "--json")
    assert "is guessed" in plain.stderr and rows_of(plain.stdout)[0]["answer"]["values"], "without labels its values are told"
    for contract in (built[0] / "cortex-m4", digits / "recipe.toml"):
        done = espalier("run", models["int8"], threes[0], "--contract", contract, "--json", cwd=threes[0].parent)
        assert rows_of(done.stdout)[0]["answer"]["outputs"] == wanted, done.stderr
    floating = espalier("run", models["float"], threes[0], "--contract", built[0], "--json")
    assert rows_of(floating.stdout)[0]["answer"]["label"] == "3"


def test_below_the_threshold_the_answer_is_review(espalier: Espalier, built: Built, threes: list[Path]) -> None:
    done = espalier("run", built[0], threes[0], "--threshold", "1", "--json")
    assert rows_of(done.stdout)[0]["answer"]["decision"] == "review"


def test_a_broken_picture_is_named_and_the_others_are_answered(
    espalier: Espalier, built: Built, threes: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(threes[0].read_bytes()[:60])
    done = espalier("run", built[0], bad, threes[0], "--json", "--quiet")
    rows = rows_of(done.stdout)
    assert done.returncode == 3 and "damaged" in rows[0]["problem"] and rows[1]["answer"]["label"] == "3"
    assert re.match(r"error: 1 of 2 images cannot be read: .*bad\.png: .*\n  supported: .*PNG.*\n  next: .*\n$", done.stderr)


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), 2, "is no bundle"),
        (lambda folder: swap(folder / "manifest.json", b"espalier-bundle/1", b"espalier-bundle/9"), 6, "espalier-bundle/9"),
        (lambda folder: swap(folder / "manifest.json", b'"espalier": "0.1.0"', b'"espalier": "9.9.9"'), 6, "Espalier 9.9.9"),
        (lambda folder: (folder / "README.md").write_text("other"), 6, "README.md"),
        (lambda folder: shutil.rmtree(folder), 2, "does not exist"),
    ],
)
def test_what_is_no_sound_bundle_is_refused_in_three_parts(
    espalier: Espalier, built: Built, threes: list[Path], tmp_path: Path, spoil: Any, code: int, said: str
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(built[0] / "raspberry-pi-4", bundle)
    spoil(bundle)
    done = espalier("run", bundle, threes[0])
    assert done.returncode == code and said in done.stderr and "next: " in done.stderr and "Traceback" not in done.stderr


def swap(path: Path, before: bytes, after: bytes) -> None:
    assert before in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(before, after))


def test_c_without_its_build_cannot_run(espalier: Espalier, built: Built, threes: list[Path], tmp_path: Path) -> None:
    shutil.copytree(built[0] / "cortex-m4", tmp_path / "cortex-m4")
    done = espalier("run", tmp_path / "cortex-m4", threes[0])
    assert done.returncode == 4 and "holds C and no .tflite" in done.stderr


def test_sources_that_are_not_there_are_named(espalier: Espalier, built: Built, threes: list[Path], tmp_path: Path) -> None:
    for arguments, code, said in (
        ((), 2, "nothing to run it on"),
        ((tmp_path / "none.png",), 2, "there is no image"),
        ((tmp_path,), 3, "there is no image in"),
        ((threes[0], "--camera"), 2, "several sources"),
        ((threes[0], "--out", tmp_path / "drawn"), 2, "nothing to draw"),
        (("--video", tmp_path / "none.mp4"), 2, "there is no video"),
        (("--camera", "/dev/video-none"), 7, "camera" if has_av() else "package av"),
    ):
        done = espalier("run", built[0], *arguments)
        assert done.returncode == code and said in done.stderr and "next: " in done.stderr, done.stderr


def has_av() -> bool:
    import importlib.util

    return importlib.util.find_spec("av") is not None


@pytest.mark.skipif(not has_av(), reason="needs the package av")
def test_the_frames_of_a_video_are_answered(espalier: Espalier, built: Built, threes: list[Path], tmp_path: Path) -> None:
    import av
    from PIL import Image

    with av.open(str(tmp_path / "threes.avi"), "w") as out:
        stream = out.add_stream("mjpeg", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuvj420p"
        for path in threes:
            picture = Image.open(path).convert("RGB").resize((64, 64))
            for packet in stream.encode(av.VideoFrame.from_image(picture)):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    video = ("run", built[0], "--video", tmp_path / "threes.avi", "--json")
    rows = rows_of(espalier(*video).stdout)
    assert [row["image"] for row in rows] == [f"frame-{number}" for number in range(1, 7)]
    assert {row["answer"]["label"] for row in rows} == {"3"}
    some = rows_of(espalier(*video, "--every", "2", "--frames", "2").stdout)
    assert [row["image"] for row in some] == ["frame-2", "frame-4"]
    (tmp_path / "no.mp4").write_bytes(b"no video")
    done = espalier("run", built[0], "--video", tmp_path / "no.mp4")
    assert done.returncode == 3 and "is no video" in done.stderr


@contextmanager
def served(what: Path, store: Path, *arguments: str) -> Iterator[str]:
    """The address of the page of `espalier run WHAT --serve`."""
    command = [sys.executable, "-m", "espalier", "run", str(what), "--serve", *arguments]
    environment = {**os.environ, "ESPALIER_STORE": str(store)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment) as running:
        assert running.stdout is not None
        assert select.select([running.stdout], [], [], 120)[0]
        try:
            yield running.stdout.readline().strip()
        finally:
            running.send_signal(2)
            assert running.wait(30) == 0


def ask(url: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=data, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as got:
            assert "default-src 'none'" in got.headers["Content-Security-Policy"]
            return got.status, got.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()


def test_the_page_answers_its_own_address_on_this_machine_only(built: Built, store: Path, threes: list[Path]) -> None:
    picture = threes[0].read_bytes()
    with served(built[0], store) as url:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", url)
        code, answer = ask(f"{url}answer?name=three.png", picture)
        row = json.loads(answer)["row"]
        assert code == 200 and row["answer"]["label"] == row["float"]["label"] == "3" and row["image"] == "three.png"
        assert json.loads(answer)["input"].startswith("data:image/png;base64,")
        assert ask(url)[0] == 200
        assert ask(url, Host="evil.example")[0] == 403
        assert ask(f"{url}answer", picture, Origin="http://evil.example")[0] == 403
        port = url.split("/")[2]
        assert ask(f"http://{port}/")[0] == ask(f"http://{port}/{'x' * 32}/")[0] == ask(f"{url}../x")[0] == 404
        code, answer = ask(f"{url}answer?name=%3Cb%3E", b"no picture")
        assert code == 400 and "not an image" in json.loads(answer)["error"]
        assert ask(f"{url}answer", b"")[0] == 413


@pytest.mark.sweep
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_picture_is_dropped_on_the_page(built: Built, store: Path, threes: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    with served(built[0], store) as url, browser() as tab:
        for width, scheme in ((1400, "light"), (390, "dark")):
            tab.prefer(scheme)
            tab.open(url, width)
            assert tab.js("document.getElementById('result').hidden")
            tab.drop("#drop", threes[0])
            tab.until("!document.getElementById('result').hidden")
            assert tab.js("[...document.querySelectorAll('.side h2')].map(e => e.textContent).join()") == "int8,float"
            assert tab.js("[...document.querySelectorAll('.answer')].map(e => e.textContent).join()") == "3,3"
            tab.until("document.getElementById('input').naturalWidth === 16")
            assert "Both models say the same." in tab.js("document.getElementById('times').textContent")
            assert tab.js("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the page"
            assert len(tab.screenshot()) > 10_000
        tab.choose("#file", bad)
        tab.until("document.getElementById('status').textContent.includes('not an image')")
        assert tab.js("document.getElementById('result').hidden")
        own = url.rsplit("/", 2)[0]
        assert all(asked.startswith((own, "data:")) for asked in tab.requests), tab.requests
        assert not [text for text in tab.errors if "400" not in text], tab.errors
