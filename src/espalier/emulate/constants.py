"""Where the constants of a compiled program go, byte by byte: read from the symbols of its image."""

from __future__ import annotations

import msgspec

from ..graph.types import ABSENT, Graph
from .elf import Image

SECTIONS = (".weights", ".rodata")
WEIGHTS = frozenset({"weights", "entries", "stream", "symbols", "levels"})
"""Last words of the arrays that hold weights: as they are, without zeros, as a code with its tables."""
PER_CHANNEL = frozenset({"pairs", "channels", "scales", "biases", "slow", "taps"})
"""The same of those that hold bias and requantization."""


class Constants(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes; `stored` is the sum of the four before it. `model`: weights and biases as the simplified network holds
    them, which keep each channel's scale elsewhere."""

    model: int
    weights: int
    """Of the layers as stored: without zeros or as a code where that pays, with the padding that the kernels load."""
    requantization: int
    """Per channel: bias, multiplier and shift, in place of the file's bias and float scale."""
    structures: int
    """Layer structures: extents, offsets and pointers."""
    tables: int
    """Lookup tables, labels, tables of the kernels and alignment."""
    stored: int

    def text(self) -> str:
        """In words."""
        return (
            f"{self.stored:,} bytes of constants for {self.model:,} in the network: weights {self.weights:,}, bias and "
            f"requantization of every channel {self.requantization:,}, layer structures {self.structures:,}, tables "
            f"and alignment {self.tables:,}"
        )


def account(image: Image, prefix: str, graph: Graph) -> Constants:
    """The account of a program of our own; every byte of its constant sections is in one of the parts."""
    spans = [(s.address, s.address + s.size) for s in image.sections if s.name in SECTIONS]
    weights = requantization = structures = 0
    start = f"{prefix}_layer_"
    for symbol in image.symbols.values():
        if not symbol.size or not any(low <= symbol.address < high for low, high in spans):
            continue
        rest = symbol.name.removeprefix(start)
        last = symbol.name.rpartition("_")[2]
        if symbol.name.startswith(f"{prefix}_tensor_") or (
            last in WEIGHTS and symbol.name.startswith(f"{prefix}_")
        ):
            weights += symbol.size
        elif rest != symbol.name and all(part.isdigit() for part in rest.split("_")):
            structures += symbol.size
        elif rest != symbol.name and last in PER_CHANNEL:
            requantization += symbol.size
    stored = image.size_of(*SECTIONS)
    read = {i for op in graph.ops for i in op.inputs if i != ABSENT and graph.tensors[i].is_constant}
    return Constants(
        model=sum(graph.tensors[i].size_bytes for i in read),
        weights=weights,
        requantization=requantization,
        structures=structures,
        tables=stored - weights - requantization - structures,
        stored=stored,
    )
