"""What the model itself sees in each image: what its last layer is fed, its answer, and every tensor's range."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pixels import open_pixels
from ..progress import report

LONGEST = 2_048
"""A last layer that is fed more values gets their mean over height and width (over equal pieces without any)."""

LAST = ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D")


def measure_features(float_model: bytes, pixels_path: str, contract: dict[str, Any]) -> dict[str, Any]:
    """Handler of the litert process, over a .npy of n images.

    {"features": float32 [n, f], "answers": int64 [n], "names": tensor names, "ends": float64 [n, tensors, 2]}.
    """
    from ..recipe import contract_of
    from .head import enter_pixels
    from .ranges import measure_ranges, normalised, open_interpreter
    from .stability import RangeHistory

    entered = enter_pixels(float_model, contract_of(contract))
    pixels = open_pixels(pixels_path)
    interpreter = open_interpreter(entered.float_model, experimental_preserve_all_tensors=True)
    source = interpreter.get_input_details()[0]["index"]
    output = interpreter.get_output_details()[0]["index"]
    place = last_input(entered.float_model)
    features, answers = [], []
    for number, image in enumerate(normalised(pixels, entered.feed)):
        interpreter.set_tensor(source, image)
        interpreter.invoke()
        features.append(_shortened(interpreter.get_tensor(place)[0]))
        answers.append(int(interpreter.get_tensor(output).argmax()))
        if number % 64 == 0:
            report(number, len(pixels), "looking through the model")
    history = RangeHistory()
    measure_ranges(entered.float_model, pixels, entered.feed, observe=history.add)
    return {
        "features": np.stack(features),
        "answers": np.array(answers, np.int64),
        "names": list(history.names),
        "ends": history.ends(),
    }


def last_input(float_model: bytes) -> int:
    """The tensor that the last layer with weights reads; the input where there is none."""
    from ..tflite import edit

    model = edit.read_model(float_model)
    graph = edit.graph_of(model)
    for operator in reversed(graph.operators):
        if edit.operator_name(model, operator) in LAST:
            return int(operator.inputs[0])
    return int(graph.inputs[0])


def _shortened(values: NDArray[Any]) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = np.asarray(values, np.float32)
    if flat.size <= LONGEST:
        return flat.reshape(-1)
    if flat.ndim == 3 and flat.shape[-1] <= LONGEST:
        return np.asarray(flat.mean(axis=(0, 1)), np.float32)
    return np.array([piece.mean() for piece in np.array_split(flat.reshape(-1), LONGEST)], np.float32)
