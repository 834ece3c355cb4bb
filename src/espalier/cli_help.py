"""The commands `espalier help` and `espalier completion`; no logic."""

from __future__ import annotations

import click

from .cli_parts import unknown_command
from .errors import UsageError
from .streams import say


@click.command("help")
@click.argument("words", metavar="[COMMAND]", nargs=-1)
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """Show what a command does and its options; without one, all commands."""
    parent = context.parent
    assert parent is not None
    command: click.Command = parent.command
    inside = _context(command, "espalier", None)
    for word in words:
        known = command.list_commands(inside) if isinstance(command, click.Group) else []
        found = command.get_command(inside, word) if isinstance(command, click.Group) else None
        if found is None:
            raise (
                unknown_command(word, known, inside.command_path)
                if known
                else UsageError(
                    f"{inside.command_path} has no commands of its own",
                    next_step=f"{inside.command_path} --help",
                )
            )
        command, inside = found, _context(found, word, inside)
    say(command.get_help(inside))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(
        command, parent=parent, info_name=name, max_content_width=100, help_option_names=["-h", "--help"]
    )


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), required=False)
@click.option(
    "--install", is_flag=True, help="Write it where the shell reads it when it starts; again changes nothing."
)
@click.pass_context
def completion(context: click.Context, shell: str | None, install: bool) -> None:
    """Print the completion of commands, options, files and targets for SHELL, or install it.

    SHELL is that of $SHELL unless it is named.
    """
    from .shells import completion_script, install_completion, users_shell

    chosen, group = shell or users_shell(), context.find_root().command
    if install:
        for line in install_completion(chosen, group):
            say(line)
    else:
        say(completion_script(chosen, group))
