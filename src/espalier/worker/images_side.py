"""Handlers of the images child process: decode image sets, find near duplicates."""

from __future__ import annotations

from pathlib import Path

from ..calibrate import copies
from ..calibrate.box_faults import check_boxes
from ..calibrate.copies import NearCopy
from ..contract import Pixels
from ..image_facts import Prepared, TrueObject
from ..load import decode, masks, mediapipe_set, moving, one_picture
from ..load.annotations import TrueBox, read_annotations
from ..load.masks import Masks
from .allocator import keep_freed_memory
from .ask import Handler
from .file_calls import (
    FindCopies,
    Frame,
    Look,
    Looked,
    NextFrame,
    OpenStream,
    PrepareForMediaPipe,
    PrepareMasks,
    PrepareSet,
    ReadBoxes,
    SetBoxes,
    Stream,
)


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


def look(call: Look) -> Looked:
    """One file."""
    picture, decode_ms = one_picture.read(call.path, call.contract)
    return _prepared(call, picture, decode_ms)


class _Streams:
    """The stream that is open."""

    def __init__(self) -> None:
        self._open: moving.Moving | None = None

    def open_stream(self, call: OpenStream) -> Stream:
        """In place of the one before."""
        self._open = moving.Moving(call.source, camera=call.camera)
        return Stream(codec=self._open.codec, fps=self._open.fps)

    def next_frame(self, call: NextFrame) -> Frame:
        """None at the end, and where nothing is open."""
        found = None if self._open is None else self._open.following(call.every)
        if found is None:
            return Frame(looked=None)
        number, picture, decode_ms = found
        return Frame(looked=_prepared(call, picture, decode_ms, f"frame-{number}"))


def _prepared(call: Look | NextFrame, picture: Pixels, decode_ms: float, name: str = "") -> Looked:
    milliseconds = one_picture.write(picture, call.contract, call.fed, call.pixels_path, call.rgb_path)
    return Looked(
        width=picture.shape[1], height=picture.shape[0], decode_ms=decode_ms, prepare_ms=milliseconds, name=name
    )


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    streams = _Streams()
    return (
        prepare_set, prepare_for_mediapipe, prepare_masks, find_copies, read_boxes, look, streams.open_stream, streams.next_frame
    )  # fmt: skip
