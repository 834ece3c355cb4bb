"""What a build leaves, where it puts it, and the names of its stages in their order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EspalierError

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..rows import Report

STAGES = (
    "read",
    "images",
    "load",
    "prune",
    "quantize",
    "prove",
    "evaluate",
    "bundle",
    "benchmark",
    "report",
)


def output_folder(out: Path, recipe: Recipe) -> Path:
    """Where a build of a recipe puts its files."""
    return out / f"{recipe.name}-{recipe.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a build leaves: the report, its JSON, the folder, the error of a failed gate (None when passed), and what
    went wrong beside it (a store that cannot be used, files of the user's that were in the folder)."""

    report: Report
    report_json: bytes
    folder: Path
    failure: EspalierError | None = None
    warnings: tuple[str, ...] = ()
