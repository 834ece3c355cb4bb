"""Child processes that a build starts ahead of their first call."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from espalier.errors import WorkerError
from espalier.stages import workshop
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.terminal import Progress


class Recorded:
    """A worker that records when it is started and when its imports are waited for."""

    events: ClassVar[list[str]] = []
    broken = ""
    alive = True
    walls = None

    def __init__(self, kind: str, *, scratch: Path, **options: Any) -> None:
        self.kind = kind
        Recorded.events.append(f"start {kind}")

    def wait_ready(self) -> None:
        if self.kind == Recorded.broken:
            raise WorkerError(f"{self.kind} died")
        Recorded.events.append(f"ready {self.kind}")

    def close(self, **_: Any) -> None:
        Recorded.events.append(f"close {self.kind}")


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(workshop, "Worker", Recorded)
    Recorded.events, Recorded.broken = [], ""
    return Recorded.events


def run(tmp_path: Path) -> None:
    with Workshop(Store(tmp_path), Progress(quiet=True)) as shop:
        shop.start_in_turn(("quantizer", ""), ("tflite-runtime", "time-int8"))
        shop._pool.shutdown(wait=True)
        assert shop.worker("quantizer") is shop.worker("quantizer", "")


def test_each_process_starts_when_the_one_before_has_done_its_imports(
    recorded: list[str], tmp_path: Path
) -> None:
    run(tmp_path)
    assert recorded == [
        "start quantizer", "ready quantizer", "start tflite-runtime", "ready tflite-runtime",
        "close quantizer", "close tflite-runtime",
    ]  # fmt: skip


def test_a_process_that_cannot_start_ends_neither_the_build_nor_is_it_forgotten(
    recorded: list[str], tmp_path: Path
) -> None:
    Recorded.broken = "quantizer"
    run(tmp_path)
    assert recorded == ["start quantizer", "close quantizer"]


def test_a_process_that_is_released_is_ended_at_once_and_its_memory_is_free(recorded: list[str], tmp_path: Path) -> None:
    """TensorFlow's process held its gigabyte to the end of a build that had its last model."""
    with Workshop(Store(tmp_path), Progress(quiet=True)) as shop:
        for kind in ("tensorflow", "quantizer", "litert-runtime"):
            shop.worker(kind)
        shop.release("tensorflow", "legacy")
        assert recorded[-1] == "close tensorflow"
        shop.worker("tensorflow")
        assert recorded[-1] == "start tensorflow", "whoever needs one gets another"
    assert sorted(recorded[-3:]) == ["close litert-runtime", "close quantizer", "close tensorflow"]
