"""Images and networks for hard_models.py: ten small classifiers that int8 quantization tends to break.

Each network is trained here in seconds on scikit-learn's handwritten digits (UCI), drawn in colour at 24 x 24 with
random place, turn, contrast, gradient and noise. Evaluation, calibration, training and fresh images (which nothing is
chosen on) come from different handwritten originals. What makes a network hard is either its architecture, or a
rescaling of its channels after training that leaves its function as it was (ReLU and linear layers: f(s x) = s f(x) for
s > 0), as real trainings with batch normalisation or weight decay leave it. Everything follows from fixed seeds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 24
ORIGINALS = {"evaluation": (0, 1, 2), "calibration": (3,), "fresh": (4,), "train": (5, 6, 7, 8, 9)}
"""Which originals (number % 10) each set is drawn from."""
SEEDS = {"evaluation": 1, "calibration": 2, "train": 3, "fresh": 4}
MEAN = STD = 127.5


@dataclass(frozen=True, slots=True, kw_only=True)
class HardNet:
    """A network: how to build it, what is done to it after training, for how long it is trained."""

    name: str
    why: str
    build: Callable[[], Any]
    harden: Callable[[Any], None] = lambda model: None
    epochs: int = 10
    rate: float = 0.005
    weights: str = "per-channel"
    """What the target asks for."""
    limit: float = 0.5
    """Points that it may lose."""


def draw(split: str, count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """`count` images of a split, uint8 [n, 24, 24, 3], and their digits."""
    from sklearn.datasets import load_digits

    data, random = load_digits(), np.random.default_rng(SEEDS[split])
    numbers = np.flatnonzero(np.isin(np.arange(len(data.target)) % 10, ORIGINALS[split]))
    chosen = numbers[np.arange(count) % len(numbers)]
    pixels = np.stack([_draw_one(data.images[number], random) for number in chosen])
    return pixels, np.asarray(data.target[chosen], np.int64)


def normalise(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The contract: x = (pixel - 127.5) / 127.5."""
    return np.asarray((pixels.astype(np.float32) - np.float32(MEAN)) / np.float32(STD))


def _draw_one(digit: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.uint8]:
    size = int(random.integers(20, SIDE + 1))
    ink = Image.fromarray(np.rint(digit * (255 / 16)).astype(np.uint8)).resize(
        (size, size), Image.Resampling.BICUBIC
    )
    ink = ink.rotate(random.uniform(-12, 12), Image.Resampling.BILINEAR)
    mask = np.zeros((SIDE, SIDE))
    top, left = random.integers(0, SIDE - size + 1, 2)
    mask[top : top + size, left : left + size] = np.asarray(ink) / 255
    ground, paint = random.uniform(10, 90, 3), random.uniform(140, 255, 3)
    ramp = random.uniform(-20, 20) * np.linspace(-1, 1, SIDE)
    field = ground + (ramp[:, None, None] if random.random() < 0.5 else ramp[None, :, None])
    image = field + mask[..., None] * (paint - ground) + random.normal(0, 10, (SIDE, SIDE, 3))
    return np.asarray(np.clip(np.rint(image), 0, 255), np.uint8)


