"""The command `espalier estimate`; no logic."""

from __future__ import annotations

from pathlib import Path

import click

from .cli_parts import JSON, print_result, target_names_from


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.option(
    "--target",
    "targets",
    multiple=True,
    shell_complete=target_names_from,
    help="A target. Repeatable; default: all of them.",
)
@click.option("--optimize", type=click.Choice(["speed", "ram"]), default="speed", show_default=True)
@click.option(
    "--size", type=(int, int), metavar="HEIGHT WIDTH", help="Of the image, where the model leaves that open."
)
@click.option("--reserve-flash", type=click.IntRange(0), default=0, help="Bytes that the application needs.")
@click.option("--reserve-ram", type=click.IntRange(0), default=0, help="Bytes that the application needs.")
@JSON
def estimate(
    model: Path,
    targets: tuple[str, ...],
    optimize: str,
    size: tuple[int, int] | None,
    reserve_flash: int,
    reserve_ram: int,
    as_json: bool,
) -> None:
    """Tell in seconds where MODEL would fit: flash, RAM, instructions and milliseconds with their error, missing operators.

    MODEL is a .keras or .h5 file, or an int8 .tflite. Needs no images and no TensorFlow; what is told is added up, a build
    measures it. With --target the exit code is 5 where one of them cannot hold it, 4 where one lacks an operator.
    """
    from .command.estimate import estimate_lines, estimate_model

    found = estimate_model(
        model, targets, optimize=optimize, size=size, reserve_flash=reserve_flash, reserve_ram=reserve_ram
    )
    print_result(found.report, as_json, estimate_lines)
    if found.failure is not None:
        raise found.failure
