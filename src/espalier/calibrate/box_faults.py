"""What is wrong with the boxes of a set: an alarm says what was found and in which images, and what can be repaired is."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ..findings import Finding, counted, names_of
from ..load.annotations import Annotations, Size, TrueBox, TruePicture

MANY = 0.5
"""From this share on, a fault of coordinates is how the boxes are written, not how some of them were drawn."""
FEWEST = 4
"""Boxes that are needed to say so."""
SLACK_PIXELS, SLACK_SHARE = 1.0, 0.01
"""So far may an edge lie outside the image: tools round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBoxes:
    """The annotations with what could be repaired repaired, and what was found."""

    annotations: Annotations
    findings: tuple[Finding, ...]


def check_boxes(given: Annotations, images: Mapping[str, Size], labels: Sequence[str]) -> CheckedBoxes:
    """Look at the boxes of `images` (path -> width and height) for a model with these `labels`.

    Boxes are cut at the edge of their image; those without area, outside of it, or there twice are dropped.
    """
    findings = [*_set_faults(given, images), *_wrong_classes(given, labels), *_wrong_sizes(given, images)]
    written = _written_otherwise(given, images)
    if written:
        return CheckedBoxes(annotations=given, findings=(*findings, written))
    dropped: dict[str, list[str]] = {"flat": [], "outside": [], "cut": [], "twice": []}
    pictures = tuple(_repaired(picture, images[picture.path], dropped) for picture in given.pictures)
    repaired = msgspec.structs.replace(given, pictures=pictures)
    return CheckedBoxes(annotations=repaired, findings=(*findings, *_dropped(dropped), *_all_alike(repaired)))


def _set_faults(given: Annotations, images: Mapping[str, Size]) -> Iterator[Finding]:
    if given.missing:
        yield Finding(
            code="boxes-missing-images",
            severity="warning",
            message=f"the annotations describe {counted(len(given.missing), 'image')} that the set does not have: "
            f"{names_of(given.missing)}",
            next_step="add the images, or go on: only the images of the set count",
            files=given.missing,
        )
    if given.bare:
        yield Finding(
            code="boxes-missing",
            severity="warning",
            message=f"{counted(len(given.bare), 'image')} of {len(images)} have no annotation at all: {names_of(given.bare)}; "
            "they count as images without objects, and what a model finds there as a false alarm",
            next_step="annotate them, or take them out of the set",
            files=given.bare,
        )
    empty = tuple(picture.path for picture in given.pictures if not picture.boxes) + given.bare
    if len(empty) == len(images) or not any(picture.boxes for picture in given.pictures):
        yield Finding(
            code="boxes-none",
            severity="error",
            message="no image of the set has an object",
            next_step="name images with objects: nothing can be measured or calibrated without any",
        )
    elif len(empty) > 0.5 * len(images):
        yield Finding(
            code="boxes-empty",
            severity="warning",
            message=f"{len(empty)} of {len(images)} images have no object",
            next_step="that is right for a camera that mostly sees none; calibration needs images with objects",
            files=empty,
        )


def _wrong_classes(given: Annotations, labels: Sequence[str]) -> Iterator[Finding]:
    used = Counter(box.label for picture in given.pictures for box in picture.boxes)
    unknown = {label: count for label, count in used.items() if label not in labels}
    if unknown:
        words = []
        for label, count in sorted(unknown.items()):
            near = difflib.get_close_matches(label.casefold(), {known.casefold(): known for known in labels}, 1)
            words.append(f"{label!r} ({count} boxes{f', did you mean {near[0]!r}?' if near else ''})")
        files = sorted({p.path for p in given.pictures if any(box.label in unknown for box in p.boxes)})
        yield Finding(
            code="boxes-wrong-class",
            severity="error",
            message=f"boxes have classes that the model does not: {names_of(words)}",
            next_step=f"the model's labels are {names_of([repr(label) for label in labels])}",
            files=tuple(files),
        )
    never = [label for label in labels if label not in used]
    if never and used:
        yield Finding(
            code="boxes-class-missing",
            severity="warning",
            message=f"no box of the set is a {names_of([repr(label) for label in never])}: its precision cannot be measured",
            next_step="add images with it",
        )


def _wrong_sizes(given: Annotations, images: Mapping[str, Size]) -> Iterator[Finding]:
    other = [p for p in given.pictures if p.size is not None and p.size != images[p.path]]
    turned = [p.path for p in other if p.size == images[p.path][::-1]]
    scaled = [p.path for p in other if p.size != images[p.path][::-1]]
    if turned:
        yield Finding(
            code="boxes-turned",
            severity="error",
            message=f"{counted(len(turned), 'image')} were annotated with width and height the other way round: "
            f"{names_of(turned)}; they have an EXIF orientation that the annotation tool did not follow",
            next_step="turn the images (exiftran -a) and annotate what it changes anew",
            files=tuple(turned),
        )
    if scaled:
        first = next(p for p in other if p.path == scaled[0])
        yield Finding(
            code="boxes-other-size",
            severity="error",
            message=f"{counted(len(scaled), 'image')} have another size than their annotation says: {names_of(scaled)} "
            f"({first.size} in the annotation, {images[first.path]} in the image)",
            next_step="give the images that were annotated",
            files=tuple(scaled),
        )


