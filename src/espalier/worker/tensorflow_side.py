"""Handlers of the tensorflow child process: Keras models in named slots, from loading to pruning and conversion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from .. import progress
from ..detector import HeadLeaf
from ..load.keras_facts import ModelSummary
from ..load.keras_model import describe, rebuild, start_tensorflow
from ..load.keras_objects import Model
from ..pixels import evenly, normalize, open_pixels
from ..prune.grouped import Grouped, parts_of
from ..quantizer.convert import convert_model
from ..quantizer.results import Converted
from ..recipe import InputContract
from .ask import Handler
from .keras_calls import (
    Account,
    ConvertModel,
    CopyModel,
    CountZeros,
    Distilled,
    DistillModel,
    ExportTwin,
    FindHeads,
    FineTuneModel,
    GroupChannels,
    ImportTwin,
    Lessons,
    LoadModel,
    PruneChannels,
    PruneMagnitude,
    PruneTo,
    Trained,
)
from .left_out import leave_out

CALIBRATION_IMAGES = 512
"""At most so many images are normalised in memory for scoring and repair, evenly spread over the set."""


STATE_BYTES = 1 << 30
"""A training is kept on the way up to this size of its state (about 50 million weights)."""


def prepare() -> dict[str, str]:
    """Import TensorFlow and Keras once, deterministic; see load/keras_model.py."""
    leave_out()
    return start_tensorflow()


class Session:
    """Models by slot: "given" as loaded, "pruned" after pruning and fine-tuning. What prunes is imported when asked."""

    def __init__(self) -> None:
        self.slots: dict[str, Model] = {}

    def load(self, call: LoadModel) -> ModelSummary:
        """Rebuild the checked model file into the slot "given" and describe it."""
        model = rebuild(call.facts, Path(call.path), call.size)
        if call.heads is None:
            self.slots["given"] = model
            return describe(model, call.facts)
        from ..load.cut_heads import cut_heads

        cut = cut_heads(model, call.heads, call.facts.names)
        self.slots["given"] = cut.model
        found = describe(cut.model, call.facts)
        return msgspec.structs.replace(found, levels=cut.levels, notes=(*found.notes, *cut.notes))

    def find_heads(self, call: FindHeads) -> tuple[HeadLeaf, ...]:
        """What the outputs of a file are made of."""
        from ..load.cut_heads import leaves_of

        return leaves_of(rebuild(call.facts, Path(call.path), call.size))

    def convert(self, call: ConvertModel) -> Converted:
        """A slot's float .tflite."""
        return convert_model(self.slots[call.slot], call.contract, call.ends, call.heads)

    def prune_channels(self, call: PruneChannels) -> Account:
        """Whole channels."""
        from ..prune.channels import prune_channels

        images = normalised(call.pixels_path, call.contract)
        given = self.slots[call.slot_from]
        self.slots[call.slot_to], account = prune_channels(
            given,
            amount=call.amount,
            multiple=call.multiple,
            images=images,
            seed=call.seed,
            judge=None if call.lessons is None else _judge(given, call.lessons),
        )
        return msgspec.convert(account, Account)

    def group_channels(self, call: GroupChannels) -> Grouped:
        """What can go, and in which order."""
        from ..prune.counted import group_channels

        images = _images_for(call.pixels_path, call.contract, whole=False)
        return group_channels(self.slots[call.slot], images, seed=call.seed)

    def prune_to(self, call: PruneTo) -> Account:
        """So many channels of each group."""
        from ..prune.counted import prune_to

        images = _images_for(call.pixels_path, call.contract, whole=call.whole)
        done = prune_to(
            self.slots[call.slot_from], call.groups, call.counts, images, by=call.by, repair=call.repair
        )
        self.slots[call.slot_to] = done.model
        return msgspec.convert({"layers": done.layers}, Account)

    def prune_magnitude(self, call: PruneMagnitude) -> Account:
        """Single weights."""
        from ..prune.magnitude import prune_magnitude

        self.slots[call.slot_to], account = prune_magnitude(
            self.slots[call.slot_from], call.sparsity, at_once=call.at_once
        )
        return msgspec.convert(account, Account)

    def fine_tune(self, call: FineTuneModel) -> Trained:
        """In place, on labelled images."""
        from ..prune.fine_tune import fine_tune
        from ..prune.interrupted import State

        training = call.training
        done = fine_tune(
            self.slots[call.slot],
            training.settings,
            open_pixels(training.pixels_path),
            training.labels,
            training.contract,
            seed=training.seed,
            teacher=self.slots.get(call.teacher) if call.teacher and call.teacher != call.slot else None,
            sparsity=call.sparsity,
            state=None if call.state is None else State.unpack(call.state),
            keep=_keep,
        )
        return msgspec.convert(done, Trained)

    def copy(self, call: CopyModel) -> Account:
        """A model with weights of its own."""
        from ..prune.flat import copy_model

        self.slots[call.slot_to] = copy_model(self.slots[call.slot_from])
        return Account()

    def distill(self, call: DistillModel) -> Distilled:
        """In place, on images without labels."""
        from ..prune.distill import DISTILLED, distill
        from ..prune.interrupted import State

        lessons, student, teacher = call.lessons, self.slots[call.slot], self.slots[call.teacher]

        done = distill(
            student,
            teacher,
            lessons.settings,
            open_pixels(lessons.pixels_path),
            lessons.contract,
            task=lessons.task,
            seed=lessons.seed,
            state=None if call.state is None else State.unpack(call.state),
            keep=_keep,
        )
        return msgspec.convert({**done, "repair": {"step": DISTILLED, **_judge(teacher, lessons)(student)}}, Distilled)

    def count_zeros(self, call: CountZeros) -> Account:
        """Of a slot."""
        from ..prune.magnitude import count_zeros

        return msgspec.convert(count_zeros(self.slots[call.slot]), Account)

    def export_twin(self, call: ExportTwin) -> Account:
        """For the legacy process; what it leaves alone."""
        from ..prune.twin import write_model

        return Account(left_alone=tuple(write_model(self.slots[call.slot], call.path)["left_alone"]))

    def import_twin(self, call: ImportTwin) -> Account:
        """From the legacy process; the zeros that came."""
        from ..prune.twin import read_weights

        self.slots[call.slot_to], account = read_weights(self.slots[call.slot_from], call.path)
        return msgspec.convert(account, Account)


