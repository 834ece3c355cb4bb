"""Which family of detectors a network's outputs look like, by their shapes alone: what `init` writes for a person to check.

Shapes say how many anchors there are and how many numbers each has; they do not say what the anchors' sizes are, nor tell
families apart that write the same shapes (YOLO v3, v4, v5). Nothing is guessed where two readings fit equally.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, prod

import msgspec

from ...detector import Heads

PYRAMIDS = ((8, 16, 32), (16, 32), (8, 16, 32, 64), (8, 16, 32, 64, 128), (16, 32, 64), (8, 16), (4, 8, 16, 32, 64))
"""Strides of the levels that published detectors have, the usual ones first."""
BINS = (16, 8)
MOST_ANCHORS = 12
"""Of a cell."""

Map = tuple[int, int]
Shape = tuple[int, ...]


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """What outputs look like. `maps`: rows and columns of each level; `each`: anchors of a cell; `classes`: without a
    background. `asks`: what only a person knows."""

    decode: str
    heads: tuple[Heads, ...]
    maps: tuple[Map, ...]
    each: int
    classes: int
    background: str = "none"
    bins: int = 16
    asks: tuple[str, ...] = ()


def guess_heads(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None = None) -> Guess | None:
    """The one family that fits outputs of these shapes (without the batch) of a network with an input of `size` (height, width),
    or None. `labels`: how many classes the user names."""
    flat = all(len(shape) == 2 for shape in shapes)
    maps = all(len(shape) == 3 for shape in shapes)
    readers: tuple[Callable[[Sequence[Shape], tuple[int, int], int | None], Guess | None], ...] = ()
    if flat and len(shapes) in (2, 3):
        readers = (_flat,)
    elif maps:
        readers = (_centernet, _apart, _joint, _fomo)
    found = [guess for read in readers if (guess := read(shapes, size, labels)) is not None]
    return found[0] if len(found) == 1 else None


def _strided(size: tuple[int, int], strides: Sequence[int]) -> tuple[Map, ...]:
    return tuple((ceil(size[0] / stride), ceil(size[1] / stride)) for stride in strides)


def _pyramid(anchors: int, size: tuple[int, int], each: Sequence[int]) -> tuple[tuple[Map, ...], int] | None:
    """The maps whose cells have this many anchors in all, and how many each has."""
    known = [_strided(size, strides) for strides in PYRAMIDS]
    fitting = [(maps, count) for maps in known for count in each if count * sum(map(prod, maps)) == anchors]
    return fitting[0] if len({count for _, count in fitting}) == 1 else None


def _classes(width: int, labels: int | None) -> tuple[int, str] | None:
    """How many classes a row of scores has, and where its background is."""
    if labels is None or width == labels:
        return width, "none"
    return (labels, "first") if width == labels + 1 else None


_ANCHORS = "the sizes of the anchors, as a rule or a file"
_ACTIVE = "whether the scores are probabilities already, or logits of a sigmoid or softmax"


def _flat(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None) -> Guess | None:
    """[N, 4] or [N, 4 * bins], [N, classes], and for yolox [N, 1]."""
    anchors = {shape[0] for shape in shapes}
    widths = [shape[1] for shape in shapes]
    if len(anchors) != 1:
        return None
    count = anchors.pop()
    binned = [(n, bins) for n, width in enumerate(widths) for bins in BINS if width == 4 * bins and width != labels]
    plain = [n for n, width in enumerate(widths) if width == 4 and not (labels == 4 and n > 0)]
    boxes = plain or [n for n, _ in binned]
    if len(boxes) != 1:
        return None
    box, rest = boxes[0], [n for n in range(len(shapes)) if n != boxes[0]]
    alone = [n for n in rest if widths[n] == 1]
    if len(rest) == 2 and len(alone) != 1:
        return None
    scores = rest[0] if len(rest) == 1 else next(n for n in rest if n != alone[0])
    told = _classes(widths[scores], labels)
    if told is None:
        return None
    if not plain or len(rest) == 2:
        found = _pyramid(count, size, (1,))
        if found is None or told[1] != "none":
            return None
        head = Heads(box=box, scores=scores, objectness=alone[0] if len(rest) == 2 else None)
        decode = "yolox" if plain else "dfl"
        bins = 16 if plain else next(b for n, b in binned if n == box)
        return Guess(decode=decode, heads=(head,) * len(found[0]), maps=found[0], each=1, classes=told[0], bins=bins)
    head, (classes, background) = Heads(box=box, scores=scores), told
    pyramid = _pyramid(count, size, (9,))
    maps, each = pyramid if pyramid else (((1, 1),), count)
    asks = (_ACTIVE,) if pyramid else (_ACTIVE, _ANCHORS)
    return Guess(
        decode="retinanet" if pyramid else "ssd",
        heads=(head,) * len(maps),
        maps=maps,
        each=each,
        classes=classes,
        background=background,
        asks=asks,
    )


def _levels(shapes: Sequence[Shape]) -> dict[Map, list[int]]:
    """Which outputs have the same map, the finest first."""
    levels: dict[Map, list[int]] = {}
    for number, shape in enumerate(shapes):
        levels.setdefault((shape[0], shape[1]), []).append(number)
    return dict(sorted(levels.items(), key=lambda row: -prod(row[0])))


def _centernet(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None) -> Guess | None:
    """One map with the classes, and two of two numbers: an offset and a size, in this order."""
    levels = _levels(shapes)
    pairs = [n for n, shape in enumerate(shapes) if shape[2] == 2]
    if len(shapes) != 3 or len(levels) != 1 or len(pairs) != 2:
        return None
    (scores,) = [n for n in range(3) if n not in pairs]
    if labels not in (None, shapes[scores][2]):
        return None
    head = Heads(box=pairs[0], size=pairs[1], scores=scores)
    asks = ("which of the two maps of two numbers is the offset, and which the size in cells",)
    return Guess(decode="centernet", heads=(head,), maps=tuple(levels), each=1, classes=shapes[scores][2], asks=asks)


def _apart(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None) -> Guess | None:
    """Boxes, scores and perhaps an objectness of every level in outputs of their own."""
    levels = _levels(shapes)
    found = [_level(shapes, numbers, labels) for numbers in levels.values()]
    if any(one is None for one in found):
        return None
    rows = [one for one in found if one is not None]
    if len({row[1:] for row in rows}) != 1:
        return None
    _, decode, each, classes, bins = rows[0]
    asks = (_ANCHORS,) if decode == "ssd" else ()
    heads = tuple(row[0] for row in rows)
    return Guess(decode=decode, heads=heads, maps=tuple(levels), each=each, classes=classes, bins=bins, asks=asks)


def _level(shapes: Sequence[Shape], numbers: Sequence[int], labels: int | None) -> tuple[Heads, str, int, int, int] | None:
    """Heads, decode, anchors of a cell, classes and bins of the outputs of one map."""
    widths = {n: shapes[n][2] for n in numbers}
    if len(numbers) == 3 and sorted(widths.values())[0] == 1:
        objectness = next(n for n in numbers if widths[n] == 1)
        box = next((n for n in numbers if widths[n] == 4 and n != objectness), None)
        scores = next((n for n in numbers if n not in (objectness, box)), None)
        if box is None or scores is None or labels not in (None, widths[scores]):
            return None
        return Heads(box=box, objectness=objectness, scores=scores), "yolox", 1, widths[scores], 16
    if len(numbers) != 2 or labels is None:
        return None
    fitting = []
    for box, scores in (tuple(numbers), tuple(numbers)[::-1]):
        for bins in BINS:
            if widths[box] == 4 * bins and widths[scores] == labels:
                fitting.append((Heads(box=box, scores=scores), "dfl", 1, labels, bins))
        each = widths[box] // 4
        if widths[box] % 4 == 0 and 1 <= each <= MOST_ANCHORS and widths[scores] == each * labels and each not in (16, 8):
            decode = "retinanet" if each == 9 else "ssd"
            fitting.append((Heads(box=box, scores=scores), decode, each, labels, 16))
    return fitting[0] if len(fitting) == 1 else None


def _joint(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None) -> Guess | None:
    """One output per level with all numbers of every anchor: 4 + 1 + classes, or 4 * bins + classes."""
    levels = _levels(shapes)
    channels = {shape[2] for shape in shapes}
    if labels is None or len(levels) != len(shapes) or len(channels) != 1:
        return None
    width, heads = channels.pop(), tuple(Heads(box=n[0], scores=n[0], objectness=n[0]) for n in levels.values())
    maps = tuple(levels)
    for bins in BINS:
        if width == 4 * bins + labels:
            plain = tuple(Heads(box=head.box, scores=head.scores) for head in heads)
            return Guess(decode="dfl", heads=plain, maps=maps, each=1, classes=labels, bins=bins)
    each = width // (5 + labels)
    if width % (5 + labels) or not 1 <= each <= MOST_ANCHORS:
        return None
    decode = "yolo-v2" if len(shapes) == 1 else "yolo-v3"
    asks = (_ANCHORS, "yolo-v2, v3, v4 or v5: their outputs look alike")
    return Guess(decode=decode, heads=heads, maps=maps, each=each, classes=labels, asks=asks)


def _fomo(shapes: Sequence[Shape], size: tuple[int, int], labels: int | None) -> Guess | None:
    """One map, an eighth or so of the input, with the classes and a background."""
    if len(shapes) != 1 or labels is None or shapes[0][2] != labels + 1:
        return None
    rows, columns, _ = shapes[0]
    if not any((rows, columns) in _strided(size, (stride,)) for stride in (4, 8, 16)):
        return None
    return Guess(
        decode="fomo", heads=(Heads(scores=0),), maps=((rows, columns),), each=1, classes=labels, background="first"
    )
