from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from espalier.errors import BugError, UsageError
from espalier.facts import Artifact
from espalier.stages import publish as module
from espalier.stages.publish import publish, write_files


def files(text: str, count: int = 3) -> list[Artifact]:
    return [Artifact(path=f"d/{i}.txt", data=text.encode()) for i in range(count)]


def test_files_appear_with_their_modes(tmp_path: Path) -> None:
    publish([*files("a"), Artifact(path="run", data=b"x", executable=True)], tmp_path / "out")
    assert (tmp_path / "out/d/1.txt").read_text() == "a"
    assert (tmp_path / "out/run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/d/1.txt").stat().st_mode & 0o777 == 0o644


def test_a_second_publish_replaces_everything_and_leaves_nothing_else(tmp_path: Path) -> None:
    publish([*files("a"), Artifact(path="old", data=b"x")], tmp_path / "out")
    publish(files("b"), tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["d"]
    assert (tmp_path / "out/d/0.txt").read_text() == "b"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_without_the_exchange_call_the_result_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(files("a"), tmp_path / "out")
    monkeypatch.setattr(module.ctypes, "CDLL", lambda *a, **k: object())
    publish(files("b"), tmp_path / "out")
    assert (tmp_path / "out/d/0.txt").read_text() == "b"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_path_that_leaves_the_folder_is_a_bug(tmp_path: Path, path: str) -> None:
    with pytest.raises(BugError):
        write_files([Artifact(path=path, data=b"")], tmp_path)


def test_a_write_that_fails_leaves_the_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(files("a"), tmp_path / "out")
    calls = {"n": 0}
    real = os.fsync

    def failing(descriptor: int) -> None:
        calls["n"] += 1
        if calls["n"] == 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(module.os, "fsync", failing)
    with pytest.raises(UsageError, match="No space left"):
        publish(files("b"), tmp_path / "out")
    assert (tmp_path / "out/d/2.txt").read_text() == "a"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_a_folder_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        publish(files("a"), tmp_path / "file" / "out")


SCRIPT = """
import sys
from pathlib import Path
from espalier.facts import Artifact
from espalier.stages.publish import publish
for round in range(10_000):
    text = str(round).encode()
    publish([Artifact(path=f"{i}.txt", data=text) for i in range(20)], Path(sys.argv[1]))
    print(round, flush=True)
"""


def test_a_kill_at_any_moment_leaves_one_whole_output(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for delay in (0.0, 0.003, 0.007, 0.011, 0.02, 0.05):
        child = subprocess.Popen([sys.executable, "-c", SCRIPT, str(out)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.readline()
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        contents = [p.read_text() for p in sorted(out.iterdir())]
        assert len(contents) == 20
        assert len(set(contents)) == 1
    publish(files("end"), out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]
