"""How much RAM a model's arena needs in TensorFlow Lite Micro: the head planned exactly, the tail bounded.

The head holds activations and the kernels' scratch. TFLM places it with its greedy planner, restated here
(tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc): buffers by falling size, ties by falling
index, each at the lowest gap among those alive at the same time; every size is rounded up to 16 bytes.

The tail holds what lives for ever: a record per tensor and per operator, multipliers and shifts per channel.
Its estimate was fitted to three networks measured on an emulated Cortex-M4 with CMSIS-NN (TFLM commit
90b983c2):

    network            measured   estimate
    ResNet8               5,268      5,400
    keyword DS-CNN        6,820      6,976
    dense autoencoder     1,812      1,924

The margin covers other versions of TFLM; with it the bound also exceeds what 64-bit TFLM (the tflite-micro
wheel) takes, whose pointers are twice as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..facts import ArenaFacts
from ..graph.types import ABSENT, Graph, Op
from ..graph.view import OpView, view
from ..target import Target
from ..tflite.read import read_tflite

ALIGNMENT: Final = 16
"""MicroArenaBufferAlignment() of tensorflow/lite/micro/micro_arena_constants.h."""

FIXED_BYTES: Final = 512
TENSOR_BYTES: Final = 12
OPERATOR_BYTES: Final = 104
CHANNEL_BYTES: Final = 8
"""int32 multiplier and int32 shift of one output channel."""
MARGIN_BYTES: Final = 1024
MARGIN_SHARE: Final = 0.2

LINEAR: Final = frozenset({"conv_2d", "depthwise_conv_2d", "transpose_conv", "fully_connected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """Bytes that live from operator `first` to operator `last`, both included."""

    size: int
    first: int
    last: int


def arena_bound(
    model: bytes, target: Target | None = None, layers: Mapping[str, str] | None = None
) -> ArenaFacts:
    """RAM for an int8 .tflite in TFLM on `target` (its compiler's features name the kernels; CMSIS-NN by
    default). `layers`: tensor -> Keras layer, for refusals.

    Raises ModelRefusedError for bytes that are no .tflite, UnsupportedModelError for an operator of unknown shape.
    """
    graph = read_tflite(model, layers=layers or {})
    features = target.compiler.features if target is not None and target.compiler is not None else ()
    kernels = next((name for name in SCRATCH if name in features), "cmsis-nn")
    head = plan_head(buffers(graph, SCRATCH[kernels]))
    tail = tail_estimate(graph)
    margin = MARGIN_BYTES + int((tail if kernels != "esp-nn" else head + tail) * MARGIN_SHARE)
    total = round_up(head + tail + margin)
    return ArenaFacts(
        arena_bytes=total,
        margin_bytes=total - head - tail,
        how=f"TFLM's greedy planner restated ({head} bytes, {kernels} scratch included) and an estimate of "
        f"its persistent records ({tail} bytes), both for 32 bits, with a margin",
    )


def round_up(size: int) -> int:
    """The next multiple of ALIGNMENT."""
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


def tail_estimate(graph: Graph) -> int:
    """Bytes of the persistent records on a 32-bit core, without a margin."""
    channels = sum(
        max(graph.tensor(op.outputs[0]).shape[-1:] or (0,)) for op in graph.ops if op.kind in LINEAR
    )
    return (
        FIXED_BYTES
        + TENSOR_BYTES * len(graph.tensors)
        + OPERATOR_BYTES * len(graph.ops)
        + CHANNEL_BYTES * channels
    )


def buffers(graph: Graph, scratch: Callable[[OpView], int]) -> list[Buffer]:
    """What the planner has to place, in TFLM's order: activations by tensor index, then scratch by
    operator."""
    last_op = len(graph.ops) - 1
    first: dict[int, int] = dict.fromkeys(graph.inputs, 0)
    last: dict[int, int] = dict.fromkeys(graph.outputs, last_op)
    for position, op in enumerate(graph.ops):
        for tensor in op.outputs:
            first.setdefault(tensor, position)
            last[tensor] = max(last.get(tensor, position), position)
        for tensor in op.inputs:
            if tensor != ABSENT and not graph.tensor(tensor).is_constant:
                last[tensor] = max(last.get(tensor, position), position)
    placed = [
        Buffer(size=round_up(graph.tensor(t).size_bytes), first=first[t], last=last.get(t, first[t]))
        for t in sorted(first)
    ]
    sizes = [(scratch(view(graph, op)), position) for position, op in enumerate(graph.ops)]
    return placed + [Buffer(size=round_up(size), first=at, last=at) for size, at in sizes if size > 0]


def plan_head(wanted: Sequence[Buffer]) -> int:
    """Bytes of the greedy plan."""
    placed: list[tuple[int, Buffer]] = []
    # TFLM fills its list from the back and sorts it stably, so equal sizes come in falling order of index.
    for _, buffer in sorted(enumerate(wanted), key=lambda pair: (-pair[1].size, -pair[0])):
        offset = 0
        for start, other in placed:
            if other.first > buffer.last or buffer.first > other.last:
                continue
            if start - offset >= buffer.size:
                break
            offset = max(offset, start + other.size)
        position = next((i for i, (start, _) in enumerate(placed) if start > offset), len(placed))
        placed.insert(position, (offset, buffer))
    return max((start + buffer.size for start, buffer in placed), default=0)


# ---- scratch that the optimised kernels ask for ----


def no_scratch(looked: OpView) -> int:
    """TFLM's reference kernels for int8."""
    return 0


