"""What LiteRT's default delegate, XNNPACK, does not make, read from the file before it is asked.

It cannot just be tried: where a convolution among others is refused, LiteRT 2.3 frees what it has made so far twice, and the
process ends in SIGABRT.
"""

from __future__ import annotations

from ..errors import ModelRefusedError
from ..limits import LIMITS
from .bounded import Buffer, Table
from .numbers import TENSOR_TYPES
from .operators import OPERATORS, builtin_name

LARGEST_MULTIPLIER = 256.0
"""Input step x weight step / output step of XNNPACK's int8 convolutions and fully connected layers is smaller
(xnn_create_convolution2d_nhwc_qs8_qc8w and its siblings)."""

PLACES = {"CONV_2D": (0, 1), "DEPTHWISE_CONV_2D": (0, 1), "FULLY_CONNECTED": (0, 1), "TRANSPOSE_CONV": (2, 1)}
"""Operator -> where its computed input and its weights stand."""

_NUMBERS = {OPERATORS[name].number: places for name, places in PLACES.items()}
_BYTES = tuple(number for number, name in enumerate(TENSOR_TYPES) if name in ("int8", "uint8"))


def refused_by_xnnpack(model: bytes) -> str:
    """Why XNNPACK would not run a file; "" where nothing speaks against it. Damaged files are for the runtime to judge."""
    try:
        root = Buffer(model).root()
        codes = [
            max(code.integer(0, "int8"), code.integer(3, "int32"))
            for code in root.tables(1, limit=1 << 16, what="operator codes")
        ]
        for graph in root.tables(2, limit=1 << 16, what="subgraphs"):
            if any(code in _NUMBERS for code in codes) and (found := _refused(graph, codes)):
                return found
    except (ModelRefusedError, IndexError):
        pass
    return ""


def _refused(graph: Table, codes: list[int]) -> str:
    tensors = graph.tables(0, limit=LIMITS.tflite_tensors, what="tensors")
    for number, operator in enumerate(graph.tables(3, limit=LIMITS.tflite_operators, what="operators")):
        code = codes[operator.integer(0, "uint32")]
        if code not in _NUMBERS:
            continue
        inputs, outputs = operator.integers(1), operator.integers(2)
        source, weights = (tensors[inputs[place]] for place in _NUMBERS[code])
        if tensors[outputs[0]].integer(1, "int8") not in _BYTES:
            continue
        entering, each, leaving = (_scales(tensor) for tensor in (source, weights, tensors[outputs[0]]))
        if not entering or not each or not leaving or leaving[0] <= 0:
            continue
        largest = entering[0] * max(each) / leaving[0]
        if largest >= LARGEST_MULTIPLIER:
            return (
                f"operator {number} ({builtin_name(code)}) has a multiplier of {largest:.3g}, "
                f"and XNNPACK makes none of {LARGEST_MULTIPLIER:g} or more"
            )
    return ""


def _scales(tensor: Table) -> tuple[float, ...]:
    quantization = tensor.table(4)
    return () if quantization is None else tuple(float(scale) for scale in quantization.numbers(2, "float32"))
