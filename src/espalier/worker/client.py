"""The parent's side of a child process: start it, call it, and turn every way it can die into one clear error."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TypeVar

import msgspec

from .. import errors
from ..limits import LIMITS
from ..scratch import Scratch
from ..visible import shown
from ..walls.held import Walls
from . import SIDES, Kind
from .ask import Answer, Ask, answer_of, name_of, read_as
from .protocol import Call, Failure, Kept, Progress, Result, Started, read_frame, write_frame

_KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
)
_KEPT_PREFIXES = ("COVERAGE_", "COV_CORE_", "ESPALIER_")

_MEMORY: dict[Kind, int] = {
    "images": LIMITS.image_worker_memory_bytes,
    "container": LIMITS.container_worker_memory_bytes,
}
_FILE_BYTES: dict[Kind, int] = {"images": LIMITS.prepared_bytes + (1 << 20)}
"""Room for the header; how much is written is refused before it is (stages/images.py)."""


Value = TypeVar("Value")

START = "start"
"""What a child does before its first call: its imports."""


def _is_full(folder: Path) -> errors.MachineError | None:
    """Whether the file system of a folder has no room: a library's death is then no fault of the input."""
    try:
        state = os.statvfs(folder)
    except OSError:
        return None
    if state.f_bavail * state.f_frsize >= 1 << 16:
        return None
    return errors.machine_error(OSError(errno.ENOSPC, "", str(folder)))


