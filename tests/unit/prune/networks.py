"""Small untrained nets of every kind that channel pruning must understand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers


def conv(x: Any, filters: int, size: int = 3, name: str | None = None, **more: Any) -> Any:
    x = layers.Conv2D(filters, size, padding="same", use_bias=False, name=name, **more)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def plain() -> Any:
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(16, 3, activation="relu", name="c1"),
            layers.MaxPooling2D(),
            layers.Conv2D(24, 3, padding="same", activation="relu", name="c2"),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(32, activation="relu", name="d1"),
            layers.Dense(5, activation="softmax", name="out"),
        ]
    )


def inverted() -> Any:
    """MobileNetV2-like: expand, depthwise, project, residual add."""
    given = keras.Input((12, 12, 3))
    x = conv(given, 16, name="stem")
    for block in range(2):
        y = conv(x, 48, 1, name=f"expand{block}")
        y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"dw{block}")(y)
        y = layers.ReLU(6.0)(layers.BatchNormalization()(y))
        y = layers.BatchNormalization()(layers.Conv2D(16, 1, use_bias=False, name=f"project{block}")(y))
        x = layers.Add()([x, y])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(given, layers.Dense(4, name="out")(x))


def dense_net() -> Any:
    given = keras.Input((8, 8, 3))
    x = conv(given, 16, name="stem")
    for block in range(3):
        x = layers.Concatenate()([x, conv(x, 16, name=f"grow{block}")])
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    return keras.Model(given, layers.Dense(4, activation="softmax", name="out")(x))


def squeeze() -> Any:
    """Squeeze and excite: a gate of [n, 1, 1, c] on [n, h, w, c]."""
    given = keras.Input((8, 8, 3))
    x = conv(given, 32, name="stem")
    gate = layers.Reshape((1, 1, 32))(layers.GlobalAveragePooling2D()(x))
    gate = layers.Conv2D(16, 1, activation="relu", name="reduce")(gate)
    gate = layers.Conv2D(32, 1, activation="sigmoid", name="excite")(gate)
    x = conv(layers.Multiply()([x, gate]), 16, name="after")
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(given, layers.Dense(1, activation="sigmoid", name="out")(x))


def mixed() -> Any:
    """Separable, transposed, PReLU, zero padding, upsampling, maximum, a nested model, a layer used twice, operators."""
    inner = keras.Sequential(
        [keras.Input((8, 8, 16)), layers.Conv2D(24, 3, padding="same", name="inside"), layers.PReLU()]
    )
    given = keras.Input((8, 8, 3))
    x = layers.SeparableConv2D(16, 3, padding="same", depth_multiplier=2, name="sep")(given)
    shared = layers.Conv2D(16, 3, padding="same", activation="swish", name="shared")
    x = shared(shared(x))
    x = inner(x) * 0.5 + 1.0
    x = layers.SeparableConv2D(20, 3, padding="same", depth_multiplier=2, name="sep2")(x)
    up = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu", name="up")(x)
    other = layers.Conv2D(16, 1, name="side")(layers.UpSampling2D()(x))
    x = layers.Maximum()([up, other])
    x = layers.ZeroPadding2D()(layers.PReLU(shared_axes=[1, 2])(x))
    x = layers.Conv2D(16, 3, strides=2, name="last")(x)
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Flatten()(x)
    return keras.Model(given, layers.Softmax()(layers.Dense(4, name="out")(x)))


NETS: dict[str, Callable[[], Any]] = {
    "plain": plain,
    "inverted": inverted,
    "dense_net": dense_net,
    "squeeze": squeeze,
    "mixed": mixed,
}


def shake(model: Any, seed: int = 0) -> Any:
    """Give every weight a value, so that no bias, scale or statistic is trivially 0 or 1."""
    random = np.random.default_rng(seed)
    for layer in model._flatten_layers(include_self=False):
        if layer.weights and not isinstance(layer, keras.Model):
            layer.set_weights([_shaken(random, w.path, w.numpy()) for w in layer.weights])
    return model


def _shaken(random: np.random.Generator, path: str, value: Any) -> Any:
    noise = random.standard_normal(value.shape).astype(np.float32)
    if "variance" in path or "gamma" in path:
        return 1 + 0.3 * np.abs(noise)
    return value + 0.1 * noise if "kernel" in path else 0.1 * noise
