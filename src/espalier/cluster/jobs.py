"""Jobs and their answers, as plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

import msgspec

from .. import errors
from ..visible import shown
from . import Kind
from .data import Data

Told = Callable[[float, str], None]
"""How far a job is, 0 to 1, and what it does."""


class Runs(Protocol):
    """`run` of a module in KINDS: what is asked (msgpack) becomes files. Raises EspalierError for what it refuses."""

    def __call__(self, asked: bytes, told: Told) -> dict[str, bytes]: ...


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`name`: for people; `asked`: msgpack of what the kind's module reads. `alone`: nothing else may run beside it, and it
    runs on this machine. `data`: what the paths in `asked` hold."""

    name: str
    kind: Kind
    asked: bytes
    alone: bool = False
    data: tuple[Data, ...] = ()

    @property
    def digest(self) -> str:
        """Of what is done: equal jobs give equal answers."""
        return hashlib.sha256(self.kind.encode() + b"\0" + self.asked).hexdigest()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What a job raised: the name of a class of espalier.errors, and its words."""

    kind: str
    found: str
    supported: str = ""
    next_step: str = ""

    @property
    def error(self) -> errors.EspalierError:
        """The error itself."""
        kind = getattr(errors, self.kind, None)
        known = kind if isinstance(kind, type) and issubclass(kind, errors.EspalierError) else errors.BugError
        return known(self.found, supported=self.supported, next_step=self.next_step)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a job left: its files, or why there are none. `seconds` by the clock, `peak_bytes` of memory of all its processes
    together, `where` it ran ("" on this machine)."""

    files: dict[str, bytes] = {}
    refused: Refused | None = None
    seconds: float = 0.0
    peak_bytes: int = 0
    where: str = ""


def refused(problem: BaseException) -> Refused:
    """Any exception as a job's answer."""
    known = (
        problem
        if isinstance(problem, errors.EspalierError)
        else errors.machine_error(problem) or errors.package_error(problem)
    )
    if known is None:
        text = shown(f"{type(problem).__name__}: {problem}", 500)
        return Refused(kind="BugError", found=f"a bug in Espalier: {text}", next_step="please report it")
    texts = (known.found, known.supported, known.next_step)
    found, supported, next_step = (text.encode("utf-8", "backslashreplace").decode() for text in texts)
    return Refused(kind=type(known).__name__, found=found, supported=supported, next_step=next_step)
