"""Image files to pixels, in the images child process: bounded, conversions explicit, bad files named.

The rules, in this order:

1. PNG, JPEG, BMP, and TIFF, .npy and .npz (`arrays.py`), by content. File bytes, sides and pixels are capped before
   anything is decoded.
2. The first frame of an animation or page of a TIFF counts. A truncated file is refused, never filled up.
3. Sixteen-bit images keep their high byte (value >> 8). Grey is repeated to three channels, a palette is
   looked up, CMYK becomes RGB as (255 - ink) * (255 - black) / 255. Colour profiles are ignored.
4. Alpha is composited on black: (colour * alpha + 127) // 255.
5. EXIF orientation is applied.
6. An image of several bands (`color` bands) keeps its channels as they are in the file: those of an array, of all pages
   of a TIFF, or of a PNG (grey, grey and alpha, RGB, RGBA), and rules 2 to 4 do not mix them. Their number must be `bands`.
7. `contract.prepare` brings the image to the model's size, and `preparation.retouched` does the rest.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import stat
import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, BinaryIO, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from ..contract import STRIP, Pixels, crop_region, fill, prepare
from ..errors import BugError, ImagesRefusedError
from ..fed import normalised_numbers, type_of
from ..image_facts import ImageFacts, ImageProblem, Prepared
from ..limits import LIMITS
from ..preparation import retouched
from ..progress import report
from ..recipe import InputContract
from .arrays import ArrayFile, open_array, turned
from .costs import refuse_costly
from .images import ImageEntry
from .looks import jpeg_quality, measure_looks
from .nearest import picked
from .snapshot import changed

FORMATS = ("BMP", "JPEG", "PNG")
"""What Pillow reads."""

READ = "PNG, JPEG, BMP, TIFF, .npy, .npz"
_COLORS = InputContract(size=(1, 1))

REPORTED = 64
"""Images between two lines of progress."""

THREADS = 8
"""At most; the memory limit of the process is for this many."""

PIXELS_IN_FLIGHT = LIMITS.image_pixels
"""Source pixels that all threads together hold: some 30 bytes each."""

WAITING_BYTES = 64 << 20
"""Prepared images that wait to be written, beside one of each thread."""

LARGE_BYTES = 50_000
"""From this mean file size on, several threads pay (Pillow releases the GIL while it decodes)."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations that exchange width and height."""

# Pillow's own cap only warns up to twice its value; ours is checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None

T = TypeVar("T")

# What Pillow's PNG, JPEG and BMP readers raise on broken files.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
)


class _Decoded(msgspec.Struct, frozen=True):
    pixels: Pixels
    facts: dict[str, Any]


def prepare_set(root: str, entries: Sequence[ImageEntry], contract: InputContract, out_path: str) -> Prepared:
    """Decode `entries` below `root`, apply the contract and write uint8 [n, h, w, c] to `out_path` (.npy).

    A file that cannot be read becomes a problem row and is left out; the order of the others stays. Raises
    ImagesRefusedError when none could be read.
    """
    images: list[ImageFacts] = []
    problems: list[ImageProblem] = []
    kind = type_of(contract)
    with open(out_path, "w+b") as file:
        start = write_header(file, 0, kind)
        for done, (entry, result) in enumerate(_decode_all(root, entries, contract), 1):
            if isinstance(result, str):
                problems.append(ImageProblem(path=entry.path, why=result))
            else:
                file.write(result.pixels.data)
                if contract.numbers:
                    file.write(normalised_numbers(entry.fed, contract.numbers).tobytes())
                images.append(ImageFacts(**result.facts))
            if done % REPORTED == 0 or done == len(entries):
                report(done, len(entries), "reading images")
        if write_header(file, len(images), kind) != start:
            raise BugError(f"an .npy header of another length for {len(images)} images")
    if not images:
        raise ImagesRefusedError(
            f"none of {len(entries)} images could be read"
            + (f"; {problems[0].path}: {problems[0].why}" if problems else ""),
            supported=READ,
        )
    return Prepared(
        pixels_path=out_path,
        shape=(len(images), *contract.shape),
        images=tuple(images),
        problems=tuple(problems),
    )


