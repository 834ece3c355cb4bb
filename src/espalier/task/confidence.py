"""Confidence: the decision threshold, what it sends to review, and how far the confidence can be believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..row_parts import ConfidenceBin, DecisionPart, DecisionPoint, DecisionSide, Given
from ..statistics import wilson

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(20))
"""Points of the curve, 0 to 0.95."""

BINS = 15
"""Bins of the calibration error (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017)."""

WISHED_PRECISION = 0.95

COLUMNS = 20
"""Of the histogram of confidences."""

Answer = Callable[[NDArray[Any]], NDArray[np.int64]]
"""Probabilities [n, classes] -> the class that they say, [n]."""


def largest(outputs: NDArray[Any]) -> NDArray[np.int64]:
    """The answer of each image; of equal outputs the first, as every bundle's program takes it."""
    return np.asarray(outputs.argmax(axis=1), np.int64)


def decision_row(
    float_outputs: NDArray[np.float32],
    int8_outputs: NDArray[np.float32],
    truth: NDArray[np.int64],
    threshold: float,
    wished: float = WISHED_PRECISION,
    answer: Answer = largest,
) -> DecisionPart:
    """What answers below `threshold` not being given does, and other thresholds would; the outputs are probabilities
    [n, classes], `answer` the class that they say.
    """
    given, int8 = ((outputs.max(axis=1), answer(outputs) == truth) for outputs in (float_outputs, int8_outputs))
    curve: list[DecisionPoint] = []
    for point in THRESHOLDS:
        before, after = at(*given, point), at(*int8, point)
        curve.append(
            {
                "threshold": point,
                "precision_float": before["precision"],
                "coverage_float": before["coverage"],
                "precision_int8": after["precision"],
                "coverage_int8": after["coverage"],
            }
        )
    return {
        "threshold": threshold,
        "float": _side(*given, threshold),
        "int8": _side(*int8, threshold),
        "curve": curve,
        "wished_precision": wished,
        "wished_threshold": choose_threshold(float_outputs, int8_outputs, truth, wished, answer),
        "confidence_drift": float(np.abs(given[0] - int8[0]).mean()),
        "histogram": _histogram(given[0], *int8),
    }


def _histogram(given: NDArray[np.float32], int8: NDArray[np.float32], right: NDArray[np.bool_]) -> list[ConfidenceBin]:
    """Images by the confidence of their answer, in equal columns from 0 to 1."""

    def counts(confidence: NDArray[np.float32]) -> list[int]:
        place = np.clip((np.nan_to_num(confidence) * COLUMNS).astype(np.int64), 0, COLUMNS - 1)
        return [int(count) for count in np.bincount(place, minlength=COLUMNS)]

    rows = zip(counts(given), counts(int8), counts(int8[~right]), strict=True)
    return [
        {"low": place / COLUMNS, "float": before, "int8": after, "int8_wrong": wrong}
        for place, (before, after, wrong) in enumerate(rows)
    ]


def _side(confidence: NDArray[np.float32], right: NDArray[np.bool_], threshold: float) -> DecisionSide:
    return {
        **at(confidence, right, threshold),
        "expected_calibration_error": calibration_error(confidence, right),
        "mean_confidence": float(confidence.mean()),
    }


def choose_threshold(
    float_outputs: NDArray[np.float32],
    int8_outputs: NDArray[np.float32],
    truth: NDArray[np.int64],
    wished: float,
    answer: Answer = largest,
) -> float | None:
    """The least threshold, in hundredths, at which both models are right on the share `wished` of the answers that they
    give; None when there is none. What holds in float only would not hold on the device."""
    judged = [(outputs.max(axis=1), answer(outputs) == truth) for outputs in (float_outputs, int8_outputs)]
    for point in np.arange(100) / 100:
        figures = [at(confidence, right, float(point))["precision"] for confidence, right in judged]
        if all(precision is not None and precision >= wished for precision in figures):
            return float(point)
    return None


def at(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], threshold: float
) -> Given:
    """What is given when answers below `threshold` are not."""
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
