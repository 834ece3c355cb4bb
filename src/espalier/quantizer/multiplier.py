"""Output ranges that XNNPACK can bring an accumulator to.

XNNPACK makes no convolution or fully connected layer whose (input step x weight step / output step) is 256 or more: it
refuses the whole file, on every phone, where LiteRT's other kernels run it. Only an output that is next to nothing in the
face of what is summed up for it gets there (a channel that calibration leaves at almost 0): it holds no information that a
wider range loses.
"""

from __future__ import annotations

from ..tflite.delegates import LARGEST_MULTIPLIER, PLACES
from ..tflite.edit import constant, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from .absorb import same_ranges
from .results import Ranges

LARGEST = 0.9 * LARGEST_MULTIPLIER
"""With room for the rounding of the three scales."""


def holdable(float_graph: ModelT, ranges: Ranges) -> Ranges:
    """The ranges, those of outputs widened that XNNPACK could not hold; `ranges` itself where it can hold all."""
    for operator in graph_of(float_graph).operators:
        factor = _too_large(float_graph, operator, ranges)
        if factor > 1.0:
            name = name_of(graph_of(float_graph).tensors[int(operator.outputs[0])])
            low, high = ranges[name]
            ranges = same_ranges(float_graph, ranges | {name: (low * factor, high * factor)})
    return ranges


def _too_large(float_graph: ModelT, operator: OperatorT, ranges: Ranges) -> float:
    """By what the output's range must grow; 1 and less: not at all."""
    if (places := PLACES.get(operator_name(float_graph, operator))) is None:
        return 1.0
    source, weights = (int(operator.inputs[place]) for place in places)
    names = [name_of(graph_of(float_graph).tensors[index]) for index in (source, int(operator.outputs[0]))]
    values = constant(float_graph, weights)
    if values is None or not values.size or any(name not in ranges for name in names):
        return 1.0
    entering, leaving = (_step(*ranges[name]) for name in names)
    return entering * (float(max(values.max(), -values.min())) / 127) / (leaving * LARGEST) if leaving > 0 else 1.0


def _step(low: float, high: float) -> float:
    return (max(high, 0.0) - min(low, 0.0)) / 255
