"""Bytes of flash of a program: its constants as they will lie there, its layer structures, and the functions of the kernels that
a linker keeps, whose sizes `python benchmarks/kernel_sizes.py` measures."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import msgspec
import numpy as np

from ..emit.c_text import Name
from ..emit.lowering import Constant
from ..emit.program import constants_of
from ..emit.steps import Body
from ..graph.types import Graph

CRC: Final = "espalier_crc32"
_FUNCTION: Final = re.compile(r"\bespalier_\w+")


class KernelSizes(msgspec.Struct, frozen=True):
    """kernel_sizes.json: functions (and sections without a name of their own), the places of those that each needs, the bytes of
    each by core and level, and the bytes of the structures."""

    functions: tuple[str, ...]
    needs: tuple[tuple[int, ...], ...]
    sizes: Mapping[str, tuple[int, ...]]
    structures: Mapping[str, int]

    def kept(self, roots: Iterable[str]) -> frozenset[int]:
        """Places of what a linker keeps that starts at these functions."""
        place = {name: number for number, name in enumerate(self.functions)}
        waiting = [place[root] for root in roots if root in place]
        found: set[int] = set()
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self.needs[number]
        return frozenset(found)


@functools.cache
def kernel_sizes() -> KernelSizes:
    """The table of this version's kernels."""
    return msgspec.json.decode(
        files("espalier").joinpath("footprint", "kernel_sizes.json").read_bytes(), type=KernelSizes
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Glue:
    """Bytes of the code that is generated: for a program, a call of a kernel, an argument, an array of weights."""

    program: float
    call: float
    argument: float
    array: float


GLUE: Final[Mapping[str, Glue]] = {
    "arm": Glue(program=60, call=6, argument=4, array=14),
    "thumb1": Glue(program=-410, call=8, argument=4, array=14),
    "riscv": Glue(program=60, call=8, argument=4, array=16),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """Bytes of code and of constants."""

    code: int
    constants: int

    @property
    def total(self) -> int:
        return self.code + self.constants


def flash_of(graph: Graph, body: Body, core: str, isa: str, level: str = "-O2") -> Flash:
    """What a program takes on a core (a name of emulate.cross.CORES)."""
    table = kernel_sizes()
    arrays = constants_of("net", graph, body)
    kept = table.kept({CRC, *_roots(body)})
    sizes = table.sizes[f"{core} {level}"]
    glue = GLUE.get(isa, GLUE["arm"])
    calls = [line for line in body.lines if _FUNCTION.search(line)]
    code = sum(sizes[number] for number in kept) + glue.program + glue.array * len(arrays)
    code += sum(glue.call + glue.argument * (line.count(",") + 1) for line in calls)
    return Flash(code=round(code), constants=constants_alone(graph, body))


def constants_alone(graph: Graph, body: Body) -> int:
    """Bytes of the layer structures and of the arrays, the same on every core."""
    table = kernel_sizes().structures
    structures = sum(table[layer.lowered.struct] for layer in body.layers)
    return structures + sum(stored_bytes(array, table) for array in constants_of("net", graph, body))


def stored_bytes(constant: Constant, structures: Mapping[str, int]) -> int:
    """An array in flash; each begins at a word."""
    count = len(constant.values)
    size = structures[constant.struct] * count if constant.struct else int(np.asarray(constant.values).nbytes)
    return -(-size // 4) * 4


def _roots(body: Body) -> Sequence[str]:
    """The functions that the program calls, or whose address it holds."""
    held = [
        value.text
        for layer in body.layers
        for value in layer.lowered.fields.values()
        if isinstance(value, Name)
    ]
    return [name for text in (*body.lines, *held) for name in _FUNCTION.findall(text)]
