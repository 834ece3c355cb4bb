"""Where an outline is drawn: tensors and operators as they are added, a row for each call of a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Final

import numpy as np

from ..errors import UnsupportedModelError
from ..graph.ops import OPS, macs
from ..graph.shapes import ShapeError
from ..graph.types import DTYPES, Graph, Op, OptionValue, Tensor, constant
from ..graph.view import view
from ..load.keras_facts import LayerSummary

AFFINE: Final = "affine"
"""A scale and a shift for each channel (batch normalization): what follows a convolution becomes part of it."""
WEIGHTS: Final = "weights"
"""Name of a tensor of weights; others that are constant are shapes and axes."""


class UnknownLayerError(UnsupportedModelError):
    """A layer that no outline can be drawn of."""


@dataclass(slots=True)
class Sheet:
    """An outline as far as it is drawn. Weights have a shape and no values; the batch is 1."""

    tensors: list[Tensor] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    rows: list[LayerSummary] = field(default_factory=list)
    layer: str = ""
    parameters: int = 0
    _counted: set[str] = field(default_factory=set)

    def shape(self, tensor: int) -> tuple[int, ...]:
        return self.tensors[tensor].shape

    def value(self, shape: Sequence[int], dtype: str = "int8") -> int:
        """A tensor that is computed, or an input."""
        self.tensors.append(
            Tensor(name=f"value {len(self.tensors)}", shape=tuple(shape), dtype=dtype, layer=self.layer)
        )
        return len(self.tensors) - 1

    def weights(self, *shape: int, dtype: str = "int8", stored: bool = True) -> int:
        """Trained numbers, without memory; `stored`: in the file."""
        self.parameters += prod(shape) * stored
        data = np.broadcast_to(np.zeros((), DTYPES[dtype]), shape)
        self.tensors.append(Tensor(name=WEIGHTS, shape=shape, dtype=dtype, data=data, layer=self.layer))
        return len(self.tensors) - 1

    def numbers(self, values: object) -> int:
        """Whole numbers that an operator takes as an operand: a shape, axes."""
        data = constant(values, "int32")  # type: ignore[arg-type]
        self.tensors.append(
            Tensor(name="numbers", shape=data.shape, dtype="int32", data=data, layer=self.layer)
        )
        return len(self.tensors) - 1

    def add(self, kind: str, inputs: Sequence[int], **options: OptionValue) -> int:
        """An operator with one result. Raises UnsupportedModelError where shapes do not fit together."""
        return self.split(kind, inputs, 1, **options)[0]

    def split(
        self, kind: str, inputs: Sequence[int], results: int, **options: OptionValue
    ) -> tuple[int, ...]:
        """An operator with several results."""
        made = tuple(self.value(self.shape(inputs[0])) for _ in range(results))
        if kind == AFFINE:
            self.ops.append(Op(kind=kind, inputs=tuple(inputs), outputs=made, options=options))
            return made
        fields = {known.name: known.default for known in OPS[kind].fields}
        op = Op(kind=kind, inputs=tuple(inputs), outputs=made, options={**fields, **options})
        try:
            shapes = OPS[kind].shape(view(self.graph((), ()), op))
        except ShapeError as problem:
            raise UnsupportedModelError(
                f"the layer {self.layer!r} does not fit what it is given: {problem}"
            ) from None
        for tensor, shape in zip(made, shapes, strict=True):
            self.tensors[tensor] = replace(self.tensors[tensor], shape=shape)
        self.ops.append(op)
        return made

    def graph(self, inputs: Sequence[int], outputs: Sequence[int]) -> Graph:
        """What is drawn, as a network."""
        tensors, ops = tuple(self.tensors), tuple(self.ops)
        return Graph(name="model", tensors=tensors, ops=ops, inputs=tuple(inputs), outputs=tuple(outputs))

    def row(self, name: str, class_name: str, draw: Callable[[], tuple[int, ...]]) -> tuple[int, ...]:
        """Draw one call of a layer: its row has the parameters at its first call, and the MACs of its operators."""
        self.layer, before, first = name, self.parameters, len(self.ops)
        made = draw()
        stored = self.parameters - before
        if name in self._counted:
            self.parameters, stored = before, 0
        self._counted.add(name)
        graph = self.graph((), ())
        work = sum(macs(view(graph, op)) for op in self.ops[first:] if op.kind != AFFINE)
        shape = self.shape(made[0])
        self.rows.append(
            LayerSummary(name=name, class_name=class_name, output_shape=shape, parameters=stored, macs=work)
        )
        return made
