"""Numbers beside the image as bundles list and test them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..facts import BundleSource, TensorFacts
from ..fed import held, number_bytes
from ..recipe_numbers import InputNumbers


def columns_of(source: BundleSource) -> Iterator[tuple[str, InputNumbers, int, TensorFacts]]:
    """Of every number its column, its table, its place there and its input."""
    for one, facts in zip(source.contract.numbers, source.numbers, strict=True):
        for at, name in enumerate(one.names):
            yield name, one, at, facts


def cases(source: BundleSource) -> list[tuple[float, ...]]:
    """Numbers to try: known ones, both ends and beyond, every border between two steps, noise."""
    columns = list(columns_of(source))
    random = np.random.Generator(np.random.PCG64(2))
    low = np.array([one.ends[at][0] for _, one, at, _ in columns])
    high = np.array([one.ends[at][1] for _, one, at, _ in columns])
    step = np.array([facts.scale * one.column_std[at] for _, one, at, facts in columns])
    middle = np.array([one.column_mean[at] for _, one, at, _ in columns])
    found = [vector.numbers for vector in source.golden]
    found += [tuple(row) for row in (low, high, low - 1e9, high + 1e300, low * 0, -low * 0)]
    found += [tuple(np.nextafter(middle + (half - 0.5) * step, way)) for half in range(-130, 131) for way in (-np.inf, np.inf)]
    found += [tuple(middle + (half - 0.5) * step) for half in range(-130, 131)]
    found += [tuple(row) for row in random.uniform(low - 0.1 * (high - low), high + 0.1 * (high - low), (512, len(columns)))]
    return [tuple(float(value) for value in row) for row in found]


def told_ranges(source: BundleSource) -> str:
    """Each number with its range and the step that one byte is, for people."""
    return "; ".join(
        f"{column} {one.ends[at][0]:g} to {one.ends[at][1]:g} in steps of {facts.scale * one.column_std[at]:.3g}"
        for column, one, at, facts in columns_of(source)
    )


def wanted(values: Sequence[float], source: BundleSource) -> bytes:
    """What a device must make of numbers: bytes of the uint8 model."""
    return number_bytes(held(values, source.contract.numbers), source.contract, source.numbers)
