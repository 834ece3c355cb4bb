"""Where a build works: its scratch folder, its child processes (started when first needed), its stored results.

Also the one place that times stages and tells the progress line about them.
"""

from __future__ import annotations

import functools
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from ..errors import BugError, EspalierError
from ..rows import StageRow
from ..scratch import Scratch, clear_abandoned
from ..store import Latest, Parts, Store, key_of
from ..store_limit import DEFAULT_BYTES, limit_bytes
from ..terminal import Progress
from ..visible import size_text
from ..walls.held import Walls, in_words
from ..worker import Kind
from ..worker.client import Worker
from .installed import installed_versions

T = TypeVar("T")

PINNED = (
    "ai-edge-litert",
    "keras",
    "litert-quantizer",
    "numpy",
    "pillow",
    "tensorflow",
    "tensorflow-model-optimization",
    "tf-keras",
    "tflite-runtime",
)
"""Packages whose version is part of every stored result's key."""


RESTARTED: frozenset[Kind] = frozenset({"quantizer", "litert-runtime", "tflite-runtime"})
"""Kinds of child processes that keep nothing between calls."""


@functools.cache
def versions() -> dict[str, str]:
    """Versions of the packages that results depend on, and a digest of our own source files."""
    found = installed_versions(PINNED)
    root = Path(__file__).parents[1]
    own = hashlib.sha256()
    for path in sorted(
        p for p in root.rglob("*") if p.suffix in (".py", ".c", ".h", ".toml", ".jar", ".class", ".j2")
    ):
        own.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    found["espalier-source"] = own.hexdigest()
    return found


