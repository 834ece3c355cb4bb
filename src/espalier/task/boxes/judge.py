"""Boxes against what is in the images: truths as arrays that cross processes, and both in pixels of the frame.

A truth is float64 [n, 1 + objects, 7]: of each image first (columns of the frame, rows of it, 0, 0, -2, 0, 0), then its objects,
x1, y1, x2, y2 in pixels of the frame, label, ignored, area; where there is no object the label is -1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import BugError
from ...image_facts import ImageFacts
from .frame import TRUTH_BITS, Window, seen, window_of
from .plan import Plan
from .scenes import Found, Real, Truth, sizes_of

FRAME = -2.0
LEAST_SEEN = 0.5
"""An object of which the network sees less is neither asked for nor wrong."""


def truth_of(images: Sequence[ImageFacts], labels: Sequence[str]) -> Real | None:
    """What annotations say of the images; None where there are none."""
    if not images or any(image.objects is None for image in images):
        return None
    most = max(len(image.objects or ()) for image in images)
    truth = np.zeros((len(images), 1 + most, 7))
    truth[:, :, 4] = -1
    places = {label: number for number, label in enumerate(labels)}
    for row, image in zip(truth, images, strict=True):
        row[0] = (*image.upright, 0, 0, FRAME, 0, 0)
        for number, one in enumerate(image.objects or (), 1):
            if one.label not in places:
                raise BugError(f"an object of the class {one.label!r} came through the checks")
            area = (one.x2 - one.x1) * (one.y2 - one.y1) if one.area is None else one.area
            row[number] = one.x1, one.y1, one.x2, one.y2, places[one.label], one.ignored, area
    return truth


def truths(known: Real, plan: Plan) -> list[Truth]:
    """The objects of each image as the network can see them: cut to what of the frame it is given."""
    return [_truth(row, plan) for row in known]


def _truth(row: Real, plan: Plan) -> Truth:
    objects = row[row[:, 4] >= 0]
    window = window_in(row, plan)
    whole = np.rint(objects[:, :4] * (1 << TRUTH_BITS)).astype(np.int64)
    share = seen(whole, window, TRUTH_BITS)
    corners = np.clip(objects[:, :4], *_ends(window))
    some = share > 0
    hidden = share < LEAST_SEEN
    return Truth(
        corners=corners[some],
        labels=objects[some, 4].astype(np.int64),
        ignored=(objects[:, 5] > 0)[some] | hidden[some],
        areas=objects[some, 6],
        by_centre=plan.cells,
    )


def found_in(results: Real, known: Real | None, plan: Plan) -> list[Found]:
    """The boxes of each image (real.boxes_of), in pixels of its frame where that is known, else of the network's input."""
    windows = [None] * len(results) if known is None else [window_in(row, plan) for row in known]
    return [_found(boxes[boxes[:, 4] >= 0], window) for boxes, window in zip(results, windows, strict=True)]


def _found(boxes: Real, window: Window | None) -> Found:
    corners = boxes[:, :4] if window is None else to_frame(boxes[:, :4], window)
    some = sizes_of(corners) > 0
    return Found(corners=corners[some], labels=boxes[some, 4].astype(np.int64), scores=boxes[some, 5])


def to_frame(corners: Real, window: Window) -> Real:
    """frame.to_frame in floating point, of pixels."""
    result = corners.copy()
    for columns, span in ((slice(0, 4, 2), window.across), (slice(1, 4, 2), window.down)):
        inside = np.clip(corners[:, columns], span.at, span.at + span.given) - span.at
        result[:, columns] = span.left + inside * span.taken / span.given
    return result


def to_input(corners: Real, window: Window) -> Real:
    """frame.to_input in floating point, of pixels."""
    result = corners.copy()
    for columns, span in ((slice(0, 4, 2), window.across), (slice(1, 4, 2), window.down)):
        inside = np.clip(corners[:, columns], span.left, span.left + span.taken) - span.left
        result[:, columns] = span.at + inside * span.given / span.taken
    return result


def window_in(row: Real, plan: Plan) -> Window:
    """Of the image that a row of a truth is about."""
    return window_of(int(row[0, 1]), int(row[0, 0]), plan.contract)


def _ends(window: Window) -> tuple[Real, Real]:
    across, down = window.across, window.down
    low = np.array([across.left, down.left] * 2, np.float64)
    return low, low + np.array([across.taken, down.taken] * 2)
