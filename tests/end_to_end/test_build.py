"""The main job as a user runs it: one recipe, three targets, every promise of the README."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from runtimes_here import RUNTIMES

from espalier.command.schema import schema

pytestmark = pytest.mark.xdist_group("end_to_end")

Built = tuple[Path, dict[str, Any]]
README = Path(__file__).parents[2] / "README.md"
TARGETS = ("android-arm64", "raspberry-pi-4", "cortex-m4")


def digests(folder: Path, *parts: str) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for part in parts or ("",)
        for p in sorted((folder / part).rglob("*"))
        if p.is_file()
    }


def edited(digits: Path, tmp_path: Path, old: str, new: str, *, pruned: bool = True) -> Path:
    """A copy of the recipe beside the images, with one text replaced, and without its [prune] table where that says nothing."""
    folder = tmp_path / "job"
    folder.mkdir()
    for name in ("labels.txt", "model.keras", "images"):
        (folder / name).symlink_to(digits / name) if name != "images" else shutil.copytree(
            digits / name, folder / name
        )
    text = (digits / "recipe.toml").read_text()
    assert old in text
    text = text.replace(old, new, 1)
    if not pruned:
        text = text[: text.index("[prune]")] + text[text.index("[decision]") :]
    (folder / "recipe.toml").write_text(text)
    return folder / "recipe.toml"


def test_the_readme_shows_what_the_example_prints(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    """Line by line by its label; what depends on the program's shape alone, not on the machine or the epochs, exactly."""
    (shown,) = re.findall(r"```\n(digits 1\.0\.0: .*?)```", README.read_text("utf-8"), re.DOTALL)
    printed = espalier("build", digits / "recipe.toml", "--out", tmp_path).stdout

    def labels(text: str) -> list[str]:
        return [line[:12].strip() for line in text.splitlines() if line.startswith("  ") and line[2] != " "]

    known = [label for label in labels(shown) if label != "warning"]
    assert [label for label in labels(printed) if label != "warning"] == known
    for pattern in (r"arena +cortex-m4: [\d,]+ bytes", r"cortex-m4\.ram-bytes: .*", r"MACs -[\d.]+ % \([\d,]+\)"):
        assert re.search(pattern, printed)[0] == re.search(pattern, shown)[0]  # type: ignore[index]
    counted = [int(re.search(r"([\d,]+) instructions, exact", text)[1].replace(",", "")) for text in (printed, shown)]  # type: ignore[index]
    assert abs(counted[0] / counted[1] - 1) < 0.01


def test_one_command_leaves_reports_models_and_a_bundle_per_target(built: Built) -> None:
    folder, report = built
    assert report["status"] == "passed"
    assert {p.name for p in folder.iterdir()} == {
        "report.json",
        "report.html",
        "junit.xml",
        "summary.md",
        "model",
        *TARGETS,
    }
    assert {p.name for p in (folder / "model").iterdir()} == {
        "digits_float.tflite",
        "digits_int8.tflite",
        "digits_uint8.tflite",
    }
    assert json.loads((folder / "report.json").read_text()) == report
    assert [b["target"] for b in report["bundles"]] == list(TARGETS)
    for target in TARGETS:
        assert (folder / target / "manifest.json").is_file()
        assert (folder / target / "golden" / "golden.json").is_file()


