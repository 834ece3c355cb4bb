"""What is known of an image set that was read: plain rows, usable in every process."""

from __future__ import annotations

import msgspec


class TrueObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object of an image: its edges in pixels of the upright image. `ignored`: to find it is neither right nor wrong;
    `area`: in pixels, where an annotation gives one of the object itself."""

    label: str
    x1: float
    y1: float
    x2: float
    y2: float
    ignored: bool = False
    area: float | None = None


class ImageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one image that was read. `mean`, `std`: of the prepared bytes, 0..255, all channels.

    `sideways`: its EXIF orientation exchanges width and height. `pixels_sha256` is of the prepared bytes: equal digests are
    the same input to the model. `low`, `high`, `channels`, `fine`, `coarse`: see load/looks.py.
    """

    path: str
    label: str | None
    sha256: str
    pixels_sha256: str
    width: int
    height: int
    mode: str
    rotated: bool = False
    sideways: bool = False
    frames: int = 1
    constant: bool = False
    mean: float = 0.0
    std: float = 0.0
    low: float = 0.0
    high: float = 255.0
    channels: tuple[float, ...] = ()
    fine: float = 0.0
    coarse: float = 0.0
    jpeg: int | None = None
    """The quality of a JPEG file by its quantization table; 0: a lossless file; None: not known."""
    numbers: tuple[float, ...] = ()
    """What is true of it, where that is numbers (a csv with columns of them)."""
    cells: tuple[tuple[str, str], ...] = ()
    """What a csv with a column for each of several outputs says of it: name of the column, and what stands there."""
    fed: tuple[float, ...] = ()
    """Numbers that the model takes beside it, in the units of the csv."""
    objects: tuple[TrueObject, ...] | None = None
    """What is in it, where annotations say so."""

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as it is shown."""
        return (self.height, self.width) if self.sideways else (self.width, self.height)


class ImageProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One file that could not be read, and why."""

    path: str
    why: str


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A set as the model sees it: uint8 [n, h, w, c] in the .npy at `pixels_path`, one fact row per image."""

    pixels_path: str
    shape: tuple[int, int, int, int]
    images: tuple[ImageFacts, ...]
    problems: tuple[ImageProblem, ...] = ()
    ignored: tuple[str, ...] = ()
    """Files of the folder that are not read as images."""
