"""The files of a folder, however it is nested: names that people can see, no link that leads out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import ImagesRefusedError
from ..limits import LIMITS
from ..visible import hidden_character, shown

NESTING = 16
"""Deepest folder below the root of a set."""


def list_files(root: Path) -> list[tuple[str, int]]:
    """(relative path, bytes) of every visible file below `root`, sorted; see `images.scan` for what is refused."""
    real = os.path.realpath(root)
    found: list[tuple[str, int]] = []
    waiting = [("", 0)]
    while waiting:
        prefix, depth = waiting.pop()
        for name, size in _listed(root, real, prefix):
            if size is not None:
                found.append((name, size))
            elif depth + 1 > NESTING:
                raise ImagesRefusedError(
                    f"{shown(name)}: folders are nested over {NESTING} deep",
                    supported="one folder per class",
                    next_step="name the folder that holds the class folders",
                )
            else:
                waiting.append((name + "/", depth + 1))
        if len(found) > LIMITS.image_count:
            raise ImagesRefusedError(
                f"{shown(str(root))} holds over {LIMITS.image_count} files",
                supported=f"at most {LIMITS.image_count}",
                next_step="choose a part of them: espalier calibrate select",
            )
    return sorted(found)


def _listed(root: Path, real: str, prefix: str) -> list[tuple[str, int | None]]:
    """(relative path, bytes) of the visible files of one folder; None bytes for a folder in it."""
    found: list[tuple[str, int | None]] = []
    try:
        with os.scandir(os.path.join(real, prefix)) as listing:
            for item in listing:
                name = prefix + item.name
                if item.name.startswith("."):
                    continue
                if item.is_symlink() and not stays_inside(item.path, real):
                    raise ImagesRefusedError(
                        f"{shown(name)} is a link that leads out of the image folder",
                        supported="files of the folder itself, and links to them",
                        next_step="copy the file into the folder, or remove the link",
                    )
                if item.is_dir():
                    found.append((name, None))
                elif item.is_file():
                    found.append((name, item.stat().st_size))
    except OSError as problem:
        raise unreadable(problem.filename or os.path.join(root, prefix), problem) from None
    return found


def unreadable(name: Any, problem: OSError) -> ImagesRefusedError:
    """The refusal of a file or folder that this user may not read."""
    return ImagesRefusedError(
        f"{shown(os.fsdecode(name))} cannot be read: {problem.strerror}",
        supported="image files and folders that this user may read",
        next_step="give the right to read it (chmod -R u+rX FOLDER), or take it out of the set",
    )


def check_name(name: str) -> None:
    """Names go into reports, and those of folders into labels: they must be text that people can see."""
    if name.isascii() and name.isprintable():
        return
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ImagesRefusedError(
            f"the file name {shown(name)} is not UTF-8 (archives made on other systems give such names)",
            supported="file and folder names in UTF-8",
            next_step="rename them: convmv -f cp1252 -t utf8 -r --notest FOLDER, or unpack the archive anew",
        ) from None
    hidden = hidden_character(name)
    if hidden:
        raise ImagesRefusedError(
            f"the file name {shown(name)} holds the control character {hidden}",
            supported="file and folder names of visible characters",
            next_step="rename the file or folder",
        )


def stays_inside(path: str, root: str) -> bool:
    """Whether a path leads to something below a folder, links followed."""
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)
