"""Running single operators: the outputs do not depend on how many cores share the images."""

from __future__ import annotations

import numpy as np
import pytest
from small_networks import CONTRACT, images, small_network

from espalier.quantizer import step
from espalier.quantizer.quantize import quantize
from espalier.tflite import edit
from espalier.tflite.edit import graph_of


@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_the_outputs_do_not_depend_on_the_number_of_cores(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = edit.read_model(quantize(small_network(), images(), CONTRACT).int8_model)
    operator = graph_of(model).operators[0]
    fed = [(images(count, seed=4) ^ np.uint8(0x80)).view(np.int8)]
    monkeypatch.setattr(step, "THREADS_PAY", 1e9)
    (alone,) = step.run_operator(model, operator, fed)
    opened = []
    monkeypatch.setattr(step, "THREADS_PAY", 0.0)
    monkeypatch.setattr(step.os, "cpu_count", lambda: 4)
    whole = step.open_interpreter
    monkeypatch.setattr(step, "open_interpreter", lambda data: opened.append(1) or whole(data))
    (shared,) = step.run_operator(model, operator, fed)
    np.testing.assert_array_equal(alone, shared)
    assert alone.shape[0] == count
    assert len(opened) == (1 if count < 3 else min(4, count - 1))
