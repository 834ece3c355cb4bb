"""Shape rules: what an operator's outputs must look like, from its operands and options alone.

Each function takes an `OpView` and returns one shape per output. Operands have passed the arity check and
the constant operands named in the op table are constants. Layout is NHWC, as in TFLite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from .view import OpView

Shape: TypeAlias = tuple[int, ...]
ShapeRule: TypeAlias = Callable[[OpView], tuple[Shape, ...]]


class ShapeError(ValueError):
    """Operands whose shapes do not fit together; the message says what was found."""


def window_extent(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Output extent of a sliding window along one axis (TensorFlow's SAME and VALID)."""
    reach = (kernel - 1) * dilation + 1
    if padding == "same":
        return -(-size // stride)
    return max(0, -(-(size - reach + 1) // stride))


def window_padding(size: int, kernel: int, stride: int, dilation: int, padding: str) -> tuple[int, int]:
    """Zeros before and after one axis; SAME puts the odd one behind."""
    if padding == "valid":
        return 0, 0
    out = window_extent(size, kernel, stride, dilation, padding)
    total = max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return total // 2, total - total // 2


def broadcast(left: Shape, right: Shape) -> Shape:
    """Numpy's broadcasting of two shapes."""
    rank = max(len(left), len(right))
    a, b = (1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right
    if any(x != y and x != 1 and y != 1 for x, y in zip(a, b, strict=True)):
        raise ShapeError(f"shapes {left} and {right} do not broadcast")
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def axis_in_range(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ShapeError(f"axis {axis} is outside a tensor of rank {rank}")
    return axis % rank


def reduced_axes(view: OpView) -> tuple[int, ...]:
    """The axes a reduction removes, sorted, each once."""
    rank = len(view.input(0).shape)
    return tuple(sorted({axis_in_range(a, rank) for a in view.integers(1)}))


def _rank(view: OpView, position: int, rank: int) -> Shape:
    shape = view.input(position).shape
    if len(shape) != rank:
        raise ShapeError(f"operand {position} of {view.op.kind} has rank {len(shape)}, not {rank}")
    return shape


def same_as_first(view: OpView) -> tuple[Shape, ...]:
    return (view.input(0).shape,)


def broadcast_two(view: OpView) -> tuple[Shape, ...]:
    return (broadcast(view.input(0).shape, view.input(1).shape),)


def broadcast_three(view: OpView) -> tuple[Shape, ...]:
    return (broadcast(broadcast(view.input(0).shape, view.input(1).shape), view.input(2).shape),)


def select(view: OpView) -> tuple[Shape, ...]:
    """The condition has a value for each element, or one for all."""
    condition, first, second = (view.input(n).shape for n in range(3))
    if first != second or (condition != first and view.input(0).elements != 1):
        raise ShapeError(f"a condition of {condition} does not choose between {first} and {second}")
    return (first,)


def conv_2d(view: OpView) -> tuple[Shape, ...]:
    n, h, w, channels = _rank(view, 0, 4)
    out, kh, kw, depth = _rank(view, 1, 4)
    if depth < 1 or channels % depth or out % (channels // depth):
        raise ShapeError(f"a filter of depth {depth} with {out} outputs does not divide {channels} channels")
    return ((n, *_window(view, h, w, kh, kw), out),)


def depthwise_conv_2d(view: OpView) -> tuple[Shape, ...]:
    n, h, w, channels = _rank(view, 0, 4)
    one, kh, kw, out = _rank(view, 1, 4)
    multiplier = view.op.integer("depth_multiplier")
    if one != 1 or out != channels * multiplier:
        raise ShapeError(f"filter {view.input(1).shape} does not match {channels} channels x {multiplier}")
    return ((n, *_window(view, h, w, kh, kw), out),)


def _window(view: OpView, h: int, w: int, kh: int, kw: int) -> tuple[int, int]:
    op, padding = view.op, view.op.text("padding")
    dilation_h = op.integer("dilation_h") if "dilation_h" in op.options else 1
    dilation_w = op.integer("dilation_w") if "dilation_w" in op.options else 1
    return (
        window_extent(h, kh, op.integer("stride_h"), dilation_h, padding),
        window_extent(w, kw, op.integer("stride_w"), dilation_w, padding),
    )


def pool_2d(view: OpView) -> tuple[Shape, ...]:
    n, h, w, channels = _rank(view, 0, 4)
    op = view.op
    return ((n, *_window(view, h, w, op.integer("filter_h"), op.integer("filter_w")), channels),)


def transpose_conv(view: OpView) -> tuple[Shape, ...]:
    """Operands: output shape, filter (O, H, W, I), input; the output shape is given, and checked."""
    shape = view.integers(0)
    n, h, w, channels = _rank(view, 2, 4)
    out, kh, kw, depth = _rank(view, 1, 4)
    if len(shape) != 4 or shape[0] != n or shape[3] != out or depth != channels:
        raise ShapeError(f"filter {view.input(1).shape} and output {shape} do not match the input's channels")
    op, padding = view.op, view.op.text("padding")
    back = (
        window_extent(shape[1], kh, op.integer("stride_h"), 1, padding),
        window_extent(shape[2], kw, op.integer("stride_w"), 1, padding),
    )
    if back != (h, w):
        raise ShapeError(f"an output of {shape[1:3]} does not come from an input of {(h, w)}")
    return (shape,)


def fully_connected(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    units, depth = _rank(view, 1, 2)
    elements = math.prod(shape)
    if depth < 1 or elements % depth:
        raise ShapeError(f"{elements} inputs do not divide into rows of {depth}")
    if view.op.flag("keep_num_dims"):
        if not shape or shape[-1] != depth:
            raise ShapeError(f"the last axis of {shape} is not {depth}")
        return ((*shape[:-1], units),)
    return ((elements // depth, units),)


def batch_matmul(view: OpView) -> tuple[Shape, ...]:
    left, right = view.input(0).shape, view.input(1).shape
    if len(left) < 2 or len(right) < 2:
        raise ShapeError("batch_matmul needs matrices")
    rows, inner = left[-2:][::-1] if view.op.flag("adj_x") else left[-2:]
    depth, columns = right[-2:][::-1] if view.op.flag("adj_y") else right[-2:]
    if inner != depth:
        raise ShapeError(f"inner extents {inner} and {depth} differ")
    return ((*broadcast(left[:-2], right[:-2]), rows, columns),)


def reduce(view: OpView) -> tuple[Shape, ...]:
    axes, shape = reduced_axes(view), view.input(0).shape
    if view.op.flag("keep_dims"):
        return (tuple(1 if i in axes else n for i, n in enumerate(shape)),)
    return (tuple(n for i, n in enumerate(shape) if i not in axes),)


def arg_max(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    axes = view.integers(1)
    if len(axes) != 1:
        raise ShapeError(f"arg_max takes one axis, found {len(axes)}")
    axis = axis_in_range(axes[0], len(shape))
    return (shape[:axis] + shape[axis + 1 :],)


def pad(view: OpView) -> tuple[Shape, ...]:
    shape, pads = view.input(0).shape, view.constant(1)
    if pads.shape != (len(shape), 2):
        raise ShapeError(f"paddings of shape {pads.shape} for a tensor of rank {len(shape)}")
    values = view.integers(1)
    if min(values, default=0) < 0:
        raise ShapeError("a padding is negative")
    return (tuple(n + values[2 * i] + values[2 * i + 1] for i, n in enumerate(shape)),)


def mirror_pad(view: OpView) -> tuple[Shape, ...]:
    (shape,) = pad(view)
    values, most = view.integers(1), view.op.integer("mode") - 1
    if any(max(values[2 * i : 2 * i + 2]) > n + most for i, n in enumerate(view.input(0).shape)):
        raise ShapeError(f"paddings {values} are more than there is to mirror in {view.input(0).shape}")
    return (shape,)


def depth_to_space(view: OpView) -> tuple[Shape, ...]:
    n, h, w, channels = _rank(view, 0, 4)
    block = view.op.integer("block_size")
    if channels % block**2:
        raise ShapeError(f"{channels} channels do not divide into blocks of {block} x {block} pixels")
    return ((n, h * block, w * block, channels // block**2),)


def space_to_depth(view: OpView) -> tuple[Shape, ...]:
    n, h, w, channels = _rank(view, 0, 4)
    block = view.op.integer("block_size")
    if h % block or w % block:
        raise ShapeError(f"{h} x {w} pixels do not divide into blocks of {block} x {block}")
    return ((n, h // block, w // block, channels * block**2),)


def reverse(view: OpView) -> tuple[Shape, ...]:
    reduced_axes(view)
    return (view.input(0).shape,)


def broadcast_to(view: OpView) -> tuple[Shape, ...]:
    wanted = view.integers(1)
    if broadcast(view.input(0).shape, wanted) != wanted:
        raise ShapeError(f"a tensor of shape {view.input(0).shape} does not broadcast to {wanted}")
    return (wanted,)


def concatenation(view: OpView) -> tuple[Shape, ...]:
    shapes = [t.shape for t in view.present]
    axis = axis_in_range(view.op.integer("axis"), len(shapes[0]))
    rest = {s[:axis] + s[axis + 1 :] for s in shapes if len(s) == len(shapes[0])}
    if len(rest) != 1 or any(len(s) != len(shapes[0]) for s in shapes):
        raise ShapeError(f"shapes {shapes} differ outside axis {axis}")
    return ((*shapes[0][:axis], sum(s[axis] for s in shapes), *shapes[0][axis + 1 :]),)


def pack(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    if any(t.shape != shape for t in view.present):
        raise ShapeError("packed tensors differ in shape")
    axis = axis_in_range(view.op.integer("axis"), len(shape) + 1)
    return ((*shape[:axis], len(view.present), *shape[axis:]),)


def unpack(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    axis = axis_in_range(view.op.integer("axis"), len(shape))
    if not shape[axis] == view.op.integer("num") == len(view.outputs):
        raise ShapeError(f"an axis of {shape[axis]} does not unpack into {len(view.outputs)} tensors")
    return ((*shape[:axis], *shape[axis + 1 :]),) * len(view.outputs)


def reshape(view: OpView) -> tuple[Shape, ...]:
    """The shape operand, else the option, else the output's own shape; one extent may be -1."""
    elements = view.input(0).elements
    wanted = view.output.shape
    if view.has(1):
        if view.input(1).is_constant:
            wanted = view.integers(1)
    elif view.op.options.get("new_shape"):
        wanted = tuple(int(v) for v in view.op.options["new_shape"])  # type: ignore[union-attr]
    known = math.prod(n for n in wanted if n != -1)
    if sum(n == -1 for n in wanted) > 1 or any(n < -1 for n in wanted):
        raise ShapeError(f"shape {wanted} is not one")
    if -1 in wanted:
        if known == 0 or elements % known:
            raise ShapeError(f"{elements} elements do not reshape to {wanted}")
        wanted = tuple(elements // known if n == -1 else n for n in wanted)
    if math.prod(wanted) != elements:
        raise ShapeError(f"{elements} elements do not reshape to {wanted}")
    return (wanted,)


def squeeze(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    dims = view.op.options.get("squeeze_dims") or ()
    axes = {axis_in_range(int(a), len(shape)) for a in dims}  # type: ignore[union-attr]
    if any(shape[a] != 1 for a in axes):
        raise ShapeError(f"cannot squeeze axes {sorted(axes)} of {shape}")
    axes = axes or {i for i, n in enumerate(shape) if n == 1}
    return (tuple(n for i, n in enumerate(shape) if i not in axes),)


def expand_dims(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    axes = view.integers(1)
    if len(axes) != 1:
        raise ShapeError("expand_dims takes one axis")
    axis = axis_in_range(axes[0], len(shape) + 1)
    return ((*shape[:axis], 1, *shape[axis:]),)


def shape_of(view: OpView) -> tuple[Shape, ...]:
    return ((len(view.input(0).shape),),)


def transpose(view: OpView) -> tuple[Shape, ...]:
    shape, order = view.input(0).shape, view.integers(1)
    if sorted(order) != list(range(len(shape))):
        raise ShapeError(f"{order} is not a permutation of {len(shape)} axes")
    return (tuple(shape[i] for i in order),)


def slice_bounds(view: OpView) -> tuple[tuple[int, int, int], ...]:
    """(begin, end, stride) of each axis of a strided_slice, resolved the way `range` takes them."""
    shape, op = view.input(0).shape, view.op
    begin, end, strides = (view.integers(i) for i in (1, 2, 3))
    if not len(begin) == len(end) == len(strides) <= len(shape):
        raise ShapeError("begin, end and strides differ in length")
    bounds = []
    for axis, extent in enumerate(shape):
        if axis >= len(begin):
            bounds.append((0, extent, 1))
            continue
        step = strides[axis]
        if step == 0:
            raise ShapeError("a stride is 0")
        first = None if op.integer("begin_mask") >> axis & 1 else begin[axis]
        last = None if op.integer("end_mask") >> axis & 1 else end[axis]
        if op.integer("shrink_axis_mask") >> axis & 1:
            index = begin[axis] + extent if begin[axis] < 0 else begin[axis]
            if not 0 <= index < extent:
                raise ShapeError(f"index {begin[axis]} is outside an axis of {extent}")
            bounds.append((index, index + 1, 1))
        else:
            bounds.append(slice(first, last, step).indices(extent))
    return tuple(bounds)


def strided_slice(view: OpView) -> tuple[Shape, ...]:
    shrink = view.op.integer("shrink_axis_mask")
    bounds = slice_bounds(view)
    return (tuple(len(range(*b)) for i, b in enumerate(bounds) if not shrink >> i & 1),)


def tile(view: OpView) -> tuple[Shape, ...]:
    shape, multiples = view.input(0).shape, view.integers(1)
    if len(multiples) != len(shape) or min(multiples, default=1) < 1:
        raise ShapeError(f"the multiples {multiples} do not name every axis of {shape}")
    return (tuple(n * m for n, m in zip(shape, multiples, strict=True)),)


def gather(view: OpView) -> tuple[Shape, ...]:
    """The indices' shape in the place of the axis."""
    shape = view.input(0).shape
    axis = axis_in_range(view.op.integer("axis"), len(shape))
    if any(not 0 <= i < shape[axis] for i in view.integers(1)):
        raise ShapeError(f"the indices leave the axis of {shape[axis]}")
    return ((*shape[:axis], *view.input(1).shape, *shape[axis + 1 :]),)


def slice_(view: OpView) -> tuple[Shape, ...]:
    shape = view.input(0).shape
    begin, size = view.integers(1), view.integers(2)
    if len(begin) != len(shape) or len(size) != len(shape):
        raise ShapeError("begin and size must name every axis")
    out = tuple(n - b if s == -1 else s for n, b, s in zip(shape, begin, size, strict=True))
    if any(b < 0 or s < 0 or b + s > n for n, b, s in zip(shape, begin, out, strict=True)):
        raise ShapeError(f"slice {begin} {size} leaves {shape}")
    return (out,)


def split(view: OpView) -> tuple[Shape, ...]:
    """Operands: axis, tensor."""
    shape = view.input(1).shape
    axis = axis_in_range(view.integers(0)[0], len(shape))
    parts = len(view.outputs)
    if view.op.integer("num_splits") != parts or shape[axis] % parts:
        raise ShapeError(f"axis of {shape[axis]} does not split into {parts} equal parts")
    return ((*shape[:axis], shape[axis] // parts, *shape[axis + 1 :]),) * parts


def split_v(view: OpView) -> tuple[Shape, ...]:
    """Operands: tensor, sizes, axis; one size may be -1."""
    shape = view.input(0).shape
    axis = axis_in_range(view.integers(2)[0], len(shape))
    sizes = view.integers(1)
    if len(sizes) != len(view.outputs) or sum(s == -1 for s in sizes) > 1 or any(s < -1 for s in sizes):
        raise ShapeError(f"sizes {sizes} do not name {len(view.outputs)} parts")
    rest = shape[axis] - sum(s for s in sizes if s != -1)
    sizes = tuple(rest if s == -1 else s for s in sizes)
    if sum(sizes) != shape[axis] or min(sizes) < 0:
        raise ShapeError(f"sizes {sizes} do not add up to {shape[axis]}")
    return tuple((*shape[:axis], s, *shape[axis + 1 :]) for s in sizes)


def resize(view: OpView) -> tuple[Shape, ...]:
    n, _, _, channels = _rank(view, 0, 4)
    size = view.integers(1)
    if len(size) != 2 or min(size) < 1:
        raise ShapeError(f"{size} is not a height and a width")
    return ((n, *size, channels),)
