"""What a program will take is told with bounds that hold, from tables that are those of the kernels."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from espalier.emit.plan_program import plan_program
from espalier.errors import GateError
from espalier.estimate_rows import Bounds
from espalier.footprint.account import Network, Reserve, account, verdict
from espalier.footprint.flash import kernel_sizes
from espalier.graph.simplify import simplify
from espalier.stages.compile import core_of
from espalier.target import load_target
from espalier.tflite.read import read_tflite

ROOT = Path(__file__).parents[3]
RESNET8 = ROOT / "tests/models/resnet8_int8.tflite"


@pytest.mark.parametrize(
    ("least", "most", "limit", "fits"),
    [
        (90, 100, 100, "yes"),
        (90, 101, 100, "perhaps"),
        (100, 120, 100, "perhaps"),
        (101, 120, 100, "no"),
        (1, 2, None, "perhaps"),
    ],
)
def test_what_may_break_its_limit_never_fits(least: int, most: int, limit: int | None, fits: str) -> None:
    assert verdict({"flash": Bounds(likely=least, least=least, most=most, limit=limit)})[0] == fits


def test_one_limit_that_is_broken_decides() -> None:
    held, broken = (Bounds(likely=n, least=n, most=n, limit=100) for n in (50, 200))
    assert verdict({"flash": held, "RAM": broken})[0] == verdict({"flash": broken, "RAM": held})[0] == "no"


def test_an_int8_file_is_planned_as_a_compilation_plans_it() -> None:
    given = read_tflite(RESNET8.read_bytes(), name="model")
    row = account(
        Network(given, "speed", False), load_target("cortex-m4"), core_of(load_target("cortex-m4")), Reserve()
    )
    plan, _ = plan_program(simplify(given)[0], optimize="speed", isa="dsp")
    assert row.ram is not None and row.ram.least == row.ram.most == plan.arena_bytes
    assert row.fits == "yes" and row.instructions is not None and row.milliseconds is not None


def test_what_the_application_reserves_is_not_there() -> None:
    given = read_tflite(RESNET8.read_bytes(), name="model")
    target = load_target("cortex-m4")
    row = account(Network(given, "speed", False), target, core_of(target), Reserve(flash=480_000))
    assert row.fits == "no" and "flash" in row.why


def test_a_microcontroller_whose_runtime_plans_its_own_memory_is_never_said_to_fit() -> None:
    import msgspec

    target = msgspec.structs.replace(load_target("openmv-h7"), bundle="openmv")
    row = account(Network(read_tflite(RESNET8.read_bytes(), name="model"), "speed", False), target, None, Reserve())
    assert row.fits == "perhaps"


def test_a_core_without_a_measured_compiler_is_told_with_wide_bounds() -> None:
    target = load_target("esp32-s3")
    row = account(
        Network(read_tflite(RESNET8.read_bytes(), name="model"), "speed", False),
        target,
        core_of(target),
        Reserve(),
    )
    assert (
        row.instructions is None
        and row.flash is not None
        and row.flash.most > row.flash.likely > row.flash.least
    )


def test_the_sizes_are_those_of_the_kernels(tmp_path: Path) -> None:
    """Whoever changes a kernel measures again: python benchmarks/kernel_sizes.py."""
    pytest.importorskip("ziglang")
    spec = importlib.util.spec_from_file_location("kernel_sizes", ROOT / "benchmarks/kernel_sizes.py")
    assert spec is not None and spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    sys.modules["kernel_sizes"] = bench
    spec.loader.exec_module(bench)
    from espalier.emulate.cross import CORES, compile_object_of

    core, table = CORES["cortex-m4"], kernel_sizes()
    known = dict(zip(table.functions, table.sizes["cortex-m4 -O2"], strict=True))
    sources = {path.name: path.read_bytes() for path in bench.KERNELS.iterdir()}
    for source in ("add.c", "conv_2d.c", "pool.c"):
        data = compile_object_of(sources, source, core, "-O2", tmp_path)
        found = {part.name: part.size for part in bench.sections(data, source)}
        assert found == {name: known[name] for name in found}, source
    assert table.structures == bench.structures(core)


def test_a_target_that_cannot_hold_it_ends_with_a_failed_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    import espalier

    found = espalier.estimate(RESNET8, ["cortex-m0plus"], reserve_ram=140_000)
    assert isinstance(found.failure, GateError) and found.rows["cortex-m0plus"].fits == "no"
    assert espalier.estimate(RESNET8, reserve_ram=140_000).failure is None


@pytest.mark.sweep
def test_estimates_are_as_near_to_builds_as_they_say(tmp_path: Path) -> None:
    import subprocess

    command = [
        sys.executable,
        str(ROOT / "benchmarks/estimate_accuracy.py"),
        str(tmp_path),
        "mlperf-resnet8",
        "lenet5",
    ]
    done = subprocess.run([*command, "--target", "cortex-m4"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