def decode(data: bytes, contract: InputContract = _COLORS) -> tuple[Pixels, dict[str, Any]]:
    """An image file's bytes -> uint8 [h, w, source channels] and {width, height, mode, rotated, frames}.

    Raises ImagesRefusedError, saying why, for anything but a whole file of READ within the limits, or with other channels
    than the contract takes.
    """
    image = open_image(data)
    if isinstance(image, ArrayFile):
        return _load_array(image, contract)
    return _load(image, partial(_upright, bands=contract.bands))


def open_image(data: bytes) -> Image.Image | ArrayFile:
    """The image with its header read; nothing is decoded yet."""
    array = open_array(data)
    if array is not None:
        return array
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        refuse_costly(data, image)
    except UnidentifiedImageError:
        raise ImagesRefusedError(_unknown_kind(data)) from None
    except BROKEN as problem:
        raise ImagesRefusedError(f"damaged or truncated ({_sentence(problem)})") from None
    return image


def _load(image: Image.Image, take: Callable[[Image.Image, int], T]) -> tuple[T, dict[str, Any]]:
    """What `take` makes of the loaded image and its EXIF orientation, and facts; see `decode`."""
    width, height = image.size
    try:
        frames = int(getattr(image, "n_frames", 1))
        image.load()
        turn = _orientation(image)
        taken = take(image, turn)
    except BROKEN as problem:
        raise ImagesRefusedError(f"damaged or truncated ({_sentence(problem)})") from None
    facts = {
        "width": width,
        "height": height,
        "mode": image.mode,
        "rotated": turn in _TURNS,
        "sideways": turn in SIDEWAYS,
        "frames": frames, "jpeg": jpeg_quality(image),
    }  # fmt: skip
    return taken, facts


def _upright(image: Image.Image, turn: int, bands: int = 0) -> Pixels:
    if bands:
        return np.ascontiguousarray(turned(to_bands(image, bands), turn))
    rgb = to_rgb(image)
    return np.asarray(Image.fromarray(rgb).transpose(_TURNS[turn])) if turn in _TURNS else rgb


def _unpacked(
    image: Image.Image, turn: int, contract: InputContract
) -> tuple[Callable[[], Pixels], tuple[int, ...]]:
    """What is left of `prepare` for the upright image, once Pillow has given its pixels, and its shape. Of the usual kinds
    what is cropped away is never unpacked, and Pillow makes the luma (by the same integers)."""
    gray = contract.color == "gray"
    if contract.color == "bands":
        upright = _upright(image, turn, contract.bands)
        return partial(prepare, upright, contract), upright.shape
    if turn in _TURNS or not (image.mode == "RGB" or (image.mode == "L" and gray)):
        upright = _upright(image, turn)
        return partial(prepare, upright, contract), upright.shape
    region = top, left, rows, columns = (0, 0, image.height, image.width)
    if contract.fit == "crop":
        region = top, left, rows, columns = crop_region(image.height, image.width, *contract.size)
    shape = (rows, columns, contract.channels)
    small = picked(image, region, contract.size) if contract.resize == "nearest" and contract.fit != "pad" else None
    if small is not None:
        image = small
    elif (rows, columns) != (image.height, image.width):
        image = image.crop((left, top, left + columns, top + rows))
    pixels = np.asarray(image.convert("L") if gray else image)
    return partial(fill, pixels[:, :, None] if gray else pixels, contract), shape


def to_rgb(image: Image.Image) -> Pixels:
    """A loaded Pillow image -> RGB uint8 [h, w, 3] by rules 3 and 4 of this module."""
    mode = image.mode
    if mode == "RGB":
        return np.asarray(image)
    if mode.startswith("I;16") or mode == "I":
        wide = np.asarray(image)
        return _gray_to_rgb((np.clip(wide, 0, 65_535) >> 8).astype(np.uint8))
    if mode in ("1", "L"):
        return _gray_to_rgb(np.asarray(image.convert("L")))
    if mode in ("LA", "RGBA", "PA", "La", "RGBa") or (mode == "P" and "transparency" in image.info):
        return _on_black(np.asarray(image.convert("RGBA")))
    if mode in ("P", "CMYK"):
        return np.asarray(image.convert("RGB"))
    raise ImagesRefusedError(f"pixels of kind {mode} are not read; save it as an 8-bit PNG")


