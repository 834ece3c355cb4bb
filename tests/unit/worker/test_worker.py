from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from misbehaving_side import Do, Ranges

from espalier.errors import BugError, ModelRefusedError, WorkerError
from espalier.worker import SIDES
from espalier.worker.ask import answer_of, calls_of
from espalier.worker.client import Worker


class Misbehaving(Worker):
    entry = "misbehaving_side"

    def __init__(self) -> None:
        super().__init__("misbehaving")

    def call(
        self, method: str, *, seconds: float = 60.0, on_progress: Callable[[float, float, str], None] | None = None, **named: Any
    ) -> Any:
        return self.ask(Do(method=method, arguments=named), seconds=seconds, on_progress=on_progress)

    def _environment(self) -> dict[str, str]:
        kept = super()._environment()
        return kept | {"PYTHONPATH": kept["PYTHONPATH"] + os.pathsep + str(Path(__file__).parent)}


@pytest.fixture
def worker() -> Iterator[Misbehaving]:
    with Misbehaving() as child:
        yield child


@pytest.fixture(scope="module")
def shared() -> Iterator[Misbehaving]:
    with Misbehaving() as child:
        yield child


def test_plain_data_and_arrays_cross_unchanged(shared: Misbehaving) -> None:
    value = {"a": [1, 2.5, None, True, "ü"], "b": b"\x00\xff", "c": {"d": -(2**40)}}
    assert shared.call("echo", value=value) == value
    for array in (np.arange(6, dtype=np.int8).reshape(2, 3), np.zeros((0, 4), np.float32), np.float64(3.5)):
        np.testing.assert_array_equal(shared.call("echo", value=array), array)
    doubled = shared.call("double", array=np.arange(5, dtype=np.int32)[::-1])
    np.testing.assert_array_equal(doubled, [8, 6, 4, 2, 0])


def test_progress_reaches_the_callback(shared: Misbehaving) -> None:
    seen: list[tuple[float, float, str]] = []
    shared.call("echo", value=1, on_progress=lambda d, t, s: seen.append((d, t, s)))
    assert seen == [(1.0, 2.0, "half")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"a": [0.0]}, "length 2"),
        ({"a": "wide"}, "Expected `array`, got `str`"),
        ([1, 2], "Expected `object`, got `array`"),
        (None, "Expected `object`, got `null`"),
    ],
)
def test_an_answer_that_is_not_what_the_call_promises_is_our_error_in_three_parts(
    shared: Misbehaving, answer: Any, said: str
) -> None:
    with pytest.raises(BugError, match="answered `ranges` with something else") as caught:
        shared.ask(Ranges(answer=answer))
    assert said in caught.value.found and caught.value.supported and "report" in caught.value.next_step
    assert shared.ask(Ranges(answer={"a": [0, 1.5]})) == {"a": (0.0, 1.5)}


def test_bytes_that_are_no_frame_are_our_error_and_end_the_child(worker: Misbehaving) -> None:
    with pytest.raises(BugError, match="with something else"):
        worker.call("write_nonsense")
    assert not worker.alive


def test_every_process_answers_its_calls_with_what_they_promise() -> None:
    for side in SIDES.values():
        for call, handler in calls_of(import_module(side).handlers()).values():
            assert get_type_hints(handler)["return"] == answer_of(call), call.__name__


def test_our_errors_cross_whole(shared: Misbehaving) -> None:
    with pytest.raises(ModelRefusedError) as caught:
        shared.call("refuse")
    assert (caught.value.found, caught.value.supported, caught.value.next_step) == (
        "found",
        "supported",
        "next",
    )


def test_another_exception_is_a_bug_with_the_childs_trace(shared: Misbehaving) -> None:
    with pytest.raises(BugError, match="ZeroDivisionError") as caught:
        shared.call("fail")
    assert "in fail" in caught.value.__notes__[0]
    with pytest.raises(BugError, match="does not cross"):
        shared.call("give_object")
    assert shared.call("echo", value=1) == 1


def test_noise_of_libraries_goes_to_the_log_only(shared: Misbehaving, capfd: pytest.CaptureFixture[str]) -> None:
    assert shared.call("shout") == 1
    assert "last words" in shared.log
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("start_program", "may not do subprocess"),
        ("shell", "may not do os.system"),
        ("fork", "may not do os.fork"),
    ],
)
def test_a_child_starts_no_program(shared: Misbehaving, method: str, words: str) -> None:
    with pytest.raises(BugError, match=words):
        shared.call(method)


