"""What a detector says to the golden vectors of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...detector import Detector
from ...errors import BugError
from ...facts import GoldenVector, TensorFacts
from .decode import detect


def with_boxes(
    vectors: Sequence[GoldenVector], heads: Sequence[TensorFacts], detector: Detector
) -> tuple[GoldenVector, ...]:
    """The vectors, with the boxes that each of their outputs decodes to."""

    def boxes(data: bytes) -> tuple[tuple[int, ...], ...]:
        found = detect(detector, split(data, heads)).rows()
        return tuple(tuple(int(number) for number in row) for row in found)

    return tuple(
        msgspec.structs.replace(vector, boxes={kernels: boxes(data) for kernels, data in vector.outputs.items()})
        for vector in vectors
    )


def split(data: bytes, heads: Sequence[TensorFacts]) -> list[NDArray[np.int8]]:
    """The outputs, int8 [values], of bytes that hold one head after the other. Raises BugError for another length."""
    sizes = [prod(head.shape) for head in heads]
    flat = np.frombuffer(data, np.int8)
    if len(flat) != sum(sizes):
        raise BugError(f"{len(flat)} bytes of outputs, the heads have {sum(sizes)}")
    return np.split(flat, np.cumsum(sizes)[:-1])
