"""`espalier compare`: two builds side by side, with a paired test where both answered the same images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..compare_rows import Changed, ComparedSide, Comparison, Figure, Flipped, Paired
from ..errors import GateError
from ..facts import OperatorUse
from ..report.compare import paired_text
from ..row_images import ImageAnswers
from ..rows import GateRow, LatencyRow
from ..statistics import drop_of
from .compare_sides import Read, Side, side_of

NOISE = 0.05
"""From this p-value on images cannot tell that there is a difference."""
NOT_COMPARED = frozenset(
    {"digest", "espalier", "files", "measurements", "models", "checks", "operators", "name", "version", "origin"}
)
"""Of a manifest: digests, what is compared elsewhere, and what every build changes."""


def compare(
    a: Path | str, b: Path | str, *, max_growth_bytes: int | None = None, max_accuracy_loss: float | None = None
) -> Comparison:
    """Compare build `b` with build `a`.

    Each is an output folder, a recipe that was built, a stored report.json, or a bundle. `max_growth_bytes`: of the int8 model;
    `max_accuracy_loss`: percentage points of right answers on the same images. What fails is in `gates`.
    Raises UsageError for what no build left, VerificationError for a bundle that was changed.

        found = espalier.compare("main/report.json", "dist/parts-1.1.0", max_accuracy_loss=0.5)
        found.accuracy, [gate.name for gate in found.gates if not gate.passed]
    """
    one, two = side_of(Path(a)), side_of(Path(b))
    accuracy, flips, notes = _images(one.report.by_image, two.report.by_image)
    for side in (one, two):
        if side.alone:
            notes.append(f"{side.given} is a bundle without its build: no answers per image, no latency, no instructions")
    gained, lost = _operators(one.report.quantize.uses, two.report.quantize.uses)
    if not (one.report.quantize.uses and two.report.quantize.uses):
        gained, lost = (), ()
        notes.append("operators cannot be compared: a report of an older version does not list them")
    figures = tuple(_figures(one.report, two.report, notes))
    if max_growth_bytes is None and max_accuracy_loss is None:
        gates: tuple[GateRow, ...] = ()
    else:
        gates = tuple(_gates(one.report, two.report, accuracy, max_growth_bytes, max_accuracy_loss))
    return Comparison(
        a=_named(one), b=_named(two), accuracy=accuracy, figures=figures, flips=flips,
        operators_gained=gained, operators_lost=lost, changes=tuple(_changes(one, two)), gates=gates, notes=tuple(notes),
    )  # fmt: skip


def failure(found: Comparison) -> GateError | None:
    """The error of the gates that failed."""
    failed = [gate for gate in found.gates if not gate.passed]
    if not failed:
        return None
    said = "; ".join(f"{gate.name}: {gate.why}" for gate in failed)
    return GateError(
        f"{len(failed)} of {len(found.gates)} gates failed: {said}",
        supported=", ".join(f"{gate.name} at most {gate.limit:g} {gate.unit}" for gate in failed),
        next_step="see what flipped and what grew above, or raise the limit",
    )


def _named(side: Side) -> ComparedSide:
    return ComparedSide(name=side.report.name, version=side.report.version, given=side.given, status=side.report.status)


# ---- images


def _images(a: ImageAnswers | None, b: ImageAnswers | None) -> tuple[Paired | None, tuple[Flipped, ...], list[str]]:
    """The paired test and the images that flipped, on those that both answered; and what cannot be compared."""
    if a is None or b is None:
        return None, (), ["accuracy cannot be paired: a report, of an older version, does not hold the answers to each image"]
    if a.what != b.what:
        return None, (), [f"accuracy cannot be compared: a counts {a.what}, b {b.what}"]
    if a.labels != b.labels:
        only = sorted(set(a.labels) ^ set(b.labels))
        what = f"others: {', '.join(only[:6])}" if only else "the same in another order"
        return None, (), [f"answers cannot be compared: the labels are {what}"]
    places = {key: place for place, key in enumerate(b.keys())}
    pairs = np.array([(place, places[key]) for place, key in enumerate(a.keys()) if key in places], np.int64).reshape(-1, 2)
    notes = []
    if len(pairs) < max(a.n, b.n):
        rest = f"{len(pairs)} images are in both sets ({a.n} in a, {b.n} in b)"
        if not len(pairs):
            return None, (), [f"answers cannot be compared: the evaluation images are others; {rest}"]
        notes.append(f"{rest}: only these are paired")
    return _paired(a, b, pairs), _flipped(a, b, pairs), notes


def _paired(a: ImageAnswers, b: ImageAnswers, pairs: np.ndarray[Any, np.dtype[np.int64]]) -> Paired | None:
    before, after = a.hits(), b.hits()
    if before is None or after is None:
        return None
    before, after = before[pairs[:, 0]], after[pairs[:, 1]]
    drop = drop_of(before, after)
    return Paired(
        what=a.what, n=len(pairs), a=float(before.mean()), b=float(after.mean()), lost=drop.lost, won=drop.won,
        points=drop.points, interval=(drop.low, drop.high), p_value=drop.p_value, noise=drop.p_value >= NOISE,
    )  # fmt: skip


def _flipped(a: ImageAnswers, b: ImageAnswers, pairs: np.ndarray[Any, np.dtype[np.int64]]) -> tuple[Flipped, ...]:
    before, after = a.hits(), b.hits()
    found = []
    for one, two in pairs.tolist():
        words = [side.words[side.answers[at]] if side.answers else "" for side, at in ((a, one), (b, two))]
        right = [None if hits is None else bool(hits[at]) for hits, at in ((before, one), (after, two))]
        if words[0] != words[1] or right[0] != right[1]:
            name = b.names[two] if b.names else a.names[one] if a.names else f"image {two + 1}"
            found.append(Flipped(image=name, a=words[0], b=words[1], a_right=right[0], b_right=right[1]))
    return tuple(sorted(found, key=lambda row: (row.b_right is not False, row.a_right is not False, row.image)))


# ---- figures


def _figures(a: Read, b: Read, notes: list[str]) -> Iterator[Figure]:
    shares = [None if one.accuracy is None else one.accuracy.int8.top1 for one in (a, b)]
    counts = [0 if one.accuracy is None else one.accuracy.n for one in (a, b)]
    if any(share is not None for share in shares):
        yield _figure("accuracy int8", "share", *shares, more=True, note="" if counts[0] == counts[1] else "on other images")
    yield _figure("int8 model", "bytes", a.model_bytes, b.model_bytes)
    for target, one, two in _by_target({r.target: r.bytes for r in a.bundles}, {r.target: r.bytes for r in b.bundles}):
        yield _figure(f"{target} bundle", "bytes", one, two)
    emulated = [{row.target: row for row in side.emulated} for side in (a, b)]
    for target in sorted(emulated[0].keys() | emulated[1].keys()):
        first, second = (side.get(target) for side in emulated)
        for place, (name, unit) in enumerate((("flash", "bytes"), ("stack", "bytes"), ("instructions", "instructions"))):
            values = [None if row is None else row.counts[place] for row in (first, second)]
            yield _figure(f"{target} {name}", unit, values[0], values[1])
    for target, one, two in _by_target(a.memory.arena_bytes, b.memory.arena_bytes):
        yield _figure(f"{target} RAM", "bytes", one, two)
    yield from _latencies(a.latency, b.latency, notes)


def _by_target(a: dict[str, int], b: dict[str, int]) -> Iterator[tuple[str, int | None, int | None]]:
    for target in sorted(a.keys() | b.keys()):
        yield target, a.get(target), b.get(target)


def _latencies(a: tuple[LatencyRow, ...], b: tuple[LatencyRow, ...], notes: list[str]) -> Iterator[Figure]:
    """Medians of the build machine, where both were measured on the same CPU."""
    mine, theirs = ({(r.runtime, r.variant, r.threads): r for r in rows if r.variant == "int8"} for rows in (a, b))
    for key in sorted(mine.keys() & theirs.keys()):
        one, two = mine[key], theirs[key]
        if one.cpu != two.cpu:
            notes.append(f"latency cannot be compared: a was measured on {one.cpu}, b on {two.cpu}")
            return
        apart = abs(one.median_us - two.median_us)
        noisy = "within noise" if 0 < apart <= 3 * (one.mad_us + two.mad_us) else ""
        yield _figure(f"{key[0]}, {key[2]} thread{'s' if key[2] > 1 else ''}", "us", one.median_us, two.median_us, note=noisy)


def _figure(name: str, unit: str, a: float | None, b: float | None, *, more: bool = False, note: str = "") -> Figure:
    """`more`: whether more is better."""
    change = None if a is None or b is None else b - a
    worse = None if not change or note else (change < 0) is more
    missing = "" if change is not None else f"not in {'a' if a is None else 'b'}"
    return Figure(name=name, unit=unit, a=a, b=b, change=change, worse=worse, note=note or missing)


def _operators(
    a: tuple[OperatorUse, ...], b: tuple[OperatorUse, ...]
) -> tuple[tuple[OperatorUse, ...], tuple[OperatorUse, ...]]:
    counts = [Counter({(use.name, use.version): use.count for use in side}) for side in (a, b)]
    gained, lost = (
        tuple(OperatorUse(name=name, version=version, count=count) for (name, version), count in sorted((one - two).items()))
        for one, two in ((counts[1], counts[0]), counts)
    )
    return gained, lost


# ---- manifests


def _changes(a: Side, b: Side) -> Iterator[Changed]:
    for target in sorted(a.manifests.keys() & b.manifests.keys()):
        mine, theirs = (dict(_flat(side.manifests[target])) for side in (a, b))
        for key in sorted(mine.keys() | theirs.keys()):
            if mine.get(key) != theirs.get(key):
                yield Changed(target=target, key=key, a=mine.get(key, ""), b=theirs.get(key, ""))


def _flat(value: dict[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Every key of a manifest that is compared, with its value as JSON."""
    for key, one in sorted(value.items()):
        if not place and key in NOT_COMPARED:
            continue
        if isinstance(one, dict) and one:
            yield from _flat(one, f"{place}{key}.")
        else:
            yield f"{place}{key}", msgspec.json.encode(one).decode()


# ---- gates


def _gates(
    a: Read, b: Read, accuracy: Paired | None, growth: int | None, loss: float | None
) -> Iterator[GateRow]:
    if growth is not None:
        known = None if a.model_bytes is None or b.model_bytes is None else float(b.model_bytes - a.model_bytes)
        why = "a report does not say how large the int8 model is"
        yield GateRow(
            name="max-growth-bytes",
            limit=growth,
            value=known,
            passed=known is not None and known <= growth,
            unit="bytes",
            why=why if known is None else f"the int8 model grew by {known:+,.0f} bytes",
        )
    if loss is not None:
        if accuracy is None:
            yield GateRow(
                name="max-accuracy-loss", limit=loss, value=None, passed=False, unit="points",
                why="the two have no images that both answered and that say what is right",
            )  # fmt: skip
            return
        yield GateRow(
            name="max-accuracy-loss", limit=loss, value=accuracy.points, passed=accuracy.points <= loss, unit="points",
            why=paired_text(accuracy), shown=accuracy.interval[1] <= loss,
        )  # fmt: skip

