"""What several files of commands share: options, and how a result is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .errors import EspalierError
from .streams import say

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
STRICT = click.option(
    "--strict", is_flag=True, help="Warnings fail, too (exit code 5), but for those that the recipe accepts."
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
