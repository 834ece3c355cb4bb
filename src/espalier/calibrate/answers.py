"""What a float model's answers say about its images: labels in another order, a folder of the wrong class, chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..measure.permutation import best_order
from .findings import Finding

FOLDER_IMAGES = 8
"""Images of a class from which its folder is judged."""

FOLDER_SHARE, FOLDER_OWN = 0.7, 0.15
"""A folder is of another class when this share of it is answered so, and at most the second as its own."""

FOLDER_ERROR = 0.9
"""From this share on it is an error."""

TRUSTED = 0.6
"""Median recall of the other classes from which the model is believed about one folder."""

CHANCE_IMAGES = 50
CHANCE_DEVIATIONS = 3.0
"""A model whose mean recall is within this many standard errors of guessing has not understood its images."""


def check_answers(truth: Sequence[int], answers: Sequence[int], labels: Sequence[str]) -> tuple[Finding, ...]:
    """Findings about labelled images, from class indices `truth` and the float model's `answers`."""
    expected, given = np.asarray(truth, np.int64), np.asarray(answers, np.int64)
    order = best_order(expected, given, labels)
    if order is not None:
        return (
            Finding(
                code="label-order",
                severity="error",
                message=str(order),
                next_step="put the lines of the labels file into that order, or the images into the right folders",
            ),
        )
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (expected, given), 1)
    return (*_folders(counts, labels), *_chance(counts))


def _folders(counts: NDArray[np.int64], labels: Sequence[str]) -> list[Finding]:
    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    found = []
    for index in np.flatnonzero(totals >= FOLDER_IMAGES):
        own, most = shares[index, index], int(shares[index].argmax())
        others = [shares[i, i] for i in np.flatnonzero(totals) if i != index]
        if most == index or not others or shares[index, most] < FOLDER_SHARE or own > FOLDER_OWN:
            continue
        if float(np.median(others)) < TRUSTED:
            continue
        found.append(
            Finding(
                code="class-folder",
                # Of two classes, a wrong folder and a model that always gives one answer look the same.
                severity="error" if shares[index, most] >= FOLDER_ERROR and len(others) > 1 else "warning",
                message=f"the images of class {labels[index]!r} look like {labels[most]!r}: the float model says so for "
                f"{shares[index, most]:.0%} of {totals[index]}, while it is right on {np.median(others):.0%} of the other "
                "classes",
                next_step=f"look at the folder {labels[index]!r}: its images seem to belong to another class",
            )
        )
    return found


def _chance(counts: NDArray[np.int64]) -> list[Finding]:
    total, present = int(counts.sum()), int((counts.sum(axis=1) > 0).sum())
    if total < CHANCE_IMAGES or present < 2:
        return []
    recalls = [counts[i, i] / counts[i].sum() for i in np.flatnonzero(counts.sum(axis=1))]
    recall, guessed = float(np.mean(recalls)), 1.0 / present
    if recall > guessed + CHANCE_DEVIATIONS * float(np.sqrt(guessed * (1 - guessed) / total)):
        return []
    return [
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model finds {recall:.1%} of each of {present} classes on average ({total} images), no more "
            f"than guessing would ({guessed:.1%})",
            next_step="check that model, labels, images and `input` belong together",
        )
    ]
