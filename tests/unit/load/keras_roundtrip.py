"""A script for two child processes of the tests: Keras 2 (`2 FOLDER`) writes model files; Keras 3 (`3 FOLDER`) writes its own,
rebuilds all of them through Espalier and prints, as JSON, how far each rebuilt model is from the one that was saved.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

Models = dict[str, Any]


def nets(keras: Any, generation: int) -> Models:
    """Small models that together use what the two Keras versions write differently."""
    layers, size = keras.layers, (16, 16, 3)

    def end(image: Any, values: Any, activation: str | None = "softmax", units: int = 3) -> Any:
        return keras.Model(image, layers.Dense(units, activation=activation)(values))

    def block(name: str, open_size: bool = False) -> Any:
        image = layers.Input((None, None, 3) if open_size else size)
        values = layers.Conv2D(4, 3, padding="same", name=f"{name}_conv")(image)
        values = layers.BatchNormalization(name=f"{name}_norm")(values)
        return keras.Model(image, layers.ReLU(name=f"{name}_relu")(values), name=name)

    found: Models = {}
    image = layers.Input(size, name="image")
    values = layers.Rescaling(1 / 255.0)(image)
    values = layers.RandomFlip("horizontal")(values)
    values = layers.Conv2D(8, 3, padding="same", use_bias=False, kernel_regularizer="l2")(values)
    values = layers.ReLU(6.0)(layers.BatchNormalization()(values))
    side = layers.DepthwiseConv2D(3, padding="same")(values)
    side = layers.SeparableConv2D(8, 3, padding="same", activation="swish")(side)
    values = layers.Add()([values, side])
    inner = keras.Sequential([layers.Conv2D(4, 1), layers.BatchNormalization(), layers.Conv2DTranspose(4, 2, strides=2)])
    values = inner(values) * 0.5 + 1.0
    found["operations"] = end(image, layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(values)))

    shared = block("shared", open_size=True)
    image = layers.Input(size)
    twice = layers.Add()([shared(image), shared(layers.Rescaling(2.0)(image))])
    found["shared"] = end(image, layers.GlobalAveragePooling2D()(twice), None)

    head_input = layers.Input((4,))
    head = keras.Model(head_input, layers.Dense(3, activation="softmax", name="head_dense")(head_input), name="head")
    image = layers.Input(size)
    found["nested-last"] = keras.Model(image, head(layers.GlobalAveragePooling2D()(block("before")(image))))

    frozen = block("frozen")
    frozen.trainable = False
    found["sequential"] = keras.Sequential(
        [frozen, layers.GlobalAveragePooling2D(), layers.Dense(3), layers.Softmax()]
    )
    found["sequential"].build((None, *size))

    late = keras.Sequential([layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(1), layers.Activation("sigmoid")])
    late(np.zeros((1, *size), np.float32))
    found["built-late"] = late

    image = layers.Input(size)
    values = layers.LayerNormalization()(layers.Reshape((16, 8))(layers.Conv2D(8, 4, strides=4)(image)))
    values = layers.MultiHeadAttention(2, 4)(values, values)
    found["attention"] = end(image, layers.GlobalAveragePooling1D()(values), None)

    if generation == 3:
        image = layers.Input(size)
        values = layers.Reshape((16, 8))(layers.Conv2D(8, 4, strides=4)(image))
        values = layers.EinsumDense("bti,io->bto", (17, 8), bias_axes="to")(layers.ZeroPadding1D((1, 0))(values))
        values = layers.MultiHeadAttention(2, 4)(values, values)
        found["class-token"] = end(image, values[:, 0], None)

        image = layers.Input(size, name="imagen (1)")
        values = layers.Conv2D(4, 3, padding="same", name="capa_ñ")(image)
        values = layers.Conv2D(4, 3, padding="same", name="слой")(values)
        values = layers.Conv2D(4, 3, padding="same", name="conv#1")(values)
        values = layers.BatchNormalization(name="层 norm.2")(layers.Conv2D(4, 3, padding="same", name="conv 1")(values))
        values = layers.GlobalAveragePooling2D(name="_pool")(values)
        found["names"] = keras.Model(image, layers.Dense(3, name="[salida]")(values), name="Detección (v2)")

    image = layers.Input((None, None, 3))
    values = layers.LeakyReLU(0.2)(layers.Conv2D(8, 4, strides=4)(image))
    values = layers.SpatialDropout2D(0.2)(layers.PReLU(shared_axes=[1, 2])(values))
    found["open-size"] = end(image, layers.GlobalMaxPooling2D()(values), None)

    image = layers.Input(size)
    scale = layers.Normalization()
    scale.adapt(np.random.default_rng(3).uniform(0, 255, (4, *size)).astype(np.float32))
    found["adapted"] = end(image, layers.Flatten()(scale(image)))
    if generation == 2:
        image = layers.Input(size)
        values = layers.BatchNormalization(name="a/norm")(layers.Conv2D(4, 3, name="a/conv")(image))
        found["slashes"] = end(image, layers.GlobalAveragePooling2D()(values))
    return found


def save(keras: Any, folder: Path, generation: int) -> None:
    """Each model with random weights, as .keras and .h5, with its answer to the probe."""
    rng = np.random.default_rng(generation)
    answers = {}
    for name, model in nets(keras, generation).items():
        for variable in model.weights:
            value = np.asarray(variable)
            if value.dtype == np.float32 and name != "adapted":
                low = 0.5 if "variance" in variable.name else -0.5
                variable.assign(rng.uniform(low, 1.0, value.shape).astype(np.float32))
        answers[name] = np.asarray(model(probe(), training=False))
        for suffix in ("keras", "h5"):
            model.save(folder / f"{generation}-{name}.{suffix}")
    np.savez(folder / f"answers-{generation}.npz", **answers)


def probe() -> Any:
    """Two images."""
    return np.random.default_rng(9).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)


def rebuild_all(folder: Path) -> dict[str, Any]:
    """File name -> what Espalier says of it and how far its rebuilt model is off, or the refusal."""
    from espalier.errors import EspalierError
    from espalier.load.keras_file import inspect_model
    from espalier.load.keras_model import describe, rebuild

    found: dict[str, Any] = {}
    for generation in (2, 3):
        answers = np.load(folder / f"answers-{generation}.npz")
        for path in sorted([*folder.glob(f"{generation}-*.keras"), *folder.glob(f"{generation}-*.h5")]):
            try:
                facts = inspect_model(str(path))
                model = rebuild(facts, path, (16, 16))
                answer = np.asarray(model(probe(), training=False))
                wanted = answers[path.stem[2:]]
                facts_of = msgspec.to_builtins(describe(model, facts))
                found[path.name] = {
                    "difference": float(np.abs(answer - wanted).max() / np.abs(wanted).max()),
                    "parameters": [facts_of["parameters"], model.count_params()],
                    **{key: facts_of[key] for key in ("macs", "input_shape", "output_shape", "output")},
                }
            except EspalierError as problem:
                found[path.name] = {"refused": str(problem)}
    return found


def main() -> None:
    generation, folder = int(sys.argv[1]), Path(sys.argv[2])
    if generation == 2:
        import tf_keras as keras
    else:
        import keras
    save(keras, folder, generation)
    if generation == 3:
        from espalier.load.keras_model import start_tensorflow

        print(json.dumps({"versions": start_tensorflow(), "files": rebuild_all(folder)}))


if __name__ == "__main__":
    main()
