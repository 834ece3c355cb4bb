"""How much the model's answer depends on each channel: measured through a gate on every channel, without
labels.

Every layer that mixes channels (convolution, dense) reads its input through gates, one per component, all 1.
Removing a component is setting its gate to 0 everywhere. The first-order change of the answer is the
gradient with respect to the gate, so score = mean over images of (d v.z / d gate)^2, z the model's logits
and v random signs: the expected squared change of the logits (an output Fisher score with the identity as
its metric; compare Theis et al., "Faster gaze prediction with dense networks and Fisher pruning", 2018).
Scores of different layers are in the same unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..load.keras_objects import Tensor
from ..load.keras_table import names
from .flat import FlatGraph, Node, inputs_of, run
from .groups import Groups

Call = Callable[[Node, list[Tensor]], list[Tensor]]

MIXING = names(
    """
    Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D
    SeparableConv2D Dense MultiHeadAttention
    """
)
"""Layers that mix channels: what they read is what a channel is worth."""


def score_channels(
    graph: FlatGraph,
    groups: Groups,
    images: NDArray[np.float32],
    *,
    seed: int = 0,
    batch: int = 32,
    projections: int = 2,
    taylor: bool = False,
) -> NDArray[np.float64]:
    """Score of each component, float64 [groups.count]; `images` are normalised, float32 [n, h, w, c].

    `taylor`: instead, the mean absolute first-order change of a classifier's cross-entropy, its own answers for labels (Molchanov
    et al., "Pruning convolutional neural networks for resource efficient inference", 2017); to compare with.
    """
    gated = _gates(graph, groups)

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def squares(fed: list[Tensor], signs: Tensor) -> Any:
        gates = tf.ones((tf.shape(fed[0])[0], groups.count))
        with tf.GradientTape() as tape:
            tape.watch(gates)
            logits = joined(run(graph, fed, call=gated(gates)))
            if taylor:
                signs = tf.stop_gradient(tf.nn.softmax(logits) - tf.one_hot(tf.argmax(logits, axis=1), logits.shape[1]))
            projected = tf.reduce_sum(tf.reshape(logits, tf.shape(signs)) * signs)
        gradient = tape.gradient(projected, gates, unconnected_gradients="zero")
        return tf.reduce_sum(tf.abs(gradient) if taylor else tf.square(gradient), axis=0)

    random = np.random.default_rng(seed)
    width = sum(int(np.prod([side or 1 for side in graph.shapes[head][1:]])) for head in graph.outputs)
    total, projections = np.zeros(groups.count, np.float64), 1 if taylor else projections
    for _ in range(projections):
        for start in range(0, len(images), batch):
            part = images[start : start + batch]
            signs = random.choice(np.array([-1.0, 1.0], np.float32), (len(part), width))
            total += squares(inputs_of(graph, part), tf.constant(signs)).numpy()
    return total / (len(images) * projections)


def _gates(graph: FlatGraph, groups: Groups) -> Callable[[Tensor], Call]:
    """How each node is called with a gate on every component, [images, groups.count], where layers that mix channels read it."""
    rows = {
        name: tf.constant(groups.component[layout.inputs], tf.int32)
        for name, layout in groups.layouts.items()
    }
    heads = {
        name: tf.constant(groups.component[layout.inner], tf.int32)
        for name, layout in groups.layouts.items()
        if len(layout.inner)
    }
    last = {id(node) for node in graph.nodes if set(node.outputs) & set(graph.outputs)}
    ends = last if len(graph.outputs) > 1 else {id(graph.nodes[-1])}

    def gated(gates: Tensor) -> Call:
        def call(node: Node, values: list[Tensor]) -> list[Tensor]:
            if node.kind in MIXING and node.name in rows:
                gate = tf.gather(gates, rows[node.name], axis=1)
                rank = len(values[0].shape)
                gate = tf.reshape(gate, [-1] + [1] * (rank - 2) + [gate.shape[1]])
                values = [value * gate for value in values]
            if node.name in heads:
                return _gated_heads(node, values, tf.gather(gates, heads[node.name], axis=1))
            return [node_output(node, values)] if id(node) in ends else node.call(node.operation, values)

        return call

    return gated


def _gated_heads(node: Node, values: list[Tensor], gate: Tensor) -> list[Tensor]:
    """An attention of Keras with a gate on each head, [images, heads]: what a head answers is linear in its values."""
    layer, (query, value, key) = node.operation, (values[0], values[1], values[-1])
    mixed, _ = layer._compute_attention(
        layer._query_dense(query), layer._key_dense(key), layer._value_dense(value) * gate[:, None, :, None], training=False
    )
    return [layer._output_dense(mixed)]


def joined(heads: list[Tensor]) -> Any:
    """The values of all heads side by side; of several each in parts of what it varies, so that its unit does not count."""
    if len(heads) == 1:
        return heads[0]
    flat = [tf.reshape(head, [tf.shape(head)[0], -1]) for head in heads]
    return tf.concat([head / tf.stop_gradient(tf.math.reduce_std(head) + 1e-6) for head in flat], axis=1)


def node_output(node: Node, values: list[Tensor]) -> Any:
    """The last node's answer before a softmax or sigmoid, where one ends the model."""
    layer = node.operation
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    if node.kind in ("Softmax", ".Softmax", ".Sigmoid") or (
        node.kind == "Activation" and activation in ("softmax", "sigmoid")
    ):
        return values[0]
    if node.kind == "Dense" and activation in ("softmax", "sigmoid"):
        answer = tf.matmul(values[0], layer.kernel)
        return answer + layer.bias if layer.use_bias else answer
    answer = node.call(layer, values)[0]
    return (
        tf.math.log(answer + 1e-12)
        if isinstance(layer, keras.layers.Layer) and activation == "softmax"
        else answer
    )