def test_the_report_holds_measured_figures(built: Built) -> None:
    _, report = built
    assert report["quantize"]["operators"] == {
        "float": 0,
        "int8": report["quantize"]["operators"]["int8"],
        "int16": 0,
    }
    assert report["quantize"]["operators"]["int8"] > 5
    assert report["model"]["output"].startswith("logits")
    accuracy = report["accuracy"]
    assert accuracy["n"] == 540 and accuracy["int8"]["top1"] > 0.9
    assert accuracy["interval"][0] <= accuracy["drop_points"] <= accuracy["interval"][1]
    assert sum(map(sum, accuracy["confusion"])) == 540
    assert report["preprocessing"][0] | {"top1": 1.0} == {"name": "as declared", "top1": 1.0, "n": 200}
    assert report["prune"]["macs_after"] <= 0.7 * report["prune"]["macs_before"]
    assert report["prune"]["bytes_after"] < report["prune"]["bytes_before"]
    runtimes = {(r["runtime"], r["variant"], r["threads"]) for r in report["latency"]}
    assert {("litert", "float", 1), *((name, "int8", 1) for name in RUNTIMES)} <= runtimes
    assert all(0 < r["median_us"] <= r["p99_us"] and r["n"] >= 20 and r["cpu"] for r in report["latency"])
    assert all(check["result"] in ("passed", "not run") for check in report["checks"])
    assert any(check["result"] == "passed" for check in report["checks"])


def test_the_report_says_what_happened_where_bytes_and_instructions_go_and_how_to_build_it_again(
    built: Built,
) -> None:
    folder, report = built
    page = (folder / "report.html").read_text()
    assert report["verdict"]["text"].startswith("digits 1.0.0 is ready for ") and report["verdict"]["next"]
    nodes, (program,) = report["network"]["nodes"], report["emulated"]
    assert len(nodes) == report["quantize"]["operators"]["int8"] and 'id="op0"' in page
    counted = sum(node["instructions"].get("cortex-m4", 0) for node in nodes)
    assert 0.9 * program["instructions"] < counted <= program["instructions"]
    assert {row["by"] for row in report["accuracy"]["slices"]} >= {"brightness", "contrast"} and "darkest third" in page
    assert sum(row["int8"] for row in report["accuracy"]["decision"]["histogram"]) == report["accuracy"]["n"]
    assert report["source"]["recipe"].startswith("# Handwritten digits") and "espalier build" in report["source"]["commands"][0]
    assert str(folder.parent) not in page  # no path of this machine


def test_the_microcontrollers_arena_is_explained_and_its_layers_carry_keras_names(built: Built) -> None:
    folder, report = built
    (arena,) = report["memory"]["arenas"]
    assert arena["target"] == "cortex-m4"
    assert arena["peak"]["arena_bytes"] == report["memory"]["arena_bytes"]["cortex-m4"]
    assert (folder / "report.html").read_text().count('role="img"') >= 3  # the interval, precision against coverage, the arena
    program = (folder / "cortex-m4" / "digits_model" / "src" / "digits.c").read_text()
    assert "/* add add1 */" in program and "/* max_pool_2d down2 */" in program


