"""Progress of a long step inside a child process: what `report` and `keep` are given reaches the parent's callbacks."""

from __future__ import annotations

import threading
from collections.abc import Callable

Sink = Callable[[float, float, str], None]
KeepSink = Callable[[str, bytes], None]
_sinks: list[Sink] = []
_keep_sinks: list[KeepSink] = []
_lock = threading.Lock()


def set_sink(sink: Sink, keep_sink: KeepSink) -> None:
    """Where this process's progress and its results on the way go; set once, when a child starts."""
    _sinks[:], _keep_sinks[:] = [sink], [keep_sink]


def report(done: float, total: float, text: str = "") -> None:
    """Tell the parent how far a step is, from any thread; does nothing outside a child process."""
    with _lock:
        for sink in _sinks:
            sink(done, total, text)


def keep(name: str, data: bytes) -> None:
    """Give the parent a result on the way, which outlives this process; does nothing outside a child process."""
    with _lock:
        for sink in _keep_sinks:
            sink(name, data)
