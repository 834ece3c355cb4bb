"""A script for a child process of the tests: files as every older Keras wrote them, made from the current one's by the rows of
load/keras_versions.py; prints, as JSON, how far each rebuilt model is from the one that was saved, or the refusal.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from espalier.errors import EspalierError
from espalier.load import keras_versions as versions
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild, start_tensorflow

L = keras.layers
Json = Any
SHAPE = (8, 8, 3)

OPTIONS: dict[str, dict[str, Any]] = {
    "Conv1D": {"filters": 4, "kernel_size": 3},
    "Conv2D": {"filters": 4, "kernel_size": 3},
    "SeparableConv1D": {"filters": 4, "kernel_size": 3},
    "SeparableConv2D": {"filters": 4, "kernel_size": 3},
    "DepthwiseConv1D": {"kernel_size": 3},
    "DepthwiseConv2D": {"kernel_size": 3},
    "Conv1DTranspose": {"filters": 4, "kernel_size": 3},
    "Conv2DTranspose": {"filters": 4, "kernel_size": 3},
    "SpatialDropout1D": {"rate": 0.1},
    "SpatialDropout2D": {"rate": 0.1},
    "Dropout": {"rate": 0.1},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 4},
    "AdditiveAttention": {},
    "AveragePooling2D": {"pool_size": 2},
    "RandomRotation": {"factor": 0.1},
    "Embedding": {"input_dim": 4, "output_dim": 3},
    "LeakyReLU": {"negative_slope": 0.2},
    "ReLU": {"threshold": 0.25},
    "Activation": {"activation": "relu"},
    versions.ANY: {"filters": 4, "kernel_size": 3},
}
VALUES: dict[str, Json] = {
    "groups": 1,
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "rank": 2,
    "data_format": "channels_last",
    "fused": True,
    "trainable": True,
    "query_shape": [None, 8, 24],
    "key_shape": [None, 8, 24],
    "value_shape": [None, 8, 24],
    "softmax_robust_masking": False,
    "causal": False,
    "value_range": [0, 255],
    "factor": [-0.2, 0.2],
    "interpolation": "bilinear",
    "seed": 3,
    "batch_input_shape": [None, 8, 8, 3],
    "dynamic": False,
    "rng_type": "stateless",
    "build_config": {"input_shape": [None, 8, 8, 3]},
    "compile_config": {"optimizer": "adam"},
    "shared_object_id": 7,
}
"""What an argument is written as; None for the others."""


def net(layer: Callable[[Any], Any] | str) -> Any:
    """Image -> the layer -> pooling -> three classes, with random weights."""
    keras.utils.set_random_seed(4)
    image = L.Input(SHAPE)
    values = L.Rescaling(1 / 255)(image)
    if isinstance(layer, str):
        made = getattr(L, "Conv2D" if layer == versions.ANY else layer)(**OPTIONS.get(layer, {}), name="this")
        flat = "1D" in layer or "Attention" in layer
        values = L.Reshape((8, 24))(values) if flat else values
        if layer == "Embedding":
            values = made(L.Flatten()(L.Rescaling(2.0)(values)))
        elif layer in ("Attention", "AdditiveAttention"):
            values = made([values, values])
        else:
            values = made(values, values) if layer == "MultiHeadAttention" else made(values)
    else:
        values = layer(values)
    if len(values.shape) > 2:
        values = (L.GlobalAveragePooling1D if len(values.shape) == 3 else L.GlobalAveragePooling2D)()(values)
    model = keras.Model(image, L.Dense(3, activation="softmax")(values))
    rng = np.random.default_rng(6)
    for variable in model.weights:
        if str(variable.dtype) == "float32":
            variable.assign(rng.uniform(0.2 if "variance" in variable.path else -1.0, 1.0, variable.shape))
    return model


def changed(
    path: Path,
    version: str,
    config: Callable[[Json], None] | None = None,
    weights: Callable[[h5py.File], None] | None = None,
) -> None:
    """Rewrite the archive at `path` as another version wrote it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    described = json.loads(parts["config.json"])
    if config:
        config(described)
    parts["config.json"] = json.dumps(described).encode()
    parts["metadata.json"] = json.dumps({"keras_version": version}).encode()
    if weights:
        buffer = io.BytesIO(parts["model.weights.h5"])
        with h5py.File(buffer, "r+") as file:
            weights(file)
        parts["model.weights.h5"] = buffer.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def version_of(text: str) -> str:
    """A version that a row speaks of."""
    return "3.5.0" if text.startswith("3.") else "2.13.1"