def test_nothing_changed_means_everything_is_reused_and_bytes_are_equal(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    folder, _ = built
    done = espalier("build", digits / "recipe.toml", "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    stages = {s["name"]: s["reused"] for s in json.loads(done.stdout)["stages"]}
    assert all(
        stages[name]
        for name in ("images", "load", "prune", "quantize", "evaluate", "benchmark", "prove", "bundle")
    )
    assert digests(tmp_path / "digits-1.0.0", "model", *TARGETS) == digests(folder, "model", *TARGETS)


def test_a_build_from_nothing_gives_the_same_bytes(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    folder, _ = built
    done = espalier(
        "build",
        digits / "recipe.toml",
        "--out",
        tmp_path / "out",
        ESPALIER_STORE=str(tmp_path / "store"),
        PYTHONHASHSEED="7",
        TZ="Asia/Tokyo",
        LC_ALL="C",
    )
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "out" / "digits-1.0.0", "model", *TARGETS) == digests(folder, "model", *TARGETS)


def test_stdout_is_the_result_only_and_libraries_are_silent(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    done = espalier("build", digits / "recipe.toml", "--out", tmp_path)
    assert done.stdout.startswith("digits 1.0.0: passed\n")
    for word in ("oneDNN", "cuda", "WARNING", "absl", "Traceback", "XNNPACK delegate for CPU"):
        assert word not in done.stdout + done.stderr
    quiet = espalier("build", digits / "recipe.toml", "--out", tmp_path, "--quiet")
    assert quiet.stderr == ""


@pytest.mark.parametrize(
    ("old", "new", "gate"),
    [
        ("max-model-bytes = 60_000", "max-model-bytes = 1000", "budgets.max-model-bytes"),
        ("max-model-bytes = 60_000", "max-macs = 1000", "budgets.max-macs"),
        ("max-model-bytes = 60_000", "max-latency-us = { litert = 0.5 }", "budgets.max-latency-us.litert"),
        ("min-class-recall = 0.85", "min-class-recall = 1.0", "budgets.min-class-recall"),
    ],
)
def test_a_failed_gate_ends_with_5_names_the_figure_and_leaves_no_bundle(
    espalier: Any, digits: Path, built: Built, tmp_path: Path, old: str, new: str, gate: str
) -> None:
    done = espalier("build", edited(digits, tmp_path, old, new), "--out", tmp_path / "out")
    assert done.returncode == 5, done.stderr
    assert gate in done.stderr
    folder = tmp_path / "out" / "digits-1.0.0"
    assert {p.name for p in folder.iterdir()} == {"report.json", "report.html", "junit.xml", "summary.md"}
    report = json.loads((folder / "report.json").read_text())
    assert report["status"] == "failed" and report["bundles"] == []
    assert [g["passed"] for g in report["gates"] if g["name"] == gate] == [False]


def test_a_microcontroller_that_does_not_fit_withholds_itself_and_what_was_tried_is_told(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    recipe = edited(digits, tmp_path, "max-model-bytes = 60_000", "max-arena-bytes = 10")
    done = espalier("build", recipe, "--out", tmp_path / "out")
    assert done.returncode == 5, done.stderr
    for part in ("budgets.max-arena-bytes", "which holds", "What helps: no optimize fits (speed: ", "; flash: "):
        assert part in done.stderr, part
    folder = tmp_path / "out" / "digits-1.0.0"
    report = json.loads((folder / "report.json").read_text())
    assert report["status"] == "failed"
    assert [b["target"] for b in report["bundles"]] == ["android-arm64", "raspberry-pi-4"]
    assert [w["target"] for w in report["withheld"]] == ["cortex-m4"]
    assert digests(folder, "android-arm64", "raspberry-pi-4") == digests(
        built[0], "android-arm64", "raspberry-pi-4"
    )
    assert not (folder / "cortex-m4").exists()
    tried = report["modes"]["cortex-m4"]
    assert [m["optimize"] for m in tried] == ["speed", "ram", "flash"]
    assert all(m["flash_bytes"] and m["instructions"] and m["arena_bytes"] and not m["fits"] for m in tried)

    done = espalier("build", recipe, "--out", tmp_path / "all", "--all-or-nothing")
    assert done.returncode == 5
    assert {p.name for p in (tmp_path / "all" / "digits-1.0.0").iterdir()} == {
        "report.json",
        "report.html",
        "junit.xml",
        "summary.md",
    }


def test_a_changed_label_runs_no_tensorflow(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    recipe = edited(digits, tmp_path, "threshold = 0.7", "threshold = 0.75")
    done = espalier("build", recipe, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    stages = {s["name"]: s["reused"] for s in json.loads(done.stdout)["stages"]}
    assert stages["load"] and stages["prune"] and stages["quantize"] and stages["benchmark"]


def test_a_changed_budget_remakes_no_bundle(espalier: Any, digits: Path, built: Built, tmp_path: Path) -> None:
    recipe = edited(digits, tmp_path, "max-model-bytes = 60_000", "max-model-bytes = 61_000")
    done = espalier("build", recipe, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert all(s["reused"] for s in json.loads(done.stdout)["stages"] if s["name"] not in ("read", "report"))
    assert digests(tmp_path / "out" / "digits-1.0.0", *TARGETS) == digests(built[0], *TARGETS)


def test_verify_accepts_the_bundle_and_refuses_a_changed_byte(
    espalier: Any, built: Built, tmp_path: Path
) -> None:
    folder, _ = built
    for target in TARGETS:
        done = espalier("verify", folder / target)
        assert done.returncode == 0, done.stderr
        copy = tmp_path / target
        shutil.copytree(folder / target, copy)
        victim = max((p for p in copy.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 1
        victim.write_bytes(data)
        assert espalier("verify", copy).returncode == 6


def test_killing_a_build_at_any_moment_leaves_the_old_output(digits: Path, built: Built, store: Path) -> None:
    folder, _ = built
    before = digests(folder)
    for seconds in (0.2, 0.5, 0.8):
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "espalier",
                "build",
                str(digits / "recipe.toml"),
                "--out",
                str(folder.parent),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ESPALIER_STORE": str(store)},
        )
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait()
        after = digests(folder)
        assert after.keys() == before.keys()
        assert {k: v for k, v in after.items() if not k.startswith(("report", "summary", "junit"))} == {
            k: v for k, v in before.items() if not k.startswith(("report", "summary", "junit"))
        }


def test_permuted_labels_are_caught_and_the_right_order_is_told(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    recipe = edited(digits, tmp_path, "threshold = 0.7", "threshold = 0.7", pruned=False)
    labels = recipe.parent / "labels.txt"
    labels.unlink()
    labels.write_text("\n".join("1023456789") + "\n")
    done = espalier("build", recipe, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "permuted" in done.stderr and "0, 1, 2, 3" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_wrong_std_is_told_before_it_reaches_a_device(
    espalier: Any, digits: Path, built: Built, tmp_path: Path
) -> None:
    recipe = edited(digits, tmp_path, "std = [255.0]", "std = [1.0]", pruned=False)
    done = espalier("build", recipe, "--out", tmp_path / "out")
    assert done.returncode in (2, 3)
    assert "255" in done.stderr
    assert not (tmp_path / "out").exists()


def test_check_finds_no_fault_and_names_every_part(espalier: Any, digits: Path) -> None:
    done = espalier("check", digits / "recipe.toml")
    assert done.returncode == 0, done.stderr
    for word in ("model", "labels", "calibration", "evaluation", "cortex-m4"):
        assert word in done.stdout


def test_init_writes_a_recipe_that_check_accepts(espalier: Any, digits: Path, tmp_path: Path) -> None:
    shutil.copy(digits / "labels.txt", tmp_path / "labels.txt")
    done = espalier(
        "init", digits / "model.keras", "--images", digits / "images", "--out", tmp_path / "recipe.toml"
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "recipe.toml").read_text()
    assert "size = [16, 16]" in text and 'color = "gray"' in text
    assert espalier("check", tmp_path / "recipe.toml").returncode == 0
    again = espalier("init", digits / "model.keras", "--out", tmp_path / "recipe.toml")
    assert again.returncode == 2 and "exists already" in again.stderr


def test_inspect_shows_keras_and_tflite_files(espalier: Any, digits: Path, built: Built) -> None:
    folder, _ = built
    keras = espalier("inspect", digits / "model.keras")
    assert keras.returncode == 0, keras.stderr
    assert "stem" in keras.stdout and "Conv2D" in keras.stdout
    tflite = json.loads(espalier("inspect", folder / "model" / "digits_int8.tflite", "--json").stdout)
    assert any(row["operator"] == "CONV_2D" for row in tflite["nodes"])
    assert tflite["runtime_floor"] == "1.14.0"


def test_report_and_manifests_of_a_build_are_what_their_schemas_say(built: tuple[Path, dict[str, Any]]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="pip install -e '.[test]' installs jsonschema")
    folder, report = built
    jsonschema.validate(report, json.loads(schema("report")), jsonschema.Draft202012Validator)
    manifests = sorted(folder.glob("*/manifest.json"))
    assert len(manifests) == 3
    for path in manifests:
        jsonschema.validate(json.loads(path.read_text()), json.loads(schema("manifest")), jsonschema.Draft202012Validator)
