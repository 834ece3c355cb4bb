"""What several files of commands share: options, and how a result is printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from .errors import EspalierError
from .streams import say
from .walls import REQUIRE

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
STRICT = click.option(
    "--strict", is_flag=True, help="Warnings fail, too (exit code 5), but for those that the recipe accepts."
)
def _require_walls(context: click.Context, option: click.Parameter, wanted: bool) -> None:
    """In the environment, which child processes inherit."""
    if wanted:
        os.environ[REQUIRE] = "1"


CONFINED = click.option(
    "--require-confinement",
    is_flag=True,
    expose_value=False,
    callback=_require_walls,
    help="Do not go on where this kernel lacks a wall around the processes that read inputs (see doctor).",
)
QUIET = click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")


def print_result(value: Any, as_json: bool, lines: Callable[[Any], list[str]]) -> None:
    """Print a result on stdout: as JSON, or as lines for people."""
    if as_json:
        import msgspec

        data = msgspec.json.encode(value, enc_hook=_plain, order="sorted")
        say(msgspec.json.format(data, indent=2).decode())
    else:
        for line in lines(value):
            say(line)


def _plain(value: Any) -> Any:
    if isinstance(value, EspalierError):
        return {"found": value.found, "supported": value.supported, "next": value.next_step}
    return str(value)
