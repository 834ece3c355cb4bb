"""Image sets as strangers have them: unreadable files, names from other systems, broken csv files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from espalier.errors import ImagesRefusedError
from espalier.load import images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("cat/1.png", "dog/2.png"):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "set"


def refusal(path: Path | str) -> ImagesRefusedError:
    with pytest.raises(ImagesRefusedError) as caught:
        images.scan(path)
    problem = caught.value
    assert problem.exit_code == 3 and problem.supported and problem.next_step
    assert str(problem).replace("\n", "").isprintable()
    return problem


@pytest.mark.parametrize("name", [b"cat/k\xfcche.png", b"k\xfcche/1.png"])
def test_a_name_that_is_not_utf8_is_refused_with_the_way_to_rename_it(folder: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"x")
    problem = refusal(folder)
    assert "is not UTF-8" in problem.found and "convmv" in problem.next_step


def test_other_files_may_have_any_name(folder: Path) -> None:
    with open(os.path.join(os.fsencode(folder), b"notiz\xfc.txt"), "wb") as file:
        file.write(b"x")
    found = images.scan(folder)
    assert found.ignored == ("notiz?.txt",) and len(found.entries) == 2


def test_a_class_folder_with_a_line_break_is_refused(folder: Path) -> None:
    (folder / "a\nb").mkdir()
    (folder / "a\nb" / "1.png").write_bytes(b"x")
    assert "U+000A" in refusal(folder).found


@pytest.mark.parametrize("call", ["access", "scandir"])
def test_what_may_not_be_read_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """The tests may run as root, who may read everything: the system's answer is put in."""
    real = getattr(os, call)

    def answer(path: str | Path, *rest: int) -> object:
        if str(path).endswith(("dog/", "2.png")):
            if call == "access":
                return False
            raise PermissionError(13, "Permission denied", path)
        return real(path, *rest)

    monkeypatch.setattr(os, call, answer)
    problem = refusal(folder)
    assert "dog" in problem.found and "Permission denied" in problem.found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,label\n" + "a" * 200_000 + ".png,cat\n", "field larger than field limit"),
        ('path,label\n"cat/1.png,cat\n' + "b" * 140_000, "field larger than field limit"),
        ("cat/1\0.png,cat\n", "U+0000"),
        ("cat/1.png,c\0at\n", "U+0000"),
        ("cat/1.png,c\x1bat\n", "U+001B"),
        ("a/" * 3000 + "1.png,cat\n", "does not exist"),
        ("a" * 300 + ".png,cat\n", "does not exist"),
    ],
)
def test_a_broken_csv_is_refused_by_line(folder: Path, text: str, words: str) -> None:
    path = folder / "set.csv"
    path.write_text(text)
    problem = refusal(path)
    assert words in problem.found and "line" in problem.found


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "/" + "a/" * 3000, "/proc/self/task/0"])
def test_a_folder_that_cannot_be_is_refused(name: str) -> None:
    assert "there is no image folder" in refusal(name).found


def test_a_class_of_5000_digits_is_a_name_and_no_number(folder: Path) -> None:
    entry = images.ImageEntry(path="1.png", label="1" * 5000)
    with pytest.raises(ImagesRefusedError, match="is not in the labels"):
        images.label_indices([entry], ["cat", "dog"])
