"""Convolutions and dense layers with many zero weights: the zeros are neither stored nor multiplied, where that wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..graph import arithmetic
from ..graph.arithmetic import Multiplier
from ..graph.view import OpView
from . import lower_conv, lower_dense, lower_few
from .c_text import Name, Value
from .lower_conv import Shape
from .lowering import READ_FIRST, Constant, How, Lowered, Window, quant_of, ring_fields, round_up
from .sparse_choice import Works, chosen
from .sparse_entries import Entries, entries_of
from .sparse_prices import Work

TILE_PIXELS = 8
"""Output pixels that the sparse kernels compute at once."""
PAIR_BYTES, BYTE_BYTES = 16, 8
"""Packed bytes per window position of the two forms of the tile kernel."""
_NARROW_SUM = 1 << 23
"""Sums of the paired form must stay below it: two of them share 64 bits, 24 apart."""
_LARGEST_BYTES = 1 << 15
"""Of a channel's entries: their count is a field of 16 bits, and so few keep sums of values + 128 within 32 bits."""
CHANNEL = np.dtype(
    [
        ("start", "<i4"),
        ("start_high", "<i4"),
        ("multiplier", "<i4"),
        ("shift", "u1"),
        ("skip", "u1"),
        ("bytes", "<u2"),
    ]
)
"""espalier_sparse_channel."""
DENSEST = 0.75
"""Share of weights that are not zero above which the sparse form wins nowhere."""
PAIRED = frozenset({"dsp", "helium"})
"""Instruction sets whose cores multiply and add to 64 bits as fast as to 32."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Layer:
    """A convolution in its sparse form."""

    shape: Shape
    weights: NDArray[np.int8]
    """int8 [channels, window positions], pieces of the window padded to words."""
    biases: NDArray[np.int64]
    multipliers: Sequence[Multiplier]
    paired: bool

    @property
    def packed_bytes(self) -> int:
        return self.weights.shape[1] * (PAIR_BYTES if self.paired else BYTE_BYTES)


def conv_2d(view: OpView, how: How) -> Lowered:
    """A convolution, in the form that wins."""
    # Refuses extents that the fields of either form cannot hold.
    dense = lower_few.conv_2d(view, how) or lower_conv.conv_2d(view, how)
    density = stored_share(view)
    if how.coding is not None or density > DENSEST:
        return dense
    layer = _sparse_layer(view, how)
    if layer is None:
        return dense
    entries = entries_of(layer.weights)
    if int(entries.sizes.max()) >= _LARGEST_BYTES:
        return dense
    form = "pairs" if layer.paired else "bytes"
    works = Works(dense=dense_work(view, how), sparse=(form, _sparse_work(layer, entries)))
    return chosen("conv_2d", how, dense, _lowered(view, layer, entries), works, density)


def _sparse_layer(view: OpView, how: How) -> _Layer | None:
    """None where the sparse kernels cannot take the layer."""
    shape = _shape(view, how)
    channels = lower_conv.channels_of(view, shape)
    if shape.groups != 1 or channels.slow:
        return None
    flat, biases = channels.weights, channels.biases
    paired = how.isa in PAIRED and how.optimize != "ram" and _fits_pairs(flat, biases)
    pieces = flat.reshape(shape.out_c, shape.kernel_h * shape.segments[0], -1)
    pieces = np.pad(pieces, ((0, 0), (0, 0), (0, -pieces.shape[2] % lower_conv.WORD)))
    return _Layer(
        shape=shape,
        weights=pieces.reshape(shape.out_c, -1),
        biases=biases,
        multipliers=channels.multipliers,
        paired=paired,
    )


def _shape(view: OpView, how: How) -> Shape:
    """As for dense weights, but windows that could be read straight from the input go through a ring where they are no
    whole words, where a row has no whole tile, or where the rows run one by one: its last tile is read again after the one
    before was written."""
    shape = lower_conv.shape_of(view, how)
    if shape.direct and (how.rows or shape.out_w < TILE_PIXELS or not shape.words_aligned):
        shape = replace(lower_conv.shape_of(view, replace(how, rows=True)), direct=False)
    return shape


def _fits_pairs(flat: NDArray[np.int8], biases: NDArray[np.int64]) -> bool:
    largest = np.abs(biases) + 128 * np.abs(flat.astype(np.int64)).sum(axis=1)
    return bool((largest < _NARROW_SUM).all())


def _lowered(view: OpView, layer: _Layer, entries: Entries) -> Lowered:
    shape = layer.shape
    row_bytes = round_up(shape.ring_width * shape.in_c, lower_conv.WORD)
    missing = max(0, TILE_PIXELS - shape.out_w)
    slack = lower_conv.WORD + missing * shape.stride_w * shape.in_c
    window = shape.window
    zero, left = quant_of(view.input(0).quant).zero_point, shape.left * shape.in_c
    ring = ring_fields(window, row_bytes=row_bytes, zero=zero, left=left, slack=slack)
    quant = quant_of(view.output.quant)
    low, high = arithmetic.activation_range(view.op.text("activation"), quant.scale, quant.zero_point, "int8")
    form = "pairs" if layer.paired else "bytes"
    fields: dict[str, Value] = {
        **ring,
        "tile": Name(f"espalier_sparse_tile_{form}"),
        "pack": Name(f"espalier_sparse_pack_{form}"),
        "packed_bytes": layer.packed_bytes,
        "in_row_bytes": shape.in_w * shape.in_c,
        "out_height": shape.out_h,
        "out_width": shape.out_w,
        "out_channels": shape.out_c,
        "window_rows": shape.kernel_h,
        "window_segments": shape.segments[0],
        "segment_words": shape.segment_words,
        "segment_step": shape.dilation_w * shape.in_c,
        "pixel_step": shape.stride_w * shape.in_c,
        "dilation": shape.dilation_h,
        "out_zero": quant.zero_point,
        "low": low,
        "high": high,
    }
    return Lowered(
        function="espalier_sparse_conv_2d",
        sources=("sparse_conv_2d.c", "ring.c", "copy.c"),
        struct="espalier_sparse_conv_2d_layer",
        fields=fields,
        constants=_constants(entries, _channels(layer, entries)),
        state_bytes=ring["ring.state_bytes"],
        work_bytes=layer.packed_bytes + (round_up(TILE_PIXELS * shape.out_c, 8) if missing else 0),
        uses_scratch=True,
        leads={0: _lead(window, shape)},
        window=window,
        row_form="window",
    )


def _channels(layer: _Layer, entries: Entries) -> NDArray[np.void]:
    start = layer.biases - 128 * layer.weights.astype(np.int64).sum(axis=1)
    if layer.paired:
        start = start + (layer.biases << 24)
    return _channel_table(start, layer.multipliers, entries)


def _channel_table(
    start: NDArray[np.int64], multipliers: Sequence[Multiplier], entries: Entries
) -> NDArray[np.void]:
    table = np.zeros(len(start), CHANNEL)
    table["start"] = lower_conv.wrapped(start)
    table["start_high"] = start >> 32
    table["multiplier"] = [m.value for m in multipliers]
    table["shift"] = [-m.shift for m in multipliers]
    table["skip"] = entries.skip
    table["bytes"] = entries.sizes
    return table


def _lead(window: Window, shape: Shape) -> int:
    """As :func:`lower_conv.conv_lead`; the last tile of a row lies over the one before and is read after that was
    written."""
    if window.ring_rows:
        return lower_conv.conv_lead(window, shape.out_w, shape.out_c, shape.stride_w * shape.in_c, 1)
    starts = [*range(0, shape.out_w - TILE_PIXELS, TILE_PIXELS), shape.out_w - TILE_PIXELS]
    lead = READ_FIRST
    for row in range(window.out_height):
        reads = [
            (row * window.stride) * window.in_row_bytes + x * shape.stride_w * shape.in_c for x in starts
        ]
        reads.append((row + 1) * window.stride * window.in_row_bytes)
        for x, unread in zip(starts, reads[1:], strict=True):
            if x != starts[-1] or row + 1 < window.out_height:
                written = row * window.out_row_bytes + (x + TILE_PIXELS) * shape.out_c
                lead = max(lead, written - unread)
    return lead


def may_be_sparse(view: OpView) -> bool:
    """Whether enough weights of an operator are zero; the price lists decide then."""
    kinds = ("conv_2d", "fully_connected")
    return view.op.kind in kinds and view.output.dtype == "int8" and stored_share(view) <= DENSEST


def stored_share(view: OpView) -> float:
    """Share of a layer's weights that are not zero."""
    weights = view.constant(1)
    return np.count_nonzero(weights) / max(1, weights.size)


