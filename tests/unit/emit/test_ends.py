"""Networks with several inputs or outputs, also of 16 bits: signatures, known answers, emulated cores."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import importlib.util
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.emit.demand import demand, streamable
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import CORES, WARNINGS
from espalier.emulate.microcontroller import measure_program
from espalier.errors import VerificationError
from espalier.graph import reference
from espalier.graph.types import DTYPES, Graph, Quant
from espalier.plan.memory import plan_memory
from espalier.plan.types import Plan

COMPILER = shutil.which("gcc") or shutil.which("clang")
EMULATION = all(importlib.util.find_spec(package) for package in ("ziglang", "unicorn"))
ENDS = [(1, 1, "int8"), (2, 1, "int8"), (1, 2, "int8"), (3, 3, "int8"), (2, 2, "int16")]


def network(inputs: int, outputs: int, dtype: str) -> Graph:
    b, zero = Builder(), 0 if dtype == "int16" else 3
    unit = Quant(scales=(1 / 16,), zero_points=(0,))
    y = b.input((1, 4, 4, 2), unit, dtype)
    for _ in range(inputs - 1):
        other = b.input((1, 4, 4, 2), unit, dtype)
        y = b.op("add", [y, other], Quant(scales=(1 / 8,), zero_points=(zero,)), dtype=dtype)
    kind = "relu" if dtype == "int8" else "leaky_relu"
    options = {} if dtype == "int8" else {"alpha": 0.25}
    made = [
        b.op(kind, [y], Quant(scales=(1 / (8 + n),), zero_points=(0,)), dtype=dtype, **options)
        for n in range(outputs)
    ]
    return b.finish(made)


def program(graph: Graph) -> tuple[dict[str, bytes], Plan, tuple[GoldenCase, ...]]:
    rng = np.random.default_rng(4)
    cases = []
    for _ in range(2):
        given = [
            rng.integers(-128, 128, graph.tensors[t].shape).astype(DTYPES[graph.tensors[t].dtype])
            for t in graph.inputs
        ]
        made = reference.run(graph, given)
        cases.append(GoldenCase(input=joined(given), output=joined(made)))
    needs = functools.partial(demand, optimize="speed")
    plan = plan_memory(graph, optimize="speed", demand=needs, streamable=streamable)
    return dict(emit(graph, plan, "ends", Options(golden=tuple(cases)))), plan, tuple(cases)


def joined(arrays: list[np.ndarray]) -> bytes:
    return b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)


@pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine")
@pytest.mark.parametrize(("inputs", "outputs", "dtype"), ENDS)
def test_the_self_test_knows_every_input_and_output(
    tmp_path: Path, inputs: int, outputs: int, dtype: str
) -> None:
    files, plan, _ = program(network(inputs, outputs, dtype))
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    sources = sorted(name for name in files if name.endswith(".c"))
    command = [str(COMPILER), *WARNINGS, "-O1", "-shared", "-fPIC", *sources, "-o", "ends.so"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    library = ctypes.CDLL(str(tmp_path / "ends.so"))
    arena = (ctypes.c_int64 * (plan.arena_bytes // 8 + 1))()
    buffers = [(ctypes.c_int64 * 16)() for _ in range(outputs)]
    assert library.ends_selftest(arena, *buffers) == 0
    assert any(any(buffer) for buffer in buffers)


@pytest.mark.skipif(not EMULATION, reason="ziglang or unicorn is not installed (espalier[mcu])")
@pytest.mark.parametrize(("inputs", "outputs", "dtype"), ENDS[1:])
def test_every_output_is_compared_on_the_emulated_core(inputs: int, outputs: int, dtype: str) -> None:
    graph = network(inputs, outputs, dtype)
    files, plan, cases = program(graph)
    measure = functools.partial(
        measure_program, files, CORES["cortex-m4"], name="ends", graph=graph, arena_bytes=plan.arena_bytes
    )
    assert measure(golden=cases).exact == len(cases)
    last = cases[1].output
    wrong = dataclasses.replace(cases[1], output=last[:-1] + bytes([last[-1] ^ 1]))
    with pytest.raises(VerificationError, match="1 of"):
        measure(golden=(cases[0], wrong))
