"""Small random networks of every architecture that channels are removed from: widths, kernels, strides, activations, norms and
skips differ with the random numbers; every weight, scale and statistic has a value of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers

Net = Any
Random = np.random.Generator

ACTIVATIONS = ("relu", "relu6", "swish", "hard_swish", "gelu", "leaky_relu", "elu", "tanh")
SIZE = 12
"""Height and width of the input."""


def _width(rng: Random, low: int = 2, high: int = 14) -> int:
    return int(rng.integers(low, high))


def _act(rng: Random, x: Any) -> Any:
    kind = int(rng.integers(6))
    if kind == 0:
        return layers.PReLU(shared_axes=[1, 2] if rng.random() < 0.5 else None)(x)
    if kind == 1:
        return layers.ReLU(6.0)(x)
    if kind == 2:
        return keras.ops.relu(x)
    return layers.Activation(str(rng.choice(ACTIVATIONS)))(x)


def _conv(rng: Random, x: Any, filters: int, size: int = 3, strides: int = 1, padding: str = "same", act: bool = True) -> Any:
    norm = rng.random() < 0.7
    bias, rate = bool(not norm or rng.random() < 0.3), int(rng.choice([1, 1, 2])) if strides == 1 else 1
    x = layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=bias, dilation_rate=rate)(x)
    x = layers.BatchNormalization(scale=bool(rng.random() < 0.9))(x) if norm else x
    return _act(rng, x) if act else x


def _image(channels: int = 3) -> Any:
    return keras.Input((SIZE, SIZE, channels))


def _classifier(rng: Random, given: Any, x: Any) -> Net:
    """A head: pooling or flattening, now and then a hidden layer, now and then a second answer."""
    pool = layers.GlobalAveragePooling2D if rng.random() < 0.6 else layers.GlobalMaxPooling2D
    x = layers.Flatten()(layers.AveragePooling2D(2)(x)) if rng.random() < 0.3 and x.shape[1] > 1 else pool()(x)
    if rng.random() < 0.4:
        x = layers.Dropout(0.2)(layers.Dense(_width(rng, 3, 20), activation="relu")(x))
    answer = layers.Dense(int(rng.integers(2, 6)), activation=str(rng.choice(["softmax", "linear"])))(x)
    if rng.random() < 0.3:
        return keras.Model(given, [answer, layers.Dense(1, activation="sigmoid")(x)])
    return keras.Model(given, answer)


def plain(rng: Random) -> Net:
    """Convolutions, pooling, flattening, dense layers."""
    x = given = _image(int(rng.choice([1, 3])))
    for _ in range(int(rng.integers(2, 4))):
        padding = "same" if min(x.shape[1:3]) < 4 or rng.random() < 0.5 else "valid"
        x = layers.Conv2D(_width(rng), int(rng.choice([1, 3])), padding=padding, activation="relu")(x)
        x = layers.MaxPooling2D()(x) if min(x.shape[1:3]) > 3 and rng.random() < 0.5 else x
    x = layers.Flatten()(x)
    return keras.Model(given, layers.Dense(4)(layers.Dense(_width(rng), activation="relu")(x)))


def resnet(rng: Random) -> Net:
    """Identity and projection shortcuts, before or after the activation."""
    given = _image()
    x = _conv(rng, given, _width(rng, 3))
    for _ in range(int(rng.integers(2, 4))):
        project, strides = rng.random() < 0.5, int(rng.choice([1, 2]))
        width = _width(rng, 3) if project else x.shape[-1]
        y = _conv(rng, x, _width(rng), 3, strides if project else 1)
        y = _conv(rng, y, width, 3, act=False)
        side = _conv(rng, x, width, 1, strides, act=False) if project else x
        x = _act(rng, layers.Add()([y, side]) if rng.random() < 0.7 else y + side)
    return _classifier(rng, given, x)


def mobilenet_v1(rng: Random) -> Net:
    """Depthwise and pointwise; depth multipliers above 1; separable layers."""
    given = _image()
    x = _conv(rng, given, _width(rng, 3))
    for _ in range(3):
        strides, more = int(rng.choice([1, 1, 2])), int(rng.choice([1, 1, 2, 3]))
        if rng.random() < 0.25:
            x = _act(rng, layers.SeparableConv2D(_width(rng), 3, padding="same", depth_multiplier=more)(x))
            continue
        bias = bool(rng.random() < 0.5)
        x = layers.DepthwiseConv2D(3, strides=strides, padding="same", depth_multiplier=more, use_bias=bias)(x)
        x = _conv(rng, _act(rng, layers.BatchNormalization()(x)), _width(rng), 1)
    return _classifier(rng, given, x)


def _gate(rng: Random, x: Any) -> Any:
    """Squeeze and excite, in the ways that people write it."""
    width, kind = int(x.shape[-1]), int(rng.integers(4))
    if kind == 0:
        gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    elif kind == 1:
        gate = layers.Reshape((1, 1, width))(layers.GlobalAveragePooling2D()(x))
    elif kind == 2:
        gate = keras.ops.mean(x, axis=[1, 2], keepdims=True)
    else:
        gate = layers.Dense(_width(rng), activation="relu")(layers.GlobalAveragePooling2D()(x))
        gate = layers.Dense(width, activation="sigmoid")(gate)
        reshaped = rng.random() < 0.5
        gate = layers.Reshape((1, 1, width))(gate) if reshaped else keras.ops.expand_dims(keras.ops.expand_dims(gate, 1), 1)
        return layers.Multiply()([x, gate])
    gate = layers.Conv2D(_width(rng), 1, activation="relu")(gate)
    gate = layers.Conv2D(width, 1)(gate)
    gate = layers.Activation("hard_sigmoid")(gate) if rng.random() < 0.5 else layers.ReLU(6.0)(gate + 3.0) * (1.0 / 6.0)
    return layers.Multiply()([x, gate]) if rng.random() < 0.5 else x * gate


def _inverted(rng: Random, gate: bool, last: str | None = None) -> Net:
    given = _image()
    x = _conv(rng, given, _width(rng, 3), strides=2)
    for _ in range(int(rng.integers(2, 4))):
        strides = int(rng.choice([1, 1, 2])) if x.shape[1] > 2 else 1
        width = x.shape[-1] if strides == 1 and rng.random() < 0.6 else _width(rng, 3)
        y = _conv(rng, x, x.shape[-1] * int(rng.choice([2, 3])), 1)
        y = layers.ZeroPadding2D(1)(y) if strides == 2 else y
        y = layers.DepthwiseConv2D(3, strides=strides, padding="valid" if strides == 2 else "same", use_bias=False)(y)
        y = _act(rng, layers.BatchNormalization()(y))
        y = _gate(rng, y) if gate else y
        y = layers.BatchNormalization()(layers.Conv2D(width, 1, use_bias=False)(y))
        x = layers.Add()([x, layers.Dropout(0.1)(y)]) if strides == 1 and width == x.shape[-1] else y
    return _classifier(rng, given, _conv(rng, x, _width(rng), 1))


def mobilenet_v2(rng: Random) -> Net:
    """Expansion, depthwise, projection, residual."""
    return _inverted(rng, gate=False)


def mobilenet_v3(rng: Random) -> Net:
    """The same with squeeze and excite."""
    return _inverted(rng, gate=True)


def efficientnet(rng: Random) -> Net:
    """Rescaled input, swish, gates, a wide last layer."""
    model = _inverted(rng, gate=True)
    given = _image()
    return keras.Model(given, model(layers.Rescaling(1 / 2.0, offset=-0.1)(given)))


def densenet(rng: Random) -> Net:
    """Concatenations that grow, normalised before each convolution; transitions."""
    given = _image()
    x = layers.Conv2D(_width(rng, 3), 3, padding="same")(given)
    for _ in range(2):
        for _ in range(int(rng.integers(1, 4))):
            y = _act(rng, layers.BatchNormalization()(x))
            y = _conv(rng, y, _width(rng), 1)
            y = layers.Conv2D(_width(rng), 3, padding="same", use_bias=False)(y)
            x = layers.Concatenate()([x, y]) if rng.random() < 0.6 else keras.ops.concatenate([y, x], axis=-1)
        x = _act(rng, layers.BatchNormalization()(x))
        x = layers.AveragePooling2D(2)(layers.Conv2D(_width(rng, 3), 1)(x))
    return _classifier(rng, given, x)


def _tokens(rng: Random, x: Any, heads: int, size: int) -> Any:
    """Self-attention: Keras' layer, or written with dense layers and products as public ViTs do."""
    count, width = int(x.shape[1]), int(x.shape[-1])
    kind = int(rng.integers(5))
    if kind <= 1:
        more = {"value_dim": _width(rng, 2, 5)} if rng.random() < 0.3 else {}
        return layers.MultiHeadAttention(heads, size, use_bias=bool(rng.random() < 0.8), **more)(x, x)
    if kind == 4:
        q, k, v = (layers.Reshape((count, heads, size))(layers.Dense(heads * size)(x)) for _ in range(3))
        scores = layers.Softmax()(keras.ops.einsum("bthk,bshk->bhts", q, k) * size**-0.5)
        mixed = keras.ops.einsum("bhts,bshk->bthk", scores, v)
        return layers.Dense(width)(layers.Reshape((count, heads * size))(mixed))
    if kind == 2:
        parts = [layers.Reshape((count, heads, size))(layers.Dense(heads * size)(x)) for _ in range(3)]
        parts = [layers.Permute((2, 1, 3))(part) for part in parts]
    else:
        whole = layers.Dense(3 * heads * size, use_bias=False)(x)
        whole = keras.ops.reshape(whole, (-1, count, 3, heads, size))
        whole = keras.ops.transpose(whole, (2, 0, 3, 1, 4))
        parts = [whole[0], whole[1], whole[2]]
    scores = keras.ops.matmul(parts[0], keras.ops.transpose(parts[1], (0, 1, 3, 2))) * size**-0.5
    mixed = keras.ops.matmul(layers.Softmax()(scores), parts[2])
    mixed = keras.ops.transpose(mixed, (0, 2, 1, 3))
    mixed = keras.ops.reshape(mixed, (-1, count, heads * size)) if kind == 3 else layers.Reshape((count, heads * size))(mixed)
    return layers.Dense(width)(mixed)


