"""The labelled images of a training: checked labels, a held-out share, class weights. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..recipe import FineTune, InputContract

HELD_OUT = 0.12
"""Share of each class that judges the epochs and is not trained on."""

UNBALANCED = 1.5
"""From this ratio between the largest and the smallest class on, classes are weighted."""


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is trained on: prepared pixels (.npy) with their class numbers, and how."""

    settings: FineTune
    pixels_path: str
    labels: tuple[int, ...]
    contract: InputContract
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparsity:
    """`amount`: share of zeros in the pruned layers (free pattern); 2:4 keeps the two largest of each
    four.
    """

    amount: float
    pattern: Literal["free", "2:4"] = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Positions of the images to train on and of those that judge, both sorted."""

    train: NDArray[np.int64]
    judge: NDArray[np.int64]


def split_classes(targets: NDArray[np.int64], seed: int) -> Split:
    """Hold out HELD_OUT of every class, at least one image of a class with eight or more; deterministic."""
    random = np.random.default_rng(seed)
    judge = []
    for label in np.unique(targets):
        members = random.permutation(np.flatnonzero(targets == label))
        judge.append(members[: max(round(HELD_OUT * len(members)), 1) if len(members) >= 8 else 0])
    held = np.sort(np.concatenate(judge))
    return Split(train=np.setdiff1d(np.arange(len(targets)), held), judge=held)


def class_weights(targets: NDArray[np.int64], classes: int) -> NDArray[np.float32]:
    """Weight per class, float32 [classes]: all 1 when balanced, else inverse to the class's size (mean 1
    over images).
    """
    counts = np.bincount(targets, minlength=classes).astype(np.float64)
    present = counts > 0
    weights = np.ones(classes)
    if counts[present].max() > UNBALANCED * counts[present].min():
        weights[present] = len(targets) / (present.sum() * counts[present])
    return weights.astype(np.float32)


def check_labels(pixels: NDArray[Any], labels: Sequence[int], classes: int) -> NDArray[np.int64]:
    """The labels as int64 [n]. Raises ImagesRefusedError when they do not fit the images or the model's
    outputs.
    """
    targets = np.asarray(labels, np.int64)
    if len(targets) != len(pixels) or len(targets) < 2:
        raise ImagesRefusedError(
            f"{len(pixels)} fine-tuning images and {len(targets)} labels",
            supported="two or more images, one label each",
        )
    if targets.min() < 0 or targets.max() >= max(classes, 2):
        raise ImagesRefusedError(
            f"fine-tuning labels reach from {targets.min()} to {targets.max()}",
            supported=f"0 to {max(classes, 2) - 1}, as the model has {classes} outputs",
            next_step="name the folders of the fine-tuning images as in the labels file",
        )
    return targets
