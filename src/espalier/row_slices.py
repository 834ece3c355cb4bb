"""Accuracy on parts of the evaluation images: the dark, the blurred, those of one folder."""

from __future__ import annotations

import msgspec

Number = float
# An alias, because a row that has a field named `float` cannot name the type inside its body.


class SliceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The images of one slice: shares of right answers, that of int8 with its 95 % interval, and the percentage points that int8
    loses there against the model as given with the paired interval."""

    by: str
    """What the images were told apart by."""
    name: str
    """Which of them these are."""
    n: int
    float: Number
    int8: Number
    low: Number
    high: Number
    lost: Number
    lost_low: Number
    lost_high: Number
