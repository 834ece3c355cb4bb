"""Fixtures: each net with shaken weights, and images to calibrate with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@pytest.fixture(params=["dense_net", "inverted", "mixed", "plain", "squeeze"])
def net(request: pytest.FixtureRequest) -> Iterator[Any]:
    import keras

    from .networks import NETS, shake

    keras.utils.set_random_seed(1)
    yield shake(NETS[request.param]())


@pytest.fixture
def images() -> Callable[[Any, int], Any]:
    def make(model: Any, count: int = 24) -> Any:
        shape = model.inputs[0].shape[1:]
        return np.random.default_rng(7).normal(size=(count, *shape)).astype(np.float32)

    return make