def _transformer(rng: Random, x: Any, blocks: int) -> Any:
    heads, size = int(rng.choice([1, 2, 3, 4])), _width(rng, 2, 6)
    for _ in range(blocks):
        x = layers.Add()([x, _tokens(rng, layers.LayerNormalization()(x), heads, size)])
        y = layers.Dense(_width(rng), activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(int(x.shape[-1]))(layers.Dropout(0.1)(y))])
    return layers.LayerNormalization()(x)


def vit(rng: Random) -> Net:
    """Patches, blocks, mean over the tokens."""
    given, width = _image(), _width(rng, 4)
    x = layers.Reshape((9, width))(layers.Conv2D(width, 4, strides=4)(given))
    x = layers.GlobalAveragePooling1D()(_transformer(rng, x, 2))
    return keras.Model(given, layers.Dense(4)(layers.Dense(_width(rng), activation="gelu")(x)))


def hybrid(rng: Random) -> Net:
    """Convolutions, then a transformer on their map, then convolutions."""
    given = _image()
    x = _conv(rng, given, _width(rng, 3), strides=2)
    x = _conv(rng, x, _width(rng, 3), strides=2)
    rows, columns, width = (int(side) for side in x.shape[1:])
    y = layers.Reshape((rows * columns, width))(x)
    y = _transformer(rng, y, 1) if rng.random() < 0.6 else _tokens(rng, y, 2, 3)
    y = layers.Reshape((rows, columns, width))(y)
    return _classifier(rng, given, _conv(rng, layers.Concatenate()([x, y]), _width(rng)))


