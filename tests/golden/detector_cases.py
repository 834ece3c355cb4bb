"""Detectors of every decode with random maps, anchors and scales; random heads for them, ties on purpose; and what the decode
gives in floating point, written from the formulas of the papers and not from ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import prod

import msgspec
import numpy as np
from numpy.typing import NDArray

from espalier.detector import Detector, Heads
from espalier.task.boxes import anchors as rules
from espalier.task.boxes.anchors import Grid
from espalier.task.boxes.tables import Output, Reading, make_detector

Random = np.random.Generator
Real = NDArray[np.float64]

KINDS = (
    "ssd", "ssd background", "ssd softmax", "ssd data", "retinanet", "yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5", "yolox",
    "dfl", "dfl joint", "fomo", "centernet",
)  # fmt: skip
DECODE = {kind: kind.split()[0] for kind in KINDS}
JOINT = ("yolo-v2", "yolo-v3", "yolo-v4", "yolo-v5", "dfl joint")
"""Kinds whose box, objectness and classes stand in one tensor per level."""
APART = (*JOINT, "retinanet", "yolox", "fomo", "centernet")
"""Kinds with outputs of their own for every level."""


@dataclass(frozen=True)
class Case:
    kind: str
    reading: Reading
    size: tuple[int, int]
    grids: list[Grid]
    heads: list[Heads]
    outputs: list[Output]
    detector: Detector


def random_case(kind: str, random: Random, side: int = 96, maps: tuple[int, ...] = ()) -> Case:
    """A detector of a kind with an input of about `side` pixels, and maps of these rows (random ones by default)."""
    size = (side, side if maps else int(random.integers(side // 2, 2 * side)))
    classes = int(random.choice([1, 2, 3, 7]))
    decode = DECODE[kind]
    some = maps or sorted({int(n) for n in random.integers(2, 9, 1 if kind in ("fomo", "centernet") else 2)}, reverse=True)
    shapes = [(rows, max(1, round(rows * size[1] / size[0]))) for rows in some]
    grids = [_grid(kind, number, shape, size, random) for number, shape in enumerate(shapes)]
    if kind == "ssd data":
        grids = [Grid(rows=1, columns=1, step_x=0.0, step_y=0.0, boxes=np.concatenate([g.anchors() for g in grids]))]
    scores = {"ssd": "none", "ssd background": "none", "ssd softmax": "softmax", "yolo-v2": "softmax", "fomo": "none"}
    background = {"ssd background": "first", "ssd softmax": ("first", "last")[classes % 2], "fomo": "first"}
    reading = Reading(
        decode=decode,
        classes=classes,
        threshold=float(random.choice([0.1, 0.25, 0.3, 0.5, 0.6])),
        overlap=None if decode == "centernet" else float(random.choice([0.3, 0.4, 0.45, 0.5, 0.7])),
        per_class=bool(random.integers(2)),
        every_class=bool(random.integers(2)) and not decode.startswith("yolo-v2"),
        scores=scores.get(kind, "sigmoid"),
        background=background.get(kind, "none"),
        variances=(0.1, 0.1, 0.2, 0.2) if decode == "ssd" else (1.0, 1.0, 1.0, 1.0),
        order="yxhw" if kind == "ssd data" else "xywh",
        stretch=1.1 if kind == "yolo-v4" else 1.0,
        bins=int(random.choice([8, 16])),
        room=int(random.choice([4, 16, 128])) if not maps else 128,
        most=int(random.choice([3, 100])) if not maps else 100,
    )
    heads, outputs = _heads(kind, reading, grids, random)
    detector = make_detector(reading, size, grids, heads, outputs)
    return Case(kind, reading, size, grids, heads, outputs, detector)


def _grid(kind: str, number: int, shape: tuple[int, int], size: tuple[int, int], random: Random) -> Grid:
    rows, columns = shape
    sides = (0.1 * 2**number, 0.16 * 2**number)
    if kind.startswith("ssd"):
        return rules.grid(rows, columns, size, rules.pair_sizes(size, sides, (0.62, 0.42)))
    if kind == "retinanet":
        return rules.grid(rows, columns, size, rules.pyramid_sizes(max(1, round(size[0] / rows))))
    if kind.startswith("yolo-v"):
        count = int(random.integers(1, 4))
        sizes = np.exp(random.normal(np.log(0.25 * size[0] * 2**number), 0.4, (count, 2)))
        return rules.corner_sizes(rows, columns, size, sizes.tolist())
    return rules.points(rows, columns, size, centred=kind.startswith(("dfl", "fomo")))


def _heads(kind: str, reading: Reading, grids: list[Grid], random: Random) -> tuple[list[Heads], list[Output]]:
    classes = reading.classes + (reading.background != "none")
    box = {"dfl": 4 * reading.bins, "fomo": 0, "centernet": 2}.get(reading.decode, 4)
    with_object = reading.decode.startswith("yolo")
    heads: list[Heads] = []
    outputs: list[Output] = []

    def output(shape: tuple[int, ...], what: str) -> int:
        scale, zero = {
            "box": (float(random.uniform(0.01, 0.06 if reading.decode != "dfl" else 0.12)), int(random.integers(-30, 30))),
            "probability": (1 / 256, -128),
            "logit": (float(random.uniform(0.04, 0.12)), int(random.integers(-40, 40))),
        }[what]
        if reading.decode == "ssd" and what == "box":
            scale *= 3
        outputs.append(Output(shape=shape, scale=scale, zero_point=zero))
        return len(outputs) - 1

    score = "probability" if reading.scores == "none" else "logit"
    if kind not in APART:
        anchors = sum(grid.count for grid in grids)
        both = Heads(box=output((anchors, box), "box"), scores=output((anchors, classes), score))
        return [both] * len(grids), outputs
    for grid in grids:
        shape, each = (grid.rows, grid.columns), len(grid.boxes)
        if kind in JOINT:
            one = output((*shape, each * (box + with_object + classes)), "logit")
            heads.append(Heads(box=one, objectness=one if with_object else None, scores=one))
            continue
        heads.append(
            Heads(
                box=output((*shape, each * box), "box") if box else None,
                size=output((*shape, 2), "box") if reading.decode == "centernet" else None,
                objectness=output((*shape, each), "logit") if with_object else None,
                scores=output((*shape, each * classes), score),
            )
        )
    return heads, outputs


def random_heads(case: Case, random: Random, number: int) -> list[NDArray[np.int8]]:
    """int8 heads: noise, few objects on quiet ground, few different values (ties), the ends of the range."""
    result = []
    for output in case.outputs:
        count = prod(output.shape)
        style = number % 4
        if style == 0:
            values = random.integers(-128, 128, count)
        elif style == 1:
            values = np.where(random.random(count) < 0.1, random.integers(-128, 128, count), random.integers(-128, -60, count))
        elif style == 2:
            values = random.choice(random.integers(-128, 128, int(random.integers(1, 4))), count)
        else:
            values = random.choice([-128, 127, output.zero_point, 0], count, p=[0.55, 0.25, 0.1, 0.1])
        result.append(values.astype(np.int8).reshape(output.shape))
    return result


def scene(case: Case, random: Random) -> list[NDArray[np.int8]]:
    """Heads as a trained network gives them: a few objects, high scores around them, boxes near their anchors."""
    result = []
    for output in case.outputs:
        # A standard deviation of the raw number of about one at most: sizes near the anchors'.
        spread = min(18.0, 1 / output.scale) if case.kind.startswith("yolo") else 18.0
        values = np.clip(np.round(random.normal(output.zero_point, spread, prod(output.shape))), -128, 127)
        result.append(values.astype(np.int8).reshape(output.shape))
    spots = [(random.random(2), float(random.uniform(0.1, 0.6))) for _ in range(int(random.integers(1, 6)))]
    detector = case.detector
    for level, grid in zip(detector.levels, case.grids, strict=True):
        centres = grid.anchors() / np.array([case.size[1], case.size[0]] * 2)
        near = np.zeros(grid.count)
        for place, side in spots:
            distance = np.abs(centres[:, :2] - place).max(axis=1) + 0.3 * np.abs(np.log(centres[:, 2] / side))
            near = np.maximum(near, distance <= max(0.08, np.sort(distance)[min(8, grid.count - 1)]))
        for column, width in ((level.scores, detector.classes), (level.objectness, 1), (level.background, 1)):
            if column is None:
                continue
            flat = result[column.output].reshape(-1)
            at = column.start + column.step * np.arange(grid.count)[:, None] + np.arange(width)
            loud = np.round(random.normal(20, 50, at.shape))
            quiet = np.full(at.shape, -128)
            if column is level.background:
                loud, quiet = np.round(random.normal(-20, 40, at.shape)), np.full(at.shape, 90)
            flat[at] = np.clip(np.where(near[:, None] > 0, loud, quiet), -128, 127)
    return result


# In floating point.


def float_detect(case: Case, heads: list[NDArray[np.int8]]) -> tuple[Real, list[tuple[int, int]]]:
    """Corners in pixels of all anchors [n, 4], clipped; and (anchor, class) of the boxes kept, in order."""
    reading, dequantized = case.reading, []
    for output, values in zip(case.outputs, heads, strict=True):
        dequantized.append((values.astype(np.float64) - output.zero_point).reshape(-1) * output.scale)
    corners, scores, values, used = [], [], [], dict.fromkeys(range(len(heads)), 0)
    for grid, named in zip(case.grids, case.heads, strict=True):
        read = _read(reading, grid, named, dequantized, used)
        corners.append(np.clip(_float_corners(reading, grid, read), 0, [case.size[1], case.size[0]] * 2))
        probability, logits = _float_scores(reading, read)
        if reading.decode == "centernet":
            probability = np.where(_is_peak(logits, grid), probability, -1)
        scores.append(probability)
        values.append(logits)
    box, score, logit = np.concatenate(corners), np.concatenate(scores), np.concatenate(values)
    return box, _float_kept(case, box, score, logit)


def float_objects(case: Case, heads: list[NDArray[np.int8]]) -> set[tuple[int, ...]]:
    """Of cells: (label, x1, y1, x2, y2 in hundredths of a pixel) of all objects, cells that touch as one."""
    wide = replace(case, reading=msgspec.structs.replace(case.reading, overlap=None, most=10_000))
    box, cells = float_detect(wide, heads)
    boxes = [(label, *box[anchor].tolist()) for anchor, label in cells]
    again = True
    while again:
        again = False
        for one, other in combinations(boxes, 2):
            apart = one[1] > other[3] + 1e-6 or other[1] > one[3] + 1e-6 or one[2] > other[4] + 1e-6 or other[2] > one[4] + 1e-6
            if one[0] == other[0] and not apart:
                boxes.remove(one)
                boxes.remove(other)
                boxes.append((one[0], *map(min, one[1:3], other[1:3]), *map(max, one[3:], other[3:])))
                again = True
                break
    return {(label, *(round(100 * edge) for edge in edges)) for label, *edges in boxes}


def _read(
    reading: Reading, grid: Grid, named: Heads, outputs: list[Real], used: dict[int, int]
) -> dict[str, Real]:
    classes = reading.classes + (reading.background != "none")
    numbers = {"dfl": 4 * reading.bins, "centernet": 2}.get(reading.decode, 4)
    roles = {"box": numbers, "size": 2, "objectness": 1, "scores": classes}
    mine = [(role, getattr(named, role)) for role in roles if getattr(named, role) is not None]
    result: dict[str, Real] = {}
    for output in {number for _, number in mine}:
        here = [role for role, number in mine if number == output]
        width = sum(roles[role] for role in here)
        table = outputs[output][used[output] : used[output] + grid.count * width].reshape(grid.count, width)
        used[output] += table.size
        for role in here:
            result[role], table = table[:, : roles[role]], table[:, roles[role] :]
    return result


def _sigmoid(t: Real) -> Real:
    return np.where(t >= 0, 1 / (1 + np.exp(-np.abs(t))), np.exp(-np.abs(t)) / (1 + np.exp(-np.abs(t))))


def _softmax(t: Real) -> Real:
    e = np.exp(t - t.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _float_corners(reading: Reading, grid: Grid, read: dict[str, Real]) -> Real:
    anchors = grid.anchors()
    step = np.array([grid.step_x, grid.step_y])
    if reading.decode == "fomo":
        middle, size = anchors[:, :2], anchors[:, 2:]
    elif reading.decode == "dfl":
        sides = (_softmax(read["box"].reshape(-1, 4, reading.bins)) * np.arange(reading.bins)).sum(-1) * np.tile(step, 2)
        return np.concatenate([anchors[:, :2] - sides[:, :2], anchors[:, :2] + sides[:, 2:]], axis=1)
    else:
        raw = np.concatenate([read["box"], read["size"]], axis=1) if "size" in read else read["box"]
        t = (raw[:, [1, 0, 3, 2]] if reading.order == "yxhw" else raw) * reading.variances
        xy, wh = t[:, :2], t[:, 2:]
        if reading.decode in ("ssd", "retinanet"):
            middle, size = xy * anchors[:, 2:] + anchors[:, :2], np.exp(wh) * anchors[:, 2:]
        elif reading.decode == "yolo-v5":
            middle, size = (2 * _sigmoid(xy) - 0.5) * step + anchors[:, :2], (2 * _sigmoid(wh)) ** 2 * anchors[:, 2:]
        elif reading.decode == "yolox":
            middle, size = xy * step + anchors[:, :2], np.exp(wh) * step
        elif reading.decode == "centernet":
            middle, size = xy * step + anchors[:, :2], np.maximum(wh, 0) * step
        else:
            share = _sigmoid(xy) * reading.stretch - (reading.stretch - 1) / 2
            middle, size = share * step + anchors[:, :2], np.exp(wh) * anchors[:, 2:]
    return np.concatenate([middle - size / 2, middle + size / 2], axis=1)


def _float_scores(reading: Reading, read: dict[str, Real]) -> tuple[Real, Real]:
    raw = read["scores"]
    active = {"none": lambda t: t, "sigmoid": _sigmoid, "softmax": _softmax}[reading.scores](raw)
    start = int(reading.background == "first")
    score, values = active[:, start : start + reading.classes], raw[:, start : start + reading.classes]
    return (score * _sigmoid(read["objectness"]) if "objectness" in read else score), values


def _is_peak(values: Real, grid: Grid) -> NDArray[np.bool_]:
    maps = values.reshape(grid.rows, grid.columns, -1)
    result = np.ones(maps.shape, bool)
    for y in range(grid.rows):
        for x in range(grid.columns):
            around = maps[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
            result[y, x] = maps[y, x] >= around.max(axis=(0, 1))
    return result.reshape(values.shape)


def _float_kept(case: Case, box: Real, score: Real, values: Real) -> list[tuple[int, int]]:
    reading = case.reading
    every = case.detector.every_class
    pairs = [
        (anchor, label)
        for anchor in np.flatnonzero((score >= reading.threshold).any(axis=1)).tolist()
        for label in (range(reading.classes) if every else [int(values[anchor].argmax())])
        if score[anchor, label] >= reading.threshold
    ]
    pairs.sort(key=lambda pair: -score[pair])
    kept: list[tuple[int, int]] = []
    for anchor, label in pairs[: reading.room]:
        a = box[anchor]
        if a[2] <= a[0] or a[3] <= a[1]:
            continue
        if reading.overlap is not None and any(
            _float_overlap(a, box[other]) > reading.overlap and (label == theirs or not case.detector.per_class)
            for other, theirs in kept
        ):
            continue
        kept.append((anchor, label))
    return kept[: reading.most]


def _float_overlap(a: Real, b: Real) -> float:
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(w, 0.0) * max(h, 0.0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / union if union > 0 else 0.0
