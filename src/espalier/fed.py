"""What a model is fed: prepared images, uint8 [n, h, w, c], or records of an image and the numbers beside it.

A record has the fields "image" (uint8 [h, w, c]) and "numbers" (float32 [k], normalised: (value - mean) / std, all vector
inputs of the recipe one after the other). Whoever forgets the numbers fails at once: a record is no picture. What goes
through here keeps its form: records of bytes become records of int8 or of floats.

A number enters an int8 input as floor(x / scale + 0.5) + zero point, held to the type's ends; x is the float32 that the
float model takes, scale the float32 of the file, all in double precision, so that every language gives the same byte.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .facts import TensorFacts
from .recipe import InputContract
from .recipe_numbers import InputNumbers

IMAGE, NUMBERS = "image", "numbers"


def type_of(contract: InputContract) -> np.dtype[Any]:
    """The numpy type of one example under a contract: bytes of an image, or a record."""
    if not contract.numbers:
        return np.dtype((np.uint8, contract.shape))
    return np.dtype([(IMAGE, "|u1", contract.shape), (NUMBERS, "<f4", (len(contract.columns),))])


def images_of(fed: NDArray[Any]) -> NDArray[Any]:
    """The images alone, [n, h, w, c]."""
    images: NDArray[Any] = fed if fed.dtype.names is None else fed[IMAGE]
    return images


def numbers_of(fed: NDArray[Any]) -> NDArray[np.float32] | None:
    """The numbers alone, float32 [n, k]; None where there are none. Of one record as of many."""
    return None if fed.dtype.names is None else fed[NUMBERS]


def count_of(fed: NDArray[Any]) -> int:
    """How many numbers are beside each image."""
    kind: Any = fed.dtype
    return 0 if kind.names is None else int(kind[NUMBERS].shape[0])


def beside(images: NDArray[Any], fed: NDArray[Any]) -> NDArray[Any]:
    """Images in the place of those of `fed`, with its numbers."""
    if fed.dtype.names is None:
        return images
    return with_numbers(images, fed[NUMBERS])


def with_numbers(images: NDArray[Any], numbers: NDArray[np.float32] | None) -> NDArray[Any]:
    """Records of images [n, h, w, c] and normalised numbers, [n, k] or the same [k] for all; the images where there are none."""
    if numbers is None:
        return images
    made = np.empty(len(images), [(IMAGE, images.dtype, images.shape[1:]), (NUMBERS, "<f4", numbers.shape[-1:])])
    made[IMAGE], made[NUMBERS] = images, numbers
    return made


def normalised_numbers(values: Sequence[float], numbers: Sequence[InputNumbers]) -> NDArray[np.float32]:
    """What the float model takes of numbers in the units of the csv: float32 [k], each (value - mean) / std."""
    means = np.array([mean for one in numbers for mean in one.column_mean], np.float64)
    stds = np.array([std for one in numbers for std in one.column_std], np.float64)
    return ((np.asarray(values, np.float64) - means) / stds).astype(np.float32)


def held(values: Sequence[float], numbers: Sequence[InputNumbers]) -> list[float]:
    """Numbers in the units of the csv as a device takes them: each held to its range."""
    ends = [pair for one in numbers for pair in one.ends]
    return [min(max(value, low), high) for value, (low, high) in zip(values, ends, strict=True)]


def entered(values: NDArray[np.float32], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Normalised numbers as an input tensor takes them. `detail`: its `dtype`, and `quantization` (scale, zero point)."""
    dtype = np.dtype(detail["dtype"])
    if dtype == np.float32:
        return values
    scale, zero_point = detail["quantization"]
    ends = np.iinfo(dtype)
    steps = np.floor(values.astype(np.float64) / scale + 0.5) + zero_point
    held: NDArray[Any] = np.clip(steps, ends.min, ends.max).astype(dtype)
    return held


def one_by_one(fed: NDArray[Any], details: Sequence[Mapping[str, Any]]) -> list[NDArray[Any]]:
    """What each input takes of n examples, whose images are as its first takes them: the image, then each vector of numbers,
    [n, ...]."""
    if fed.dtype.names is None:
        return [fed]
    found, at = [fed[IMAGE]], 0
    for detail in details[1:]:
        count = int(np.prod(detail["shape"]))
        values = fed[NUMBERS][:, at : at + count].reshape(len(fed), *detail["shape"][1:])
        found.append(entered(values, detail))
        at += count
    return found


def number_bytes(values: Sequence[float], contract: InputContract, inputs: Sequence[TensorFacts]) -> bytes:
    """Numbers in the units of the csv as bytes of the uint8 twin (int8 + 128), all vectors one after another. `inputs`: of the
    int8 model."""
    made, found, at = normalised_numbers(values, contract.numbers), b"", 0
    for one, facts in zip(contract.numbers, inputs, strict=True):
        part = made[at : at + len(one.names)]
        detail = {"dtype": facts.dtype, "quantization": (facts.scale, facts.zero_point)}
        found += (entered(part, detail).astype(np.int16) + 128).astype(np.uint8).tobytes()
        at += len(one.names)
    return found


def of_sizes(fed: NDArray[Any], sizes: Sequence[int]) -> list[NDArray[np.float32]]:
    """What a float model takes of normalised examples, an array for each input: images, then vectors of `sizes` numbers."""
    if fed.dtype.names is None:
        return [fed]
    ends = np.cumsum([0, *sizes])
    return [fed[IMAGE], *(fed[NUMBERS][:, low:high] for low, high in itertools.pairwise(ends))]


class Inputs:
    """The inputs of an interpreter: the image first, then the vectors of numbers."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._details = interpreter.get_input_details()
        self._image = self._details[0]["index"]

    def put(self, one: NDArray[Any]) -> None:
        """One example, [1, h, w, c] as the image's input takes it, or a record of that and its numbers, [1]."""
        if one.dtype.names is None:
            self._interpreter.set_tensor(self._image, one)
            return
        for detail, values in zip(self._details, one_by_one(one, self._details), strict=True):
            self._interpreter.set_tensor(detail["index"], values)
