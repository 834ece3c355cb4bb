"""Range search: narrower ranges that lose less, from a sample of each tensor's values on calibration
images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .head import PixelInput
from .ranges import Ranges, normalised, open_interpreter

Method = Literal["minmax", "mse", "percentile"]

IMAGES = 64
VALUES_PER_IMAGE = 4_096
PERCENTILE = 99.99
_FACTORS = np.linspace(1.0, 0.3, 36)
_LEVELS = 255


def sample_values(
    entered: PixelInput, pixels: NDArray[np.uint8], ranges: Ranges
) -> dict[str, NDArray[np.float32]]:
    """For every tensor of `ranges`: values of at most VALUES_PER_IMAGE evenly spaced elements of each image,
    float32 [n, values], of the first IMAGES evenly spaced images."""
    chosen = pixels[np.unique(np.linspace(0, len(pixels) - 1, min(IMAGES, len(pixels))).astype(int))]
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details() if d["name"] in ranges}
    source = interpreter.get_input_details()[0]["index"]
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in sorted(index)}
    for image in normalised(chosen, entered.feed):
        interpreter.set_tensor(source, image)
        interpreter.invoke()
        for name, values in found.items():
            flat = interpreter.get_tensor(index[name]).reshape(-1)
            values.append(flat[:: max(1, len(flat) // VALUES_PER_IMAGE)].astype(np.float32))
    return {name: np.stack(values) for name, values in found.items()}


def search_ranges(ranges: Ranges, samples: Mapping[str, NDArray[np.float32]], method: Method) -> Ranges:
    """Ranges by `method`, never wider than the measured ones: `mse` takes for each end the factor with the
    least squared error of int8 rounding and clipping; `percentile` cuts (100 - PERCENTILE)/2 % at each
    end."""
    if method == "minmax":
        return dict(ranges)
    narrow = _least_error if method == "mse" else _percentile
    return {name: narrow(samples[name], ends) if name in samples else ends for name, ends in ranges.items()}


def _percentile(values: NDArray[np.float32], ends: tuple[float, float]) -> tuple[float, float]:
    low, high = np.percentile(values, [100 - PERCENTILE, PERCENTILE])
    return max(ends[0], min(float(low), 0.0)), min(ends[1], max(float(high), 0.0))


def _least_error(values: NDArray[np.float32], ends: tuple[float, float]) -> tuple[float, float]:
    flat = values.reshape(-1).astype(np.float64)
    low, high = min(ends[0], 0.0), max(ends[1], 0.0)
    if high - low < 1e-12:
        return ends
    if low < 0 < high:
        high = high * _best(flat, [(low, high * f) for f in _FACTORS])
        low = low * _best(flat, [(low * f, high) for f in _FACTORS])
        return low, high
    factor = _best(flat, [(low * f, high * f) for f in _FACTORS])
    return low * factor, high * factor


def _best(values: NDArray[np.float64], candidates: list[tuple[float, float]]) -> float:
    histogram, edges = np.histogram(values, bins=4096)
    centres, weight = (edges[:-1] + edges[1:]) / 2, histogram.astype(np.float64)
    errors = [_error(centres, weight, low, high) for low, high in candidates]
    return float(_FACTORS[int(np.argmin(errors))])


def _error(values: NDArray[np.float64], weight: NDArray[np.float64], low: float, high: float) -> float:
    """Expected squared error of clipping to [low, high] and rounding to 256 levels."""
    clipped = np.clip(values, low, high)
    inside = float(weight[(values >= low) & (values <= high)].sum())
    step = (high - low) / _LEVELS
    return float(((values - clipped) ** 2 * weight).sum()) + inside * step * step / 12
