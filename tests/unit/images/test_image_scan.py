"""What a folder or csv of images holds, which images are chosen, and its fingerprint."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from espalier.errors import ImagesRefusedError
from espalier.load import images, listing
from espalier.load import snapshot as snapshots
from espalier.load.images import ImageEntry, label_indices, scan, select
from espalier.load.snapshot import snapshot
from espalier.store import Store


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return root


def refused(path: Path) -> ImagesRefusedError:
    with pytest.raises(ImagesRefusedError) as caught:
        scan(path)
    return caught.value


def test_a_folder_per_class_gives_classes_sorted_by_path(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "dog/b.PNG",
        "dog/a.jpg",
        "cat/deep/er/c.jpeg",
        "cat/notes.txt",
        "cat/.hidden.png",
        ".git/x.png",
    )
    found = scan(tmp_path)
    assert [(entry.path, entry.label) for entry in found.entries] == [
        ("cat/deep/er/c.jpeg", "cat"),
        ("dog/a.jpg", "dog"),
        ("dog/b.PNG", "dog"),
    ]
    assert found.classes == ("cat", "dog") and found.counts == {"cat": 1, "dog": 2}
    assert found.ignored == ("cat/notes.txt",)
    assert found.entries[1].bytes == len(b"dog/a.jpg")


def test_a_flat_folder_has_no_classes(tmp_path: Path) -> None:
    found = scan(touch(tmp_path, "b.bmp", "a.png"))
    assert [entry.path for entry in found.entries] == ["a.png", "b.bmp"]
    assert found.classes == () and all(entry.label is None for entry in found.entries)


def test_nothing_to_read_is_refused_with_what_was_found(tmp_path: Path) -> None:
    assert "there is no image folder" in refused(tmp_path / "absent").found
    assert "no image in" in refused(tmp_path).found
    assert "(found only: .gif, no ending)" in refused(touch(tmp_path, "a.gif", "README")).found


def test_images_beside_class_folders_are_refused(tmp_path: Path) -> None:
    problem = refused(touch(tmp_path, "a.png", "cat/b.png"))
    assert "beside (a.png)" in problem.found and "inside (cat/b.png)" in problem.found


def test_a_link_that_leaves_the_folder_is_refused_and_one_that_stays_is_read(tmp_path: Path) -> None:
    secret = touch(tmp_path / "elsewhere", "secret.png")
    root = touch(tmp_path / "set", "a.png")
    (root / "same.png").symlink_to(root / "a.png")
    assert [entry.path for entry in scan(root).entries] == ["a.png", "same.png"]
    (root / "out.png").symlink_to(secret / "secret.png")
    assert "out.png is a link that leads out" in refused(root).found
    (root / "out.png").unlink()
    (root / "folder").symlink_to(secret)
    assert "folder is a link" in refused(root).found


def test_pipes_and_endless_nesting_do_not_hang(tmp_path: Path) -> None:
    root = touch(tmp_path / "set", "a.png")
    os.mkfifo(root / "pipe.png")
    assert [entry.path for entry in scan(root).entries] == ["a.png"]
    (root / "loop").symlink_to(root)
    assert "nested over 16 deep" in refused(root).found


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    for module in (images, listing):
        monkeypatch.setattr(module, "LIMITS", dataclasses.replace(listing.LIMITS, image_count=2))
    assert "over 2 files" in refused(touch(tmp_path / "set", "a.png", "b.png", "c.png")).found
    table = touch(tmp_path / "csv", "a.png", "b.png", "c.png") / "set.csv"
    table.write_text("a.png,x\nb.png,x\nc.png,x\n")
    assert "over 2 images" in refused(table).found


@pytest.mark.parametrize(
    "text",
    [
        "a.png,cat\nb/c.png,dog\n",
        "path,label\na.png,cat\n\nb/c.png, dog\n",
        "\ufefflabel,split,File\ncat,test,a.png\ndog,test,b/c.png\n",
        'path,label\r\n"a.png","cat"\r\nb/../b/c.png,dog\r\n',
    ],
)
def test_a_csv_with_or_without_header_is_read(tmp_path: Path, text: str) -> None:
    touch(tmp_path, "a.png", "b/c.png")
    (tmp_path / "set.csv").write_text(text, encoding="utf-8", newline="")
    found = scan(tmp_path / "set.csv")
    assert [(entry.path, entry.label) for entry in found.entries] == [("a.png", "cat"), ("b/c.png", "dog")]
    assert found.classes == ("cat", "dog") and found.root == str(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no image"),
        ("a.png\n", "line 1: path and label are needed"),
        ("path,label\na.png,\n", "line 2: path and label"),
        ("../a.png,cat\n", "lies outside the csv's folder"),
        ("/etc/passwd.png,cat\n", "lies outside the csv's folder"),
        ("missing.png,cat\n", "missing.png does not exist"),
        ("notes.txt,cat\n", "notes.txt is not an image file name"),
        ("a.png,cat\n./a.png,dog\n", "names a.png twice"),
    ],
)
def test_a_wrong_csv_is_refused_by_line(tmp_path: Path, text: str, said: str) -> None:
    touch(tmp_path, "a.png", "notes.txt")
    (tmp_path / "set.csv").write_text(text)
    assert said in refused(tmp_path / "set.csv").found


def test_a_csv_that_is_not_utf8_or_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    table = tmp_path / "set.csv"
    table.write_bytes(b"a.png,caf\xe9\n")
    assert "not UTF-8 (byte 9)" in refused(table).found
    monkeypatch.setattr(images, "LIMITS", dataclasses.replace(images.LIMITS, image_file_bytes=5))
    assert "over 5 bytes" in refused(table).found


def entries(counts: dict[str, int]) -> list[ImageEntry]:
    return [ImageEntry(path=f"{name}/{i:04}.png", label=name) for name, n in counts.items() for i in range(n)]


def test_a_choice_is_balanced_and_independent_of_the_order_given() -> None:
    given = entries({"a": 50, "b": 50, "c": 7})
    chosen = select(given, 30)
    shuffled = given[:]
    random.Random(1).shuffle(shuffled)
    assert select(shuffled, 30) == chosen == tuple(sorted(chosen, key=lambda entry: entry.path))
    counts = [sum(entry.label == name for entry in chosen) for name in "abc"]
    assert counts == [12, 11, 7]
    assert select(given, 1000) == tuple(sorted(given, key=lambda entry: entry.path))


def test_a_smaller_choice_is_part_of_a_larger_one_and_not_the_first_files() -> None:
    given = entries({"a": 100, "b": 100})
    assert set(select(given, 20)) < set(select(given, 60))
    assert max(int(entry.path[2:6]) for entry in select(given, 20)) > 50


def test_classes_become_output_indices_by_name_or_by_number() -> None:
    labels = ["cat", "dog", "7"]
    assert label_indices(entries({"dog": 1, "7": 1}), labels) == [1, 2]
    assert label_indices(entries({"0": 1, "2": 1}), ["x", "y", "z"]) == [0, 2]
    assert label_indices([], labels) == []


def test_a_class_that_is_no_label_is_refused_with_the_nearest() -> None:
    with pytest.raises(ImagesRefusedError, match="class 'dgo' of the images is not in the labels") as caught:
        label_indices(entries({"cat": 1, "dgo": 1}), ["cat", "dog"])
    assert "did you mean 'dog'?" in caught.value.next_step
    with pytest.raises(ImagesRefusedError, match="nor are 1 others"):
        label_indices(entries({"0": 1, "9": 1, "1": 1, "8": 1, "dog": 1})[1:4:2], ["cat", "dog"])
    with pytest.raises(ImagesRefusedError, match="the images have no classes"):
        label_indices([ImageEntry(path="a.png")], ["cat"])


def fingerprint(root: Path, store: Store | None = None) -> str:
    return snapshot(root, store)[1]


def test_the_fingerprint_follows_names_and_bytes_only(tmp_path: Path) -> None:
    first = touch(tmp_path / "one", "cat/a.png", "dog/b.png", "dog/c.png")
    again = touch(tmp_path / "two", "dog/c.png", "cat/a.png", "dog/b.png", "dog/notes.txt")
    before = fingerprint(first)
    assert fingerprint(again) == before
    (again / "dog/b.png").write_bytes(b"other bytes")
    changed = fingerprint(again)
    (again / "dog/b.png").rename(again / "dog/d.png")
    assert len({before, changed, fingerprint(again)}) == 3


def test_a_csv_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    table = touch(tmp_path, "a.png") / "set.csv"
    table.write_text("a.png,cat\n")
    before = fingerprint(table)
    table.write_text("a.png,dog\n")
    assert fingerprint(table) != before


def settle(root: Path) -> None:
    """Give every file the same modification time (the time of change cannot be set)."""
    for path in root.rglob("*.png"):
        os.utime(path, ns=(10**18, 10**18))


def test_a_known_listing_is_not_read_again_and_any_change_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SETTLED_SECONDS", 0.0)
    root, store = touch(tmp_path / "set", "cat/a.png", "dog/b.png"), Store(tmp_path / "store")
    settle(root)
    time.sleep(0.02)
    before = fingerprint(root, store)
    read: list[Path] = []
    real = snapshots._sha256

    def counted(path: Path) -> str:
        read.append(path)
        return real(path)

    monkeypatch.setattr(snapshots, "_sha256", counted)
    assert fingerprint(root, store) == before and not read
    (root / "dog/b.png").write_bytes(b"dog/B.png")  # same length
    settle(root)  # same modification time
    assert fingerprint(root, store) != before
    assert [path.name for path in read if path.parent.name == "dog"] == ["b.png"]


def test_a_file_that_may_still_be_changing_is_not_remembered(tmp_path: Path) -> None:
    root, store = touch(tmp_path / "set", "a.png"), Store(tmp_path / "store")
    before = fingerprint(root, store)
    assert not (tmp_path / "store").exists()
    assert fingerprint(root, store) == before


def test_a_csv_of_several_outputs_keeps_what_stands_in_each_column(tmp_path: Path) -> None:
    table = touch(tmp_path, "a.png", "b.png") / "truth.csv"
    table.write_text("file,age,gender,box.x\nb.png,4,male,1\na.png,3,,2\n")
    found = scan(table, cells=True)
    assert found.columns == ("age", "gender", "box.x") and found.classes == ()
    assert [entry.cells for entry in found.entries] == [
        (("age", "3"), ("gender", ""), ("box.x", "2")), (("age", "4"), ("gender", "male"), ("box.x", "1"))
    ]  # fmt: skip
    for text, said in (
        ("a.png,3\n", "a header with `path` and a column for each output"),
        ("path,age,age\na.png,3,4\n", "a header with `path` and a column for each output"),
        ("path,age\na.png\n", "line 2: 1 cells, the header has 2"),
        ("path,age\na.png,\x07\n", "control character"),
        ("path,age\n", "names no image"),
    ):
        table.write_text(text)
        with pytest.raises(ImagesRefusedError) as refused:
            scan(table, cells=True)
        assert said in str(refused.value)
