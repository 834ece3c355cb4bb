"""Adaptive rounding on calibration images: each layer's weights are rounded so that its output comes as near as
possible to what the float weights give, on inputs from the layers that are already quantized.

Layer by layer in graph order, without labels or gradients: least squares with the second moments of the inputs
(least_squares.py) in place of AdaRound's gradient descent (Nagel et al., "Up or Down? Adaptive Rounding for
Post-Training Quantization", ICML 2020), at a hundredth of the time. Then the layer's bias brings its mean back. On
ResNet8 (500 images) the error that int8 weights cause falls to a quarter. Targets from the float network instead of
the float weights (that paper's asymmetric form) did worse: a layer then takes back the rounding noise of the
activations before it, which is not the same on other images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..pixels import evenly, int8_pixels
from ..progress import report
from ..quantizer.bias import linear_operators, output_name, weight_scales
from ..quantizer.correct import has_bias, held, move_bias
from ..quantizer.head import PixelInput
from ..quantizer.ranges import normalised
from ..quantizer.share import share_equal, unshare_constants
from ..quantizer.step import Results, run_operator, walk
from ..tflite import edit
from ..tflite.edit import constant, dtype_name, graph_of, operator_name, step_of
from ..tflite.objects import ModelT, OperatorT, TensorT
from .least_squares import Floats, damped, round_weights
from .patches import sampled_patches

ROWS = 32_000
"""Outputs of a layer that its moments are taken over."""

_VALUES = 6_000_000
"""Values of one layer's inputs held at once: fewer rows for wider layers."""

WIDEST = 2_400
"""Inputs of an output channel; wider layers stay rounded to the nearest: their moments take minutes to invert."""

IMAGES = 500
_ACTIVATION_BYTES = 256_000_000
"""Of one float tensor over all images: fewer images for larger pictures, but not below FEWEST."""
FEWEST = 32


def reconstruct(
    int8_model: bytes, entered: PixelInput, pixels: NDArray[np.uint8], *, rows: int = ROWS
) -> bytes:
    """The int8 file with weights rounded anew and biases corrected, layer by layer, from at most `rows` outputs of each.
    Scales stay. Same input, same bytes."""
    model, source = edit.read_model(int8_model), edit.read_model(entered.float_model)
    unshare_constants(model)
    graph = graph_of(model)
    originals = {output_name(source, o): o for o in linear_operators(source)}
    layers = {id(o): output_name(model, o) for o in linear_operators(model)}
    layers = {key: name for key, name in layers.items() if name in originals}
    pixels = pixels[evenly(len(pixels), _affordable(source))]
    float_outputs = _FloatOutputs(source, entered, pixels, frozenset(layers.values()))

    def rounded(operator: OperatorT, sources: Results) -> Results:
        name = layers.get(id(operator))
        if name is None:
            return run_operator(model, operator, sources)
        kernel = constant(source, int(originals[name].inputs[1]))
        _round_layer(model, operator, kernel, sources[0], rows)
        results = run_operator(model, operator, sources)
        mean = _channel_mean(graph.tensors[operator.outputs[0]], float_outputs.take(name))
        if has_bias(model, operator) and move_bias(model, operator, results[0], mean):
            results = run_operator(model, operator, sources)
        return results

    for done in walk(model, int8_pixels(pixels), rounded):
        report(done.position, len(graph.operators), "rounding weights")
    share_equal(model)
    return edit.pack_model(model)


def adopt_weights(int8_model: bytes, rounded: bytes) -> bytes:
    """A file with the weights of another one, in the layers that have the same scales in both (int8 weights do not
    depend on how wide activations are)."""
    model, other = edit.read_model(int8_model), edit.read_model(rounded)
    unshare_constants(model)
    sources = {output_name(other, o): o for o in linear_operators(other)}
    for operator in linear_operators(model):
        source = sources.get(output_name(model, operator))
        if source is None or not np.array_equal(weight_scales(model, operator), weight_scales(other, source)):
            continue
        weights, own = constant(other, int(source.inputs[1])), constant(model, int(operator.inputs[1]))
        if weights is not None and own is not None and weights.shape == own.shape:
            edit.set_constant(model, int(operator.inputs[1]), weights)
    share_equal(model)
    return edit.pack_model(model)


