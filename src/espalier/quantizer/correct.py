"""Sequential bias correction: int8 rounding shifts the mean of every channel; the bias takes the shift back.

Layer by layer in graph order, each measured behind the layers that are already corrected (Nagel et al.,
"Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019, section 4.2, with
calibration images). Correcting all layers from one measurement wrecks networks: the later shifts are then
counted twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..fed import Inputs
from ..pixels import int8_pixels
from ..progress import report
from ..tflite import edit
from ..tflite.edit import constant, graph_of, step_of
from ..tflite.macs import count_macs
from ..tflite.objects import ModelT, OperatorT, TensorT
from .bias import input_scale, linear_operators, output_name, weight_scales
from .head import PixelInput
from .ranges import normalised, open_interpreter
from .share import share_equal, unshare_constants
from .step import Results, run_operator, walk

IMAGES = 64
"""Calibration images that the correction looks at; more change nothing that can be measured."""

FEWER_IMAGES = 32
"""For networks above `LARGE_MACS`: their means are taken over far more positions per image."""

LARGE_MACS = 50_000_000


def images_for(float_model: bytes) -> int:
    """How many images to correct and to judge on."""
    return FEWER_IMAGES if count_macs(edit.read_model(float_model)) > LARGE_MACS else IMAGES


def channel_means(
    float_model: bytes, pixels: NDArray[np.uint8], entered: PixelInput, reach: dict[str, tuple[float, float]]
) -> dict[str, NDArray[np.float64]]:
    """Mean of each channel (last axis) over all images, for the tensors of the float graph in `reach`, whose values
    are held to these ends (see `held`)."""
    interpreter = open_interpreter(float_model, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details()}
    source = Inputs(interpreter)
    total: dict[str, Any] = dict.fromkeys(reach, 0.0)
    for image in normalised(pixels, entered.feed):
        source.put(image)
        interpreter.invoke()
        for name, ends in reach.items():
            value = np.clip(interpreter.get_tensor(index[name]), *ends)
            total[name] = total[name] + value.reshape(-1, value.shape[-1]).mean(axis=0, dtype=np.float64)
    return {name: value / len(pixels) for name, value in total.items()}


def correct_biases(int8_model: bytes, entered: PixelInput, pixels: NDArray[np.uint8]) -> bytes:
    """The int8 file with biases moved so that every conv, depthwise and dense channel has the float graph's
    mean over the images. Same input, same bytes."""
    model = edit.read_model(int8_model)
    unshare_constants(model)
    graph = graph_of(model)
    linear = {id(o): output_name(model, o) for o in linear_operators(model) if has_bias(model, o)}
    reach = {linear[id(o)]: held(graph.tensors[o.outputs[0]]) for o in graph.operators if id(o) in linear}
    means = channel_means(entered.float_model, pixels, entered, dict(sorted(reach.items())))

    def corrected(operator: OperatorT, sources: Results) -> Results:
        results = run_operator(model, operator, sources)
        if id(operator) in linear and move_bias(model, operator, results[0], means[linear[id(operator)]]):
            results = run_operator(model, operator, sources)
        return results

    for done in walk(model, int8_pixels(pixels), corrected):
        report(done.position, len(graph.operators), "correcting biases")
    share_equal(model)
    return edit.pack_model(model)


def held(tensor: TensorT) -> tuple[float, float]:
    """What a quantized tensor can hold, half a step beyond its ends: a range that was narrowed cuts values off on
    purpose, and the bias must not make up for them."""
    scale, zero_point = step_of(tensor)
    limits = np.iinfo(edit.dtype_name(tensor))
    return (limits.min - 0.5 - zero_point) * scale, (limits.max + 0.5 - zero_point) * scale


def has_bias(model: ModelT, operator: OperatorT) -> bool:
    return len(operator.inputs) > 2 and constant(model, int(operator.inputs[2])) is not None


def move_bias(model: ModelT, operator: OperatorT, result: NDArray[Any], wanted: NDArray[np.float64]) -> bool:
    """Add the difference of the means to the bias; tells whether a bias changed."""
    tensor = graph_of(model).tensors[operator.outputs[0]]
    scale, zero_point = step_of(tensor)
    found = (result.reshape(-1, result.shape[-1]).mean(axis=0, dtype=np.float64) - zero_point) * scale
    index = int(operator.inputs[2])
    bias = constant(model, index)
    step = np.rint((wanted - found) / (input_scale(model, operator) * weight_scales(model, operator)))
    if bias is None or not step.any():
        return False
    limit = float(np.iinfo(bias.dtype).max) / 2
    edit.set_constant(model, index, np.clip(bias + step, -limit, limit).astype(bias.dtype))
    return True
