"""YOLO text: one file per image, in each a line per object: class cx cy width height, all but the class as shares of the image.

The names of the classes are those of the recipe's labels, else of classes.txt or obj.names (one per line), else of the `names`
of a data.yaml, beside the folder or in it. An image without a file, or with an empty one, has no objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import AnnotationsRefusedError
from ..limits import LIMITS
from ..tables import read_bounded
from ..visible import shown
from .annotations import Annotations, Gathered, Size, TrueBox, checked_label, files_of, refused

NAMES = ("classes.txt", "obj.names", "labels.txt")
TABLES = ("data.yaml", "dataset.yaml", "data.yml")
NOT_ANNOTATIONS = (*NAMES, "train.txt", "val.txt", "test.txt", "readme.txt", "notes.txt")
_SHARE = re.compile(r"[+-]?(\d{1,7}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?\Z")
_ITEM = re.compile(r"\s+(?:-\s+|(\d{1,5})\s*:\s+)(.+?)\s*\Z")


def read_yolo(folder: Path, images: Mapping[str, Size], labels: tuple[str, ...] = ()) -> Annotations:
    """The boxes of a folder of YOLO files. Raises AnnotationsRefusedError."""
    names = labels or _names(folder)
    gathered = Gathered("YOLO", folder.name, images)
    described: set[str | None] = set()
    for path in files_of(folder, ".txt"):
        where = path.relative_to(folder).as_posix()
        if path.name.lower() in NOT_ANNOTATIONS:
            continue
        text = _text(path)
        image = _image(gathered, where)
        size = images[image] if image else (1, 1)
        boxes = tuple(_box(where, number, line, names, size) for number, line in enumerate(text.split("\n"), 1) if line.strip())
        gathered.add(image or where, boxes, None)
        described.add(image)
    for left in sorted(set(images) - described):
        gathered.add(left, (), None)
    if not described - {None}:
        raise refused(folder.name, "none of its files has the name of an image", "cat.txt belongs to cat.jpg")
    return gathered.done(names)


def _image(gathered: Gathered, where: str) -> str | None:
    """The image of a file: of the same path without its ending, in `images` where the file is in `labels`."""
    stem = where.removesuffix(where[-4:])
    swapped = "/".join("images" if part == "labels" else part for part in stem.split("/"))
    for wanted in (stem, swapped):
        whole = [path for path in gathered.places.paths if path.rsplit(".", 1)[0] == wanted] if "/" in wanted else []
        if len(whole) == 1:
            return whole[0]
    return gathered.places.find(stem)


def _box(where: str, number: int, line: str, names: tuple[str, ...], size: Size) -> TrueBox:
    words, here = line.split(), f"line {number}"
    if len(words) != 5:
        more = ": a polygon or keypoints" if len(words) > 6 else ""
        raise refused(where, f"{here} has {len(words)} numbers{more}", "class cx cy width height, five numbers")
    if not re.fullmatch(r"\d{1,5}(\.0{1,6})?", words[0]):
        raise refused(where, f"{here} begins with {shown(words[0], 40)!r}", "the number of the class, from 0")
    label = int(float(words[0]))
    if label >= len(names):
        raise refused(where, f"{here} has the class {label}, but there are {len(names)} classes", "classes count from 0")
    if not all(_SHARE.match(word) for word in words[1:]):
        raise refused(where, f"{here} holds {shown(' '.join(words[1:]), 60)!r}", "four numbers, shares of the image")
    x, y, width, height = (float(word) for word in words[1:])
    if max(map(abs, (x, y, width, height))) > 1.5:
        pixels = ": pixels, not shares" if max(x, y, width, height) > 2 else ""
        raise refused(where, f"{here} holds {shown(' '.join(words[1:]), 60)}{pixels}", "divide by the image's width and height")
    return TrueBox(
        label=names[label],
        x1=(x - width / 2) * size[0],
        y1=(y - height / 2) * size[1],
        x2=(x + width / 2) * size[0],
        y2=(y + height / 2) * size[1],
    )


def _text(path: Path) -> str:
    data = read_bounded(
        path, error=AnnotationsRefusedError, what="the annotation", limit_bytes=LIMITS.annotation_file_bytes
    )
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise refused(path.name, "it is no text in UTF-8", "save it as UTF-8") from None


def _names(folder: Path) -> tuple[str, ...]:
    for place in (folder, folder.parent):
        for name in (*NAMES, *TABLES):
            if (place / name).is_file():
                lines = _text(place / name).split("\n")
                found = _yaml_names(name, lines) if name in TABLES else [line for line in lines if line.strip()]
                names = tuple(checked_label(name, line) for line in found)
                if len(set(names)) != len(names):
                    raise refused(name, "two classes have the same name", "give every class its own name")
                return names
    raise refused(folder.name, "nothing says what its class numbers mean", "set `[model] labels`, or put a classes.txt beside it")


def _yaml_names(name: str, lines: list[str]) -> list[str]:
    """`names: [a, b]`, or a list or numbered entries below `names:`; no other YAML is read."""
    for number, line in enumerate(lines):
        if not line.startswith("names:"):
            continue
        inline = line.removeprefix("names:").split(" #")[0].strip()
        if inline.startswith("[") and inline.endswith("]"):
            return [word.strip().strip("'\"") for word in inline[1:-1].split(",")]
        if not inline:
            return _listed(name, lines[number + 1 :])
    raise refused(name, "it has no `names` that are a plain list", "set `[model] labels`, or write a classes.txt")


def _listed(name: str, lines: list[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        match = _ITEM.match(line if line.startswith(" ") else f" {line}" if line.startswith("- ") else "")
        if match is None:
            break
        if match.group(1) not in (None, str(len(found))):
            raise refused(name, f"its names are numbered, but {len(found)} is missing", "number them 0, 1, 2, ...")
        found.append(match.group(2).strip("'\""))
    if not found:
        raise refused(name, "its `names` are " + json.dumps([]), "set `[model] labels`, or write a classes.txt")
    return found
