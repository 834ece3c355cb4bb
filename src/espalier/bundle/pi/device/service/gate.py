"""How many may work and wait at a time, so that load makes answers late at most, never memory full."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class BusyError(Exception):
    """There is no place, or the time is over; `seconds`: when to come again."""

    seconds = 1


class Gate:
    """`workers` at a time hold a turn; with them at most `queue` more have a place."""

    def __init__(self, workers: int, queue: int) -> None:
        self.workers, self.places = workers, workers + queue
        self._inside = 0
        self._working = 0
        self._state = threading.Lock()
        self._free = threading.Condition(self._state)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue, or BusyError at once."""
        with self._state:
            if self._inside >= self.places:
                raise BusyError
            self._inside += 1
        try:
            yield
        finally:
            with self._state:
                self._inside -= 1

    @contextmanager
    def turn(self, until: float) -> Iterator[None]:
        """A turn to work, or BusyError when none comes until this monotonic time."""
        with self._state:
            while self._working >= self.workers:
                left = until - time.monotonic()
                if left <= 0:
                    self._free.notify()  # who is woken and gives up passes it on
                    raise BusyError
                self._free.wait(left)
            self._working += 1
        try:
            yield
        finally:
            with self._state:
                self._working -= 1
                self._free.notify()

    @property
    def working(self) -> int:
        """How many hold a turn."""
        return self._working

    @property
    def waiting(self) -> int:
        """How many have a place and no turn."""
        return max(0, self._inside - self._working)