def normalised(path: str, contract: InputContract) -> NDArray[np.float32]:
    """At most CALIBRATION_IMAGES of the prepared images as the float model takes them, float32 [n, h, w, c]."""
    pixels = open_pixels(path)
    return normalize(pixels[evenly(len(pixels), CALIBRATION_IMAGES)], contract)


def _images_for(path: str, contract: InputContract, *, whole: bool) -> NDArray[np.float32]:
    """The images that a network is fitted on, float32 [n, h, w, c]; `whole`: and those that judge candidates."""
    pixels = open_pixels(path)
    fitted, judging = parts_of(len(pixels))
    return normalize(pixels[np.union1d(fitted, judging) if whole else fitted], contract)


def _keep(state: Any) -> None:
    """Give a training's state (prune.interrupted.State) to the parent."""
    packed = state.pack()
    if len(packed) <= STATE_BYTES:
        progress.keep(f"{state.epoch:06d}", packed)


def _judge(given: Model, lessons: Lessons) -> Callable[[Model], dict[str, Any]]:
    """How near a model is to the given one, on the images that distillation does not train on."""
    from ..prune.distill import judge_of

    pixels = open_pixels(lessons.pixels_path)
    return judge_of(given, pixels, lessons.contract, task=lessons.task, settings=lessons.settings)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    own = Session()
    return (
        own.load,
        own.find_heads,
        own.convert,
        own.prune_channels,
        own.group_channels,
        own.prune_to,
        own.prune_magnitude,
        own.copy,
        own.distill,
        own.fine_tune,
        own.count_zeros,
        own.export_twin,
        own.import_twin,
    )
