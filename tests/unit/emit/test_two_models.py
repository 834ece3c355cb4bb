"""Two models, also for different instruction sets or by different versions, link into one program and stay exact."""

from __future__ import annotations

import ctypes
import functools
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.bundle.program_library import facts_of
from espalier.emit.demand import demand, streamable
from espalier.emit.kernel_names import program_prefix
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.emulate.cross import WARNINGS
from espalier.facts import Decision
from espalier.graph import reference
from espalier.graph.types import Graph, Quant
from espalier.plan.memory import plan_memory
from espalier.task.classify import decision
from espalier.task.types import Task

COMPILER = shutil.which("gcc") or shutil.which("clang")
UNIT = Quant(scales=(1 / 16,), zero_points=(0,))


def network(seed: int, channels: int) -> Graph:
    """A convolution, an addition and a pool: kernels that both models need."""
    rng, b = np.random.default_rng(seed), Builder()
    x = b.input((1, 8, 8, 4), UNIT)
    weights = rng.integers(-127, 128, (channels, 3, 3, 4)).astype(np.int8)
    filters = b.const(weights, "int8", Quant(scales=(1 / 64,), zero_points=(0,)))
    bias = b.const(rng.integers(-500, 500, channels), "int32", Quant(scales=(1 / 1024,), zero_points=(0,)))
    options = {"padding": "same", "stride_h": 1, "stride_w": 1, "activation": "relu"}
    y = b.op("conv_2d", [x, filters, bias], UNIT, **options)
    return b.finish([b.op("add", [y, y], Quant(scales=(1 / 8,), zero_points=(-3,)))])


def program(graph: Graph, name: str, isa: str, labels: tuple[str, ...] = ()) -> dict[str, bytes]:
    image = np.random.default_rng(5).integers(-128, 128, (1, 8, 8, 4)).astype(np.int8)
    (output,) = reference.run(graph, [image])
    golden = (GoldenCase(input=image.tobytes(), output=output.tobytes()),)
    needs = functools.partial(demand, optimize="speed", isa=isa)
    plan = plan_memory(graph, optimize="speed", demand=needs, streamable=streamable)
    return dict(emit(graph, plan, name, Options(golden=golden, isa=isa, decision=decided(graph, labels))))


def decided(graph: Graph, labels: tuple[str, ...]) -> Decision | None:
    task = Task(labels=labels)
    return decision(task, facts_of(graph, graph.outputs, ["output"]), 0.6) if labels else None


@pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine")
def test_two_models_share_one_program_and_both_give_their_golden_bytes(tmp_path: Path) -> None:
    first, second = program(network(1, 6), "doors", "portable"), program(network(2, 8), "espalier", "helium")
    assert not set(first) & set(second), "files of two models lie side by side in one folder"
    for name, data in (first | second).items():
        (tmp_path / name).write_bytes(data)
    sources = sorted(name for name in first | second if name.endswith(".c"))
    command = [str(COMPILER), *WARNINGS, "-O1", "-shared", "-fPIC", *sources, "-o", "both.so"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    library = ctypes.CDLL(str(tmp_path / "both.so"))
    arena, output = (ctypes.c_int64 * 4096)(), (ctypes.c_int8 * 512)()
    for model in ("doors", "espalier", "doors"):
        assert getattr(library, f"{model}_selftest")(arena, output) == 0
        assert getattr(library, f"{model}_check")() == 0


def test_nothing_of_a_model_carries_a_name_that_another_model_has() -> None:
    for path, data in program(network(1, 6), "doors", "portable").items():
        text = data.decode()
        assert path.startswith("doors"), path
        assert "espalier_" not in text, path
        assert set(re.findall(r'#include "(\w+)', text)) <= {
            "doors", "doors_kernels", "doors_pool_words", "doors_typed", "doors_weights"
        }  # fmt: skip


def test_a_model_called_like_a_kernel_keeps_its_own_functions_and_its_labels() -> None:
    b = Builder()
    x = b.input((1, 4), UNIT)
    graph = b.finish([b.op("softmax", [x], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)])
    plan = plan_memory(graph, optimize="speed", demand=demand, streamable=streamable)
    labels = ("espalier_softmax", '" espalier_softmax(', "c", "d")
    files = dict(emit(graph, plan, "espalier_softmax", Options(decision=decided(graph, labels))))
    text = files["espalier_softmax_net.c"].decode()
    assert "int espalier_softmax_net_run(" in text
    assert "espalier_softmax_net_softmax(&espalier_softmax_net_layer_00" in text
    assert '"espalier_softmax",\n    "\\042 espalier_softmax(",' in files["espalier_softmax_net_model_labels.c"].decode()


ENDINGS = (
    "kernels",
    "weights",
    "selftest",
    "typed",
    "conv-2d",
    "add",
    "model",
    "prepare",
    "contract",
    "decide",
    "golden",
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_model_called_like_a_file_of_another_model_has_other_files_and_symbols(ending: str) -> None:
    first = program(network(1, 6), "doors", "portable", labels=tuple("abcdef"))
    second = program(network(2, 8), f"doors-{ending}", "portable", labels=tuple("abcdefgh"))
    # Those that the firmware bundle adds, too.
    bundle = {
        f"doors_{part}"
        for part in ("model.h", "contract.h", "prepare.c", "prepare.h", "golden.h", "decide.h")
    }
    assert not (set(first) | bundle) & set(second)
    assert not {path.lower().partition(".")[0] for path in bundle} & {
        path.partition(".")[0] for path in second
    }
    shared = symbols(first) & symbols(second)
    assert not shared, shared


def symbols(files: dict[str, bytes]) -> set[str]:
    """Functions and tables that other files can see."""
    text = "\n".join(data.decode() for data in files.values())
    return set(re.findall(r"^(?!static|typedef)[a-z].*?\b(\w+)(?:\(|\[\d+\] = )", text, re.MULTILINE)) - {
        "__attribute__"
    }


@pytest.mark.skipif(COMPILER is None, reason="no C compiler on this machine")
@pytest.mark.parametrize(
    "name", ["int", "string", "stdint", "math", "memory", "test", "hal", "esp", "r", "main", "arm-acle"]
)
def test_a_model_called_like_a_word_a_header_or_a_constant_of_others_compiles(
    tmp_path: Path, name: str
) -> None:
    for path, data in program(network(1, 6), name, "portable", labels=tuple("abcdef")).items():
        (tmp_path / path).write_bytes(data)
    prefix = program_prefix(name)
    (tmp_path / "use.c").write_text(
        "#include <stdint.h>\n#include <string.h>\n#include <unistd.h>\n#define ESP_OK 0\n#define HAL_OK 0\n"
        f'#include "{prefix}.h"\nint use(void);\nint use(void) {{ return {prefix}_check() + {prefix.upper()}_OK; }}\n'
    )
    sources = sorted(path.name for path in tmp_path.glob("*.c"))
    command = [
        str(COMPILER),
        *WARNINGS,
        "-I.",
        "-D_DEFAULT_SOURCE",
        "-shared",
        "-fPIC",
        *sources,
        "-o",
        "all.so",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_names_that_differ_late_stay_different() -> None:
    long = "a" * 63
    assert program_prefix(f"{long}b") != program_prefix(f"{long}c")
