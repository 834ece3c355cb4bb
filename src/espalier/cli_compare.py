"""The command `espalier compare`; no logic."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from .cli_parts import JSON, print_result
from .streams import say


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--max-growth-bytes", type=int, metavar="N", help="Gate: the int8 model of B has at most so many bytes more.")
@click.option("--max-accuracy-loss", type=float, metavar="POINTS", help="Gate: B loses at most so much on the same images.")
@click.option("--markdown", is_flag=True, help="For a pull request.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page, too.")
@JSON
def compare(
    a: Path,
    b: Path,
    max_growth_bytes: int | None,
    max_accuracy_loss: float | None,
    markdown: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Compare build B with build A: accuracy on the same images, bytes, flash, RAM, instructions, latency, operators, manifests.

    Each is a build's output folder, a recipe that was built, a stored report.json, or a bundle. Builds of other images or labels
    are compared as far as they can be, and it is said what cannot. A gate that fails ends with exit code 5; one that cannot be
    measured fails.
    """
    from .command.compare import compare as run
    from .command.compare import failure
    from .command.write_page import write_page
    from .report.compare import compare_html, compare_lines, compare_markdown

    found = run(a, b, max_growth_bytes=max_growth_bytes, max_accuracy_loss=max_accuracy_loss)
    if page is not None:
        write_page(page, compare_html(found))
    if markdown:
        say(compare_markdown(found).rstrip("\n"))
    else:
        print_result(found, as_json, lambda value: compare_lines(value, shutil.get_terminal_size((100, 24)).columns))
    problem = failure(found)
    if problem is not None:
        raise problem
