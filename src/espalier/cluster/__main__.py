"""The child's side of a job: `python -m espalier.cluster`, one call on stdin, frames on the original stdout.

What it prints goes to stderr, which the parent keeps. When the parent ends, however it does, its end of stdin closes, and
the child ends as after SIGTERM: its own child processes stopped, its temporary folders removed.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
from typing import BinaryIO, cast

import msgspec

from ..signals import Stopped, stoppable
from ..worker.protocol import Call, Failure, Progress, Result, read_frame, write_frame
from . import KINDS, Kind
from .jobs import Runs, refused


def main() -> int:
    """Do one job."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with contextlib.suppress(Stopped, BrokenPipeError), stoppable():
        call = read_frame(source.read)
        if isinstance(call, Call):
            threading.Thread(target=_end_with, args=(source,), daemon=True).start()
            write_frame(output, _done(cast("Kind", call.method), call.asked, output))
    return 0


def _end_with(source: BinaryIO) -> None:
    """Wait for the end of what the parent writes, and end this process in order."""
    source.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _done(kind: Kind, asked: object, output: BinaryIO) -> Result | Failure:
    lock = threading.Lock()

    def told(share: float, text: str) -> None:
        with lock:
            write_frame(output, Progress(share, 1.0, text))

    try:
        data, where = msgspec.convert(asked, tuple[bytes, dict[str, str]])
        module = importlib.import_module(KINDS[kind])
        run = cast("Runs", module.run)
        return Result(run(module.moved(data, where) if where else data, told))
    except Exception as problem:
        said = refused(problem)
        if said.kind == "BugError":
            sys.excepthook(type(problem), problem, problem.__traceback__)
        return Failure(said.kind, said.found, said.supported, said.next_step, "")


if __name__ == "__main__":
    sys.exit(main())
