"""What a float model's answers say about its images: labels in another order, a folder of the wrong class, chance,
scores that tell nothing apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..findings import Finding
from ..statistics import wilson
from .chance import nearly_equal, skill

if TYPE_CHECKING:
    from .permutation import Order

FOLDER_IMAGES = 8
"""Images of a class from which its folder is judged."""

FOLDER_SHARE, FOLDER_OWN = 0.7, 0.15
"""A folder is of another class when this share of it is answered so, and at most the second as its own."""

FOLDER_ERROR = 0.9
"""From this share on it is an error."""

TRUSTED = 0.6
"""Median recall of the other classes from which the model is believed about one folder."""

FEW_CLASSES, FEW_SHARE = 3, 0.8
"""Where no class stays, of two or three with images, the order is an error from this share of right answers in the new order
on (lower end of its 95 % interval). A network that was never trained, or hardly, tells two things apart the wrong way round
as often as the right way: of 200 images 66 to 84 % in benchmarks/alarms.py; trained networks with swapped labels 99 %."""

CHANCE_IMAGES = 20
"""Labelled images from which guessing can be told from knowing."""

ONE_ANSWER_IMAGES = 20
"""Unlabelled images from which a model that gives them all one answer is named."""

Scores = NDArray[np.float32]


def check_answers(
    truth: Sequence[int],
    answers: Sequence[int],
    labels: Sequence[str],
    *,
    scores: Scores | None = None,
    preprocessing: Finding | None = None,
) -> tuple[Finding, ...]:
    """Findings about labelled images, from class indices `truth` and the float model's `answers`.

    `scores`: its probabilities, float32 [n, classes]. `preprocessing`: what was found wrong with the pixels of these
    images, which then explains the answers better than another order of the labels (measure.preprocessing).
    """
    expected, given = np.asarray(truth, np.int64), np.asarray(answers, np.int64)
    flat = () if scores is None else check_scores(scores)
    # Loaded where there are answers: `check` has none, and takes a quarter of a second in all.
    from .permutation import best_order

    order = best_order(expected, given, labels) if preprocessing is None else None
    if order is not None:
        return (
            Finding(
                code="label-order",
                # A network that was never trained answers nearly equal scores, and some order fits those, too.
                severity="warning" if flat or not _shown(order, expected) else "error",
                message=str(order),
                next_step="put the lines of the labels file into that order, or the images into the right folders"
                if order.order
                else "compare the lines of the labels file with the classes of the training, and add images of the "
                "classes without any",
            ),
            *flat,
        )
    counts = np.zeros((len(labels), len(labels)), np.int64)
    np.add.at(counts, (expected, given), 1)
    chance = _chance(expected, given)
    # A model that knows no more than guessing does cannot say what lies in a folder of two or three classes.
    folders = [found for found in _folders(counts, labels) if found.severity == "error" or not chance]
    return (*folders, *chance, *flat)


def _shown(order: Order, truth: NDArray[np.int64]) -> bool:
    """Whether another order of the labels is more than what a model that knows nothing happens to show."""
    present = len(np.unique(truth))
    if len(order.moved) < present or present > FEW_CLASSES:
        return True
    return wilson(round(order.found_share * len(truth)), len(truth))[0] >= FEW_SHARE


def check_scores(scores: Scores, labels: Sequence[str] = (), *, labelled: bool = True) -> tuple[Finding, ...]:
    """Findings that need no truth, from probabilities float32 [n, classes]: nearly equal on every image; without
    labels also one answer to all, where agreement shows nothing."""
    if nearly_equal(scores):
        best = float(scores.max(axis=1).mean())
        return (
            Finding(
                code="flat-scores",
                severity="warning",
                message=f"the float model's scores are nearly equal on every image (the best of {scores.shape[1]} is {best:.3g} "
                f"on average, where all equal were {1 / scores.shape[1]:.3g}): it does not answer these pixels",
                next_step="check `input`: was it trained with another mean and std? int8 cannot tell such scores apart",
            ),
        )
    answers = scores.argmax(axis=1)
    if not labelled and len(answers) >= ONE_ANSWER_IMAGES and (answers == answers[0]).all():
        return (
            Finding(
                code="one-answer",
                severity="warning",
                message=f"the float model gives all {len(answers)} images the answer "
                f"{labels[int(answers[0])] if labels else int(answers[0])!r}: an int8 file that always says so would agree, "
                "too",
                next_step="check `input`, and add images of other classes, with labels if there are any",
            ),
        )
    return ()


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
                # Of two classes, a wrong folder and a model that always gives one answer look the same; of three, a network
                # that was never trained may well know two.
                severity="error" if shares[index, most] >= FOLDER_ERROR and len(others) > 2 else "warning",
                message=f"the images of class {labels[index]!r} look like {labels[most]!r}: the float model says so for "
                f"{shares[index, most]:.0%} of {totals[index]}, while it is right on {np.median(others):.0%} of the other "
                "classes",
                next_step=f"look at the folder {labels[index]!r}: its images seem to belong to another class",
            )
        )
    return found


def _chance(truth: NDArray[np.int64], answers: NDArray[np.int64]) -> list[Finding]:
    if len(truth) < CHANCE_IMAGES or (truth == truth[0]).all():
        return []
    found = skill(truth, answers)
    if found.beats_chance:
        return []
    return [
        Finding(
            code="chance",
            severity="warning",
            message=f"the float model is right on {found.share:.1%} of {found.n} images, no more than guessing would be "
            f"({found.chance:.1%} with as many answers of each class)",
            next_step="check that model, labels, images and `input` belong together",
        )
    ]
