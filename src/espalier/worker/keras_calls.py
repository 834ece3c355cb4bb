"""Calls to the TensorFlow process, which keeps Keras models in slots by name, and to the legacy process: what is asked, and
the type of the answer."""

from __future__ import annotations

import msgspec

from ..detector import HeadLeaf, HeadNames
from ..load.keras_facts import ModelFacts, ModelSummary
from ..prune.grouped import Choice, Group, Grouped
from ..prune.training_set import Sparsity, Training
from ..quantizer.results import Converted
from ..recipe import Distill, InputContract
from ..row_parts import DistilledEpoch, Epoch, LeftAlone, PrunedLayer, RepairStep
from ..task.types import Ends, Task
from .ask import Ask

# ---- tensorflow


class LoadModel(Ask[ModelSummary], frozen=True):
    """Rebuild a checked model file into the slot "given", cut at its `heads` where it has some, and describe it
    (load.keras_model, load.cut_heads)."""

    path: str
    facts: ModelFacts
    size: tuple[int, int] | None = None
    heads: HeadNames | None = None


class FindHeads(Ask[tuple[HeadLeaf, ...]], frozen=True):
    """load.cut_heads.leaves_of a checked model file."""

    path: str
    facts: ModelFacts
    size: tuple[int, int] | None = None


class ConvertModel(Ask[Converted], frozen=True):
    """quantizer.convert.convert_model of a slot."""

    slot: str
    contract: InputContract
    ends: Ends = "probabilities"
    heads: dict[str, Ends] = msgspec.field(default_factory=dict)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What pruning did, as the report tells it (rows.PruneRow)."""

    sparsity: float | None = None
    layers: tuple[PrunedLayer, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()
    repair: tuple[RepairStep, ...] = ()


class Lessons(msgspec.Struct, frozen=True, kw_only=True):
    """What is distilled on: prepared pixels (.npy), what is asked of the models, and how."""

    settings: Distill
    pixels_path: str
    contract: InputContract
    task: Task
    seed: int = 0


class PruneChannels(Ask[Account], frozen=True):
    """prune.channels.prune_channels from one slot into another."""

    slot_from: str
    slot_to: str
    amount: float
    multiple: int
    pixels_path: str
    contract: InputContract
    seed: int = 0
    lessons: Lessons | None = None
    """Where what was repaired is distilled afterwards: then what each step buys is measured on these."""


class GroupChannels(Ask[Grouped], frozen=True):
    """prune.counted.group_channels of a slot; scored on the images that candidates are fitted on."""

    slot: str
    pixels_path: str
    contract: InputContract
    seed: int = 0


class PruneTo(Ask[Account], frozen=True):
    """prune.counted.prune_to from one slot into another. `whole`: fitted on all images, also on those that judge candidates."""

    slot_from: str
    slot_to: str
    groups: tuple[Group, ...]
    counts: tuple[int, ...]
    pixels_path: str
    contract: InputContract
    by: Choice = "losses"
    repair: bool = True
    whole: bool = False


class PruneMagnitude(Ask[Account], frozen=True):
    """prune.magnitude.prune_magnitude from one slot into another; not `at_once` where `FineTuneModel` follows with the
    same `sparsity` and prunes along a schedule."""

    slot_from: str
    slot_to: str
    sparsity: Sparsity
    at_once: bool = True


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A row of figures for each epoch. Of a twin: how far it was from the model, relative to its answers, and on what it
    was trained."""

    history: tuple[Epoch, ...]
    difference: float = 0.0
    trained_on: str = "labels"


class Distilled(msgspec.Struct, frozen=True, kw_only=True):
    """A row of figures for each epoch, which was kept, and what it bought."""

    history: tuple[DistilledEpoch, ...]
    epochs_kept: int
    repair: RepairStep


class DistillModel(Ask[Distilled], frozen=True):
    """prune.distill.distill of a slot, in place, from the slot `teacher`. `state`: of an interrupted training
    (distill.State); new ones are kept on the way."""

    slot: str
    lessons: Lessons
    teacher: str = "given"
    state: bytes | None = None


class CopyModel(Ask[Account], frozen=True):
    """prune.flat.copy_model of a slot into another."""

    slot_from: str
    slot_to: str


class FineTuneModel(Ask[Trained], frozen=True):
    """prune.fine_tune.fine_tune of a slot, in place; `teacher`: the slot to learn from beside the labels, or None;
    `state`: as in DistillModel."""

    slot: str
    training: Training
    sparsity: Sparsity | None = None
    teacher: str | None = "given"
    state: bytes | None = None


class CountZeros(Ask[Account], frozen=True):
    """prune.magnitude.count_zeros of a slot."""

    slot: str


class ExportTwin(Ask[Account], frozen=True):
    """Write a slot's configuration, weights and probe answers to `path` (.npz) for the legacy process."""

    slot: str
    path: str


class ImportTwin(Ask[Account], frozen=True):
    """Read the weights that the legacy process wrote into a copy of `slot_from`."""

    slot_from: str
    slot_to: str
    path: str


# ---- legacy


class PruneTwin(Ask[Trained], frozen=True):
    """prune.legacy.prune_with_tfmot: the twin at `twin_path`, its weights to `out_path`; `training`: see there."""

    twin_path: str
    out_path: str
    sparsity: Sparsity
    pixels_path: str
    contract: InputContract
    training: Training | None = None
    seed: int = 0
