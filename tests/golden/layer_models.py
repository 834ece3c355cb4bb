"""A small classifier around each Keras layer that a model file may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import Input, Model, layers, utils

Build = Callable[[Any, Any], Any]
"""(layer class, image) -> result."""


def conv(x: Any) -> Any:
    return layers.Conv2D(6, 3, padding="same")(x)


def sequence(x: Any) -> Any:
    """The pixels of a small map, as a sequence of vectors."""
    return layers.Reshape((-1, x.shape[-1]))(x)


def tokens(x: Any) -> Any:
    return sequence(layers.MaxPooling2D(3)(conv(x)))


def _two(layer: Any, x: Any) -> Any:
    return layer()([layers.Conv2D(6, 3, padding="same", activation="relu")(x), conv(x)])


def _random(layer: Any, x: Any) -> Any:
    """Augmentation does nothing when predicting; the arguments differ."""
    for arguments in ((), (0.1,), (2,), (0.1, 0.1)):
        try:
            return conv(layer(*arguments)(x))
        except (TypeError, ValueError):
            continue
    raise AssertionError(f"no arguments fit {layer}")


def _after(*arguments: Any, **named: Any) -> Build:
    """The layer after a convolution."""
    return lambda layer, x: layer(*arguments, **named)(conv(x))


def _on_sequence(*arguments: Any, **named: Any) -> Build:
    return lambda layer, x: layer(*arguments, **named)(sequence(conv(x)))


def _before(*arguments: Any, **named: Any) -> Build:
    """The layer on the image itself."""
    return lambda layer, x: conv(layer(*arguments, **named)(x))


SPECIAL: dict[str, Build] = {
    **dict.fromkeys(("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"), _two),
    **dict.fromkeys(("AveragePooling2D", "MaxPooling2D"), _after(2)),
    **dict.fromkeys(("AveragePooling1D", "MaxPooling1D", "UpSampling1D", "Cropping1D", "ZeroPadding1D"), _on_sequence(2)),
    **dict.fromkeys(("GlobalAveragePooling1D", "GlobalMaxPooling1D"), _on_sequence()),
    **dict.fromkeys(("AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D"), _after(3)),
    **dict.fromkeys(("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D"), _after(0.3)),
    **dict.fromkeys(("Conv1D", "SeparableConv1D"), _on_sequence(6, 3)),
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _before(8, 8)),
    **dict.fromkeys(
        ("Attention", "AdditiveAttention"), lambda layer, x: layer()([tokens(x), tokens(x)])
    ),
    "Activation": _after("swish"),
    "Conv1DTranspose": _on_sequence(6, 3, strides=2),
    "Conv2D": lambda layer, x: layer(6, 3, dilation_rate=2)(x),
    "Conv2DTranspose": lambda layer, x: layer(6, 3, strides=2)(x),
    "Cropping2D": _after(2),
    "Dense": lambda layer, x: layer(5)(x),
    "DepthwiseConv1D": _on_sequence(3),
    "DepthwiseConv2D": lambda layer, x: layer(3, depth_multiplier=2)(x),
    "Dot": lambda layer, x: layer(axes=2)([tokens(x), tokens(x)]),
    "EinsumDense": lambda layer, x: layer("abc,cd->abd", output_shape=(None, 8))(tokens(x)),
    "GroupNormalization": _after(groups=3),
    "GroupQueryAttention": lambda layer, x: (lambda t: layer(4, 2, 1)(t, t))(tokens(x)),
    "InputLayer": lambda layer, x: conv(x),
    "MultiHeadAttention": lambda layer, x: (lambda t: layer(2, 4)(t, t))(tokens(x)),
    "Normalization": _before(mean=0.5, variance=0.1),
    "Permute": _after((2, 1, 3)),
    "PReLU": _after(shared_axes=[1, 2]),
    "RepeatVector": lambda layer, x: layer(4)(layers.GlobalAveragePooling2D()(conv(x))),
    "Rescaling": _before(2.0, offset=-1),
    "Reshape": _after((6, 24, -1)),
    "SeparableConv2D": lambda layer, x: layer(6, 3)(x),
    "SpatialDropout1D": _on_sequence(0.3),
}


def model_of(name: str) -> Any:
    """A classifier of three classes on 12x12x3 around the layer `name`, with random weights."""
    utils.set_random_seed(1)
    image = Input((12, 12, 3))
    layer = getattr(layers, name)
    x = SPECIAL.get(name, _random if name.startswith("Random") else _after())(layer, image)
    if len(x.shape) == 4:
        x = layers.GlobalAveragePooling2D()(x)
    elif len(x.shape) == 3:
        x = layers.GlobalAveragePooling1D()(x)
    return Model(image, layers.Dense(3, activation="softmax")(x))
