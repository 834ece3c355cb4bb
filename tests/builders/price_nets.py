"""Networks as strangers bring them: shapes that people publish, and random ones with odd counts and hostile ranges.

A network is a function of its number. Weights are random and already quantized; ranges keep the values alive, but for the
channels that are made dead, nearly dead or huge on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from single_op_cases import Builder, Rng, f32

from espalier.graph.ops import macs
from espalier.graph.types import Graph, OptionValue, Quant
from espalier.graph.view import view

ACTIVATIONS = Quant(scales=(0.05,), zero_points=(-10,))
RELU = Quant(scales=(f32(0.03),), zero_points=(-128,))
DEVIATION = 60.0
"""Standard deviation of the random weights."""


@dataclass(frozen=True)
class Net:
    """``family``: a published shape, or "stranger"."""

    number: int
    family: str
    graph: Graph

    @property
    def name(self) -> str:
        return f"{self.family} {self.number}"


class NetMaker:
    """Appends layers to the end; ``hostile``: the share of channels without an ordinary range."""

    def __init__(self, rng: Rng, shape: tuple[int, ...], hostile: float = 0.0) -> None:
        self.rng, self.hostile, self.b = rng, hostile, Builder()
        self.x = self.b.input(shape, Quant(scales=(f32(1 / 127.5),), zero_points=(-1,)))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.b.tensors[self.x].shape

    @property
    def channels(self) -> int:
        return self.shape[-1]

    def quant(self, index: int) -> Quant:
        found = self.b.tensors[index].quant
        assert found is not None
        return found

    def weighted(
        self, kind: str, shape: tuple[int, ...], axis: int, target: Quant, **options: OptionValue
    ) -> int:
        """Weights, bias and the operator; some channels hostile."""
        rng, count = self.rng, shape[axis]
        source = self.quant(self.x)
        terms = int(np.prod(shape)) // count
        weights = np.clip(rng.normal(0, DEVIATION, shape), -127, 127).round().astype(np.int64)
        bias = rng.integers(-2000, 2001, count)
        # Sums of `terms` products of values of about 40 levels become about 40 levels again.
        scales = target.scale / source.scale * rng.uniform(0.7, 1.4, count) / (DEVIATION * np.sqrt(terms))
        for channel in np.flatnonzero(rng.random(count) < self.hostile):
            place = tuple(channel if n == axis else slice(None) for n in range(len(shape)))
            weights[place], bias[channel], scales[channel] = _hostile(rng, weights[place], scales[channel])
        quant = Quant(scales=tuple(f32(s) for s in scales), zero_points=(0,) * count, axis=axis)
        sums = Quant(scales=tuple(f32(source.scale * s) for s in scales), zero_points=(0,) * count, axis=0)
        first = [self.x]
        if kind == "transpose_conv":
            stride, missing = int(options["stride_h"]), 0  # SAME: one output per step of the stride
            if options["padding"] == "valid":
                missing = max(shape[1] - stride, 0)
            size = [1, self.shape[1] * stride + missing, self.shape[2] * stride + missing, count]
            first = [self.b.const(size, "int32")]
        operands = [*first, self.b.const(weights, "int8", quant)]
        operands += [self.x] if kind == "transpose_conv" else []
        operands += [self.b.const(bias, "int32", sums)]
        self.x = self.b.op(kind, operands, target, **options)
        return self.x

    def conv(
        self, kernel: int | tuple[int, int], channels: int, stride: int = 1, padding: str = "same", activation: str = "relu"
    ) -> int:
        kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
        if padding == "valid" and (kh > self.shape[1] or kw > self.shape[2]):
            padding = "same"
        options = _window(stride, padding) | {"dilation_h": 1, "dilation_w": 1, "activation": activation}
        target = ACTIVATIONS if activation == "none" else RELU
        return self.weighted("conv_2d", (channels, kh, kw, self.channels), 0, target, **options)

    def depthwise(
        self,
        kernel: int | tuple[int, int],
        stride: int = 1,
        multiplier: int = 1,
        activation: str = "relu",
        padding: str = "same",
    ) -> int:
        kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
        options = _window(stride, padding) | {"dilation_h": 1, "dilation_w": 1, "activation": activation}
        options["depth_multiplier"] = multiplier
        target = ACTIVATIONS if activation == "none" else RELU
        return self.weighted("depthwise_conv_2d", (1, kh, kw, self.channels * multiplier), 3, target, **options)

    def transpose(
        self, channels: int, kernel: int = 3, stride: int = 2, padding: str = "same", activation: str = "none"
    ) -> int:
        options = _window(stride, padding) | {"activation": activation}
        target = ACTIVATIONS if activation == "none" else RELU
        shape = (channels, kernel, kernel, self.channels)
        return self.weighted("transpose_conv", shape, 0, target, **options)

    def dense(self, units: int, activation: str = "none") -> int:
        if len(self.shape) == 4:
            self.flatten()
        target = ACTIVATIONS if activation == "none" else RELU
        return self.weighted("fully_connected", (units, self.channels), 0, target, activation=activation)

    def flatten(self) -> int:
        count = self.b.tensors[self.x].elements
        return self._same("reshape", [self.x, self.b.const([1, count], "int32")])

    def pool(self, kind: str, size: int, stride: int, padding: str = "valid") -> int:
        size = min(size, *self.shape[1:3])
        options = _window(stride, padding) | {"filter_h": size, "filter_w": size, "activation": "none"}
        return self._same(kind, [self.x], **options)

    def everywhere(self, kind: str = "mean", keep: bool = False) -> int:
        """Global average or maximum."""
        axes = self.b.const([1, 2], "int32")
        if kind == "reduce_max":
            return self._same(kind, [self.x, axes], keep_dims=keep)
        source = self.quant(self.x)
        target = Quant(scales=(f32(source.scale / 2),), zero_points=source.zero_points)
        self.x = self.b.op(kind, [self.x, axes], target, keep_dims=keep)
        return self.x

    def _same(self, kind: str, inputs: list[int], **options: OptionValue) -> int:
        self.x = self.b.op(kind, inputs, self.quant(inputs[0]), **options)
        return self.x

    def add(self, left: int, right: int, activation: str = "none") -> int:
        scale = f32(1.3 * max(self.quant(left).scale, self.quant(right).scale))
        zero = -128 if activation != "none" else int(self.rng.integers(-30, 30))
        self.x = self.b.op("add", [left, right], Quant(scales=(scale,), zero_points=(zero,)), activation=activation)
        return self.x

    def mul(self, left: int, right: int, target: Quant) -> int:
        self.x = self.b.op("mul", [left, right], target, activation="none")
        return self.x

    def curve(self, kind: str) -> int:
        """swish | hard_swish | leaky_relu | prelu | relu | relu6 | none."""
        source = self.x
        if kind == "swish":
            gate = self.b.op("logistic", [source], Quant(scales=(1 / 256,), zero_points=(-128,)))
            return self.mul(source, gate, Quant(scales=self.quant(source).scales, zero_points=(-100,)))
        if kind == "prelu":
            alpha = self.b.const(
                self.rng.integers(-127, 128, (1, 1, self.channels)), "int8", Quant(scales=(0.002,), zero_points=(0,))
            )
            self.x = self.b.op(kind, [source, alpha], self.quant(source))
        elif kind != "none":
            options: dict[str, OptionValue] = {"alpha": f32(0.1)} if kind == "leaky_relu" else {}
            target = RELU if kind.startswith("relu") else self.quant(source)
            self.x = self.b.op(kind, [source], target, **options)
        return self.x

    def normalised(self) -> int:
        """A batch normalisation that nothing could be folded into: one mul and one add by constants."""
        count, source = self.channels, self.quant(self.x)
        factor = self.b.const(self.rng.integers(1, 128, (count,)), "int8", Quant(scales=(f32(0.016),), zero_points=(0,)))
        self.mul(self.x, factor, source)
        offset = self.b.const(self.rng.integers(-127, 128, (count,)), "int8", Quant(scales=(f32(0.01),), zero_points=(0,)))
        return self.add(self.x, offset)

    def joined(self, *parts: int) -> int:
        """Concatenated along the channels, brought to one scale first."""
        target = self.quant(parts[0])
        same = [p if self.quant(p) == target else self.b.op("quantize", [p], target) for p in parts]
        return self._same("concatenation", same, axis=len(self.b.tensors[parts[0]].shape) - 1)

    def softmax(self) -> int:
        self.x = self.b.op("softmax", [self.x], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)
        return self.x

    def finish(self) -> Graph:
        return self.b.finish([self.x])


def _hostile(rng: Rng, weights: np.ndarray, scale: float) -> tuple[np.ndarray, int, float]:  # type: ignore[type-arg]
    """Weights, bias and scale of a channel as converters write dead, nearly dead and huge ones."""
    kind = str(rng.choice(["dead", "dead", "faint", "weak", "constant", "huge", "sparse"]))
    sign = int(rng.choice([-1, 1]))
    if kind == "dead":  # nothing but a bias, at the smallest scales
        return 0 * weights, sign * int(2.0 ** rng.uniform(10, 30.99)), scale * 2.0 ** -rng.uniform(8, 24)
    if kind == "constant":  # a bias like any other's
        return 0 * weights, int(rng.integers(-6000, 6001)), scale
    if kind == "faint":  # weights far below the bias
        return weights, sign * int(2.0 ** rng.uniform(26, 30.99)), scale * 2.0 ** -rng.uniform(12, 18)
    if kind == "weak":  # weights that can hardly change the output
        return weights, int(rng.integers(-2000, 2001)), scale * 2.0 ** -rng.uniform(10, 24)
    if kind == "huge":  # few levels, no right shift left
        return rng.integers(-1, 2, weights.shape), int(rng.integers(-3, 4)), scale * 2.0 ** rng.uniform(9, 14)
    kept = weights * (rng.random(weights.shape) < 0.1)
    return kept, int(rng.integers(-2000, 2001)), scale * 3


def _window(stride: int, padding: str) -> dict[str, OptionValue]:
    return {"padding": padding, "stride_h": stride, "stride_w": stride}


def _channels(count: float, divisor: int = 8) -> int:
    return max(divisor, int(count + divisor / 2) // divisor * divisor)


def _mobilenet_v1(rng: Rng, hostile: float) -> Graph:
    size, alpha = int(rng.choice([32, 48, 64])), float(rng.choice([0.25, 0.25, 0.35]))
    m = NetMaker(rng, (1, size, size, int(rng.choice([1, 3, 3]))), hostile)
    m.conv(3, int(32 * alpha), 2)
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * int(rng.integers(1, 4))]
    for channels, stride in plan:
        m.depthwise(3, stride)
        m.conv(1, int(channels * alpha))
    m.everywhere()
    m.dense(int(rng.integers(2, 11)))
    m.softmax()
    return m.finish()


def _mobilenet_v2(rng: Rng, hostile: float) -> Graph:
    size, alpha = int(rng.choice([32, 48, 64])), float(rng.choice([0.1, 0.25, 0.35]))
    m = NetMaker(rng, (1, size, size, 3), hostile)
    m.conv(3, _channels(32 * alpha), 2, activation="relu6")
    plan = [(1, 16, 1), (6, 24, 2), (6, 24, 1), (6, 32, 2), (6, 32, 1), (6, 64, 2), (6, 64, 1)]
    for expansion, channels, stride in plan:
        source, count = m.x, m.channels
        if expansion > 1:
            m.conv(1, expansion * count, activation="relu6")
        m.depthwise(3, stride, activation="relu6")
        m.conv(1, _channels(channels * alpha), activation="none")
        if stride == 1 and m.channels == count:
            m.add(source, m.x)
    m.everywhere()
    m.dense(int(rng.integers(2, 11)))
    return m.finish()


def _ds_cnn(rng: Rng, hostile: float) -> Graph:
    m = NetMaker(rng, (1, 49, 10, 1), hostile)
    channels = int(rng.choice([64, 64, 48, 72]))
    m.conv((10, 4), channels, 2)
    for _ in range(int(rng.integers(3, 5))):
        m.depthwise(3)
        m.conv(1, channels)
    m.pool("average_pool_2d", 5, 5)
    m.dense(12)
    m.softmax()
    return m.finish()


def _keywords_1d(rng: Rng, hostile: float) -> Graph:
    """Separable convolutions along time, as streaming wake words and TC-ResNets have them."""
    m = NetMaker(rng, (1, int(rng.choice([49, 61, 98])), 1, int(rng.choice([10, 40]))), hostile)
    m.conv((3, 1), int(rng.choice([32, 64])), activation="relu6")
    for stride in (1, 2, 1, 2, 1):
        m.depthwise((int(rng.choice([5, 7, 9])), 1), stride)
        m.conv(1, int(rng.choice([32, 64, 96])))
    m.everywhere()
    m.dense(12)
    return m.finish()


def _resnet8(rng: Rng, hostile: float) -> Graph:
    m = NetMaker(rng, (1, *[int(rng.choice([16, 24, 32]))] * 2, 3), hostile)
    width = int(rng.choice([8, 16]))
    m.conv(3, width)
    for block, channels in enumerate((width, 2 * width, 4 * width)):
        source = m.x
        m.conv(3, channels, 1 if block == 0 else 2)
        body = m.conv(3, channels, activation="none")
        if block:
            m.x = source
            source = m.conv(1, channels, 2, activation="none")
        m.add(source, body, "relu")
    m.pool("average_pool_2d", m.shape[1], m.shape[1])
    m.dense(10)
    m.softmax()
    return m.finish()


def _lenet(rng: Rng, hostile: float) -> Graph:
    size = int(rng.choice([28, 32]))
    m = NetMaker(rng, (1, size, size, 1), hostile)
    m.conv(5, 6, padding=str(rng.choice(["same", "valid"])))
    m.pool(str(rng.choice(["max_pool_2d", "average_pool_2d"])), 2, 2)
    m.conv(5, 16, padding="valid")
    m.pool(str(rng.choice(["max_pool_2d", "average_pool_2d"])), 2, 2)
    m.dense(120, "relu")
    m.dense(84, "relu")
    m.dense(10)
    m.softmax()
    return m.finish()


def _tutorial(rng: Rng, hostile: float) -> Graph:
    """Conv, pool, conv, pool, dense: tutorials, traffic signs, rock-paper-scissors."""
    m = NetMaker(rng, (1, *[int(rng.choice([28, 30, 32, 48]))] * 2, int(rng.choice([1, 3]))), hostile)
    padding = str(rng.choice(["same", "valid"]))
    for channels in rng.choice([[8, 16, 16], [16, 32, 32], [32, 32, 64], [10, 20, 30]]):
        m.conv(3, int(channels), padding=padding)
        m.pool("max_pool_2d", 2, 2)
    m.dense(int(rng.choice([32, 50, 64])), "relu")
    m.dense(int(rng.integers(3, 44)))
    m.softmax()
    return m.finish()


def _autoencoder(rng: Rng, hostile: float) -> Graph:
    m = NetMaker(rng, (1, int(rng.choice([320, 640]))), hostile)
    source = m.channels
    for units in (128, 128, 8, 128, 128):
        m.dense(units, "relu")
    m.dense(source)
    return m.finish()


def _squeezenet(rng: Rng, hostile: float) -> Graph:
    m = NetMaker(rng, (1, *[int(rng.choice([32, 48]))] * 2, 3), hostile)
    m.conv(3, 16, 2)
    for squeeze, expand in ((8, 16), (8, 16), (16, 32)):
        m.conv(1, squeeze)
        source = m.x
        left = m.conv(1, expand)
        m.x = source
        m.joined(left, m.conv(3, expand))
        if m.shape[1] > 6:
            m.pool("max_pool_2d", 3, 2)
    m.conv(1, 10)
    m.everywhere()
    return m.finish()


def _mini_xception(rng: Rng, hostile: float) -> Graph:
    m = NetMaker(rng, (1, *[int(rng.choice([32, 48]))] * 2, 1), hostile)
    m.conv(3, 8, padding="valid")
    m.conv(3, 8, padding="valid")
    for channels in (16, 32):
        source = m.x
        skip = m.conv(1, channels, 2, activation="none")
        m.x = source
        m.depthwise(3, activation="none")
        m.conv(1, channels)
        m.depthwise(3, activation="none")
        m.conv(1, channels, activation="none")
        m.add(m.pool("max_pool_2d", 3, 2, "same"), skip)
    m.conv(3, 7, activation="none")
    m.everywhere()
    m.softmax()
    return m.finish()


def _efficient(rng: Rng, hostile: float) -> Graph:
    """Inverted bottlenecks with squeeze and excitation: EfficientNet, MobileNetV3."""
    m = NetMaker(rng, (1, *[int(rng.choice([32, 48]))] * 2, 3), hostile)
    curve, gate = [("swish", "logistic"), ("hard_swish", "logistic")][int(rng.integers(2))]
    m.conv(3, 16, 2, activation="none")
    m.curve(curve)
    for channels, stride, kernel in ((16, 2, 3), (24, 1, 5), (24, 1, 5), (40, 2, 3)):
        source, count = m.x, m.channels
        m.conv(1, 4 * count, activation="none")
        m.curve(curve)
        m.depthwise(kernel, stride, activation="none")
        excited(m, m.curve(curve), max(4, count // 4), gate)
        m.conv(1, channels, activation="none")
        if stride == 1 and m.channels == count:
            m.add(source, m.x)
    m.everywhere()
    m.dense(int(rng.integers(2, 11)))
    return m.finish()


def excited(m: NetMaker, source: int, squeezed: int, gate: str = "logistic") -> int:
    """Squeeze and excitation of a map; no inner layer where ``squeezed`` is 0."""
    m.everywhere(keep=True)
    count = m.channels
    if squeezed:
        m.conv(1, squeezed)
    m.conv(1, count, activation="none")
    m.x = m.b.op(gate, [m.x], Quant(scales=(1 / 256,), zero_points=(-128,)))
    return m.mul(source, m.x, Quant(scales=m.quant(source).scales, zero_points=(-20,)))


PUBLIC: Mapping[str, Callable[[Rng, float], Graph]] = {
    "mobilenet_v1": _mobilenet_v1,
    "mobilenet_v2": _mobilenet_v2,
    "ds_cnn": _ds_cnn,
    "keywords_1d": _keywords_1d,
    "resnet8": _resnet8,
    "lenet": _lenet,
    "tutorial": _tutorial,
    "autoencoder": _autoencoder,
    "squeezenet": _squeezenet,
    "mini_xception": _mini_xception,
    "efficient": _efficient,
}


def _stranger(rng: Rng) -> Graph:
    """Random layers, odd counts, dead and nearly dead channels, mixed ranges."""
    size = int(rng.integers(12, 72))
    m = NetMaker(rng, (1, size, size, int(rng.choice([1, 3, 3, 3]))), float(rng.choice([0.0, 0.1, 0.5])))

    def width() -> int:
        return int(rng.choice([rng.integers(2, 48), 8 * rng.integers(1, 7), 1]))

    def pick(*names: str) -> str:
        return str(rng.choice(names))

    for _ in range(int(rng.integers(2, 7))):
        kind = pick("conv", "conv", "dw", "sep", "res", "concat", "se", "pool", "transpose")
        if min(m.shape[1:3]) < 4 and kind == "pool":
            kind = "conv"
        source, fused = m.x, False
        if kind == "pool":
            m.pool(pick("max_pool_2d", "average_pool_2d"), 2, 2)
            continue
        if kind == "se":
            excited(m, source, 0)
            continue
        if kind == "res":
            m.conv(3, m.channels, activation=pick("relu", "relu6", "none"))
            m.add(source, m.x)
            continue
        curve = pick("relu", "relu6", "swish", "hard_swish", "leaky_relu", "prelu")
        fused = curve in ("relu", "relu6") and kind not in ("concat", "transpose")
        activation = curve if fused else "none"
        if kind == "conv":
            padding = pick("same", "same", "valid") if min(m.shape[1:3]) > 5 else "same"
            m.conv(int(rng.choice([1, 3, 3, 5])), width(), int(rng.choice([1, 1, 2])), padding, activation)
        elif kind == "dw":
            m.depthwise(int(rng.choice([3, 5])), int(rng.choice([1, 2])), int(rng.choice([1, 1, 2])), activation)
        elif kind == "sep":
            m.depthwise(3, activation="none")
            m.conv(1, width(), activation=activation)
        elif kind == "concat":
            left = m.conv(1, width(), activation="none")
            m.x = source
            m.joined(left, m.conv(3, width(), activation="none"))
            if rng.random() < 0.7:
                m.normalised()
        elif kind == "transpose" and m.shape[1] < 24:
            m.transpose(width())
        if not fused:
            m.curve(curve)
    end = pick("mean", "reduce_max", "flatten")
    if end == "flatten" and m.b.tensors[m.x].elements < 6000:
        m.flatten()
    else:
        m.everywhere("reduce_max" if end == "reduce_max" else "mean")
    if rng.random() < 0.5:
        m.dense(width(), "relu")
    m.dense(int(rng.integers(2, 12)))
    if rng.random() < 0.5:
        m.softmax()
    return m.finish()


LARGEST_MACS = 6_000_000
LARGEST_MAP = 90_000
"""Bytes: the boards' memory holds a layer's input, output and scratch."""


def price_net(number: int) -> Net:
    """Every second network is a stranger; a third of the others have dead channels, as training leaves them."""
    rng = np.random.default_rng([number, 20])
    while number % 2 == 0:
        graph = _stranger(rng)
        if _small(graph):
            return Net(number, "stranger", graph)
    family = tuple(PUBLIC)[number // 2 % len(PUBLIC)]
    hostile = float(rng.choice([0.0, 0.0, 0.3]))
    return Net(number, family, PUBLIC[family](rng, hostile))


def _small(graph: Graph) -> bool:
    work = sum(macs(view(graph, op)) for op in graph.ops)
    return work <= LARGEST_MACS and max(t.elements for t in graph.tensors if t.data is None) <= LARGEST_MAP
