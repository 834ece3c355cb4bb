"""Gates on what the answers are worth: better than guessing, as often right as asked, not another model's; warnings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..alarms import override
from ..findings import ACCEPTED
from ..report.gates import ABOVE_CHANCE
from ..rows import AccuracyRow, GateRow
from ..statistics import wilson
from .fit_gates import row as _row

USELESS_KAPPA = 0.25
"""A float model that does not beat guessing fails when even the upper end of its interval is less of the way from guessing
to always right than this; fewer images than that takes show neither, and warn."""

LEAST_AGREEMENT = 0.5
"""Without labels int8 must answer more than this share of the images as the float model does: the 95 % interval."""

STRICT = "strict.warnings"


def above_chance(accuracy: AccuracyRow) -> GateRow | None:
    """The float model must not be shown to guess: a drop of 0 points from nothing is no success. None where these images
    cannot tell (no labels, one class)."""
    found = accuracy.skill
    if not found:
        return None
    least = found["chance"] + USELESS_KAPPA * (1 - found["chance"])
    failed = not found["beats_chance"] and found["high"] < USELESS_KAPPA
    row = _row(ABOVE_CHANCE, round(least, 6), found["share"], "share", passed=not failed)
    if not failed:
        return row
    why = (
        f"the float model is right on {found['share']:.1%} of {accuracy.n} images, guessing would be on "
        f"{found['chance']:.1%}: there is nothing that int8 could lose. Check that model, labels, images and `input` belong "
        f"together; {override('chance')}, or set a `budgets.min-accuracy` of your own"
    )
    return msgspec.structs.replace(row, why=why)


def min_accuracy(limit: float, accuracy: AccuracyRow | None) -> GateRow:
    """The share of the evaluation images that int8 must answer rightly; not `shown` where the 95 % interval begins below."""
    value = None if accuracy is None else accuracy.int8.top1
    row = _row("budgets.min-accuracy", limit, value, "share", passed=value is not None and value >= limit)
    if value is None or accuracy is None:
        return msgspec.structs.replace(row, why="accuracy needs evaluation images with labels")
    low, high = wilson(round(value * accuracy.n), accuracy.n)
    if value < limit:
        why = f"int8 is right on {value:.2%} of {accuracy.n} images (95 % {low:.2%} to {high:.2%}), float on {_top1(accuracy)}"
        return msgspec.structs.replace(row, why=why)
    if low >= limit:
        return row
    why = f"int8 is right on {value:.2%} of {accuracy.n} images, of others the 95 % interval claims {low:.2%} only"
    return msgspec.structs.replace(row, shown=False, why=why)


def max_cost(limit: float, accuracy: AccuracyRow | None) -> GateRow:
    """What 1,000 images cost with int8, held out; not `shown` where the 95 % interval ends above."""
    found = None if accuracy is None else accuracy.cost
    value = None if found is None else round(found.int8.held_out, 6)
    row = _row("budgets.max-cost", limit, value, "for 1,000 images")
    if found is None:
        return msgspec.structs.replace(row, why="cost needs evaluation images with labels")
    if row.passed and found.int8.high <= limit:
        return row
    return msgspec.structs.replace(row, shown=not row.passed, why=found.claim)


def other_answers(accuracy: AccuracyRow) -> str:
    """Why images without labels show that int8 does not answer as the float model; "" where they do not."""
    equal = round(accuracy.agreement * accuracy.n)
    high = wilson(equal, accuracy.n)[1]
    if high >= LEAST_AGREEMENT:
        return ""
    changed = accuracy.n - equal
    if wilson(equal + accuracy.ties, accuracy.n)[1] < LEAST_AGREEMENT:
        why = "it is another model"
    elif accuracy.ties == changed:
        why = "in all others the float model's two best scores are nearer than int8's step of 1/256: it hardly tells them apart"
    else:
        why = f"in {accuracy.ties} of {changed} others the float model's two best scores are nearer than int8's step of 1/256"
    return (
        f"int8 answers {equal} of {accuracy.n} images as the float model does (95 % at most {high:.1%}): {why}. "
        "Check `input` (nearly equal scores come from another mean and std), or give labelled evaluation images, which tell "
        f"what it is worth; {override('agreement')}, or set a `quantize.min-agreement` of your own"
    )


def strict_row(warnings: Sequence[str], unshown: Sequence[str]) -> GateRow:
    """`--strict`: no warning that the recipe does not accept, and no limit that holds on the measured images only."""
    said = [*(text for text in warnings if not text.startswith(ACCEPTED)), *unshown]
    row = _row(STRICT, 0, len(said), "warnings")
    if not said:
        return row
    why = (
        "; ".join(said[:4]) + (f"; and {len(said) - 4} more" if len(said) > 4 else "") + ". What is meant to be so, `accept` "
        "in the recipe names by its [code]; without --strict a warning withholds nothing"
    )
    return msgspec.structs.replace(row, why=why)


def _top1(accuracy: AccuracyRow) -> str:
    return "an unknown share" if accuracy.float.top1 is None else f"{accuracy.float.top1:.2%}"
