"""Detectors and heads in which every rounding of the decode is a tie, and scores stand on both sides of the threshold."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from detector_cases import Case, random_case
from numpy.typing import NDArray

from espalier.detector import SURE, Anchor, Detector, Heads
from espalier.errors import RecipeError
from espalier.task.boxes.anchors import Grid
from espalier.task.boxes.tables import Output, Reading, make_detector

Images = list[list[NDArray[np.int8]]]
COUNT = 512
PLACES = Grid(rows=1, columns=1, step_x=64.0, step_y=64.0, boxes=np.tile([32.0, 32.0, 9.0, 7.0], (COUNT, 1)))
WIDE = {"room": COUNT, "most": COUNT, "overlap": None, "threshold": 0.25}


def directed(*thresholds: float) -> list[tuple[Case, Images]]:
    """Every directed case with its heads."""
    return [_distances(), *_factors(), _shares(), _alike(), *_thresholds(thresholds)]


def _shifted(detector: Detector, **changes: object) -> Detector:
    """Anchors whose centres stand at every fraction of a corner's unit: each rounding of a corner is met."""
    level = detector.levels[0]
    anchors = tuple(Anchor(8192 + n, 8192 + n // 2, 1001 + n, 801 + n) for n in range(len(level.anchors)))
    return msgspec.structs.replace(detector, levels=(msgspec.structs.replace(level, anchors=anchors, **changes),))


def _case(name: str, reading: Reading, heads: Heads, outputs: list[Output], grid: Grid = PLACES) -> Case:
    detector = make_detector(reading, (64, 64), [grid], [heads], outputs)
    return Case(name, reading, (64, 64), [grid], [heads], outputs, detector)


def _distances() -> tuple[Case, Images]:
    """Mean bins that end in a half, times odd steps."""
    reading = Reading(decode="dfl", classes=1, bins=4, **WIDE)  # type: ignore[arg-type]
    outputs = [Output(shape=(COUNT, 16), scale=0.1, zero_point=0), Output(shape=(COUNT, 1), scale=0.1, zero_point=0)]
    case = _case("dfl: means that end in a half", reading, Heads(box=0, scores=1), outputs)
    images: Images = [[np.zeros((COUNT, 16), np.int8), np.full((COUNT, 1), 40, np.int8)]]
    pairs = np.full((COUNT, 16), -128, np.int8)
    pairs[:, ::4], pairs[:, 1::4] = 60, 60
    images.append([pairs, images[0][1]])
    return replace(case, detector=_shifted(case.detector, step_x=8191, step_y=8193)), images


def _factors() -> list[tuple[Case, Images]]:
    """Factors of a half and of odd halves, times odd sizes and steps; with offsets on both sides of zero."""
    found = []
    for decode in ("ssd", "yolox"):
        reading = Reading(decode=decode, classes=1, **WIDE)  # type: ignore[arg-type]
        outputs = [Output(shape=(COUNT, 4), scale=0.5, zero_point=0), Output(shape=(COUNT, 1), scale=0.1, zero_point=0)]
        case = _case(f"{decode}: factors of a half", reading, Heads(box=0, scores=1), outputs)
        detector = _shifted(case.detector, step_x=8191, step_y=8193)
        number = detector.levels[0].box_tables[2]
        halves = tuple(32768 * (2 * n + 1) % (1 << 21) for n in range(256))
        tables = tuple(halves if n == number else table for n, table in enumerate(detector.tables))
        images: Images = []
        for shift in range(8):
            box = (np.arange(COUNT * 4).reshape(COUNT, 4) * 7 + shift) % 256 - 128
            box[:, :2] = box[:, :2] % 9 - 4
            images.append([box.astype(np.int8), np.full((COUNT, 1), 40, np.int8)])
        found.append((replace(case, detector=msgspec.structs.replace(detector, tables=tables)), images))
    return found


def _shares() -> tuple[Case, Images]:
    """An objectness of exactly a half times every score: odd ones are ties."""
    reading = Reading(decode="yolo-v5", classes=2, every_class=True, **{**WIDE, "threshold": 0.01})  # type: ignore[arg-type]
    outputs = [Output(shape=(COUNT, 7), scale=0.05, zero_point=0)]
    case = _case("yolo-v5: an objectness of a half", reading, Heads(box=0, objectness=0, scores=0), outputs)
    head = np.zeros((COUNT, 7), np.int64)
    head[:, 5], head[:, 6] = np.arange(COUNT) % 256 - 128, np.arange(COUNT) % 255 - 127
    return case, [[head.astype(np.int8)]]


def _thresholds(thresholds: tuple[float, ...]) -> list[tuple[Case, Images]]:
    """Every value of a score; every difference of a softmax; every pair of objectness and score that is near the threshold."""
    found: list[tuple[Case, Images]] = []
    random, box = np.random.default_rng(0), Output(shape=(COUNT, 4), scale=0.05, zero_point=0)
    centred = np.zeros((COUNT, 4), np.int8)
    for threshold in thresholds:
        wide = {**WIDE, "threshold": threshold}
        for scores, scale, zero in (("none", 1 / 256, -128), ("none", 1 / 255, -128), ("sigmoid", 0.05, 10)):
            reading = Reading(decode="ssd", classes=1, scores=scores, **wide)  # type: ignore[arg-type]
            output = Output(shape=(COUNT, 1), scale=scale, zero_point=zero)
            values = (np.arange(COUNT) % 256 - 128).astype(np.int8).reshape(-1, 1)
            case = _case(f"ssd: every score, {scores} at {threshold}", reading, Heads(box=0, scores=1), [box, output])
            found.append((case, [[centred, values]]))
        for scale in (0.004, 0.05, 0.3):
            reading = Reading(decode="ssd", classes=2, scores="softmax", background="first", **wide)  # type: ignore[arg-type]
            outputs = [box, Output(shape=(COUNT, 3), scale=scale, zero_point=0)]
            try:
                case = _case(f"ssd: every difference of a softmax at {threshold}", reading, Heads(box=0, scores=1), outputs)
            except RecipeError:
                continue
            ground = random.integers(-128, 128, COUNT)
            edge = ground + round(np.log(threshold / (1 - threshold)) / scale) + random.integers(-3, 4, COUNT)
            rows = np.stack([ground, np.clip(edge, -128, 127), np.full(COUNT, -128)], axis=1)
            found.append((case, [[centred, rows.astype(np.int8)], [centred, rows[:, [0, 2, 1]].astype(np.int8)]]))
        found.append(_near(threshold, random))
    return found


def _near(threshold: float, random: np.random.Generator) -> tuple[Case, Images]:
    reading = Reading(decode="yolo-v3", classes=1, **{**WIDE, "threshold": threshold})  # type: ignore[arg-type]
    outputs = [Output(shape=(COUNT, 6), scale=0.05, zero_point=-3)]
    case = _case(f"yolo-v3: products near {threshold}", reading, Heads(box=0, objectness=0, scores=0), outputs)
    table = np.array(case.detector.tables[case.detector.levels[0].score_table])
    products = (table[:, None] * table[None, :] + SURE // 2) >> 31
    nearest = np.argsort(np.abs(products - case.detector.threshold), axis=None)[:COUNT]
    head = np.zeros((COUNT, 6), np.int64)
    head[:, 4], head[:, 5] = np.divmod(random.permutation(nearest), 256)
    head[:, 4:] -= 128
    return case, [[head.astype(np.int8)]]


def _alike() -> tuple[Case, Images]:
    """All scores and all boxes equal, more of them than there is room for."""
    case = random_case("ssd", np.random.default_rng(1))
    heads = [np.full(output.shape, 100 if number else 0, np.int8) for number, output in enumerate(case.outputs)]
    return case, [heads]
