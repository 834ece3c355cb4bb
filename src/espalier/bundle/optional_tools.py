"""Optional tools: whatever happens to be installed under a name may be broken, old, or another program.

A check that fails is a fault of the bundle only if the tool does a trivial job of the same kind; else the check was not
run, and says why. The trivial job (a probe) runs after a failure only, so that it costs nothing where all is well.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from ..facts import Check
from ..walls import behind

Probe = Callable[[], str]
"""Whether a tool does a trivial job: "" when it does, else why not."""

KEPT = ("PATH", "HOME", "TMPDIR")


def run_tool(
    command: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
    within: Path | None = None,
    reads: Sequence[str] = (),
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; never raises. Status 127 when it cannot start, 124 when it does not end in time.

    Its environment is `environment`, or PATH, HOME and TMPDIR of this process; its standard input is `given`. `within`: it
    writes in that folder only, reads that, `reads` and the machine's programs, and reaches neither network nor other processes.
    """
    if within is not None:
        command = behind(command, within, reads)
    kept = {key: value for key, value in os.environ.items() if key in KEPT}
    try:
        return subprocess.run(
            list(command),
            input=given,
            capture_output=True,
            cwd=cwd,
            env=kept if environment is None else dict(environment),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(list(command), 124, b"", f"no end after {seconds:.0f} s".encode())
    except OSError as problem:
        said = f"{Path(command[0]).name} cannot start: {problem.strerror}"
        return subprocess.CompletedProcess(list(command), 127, b"", said.encode())


def words(done: subprocess.CompletedProcess[bytes], most: int = 300) -> str:
    """The last line that a program wrote, for people."""
    lines = (done.stderr.strip() or done.stdout.strip()).decode(errors="replace").splitlines()
    return (lines[-1] if lines else f"it ended with status {done.returncode} without a word")[:most]


def excused(check: Check, probe: Probe) -> Check:
    """The check, or "not run" in its place when it failed and its tool does not work either."""
    why = probe() if check.result == "failed" else ""
    if not why:
        return check
    return msgspec.structs.replace(check, result="not run", why=f"{check.tool} does not work here: {why}"[:600])
