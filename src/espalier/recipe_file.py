"""Recipes as TOML: a strict reader, and the text of one."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .errors import RecipeError
from .limits import LIMITS
from .recipe import Recipe
from .recipe_rules import rules_of
from .tables import parse_table, read_bounded, table_text


def load_recipe(path: Path | str) -> Recipe:
    """Read and check a recipe.

    `path`: a TOML file. Everything that is wrong is told at once.
    Raises RecipeError with what was found, what is allowed, and the nearest right name.

        recipe = espalier.load_recipe("recipe.toml")
        recipe.name, recipe.input.size, [deploy.target for deploy in recipe.deploy]
    """
    path = Path(path)
    return parse_recipe(recipe_bytes(path), where=f"recipe {path.name}")


def recipe_bytes(path: Path) -> bytes:
    """The file as it is, if it is no larger than a recipe."""
    return read_bounded(path, error=RecipeError, what="recipe", limit_bytes=LIMITS.recipe_bytes)


def parse_recipe(data: bytes, *, where: str = "recipe") -> Recipe:
    """Decode TOML bytes and check every range; see `load_recipe`."""
    recipe = parse_table(data, Recipe, error=RecipeError, where=where)
    for sentence, holds in rules_of(recipe):
        if not holds:
            raise RecipeError(f"{where}: {sentence}", next_step="correct it; `espalier check` says what else is wrong")
    return msgspec.structs.replace(recipe, input=recipe.input.shortest())


def dump_recipe(recipe: Recipe) -> bytes:
    """The recipe as TOML; `parse_recipe(dump_recipe(r)) == r`."""
    return table_text(msgspec.to_builtins(recipe)).encode()
