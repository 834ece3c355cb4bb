"""Reference executors of the operators that multiply, add and rescale.

Sums of products are formed in float64, which is exact for them (below 2^53), then rescaled in integers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from . import arithmetic as a
from .arithmetic import LIMITS, Ints, Multiplier
from .curves import CURVES, quant_of
from .curves_int16 import logistic_int16, softmax_int16, tanh_int16
from .fixedpoint import exp_negative, inverse_sqrt, reciprocal
from .shapes import reduced_axes, window_padding
from .types import Array
from .view import OpView

Results = tuple[Array, ...]


def steps(view: OpView, position: int, x: Array) -> Ints:
    """Stored values minus the zero point of operand `position`."""
    return x.astype(np.int64) - quant_of(view.input(position).quant).zero_point


def activation_clamp(view: OpView, x: Ints) -> Ints:
    quant = quant_of(view.output.quant)
    bounds = a.activation_range(view.op.text("activation"), quant.scale, quant.zero_point, view.output.dtype)
    return a.clamp(x, *bounds)


def windows(view: OpView, x: Ints, fill: int) -> Ints:
    """Sliding windows (n, out h, out w, kernel h, kernel w, c) of x (n, h, w, c), padded with `fill`."""
    op = view.op
    if "filter_h" in op.options:
        kernel = (op.integer("filter_h"), op.integer("filter_w"))
    else:
        kernel = (view.input(1).shape[1], view.input(1).shape[2])
    stride = (op.integer("stride_h"), op.integer("stride_w"))
    dilation = (op.integer("dilation_h"), op.integer("dilation_w")) if "dilation_h" in op.options else (1, 1)
    pads = [(0, 0), (0, 0), (0, 0), (0, 0)]
    for axis in (0, 1):
        size = x.shape[1 + axis]
        pads[1 + axis] = window_padding(size, kernel[axis], stride[axis], dilation[axis], op.text("padding"))
    padded = np.pad(x, pads, constant_values=fill)
    reach = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))
    slid = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))  # type: ignore[call-overload]
    _, out_h, out_w, _ = view.output.shape
    slid = slid[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]
    return np.moveaxis(slid[:, :out_h, :out_w], 3, 5)


def _finish(view: OpView, accumulator: Ints, multipliers: Sequence[Multiplier]) -> Results:
    """Rescale, add the zero point, clamp to the fused activation."""
    if view.output.dtype == "int16":
        scaled = a.rescale_wide(accumulator, multipliers)
    else:
        scaled = a.rescale_channels(a.wrap32(accumulator), multipliers)
    return (activation_clamp(view, scaled + quant_of(view.output.quant).zero_point),)


def _channel_multipliers(view: OpView, data: int, count: int) -> tuple[Multiplier, ...]:
    return a.conv_multipliers(
        quant_of(view.input(data).quant).scale,
        quant_of(view.input(1).quant).scales,
        quant_of(view.output.quant).scale,
        count,
    )


def _with_bias(x: Sequence[Array], position: int, products: Array) -> Ints:
    whole = np.rint(products).astype(np.int64)
    return whole + x[position].astype(np.int64) if len(x) > position else whole


def _conv_2d(view: OpView, x: Sequence[Array]) -> Results:
    patches = windows(view, steps(view, 0, x[0]), 0).astype(np.float64)
    out, kh, kw, depth = x[1].shape
    groups = x[0].shape[3] // depth
    weights = x[1].astype(np.float64).reshape(groups, out // groups, kh * kw * depth)
    parts = []
    for group in range(groups):
        part = patches[..., group * depth : (group + 1) * depth]
        parts.append(part.reshape(*part.shape[:3], -1) @ weights[group].T)
    accumulator = _with_bias(x, 2, np.concatenate(parts, axis=3))
    return _finish(view, accumulator, _channel_multipliers(view, 0, out))


def _depthwise_conv_2d(view: OpView, x: Sequence[Array]) -> Results:
    patches = windows(view, steps(view, 0, x[0]), 0).astype(np.float64)
    _, kh, kw, out = x[1].shape
    channels = x[0].shape[3]
    weights = x[1].astype(np.float64).reshape(kh, kw, channels, out // channels)
    products = np.einsum("nyxhwc,hwcm->nyxcm", patches, weights)
    accumulator = _with_bias(x, 2, products.reshape(*products.shape[:3], out))
    return _finish(view, accumulator, _channel_multipliers(view, 0, out))


def _transpose_conv(view: OpView, x: Sequence[Array]) -> Results:
    op = view.op
    n, out_h, out_w, out = view.output.shape
    _, kh, kw, _ = x[1].shape
    data = steps(view, 2, x[2]).astype(np.float64)
    _, h, w, _ = data.shape
    stride_h, stride_w = op.integer("stride_h"), op.integer("stride_w")
    top, _ = window_padding(out_h, kh, stride_h, 1, op.text("padding"))
    left, _ = window_padding(out_w, kw, stride_w, 1, op.text("padding"))
    canvas = np.zeros((n, h * stride_h + kh + out_h, w * stride_w + kw + out_w, out))
    for ky in range(kh):
        for kx in range(kw):
            part = data @ x[1][:, ky, kx, :].astype(np.float64).T
            canvas[:, ky : ky + h * stride_h : stride_h, kx : kx + w * stride_w : stride_w] += part
    accumulator = _with_bias(x, 3, canvas[:, top : top + out_h, left : left + out_w])
    return _finish(view, accumulator, _channel_multipliers(view, 2, out))


def _fully_connected(view: OpView, x: Sequence[Array]) -> Results:
    units, depth = x[1].shape
    rows = steps(view, 0, x[0]).reshape(-1, depth).astype(np.float64)
    accumulator = _with_bias(x, 2, rows @ x[1].astype(np.float64).T)
    filters = quant_of(view.input(1).quant)
    if len(filters.scales) > 1:
        multipliers = _channel_multipliers(view, 0, units)
    else:
        data, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
        multipliers = (a.product_multiplier(data.scale, filters.scale, target.scale),) * units
    return _finish(view, accumulator, multipliers)


def _batch_matmul(view: OpView, x: Sequence[Array]) -> Results:
    left = steps(view, 0, x[0]).astype(np.float64)
    right = steps(view, 1, x[1]).astype(np.float64)
    left = np.swapaxes(left, -1, -2) if view.op.flag("adj_x") else left
    right = np.swapaxes(right, -1, -2) if view.op.flag("adj_y") else right
    accumulator = np.rint(left @ right).astype(np.int64)
    first, second, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    multiplier = a.product_multiplier(first.scale, second.scale, target.scale)
    wide = view.output.dtype == "int16"
    rule = a.rescale_wide if wide else a.rescale_channels
    scaled = rule(accumulator if wide else a.wrap32(accumulator), [multiplier])
    return (a.clamp(scaled + target.zero_point, *LIMITS[view.output.dtype]),)


def _sum_of_two(sign: int) -> Callable[[OpView, Sequence[Array]], Results]:
    def combine(view: OpView, x: Sequence[Array]) -> Results:
        first, second, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
        p = a.add_parameters(first.scale, second.scale, target.scale, view.output.dtype)
        left = a.rescale(steps(view, 0, x[0]) << p.left_shift, p.left)
        right = a.rescale(steps(view, 1, x[1]) << p.left_shift, p.right)
        total = a.rescale(a.wrap32(left + sign * right), p.output)
        return (activation_clamp(view, total + target.zero_point),)

    return combine


def _mul(view: OpView, x: Sequence[Array]) -> Results:
    first, second, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    multiplier = a.mul_multiplier(first.scale, second.scale, target.scale)
    scaled = a.rescale(steps(view, 0, x[0]) * steps(view, 1, x[1]), multiplier)
    return (activation_clamp(view, scaled + target.zero_point),)


def _squared_difference(view: OpView, x: Sequence[Array]) -> Results:
    first, second, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    p = a.squared_difference_parameters(first.scale, second.scale, target.scale)
    left = a.rescale(steps(view, 0, x[0]) << p.left_shift, p.left)
    right = a.rescale(steps(view, 1, x[1]) << p.left_shift, p.right)
    difference = left - right
    scaled = a.rescale(a.wrap32(difference * difference), p.output)
    return (a.clamp(scaled + target.zero_point, -128, 127),)


def _average_pool(view: OpView, x: Sequence[Array]) -> Results:
    sums = windows(view, x[0].astype(np.int64), 0).sum(axis=(3, 4))
    counts = windows(view, np.ones(x[0].shape, np.int64), 0).sum(axis=(3, 4))
    half = np.where(sums > 0, counts // 2, -(counts // 2))
    mean = np.sign(sums + half) * (np.abs(sums + half) // counts)
    return (activation_clamp(view, mean),)


def _max_pool(view: OpView, x: Sequence[Array]) -> Results:
    least = LIMITS[view.output.dtype][0]
    return (activation_clamp(view, windows(view, x[0].astype(np.int64), least).max(axis=(3, 4))),)


def _mean_or_sum(mean: bool) -> Callable[[OpView, Sequence[Array]], Results]:
    def reduce(view: OpView, x: Sequence[Array]) -> Results:
        source, target = quant_of(view.input(0).quant), quant_of(view.output.quant)
        total = steps(view, 0, x[0]).sum(axis=reduced_axes(view))
        if mean:
            count = view.input(0).elements // max(1, view.output.elements)
            multiplier = a.mean_multiplier(source.scale, target.scale, count)
        else:
            multiplier = a.exact_ratio_multiplier(source.scale, target.scale)
        scaled = a.rescale(a.wrap32(total), multiplier) + target.zero_point
        return (a.clamp(scaled, *LIMITS[view.output.dtype]),)

    return reduce


L2_SHIFT = 7
"""The output of l2_normalization has scale 2^-7."""


def _l2_normalization(view: OpView, x: Sequence[Array]) -> Results:
    data = steps(view, 0, x[0])
    rows = data.reshape(-1, data.shape[-1])
    results = np.empty_like(rows)
    for row, total in enumerate(a.wrap32((rows * rows).sum(axis=1)).tolist()):
        value, shift = inverse_sqrt(total)
        results[row] = a.rescale(rows[row], Multiplier(value=value, shift=shift + L2_SHIFT))
    return (a.clamp(results, *LIMITS["int8"]).reshape(data.shape),)


def _softmax(view: OpView, x: Sequence[Array]) -> Results:
    if view.input(0).dtype == "int16":
        scale = quant_of(view.input(0).quant).scale
        return (softmax_int16(x[0].astype(np.int64), scale, view.op.number("beta")),)
    p = a.softmax_parameters(quant_of(view.input(0).quant).scale, view.op.number("beta"))
    rows = x[0].astype(np.int64).reshape(-1, x[0].shape[-1])
    result = np.empty_like(rows)
    for index, row in enumerate(rows):
        differences = row - row.max()
        kept = differences >= p.diff_min
        shifted = a.wrap32(differences << p.multiplier.shift)
        exponentials = exp_negative(np.where(kept, a.high_multiply(shifted, p.multiplier.value), 0))
        total = int(np.where(kept, a.divide_by_power(exponentials, a.SOFTMAX_SUM_BITS), 0).sum())
        scale, bits = reciprocal(total, a.SOFTMAX_SUM_BITS)
        scaled = a.divide_by_power(a.high_multiply(exponentials, scale), bits + 31 - 8)
        result[index] = np.where(kept, a.clamp(scaled - 128, -128, 127), -128)
    return (result.reshape(x[0].shape),)


def _prelu(view: OpView, x: Sequence[Array]) -> Results:
    source, alpha, target = (quant_of(t.quant) for t in (view.input(0), view.input(1), view.output))
    data = steps(view, 0, x[0])
    slopes = steps(view, 1, x[1])
    positive = a.rescale(data, a.ratio_multiplier(source.scale, target.scale))
    negative = a.rescale(data * slopes, a.mul_multiplier(source.scale, alpha.scale, target.scale))
    return (a.clamp(np.where(data >= 0, positive, negative) + target.zero_point, -128, 127),)


def _resize_bilinear(view: OpView, x: Sequence[Array]) -> Results:
    data = x[0].astype(np.int64)
    rows = [_neighbours(view, i, data.shape[1], view.output.shape[1]) for i in range(view.output.shape[1])]
    columns = [_neighbours(view, i, data.shape[2], view.output.shape[2]) for i in range(view.output.shape[2])]
    y, y0, y1 = (np.array(v, np.int64) for v in zip(*rows, strict=True))
    c, c0, c1 = (np.array(v, np.int64) for v in zip(*columns, strict=True))
    low_y, high_y = ((1 << 10) - (y - (y0 << 10)))[:, None, None], (y - (y0 << 10))[:, None, None]
    low_x, high_x = ((1 << 10) - (c - (c0 << 10)))[:, None], (c - (c0 << 10))[:, None]
    top, bottom = data[:, y0], data[:, y1]
    total = top[:, :, c0] * low_y * low_x + bottom[:, :, c0] * high_y * low_x
    total = total + top[:, :, c1] * low_y * high_x + bottom[:, :, c1] * high_y * high_x
    half = np.where(total > 0, 1 << 19, -(1 << 19))
    return (a.divide_truncating(total + half, 1 << 20),)


def _neighbours(view: OpView, position: int, size: int, out: int) -> tuple[int, int, int]:
    """(10-bit position, lower index, upper index) of an output row or column."""
    scale = ((1 << 10) * size + out // 2) // out
    if view.op.flag("align_corners") and out > 1:
        scale = ((1 << 10) * (size - 1) + (out - 1) // 2) // (out - 1)
    value = position * scale
    if view.op.flag("half_pixel_centers"):
        value += scale // 2 - (1 << 9)
    # C's division truncates: a negative value gives index 0 either way.
    lower = max(int(value / (1 << 10)), 0)
    upper = min(int((value + (1 << 10) - 1) / (1 << 10)), size - 1)
    return value, lower, upper


def _sigmoid_like(
    wide: Callable[[Ints, float], Ints],
) -> Callable[[OpView, Sequence[Array]], Results]:
    def curve(view: OpView, x: Sequence[Array]) -> Results:
        if view.input(0).dtype == "int8":
            return _curve(view, x)
        return (wide(x[0].astype(np.int64), quant_of(view.input(0).quant).scale),)

    return curve


def _curve(view: OpView, x: Sequence[Array]) -> Results:
    return (CURVES[view.op.kind](view, x[0].astype(np.int64)),)


def _quantize(view: OpView, x: Sequence[Array]) -> Results:
    if view.input(0).dtype != "float32":
        return _curve(view, x)
    quant = quant_of(view.output.quant)
    quotient = (x[0].astype(np.float32) / np.float32(quant.scale)).astype(np.float64)
    rounded = np.where(quotient >= 0, np.floor(quotient + 0.5), -np.floor(-quotient + 0.5))
    return (np.clip(rounded + quant.zero_point, *LIMITS[view.output.dtype]),)


COMPUTE: Final[Mapping[str, Callable[[OpView, Sequence[Array]], Results]]] = MappingProxyType(
    {
        "conv_2d": _conv_2d,
        "depthwise_conv_2d": _depthwise_conv_2d,
        "transpose_conv": _transpose_conv,
        "fully_connected": _fully_connected,
        "batch_matmul": _batch_matmul,
        "add": _sum_of_two(1),
        "sub": _sum_of_two(-1),
        "mul": _mul,
        "squared_difference": _squared_difference,
        "average_pool_2d": _average_pool,
        "max_pool_2d": _max_pool,
        "mean": _mean_or_sum(True),
        "sum": _mean_or_sum(False),
        "softmax": _softmax,
        "l2_normalization": _l2_normalization,
        "prelu": _prelu,
        "resize_bilinear": _resize_bilinear,
        "quantize": _quantize,
        **{kind: _curve for kind in CURVES if kind not in ("quantize", "logistic", "tanh")},
        "logistic": _sigmoid_like(logistic_int16),
        "tanh": _sigmoid_like(tanh_int16),
    }
)
