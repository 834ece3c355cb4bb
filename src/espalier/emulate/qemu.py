"""Runs an emitted program on one of QEMU's Arm boards, where qemu-system-arm is installed: Cortex-M55
needs it.

The known answers are compiled in; the program reports through semihosting, instructions are counted by a
plugin that is
compiled for the occasion. A count of Helium instructions is not a count of cycles: most take two or more.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..detector import Detector
from ..emit.harness import write_cases
from ..emit.selftest import GoldenCase
from ..errors import ToolMissingError, VerificationError
from ..graph.types import Graph
from .cross import Core, compile_plugin, compile_program
from .elf import Image

_SECONDS = 120
OLDEST = 6
"""QEMU's first version with the board of the Cortex-M55 (mps3-an547)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRun:
    """What the board reported. ``layers``: instructions per golden case are one figure; QEMU splits no
    further."""

    image: Image
    instructions: int
    stack_bytes: int
    arena_bytes: int


def run_on_board(
    files: Mapping[str, bytes],
    core: Core,
    *,
    prefix: str,
    graph: Graph,
    arena_bytes: int,
    golden: Sequence[GoldenCase],
    workdir: Path,
    optimize: str,
    detector: Detector | None = None,
) -> BoardRun:
    """Builds the firmware, runs every golden case and compares the bytes on the board.

    Raises :class:`ToolMissingError` without qemu-system-arm, :class:`VerificationError` for a wrong byte
    or a fault.
    """
    cases = write_cases(prefix, graph, arena_bytes, golden, detector)
    program = {**files, "cases.c": cases.encode("ascii")}
    image, said = _run(program, core, [f"{prefix}_run", f"{prefix}_check"], workdir, optimize)
    counts = _counts(workdir)
    return BoardRun(
        image=image,
        instructions=counts[1] - counts[0],
        stack_bytes=int(said["stack"]),
        arena_bytes=int(said["arena"]),
    )


def count_on_board(
    files: Mapping[str, bytes], core: Core, cases: Sequence[int], *, workdir: Path, optimize: str
) -> list[int]:
    """Instructions of the first of the ``cases`` of each program; run_cases() in ``files`` runs one program after the other.

    Raises as :func:`run_on_board` does; the code of a VerificationError is the number of the program, from 1.
    """
    _run(files, core, [], workdir, optimize)
    counts = iter(_counts(workdir))
    found = []
    for number in cases:
        empty, first, *_ = [next(counts) for _ in range(1 + number)]
        found.append(first - empty)
    return found


def _run(
    program: Mapping[str, bytes], core: Core, roots: Sequence[str], workdir: Path, optimize: str
) -> tuple[Image, dict[str, str]]:
    """The image, and what it reported."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        raise ToolMissingError(
            f"qemu-system-arm is not installed, and only QEMU emulates the {core.name}",
            supported="Cortex-M0+, M3, M4, M7, M33 and RV32 run without it",
            next_step="install qemu-system-arm (Debian: apt-get install qemu-system-arm)",
        )
    image = compile_program(
        program,
        core,
        roots=["vectors", *roots],
        workdir=workdir,
        optimize=optimize,
        script="qemu.ld",
        extra=("boot.c", "boot.h"),
    )
    plugin = compile_plugin(workdir)
    begin, end = (image.symbols[name].address & ~1 for name in ("count_begin", "count_end"))
    counting = f"./{plugin.name},begin={begin:#x},end={end:#x},out=count.txt"
    command = [qemu, "-M", core.qemu, "-nographic", "-monitor", "none", "-serial", "none"]
    command += ["-semihosting-config", "enable=on,target=native", "-kernel", "program.elf", "-plugin", counting]
    try:
        done = subprocess.run(
            command, cwd=workdir, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except OSError as problem:
        raise _broken(f"it cannot start: {problem.strerror}") from None
    except subprocess.TimeoutExpired:
        why = _fault(qemu, core)
        raise (
            _broken(why) if why else VerificationError(f"the program did not end on {core.name} within {_SECONDS} s")
        ) from None
    said = dict(
        line.rsplit(" ", 1) for line in done.stderr.decode("ascii", "replace").splitlines() if " " in line
    )
    why = _fault(qemu, core) if done.returncode != 0 or not (workdir / "count.txt").is_file() else ""
    if why:
        raise _broken(why)
    if done.returncode != 0:
        raise VerificationError(
            f"the program failed on {core.name} under QEMU (code {done.returncode}): "
            f"{said or done.stderr[-500:]!r}"
        )
    return image, said


def _broken(why: str) -> ToolMissingError:
    return ToolMissingError(
        f"qemu-system-arm is installed, but does not work here: {why}",
        supported=f"QEMU {OLDEST}.0 or later with plugins",
        next_step="install qemu-system-arm of this system's packages",
    )


def _fault(qemu: str, core: Core) -> str:
    """Why this QEMU could not have run any program for the core: another program, an old one, one without plugins."""
    try:
        version, machines, plugins = (
            subprocess.run(
                [qemu, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
            )
            for words in (("--version",), ("-M", "help"), ("--help",))
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"it does not answer to --version: {problem}"
    found = re.search(r"QEMU emulator version (\d+)", version.stdout.decode(errors="replace"))
    if found is None:
        return "it does not name itself QEMU"
    if int(found.group(1)) < OLDEST:
        return f"QEMU {found.group(1)} is older than {OLDEST}"
    if core.qemu.encode() not in machines.stdout:
        return f"it does not know the board {core.qemu}"
    return "" if b"-plugin" in plugins.stdout else "it was built without plugins"


def _counts(workdir: Path) -> list[int]:
    return [int(line) for line in (workdir / "count.txt").read_text().split()]
