"""What LiteRT's converter and the quantizer make of an outline before it has integers: scales and shifts become part of the layer
before them, activations of the operator that gives the value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from ..graph.types import DTYPES, Graph, Op, OptionValue, Tensor
from .sheet import AFFINE, WEIGHTS

WEIGHTED: Final = frozenset({"conv_2d", "depthwise_conv_2d", "fully_connected", "transpose_conv"})
"""Operators with a bias, which take a scale and a shift of their channels in."""
ACTIVATED: Final = frozenset({"conv_2d", "depthwise_conv_2d", "fully_connected", "add", "sub", "mul"})
"""Operators that clamp what they give."""
CLAMPS: Final = frozenset({"relu", "relu6"})


def fused(graph: Graph) -> Graph:
    """The network as the quantizer gets it."""
    return _Fusion(graph).run()


class _Fusion:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tensors = list(graph.tensors)
        self.ops: list[Op] = []
        self.renamed: dict[int, int] = {}
        self.makers: dict[int, int] = {}

    def run(self) -> Graph:
        readers = self.graph.consumers()
        once = {
            tensor
            for tensor, found in readers.items()
            if len(found) == 1 and tensor not in self.graph.outputs
        }
        for op in self.graph.ops:
            inputs = tuple(self.renamed.get(i, i) for i in op.inputs)
            op = replace(op, inputs=inputs)
            source, result = inputs[0], op.outputs[0]
            maker = self.makers.get(source) if source in once else None
            if op.kind == AFFINE and source in self.graph.inputs and source in once:
                self.renamed[result] = source
            elif op.kind == AFFINE and maker is not None and self._plain(maker, WEIGHTED):
                self._absorb(maker, result)
            elif op.kind == AFFINE:
                self._spell(op)
            elif op.kind == "reshape" and self._flat(op, readers):
                self.renamed[result] = source
            elif op.kind in CLAMPS and maker is not None and self._plain(maker, ACTIVATED):
                made = self.ops[maker]
                self.ops[maker] = replace(made, options={**made.options, "activation": op.kind})
                self._absorb(maker, result)
            else:
                self._put(op)
            once |= (
                {result} if len(readers.get(result, ())) == 1 and result not in self.graph.outputs else set()
            )
        outputs = tuple(self.renamed.get(i, i) for i in self.graph.outputs)
        return replace(self.graph, tensors=tuple(self.tensors), ops=tuple(self.ops), outputs=outputs)

    def _flat(self, op: Op, readers: Mapping[int, tuple[int, ...]]) -> bool:
        """A row of values that a dense layer takes as it is."""
        given, found = self.tensors[op.inputs[0]], readers.get(op.outputs[0], ())
        taken = [self.graph.ops[reader] for reader in found]
        dense = bool(taken) and all(
            reader.kind == "fully_connected" and not reader.flag("keep_num_dims") for reader in taken
        )
        return dense and given.elements == given.shape[-1]

    def _plain(self, maker: int, kinds: frozenset[str]) -> bool:
        op = self.ops[maker]
        return op.kind in kinds and op.options.get("activation", "none") == "none"

    def _absorb(self, maker: int, result: int) -> None:
        """The operator gives what the one behind it gave."""
        op = self.ops[maker]
        self.tensors[result] = replace(self.tensors[result], layer=self.tensors[op.outputs[0]].layer)
        self.ops[maker] = replace(op, outputs=(result,))
        self.makers[result] = maker

    def _spell(self, op: Op) -> None:
        """A product and a sum with a number for each channel."""
        source, result = op.inputs[0], op.outputs[0]
        scaled = len(self.tensors)
        self.tensors.append(replace(self.tensors[result], name=f"value {scaled}"))
        self._put(
            Op(
                kind="mul",
                inputs=(source, self._vector(source)),
                outputs=(scaled,),
                options={"activation": "none"},
            )
        )
        options: dict[str, OptionValue] = {"activation": "none", "pot_scale_int16": True}
        self._put(Op(kind="add", inputs=(scaled, self._vector(source)), outputs=(result,), options=options))

    def _vector(self, like: int) -> int:
        given = self.tensors[like]
        shape = given.shape[-1:]
        data = np.broadcast_to(np.zeros((), DTYPES["int8"]), shape)
        self.tensors.append(Tensor(name=WEIGHTS, shape=shape, dtype="int8", data=data, layer=given.layer))
        return len(self.tensors) - 1

    def _put(self, op: Op) -> None:
        self.makers |= dict.fromkeys(op.outputs, len(self.ops))
        self.ops.append(op)
