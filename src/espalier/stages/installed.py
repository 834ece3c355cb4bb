"""Which versions of packages are installed, by the names of their folders: the library that knows all ways to install one
reads each package's metadata as a letter, which takes as long as half of our own imports."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

ABSENT = "absent"

_FOLDER = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-]+)\.dist-info")


def installed_versions(names: Sequence[str]) -> dict[str, str]:
    """The version of each package that Python would import, ABSENT for one that is not installed.

    `names`: distributions, as they stand in requirements.
    """
    found: dict[str, str] = {}
    wanted = set(map(_plain, names))
    for folder in sys.path:
        for match in filter(None, map(_FOLDER.fullmatch, _entries(folder))):
            if _plain(match["name"]) in wanted:
                found.setdefault(_plain(match["name"]), match["version"])
    return {name: found.get(_plain(name)) or _otherwise(name) for name in names}


def _plain(name: str) -> str:
    """All ways to write a name as one (PEP 503)."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")
    except OSError:  # a .zip, or a folder that is not there
        return []


def _otherwise(name: str) -> str:
    """For a package that was installed in another way than by a wheel, or not at all."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT
