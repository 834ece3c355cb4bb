"""An outline as an int8 network: every value gets a step, weights get numbers. What a program of it takes follows from shapes;
the numbers are noise without zeros worth leaving out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ..graph.types import Graph, Op, Quant, Tensor, constant
from ..graph.verify import verify
from .fuse import WEIGHTED, fused
from .sheet import WEIGHTS

SAME: Final = frozenset(
    [
        "pad",
        "concatenation",
        "max_pool_2d",
        "average_pool_2d",
        "reshape",
        "transpose",
        "strided_slice",
        "slice",
        "split",
        "resize_nearest_neighbor",
        "resize_bilinear",
        "maximum",
        "minimum",
        "relu6",
        "pack",
        "unpack",
        "gather",
    ]
)
"""Operators whose results have their operand's step."""
STEPS: Final[Mapping[str, Quant]] = {
    "softmax": Quant(scales=(1 / 256,), zero_points=(-128,)),
    "logistic": Quant(scales=(1 / 256,), zero_points=(-128,)),
    "tanh": Quant(scales=(1 / 128,), zero_points=(0,)),
    "l2_normalization": Quant(scales=(1 / 128,), zero_points=(0,)),
}
"""Operators whose kernel gives one step always."""
AXES: Final = {"depthwise_conv_2d": 3}
"""Axis of the filters' channels, where it is not the first."""
NOISE: Final = 65_537
"""Numbers of noise: prime, so that no two filters get the same."""
DEVIATION: Final = 40.0
"""Standard deviation of int8 weights."""


def int8_network(outline: Graph) -> Graph:
    """The network that a build of an outline would compile, with weights of noise."""
    return verify(_Steps(fused(outline)).run(), after="outlining")


class _Steps:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tensors = list(graph.tensors)
        self.random = np.random.default_rng(1)
        self.noise = np.clip(self.random.normal(0, DEVIATION, NOISE).round(), -127, 127).astype(np.int8)

    def run(self) -> Graph:
        groups = self._groups()
        fixed: dict[int, Quant] = {}
        clamped: set[int] = set()
        for op in self.graph.ops:
            for result in op.outputs:
                if op.kind in STEPS:
                    fixed.setdefault(groups[result], STEPS[op.kind])
                if op.options.get("activation", "none") != "none" or op.kind in ("relu", "relu6"):
                    clamped.add(groups[result])
        for number, tensor in enumerate(self.tensors):
            if tensor.data is None:
                group = groups[number]
                own = Quant(
                    scales=(_real(0.02 + 0.0001 * (group % 97)),),
                    zero_points=(-128 if group in clamped else group % 9 - 4,),
                )
                self.tensors[number] = replace(tensor, quant=fixed.get(group, own))
        for op in self.graph.ops:
            self._fill(op)
        return replace(self.graph, tensors=tuple(self.tensors))

    def _groups(self) -> list[int]:
        """Of each tensor the first one that has its step."""
        leader = list(range(len(self.tensors)))

        def find(tensor: int) -> int:
            while leader[tensor] != tensor:
                tensor = leader[tensor]
            return tensor

        for op in self.graph.ops:
            if op.kind in SAME:
                live = [
                    t for t in (*op.inputs, *op.outputs) if self.tensors[t].data is None or self._is_weight(t)
                ]
                first = min(find(t) for t in live)
                for tensor in live:
                    leader[find(tensor)] = first
        return [find(tensor) for tensor in range(len(leader))]

    def _is_weight(self, tensor: int) -> bool:
        return self.tensors[tensor].name == WEIGHTS

    def _fill(self, op: Op) -> None:
        given = self.tensors[op.inputs[2 if op.kind == "transpose_conv" else 0]]
        for place, number in enumerate(op.inputs):
            tensor = self.tensors[number]
            if tensor.data is None or tensor.name != WEIGHTS or tensor.quant is not None:
                continue
            if tensor.dtype == "int32":
                data = constant(self.random.integers(-500, 500, tensor.shape), "int32")
                self.tensors[number] = replace(tensor, data=data, quant=self._bias_step(op, given))
                continue
            data = constant(
                np.resize(self.noise if op.kind in WEIGHTED else np.abs(self.noise) | 1, tensor.shape), "int8"
            )
            quant = self._weight_step(op, place, tensor)
            self.tensors[number] = replace(tensor, data=data, quant=quant)

    def _weight_step(self, op: Op, place: int, tensor: Tensor) -> Quant:
        if op.kind not in WEIGHTED:
            if op.kind in SAME:
                return self.tensors[op.outputs[0]].quant or STEPS["softmax"]
            return Quant(scales=(_real(0.01),), zero_points=(0,))
        axis = AXES.get(op.kind, 0)
        channels = tensor.shape[axis]
        spread = _real(0.5 / (DEVIATION * max(1.0, float(tensor.elements / channels)) ** 0.5))
        steps = tuple(_real(spread * (1 + 0.01 * (channel % 31))) for channel in range(channels))
        return Quant(scales=steps, zero_points=(0,) * channels, axis=axis)

    def _bias_step(self, op: Op, given: Tensor) -> Quant:
        filters = next(
            (
                self.tensors[i].quant
                for i in op.inputs
                if self.tensors[i].dtype == "int8" and self._is_weight(i)
            ),
            None,
        )
        if filters is None or given.quant is None:
            return Quant(scales=(1.0,), zero_points=(0,))
        steps = tuple(_real(given.quant.scale * step) for step in filters.scales)
        return Quant(scales=steps, zero_points=(0,) * len(steps), axis=0)


def _real(value: float) -> float:
    """The nearest float32, as files hold steps."""
    return float(np.float32(value))
