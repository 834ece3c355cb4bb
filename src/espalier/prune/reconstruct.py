"""Repair without labels: after channels went, fit the next layers to the old answers and renew batch-norm
statistics.

Both models run side by side on the calibration images, layer by layer. A convolution or dense layer whose
input has changed gets the weights that reproduce its old output best from its new input (ridge regression
towards the sliced weights, with an intercept where it has a bias; compare He, Zhang & Sun, "Channel pruning
for accelerating very deep neural networks", 2017). Batch normalisation gets the mean and variance of what
really reaches it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..load.keras_objects import Layer, Model, Tensor
from ..pixels import evenly
from .flat import FlatGraph, Node, run
from .groups import Groups
from .narrow import sliced_weights

Images = NDArray[np.float32]

FEATURES = 1_152
"""Widest regression that is solved; wider layers only get their intercept, by batch norm or bias."""

_PATCH_VALUES = 48_000_000
_ACTIVATION_VALUES = 120_000_000


def images_that_fit(graph: FlatGraph, most: int) -> int:
    """How many images can run at once, two models side by side, within about 1 GB of activations."""
    sizes = sorted(math.prod(int(side or 1) for side in shape[1:]) for shape in graph.shapes)
    return max(8, min(most, _ACTIVATION_VALUES // (2 * sum(sizes[-3:]))))


def reconstruct(
    graph: FlatGraph, groups: Groups, kept: NDArray[np.bool_], smaller: Model, images: Images
) -> list[str]:
    """Fit `smaller` (from `narrow`) to the model of `graph`; changes its weights. Returns the layers that
    were fitted.

    `images` float32 [n, h, w, c], normalised. Deterministic: the rows of a regression are chosen by a fixed
    seed.
    """
    masks, fitted, done = sliced_weights(graph, groups, kept), [], set[str]()
    new_layers = {layer.name: layer for layer in smaller.layers}
    images = images[:: max(1, len(images) // images_that_fit(graph, 256))][: images_that_fit(graph, 256)]

    def call(node: Node, values: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
        old, new = [pair[0] for pair in values], [pair[1] for pair in values]
        layer = new_layers.get(node.name, node.operation)
        old_answer = node.call(node.operation, old)
        if node.name in masks and node.name not in done:
            done.add(node.name)
            inputs, outputs = masks[node.name]
            changed = bool(
                tf.reduce_max(tf.abs(tf.gather(old[0], np.flatnonzero(inputs), axis=-1) - new[0])) > 1e-6
            )
            if changed and node.kind == "BatchNormalization":
                _renew_statistics(layer, new[0])
            elif (
                (changed or not inputs.all())
                and node.kind in ("Conv2D", "Dense")
                and _fit(node.operation, layer, old[0], new[0], outputs)
            ):
                fitted.append(node.name)
        return list(zip(old_answer, node.call(layer, new), strict=True))

    start = tf.constant(images)
    run(graph, [(start, start)], call=call)
    return fitted


def _renew_statistics(layer: Layer, given: Tensor) -> None:
    mean, variance = tf.nn.moments(given, axes=list(range(len(given.shape) - 1)))
    layer.moving_mean.assign(mean)
    layer.moving_variance.assign(variance)


def _fit(old_layer: Layer, new_layer: Layer, old: Tensor, new: Tensor, outputs: NDArray[Any]) -> bool:
    features = math.prod(new_layer.kernel.shape[:-1])
    if features > FEATURES or getattr(new_layer, "groups", 1) != 1:
        return False
    positions = math.prod(int(side) for side in _linear(old_layer, old[:1]).shape[1:-1])
    count = max(1, min(int(old.shape[0]), _PATCH_VALUES // (positions * features)))
    chosen = evenly(int(old.shape[0]), count)
    wanted = tf.gather(_linear(old_layer, tf.gather(old, chosen)), np.flatnonzero(outputs), axis=-1)
    rows = tf.reshape(_patches(new_layer, tf.gather(new, chosen)), [-1, features]).numpy()
    answers = tf.reshape(wanted, [-1, wanted.shape[-1]]).numpy()
    most = max(4 * features, 4_096)
    if len(rows) > most:
        picked = np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))
        rows, answers = rows[picked], answers[picked]
    if len(rows) < 2 * features:
        return False
    kernel = new_layer.kernel.numpy().reshape(features, -1)
    kernel, bias = _ridge(rows, answers, kernel, intercept=True)
    new_layer.kernel.assign(kernel.reshape(new_layer.kernel.shape))
    if new_layer.use_bias:
        new_layer.bias.assign(bias)
    return True


def _ridge(
    rows: NDArray[Any],
    answers: NDArray[Any],
    kernel: NDArray[Any],
    *,
    intercept: bool,
    strength: float = 0.02,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The kernel nearest to `kernel` that brings `rows @ kernel + bias` to `answers`; float64 normal
    equations.
    """
    mean_row, mean_answer = rows.mean(axis=0, dtype=np.float64), answers.mean(axis=0, dtype=np.float64)
    centred = (rows - mean_row).astype(np.float32)
    moment = (centred.T @ centred).astype(np.float64)
    moment[np.diag_indices_from(moment)] += strength * np.trace(moment) / len(moment) + 1e-9
    rest = (answers - mean_answer).astype(np.float64) - centred @ kernel.astype(np.float64)
    solved = kernel + np.linalg.solve(moment, centred.T @ rest)
    return solved.astype(np.float32), (mean_answer - mean_row @ solved).astype(np.float32)


def _linear(layer: Layer, given: Tensor) -> Any:
    """The layer's answer before its activation."""
    answer = (
        layer.convolution_op(given, layer.kernel)
        if hasattr(layer, "convolution_op")
        else given @ layer.kernel
    )
    return answer + layer.bias if layer.use_bias else answer


def _patches(layer: Layer, given: Tensor) -> Any:
    """What each output position sees: [n, ..., kernel rows x columns x channels]; of a dense layer its
    input.
    """
    if not hasattr(layer, "kernel_size") or layer.kernel_size == (1, 1) == tuple(layer.strides):
        return given
    return tf.image.extract_patches(
        given,
        sizes=[1, *layer.kernel_size, 1],
        strides=[1, *layer.strides, 1],
        rates=[1, *layer.dilation_rate, 1],
        padding=layer.padding.upper(),
    )
