"""The child's side: `python -m espalier.worker KIND CONFIG`, calls on stdin, frames on the original stdout.

File descriptors 1 and 2 go to a log file, so that no library's noise can reach the user or break a frame.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO, cast

import msgspec

from .. import errors, progress
from ..walls.held import Walls
from . import SIDES, Kind, confine
from .ask import calls_of, read_as
from .protocol import Call, Failure, Kept, Progress, Result, Started, read_frame, write_frame


class Config(msgspec.Struct, frozen=True):
    """How the parent starts a child."""

    scratch: str
    memory_bytes: int
    file_bytes: int
    seconds: float
    """How long a call may be silent; as much of every core is its limit of processor time."""
    reads: tuple[str, ...] = ()
    """Files and folders of others that it may read."""
    devices: tuple[str, ...] = ()


def main() -> int:
    """Serve calls until the parent closes the pipe."""
    kind, config = cast("Kind", sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Config)
    output = os.fdopen(os.dup(1), "wb")
    log = os.open(os.path.join(config.scratch, f"{kind}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    source = os.fdopen(os.dup(0), "rb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def report(done: float, total: float, text: str) -> None:
        confine.allow_seconds(config.seconds)
        write_frame(output, Progress(done, total, text))

    progress.set_sink(report, lambda name, data: write_frame(output, Kept(name, data)))
    try:
        held = confine.confine(
            memory_bytes=config.memory_bytes,
            file_bytes=config.file_bytes,
            scratch=config.scratch,
            reads=config.reads,
            devices=config.devices,
        )
    except errors.EspalierError as problem:
        write_frame(output, _failure(problem))
        return 0
    serve(kind, source, output, config.seconds, held)
    return 0


def serve(kind: Kind, source: BinaryIO, output: BinaryIO, seconds: float, held: Walls) -> None:
    """Answer each call with a result or a failure; the first answer tells that the imports are done, and what holds it."""
    try:
        side = importlib.import_module(SIDES[kind])
        calls = calls_of(side.handlers())
        prepare: Callable[[], dict[str, str]] | None = getattr(side, "prepare", None)
        write_frame(output, Result(Started(versions=prepare() if prepare else {}, walls=held)))
    except BaseException as problem:
        write_frame(output, _failure(problem))
        return
    while True:
        frame = read_frame(source.read)
        if not isinstance(frame, Call):
            return
        try:
            call, handler = calls[frame.method]
            confine.allow_seconds(seconds)
            write_frame(output, Result(handler(read_as(frame.asked, call))))
        except BaseException as problem:
            write_frame(output, _failure(problem))


def _failure(problem: BaseException) -> Failure:
    trace = "".join(traceback.format_exception(problem))
    if not isinstance(problem, errors.EspalierError | MemoryError):
        problem = errors.machine_error(problem) or errors.package_error(problem) or problem
    if isinstance(problem, errors.EspalierError):
        texts = (problem.found, problem.supported, problem.next_step, trace)
        return Failure(type(problem).__name__, *map(_text, texts))
    text = str(problem).strip() or type(problem).__name__
    return Failure(type(problem).__name__, _text(text[:2000]), "", "", _text(trace[-8000:]))


def _text(words: str) -> str:
    """Text that a frame can carry: what is no Unicode (names of files of other systems) is written as escapes."""
    return words.encode("utf-8", "backslashreplace").decode()


if __name__ == "__main__":
    sys.exit(main())