def detector(rng: Random) -> Net:
    """Two levels with an upsampled path between them, boxes and scores of each, joined or not, shared heads or not."""
    given = _image()
    low = _conv(rng, given, _width(rng, 3), strides=2)
    high = _conv(rng, low, _width(rng, 3), strides=2)
    up = layers.UpSampling2D()(_conv(rng, high, _width(rng, 3), 1))
    low = _conv(rng, layers.Concatenate()([up, low]), width := _width(rng, 3))
    high = _conv(rng, high, width, 1)
    shared = layers.Conv2D(width, 3, padding="same", activation="relu") if rng.random() < 0.5 else None
    boxes, scores = [], []
    for level in (low, high):
        y = shared(level) if shared is not None else _conv(rng, level, _width(rng))
        cells = int(level.shape[1] * level.shape[2])
        boxes.append(layers.Reshape((cells * 2, 4))(layers.Conv2D(8, 3, padding="same")(y)))
        scores.append(layers.Reshape((cells * 2, 3))(layers.Conv2D(6, 1)(y)))
    if rng.random() < 0.5:
        return keras.Model(given, [*boxes, *scores])
    joined = [layers.Concatenate(axis=1)(parts) for parts in (boxes, scores)]
    return keras.Model(given, [joined[0], layers.Activation("sigmoid")(joined[1])])