def cmsis_nn_scratch(looked: OpView) -> int:
    """CMSIS-NN with the DSP extension (arm_*_get_buffer_size_dsp, 2024): two im2col columns as int16."""
    op, shapes = looked.op, _shapes(looked)
    if op.kind == "conv_2d":
        height, width, channels = _window(shapes)
        if (height, width) == (1, 1) and _strides(op) == (1, 1):
            return 0
        return 4 * ((height * width * channels + 3) // 4 * 4)
    if op.kind == "depthwise_conv_2d":
        _, height, width, channels = shapes[1]
        return 2 * height * width * channels
    if op.kind == "average_pool_2d":
        return 4 * shapes[0][-1]
    return 0


def esp_nn_scratch(looked: OpView) -> int:
    """An upper bound of ESP-NN's requests on the ESP32-S3 (src/convolution/*_esp32s3.c, 2026): padded copies
    of input and filter, and its panels of output channels. Versions differ; the arena's margin is larger
    there."""
    op, shapes = looked.op, _shapes(looked)
    if op.kind == "conv_2d":
        return _esp_conv(op, shapes)
    if op.kind == "depthwise_conv_2d":
        _, rows, columns, channels = shapes[0]
        _, height, width, outputs = shapes[1]
        wide = (outputs + 15) // 16 * 16
        padded = (rows + height - 1) * (columns + width - 1) * max(wide, channels)
        taken = 2 * (height * width * wide + padded) + _product(shapes[2][1:3]) * wide + 12 * wide + 128
        return taken
    return 0


def _esp_conv(op: Op, shapes: Sequence[tuple[int, ...]]) -> int:
    _, rows, columns, channels = shapes[0]
    height, width, _ = _window(shapes)
    outputs = shapes[2][-1]
    if (height, width) == (1, 1) and _strides(op) == (1, 1):
        panel = 24 * channels + 16 * 1024 if channels * outputs > 24 * 1024 else 0
        return max(16 * (channels + 7), 24 * channels + 8 * outputs, panel) + 64
    window = (height * width * channels + 15) // 16 * 16
    row = (width * channels + 15) // 16 * 16
    padded = (rows + height - 1) * (columns + width - 1) * channels
    copies = padded + max(row * height, window) * outputs + 4 * outputs + window + 96
    staged = 16 * window + 24 * window + 16 * 1024 + 96 if window * outputs > 24 * 1024 else 0
    return max(copies, staged)


def _shapes(looked: OpView) -> list[tuple[int, ...]]:
    """Input, filter (or an empty shape) and output."""
    second = looked.input(1).shape if looked.has(1) else ()
    return [looked.input(0).shape, second, looked.output.shape]


def _window(shapes: Sequence[tuple[int, ...]]) -> tuple[int, int, int]:
    """Height, width and input channels of a conv_2d filter [out, h, w, in]."""
    _, height, width, channels = shapes[1]
    return height, width, channels


def _strides(op: Op) -> tuple[int, int]:
    return op.integer("stride_h"), op.integer("stride_w")


def _product(extents: Sequence[int]) -> int:
    result = 1
    for extent in extents:
        result *= extent
    return result


SCRATCH: Final[Mapping[str, Callable[[OpView], int]]] = {
    "cmsis-nn": cmsis_nn_scratch,
    "esp-nn": esp_nn_scratch,
    "reference": no_scratch,
}
"""Kernel libraries of TFLM by the name that a target's compiler features use."""
