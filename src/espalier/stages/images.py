"""The image sets of a build: scanned and fingerprinted in the command, decoded by child processes only when needed."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..errors import ImagesRefusedError
from ..fed import normalised_numbers
from ..findings import Finding
from ..image_facts import Prepared
from ..limits import LIMITS
from ..load.annotations import fingerprint
from ..load.images import ImageEntry, select
from ..load.named_set import check_unchanged, images_of
from ..load.pixel_file import check_room
from ..load.snapshot import snapshot
from ..recipe import InputContract, Recipe
from ..worker.file_calls import PrepareForMediaPipe, PrepareSet, ReadBoxes, SetBoxes
from .workshop import Workshop, pack, unpack

PREPARE_SECONDS = LIMITS.image_seconds
"""Without an image."""


class BoxSource:
    """The annotations of a set, fingerprinted, for a model with these labels."""

    def __init__(self, path: Path, labels: tuple[str, ...]) -> None:
        self.path, self.labels = path.resolve(), labels
        self.fingerprint = fingerprint(path)


class PixelSet:
    """One image set under the recipe's contract: facts about every image, and the pixels as a .npy when asked.

    Facts are a stored result; pixels are made again when a later stage needs them (they are large, and a rebuild
    whose results are all stored needs none).
    """

    def __init__(
        self,
        shop: Workshop,
        role: str,
        path: Path,
        contract: InputContract,
        count: int | None,
        boxes: BoxSource | None = None,
        *,
        cells: bool = False,
    ) -> None:
        self.role = role
        self._shop = shop
        self._contract = contract
        self._count = count
        self._lock = threading.Lock()
        self._made: str | None = None
        self._prepared: Prepared | None = None
        self._images, self.fingerprint = snapshot(path, shop.store, cells=cells, numbers=contract.numbers)
        check_unchanged(path, self.fingerprint)
        shop.may_read("images", Path(self._images.root), role)
        if boxes is not None:
            shop.may_read("images", boxes.path, role)
        self._boxes = boxes
        self._box_findings: tuple[Finding, ...] = ()
        self.key: dict[str, Any] = {
            "fingerprint": self.fingerprint,
            "contract": msgspec.to_builtins(contract),
            "count": count,
            **({"cells": True} if cells else {}),
        }

    def prepared(self) -> Prepared:
        """Facts of every image that was read, problems of those that were not; from the store when unchanged."""
        with self._lock:
            if self._prepared is None:
                files = self._shop.stored(
                    f"images/{self.role}", self.key, lambda: {"prepared": pack(self._run())}
                )
                self._prepared = self._with_objects(unpack(files["prepared"], Prepared))
            return self._prepared

    def box_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the annotations of the set; none where it has none."""
        self.prepared()
        return self._box_findings

    def _with_objects(self, prepared: Prepared) -> Prepared:
        """The images with what annotations say is in them."""
        if self._boxes is None:
            return prepared
        where, sizes = self._boxes, {image.path: image.upright for image in prepared.images}
        key = {"annotations": where.fingerprint, "labels": where.labels, "images": sizes}
        call = ReadBoxes(path=str(where.path), images=sizes, labels=where.labels)
        files = self._shop.stored(
            f"images/boxes-{self.role}", key, lambda: {"boxes": pack(self._shop.worker("images", self.role).ask(call))}
        )
        found = unpack(files["boxes"], SetBoxes)
        self._box_findings = found.findings
        images = tuple(msgspec.structs.replace(image, objects=found.objects[image.path]) for image in prepared.images)
        return msgspec.structs.replace(prepared, images=images)

    def classes(self) -> tuple[str, ...]:
        """Names of the class folders (or of the labels in the csv), sorted; empty for a flat folder."""
        return self._images.classes

    def columns(self) -> tuple[str, ...]:
        """Names of the csv's columns of numbers, or of those of several outputs."""
        return self._images.columns

    def pixels(self) -> str:
        """Path of the uint8 [n, h, w, c] .npy, readable by every child process."""
        with self._lock:
            if self._made is None:
                self._run()
        if self._made is None:
            raise ImagesRefusedError(f"the {self.role} images could not be read")
        return self._made

    def prepare_again(self, places: list[int], contract: InputContract, name: str) -> str:
        """Some of the images (places in `prepared().images`) under another contract; path of the .npy."""
        rows = [self.prepared().images[place] for place in places]
        worker = self._shop.worker("images", self.role)
        out = worker.scratch / f"{name}.npy"
        with self._lock:
            call = PrepareSet(
                root=self._images.root,
                entries=tuple(ImageEntry(path=row.path, label=row.label, sha256=row.sha256, fed=row.fed) for row in rows),
                contract=contract,
                out_path=str(out),
            )
            worker.ask(call, seconds=PREPARE_SECONDS)
        return str(out)

    def prepare_for_mediapipe(self) -> str:
        """All images as MediaPipe Tasks would feed them; path of the .npy."""
        rows, worker = self.prepared().images, self._shop.worker("images", self.role)
        out = worker.scratch / f"{self.role}-mediapipe.npy"
        with self._lock:
            call = PrepareForMediaPipe(
                root=self._images.root,
                entries=tuple(ImageEntry(path=row.path, label=row.label, sha256=row.sha256) for row in rows),
                size=self._contract.size,
                out_path=str(out),
            )
            worker.ask(call, seconds=PREPARE_SECONDS)
        return str(out)

    @property
    def digest(self) -> str:
        """Digest of all prepared pixels in order: the key of everything computed from them."""
        images = self.prepared().images
        digests = [image.pixels_sha256 for image in images]
        if self._contract.numbers:
            fed = [normalised_numbers(image.fed, self._contract.numbers) for image in images]
            digests.append(np.concatenate(fed).tobytes().hex())
        return hashlib.sha256("".join(digests).encode()).hexdigest()

    def _run(self) -> Prepared:
        images = self._images
        entries = images.entries if self._count is None else select(images.entries, self._count)
        worker = self._shop.worker("images", self.role)
        out = worker.scratch / f"{self.role}.npy"
        check_room(len(entries), self._contract.shape, worker.scratch)
        call = PrepareSet(root=images.root, entries=tuple(entries), contract=self._contract, out_path=str(out))
        prepared = worker.ask(
            call,
            seconds=PREPARE_SECONDS,
            on_progress=lambda done, total, text: self._shop.progress.step("images", done, total, self.role),
        )
        self._made = str(out)
        # The path is of this build's scratch folder only: it must not enter a stored result.
        return msgspec.structs.replace(prepared, pixels_path="", ignored=tuple(images.ignored))


