"""The commands `espalier calibrate check` and `espalier calibrate select`; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from .cli_parts import JSON, QUIET, STRICT, Commands, print_result


@click.group(cls=Commands)
def calibrate() -> None:
    """Check calibration images, or choose a small set out of a large folder."""


@calibrate.command("check")
@click.argument("recipe", type=click.Path(path_type=Path))
@STRICT
@JSON
@QUIET
def calibrate_check(recipe: Path, strict: bool, as_json: bool, quiet: bool) -> None:
    """Find what is wrong with the image sets of RECIPE: files, copies, leakage, looks, preprocessing, labels, ranges.

    Exit code 3 when a finding would refuse a build.
    """
    from .command.calibrate_check import check_result, examine
    from .command.check import too_strict
    from .command.lines import calibrate_check_lines
    from .terminal import Progress

    done = examine(recipe, progress=Progress(quiet=quiet))
    if as_json:
        print_result(check_result(done), True, lambda value: [])
    else:
        print_result(done, False, calibrate_check_lines)
    refusal = done.refusal() or (too_strict(done.warnings) if strict else None)
    if refusal is not None:
        raise refusal


@calibrate.command("select")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--recipe", type=click.Path(path_type=Path), help="Recipe that names the model and the input contract."
)
@click.option(
    "--model", type=click.Path(path_type=Path), help="Model file, without a recipe: the contract is guessed."
)
@click.option("--count", type=int, default=200, show_default=True, help="Images to choose.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The set's folder, e.g. calibration/NAME."
)
@JSON
@QUIET
def calibrate_select(
    folder: Path, recipe: Path | None, model: Path | None, count: int, out: Path, as_json: bool, quiet: bool
) -> None:
    """Choose a small, balanced, diverse set without duplicates out of FOLDER, and say how it beats random choice.

    Writes OUT with set.toml, SHA256SUMS and images/; a recipe names it with `images = "NAME"`.
    """
    from .command.calibrate_select import select_set
    from .command.lines import calibrate_select_lines
    from .terminal import Progress

    done = select_set(
        folder, out=out, count=count, recipe=recipe, model=model, progress=Progress(quiet=quiet)
    )
    print_result(done, as_json, calibrate_select_lines)
