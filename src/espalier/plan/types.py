"""What the planner promises: where each tensor lies in the arena and when, and what runs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from ..graph.types import Graph

ALIGNMENT: Final = 8
"""Offsets in the arena are multiples of this many bytes."""


class Needs(Protocol):
    """What a step needs of memory besides its tensors, as the kernels declare it."""

    @property
    def scratch_bytes(self) -> int: ...

    @property
    def leads(self) -> Mapping[int, int]:
        """Input tensor -> bytes by which it must lie behind the step's output to share memory with it."""
        ...


class Demand(Protocol):
    """The needs of the operators that run as one step under `optimize`."""

    def __call__(self, graph: Graph, ops: tuple[int, ...], *, optimize: str) -> Needs: ...


class Streamable(Protocol):
    """Whether operators can run row by row as one step, without storing what passes between them."""

    def __call__(self, graph: Graph, ops: tuple[int, ...]) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of memory that is needed from step `first` to step `last`, both included."""

    first: int
    last: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Operators (indices, in order) that run as one piece of code; `scratch_offset` is in the arena."""

    ops: tuple[int, ...]
    scratch_offset: int
    scratch_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tensor lies: in the arena at `offset`, or in the caller's buffer number `offset`."""

    where: str  # arena | input | output
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """One row of the memory chart: tensors that share a place, or the scratch of a step (no tensors)."""

    tensors: tuple[int, ...]
    first_step: int
    last_step: int
    offset: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The memory plan of a network. `places` has every tensor that is computed or given, constants excepted.

    Operators that only rename memory (reshape) appear in no step. `used_bytes[n]` are those that hold
    something at step n, most at `peak_step`; `arena_bytes` is what the caller must provide.
    """

    optimize: str
    steps: tuple[Step, ...]
    places: Mapping[int, Place]
    lifetimes: tuple[Lifetime, ...]
    used_bytes: tuple[int, ...]
    arena_bytes: int
    peak_step: int

    @property
    def offsets(self) -> Mapping[int, int]:
        """Tensor -> offset, for those in the arena."""
        return {t: p.offset for t, p in self.places.items() if p.where == "arena"}
