"""Build: the recipe is read, then stages/pipeline.py's stages turn it into bundles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import machine_error
from ..stages.job import read_job
from ..stages.outcome import STAGES, Outcome, output_folder
from ..stages.output import OUTPUT
from ..stages.publish import may_replace
from ..stages.workshop import Workshop
from ..store import Store
from ..terminal import Progress

if TYPE_CHECKING:
    pass


def build(
    recipe: Path | str,
    out: Path | str = "dist",
    *,
    tools: str = "fast",
    fresh: bool = False,
    all_or_nothing: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    store: Store | None = None,
) -> Outcome:
    """Build every bundle of a recipe into out/<name>-<version>/, which appears at once or not at all.

    `tools`: which consumers' tools check the bundles ("fast", "all", "none"). `fresh`: run every stage.
    `all_or_nothing`: a target that fails withholds the bundles of the others, too. `strict`: a warning fails.
    Raises EspalierError for refused input; a failed gate or check is returned as `failure`, with its report written.
    """
    try:
        with Workshop(store or Store.default(), progress or Progress(quiet=True), fresh=fresh) as shop:
            shop.plan(STAGES, Path(recipe))
            job = read_job(shop, Path(recipe))
            may_replace(output_folder(Path(out), job.recipe), OUTPUT)
            # The stages' own imports take a quarter of a second: `read_job` has started TensorFlow's, which run meanwhile.
            from ..stages.pipeline import run_stages

            return run_stages(shop, job, Path(out), tools=tools, all_or_nothing=all_or_nothing, strict=strict)
    except (OSError, MemoryError) as problem:
        refused = machine_error(problem)
        if refused is None:
            raise
        raise refused from problem
