"""Golden vectors hold the images that were answered, whichever those were."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny_models import SHAPE, brightness_classifier

from espalier.measure.predict import Prediction, predict
from espalier.pixels import evenly
from espalier.recipe import InputContract
from espalier.stages.prove import prove_model
from espalier.task.types import Task
from espalier.tflite.runtimes import litert
from espalier.worker.run_models import run_handlers
from espalier.worker.runtime_calls import Predict


@pytest.fixture
def pixels(tmp_path: Path) -> str:
    """Thirty images, each of a brightness of its own."""
    images = np.zeros((30, *SHAPE), np.uint8) + (8 * np.arange(30, dtype=np.uint8))[:, None, None, None]
    np.save(tmp_path / "pixels.npy", images)
    return str(tmp_path / "pixels.npy")


@pytest.mark.parametrize("spread", [1, 7, 30, 99])
def test_an_answer_says_which_images_it_is_of(spread: int, pixels: str) -> None:
    model, images = brightness_classifier("int8"), np.load(pixels)
    ask = next(handler for handler in run_handlers(litert) if handler.__name__ == "predict")
    found: Prediction = ask(Predict(model=model, pixels_path=pixels, spread=spread))  # type: ignore[assignment]
    assert list(found.places) == evenly(30, spread).tolist()
    assert np.array_equal(found.outputs, predict(litert(), model, images[list(found.places)]).outputs)


def test_golden_vectors_are_of_the_places_in_the_answer(pixels: str) -> None:
    images = np.load(pixels)
    places = (29, 3, 11, 8, 20, 1, 14, 5)  # no rule of ours

    class Answers:
        def ask(self, call: Predict) -> Prediction:
            shift = 0 if call.model == b"int8" else 128
            share = images[list(places), 0, 0, 0].astype(np.int64) // 8
            scores = np.stack([share, 30 - share], axis=1)
            outputs = (scores + shift).astype(np.uint8 if shift else np.int8)
            return Prediction(outputs=outputs, steps=((2, 1 / 256, -128),), seconds=0.0, places=places)

    prepared = SimpleNamespace(images=[None] * 30)
    job: Any = SimpleNamespace(
        calibration=SimpleNamespace(prepared=lambda: prepared, pixels=lambda: pixels, digest="of the pixels"),
        recipe=SimpleNamespace(input=InputContract(size=SHAPE[:2])),
        task=lambda model: Task(labels=("dark", "bright")),
    )
    int8: Any = SimpleNamespace(int8_model=b"int8", uint8_model=b"uint8", macs=1, numbers=())
    shop: Any = SimpleNamespace(
        worker=lambda kind, name: Answers(),
        stage=lambda name: nullcontext(),
        stored=lambda name, key, run: run(),
        ended=lambda name, text: None,
    )
    model: Any = None
    proof = prove_model(shop, job, int8, model)
    assert len(proof.golden) >= 2 and all(check.result == "passed" for check in proof.checks)
    for vector in proof.golden:
        brightness = vector.pixels[0]
        assert vector.pixels == bytes([brightness]) * len(vector.pixels)
        assert vector.outputs["reference"] == bytes([brightness // 8, 30 - brightness // 8])
        assert brightness // 8 in places
