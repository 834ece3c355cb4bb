"""A calibration set under calibration/<name>/: its set.toml, and the digests that its images must still have."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from ..errors import ImagesRefusedError
from ..limits import LIMITS
from ..recipe import InputContract
from ..tables import parse_table, read_bounded

FILE, IMAGES, SUMS = "set.toml", "images", "SHA256SUMS"

SHOWN = 5
"""Changed files that are named."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How `espalier calibrate select` made the set: from how many images, with which model."""

    candidates: int
    left_out: int
    model_sha256: str
    method: str


class NamedSet(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """set.toml. `images`: the folder below images/ that holds them; `fingerprint`: load.images.fingerprint of it."""

    name: str
    title: str
    origin: str
    licence: str
    make: str = ""
    images: str = ""
    classes: tuple[str, ...] = ()
    count: int | None = None
    fingerprint: str = ""
    input: InputContract | None = None
    chosen: Chosen | None = None


def read_set(folder: Path) -> NamedSet:
    """The set.toml of a set's folder. Raises ImagesRefusedError for a wrong key or type."""
    data = read_bounded(
        folder / FILE, error=ImagesRefusedError, what="calibration set", limit_bytes=LIMITS.recipe_bytes
    )
    return parse_table(data, NamedSet, error=ImagesRefusedError, where=f"calibration set {folder.name}")


def images_of(folder: Path) -> Path:
    """The folder with the images of a set. Raises ImagesRefusedError when they were not made yet."""
    known = read_set(folder)
    for place in (folder / IMAGES / known.images, folder / IMAGES):
        if os.path.isdir(place):
            return place
    raise ImagesRefusedError(
        f"the calibration set {folder.name!r} has no images yet",
        next_step=f"make them: python {folder / known.make} {folder / IMAGES}" if known.make else "select it again",
    )


def check_unchanged(images: Path, fingerprint: str) -> None:
    """Refuse the images of a set that are not those it was written with; nothing is known of other folders."""
    folder = images.parent
    if images.name != IMAGES or not os.path.isfile(folder / FILE):
        return
    known = read_set(folder)
    if not known.fingerprint or known.fingerprint == fingerprint:
        return
    changed = _changed(folder)
    said = ", ".join(changed[:SHOWN]) + (f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else "")
    raise ImagesRefusedError(
        f"the calibration set {folder.name!r} is not what its digests say: {said or 'set.toml or ' + SUMS + ' changed'}",
        supported="images whose sha256 equals their line in " + SUMS,
        next_step="restore them (git checkout), or select the set again",
    )


def _changed(folder: Path) -> list[str]:
    """Files that are changed, missing or new, against SHA256SUMS."""
    expected: dict[str, str] = {}
    if os.path.isfile(folder / SUMS):
        data = read_bounded(folder / SUMS, error=ImagesRefusedError, what=SUMS, limit_bytes=64 << 20)
        for line in data.decode("utf-8", "replace").splitlines():
            digest, _, name = line.partition("  ")
            expected[name] = digest
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / IMAGES).rglob("*"))
        if path.is_file() and path.stat().st_size <= LIMITS.image_file_bytes
    }
    return sorted(
        [f"{name} changed" for name in expected.keys() & found.keys() if expected[name] != found[name]]
        + [f"{name} missing" for name in expected.keys() - found.keys()]
        + [f"{name} added" for name in found.keys() - expected.keys()]
    )
