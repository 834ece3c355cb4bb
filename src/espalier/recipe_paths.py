"""Which keys of a recipe name files and folders: whoever moves a recipe, or what it names, goes through this one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeVar

import msgspec

from .recipe import Recipe

Struct = TypeVar("Struct", bound=msgspec.Struct)

Role = Literal["file", "set", "folder", "target"]
"""What a path is: a file; a set of images (a folder, a csv, or the name of one under calibration/); a file or folder that
belongs to a set; a target file."""

PATHS: Final[dict[str, Role]] = {
    "model.path": "file",
    "model.labels": "file",
    "calibration.images": "set",
    "evaluation.images": "set",
    "evaluation.csv": "set",
    "evaluation.masks": "set",
    "evaluation.targets": "set",
    "evaluation.annotations": "folder",
    "prune.distill.images": "set",
    "prune.fine_tune.images": "set",
    "detect.anchors.file": "file",
    "head.labels": "file",
    "deploy.target": "target",
}
"""Place in the recipe's structs -> what it names. `deploy.target` is a path where it looks like one (`is_target_file`)."""


def is_target_file(target: str) -> bool:
    """Whether `deploy.target` is the path of a target file and not the name of a shipped one."""
    return target.endswith(".toml") or "/" in target


def with_paths(recipe: Recipe, of: Callable[[str, Role], str]) -> Recipe:
    """The recipe with every path in it replaced by `of(path, role)`."""
    for place, role in PATHS.items():
        recipe = _replaced(recipe, place.split("."), role, of)
    return recipe


def paths_in(recipe: Recipe) -> Iterator[tuple[str, Role]]:
    """Every path that a recipe names, with its role, in the order of PATHS."""
    found: list[tuple[str, Role]] = []

    def note(path: str, role: Role) -> str:
        found.append((path, role))
        return path

    with_paths(recipe, note)
    yield from found


def _replaced(value: Struct, keys: list[str], role: Role, of: Callable[[str, Role], str]) -> Struct:
    key, *rest = keys
    held = getattr(value, key)
    if held is None:
        return value
    if rest and isinstance(held, tuple):
        new: object = tuple(_replaced(one, rest, role, of) for one in held)
    elif rest:
        new = _replaced(held, rest, role, of)
    elif isinstance(held, str) and (role != "target" or is_target_file(held)):
        new = of(held, role)
    else:
        return value  # labels in a list, the name of a target
    return value if new == held else msgspec.structs.replace(value, **{key: new})
