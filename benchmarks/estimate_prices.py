"""Fits the price lists that `espalier estimate` counts instructions with: every kernel but those of convolutions and dense
layers, which have lists of their own (benchmarks/sparse.py prices).

    python benchmarks/estimate_prices.py [--core cortex-m4 ...]

Each layer is a program of its own, compiled with `zig cc -O2`; unicorn counts it, QEMU on a Cortex-M55. Writes the lists of the
cores into src/espalier/footprint/instruction_prices.json and prints how far each is from the counts that it was fitted to.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from espalier.emit.c_text import Name
from espalier.emit.plan_program import plan_program
from espalier.emit.selftest import GoldenCase
from espalier.emit.steps import write_steps
from espalier.emulate.count_many import Net, count_many
from espalier.emulate.cross import CORES
from espalier.footprint.work import DENSE, Work, form_of_call, work_of_call
from espalier.graph import reference
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph
from espalier.graph.view import view
from espalier.outline.integers import int8_network
from espalier.outline.sheet import Sheet

OUT = Path(__file__).parents[1] / "src/espalier/footprint/instruction_prices.json"
CHANNELS = (3, 8, 15, 16, 40)
SIZES = ((5, 5), (16, 12))
Draw = Callable[[Sheet, int], int]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--core", choices=sorted(CORES), action="append")
    parser.add_argument("--form", default="", help="only forms that begin so; the others stay as they are")
    given = parser.parse_args(arguments)
    lists = json.loads(OUT.read_text()) if OUT.exists() else {}
    for name in given.core or [
        "cortex-m0plus",
        "cortex-m3",
        "cortex-m4",
        "cortex-m55",
        "rv32imc",
    ]:
        core = CORES[name]
        forms: list[tuple[str, Work, Graph]] = []
        for graph in (simplify(graph, removal=False)[0] for graph in layers()):
            plan, _ = plan_program(graph, optimize="speed", isa=core.isa)
            body = write_steps(graph, plan, "net", core.isa, lambda tensor: Name("x"))
            first = body.layers[0]
            if len({layer.op for layer in body.layers}) == 1 and first.lowered.function not in DENSE:
                looked = view(graph, graph.ops[first.op])
                form = form_of_call(looked, first.lowered)
                forms += (
                    [(form, work_of_call(looked, core.isa), graph)] if form.startswith(given.form) else []
                )
        rows: dict[str, list[tuple[Work, int]]] = {}
        counts = count_many([net(graph) for _, _, graph in forms], core)
        for (form, work, _), spent in zip(forms, counts, strict=True):
            rows.setdefault(form, []).append((work, spent))
        lists.setdefault(core.isa, {})
        for form, found in sorted(rows.items()):
            fitted, middle, worst = fit(found)
            lists[core.isa][form] = {key: value for key, value in fitted.items() if value}
            print(f"{name} {form}: {len(found)} layers, {middle:.1%} off, at most {worst:.0%}", flush=True)
        OUT.write_text(json.dumps(lists, indent=1, sort_keys=True) + "\n")


def fit(rows: Sequence[tuple[Work, int]]) -> tuple[Mapping[str, float], float, float]:
    """Non-negative prices with the least relative error, the median and the largest one that is left."""
    names = list(dict.fromkeys(key for work, _ in rows for key in work))
    spent = np.array([count for _, count in rows], float)
    table = np.array([[work.get(key, 0) for key in names] for work, _ in rows], float) / spent[:, None]
    solution, _ = nnls(table, np.ones(len(spent)))
    solution = np.round(solution, 2)
    off = np.abs(table @ solution - 1)
    return dict(zip(names, solution.tolist(), strict=True)), float(np.median(off)), float(off.max())


def net(graph: Graph) -> Net:
    rng = np.random.default_rng(3)
    images = [rng.integers(-128, 128, graph.tensors[i].shape).astype(np.int8) for i in graph.inputs]
    made = b"".join(np.ascontiguousarray(value).tobytes() for value in reference.run(graph, images))
    return Net(
        graph=graph, golden=(GoldenCase(input=b"".join(image.tobytes() for image in images), output=made),)
    )


def drawn(shape: Sequence[int], draw: Draw, more: Sequence[Sequence[int]] = ()) -> Graph:
    sheet = Sheet()
    inputs = [sheet.value(shape), *(sheet.value(other) for other in more)]
    return int8_network(sheet.graph(inputs, [draw(sheet, inputs[0])]))


def layers() -> Iterator[Graph]:
    for (height, width), channels in itertools.product(SIZES, CHANNELS):
        shape = (1, height, width, channels)
        for kernel, stride in ((3, 1), (3, 2), (5, 1)):
            yield drawn(shape, _depthwise(kernel, stride))
        yield drawn(shape, lambda s, x: s.add("add", [x, 1]), [shape])
        yield drawn(shape, lambda s, x: s.add("mul", [x, 1]), [shape])
        yield drawn(shape, lambda s, x: s.add("mul", [x, 1]), [(1, 1, 1, shape[-1])])
        yield drawn(shape, lambda s, x: s.add("add", [x, 1]), [(1, 1, 1, shape[-1])])
        yield drawn(shape, lambda s, x: s.add("mul", [x, s.weights(s.shape(x)[-1], stored=False)]))
        for kind, window, stride in (
            ("average_pool_2d", 2, 2),
            ("max_pool_2d", 2, 2),
            ("max_pool_2d", 3, 2),
            ("average_pool_2d", 3, 1),
        ):
            yield drawn(shape, _pooled(kind, window, stride))
        for other in (channels, channels + 1, 16):
            yield drawn(
                shape, lambda s, x: s.add("concatenation", [x, 1], axis=3), [(1, height, width, other)]
            )
        yield drawn(shape, lambda s, x: s.add("mean", [x, s.numbers([1, 2])]))
        for kind in ("hard_swish", "gelu"):
            yield drawn(shape, lambda s, x, kind=kind: s.add(kind, [x]))  # type: ignore[misc]
        yield drawn(shape, lambda s, x: s.add("prelu", [x, s.weights(*s.shape(x)[1:])]))
        yield drawn(shape, lambda s, x: s.add("pad", [x, s.numbers([[0, 0], [1, 1], [1, 1], [0, 0]])]))
        yield drawn(shape, lambda s, x: s.add("transpose", [x, s.numbers([0, 2, 1, 3])]))
        for kind in ("resize_nearest_neighbor", "resize_bilinear"):
            yield drawn(shape, _resized(kind))
        yield drawn(shape, _transposed)
        yield drawn(shape, _scaled)
    for classes in (2, 5, 10, 40, 100, 1000):
        yield drawn((1, classes), lambda s, x: s.add("softmax", [x], beta=1.0))


def _depthwise(kernel: int, stride: int) -> Draw:
    def draw(s: Sheet, x: int) -> int:
        count = s.shape(x)[-1]
        operands = [x, s.weights(1, kernel, kernel, count), s.weights(count, dtype="int32")]
        return s.add(
            "depthwise_conv_2d",
            operands,
            padding="same",
            stride_h=stride,
            stride_w=stride,
            depth_multiplier=1,
        )

    return draw


def _scaled(s: Sheet, x: int) -> int:
    """A batch normalization that stands alone: one table for each channel."""
    scaled = s.add("mul", [x, s.weights(s.shape(x)[-1], stored=False)])
    return s.add("add", [scaled, s.weights(s.shape(x)[-1], stored=False)])


def _pooled(kind: str, window: int, stride: int) -> Draw:
    sides = {"filter_h": window, "filter_w": window, "stride_h": stride, "stride_w": stride}
    return lambda s, x: s.add(kind, [x], padding="valid", **sides)


def _resized(kind: str) -> Draw:
    return lambda s, x: s.add(kind, [x, s.numbers([2 * n for n in s.shape(x)[1:3]])], half_pixel_centers=True)


def _transposed(s: Sheet, x: int) -> int:
    _, height, width, count = s.shape(x)
    kernel, bias = s.weights(count, 3, 3, count), s.weights(count, dtype="int32")
    shape = s.numbers([1, 2 * height, 2 * width, count])
    return s.add("transpose_conv", [shape, kernel, x, bias], padding="same", stride_h=2, stride_w=2)


if __name__ == "__main__":
    main()
