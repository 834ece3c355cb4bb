"""The commands `espalier help` and `espalier completion`; no logic."""

from __future__ import annotations

import click

from .cli_parts import unknown_command
from .streams import say


@click.command("help")
@click.argument("words", metavar="[COMMAND]", nargs=-1)
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """Show what a command does and its options; without one, all commands."""
    parent = context.parent
    assert parent is not None  # noqa: S101 - click calls a subcommand with its group's context
    command: click.Command = parent.command
    inside = click.Context(command, info_name="espalier", **_LIKE)
    for word in words:
        known = command.list_commands(inside) if isinstance(command, click.Group) else []
        found = command.get_command(inside, word) if isinstance(command, click.Group) else None
        if found is None:
            raise unknown_command(" ".join(words), known or parent.command.list_commands(parent))  # type: ignore[attr-defined]
        command, inside = found, click.Context(found, info_name=word, parent=inside, **_LIKE)
    say(command.get_help(inside))


_LIKE = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), required=False)
@click.option("--install", is_flag=True, help="Write it where the shell reads it when it starts; again changes nothing.")
def completion(shell: str | None, install: bool) -> None:
    """Print the completion of commands, options, files and targets for SHELL, or install it.

    SHELL is that of $SHELL unless it is named.
    """
    from .shells import completion_script, install_completion, users_shell

    chosen = shell or users_shell()
    if install:
        for line in install_completion(chosen):
            say(line)
    else:
        say(completion_script(chosen))
