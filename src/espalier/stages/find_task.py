"""What a model answers where the recipe does not say: found from its outputs and from the loss that its file holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ..errors import ModelRefusedError, RecipeError
from ..findings import Finding
from ..load.keras_facts import HeadEnds, ModelFacts
from ..recipe import HeadSource, Recipe
from ..recipe_answers import HeadTask, Segment
from ..recipe_rules import rules_of
from .check_outputs import number_outputs

AUTO = "auto"
FactsOf = Callable[[str], ModelFacts]
"""The facts of the model for a task, by its name."""


def found_task(
    recipe: Recipe, facts_of: FactsOf, classes: Callable[[], Sequence[tuple[str, ...]]]
) -> tuple[Recipe, Finding | None]:
    """The recipe with its task, and what to say of one that was found. `classes`: the class folders of each image set.

    Several outputs are several answers, softmaxes classes and all else values as they are; outputs that were trained each by
    itself, and that nobody names classes, are labels of their own; an output that was trained to predict numbers gives these as
    they are; any other is a classifier's. Raises ModelRefusedError, and RecipeError where
    the recipe asks for what the task that was found does not take.
    """
    if recipe.model.task != AUTO:
        return recipe, None
    try:
        facts = facts_of("classify")
    except ModelRefusedError as problem:
        try:
            facts = facts_of("raw")
        except ModelRefusedError:
            raise problem from None
        if len(facts.heads) < 2:
            raise
        heads = _heads(facts)
        said = ", ".join(f"{head.name} {head.task}" for head in heads)
        return _checked(_of(recipe, "several", heads)), _finding(
            f"the recipe names no task, and the model has {len(heads)} outputs: each is taken for itself ({said})",
            '`task = "several"` with a [[head]] table for each (`espalier init` writes them) says what they answer',
        )
    if facts.paints:
        return _painted(recipe, facts)
    each = facts.each and facts.output != "softmax" and (facts.classes or 0) > 1
    if each and recipe.model.labels is None and not _named(facts, classes()):
        return _checked(_of(recipe, "multi-label")), _finding(
            f"the recipe names no task, and the model was trained with a binary cross-entropy of its {facts.classes} outputs: "
            "each is taken for a label of its own",
            '`task = "multi-label"` in [model] says so, `task = "classify"` that the largest is the answer',
        )
    number = None if recipe.model.labels is not None else number_outputs(facts, named=_named(facts, classes()))
    if number is None or number.severity != "error" or number.code in recipe.accept:
        return as_classifier(recipe), None
    return _checked(_of(recipe, "raw")), _finding(
        f"{number.message}; they are built as they are", number.next_step.partition("; if not, ")[2] or number.next_step
    )


def _painted(recipe: Recipe, facts: ModelFacts) -> tuple[Recipe, Finding]:
    """A map of scores is one of classes, which nobody named; whether other values are a picture, and what its black and white
    are, nobody says."""
    names = unnamed_classes(facts)
    if not names:
        return _checked(_of(recipe, "raw")), _finding(
            "the recipe names no task, and the model paints a map of values: they are built as they are",
            '`task = "image"` with the range of the values in [picture] makes a picture of them, `task = "segment"` with the '
            "names of its classes in [segment] a class for each pixel",
        )
    table = Segment(classes=names)
    return _checked(msgspec.structs.replace(_of(recipe, "segment"), segment=table)), _finding(
        f"the recipe names no task, and the model paints a map of {facts.output} scores: taken for {', '.join(names[:4])}"
        + ("" if len(names) <= 4 else ", ..."),
        '`task = "segment"` with the names in [segment] says what they are',
    )


def unnamed_classes(facts: ModelFacts) -> tuple[str, ...]:
    """Names for the classes of a map of scores that nobody named; none where the values are no scores."""
    return class_names(facts.output, facts.classes) if facts.output == "softmax" or not facts.loss else ()


def class_names(output: str, count: int | None) -> tuple[str, ...]:
    """The same of so many channels that end in softmax, sigmoid or logits."""
    if count == 1 and output == "sigmoid":
        return ("background", "object")
    if output == "softmax" and count and 1 < count <= 255:
        return tuple(f"class_{number}" for number in range(count))
    return ()


def as_classifier(recipe: Recipe) -> Recipe:
    """What a recipe without a task is until its model says more."""
    return _of(recipe, "classify")


WRITE = "write `task` in [model]: docs/reference/recipe.md says what each takes"
SEVERAL = (
    'write `task = "several"` in [model], and for each output a [[head]] with its labels (docs/howto/heads.md); `espalier init` '
    "writes both"
)


def _of(recipe: Recipe, task: str, heads: tuple[HeadSource, ...] = ()) -> Recipe:
    return msgspec.structs.replace(recipe, model=msgspec.structs.replace(recipe.model, task=task), head=heads)


def _heads(facts: ModelFacts) -> tuple[HeadSource, ...]:
    """The first map of scores is one of classes, which nobody named; other maps are values."""
    found: list[HeadSource] = []
    for head in facts.heads:
        names = () if any(one.segment for one in found) else map_classes(head)
        table = Segment(classes=names) if names else None
        found.append(HeadSource(name=head.name, task="segment" if table else _kind_of(head), segment=table))
    return tuple(found)


def map_classes(head: HeadEnds) -> tuple[str, ...]:
    """Names for the classes of an output that is a map of scores; none of another."""
    return class_names(head.output, head.values) if head.paints else ()


def _kind_of(head: HeadEnds) -> HeadTask:
    if head.paints:
        return "raw"
    return "classify" if head.output == "softmax" and head.values != 1 else "raw"


def _named(facts: ModelFacts, classes: Sequence[tuple[str, ...]]) -> bool:
    count = 2 if facts.classes == 1 else facts.classes
    return count in [len(names) for names in classes]


def _finding(message: str, next_step: str) -> Finding:
    return Finding(code="task", severity="warning", message=message, next_step=next_step)


def _checked(recipe: Recipe) -> Recipe:
    for sentence, holds in rules_of(recipe):
        if not holds:
            raise RecipeError(
                f"the recipe names no task, {recipe.model.task} was found, and {sentence}",
                next_step=SEVERAL if recipe.model.task == "several" else WRITE,
            )
    return recipe
