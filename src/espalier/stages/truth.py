"""What is true of evaluation images pixel by pixel: masks (task segment) or wanted pictures (task image) in a folder of their
own, paired by name, decoded in the images process."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError
from ..load.images import ImageEntry, ImageSet
from ..load.masks import MaskEntry, pair_masks
from ..load.snapshot import snapshot
from ..recipe import Color, InputContract, Recipe
from ..worker.file_calls import PrepareMasks, PrepareSet
from .images import PREPARE_SECONDS, PixelSet, set_path
from .workshop import Workshop


class MapTruth:
    """The files beside an evaluation set; read when they are first asked for, in the order of the images that were read."""

    def __init__(
        self, shop: Workshop, recipe: Recipe, folder: Path, evaluation: PixelSet, given: str, head: str = ""
    ) -> None:
        self._shop, self._recipe, self._evaluation, self._given = shop, recipe, evaluation, given
        self.segment = recipe.segment
        """The classes, where the files are masks."""
        self.head = head
        """Of several outputs: whose these files are."""
        self._lock = threading.Lock()
        self._known: dict[tuple[int, int, int], NDArray[Any]] = {}
        self._files: ImageSet
        self._files, fingerprint = snapshot(set_path(folder, given), shop.store)
        shop.may_read("images", Path(self._files.root), "masks")
        settings = [None if table is None else msgspec.to_builtins(table) for table in (recipe.segment, recipe.picture)]
        self.digest = hashlib.sha256(msgspec.json.encode([fingerprint, settings])).hexdigest()
        """Of the files and of what the recipe says that they mean."""

    def maps(self) -> NDArray[Any]:
        """The class of every pixel, uint8 [n, h * w] at the input's size. Raises ImagesRefusedError."""
        segment, contract = self.segment, self._recipe.input
        if segment is None:
            raise RecipeError("`evaluation.masks` needs [segment]")
        with self._lock:
            key = contract.shape
            if key not in self._known:
                worker, pairs = self._shop.worker("images", "masks"), self._pairs()
                out = worker.scratch / "masks.npy"
                call = PrepareMasks(
                    root=self._files.root, entries=pairs, contract=contract, segment=segment, out_path=str(out)
                )
                worker.ask(call, seconds=PREPARE_SECONDS)
                self._known[key] = np.load(out, mmap_mode="r")
            return self._known[key]

    def pictures(self, shape: tuple[int, int, int]) -> NDArray[Any]:
        """The wanted pictures at an output's shape, uint8 [n, values]. Raises ImagesRefusedError."""
        with self._lock:
            if shape not in self._known:
                worker, pairs = self._shop.worker("images", "masks"), self._pairs()
                out = worker.scratch / "targets.npy"
                call = PrepareSet(
                    root=self._files.root,
                    entries=tuple(ImageEntry(path=pair.entry.path, sha256=pair.entry.sha256) for pair in pairs),
                    contract=picture_contract(self._recipe.input, shape),
                    out_path=str(out),
                )
                read = worker.ask(call, seconds=PREPARE_SECONDS)
                if read.problems:
                    first = read.problems[0]
                    raise RecipeError(
                        f"{len(read.problems)} pictures of {self._given} cannot be read; {first.path}: {first.why}",
                        next_step="mend the files, or take their images out of the set",
                    )
                self._known[shape] = np.load(out, mmap_mode="r").reshape(len(pairs), -1)
            return self._known[shape]

    def _pairs(self) -> tuple[MaskEntry, ...]:
        images = [(i.path, i.width, i.height, i.rotated) for i in self._evaluation.prepared().images]
        return pair_masks(images, self._files.entries, self._given)


def picture_contract(contract: InputContract, shape: tuple[int, int, int]) -> InputContract:
    """How a wanted picture comes to the shape of an output: as the image comes to the input's."""
    color: Color = "gray" if shape[2] == 1 else "bgr" if contract.color == "bgr" else "rgb" if shape[2] == 3 else "bands"
    bands = shape[2] if color == "bands" else 0
    return InputContract(size=shape[:2], color=color, bands=bands, resize=contract.resize, fit=contract.fit)


def open_truth(shop: Workshop, recipe: Recipe, folder: Path, evaluation: PixelSet | None) -> MapTruth | None:
    """The folder that the recipe names beside its evaluation set; None where it names none."""
    source = recipe.evaluation
    given = None if source is None else source.masks or source.targets
    if given is None or evaluation is None:
        return None
    for head in recipe.head:
        alone = recipe.of_head(head)
        own = None if alone.evaluation is None else alone.evaluation.masks or alone.evaluation.targets
        if own is not None:
            return MapTruth(shop, alone, folder, evaluation, own, head.name)
    return MapTruth(shop, recipe, folder, evaluation, given)
