"""One store for several builds and hosts at once: whole results or none, and nothing that a killed one left stays in the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from espalier.store import Store, key_of
from espalier.store_limit import INDEX, KEPT_SECONDS, contents, shrink

ACTS = """
import random, sys, time
from pathlib import Path
from espalier.store import Store, key_of
from espalier.store_limit import shrink
root, seed, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
chance, ends = random.Random(seed), time.monotonic() + seconds
wrong = reads = 0
while time.monotonic() < ends:
    store, number = Store(root), chance.randrange(12)
    key = key_of("shared", {"number": number})
    files = {f"file{place}": bytes([number, place]) * 5000 for place in range(3)}
    act = chance.random()
    if act < 0.5:
        found = store.get(key)
        reads += found is not None
        wrong += found is not None and found != files
    elif act < 0.8:
        store.put(key, files)
    elif act < 0.9:
        store.put(key, files, replace=True)
    elif act < 0.97:
        store.remove(key)
    else:
        shrink(root, 40_000, kept_seconds=-1.0)
    wrong += bool(store.trouble)
print(wrong, reads)
"""


def start(root: Path, seed: int, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ACTS, root, str(seed), str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_processes_that_share_a_store_read_whole_results_or_none(tmp_path: Path) -> None:
    running = [start(tmp_path, seed, 1.0) for seed in range(4)]
    for process in running:
        said, trouble = process.communicate()
        assert process.returncode == 0, trouble
        wrong, reads = map(int, said.split())
        assert wrong == 0
        assert reads > 0
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith((".new-", ".old-"))]


def test_after_writers_were_killed_every_result_can_be_stored_and_read(tmp_path: Path) -> None:
    for seed in range(3):
        process = start(tmp_path, seed, 60.0)
        time.sleep(0.25)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    store = Store(tmp_path)
    for number in range(12):
        key = key_of("shared", {"number": number})
        if store.get(key) is None:
            store.put(key, {"file": b"new"})
        assert store.get(key) is not None
    assert not store.trouble


@pytest.mark.parametrize("lost", ["index", "file"])
def test_half_a_result_does_not_keep_the_whole_one_out(tmp_path: Path, lost: str) -> None:
    """As a removal leaves it that was killed half-way."""
    store, key = Store(tmp_path), key_of("x", {})
    store.put(key, {"a": b"1", "b": b"2"})
    folder = next(path.parent for path in tmp_path.rglob(INDEX))
    victim = folder / INDEX if lost == "index" else next(path for path in folder.iterdir() if path.name != INDEX)
    victim.unlink()
    assert store.get(key) is None
    assert store.put(key, {"a": b"1", "b": b"2"})
    assert store.get(key) == {"a": b"1", "b": b"2"}


def test_what_killed_writers_left_is_removed_when_nobody_can_be_writing_it(tmp_path: Path) -> None:
    Store(tmp_path).put(key_of("x", {}), {"a": b"1"})
    first = next(path.parent.parent for path in tmp_path.rglob(INDEX))
    old, new = first / ".new-abandoned", first / ".new-under-way"
    for folder in (old, new):
        folder.mkdir()
        (folder / "data").write_bytes(b"half")
    os.utime(old, (0, time.time() - 2 * KEPT_SECONDS))
    shrink(tmp_path, 0, kept_seconds=-1.0)
    assert not old.exists()
    assert new.exists()
    assert contents(tmp_path).results == 0


def test_a_removal_that_cannot_rename_still_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, key = Store(tmp_path), key_of("x", {})
    store.put(key, {"a": b"1"})

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refuse)
    store.remove(key)
    assert store.get(key) is None
    monkeypatch.undo()
    shutil.rmtree(tmp_path)
