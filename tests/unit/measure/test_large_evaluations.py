"""Evaluations of any length: run in parts that survive, pixels fed without wide copies, the same values as ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from espalier.errors import WorkerError
from espalier.measure.predict import Prediction
from espalier.recipe import InputContract
from espalier.stages import evaluate
from espalier.worker.runtime_calls import Predict


class Shop:
    """A store and a runtime that dies once."""

    def __init__(self, dies_at: int) -> None:
        self.kept: dict[str, dict[str, bytes]] = {}
        self.calls: list[int] = []
        self.steps: list[tuple[str, float, float]] = []
        self.dies_at = dies_at
        self.progress = SimpleNamespace(step=lambda stage, done, total, text: self.steps.append((stage, done, total)))

    def stored(
        self, name: str, key: Mapping[str, Any], run: Callable[[], dict[str, bytes]]
    ) -> dict[str, bytes]:
        place = f"{name} {sorted(key.items())}"
        if place not in self.kept:
            self.kept[place] = run()
        return self.kept[place]

    def worker(self, kind: str) -> Any:
        def ask(call: Predict, *, on_progress: Callable[[float, float, str], None], **_: Any) -> Prediction:
            first = call.first
            self.calls.append(first)
            if first == self.dies_at:
                self.dies_at = -1
                raise WorkerError("died")
            rows = np.arange(23, dtype=np.int8)[first : first + (call.count or 0), None] + np.arange(2, dtype=np.int8)
            on_progress(len(rows), len(rows), "running the model")
            return Prediction(outputs=rows, steps=((2, 0.5, 1),), seconds=0.1)

        return SimpleNamespace(ask=ask)


def test_an_evaluation_that_is_ended_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call over an hour was killed, and the next build began at the first image."""
    monkeypatch.setattr(evaluate, "PART", 10)
    images: Any = SimpleNamespace(
        prepared=lambda: SimpleNamespace(images=[None] * 23), digest="d", pixels=lambda: "x.npy"
    )
    job: Any = SimpleNamespace(recipe=SimpleNamespace(input=InputContract(size=(8, 8))))
    shop: Any = Shop(dies_at=10)
    with pytest.raises(WorkerError):
        evaluate.answers(shop, images, b"model", job)
    found = evaluate.answers(shop, images, b"model", job)
    assert shop.calls == [0, 10, 10, 20], "the first ten ran once"
    assert found.shape == (23, 2) and found.dtype == np.float32
    assert np.array_equal(found[:, 0], (np.arange(23) - 1) * 0.5)
    assert [done for _, done, _ in shop.steps] == [10, 20, 23]
