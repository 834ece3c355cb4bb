"""The table of a recipe that says what a detector's heads mean."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta

from .tables import Share, Table

DecodeName = Literal[
    "ssd", "retinanet", "yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5", "yolox", "dfl", "fomo", "centernet"
]
ANCHORED: Final[frozenset[str]] = frozenset({"ssd", "retinanet", "yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5"})
"""Decodes whose boxes are told from anchors of several sizes; the others' are told from cells."""

WITH_OBJECTNESS: Final[frozenset[str]] = frozenset({"yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5", "yolox"})

Length = Annotated[float, Meta(gt=0, le=1e6)]
Side = Annotated[int, Meta(ge=1, le=4096)]


class Anchors(Table, frozen=True, kw_only=True):
    """The sizes of a detector's anchors: a file, one list for each level, or a published rule."""

    file: str | None = None
    """A csv without header, a row for each anchor in the order of the heads: centre x, centre y, width, height, as shares of
    the input."""
    sizes: tuple[tuple[tuple[Length, Length], ...], ...] = ()
    """For each level, the finest first, the [width, height] of each anchor of a cell."""
    unit: Literal["pixels", "cells", "shares"] = "pixels"
    """What `sizes` are in: pixels of the input, cells of the level (YOLO v2), or shares of the input."""
    sides: tuple[tuple[Length, ...], ...] = ()
    """SSD's rule, for each level: squares of these sides (shares of the input), then the first in each of `ratios` (width to
    height)."""
    scale: Annotated[float, Meta(ge=0, le=64)] = 0.0
    """RetinaNet's rule: the side of the smallest square in strides of its level (4 as published); every one of `ratios` (height
    to width) in every octave."""
    octaves: Annotated[int, Meta(ge=1, le=8)] = 3
    """Of RetinaNet's rule: sizes between one level and the next."""
    ratios: tuple[Length, ...] = ()
    """Of both rules; RetinaNet's are 0.5, 1 and 2 by default."""


class Detect(Table, frozen=True, kw_only=True):
    """The boxes of task detect: which layers give what, how it is decoded, what is kept. Lists of layers go from the finest
    level to the coarsest; one layer can serve several roles (YOLO's maps), and one head that is joined from several levels is
    taken apart."""

    decode: DecodeName
    """The family of detectors whose formulas turn the heads into boxes (docs/extend/boxes.md)."""
    boxes: tuple[str, ...] = ()
    """Layers that give boxes: four numbers of each anchor, `dfl` four times `bins`; none for `fomo`."""
    scores: tuple[str, ...]
    """Layers that give a score of each class."""
    objectness: tuple[str, ...] = ()
    """Layers that give how surely there is an object at all, where the decode has that."""
    sizes: tuple[str, ...] = ()
    """Of `centernet`: layers that give width and height in cells."""
    activation: Literal["sigmoid", "softmax", "none"] = "sigmoid"
    """What makes scores of the network's numbers. Where it stands at the end of the network it is cut off: int8 has finer
    steps before it. `none`: the scores are taken as they come."""
    background: Literal["none", "first", "last"] = "none"
    """Where the scores have a column of "no object"."""
    anchors: Anchors | None = None
    strides: tuple[Side, ...] = ()
    """Pixels between two cells, for each level; needed where one head holds several levels."""
    variances: tuple[Length, Length, Length, Length] = (1.0, 1.0, 1.0, 1.0)
    """What x, y, width and height are multiplied by before the decode: 0.1, 0.1, 0.2, 0.2 for most SSDs."""
    order: Literal["xywh", "yxhw"] = "xywh"
    """Of a box's numbers."""
    stretch: Annotated[float, Meta(ge=1, le=2)] = 1.0
    """Of `yolo-v4`: how far offsets reach beyond the cell (scale_x_y)."""
    bins: Annotated[int, Meta(ge=2, le=31)] = 16
    """Of `dfl`: logits of each side."""
    threshold: Annotated[float, Meta(ge=0.01, le=0.999)] = 0.5
    """A box needs at least this score."""
    overlap: Share | None = None
    """Intersection over union above which the lesser of two boxes goes: 0.45 by default; 1 keeps all, as `centernet` does."""
    per_class: bool = True
    """Whether only boxes of the same class suppress each other."""
    every_class: bool = False
    """Whether one anchor can be several objects, one of each class."""
    room: Annotated[int, Meta(ge=1, le=1024)] = 128
    """Candidates that a device keeps, the best ones: 20 bytes each."""
    most: Annotated[int, Meta(ge=1, le=1024)] = 100
    """Boxes of an image at most."""
