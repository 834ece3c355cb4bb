"""What a build leaves, where it puts it, and the names of its stages in their order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EspalierError
from ..report.text import summary
from ..tabular import Tabular

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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outcome(Tabular):
    """What a build leaves: the report, its JSON, the folder, the error of a failed gate (None when passed), and what
    went wrong beside it (a store that cannot be used, files of the user's that were in the folder).

        outcome = espalier.build("recipe.toml")
        if outcome.failure is None:
            print(outcome.folder, [bundle.path for bundle in outcome.report.bundles])
    """

    report: Report
    report_json: bytes
    folder: Path
    failure: EspalierError | None = None
    warnings: tuple[str, ...] = ()

    def table(self) -> list[tuple[str, ...]]:
        """Label and value of the figures that decide, failed gates and checks, and the bundles."""
        head = (self.report.name, f"{self.report.version}: {self.report.status}")
        return [head, *summary(self.report, self.folder), *(("warning", text) for text in self.warnings)]