def _fits(box: TrueBox, size: Size, edges: tuple[float, float, float, float]) -> bool:
    """Whether edges that are read another way are a box inside the image."""
    x1, y1, x2, y2 = edges
    slack = [max(SLACK_PIXELS, SLACK_SHARE * side) for side in size]
    inside = x1 >= -slack[0] and y1 >= -slack[1] and x2 <= size[0] + slack[0] and y2 <= size[1] + slack[1]
    return inside and x2 > x1 and y2 > y1


Reading = Callable[[TrueBox, Size], tuple[float, float, float, float]]

_READINGS: tuple[tuple[str, str, Reading], ...] = (
    (
        "corners (x1, y1, x2, y2) where x, y, width and height belong",
        "write width and height: x2 - x1 and y2 - y1",
        lambda b, size: (b.x1, b.y1, b.x2 - b.x1, b.y2 - b.y1),
    ),
    (
        "x and y the other way round",
        "write x (to the right) before y (down)",
        lambda b, size: (b.y1, b.x1, b.y2, b.x2),
    ),
    (
        "corners (x1, y1, x2, y2), shares of the image, where the centre and the size belong",
        "write the centre, the width and the height",
        lambda b, size: (
            (b.x1 + b.x2) / 2, (b.y1 + b.y2) / 2, b.x2 - b.x1, b.y2 - b.y1
        ),
    ),
)  # fmt: skip


def _written_otherwise(given: Annotations, images: Mapping[str, Size]) -> Finding | None:
    """An error where most boxes lie outside their images, and all fit when their numbers are read in another way."""
    boxes = [(box, images[picture.path]) for picture in given.pictures for box in picture.boxes]
    if len(boxes) < FEWEST:
        return None
    small = [max(box.x2, box.y2) <= 1 and min(size) > 4 for box, size in boxes]
    if all(small):
        return _written("shares of the image where pixels belong", "multiply them by width and height", len(boxes), len(boxes))
    bad = [not _fits(box, size, (box.x1, box.y1, box.x2, box.y2)) for box, size in boxes]
    if sum(bad) < max(FEWEST, MANY * len(boxes)):
        return None
    for number, (words, cure, read) in enumerate(_READINGS):
        if number == 2 and given.kind != "YOLO":
            continue
        if number == 0 and given.kind != "COCO":
            continue
        if all(_fits(box, size, read(box, size)) for box, size in boxes):
            return _written(words, cure, sum(bad), len(boxes))
    return None


def _written(words: str, cure: str, bad: int, count: int) -> Finding:
    return Finding(
        code="boxes-written-otherwise",
        severity="error",
        message=f"{bad} of {count} boxes are none in their images; the numbers look like {words}",
        next_step=cure,
    )


def _repaired(picture: TruePicture, size: Size, dropped: dict[str, list[str]]) -> TruePicture:
    kept: list[TrueBox] = []
    for box in picture.boxes:
        cut = msgspec.structs.replace(
            box,
            x1=min(max(box.x1, 0.0), size[0]),
            y1=min(max(box.y1, 0.0), size[1]),
            x2=min(max(box.x2, 0.0), size[0]),
            y2=min(max(box.y2, 0.0), size[1]),
        )
        if box.x2 <= box.x1 or box.y2 <= box.y1:
            dropped["flat"].append(picture.path)
        elif cut.x2 <= cut.x1 or cut.y2 <= cut.y1:
            dropped["outside"].append(picture.path)
        elif cut in kept:
            dropped["twice"].append(picture.path)
        else:
            if not _fits(box, size, (box.x1, box.y1, box.x2, box.y2)):
                dropped["cut"].append(picture.path)
            kept.append(cut)
    return msgspec.structs.replace(picture, boxes=tuple(kept))


_DROPPED = {
    "flat": ("boxes-flat", "have no area and are left out"),
    "outside": ("boxes-outside", "lie outside their images and are left out"),
    "cut": ("boxes-cut", "reach beyond their images and are cut at the edge"),
    "twice": ("boxes-twice", "stand there twice (same class, same place) and count once"),
}


def _dropped(found: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    for what, paths in found.items():
        if paths:
            code, words = _DROPPED[what]
            files = tuple(sorted(set(paths)))
            yield Finding(
                code=code,
                severity="warning",
                message=f"{counted(len(paths), 'box', 'boxes')} {words}: {names_of(files)}",
                next_step="look at the annotations of these images",
                files=files,
            )


def _all_alike(given: Annotations) -> Iterator[Finding]:
    boxes = [box for picture in given.pictures for box in picture.boxes]
    if len(boxes) >= FEWEST and len({(box.x1, box.y1, box.x2, box.y2) for box in boxes}) == 1:
        yield Finding(
            code="boxes-alike",
            severity="error",
            message=f"all {len(boxes)} boxes are the same: {boxes[0].x1:g}, {boxes[0].y1:g}, {boxes[0].x2:g}, {boxes[0].y2:g}",
            next_step="export the annotations again",
        )
