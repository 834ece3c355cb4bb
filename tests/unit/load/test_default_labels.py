from __future__ import annotations

from espalier.load.labels import default_labels


def test_without_a_labels_file_the_class_folders_name_the_outputs_in_sorted_order() -> None:
    assert default_labels(3, ("b", "a", "c"), ("x", "y", "z")) == ("a", "b", "c")


def test_a_set_that_lacks_a_class_does_not_name_the_outputs() -> None:
    assert default_labels(3, ("a", "b"), ("x", "y", "z")) == ("x", "y", "z")
    assert default_labels(2, (), ("a",)) == ("class_0", "class_1")
