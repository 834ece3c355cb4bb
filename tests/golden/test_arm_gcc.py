"""Where arm-none-eabi-gcc is installed: no warnings, no symbols but memcpy and memset, the same bytes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from c_batch import Batch, make_batch
from c_cases import UNGENERATED, random_cases

from espalier.emit.kernel_table import LOWERINGS
from espalier.emulate import cross
from espalier.emulate.cross import CORES, FLASH_BASE, WARNINGS
from espalier.emulate.elf import read_elf
from espalier.graph import reference

GCC = shutil.which("arm-none-eabi-gcc")
pytestmark = pytest.mark.skipif(GCC is None, reason="arm-none-eabi-gcc is not installed")
FLOATING = {"dequantize"}
KINDS = sorted(set(LOWERINGS) - UNGENERATED - FLOATING)
CPUS = {
    "cortex-m0plus": ["-mcpu=cortex-m0plus"],
    "cortex-m3": ["-mcpu=cortex-m3"],
    "cortex-m4": ["-mcpu=cortex-m4", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16"],
    "cortex-m33": ["-mcpu=cortex-m33", "-mfloat-abi=soft"],
    "cortex-m55": ["-mcpu=cortex-m55", "-mfloat-abi=hard"],
}


def compiled(folder: Path, files: dict[str, bytes], cpu: str, level: str) -> list[str]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    sources = sorted(name for name in files if name.endswith(".c"))
    command = [str(GCC), *WARNINGS, *CPUS[cpu], "-mthumb", level, "-ffunction-sections", "-c", *sources]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return [name[:-2] + ".o" for name in sources]


@pytest.mark.parametrize("cpu", sorted(CPUS))
def test_gcc_finds_nothing_to_warn_about(tmp_path: Path, cpu: str) -> None:
    cases = random_cases(KINDS, 1, "int8", 40)
    compiled(tmp_path, make_batch([graph for graph, _, _ in cases]).files, cpu, "-O2")


FIRMWARE = Path(cross.__file__).parent / "firmware"


def linked(folder: Path, batch: Batch, cpu: str, level: str) -> bytes:
    """The programs, linked with memcpy and memset and nothing else: a further symbol would fail the link."""
    files = {**batch.files, "memory.c": (FIRMWARE / "memory.c").read_bytes()}
    objects = compiled(folder, files, cpu, level)
    roots = [argument for p in batch.programs for argument in ("-u", f"{p.prefix}_run")]
    entry = f"{batch.programs[0].prefix}_run"
    command = ["arm-none-eabi-ld", "-T", str(FIRMWARE / "link.ld"), f"--defsym=FLASH_BASE={FLASH_BASE}"]
    command += ["--gc-sections", "-e", entry, *roots, *objects, "-o", "program.elf"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-1000:]
    return (folder / "program.elf").read_bytes()


@pytest.mark.parametrize("cpu", ["cortex-m0plus", "cortex-m4"])
def test_a_program_needs_nothing_but_memcpy_and_memset(tmp_path: Path, cpu: str) -> None:
    cases = random_cases(KINDS, 1, "int8", 60)
    graphs = [graph for graph, _, _ in cases if all(t.dtype != "float32" for t in graph.tensors)]
    image = read_elf(linked(tmp_path, make_batch(graphs), cpu, "-O2"))
    assert image.size_of(".text") > 0
    assert image.size_of(".data", ".bss") == 0, "there is writable static data"


@pytest.mark.parametrize(("cpu", "level"), [("cortex-m4", "-O2"), ("cortex-m4", "-Os"), ("cortex-m3", "-O3")])
def test_gcc_programs_give_the_same_bytes(tmp_path: Path, cpu: str, level: str) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    from espalier.emulate.emulate import EmulatedCore

    kinds = ["conv_2d", "depthwise_conv_2d", "add", "fully_connected", "softmax"]
    cases = random_cases(kinds, 6, "int8", 70)
    batch = make_batch([graph for graph, _, _ in cases])
    core = EmulatedCore(read_elf(linked(tmp_path, batch, cpu, level)), CORES[cpu], workdir=tmp_path)
    for program, (graph, inputs, name) in zip(batch.programs, cases, strict=True):
        (want,) = reference.run(graph, inputs)
        given = [np.ascontiguousarray(x).tobytes() for x in inputs]
        arena, blank = bytes(program.arena_bytes + 16), bytes(want.nbytes)
        call = core.call(f"{program.prefix}_run", [arena, *given, blank])
        assert call.buffers[-1] == np.ascontiguousarray(want).tobytes(), name
