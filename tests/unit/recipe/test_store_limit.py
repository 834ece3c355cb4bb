"""The store stays under its limit, and removes nothing but results, the longest unused first."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from espalier import store_limit
from espalier.stages.workshop import Workshop
from espalier.store import Store, key_of
from espalier.store_limit import DEFAULT_BYTES, KEPT_SECONDS, limit_bytes, shrink
from espalier.terminal import Progress

KEYS = [key_of("stage", {"number": number}) for number in range(5)]


def filled(root: Path) -> Store:
    """Five results of over 1,000 bytes, the first used longest ago, all before KEPT_SECONDS."""
    store, now = Store(root), time.time()
    for age, key in zip(range(50, 0, -10), KEYS, strict=True):
        store.put(key, {"data": key.encode() * 16})
        used = now - KEPT_SECONDS - age
        os.utime(root / key[:2] / key[2:] / "index.json", (used, used))
    return store


def kept(root: Path) -> list[int]:
    return [number for number, key in enumerate(KEYS) if (root / key[:2] / key[2:]).exists()]


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert store.get(KEYS[0]) is not None, "and reading is using"
    assert shrink(tmp_path, 2_700) > 0
    assert kept(tmp_path) == [0, 4]
    assert store.get(KEYS[1]) is None and store.get(KEYS[4]) is not None


def test_under_the_limit_nothing_goes(tmp_path: Path) -> None:
    filled(tmp_path)
    assert shrink(tmp_path, 10_000) == 0 and kept(tmp_path) == [0, 1, 2, 3, 4]


def test_what_was_used_within_the_hour_stays_whatever_the_size(tmp_path: Path) -> None:
    store = filled(tmp_path)
    for key in KEYS[2:]:
        store.get(key)
    shrink(tmp_path, 0)
    assert kept(tmp_path) == [2, 3, 4]


def test_nothing_but_results_is_removed(tmp_path: Path) -> None:
    filled(tmp_path / "store")
    others = [tmp_path / "store/notes/a.txt", tmp_path / "store/ab/thesis.txt", tmp_path / "store" / "cd" / ("e" * 62) / "b"]
    outside = tmp_path / "outside" / ("f" * 62)
    for path in (*others, outside / "index.json"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
        os.utime(path, (0, 0))
    (tmp_path / "store/ef").symlink_to(tmp_path / "outside")
    shrink(tmp_path / "store", 0)
    assert kept(tmp_path / "store") == []
    assert all(path.exists() for path in (*others, outside / "index.json"))
    assert shrink(tmp_path / "nowhere", 0) == 0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("", DEFAULT_BYTES), ("5 GB", 5 * 10**9), ("1.5gib", 3 << 29), ("700", 700), ("none", None), ("500MB", 5 * 10**8)],
)
def test_the_limit_is_a_size_or_none(monkeypatch: pytest.MonkeyPatch, given: str, wanted: int | None) -> None:
    monkeypatch.setenv(store_limit.VARIABLE, given)
    assert limit_bytes() == (wanted, "")


@pytest.mark.parametrize("given", ["lots", "5 apples", "-3", "GB"])
def test_a_limit_that_is_no_size_is_said_and_the_default_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: str
) -> None:
    monkeypatch.setenv(store_limit.VARIABLE, given)
    store = filled(tmp_path)
    with Workshop(store, Progress(quiet=True)) as shop:
        (said,) = shop.warnings()
    assert given in said and "5 GB" in said and "20 GiB" in said and len(kept(tmp_path)) == 5


def test_a_build_that_added_to_the_store_keeps_it_under_its_limit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(store_limit.VARIABLE, "2700")
    filled(tmp_path).close()
    assert kept(tmp_path) == [3, 4]
    monkeypatch.setenv(store_limit.VARIABLE, "0")
    reader = Store(tmp_path)
    reader.get(KEYS[0])
    reader.close()
    assert kept(tmp_path) == [3, 4], "one that only reads does not look"