def to_bands(image: Image.Image, bands: int) -> Pixels:
    """A loaded Pillow image -> uint8 [h, w, bands] by rule 6: its channels as they are."""
    if image.mode.startswith("I;16") or image.mode == "I":
        pixels = (np.clip(np.asarray(image), 0, 65_535) >> 8).astype(np.uint8)
    elif image.mode in ("1", "L", "LA", "RGB", "RGBA"):
        pixels = np.asarray(image.convert("L") if image.mode == "1" else image)
    else:
        raise ImagesRefusedError(f"pixels of kind {image.mode} have no channels of their own; save it as .npy or TIFF")
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    _check_bands(pixels.shape, bands)
    return pixels


def _load_array(image: ArrayFile, contract: InputContract) -> tuple[Pixels, dict[str, Any]]:
    """`_load` of an array: its channels as they are for several bands, or as a grey or colour picture."""
    if contract.color == "bands":
        _check_bands((image.height, image.width, image.channels), contract.bands)
        pixels = image.read()
    else:
        pixels = image.first_page()
        channels = pixels.shape[2]
        if channels not in (1, 3) and not image.alpha:
            raise ImagesRefusedError(
                f"it has {channels} channels, a {contract.color} picture has 1 or 3; for a model that takes all of them "
                f'write color = "bands" and bands = {channels} into [input]'
            )
        pixels = _gray_to_rgb(pixels[:, :, 0]) if channels == 1 else _on_black(pixels) if image.alpha else pixels
    kinds = {1: "L", 3: "RGB"}
    facts = {
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "mode": "I;16" if image.bits == 16 else kinds.get(image.channels, f"{image.channels} channels"),
        "rotated": image.orientation in _TURNS,
        "sideways": image.orientation in SIDEWAYS,
        "frames": 1 if contract.color == "bands" else image.frames,
        "jpeg": 0,
    }
    return np.ascontiguousarray(turned(pixels, image.orientation)), facts


def _check_bands(shape: tuple[int, ...], bands: int) -> None:
    """Raise ImagesRefusedError where an image has another number of channels than the recipe says."""
    if shape[2] == bands:
        return
    first = shape[0] == bands < shape[2]
    raise ImagesRefusedError(
        f"it has {shape[2]} channels, `input.bands` says {bands}"
        + (f" (shape {list(shape)}: channels come first; save np.moveaxis(a, 0, 2))" if first else "")
    )


def read_bounded(path: str) -> bytes:
    """The bytes of a regular file. Raises ImagesRefusedError when it is none, too large or gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as problem:
        raise ImagesRefusedError(f"cannot be opened ({problem.strerror})") from None
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):  # Before it becomes a file: a folder cannot.
        os.close(descriptor)
        raise ImagesRefusedError("not a regular file")
    with open(descriptor, "rb") as file:
        if state.st_size > LIMITS.image_file_bytes:
            raise ImagesRefusedError(f"{state.st_size} bytes; at most {LIMITS.image_file_bytes} are read")
        data = file.read(state.st_size + 1)
    if not data:
        raise ImagesRefusedError("the file is empty")
    return data


class _Room:
    """Bounds the source pixels that threads hold at a time; an image that is larger than all of it goes alone."""

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def take(self, pixels: int) -> Iterator[None]:
        """Wait until `pixels` fit beside what is held."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + pixels <= self._pixels)
            self._taken += pixels
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()


