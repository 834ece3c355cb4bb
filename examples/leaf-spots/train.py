"""Train the leaf spots model: a small U-Net (Ronneberger et al., MICCAI 2015), separable convolutions, 96x96 RGB, three classes.

    python calibration/leaf-spots/make.py examples/leaf-spots/images
    python examples/leaf-spots/train.py examples/leaf-spots/images

Images are prepared with the same contract as the recipe's, so training, calibration, evaluation and every device see the same
bytes. The net decides on 48x48 places and ends, as many do, in a resize to the input's size and a softmax. About ten minutes on
two cores; writes model.keras beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image

from espalier.contract import prepare
from espalier.recipe import InputContract

HERE = Path(__file__).parent
SIDE, CLASSES = 96, 3
CONTRACT = InputContract(size=(SIDE, SIDE), mean=(127.5,), std=(127.5,))


def load(images: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Prepared images uint8 [n, 96, 96, 3], and the class of each pixel uint8 [n, 96, 96]."""
    files = sorted((images / split).glob("*.jpg"))
    masks = [images / f"{split}-masks" / f"{path.stem}.png" for path in files]
    x = np.stack([prepare(np.asarray(Image.open(path).convert("RGB")), CONTRACT) for path in files])
    return x, np.stack([np.asarray(Image.open(path).resize((SIDE, SIDE), Image.Resampling.NEAREST)) for path in masks])


def build() -> keras.Model:
    """Down to 12x12, up again to 48x48 beside skips, and a last resize."""
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    large = separable(conv(inputs, 16, "stem", strides=2), 24, "block0")
    middle = separable(separable(large, 40, "block1a", 2), 40, "block1b")
    x = separable(separable(middle, 64, "block2a", 2), 64, "block2b")
    x = separable(x, 64, "block2c")
    for level, skip, filters in (("up1", middle, 40), ("up0", large, 24)):
        x = layers.UpSampling2D(2, interpolation="bilinear", name=level)(conv(x, filters, f"{level}_squeeze", kernel=1))
        x = separable(layers.Concatenate(name=f"{level}_skip")([x, skip]), filters, f"{level}_merge")
    x = layers.Conv2D(CLASSES, 1, name="logits")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear", name="resize")(x)
    return keras.Model(inputs, layers.Softmax(name="classes")(x), name="leaf-spots")


def conv(x: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU6."""
    x = layers.Conv2D(filters, kernel, strides, "same", use_bias=False, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x))


def separable(x: keras.KerasTensor, filters: int, name: str, strides: int = 1) -> keras.KerasTensor:
    """Depthwise and pointwise convolution; beside a skip where the shapes allow it."""
    y = layers.DepthwiseConv2D(3, strides, "same", use_bias=False, name=f"{name}_dw")(x)
    y = layers.ReLU(6.0, name=f"{name}_dw_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_dw_bn")(y))
    y = conv(y, filters, f"{name}_pw", kernel=1)
    return layers.Add(name=f"{name}_add")([x, y]) if y.shape == x.shape else y


def turned(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The batch in quarter turns, mirrored by chance, in other light; x as the model takes it."""
    quarters, mirror = int(rng.integers(4)), slice(None, None, int(rng.choice([-1, 1])))
    x, y = (np.rot90(part, quarters, (1, 2))[:, :, mirror] for part in (x, y))
    light = rng.uniform(0.85, 1.15, (len(x), 1, 1, 3))
    return np.clip(x * light / 127.5 - 1, -1, 1).astype(np.float32), np.ascontiguousarray(y)


def intersection_over_union(found: np.ndarray, true: np.ndarray) -> list[float]:
    """Of each class, over the pixels of all images."""
    both = [((found == k) & (true == k)).sum() / ((found == k) | (true == k)).sum() for k in range(CLASSES)]
    return [round(float(share), 4) for share in both]


def main(images: Path, epochs: int = 18) -> None:
    """Train and save; prints intersection over union on the evaluation images."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = load(images, "train")
    model, batch = build(), 32
    steps = len(x) // batch
    rate = keras.optimizers.schedules.CosineDecay(0.0, epochs * steps, 0.0, "warmup", 0.004, 200)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.0005), "sparse_categorical_crossentropy")
    weights = np.float32([1, 1, 3])
    for epoch in range(epochs):
        order, total = rng.permutation(len(x)), 0.0
        for step in range(steps):
            places = order[step * batch : (step + 1) * batch]
            pixels, classes = turned(x[places], y[places], rng)
            total += float(model.train_on_batch(pixels, classes, sample_weight=weights[classes]))
        print(epoch, round(total / steps, 4), flush=True)
    x_test, y_test = load(images, "evaluation")
    found = model.predict((x_test / 127.5 - 1).astype(np.float32), verbose=0).argmax(axis=-1)
    print("evaluation: intersection over union", intersection_over_union(found, y_test))
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    plain.save(HERE / "model.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
