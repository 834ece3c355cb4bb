"""stdout and stderr as they may be: closed, full, a pipe whose reader has gone, or without the letters of a label."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO

import click

from .errors import MachineError

SUPPORTED = "a terminal, a file or a pipe that takes what is printed"


def prepare_streams() -> None:
    """Open what is closed among descriptors 0 to 2 as /dev/null, so that no file of ours gets their numbers, and let
    letters that a stream's encoding lacks be printed as escapes."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            with contextlib.suppress(OSError, ValueError):
                reconfigure(errors="backslashreplace")


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line on stdout, or on stderr when that is given.

    A reader that has gone (`| head`) ends the printing, never the work or its exit code. Raises MachineError when
    stdout takes nothing for another reason: then the result is lost. What stderr does not take is for nobody.
    """
    stream = stream or sys.stdout
    if stream is None:  # closed when Python started
        return
    try:
        click.echo(text, file=stream, color=None if colourful(stream) else False)
    except BrokenPipeError:
        abandon(stream)
    except (OSError, ValueError) as problem:  # ValueError: a closed file
        abandon(stream)
        if stream is not sys.stderr:
            raise cannot_print(problem) from None


def cannot_print(problem: OSError | ValueError) -> MachineError:
    """The error for a result that nobody can read."""
    why = getattr(problem, "strerror", None) or str(problem)
    return MachineError(
        f"the result cannot be printed on the standard output: {why}",
        supported=SUPPORTED,
        next_step="free some space, or send it elsewhere; what the command wrote into files is there",
    )


def abandon(stream: TextIO) -> None:
    """Let a stream that cannot be written end in /dev/null: what is still in its buffer must not fail at the exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def colourful(stream: TextIO) -> bool:
    """Whether colours and redrawn lines are wanted: a terminal that has them, and nobody who said no (no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    try:
        return stream.isatty()
    except (OSError, ValueError, AttributeError):
        return False
