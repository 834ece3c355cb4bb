"""Layers whose weights lie in flash as a Huffman code: the same kernels, on weights decoded into private memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError
from .c_text import Value
from .huffman import Code, codable, counted, encode, encoded_bytes
from .lowering import Constant, Lowered, round_up

STRUCTURE_BYTES = 40
"""Bytes by which the structure of a coded layer is larger, at most."""
TABLE_BYTES = 512
"""ESPALIER_DECODE_BYTES in espalier.h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedForm:
    """How a layer of one kind is coded. ``split``: fields of a part of 1/n of the layer, and of the whole."""

    split: Callable[[Mapping[str, Value], int], tuple[Mapping[str, Value], Mapping[str, Value]]]
    channels: str
    """The field with the output channels; empty where the layer is always one part."""
    width: int = 1
    """Bytes of a decoded weight as the kernel reads it."""


def _conv(fields: Mapping[str, Value], parts: int) -> tuple[dict[str, Value], dict[str, Value]]:
    channels = _number(fields, "out_channels") // parts
    part = dict(fields)
    if parts > 1:
        part["group_out"] = channels
        part["count"] = _number(fields, "count") // parts
    return part, {"part_channels": channels}


def _dense(fields: Mapping[str, Value], parts: int) -> tuple[dict[str, Value], dict[str, Value]]:
    return {**fields, "units": _number(fields, "units") // parts}, {}


def _whole(fields: Mapping[str, Value], parts: int) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    return fields, {}


_ONE_PART = CodedForm(split=_whole, channels="")

FORMS: Mapping[str, CodedForm] = {
    "espalier_conv_2d": CodedForm(split=_conv, channels="out_channels"),
    "espalier_conv_int16": _ONE_PART,
    "espalier_depthwise_bytes": _ONE_PART,
    "espalier_depthwise_planes": _ONE_PART,
    "espalier_depthwise_conv_2d": CodedForm(split=_whole, channels="", width=2),
    "espalier_fully_connected": CodedForm(split=_dense, channels="units"),
    "espalier_transpose_conv": _ONE_PART,
}
"""Kernels that have a form with coded weights, `<kernel>_coded`."""


def _number(fields: Mapping[str, Value], name: str) -> int:
    value = fields.get(name, 0)
    return value if isinstance(value, int) else 0


def weights_of(lowered: Lowered) -> NDArray[np.int8] | None:
    """The weights of a call as its kernel reads them (int8, flat, filled with zeros to a multiple of 4); None where no code
    can hold them."""
    if lowered.function not in FORMS:
        return None
    values = next(c.values for c in lowered.constants if c.field == "weights").astype(np.int8).reshape(-1)
    return np.pad(values, (0, -values.size % 4)) if values.size and codable(values) else None


def possible_parts(lowered: Lowered) -> tuple[int, ...]:
    """Into how many parts a layer's weights may be divided: whole pairs of output channels, all parts alike."""
    form = FORMS[lowered.function]
    pairs = 1
    if form.channels and _number(lowered.fields, "groups") <= 1:
        channels = _number(lowered.fields, form.channels)
        pairs = 1 if channels % 2 else channels // 2
    return tuple(n for n in range(1, pairs + 1) if pairs % n == 0)


def part_counts(lowered: Lowered, parts: int) -> list[NDArray[np.int64]]:
    """How often each symbol occurs in each part of a layer's weights."""
    weights = weights_of(lowered)
    return [] if weights is None else [counted(part) for part in weights.reshape(parts, -1)]


def coded_bytes(code: Code, counts: Sequence[NDArray[np.int64]]) -> int:
    """Flash that a coded layer takes in place of its weights."""
    return sum(encoded_bytes(code, part) for part in counts) + STRUCTURE_BYTES


def coded(lowered: Lowered, code: Code | None, parts: int) -> Lowered:
    """The same layer with its weights as a code, decoded in ``parts``; its output may lie over its input only where it
    is one part. Without a code: only what memory it needs."""
    form, weights = FORMS[lowered.function], weights_of(lowered)
    if weights is None:
        raise BugError(f"{lowered.function} holds weights that no code can hold")
    part_bytes = weights.size // parts
    decoded = dataclasses.replace(
        lowered,
        state_bytes=round_up(part_bytes * form.width, 8) + TABLE_BYTES + lowered.state_bytes,
        uses_scratch=True,
        leads=lowered.leads if parts == 1 else {},
        window=None,
    )
    if code is None:
        return decoded
    part, whole = form.split(lowered.fields, parts)
    pieces = [encode(code, piece) for piece in weights.reshape(parts, -1)]
    stream = np.frombuffer(b"".join([*pieces, bytes(1)]), np.uint8)  # the decoder takes two bytes at a time
    others = (c for c in lowered.constants if c.field != "weights")
    return dataclasses.replace(
        decoded,
        function=f"{lowered.function}_coded",
        sources=(*lowered.sources, f"{lowered.function.removeprefix('espalier_')}_coded.c", "decode.c"),
        struct=f"{lowered.function}_coded_layer",
        fields={
            "code.stream_bytes": stream.size,
            "code.part_bytes": part_bytes,
            **whole,
            **{f"layer.{name}": value for name, value in part.items()},
        },
        constants=(
            Constant(field="code.stream", values=stream),
            Constant(field="code.levels", values=code.levels, struct="espalier_level", shared=True),
            Constant(field="code.symbols", values=code.symbols, shared=True),
            *(dataclasses.replace(c, field=f"layer.{c.field}") for c in others),
        ),
    )
