from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import termios
import time
from collections.abc import Callable

import pytest

from espalier.stages.expectation import expected_seconds
from espalier.terminal import Progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_in_ci() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.plan(["load", "prune"], {})
    progress.step("load", 1, 2, "half")
    progress.end("load", 1.25, False, "12 layers")
    progress.end("prune", 0.0, True)
    progress.close()
    assert stream.getvalue() == "  load       12 layers, 1.2 s\n  prune      stored result\n"


def test_a_terminal_sees_one_redrawn_line_with_the_time_left() -> None:
    screen = Screen()
    progress = Progress(screen)
    progress.plan(["load", "prune"], {"load": 10, "prune": 30})
    progress.step("load", 1, 2, "half")
    assert "about 35 s left" in screen.getvalue()
    assert "12%" in screen.getvalue()
    progress.end("load", 10, False)
    progress.close()
    assert screen.getvalue().endswith("\r")


@pytest.mark.parametrize(("columns", "most"), [(60, 59), (200, 110), (0, 110)])
def test_the_line_fits_the_terminal(columns: int, most: int) -> None:
    """One character more and the terminal breaks the line: then what is taken back is its second half only."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with open(slave, "w", encoding="utf-8") as stream:
        progress = Progress(stream)
        progress.plan(["quantize"], {"quantize": 10})
        progress.step("quantize", 1, 2, "a step with a long name " * 8)
        progress.close()
        drawn = os.read(master, 4_096).decode()
    os.close(master)
    assert re.search(r"about \d+ s left", drawn)
    assert max(len(piece) for piece in re.split("[\r\n]", drawn)) == most


def test_quiet_prints_nothing() -> None:
    screen = Screen()
    progress = Progress(screen, quiet=True)
    progress.plan(["load"], {})
    progress.step("load", 1, 2)
    progress.end("load", 1, False)
    progress.close()
    assert screen.getvalue() == ""


def test_the_time_left_never_rises_with_progress() -> None:
    progress = Progress(io.StringIO())
    progress.plan(["a", "b"], {"a": 5, "b": 5})
    left = [progress.seconds_left()]
    for done in range(5):
        progress.step("a", done, 5)
        left.append(progress.seconds_left())
    progress.end("a", 5, False)
    left.append(progress.seconds_left())
    assert left[0] == 10
    assert left == sorted(left, reverse=True)


def stepped(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that the test moves."""
    now = [100.0]
    monkeypatch.setattr("espalier.terminal.time.monotonic", lambda: now[0])

    def wait(seconds: float) -> None:
        now[0] += seconds

    return wait


def test_the_time_left_moves_inside_a_stage_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = stepped(monkeypatch)
    progress = Progress(io.StringIO(), quiet=True)
    progress.plan(["quantize", "evaluate"], {"quantize": 60, "evaluate": 10})
    progress.step("quantize", 0, 1)
    left = [progress.seconds_left()]
    for _ in range(20):
        wait(10)
        left.append(progress.seconds_left())
    assert left[0] == 70 and left == sorted(set(left), reverse=True)
    assert left[-1] > 10, "what has not begun is still to come"


def test_a_slow_stage_that_says_nothing_does_not_lengthen_those_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pace counted the silence, and what waits was multiplied by it: the time left stood still inside `bundle`."""
    wait = stepped(monkeypatch)
    progress = Progress(io.StringIO(), quiet=True)
    progress.plan(["quantize", "bundle", "report"], {"quantize": 10, "bundle": 10, "report": 10})
    progress.step("quantize", 0, 1)
    wait(10)
    progress.end("quantize", 10, reused=False)
    progress.step("bundle", 0, 1)
    left = [progress.seconds_left()]
    for _ in range(6):
        wait(5)
        left.append(progress.seconds_left())
    assert left[0] == pytest.approx(20) and left == sorted(set(left), reverse=True)
    assert left[-1] < 13


def test_a_stage_that_is_slower_than_expected_is_judged_by_its_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ladder of minutes was announced as two seconds: the pace counted four times at most."""
    wait = stepped(monkeypatch)
    progress = Progress(io.StringIO(), quiet=True)
    progress.plan(["quantize"], {"quantize": 2})
    progress.step("quantize", 0, 10)
    for done in range(1, 4):
        wait(60)
        progress.step("quantize", done, 10)
    assert progress.seconds_left() == pytest.approx(7 * 60)


def test_what_the_model_costs_sets_what_is_expected_unless_an_earlier_build_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stepped(monkeypatch)
    progress = Progress(io.StringIO(), quiet=True)
    progress.plan(["quantize", "evaluate"], {"evaluate": 5})
    progress.expect(expected_seconds(4_000_000_000, calibration=100, evaluation=100))
    assert progress.seconds_left() == pytest.approx(2 + 40 + 5)


def test_without_a_terminal_a_line_a_minute_says_how_far_a_stage_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """14 minutes passed without a word."""
    monkeypatch.setattr("espalier.terminal.MINUTE", 0.02)
    stream = io.StringIO()
    progress = Progress(stream)
    progress.plan(["load", "quantize"], {"load": 1, "quantize": 100})
    progress.end("load", 1, False)
    progress.step("quantize", 25, 100, "calibrating")
    deadline = time.monotonic() + 10
    while stream.getvalue().count("\n") < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    progress.end("quantize", 1, False)
    progress.close()
    lines = stream.getvalue().splitlines()
    assert lines[0] == "  load       1.0 s" and lines[-1] == "  quantize   1.0 s"
    assert re.fullmatch(r"  quantize   \d+ s so far, 25%, about \d+ s left in all: calibrating", lines[1])
    stream.truncate(0)
    time.sleep(0.06)
    assert not stream.getvalue(), "a progress that is closed says nothing"


def test_a_terminal_is_redrawn_while_a_stage_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("espalier.terminal.SECOND", 0.02)
    screen = Screen()
    progress = Progress(screen)
    progress.plan(["quantize"], {"quantize": 2})
    progress.step("quantize", 0, 1)
    deadline = time.monotonic() + 10
    while screen.getvalue().count("about") < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    progress.close()
    assert screen.getvalue().count("about") >= 4
