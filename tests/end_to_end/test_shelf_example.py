"""examples/shelf: a trained detector, from its .keras file to boxes on a phone, a Pi and a Cortex-M7."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from espalier.bundle.archive import read_deb
from espalier.tflite.read import read_tflite

ROOT = Path(__file__).parents[2]
IMAGES = 40


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the example with its images, a few of them; the account of the layers is test_explain_build.py's."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("recipe.toml", "labels.txt", "model.keras"):
        shutil.copy(ROOT / "examples/shelf" / name, folder / name)
    counts = ("--train", "0", "--calibration", "40", "--evaluation", str(IMAGES))
    subprocess.run([sys.executable, ROOT / "calibration/shelf/make.py", folder / "images", *counts], check=True)
    with (folder / "recipe.toml").open("a") as recipe:
        recipe.write('[report]\nexplain = "never"\n')
    return folder


@pytest.fixture(scope="module")
def report(espalier: Any, built: Path) -> dict[str, Any]:
    done = espalier("build", built / "recipe.toml", "--out", built / "dist", "--tools", "none", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_trained_detector_keeps_its_average_precision_in_int8_on_a_phone_a_pi_and_a_cortex_m7(
    report: dict[str, Any],
) -> None:
    accuracy = report["accuracy"]
    boxes = accuracy["boxes"]
    assert accuracy["n"] == IMAGES and boxes["objects"] > 130
    assert boxes["float"]["ap50"] > 0.9 and boxes["int8"]["ap50"] > 0.9
    assert boxes["drop_low"] <= boxes["drop"] <= boxes["drop_high"] and boxes["drop"] < 1.0
    assert boxes["agreement"] > 0.95
    assert report["quantize"]["operators"]["float"] == 0
    assert {bundle["target"] for bundle in report["bundles"]} == {"android-arm64", "raspberry-pi-4", "cortex-m7"}
    assert report["memory"]["arena_bytes"]["cortex-m7"] < 128 * 1024


def test_the_int8_steps_of_the_scores_lie_where_scores_count(report: dict[str, Any], built: Path) -> None:
    (file,) = (built / "dist/shelf-1.0.0/model").glob("shelf_int8.tflite")
    graph = read_tflite(file.read_bytes())
    scores = [graph.tensors[number] for number in graph.outputs if "scores" in graph.tensors[number].name]
    assert len(scores) == 2
    for tensor in scores:
        assert tensor.quant is not None
        lowest = (-128 - tensor.quant.zero_points[0]) * tensor.quant.scales[0]
        assert -6 < lowest < -5  # a score of 0.01 is a logit of -4.6; on these images they go down to -20


def test_the_program_on_the_pi_shows_its_boxes_on_a_folder_of_frames(
    report: dict[str, Any], built: Path, tmp_path: Path
) -> None:
    (package,) = (built / "dist/shelf-1.0.0/raspberry-pi-4").glob("*.deb")
    for path, data in read_deb(package.read_bytes()).data.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    program, frames = tmp_path / "usr/lib/shelf-model/detect.py", built / "images/evaluation"
    command = [sys.executable, "-B", str(program), "--json", "--draw", str(tmp_path / "drawn"), str(frames)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = {Path(row["image"]).name: row["boxes"] for row in map(json.loads, done.stdout.splitlines())}
    assert len(rows) == IMAGES == len(list((tmp_path / "drawn").iterdir()))
    assert sum(map(len, rows.values())) == report["accuracy"]["boxes"]["int8"]["boxes"]
    table = json.loads((built / "images/evaluation.json").read_text())
    names = {row["id"]: row["name"] for row in table["categories"]}
    files = {row["id"]: row["file_name"] for row in table["images"]}
    found = 0
    for row in table["annotations"]:
        x, y, width, height = row["bbox"]
        found += any(
            box["label"] == names[row["category_id"]]
            and max(abs(a - b) for a, b in zip(box["box"], (x, y, x + width, y + height), strict=True)) <= 6
            for box in rows[files[row["image_id"]]]
        )
    assert found > 0.6 * len(table["annotations"])


def test_the_scenes_follow_from_their_seed_and_every_box_lies_in_its_image(built: Path) -> None:
    table = json.loads((built / "images/evaluation.json").read_text())
    assert len(table["images"]) == IMAGES and len(list((built / "images/evaluation").glob("*.jpg"))) == IMAGES
    for row in table["annotations"]:
        x, y, width, height = row["bbox"]
        assert min(x, y) >= 0 and x + width <= 240.02 and y + height <= 180.02 and min(width, height) >= 6
    assert len({row["image_id"] for row in table["annotations"]}) < IMAGES  # some shelves are empty
    again = built / "again"
    subprocess.run(
        [sys.executable, ROOT / "calibration/shelf/make.py", again, "--train", "0", "--calibration", "0", "--evaluation", "5"],
        check=True,
    )
    for path in (again / "evaluation").glob("*.jpg"):
        assert path.read_bytes() == (built / "images/evaluation" / path.name).read_bytes()
