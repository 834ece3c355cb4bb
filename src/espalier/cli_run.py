"""The command `espalier run`; no logic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .cli_parts import QUIET
from .streams import say


@click.command()
@click.argument("what", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path), nargs=-1)
@click.option("--video", type=click.Path(path_type=Path), help="A video file in place of images (package av).")
@click.option("--camera", is_flag=False, flag_value="/dev/video0", metavar="DEVICE", help="A V4L2 camera [/dev/video0].")
@click.option("--every", type=click.IntRange(1), default=1, show_default=True, help="Answer one of so many frames.")
@click.option("--frames", "most", type=click.IntRange(1), help="Stop after so many answered frames.")
@click.option("--contract", type=click.Path(path_type=Path), help="Of a .tflite: the recipe or bundle it belongs to.")
@click.option("--out", type=click.Path(path_type=Path), help="Write pictures there: boxes, maps laid over, or what is painted.")
@click.option("--float", "with_float", is_flag=True, help="The float model beside the int8 one (of an output folder).")
@click.option("--threshold", type=click.FloatRange(0, 1), help="Confidence below which the answer is review [the recipe's].")
@click.option("--references", type=click.Path(path_type=Path), help="Enrolled vectors of a model that embeds (JSON).")
@click.option("--numbers", metavar="WHAT", help="Numbers beside the image: NAME=VALUE,..., a .csv or a .json.")
@click.option("--time", "times", is_flag=True, help="Add each image's milliseconds.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line (espalier schema run).")
@click.option("--serve", is_flag=True, help="Open a page on this machine: drop a picture, see int8 beside float.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of --serve; 0: a free one.")
@QUIET
def run(
    what: Path, contract: Path | None, times: bool, as_json: bool, serve: bool, port: int, quiet: bool, **wish: Any
) -> None:
    """Try WHAT on IMAGES (files, folders), a video or a camera, on this machine.

    WHAT is a bundle of any kind, a build's output folder, its recipe, or a .tflite. Images are prepared by the model's own
    contract, LiteRT runs it in a confined process, and the answer is decoded by the device's program. Exit code 3 where an
    image cannot be read; the others are answered.
    """
    import msgspec

    from .command.run import Run, Wish
    from .command.run_lines import row_line, summary_line
    from .run_rows import RunRow

    if serve:
        from .command.serve import serve as open_page

        open_page(what, contract, Wish(**wish), port)
        return
    running = Run(what, contract, Wish(**wish))
    if running.subject.note and not quiet:
        say(f"note: {running.subject.note}", sys.stderr)
    for one in running.rows():
        row = one if isinstance(one, RunRow) else one.row
        say(msgspec.json.encode(row).decode() if as_json else row_line(one, running.subject, times=times))
    if running.summary is not None and not quiet:
        say(summary_line(running.summary), sys.stderr)
    if running.failure is not None:
        raise running.failure
