"""Train the parts model: a small depthwise-separable net with residual adds, 96x96 RGB, three classes.

    python calibration/parts/make.py examples/parts/images
    python examples/parts/train.py examples/parts/images

Images are prepared with the recipe's own contract, so training, calibration, evaluation and every device see the
same bytes. About five minutes on two cores; writes model.keras beside this file.
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
    """Images as x = (pixel - mean) / std, float32 [n, 96, 96, 3], and class numbers in the order of labels.txt."""
    contract = load_recipe(HERE / "recipe.toml").input
    names = (HERE / "labels.txt").read_text().split()
    files = [(path, names.index(path.parent.name)) for path in sorted(folder.glob("*/*.jpg"))]
    pixels = np.stack([prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path, _ in files])
    x = (pixels.astype(np.float32) - np.float32(contract.channel_mean)) / np.float32(contract.channel_std)
    return x, np.array([label for _, label in files])


def build() -> keras.Model:
    """About 40,000 parameters and 9 million MACs."""
    inputs = keras.Input((96, 96, 3), name="image")
    x = conv(inputs, 16, "stem", strides=2)
    for number, (filters, strides, repeat) in enumerate([(32, 1, 1), (48, 2, 2), (96, 2, 2), (128, 2, 1)]):
        for again in range(repeat):
            name = f"block{number}{'ab'[again]}"
            y = layers.DepthwiseConv2D(
                3, strides if again == 0 else 1, "same", use_bias=False, name=f"{name}_dw"
            )(x)
            y = layers.BatchNormalization(name=f"{name}_dw_bn")(y)
            y = layers.ReLU(6.0, name=f"{name}_dw_relu")(y)
            y = conv(y, filters, f"{name}_pw", kernel=1)
            x = layers.Add(name=f"{name}_add")([x, y]) if again else y
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", name="class")(x), name="parts")


def conv(
    x: keras.KerasTensor, filters: int, name: str, kernel: int = 3, strides: int = 1
) -> keras.KerasTensor:
    """Convolution, batch normalisation, ReLU6."""
    x = layers.Conv2D(filters, kernel, strides, "same", use_bias=False, name=name)(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(
        layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)
    )


def augmented(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirror, quarter turns and brightness: all of them leave the class as it is."""
    out = np.empty_like(x)
    for i, image in enumerate(x):
        image = np.rot90(image, int(rng.integers(4)))
        image = image[:, ::-1] if rng.random() < 0.5 else image
        out[i] = np.clip(image * rng.uniform(0.85, 1.15) + rng.uniform(-0.1, 0.1), -1, 1)
    return out


def main(images: Path, epochs: int = 60) -> None:
    """Train and save; prints the accuracy on the evaluation images."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = load(images / "train")
    x_test, y_test = load(images / "evaluation")
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(0.004, epochs * (len(x) // 32))
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        history = model.fit(augmented(x[order], rng), y[order], batch_size=32, epochs=1, verbose=0)
        print(epoch, {k: round(v[0], 4) for k, v in history.history.items()}, flush=True)
    print("evaluation", model.evaluate(x_test, y_test, verbose=0))
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    plain.save(HERE / "model.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
