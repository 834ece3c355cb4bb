"""Who makes and checks each kind of bundle: one module per kind, with the same two functions.

The facts of the kinds (for which devices, what a target file must say) are ground: `bundle_kinds.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol, cast

from ..facts import Artifact, BundleSource, Check
from ..plugins import BUNDLES, usable
from . import android, ethos_u, firmware, handover, npm, openmv, raspberry_pi, service, swift


class Maker(Protocol):
    """What a module of a bundle kind has."""

    def contents(self, source: BundleSource) -> tuple[Artifact, ...]:
        """All files but the manifest, README.md among them, sorted by path; the same bytes for the same source."""
        ...

    def check(self, folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
        """The written files in the hands of their consumers' own tools; one that is not here is a row "not run"."""
        ...


MAKERS: Final[Mapping[str, Maker]] = {
    "aar": android,
    "deb": raspberry_pi,
    "ethos-u": ethos_u,
    "firmware": firmware,
    "handover": handover,
    "npm": npm,
    "openmv": openmv,
    "service": service,
    "swift": swift,
}
"""Kind, as `bundle` of a target file says it -> its module."""


def maker_of(kind: str) -> Maker:
    """The module of a kind: ours, or that of the package which brings it (plugins.py)."""
    if kind in MAKERS:
        return MAKERS[kind]
    return cast(Maker, usable(BUNDLES)[kind])