def dense_work(view: OpView, how: How) -> tuple[str, Work]:
    """The form of the kernel of a layer that keeps its zeros, and what it repeats."""
    shape = lower_conv.shape_of(view, how)
    if (form := lower_few.form_of(shape, how)) is not None:
        return form, lower_few.work_of(shape, form)
    return "dense", lower_conv.work_of(shape, how)


def _sparse_work(layer: _Layer, entries: Entries) -> Work:
    shape = layer.shape
    tiles = shape.out_h * -(-shape.out_w // TILE_PIXELS)
    copied = shape.out_h * shape.out_w * shape.out_c if shape.out_w < TILE_PIXELS else 0
    return {
        "entry": tiles * entries.count,
        "group": tiles * entries.groups,
        "channel": tiles * shape.out_c,
        "word": tiles * shape.steps // 2,
        "input word": lower_conv.input_words(shape),
        "piece": tiles * shape.kernel_h * shape.segments[0],
        "tile": tiles,
        "row": shape.out_h,
        "copied byte": copied,
        "layer": 1,
    }


def fully_connected(view: OpView, how: How) -> Lowered:
    """A dense layer, in the form that wins."""
    dense = lower_dense.fully_connected(view, how)
    density = stored_share(view)
    if how.coding is not None or density > DENSEST:
        return dense
    units, depth = view.input(1).shape
    channels = lower_dense.channels_of(view)
    if channels.slow:
        return dense
    weights, multipliers, biases = channels.weights, channels.multipliers, channels.biases
    entries = entries_of(weights)
    if int(entries.sizes.max()) >= _LARGEST_BYTES:
        return dense
    rows = view.input(0).elements // depth
    sparse = Lowered(
        function="espalier_sparse_fully_connected",
        sources=("sparse_fully_connected.c",),
        struct="espalier_sparse_fully_connected_layer",
        fields={name: dense.fields[name] for name in ("rows", "depth", "units", "out_zero", "low", "high")},
        constants=_constants(entries, _channel_table(biases, multipliers, entries)),
    )
    work = lower_dense.work_of(lower_dense.form_of(rows, how), rows, units, depth, how)
    stored: Work = {
        "entry": rows * entries.count,
        "group": rows * entries.groups,
        "channel": rows * units,
        "row": rows,
    }
    works = Works(dense=work, sparse=("sparse fully connected", stored))
    return chosen("fully_connected", how, dense, sparse, works, density)


def _constants(entries: Entries, channels: NDArray[np.void]) -> tuple[Constant, ...]:
    return (
        Constant(field="entries", values=entries.stream, align=lower_conv.WORD),
        Constant(field="channels", values=channels, struct="espalier_sparse_channel"),
    )
