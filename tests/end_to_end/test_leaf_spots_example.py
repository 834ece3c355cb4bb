"""examples/leaf-spots: a trained segmentation model, from its .keras file to the class of every pixel on a phone, a Pi and a
Cortex-M7."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
IMAGES = 60


def test_a_trained_segmentation_model_keeps_its_classes_pixel_by_pixel_on_a_phone_a_pi_and_a_cortex_m7(
    espalier: Any, tmp_path: Path
) -> None:
    for name in ("recipe.toml", "model.keras"):
        shutil.copy(ROOT / "examples/leaf-spots" / name, tmp_path / name)
    counts = ("--train", "0", "--calibration", "32", "--evaluation", str(IMAGES))
    subprocess.run([sys.executable, ROOT / "calibration/leaf-spots/make.py", tmp_path / "images", *counts], check=True)
    done = espalier("build", tmp_path / "recipe.toml", "--out", tmp_path / "dist", "--tools", "none", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    maps = report["accuracy"]["maps"]
    assert report["accuracy"]["n"] == IMAGES and report["quantize"]["operators"]["float"] == 0
    assert {bundle["target"] for bundle in report["bundles"]} == {"android-arm64", "raspberry-pi-4", "cortex-m7"}
    assert report["memory"]["arena_bytes"]["cortex-m7"] < 256 * 1024
    assert [row["label"] for row in maps["classes"]] == ["background", "leaf", "spot"] and maps["size"] == [96, 96]
    assert maps["miou_int8"] > 0.85 and abs(maps["drop_points"]) < 1.0
    assert min(row["iou_int8"] for row in maps["classes"]) > 0.65
    alert = maps["alert"]
    assert 10 < alert["images"] < IMAGES - 10 and alert["missed_int8"] <= 3