class _FloatOutputs:
    """What the named layers of the float graph compute, taken one after another; computed when asked for."""

    def __init__(
        self, source: ModelT, entered: PixelInput, pixels: NDArray[np.uint8], names: frozenset[str]
    ) -> None:
        images = np.concatenate(list(normalised(pixels, entered.feed)))
        named = ((output_name(source, done.operator), done.results[0]) for done in walk(source, images))
        self._walk = (pair for pair in named if pair[0] in names)
        self._passed: dict[str, NDArray[Any]] = {}

    def take(self, name: str) -> NDArray[Any]:
        while name not in self._passed:
            found, value = next(self._walk)
            self._passed[found] = value
        return self._passed.pop(name)


def _affordable(source: ModelT) -> int:
    """How many images one network's activations leave room for."""
    graph = graph_of(source)
    tensors = [graph.tensors[i] for o in graph.operators for i in o.outputs]
    largest = max((4 * int(np.prod(t.shape)) for t in tensors if t.shape is not None), default=4)
    return min(IMAGES, max(FEWEST, _ACTIVATION_BYTES // largest))


def _channel_mean(tensor: TensorT, value: NDArray[Any]) -> Floats:
    flat = value.reshape(-1, value.shape[-1])
    return np.asarray(np.clip(flat, *held(tensor)).mean(axis=0, dtype=np.float64), np.float64)


def _round_layer(
    model: ModelT, operator: OperatorT, kernel: NDArray[Any] | None, fed: NDArray[Any], most: int
) -> None:
    """Round the float weights `kernel` of an operator for its quantized input `fed` [images, ...], in place."""
    index = int(operator.inputs[1])
    stored = constant(model, index)
    tensor = graph_of(model).tensors[operator.inputs[0]]
    if kernel is None or stored is None or dtype_name(graph_of(model).tensors[index]) != "int8":
        return
    depthwise = operator_name(model, operator) == "DEPTHWISE_CONV_2D"
    taps = 1 if kernel.ndim == 2 else kernel.shape[1] * kernel.shape[2]
    zero, channels = step_of(tensor)[1], int(fed.shape[-1])
    groups = channels if depthwise else max(1, channels // kernel.shape[-1]) if kernel.ndim == 4 else 1
    if kernel.size // (kernel.shape[3] if depthwise else kernel.shape[0]) > WIDEST:
        return
    width = taps * (channels if kernel.ndim == 4 else kernel.shape[1])
    patches = sampled_patches(model, operator, fed, max(1, min(most, _VALUES // width)), zero)
    rows = (patches - np.float32(zero)).reshape(len(patches), patches.shape[1], groups, -1)
    rows = rows.transpose(2, 0, 1, 3).reshape(groups, len(patches), -1)
    rows -= rows.mean(axis=1, keepdims=True)  # the bias answers for the mean
    moments = damped((rows.swapaxes(1, 2) @ rows).astype(np.float64))
    scales = np.broadcast_to(weight_scales(model, operator), (kernel.shape[3 if depthwise else 0],))
    if depthwise:
        grid = scales.reshape(1, 1, 1, -1)
        flat = (kernel / grid).reshape(taps, groups, -1).transpose(1, 2, 0)
        rounded = round_weights(flat, moments).transpose(2, 0, 1)
    else:
        grid = scales.reshape(-1, *[1] * (kernel.ndim - 1))
        rounded = round_weights((kernel / grid).reshape(groups, kernel.shape[0] // groups, -1), moments)
    edit.set_constant(model, index, rounded.reshape(stored.shape).astype(np.int8))
