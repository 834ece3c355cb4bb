"""Task anomaly: an autoencoder's difference from its image, with a threshold from good images, and an alert on the device."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from plain_kinds import DEPLOY, RECIPE, SIDE
from tried import tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.command.explain import explain
from espalier.errors import EspalierError
from espalier.store import Store

ANOMALY = """
[anomaly]
normal = "good"
false-alarms = 0.05
[evaluation]
images = "evaluation"
[budgets]
min-auc = 0.9
"""


def good(rng: np.random.Generator) -> NDArray[np.float64]:
    """An even colour with little noise: what the network can draw."""
    return rng.uniform(40, 215, 3) + rng.normal(0, 2, (SIDE, SIDE, 3))


def scratched(rng: np.random.Generator) -> NDArray[np.float64]:
    """The same with a bright and a dark line, which a mean of 3 x 3 pixels leaves out."""
    pixels = good(rng)
    pixels[rng.integers(1, SIDE - 1), :] = 250
    pixels[:, rng.integers(1, SIDE - 1)] = 5
    return pixels


def write(folder: Path, count: int, seed: int, make: Any) -> None:
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    for number in range(count):
        Image.fromarray(np.clip(make(rng), 0, 255).astype(np.uint8)).save(folder / f"{number:03d}.png")


def blur_net(channels: int = 3) -> Any:
    """What an autoencoder learns of even colours: down to the mean of 3 x 3 pixels, and up again."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(3, 3, strides=3),
            layers.UpSampling2D(3),
            layers.Conv2D(channels, 1),
        ]
    )
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[:, :, range(3), range(3)] = 1 / 9
    model.layers[0].set_weights([kernel, np.zeros(3, np.float32)])
    model.layers[-1].set_weights([np.eye(3, channels, dtype=np.float32)[None, None], np.zeros(channels, np.float32)])
    return model


def project(folder: Path, more: str = ANOMALY, channels: int = 3) -> Path:
    write(folder / "calibration", 60, 1, good)
    write(folder / "evaluation" / "good", 60, 2, good)
    write(folder / "evaluation" / "scratch", 40, 3, scratched)
    blur_net(channels).save(folder / "model.keras")
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(name="parts", task="anomaly", labels="") + more + DEPLOY)
    return path


def test_what_an_autoencoder_cannot_draw_is_an_alert_on_every_device(tmp_path: Path) -> None:
    outcome = build(project(tmp_path), out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="all")
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None
    scores = {row.name: row for row in accuracy.scores}
    assert (scores["AUC"].int8 or 0) > 0.95 and scores["AUC"].low is not None
    assert scores["alerts"].int8 == 1 and (scores["false alarms"].int8 or 0) <= 0.05
    assert (accuracy.int8.top1 or 0) >= 0.95
    assert {gate.name: gate.passed for gate in outcome.report.gates}["budgets.min-auc"]
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    ran = {check.name.split(": ", 1)[-1] for check in outcome.report.checks if check.result == "passed"}
    assert "prepare and decide equal the build machine's answers" in ran
    assert "the CMake example prints the label of the first golden picture" in ran
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    threshold = manifest["anomaly"]["threshold"]
    assert manifest["task"] == "anomaly" and threshold == scores["alerts"].threshold
    assert abs(manifest["output"]["scale"] * 255 - 1) < 1e-3, "a step is a grey level"
    tree = tmp_path / "tree"
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for name, data in read_deb(package.read_bytes()).data.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    program = [sys.executable, str(tree / "usr/lib/parts-model/classify.py")]

    def said(*more: str) -> str:
        return subprocess.run([*program, *more], capture_output=True, text=True, check=True, timeout=60).stdout

    images = tmp_path / "evaluation"
    for name, answer in (("good/001.png", "good"), ("scratch/003.png", "alert")):
        row = json.loads(said("--json", str(images / name)))
        assert row["decision"] == answer and (row["score"] >= threshold * 0.999) is (answer == "alert")
    marked = tmp_path / "marked"
    assert "touch" in said(str(images / "scratch/000.png"), "--on", "alert", "--exec", "touch", str(marked))
    assert marked.exists()
    for name, answer in (("good/001.png", "good"), ("scratch/003.png", "alert")):
        for target in ("raspberry-pi-4", "cortex-m4"):
            (row,) = tried(outcome.folder / target, images / name)
            assert row.answer is not None and row.answer.decision == answer and row.answer.score is not None
    explained = explain(tmp_path / "recipe.toml", store=Store(tmp_path / "store"))
    assert explained.facts["source"] == "good evaluation images"
    assert "60 good ones were looked at" in " ".join(explained.facts["notes"])
    told = [text for layer in explained.layers for text in layer["advice"]]
    assert not [text for text in told if "add images of that kind" in text], "scratches belong into no calibration"


@pytest.mark.parametrize(
    ("more", "channels", "words"),
    [
        (ANOMALY.replace('"good"', '"fine"'), 3, "no evaluation image is good: the folders are good, scratch"),
        (ANOMALY, 1, "the model gives [12, 12, 1] for an image of [12, 12, 3]"),
        ("[evaluation]\nimages = 'evaluation'\n", 3, "needs [anomaly] with a `normal`"),
    ],
)
def test_without_good_images_or_a_picture_of_the_input_s_shape_there_is_no_score(
    more: str, channels: int, words: str, tmp_path: Path
) -> None:
    with pytest.raises(EspalierError) as refused:
        build(project(tmp_path, more, channels), out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    assert words in str(refused.value)
