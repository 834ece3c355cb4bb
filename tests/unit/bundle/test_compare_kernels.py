"""Where two kernel sets part is found by cutting the file after each layer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from espalier.errors import UnsupportedModelError
from espalier.measure.predict import Prediction
from espalier.stages.kernels import _parting
from espalier.worker.quantizer_calls import CutAfter, ListOperators, Operator
from espalier.worker.runtime_calls import Predict

LAYERS = [
    Operator(kind="conv_2d", output="a", inputs=("image",)),
    Operator(kind="mean", output="b", inputs=("a",)),
    Operator(kind="fully_connected", output="c", inputs=("b",)),
]


class Shop:
    """Answers as a workshop whose builtin kernels compute the mean otherwise; the cut file is its length."""

    def worker(self, kind: str, errand: str = "") -> Shop:
        return self

    def ask(self, call: ListOperators | CutAfter | Predict) -> Any:
        if isinstance(call, ListOperators):
            return LAYERS
        if isinstance(call, CutAfter):
            return bytes(call.operator + 1)
        outputs = np.full((4, 6), 3, np.int8)
        if call.kernels == "builtin":
            outputs += np.int8([0, 0, 7, 8][len(call.model)])
        return Prediction(outputs=outputs, steps=((6, 1.0, 0),), seconds=0.0)


def test_the_layer_at_which_kernels_part_is_named_as_keras_names_it() -> None:
    int8: Any = SimpleNamespace(int8_model=b"", layers={"b": "global_average_pooling2d"})
    images: Any = SimpleNamespace(pixels=lambda: "p.npy")
    shop: Any = Shop()
    assert _parting(shop, images, int8, "litert", "builtin") == "global_average_pooling2d (mean)"
    assert _parting(shop, images, int8, "litert", "reference") == ""


def test_a_layer_that_cannot_be_sought_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise UnsupportedModelError("no such kernels")

    monkeypatch.setattr(Shop, "ask", refuse)
    int8: Any = SimpleNamespace(int8_model=b"", layers={})
    images: Any = SimpleNamespace(pixels=lambda: "p.npy")
    shop: Any = Shop()
    assert _parting(shop, images, int8, "litert", "builtin") == ""
