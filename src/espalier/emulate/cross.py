"""Cross-compiles emitted programs with `zig cc` (PyPI `ziglang`): no system package is needed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..errors import BugError, ToolMissingError
from ..walls import behind
from .elf import Image, read_elf

_FIRMWARE = Path(__file__).parent / "firmware"
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
FLASH_BASE = 0x0000_1000
RAM_BASE = 0x2000_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """A processor core that emitted programs are compiled for and run on. Names are zig's, unicorn's,
    QEMU's."""

    name: str
    triple: str
    cpu: str
    unicorn: str
    """Unicorn's CPU model; empty where unicorn has none."""
    qemu: str = ""
    """QEMU's machine; empty where the core is not run there."""
    external: int = 0
    """Where that machine's external memory begins: 16 MB of PSRAM on MPS2, 2 GB on MPS3."""
    isa: str = "portable"
    """Which of the kernels' instruction sets the compiler will choose: portable | thumb1 | thumb2 | dsp | helium | riscv."""


CORES: Mapping[str, Core] = {
    core.name: core
    for core in (
        Core(
            name="cortex-m0plus",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m0plus",
            unicorn="UC_CPU_ARM_CORTEX_M0",
            isa="thumb1",
        ),
        Core(
            name="cortex-m3",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m3",
            unicorn="UC_CPU_ARM_CORTEX_M3",
            qemu="mps2-an385",
            external=0x2100_0000,
            isa="thumb2",
        ),
        Core(
            name="cortex-m4",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m4",
            unicorn="UC_CPU_ARM_CORTEX_M4",
            qemu="mps2-an386",
            external=0x2100_0000,
            isa="dsp",
        ),
        Core(
            name="cortex-m7",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m7",
            unicorn="UC_CPU_ARM_CORTEX_M7",
            qemu="mps2-an500",
            external=0x6000_0000,
            isa="dsp",
        ),
        Core(
            name="cortex-m33",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m33+dsp",
            unicorn="UC_CPU_ARM_CORTEX_M33",
            qemu="mps2-an505",
            external=0x8000_0000,
            isa="dsp",
        ),
        Core(
            name="cortex-m55",
            triple="thumb-freestanding-eabi",
            cpu="cortex_m55+mve",
            unicorn="",
            qemu="mps3-an547",
            external=0x6000_0000,
            isa="helium",
        ),
        Core(
            name="rv32imc",
            triple="riscv32-freestanding-none",
            cpu="generic_rv32+m+c",
            unicorn="UC_CPU_RISCV32_BASE32",
            isa="riscv",
        ),
    )
}


def zig(*arguments: str, cwd: Path) -> None:
    """Runs one zig command in ``cwd``. Raises :class:`ToolMissingError` when zig is absent or does not work at all;
    any other failure is ours, because every input was emitted by us."""
    package = importlib.util.find_spec("ziglang")
    if package is None or package.origin is None:
        raise ToolMissingError(
            "the cross-compiler (PyPI package ziglang) is not installed",
            supported="microcontroller targets are compiled and run on an emulated core during the build",
            next_step="install the optional dependencies: espalier[mcu]",
        )
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR", "TEMP", "TMP")}
    environment["ZIG_LOCAL_CACHE_DIR"] = str(cwd / "zig-cache")
    environment["ZIG_GLOBAL_CACHE_DIR"] = str(cwd / "zig-cache")
    environment["SOURCE_DATE_EPOCH"] = "0"
    program = str(Path(package.origin).with_name("zig"))

    def run(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            behind([program, *words], cwd, [os.path.dirname(word) for word in words if os.path.isabs(word)]),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=300,
        )

    try:
        done = run(*arguments, folder=cwd)
        if done.returncode == 0:
            return
        with tempfile.TemporaryDirectory(dir=cwd) as folder:
            (Path(folder) / "probe.c").write_text("int probe(void);\nint probe(void) { return 1; }\n")
            probe = run("cc", "-target", "thumb-freestanding-eabi", "-c", "probe.c", folder=Path(folder))
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise _zig_broken(str(problem)) from None
    if probe.returncode != 0:
        raise _zig_broken((probe.stderr.decode(errors="replace").strip().splitlines() or ["no word"])[-1])
    if done.returncode != 0:
        raise BugError(
            f"zig {arguments[0]} failed on emitted code:\n{done.stderr.decode(errors='replace')[-4000:]}"
        )


def _zig_broken(said: str) -> ToolMissingError:
    return ToolMissingError(
        f"the cross-compiler (PyPI package ziglang) is installed, but does not work: {said[:300]}",
        supported="ziglang as espalier[mcu] pins it, with room for its cache in the temporary folder",
        next_step="install it again, or free some space",
    )


