"""Random and directed single-operator graphs, built from the operator table's own rules.

Used by the differential tests of the numpy reference and of the emitted C. A case is a function of a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from espalier.graph.ops import OPS
from espalier.graph.types import ABSENT, DTYPES, Array, Graph, Op, OptionValue, Quant, Tensor, constant
from espalier.graph.view import view

Rng = np.random.Generator


DATA_OPERAND = {"transpose_conv": 2, "split": 1}
"""Position of the operand that carries activations, where it is not the first."""


@dataclass
class Builder:
    """Collects tensors and operators; `finish` gives the graph."""

    tensors: list[Tensor] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)

    def tensor(self, shape: tuple[int, ...], quant: Quant | None, dtype: str = "int8") -> int:
        self.tensors.append(Tensor(name=f"t{len(self.tensors)}", shape=shape, dtype=dtype, quant=quant))
        return len(self.tensors) - 1

    def input(self, shape: tuple[int, ...], quant: Quant | None, dtype: str = "int8") -> int:
        self.inputs.append(self.tensor(shape, quant, dtype))
        return self.inputs[-1]

    def const(self, values: object, dtype: str, quant: Quant | None = None) -> int:
        data = constant(values, dtype)  # type: ignore[arg-type]
        index = self.tensor(data.shape, quant, dtype)
        self.tensors[index] = replace(self.tensors[index], data=data)
        return index

    def op(
        self, kind: str, inputs: list[int], quant: Quant | None, dtype: str = "int8", **options: OptionValue
    ) -> int:
        """Append an operator with one result, whose shape the op table gives."""
        output = self.tensor((), quant, dtype)
        self.ops.append(self._make(kind, inputs, (output,), options))
        looked = view(self.finish([output]), self.ops[-1])
        (shape,) = OPS[kind].shape(looked)
        self.tensors[output] = replace(self.tensors[output], shape=shape)
        return output

    def many(self, kind: str, inputs: list[int], count: int, **options: OptionValue) -> list[int]:
        """Append an operator with `count` results of its input's type."""
        like = self.tensors[inputs[DATA_OPERAND.get(kind, 0)]]
        outputs = [self.tensor((), like.quant, like.dtype) for _ in range(count)]
        self.ops.append(self._make(kind, inputs, tuple(outputs), options))
        shapes = OPS[kind].shape(view(self.finish(outputs), self.ops[-1]))
        for output, shape in zip(outputs, shapes, strict=True):
            self.tensors[output] = replace(self.tensors[output], shape=shape)
        return outputs

    def _make(
        self, kind: str, inputs: list[int], outputs: tuple[int, ...], options: dict[str, OptionValue]
    ) -> Op:
        defaults = {f.name: f.default for f in OPS[kind].fields}
        return Op(kind=kind, inputs=tuple(inputs), outputs=outputs, options={**defaults, **options})

    def finish(self, outputs: list[int]) -> Graph:
        return Graph(
            name="case",
            tensors=tuple(self.tensors),
            ops=tuple(self.ops),
            inputs=tuple(self.inputs),
            outputs=tuple(outputs),
        )


def random_inputs(graph: Graph, rng: Rng) -> list[Array]:
    """Stored inputs over the whole range; one time in four mostly extremes."""
    values: list[Array] = []
    for index in graph.inputs:
        tensor = graph.tensor(index)
        if tensor.dtype == "float32":
            values.append(rng.normal(0, 30 * tensor_scale(graph), tensor.shape).astype(np.float32))
            continue
        if tensor.dtype == "bool":
            values.append(rng.random(tensor.shape) < 0.5)
            continue
        info = np.iinfo(DTYPES[tensor.dtype])  # type: ignore[type-var]
        data = rng.integers(info.min, info.max + 1, tensor.shape)
        if rng.random() < 0.25:
            data = rng.choice([info.min, info.max, 0, -1, 1], tensor.shape)
        values.append(np.asarray(data.astype(DTYPES[tensor.dtype])))
    return values


def tensor_scale(graph: Graph) -> float:
    quant = graph.tensor(graph.outputs[0]).quant
    return quant.scale if quant else 1.0


