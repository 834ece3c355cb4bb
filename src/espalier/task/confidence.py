"""Confidence: the decision threshold, what it sends to review, and how far the confidence can be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..statistics import wilson

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
    wished: float = WISHED_PRECISION,
) -> dict[str, Any]:
    """Precision (right answers among those given), coverage (given) and review (not given) at `threshold`.

    {"threshold", "float": {...}, "int8": {...}, "curve": [...], "wished_precision", "wished_threshold" (see
    `choose_threshold`, None if none does), "confidence_drift"}; the outputs are probabilities [n, classes].
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
    return {
        "threshold": threshold,
        **{
            name: at(*judged[name], threshold)
            | {"expected_calibration_error": calibration_error(*judged[name])}
            | {"mean_confidence": float(judged[name][0].mean())}
            for name in sides
        },
        "curve": curve,
        "wished_precision": wished,
        "wished_threshold": choose_threshold(float_outputs, int8_outputs, truth, wished),
        "confidence_drift": float(np.abs(judged["float"][0] - judged["int8"][0]).mean()),
    }


def choose_threshold(
    float_outputs: NDArray[np.float32],
    int8_outputs: NDArray[np.float32],
    truth: NDArray[np.int64],
    wished: float,
) -> float | None:
    """The least threshold, in hundredths, at which both models are right on the share `wished` of the answers that they
    give; None when there is none. What holds in float only would not hold on the device."""
    judged = [(outputs.max(axis=1), outputs.argmax(axis=1) == truth) for outputs in (float_outputs, int8_outputs)]
    for point in np.arange(100) / 100:
        figures = [at(confidence, right, float(point))["precision"] for confidence, right in judged]
        if all(precision is not None and precision >= wished for precision in figures):
            return float(point)
    return None


def at(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], threshold: float
) -> dict[str, float | None]:
    """{"precision" (None: no answer), "precision_low" (its 95 % interval's lower end), "coverage", "review"} when answers
    below `threshold` are not given."""
    given = confidence >= threshold
    coverage, answers = float(given.mean()), int(given.sum())
    hits = int(right[given].sum())
    return {
        "precision": hits / answers if answers else None,
        "precision_low": wilson(hits, answers)[0] if answers else None,
        "coverage": coverage,
        "review": 1.0 - coverage,
    }


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
