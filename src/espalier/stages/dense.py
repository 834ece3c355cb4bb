"""The dense twin: the given network trained as the pruned one is. Training alone may bring points (with JPEG copies it brought
ResNet8 seven): a loss that is told against the model as given alone would sell them as free pruning."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from ..prune.training_set import Training
from ..recipe import Augment
from ..worker.keras_calls import CopyModel, DistillModel, FineTuneModel, Lessons
from .job import Job
from .model import GIVEN
from .workshop import Workshop

TWIN = "twin"
"""The session slot of the TensorFlow process that holds the twin."""

MOVES = ("flip", "shift", "rotate", "zoom", "crop")


class Dense(msgspec.Struct, frozen=True, kw_only=True):
    """The twin's float .tflite, and the seconds that its training took."""

    tflite: bytes
    seconds: float


def train_twin(
    shop: Workshop,
    job: Job,
    lessons: Lessons | None,
    training: Training | None,
    key: dict[str, Any],
    told: Callable[[float, float, str], None],
) -> Dense | None:
    """Train it; None where it is switched off, or could learn nothing: of its own answers to the same images."""
    lessons = lessons if lessons is not None and _changes_looks(lessons.settings.augment) else None
    if not job.recipe.prune.compare_dense or (lessons is None and training is None):
        return None
    began, worker = time.monotonic(), shop.worker("tensorflow")

    def said(done: float, total: float, text: str) -> None:
        told(done, total, f"the dense twin: {text}")

    worker.ask(CopyModel(slot_from=GIVEN, slot_to=TWIN))
    if lessons is not None:
        latest = shop.latest("prune/twin-distill", key)
        call = DistillModel(slot=TWIN, lessons=lessons, state=latest.data)
        worker.ask(call, on_progress=said, on_kept=latest.keep)
        latest.clear()
    if training is not None:
        latest = shop.latest("prune/twin-fine-tune", key)
        tune = FineTuneModel(slot=TWIN, teacher=GIVEN, training=training, state=latest.data)
        worker.ask(tune, on_progress=said, on_kept=latest.keep)
        latest.clear()
    return Dense(tflite=job.model.convert(TWIN).tflite, seconds=time.monotonic() - began)


def _changes_looks(given: Augment) -> bool:
    plain = msgspec.structs.replace(given, **{name: getattr(Augment(), name) for name in MOVES})
    return plain != Augment()
