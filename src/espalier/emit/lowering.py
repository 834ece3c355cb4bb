"""What one operator becomes in C: a kernel call, its layer structure, its constant arrays, its private
memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, UnsupportedModelError
from ..graph.types import Quant
from . import c_text
from .c_text import Name, Value
from .huffman import Code

READ_FIRST = -(1 << 30)
"""A lead that every placement satisfies: the kernel reads the whole input before it writes."""

TYPES = {"int8": 0, "int16": 1, "uint8": 2}
"""The enumeration of element types in espalier.h."""

RING_STATE_BYTES = 16
"""Counters in front of a ring's rows (struct State in ring.c)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coding:
    """One code for the weights of a network. ``parts``: operator -> parts in which its weights are decoded."""

    code: Code | None
    """None while only memory is planned."""
    parts: Mapping[int, int]
    before_bytes: int = 0
    """The coded layers' weights as they are without."""
    after_bytes: int = 0
    """What they take instead, with the tables of the code and what the layers' structures grow."""
    code_bytes: int = 0
    """Code that decodes, at most."""

    @property
    def saved_bytes(self) -> int:
        """Flash, before the code that decodes."""
        return self.before_bytes - self.after_bytes


NO_CODING = Coding(code=None, parts={})
"""No layer is coded, yet the zeros are stored: what coded layers are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """``rows``: the operator must run row by row. ``optimize``: speed | ram | flash. ``isa``: portable | thumb1 |
    thumb2 | dsp | helium | riscv; programs differ in how sparse weights are kept, helium keeps all weights and
    windows as bytes."""

    rows: bool = False
    optimize: str = "speed"
    isa: str = "portable"
    coding: Coding | None = None
    """Layers whose weights lie in flash as a code; where there are any, all layers store their zeros: the code has a
    short word for them, and one kernel is smaller than two."""
    paid: frozenset[str] = frozenset()
    """Operators whose layers together save more bytes than the code of their sparse kernels takes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constant:
    """A constant array of the weights file and the field that points to it, ``inner.field`` within a structure. ``values`` is
    2-D for an array of structures of type ``struct``."""

    field: str
    values: NDArray[np.generic]
    struct: str = ""
    align: int = 0
    shared: bool = False
    """One array for all layers of the program that have it; they hold the same values."""

    def array_name(self, prefix: str, layer: str) -> str:
        """The C name of the array in program ``prefix`` for layer structure ``layer``."""
        return f"{prefix if self.shared else layer}_{self.field.rpartition('.')[2]}"

    @property
    def size_bytes(self) -> int:
        return int(self.values.nbytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How the rows of a windowed operator depend on rows of its input, for row-by-row execution."""

    in_height: int
    out_height: int
    in_row_bytes: int
    out_row_bytes: int
    stride: int
    pad_top: int = 0
    ring_rows: int = 0
    """0: an output row reads one input row, straight from memory."""

    def rows_read(self, row: int) -> int:
        """Input rows that have been taken over once output row ``row`` is computed."""
        if not self.ring_rows:
            return min(row * self.stride + 1, self.in_height)
        return max(0, min(row * self.stride + self.ring_rows - self.pad_top, self.in_height))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparse:
    """A layer whose zero weights are not stored, and what that saves against storing them."""

    density: float
    """Share of the weights that are not zero."""
    bytes_saved: int
    """Of constants in flash; negative where speed is bought with bytes."""
    instructions_saved: int
    """By the price list of the core at -O2; negative where bytes are bought with speed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lowered:
    """One kernel call: ``function(&layer, inputs..., output, scratch)``."""

    function: str
    sources: tuple[str, ...]
    """Kernel files that this call needs besides ``espalier.h``."""
    struct: str
    fields: Mapping[str, Value]
    constants: tuple[Constant, ...] = ()
    inputs: tuple[int, ...] = (0,)
    """Operand positions passed as pointers, in the order of the C parameters."""
    output: int = 0
    in_offset: int = 0
    """Bytes from the start of the (first) input at which this call begins."""
    out_offset: int = 0
    state_bytes: int = 0
    """Private memory that lives as long as the operator runs (rings of rows, tables)."""
    work_bytes: int = 0
    """Private memory that is free again after each row."""
    uses_scratch: bool = False
    leads: Mapping[int, int] = field(default_factory=dict)
    """Operand position -> lead; see :class:`espalier.emit.demand.Demand`."""
    window: Window | None = None
    """Set when the call can run row by row."""
    input_types: tuple[str, ...] = ()
    """C element types of the inputs where they are not int8_t."""
    out_type: str = "int8_t"
    row_form: str = ""
    """How a row is computed: "window" (state, work, input, output; the ring holds rows as they are), "wide window" (the
    same, but the operator's own ``_push`` brings rows into the form of its ring) or "elementwise" (inputs, output,
    bytes, state)."""
    start: str = ""
    """Function of the operator's own that prepares its state before rows are computed; a ring needs none."""

    sparse: Sparse | None = None
    """Set where only the weights that are not zero are stored."""

    def row(self, layer: Name, state: Name, work: Name, sources: Sequence[Value], target: Name) -> str:
        """The call that computes one output row from input rows."""
        if self.window is None:
            raise BugError(f"{self.function} cannot run row by row")
        function = f"{self.function}_row"
        if self.row_form == "elementwise":
            return c_text.call(function, [layer, *sources, target, self.window.out_row_bytes, state])
        return c_text.call(function, [layer, state, work, *sources, target])

    def start_call(self, layer: Name, state: Name) -> str:
        """The call that prepares the state before rows are computed; empty where there is none to prepare."""
        if self.start:
            return c_text.call(self.start, [layer, state])
        return ring_call("start", layer, state) if self.window and self.window.ring_rows else ""

    def push_call(self, layer: Name, state: Name, row: Name) -> str:
        """The call that takes an input row over into the ring."""
        if self.row_form == "window" and self.window:
            return ring_call("push", layer, state, row, self.window.in_row_bytes)
        return c_text.call(f"{self.function}_push", [layer, state, row])

    @property
    def scratch_bytes(self) -> int:
        return self.state_bytes + self.work_bytes


def quant_of(quant: Quant | None) -> Quant:
    """The quantization that the rules of the operator table promise."""
    if quant is None:
        raise BugError("a tensor without quantization reached the emitter")
    return quant


def ring_call(action: str, layer: Name, state: Name, *more: Value) -> str:
    """A call of ring.c: "start", "wants", "slot", "advance" or "push"."""
    return c_text.call(f"espalier_ring_{action}", [Name(f"{layer.text}.ring"), state, *more])


def ring_fields(
    window: Window, *, row_bytes: int, zero: int, wide: bool = False, left: int = 0, slack: int = 0
) -> dict[str, int]:
    """The fields of ``espalier_ring``. ``zero``: what lies around the input, in 16 bits where the ring is ``wide``;
    ``left``: bytes in front of a row's first pixel; ``slack``: bytes behind the last row that may be read."""
    outside = (zero & 0xFFFF) * 0x10001 if wide else (zero & 0xFF) * 0x1010101
    rows = RING_STATE_BYTES + round_up(window.ring_rows * row_bytes + slack, 8)
    return {
        "ring.rows": window.ring_rows,
        "ring.pad_top": window.pad_top,
        "ring.in_height": window.in_height,
        "ring.stride": window.stride,
        "ring.outside": outside - (outside >> 31 << 32),
        "ring.left": left,
        "ring.row_bytes": row_bytes,
        "ring.state_bytes": rows if window.ring_rows else 0,
    }


def round_up(value: int, to: int) -> int:
    return -(-value // to) * to


def too_many_axes(what: str, found: int, most: int) -> UnsupportedModelError:
    """The refusal of a tensor for which a kernel has too few loops."""
    return UnsupportedModelError(
        f"a tensor is {what} along {found} separate axes",
        supported=f"at most {most}",
        next_step="reshape the tensor so that neighbouring axes are merged",
    )
