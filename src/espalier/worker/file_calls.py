"""Calls to the child processes that read files of others: what is asked, and the type of the answer. Images cross as the
path of a .npy (uint8 [n, h, w, c])."""

from __future__ import annotations

from ..calibrate.copies import NearCopy
from ..image_facts import Prepared
from ..load.images import ImageEntry
from ..load.keras_facts import ModelFacts
from ..recipe import InputContract
from .ask import Ask

# ---- images


class PrepareSet(Ask[Prepared], frozen=True):
    """Decode `entries` below `root` under the contract into the .npy `out_path` (load.decode.prepare_set)."""

    root: str
    entries: tuple[ImageEntry, ...]
    contract: InputContract
    out_path: str


class FindCopies(Ask[tuple[NearCopy, ...]], frozen=True):
    """calibrate.copies.find_copies: `sets` by role, the pairs of roles that are `compared`, each image's digest by role."""

    sets: dict[str, str]
    compared: tuple[tuple[str, str], ...]
    digests: dict[str, tuple[str, ...]]


# ---- container


class InspectModel(Ask[ModelFacts], frozen=True):
    """load.keras_file.inspect_model: a Keras file as data, checked; `scores`: whether it must answer with one score for
    each class; `cut`: whether layers at its end that are no stock layers are left out."""

    path: str
    scores: bool = True
    cut: bool = False
