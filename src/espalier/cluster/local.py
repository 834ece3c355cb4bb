"""Jobs in processes of this machine: as many at once as are wished and as its memory holds."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence

from .jobs import Answer, Job, refused
from .memory import available_bytes
from .process import Running

USUAL_BYTES = 2 << 30
"""What a job is taken to need before one has ended: a build of a small network takes 1.5 to 2 GB in all its processes."""

Progress = Callable[[Job, float, str], None]
"""A job, how far it is (0 to 1), and what it does."""


class _Pool:
    def __init__(self, told: Progress) -> None:
        self._told = told
        self.ended: queue.Queue[tuple[Job, Answer]] = queue.Queue()
        self.running: dict[str, Running | None] = {}
        self._largest = 0
        self._lock = threading.Lock()
        self._closed = False

    def start(self, job: Job) -> None:
        self.running[job.name] = None
        threading.Thread(target=self._run, args=(job,), daemon=True).start()

    def _run(self, job: Job) -> None:
        try:
            with self._lock:
                if self._closed:
                    return
                running = self.running[job.name] = Running(job)
            answer = running.done(lambda share, text: self._told(job, share, text))
        except Exception as problem:  # no process could be started: this job's answer
            answer = Answer(refused=refused(problem))
        self.ended.put((job, answer))

    def next(self) -> tuple[Job, Answer]:
        job, answer = self.ended.get()
        del self.running[job.name]
        self._largest = max(self._largest, answer.peak_bytes)
        return job, answer

    def has_room(self) -> bool:
        """Whether memory is left for one more when all that run have grown to what a job needs."""
        left = available_bytes()
        need = self._largest or USUAL_BYTES
        growing = sum(max(0, need - (one.bytes_now if one else 0)) for one in self.running.values())
        return left is None or left - growing >= need

    def close(self) -> None:
        with self._lock:
            self._closed = True
            alive = [running for running in self.running.values() if running is not None]
        for running in alive:
            running.stop()
        for _ in alive:
            self.ended.get()


def run_here(jobs: Sequence[Job], *, workers: int, told: Progress) -> Iterator[tuple[Job, Answer]]:
    """Each job with its answer, as they end; names are unique. Jobs that want to be alone run last, one by one.

    Closing the iterator ends what runs.
    """
    beside, alone = [job for job in jobs if not job.alone], [job for job in jobs if job.alone]
    pool = _Pool(told)
    try:
        waiting = list(beside)
        while waiting or pool.running:
            while waiting and len(pool.running) < workers and (not pool.running or pool.has_room()):
                pool.start(waiting.pop(0))
            yield pool.next()
        for job in alone:
            pool.start(job)
            yield pool.next()
    finally:
        pool.close()