class Worker:
    """One child process of a kind in `SIDES`; a context manager. Calls are serialised.

    `ask` raises what the child raised when that is one of ours, WorkerError when the child died, hung or broke a
    limit, and BugError for any other exception in the child (with the child's traceback in its log) and for an answer
    that is not what the call promises.
    """

    entry = "espalier.worker"
    """Module that the child runs."""

    def __init__(self, kind: Kind, *, scratch: Path | None = None, reads: Iterable[Path] = ()) -> None:
        """`scratch`: where it may write; else a folder of its own. `reads`: files and folders of the user's that it may read,
        and cameras that it may use; it sees no others."""
        if kind not in SIDES and self.entry == "espalier.worker":
            raise errors.BugError(f"there is no worker {kind!r}")
        self.kind = kind
        self._temporary = None if scratch else Scratch()
        self.scratch = scratch or self._temporary.path  # type: ignore[union-attr]
        self._lock = threading.Lock()
        self._ready = False
        self.walls: Walls | None = None
        """What holds the child; None before it has started."""
        self._refused: errors.EspalierError | None = None
        places = {os.path.realpath(path) for path in reads}
        devices = {place for place in places if place.startswith("/dev/")}
        config = {
            "scratch": str(self.scratch),
            "memory_bytes": _MEMORY.get(kind, LIMITS.worker_memory_bytes),
            "file_bytes": _FILE_BYTES.get(kind, LIMITS.worker_file_bytes),
            "seconds": LIMITS.worker_call_seconds,
            "reads": sorted(places - devices),
            "devices": sorted(devices),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.entry, kind, msgspec.json.encode(config).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
            start_new_session=True,
            cwd=self.scratch,
        )
        self._buffer = bytearray()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(kill=value is not None)

    def wait_ready(self) -> dict[str, str]:
        """Wait until the child has done its imports; returns the versions that its `prepare()` told ({} the second time)."""
        with self._lock:
            return self._wait_ready()

    def ask(
        self,
        call: Ask[Answer],
        *,
        seconds: float = LIMITS.worker_call_seconds,
        on_progress: Callable[[float, float, str], None] | None = None,
        on_kept: Callable[[str, bytes], None] | None = None,
    ) -> Answer:
        """The child's answer to a call; `on_kept` gets each result on the way (progress.keep).

        `seconds` is how long the child may be silent, by the clock on the wall: a call that reports progress may take
        as long as it needs, one that hangs does not.
        """
        method = name_of(type(call))
        value = self._send(Call(method, call), seconds, on_progress, on_kept)
        return self._read_as(method, value, answer_of(type(call)))

    def _send(
        self,
        call: Call,
        seconds: float,
        on_progress: Callable[[float, float, str], None] | None,
        on_kept: Callable[[str, bytes], None] | None,
    ) -> Any:
        with self._lock:
            self._wait_ready()
            try:
                write_frame(self._stdin, call)
            except BrokenPipeError:
                raise self._died(call.method) from None
            return self._answer(call.method, seconds, on_progress, on_kept)

    def close(self, *, kill: bool = False) -> None:
        """End the child: by closing its pipe, or at once (`kill`); what stays for two seconds more is killed."""
        if kill:
            self._signal(signal.SIGTERM)
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._kill()
        if self._process.stdout:
            self._process.stdout.close()
        if self._temporary:
            self._temporary.cleanup()

    @property
    def alive(self) -> bool:
        """Whether the child can take another call."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """The end of what the child and its libraries printed."""
        try:
            with (self.scratch / f"{self.kind}.log").open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 20_000))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    @property
    def _stdin(self) -> BinaryIO:
        if self._process.stdin is None:
            raise errors.BugError("the child has no stdin")
        return self._process.stdin  # type: ignore[return-value]

    def _wait_ready(self) -> dict[str, str]:
        if self._ready:
            return {}
        if self._refused is not None:
            raise self._refused
        try:
            started = self._read_as(START, self._answer(START, LIMITS.worker_start_seconds, None), Started)
        except errors.EspalierError as problem:
            self._refused = problem  # it ends after that, and has no more to say
            raise
        self._ready, self.walls = True, started.walls
        return started.versions

    def _read_as(self, method: str, value: object, kind: type[Value]) -> Value:
        try:
            return read_as(value, kind)
        except msgspec.ValidationError as problem:
            raise self._nonsense(method, str(problem)) from None

    def _nonsense(self, method: str, what: str) -> errors.BugError:
        return errors.BugError(
            f"the {self.kind} process answered `{method}` with something else: {what}",
            supported="the answer that this version of Espalier agreed on with its own process",
            next_step="please report this with the log; its last words: " + self._last_words(),
        )

    def _answer(
        self,
        method: str,
        seconds: float,
        on_progress: Callable[[float, float, str], None] | None,
        on_kept: Callable[[str, bytes], None] | None = None,
    ) -> Any:
        while True:
            try:
                frame = read_frame(partial(self._read, method, time.monotonic() + seconds, seconds))
            except (msgspec.MsgspecError, ValueError, TypeError) as problem:
                self._kill()  # where its next frame would begin is not known
                raise self._nonsense(method, str(problem)) from None
            if frame is None:
                raise self._died(method)
            if isinstance(frame, Progress):
                if on_progress:
                    on_progress(frame.done, frame.total, frame.text)
            elif isinstance(frame, Kept):
                if on_kept:
                    on_kept(frame.name, frame.data)
            elif isinstance(frame, Result):
                return frame.value
            elif isinstance(frame, Failure):
                raise self._raised(method, frame)

    def _read(self, method: str, deadline: float, seconds: float, count: int) -> bytes:
        descriptor = self._process.stdout.fileno()  # type: ignore[union-attr]
        while len(self._buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                self._kill()
                raise errors.WorkerError(
                    f"the {self.kind} process did not finish `{method}` within {seconds:g} seconds "
                    "in which it gave no sign",
                    next_step="the input is too large or makes a library hang; try a smaller one",
                )
            chunk = os.read(descriptor, max(65_536, min(count - len(self._buffer), 1 << 24)))
            if not chunk:
                break
            self._buffer += chunk
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _died(self, method: str) -> errors.EspalierError:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._kill()
            code = -signal.SIGKILL
        full = _is_full(self.scratch)
        if full:
            return full
        if code == -signal.SIGXCPU:
            return errors.ModelRefusedError(
                f"the {self.kind} process used the time that a file of this size explains, and `{method}` had no end",
                supported="a whole Keras model file (.keras or .h5)",
                next_step="the file is damaged: copy or save the model again",
            )
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        if method == START:
            return errors.ToolMissingError(
                f"the {self.kind} process {how} before it was ready",
                supported="the packages that `espalier doctor` lists, on a processor that they were built for",
                next_step="espalier doctor; its last words: " + self._last_words(),
            )
        return errors.WorkerError(
            f"the {self.kind} process {how} during `{method}`",
            next_step="the input crashed a library or broke the memory limit; its last words: "
            + self._last_words(),
        )

    def _last_words(self) -> str:
        return shown((self.log.strip().splitlines() or ["(none)"])[-1], 300)

    def _raised(self, method: str, frame: Failure) -> errors.EspalierError:
        kind = getattr(errors, frame.kind, None)
        if isinstance(kind, type) and issubclass(kind, errors.EspalierError):
            return kind(frame.found, supported=frame.supported, next_step=frame.next_step)
        if frame.kind == "MemoryError":
            return errors.WorkerError(
                f"the {self.kind} process ran out of its memory limit during `{method}`",
                next_step="the input is too large for this machine",
            )
        full = _is_full(self.scratch)
        if full:
            return full
        problem = errors.BugError(
            f"{frame.kind} in the {self.kind} process during `{method}`: {frame.found}",
            next_step="please report this with the log",
        )
        problem.__notes__ = [frame.trace]
        return problem

    def _environment(self) -> dict[str, str]:
        """A near-empty environment: no credentials or proxies reach a child."""
        kept = {k: v for k, v in os.environ.items() if k in _KEPT or k.startswith(_KEPT_PREFIXES)}
        package_root = str(Path(__file__).resolve().parents[2])
        return kept | {
            "PYTHONPATH": package_root,
            "PYTHONHASHSEED": "0",
            "PYTHONNOUSERSITE": "1",
            "PYTHONUTF8": "1",
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "KERAS_HOME": str(self.scratch),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "CUDA_VISIBLE_DEVICES": "",
        }

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, which: signal.Signals) -> None:
        """To the child and whatever it started: it leads a process group of its own."""
        try:
            os.killpg(self._process.pid, which)
        except (ProcessLookupError, PermissionError):
            self._process.send_signal(which)
