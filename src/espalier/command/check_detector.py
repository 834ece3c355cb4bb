"""What `espalier check` knows of a detector in seconds: its layers by name, its annotations by their files."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from ..errors import RecipeError
from ..load.annotations import fingerprint
from ..load.keras_facts import ModelFacts
from ..recipe import Recipe

Attempt = Callable[[str, Callable[[], str]], bool]
"""Runs a step whose text becomes a row, or its refusal."""


def check_heads(attempt: Attempt, recipe: Recipe, facts: ModelFacts | None) -> None:
    """The layers that `[detect]` names stand in the model."""
    detect = recipe.detect
    if detect is None or facts is None:
        return
    wanted = dict.fromkeys((*detect.boxes, *detect.sizes, *detect.objectness, *detect.scores))

    def step() -> str:
        known = [layer.name for layer in facts.layers if not layer.inside]
        for name in wanted:
            if facts.names.get(name, name) in known:
                continue
            near = difflib.get_close_matches(name, known, 3, 0.4)
            raise RecipeError(
                f"[detect] names the layer {name!r}, which the model does not have",
                supported=f"its last layers are {', '.join(known[-12:])}",
                next_step=f"did you mean {' or '.join(map(repr, near))}?" if near else "correct the name",
            )
        return f"{detect.decode}: heads {', '.join(wanted)}"

    attempt("detect", step)


def check_annotations(attempt: Attempt, recipe: Recipe, folder: Path) -> None:
    """The annotations can be read; what is in them a build checks, and `espalier calibrate check`."""
    given = None if recipe.evaluation is None else recipe.evaluation.annotations
    if given is None:
        return

    def step() -> str:
        fingerprint(folder / given)
        return f"annotations in {given}"

    attempt("evaluation", step)
