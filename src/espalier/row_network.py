"""The int8 network in the report: its operators in order, what feeds each, and what each takes and loses."""

from __future__ import annotations

import msgspec


class NodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One operator of the int8 file. `inputs`: the places of the operators whose results it takes; none at the network's start.

    Instructions are per target whose program was counted, microseconds of LiteRT on the build machine, decibels and added
    noise (percent of the output's noise) from the account of the layers; null where that was not measured.
    """

    name: str
    """The Keras layer, else the tensor. Printable."""
    operator: str
    """As the file's format names it, lowered."""
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    """Of its result."""
    macs: int
    weight_bytes: int
    """Of the constants that no operator before it uses."""
    output_bytes: int
    instructions: dict[str, int] = {}
    microseconds: float | None = None
    sqnr_db: float | None = None
    added_percent: float | None = None
    gain_db: float | None = None
    """What comes back when this layer alone keeps more than 8 bits."""


class NetworkRow(msgspec.Struct, frozen=True, kw_only=True):
    """The int8 network as a graph; `left_out`: operators beyond the first that are told."""

    nodes: tuple[NodeRow, ...]
    left_out: int = 0
