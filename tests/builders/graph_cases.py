"""Random graphs: 3 to 40 operators, branches, shared tensors, several outputs. A function of a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from single_op_cases import (
    ABSENT,
    DATA_OPERAND,
    Builder,
    Rng,
    activation,
    f32,
    output_quant,
    quant,
    random_inputs,
)

from espalier.graph.ops import OPS
from espalier.graph.reference import evaluate
from espalier.graph.rules import same_quant
from espalier.graph.types import Array, Graph, OptionValue, Quant
from espalier.graph.view import view

NOT_IN_LITERT = frozenset({"fully_connected", "sum"})
"""Operators whose reference is not LiteRT's: left out of graphs that are compared with LiteRT."""


RESCALING = frozenset(
    {
        "conv_2d",
        "depthwise_conv_2d",
        "transpose_conv",
        "fully_connected",
        "add",
        "sub",
        "mul",
        "relu",
        "leaky_relu",
        "quantize",
        "gelu",
        "mean",
    }
)
"""Operators whose output scale is free."""


class Drifted(Exception):
    """Two tensors whose scales are too far apart to be brought together."""


class GraphMaker:
    """Grows a graph operator by operator; every earlier tensor may be read again."""

    def __init__(self, rng: Rng, litert: bool) -> None:
        self.rng, self.litert, self.b = rng, litert, Builder()
        h, w = (int(v) for v in rng.integers(3, 13, 2))
        self.maps = [self.b.input((1, h, w, int(rng.integers(1, 7))), quant(rng))]
        if rng.random() < 0.2:
            self.maps.append(self.b.input((1, h, w, int(rng.integers(1, 7))), quant(rng)))
        self.rows: list[int] = []
        self.values: dict[int, Array] = {}
        for index, value in zip(self.b.inputs, random_inputs(self.b.finish([]), rng), strict=True):
            self.values[index] = value

    def make(self, kind: str, inputs: list[int], target: Quant, **options: OptionValue) -> int:
        """Append an operator; its output scale is the first that does not flatten a sample of values."""
        best, best_levels = target, -1
        free = kind in RESCALING
        gentle = -128 if options.get("activation") in ("relu", "relu6") else 0
        tries = [(1.0, target.zero_point)]
        if free:
            tries += [(f, gentle) for f in (1.0, 1 / 8, 8.0, 1 / 64, 64.0, 1 / 512)]
        for factor, zero_point in tries:
            tried = replace(target, scales=(f32(target.scale * factor),), zero_points=(zero_point,))
            levels = self._levels(self.b.op(kind, inputs, tried, **options))
            self.b.ops.pop()
            self.b.tensors.pop()
            if levels > best_levels:
                best, best_levels = tried, levels
            if levels >= 20:
                break
        made = self.b.op(kind, inputs, best, **options)
        if not all(rule.holds(view(self.b.finish([made]), self.b.ops[-1])) for rule in OPS[kind].rules):
            # Scales have drifted apart too far: no operator then, but its operand again.
            self.b.ops.pop()
            self.b.tensors.pop()
            return inputs[DATA_OPERAND.get(kind, 0)]
        self._levels(made)
        return made

    def _levels(self, made: int) -> int:
        looked = view(self.b.finish([made]), self.b.ops[-1])
        operands = [
            t.data if t.data is not None else self.values[i]
            for i, t in zip(looked.op.inputs, looked.present, strict=True)
        ]
        for index, value in zip(looked.op.outputs, evaluate(looked, operands), strict=True):
            self.values[index] = value
        return len(np.unique(self.values[made]))

    def shape(self, index: int) -> tuple[int, ...]:
        return self.b.tensors[index].shape

    def q(self, index: int) -> Quant:
        found = self.b.tensors[index].quant
        if found is None:
            raise ValueError("unquantized")
        return found

    def pick(self) -> int:
        """A recent tensor more often than an old one."""
        place = int(len(self.maps) * (1 - self.rng.random() ** 2))
        return self.maps[min(place, len(self.maps) - 1)]

    def matching(self, index: int) -> int:
        """Another tensor of the same shape, or the same one."""
        same = [i for i in self.maps if self.shape(i) == self.shape(index)]
        return int(self.rng.choice(same))

    def requantized(self, index: int, target: Quant) -> int:
        if same_quant(self.q(index), target):
            return index
        if not 2.0**-29 < self.q(index).scale / target.scale < 2.0**29:
            raise Drifted
        made = self.b.op("quantize", [index], target)
        self._levels(made)
        return made

    def step(self) -> None:
        kinds = [
            "conv",
            "conv",
            "depthwise",
            "add",
            "mul",
            "pool",
            "curve",
            "concat",
            "pad",
            "resize",
            "sub",
            "maximum",
            "split",
            "mean",
            "slice",
            "transpose_conv",
        ]
        try:
            made = getattr(self, "_" + str(self.rng.choice(kinds)))()
        except Drifted:
            return
        self.maps += [i for i in made if len(self.shape(i)) == 4 and self.b.tensors[i].elements <= 6000]

    def _weights(self, shape: tuple[int, ...], axis: int) -> tuple[int, tuple[float, ...]]:
        count = shape[axis]
        scales = tuple(f32(2.0 ** self.rng.uniform(-9, -5)) for _ in range(count))
        q = Quant(scales=scales, zero_points=(0,) * count, axis=axis if count > 1 else None)
        return self.b.const(self.rng.integers(-127, 128, shape), "int8", q), scales

    def _bias(self, x: int, scales: tuple[float, ...]) -> int:
        q = Quant(
            scales=tuple(f32(self.q(x).scale * s) for s in scales),
            zero_points=(0,) * len(scales),
            axis=0 if len(scales) > 1 else None,
        )
        return self.b.const(self.rng.integers(-4000, 4000, len(scales)), "int32", q)

    def _window(self) -> dict[str, OptionValue]:
        stride = int(self.rng.choice([1, 1, 2]))
        return {"padding": "same", "stride_h": stride, "stride_w": stride}

    def _target(self, x: int, scales: tuple[float, ...], terms: int) -> Quant:
        return output_quant(self.rng, self.q(x).scale * float(np.mean(scales)) * 2000 * terms**0.5 / 16)

    def _conv(self) -> list[int]:
        x = self.pick()
        k, out, channels = int(self.rng.choice([1, 3])), int(self.rng.integers(1, 9)), self.shape(x)[3]
        weights, scales = self._weights((out, k, k, channels), 0)
        target = self._target(x, scales, k * k * channels)
        return [
            self.make(
                "conv_2d",
                [x, weights, self._bias(x, scales)],
                target,
                activation=activation(self.rng),
                **self._window(),
            )
        ]

    def _transpose_conv(self) -> list[int]:
        x = self.pick()
        n, h, w, channels = self.shape(x)
        if h * w > 150:
            return []
        out = int(self.rng.integers(1, 5))
        size = self.b.const([n, 2 * h, 2 * w, out], "int32")
        weights, scales = self._weights((out, 3, 3, channels), 0)
        target = self._target(x, scales, 9 * channels)
        return [
            self.make(
                "transpose_conv",
                [size, weights, x, self._bias(x, scales)],
                target,
                padding="same",
                stride_h=2,
                stride_w=2,
                activation=activation(self.rng),
            )
        ]

    def _depthwise(self) -> list[int]:
        x = self.pick()
        out = self.shape(x)[3]
        weights, scales = self._weights((1, 3, 3, out), 3)
        target = self._target(x, scales, 9)
        return [
            self.make(
                "depthwise_conv_2d",
                [x, weights, self._bias(x, scales)],
                target,
                depth_multiplier=1,
                activation=activation(self.rng),
                **self._window(),
            )
        ]

    def _two(self, kind: str) -> list[int]:
        x = self.pick()
        y = self.matching(x)
        target = output_quant(self.rng, max(self.q(x).scale, self.q(y).scale))
        if kind == "mul":
            target = output_quant(self.rng, self.q(x).scale * self.q(y).scale * 128)
        return [self.make(kind, [x, y], target, activation=activation(self.rng))]

    def _add(self) -> list[int]:
        return self._two("add")

    def _sub(self) -> list[int]:
        return self._two("sub")

    def _mul(self) -> list[int]:
        return self._two("mul")

    def _maximum(self) -> list[int]:
        x = self.pick()
        y = self.requantized(self.matching(x), self.q(x))
        return [self.make(str(self.rng.choice(["maximum", "minimum"])), [x, y], self.q(x))]

    def _pool(self) -> list[int]:
        x = self.pick()
        kind = str(self.rng.choice(["average_pool_2d", "max_pool_2d"]))
        return [
            self.make(
                kind,
                [x],
                self.q(x),
                filter_h=2,
                filter_w=2,
                activation=activation(self.rng),
                **self._window(),
            )
        ]

    def _curve(self) -> list[int]:
        x = self.pick()
        kind = str(
            self.rng.choice(
                ["relu", "relu6", "leaky_relu", "hard_swish", "logistic", "tanh", "gelu", "quantize"]
            )
        )
        target = output_quant(self.rng, self.q(x).scale)
        if kind == "logistic":
            target = Quant(scales=(1 / 256,), zero_points=(-128,))
        if kind == "tanh":
            target = Quant(scales=(1 / 128,), zero_points=(0,))
        if kind == "hard_swish":
            target = replace(target, scales=(f32(self.q(x).scale * 1.5),))
        options: dict[str, OptionValue] = {"alpha": f32(0.1)} if kind == "leaky_relu" else {}
        return [self.make(kind, [x], target, **options)]

    def _concat(self) -> list[int]:
        x = self.pick()
        parts = [x] + [i for i in (self.pick(), self.pick()) if self.shape(i)[:3] == self.shape(x)[:3]]
        parts = [self.requantized(i, self.q(x)) for i in parts]
        return [self.make("concatenation", parts, self.q(x), axis=3)]

    def _pad(self) -> list[int]:
        x = self.pick()
        pads = np.zeros((4, 2), np.int64)
        pads[1:3] = self.rng.integers(0, 2, (2, 2))
        return [self.make("pad", [x, self.b.const(pads, "int32")], self.q(x))]

    def _resize(self) -> list[int]:
        x = self.pick()
        if self.shape(x)[1] * self.shape(x)[2] > 150:
            return []
        size = self.b.const([2 * self.shape(x)[1], 2 * self.shape(x)[2]], "int32")
        kind = str(self.rng.choice(["resize_nearest_neighbor", "resize_bilinear"]))
        return [self.make(kind, [x, size], self.q(x), half_pixel_centers=True)]

    def _split(self) -> list[int]:
        x = self.pick()
        if self.shape(x)[3] % 2:
            return []
        made = self.b.many("split", [self.b.const(3, "int32"), x], 2, num_splits=2)
        self._levels(made[0])
        return made

    def _slice(self) -> list[int]:
        x = self.pick()
        _, h, w, _ = self.shape(x)
        if h < 3 or w < 3:
            return []
        operands = [self.b.const(v, "int32") for v in ([0, 1, 0, 0], [1, h, w, 999], [1, 1, 2, 1])]
        return [self.make("strided_slice", [x, *operands], self.q(x))]

    def _mean(self) -> list[int]:
        x = self.pick()
        target = output_quant(self.rng, self.q(x).scale)
        made = self.make("mean", [x, self.b.const([1, 2], "int32")], target, keep_dims=True)
        if not self.litert and self.rng.random() < 0.5:
            channels = self.shape(made)[3]
            flat = self.make("reshape", [made, self.b.const([1, channels], "int32")], self.q(made))
            weights, scales = self._weights((int(self.rng.integers(1, 11)), channels), 0)
            self.rows.append(
                self.make(
                    "fully_connected",
                    [flat, weights, self._bias(flat, scales)],
                    self._target(flat, scales, channels),
                )
            )
        return [made]

    def finish(self) -> Graph:
        read = {i for op in self.b.ops for i in op.inputs if i != ABSENT}
        produced = [i for op in self.b.ops for i in op.outputs]
        leaves = [i for i in produced if i not in read] or [produced[-1]]
        if self.rows and self.rng.random() < 0.5:
            output = Quant(scales=(1 / 256,), zero_points=(-128,))
            leaves.append(self.make("softmax", [self.rows[-1]], output, beta=1.0))
            leaves.remove(self.rows[-1])
        kept = leaves[-8:]
        return self.b.finish(list(dict.fromkeys(kept)))


def random_graph(seed: int, *, litert: bool = False) -> tuple[Graph, list[Array]]:
    """A graph of 3 to 40 operators and inputs for it; `litert`: only operators whose oracle is LiteRT."""
    rng = np.random.default_rng([seed, 99])
    maker = GraphMaker(rng, litert)
    wanted = int(rng.integers(3, 41))
    while len(maker.b.ops) < wanted:
        maker.step()
    graph = maker.finish()
    return graph, random_inputs(graph, rng)
