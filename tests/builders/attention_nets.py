"""Transformer blocks with random int8 weights: any count of tokens, heads, head size and inner width, pre-norm as Keras lowers
them (layer normalization in its pieces, attention with a scalar factor, a GELU network), hostile ranges on request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from single_op_cases import Builder

from espalier.graph.types import Array, Graph, Quant


@dataclass(frozen=True)
class Block:
    """``dead``: share of the units of each dense layer with weights or biases out of every reasonable range."""

    tokens: int
    heads: int
    size: int
    inner: int
    dead: float = 0.0

    @property
    def width(self) -> int:
        return self.heads * self.size

    def __str__(self) -> str:
        dead = f", {self.dead:.0%} strange" if self.dead else ""
        return f"{self.tokens} tokens, {self.heads} heads of {self.size}, inner {self.inner}{dead}"


ODD: tuple[Block, ...] = (
    Block(tokens=17, heads=3, size=5, inner=31),
    Block(tokens=50, heads=2, size=16, inner=61),
    Block(tokens=9, heads=1, size=33, inner=66),
    Block(tokens=17, heads=2, size=8, inner=24, dead=0.4),
    Block(tokens=3, heads=2, size=7, inner=9, dead=1.0),
)
LARGE: tuple[Block, ...] = (
    Block(tokens=197, heads=3, size=64, inner=768),
    Block(tokens=197, heads=3, size=13, inner=101, dead=0.3),
    Block(tokens=49, heads=4, size=24, inner=383),
)


def _q(scale: float, zero_point: int = 0) -> Quant:
    return Quant(scales=(float(np.float32(scale)),), zero_points=(zero_point,))


class _Maker:
    def __init__(self, block: Block, seed: int) -> None:
        self.b, self.block, self.rng = Builder(), block, np.random.default_rng(seed)

    def dense(self, x: int, inputs: int, units: int, out: Quant) -> int:
        rng, dead = self.rng, self.rng.random(units) < self.block.dead
        scales = np.full(units, 0.02 / inputs**0.5)
        scales[dead] *= 2.0 ** rng.integers(-22, 6, units)[dead]
        biases = rng.integers(-2000, 2000, units)
        huge = dead & (rng.random(units) < 0.5)
        biases[huge] = rng.integers(-(2**30) * 1.8, 2**30 * 1.8, units)[huge]
        quant = Quant(
            scales=tuple(float(np.float32(s)) for s in scales), zero_points=(0,) * units, axis=0
        )
        weights = self.b.const(rng.integers(-127, 128, (units, inputs)), "int8", quant)
        operands = [x, weights, self.b.const(biases, "int32")]
        return self.b.op("fully_connected", operands, out, activation="none", keep_num_dims=True)

    def shaped(self, x: int, kind: str, values: list[int], quant: Quant) -> int:
        return self.b.op(kind, [x, self.b.const(values, "int32")], quant)

    def norm(self, x: int, quant: Quant) -> int:
        """(x - mean) / sqrt(variance + epsilon) * gamma + beta, in the pieces of a converted LayerNormalization."""
        b, rng, width = self.b, self.rng, self.block.width
        axis = b.const([2], "int32")
        mean = b.op("mean", [x, axis], _q(quant.scale / 4, 3), keep_dims=True)
        squared = b.op("squared_difference", [x, mean], _q(quant.scale * quant.scale * 100, -128))
        variance = b.op("mean", [squared, axis], _q(quant.scale * quant.scale * 50, -128), keep_dims=True)
        more = b.op(
            "add", [variance, b.const([100], "int8", _q(1e-3, -128))], _q(quant.scale * quant.scale * 50, -128),
            activation="none",
        )  # fmt: skip
        root = b.op("rsqrt", [more], _q(0.05, -128))
        gamma = b.const(rng.integers(20, 127, (1, 1, width)), "int8", _q(0.01))
        factor = b.op("mul", [root, gamma], _q(0.05, -100), activation="none")
        scaled = b.op("mul", [x, factor], _q(0.1, 1), activation="none")
        less = b.op("mul", [mean, factor], _q(0.05, -2), activation="none")
        beta = b.const(rng.integers(-127, 128, (1, 1, width)), "int8", _q(0.005))
        shift = b.op("sub", [beta, less], _q(0.05, 2), activation="none")
        return b.op("add", [scaled, shift], _q(0.1, -1), activation="none")

    def attention(self, x: int, quant: Quant) -> int:
        b, k = self.b, self.block
        split = [1, k.tokens, k.heads, k.size]
        parts = []
        for order in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]):
            y = self.dense(x, k.width, k.width, _q(0.1, int(self.rng.integers(-20, 20))))
            own = b.tensors[y].quant
            assert own is not None
            parts.append(self.shaped(self.shaped(y, "reshape", split, own), "transpose", order, own))
        scores = b.op("batch_matmul", [parts[0], parts[1]], _q(0.5, 4))
        scores = b.op("mul", [scores, b.const(np.array(64), "int8", _q(0.004))], _q(0.15, 7), activation="none")
        shares = b.op("softmax", [scores], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)
        mixed = b.op("batch_matmul", [shares, parts[2]], _q(0.05, 3))
        back = self.shaped(mixed, "transpose", [0, 2, 1, 3], _q(0.05, 3))
        flat = self.shaped(back, "reshape", [1, k.tokens, k.width], _q(0.05, 3))
        return self.dense(flat, k.width, k.width, quant)

    def graph(self) -> Graph:
        b, k, quant = self.b, self.block, _q(0.1, -3)
        x = b.input((1, k.tokens, k.width), quant)
        y = b.op("add", [x, self.attention(self.norm(x, quant), _q(0.08, 5))], quant, activation="none")
        up = self.dense(self.norm(y, quant), k.width, k.inner, _q(0.06, 9))
        down = self.dense(b.op("gelu", [up], _q(0.03, -120)), k.inner, k.width, _q(0.07, -9))
        return b.finish([b.op("add", [y, down], quant, activation="none")])


def attention_net(block: Block, seed: int = 0) -> tuple[Graph, list[Array]]:
    """The block and an input."""
    graph = _Maker(block, seed).graph()
    rng = np.random.default_rng(seed + 1)
    return graph, [rng.integers(-128, 128, graph.tensor(graph.inputs[0]).shape).astype(np.int8)]