def _decode_all(
    root: str, entries: Sequence[ImageEntry], contract: InputContract
) -> Iterator[tuple[ImageEntry, _Decoded | str]]:
    room = _Room(PIXELS_IN_FLIGHT)

    def one(entry: ImageEntry) -> _Decoded | str:
        path = os.path.join(root, entry.path)
        try:
            data = read_bounded(path)
        except ImagesRefusedError as problem:
            if entry.sha256 and not os.path.exists(path):
                raise changed(entry.path) from None
            return problem.found
        digest = hashlib.sha256(data).hexdigest()
        if entry.sha256 not in ("", digest):
            raise changed(entry.path)
        try:
            image = open_image(data)
            with room.take(image.width * image.height * (contract.source_channels + 2) // 3):
                if isinstance(image, ArrayFile):
                    array, facts = _load_array(image, contract)
                    sized, shape = prepare(array, contract), array.shape
                else:
                    (rest, shape), facts = _load(image, partial(_unpacked, contract=contract))
                    sized = rest()
                pixels = retouched(sized, shape[:2], contract)
        except ImagesRefusedError as problem:
            return problem.found
        facts |= {"path": entry.path, "label": entry.label, "numbers": entry.numbers, "cells": entry.cells, "fed": entry.fed}
        facts |= {"sha256": digest}
        facts |= {"pixels_sha256": hashlib.sha256(pixels.data).hexdigest()}
        return _Decoded(pixels, facts | measure_looks(sized))  # the looks of the picture, not of what balances them

    threads = min(THREADS, os.cpu_count() or 1)
    if threads == 1 or sum(entry.bytes for entry in entries) < LARGE_BYTES * len(entries):
        yield from ((entry, one(entry)) for entry in entries)
        return
    # What waits to be written is bounded, too.
    ahead = threads + min(len(entries), WAITING_BYTES // math.prod(contract.shape))
    with ThreadPoolExecutor(threads) as pool:
        waiting = deque((entry, pool.submit(one, entry)) for entry in entries[:ahead])
        for entry in entries[ahead:]:
            first, result = waiting.popleft()
            yield first, result.result()
            waiting.append((entry, pool.submit(one, entry)))
        for first, result in waiting:
            yield first, result.result()


def write_header(file: BinaryIO, count: int, kind: np.dtype[Any]) -> int:
    """The .npy header; numpy pads it so that any number of images has the same header length, which is answered."""
    file.seek(0)
    header = np.lib.format.header_data_from_array_1_0(np.empty(0, kind))  # type: ignore[no-untyped-call]
    header["shape"] = (count, *header["shape"][1:])
    np.lib.format.write_array_header_1_0(file, header)  # type: ignore[no-untyped-call]
    length = file.tell()
    file.seek(0, os.SEEK_END)
    return length


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; 1 when there is none or it cannot be read."""
    if not ({"exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp"} & image.info.keys()):
        return 1
    try:
        turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    except BROKEN:
        return 1
    return turn if isinstance(turn, int) else 1


def _on_black(rgba: Pixels) -> Pixels:
    """Rule 4, some rows at a time."""
    rgb = np.empty((*rgba.shape[:2], 3), np.uint8)
    step = max(1, STRIP // (3 * rgba.shape[1]))
    for start in range(0, len(rgba), step):
        part = rgba[start : start + step].astype(np.uint16)
        rgb[start : start + step] = (part[:, :, :3] * part[:, :, 3:] + 127) // 255
    return rgb


def _gray_to_rgb(gray: NDArray[np.uint8]) -> Pixels:
    return np.repeat(gray[:, :, None], 3, axis=2)


_KINDS = {
    b"GIF8": "a GIF",
    b"RIFF": "a WebP or another RIFF file",
    b"II+\0": "a BigTIFF",
    b"MM\0+": "a BigTIFF",
    b"version https://git-lfs": "a Git LFS pointer, not the image (run `git lfs pull`)",
    b"<svg": "an SVG",
    b"<!DO": "a web page",
    b"<htm": "a web page",
    b"%PDF": "a PDF",
}


def _unknown_kind(data: bytes) -> str:
    kind = next((name for start, name in _KINDS.items() if data.startswith(start)), None)
    if kind is None and data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        kind = "a HEIC or AVIF photo"
    return (
        f"it is {kind}" if kind else "not an image that can be identified"
    ) + f"; {READ} are read"


def _sentence(problem: BaseException) -> str:
    text = str(problem).split("\n")[0].replace("<_io.BytesIO object at", "file ")
    return "".join(c if c.isprintable() else "?" for c in text)[:120] or type(problem).__name__