class Workshop:
    """Child processes, scratch folder, store and stage clock of one build; a context manager."""

    def __init__(self, store: Store, progress: Progress, *, fresh: bool = False, timed: bool = True) -> None:
        self.store = store
        self.timed = timed
        """Whether latency is measured: not where other builds run beside this one, or on a machine of a cluster."""
        self._fresh = fresh
        self.progress = progress
        clear_abandoned()
        self._temporary = Scratch()
        self.scratch = self._temporary.path
        self._workers: dict[str, Worker] = {}
        self._reads: dict[tuple[Kind, str], set[Path]] = {}
        self._walls: list[Walls] = []
        self._lock = threading.Lock()
        self._closed = False
        self._pool = ThreadPoolExecutor(max_workers=8)
        self._seconds: dict[str, float] = {}
        self._ran: dict[str, bool] = {}
        self._made: set[str] = set()
        self._kept: dict[str, dict[str, bytes]] = {}

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        # First no new children, then the end of those that run: threads that wait for them end with them.
        with self._lock:
            self._closed = True
            workers = list(self._workers.values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close(kill=True)
        self._pool.shutdown(wait=True)
        self.progress.close()
        self._temporary.cleanup()
        self.store.close()

    def worker(self, kind: Kind, errand: str = "") -> Worker:
        """The running child process of a kind, started at the first call; `errand` is what a process of its own does. One of
        RESTARTED that a model ended is replaced: what failed is said by the call that it failed in."""
        with self._lock:
            if self._closed:
                raise BugError("the build is over")
            name = f"{kind}-{errand}"
            known = self._workers.get(name)
            if known is None or (kind in RESTARTED and not known.alive):
                folder = self.scratch / name
                folder.mkdir(exist_ok=True)
                reads = (self.scratch, *self._reads.get((kind, errand), ()))
                self._workers[name] = Worker(kind, scratch=folder, reads=reads)
            return self._workers[name]

    def may_read(self, kind: Kind, path: Path, errand: str = "") -> None:
        """A file or folder of the user's that a child process will be asked to read; said before it is started, because its
        walls only ever close."""
        with self._lock:
            self._reads.setdefault((kind, errand), set()).add(path)

    def release(self, *kinds: Kind) -> None:
        """End the child processes of kinds that this build does not call again: what they hold is free for others."""
        with self._lock:
            ended = [worker for worker in self._workers.values() if worker.kind in kinds]
            self._walls += [worker.walls for worker in ended if worker.walls is not None]
            self._workers = {name: worker for name, worker in self._workers.items() if worker.kind not in kinds}
        for worker in ended:
            worker.close(kill=True)

    def start_in_turn(self, *workers: tuple[Kind, str]) -> None:
        """Start child processes (kind, errand) ahead of their first call, each when the one before has done its imports.

        Imports then overlap what runs now without taking more than one core from it.
        """

        def start() -> None:
            # A process that cannot start says so at its first call, where someone waits for it.
            with suppress(EspalierError):
                for kind, errand in workers:
                    self.worker(kind, errand).wait_ready()

        self.submit(start)

    def submit(self, work: Callable[..., T], *arguments: Any, **named: Any) -> Future[T]:
        """Run `work` in a thread (it mostly waits for a child process)."""
        return self._pool.submit(work, *arguments, **named)

    def stored(
        self, name: str, inputs: Mapping[str, Any], run: Callable[[], dict[str, bytes]]
    ) -> dict[str, bytes]:
        """The files of a stage's result: read back when all inputs are as they were, else made by `run` and stored."""
        key = key_of(name, {**inputs, "versions": versions()})
        stage = name.partition("/")[0]
        with self._lock:
            known = key in self._made
            found = self._kept.get(key)
        if found is None and (known or not self._fresh):
            found = self.store.get(key)
        if found is not None:
            if not known:
                self._ran.setdefault(stage, False)
            return found
        self._ran[stage] = True
        files = run()
        stored = self.store.put(key, files, replace=self._fresh)
        with self._lock:
            self._made.add(key)
            if not stored:  # what this build made, it need not make again, whatever the store is good for
                self._kept[key] = files
        return files

    def parts(self, name: str, inputs: Mapping[str, Any]) -> Parts:
        """Results on the way to that of `stored` with the same name and inputs; those of an earlier build, unless fresh."""
        return Parts(
            self.store, key_of(f"{name}/parts", {**inputs, "versions": versions()}), fresh=self._fresh
        )

    def latest(self, name: str, inputs: Mapping[str, Any]) -> Latest:
        """The newest state on the way to that of `stored` with the same name and inputs; of an earlier build, unless fresh."""
        return Latest(self.store, key_of(f"{name}/latest", {**inputs, "versions": versions()}), fresh=self._fresh)

    def is_stored(self, name: str, inputs: Mapping[str, Any]) -> bool:
        """Whether `stored` would read back."""
        return (
            not self._fresh and self.store.get(key_of(name, {**inputs, "versions": versions()})) is not None
        )

    def warnings(self) -> tuple[str, ...]:
        """What the user should know of the build, beside its result."""
        _, wrong = limit_bytes()
        said = (f"{wrong}; the store is kept under {size_text(DEFAULT_BYTES)}",) if wrong else ()
        if not self.store.trouble:
            return said
        return (
            *said,
            f"the store of results cannot be used: {self.store.trouble}; the build goes on without it, and the next "
            "one runs the same stages again",
        )

    def confinement(self) -> str:
        """What holds the child processes of this build that are ready, in a line."""
        with self._lock:
            self._walls += [worker.walls for worker in self._workers.values() if worker.walls is not None]
            return in_words(self._walls) if self._walls else "no process was started"

    def plan(self, stages: Iterable[str], recipe: Path) -> None:
        """Tell the progress line what will run, with the seconds each stage took in this recipe's last build."""
        known = self.store.get(_seconds_key(recipe))
        self.progress.plan(list(stages), unpack(known["seconds"], dict[str, float]) if known else {})

    def remember(self, recipe: Path) -> None:
        """Keep the seconds of the stages that ran, for the next build's estimate of the time left."""
        key = _seconds_key(recipe)
        known = self.store.get(key)
        before = unpack(known["seconds"], dict[str, float]) if known else {}
        ran = {name: seconds for name, seconds in self._seconds.items() if self._ran.get(name, True)}
        self.store.put(key, {"seconds": pack(before | ran)}, replace=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage as the user sees it; a stage may be entered several times."""
        self.progress.step(name, 0, 1)
        started = time.monotonic()
        yield
        self._seconds[name] = self._seconds.get(name, 0.0) + time.monotonic() - started
        self._ran.setdefault(name, True)

    def ended(self, name: str, text: str = "") -> None:
        """Say that a stage has ended."""
        self.progress.end(name, self._seconds.get(name, 0.0), not self._ran.get(name, True), text)

    def stage_rows(self) -> tuple[StageRow, ...]:
        """Every stage so far, in order."""
        return tuple(
            StageRow(name=name, seconds=round(seconds, 3), reused=not self._ran.get(name, True))
            for name, seconds in self._seconds.items()
        )


def _seconds_key(recipe: Path) -> str:
    return key_of("seconds", {"recipe": os.fsencode(os.path.realpath(recipe)).hex()})


def pack(value: Any) -> bytes:
    """A stage's plain result as bytes for the store."""
    return msgspec.msgpack.encode(value)


def unpack(data: bytes, kind: type[T]) -> T:
    """The inverse of `pack`; arrays in the file come back as tuples or lists as `kind` says."""
    return msgspec.msgpack.decode(data, type=kind)