def f32(value: float) -> float:
    """`value` as a float32, kept among the scales that a network can have."""
    return float(np.float32(min(max(value, 2.0**-60), 2.0**60)))


def quant(rng: Rng, dtype: str = "int8") -> Quant:
    """A per-tensor quantization; one time in three with a zero point at the edge of the type."""
    zero = 0 if dtype == "int16" else int(rng.choice([-128, 127, int(rng.integers(-128, 128))]))
    scale = f32(2.0 ** rng.uniform(-9, 2)) if rng.random() < 0.8 else 2.0 ** int(rng.integers(-8, 2))
    return Quant(scales=(scale,), zero_points=(zero,))


def output_quant(rng: Rng, accumulator_scale: float, dtype: str = "int8") -> Quant:
    """A quantization that keeps accumulators of `accumulator_scale` roughly inside the type."""
    base = quant(rng, dtype)
    return replace(base, scales=(f32(accumulator_scale * 2.0 ** rng.uniform(-2.5, 2.5)),))


ACTIVATIONS = ("none", "relu", "relu6", "relu_n1_to_1")


def activation(rng: Rng) -> str:
    return str(rng.choice(ACTIVATIONS, p=[0.4, 0.3, 0.15, 0.15]))


def _weights(b: Builder, rng: Rng, shape: tuple[int, ...], axis: int) -> tuple[int, tuple[float, ...]]:
    count = shape[axis] if rng.random() < 0.75 else 1
    scales = tuple(f32(2.0 ** rng.uniform(-9, -3)) for _ in range(count))
    # One scale along an axis of extent 1 is the same as one scale for the tensor.
    index = b.const(
        rng.integers(-127, 128, shape),
        "int8",
        Quant(scales=scales, zero_points=(0,) * count, axis=axis if count > 1 else None),
    )
    return index, scales


def _bias(
    b: Builder, rng: Rng, count: int, data: Quant, scales: tuple[float, ...], spread: int, dtype: str
) -> int:
    if rng.random() < 0.2:
        return ABSENT
    wide = "int64" if dtype == "int16" else "int32"
    full = tuple(f32(data.scale * s) for s in scales)
    return b.const(
        rng.integers(-spread, spread + 1, count),
        wide,
        Quant(scales=full, zero_points=(0,) * len(full), axis=0 if len(full) > 1 else None),
    )


