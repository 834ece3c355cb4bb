"""Confidence: the decision threshold, what it sends to review, and how far the confidence can be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(20))
"""Points of the curve, 0 to 0.95."""

BINS = 15
"""Bins of the calibration error (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017)."""

WISHED_PRECISION = 0.95


def decision_row(
    float_outputs: NDArray[np.float32],
    int8_outputs: NDArray[np.float32],
    truth: NDArray[np.int64],
    threshold: float,
) -> dict[str, Any]:
    """Precision (right answers among those given), coverage (given) and review (not given) at `threshold`.

    {"threshold", "float": {...}, "int8": {...}, "curve": [...], "wished_precision", "wished_threshold" (the
    lowest point of the curve where int8 reaches it, None if none does), "confidence_drift"}; the outputs
    are probabilities [n, classes].
    """
    sides = {"float": float_outputs, "int8": int8_outputs}
    judged = {name: (outputs.max(axis=1), outputs.argmax(axis=1) == truth) for name, outputs in sides.items()}
    curve: list[dict[str, float | None]] = []
    for point in THRESHOLDS:
        row: dict[str, float | None] = {"threshold": point}
        for name, (confidence, right) in judged.items():
            figures = at(confidence, right, point)
            row |= {f"precision_{name}": figures["precision"], f"coverage_{name}": figures["coverage"]}
        curve.append(row)
    reached = [row["threshold"] for row in curve if (row["precision_int8"] or 0.0) >= WISHED_PRECISION]
    return {
        "threshold": threshold,
        **{
            name: at(*judged[name], threshold)
            | {"expected_calibration_error": calibration_error(*judged[name])}
            | {"mean_confidence": float(judged[name][0].mean())}
            for name in sides
        },
        "curve": curve,
        "wished_precision": WISHED_PRECISION,
        "wished_threshold": reached[0] if reached else None,
        "confidence_drift": float(np.abs(judged["float"][0] - judged["int8"][0]).mean()),
    }


def at(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], threshold: float
) -> dict[str, float | None]:
    """{"precision" (None: no answer), "coverage", "review"} when answers below `threshold` are not given."""
    given = confidence >= threshold
    coverage = float(given.mean())
    precision = float(right[given].mean()) if given.any() else None
    return {"precision": precision, "coverage": coverage, "review": 1.0 - coverage}


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Mean distance between confidence and accuracy over equal bins, weighted by their images: 0..1."""
    place = np.minimum((np.nan_to_num(confidence) * BINS).astype(np.int64), BINS - 1)
    error = 0.0
    for index in range(BINS):
        inside = place == index
        if inside.any():
            error += float(inside.mean()) * abs(
                float(confidence[inside].mean()) - float(right[inside].mean())
            )
    return error
