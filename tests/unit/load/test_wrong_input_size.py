from __future__ import annotations

from unittest import mock

import pytest

from espalier.errors import RecipeError
from espalier.load.keras_facts import ModelFacts
from espalier.recipe import InputContract
from espalier.stages.model import ModelFile


class Known(ModelFile):
    """A model file whose facts are given."""

    def __init__(self, shape: list[int | None], contract: InputContract) -> None:
        self._shape, self._contract = shape, contract

    def facts(self) -> ModelFacts:
        return mock.Mock(spec=ModelFacts, input_shape=tuple(self._shape), numbers=())


def test_the_contract_of_the_model_passes_and_open_sides_take_any_size() -> None:
    Known([8, 9, 3], InputContract(size=(8, 9))).check_shape()
    Known([None, None, 1], InputContract(size=(8, 9), color="gray")).check_shape()


def test_a_wrong_size_or_color_says_what_to_set_before_anything_heavy_runs() -> None:
    with pytest.raises(RecipeError) as size:
        Known([8, 9, 3], InputContract(size=(9, 8))).check_shape()
    assert size.value.next_step == "set size = [8, 9]"
    with pytest.raises(RecipeError) as color:
        Known([8, 9, 3], InputContract(size=(8, 9), color="gray")).check_shape()
    assert color.value.next_step == 'set color = "rgb" (or "bgr")'
