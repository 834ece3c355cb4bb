"""The int8 network as frozen values: `Graph`, `Tensor`, `Op`, `Quant`.

Laws (checked by `espalier.graph.verify`): operators are in execution order, every tensor has one producer,
no operator changes a tensor, constants are read-only arrays whose shape and dtype are the tensor's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.generic]
OptionValue: TypeAlias = bool | int | float | str | tuple[int, ...]

DTYPES: Final[Mapping[str, np.dtype[np.generic]]] = MappingProxyType(
    {
        "int8": np.dtype("<i1"),
        "uint8": np.dtype("<u1"),
        "int16": np.dtype("<i2"),
        "int32": np.dtype("<i4"),
        "int64": np.dtype("<i8"),
        "float32": np.dtype("<f4"),
        "bool": np.dtype("?"),
    }
)
"""Element types a tensor may have; names are numpy's."""

ABSENT: Final = -1
"""Tensor index of an optional operand that is not there (a convolution without bias)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quant:
    """real = scale * (stored - zero_point). One scale per tensor, or one per slice along `axis`.

    Scales are the float32 values of the file, held as Python floats (exact).
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int | None = None

    @property
    def scale(self) -> float:
        """The one scale of a per-tensor quantization (the first one of a per-channel one)."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        return self.zero_points[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tensor:
    """A value of the network. `data` is None for activations, a read-only array for constants.

    `name` comes from the model file and is hostile: escape it before it goes anywhere. So does `layer`, the
    Keras layer behind the tensor; it is empty where that is not known.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    quant: Quant | None = None
    data: Array | None = None
    layer: str = ""

    @property
    def elements(self) -> int:
        count = 1
        for extent in self.shape:
            count *= extent
        return count

    @property
    def size_bytes(self) -> int:
        return self.elements * DTYPES[self.dtype].itemsize

    @property
    def is_constant(self) -> bool:
        return self.data is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One operator: `kind` is a key of `espalier.graph.ops.OPS`; operands are indices into `Graph.tensors`.

    `options` holds what the op table lists for the kind (all of them, defaults filled in). Padding is
    "same" | "valid", a fused activation "none" | "relu" | "relu6" | "relu_n1_to_1".
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, OptionValue] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(sorted(self.options.items()))))

    def integer(self, name: str) -> int:
        """Option `name`, which the op table says is an integer."""
        return int(self.options[name])  # type: ignore[arg-type]

    def number(self, name: str) -> float:
        return float(self.options[name])  # type: ignore[arg-type]

    def flag(self, name: str) -> bool:
        return bool(self.options[name])

    def text(self, name: str) -> str:
        return str(self.options[name])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """A network. `inputs` and `outputs` are tensor indices in the order of the file's signature."""

    name: str
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def tensor(self, index: int) -> Tensor:
        return self.tensors[index]

    def operands(self, op: Op) -> tuple[Tensor | None, ...]:
        """The input tensors of `op`; None where an optional operand is absent."""
        return tuple(None if i == ABSENT else self.tensors[i] for i in op.inputs)

    def results(self, op: Op) -> tuple[Tensor, ...]:
        return tuple(self.tensors[i] for i in op.outputs)

    def producers(self) -> dict[int, int]:
        """Tensor index -> index of the operator that writes it (graph inputs and constants have none)."""
        return {t: i for i, op in enumerate(self.ops) for t in op.outputs}

    def consumers(self) -> dict[int, tuple[int, ...]]:
        """Tensor index -> indices of the operators that read it, in order, each once."""
        readers: dict[int, list[int]] = {}
        for i, op in enumerate(self.ops):
            for t in dict.fromkeys(op.inputs):
                if t != ABSENT:
                    readers.setdefault(t, []).append(i)
        return {t: tuple(r) for t, r in readers.items()}

    def with_ops(self, ops: tuple[Op, ...]) -> Graph:
        return replace(self, ops=ops)


def constant(values: npt.ArrayLike, dtype: str) -> Array:
    """A read-only, C-contiguous copy of `values` in `dtype` (a key of DTYPES)."""
    array = np.array(values, dtype=DTYPES[dtype], order="C", copy=True)
    array.setflags(write=False)
    return array
