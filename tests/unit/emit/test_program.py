"""The program around the kernels: names, sizes, labels, decisions, self-test; the same bytes every time."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.emit.demand import demand, streamable
from espalier.emit.program import Options, emit, layer_of_symbol
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import WARNINGS
from espalier.facts import TensorFacts
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.plan.memory import plan_memory
from espalier.task.classify import decision
from espalier.task.types import Task

LABELS = ("cat", 'dog" */ \\', "Straße", "??/")
COMPILER = shutil.which("gcc") or shutil.which("clang")
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine")


def classifier() -> Graph:
    b = Builder()
    x = b.input((1, 4), Quant(scales=(1 / 16,), zero_points=(0,)))
    return b.finish([b.op("softmax", [x], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)])


def program(threshold: float = 0.6) -> dict[str, bytes]:
    graph = classifier()
    image = np.array([[90, 10, -20, 0]], np.int8)
    (output,) = reference.run(graph, [image])
    golden = (GoldenCase(input=image.tobytes(), output=output.tobytes()),)
    plan = plan_memory(graph, optimize="speed", demand=demand, streamable=streamable)
    head = TensorFacts(name="output", shape=(1, 4), dtype="int8", scale=1 / 256, zero_point=-128)
    options = Options(decision=decision(Task(labels=LABELS), (head,), threshold), golden=golden)
    return dict(emit(graph, plan, "My Net!", options))


def test_the_same_network_gives_the_same_bytes() -> None:
    assert program() == program()


def test_only_the_kernels_that_are_used_come_along() -> None:
    assert sorted(program()) == [
        "my_net.c", "my_net.h", "my_net_crc32.c", "my_net_decide.c", "my_net_decide.h", "my_net_kernels.h",
        "my_net_model_labels.c", "my_net_model_labels.h", "my_net_selftest.c", "my_net_softmax.c", "my_net_weights.c",
        "my_net_weights.h",
    ]  # fmt: skip


def test_the_header_says_sizes_scales_and_functions() -> None:
    header = program()["my_net.h"].decode()
    for line in (
        "#define MY_NET_ARENA_BYTES 1",
        "#define MY_NET_INPUT_BYTES 4",
        "#define MY_NET_OUTPUT_ZERO_POINT -128",
        "int my_net_run(void *memory, const int8_t *input, int8_t *output);",
        "int my_net_check(void);",
        "int my_net_selftest(void *arena, int8_t *output);",
    ):
        assert line in header
    assert "0x1.0000000000000p-8f" in header


def test_layer_structures_are_found_by_their_names() -> None:
    symbols = dict.fromkeys(
        ["net_layer_03", "net_layer_12_1", "net_layer_03_weights", "other_layer_01", "net_run"]
    )
    assert layer_of_symbol(symbols, "net") == {"net_layer_03": 3, "net_layer_12_1": 12}


@needs_compiler
@pytest.mark.parametrize(("threshold", "review"), [(0.6, 0), (0.999, 1)])
def test_decide_names_the_label_its_confidence_and_review(
    tmp_path: Path, threshold: float, review: int
) -> None:
    files = program(threshold)
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    sources = sorted(name for name in files if name.endswith(".c"))
    command = [str(COMPILER), *WARNINGS, "-shared", "-fPIC", *sources, "-o", "net.so"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr

    class Decision(ctypes.Structure):
        _fields_ = (
            ("label", ctypes.c_char_p),
            ("index", ctypes.c_int32),
            ("confidence", ctypes.c_int32),
            ("review", ctypes.c_int),
        )

    library = ctypes.CDLL(str(tmp_path / "net.so"))
    library.my_net_decide.restype = Decision
    arena, output = (ctypes.c_int64 * 2)(), (ctypes.c_int8 * 4)()
    assert library.my_net_selftest(arena, output) == 0
    assert library.my_net_check() == 0
    assert library.my_net_run(None, (ctypes.c_int8 * 4)(), output) == 1, "a null arena is refused"
    for index, label in enumerate(LABELS):
        scores = [-120, -120, -120, -120]
        scores[index] = 100
        decision = library.my_net_decide((ctypes.c_int8 * 4)(*scores))
        assert (decision.index, decision.label.decode()) == (index, label)
        assert decision.confidence == round(1000 * 228 / 256)
        assert decision.review == review
