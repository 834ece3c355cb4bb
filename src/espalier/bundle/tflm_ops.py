"""Operators of TensorFlow Lite Micro: how each is registered. Only builtin operators; TFLite names lowered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..errors import UnsupportedModelError
from ..tflite.operators import OPERATORS

METHODS: Final[Mapping[str, str]] = {
    row.name.lower(): f"Add{row.method}" for row in OPERATORS.values() if row.method
}
"""Operator -> method, such as conv_2d -> AddConv2D."""

INT8_REGISTRATIONS: Final[Mapping[str, str]] = {
    "add": "tensorflow/lite/micro/kernels/add.h",
    "average_pool_2d": "tensorflow/lite/micro/kernels/pooling.h",
    "conv_2d": "tensorflow/lite/micro/kernels/conv.h",
    "depthwise_conv_2d": "tensorflow/lite/micro/kernels/depthwise_conv.h",
    "fully_connected": "tensorflow/lite/micro/kernels/fully_connected.h",
    "max_pool_2d": "tensorflow/lite/micro/kernels/pooling.h",
    "softmax": "tensorflow/lite/micro/kernels/softmax.h",
}
"""Operators with a registration for int8 only, `tflite::Register_<NAME>_INT8()`, and the header that declares
it. They leave the float and int16 kernels out: 24 to 32 KB less code (measured on Cortex-M4, knowledge of
TFLM 90b983c2)."""


def add_methods(operators: Iterable[str]) -> list[tuple[str, str]]:
    """(operator, method) for each operator, sorted, each once. Raises UnsupportedModelError for one TFLM
    lacks."""
    wanted = sorted(set(operators))
    missing = [name for name in wanted if name not in METHODS]
    if missing:
        raise UnsupportedModelError(
            f"TensorFlow Lite Micro has no operator {', '.join(missing)}",
            supported=", ".join(sorted(METHODS)),
            next_step="replace the layer that makes it, or deploy to a target with another runtime",
        )
    return [(name, METHODS[name]) for name in wanted]