def compile_program(
    files: Mapping[str, bytes],
    core: Core,
    *,
    roots: Sequence[str],
    workdir: Path,
    optimize: str = "-O2",
    flags: Sequence[str] = (),
    script: str = "link.ld",
    extra: Sequence[str] = (),
    objects: Sequence[str] = (),
) -> Image:
    """Compiles C files for one core and links them with what ``roots`` (function names) need.

    Objects that an earlier call with the same options left in ``workdir`` are used again where their source is the
    same; ``objects`` are linked as they are.

    ``files`` maps plain file names to their bytes; only names that end in ``.c`` are compiled.
    Warnings are errors, as they are for the firmware engineer. ``script`` and ``extra`` name files of
    firmware/.
    """
    # A compiler's own library, which a Cortex-M0+ multiplies 64 bits with; what is not called is not linked.
    extra = (*extra, "divide.c") if core.isa == "thumb1" and "divide.c" not in extra else extra
    given = dict(files) | {name: (_FIRMWARE / name).read_bytes() for name in ("memory.c", "string.h", *extra)}
    changed = {name for name, data in sorted(given.items()) if _written(workdir / name, data)}
    sources = sorted(name for name in [*files, "memory.c", *extra] if name.endswith(".c"))
    options = _options(core, optimize, flags)
    others = _written(workdir / "options", repr(options).encode()) or any(not n.endswith(".c") for n in changed)
    stale = [s for s in sources if others or s in changed or not (workdir / f"{s[:-2]}.o").exists()]
    for source in stale:  # before any is compiled: a failure must not leave the object of another source
        (workdir / f"{source[:-2]}.o").unlink(missing_ok=True)
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(zig, "cc", *options, "-c", source, "-o", source[:-2] + ".o", cwd=workdir)
            for source in stale
        ]
        for job in jobs:
            job.result()
    keep = [argument for root in roots for argument in ("-u", root)]
    zig(
        "ld.lld",
        "-T",
        str(_FIRMWARE / script),
        f"--defsym=FLASH_BASE={FLASH_BASE}",
        f"--defsym=EXTERNAL={core.external}",
        "--gc-sections",
        "-e",
        roots[0],
        *keep,
        *[source[:-2] + ".o" for source in sources],
        *objects,
        "-o",
        "program.elf",
        cwd=workdir,
    )
    return read_elf((workdir / "program.elf").read_bytes())


def compile_object(files: Mapping[str, bytes], source: str, core: Core, made: Path) -> None:
    """Compiles one of some C files for a core, without optimisation, and moves the object to ``made``."""
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        for name, data in sorted(files.items()):
            (Path(folder) / name).write_bytes(data)
        (Path(folder) / "string.h").write_bytes((_FIRMWARE / "string.h").read_bytes())
        zig("cc", *_options(core, "-O0", ()), "-c", source, "-o", "made.o", cwd=Path(folder))
        os.replace(Path(folder) / "made.o", made)


def compile_object_of(files: Mapping[str, bytes], source: str, core: Core, optimize: str, workdir: Path) -> bytes:
    """The relocatable object of one of some C files of ours."""
    with tempfile.TemporaryDirectory(dir=workdir) as folder:
        for name, data in sorted(files.items()):
            (Path(folder) / name).write_bytes(data)
        (Path(folder) / "string.h").write_bytes((_FIRMWARE / "string.h").read_bytes())
        if not (Path(folder) / source).exists():
            (Path(folder) / source).write_bytes((_FIRMWARE / source).read_bytes())
        zig("cc", *_options(core, optimize, ()), "-c", source, "-o", "made.o", cwd=Path(folder))
        return (Path(folder) / "made.o").read_bytes()


def _options(core: Core, optimize: str, flags: Sequence[str]) -> list[str]:
    return [
        "-target",
        core.triple,
        f"-mcpu={core.cpu}",
        optimize,
        *WARNINGS,
        *flags,
        "-isystem",
        ".",
        "-fno-sanitize=undefined",
        "-fno-stack-protector",
        "-ffunction-sections",
        "-fdata-sections",
        "-fno-unwind-tables",
        "-fno-asynchronous-unwind-tables",
    ]


def _written(path: Path, data: bytes) -> bool:
    """Writes a file unless it holds these bytes already; whether it did."""
    if path.exists() and path.read_bytes() == data:
        return False
    path.write_bytes(data)
    return True


def compile_counter(workdir: Path) -> Path:
    """Compiles unicorn's block counter for the machine that runs this process; returns the shared library."""
    return _compile_host("count_blocks", workdir)


def compile_plugin(workdir: Path) -> Path:
    """Compiles QEMU's counting plugin for the machine that runs this process; returns the shared library."""
    return _compile_host("count_qemu", workdir)


def _compile_host(name: str, workdir: Path) -> Path:
    if (workdir / f"{name}.so").exists():
        return workdir / f"{name}.so"
    (workdir / f"{name}.c").write_bytes((_FIRMWARE / f"{name}.c").read_bytes())
    zig("cc", "-O2", "-fPIC", "-fno-sanitize=undefined", "-c", f"{name}.c", "-o", f"{name}.o", cwd=workdir)
    zig("ld.lld", "-shared", f"{name}.o", "-o", f"{name}.so", cwd=workdir)
    return workdir / f"{name}.so"
