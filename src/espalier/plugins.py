"""Targets and kinds of bundle that other packages bring, by entry points (`espalier.targets`, `espalier.bundles`).

A plug-in is code that whoever installed it trusts. One that does not load changes nothing but a row of `espalier doctor`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .visible import shown

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TARGETS: Final = "espalier.targets"
"""Group of entry points that name a package with target files: every .toml in it is a target."""
BUNDLES: Final = "espalier.bundles"
"""Group of entry points whose name is a kind of bundle, and whose module has KIND, `contents` and `check`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An entry point of another package. `problem`: why it is left out, "" where it is used."""

    group: str
    name: str
    package: str
    value: object = None
    problem: str = ""


@functools.cache
def loaded(group: str) -> tuple[Plugin, ...]:
    """The entry points of a group, loaded, by name; of two with one name the first package's alone."""
    found: dict[str, Plugin] = {}
    if not _named(group):
        return ()
    from importlib.metadata import entry_points

    for point in sorted(
        entry_points(group=group), key=lambda one: (one.name, _package(one))
    ):
        known = found.get(point.name)
        plugin = _loaded(point) if known is None else Plugin(
            group=group, name=point.name, package=_package(point), problem=f"{known.package} has this name, too"
        )  # fmt: skip
        found[point.name if known is None else f"{point.name} of {plugin.package}"] = plugin
    return tuple(found.values())


def _named(group: str) -> bool:
    """Whether any installed package names the group: the library that reads entry points costs a command 50 ms."""
    written = f"[{group}]"
    for folder in map(Path, sys.path):
        for place in folder.glob("*-info/entry_points.txt"):
            try:
                if written in place.read_text("utf-8", "replace"):
                    return True
            except OSError:
                continue
    return False


def _loaded(point: EntryPoint) -> Plugin:
    package = _package(point)
    try:
        value: object = point.load()
    except (Exception, SystemExit) as problem:  # whatever its code does must not end a command
        why = shown(f"{type(problem).__name__}: {problem}")
        return Plugin(group=point.group, name=point.name, package=package, problem=f"it does not load: {why}")
    return Plugin(group=point.group, name=point.name, package=package, value=value)


def _package(point: EntryPoint) -> str:
    return "unknown" if point.dist is None else f"{point.dist.name} {point.dist.version}"


def usable(group: str) -> Mapping[str, object]:
    """Name -> value of the plug-ins of a group that load and have what they need."""
    return {one.name: one.value for one in loaded(group) if not (one.problem or _lacks(one))}


def target_files() -> list[Path]:
    """The target files of all plug-ins, by package and name."""
    return [path for one in loaded(TARGETS) for path in _files(one)]


def _files(plugin: Plugin) -> list[Path]:
    name = getattr(plugin.value, "__name__", None)
    if plugin.problem or not isinstance(name, str):
        return []
    try:
        return sorted(Path(str(item)) for item in files(name).iterdir() if item.name.endswith(".toml"))
    except (ImportError, OSError, TypeError):
        return []


def rows() -> list[dict[str, str]]:
    """What `espalier doctor` tells of every plug-in."""
    return [
        {"group": one.group, "name": one.name, "package": one.package, "problem": one.problem or _lacks(one)}
        for group in (TARGETS, BUNDLES)
        for one in loaded(group)
    ]


def _lacks(plugin: Plugin) -> str:
    """Why a plug-in that loads is of no use."""
    if plugin.group == TARGETS:
        return "" if _files(plugin) else "it is no package with .toml files"
    lacking = [name for name in ("KIND", "contents", "check") if not hasattr(plugin.value, name)]
    return f"it has no {', '.join(lacking)}" if lacking else ""
