"""examples/gauges: a trained vision transformer with a class token, from its .keras file to a phone, a Pi and a Cortex-M7."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def test_a_trained_vision_transformer_is_built_for_phone_and_pi_and_compiled_for_a_cortex_m7(
    espalier: Any, tmp_path: Path
) -> None:
    for name in ("recipe.toml", "labels.txt", "model.keras"):
        shutil.copy(ROOT / "examples/gauges" / name, tmp_path / name)
    counts = ("--train", "0", "--calibration", "40", "--evaluation", "100")
    subprocess.run(
        [sys.executable, ROOT / "calibration/gauges/make.py", tmp_path / "images", *counts], check=True
    )
    done = espalier("build", tmp_path / "recipe.toml", "--out", tmp_path / "dist", "--tools", "none", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["quantize"]["operators"]["float"] == 0
    assert report["accuracy"]["n"] == 300 and report["accuracy"]["int8"]["top1"] > 0.9
    assert report["accuracy"]["drop_points"] <= 0.5 and report["accuracy"]["agreement"] >= 0.98
    assert {bundle["target"] for bundle in report["bundles"]} == {"android-arm64", "raspberry-pi-4", "cortex-m7"}
    assert report["memory"]["arena_bytes"]["cortex-m7"] < 64 * 1024
    decision = report["accuracy"]["decision"]
    assert decision["threshold"] == decision["wished_threshold"] and decision["int8"]["precision"] >= 0.98
    manifests = [json.loads(path.read_text()) for path in (tmp_path / "dist").glob("*/*/manifest.json")]
    assert [manifest["threshold"] for manifest in manifests] == [decision["threshold"]] * 3
    assert {"quantity": "review_at_threshold", "value": decision["int8"]["review"]}.items() <= manifests[0][
        "measurements"
    ][-1].items()
    program = (tmp_path / "dist/gauges-1.0.0/cortex-m7/gauges_model/src/gauges.c").read_text()
    for words in ("batch_matmul", "softmax block0_attention", "block2_up"):
        assert words in program, words
