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
        click.echo(text, file=stream, color=colourful(stream))
    except BrokenPipeError:
        abandon(stream)
    except (OSError, ValueError) as problem:  # ValueError: a closed file
        abandon(stream)
        if stream is not sys.stderr:
            raise cannot_print(problem) from None


def stdout() -> TextIO | None:
    """The standard output; None: closed when Python started."""
    return sys.stdout


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
    """Whether colours are wanted: NO_COLOR says no, FORCE_COLOR yes (no-color.org, force-color.org); else a terminal that has
    them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return lively(stream)


def lively(stream: TextIO) -> bool:
    """Whether a line can be redrawn: a terminal, and no dumb one."""
    return os.environ.get("TERM") != "dumb" and terminal(stream)


def terminal(stream: TextIO | None) -> bool:
    """Whether a person reads it as it is printed."""
    try:
        return stream is not None and stream.isatty()
    except (OSError, ValueError, AttributeError):
        return False


def columns(stream: TextIO | None) -> int | None:
    """Letters in a line of a terminal; None of what is none, or does not tell."""
    if stream is None or not terminal(stream):
        return None
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


COLOR_MODES = ("auto", "always", "never")


def choose_colour(mode: str) -> None:
    """What `--color` says, before what the environment says; child processes hear of it, too."""
    for name, asked in (("FORCE_COLOR", "always"), ("NO_COLOR", "never")):
        if mode == asked:
            os.environ[name] = "1"
        elif mode != "auto":
            os.environ.pop(name, None)
