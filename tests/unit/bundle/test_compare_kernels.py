"""Where two kernel sets part is found by cutting the file after each layer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from espalier.errors import UnsupportedModelError
from espalier.stages.kernels import _parting

LAYERS = [
    {"kind": "conv_2d", "output": "a", "inputs": ["image"]},
    {"kind": "mean", "output": "b", "inputs": ["a"]},
    {"kind": "fully_connected", "output": "c", "inputs": ["b"]},
]


class Shop:
    """Answers as a workshop whose builtin kernels compute the mean otherwise; the cut file is its length."""

    def worker(self, kind: str, number: int = 0) -> Shop:
        return self

    def call(self, method: str, **named: Any) -> Any:
        if method == "list_layers":
            return LAYERS
        if method == "cut_after":
            return bytes(named["operator"] + 1)
        outputs = np.full((4, 6), 3, np.int8)
        if named["kernels"] == "builtin":
            outputs += np.int8([0, 0, 7, 8][len(named["model"])])
        return {"outputs": outputs}


def test_the_layer_at_which_kernels_part_is_named_as_keras_names_it() -> None:
    int8: Any = SimpleNamespace(int8_model=b"", layers={"b": "global_average_pooling2d"})
    images: Any = SimpleNamespace(pixels=lambda: "p.npy")
    shop: Any = Shop()
    assert _parting(shop, images, int8, "litert", "builtin") == "global_average_pooling2d (mean)"
    assert _parting(shop, images, int8, "litert", "reference") == ""


def test_a_layer_that_cannot_be_sought_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise UnsupportedModelError("no such kernels")

    monkeypatch.setattr(Shop, "call", refuse)
    int8: Any = SimpleNamespace(int8_model=b"", layers={})
    images: Any = SimpleNamespace(pixels=lambda: "p.npy")
    shop: Any = Shop()
    assert _parting(shop, images, int8, "litert", "builtin") == ""
