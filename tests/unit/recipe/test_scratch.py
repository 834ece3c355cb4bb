"""Temporary folders: none outlives its process, none of a living one is touched, nothing of others is removed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from espalier import scratch as module
from espalier.errors import MachineError
from espalier.scratch import LOCK, PREFIX, Scratch, clear_abandoned, remove_tree

HOLD = (
    "import sys, time\nfrom espalier.scratch import Scratch\n"
    "with Scratch() as path:\n    (path / 'pixels.npy').write_bytes(b'x')\n    print(path, flush=True)\n    time.sleep(600)\n"
)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    tempfile.tempdir = None


def holder(*before: str) -> tuple[subprocess.Popen[bytes], Path]:
    child = subprocess.Popen([*before, sys.executable, "-c", HOLD], stdout=subprocess.PIPE)
    assert child.stdout is not None
    return child, Path(child.stdout.readline().decode().strip())


def test_a_folder_ends_with_its_block(temporary: Path) -> None:
    with Scratch() as path:
        (path / "deep").mkdir()
        (path / "deep" / "file").write_text("x")
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_process_is_cleared_and_that_of_a_living_one_is_not(temporary: Path) -> None:
    dead, left = holder()
    living, kept = holder()
    try:
        dead.kill()
        dead.wait()
        assert left.is_dir()
        assert clear_abandoned() == [left.parent]
        assert not left.exists() and (kept / "pixels.npy").is_file()
    finally:
        for child in (dead, living):
            child.kill()
            child.wait()
            child.stdout.close()  # type: ignore[union-attr]
    clear_abandoned()
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare")
def test_a_living_process_of_another_pid_namespace_is_left_alone(temporary: Path) -> None:
    living, kept = holder("unshare", "-p", "-f", "--mount-proc", "--kill-child=SIGKILL")
    try:
        if not kept.name:
            pytest.skip("this machine gives no PID namespace")
        assert clear_abandoned() == []
        assert (kept / "pixels.npy").is_file()
    finally:
        living.kill()
        living.wait()
        living.stdout.close()  # type: ignore[union-attr]
    for _ in range(100):  # the process inside ends after the one that made its namespace
        if clear_abandoned():
            break
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_stays(temporary: Path) -> None:
    (temporary / f"{PREFIX}users").mkdir()
    (temporary / f"{PREFIX}users" / "thesis.txt").write_text("years")
    (temporary / f"{PREFIX}other").mkdir()
    (temporary / f"{PREFIX}other" / LOCK).write_text("another program's lock")
    (temporary / f"{PREFIX}file").write_text("x")
    (temporary / f"{PREFIX}link").symlink_to(temporary / f"{PREFIX}users")
    before = sorted(temporary.rglob("*"))
    assert clear_abandoned() == []
    assert sorted(temporary.rglob("*")) == before


def test_another_users_folder_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child, left = holder()
    child.kill()
    child.wait()
    child.stdout.close()  # type: ignore[union-attr]
    monkeypatch.setattr(module.os, "geteuid", lambda: 12345)
    assert clear_abandoned() == [] and left.is_dir()


def test_a_read_only_folder_is_removed_too(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("x")
    (tmp_path / "a" / "b").chmod(0o500)
    remove_tree(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_no_room_is_an_error_with_a_way_on(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **named: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(MachineError, match="No space left") as caught:
        Scratch()
    assert caught.value.exit_code == 2 and caught.value.supported and caught.value.next_step


def test_no_temporary_folder_at_all_is_an_error_with_a_way_on(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with pytest.raises(MachineError, match="temporary folder") as caught:
        Scratch()
    assert "TMPDIR" in caught.value.next_step


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_command_that_is_asked_to_end_leaves_nothing(temporary: Path, tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import signal, sys, time\nfrom espalier import cli\nfrom espalier.scratch import Scratch\n"
        # Who runs the tests may have started them with these ignored, as nohup and a shell's & do.
        "for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):\n    signal.signal(number, signal.SIG_DFL)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import click\n@cli.cli.command()\ndef hold():\n    with Scratch() as path:\n        print(path, flush=True)\n"
        "        time.sleep(600)\nsys.argv = ['espalier', 'hold']\ncli.main()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    path = Path(child.stdout.readline().strip())
    assert path.is_dir()
    child.send_signal(number)
    _, said = child.communicate(timeout=30)
    assert child.returncode == 128 + number
    assert "Traceback" not in said and ("interrupted" in said or number.name in said)
    assert list(temporary.iterdir()) == []


def test_a_signal_that_nohup_ignores_stays_ignored(temporary: Path) -> None:
    script = (
        "import os, signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\nfrom espalier.signals import stoppable\n"
        "with stoppable():\n    os.kill(os.getpid(), signal.SIGHUP)\n    print('went on')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "went on\n"
