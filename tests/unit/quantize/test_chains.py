"""Operators that the quantizer leaves in float and that follow each other become int8 one by one."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, Builder, images, operators, run

from espalier.quantizer.quantize import quantize

PIXELS = images(24)


def leaky() -> object:
    options = schema.LeakyReluOptionsT()
    options.alpha = 0.2
    return options


OPTIONS = {"LEAKY_RELU": leaky, "ELU": lambda: None, "RELU6": lambda: None}


@pytest.mark.parametrize(
    "chain",
    [
        ("ELU", "LEAKY_RELU"),
        ("LEAKY_RELU", "ELU"),
        ("LEAKY_RELU", "LEAKY_RELU", "ELU"),
        ("ELU", "RELU6"),
        ("RELU6", "ELU", "LEAKY_RELU"),
    ],
)
def test_a_chain_of_operators_that_are_left_in_float_computes_in_int8(chain: tuple[str, ...]) -> None:
    net = Builder().conv(8, activation=0)
    for name in chain:
        net = net.unary(name, OPTIONS[name]())
    given = net.pool().dense(5).softmax().done()
    int8 = quantize(given, PIXELS, CONTRACT).int8_model
    assert [name for name in operators(int8) if name in OPTIONS] == list(chain)
    assert not {"QUANTIZE", "DEQUANTIZE"} & set(operators(int8))
    answers = (run(int8, (PIXELS ^ 0x80).view(np.int8)).astype(float) + 128) / 256
    wanted = run(given, ((PIXELS - np.float64(CONTRACT.mean)) / CONTRACT.std).astype(np.float32))
    assert np.abs(answers - wanted).max() < 0.03
