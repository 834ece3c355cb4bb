"""SWEEP.toml: which recipes are built with which values, as a frozen value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .errors import RecipeError
from .limits import LIMITS
from .recipe import NAME
from .tables import Table, parse_table, read_bounded


class Sweep(Table, frozen=True, kw_only=True):
    """A grid of builds: each recipe with each model, each target and each value of each key that varies. Paths are relative
    to the sweep's file, those in values of `vary` to the recipe's."""

    name: Annotated[str, Meta(extra_json_schema={"pattern": f"^{NAME}$", "maxLength": 64})]
    """Names the folder of the results: a-z 0-9 and -, starting with a letter."""
    recipes: Annotated[tuple[str, ...], Meta(extra_json_schema={"minItems": 1})]
    """The recipes to begin with."""
    models: str | None = None
    """A folder: every `.keras` and `.h5` in it takes the place of the recipes' model."""
    targets: tuple[str, ...] = ()
    """Each of them alone takes the place of the recipes' [[deploy]] tables; without any, a cell builds what its recipe
    deploys to."""
    vary: dict[str, Any] = msgspec.field(default_factory=dict)
    """Keys of the recipe, each with a list of values: `prune.amount = [0.2, 0.4]`. A value that is a table is laid over the
    recipe's, key by key."""


def load_sweep(path: Path | str) -> Sweep:
    """Read and check a sweep's file. Raises RecipeError with everything that is wrong in it."""
    path = Path(path)
    data = read_bounded(path, error=RecipeError, what="sweep", limit_bytes=LIMITS.recipe_bytes)
    where = f"sweep {path.name}"
    sweep = parse_table(data, Sweep, error=RecipeError, where=where)
    _check_name(sweep, where)
    if not sweep.recipes:
        raise RecipeError(f"{where}: `recipes` is empty", next_step='name a recipe: recipes = ["recipe.toml"]')
    for key, values in axes(sweep):
        if not isinstance(values, list) or not values:
            raise RecipeError(
                f"{where}: `vary.{key}` is no list of values",
                supported="a list with each value that the key takes in turn",
                next_step=f"write vary.{key} = [...]",
            )
    return sweep


def _check_name(sweep: Sweep, where: str) -> None:
    if not re.fullmatch(NAME, sweep.name) or len(sweep.name) > 64:
        raise RecipeError(
            f"{where}: `name` is {sweep.name[:80]!r}",
            supported="a-z 0-9 and -, starting with a letter, at most 64 characters",
            next_step="choose such a name: it names the folder of the results",
        )


def axes(sweep: Sweep) -> list[tuple[str, list[Any]]]:
    """The keys that vary, dotted, each with its values, in the order of the file."""
    found: list[tuple[str, list[Any]]] = []

    def walk(table: dict[str, Any], place: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{place}{key}.")
            else:
                found.append((f"{place}{key}", value))

    walk(sweep.vary, "")
    return found


def laid_over(table: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Plain data of a recipe with another value at a dotted key; a table is laid over what is there."""
    first, _, rest = key.partition(".")
    held = table.get(first)
    if rest:
        inner = laid_over(held if isinstance(held, dict) else {}, rest, value)
        return {**table, first: inner}
    if isinstance(value, dict) and isinstance(held, dict):
        for inner_key, inner_value in value.items():
            held = laid_over(held, inner_key, inner_value)
        return {**table, first: held}
    return {**table, first: value}


def value_text(value: Any) -> str:
    """A value of an axis for people: 0.2, int8, 96x96, method=channels."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return "x".join(map(value_text, value))
    if isinstance(value, dict):
        return ",".join(f"{key}={value_text(inner)}" for key, inner in value.items())
    return str(value)


def plain(value: Any) -> bytes:
    """Canonical bytes of plain data, to compare values with."""
    return msgspec.json.encode(value, order="sorted")
