"""What a step of the ladder costs, in seconds of one ordinary core: an estimate from the network's shapes, so that which
steps a build tries depends neither on the machine nor on its load.

Rates are those of LiteRT with XNNPACK on a core with AVX2, measured on ResNet8 (12.5 M MACs) and MobileNetV2 at 224.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..quantizer.bias import linear_operators
from ..tflite.edit import constant, graph_of, operator_name
from ..tflite.macs import count_macs
from ..tflite.objects import ModelT

FLOAT_MACS_PER_SECOND = 4e10
INT8_MACS_PER_SECOND = 6e10
SECONDS_PER_OPERATOR = 2e-6
"""Of one inference, beside its MACs."""

FILE_SECONDS_PER_OPERATOR = 0.004
FILE_BYTES_PER_SECOND = 2e7
FLOPS = 1e10
"""Of the small matrices of a layer's moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Seconds of the parts that steps are made of: one inference in float and in int8, reading, changing and writing a
    file once, the moments of all layers per row and once."""

    float_invoke: float
    int8_invoke: float
    file: float
    moments_per_row: float
    moments: float

    def levelled(self, images: int) -> float:
        """Levelling the channels: peaks, ends and extremes on these images."""
        return 3 * images * self.float_invoke + 3 * self.file

    def quantized(self, judged: int) -> float:
        return 2 * self.file + judged * self.int8_invoke

    def corrected(self, used: int, judged: int) -> float:
        return used * (self.float_invoke + 2 * self.int8_invoke) + self.quantized(judged)

    def searched(self, images: int) -> float:
        """Ranges by a rule, from a sample of these images."""
        return images * self.float_invoke + 3 * self.file

    def rounded(self, images: int, rows: int) -> float:
        walked = 2 * images * (self.float_invoke + self.int8_invoke)
        return walked + rows * self.moments_per_row + self.moments + 2 * self.file

    def fitted(self, groups: int, images: int) -> float:
        """Each of two ends of a group's range is tried in eight widths, behind half of the network on average."""
        return 16 * groups * images * self.float_invoke / 2 + groups * self.file


def effort_of(model: ModelT) -> Effort:
    """Of a float ModelT."""
    macs, operators = count_macs(model), len(graph_of(model).operators)
    data = sum(len(buffer.data) for buffer in model.buffers if buffer.data is not None)
    per_row = once = 0.0
    for operator in linear_operators(model):
        kernel = constant(model, int(operator.inputs[1]))
        if kernel is None:
            continue
        depthwise = operator_name(model, operator) == "DEPTHWISE_CONV_2D"
        groups, width = (kernel.shape[3], kernel.size // kernel.shape[3]) if depthwise else (1, kernel[0].size)
        per_row += 2 * groups * width**2 / FLOPS / 2
        once += 6 * groups * width**3 / FLOPS + 0.015
    return Effort(
        float_invoke=macs / FLOAT_MACS_PER_SECOND + operators * SECONDS_PER_OPERATOR,
        int8_invoke=macs / INT8_MACS_PER_SECOND + operators * SECONDS_PER_OPERATOR,
        file=operators * FILE_SECONDS_PER_OPERATOR / 2 + data / FILE_BYTES_PER_SECOND,
        moments_per_row=per_row,
        moments=once,
    )
