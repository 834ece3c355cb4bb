"""MediaPipe's ObjectDetector on the model of a phone bundle, against our own decode of the same outputs.

MediaPipe suppresses with an overlap of 0.3 whatever the class, cuts edges and sizes to whole pixels, and gives a box that begins
beyond the left or upper edge its whole size from the edge on: our detector is set to the first, its boxes are cut like that, and
those that touch an edge are left out. Of boxes with the same score MediaPipe may keep another one than we do: it sorts with
std::sort (calculators/util/non_max_suppression_calculator.cc), which keeps no order among equals and differs from one C++ library
to the next; we take the first anchor, everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np

from ..detector import SURE, Detector
from ..facts import BundleSource
from ..task.boxes.decode import detect
from ..task.boxes.golden import split

SCRIPT: Final = """
import json, sys
import numpy, mediapipe
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import ObjectDetector, ObjectDetectorOptions
asked = json.load(open(sys.argv[1]))
base = BaseOptions(model_asset_path=asked["model"])
options = ObjectDetectorOptions(base_options=base, score_threshold=asked["threshold"], max_results=-1)
answers = []
with ObjectDetector.create_from_options(options) as detector:
    for pixels in asked["pixels"]:
        data = numpy.frombuffer(bytes.fromhex(pixels), numpy.uint8).reshape(asked["shape"])
        found = detector.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=data.copy())).detections
        rows = []
        for one in found:
            box, best = one.bounding_box, one.categories[0]
            edges = [box.origin_x, box.origin_y, box.origin_x + box.width, box.origin_y + box.height]
            rows.append([best.category_name, best.score, *edges])
        answers.append(rows)
print(json.dumps({"version": mediapipe.__version__, "answers": answers}))
"""
NEAR: Final = 0.95
"""Intersection over union from which two boxes are one ..."""
PIXELS: Final = 1
"""... or, since a whole pixel is more than that of a small box, this far apart at every edge at most."""
ENOUGH: Final = 0.97
"""Share of boxes that must be near. Suppression sees our boxes clipped and MediaPipe's not: a few near an edge differ."""
SAME_SCORE: Final = 1e-6
"""Of scores that real numbers of 32 bits part."""
OVER: Final = 0.25
"""Intersection over union of the whole pixels of two boxes of which MediaPipe keeps one (from 0.3 of their corners on)."""
_SUPPRESSION: Final = (3, 10)
_MOST: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """`boxes` of ours that touch no edge, how many of them MediaPipe gives, too, in the place of how many others it keeps one of
    the same score that lies over it, and the median overlap."""

    boxes: int
    near: int
    tied: int
    median: float

    @property
    def holds(self) -> bool:
        """Whether MediaPipe decodes as we do."""
        return self.near + self.tied >= ENOUGH * self.boxes


def asked(model: str, threshold: float, pixels: Sequence[bytes], shape: Sequence[int]) -> dict[str, Any]:
    """What SCRIPT reads."""
    return {"model": model, "threshold": threshold, "pixels": [one.hex() for one in pixels], "shape": list(shape)}


def agreement(source: BundleSource, outputs: Sequence[bytes], answers: Sequence[Sequence[Sequence[Any]]]) -> Agreement:
    """How far MediaPipe's `answers` to pictures are what our detector says to the int8 `outputs` of the same."""
    assert source.detector is not None
    overlaps, near, tied = [], 0, 0
    for output, rows in zip(outputs, answers, strict=True):
        for label, score, box in _ours(source.detector, source, output):
            like = [row[2:] for row in rows if row[0] == label]
            overlaps.append(max((overlap(box, other) for other in like), default=0.0))
            if overlaps[-1] >= NEAR or any(_beside(box, other) for other in like):
                near += 1
            else:
                tied += any(abs(row[1] - score) < SAME_SCORE and overlap(box, row[2:]) > OVER for row in rows)
    median = float(np.median(overlaps)) if overlaps else 1.0
    return Agreement(boxes=len(overlaps), near=near, tied=tied, median=median)


def _beside(a: Sequence[float], b: Sequence[float]) -> bool:
    return all(abs(one - other) <= PIXELS for one, other in zip(a, b, strict=True))


def _ours(detector: Detector, source: BundleSource, output: bytes) -> list[tuple[str, float, list[int]]]:
    """Label, score and whole-pixel edges of each box that touches no edge."""
    as_theirs = msgspec.structs.replace(detector, overlap=_SUPPRESSION, per_class=False, room=_MOST, most=_MOST)
    boxes, unit = detect(as_theirs, split(output, source.heads)), 1 << detector.bits
    found = []
    rows = zip(boxes.corners.tolist(), boxes.labels.tolist(), (boxes.scores / SURE).tolist(), strict=True)
    for (x1, y1, x2, y2), label, score in rows:
        if x1 > 0 and y1 > 0 and x2 < detector.width and y2 < detector.height:
            left, top = x1 // unit, y1 // unit
            found.append((source.labels[label], score, [left, top, left + (x2 - x1) // unit, top + (y2 - y1) // unit]))
    return found


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union."""
    x, y = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, x) * max(0.0, y)
    return common / max(1e-9, (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)
