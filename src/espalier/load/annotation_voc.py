"""Pascal VOC XML: one file per image (Everingham et al., "The Pascal Visual Object Classes Challenge", development kit). A box
is xmin, ymin, xmax, ymax in pixels that count from 1, the last one included; where any file of a folder has a 0, they count
edges from 0, as many tools write them.

XML of strangers: a document type, hence every entity, is refused, and nothing outside the file is ever opened.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from ..errors import AnnotationsRefusedError
from ..limits import LIMITS
from ..tables import read_bounded
from ..visible import shown
from .annotations import Annotations, Gathered, Size, TrueBox, checked_label, files_of, refused

NESTING = 16
_NUMBER = re.compile(r"[+-]?\d{1,7}(\.\d{1,12})?([eE][+-]?\d{1,2})?\Z")
_EDGES = ("xmin", "ymin", "xmax", "ymax")
_OBJECT = ("annotation", "object")


@dataclass
class _Page:
    """What one file says: texts by their path below the root; objects one by one."""

    texts: dict[tuple[str, ...], str] = field(default_factory=dict)
    objects: list[dict[tuple[str, ...], str]] = field(default_factory=list)


def read_voc(folder: Path, images: Mapping[str, Size]) -> Annotations:
    """The boxes of a folder of VOC files. Raises AnnotationsRefusedError."""
    pages = [(path.relative_to(folder).as_posix(), _page(path)) for path in files_of(folder, ".xml")]
    rows = [(where, page, [_box(where, found) for found in page.objects]) for where, page in pages]
    from_one = not any(min(box.x1, box.y1) < 1 for _, _, boxes in rows for box in boxes)
    gathered = Gathered("Pascal VOC", folder.name, images)
    labels = []
    for where, page, boxes in rows:
        labels += [box.label for box in boxes]
        if from_one:
            boxes = [
                TrueBox(label=b.label, x1=b.x1 - 1, y1=b.y1 - 1, x2=b.x2, y2=b.y2, ignored=b.ignored) for b in boxes
            ]
        stem = where.removesuffix(where[-4:])
        named = page.texts.get(("annotation", "filename"), "").strip()
        name = stem if gathered.places.find(stem) or not named else named
        gathered.add(name, tuple(boxes), _size(where, page))
    return gathered.done(sorted(labels))


def _page(path: Path) -> _Page:
    data = read_bounded(
        path, error=AnnotationsRefusedError, what="the annotation", limit_bytes=LIMITS.annotation_file_bytes
    )
    page, trail, texts = _Page(), list[str](), list[str]()

    def begin(name: str, _: object) -> None:
        trail.append(name)
        texts.append("")
        if len(trail) > NESTING:
            raise refused(path.name, f"its elements are nested deeper than {NESTING}")
        if len(trail) == 1 and name != "annotation":
            raise refused(path.name, f"its root is <{shown(name, 40)}>", "a Pascal VOC file has the root <annotation>")
        if tuple(trail) == _OBJECT:
            page.objects.append({})

    def text(more: str) -> None:
        texts[-1] += more

    def end(_: str) -> None:
        key, said = tuple(trail), texts.pop()
        if key[:2] == _OBJECT:
            page.objects[-1].setdefault(key[2:], said)
        else:
            page.texts.setdefault(key, said)
        trail.pop()

    def doctype(*_: object) -> None:
        raise refused(path.name, "it has a document type (DOCTYPE), which can hold entities", "delete the DOCTYPE")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:  # an unknown or multi-byte encoding is one of the latter
        raise refused(path.name, f"it is no XML: {shown(str(problem))}") from None
    return page


def _box(where: str, found: Mapping[tuple[str, ...], str]) -> TrueBox:
    label = checked_label(where, found.get(("name",), ""))
    x1, y1, x2, y2 = (_number(where, f"{edge} of a {label}", found.get(("bndbox", edge))) for edge in _EDGES)
    return TrueBox(label=label, x1=x1, y1=y1, x2=x2, y2=y2, ignored=found.get(("difficult",), "0").strip() == "1")


def _size(where: str, page: _Page) -> Size | None:
    width, height = (page.texts.get(("annotation", "size", side)) for side in ("width", "height"))
    if width is None or height is None:
        return None
    size = (round(_number(where, "width", width)), round(_number(where, "height", height)))
    return None if size == (0, 0) else size  # some tools do not know it


def _number(where: str, what: str, text: str | None) -> float:
    if text is None:
        raise refused(where, f"the {what} is missing", "an <object> has a <bndbox> of xmin, ymin, xmax, ymax")
    if not _NUMBER.match(text.strip()):
        raise refused(where, f"the {what} is {shown(text.strip(), 40)!r}", "numbers of pixels")
    value = float(text)
    if not math.isfinite(value) or abs(value) > 1e6:
        raise refused(where, f"the {what} is {shown(text.strip(), 40)}", "numbers of pixels")
    return value
