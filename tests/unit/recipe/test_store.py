from __future__ import annotations

from pathlib import Path

from espalier.store import Store, key_of


def test_a_result_is_read_back_as_it_was_put(tmp_path: Path) -> None:
    store = Store(tmp_path)
    key = key_of("stage", {"a": 1})
    assert store.get(key) is None
    store.put(key, {"x": b"1", "y": b"", "z": b"1"})
    assert store.get(key) == {"x": b"1", "y": b"", "z": b"1"}


def test_every_input_and_the_stage_change_the_key() -> None:
    keys = {
        key_of("s", {"a": 1}),
        key_of("t", {"a": 1}),
        key_of("s", {"a": 2}),
        key_of("s", {"b": 1}),
        key_of("s", {"a": 1, "b": None}),
    }
    assert len(keys) == 5
    assert key_of("s", {"a": 1, "b": 2}) == key_of("s", {"b": 2, "a": 1})


def test_an_existing_result_is_kept_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("ab" * 32, {"x": b"old"})
    store.put("ab" * 32, {"x": b"new"})
    assert store.get("ab" * 32) == {"x": b"old"}
    store.put("ab" * 32, {"x": b"new"}, replace=True)
    assert store.get("ab" * 32) == {"x": b"new"}


def test_a_damaged_result_counts_as_absent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    key = "cd" * 32
    store.put(key, {"x": b"value"})
    victim = next(p for p in tmp_path.rglob("*") if p.is_file() and p.read_bytes() == b"value")
    victim.write_bytes(b"valuE")
    assert store.get(key) is None
    store.put(key, {"x": b"value"})
    assert store.get(key) == {"x": b"value"}


def test_a_lost_file_and_a_broken_index_count_as_absent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for key, name in (("0" * 64, "index.json"), ("1" * 64, None)):
        store.put(key, {"x": b"value"})
        for path in [p for p in tmp_path.rglob("*") if p.is_file()]:
            if (name and path.name == name) or (not name and path.name != "index.json"):
                path.write_bytes(b"{") if name else path.unlink()
        assert store.get(key) is None


def test_nothing_half_written_is_left_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("ef" * 32, {"x": b"1"})
    assert list(tmp_path.rglob(".new-*")) == []


def test_the_folder_follows_the_environment(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "here"))
    assert Store.default().root == tmp_path / "here"
    monkeypatch.delenv("ESPALIER_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Store.default().root == tmp_path / "cache" / "espalier"
