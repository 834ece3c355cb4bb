"""What a task needs of a recipe beside labels: from which score on something is said."""

from __future__ import annotations

from typing import Any

from ..errors import RecipeError
from ..recipe import Recipe
from .binary import HALF


def cuts_of(recipe: Recipe, labels: tuple[str, ...]) -> tuple[float, ...]:
    """From which score on a label is said, as far as the recipe knows: see task.types.Task. Raises RecipeError for a threshold
    of a label that the model does not have."""
    if recipe.binary is not None:
        return (recipe.binary.threshold,)
    if recipe.embed is not None and recipe.embed.threshold is not None:
        return (recipe.embed.threshold,)
    if recipe.anomaly is not None and recipe.anomaly.threshold is not None:
        return (recipe.anomaly.threshold,)
    if recipe.multi_label is None or recipe.model.task != "multi-label":
        return ()
    own, other = recipe.multi_label.thresholds, recipe.multi_label.threshold
    unknown = sorted(set(own) - set(labels))
    if unknown:
        raise RecipeError(
            f"`multi-label.thresholds` names {unknown[0]!r}, which is no label of the model",
            supported="labels as in the labels file: " + ", ".join(labels[:12]),
            next_step="correct the name",
        )
    return tuple(own.get(label, HALF if other is None else other) for label in labels)


def of_anomaly(recipe: Recipe) -> dict[str, Any]:
    """What a task has of the [anomaly] table. A channel that was divided by more counts less, as in the training."""
    table = recipe.anomaly
    if table is None:
        return {}
    return {"normal": table.normal, "false_alarms": table.false_alarms, "grey": float(max(recipe.input.channel_std))}