def this(config: Json) -> Json:
    """The entry of the layer under test."""
    return next(item for item in config["config"]["layers"] if item["name"] == "this")


def difference(path: Path, wanted: Any) -> float | str:
    """How far the rebuilt model is from `wanted`, or why it was refused."""
    try:
        model = rebuild(inspect_model(str(path)), path)
    except EspalierError as problem:
        return str(problem)
    return float(np.abs(np.asarray(model(probe(), training=False)) - wanted).max())


def probe() -> Any:
    """Two images."""
    return np.random.default_rng(9).uniform(0, 255, (2, *SHAPE)).astype(np.float32)


def place(name: str) -> tuple[str, int]:
    """Word and number of a group: ("conv2d", 2) of conv2d_2."""
    word, _, number = name.rpartition("_")
    return (word, int(number)) if number.isdecimal() and word else (name, 0)


def write_doubled(file: h5py.File) -> None:
    """The groups of Keras 2.13 and 2.14, with the metrics of a model that was trained."""
    counts: dict[str, int] = {}
    file.create_group("old")
    for name in sorted(file["layers"], key=place):
        word = place(name)[0]
        count = counts.get(word, 0)
        weighty = "layers" in file[f"layers/{name}"] or len(file[f"layers/{name}/vars"])
        file.move(f"layers/{name}", f"old/{word}_{count}" if count else f"old/{word}")
        counts[word] = count + (2 if weighty else 1)
    del file["layers"]
    file.move("old", "_layer_checkpoint_dependencies")
    file["metrics/mean/vars/0"] = np.ones((), np.float32)
    file["metrics/auc/vars/0"] = np.full(200, np.nan, np.float32)
    file["loss_tracker/vars/0"] = np.ones((), np.float32)


def rows(folder: Path) -> dict[str, float | str]:
    """Every row of the tables: what it is -> how far off."""
    found: dict[str, float | str] = {}
    path, kept = folder / "m.keras", {}

    def case(name: str, layer: Any, version: str, config: Any = None, weights: Any = None) -> None:
        if layer not in kept:
            model = net(layer)
            model.save(path)
            kept[layer] = path.read_bytes(), np.asarray(model(probe(), training=False))
        path.write_bytes(kept[layer][0])
        changed(path, version, config, weights)
        found[name] = difference(path, kept[layer][1])

    for rule in versions.ARGUMENTS:
        for layer in sorted(rule.layers):

            def written(config: Json, rule: versions.Argument = rule) -> None:
                inner = this(config)["config"]
                value = inner.pop(rule.becomes) if rule.becomes else VALUES.get(rule.name)
                inner[rule.name] = value

            case(f"{layer}.{rule.name}", layer, version_of(rule.versions), written)
    for old, (now, _) in versions.CLASSES.items():

        def named(config: Json, old: str = old) -> None:
            this(config).update(class_name=old, module=None, registered_name=None)

        case(old, now, "2.13.1", named)
    for old, now in versions.ACTIVATIONS.items():

        def called(config: Json, old: str = old) -> None:
            this(config)["config"]["activation"] = old

        case(old, lambda v, now=now: L.Conv2D(4, 3, activation=now, name="this")(v), "2.13.1", called)

    def sigmoid(config: Json) -> None:
        this(config)["config"]["activation"] = "hard_sigmoid"

    def slow(values: Any) -> Any:
        return L.Conv2D(4, 3, activation=lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1), name="this")(values)

    case("hard_sigmoid of Keras 2", slow, "2.13.1", sigmoid)

    def deep(values: Any) -> Any:
        for _ in range(12):
            values = L.BatchNormalization()(L.Conv2D(4, 3, padding="same")(values))
        inner = keras.Sequential([L.Conv2D(4, 3), L.ReLU(), L.Conv2D(4, 3)])
        return inner(values)

    case("groups of Keras 2.13", deep, "2.13.1", None, write_doubled)
    return found


def main() -> None:
    start_tensorflow()
    print(json.dumps(rows(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
