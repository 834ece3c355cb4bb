"""What another kernel set does to the accuracy of the same int8 file, and whether that is a defect.

Kernels round differently by design (XNNPACK once, the reference twice, LiteRT's fully connected layers in float), and
what is off by one early in a net may be off by thirty at its end: neither the bytes nor the number of changed answers
tell rounding from a defect. What counts is what it costs: the paired difference in right answers on all images, with its
95 % interval. Without labels the float model's answers stand in for the truth.

Not every image needs to run. An answer changes only where some byte moves by at least half the margin between its first
and second place. After CHUNK images of all margins, images run by their margin, nearest to a change first, until it is
beyond SAFETY times what the largest difference seen so far could bridge. Differences are largest where the scores are
close (a softmax is steepest there), so those that are left out are the least likely to hold a larger one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..facts import Check
from ..pixels import evenly
from ..rows import ParityRow
from ..statistics import drop_of
from ..task.kinds import kind_of
from ..task.types import CLASSIFY, Hits, Results, Task, Values

SAFETY = 1.5
"""Times the largest difference seen that an image's margin must lie beyond to be left out."""

CHUNK = 64
"""Images between two looks at whether to go on."""

EVIDENCE = 0.01
"""Level of McNemar's test at which a loss over the limit counts as shown; the interval must lie beyond the limit, too."""

ANOTHER_MODEL = 0.5
"""Agreement with the float model below which unlabelled images show that a kernel set computes another model."""

Run = Callable[[NDArray[np.int64]], NDArray[Any]]
"""Images (their places) -> what the other kernel set answers, [n, values]."""


def compare_kernels(
    first_name: str,
    second_name: str,
    known: NDArray[Any],
    run: Run,
    truth: Results,
    *,
    limit_points: float,
    affordable: int | None = None,
    labelled: bool = True,
    task: Task = CLASSIFY,
    real: Callable[[NDArray[np.int64]], Values] = np.asarray,
) -> ParityRow:
    """One kernel set against another, whose integer outputs for all images are `known` [n, values].

    `affordable`: images that a slow kernel set runs at most, unless they show that it loses. They stand for all that
    are near a change, and the row says how many ran. `truth`: of the images, or (not `labelled`) what the float model's
    answers say. `real`: the values that integers stand for.
    """
    kind, known = kind_of(task), known.reshape(len(known), -1).astype(np.int64)

    def right(results: Results) -> Hits:
        return kind.right(results, truth, task) if labelled else kind.same(results, truth, task)

    before = kind.results(real(known), task)
    after, largest, ran = before.copy(), 0, 0
    still = was = right(before)
    margins = kind.margins(known, task)
    order = _by_margin(margins)
    size = CHUNK if affordable is None else min(CHUNK, max(1, affordable))
    near = len(order)
    while ran < min(near, len(order)):
        if affordable is not None and ran >= affordable and not drop_of(was[order[:ran]], still[order[:ran]]).low > 0:
            break  # these images do not show that the second kernel set answers fewer rightly
        wanted = size if affordable is None or ran >= affordable else min(size, affordable - ran)
        places = order[ran : ran + wanted]
        found = run(places).reshape(len(places), -1).astype(np.int64)
        largest = max(largest, int(np.abs(found - known[places]).max(initial=0)))
        after[places] = kind.results(real(found), task)
        still = right(after)
        ran += len(places)
        # Of the first CHUNK, of all margins, each runs; behind them the margins grow.
        near = min(CHUNK, len(order)) + int((margins[order[CHUNK:]] <= SAFETY * 2 * max(largest, 1)).sum())
    drop, part = drop_of(was, still), drop_of(was[order[:ran]], still[order[:ran]])
    share = 1.0 if ran >= near else near / len(truth)
    shown = drop if ran >= near else part
    return ParityRow(
        first=first_name,
        second=second_name,
        n=len(truth),
        ran=ran,
        largest_difference=largest,
        top1_changes=int((~kind.same(after, before, task)).sum()),
        top1_first=float(was.mean()),
        top1_second=float(was.mean() - share * shown.points / 100),
        points=share * shown.points,
        interval=(share * shown.low, share * shown.high),
        p_value=shown.p_value,
        labelled=labelled, what=kind.right_is,
    )


def over_limit(row: ParityRow, limit_points: float) -> bool:
    """Whether the images show that the second kernel set loses more than the limit."""
    return row.interval[0] > max(limit_points, 0.0) and row.p_value < EVIDENCE


def check_kernels(row: ParityRow, limit_points: float) -> Check:
    """Failed on evidence only (`over_limit`), then with the layer and what helps. Without labels a changed answer is no
    wrong one yet: only a kernel set that answers most images otherwise than the float model fails."""
    over = over_limit(row, limit_points)
    bad = over and (row.labelled or (row.top1_second or 0.0) < ANOTHER_MODEL)
    what = row.what if row.labelled else "agreement with the float model"
    why = (
        f"{what} {row.top1_second:.2%} against {row.top1_first:.2%}: {-row.points + 0.0:+.2f} points (95 % "
        f"{-row.interval[1]:+.2f} to {-row.interval[0]:+.2f}), {row.top1_changes} answers changed, largest difference of an "
        f"output byte {row.largest_difference}; {row.ran} images ran, those nearest to a change"
    )
    if over:
        where = f" They part at {row.layer}." if row.layer else ""
        why += (
            f'. That is over the limit of {limit_points:g} points.{where} What helps: search = "best" in [quantize], which '
            "looks for a step that kernels agree on; training with activations in smaller ranges; or a runtime with the "
            f"kernels of {row.first}"
        )
        if not bad:
            why += "; labelled evaluation images tell whether right answers are lost"
    elif row.points > limit_points:
        why += f"; more than {limit_points:g} points is the better guess, but these images do not show it"
    return Check(
        name=f"{row.second} against {row.first}, {row.n} images",
        tool="espalier",
        result="failed" if bad else "passed",
        why=why,
    )


def parting_layer(apart: list[tuple[str, tuple[str, ...], float]]) -> str:
    """Where two kernel sets part: of operators (output, inputs, mean difference in steps) in graph order the one whose
    output differs most beyond what its inputs do; "" when none differs."""
    seen: dict[str, float] = {}
    worst, most = "", 0.0
    for name, inputs, difference in apart:
        excess = difference - max((seen.get(one, 0.0) for one in inputs), default=0.0)
        if excess > most:
            worst, most = name, excess
        seen[name] = difference
    return worst


def _by_margin(margins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places: first CHUNK of all margins, then the others, nearest to a change first."""
    order = np.argsort(margins, kind="stable")
    some = evenly(len(order), CHUNK)
    return np.concatenate([order[some], np.delete(order, some)])
