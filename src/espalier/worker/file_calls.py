"""Calls to the child processes that read files of others: what is asked, and the type of the answer. Images cross as the
path of a .npy (uint8 [n, h, w, c])."""

from __future__ import annotations

import msgspec

from ..calibrate.copies import NearCopy
from ..findings import Finding
from ..image_facts import Prepared, TrueObject
from ..load.images import ImageEntry
from ..load.keras_facts import ModelFacts
from ..load.masks import MaskEntry, Masks
from ..recipe import InputContract
from ..recipe_answers import Segment
from .ask import Ask

# ---- images


class PrepareSet(Ask[Prepared], frozen=True):
    """Decode `entries` below `root` under the contract into the .npy `out_path` (load.decode.prepare_set)."""

    root: str
    entries: tuple[ImageEntry, ...]
    contract: InputContract
    out_path: str


class PrepareForMediaPipe(Ask[int], frozen=True):
    """Decode `entries` below `root` and stretch them to `size` (height, width) as MediaPipe Tasks do, into the .npy `out_path`
    (load.mediapipe_set.prepare_for_mediapipe)."""

    root: str
    entries: tuple[ImageEntry, ...]
    size: tuple[int, int]
    out_path: str


class PrepareMasks(Ask[Masks], frozen=True):
    """Decode masks below `root` into maps of classes in the .npy `out_path` (load.masks.prepare_masks)."""

    root: str
    entries: tuple[MaskEntry, ...]
    contract: InputContract
    segment: Segment
    out_path: str


class FindCopies(Ask[tuple[NearCopy, ...]], frozen=True):
    """calibrate.copies.find_copies: `sets` by role, the pairs of roles that are `compared`, each image's digest by role."""

    sets: dict[str, str]
    compared: tuple[tuple[str, str], ...]
    digests: dict[str, tuple[str, ...]]


class SetBoxes(msgspec.Struct, frozen=True, kw_only=True):
    """The objects of every image of a set by its path, and what was found wrong with them."""

    objects: dict[str, tuple[TrueObject, ...]]
    findings: tuple[Finding, ...]


class ReadBoxes(Ask[SetBoxes], frozen=True):
    """Read the annotations at `path` for the images (path -> width and height upright) of a model with these `labels`, and check
    them (load.annotations, calibrate.box_faults)."""

    path: str
    images: dict[str, tuple[int, int]]
    labels: tuple[str, ...]


# ---- container


class InspectModel(Ask[ModelFacts], frozen=True):
    """load.keras_file.inspect_model: a Keras file as data, checked; `scores`: whether it must answer with one score for
    each class; `cut`: whether layers at its end that are no stock layers are left out."""

    path: str
    scores: bool = True
    cut: bool = False


# ---- one picture after the other


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that was decoded (`decode_ms`) and prepared (`prepare_ms`): its sides upright. `name`: of a frame."""

    width: int
    height: int
    decode_ms: float
    prepare_ms: float
    name: str = ""


class Look(Ask[Looked], frozen=True):
    """Decode one file, and write it under the contract (load.one_picture.look); `fed`: the numbers beside it. The picture itself
    goes to `rgb_path`, uint8 [h, w, c], where that is given."""

    path: str
    contract: InputContract
    pixels_path: str
    fed: tuple[float, ...] = ()
    rgb_path: str = ""


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """A stream of frames: how they are coded, and frames a second (0: it does not say)."""

    codec: str
    fps: float


class OpenStream(Ask[Stream], frozen=True):
    """Open a video file, or a camera of this machine (load.moving)."""

    source: str
    camera: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """The next frame; None at the end."""

    looked: Looked | None


class NextFrame(Ask[Frame], frozen=True):
    """Decode the next frame of the open stream as `Look` does a file; of `every` frames the last."""

    contract: InputContract
    pixels_path: str
    fed: tuple[float, ...] = ()
    rgb_path: str = ""
    every: int = 1
