from __future__ import annotations

from pathlib import Path

from espalier.load.images import label_indices, scan
from espalier.load.labels import default_labels


def test_without_a_labels_file_the_class_folders_name_the_outputs_in_sorted_order() -> None:
    assert default_labels(3, ("b", "a", "c"), ("x", "y", "z")) == ("a", "b", "c")


def test_a_set_that_lacks_a_class_does_not_name_the_outputs() -> None:
    assert default_labels(3, ("a", "b"), ("x", "y", "z")) == ("x", "y", "z")
    assert default_labels(2, (), ("a",)) == ("class_0", "class_1")


def test_numbers_of_a_csv_are_indices_of_outputs_also_from_ten_on(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.png").write_bytes(b"")
    (tmp_path / "set.csv").write_text("".join(f"{number:02}.png,{number}\n" for number in range(12)))
    images = scan(tmp_path / "set.csv")
    assert label_indices(images.entries, default_labels(12, images.classes)) == list(range(12))


def test_numbered_class_folders_keep_the_order_in_which_keras_numbers_them(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "a.png").write_bytes(b"")
    names = default_labels(12, scan(tmp_path).classes)
    assert names == tuple(sorted(map(str, range(12))))