def set_path(recipe_folder: Path, given: str) -> Path:
    """The folder or csv of a set: a path relative to the recipe, or the name of a set under calibration/.

    A named set is a folder calibration/<name>/ (beside the recipe or in a folder above it) with a set.toml and an
    `images` folder made by its script. Raises ImagesRefusedError when neither exists.
    """
    direct = recipe_folder / given
    if os.path.exists(direct):
        return direct
    if "/" not in given:
        for folder in (recipe_folder, *recipe_folder.parents):
            named = folder / "calibration" / given
            if os.path.isfile(named / "set.toml"):
                return images_of(named)
    return direct


def open_sets(
    shop: Workshop, recipe: Recipe, folder: Path, labels: tuple[str, ...] = ()
) -> tuple[PixelSet, PixelSet | None]:
    """The calibration and the evaluation set of a recipe; both are fingerprinted, neither is decoded yet. `labels`: that
    annotations may name."""
    contract = recipe.input
    calibration = PixelSet(
        shop, "calibration", set_path(folder, recipe.calibration.images), contract, recipe.calibration.count
    )
    source = recipe.evaluation
    if source is None:
        return calibration, None
    path = set_path(folder, source.images or source.csv or "")
    boxes = None if source.annotations is None else BoxSource(folder / source.annotations, labels)
    return calibration, PixelSet(shop, "evaluation", path, contract, None, boxes, cells=bool(recipe.head))
