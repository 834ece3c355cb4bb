"""What the operators of detectors, masks, super-resolution and embeddings cost, in instructions of a Cortex-M4 per value.

    python tests/golden/operator_costs.py [WORD ...]

Prints one line for each operator, or for those with one of the words in their name; the bytes are compared with the reference.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
import numpy as np
from c_batch import EmulatedBatch, make_batch
from single_op_cases import Builder, random_inputs

from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.types import Graph, OptionValue, Quant

CORE = CORES["cortex-m4"]
ONE, OTHER = Quant(scales=(0.02,), zero_points=(-3,)), Quant(scales=(0.03,), zero_points=(5,))
SHARE, UNIT = Quant(scales=(1 / 256,), zero_points=(-128,)), Quant(scales=(1 / 128,), zero_points=(0,))


@dataclass(frozen=True)
class Cost:
    """`most`: instructions of a value that the kernel may take; a value is one of the output, or of the input."""

    make: Callable[[Builder], int | list[int]]
    most: float
    of_input: bool = False

    def graph(self) -> Graph:
        b = Builder()
        made = self.make(b)
        return b.finish(made if isinstance(made, list) else [made])


def _one(kind: str, shape: tuple[int, ...], out: Quant | None = ONE, dtype: str = "int8", *more: list[int],
         **options: OptionValue) -> Callable[[Builder], int]:  # fmt: skip
    """An operator of one image; `more`: its constant operands."""

    def make(b: Builder) -> int:
        return b.op(kind, [b.input(shape, ONE), *(b.const(v, "int32") for v in more)], out, dtype, **options)

    return make


def _two(
    kind: str, first: Quant, second: Quant, out: Quant | None, dtype: str = "int8"
) -> Callable[[Builder], int]:
    shape = (1, 32, 32, 8)
    return lambda b: b.op(kind, [b.input(shape, first), b.input(shape, second)], out, dtype)


def _swish(b: Builder) -> int:
    x = b.input((1, 32, 32, 8), ONE)
    return b.op("mul", [x, b.op("logistic", [x], SHARE)], OTHER)


def _chosen(b: Builder) -> int:
    shape = (1, 32, 32, 8)
    return b.op(
        "select_v2", [b.input(shape, None, "bool"), b.input(shape, ONE), b.const([3], "int8", ONE)], ONE
    )


def _heads(b: Builder) -> int:
    return b.op("concatenation", [b.input((1, n, 4), ONE) for n in (256, 64, 16, 4, 4, 1)], ONE, axis=1)


def _resized(kind: str, channels: int) -> Callable[[Builder], int]:
    half = kind == "resize_bilinear"
    return _one(kind, (1, 32, 32, channels), ONE, "int8", [64, 64], half_pixel_centers=half)


MIRRORED = [[0, 0], [4, 4], [4, 4], [0, 0]]
COSTS: dict[str, Cost] = {
    "depth_to_space 2, 16 channels": Cost(_one("depth_to_space", (1, 16, 16, 64), block_size=2), 2.1),
    "depth_to_space 2, 3 channels": Cost(_one("depth_to_space", (1, 32, 32, 12), block_size=2), 6.5),
    "depth_to_space 3, 1 channel": Cost(_one("depth_to_space", (1, 32, 32, 9), block_size=3), 8.5),
    "space_to_depth 2, 16 channels": Cost(_one("space_to_depth", (1, 32, 32, 16), block_size=2), 2.1),
    "space_to_depth 2, 3 channels": Cost(_one("space_to_depth", (1, 64, 64, 3), block_size=2), 6.5),
    "mirror_pad 4, 3 channels": Cost(_one("mirror_pad", (1, 64, 64, 3), ONE, "int8", MIRRORED), 7.2),  # type: ignore[arg-type]
    "nearest x2, 16 channels": Cost(_resized("resize_nearest_neighbor", 16), 2.2),
    "nearest x2, 3 channels": Cost(_resized("resize_nearest_neighbor", 3), 9.6),
    "bilinear x2, 16 channels": Cost(_resized("resize_bilinear", 16), 19.5),
    "bilinear x2, 3 channels": Cost(_resized("resize_bilinear", 3), 36),
    "reverse over columns": Cost(_one("reverse_v2", (1, 32, 32, 8), ONE, "int8", [2]), 4.4),
    "broadcast of 8 channels": Cost(_one("broadcast_to", (1, 1, 1, 8), ONE, "int8", [1, 32, 32, 8]), 4.2),
    "unpack the last of 4": Cost(lambda b: b.many("unpack", [b.input((1, 32, 32, 4), ONE)], 4, num=4, axis=3), 5.4),
    "transpose to channels first": Cost(_one("transpose", (1, 32, 32, 16), ONE, "int8", [0, 3, 1, 2]), 5.4),
    "concatenation of 6 heads": Cost(_heads, 1.4),
    "reduce_min over 16 channels": Cost(_one("reduce_min", (1, 32, 32, 16), ONE, "int8", [3]), 13.2, of_input=True),
    "arg_max over 21 channels": Cost(_one("arg_max", (1, 32, 32, 21), None, "int32", [3], output_type="int32"), 12.3,
                                     of_input=True),
    "l2_normalization of 128": Cost(_one("l2_normalization", (16, 128), UNIT), 27.5),
    "equal, one scale": Cost(_two("equal", SHARE, SHARE, None, "bool"), 11),
    "greater, two scales": Cost(_two("greater", ONE, OTHER, None, "bool"), 14),
    "select_v2": Cost(_chosen, 13.5),
    "div of two maps": Cost(_two("div", ONE, OTHER, Quant(scales=(0.01,), zero_points=(0,))), 82),
    "x * sigmoid(x)": Cost(_swish, 4.2),
}  # fmt: skip


def costs(names: Sequence[str], folder: Path) -> dict[str, float]:
    """Instructions per value of each; AssertionError where a byte differs from the reference's."""
    graphs = [COSTS[name].graph() for name in names]
    runner = EmulatedBatch(make_batch(graphs, isa=CORE.isa), CORE, folder, "-O2")
    found = {}
    for number, (name, graph) in enumerate(zip(names, graphs, strict=True)):
        given = random_inputs(graph, np.random.default_rng(number))
        outputs, instructions = runner.counted(number, given)
        for got, want in zip(outputs, reference.run(graph, given), strict=True):
            assert got.tobytes() == np.ascontiguousarray(want).tobytes(), name
        ends = graph.inputs if COSTS[name].of_input else graph.outputs
        found[name] = instructions / sum(graph.tensors[t].elements for t in ends)
    return found


def main() -> None:
    names = [name for name in COSTS if len(sys.argv) == 1 or any(word in name for word in sys.argv[1:])]
    with tempfile.TemporaryDirectory() as folder:
        for name, cost in costs(names, Path(folder)).items():
            print(
                f"{name:32} {cost:6.2f} instructions per value of the {'input' if COSTS[name].of_input else 'output'}"
            )


if __name__ == "__main__":
    main()
