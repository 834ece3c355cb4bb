"""How near a quantized candidate is to the float model on images: agreement and mean difference of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .head import PixelInput
from .ranges import normalised, open_interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """`agreement`: share of images with the float model's class. `difference`: mean of |p_int8 - p_float| over
    images and classes. `images`: how many."""

    agreement: float
    difference: float
    images: int


def float_answers(entered: PixelInput, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities of the float graph, float32 [n, classes]."""
    interpreter = open_interpreter(entered.float_model)
    return _answers(interpreter, normalised(pixels, entered.feed))


def int8_answers(int8_model: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities of an int8 file fed with pixel - 128, dequantized: float32 [n, classes]."""
    interpreter = open_interpreter(int8_model)
    scale, zero_point = interpreter.get_output_details()[0]["quantization"]
    fed = (pixels.astype(np.int16) - 128).astype(np.int8)
    raw = _answers(interpreter, (fed[i : i + 1] for i in range(len(fed))))
    return ((raw.astype(np.float32) - zero_point) * np.float32(scale)).astype(np.float32)


def nearness(int8_model: bytes, pixels: NDArray[np.uint8], answers: NDArray[np.float32]) -> Nearness:
    """Compare an int8 file with the float graph's `answers` on the same images."""
    found = int8_answers(int8_model, pixels)
    return Nearness(
        agreement=float((found.argmax(axis=1) == answers.argmax(axis=1)).mean()),
        difference=float(np.abs(found - answers).mean()),
        images=len(pixels),
    )


def _answers(interpreter: Any, images: Any) -> NDArray[Any]:
    source, sink = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    found = []
    for image in images:
        interpreter.set_tensor(source, image)
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink)[0])
    return np.stack(found)


def spread(pixels: NDArray[np.uint8], count: int, part: int = 0) -> NDArray[np.uint8]:
    """`count` evenly spaced images; part 0 and part 1 share none when there are at least 2 x count images."""
    if len(pixels) <= count:
        return np.asarray(pixels)
    stride = len(pixels) / count
    places = np.minimum((np.arange(count) * stride + (part % 2) * stride / 2).astype(int), len(pixels) - 1)
    return np.asarray(pixels[np.unique(places)])
