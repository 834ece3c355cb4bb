"""What a convolution's kernel walks: extents of its maps and window, depthwise or not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..graph.shapes import window_padding
from ..graph.view import OpView
from .lowering import How, Window

EXTENT_LIMIT = 1 << 15
"""Extents, and byte counts within a window, are 16-bit fields of the layer structure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extents:
    """Of a convolution, depthwise or not, as the kernel walks them."""

    in_h: int
    in_w: int
    in_c: int
    out_h: int
    out_w: int
    out_c: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    top: int
    left: int

    @property
    def window_rows(self) -> int:
        """Rows of the input from a window's first to its last."""
        return (self.kernel_h - 1) * self.dilation_h + 1

    @property
    def ring_rows(self) -> int:
        return self.window_rows

    @property
    def ring_width(self) -> int:
        """Pixels of a padded row."""
        windows = (self.out_w - 1) * self.stride_w + (self.kernel_w - 1) * self.dilation_w + 1
        return max(windows, self.left + self.in_w)

    @property
    def ring_height(self) -> int:
        """Rows of a padded map."""
        return max((self.out_h - 1) * self.stride_h + self.window_rows, self.top + self.in_h)

    @property
    def window(self) -> Window:
        """How the rows of the output depend on those of the input."""
        return Window(
            in_height=self.in_h,
            out_height=self.out_h,
            in_row_bytes=self.in_w * self.in_c,
            out_row_bytes=self.out_w * self.out_c,
            stride=self.stride_h,
            pad_top=self.top,
            ring_rows=self.ring_rows,
        )


def extents_of(view: OpView) -> Extents:
    op = view.op
    _, in_h, in_w, in_c = view.input(0).shape
    _, out_h, out_w, out_c = view.output.shape
    _, kernel_h, kernel_w, _ = view.input(1).shape
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    dilation_h, dilation_w = op.integer("dilation_h"), op.integer("dilation_w")
    top, _ = window_padding(in_h, kernel_h, stride_h, dilation_h, op.text("padding"))
    left, _ = window_padding(in_w, kernel_w, stride_w, dilation_w, op.text("padding"))
    return Extents(
        in_h=in_h,
        in_w=in_w,
        in_c=in_c,
        out_h=out_h,
        out_w=out_w,
        out_c=out_c,
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        stride_h=stride_h,
        stride_w=stride_w,
        dilation_h=dilation_h,
        dilation_w=dilation_w,
        top=top,
        left=left,
    )


def lying(given: Extents, how: How) -> Extents:
    """Maps one pixel wide, as of sound, lie in memory like maps one pixel high: those have one long row instead of many
    short ones. Not where the operator runs row by row, nor where a ring of the whole map counts as RAM."""
    narrow = given.in_w == given.out_w == given.kernel_w == 1 and given.left == 0
    no_ring = given.kernel_h == 1 and given.top == 0
    if how.rows or not narrow or not (how.optimize == "speed" or no_ring):
        return given
    if given.ring_height * max(given.in_c, given.out_c) >= EXTENT_LIMIT:
        return given
    return replace(
        given,
        in_h=1,
        in_w=given.in_h,
        out_h=1,
        out_w=given.out_h,
        kernel_h=1,
        kernel_w=given.kernel_h,
        stride_h=1,
        stride_w=given.stride_h,
        dilation_h=1,
        dilation_w=given.dilation_h,
        top=0,
        left=given.top,
    )
