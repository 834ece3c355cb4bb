from __future__ import annotations

import pytest

from espalier.tflite.inspect import operator_name


@pytest.mark.parametrize(
    ("number", "name"), [(0, "ADD"), (69, "TILE"), (150, "GELU"), (9999, "OPERATOR_9999")]
)
def test_an_operator_is_named_as_tflite_names_it(number: int, name: str) -> None:
    assert operator_name(number) == name
