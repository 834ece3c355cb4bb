"""`decision.precision` needs labelled images; without it the recipe's threshold stays."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from espalier.errors import RecipeError
from espalier.measure.evaluate_model import decide_threshold
from espalier.recipe import Decision


def job(precision: float | None, label: str | None) -> Any:
    prepared = SimpleNamespace(images=[SimpleNamespace(label=label)])
    return SimpleNamespace(
        recipe=SimpleNamespace(decision=Decision(precision=precision)), evaluation=SimpleNamespace(prepared=lambda: prepared)
    )


def test_without_a_wish_the_threshold_stays() -> None:
    given = job(None, None)
    assert decide_threshold(None, given, None, None) is given  # type: ignore[arg-type]


def test_a_wish_without_labels_is_refused_with_the_way_on() -> None:
    with pytest.raises(RecipeError, match="the evaluation images have no labels") as problem:
        decide_threshold(None, job(0.9, None), None, None)  # type: ignore[arg-type]
    assert "decision.threshold" in problem.value.next_step
