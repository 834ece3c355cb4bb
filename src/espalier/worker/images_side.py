"""Handlers of the images child process: decode image sets, find near duplicates."""

from __future__ import annotations

from ..calibrate import copies
from ..calibrate.copies import NearCopy
from ..image_facts import Prepared
from ..load import decode, masks
from ..load.masks import Masks
from .allocator import keep_freed_memory
from .ask import Handler
from .file_calls import FindCopies, PrepareMasks, PrepareSet


def prepare() -> dict[str, str]:
    """Before the first call."""
    keep_freed_memory()
    return {}


def prepare_set(call: PrepareSet) -> Prepared:
    """The pixels of a set, and what is known of each image."""
    return decode.prepare_set(call.root, call.entries, call.contract, call.out_path)


def prepare_masks(call: PrepareMasks) -> Masks:
    """A class for each pixel of a set."""
    return masks.prepare_masks(call.root, call.entries, call.contract, call.segment, call.out_path)


def find_copies(call: FindCopies) -> tuple[NearCopy, ...]:
    """Images that show the same."""
    return copies.find_copies(call.sets, call.compared, call.digests)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return prepare_set, prepare_masks, find_copies
