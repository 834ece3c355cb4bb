"""Build: the recipe is read, then stages/pipeline.py's stages turn it into bundles."""

from __future__ import annotations

from pathlib import Path

from ..bundle.signature import Signer
from ..errors import UsageError, machine_errors
from ..recipe import Recipe
from ..stages.job import read_job
from ..stages.outcome import STAGES, Outcome, output_folder
from ..stages.output import OUTPUT
from ..stages.publish import may_replace
from ..stages.workshop import Workshop
from ..store import Store
from ..terminal import Progress
from .in_memory import Images, Labels, Model, as_files
from .keys import read_signer


def build(
    recipe: Path | str | Recipe,
    out: Path | str = "dist",
    *,
    model: Model | None = None,
    calibration: Images | None = None,
    evaluation: Path | str | tuple[Images, Labels | None] | None = None,
    tools: str = "fast",
    fresh: bool = False,
    all_or_nothing: bool = False,
    strict: bool = False,
    sign: Path | str | Signer | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    timed: bool = True,
) -> Outcome:
    """Build every bundle of a recipe into out/<name>-<version>/, which appears at once or not at all.

    `recipe`: a file, or a Recipe whose paths are taken from the current folder. What is given in memory takes the place of
    what it names: `model`, a Keras model (Keras 3 or tf_keras) or a path; `calibration`, uint8 images [n, height, width,
    channels] in the order red, green, blue, an iterable of such images, or a path; `evaluation`, (images, labels) or a path.
    `tools`: which consumers' tools check the bundles ("fast", "all", "none"). `fresh`: run every stage.
    `all_or_nothing`: a target that fails withholds the bundles of the others, too. `strict`: a warning fails.
    `sign`: the file of a secret key without a passphrase, or what `bundle.signature.read_signer` gave: each bundle is signed.
    `timed`: whether latency on this machine is measured; a budget of it fails without.
    Raises a child of EspalierError for refused input; a failed gate or check is returned as `failure`, with its report written.

        outcome = espalier.build("recipe.toml", model=model, evaluation=(images, labels))
    """
    signer = read_signer(Path(sign), _no_passphrase) if isinstance(sign, Path | str) else sign
    with (
        machine_errors(),
        as_files(recipe, model=model, calibration=calibration, evaluation=evaluation) as path,
        Workshop(store or Store.default(), progress or Progress(quiet=True), fresh=fresh, timed=timed) as shop,
    ):
        shop.plan(STAGES, path)
        job = read_job(shop, path)
        may_replace(output_folder(Path(out), job.recipe), OUTPUT)
        # The stages' own imports take a quarter of a second: `read_job` has started TensorFlow's, which run meanwhile.
        from ..stages.pipeline import run_stages

        return run_stages(
            shop, job, Path(out), tools=tools, all_or_nothing=all_or_nothing, strict=strict, signer=signer
        )


def _no_passphrase() -> str:
    raise UsageError(
        "the secret key has a passphrase", supported="a key without one, or one that is read", next_step="espalier build --sign"
    )
