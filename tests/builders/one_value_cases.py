"""Networks of several operators that are a function of one tensor's values, and all of those."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from single_op_cases import Builder

from espalier.graph.types import Graph, Quant

EVERY = np.arange(-128, 128).astype(np.int8).reshape(1, 8, 8, 4)
INPUT = Quant(scales=(0.0471,), zero_points=(-3,))
OUTPUT = Quant(scales=(0.0391,), zero_points=(7,))
REAL = ("neg", "square", "floor", "ceil", "round", "sin", "cos")


def real(kind: str, constant: float | None = None) -> Graph:
    """An operator on real values between a DEQUANTIZE and a QUANTIZE."""
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    operands = [b.op("dequantize", [x], None, "float32")]
    if constant is not None:
        operands.append(b.const([constant], "float32"))
    return b.finish([b.op("quantize", [b.op(kind, operands, None, "float32")], OUTPUT)])


def swish() -> Graph:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    gate = b.op("logistic", [x], Quant(scales=(1 / 256,), zero_points=(-128,)))
    return b.finish([b.op("mul", [x, gate], OUTPUT)])


def mish() -> Graph:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    raised = b.op("exp", [x], Quant(scales=(1.7,), zero_points=(-128,)))
    more = b.op(
        "add",
        [raised, b.const([1], "int8", Quant(scales=(1.0,), zero_points=(0,)))],
        Quant(scales=(1.7,), zero_points=(-128,)),
    )
    logarithm = b.op("log", [more], Quant(scales=(0.025,), zero_points=(-128,)))
    bent = b.op("tanh", [logarithm], Quant(scales=(1 / 128,), zero_points=(0,)))
    return b.finish([b.op("mul", [x, bent], OUTPUT)])


def softsign() -> Graph:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    size = b.op("abs", [x], Quant(scales=(0.0235,), zero_points=(-128,)))
    one = b.const([255 - 128], "int8", Quant(scales=(1 / 255,), zero_points=(-128,)))
    return b.finish(
        [
            b.op(
                "div",
                [x, b.op("add", [size, one], Quant(scales=(0.0276,), zero_points=(-128,)))],
                Quant(scales=(1 / 128,), zero_points=(0,)),
            )
        ]
    )


def thresholded() -> Graph:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    above = b.op("greater", [x, b.const([20], "int8", Quant(scales=(0.03,), zero_points=(0,)))], None, "bool")
    return b.finish([b.op("select_v2", [above, x, b.const([-3], "int8", INPUT)], INPUT)])


def as_number() -> Graph:
    b = Builder()
    x = b.input(EVERY.shape, INPUT)
    above = b.op(
        "less_equal", [x, b.const([20], "int8", Quant(scales=(0.03,), zero_points=(0,)))], None, "bool"
    )
    number = b.op("cast", [b.op("logical_not", [above], None, "bool")], None, "float32", in_data_type="bool")
    return b.finish([b.op("quantize", [number], Quant(scales=(1 / 255,), zero_points=(-128,)))])


CASES: dict[str, Callable[[], Graph]] = {
    **{kind: lambda kind=kind: real(kind) for kind in REAL},  # type: ignore[misc]
    "sign": lambda: real("sign"),
    "square by pow": lambda: real("pow", 2.0),
    "floor_div": lambda: real("floor_div", 0.7),
    "floor_mod": lambda: real("floor_mod", 0.7),
    "swish": swish,
    "mish": mish,
    "softsign": softsign,
    "threshold": thresholded,
    "a comparison as a number": as_number,
}
