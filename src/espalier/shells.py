"""Completion in bash, zsh and fish: the scripts (click writes them), where they are installed, and the answers that they
ask for."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from .errors import UsageError, machine_errors

PROGRAM: Final = "espalier"
VARIABLE: Final = "_ESPALIER_COMPLETE"
_BEGIN: Final = "# espalier completion"
STARTS: Final[Mapping[str, str]] = {"bash": ".bashrc", "zsh": ".zshrc"}
"""What a shell reads when it starts, below the home folder (of zsh: $ZDOTDIR)."""
_ZSH_FIRST: Final = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }\n"


def complete(group: click.Group) -> bool:
    """Answer a shell that asks for completions; False where none does."""
    instruction = os.environ.get(VARIABLE)
    if not instruction:
        return False
    from click.shell_completion import shell_complete

    return shell_complete(group, {}, PROGRAM, VARIABLE, instruction) == 0


def users_shell() -> str:
    """The user's own shell. Raises UsageError for one that no completion is written for."""
    name = Path(os.environ.get("SHELL", "")).name
    if name not in ("bash", "zsh", "fish"):
        raise UsageError(
            f"the shell {name!r} is not known" if name else "SHELL does not say which shell this is",
            supported="bash, zsh, fish",
            next_step="name it: espalier completion bash",
        )
    return name


def completion_script(shell: str, group: click.Command) -> str:
    """What a shell runs so that Tab completes."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"there is no completion for {shell}", supported="bash, zsh, fish")
    script = found(group, {}, PROGRAM, VARIABLE).source().strip()
    return (_ZSH_FIRST if shell == "zsh" else "") + script


def install_completion(shell: str, group: click.Command) -> list[str]:
    """Write the script and have the shell read it; what was done, in lines. A second time changes nothing."""
    with machine_errors():
        home = Path.home()
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / PROGRAM
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        path = config / "fish/completions/espalier.fish" if shell == "fish" else data / f"completion.{shell}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(completion_script(shell, group) + "\n", encoding="utf-8")
        told = [f"wrote {path}"]
        if shell in STARTS:
            folder = Path(os.environ.get("ZDOTDIR") or home) if shell == "zsh" else home
            told += _read_at_start(folder / STARTS[shell], path)
    return [*told, f"open a new {shell}: Tab completes commands, options, files and targets"]


def _read_at_start(start: Path, script: Path) -> list[str]:
    line = f"[ -f {shlex.quote(str(script))} ] && . {shlex.quote(str(script))}  {_BEGIN}\n"
    text = start.read_text(encoding="utf-8") if start.exists() else ""
    if line in text:
        return [f"{start} reads it already"]
    kept = "".join(row for row in text.splitlines(keepends=True) if not row.rstrip().endswith(_BEGIN))
    start.write_text(kept + ("\n" if kept and not kept.endswith("\n") else "") + line, encoding="utf-8")
    return [f"{start} reads it when a shell starts"]