def test_a_child_writes_only_into_its_scratch_folder(shared: Misbehaving, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    for method, arguments in (
        ("write", {"path": str(canary)}),
        ("write", {"path": str(tmp_path / "new")}),
        ("remove", {"path": str(canary)}),
        ("rename", {"old": str(canary), "new": str(shared.scratch / "x")}),
        ("write", {"path": str(shared.scratch / ".." / "escaped")}),
    ):
        with pytest.raises(BugError, match="may not write"):
            shared.call(method, **arguments)
    assert canary.read_text() == "alive"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["canary"]
    shared.call("write", path=str(shared.scratch / "inside"))
    assert (shared.scratch / "inside").read_text() == "escaped"


def test_a_link_out_of_the_scratch_folder_does_not_help(shared: Misbehaving, tmp_path: Path) -> None:
    (shared.scratch / "link").symlink_to(tmp_path)
    with pytest.raises(BugError, match="may not write"):
        shared.call("write", path=str(shared.scratch / "link" / "x"))
    assert list(tmp_path.iterdir()) == []


def test_a_child_reaches_no_network_not_even_this_machine(shared: Misbehaving) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(BugError, match="may not do socket"):
            shared.call("connect", port=server.getsockname()[1])
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_child_sees_no_secrets_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    with Misbehaving() as child:
        seen = child.call("environment")
    assert not {"AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY"} & seen.keys()
    assert seen["HOME"] == str(child.scratch)


def test_memory_beyond_the_limit_is_refused_as_too_large(worker: Misbehaving) -> None:
    with pytest.raises(WorkerError, match="memory limit"):
        worker.call("allocate")


def test_a_file_beyond_the_limit_is_not_written(worker: Misbehaving) -> None:
    with pytest.raises((BugError, WorkerError)):
        worker.call("fill_disk", path=str(worker.scratch / "huge"))


def test_a_crash_is_told_with_its_signal_and_the_last_words(worker: Misbehaving) -> None:
    worker.call("shout")
    with pytest.raises(WorkerError, match="SIGSEGV during `do`") as caught:
        worker.call("crash")
    assert "more noise" in str(caught.value) or "last words" in str(caught.value)
    assert caught.value.exit_code == 3
    assert not worker.alive


def test_a_child_that_leaves_is_told_with_its_status(worker: Misbehaving) -> None:
    with pytest.raises(WorkerError, match="ended with status 3"):
        worker.call("leave")


def test_a_file_that_keeps_its_reader_busy_is_refused_when_its_processor_time_is_used_up(worker: Misbehaving) -> None:
    with pytest.raises(ModelRefusedError, match="had no end") as caught:
        worker.call("spin")
    assert "the file is damaged" in str(caught.value)
    assert not worker.alive


def test_a_hang_is_ended_at_the_time_limit(worker: Misbehaving) -> None:
    started = time.monotonic()
    with pytest.raises(WorkerError, match=r"did not finish `do` within 0\.3 seconds"):
        worker.call("loop", seconds=0.3)
    assert time.monotonic() - started < 5
    assert not worker.alive


def test_a_call_that_reports_progress_may_take_longer_than_the_limit_of_silence(worker: Misbehaving) -> None:
    """Calls over an hour were killed however well they went on."""
    assert worker.call("report_slowly", seconds=1.0, times=8, pause=0.25) == 8
    with pytest.raises(WorkerError, match=r"did not finish `do` within 0\.3 seconds in which it gave no sign"):
        worker.call("report_slowly", seconds=0.3, times=1, pause=30.0)


def test_progress_from_many_threads_arrives_whole(shared: Misbehaving) -> None:
    seen: list[float] = []
    assert shared.call("report_from_threads", on_progress=lambda done, total, text: seen.append(done)) == "done"
    assert sorted(seen) == sorted(float(number) for number in range(400))


def test_the_child_dies_with_its_parent() -> None:
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from test_worker import Misbehaving\n"
        "w = Misbehaving(); w.wait_ready(); print(w._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(Path(__file__).parent)], stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(child):
        time.sleep(0.02)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(BugError, match="no worker"):
        Worker("nonsense")
