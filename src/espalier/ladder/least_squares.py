"""Rounding weights to a grid so that a layer's output, not its weights, comes as near as possible.

The squared error of an output channel over inputs X is (q - w) H (q - w)^T with H = X^T X: where inputs are
correlated, rounding errors can cancel. Columns are rounded one after another and what is still free takes the error
up (Frantar et al., "Optimal Brain Compression", NeurIPS 2022; GPTQ, ICLR 2023); then single weights move while that
helps. All arrays are float64 and have groups in front: weights [groups, rows, k], H [groups, k, k].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DAMPING = 0.01
"""Of the mean of H's diagonal, added to it: what the images do not show stays near the float weights."""

SWEEPS = 4
"""Passes over all columns at most; hardly a weight moves in later ones."""

LIMIT = 127
_BLOCK = 64

Floats = NDArray[np.float64]


def damped(moments: Floats) -> Floats:
    """H with DAMPING on its diagonal, hence positive definite."""
    size = moments.shape[-1]
    level = np.trace(moments, axis1=-2, axis2=-1)[:, None, None] / size
    return np.asarray(moments + np.where(level > 0, level * DAMPING, 1.0) * np.eye(size), np.float64)


def squared_error(weights: Floats, rounded: Floats, moments: Floats) -> Floats:
    """(q - w) H (q - w)^T of each row, [groups, rows]."""
    difference = rounded - weights
    return np.asarray(((difference @ moments) * difference).sum(axis=-1), np.float64)


def round_weights(weights: Floats, moments: Floats) -> Floats:
    """Whole numbers from -LIMIT to LIMIT with a small `squared_error`; `weights` are in steps of the grid, `moments`
    positive definite (see `damped`). No row is worse than rounded to the nearest."""
    nearest = _nearest(weights)
    rounded = _descended(weights, _fed_back(weights, moments), moments)
    better = squared_error(weights, rounded, moments) < squared_error(weights, nearest, moments)
    return np.where(better[..., None], rounded, nearest)


def _nearest(weights: Floats) -> Floats:
    return np.asarray(np.clip(np.rint(weights), -LIMIT, LIMIT), np.float64)


def _fed_back(weights: Floats, moments: Floats) -> Floats:
    """One pass over the columns, those that weigh most first, each one's error spread over those that are left."""
    order = np.argsort(-np.diagonal(moments, axis1=-2, axis2=-1), axis=-1, kind="stable")
    by_row = np.take_along_axis(moments, order[:, :, None], axis=1)
    sorted_moments = np.take_along_axis(by_row, order[:, None, :], axis=2)
    upper = np.linalg.cholesky(np.linalg.inv(sorted_moments)).swapaxes(-1, -2)
    left = np.take_along_axis(weights, order[:, None, :], axis=2)
    found = np.empty_like(left)
    size = left.shape[-1]
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        errors = np.empty((*left.shape[:2], stop - start))
        for column in range(start, stop):
            found[..., column] = _nearest(left[..., column])
            error = (left[..., column] - found[..., column]) / upper[:, column, column, None]
            left[..., column:stop] -= error[..., None] * upper[:, None, column, column:stop]
            errors[..., column - start] = error
        left[..., stop:] -= errors @ upper[:, start:stop, stop:]
    result = np.empty_like(found)
    np.put_along_axis(result, order[:, None, :], found, axis=2)
    return result


def _descended(weights: Floats, rounded: Floats, moments: Floats) -> Floats:
    """Each weight in turn takes its best value given all others, until none moves."""
    pull = (rounded - weights) @ moments
    diagonal = np.diagonal(moments, axis1=-2, axis2=-1)[:, None]
    for _ in range(SWEEPS):
        moved = False
        for column in range(weights.shape[-1]):
            best = _nearest(rounded[..., column] - pull[..., column] / diagonal[..., column])
            step = best - rounded[..., column]
            groups, rows = np.nonzero(step)
            if len(rows):
                moved = True
                rounded[groups, rows, column] = best[groups, rows]
                pull[groups, rows] += step[groups, rows][:, None] * moments[groups, column]
        if not moved:
            break
    return rounded
