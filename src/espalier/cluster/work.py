"""What runs on a worker of a cluster: it takes data, tells what it computes with, and does jobs in processes of their own."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import msgspec

from ..errors import EspalierError
from ..store import Store
from .data import Plan, Shelf
from .jobs import Answer, Job, refused
from .probe import PROBE, Probe, probe_answer
from .process import Running

SHELF = Shelf()
"""Of this worker's process."""

WATCH_SECONDS = 1.0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A job with the plans of the data that it reads, and the probe of the machine that asks."""

    job: Job
    plans: tuple[Plan, ...]
    probe: Probe


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an order; or what the worker lacks first; or why it cannot take it."""

    answer: Answer | None = None
    missing: tuple[str, ...] = ()
    differs: str = ""
    worker: str = ""


def probe() -> bytes:
    """This machine's probe as an Answer (msgpack)."""
    return msgspec.msgpack.encode(probe_answer())


def lacking(plans: bytes) -> list[str]:
    """The pieces of plans (msgpack) that are not here."""
    store = Store.default()
    known = msgspec.msgpack.decode(plans, type=list[Plan])
    return sorted({digest for plan in known for digest in SHELF.lacks(plan, store)})


def keep(digest: str, data: bytes) -> None:
    """Take a piece of data."""
    SHELF.keep(digest, data, Store.default())


def perform(order: bytes) -> bytes:
    """Do a job: an Order becomes a Reply (both msgpack). Never raises."""
    from distributed import get_worker  # type: ignore[attr-defined,unused-ignore]

    worker = get_worker()
    asked = msgspec.msgpack.decode(order, type=Order)
    try:
        own = probe_answer()
        if own.refused is not None:
            return _reply(worker, differs=own.refused.found)
        differs = asked.probe.differs(msgspec.json.decode(own.files[PROBE], type=Probe))
        if differs:
            return _reply(worker, differs=differs)
        store = Store.default()
        absent = {digest for plan in asked.plans for digest in SHELF.lacks(plan, store)}
        if absent:
            return _reply(worker, missing=tuple(sorted(absent)))
        where = {plan.path: SHELF.place(plan, store) for plan in asked.plans}
        answer = _watched(worker, Running(asked.job, where=where))
    except (EspalierError, OSError, MemoryError) as problem:
        answer = Answer(refused=refused(problem))
    return _reply(worker, answer=msgspec.structs.replace(answer, where=str(worker.address)))


def _reply(worker: Any, **found: Any) -> bytes:
    return msgspec.msgpack.encode(Reply(worker=str(worker.address), **found))


def _watched(worker: Any, running: Running) -> Answer:
    """The answer of a job, which ends when nobody waits for it any more."""
    ended = threading.Event()
    key = worker.get_current_task()

    def watch() -> None:
        while not ended.wait(WATCH_SECONDS):
            with contextlib.suppress(Exception):  # how a worker keeps its tasks is its own business
                task = worker.state.tasks.get(key)
                if task is None or task.state in ("cancelled", "released", "forgotten"):
                    running.stop()
                    return

    threading.Thread(target=watch, daemon=True).start()
    try:
        return running.done(lambda share, text: None)
    finally:
        ended.set()
