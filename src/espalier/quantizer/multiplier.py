"""Output ranges that the runtimes can bring an accumulator to.

XNNPACK makes no convolution or fully connected layer whose (input step x weight step / output step) is 256 or more: it
refuses the whole file, on every phone, where LiteRT's other kernels run it. LiteRT's own hard-swish takes no output step under
a 128th of its input's (activations.cc: `output_multiplier_exponent <= 0`). Only an output that is next to nothing in the
face of what enters gets there (a channel that calibration leaves at almost 0): it holds no information that a wider range
loses.
"""

from __future__ import annotations

from ..tflite.delegates import LARGEST_MULTIPLIER, PLACES
from ..tflite.edit import constant, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from .absorb import same_ranges
from .results import Ranges

SMALLER = 0.9
"""Room for the rounding of the scales."""

LARGEST = SMALLER * LARGEST_MULTIPLIER


def holdable(float_graph: ModelT, ranges: Ranges) -> Ranges:
    """The ranges, those of outputs widened that a runtime could not hold; `ranges` itself where all can be held."""
    for operator in graph_of(float_graph).operators:
        least = _least_step(float_graph, operator, ranges)
        if least == 0.0:
            continue
        name = name_of(graph_of(float_graph).tensors[int(operator.outputs[0])])
        low, high = ranges[name]
        step = _step(low, high)
        if step < least:
            wider = (low * (least / step), high * (least / step)) if step > 0 else (0.0, 255 * least)
            ranges = same_ranges(float_graph, ranges | {name: wider})
    return ranges


def _least_step(float_graph: ModelT, operator: OperatorT, ranges: Ranges) -> float:
    """The smallest step that the operator's output may have; 0: any."""
    kind, tensors = operator_name(float_graph, operator), graph_of(float_graph).tensors
    if kind not in PLACES and kind != "HARD_SWISH":
        return 0.0
    source, weights = (int(operator.inputs[place]) for place in PLACES.get(kind, (0, 0)))
    names = [name_of(tensors[index]) for index in (source, int(operator.outputs[0]))]
    if any(name not in ranges for name in names):
        return 0.0
    entering, leaving = (_step(*ranges[name]) for name in names)
    if kind == "HARD_SWISH":
        return entering / (128 * SMALLER)
    values = constant(float_graph, weights)
    if values is None or not values.size or leaving == 0.0:
        return 0.0
    return entering * (float(max(values.max(), -values.min())) / 127) / LARGEST


def _step(low: float, high: float) -> float:
    return (max(high, 0.0) - min(low, 0.0)) / 255
