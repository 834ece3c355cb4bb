"""Labels: what is read, and what is refused (the attacks refuse the rest through the command)."""

from __future__ import annotations

from pathlib import Path

import pytest

from espalier.errors import LabelsRefusedError
from espalier.load.labels import default_labels, read_labels


def given(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labels.txt"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    "text", ["ant\nbee\ncat\n", "ant\nbee\ncat", "ant\r\nbee\r\ncat\r\n", "  ant\nbee \ncat\n"]
)
def test_one_label_per_line(tmp_path: Path, text: str) -> None:
    assert read_labels(given(tmp_path, text), 3) == ("ant", "bee", "cat")


@pytest.mark.parametrize(
    "text", ["0 ant\n1 bee\n2 cat\n", "2: cat\n0: ant\n1: bee\n", "1,ant\n2,bee\n3,cat\n"]
)
def test_numbered_lines_are_read_by_their_numbers(tmp_path: Path, text: str) -> None:
    assert read_labels(given(tmp_path, text), 3) == ("ant", "bee", "cat")


def test_labels_that_are_numbers_stay_as_they_are(tmp_path: Path) -> None:
    assert read_labels(given(tmp_path, "7\n8\n9\n")) == ("7", "8", "9")


def test_names_that_begin_with_unordered_numbers_stay_as_they_are(tmp_path: Path) -> None:
    assert read_labels(given(tmp_path, "7 up\n3 musketeers\n")) == ("7 up", "3 musketeers")


def test_other_alphabets_are_welcome(tmp_path: Path) -> None:
    assert read_labels(given(tmp_path, "Käfer\n蜂\n"), 2) == ("Käfer", "蜂")


def test_too_many_labels(tmp_path: Path) -> None:
    with pytest.raises(LabelsRefusedError, match=r"10,001 labels"):
        read_labels(given(tmp_path, "".join(f"l{n}\n" for n in range(10_001))))


def test_default_labels_are_numbered() -> None:
    assert default_labels(2) == ("class_0", "class_1")
