"""Mask files to maps of classes, in the images child process: a class for each pixel, brought to the input's size with the
image. PNG, BMP, TIFF and .npy hold a value for each pixel (grey, or a place in a palette), or the colour of a class; 255 in a
map stands for pixels that nobody judges, among them the border of `pad`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..contract import prepare
from ..errors import ImagesRefusedError
from ..maps import UNJUDGED
from ..progress import report
from ..recipe import InputContract
from ..recipe_answers import Segment
from .images import ImageEntry
from .snapshot import changed

Map = NDArray[np.uint8]

LOSSLESS = (".png", ".bmp", ".tif", ".tiff", ".npy")
"""Endings of mask files."""

WRONG_SHOWN = 4
REPORTED = 64


class MaskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A mask file with the sides of its image, as that lies upright."""

    entry: ImageEntry
    image: str
    width: int
    height: int


class Masks(msgspec.Struct, frozen=True, kw_only=True):
    """How many pixels each class has in every mask, the judged ones only: [n, classes]."""

    pixels: tuple[tuple[int, ...], ...]


def pair_masks(images: Sequence[tuple[str, int, int, bool]], masks: Sequence[ImageEntry], folder: str) -> tuple[MaskEntry, ...]:
    """The mask of each image (path, width, height, whether it is turned when read): the file of the same name, whatever its
    ending. Raises ImagesRefusedError for images without one, for two of one name, and for turned images."""
    known: dict[str, ImageEntry] = {}
    for mask in masks:
        stem = os.path.splitext(mask.path)[0]
        if stem in known:
            raise ImagesRefusedError(
                f"{folder} holds {known[stem].path} and {mask.path}, two files of one name",
                next_step="keep one of them",
            )
        known[stem] = mask
    stems = _stems([path for path, *_ in images], known)
    missing = [path for path, *_ in images if stems[path] not in known]
    if missing:
        more = f" and {len(missing) - WRONG_SHOWN} more" if len(missing) > WRONG_SHOWN else ""
        raise ImagesRefusedError(
            f"{len(missing)} of {len(images)} images have no file of their name in {folder}: "
            f"{', '.join(missing[:WRONG_SHOWN])}{more}",
            supported="a file for each evaluation image: images/a/7.jpg and masks/a/7.png",
            next_step="add the files, or take the images out of the set",
        )
    turned = [path for path, _, _, turned in images if turned]
    if turned:
        raise ImagesRefusedError(
            f"{turned[0]} is stored turned (EXIF orientation), and nothing says whether its mask is, too",
            supported="images that lie upright in their files, with masks of the same sides",
            next_step="store them upright: mogrify -auto-orient, or exiftool -Orientation= FILE where the mask was drawn on "
            "the stored pixels",
        )
    return tuple(
        MaskEntry(entry=known[stems[path]], image=path, width=width, height=height) for path, width, height, _ in images
    )


