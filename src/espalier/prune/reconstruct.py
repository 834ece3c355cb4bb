"""Repair without labels: after channels went, fit the next layers to the old answers, one after the other.

Both models run side by side on the calibration images, layer by layer. A convolution or dense layer whose
input has changed gets the weights that reproduce its old output best from its new input (ridge regression
towards the sliced weights, with an intercept where it has a bias; compare He, Zhang & Sun, "Channel pruning
for accelerating very deep neural networks", 2017). Where it ends in a sum whose other side has been computed,
it makes up for what that side lacks. Batch normalisation after a layer that cannot be fitted gets the mean and
variance of what really reaches it; after one that was fitted it stays, since the fit aims at the old values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..load.keras_objects import Layer, Model, Tensor
from ..pixels import evenly
from .flat import FlatGraph, Node, inputs_of, run
from .groups import Groups
from .narrow import sliced_weights

Images = NDArray[np.float32]

FEATURES = 2_304
"""Widest regression that is solved; wider layers only get their intercept, by batch norm or bias."""

ROWS = (8_192, 20, 40_000)
"""Positions of all images that a regression takes: as many for each of its features, at least, at most."""

STRENGTH = 1e-3
"""Ridge, in parts of the mean moment."""

SUMS = ("Add", ".Add")

CHANGED = 1e-6
"""Of a value: by less it has not changed."""

SMALL_FACTOR = 1e-3
"""Of a batch norm: what it makes smaller than this cannot be made up for before it."""

PATCH_VALUES = 48_000_000
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
    masks, done = sliced_weights(graph, groups, kept), set[str]()
    fitted: dict[int, str] = {}  # the tensor that a fitted layer gives, and its name
    new_layers = {layer.name: layer for layer in smaller.layers}
    images = images[evenly(len(images), images_that_fit(graph, 512))]
    ordered = _deep_sides_first(graph)
    ends = _ends_in_sums(ordered)
    sides: dict[int, tuple[Tensor, Tensor]] = {number: () for _, number in ends.values()}  # type: ignore[misc]

    def call(node: Node, values: list[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
        old, new = [pair[0] for pair in values], [pair[1] for pair in values]
        layer = new_layers.get(node.name, node.operation)
        old_answer = node.call(node.operation, old)
        if node.name in masks and node.name not in done:
            done.add(node.name)
            inputs, outputs = masks[node.name]
            changed = _differ(old[0], new[0], inputs)
            if node.kind in ("Conv2D", "Dense"):
                lack = _lack(sides, ends.get(node.name), outputs)
                if (changed or lack is not None or not inputs.all()) and _fit(
                    node.operation, layer, old[0], new[0], outputs, lack
                ):
                    fitted[node.outputs[0]] = node.name
            elif changed and node.kind == "BatchNormalization":
                _renew_statistics(layer, old[0], new[0], inputs, only_mean=node.inputs[0] in fitted)
        results = list(zip(old_answer, node.call(layer, new), strict=True))
        sides.update((number, pair) for number, pair in zip(node.outputs, results, strict=True) if number in sides)
        if node.kind in SUMS:
            sides.update((number, ()) for number in node.inputs if number in sides)  # type: ignore[misc]
        return results

    run(ordered, [(start, start) for start in inputs_of(ordered, images)], call=call)
    return list(fitted.values())


def _deep_sides_first(graph: FlatGraph) -> FlatGraph:
    """The same calls in an order in which the short side of a sum comes last, right before the sum."""
    maker = {number: node for node in graph.nodes for number in node.outputs}
    depth: dict[int, int] = {}
    for node in graph.nodes:
        depth[id(node)] = 1 + max((depth[id(maker[number])] for number in node.inputs if number in maker), default=0)
    ordered: list[Node] = []
    seen = set[int]()
    stack = [(node, False) for node in reversed(graph.nodes) if set(node.outputs) & set(graph.outputs)]
    stack = [*((node, False) for node in reversed(graph.nodes)), *stack]
    while stack:
        node, ready = stack.pop()
        if ready:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            before = {id(maker[number]): maker[number] for number in node.inputs if number in maker}
            stack += [(one, False) for one in sorted(before.values(), key=lambda one: depth[id(one)])]
    return replace(graph, nodes=tuple(ordered))


def _ends_in_sums(graph: FlatGraph) -> dict[str, tuple[Node | None, int]]:
    """Linear layer -> (the batch norm between it and a sum of two, the tensor of the sum's other side)."""
    readers: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for number in node.inputs:
            readers.setdefault(number, []).append(node)
    found: dict[str, tuple[Node | None, int]] = {}
    for node in graph.nodes:
        if getattr(getattr(node.operation, "activation", None), "__name__", "linear") != "linear":
            continue
        number, norm = node.outputs[0], None
        after = readers.get(number, [])
        if len(after) == 1 and after[0].kind == "BatchNormalization":
            norm, number = after[0], after[0].outputs[0]
            after = readers.get(number, [])
        if len(after) == 1 and after[0].kind in SUMS and len(after[0].inputs) == 2:
            others = [one for one in after[0].inputs if one != number]
            if len(others) == 1:
                found[node.name] = (norm, others[0])
    return found


def _lack(
    sides: Mapping[int, tuple[Tensor, Tensor]], end: tuple[Node | None, int] | None, outputs: NDArray[np.bool_]
) -> Any:
    """What the other side of a layer's sum lacks, in the layer's own units; None where it is not computed yet, or lacks
    nothing."""
    if end is None or not sides.get(end[1]):
        return None
    norm, (old, new) = end[0], sides[end[1]]
    places = np.flatnonzero(outputs)
    if len(old.shape) != len(new.shape) or old.shape[:-1] != new.shape[:-1] or new.shape[-1] != len(places):
        return None
    lack = tf.gather(old, places, axis=-1) - new
    if norm is not None:
        layer = norm.operation
        factor = (layer.gamma if layer.scale else 1.0) / tf.sqrt(layer.moving_variance + layer.epsilon)
        factor = tf.gather(factor, places)
        lack = tf.where(tf.abs(factor) > SMALL_FACTOR, lack / factor, 0.0)
    return lack if bool(tf.reduce_max(tf.abs(lack)) > CHANGED) else None


def _differ(old: Tensor, new: Tensor, inputs: NDArray[np.bool_]) -> bool:
    return bool(tf.reduce_max(tf.abs(tf.gather(old, np.flatnonzero(inputs), axis=-1) - new)) > CHANGED)


def _renew_statistics(
    layer: Layer, old: Tensor, new: Tensor, inputs: NDArray[np.bool_], *, only_mean: bool
) -> None:
    """Mean and variance of what reaches a batch norm. `only_mean`: by as much as the mean moved, for a fit without bias."""
    axes = list(range(len(new.shape) - 1))
    if only_mean:
        moved = tf.reduce_mean(new, axes) - tf.gather(tf.reduce_mean(old, axes), np.flatnonzero(inputs))
        layer.moving_mean.assign_add(moved)
        return
    mean, variance = tf.nn.moments(new, axes=axes)
    layer.moving_mean.assign(mean)
    layer.moving_variance.assign(variance)


def _fit(
    old_layer: Layer, new_layer: Layer, old: Tensor, new: Tensor, outputs: NDArray[np.bool_], lack: Tensor
) -> bool:
    """Fit a layer's weights to its old answers, and to what it is to make up for (`lack`, or None)."""
    features = math.prod(new_layer.kernel.shape[:-1])
    if features > FEATURES or getattr(new_layer, "groups", 1) != 1:
        return False
    positions = math.prod(int(side) for side in _linear(old_layer, old[:1]).shape[1:-1])
    count = max(1, min(int(old.shape[0]), PATCH_VALUES // (positions * features)))
    chosen = evenly(int(old.shape[0]), count)
    wanted = tf.gather(_linear(old_layer, tf.gather(old, chosen)), np.flatnonzero(outputs), axis=-1)
    if lack is not None:
        wanted += tf.gather(lack, chosen)
    rows = tf.reshape(patches(new_layer, tf.gather(new, chosen)), [-1, features]).numpy()
    answers = tf.reshape(wanted, [-1, wanted.shape[-1]]).numpy()
    most = int(np.clip(ROWS[1] * features, ROWS[0], ROWS[2]))
    if len(rows) > most:
        picked = np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))
        rows, answers = rows[picked], answers[picked]
    if len(rows) < 2 * features:
        return False
    kernel, bias = _ridge(rows, answers, new_layer.kernel.numpy().reshape(features, -1))
    new_layer.kernel.assign(kernel.reshape(new_layer.kernel.shape))
    if new_layer.use_bias:
        new_layer.bias.assign(bias)
    return True


def _ridge(
    rows: NDArray[Any], answers: NDArray[Any], kernel: NDArray[Any]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The kernel nearest to `kernel` that brings `rows @ kernel + bias` to `answers`; float64 normal
    equations.
    """
    mean_row, mean_answer = rows.mean(axis=0, dtype=np.float64), answers.mean(axis=0, dtype=np.float64)
    centred = (rows - mean_row).astype(np.float32)
    moment = (centred.T @ centred).astype(np.float64)
    moment[np.diag_indices_from(moment)] += STRENGTH * np.trace(moment) / len(moment) + 1e-9
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


def patches(layer: Layer, given: Tensor) -> Any:
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