def unet(rng: Random) -> Net:
    """Down and up again, skips concatenated or added, transposed convolutions or upsampling."""
    given, skips = _image(), []
    x = given
    for _ in range(2):
        x = _conv(rng, x, _width(rng, 3))
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = _conv(rng, x, _width(rng, 3))
    for skip in reversed(skips):
        added = rng.random() < 0.4
        width = int(skip.shape[-1]) if added else _width(rng)
        if rng.random() < 0.6:
            bias = bool(rng.random() < 0.7)
            x = layers.Conv2DTranspose(width, int(rng.choice([2, 3])), strides=2, padding="same", use_bias=bias)(x)
        else:
            how = str(rng.choice(["nearest", "bilinear"]))
            x = layers.Conv2D(width, 1)(layers.UpSampling2D(interpolation=how)(x))
        x = _conv(rng, layers.Add()([x, skip]) if added else layers.Concatenate()([skip, x]), _width(rng, 3))
    return keras.Model(given, layers.Conv2D(int(rng.integers(1, 4)), 1, activation="sigmoid")(x))


def grouped(rng: Random) -> Net:
    """Convolutions in groups (ResNeXt), channel shuffles (ShuffleNet), channels split and joined again."""
    given = _image()
    groups = int(rng.choice([2, 3, 4]))
    x = _conv(rng, given, groups * _width(rng, 2, 5))
    for _ in range(2):
        kind, (rows, columns, width) = int(rng.integers(4)), (int(side) for side in x.shape[1:])
        if kind == 0:
            y = layers.Conv2D(groups * _width(rng, 1, 5), 3, padding="same", groups=groups, activation="relu")(x)
        elif kind == 1:
            y = layers.Reshape((rows, columns, groups, width // groups))(x)
            y = layers.Reshape((rows, columns, width))(layers.Permute((1, 2, 4, 3))(y))
        elif kind == 2:
            half = width // 2
            y = layers.Concatenate()([_conv(rng, x[..., :half], half), x[..., half:]])
        else:
            first, second = keras.ops.split(x, [width // 2], axis=-1)
            y = layers.Concatenate()([second, _conv(rng, first, width // 2, 1)])
        x = _conv(rng, y, groups * _width(rng, 2, 5), 1)
    x = layers.Conv2D(x.shape[-1] * int(rng.choice([1, 2])), 3, padding="same", groups=x.shape[-1])(x)
    return _classifier(rng, given, _act(rng, x))


def siblings(rng: Random) -> Net:
    """A layer used twice, a nested model, operators with numbers, maximum and average, padding and cropping."""
    given, width = _image(), _width(rng, 3)
    shared = layers.Conv2D(width, 3, padding="same", activation="tanh")
    x = shared(shared(layers.Conv2D(width, 1)(given)))
    inner = keras.Sequential([keras.Input(x.shape[1:]), layers.Conv2D(_width(rng), 3, padding="same"), layers.PReLU()])
    x = inner(x) * 0.5 + 1.0
    y = layers.Conv2D(int(x.shape[-1]), 1)(layers.Cropping2D(1)(layers.ZeroPadding2D(1)(x)))
    x = layers.Maximum()([x, y]) if rng.random() < 0.5 else layers.Average()([x, -y])
    x = layers.Subtract()([x, layers.Conv2D(1, 1)(x)]) if rng.random() < 0.3 else x
    x = (x - 0.5) / 2.0 if rng.random() < 0.5 else 1.0 - x
    return _classifier(rng, given, x)


ARCHITECTURES: dict[str, Callable[[Random], Net]] = {
    build.__name__: build
    for build in (
        plain, resnet, mobilenet_v1, mobilenet_v2, mobilenet_v3, efficientnet, densenet, hybrid, vit, detector, unet,
        grouped, siblings,
    )
}  # fmt: skip
"""Name -> builder from random numbers."""


def make(name: str, seed: int) -> Net:
    """A network of an architecture, with every weight shaken."""
    rng = np.random.default_rng([seed, *name.encode()])
    keras.utils.set_random_seed(seed)
    return shaken(ARCHITECTURES[name](rng), rng)


def shaken(model: Net, rng: Random) -> Net:
    """Give every weight a value, so that no bias, scale or statistic is trivially 0 or 1."""
    for layer in model._flatten_layers(include_self=False):
        if layer.weights and not isinstance(layer, keras.Model) and not list(layer._flatten_layers(include_self=False)):
            layer.set_weights([_value(rng, weight.path, weight.numpy()) for weight in layer.weights])
    return model


def _value(rng: Random, path: str, value: Any) -> Any:
    noise = rng.standard_normal(value.shape).astype(np.float32)
    if "variance" in path or "gamma" in path:
        return 1 + 0.3 * np.abs(noise)
    return value + 0.05 * noise if "kernel" in path else 0.2 * noise
