"""One job in a process of its own, which leads a session: whatever ends it ends that job alone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

from ..errors import BugError, WorkerError
from ..scratch import Scratch
from ..visible import shown
from ..worker.protocol import Call, Failure, Progress, Result, read_frame, write_frame
from .jobs import Answer, Job, Refused, Told, refused
from .memory import tree_bytes

SAMPLE_SECONDS = 1.0
"""How often the memory of the processes is looked at."""

GRACE_SECONDS = 10.0
"""What a process that is asked to end has to clean up."""


class Running:
    """A job that runs; `done` waits for its answer, `stop` ends it from another thread. `where`: paths that the job names ->
    where they lie on this machine."""

    def __init__(self, job: Job, *, where: dict[str, str] | None = None) -> None:
        self.job = job
        self._where = where or {}
        self.bytes_now = self.peak_bytes = 0
        self._stopped = threading.Event()
        self._started = self._looked = time.monotonic()
        self._scratch = Scratch()
        self._log = self._scratch.path / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "espalier.cluster"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(),
                start_new_session=True,
            )
        self._buffer = bytearray()

    def done(self, told: Told) -> Answer:
        """The answer; never raises for what the job does."""
        try:
            return self._answer(told)
        finally:
            self._end()

    def stop(self) -> None:
        """End the job; `done` then answers that it was stopped."""
        self._stopped.set()
        self._signal(signal.SIGTERM)

    def _answer(self, told: Told) -> Answer:
        stdin = self._process.stdin
        try:
            if stdin is not None:
                write_frame(stdin, Call(self.job.kind, [self.job.asked, self._where]))  # type: ignore[arg-type]
            while True:
                frame = read_frame(self._read)
                if isinstance(frame, Progress):
                    told(frame.done, frame.text)
                elif isinstance(frame, Result):
                    return self._told(files=msgspec.convert(frame.value, dict[str, bytes]))
                elif isinstance(frame, Failure):
                    texts = {"found": frame.found, "supported": frame.supported, "next_step": frame.next_step}
                    return self._told(refused=Refused(kind=frame.kind, **texts))
                else:
                    return self._told(refused=self._died())
        except BrokenPipeError:
            return self._told(refused=self._died())
        except (msgspec.MsgspecError, BugError) as problem:
            return self._told(refused=refused(problem))

    def _told(self, **found: object) -> Answer:
        seconds = round(time.monotonic() - self._started, 3)
        return msgspec.convert({**found, "seconds": seconds, "peak_bytes": self.peak_bytes}, Answer)

    def _read(self, count: int) -> bytes:
        descriptor = self._process.stdout.fileno()  # type: ignore[union-attr]
        while len(self._buffer) < count:
            if time.monotonic() - self._looked > SAMPLE_SECONDS:
                self._look()
            if not select.select([descriptor], [], [], SAMPLE_SECONDS)[0]:
                continue
            chunk = os.read(descriptor, max(65_536, min(count - len(self._buffer), 1 << 24)))
            if not chunk:
                break
            self._buffer += chunk
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _look(self) -> None:
        self._looked = time.monotonic()
        self.bytes_now = tree_bytes(self._process.pid)
        self.peak_bytes = max(self.peak_bytes, self.bytes_now)

    def _died(self) -> Refused:
        if self._stopped.is_set():
            return Refused(kind="WorkerError", found="stopped before it had ended")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.poll()
        how = f"was ended by {signal.Signals(-code).name}" if code is not None and code < 0 else f"ended with status {code}"
        with contextlib.suppress(OSError):
            words = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            how += f"; its last words: {shown(words[0], 200)}" if words else ""
        return refused(
            WorkerError(
                f"the process of this job {how}",
                next_step="where memory ran out (SIGKILL), fewer --workers; run again: what is done is kept",
            )
        )

    def _end(self) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._scratch.cleanup()

    def _signal(self, which: signal.Signals) -> None:
        """To the process, and to what is left of its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, which)


def _environment() -> dict[str, str]:
    """This process's, with our own package on the path, without what a cluster's nanny sets for libraries' threads: a job
    computes the same wherever it runs."""
    kept = {name: value for name, value in os.environ.items() if name not in _THREADS}
    root = str(Path(__file__).resolve().parents[2])
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def perform(job: Job, told: Told) -> Answer:
    """Do one job in a process of its own."""
    return Running(job).done(told)