def _conv_like(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        h, w = (int(v) for v in rng.integers(1, 11, 2))
        kh, kw = (int(v) for v in rng.choice([1, 1, 2, 3, 3, 4, 5], 2))
        dilation = [int(v) for v in rng.choice([1, 1, 1, 2], 2)]
        padding = str(rng.choice(["same", "valid"]))
        if padding == "valid":
            h, w = h + (kh - 1) * dilation[0], w + (kw - 1) * dilation[1]
        channels = int(rng.integers(1, 9))
        data = quant(rng, dtype)
        options: dict[str, OptionValue] = {
            "padding": padding,
            "stride_h": int(rng.integers(1, 4)),
            "stride_w": int(rng.integers(1, 4)),
            "dilation_h": dilation[0],
            "dilation_w": dilation[1],
            "activation": activation(rng),
        }
        if kind == "conv_2d":
            groups = int(rng.choice([1, 1, 1, 2]))
            channels, out = channels * groups, int(rng.integers(1, 7)) * groups
            if groups > 1:
                # BUILTIN_REF takes groups only for a depth that divides; dilation stays.
                options["dilation_h"] = options["dilation_w"] = 1
            shape, axis, terms = (out, kh, kw, channels // groups), 0, kh * kw * channels // groups
        else:
            multiplier = int(rng.choice([1, 1, 1, 2, 3]))
            options["depth_multiplier"] = multiplier
            out = channels * multiplier
            shape, axis, terms = (1, kh, kw, out), 3, kh * kw
        x = b.input((1 if rng.random() < 0.8 else 2, h, w, channels), data, dtype)
        weights, scales = _weights(b, rng, shape, axis)
        spread = int(127 * 127 * terms**0.5) * (256 if dtype == "int16" else 1)
        bias = _bias(b, rng, out, data, scales, spread, dtype)
        reach = float(data.scale * np.mean(scales) * 64 * (32 if dtype == "int8" else 8192 * 64) / 64)
        target = output_quant(rng, reach * terms**0.5 / (1 if dtype == "int8" else 512), dtype)
        operands = [x, weights] + ([bias] if bias != ABSENT else [])
        if bias == ABSENT and rng.random() < 0.5:
            operands.append(ABSENT)
        return b.finish([b.op(kind, operands, target, dtype, **options)])

    return build


def _transpose_conv(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    h, w, channels, out = (int(v) for v in rng.integers(1, 7, 4))
    kh, kw = (int(v) for v in rng.integers(1, 5, 2))
    sh, sw = (int(v) for v in rng.integers(1, 4, 2))
    padding = str(rng.choice(["same", "valid"]))
    data = quant(rng, dtype)
    if padding == "same":
        size = (1, h * sh, w * sw, out)
    else:
        size = (1, (h - 1) * sh + kh, (w - 1) * sw + kw, out)
    shape = b.const(size, "int32")
    weights, scales = _weights(b, rng, (out, kh, kw, channels), 0)
    x = b.input((1, h, w, channels), data, dtype)
    bias = _bias(b, rng, out, data, scales, 20000, dtype)
    target = output_quant(rng, float(data.scale * np.mean(scales)) * 64 * (channels * kh * kw) ** 0.5, dtype)
    operands = [shape, weights, x] + ([bias] if bias != ABSENT else [])
    return b.finish(
        [
            b.op(
                "transpose_conv",
                operands,
                target,
                dtype,
                padding=padding,
                stride_h=sh,
                stride_w=sw,
                activation=activation(rng),
            )
        ]
    )


def _fully_connected(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    depth, units, rows = int(rng.integers(1, 65)), int(rng.integers(1, 33)), int(rng.integers(1, 4))
    data = quant(rng, dtype)
    keep = bool(rng.random() < 0.3)
    x = b.input((1, rows, depth) if keep else (rows, depth), data, dtype)
    weights, scales = _weights(b, rng, (units, depth), 0)
    bias = _bias(b, rng, units, data, scales, 30000, dtype)
    target = output_quant(rng, float(data.scale * np.mean(scales)) * 64 * depth**0.5, dtype)
    operands = [x, weights] + ([bias] if bias != ABSENT else [])
    return b.finish(
        [b.op("fully_connected", operands, target, dtype, activation=activation(rng), keep_num_dims=keep)]
    )


def _batch_matmul(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    rows, inner, columns = (int(v) for v in rng.integers(1, 12, 3))
    batch = tuple(int(v) for v in rng.integers(1, 4, int(rng.integers(0, 3))))
    adj_x, adj_y = bool(rng.random() < 0.4), bool(rng.random() < 0.4)
    first, second = quant(rng, dtype), quant(rng, dtype)
    left = b.input((*batch, inner, rows) if adj_x else (*batch, rows, inner), first, dtype)
    right = b.input((*batch, columns, inner) if adj_y else (*batch, inner, columns), second, dtype)
    target = output_quant(rng, first.scale * second.scale * 64 * inner**0.5, dtype)
    return b.finish([b.op("batch_matmul", [left, right], target, dtype, adj_x=adj_x, adj_y=adj_y)])


def _broadcast_shapes(rng: Rng) -> tuple[tuple[int, ...], tuple[int, ...]]:
    shape = tuple(int(v) for v in rng.integers(1, 7, 4))
    style = rng.random()
    if style < 0.6:
        return shape, shape
    if style < 0.8:
        return shape, (1, 1, 1, shape[3])
    if style < 0.9:
        return shape, (1,)
    mask = rng.random(4) < 0.5
    return shape, tuple(1 if m else n for m, n in zip(mask, shape, strict=True))


def _elementwise(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        left_shape, right_shape = _broadcast_shapes(rng)
        first = quant(rng, dtype)
        second = replace(quant(rng, dtype), scales=(f32(first.scale * 2.0 ** rng.uniform(-6, 6)),))
        # The output keeps add's and squared_difference's multiplier below one, as TFLite demands.
        reach = max(first.scale, second.scale)
        if kind == "mul":
            reach = first.scale * second.scale * 128
        if kind == "squared_difference":
            reach = reach * reach * 128
        target = output_quant(rng, reach, dtype)
        if kind in ("maximum", "minimum"):
            second = target = first
        left = b.input(left_shape, first, dtype)
        if rng.random() < 0.3:
            info = np.iinfo(DTYPES[dtype])  # type: ignore[type-var]
            right = b.const(rng.integers(info.min, info.max + 1, right_shape), dtype, second)
        else:
            right = b.input(right_shape, second, dtype)
        operands = [left, right] if rng.random() < 0.7 else [right, left]
        options: dict[str, OptionValue] = {}
        if kind in ("add", "sub", "mul"):
            options["activation"] = activation(rng)
        if kind in ("add", "sub"):
            # Set, the flag counts for int16 only where all three scales are powers of two.
            fractions = [np.log2(q.scale) % 1 for q in (first, second, target)]
            options["pot_scale_int16"] = dtype != "int16" or any(0.01 < f < 0.99 for f in fractions)
        return b.finish([b.op(kind, operands, target, dtype, **options)])

    return build


def _pool(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        kh, kw = (int(v) for v in rng.integers(1, 5, 2))
        padding = str(rng.choice(["same", "valid"]))
        h, w = (int(v) for v in rng.integers(1, 10, 2))
        if padding == "valid":
            h, w = h + kh - 1, w + kw - 1
        data = quant(rng, dtype)
        x = b.input((1, h, w, int(rng.integers(1, 9))), data, dtype)
        return b.finish(
            [
                b.op(
                    kind,
                    [x],
                    data,
                    dtype,
                    padding=padding,
                    filter_h=kh,
                    filter_w=kw,
                    stride_h=int(rng.integers(1, 4)),
                    stride_w=int(rng.integers(1, 4)),
                    activation=activation(rng),
                )
            ]
        )

    return build


def _reduce(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        rank = int(rng.integers(2, 5))
        shape = tuple(int(v) for v in rng.integers(1, 8, rank))
        data = quant(rng, dtype)
        x = b.input(shape, data, dtype)
        if rank == 4 and rng.random() < 0.6:
            axes = [1, 2]
        else:
            axes = [int(a) for a in rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False)]
            axes = [a - rank if rng.random() < 0.3 else a for a in axes]
        count = int(np.prod([shape[a] for a in axes]))
        target = data
        if kind not in ("reduce_max", "reduce_min"):
            target = output_quant(rng, data.scale * (count**0.5 if kind == "sum" else 1), dtype)
        axis = b.const(axes, "int32")
        return b.finish([b.op(kind, [x, axis], target, dtype, keep_dims=bool(rng.random() < 0.5))])

    return build


def _shape(rng: Rng, low: int = 1, high: int = 8, ranks: tuple[int, int] = (1, 5)) -> tuple[int, ...]:
    return tuple(int(v) for v in rng.integers(low, high, int(rng.integers(*ranks))))


FIXED_OUTPUT = {
    ("softmax", "int8"): Quant(scales=(1 / 256,), zero_points=(-128,)),
    ("logistic", "int8"): Quant(scales=(1 / 256,), zero_points=(-128,)),
    ("tanh", "int8"): Quant(scales=(1 / 128,), zero_points=(0,)),
    ("softmax", "int16"): Quant(scales=(1 / 32768,), zero_points=(0,)),
    ("logistic", "int16"): Quant(scales=(1 / 32768,), zero_points=(0,)),
    ("tanh", "int16"): Quant(scales=(1 / 32768,), zero_points=(0,)),
}


def _unary(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        data = quant(rng, dtype)
        options: dict[str, OptionValue] = {}
        target = output_quant(rng, data.scale, dtype)
        if kind in ("softmax", "logistic", "tanh"):
            data = replace(data, scales=(f32(2.0 ** rng.uniform(-7, -1)),))
            target = FIXED_OUTPUT[kind, dtype]
        if kind == "softmax":
            options["beta"] = float(rng.choice([1.0, 1.0, 0.5, 2.0]))
        if kind == "leaky_relu":
            options["alpha"] = float(np.float32(rng.uniform(-0.5, 1.5)))
        if kind == "gelu":
            options["approximate"] = bool(rng.random() < 0.5)
        if kind == "hard_swish":
            # TFLite demands input scale / 128 / output scale below one.
            target = replace(target, scales=(f32(data.scale * 2.0 ** rng.uniform(-2, 2)),))
        if kind == "rsqrt":
            data = replace(data, zero_points=(-128,))
            target = replace(target, scales=(f32(2.0 ** rng.uniform(-8, -2) / data.scale**0.5),))
        if kind == "exp":
            data = replace(data, scales=(f32(2.0 ** rng.uniform(-9, -3)),))
            reach = float(np.exp(data.scale * (127 - data.zero_point)))
            target = replace(target, scales=(f32(reach * 2.0 ** rng.uniform(-10, -5)),))
        if kind == "log":
            target = replace(target, scales=(f32(2.0 ** rng.uniform(-7, -3)),))
        if kind == "sqrt":
            # LiteRT refuses a negative value when it runs.
            data = replace(data, zero_points=(-128,))
            target = replace(target, scales=(f32(data.scale**0.5 * 2.0 ** rng.uniform(-6, -2)),))
        x = b.input(_shape(rng, 1, 12), data, dtype)
        return b.finish([b.op(kind, [x], target, dtype, **options)])

    return build


def _prelu(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    data, slope = quant(rng), quant(rng)
    slope = replace(slope, scales=(f32(2.0 ** rng.uniform(-9, -4)),))
    shape = tuple(int(v) for v in rng.integers(1, 7, 4))
    alpha_shape = (1, 1, shape[3]) if rng.random() < 0.6 else shape[1:]
    x = b.input(shape, data)
    alpha = b.const(rng.integers(-128, 128, alpha_shape), "int8", slope)
    return b.finish([b.op("prelu", [x, alpha], output_quant(rng, data.scale))])


def _pad(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        shape = _shape(rng, 1, 6, (1, 5))
        data = quant(rng, dtype)
        x = b.input(shape, data, dtype)
        pads = b.const(rng.integers(0, 3, (len(shape), 2)), "int32")
        operands = [x, pads]
        if kind == "padv2":
            operands.append(b.const([int(rng.integers(-128, 128))], dtype, data))
        return b.finish([b.op(kind, operands, data, dtype)])

    return build


def _concatenation(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = list(_shape(rng, 1, 6, (1, 5)))
    axis = int(rng.integers(0, len(shape)))
    data = quant(rng, dtype)
    parts = []
    for _ in range(int(rng.integers(1, 5))):
        shape[axis] = int(rng.integers(1, 6))
        parts.append(b.input(tuple(shape), data, dtype))
    chosen = axis - len(shape) if rng.random() < 0.3 else axis
    return b.finish([b.op("concatenation", parts, data, dtype, axis=chosen)])


def _pack(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 5, (1, 4))
    data = quant(rng, dtype)
    parts = [b.input(shape, data, dtype) for _ in range(int(rng.integers(1, 4)))]
    return b.finish(
        [b.op("pack", parts, data, dtype, axis=int(rng.integers(0, len(shape) + 1)), values_count=len(parts))]
    )


def _reshape(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 6, (2, 5))
    data = quant(rng, dtype)
    x = b.input(shape, data, dtype)
    wanted = [-1, shape[-1]] if rng.random() < 0.5 else [int(np.prod(shape))]
    return b.finish([b.op("reshape", [x, b.const(wanted, "int32")], data, dtype)])


def _squeeze(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    data = quant(rng, dtype)
    x = b.input((1, int(rng.integers(1, 5)), 1, 3), data, dtype)
    return b.finish([b.op("squeeze", [x], data, dtype, squeeze_dims=(0, 2) if rng.random() < 0.5 else ())])


def _expand_dims(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    data = quant(rng, dtype)
    x = b.input(_shape(rng, 1, 5, (1, 4)), data, dtype)
    return b.finish([b.op("expand_dims", [x, b.const([int(rng.integers(-1, 2))], "int32")], data, dtype)])


def _transpose(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 6, (2, 5))
    data = quant(rng, dtype)
    x = b.input(shape, data, dtype)
    return b.finish([b.op("transpose", [x, b.const(rng.permutation(len(shape)), "int32")], data, dtype)])


def _strided_slice(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 8, (1, 5))
    data = quant(rng, dtype)
    begin, end, step, shrink = [], [], [], 0
    for axis, extent in enumerate(shape):
        if rng.random() < 0.2 and extent > 1:
            shrink |= 1 << axis
            index = int(rng.integers(0, extent))
            begin, end, step = [*begin, index], [*end, index + 1], [*step, 1]
            continue
        first = int(rng.integers(0, extent))
        last = int(rng.integers(first + 1, extent + 1))
        begin, end, step = [*begin, first], [*end, last], [*step, int(rng.integers(1, 3))]
    x = b.input(shape, data, dtype)
    operands = [x, b.const(begin, "int32"), b.const(end, "int32"), b.const(step, "int32")]
    masks = int(rng.integers(0, 1 << len(shape))) if rng.random() < 0.4 else 0
    return b.finish(
        [
            b.op(
                "strided_slice",
                operands,
                data,
                dtype,
                begin_mask=masks & ~shrink,
                end_mask=masks & ~shrink,
                shrink_axis_mask=shrink,
            )
        ]
    )


def _tile(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape, data = _shape(rng, 1, 6, (1, 5)), quant(rng, dtype)
    x = b.input(shape, data, dtype)
    times = b.const([int(rng.choice([1, 1, 2, 3])) for _ in shape], "int32")
    return b.finish([b.op("tile", [x, times], data, dtype)])


def _gather(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape, data = _shape(rng, 1, 6, (1, 4)), quant(rng, dtype)
    axis = int(rng.integers(0, len(shape)))
    count = () if rng.random() < 0.2 and len(shape) > 1 else (int(rng.integers(1, 7)),)
    indices = b.const(rng.integers(0, shape[axis], count), "int32")
    x = b.input(shape, data, dtype)
    return b.finish([b.op("gather", [x, indices], data, dtype, axis=axis)])


def _slice(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 8, (1, 5))
    data = quant(rng, dtype)
    begin = [int(rng.integers(0, n)) for n in shape]
    size = [
        -1 if rng.random() < 0.2 else int(rng.integers(1, n - f + 1))
        for n, f in zip(shape, begin, strict=True)
    ]
    x = b.input(shape, data, dtype)
    return b.finish([b.op("slice", [x, b.const(begin, "int32"), b.const(size, "int32")], data, dtype)])


def _split(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = list(_shape(rng, 1, 5, (1, 5)))
    axis, parts = int(rng.integers(0, len(shape))), int(rng.integers(1, 4))
    shape[axis] *= parts
    x = b.input(tuple(shape), quant(rng, dtype), dtype)
    return b.finish(b.many("split", [b.const(axis, "int32"), x], parts, num_splits=parts))


def _split_v(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = list(_shape(rng, 1, 5, (1, 5)))
    axis = int(rng.integers(0, len(shape)))
    sizes = [int(v) for v in rng.integers(1, 4, int(rng.integers(1, 4)))]
    shape[axis] = sum(sizes)
    x = b.input(tuple(shape), quant(rng, dtype), dtype)
    operands = [x, b.const(sizes, "int32"), b.const(axis, "int32")]
    return b.finish(b.many("split_v", operands, len(sizes), num_splits=len(sizes)))


def _resize(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        data = quant(rng, dtype)
        x = b.input((1, *(int(v) for v in rng.integers(1, 9, 2)), int(rng.integers(1, 5))), data, dtype)
        size = b.const(rng.integers(1, 17, 2), "int32")
        align = bool(rng.random() < 0.3)
        half = bool(rng.random() < 0.5) and not align
        return b.finish([b.op(kind, [x, size], data, dtype, align_corners=align, half_pixel_centers=half)])

    return build


def _arg(kind: str, index: str = "int32") -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        shape = _shape(rng, 1, 8, (1, 5))
        x = b.input(shape, quant(rng))
        axis = b.const(int(rng.integers(-1, len(shape))), "int32")
        return b.finish([b.op(kind, [x, axis], None, index, output_type=index)])

    return build


def _blocks(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        h, w, channels, block = (int(v) for v in rng.integers(1, (5, 5, 6, 4)))
        wide = kind == "depth_to_space"
        shape = (h, w, channels * block**2) if wide else (h * block, w * block, channels)
        data = quant(rng, dtype)
        return b.finish([b.op(kind, [b.input((1, *shape), data, dtype)], data, dtype, block_size=block)])

    return build


def _mirror_pad(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape, data, mode = _shape(rng, 2, 7, (1, 5)), quant(rng, dtype), int(rng.integers(0, 2))
    pads = [[int(v) for v in rng.integers(0, n + mode, 2)] if rng.random() < 0.7 else [0, 0] for n in shape]
    x = b.input(shape, data, dtype)
    return b.finish([b.op("mirror_pad", [x, b.const(pads, "int32")], data, dtype, mode=mode)])


def _reverse(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape, data = _shape(rng, 1, 7, (1, 5)), quant(rng, dtype)
    first = int(rng.integers(0, len(shape)))  # LiteRT's kernel takes neighbouring axes only
    axes = list(range(first, int(rng.integers(first + 1, len(shape) + 1))))
    return b.finish([b.op("reverse_v2", [b.input(shape, data, dtype), b.const(axes, "int32")], data, dtype)])


def _broadcast_to(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    wanted, data = _shape(rng, 1, 6, (1, 5)), quant(rng, dtype)
    shape = tuple(1 if rng.random() < 0.5 else n for n in wanted)[int(rng.integers(0, len(wanted))) :]
    return b.finish(
        [b.op("broadcast_to", [b.input(shape, data, dtype), b.const(wanted, "int32")], data, dtype)]
    )


def _unpack(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = _shape(rng, 1, 5, (2, 5))
    axis = int(rng.integers(-len(shape), len(shape)))
    x = b.input(shape, quant(rng, dtype), dtype)
    return b.finish(b.many("unpack", [x], shape[axis], num=shape[axis], axis=axis))


def _l2_normalization(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    shape = (*_shape(rng, 1, 4, (1, 4)), int(rng.choice([1, 2, 16, 128, 600])))
    data = quant(rng)
    if rng.random() < 0.3:
        data = replace(data, zero_points=(int(rng.integers(-2, 2)),))
    x = b.input(shape, data)
    return b.finish([b.op("l2_normalization", [x], Quant(scales=(1 / 128,), zero_points=(0,)))])


def _comparison(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        left, right = _broadcast_shapes(rng)
        first = replace(quant(rng), scales=(f32(2.0 ** rng.uniform(-12, -0.1)),))
        near = replace(quant(rng), scales=(f32(first.scale * float(rng.choice([0.5, 1.0, 0.7]))),))
        second = first if rng.random() < 0.4 else near
        x = b.input(left, first)
        other = b.const(rng.integers(-128, 128, right), "int8", second) if rng.random() < 0.3 else b.input(right, second)
        operands = [x, other] if rng.random() < 0.8 else [other, x]
        return b.finish([b.op(kind, operands, None, "bool")])

    return build


def _select(kind: str) -> Callable[[Rng, str], Graph]:
    def build(rng: Rng, dtype: str) -> Graph:
        b = Builder()
        data = quant(rng, dtype)
        left, right = _broadcast_shapes(rng)
        condition = left if rng.random() < 0.7 else right
        if kind == "select":
            right = condition = left
        operands = [b.input(condition, None, "bool"), b.input(left, data, dtype), b.input(right, data, dtype)]
        return b.finish([b.op(kind, operands, data, dtype)])

    return build


def _div(rng: Rng, dtype: str) -> Graph:
    """LiteRT refuses a divisor of zero when it runs: a maximum before it keeps it away. With multipliers below 64 its kernel
    shifts by more than 31 bits where the dividend is 0, which C leaves undefined."""
    b = Builder()
    left, right = _broadcast_shapes(rng)
    first, second = quant(rng), replace(quant(rng), zero_points=(int(rng.choice([-128, -100, 0, 126])),))
    x, y = b.input(left, first), b.input(right, second)
    least = b.const([second.zero_points[0] + 1], "int8", second)
    y = b.op("maximum", [y, least], second)
    target = quant(rng)
    target = replace(target, scales=(f32(first.scale / second.scale / 64 * 2.0 ** rng.uniform(-5, -0.1)),))
    return b.finish([b.op("div", [x, y], target, activation=activation(rng))])


def _quantize(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    source = str(rng.choice(["int8", "uint8", "float32", "int8"])) if dtype == "int8" else "int16"
    data = quant(rng, dtype)
    target = output_quant(rng, data.scale, dtype)
    out = dtype
    if source == "uint8":
        data = replace(data, zero_points=(data.zero_point + 128,))
    if source == "int8" and rng.random() < 0.3:
        out, target = "uint8", replace(target, zero_points=(target.zero_point + 128,))
    if rng.random() < 0.2 and source != "float32":
        target = replace(target, scales=data.scales)
    x = b.input(_shape(rng, 1, 12), None if source == "float32" else data, source)
    return b.finish([b.op("quantize", [x], target, out)])


def _dequantize(rng: Rng, dtype: str) -> Graph:
    b = Builder()
    x = b.input(_shape(rng, 1, 12), quant(rng, dtype), dtype)
    return b.finish([b.op("dequantize", [x], None, "float32")])


CASES: dict[str, Callable[[Rng, str], Graph]] = {
    "conv_2d": _conv_like("conv_2d"),
    "depthwise_conv_2d": _conv_like("depthwise_conv_2d"),
    "transpose_conv": _transpose_conv,
    "fully_connected": _fully_connected,
    "batch_matmul": _batch_matmul,
    **{k: _elementwise(k) for k in ("add", "sub", "mul", "squared_difference", "maximum", "minimum")},
    **{k: _pool(k) for k in ("average_pool_2d", "max_pool_2d")},
    **{k: _reduce(k) for k in ("mean", "sum", "reduce_max")},
    **{
        k: _unary(k)
        for k in ("softmax", "logistic", "tanh", "relu", "relu6", "leaky_relu", "hard_swish", "gelu", "rsqrt")
    },
    "prelu": _prelu,
    "pad": _pad("pad"),
    "padv2": _pad("padv2"),
    "concatenation": _concatenation,
    "pack": _pack,
    "reshape": _reshape,
    "squeeze": _squeeze,
    "expand_dims": _expand_dims,
    "transpose": _transpose,
    "strided_slice": _strided_slice,
    "slice": _slice,
    "split": _split,
    "split_v": _split_v,
    "resize_nearest_neighbor": _resize("resize_nearest_neighbor"),
    "resize_bilinear": _resize("resize_bilinear"),
    "arg_max": _arg("arg_max"),
    "quantize": _quantize,
    "dequantize": _dequantize,
    "elu": _unary("elu"),
    "tile": _tile,
    "gather": _gather,
    **{k: _unary(k) for k in ("exp", "log", "sqrt", "abs")},
    **{k: _blocks(k) for k in ("depth_to_space", "space_to_depth")},
    "mirror_pad": _mirror_pad,
    "reverse_v2": _reverse,
    "broadcast_to": _broadcast_to,
    "unpack": _unpack,
    "l2_normalization": _l2_normalization,
    **{k: _comparison(k) for k in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")},
    "select": _select("select"),
    "select_v2": _select("select_v2"),
    "div": _div,
    "reduce_min": _reduce("reduce_min"),
    "arg_min": _arg("arg_min"),
    "arg_max_64": _arg("arg_max", "int64"),
}
"""kind -> function of (generator, dtype of the activations) giving a graph of that one operator."""


INT8_ONLY = frozenset(
    [
        "squared_difference",
        "prelu",
        "hard_swish",
        "gelu",
        "rsqrt",
        "elu",
        "exp",
        "log",
        "sqrt",
        "abs",
        "l2_normalization",
        "arg_max",
        "arg_min",
        "arg_max_64",
        "equal",
        "not_equal",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "div",
    ]
)
"""Kinds without a case for int16 activations."""


def random_case(kind: str, seed: int, dtype: str = "int8") -> tuple[Graph, list[Array]]:
    """A one-operator graph and inputs for it, the same for the same seed."""
    rng = np.random.default_rng([seed, list(CASES).index(kind)])
    graph = CASES[kind](rng, dtype)
    return graph, random_inputs(graph, rng)
