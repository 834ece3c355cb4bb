"""The store stays under its limit, and removes nothing but results, the longest unused first."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from espalier import store_limit
from espalier.cli import cli
from espalier.errors import EspalierError
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
    assert given in said and "5 GB" in said and "10.0 GB" in said and len(kept(tmp_path)) == 5


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


def run_cache(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["cache", *arguments], catch_exceptions=True)
    if isinstance(done.exception, EspalierError):
        return done.exception.exit_code, done.exception.found
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_the_command_shows_prunes_and_clears(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path))
    filled(tmp_path)
    (tmp_path / "mine.txt").write_text("not a result")
    code, said = run_cache()
    assert code == 0 and "results   5 of 5." in said and "limit     10.0 GB" in said and str(tmp_path) in said
    assert run_cache("--prune", "2700")[0] == 0 and kept(tmp_path) == [3, 4]
    Store(tmp_path).get(KEYS[4])
    assert run_cache("--prune", "0")[0] == 0 and kept(tmp_path) == [4], "what was used within the hour stays"
    code, said = run_cache("--clear", "--json")
    facts = json.loads(said)
    assert code == 0 and kept(tmp_path) == [] and facts["results"] == 0 and facts["removed_bytes"] > 1_000
    assert (tmp_path / "mine.txt").exists()
    assert run_cache()[0] == 0


def test_the_command_refuses_what_is_no_size_or_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "none"))
    lines = f"folder    {tmp_path / 'none'}", "results   0 of 0 bytes", "limit     10.0 GB (ESPALIER_STORE_LIMIT)"
    assert run_cache() == (0, "\n".join(lines) + "\n")
    assert run_cache("--prune", "much") == (2, "--prune is not a size: 'much'")
    assert run_cache("--prune", "1 GB", "--clear") == (2, "--prune and --clear exclude each other")
