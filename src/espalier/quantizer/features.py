"""What the model itself sees in each image: what its last layer is fed, its answer, and every tensor's range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..fed import Inputs
from ..progress import report
from ..recipe import InputContract
from ..tflite import edit
from .head import enter_pixels
from .ranges import measure_ranges, normalised, open_interpreter
from .stability import RangeHistory

LONGEST = 2_048
"""A last layer that is fed more values gets their mean over height and width (over equal pieces without any)."""

LAST = ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D")


def measure_features(
    float_model: bytes, pixels: NDArray[np.uint8], contract: InputContract
) -> tuple[NDArray[np.float32], NDArray[np.int64], RangeHistory]:
    """Of n images what the last layer is fed, float32 [n, f], the class, int64 [n], and every tensor's range."""
    entered = enter_pixels(float_model, contract)
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    source = Inputs(interpreter)
    output = interpreter.get_output_details()[0]["index"]
    place = last_input(entered.float_model)
    features, answers = [], []
    for number, image in enumerate(normalised(pixels, entered.feed)):
        source.put(image)
        interpreter.invoke()
        features.append(_shortened(interpreter.get_tensor(place)[0]))
        answers.append(int(interpreter.get_tensor(output).argmax()))
        if number % 64 == 0:
            report(number, len(pixels), "looking through the model")
    history = RangeHistory()
    measure_ranges(entered.float_model, pixels, entered.feed, observe=history.add)
    return np.stack(features), np.array(answers, np.int64), history


def last_input(float_model: bytes) -> int:
    """The tensor that the last layer with weights reads; the input where there is none."""
    model = edit.read_model(float_model)
    graph = edit.graph_of(model)
    for operator in reversed(graph.operators):
        if edit.operator_name(model, operator) in LAST:
            return int(operator.inputs[0])
    return int(graph.inputs[0])


def _shortened(values: NDArray[np.float32]) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = np.asarray(values, np.float32)
    if flat.size <= LONGEST:
        return flat.reshape(-1)
    if flat.ndim == 3 and flat.shape[-1] <= LONGEST:
        return np.asarray(flat.mean(axis=(0, 1)), np.float32)
    return np.array([piece.mean() for piece in np.array_split(flat.reshape(-1), LONGEST)], np.float32)
