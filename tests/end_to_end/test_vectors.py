"""Task embed: vectors that are compared by their angle; enrolled and matched by the program of a Raspberry Pi."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
from PIL import Image
from plain_kinds import DEPLOY, RECIPE, SIDE, write_images
from tried import tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.store import Store

EMBED = """
[embed]
false-accepts = 0.02
[evaluation]
images = "evaluation"
[budgets]
min-recall-at-1 = 0.8
max-eer = 0.2
"""
NAMES = ("red", "green", "blue")


def main_colour(folder: Path, count: int, seed: int) -> None:
    """A folder for each of three colours: images with one channel bright and the others dark."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        colours = rng.uniform(20, 70, 3)
        colours[number % 3] = rng.uniform(150, 230)
        pixels = np.clip(colours + rng.normal(0, 10, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
        path = folder / NAMES[number % 3] / f"{number:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)


def project(folder: Path) -> Path:
    write_images(folder / "calibration", 60, 1, lambda colours, number: f"{number:03d}.png")
    main_colour(folder / "evaluation", 60, 2)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), layers.Conv2D(3, 1), layers.GlobalAveragePooling2D(), layers.Dense(8, use_bias=False)]
    )
    model.layers[0].set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    turned, _ = np.linalg.qr(np.random.default_rng(3).normal(0, 1, (8, 3)))  # keeps every angle
    model.layers[-1].set_weights([turned.T.astype(np.float32)])
    model.save(folder / "model.keras")
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(name="faces", task="embed", labels="") + EMBED + DEPLOY)
    return path


def test_vectors_are_measured_normalised_in_integers_enrolled_and_matched(tmp_path: Path) -> None:
    outcome = build(project(tmp_path), out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="all")
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None
    scores = {row.name: row for row in accuracy.scores}
    assert scores["recall@1"].int8 == accuracy.int8.top1 and (accuracy.int8.top1 or 0) > 0.95
    assert (scores["EER"].int8 or 0) < 0.1 and (scores["false accepts"].float or 0) <= 0.02
    gates = {gate.name: gate.passed for gate in outcome.report.gates}
    assert gates["budgets.min-recall-at-1"] and gates["budgets.max-eer"]
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    ran = {check.name.split(": ", 1)[-1] for check in outcome.report.checks if check.result == "passed"}
    assert "prepare and decide equal the build machine's answers" in ran
    assert "the CMake example prints the label of the first golden picture" in ran
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    assert manifest["task"] == "embed" and 0.3 < manifest["embed"]["threshold"] < 1
    tree = tmp_path / "tree"
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for name, data in read_deb(package.read_bytes()).data.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    program = [sys.executable, str(tree / "usr/lib/faces-model/classify.py"), "--references", str(tmp_path / "known.json")]

    def said(*more: str) -> str:
        return subprocess.run([*program, *more], capture_output=True, text=True, check=True, timeout=60).stdout

    images = tmp_path / "evaluation"
    assert "2 enrolled\t2 in all" in said("enroll", "red", str(images / "red/000.png"), str(images / "red/003.png"))
    row = json.loads(said("--json", str(images / "red/006.png")))
    assert row["match"] == row["nearest"] == "red" and len(row["vector"]) == 8
    assert json.loads(said("--json", str(images / "green/004.png")))["match"] == "unknown"
    (same,) = tried(outcome.folder / "cortex-m4", images / "red/006.png", references=tmp_path / "known.json")
    assert same.answer is not None and same.answer.match == "red" and list(same.answer.vector) == row["vector"]
    assert said(str(images / "red/006.png"), "--on", "red", "--exec", "true").split("\t")[1:2] == ["red"]
