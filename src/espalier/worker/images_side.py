"""Handlers of the images child process: decode image sets, find near duplicates."""

from __future__ import annotations

from pathlib import Path

from ..calibrate import copies
from ..calibrate.box_faults import check_boxes
from ..calibrate.copies import NearCopy
from ..image_facts import Prepared, TrueObject
from ..load import decode, masks, mediapipe_set
from ..load.annotations import TrueBox, read_annotations
from ..load.masks import Masks
from .allocator import keep_freed_memory
from .ask import Handler
from .file_calls import FindCopies, PrepareForMediaPipe, PrepareMasks, PrepareSet, ReadBoxes, SetBoxes


def prepare() -> dict[str, str]:
    """Before the first call."""
    keep_freed_memory()
    return {}


def prepare_set(call: PrepareSet) -> Prepared:
    """The pixels of a set, and what is known of each image."""
    return decode.prepare_set(call.root, call.entries, call.contract, call.out_path)


def prepare_for_mediapipe(call: PrepareForMediaPipe) -> int:
    """The pixels of a set as MediaPipe Tasks feed them."""
    return mediapipe_set.prepare_for_mediapipe(call.root, call.entries, call.size, call.out_path)


def prepare_masks(call: PrepareMasks) -> Masks:
    """A class for each pixel of a set."""
    return masks.prepare_masks(call.root, call.entries, call.contract, call.segment, call.out_path)


def find_copies(call: FindCopies) -> tuple[NearCopy, ...]:
    """Images that show the same."""
    return copies.find_copies(call.sets, call.compared, call.digests)


def read_boxes(call: ReadBoxes) -> SetBoxes:
    """The objects of a set."""
    given = read_annotations(Path(call.path), call.images, call.labels)
    checked = check_boxes(given, call.images, call.labels)
    objects = dict.fromkeys(call.images, ()) | {
        picture.path: tuple(_object(box) for box in picture.boxes if box.label in call.labels)
        for picture in checked.annotations.pictures
    }
    return SetBoxes(objects=objects, findings=checked.findings)


def _object(box: TrueBox) -> TrueObject:
    return TrueObject(label=box.label, x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2, ignored=box.ignored, area=box.area)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return prepare_set, prepare_for_mediapipe, prepare_masks, find_copies, read_boxes
