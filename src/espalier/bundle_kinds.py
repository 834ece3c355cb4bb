"""The kinds of bundle, as data: for which devices each is made and what a target file must then say.

What makes and checks them is `bundle/kinds.py`, one module per kind.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from .plugins import BUNDLES, usable

Device = Literal["phone", "camera", "server", "browser", "microcontroller"]
"""What a target is."""


class BundleKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of bundle."""

    what: str
    """In words, with its article."""
    devices: tuple[Device, ...]
    """Which it is for."""
    architectures: tuple[str, ...] = ()
    """The instruction sets whose runtimes it can carry; empty: source code, or a file for any."""
    facts: tuple[str, ...] = ()
    """Facts of a target without which it cannot be written."""
    keys: tuple[str, ...] = ()
    """Tables and lists of a target file without which it cannot be written."""
    arena: bool = False
    """Whether what it runs takes its RAM from an arena, which must be known."""
    package: str = "model"
    """What follows the model's name in the name of its Debian package, where it is one."""


KINDS: Final[Mapping[str, BundleKind]] = {
    "aar": BundleKind(
        what="an Android library", devices=("phone", "camera"), architectures=("aarch64", "armv7l", "x86_64"), facts=("min-sdk",)
    ),
    "deb": BundleKind(
        what="a Debian package", devices=("camera", "phone"), architectures=("aarch64", "armv7l"), keys=("python",)
    ),
    "swift": BundleKind(what="a Swift package", devices=("phone",), architectures=("aarch64",)),
    "npm": BundleKind(what="an npm package", devices=("browser",), architectures=("wasm32",)),
    "handover": BundleKind(what="what a vendor\'s own compiler takes", devices=("microcontroller", "camera")),
    "ethos-u": BundleKind(what="a model compiled for an Arm Ethos-U", devices=("microcontroller",), keys=("npu",)),
    "firmware": BundleKind(what="firmware sources", devices=("microcontroller",), keys=("compiler",), arena=True),
    "openmv": BundleKind(what="scripts and model for an OpenMV camera", devices=("microcontroller",), arena=True),
    "service": BundleKind(
        what="a service for a rack or a cloud",
        devices=("server",),
        architectures=("aarch64", "x86_64"),
        keys=("python",),
        package="service",
    ),
}
"""Name, as `bundle` of a target file says it -> the kind."""


@functools.cache
def kinds() -> Mapping[str, BundleKind]:
    """The kinds of the table, and those that installed packages bring (plugins.py); a name of the table is the table's."""
    brought = {name: getattr(value, "KIND", None) for name, value in usable(BUNDLES).items()}
    return {**{name: kind for name, kind in brought.items() if isinstance(kind, BundleKind)}, **KINDS}
