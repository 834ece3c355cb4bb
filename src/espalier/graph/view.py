"""An operator together with its tensors: what shape rules, constraints and the reference executor look at."""

from __future__ import annotations

from dataclasses import dataclass

from .types import Array, Graph, Op, Tensor


@dataclass(frozen=True, slots=True, eq=False)
class OpView:
    """`op` with its operands resolved; None where an optional operand is absent."""

    op: Op
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]

    def has(self, position: int) -> bool:
        return position < len(self.inputs) and self.inputs[position] is not None

    def input(self, position: int) -> Tensor:
        """Operand `position`, which the arity check has found to be present."""
        tensor = self.inputs[position] if position < len(self.inputs) else None
        if tensor is None:
            raise IndexError(f"{self.op.kind} has no operand {position}")
        return tensor

    def constant(self, position: int) -> Array:
        """The value of constant operand `position`."""
        data = self.input(position).data
        if data is None:
            raise IndexError(f"operand {position} of {self.op.kind} is not a constant")
        return data

    def integers(self, position: int) -> tuple[int, ...]:
        """Constant operand `position` (axes, paddings, sizes) as Python integers, flattened."""
        return tuple(int(v) for v in self.constant(position).reshape(-1))

    @property
    def output(self) -> Tensor:
        return self.outputs[0]

    @property
    def present(self) -> tuple[Tensor, ...]:
        return tuple(t for t in self.inputs if t is not None)


def view(graph: Graph, op: Op) -> OpView:
    return OpView(op, graph.operands(op), graph.results(op))
