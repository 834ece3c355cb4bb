"""What several files of commands share: options, how a result is printed, and what is said to a command that is none."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from .errors import EspalierError, UsageError
from .streams import columns, say, stdout
from .walls import REQUIRE

JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
STRICT = click.option(
    "--strict", is_flag=True, help="Warnings fail, too (exit code 5), but for those that the recipe accepts."
)
ANNOTATE = click.option(
    "--annotate",
    type=click.Choice(["github", "gitlab"]),
    help="Say what is wrong at the recipe's lines, too: workflow commands on stderr, or gl-code-quality-report.json.",
)
VERBOSE = click.option(
    "--verbose", "-v", is_flag=True, help="On a terminal: every line of the result, not one screen of it."
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


def target_names_from(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Completions of a target's name."""
    from .target import target_names

    return [name for name in target_names() if name.startswith(begun)]


class Commands(click.Group):
    """Commands; one that does not exist is told with the nearest that does."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it; refuses an unknown command in three parts."""
        name = arguments[0]
        if self.get_command(context, name) is None and not name.startswith("-"):
            raise unknown_command(name, self.list_commands(context), context.command_path)
        return super().resolve_command(context, arguments)


def unknown_command(name: str, known: list[str], path: str = "espalier") -> UsageError:
    """The refusal of a command that is none; `path`: the group that it would be of."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return UsageError(
        f"there is no command {name[:60]!r}",
        supported=", ".join(known),
        next_step=f"did you mean `{path} {near[0]}`?" if near else f"{path} --help lists them",
    )


def bad_usage(problem: click.ClickException, group: click.Group) -> UsageError:
    """What click refuses, in our three parts: what was found, what may stand there, what to do."""
    found = problem.format_message().rstrip(".")
    context = getattr(problem, "ctx", None)
    named = next((word for word in sys.argv[1:] if word in group.commands), "")
    path = named if context is None else " ".join(context.command_path.split()[1:])
    near = list(getattr(problem, "possibilities", None) or [])
    option = getattr(problem, "option_name", None)
    found = (
        f"there is no option {option!r}"
        if isinstance(problem, click.NoSuchOption)
        else found[:1].lower() + found[1:]
    )
    allowed = ""
    parameter = getattr(problem, "param", None)
    if parameter is not None and isinstance(parameter.type, click.Choice):
        words = [str(word) for word in parameter.type.choices]
        allowed, found = (
            ", ".join(words),
            found.split(" is not one of ")[0] + " is none of the words that it may be",
        )
        given = found.split("'")[-2] if found.count("'") >= 2 else ""
        near = difflib.get_close_matches(given, words, n=1, cutoff=0.4)
    if context is not None and not allowed:
        allowed = " ".join(
            context.command.collect_usage_pieces(context)
        ) and context.get_usage().removeprefix("Usage: ")
    asked = f"espalier help {path}".rstrip()
    return UsageError(found, supported=allowed, next_step=f"did you mean {near[0]}?" if near else asked)


def print_result(value: Any, as_json: bool, lines: Callable[[Any], list[str]]) -> None:
    """Print a result on stdout: as JSON, or as lines for people."""
    if as_json:
        import msgspec

        data = msgspec.json.encode(value, enc_hook=_plain, order="sorted")
        say(msgspec.json.format(data, indent=2).decode())
    else:
        print_lines(lines(value))


def say_notes(service: str | None, notes: Sequence[tuple[str, str, str]], recipe: Path) -> None:
    """Say notes (level, what they are about, text) in the way of a CI service, where one is named."""
    from .annotate import Note, tell

    if service is not None:
        told = [
            Note(level="error" if level == "error" else "warning", about=about, text=text)
            for level, about, text in notes
        ]
        for line in tell(service, told, recipe):
            say(line, sys.stderr)


@contextlib.contextmanager
def annotated_failure(service: str | None, recipe: Path) -> Iterator[None]:
    """What ends a command is said at the recipe's line, too."""
    from .annotate import named_in

    try:
        yield
    except EspalierError as problem:
        told = " | ".join(str(problem).splitlines())
        say_notes(service, [("error", named_in(told), told)], recipe)
        raise


def print_lines(lines: Iterable[str]) -> None:
    """Lines on stdout: folded where that is a terminal, its words for how it went in colour where they are wanted."""
    from .folded import for_terminal

    for line in for_terminal(lines, columns(stdout())):
        say(line)


def _plain(value: Any) -> Any:
    if isinstance(value, EspalierError):
        return {"found": value.found, "supported": value.supported, "next": value.next_step}
    return str(value)
