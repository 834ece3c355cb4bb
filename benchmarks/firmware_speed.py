"""From a .tflite to C that is compiled, emulated and proven: seconds of each stage, against ten in all.

    python benchmarks/firmware_speed.py path/to/pretrainedResnet_quant.tflite [--core cortex-m4] [--optimize speed]

Nothing is taken from a store. The stages are those of `espalier build` from the int8 file on: read, simplify (and prove
that the answers stay the same), the numpy reference's golden vectors, plan and emit, then compile for the core with
`zig cc`, run every vector on the emulated core, compare bytes, count instructions, paint stack and arena, check the
weights' CRC. Start-up of Python and the imports are counted, too. The exit code is 1 above the limit.
"""

from __future__ import annotations

import time

BEGUN = time.perf_counter()

import argparse  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from espalier.emit.plan_program import plan_program  # noqa: E402
from espalier.emit.program import Options, emit  # noqa: E402
from espalier.emit.selftest import GoldenCase  # noqa: E402
from espalier.emulate.cross import CORES  # noqa: E402
from espalier.emulate.microcontroller import measure_program  # noqa: E402
from espalier.graph import reference  # noqa: E402
from espalier.graph.simplify import simplify  # noqa: E402
from espalier.stages.emulate import LEVELS  # noqa: E402
from espalier.tflite.read import read_tflite  # noqa: E402

LIMIT_SECONDS = 10.0
VECTORS = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--core", choices=sorted(CORES), default="cortex-m4")
    parser.add_argument("--optimize", choices=sorted(LEVELS), default="speed")
    chosen = parser.parse_args()
    marks = [("start Python, import", time.perf_counter() - BEGUN)]

    def mark(stage: str) -> None:
        marks.append((stage, time.perf_counter() - BEGUN - sum(seconds for _, seconds in marks)))

    core = CORES[chosen.core]
    given = read_tflite(chosen.model.read_bytes(), name="model")
    graph, _ = simplify(given)
    mark("read, simplify")
    rng = np.random.default_rng(1234)
    shapes = [given.tensors[t].shape for t in given.inputs]
    images = [[rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes] for _ in range(VECTORS)]
    golden = tuple(
        GoldenCase(
            input=b"".join(a.tobytes() for a in image),
            output=b"".join(a.tobytes() for a in reference.run(given, list(image))),
        )
        for image in images
    )
    same = b"".join(a.tobytes() for a in reference.run(graph, list(images[0]))) == golden[0].output
    mark(f"{VECTORS} golden vectors; lossless: {'yes' if same else 'NO'}")
    plan, coding = plan_program(graph, optimize=chosen.optimize, isa=core.isa)
    files = emit(graph, plan, "model", Options(golden=golden, isa=core.isa, coding=coding))
    mark("plan, emit C")
    figures = measure_program(
        files,
        core,
        name="model",
        graph=graph,
        arena_bytes=plan.arena_bytes,
        golden=golden,
        optimize=LEVELS[chosen.optimize],
    )
    mark("compile, emulate, prove")
    for stage, seconds in marks:
        print(f"{seconds:7.2f} s  {stage}")
    total = sum(seconds for _, seconds in marks)
    print(
        f"{total:7.2f} s  in all (limit {LIMIT_SECONDS:g} s): {chosen.core}, {figures.exact} of {VECTORS} vectors exact, "
        f"{figures.instructions:,} instructions, arena {figures.arena_bytes:,} bytes"
    )
    return 0 if same and total <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
