"""Native code in a child process gets nowhere, as root and as another user: see native_code.py for what it tries."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from native_code import HARMLESS, OPEN, TRIES, Native, run_all

from espalier import walls
from espalier.errors import ToolMissingError
from espalier.walls.held import Walls, in_words


def test_native_code_in_a_child_gets_nowhere(tmp_path: Path) -> None:
    done, lacks = run_all(tmp_path)
    if lacks:
        pytest.skip(f"this kernel lacks: {'; '.join(lacks)}")
    assert len(TRIES) >= 70
    assert {name: got for name, got in done.items() if got} == {}


def test_what_is_tried_succeeds_without_walls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPEN, "1")
    done, lacks = run_all(tmp_path, HARMLESS)
    Path("/dev/shm/espalier-test").unlink(missing_ok=True)
    assert lacks
    assert [name for name, got in done.items() if not got or "no try" in got] == []


@pytest.mark.skipif(os.getuid() != 0, reason="the first test is of another user than root already")
def test_native_code_of_another_user_gets_nowhere() -> None:
    script = Path(__file__).with_name("native_code.py")
    try:
        done = subprocess.run(
            [sys.executable, str(script)],
            user=65534, group=65534, extra_groups=[], capture_output=True, text=True, timeout=120, cwd="/",
            env={"PATH": os.environ["PATH"], "TMPDIR": "/tmp"},
        )  # fmt: skip
    except PermissionError:
        pytest.skip("another user cannot run this Python")
    if "lacks: none" not in done.stdout:
        pytest.skip(f"another user has fewer walls here: {done.stdout[-300:]}{done.stderr[-300:]}")
    assert done.returncode == 0, done.stdout


def test_where_a_wall_is_missing_nothing_is_read_if_the_user_requires_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OPEN, "1")
    with Native("native", scratch=tmp_path) as child:  # type: ignore[arg-type]
        child.wait_ready()
        assert child.walls == Walls()
    monkeypatch.setenv(walls.REQUIRE, "1")
    with (
        Native("native", scratch=tmp_path) as child,  # type: ignore[arg-type]
        pytest.raises(ToolMissingError, match="Landlock") as caught,
    ):
        child.wait_ready()
    assert caught.value.exit_code == 7 and "--require-confinement" in caught.value.next_step


def test_what_holds_is_said_in_words() -> None:
    whole = Walls(files=7, calls=True, network=True, rights=True)
    assert (whole.lacks, in_words([whole])) == ((), "whole")
    old = Walls(files=0, calls=True, network=False, rights=True)
    assert "Landlock" in in_words([whole, old])
    assert len(Walls().lacks) == 4
