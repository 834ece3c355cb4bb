"""Directed single-operator cases: ties, saturation, zero points at the edges, multiplier exponents -31 to +7.

At power-of-two scales every residue of the division occurs, so that a rule that breaks ties otherwise shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from single_op_cases import ACTIVATIONS, Builder

from espalier.graph.types import Array, Graph, OptionValue, Quant

Case = tuple[str, Graph, list[Array]]

ALL_INT8 = np.arange(-128, 128, dtype=np.int64)
ZERO_POINTS = (-128, 0, 127)
EXPONENTS = range(-31, 8)
BIAS_STEPS = (0, 1, -1, 2, -2, 3, -5, 7)


def _q(scale: float, zero_point: int = 0) -> Quant:
    return Quant(scales=(float(np.float32(scale)),), zero_points=(zero_point,))


def _biases(exponent: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Half steps of the output around zero, so that accumulators fall on ties and one beside them."""
    half = 1 << max(0, -exponent - 1)
    values = [half * s for s in BIAS_STEPS] + [half - 1, half + 1, -half - 1, 1 - half]
    return np.clip(np.array(values, np.int64), -(1 << 30) + 40000, (1 << 30) - 40000)


def weighted_cases(kind: str, mantissas: tuple[float, ...] = (1.0, 1.0 - 2.0**-24, 1.5)) -> Iterator[Case]:
    """conv_2d, depthwise_conv_2d, transpose_conv and fully_connected over exponents and zero points.

    Windows and channels change from case to case: the fast kernels take some of them and not others.
    """
    number = 0
    for exponent in EXPONENTS:
        for zero_in in ZERO_POINTS:
            for zero_out in ZERO_POINTS:
                for mantissa in mantissas:
                    activation = ACTIVATIONS[number % 4]
                    form = FORMS[kind][(number + number // 3) % len(FORMS[kind])]
                    number += 1
                    name = f"{kind} {form} 2^{exponent} x {mantissa} zero {zero_in} {zero_out} {activation}"
                    graph = _weighted(kind, exponent, mantissa, zero_in, zero_out, activation, form)
                    shape = graph.tensor(graph.inputs[0]).shape
                    data = np.broadcast_to(ALL_INT8.reshape(*shape[:-1], 1), shape)
                    yield name, graph, [np.ascontiguousarray(data.astype(np.int8))]


@dataclass(frozen=True)
class Form:
    """Side of the window, whose other weights are zero, stride, and channels; depthwise: `channels` of the input."""

    window: int = 1
    channels: int = 1
    stride: int = 1

    def __str__(self) -> str:
        return f"{self.window}x{self.window}/{self.stride} of {self.channels}"


FORMS: Mapping[str, Sequence[Form]] = {
    "conv_2d": (Form(), Form(channels=4), Form(window=3, channels=4), Form(window=3, channels=3, stride=2)),
    "depthwise_conv_2d": (Form(), Form(window=3, channels=12), Form(window=3, channels=12, stride=2)),
    "transpose_conv": (Form(),),
    "fully_connected": (Form(), Form(channels=8)),
}
COUNT = 12
"""Output channels."""


def _window(values: NDArray[np.int64], form: Form, channels: int, stride_2: bool) -> NDArray[np.int8]:
    """Filters (COUNT, window, window, channels) of zeros, with a value each where a window has its own pixel."""
    own = 0 if stride_2 else form.window // 2  # SAME at stride 2 and even sizes pads behind only
    filters = np.zeros((COUNT, form.window, form.window, channels), np.int8)
    filters[np.arange(COUNT), own, own, np.arange(COUNT) % channels] = values
    return filters


def _weighted(
    kind: str, exponent: int, mantissa: float, zero_in: int, zero_out: int, activation: str, form: Form
) -> Graph:
    b = Builder()
    biases = _biases(exponent)
    count = len(biases)
    # multiplier = input scale x weight scale / output scale = mantissa x 2^exponent
    source, target = _q(2.0**-10, zero_in), _q(2.0 ** (-10 - exponent // 2), zero_out)
    weight = Quant(
        scales=(float(np.float32(mantissa * 2.0 ** (exponent - exponent // 2))),) * count,
        zero_points=(0,) * count,
        axis={"depthwise_conv_2d": 3}.get(kind, 0),
    )
    bias = b.const(
        biases,
        "int32",
        Quant(scales=tuple(source.scale * s for s in weight.scales), zero_points=(0,) * count, axis=0),
    )
    values = np.array([1, 1, 1, 1, 1, 1, 1, 1, -1, 127, -127, 3])
    options: dict[str, OptionValue] = {"activation": activation}
    if kind == "fully_connected":
        x = b.input((256, form.channels), source)
        filters = b.const(_window(values, form, form.channels, False).reshape(count, -1), "int8", weight)
        return b.finish([b.op(kind, [x, filters, bias], target, **options)])
    options |= {"padding": "same", "stride_h": form.stride, "stride_w": form.stride}
    if kind == "transpose_conv":
        shape = b.const([1, 16, 16, count], "int32")
        filters = b.const(values.reshape(count, 1, 1, 1), "int8", weight)
        x = b.input((1, 16, 16, 1), source)
        return b.finish([b.op(kind, [shape, filters, x, bias], target, **options)])
    x = b.input((1, 16, 16, form.channels), source)
    stride_2 = form.stride == 2
    if kind == "depthwise_conv_2d":
        options["depth_multiplier"] = count // form.channels
        filters = b.const(_window(values, form, 1, stride_2).transpose(3, 1, 2, 0), "int8", weight)
    else:
        filters = b.const(_window(values, form, form.channels, stride_2), "int8", weight)
    return b.finish([b.op(kind, [x, filters, bias], target, **options)])


def elementwise_cases(kind: str) -> Iterator[Case]:
    """Two operands: all 256 values against eight others, scales apart by powers of two."""
    left = np.repeat(ALL_INT8, 8).astype(np.int8).reshape(1, 32, 64)
    right = np.tile(np.array([-128, -127, -1, 0, 1, 2, 100, 127]), 256).astype(np.int8).reshape(1, 32, 64)
    number = 0
    for apart in (-4, -1, 0, 1, 4):
        for out in (-3, -2, -1, 0, 1, 2, 3, 4):
            for zero in ZERO_POINTS:
                for zero_out in ZERO_POINTS:
                    b = Builder()
                    first, second = _q(0.25, zero), _q(0.25 * 2.0**apart, -zero if zero != -128 else 127)
                    target = _q(0.25 * 2.0**out, zero_out)
                    if kind in ("maximum", "minimum"):
                        second = target = first
                    options: dict[str, OptionValue] = {}
                    if kind in ("add", "sub", "mul"):
                        options["activation"] = ACTIVATIONS[number % 4]
                    number += 1
                    x, y = b.input(left.shape, first), b.input(right.shape, second)
                    graph = b.finish([b.op(kind, [x, y], target, **options)])
                    yield f"{kind} {apart} {out} {zero} {zero_out}", graph, [left, right]


def broadcast_cases(kind: str) -> Iterator[Case]:
    """Operands that are repeated along the last axis, along the others, or as one value, on either side, constant or not."""
    rng = np.random.default_rng(13)
    number = 0
    for shape in ((1, 5, 13, 7), (1, 9, 17), (3, 65)):
        for other in ((shape[-1],), (*shape[:-1], 1), (1,) * len(shape), (*[1] * (len(shape) - 1), shape[-1])):
            for apart, out in ((-4, 1), (-1, -2), (0, 0), (1, 3), (4, 2)):
                b = Builder()
                first = _q(0.25, ZERO_POINTS[number % 3])
                second = _q(0.25 * 2.0**apart, ZERO_POINTS[number // 3 % 3])
                target = _q(0.25 * 2.0**out, ZERO_POINTS[number // 9 % 3])
                if kind in ("maximum", "minimum"):
                    second = target = first
                options: dict[str, OptionValue] = {}
                if kind in ("add", "sub", "mul"):
                    options["activation"] = ACTIVATIONS[number % 4]
                left, right = (rng.integers(-128, 128, s).astype(np.int8) for s in (shape, other))
                x = b.input(shape, first)
                y = b.const(right, "int8", second) if number % 2 else b.input(other, second)
                operands = [x, y] if number % 3 else [y, x]
                number += 1
                graph = b.finish([b.op(kind, operands, target, **options)])
                yield f"{kind} {shape} {other} {apart} {out}", graph, [left, right][: len(graph.inputs)]


def curve_cases(kind: str) -> Iterator[Case]:
    """One operand: all 256 values, output scales from 2^-4 to 2^5 of the input's."""
    data = ALL_INT8.astype(np.int8).reshape(1, 256)
    for out in range(-4, 6):
        for zero in ZERO_POINTS:
            for zero_out in ZERO_POINTS:
                b = Builder()
                options: dict[str, OptionValue] = {"leaky_relu": {"alpha": 0.5}}.get(kind, {})
                x = b.input(data.shape, _q(0.125, zero))
                graph = b.finish([b.op(kind, [x], _q(0.125 * 2.0**out, zero_out), **options)])
                yield f"{kind} {out} {zero} {zero_out}", graph, [data]


def reduction_cases(kind: str) -> Iterator[Case]:
    """mean and average_pool_2d: sums that fall on halves, for every zero point."""
    rng = np.random.default_rng(5)
    for count in (1, 2, 3, 4, 6, 8, 9, 16, 49, 64):
        for zero in ZERO_POINTS:
            for zero_out in ZERO_POINTS:
                b = Builder()
                # Rows whose sums run through consecutive integers around zero, and the two extremes.
                rows = rng.integers(-3, 4, (254, count))
                rows = np.concatenate([rows, np.full((1, count), -128), np.full((1, count), 127)])
                data = np.clip(rows + max(-120, min(zero, 120)), -128, 127).astype(np.int8)
                if kind == "average_pool_2d":
                    x = b.input((256, 1, count, 1), _q(1.0, zero))
                    node = b.op(
                        kind,
                        [x],
                        _q(1.0, zero),
                        padding="valid",
                        filter_h=1,
                        filter_w=count,
                        stride_h=1,
                        stride_w=1,
                        activation=ACTIVATIONS[count % 4],
                    )
                    yield f"{kind} {count} {zero}", b.finish([node]), [data.reshape(256, 1, count, 1)]
                    break
                x = b.input((256, count), _q(1.0, zero))
                node = b.op(kind, [x, b.const([1], "int32")], _q(0.5, zero_out), keep_dims=False)
                yield f"{kind} {count} {zero} {zero_out}", b.finish([node]), [data]


def softmax_cases() -> Iterator[Case]:
    """Rows with equal, far and extreme values over input scales 2^-8 to 2^2."""
    rng = np.random.default_rng(6)
    output = Quant(scales=(1 / 256,), zero_points=(-128,))
    for exponent in range(-8, 3):
        for length in (1, 2, 3, 10, 100, 1000):
            data = rng.integers(-128, 128, (8, length)).astype(np.int8)
            data[0], data[1], data[2, 1:] = 127, -128, -128
            b = Builder()
            x = b.input(data.shape, _q(2.0**exponent))
            yield f"softmax {exponent} {length}", b.finish([b.op("softmax", [x], output, beta=1.0)]), [data]


def precision_cases() -> Iterator[Case]:
    """Scales whose product or quotient is a tie in single precision but not in double, or the reverse."""
    left = np.repeat(ALL_INT8, 8).astype(np.int8).reshape(1, 32, 64)
    right = np.tile(np.array([-127, -3, -1, 0, 1, 3, 5, 127]), 256).astype(np.int8).reshape(1, 32, 64)
    rng = np.random.default_rng(8)
    for _ in range(40):
        a, c = (np.float32(v) for v in rng.uniform(0.01, 1.0, 2))
        for factor in (2.0, 4.0, 2.0 / 3.0, 1.0 / 1.5):
            for product in (float(a * c), float(a) * float(c)):
                b = Builder()
                x, y = b.input(left.shape, _q(float(a))), b.input(right.shape, _q(float(c)))
                yield (
                    f"mul {a} {c} {factor}",
                    b.finish([b.op("mul", [x, y], _q(product * factor))]),
                    [left, right],
                )
                b = Builder()
                x, y = b.input((256, 1), _q(float(a))), b.input((1, 8), _q(float(c)))
                node = b.op("batch_matmul", [x, y], _q(product * factor))
                yield (
                    f"batch_matmul {a} {c} {factor}",
                    b.finish([node]),
                    [left[0].reshape(256, 8)[:, :1], right[0, :1, :8]],
                )
            for kind in ("relu", "quantize", "leaky_relu", "relu6"):
                b = Builder()
                options: dict[str, OptionValue] = {"alpha": float(c)} if kind == "leaky_relu" else {}
                x = b.input((1, 256), _q(float(a)))
                node = b.op(
                    kind, [x], _q(float(a) * factor / (float(c) if kind == "leaky_relu" else 1)), **options
                )
                yield f"{kind} {a} {c} {factor}", b.finish([node]), [ALL_INT8.astype(np.int8).reshape(1, 256)]


def dense_cases() -> Iterator[Case]:
    """fully_connected of every count of rows, units and inputs around the sizes of the kernels' tiles, in which some units
    are near dead or huge: shifts from -31 to 7 side by side, biases around 2^30 and beyond, weights of -128."""
    rng = np.random.default_rng(11)
    number = 0
    for rows in (1, 2, 3, 4, 5, 7, 11):
        for depth in (1, 2, 3, 4, 5, 8, 15, 17, 33):
            for units in (1, 2, 3, 4, 5, 6, 7, 9, 14)[number % 2 :: 2]:
                per_channel, hostile = number % 3 != 0, number % 4
                number += 1
                b = Builder()
                spread = 2.0**-8 / depth**0.5
                scales = np.full(units, spread)
                if hostile and per_channel:
                    odd = rng.random(units) < (0.3, 0.6, 1.0)[hostile - 1]
                    scales[odd] = spread * 2.0 ** rng.integers(-24, 8, units)[odd]
                count = units if per_channel else 1
                weight = Quant(
                    scales=tuple(float(np.float32(v)) for v in scales[:count]),
                    zero_points=(0,) * count,
                    axis=0 if per_channel else None,
                )
                biases = rng.integers(-3000, 3000, units)
                if hostile == 3:
                    biases = np.where(rng.random(units) < 0.5, rng.integers(-(2**31) + 10**7, 2**31 - 10**7, units), biases)
                target = _q(0.05, ZERO_POINTS[number % 3])
                x = b.input((rows, depth), _q(0.5, ZERO_POINTS[number // 3 % 3]))
                operands = [x, b.const(rng.integers(-128, 128, (units, depth)), "int8", weight), b.const(biases, "int32")]
                node = b.op("fully_connected", operands, target, activation=ACTIVATIONS[number % 4])
                data = rng.integers(-128, 128, (rows, depth)).astype(np.int8)
                yield f"dense {rows}x{depth} to {units} {per_channel} {hostile}", b.finish([node]), [data]


def matmul_cases() -> Iterator[Case]:
    """batch_matmul of every count of rows, columns and depth around the sizes of the tiles, transposed or not, with
    broadcast batches, zero points at the edges and multipliers that the short requantization does not take."""
    rng = np.random.default_rng(12)
    number = 0
    for rows in (1, 3, 4, 5, 9):
        for depth in (1, 3, 4, 6, 17):
            for columns in (1, 2, 3, 4, 7):
                adj_x, adj_y = bool(number & 1), bool(number & 2)
                exponent = (-3, 0, 3, 9, -24)[number // 4 % 5]
                batch = ((), (2,), (2, 3))[number % 3]
                other = ((), (2,), (1, 3))[number % 3]
                left, right = _q(0.05, ZERO_POINTS[number % 3]), _q(0.05, ZERO_POINTS[number // 3 % 3])
                target = _q(0.05 * 2.0**exponent * depth**0.5, ZERO_POINTS[number // 9 % 3])
                number += 1
                b = Builder()
                first = b.input((*batch, depth, rows) if adj_x else (*batch, rows, depth), left)
                second = b.input((*other, columns, depth) if adj_y else (*other, depth, columns), right)
                node = b.op("batch_matmul", [first, second], target, adj_x=adj_x, adj_y=adj_y)
                graph = b.finish([node])
                shapes = [graph.tensor(i).shape for i in graph.inputs]
                data = [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
                yield f"matmul {rows}x{depth}x{columns} {adj_x} {adj_y} 2^{exponent}", graph, data


COMPARISONS = ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")
EDGES = (-128, -127, -65, -64, -33, -3, -2, -1, 1, 2, 3, 31, 64, 85, 126, 127)


def two_operand_cases() -> Iterator[Case]:
    """Every int8 value against sixteen: comparisons at scales that keep all values apart and that do not, and div."""
    left, right = ALL_INT8.reshape(256, 1).astype(np.int8), np.array(EDGES, np.int8).reshape(1, 16)
    for kind in COMPARISONS:
        for first, second in ((-1, -1), (-8, -8), (-9, -9), (-10, -9), (-12, -12), (-3, -4)):
            for zero, other in ((-128, 127), (0, 0), (5, -7)):
                b = Builder()
                operands = [b.input(left.shape, _q(2.0**first, zero)), b.input(right.shape, _q(2.0**second, other))]
                graph = b.finish([b.op(kind, operands, None, "bool")])
                yield f"{kind} 2^{first} 2^{second} {zero} {other}", graph, [left, right]
    for number, exponent in enumerate((7, 8, 9, 11, 14)):
        for factor in (1.0, 1.5, 1.0 - 2.0**-24):
            for zero_out in ZERO_POINTS:
                b, activation = Builder(), ACTIVATIONS[(number + zero_out) % 4]
                operands = [b.input(left.shape, _q(1.0, zero_out)), b.input(right.shape, _q(0.5))]
                graph = b.finish([b.op("div", operands, _q(2.0 ** (1 - exponent) / factor, zero_out), activation=activation)])
                yield f"div 2^{exponent} x {factor} {zero_out} {activation}", graph, [left, right]


def length_cases() -> Iterator[Case]:
    """Rows of no length, of one step, of powers of two and of the greatest length."""
    for depth in (1, 2, 3, 4, 64, 255, 1024):
        for zero in (*ZERO_POINTS, 1):
            b = Builder()
            rows = np.full((len(EDGES) + 3, depth), zero, np.int64)
            for row, value in enumerate((*EDGES, 0, 4, 16)):
                rows[row, : 1 + (row * 7) % depth] = value
            data = np.clip(rows, -128, 127).astype(np.int8)
            graph = b.finish([b.op("l2_normalization", [b.input(data.shape, _q(0.1, zero))], _q(1 / 128))])
            yield f"l2_normalization {depth} {zero}", graph, [data]


def root_cases() -> Iterator[Case]:
    data = ALL_INT8.astype(np.int8).reshape(1, 256)
    for exponent in range(-12, 3):
        for factor in (1.0, 1.7):
            b = Builder()
            out = _q(2.0 ** (exponent // 2 - 4) * factor, ZERO_POINTS[exponent % 3])
            graph = b.finish([b.op("sqrt", [b.input(data.shape, _q(2.0**exponent, -128))], out)])
            yield f"sqrt 2^{exponent} {factor}", graph, [data]


def directed_cases() -> Iterator[Case]:
    """Every directed case but those of fully_connected, whose oracle is another one."""
    for kind in ("conv_2d", "depthwise_conv_2d", "transpose_conv"):
        yield from weighted_cases(kind)
    for kind in ("add", "sub", "mul", "squared_difference", "maximum", "minimum"):
        yield from elementwise_cases(kind)
        yield from broadcast_cases(kind)
    for kind in ("relu", "relu6", "leaky_relu", "quantize", "gelu", "exp", "log", "abs"):
        yield from curve_cases(kind)
    for kind in ("mean", "average_pool_2d"):
        yield from reduction_cases(kind)
    yield from precision_cases()
    yield from softmax_cases()
    yield from two_operand_cases()
    yield from length_cases()
    yield from root_cases()
    yield from matmul_cases()
