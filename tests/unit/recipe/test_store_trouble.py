"""Whatever is wrong with the store: no method raises, the trouble is said, and a build makes what it cannot read back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from espalier import store as module
from espalier.stages.workshop import Workshop
from espalier.store import Store, key_of
from espalier.terminal import Progress

KEY = key_of("stage", {"a": 1})
FILES = {"x": b"1", "y": b"2"}


def a_file(root: Path) -> None:
    root.write_text("not a folder")


def in_a_file(root: Path) -> None:
    root.parent.rmdir()
    root.parent.write_text("not a folder")


def a_loop(root: Path) -> None:
    root.symlink_to(root)


@pytest.mark.parametrize("spoil", [a_file, in_a_file, a_loop])
def test_a_store_that_is_no_folder_holds_nothing_and_says_so(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    (tmp_path / "cache").mkdir()
    spoil(tmp_path / "cache" / "store")
    store = Store(tmp_path / "cache" / "store")
    assert store.get(KEY) is None
    assert not store.put(KEY, FILES)
    assert str(tmp_path) in store.trouble


@pytest.mark.parametrize("code", ["ENOSPC", "EROFS", "EACCES", "EDQUOT", "EIO"])
@pytest.mark.parametrize("call", ["mkdtemp", "mkdir", "write_bytes", "rename"])
def test_every_refusal_of_the_system_is_said_and_not_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, call: str
) -> None:
    import errno

    number = getattr(errno, code)

    def refused(*arguments: object, **named: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.tempfile if call == "mkdtemp" else Path, call, refused)
    store = Store(tmp_path / "store")
    assert not store.put(KEY, FILES)
    assert os.strerror(number) in store.trouble
    monkeypatch.undo()
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_result_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.put(KEY, FILES)

    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert store.get(KEY) is None
    assert "Permission denied" in store.trouble


def test_without_a_home_there_is_a_store_that_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("ESPALIER_STORE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    store = Store.default()
    assert store.get(KEY) is None and not store.put(KEY, FILES)
    assert "ESPALIER_STORE" in store.trouble


def index_of(root: Path) -> Path:
    return next(root.rglob("index.json"))


def swap_two_names(index: dict[str, object]) -> None:
    files = index["files"]
    assert isinstance(files, dict)
    files["x"], files["y"] = files["y"], files["x"]


def flip_a_name(index: dict[str, object]) -> None:
    files = index["files"]
    assert isinstance(files, dict)
    files["z"] = files.pop("x")


def name_a_path(index: dict[str, object]) -> None:
    files = index["files"]
    assert isinstance(files, dict)
    files["x"] = "../" * 12 + "etc/passwd"


@pytest.mark.parametrize("spoil", [swap_two_names, flip_a_name, name_a_path, lambda index: index.clear()])
def test_a_damaged_index_counts_as_absent_and_is_made_again(
    tmp_path: Path, spoil: Callable[[dict[str, object]], None]
) -> None:
    store = Store(tmp_path)
    store.put(KEY, FILES)
    index = json.loads(index_of(tmp_path).read_bytes())
    spoil(index)
    index_of(tmp_path).write_text(json.dumps(index))
    assert store.get(KEY) is None
    assert store.put(KEY, FILES) and store.get(KEY) == FILES


def test_every_single_changed_byte_of_an_index_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, FILES)
    whole = index_of(tmp_path).read_bytes()
    for place in range(0, len(whole), 3):
        store.put(KEY, FILES, replace=True)
        index_of(tmp_path).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert store.get(KEY) in (None, FILES), place


def test_a_result_of_another_key_is_not_taken_for_this_one(tmp_path: Path) -> None:
    store, other = Store(tmp_path), key_of("stage", {"a": 2})
    store.put(KEY, FILES)
    place = tmp_path / other[:2]
    place.mkdir(exist_ok=True)
    index_of(tmp_path).parent.rename(place / other[2:])
    assert store.get(other) is None


def test_a_stage_runs_once_in_a_build_whose_store_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    runs = []

    def run() -> dict[str, bytes]:
        runs.append(1)
        return FILES

    with Workshop(Store(tmp_path / "store"), Progress(quiet=True)) as shop:
        assert shop.stored("stage/a", {"a": 1}, run) == FILES
        assert shop.stored("stage/a", {"a": 1}, run) == FILES
        shop.remember(tmp_path / "recipe.toml")
        assert "cannot be used" in shop.warnings()[0]
    assert len(runs) == 1
