"""The reference pages of what people type: commands, and names of the package, as their own help and docstrings say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import click

import espalier
from espalier import cli

RECIPE_MODULES = ("espalier.recipe", "espalier.recipe_answers", "espalier.recipe_budgets")
FUNCTIONS = (
    "quantize", "compile", "build", "check", "compare", "estimate", "explain", "inspect", "verify", "load_recipe", "load_target",
)  # fmt: skip
VALUES = (
    "Small", "Evaluated", "Compilation", "Outcome", "Report", "Checked", "Estimated", "Inspected", "Explained", "Comparison",
    "Verified", "Target",
)  # fmt: skip


def commands() -> str:
    """Every command with its help."""
    lines = [
        "# Commands",
        "",
        "Results go to stdout, everything for people to stderr; `--json` prints the result as JSON. "
        "Exit codes: [errors](errors.md).",
    ]
    for name, command in _commands(cli.cli, "espalier"):
        context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
        lines += ["", f"## {name}", "", "```text", command.get_help(context), "```"]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    for key, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {key}")
        else:
            yield f"{name} {key}", command


def python() -> str:
    """Every public name of the package."""
    recipe = [name for name in espalier.__all__ if _kind(name) == "recipe"]
    errors = [name for name in espalier.__all__ if _kind(name) == "error"]
    lines = ["# Python", "", _text(inspect.getdoc(espalier) or ""), "", "## Functions"]
    for name in FUNCTIONS:
        lines += ["", f"### {name}", "", *_signature(name), "", _text(inspect.getdoc(getattr(espalier, name)) or "")]
    lines += ["", "## What they give"]
    for name in VALUES:
        kind = getattr(espalier, name)
        lines += ["", f"### {name}", "", _text(inspect.getdoc(kind) or ""), "", *_members(kind)]
    lines += [
        "",
        "## A recipe and its parts",
        "",
        "Frozen values with the keys of the [recipe](recipe.md), dashes written as underscores: "
        + ", ".join(f"`{name}`" for name in recipe)
        + ".",
        "",
        "## Errors",
        "",
        "Each has `found`, `supported`, `next_step` and `exit_code` ([which](errors.md)).",
        "",
        "| class | |",
        "|---|---|",
        *(f"| `{name}` | {_text(getattr(espalier, name).__doc__).splitlines()[0]} |" for name in errors),
    ]
    return "\n".join(lines) + "\n"


def public_names() -> set[str]:
    """Every public name that the page tells of."""
    return {*FUNCTIONS, *VALUES, *(name for name in espalier.__all__ if _kind(name))}


def _kind(name: str) -> str:
    value = getattr(espalier, name)
    if isinstance(value, type) and issubclass(value, espalier.EspalierError):
        return "error"
    inside = getattr(value, "__module__", "") in RECIPE_MODULES and isinstance(value, type)
    return "recipe" if inside else ""


def _signature(name: str) -> list[str]:
    """A function as it is declared, one parameter in a line where there are several."""
    found = inspect.signature(getattr(espalier, name))
    parts, star = [], False
    for parameter in found.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parts.append("*")
            star = True
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{parameter.name}: {parameter.annotation}{default}")
    inside = ", ".join(parts)
    many = len(inside) > 80
    body = "".join(f"\n    {part}," for part in parts) + "\n" if many else inside
    return ["```python", f"espalier.{name}({body}) -> {found.return_annotation}", "```"]


def _members(kind: type) -> list[str]:
    """Methods and properties with the first sentence of their docstrings."""
    rows = []
    for name, member in vars(kind).items():
        function = member.fget if isinstance(member, property) else member
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        said = _text(inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
        shown = name if isinstance(member, property) else f"{name}()"
        rows.append(f"| `{shown}` | {said} |")
    return ["| | |", "|---|---|", *rows] if rows else []


def _text(docstring: Any) -> str:
    """A docstring as Markdown: indented examples are Python."""
    text = re.sub(r"(?m)(?:^ {4}.*\n?)(?:^(?: {4}.*)?\n?)*", _fenced, inspect.cleandoc(docstring or "") + "\n")
    return text.strip()


def _fenced(block: re.Match[str]) -> str:
    inside = inspect.cleandoc("\n" + block[0]).strip()
    return f"```python\n{inside}\n```\n\n"
