"""Boxes of objects in images, as people keep them: COCO JSON, Pascal VOC XML, YOLO text; all read as untrusted data.

What a reader gives is not judged yet: `annotation_faults.py` looks for what is wrong with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from ..errors import AnnotationsRefusedError
from ..limits import LIMITS
from ..visible import hidden_character, shown
from .images import SUFFIXES

SUPPORTED = "COCO (one .json), Pascal VOC (a folder of .xml), YOLO (a folder of .txt)"

Size = tuple[int, int]
"""Width and height of an upright image in pixels."""


class TrueBox(msgspec.Struct, frozen=True, kw_only=True):
    """One object: its edges in pixels of the upright image, as they were written, and its label.

    `ignored`: a crowd (COCO) or a difficult one (VOC): to find it is neither right nor wrong. `area`: in pixels, where the
    annotation has one of the object itself (COCO), by which it is small, medium or large.
    """

    label: str
    x1: float
    y1: float
    x2: float
    y2: float
    ignored: bool = False
    area: float | None = None


class TruePicture(msgspec.Struct, frozen=True, kw_only=True):
    """The boxes of one image. `path`: of the image in its set; `size`: what the annotation says of it, where it does."""

    path: str
    boxes: tuple[TrueBox, ...]
    size: Size | None = None


class Annotations(msgspec.Struct, frozen=True, kw_only=True):
    """What a file or folder of annotations says. `labels`: all that it names, in its order. `missing`: images that it names
    and the set does not have; `bare`: images of the set of which it says nothing at all."""

    kind: str
    pictures: tuple[TruePicture, ...]
    labels: tuple[str, ...]
    missing: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()


def refused(where: str, why: str, advice: str = "") -> AnnotationsRefusedError:
    """A refusal; `where` is a path below the annotations, from a stranger."""
    return AnnotationsRefusedError(f"the annotations {shown(where)!r} are refused: {why}", supported=SUPPORTED, next_step=advice)


class Places:
    """Finds the image that an annotation means: by its path in the set, or by its name where only one image has it."""

    def __init__(self, images: Iterable[str]) -> None:
        self.paths = set(images)
        self._named: dict[str, list[str]] = {}
        for path in self.paths:
            for key in {PurePosixPath(path).name, PurePosixPath(path).stem}:
                self._named.setdefault(key, []).append(path)

    def find(self, name: str) -> str | None:
        """`name`: a path or a file's name, with or without its ending."""
        name = name.replace("\\", "/")
        if name in self.paths:
            return name
        found = self._named.get(PurePosixPath(name).name, [])
        return found[0] if len(found) == 1 else None


class Gathered:
    """Collects what a reader finds, and holds it against the limits and the set."""

    def __init__(self, kind: str, where: str, images: Mapping[str, Size]) -> None:
        self.kind, self.where, self.images = kind, where, images
        self.places = Places(images)
        self._pictures: dict[str, TruePicture] = {}
        self._missing: list[str] = []
        self._boxes = 0

    def add(self, name: str, boxes: tuple[TrueBox, ...], size: Size | None) -> None:
        """The boxes of the image that `name` means. Raises AnnotationsRefusedError beyond the limits or for a second time."""
        self._boxes += len(boxes)
        if len(boxes) > LIMITS.image_boxes:
            raise refused(self.where, f"{shown(name)} has {len(boxes):,} boxes", f"at most {LIMITS.image_boxes:,} an image")
        if self._boxes > LIMITS.annotation_boxes:
            raise refused(self.where, f"it has more than {LIMITS.annotation_boxes:,} boxes", "give a part of them")
        path = self.places.find(name)
        if path is None:
            self._missing.append(shown(name))
        elif path in self._pictures:
            raise refused(self.where, f"the image {shown(path)} is described twice", "keep one description of every image")
        else:
            self._pictures[path] = TruePicture(path=path, boxes=boxes, size=size)

    def done(self, labels: Iterable[str]) -> Annotations:
        """All of it, in order of the images' paths. Raises AnnotationsRefusedError when nothing belongs to the set."""
        if not self._pictures:
            others = f"it describes {len(self._missing)} images ({', '.join(self._missing[:3])})"
            about = others if self._missing else "it is empty"
            raise refused(self.where, f"{about}, none of the {len(self.images)} images", "give the annotations of these images")
        return Annotations(
            kind=self.kind,
            pictures=tuple(self._pictures[path] for path in sorted(self._pictures)),
            labels=tuple(dict.fromkeys(labels)),
            missing=tuple(sorted(self._missing)),
            bare=tuple(sorted(set(self.images) - set(self._pictures))),
        )


def checked_label(where: str, label: str) -> str:
    """A class name that people will read. Raises AnnotationsRefusedError."""
    name = label.strip()
    if not name or len(name) > LIMITS.label_characters:
        raise refused(where, f"a class has a name of {len(name)} characters", f"1 to {LIMITS.label_characters}")
    if hidden := hidden_character(name):
        raise refused(where, f"a class name holds the control character {hidden}", "write names as plain visible text")
    return name


def files_of(folder: Path, ending: str) -> list[Path]:
    """Files of a folder and below with an ending, sorted; links are not followed out of it."""
    found: list[Path] = []
    top = os.path.realpath(folder)
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(here) / name
            if not name.startswith(".") and name.lower().endswith(ending):
                if os.path.commonpath([top, os.path.realpath(path)]) != top:
                    raise refused(name, "it is a link that leads out of the folder", "copy the file into it")
                found.append(path)
        if len(found) > LIMITS.image_count:
            raise refused(folder.name, f"it has more than {LIMITS.image_count:,} files", "give a part of them")
    return found


def fingerprint(path: Path) -> str:
    """Digest of everything that `read_annotations` may read there. Raises AnnotationsRefusedError where there is nothing."""
    if not os.path.exists(path):
        raise refused(path.name, "there is no such file or folder", "correct `evaluation.annotations`")
    files = [path]
    if os.path.isdir(path):
        files = [file for ending in (".xml", ".txt", ".json", ".yaml") for file in files_of(path, ending)]
    elif not os.path.isfile(path):
        raise refused(path.name, "it is a pipe or a device", "give a file or a folder")
    total = hashlib.sha256()
    for file in files:
        try:
            with file.open("rb") as data:
                total.update(f"{file.relative_to(path)}\0{hashlib.file_digest(data, 'sha256').hexdigest()}\n".encode())
        except OSError as problem:
            raise refused(file.name, f"it cannot be read: {problem.strerror}", "check its permissions") from None
    return total.hexdigest()


def read_annotations(path: Path, images: Mapping[str, Size], labels: tuple[str, ...] = ()) -> Annotations:
    """The boxes of a set of images. `images`: path in the set -> size of the upright image; `labels`: names of the classes,
    for formats that know numbers only.

    Raises AnnotationsRefusedError with what was found, for anything that is not sound.
    """
    from .annotation_coco import read_coco
    from .annotation_voc import read_voc
    from .annotation_yolo import read_yolo

    if not os.path.isdir(path):
        return read_coco(path, images)
    if files_of(path, ".xml"):
        return read_voc(path, images)
    if files_of(path, ".txt"):
        return read_yolo(path, images, labels)
    tables = files_of(path, ".json")
    if len(tables) == 1:
        return read_coco(tables[0], images)
    pictures = sum(len(files_of(path, ending)) for ending in SUFFIXES)
    raise refused(
        path.name,
        f"the folder holds {len(tables)} .json files, no .xml and no .txt, and {pictures} images",
        "give the .json file itself, or the folder with the .xml or .txt files",
    )
