"""The cells of a sweep: every recipe with every model, target and value, each checked before anything is built."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from ..errors import EspalierError, ModelRefusedError, RecipeError
from ..limits import LIMITS
from ..recipe import Recipe
from ..recipe_paths import is_target_file
from ..recipe_rules import rules_of
from ..sweep_file import Sweep, axes, laid_over, plain, value_text
from ..tables import convert_table, decode_table, read_bounded
from ..target import load_target
from .in_memory import absolute

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5")
_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One build of a sweep. `recipe` names files by absolute paths; `error`: why it cannot even begin, None where it can."""

    name: str
    recipe_file: str
    choices: dict[str, str]
    recipe: Recipe
    error: EspalierError | None = None


def cells_of(sweep: Sweep, folder: Path, where: str) -> tuple[Cell, ...]:
    """Every cell of a sweep's file in `folder`, in the order of its lists.

    A key, type, word or number that no recipe takes raises RecipeError, as does a cell that is there twice; what one key asks
    of another becomes the cell's error.
    """
    models: list[Path | None] = list(_models(folder / sweep.models)) if sweep.models is not None else [None]
    varied = axes(sweep)
    count = len(sweep.recipes) * len(models) * max(1, len(sweep.targets))
    for _, values in varied:
        count *= len(values)
    if count > LIMITS.sweep_cells:
        raise RecipeError(
            f"{where} asks for {count:,} builds",
            supported=f"at most {LIMITS.sweep_cells:,} in one sweep",
            next_step="take values out, or make several sweeps",
        )
    for target in sweep.targets:
        load_target(target, relative_to=folder)
    tables = {name: (folder / name, _table(folder / name)) for name in sweep.recipes}
    cells = []
    targets: tuple[str | None, ...] = sweep.targets or (None,)
    for begin in itertools.product(sweep.recipes, models, targets):
        for picked in itertools.product(*(values for _, values in varied)):
            chosen = list(zip([key for key, _ in varied], picked, strict=True))
            cells.append(_cell(sweep, folder, tables[begin[0]], begin, chosen, where))
    return _named_apart(cells, where)


def _models(folder: Path) -> list[Path]:
    """The model files of a folder, sorted."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in MODEL_SUFFIXES and path.is_file())
    except OSError as problem:
        raise ModelRefusedError(
            f"the folder of models {folder} cannot be read: {problem.strerror}", next_step="correct `models` in the sweep"
        ) from None
    if not found:
        raise ModelRefusedError(
            f"the folder of models {folder} holds no model",
            supported=", ".join(MODEL_SUFFIXES),
            next_step="correct `models` in the sweep",
        )
    return found


def _table(path: Path) -> dict[str, Any]:
    data = read_bounded(path, error=RecipeError, what="recipe", limit_bytes=LIMITS.recipe_bytes)
    return decode_table(data, error=RecipeError, where=f"recipe {path.name}")


def _cell(
    sweep: Sweep,
    folder: Path,
    recipe: tuple[Path, dict[str, Any]],
    begin: tuple[str, Path | None, str | None],
    chosen: list[tuple[str, Any]],
    where: str,
) -> Cell:
    (path, table), (name, model, target) = recipe, begin
    for key, value in chosen:
        table = laid_over(table, key, value)
    choices = dict(_choices(sweep, begin, chosen))
    said = ", ".join(f"{key} = {text}" for key, text in choices.items())
    known = convert_table(table, Recipe, error=RecipeError, where=f"{where}, cell {said or name}")
    known = absolute(known, path.resolve().parent)
    if model is not None:
        known = msgspec.structs.replace(known, model=msgspec.structs.replace(known.model, path=str(model.resolve())))
    if target is not None:
        known = _deployed(known, target, folder)
    broken = [sentence for sentence, holds in rules_of(known) if not holds]
    error = RecipeError(broken[0], next_step="leave this cell out, or correct it") if broken else None
    known = msgspec.structs.replace(known, input=known.input.shortest()) if error is None else known
    return Cell(name=_slug(choices) or _plain(path.stem), recipe_file=name, choices=choices, recipe=known, error=error)


def _deployed(recipe: Recipe, target: str, folder: Path) -> Recipe:
    """The recipe with one target alone; a table of the recipe for it keeps its settings."""
    name = str((folder / target).resolve()) if is_target_file(target) else target
    own = next((deploy for deploy in recipe.deploy if deploy.target == name), None)
    first = msgspec.structs.replace(recipe.deploy[0], target=name, runtime=None) if recipe.deploy else None
    return msgspec.structs.replace(recipe, deploy=tuple(filter(None, (own or first,))))


def _choices(
    sweep: Sweep, begin: tuple[str, Path | None, str | None], chosen: list[tuple[str, Any]]
) -> Iterator[tuple[str, str]]:
    """What tells this cell from the others, in words."""
    name, model, target = begin
    if len(sweep.recipes) > 1:
        yield "recipe", name
    if model is not None:
        yield "model", model.stem
    if len(sweep.targets) > 1 or target is not None:
        yield "target", Path(str(target)).stem
    for key, value in chosen:
        yield key, value_text(value)


def _slug(choices: dict[str, str]) -> str:
    """A name for a folder: amount-0.2_scheme-int8; what is too long ends with a digest."""
    short = [_plain(value) if key in ("recipe", "model", "target") else f"{_plain(key.rpartition('.')[2])}-{_plain(value)}"
             for key, value in choices.items()]  # fmt: skip
    text = "_".join(short)
    if len(text) <= _NAME_CHARACTERS:
        return text
    return f"{text[: _NAME_CHARACTERS - 9]}-{sha256(text.encode()).hexdigest()[:8]}"


def _plain(text: str) -> str:
    text = os.path.splitext(text)[0] if text.endswith(".toml") else text
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.") or "x"


def _named_apart(cells: list[Cell], where: str) -> tuple[Cell, ...]:
    """The cells with unique names. Raises RecipeError for two that are the same build."""
    seen: dict[bytes, Cell] = {}
    named: set[str] = set()
    apart = []
    for cell in cells:
        build = plain([msgspec.to_builtins(cell.recipe)])
        if build in seen:
            raise RecipeError(
                f"{where}: {cell.name} and {seen[build].name} are the same build",
                supported="each value once; a key that varies must not be replaced by another",
                next_step="take one of them out",
            )
        seen[build] = cell
        name = cell.name if cell.name.casefold() not in named else f"{cell.name}-{sha256(build).hexdigest()[:8]}"
        named.add(name.casefold())
        apart.append(Cell(name=name, recipe_file=cell.recipe_file, choices=cell.choices, recipe=cell.recipe, error=cell.error))
    return tuple(apart)
