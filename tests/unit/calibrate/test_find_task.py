"""What a model answers where the recipe does not say."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from espalier.errors import ModelRefusedError, RecipeError
from espalier.load.keras_facts import HeadEnds, ModelFacts
from espalier.recipe import (
    Budgets,
    CalibrationSource,
    Deploy,
    EvaluationSource,
    InputContract,
    ModelSource,
    Recipe,
)
from espalier.stages.find_task import found_task

RECIPE = Recipe(
    name="case", model=ModelSource(path="m.keras"), input=InputContract(size=(8, 8)), calibration=CalibrationSource(images="c"),
    deploy=(Deploy(target="cortex-m4"),),
)  # fmt: skip
ONE = ModelFacts(
    format="keras", generation=3, keras_version="3", sha256="", file_bytes=1, config="{}", layers=(), input_shape=(8, 8, 3),
    output_layer="out", output="softmax", classes=4, weights=(), parameters=1,
)  # fmt: skip


def of(**facts: Any) -> Any:
    return lambda task: msgspec.structs.replace(ONE, **facts)


def several(task: str) -> ModelFacts:
    if task == "classify":
        raise ModelRefusedError("it has 2 outputs")
    kind = HeadEnds(name="kind", layer="kind", output="softmax", values=3)
    return msgspec.structs.replace(
        ONE, output="values", heads=(kind, HeadEnds(name="at", layer="at", output="logits", values=2))
    )


def test_one_output_of_scores_is_a_classifier_s_and_nothing_is_said() -> None:
    for facts in ({}, {"output": "sigmoid"}, {"output": "logits", "classes": 1}):
        recipe, said = found_task(RECIPE, of(**facts), list)
        assert recipe.model.task == "classify" and said is None


def test_several_outputs_are_an_answer_each() -> None:
    recipe, said = found_task(RECIPE, several, list)
    assert recipe.model.task == "several"
    assert [(head.name, head.task) for head in recipe.head] == [("kind", "classify"), ("at", "raw")]
    assert said is not None and said.code == "task" and "kind classify, at raw" in said.message


def test_numbers_are_as_they_are_unless_somebody_names_classes() -> None:
    trained = of(output="sigmoid", loss="mean squared error")
    recipe, said = found_task(RECIPE, trained, list)
    assert recipe.model.task == "raw" and said is not None and "mean squared error" in said.message
    for given in (
        msgspec.structs.replace(RECIPE, model=ModelSource(path="m.keras", labels="labels.txt")),
        msgspec.structs.replace(RECIPE, accept=("regression",)),
    ):
        assert found_task(given, trained, list)[0].model.task == "classify"
    assert found_task(RECIPE, trained, lambda: [("a", "b", "c", "d")])[0].model.task == "classify"


def test_outputs_that_were_trained_each_by_itself_are_labels_of_their_own_unless_somebody_names_classes() -> None:
    trained = of(output="sigmoid", each=True)
    recipe, said = found_task(RECIPE, trained, list)
    assert recipe.model.task == "multi-label" and said is not None and "binary cross-entropy" in said.message
    assert found_task(RECIPE, trained, lambda: [("a", "b", "c", "d")])[0].model.task == "classify"
    named = msgspec.structs.replace(RECIPE, model=ModelSource(path="m.keras", labels="labels.txt"))
    assert found_task(named, trained, list)[0].model.task == "classify"


def test_what_the_recipe_says_is_not_looked_for() -> None:
    given = msgspec.structs.replace(RECIPE, model=ModelSource(path="m.keras", task="raw"))
    assert found_task(given, of(), list) == (given, None)


def test_a_budget_that_the_task_does_not_take_is_refused_with_both() -> None:
    given = msgspec.structs.replace(RECIPE, budgets=Budgets(min_accuracy=0.9), evaluation=EvaluationSource(images="e"))
    with pytest.raises(RecipeError, match=r"names no task, raw was found, and task raw does not take `budgets.min-accuracy`"):
        found_task(given, of(output="sigmoid", loss="mean squared error"), list)


def test_a_model_that_no_task_takes_is_refused_as_before() -> None:
    def refused(task: str) -> ModelFacts:
        raise ModelRefusedError(f"not for {task}")

    with pytest.raises(ModelRefusedError, match="not for classify"):
        found_task(RECIPE, refused, list)
