"""Progress of a long step inside a child process: `report(done, total, text)` reaches the parent's callback."""

from __future__ import annotations

import threading
from collections.abc import Callable

Sink = Callable[[float, float, str], None]
_sinks: list[Sink] = []
_lock = threading.Lock()


def set_sink(sink: Sink) -> None:
    """Where this process's progress goes; set once, when a child starts."""
    _sinks[:] = [sink]


def report(done: float, total: float, text: str = "") -> None:
    """Tell the parent how far a step is, from any thread; does nothing outside a child process."""
    with _lock:
        for sink in _sinks:
            sink(done, total, text)
