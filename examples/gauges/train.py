"""Train the gauges model: a small vision transformer with a class token, 56x56 RGB, three classes.

    python calibration/gauges/make.py examples/gauges/images
    python examples/gauges/train.py examples/gauges/images

Stock Keras layers only, so the file loads anywhere and as data. Images are prepared with the recipe's own contract, so
training, calibration, evaluation and every device see the same bytes. Under two minutes on two cores; writes
model.keras beside this file.
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
PATCH, WIDTH, HEADS, BLOCKS = 7, 48, 4, 3


def load(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images as x = (pixel - mean) / std, float32 [n, 56, 56, 3], and class numbers in the order of labels.txt."""
    contract = load_recipe(HERE / "recipe.toml").input
    names = (HERE / "labels.txt").read_text().split()
    files = [(path, names.index(path.parent.name)) for path in sorted(folder.glob("*/*.png"))]
    pixels = np.stack([prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path, _ in files])
    x = (pixels.astype(np.float32) - np.float32(contract.channel_mean)) / np.float32(contract.channel_std)
    return x, np.array([label for _, label in files])


def build() -> keras.Model:
    """ViT (Dosovitskiy et al., ICLR 2021) in small: 64 patches of 7x7 and a class token, 48 wide, three blocks."""
    inputs = keras.Input((56, 56, 3), name="image")
    x = layers.Conv2D(WIDTH, PATCH, PATCH, name="patches")(inputs)
    tokens = (56 // PATCH) ** 2
    x = layers.Reshape((tokens, WIDTH), name="tokens")(x)
    # An empty token in front, then one learned vector for each place: the first place's vector is the class token.
    x = layers.ZeroPadding1D((1, 0), name="class_token")(x)
    x = layers.EinsumDense(
        "bti,io->bto", (tokens + 1, WIDTH), bias_axes="to", bias_initializer="random_normal", name="positions"
    )(x)
    for number in range(BLOCKS):
        x = block(x, f"block{number}")
    x = layers.LayerNormalization(epsilon=1e-6, name="norm")(x[:, 0])
    return keras.Model(inputs, layers.Dense(3, name="logits")(x), name="gauges")


def block(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Pre-norm transformer block: attention and a GELU network of twice the width, each beside a skip."""
    y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm1")(x)
    y = layers.MultiHeadAttention(HEADS, WIDTH // HEADS, name=f"{name}_attention")(y, y)
    x = layers.Add(name=f"{name}_add1")([x, y])
    y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm2")(x)
    y = layers.Dense(2 * WIDTH, activation="gelu", name=f"{name}_up")(y)
    return layers.Add(name=f"{name}_add2")([x, layers.Dense(WIDTH, name=f"{name}_down")(y)])


def augmented(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shifts of up to four pixels and other light: both leave the class as it is."""
    padded = np.pad(x, ((0, 0), (4, 4), (4, 4), (0, 0)), mode="edge")
    out = np.empty_like(x)
    for i, (top, left) in enumerate(rng.integers(0, 9, (len(x), 2))):
        out[i] = padded[i, top : top + 56, left : left + 56]
    return np.clip(out * rng.uniform(0.9, 1.1, (len(x), 1, 1, 1)).astype(np.float32), -1, 1)


def main(images: Path, epochs: int = 40) -> None:
    """Train and save; prints the accuracy on the evaluation images."""
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = load(images / "train")
    x_test, y_test = load(images / "evaluation")
    model = build()
    rate = keras.optimizers.schedules.CosineDecay(0.0, epochs * (len(x) // 64), 0.0, "warmup", 0.002, 200)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=0.02), loss, metrics=["accuracy"])
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        history = model.fit(augmented(x[order], rng), y[order], batch_size=64, epochs=1, verbose=0)
        print(epoch, {k: round(v[0], 4) for k, v in history.history.items()}, flush=True)
    print("evaluation", model.evaluate(x_test, y_test, verbose=0))
    plain = keras.models.clone_model(model)
    plain.set_weights(model.get_weights())
    plain.save(HERE / "model.keras")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