def train(net: HardNet, count: int = 4000, epochs: int | None = None) -> Any:
    """Build, train on `count` images with seed 1, harden; the Keras model."""
    import keras

    keras.utils.set_random_seed(1)
    pixels, labels = draw("train", count)
    model, epochs = net.build(), epochs or net.epochs
    rate = keras.optimizers.schedules.CosineDecay(net.rate, max(1, epochs * -(-count // 64)))
    optimizer = keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    model.fit(normalise(pixels), labels, batch_size=64, epochs=epochs, verbose=0)
    net.harden(model)
    return model


# The networks


def depthwise_net() -> Any:
    """Depthwise-separable, ReLU, no batch normalisation (as after folding)."""
    inputs, x = _stem(16, "relu")
    for number, (filters, strides) in enumerate(((24, 2), (32, 1), (48, 2))):
        x = _layers().DepthwiseConv2D(3, strides, "same", activation="relu", name=f"dw{number}")(x)
        x = _layers().Conv2D(filters, 1, activation="relu", name=f"pw{number}")(x)
    return _head(inputs, x, "depthwise")


def spread_depthwise(model: Any) -> None:
    """Every channel between two layers by its own 2 ** uniform(-5, 5)."""
    for first, second in itertools.pairwise(_CHAIN):
        rescale(model, first, second, _spread(model, first, 5))


_CHAIN = ("stem", "dw0", "pw0", "dw1", "pw1", "dw2", "pw2")


def swish_se_net() -> Any:
    """EfficientNet-like: linear bottlenecks, swish, squeeze-and-excite."""
    return _inverted_net("swish_se", "swish", "sigmoid")


def hard_swish_net() -> Any:
    """MobileNetV3-like: linear bottlenecks, hard-swish, squeeze-and-excite with hard-sigmoid."""
    return _inverted_net("hard_swish", "hard_silu", "hard_sigmoid")


def spread_bottlenecks(model: Any) -> None:
    """The linear bottlenecks' channels by 2 ** uniform(-4, 4): batch normalisation without a nonlinearity behind it
    leaves a channel's size to chance."""
    for number in range(3):
        rescale(model, f"project{number}", f"expand{number + 1}", _spread(model, f"project{number}", 4))


def outlier_net() -> Any:
    """Convolutions with ReLU."""
    inputs, x = _stem(16, "relu")
    for number, (filters, strides) in enumerate(((24, 2), (32, 1), (32, 2))):
        x = _layers().Conv2D(filters, 3, strides, "same", activation="relu", name=f"conv{number}")(x)
    return _head(inputs, x, "outliers")


def plant_outliers(model: Any) -> None:
    """Two channels in each layer answer 500 times as large, and the next layer's weights are as much smaller."""
    for first, second in (("stem", "conv0"), ("conv0", "conv1"), ("conv1", "conv2")):
        factors = np.ones(_width(model, first))
        factors[[1, 5]] = 500.0
        rescale(model, first, second, factors)


def concat_net() -> Any:
    """Inception-like: two branches, joined."""
    L = _layers()
    inputs, x = _stem(16, "relu")
    for number in range(2):
        wide = L.Conv2D(12, 3, 2, "same", activation="relu", name=f"wide{number}")(x)
        thin = L.Conv2D(12, 1, 2, "same", activation="relu", name=f"thin{number}")(x)
        x = L.Concatenate(name=f"join{number}")([wide, thin])
        x = L.Conv2D(32, 3, padding="same", activation="relu", name=f"mix{number}")(x)
    return _head(inputs, x, "concat")


def unequal_branches(model: Any) -> None:
    """One branch of each join answers 300 times as large as the other."""
    for number in range(2):
        factors = np.concatenate([np.full(12, 1.0), np.full(12, 300.0)])
        thin = model.get_layer(f"thin{number}")
        thin.set_weights([value * 300.0 for value in thin.get_weights()])
        _divide(model.get_layer(f"mix{number}"), factors)


def vit_net() -> Any:
    """Patches of 4 x 4, places by a depthwise convolution (Chu et al., "Conditional positional encodings", ICLR 2023:
    stock layers only), two pre-norm blocks of attention and GELU, average pooling."""
    L = _layers()
    inputs = L.Input((SIDE, SIDE, 3), name="image")
    x = L.Conv2D(32, 4, 4, name="patches")(inputs)
    x = L.Add(name="placed")([x, L.DepthwiseConv2D(3, padding="same", name="places")(x)])
    x = L.Reshape((36, 32), name="tokens")(x)
    for number in range(2):
        x = _transformer(x, 32, f"block{number}")
    x = L.LayerNormalization(name="norm")(x)
    x = L.GlobalAveragePooling1D(name="pool")(x)
    return _model(inputs, L.Dense(10, activation="softmax", name="class")(x), "vit")


def hybrid_net() -> Any:
    """MobileViT-like: swish convolutions, then attention over the places of the small image, joined with its input."""
    L = _layers()
    inputs, x = _stem(16, "swish")
    x = _inverted(x, 24, 2, "swish", None, 0)
    local = L.Conv2D(32, 3, 2, "same", activation="swish", name="local")(x)
    y = L.Reshape((9, 32), name="unfold")(L.Conv2D(32, 1, name="lift")(local))
    y = L.LayerNormalization(name="norm")(_transformer(_transformer(y, 32, "block0"), 32, "block1"))
    y = L.Conv2D(32, 1, activation="swish", name="lower")(L.Reshape((3, 3, 32), name="fold")(y))
    x = L.Concatenate(name="join")([local, y])
    x = L.Conv2D(48, 3, padding="same", activation="swish", name="fuse")(x)
    return _head(inputs, x, "hybrid")


def convnext_net() -> Any:
    """ConvNeXt-like: 5 x 5 depthwise, LayerNormalization, GELU, layer scale, residual."""
    L = _layers()
    inputs = L.Input((SIDE, SIDE, 3), name="image")
    x = L.LayerNormalization(epsilon=1e-6, name="stem_norm")(L.Conv2D(32, 3, 3, name="stem")(inputs))
    for number in range(3):
        y = L.DepthwiseConv2D(5, padding="same", name=f"dw{number}")(x)
        y = L.LayerNormalization(epsilon=1e-6, name=f"norm{number}")(y)
        y = L.Dense(128, activation="gelu", name=f"up{number}")(y)
        y = L.Dense(32, name=f"down{number}")(y)
        x = L.Add(name=f"add{number}")([x, y])
    x = L.GlobalAveragePooling2D(name="pool")(x)
    x = L.LayerNormalization(epsilon=1e-6, name="norm")(x)
    return _model(inputs, L.Dense(10, activation="softmax", name="class")(x), "convnext")


def dead_net() -> Any:
    """Wide convolutions, of whose channels many will be dead."""
    inputs, x = _stem(24, "relu")
    for number, (filters, strides) in enumerate(((32, 2), (40, 2))):
        x = _layers().DepthwiseConv2D(3, strides, "same", activation="relu", name=f"dw{number}")(x)
        x = _layers().Conv2D(filters, 1, activation="relu", name=f"pw{number}")(x)
    return _head(inputs, x, "dead")


def kill_channels(model: Any) -> None:
    """Every third channel dies as weight decay kills it: weights of 1e-12; half of the dead answer 0, half a constant
    (their bias), which the next layers go on using. The living are spread by 2 ** uniform(-3, 3)."""
    for first, second in (("stem", "dw0"), ("dw0", "pw0"), ("pw0", "dw1"), ("dw1", "pw1")):
        layer = model.get_layer(first)
        kernel, bias = layer.get_weights()
        axis = 2 if "dw" in first else 3
        dead = np.arange(0, len(bias), 3)
        constant_value = np.abs(bias).max()
        for place, channel in enumerate(dead):
            index: list[Any] = [slice(None)] * 4
            index[axis] = int(channel)
            kernel[tuple(index)] = 1e-12 * np.sign(kernel[tuple(index)])
            bias[channel] = constant_value if place % 2 else -constant_value
        layer.set_weights([kernel, bias])
        rescale(model, first, second, _spread(model, first, 3))


def kill_and_mend(model: Any) -> None:
    """`kill_channels`, then two epochs for the last layers, which learn to do without the dead."""
    import keras

    kill_channels(model)
    for layer in model.layers[:-3]:
        layer.trainable = False
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    pixels, labels = draw("train", 4000)
    model.fit(normalise(pixels), labels, batch_size=64, epochs=3, verbose=0)


NETS: tuple[HardNet, ...] = (
    HardNet(
        name="depthwise-spread",
        why="depthwise net, channels scaled by 2^U(-5, 5)",
        build=depthwise_net,
        harden=spread_depthwise,
        epochs=20,
    ),
    HardNet(
        name="depthwise-per-tensor",
        why="the same for a target with one scale per weight tensor",
        build=depthwise_net,
        harden=spread_depthwise,
        epochs=20,
        weights="per-tensor",
        limit=1.0,
    ),
    HardNet(
        name="swish-se",
        why="swish, squeeze-and-excite, linear bottlenecks spread by 2^U(-4, 4)",
        build=swish_se_net,
        harden=spread_bottlenecks,
        epochs=6,
    ),
    HardNet(
        name="hard-swish",
        why="hard-swish, hard-sigmoid, linear bottlenecks spread by 2^U(-4, 4)",
        build=hard_swish_net,
        harden=spread_bottlenecks,
        epochs=6,
    ),
    HardNet(
        name="outliers",
        why="two channels of each layer answer 500 times as large",
        build=outlier_net,
        harden=plant_outliers,
    ),
    HardNet(
        name="concat",
        why="concatenated branches, one 300 times as large",
        build=concat_net,
        harden=unequal_branches,
    ),
    HardNet(
        name="vit",
        why="vision transformer: attention, LayerNormalization, GELU",
        build=vit_net,
        epochs=10,
        rate=0.003,
    ),
    HardNet(
        name="hybrid",
        why="MobileViT-like: swish convolutions and attention",
        build=hybrid_net,
    ),
    HardNet(
        name="dead-channels",
        why="a third of the channels dead (weights 1e-12), the rest spread by 2^U(-3, 3)",
        build=dead_net,
        harden=kill_and_mend,
        epochs=20,
    ),
    HardNet(
        name="convnext",
        why="ConvNeXt-like: depthwise, LayerNormalization, GELU, residual",
        build=convnext_net,
    ),
)


def net_of(name: str) -> HardNet:
    """The network of a name. Raises ValueError for another."""
    for net in NETS:
        if net.name == name:
            return net
    raise ValueError(f"no network {name!r}; there are " + ", ".join(n.name for n in NETS))


# Rescaling that keeps the function


def rescale(model: Any, first: str, second: str, factors: NDArray[np.float64]) -> None:
    """Multiply the output channels of layer `first`, divide the input channels of `second`; keeps the function when
    only ReLU, pooling or nothing is between them."""
    layer = model.get_layer(first)
    kernel, bias = layer.get_weights()
    depthwise = type(layer).__name__ == "DepthwiseConv2D"
    layer.set_weights([kernel * (factors[:, None] if depthwise else factors), bias * factors])
    _divide(model.get_layer(second), factors)


def _divide(layer: Any, factors: NDArray[np.float64]) -> None:
    kernel, *rest = layer.get_weights()
    layer.set_weights([kernel / factors[:, None], *rest])


def _width(model: Any, name: str) -> int:
    return int(model.get_layer(name).output.shape[-1])


def _spread(model: Any, name: str, octaves: float) -> NDArray[np.float64]:
    random = np.random.default_rng(sum(name.encode()))
    return np.asarray(2.0 ** random.uniform(-octaves, octaves, _width(model, name)))


# Parts


def _layers() -> Any:
    import keras

    return keras.layers


def _model(inputs: Any, outputs: Any, name: str) -> Any:
    import keras

    return keras.Model(inputs, outputs, name=name)


def _stem(filters: int, activation: str) -> tuple[Any, Any]:
    inputs = _layers().Input((SIDE, SIDE, 3), name="image")
    return inputs, _layers().Conv2D(filters, 3, 2, "same", activation=activation, name="stem")(inputs)


def _head(inputs: Any, x: Any, name: str) -> Any:
    x = _layers().GlobalAveragePooling2D(name="pool")(x)
    return _model(inputs, _layers().Dense(10, activation="softmax", name="class")(x), name)


def _inverted_net(name: str, activation: str, gate: str) -> Any:
    inputs, x = _stem(16, activation)
    for number, (filters, strides) in enumerate(((16, 1), (24, 2), (32, 1))):
        x = _inverted(x, filters, strides, activation, gate, number)
    x = _layers().Conv2D(64, 1, activation=activation, name="expand3")(x)
    return _head(inputs, x, name)


def _inverted(x: Any, filters: int, strides: int, activation: str, gate: str | None, number: int) -> Any:
    """Inverted bottleneck: expand, depthwise, squeeze-and-excite (with a `gate`), linear projection."""
    L = _layers()
    width = 3 * int(x.shape[-1])
    x = L.Conv2D(width, 1, activation=activation, name=f"expand{number}")(x)
    x = L.DepthwiseConv2D(3, strides, "same", use_bias=False, name=f"dw{number}")(x)
    x = L.Activation(activation, name=f"act{number}")(
        L.BatchNormalization(momentum=0.9, name=f"bn{number}")(x)
    )
    if gate is not None:
        s = L.GlobalAveragePooling2D(keepdims=True, name=f"squeeze{number}")(x)
        s = L.Conv2D(8, 1, activation=activation, name=f"reduce{number}")(s)
        x = L.Multiply(name=f"excite{number}")(
            [x, L.Conv2D(width, 1, activation=gate, name=f"gate{number}")(s)]
        )
    return L.Conv2D(filters, 1, name=f"project{number}")(x)


def _transformer(x: Any, width: int, name: str) -> Any:
    L = _layers()
    y = L.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(x)
    x = L.Add(name=f"{name}_add1")([x, L.MultiHeadAttention(4, width // 4, name=f"{name}_attention")(y, y)])
    y = L.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(x)
    y = L.Dense(2 * width, activation="gelu", name=f"{name}_up")(y)
    return L.Add(name=f"{name}_add2")([x, L.Dense(width, name=f"{name}_down")(y)])
