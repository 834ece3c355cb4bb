"""Range search: narrower ranges that lose less, from a sample of each tensor's values on calibration images.

A rule sees one tensor's values, not what the network does with them, and two things misled it on MobileNetV2s (80 to 90
points lost). The zeros of a ReLU are exact in every range, so they must not count as rounding errors that a narrower
range would make smaller. And rounding errors are independent and average out in the next layer's sums, while what is cut
off is cut from the same channels every time: a tensor's squared error may be least where one channel, which the next
layer reads, has lost most of its signal. So no rule cuts off more than CUT of any channel's variance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..fed import Inputs
from ..pixels import evenly
from ..quantizer.head import PixelInput
from ..quantizer.ranges import normalised, open_interpreter
from ..quantizer.results import Ranges

Method = Literal["minmax", "mse", "percentile", "kl"]

IMAGES = 64
VALUES_PER_IMAGE = 4_096
PERCENTILE = 99.99
CUT = 0.01
"""Of a channel's variance (20 dB): a value in a hundred thousand may go, a channel's peaks may not."""

_FACTORS = np.linspace(1.0, 0.3, 36)
_BINS = 8192
_LEVELS = 255


def sample_values(
    entered: PixelInput, pixels: NDArray[np.uint8], ranges: Ranges
) -> dict[str, NDArray[np.float32]]:
    """For every tensor of `ranges`: float32 [n, positions, channels], all channels (last axis) of evenly spaced positions,
    of IMAGES evenly spaced images; about VALUES_PER_IMAGE values of each. Every n-th value would be of a part of the
    channels only, where n and their number have a common factor."""
    chosen = pixels[evenly(len(pixels), IMAGES)]
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details() if d["name"] in ranges}
    source = Inputs(interpreter)
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in sorted(index)}
    for image in normalised(chosen, entered.feed):
        source.put(image)
        interpreter.invoke()
        for name, values in found.items():
            whole = interpreter.get_tensor(index[name])
            rows = whole.reshape(-1, whole.shape[-1] if whole.ndim else 1)
            values.append(rows[evenly(len(rows), max(1, VALUES_PER_IMAGE // max(1, rows.shape[1])))].astype(np.float32))
    return {name: np.stack(values) for name, values in found.items()}


def search_ranges(ranges: Ranges, samples: Mapping[str, NDArray[np.float32]], method: Method) -> Ranges:
    """Ranges by `method`, never wider than the measured ones: `mse` takes for each end the factor with the
    least squared error of int8 rounding and clipping; `percentile` cuts 100 - PERCENTILE % of the values that are not 0 at
    each end; `kl` takes the factor whose 256 levels say most about how the values are distributed (`_divergence`). None
    cuts off more than CUT of a channel's variance."""
    if method == "minmax":
        return dict(ranges)
    narrow = {"mse": _least_error, "percentile": _percentile, "kl": _least_divergence}[method]
    return {
        name: _sparing(samples[name], ends, narrow(samples[name], ends)) if name in samples else ends
        for name, ends in ranges.items()
    }


def _sparing(
    values: NDArray[np.float32], ends: tuple[float, float], found: tuple[float, float]
) -> tuple[float, float]:
    """The found ends, each moved out until no channel loses more than CUT of its variance there."""
    rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
    allowed = CUT * rows.var(axis=0) * len(rows)
    low, high = found
    for share in np.linspace(0.0, 1.0, 41):
        high = found[1] + share * (ends[1] - found[1])
        if (np.square(np.maximum(rows - high, 0.0)).sum(axis=0) <= allowed).all():
            break
    for share in np.linspace(0.0, 1.0, 41):
        low = found[0] + share * (ends[0] - found[0])
        if (np.square(np.maximum(low - rows, 0.0)).sum(axis=0) <= allowed).all():
            break
    return float(low), float(high)


def _percentile(values: NDArray[np.float32], ends: tuple[float, float]) -> tuple[float, float]:
    seen = values[values != 0]
    if not seen.size:
        return ends
    low, high = np.percentile(seen, [100 - PERCENTILE, PERCENTILE])
    return max(ends[0], min(float(low), 0.0)), min(ends[1], max(float(high), 0.0))


def _least_error(values: NDArray[np.float32], ends: tuple[float, float]) -> tuple[float, float]:
    flat = values[values != 0].astype(np.float64)  # a zero is a level of its own in every range
    low, high = min(ends[0], 0.0), max(ends[1], 0.0)
    if high - low < 1e-12 or not flat.size:
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


def _least_divergence(values: NDArray[np.float32], ends: tuple[float, float]) -> tuple[float, float]:
    flat = values.reshape(-1).astype(np.float64)
    low, high = min(ends[0], 0.0), max(ends[1], 0.0)
    if high - low < 1e-12:
        return ends
    # Zero, which a ReLU gives most often, is a level of its own in every range: it says nothing.
    counts, edges = np.histogram(np.clip(flat[flat != 0], low, high), bins=_BINS, range=(low, high))

    def best(candidates: list[tuple[float, float]]) -> float:
        first = [int(np.clip(np.searchsorted(edges, start), 0, _BINS - 1)) for start, _ in candidates]
        last = [int(np.clip(np.searchsorted(edges, stop), 1, _BINS)) for _, stop in candidates]
        losses = [_divergence(counts, i, max(j, i + 1)) for i, j in zip(first, last, strict=True)]
        return float(_FACTORS[int(np.argmin(losses))])

    if low < 0 < high:
        high = high * best([(low, high * f) for f in _FACTORS])
        return low * best([(low * f, high) for f in _FACTORS]), high
    factor = best([(low * f, high * f) for f in _FACTORS])
    return low * factor, high * factor


def _divergence(counts: NDArray[np.int64], first: int, last: int) -> float:
    """Kullback-Leibler divergence of a histogram, what lies outside the bins [first, last) moved to their ends, from
    what 256 levels in that range leave of it (Migacz, "8-bit Inference with TensorRT", GTC 2017): each level's count
    spread over its bins that hold anything."""
    inside = counts[first:last].astype(np.float64)
    whole = inside.copy()
    whole[0] += counts[:first].sum()
    whole[-1] += counts[last:].sum()
    level = np.arange(len(inside)) * 256 // len(inside)
    held = np.bincount(level, inside)
    filled = np.bincount(level, (whole > 0).astype(np.float64))
    rounded = np.where(whole > 0, (held / np.maximum(filled, 1))[level], 0.0)
    seen = whole > 0
    p = whole[seen] / whole.sum()
    q = np.maximum(rounded[seen] / max(rounded.sum(), 1.0), 1e-12)
    return float((p * np.log(p / q)).sum())
