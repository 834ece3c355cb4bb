"""COCO JSON: one file with images, annotations and categories (https://cocodataset.org/#format-data). A box is x, y, width,
height in pixels from the upper left corner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..errors import AnnotationsRefusedError
from ..limits import LIMITS
from ..tables import read_bounded
from ..visible import shown
from .annotations import Annotations, Gathered, Size, TrueBox, checked_label, refused

Number = int | float


class _Image(msgspec.Struct, frozen=True):
    id: int
    file_name: str
    width: int | None = None
    height: int | None = None


class _Annotation(msgspec.Struct, frozen=True):
    image_id: int
    category_id: int
    bbox: list[Number]
    iscrowd: int | bool = 0
    area: Number | None = None


class _Category(msgspec.Struct, frozen=True):
    id: int
    name: str


class _Coco(msgspec.Struct, frozen=True):
    """What is read of a file; everything else in it is skipped."""

    images: list[_Image]
    annotations: list[_Annotation]
    categories: list[_Category]


def read_coco(path: Path, images: Mapping[str, Size]) -> Annotations:
    """The boxes of a COCO file. Raises AnnotationsRefusedError."""
    data = read_bounded(path, error=AnnotationsRefusedError, what="the annotations", limit_bytes=LIMITS.annotations_bytes)
    table = _decoded(path.name, data)
    labels = _labels(path.name, table)
    pictures = {image.id: image for image in table.images}
    if len(pictures) != len(table.images):
        raise refused(path.name, "two images have the same id", "give every image its own id")
    if len(pictures) > LIMITS.image_count:
        raise refused(path.name, f"it has {len(pictures):,} images", f"at most {LIMITS.image_count:,} are read")
    boxes: dict[int, list[TrueBox]] = {number: [] for number in pictures}
    for number, row in enumerate(table.annotations):
        here = f"annotation {number}"
        if row.image_id not in boxes:
            raise refused(path.name, f"{here} belongs to the image {row.image_id}, which is not among its images")
        if row.category_id not in labels:
            raise refused(path.name, f"{here} has the category {row.category_id}, which is not among its categories")
        if len(row.bbox) != 4:
            raise refused(path.name, f"the bbox of {here} has {len(row.bbox)} numbers", "x, y, width, height in pixels")
        x, y, width, height = (float(value) for value in row.bbox)
        if max(map(abs, (x, y, width, height))) > 1e6:
            raise refused(path.name, f"the bbox of {here} has a number beyond a million", "x, y, width, height in pixels")
        area = None if row.area is None else float(row.area)
        if area is not None and not 0 <= area <= 1e12:
            raise refused(path.name, f"the area of {here} is {area:g}", "the area of the object in pixels")
        label, crowd = labels[row.category_id], bool(row.iscrowd)
        boxes[row.image_id].append(
            TrueBox(label=label, x1=x, y1=y, x2=x + width, y2=y + height, ignored=crowd, area=area)
        )
    gathered = Gathered("COCO", path.name, images)
    for key, image in pictures.items():
        size = None if image.width is None or image.height is None else (image.width, image.height)
        gathered.add(image.file_name, tuple(boxes[key]), size)
    return gathered.done(labels.values())


def _decoded(where: str, data: bytes) -> _Coco:
    try:
        return msgspec.json.decode(data, type=_Coco)
    except msgspec.ValidationError as problem:
        raise refused(where, f"it is no COCO file: {shown(str(problem))}", "give images, annotations and categories") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        why = "it is nested too deep" if isinstance(problem, RecursionError) else f"it is no JSON: {shown(str(problem))}"
        raise refused(where, why, "give a COCO file in JSON, in UTF-8") from None


def _labels(where: str, table: _Coco) -> dict[int, str]:
    labels = {row.id: checked_label(where, row.name) for row in table.categories}
    if len(labels) != len(table.categories):
        raise refused(where, "two categories have the same id", "give every category its own id")
    if len(set(labels.values())) != len(labels):
        raise refused(where, "two categories have the same name", "give every category its own name")
    if len(labels) > LIMITS.labels_count:
        raise refused(where, f"it has {len(labels):,} categories", f"at most {LIMITS.labels_count:,} are read")
    return labels
