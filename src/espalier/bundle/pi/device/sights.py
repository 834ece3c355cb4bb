"""What is seen from frame to frame: objects in zones, objects that cross a line, and how long none was there.

A point of an object is its middle, or the middle of its lower edge (where it stands). Coordinates are pixels of the frame.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .problem import Problem

Point = tuple[float, float]
ANY, NONE = "any", "none"
NUMBER = r"(\d+(?:\.\d+)?)(%?)"


class Seen(NamedTuple):
    """An object in a frame: its label, confidence 0..1, and left, top, right, bottom in pixels."""

    label: str
    score: float
    box: tuple[int, int, int, int]

    def point(self, foot: bool) -> Point:
        """Where it is said to be."""
        left, top, right, bottom = self.box
        return (left + right) / 2, float(bottom) if foot else (top + bottom) / 2


class Place(NamedTuple):
    """A zone (`line` false; two points: a rectangle) or a line: points as given, each number with whether it is per cent."""

    name: str
    line: bool
    points: tuple[tuple[float, bool, float, bool], ...]

    def at(self, columns: int, rows: int) -> list[Point]:
        """Its corners in a frame of this size."""
        found = [
            (x * columns / 100 if x_share else x, y * rows / 100 if y_share else y) for x, x_share, y, y_share in self.points
        ]
        if self.line or len(found) > 2:
            return found
        (x1, y1), (x2, y2) = found
        return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]


def read_place(text: str, line: bool) -> Place:
    """NAME=X,Y:X,Y..., numbers in pixels or with % of the frame. Raises Problem."""
    what = "--line" if line else "--zone"
    name, _, rest = text.partition("=")
    found = [re.fullmatch(rf"{NUMBER},{NUMBER}", part) for part in rest.split(":")]
    points = tuple((float(m[1]), bool(m[2]), float(m[3]), bool(m[4])) for m in found if m)
    if not re.fullmatch(r"[\w.-]+", name) or len(points) != len(found):
        raise Problem(f"{what} {text}: give NAME=X,Y:X,Y in pixels or per cent, such as door=10%,20%:60%,90%")
    if line and len(points) != 2:
        raise Problem(f"{what} {name}: a line has 2 points, not {len(points)}")
    if len(points) < 2:
        raise Problem(f"{what} {name}: two points are a rectangle, three or more a polygon")
    if len(set(points)) < len(points):
        raise Problem(f"{what} {name}: the same point twice")
    return Place(name, line, points)


def inside(point: Point, corners: Sequence[Point]) -> bool:
    """Whether a point lies in a polygon: an odd number of edges to its right."""
    x, y = point
    within = False
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            within = not within
    return within


def crossing(before: Point, now: Point, line: Sequence[Point]) -> str:
    """How a step crosses a line: `+` from its left to its right, seen from the first point to the second, `-` the other way,
    or not at all."""
    first, second = line
    old, new = _side(first, second, before) > 0, _side(first, second, now) > 0
    if old == new or (_side(before, now, first) > 0) == (_side(before, now, second) > 0):
        return ""
    return "+" if new else "-"


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


class Track:
    """An object that was seen before."""

    def __init__(self, seen: Seen, frame: int) -> None:
        self.seen, self.frame = seen, frame


def overlap(a: Sequence[int], b: Sequence[int]) -> float:
    """Intersection over union of two boxes."""
    x, y = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0, x) * max(0, y)
    whole = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / whole if whole else 0.0


class Tracks:
    """Which object of a frame is which of the frames before: of the same label, the most overlap first, then the nearest
    within its own size; forgotten after `gap` frames out of sight."""

    def __init__(self, gap: int) -> None:
        self.gap, self.frame = gap, 0
        self._known: list[Track] = []

    def step(self, objects: Sequence[Seen]) -> list[tuple[Seen, Seen]]:
        """(before, now) of every object that was seen before."""
        self.frame += 1
        self._known = [track for track in self._known if self.frame - track.frame <= self.gap + 1]
        pairs = sorted(
            (cost, n, t) for n, seen in enumerate(objects) for t, track in enumerate(self._known)
            if (cost := self._apart(track.seen, seen)) is not None
        )  # fmt: skip
        steps, new, old = [], set(range(len(objects))), set(range(len(self._known)))
        for _, n, t in pairs:
            if n in new and t in old:
                new.remove(n)
                old.remove(t)
                steps.append((self._known[t].seen, objects[n]))
                self._known[t] = Track(objects[n], self.frame)
        self._known += [Track(objects[n], self.frame) for n in sorted(new)]
        return steps

    @staticmethod
    def _apart(before: Seen, now: Seen) -> float | None:
        """How little two sightings look like one object: below 0 where they overlap; None: they cannot be."""
        if before.label != now.label:
            return None
        common = overlap(before.box, now.box)
        if common > 0:
            return -common
        (x1, y1), (x2, y2) = before.point(False), now.point(False)
        reach = max(now.box[2] - now.box[0], now.box[3] - now.box[1])
        distance = float(((x1 - x2) ** 2 + (y1 - y2) ** 2) ** 0.5)
        return distance if distance <= reach else None


class Happening(NamedTuple):
    """Something that an action can wait for: its name, the object (None: there is none), and whether it is over at once."""

    answer: str
    seen: Seen | None
    passing: bool


class Watch:
    """Tells of each frame what happens. `absent`: seconds after which nothing is `none` (None: never)."""

    def __init__(self, labels: Sequence[str], places: Sequence[Place], absent: float | None, foot: bool, gap: int = 3) -> None:
        self.labels, self.places, self.absent, self.foot = labels, places, absent, foot
        self._tracks = Tracks(gap)
        self._last: dict[str, float] = {}

    def answers(self) -> list[str]:
        """All names that a happening can have."""
        subjects = [*self.labels, *(name for name in (ANY, NONE) if name not in self.labels)]
        some = [s for s in subjects if s != NONE or s in self.labels]
        found = [*some, *(f"{s}@{p.name}{d}" for s in some for p in self.places for d in (("", "+", "-") if p.line else ("",)))]
        if self.absent is not None:
            found += [f"{NONE}{of}{at}" for of in ("", *(f":{s}" for s in self.labels))
                      for at in ("", *(f"@{p.name}" for p in self.places if not p.line))]  # fmt: skip
        return found

    def look(self, objects: Sequence[Seen], columns: int, rows: int, now: float) -> list[Happening]:
        """What happens in this frame, in order: objects, zones, crossings, absences."""
        found = [*self._present(objects, columns, rows), *self._crossed(objects, columns, rows)]
        if self.absent is not None:
            found += self._absent(found, now)
        return list({happening.answer: happening for happening in reversed(found)}.values())[::-1]

    def zones(self, objects: Sequence[Seen], columns: int, rows: int) -> dict[str, dict[str, int]]:
        """How many of each label are in each zone."""
        counts: dict[str, dict[str, int]] = {}
        for place in self.places:
            if not place.line:
                corners, row = place.at(columns, rows), counts.setdefault(place.name, {})
                for seen in objects:
                    if inside(seen.point(self.foot), corners):
                        row[seen.label] = row.get(seen.label, 0) + 1
        return counts

    def _present(self, objects: Sequence[Seen], columns: int, rows: int) -> Iterator[Happening]:
        zones = [(place.name, place.at(columns, rows)) for place in self.places if not place.line]
        for seen in objects:
            where = ["", *(f"@{name}" for name, corners in zones if inside(seen.point(self.foot), corners))]
            for at in where:
                yield Happening(f"{seen.label}{at}", seen, False)
                yield Happening(f"{ANY}{at}", seen, False)

    def _crossed(self, objects: Sequence[Seen], columns: int, rows: int) -> Iterator[Happening]:
        lines = [(place.name, place.at(columns, rows)) for place in self.places if place.line]
        steps = self._tracks.step(objects) if lines else []
        for before, now in steps:
            for name, line in lines:
                way = crossing(before.point(self.foot), now.point(self.foot), line)
                for subject in (now.label, ANY) if way else ():
                    yield Happening(f"{subject}@{name}", now, True)
                    yield Happening(f"{subject}@{name}{way}", now, True)

    def _absent(self, found: Sequence[Happening], now: float) -> Iterator[Happening]:
        here = {happening.answer for happening in found if not happening.passing}
        zones = ["", *(f"@{place.name}" for place in self.places if not place.line)]
        for label in ("", *self.labels):
            for at in zones:
                name = f"{NONE}{f':{label}' if label else ''}{at}"
                if f"{label or ANY}{at}" in here or name not in self._last:
                    self._last[name] = now
                if self.absent is not None and now - self._last[name] >= self.absent:
                    yield Happening(name, None, False)
