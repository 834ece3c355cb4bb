"""Train the digits model: a small residual CNN, 16x16 grey, ten classes, logits at its end.

    python calibration/digits/make.py examples/digits/images
    python examples/digits/train.py examples/digits/images

Images are prepared with the recipe's own contract, so training, calibration, evaluation and every device see the
same bytes. About a minute on two cores; writes model.keras beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image

from espalier.contract import prepare
from espalier.recipe_file import load_recipe

HERE = Path(__file__).parent


def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images as x = (pixel - mean) / std, float32 [n, 16, 16, 1], and class numbers in the order of labels.txt."""
    contract = load_recipe(HERE / "recipe.toml").input
    names = (HERE / "labels.txt").read_text().split()
    files = [(path, names.index(path.parent.name)) for path in sorted(folder.glob("*/*.png"))]
    pixels = np.stack([prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path, _ in files])
    x = (pixels.astype(np.float32) - np.float32(contract.channel_mean)) / np.float32(contract.channel_std)
    return x, np.array([label for _, label in files])


def build() -> keras.Model:
    """About 44,000 parameters and 2 million MACs."""
    inputs = keras.Input((16, 16, 1), name="image")
    x = conv(inputs, 16, "stem")
    x = layers.Add(name="add1")([x, conv(conv(x, 32, "conv1a"), 16, "conv1b")])
    x = conv(x, 32, "down1", strides=2)
    x = layers.Add(name="add2")([x, conv(conv(x, 32, "conv2a"), 32, "conv2b")])
    x = layers.MaxPooling2D(2, name="down2")(x)
    x = layers.Flatten(name="flatten")(conv(x, 16, "squeeze", kernel=1))
    x = layers.Dense(32, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    return keras.Model(inputs, layers.Dense(10, name="logits")(x), name="digits")


def conv(
    x: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1
) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU."""
    x = layers.Conv2D(filters, kernel, strides, "same", use_bias=False, name=name)(x)
    return layers.ReLU(name=f"{name}_relu")(layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x))


def main(images: Path, epochs: int = 40) -> None:
    """Train and save; prints the accuracy on the evaluation images."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = load(images / "train")
    x_test, y_test = load(images / "evaluation")
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(0.004, epochs * (len(x) // 32))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    for epoch in range(epochs):
        shifted = np.stack([np.roll(image, rng.integers(-1, 2, 2), (0, 1)) for image in x])
        history = model.fit(shifted, y, batch_size=32, epochs=1, verbose=0)
        print(epoch, {k: round(v[0], 4) for k, v in history.history.items()}, flush=True)
    print("evaluation", model.evaluate(x_test, y_test, verbose=0))
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    plain.save(HERE / "model.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
