"""Image classifiers as people publish them: tutorials, course notes, papers, `keras.applications`; with random weights.

Every builder takes a Keras (Keras 3 or tf_keras), so that each network can be saved as both write it. Sizes are as small as
the architecture allows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Model = Any
Build = Callable[[Any], Model]

NETS: dict[str, Build] = {}


def net(build: Build) -> Build:
    """Add a builder to the corpus, under its name."""
    NETS[build.__name__.replace("_", "-")] = build
    return build


def stack(k: Any, shape: tuple[int, ...], *layers: Any, name: str | None = None) -> Model:
    """A Sequential model."""
    return k.Sequential([k.layers.Input(shape), *layers], name=name)


def pooled(k: Any, image: Any, values: Any, classes: int, activation: str | None = "softmax") -> Model:
    """Global average pooling and a dense layer on top."""
    values = k.layers.GlobalAveragePooling2D()(values)
    return k.Model(image, k.layers.Dense(classes, activation=activation)(values))


def conv_bn(k: Any, values: Any, filters: int, size: Any = 3, strides: int = 1, act: str = "relu") -> Any:
    """Convolution, batch normalization, activation."""
    values = k.layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(values)
    return k.layers.Activation(act)(k.layers.BatchNormalization()(values))
