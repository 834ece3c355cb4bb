"""The distance of two kernel sets on the same int8 file, and whether it is rounding or a defect.

Kernels round differently by design (XNNPACK once, the reference twice, LiteRT's fully connected layers in float), so
a difference is a fact to report; one that is large and changes answers is a defect.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundle.source import Check
from ..report.content import ParityRow

LARGEST_DIFFERENCE = 26
"""Largest difference of an output byte that rounding explains (a tenth of the range): it is one per operator and
grows through a net."""

CHANGED_SHARE = 0.05
"""Changed top-1 answers up to this share (at least one) pass whatever the bytes."""


def compare_outputs(first: str, second: str, a: NDArray[Any], b: NDArray[Any]) -> ParityRow:
    """The distance of two outputs [n, classes] of the same integer file."""
    shared = min(len(a), len(b))
    a, b = a[:shared], b[:shared]
    difference = np.abs(a.astype(np.int64) - b.astype(np.int64))
    return ParityRow(
        first=first,
        second=second,
        n=len(a),
        largest_difference=int(difference.max(initial=0)),
        top1_changes=int((a.argmax(axis=1) != b.argmax(axis=1)).sum()),
    )


def check_parity(row: ParityRow) -> Check:
    """Failed when bytes differ by more than LARGEST_DIFFERENCE and more answers than CHANGED_SHARE changed."""
    changed = row.top1_changes > max(1, int(CHANGED_SHARE * row.n))
    bad = changed and row.largest_difference > LARGEST_DIFFERENCE
    return Check(
        name=f"{row.second} against {row.first}, {row.n} images",
        tool="espalier",
        result="failed" if bad else "passed",
        why=f"largest difference of an output byte {row.largest_difference}, {row.top1_changes} answers changed",
    )
