from __future__ import annotations

import io

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