def _stems(paths: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Each path without its ending; where no file is called so, as in a csv that lies beside the folder of the images, without
    the folders that all have in common."""
    stems = {path: os.path.splitext(path)[0] for path in paths}
    if not paths or any(stem in known for stem in stems.values()):
        return stems
    common = os.path.commonpath([os.path.dirname(path) for path in paths]) if all(map(os.path.dirname, paths)) else ""
    return {path: os.path.relpath(stem, common) if common else stem for path, stem in stems.items()}


def prepare_masks(
    root: str, entries: Sequence[MaskEntry], contract: InputContract, segment: Segment, out_path: str
) -> Masks:
    """Read every mask and write uint8 [n, h * w] to `out_path` (.npy). Raises ImagesRefusedError with the first that does
    not fit its image or the classes, and for a set without any other class than the first."""
    height, width = contract.size
    maps = np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
        out_path, mode="w+", dtype=np.uint8, shape=(len(entries), height * width)
    )
    rows = []
    for number, (wanted, found) in enumerate(_read(root, entries, segment)):
        shown = fitted(found, contract)
        maps[number] = shown.reshape(-1)
        rows.append(tuple(np.bincount(shown.reshape(-1), minlength=256)[: len(segment.classes)].tolist()))
        if (number + 1) % REPORTED == 0:
            report(number + 1, len(entries), f"reading masks ({wanted.image})")
    maps.flush()
    if not np.sum(rows, axis=0)[1:].any():
        what = "no judged pixel at all" if not np.sum(rows) else f"{segment.classes[0]!r} only"
        raise ImagesRefusedError(
            f"the {len(entries)} masks hold {what} at the size of the input",
            supported="masks in which some pixels are of another class than the first",
            next_step="check `evaluation.masks`, and `values` or `colors` in [segment]",
        )
    return Masks(pixels=tuple(rows))


def _read(root: str, entries: Sequence[MaskEntry], segment: Segment) -> Iterator[tuple[MaskEntry, Map]]:
    from .decode import read_bounded

    for wanted in entries:
        path = wanted.entry.path
        try:
            data = read_bounded(os.path.join(root, path))
            found = read_mask(path, data, segment)
        except ImagesRefusedError as problem:
            if wanted.entry.sha256 and not os.path.exists(os.path.join(root, path)):
                raise changed(path) from None
            raise ImagesRefusedError(
                f"the mask {path}: {problem.found}", supported=problem.supported, next_step=problem.next_step
            ) from None
        if found.shape != (wanted.height, wanted.width):
            raise ImagesRefusedError(
                f"the mask {path} has {found.shape[1]} x {found.shape[0]} pixels, its image {wanted.image} "
                f"{wanted.width} x {wanted.height}",
                supported="masks of the size of their images",
                next_step="make the mask anew from the whole image, with nearest-neighbour resizing",
            )
        yield wanted, found


def read_mask(path: str, data: bytes, segment: Segment) -> Map:
    """A file's bytes -> the class of each pixel, uint8 [h, w], UNJUDGED where `ignore` stands. Raises ImagesRefusedError."""
    if os.path.splitext(path)[1].lower() not in LOSSLESS:
        raise ImagesRefusedError(
            "a mask must keep every value", supported=", ".join(LOSSLESS), next_step="save masks as PNG, never as JPEG"
        )
    # Here, so that who only pairs names starts without an image library.
    from .arrays import ArrayFile
    from .decode import BROKEN, open_image

    image = open_image(data)
    if isinstance(image, ArrayFile):
        pixels = image.read()
    else:
        try:
            image.load()
            pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
        except BROKEN as problem:
            raise ImagesRefusedError(f"damaged or truncated ({problem})") from None
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return _by_color(pixels, segment) if segment.colors else _by_value(pixels, segment)


def _by_value(pixels: NDArray[np.generic], segment: Segment) -> Map:
    if pixels.shape[2] > 1 and all((pixels[..., 0] == pixels[..., n]).all() for n in range(1, min(3, pixels.shape[2]))):
        pixels = pixels[..., :1]
    if pixels.shape[2] != 1:
        raise ImagesRefusedError(
            f"it is a picture of {pixels.shape[2]} channels, not one value for each pixel",
            supported="grey or palette PNG with the values of the classes; or `colors` in [segment]",
            next_step='name the colour of each class: colors = ["#000000", "#ff0000", ...]',
        )
    values = np.asarray(pixels[..., 0])
    known = segment.values or tuple(range(len(segment.classes)))
    unknown = sorted(set(np.unique(values).tolist()) - {*known, segment.ignore})
    if unknown:
        share = float((values == unknown[0]).mean())
        raise ImagesRefusedError(
            f"the value {unknown[0]} stands in {share:.1%} of its pixels and is no class (the classes are "
            f"{', '.join(f'{value} {name}' for value, name in list(zip(known, segment.classes, strict=True))[:8])})",
            supported="the values of the classes, and `ignore`",
            next_step=f"write `ignore = {unknown[0]}` into [segment] where nobody judges these pixels, or name what stands for "
            "each class: `values = [0, 255]`",
        )
    table = np.full(65536, UNJUDGED, np.uint8)
    table[list(known)] = np.arange(len(known), dtype=np.uint8)
    return table[values.astype(np.int64)]


def _by_color(pixels: NDArray[np.generic], segment: Segment) -> Map:
    if pixels.shape[2] not in (3, 4):
        raise ImagesRefusedError(
            f"it has {pixels.shape[2]} channels, and `segment.colors` names colours",
            supported="RGB masks with `colors`, or grey ones with `values`",
            next_step="give `values` instead of `colors`, or save the masks in colour",
        )
    codes = pixels[..., :3].astype(np.int64) @ np.array([65536, 256, 1])
    known = [int(color[1:], 16) for color in segment.colors]
    unknown = sorted(set(np.unique(codes).tolist()) - set(known))
    if unknown:
        raise ImagesRefusedError(
            f"the colour #{unknown[0]:06x} stands in {float((codes == unknown[0]).mean()):.1%} of its pixels and is no class",
            supported=", ".join(segment.colors[:8]),
            next_step="add its class, or draw without smoothing: edges must not mix colours",
        )
    order = np.argsort(known)
    return np.asarray(order[np.searchsorted(np.array(known)[order], codes)], np.uint8)


def fitted(found: Map, contract: InputContract) -> Map:
    """The map at the input's size, with the image's crop or border: nearest neighbour, UNJUDGED in the border."""
    plain = InputContract(size=contract.size, color="bands", bands=1, resize="nearest", fit=contract.fit)
    # The border is zero: turned over, it is UNJUDGED.
    return np.asarray(UNJUDGED - prepare(np.ascontiguousarray(UNJUDGED - found)[:, :, None], plain)[:, :, 0])
