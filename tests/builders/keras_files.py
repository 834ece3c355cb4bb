"""Write Keras model files by hand, without Keras: whole ones, and parts to break."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Json = Any
Weights = Mapping[str, NDArray[Any]]

ZEROS = {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None}


def layer(
    class_name: str, name: str, *sources: str, module: str | None = "keras.layers", **config: Json
) -> dict[str, Json]:
    """A layer of a functional model in Keras 3 form, fed by the layers `sources`."""
    tensors = [tensor(source) for source in sources]
    args = [tensors[0] if len(tensors) == 1 else tensors]
    entry = {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": [{"args": args, "kwargs": {}}] if tensors else [],
    }
    if class_name == "InputLayer":
        entry["config"].pop("trainable")
    return {key: value for key, value in entry.items() if key != "module" or value is not None}


def tensor(source: str) -> dict[str, Json]:
    """The output of a layer, as Keras 3 names it."""
    config = {"shape": [None, 1], "dtype": "float32", "keras_history": [source, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def pixels(shape: tuple[int | None, ...] = (8, 8, 3), name: str = "pixels") -> dict[str, Json]:
    """The input layer."""
    return layer("InputLayer", name, batch_shape=[None, *shape], sparse=False, ragged=False)


def conv(name: str = "conv", source: str = "pixels", **config: Json) -> dict[str, Json]:
    """A 3 x 3 convolution with four filters."""
    given = {"filters": 4, "kernel_size": [3, 3], "padding": "same", "activation": "relu", "use_bias": True}
    return layer("Conv2D", name, source, **{**given, "kernel_initializer": ZEROS, **config})


def dense(name: str = "scores", source: str = "pool", **config: Json) -> dict[str, Json]:
    """The classifier of three classes."""
    return layer("Dense", name, source, **{"units": 3, "activation": "softmax", "use_bias": True, **config})


def pool(name: str = "pool", source: str = "conv", **config: Json) -> dict[str, Json]:
    """Global average pooling."""
    return layer("GlobalAveragePooling2D", name, source, **{"keepdims": False, **config})


def functional(*layers: dict[str, Json], output: Json = None, inputs: Json = None) -> dict[str, Json]:
    """A functional model; by default from `pixels` to the last layer."""
    config = {
        "name": "net",
        "trainable": True,
        "layers": list(layers),
        "input_layers": inputs or ["pixels", 0, 0],
        "output_layers": output or [layers[-1]["name"], 0, 0],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": config,
        "registered_name": "Functional",
        "compile_config": {"optimizer": {"module": "os", "class_name": "system", "config": "true"}},
    }


def net(*extra: dict[str, Json], source: str = "conv") -> dict[str, Json]:
    """pixels -> conv -> extra layers -> pool -> scores; `source` feeds the pool."""
    return functional(pixels(), conv(), *extra, pool(source=source), dense())


def net_weights(seed: int = 7) -> dict[str, NDArray[Any]]:
    """The weights of `net()`, by their path in a .keras archive."""
    rng = np.random.default_rng(seed)
    shapes = {
        "layers/conv2d/vars/0": (3, 3, 3, 4),
        "layers/conv2d/vars/1": (4,),
        "layers/dense/vars/0": (4, 3),
        "layers/dense/vars/1": (3,),
    }
    return {path: rng.normal(0, 0.3, shape).astype(np.float32) for path, shape in shapes.items()}


def hdf5(weights: Weights | None = None, change: Callable[[h5py.File], None] | None = None) -> bytes:
    """The bytes of model.weights.h5; `change` may spoil the open file."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for path, values in (net_weights() if weights is None else weights).items():
            file[path] = values
        if change:
            change(file)
    return buffer.getvalue()


def write_keras(
    path: Path,
    config: Json = None,
    weights: bytes | None = None,
    *,
    version: str = "3.15.1",
    extra: Mapping[str, bytes] | None = None,
    without: tuple[str, ...] = (),
    change: Callable[[zipfile.ZipFile], None] | None = None,
    compression: int = zipfile.ZIP_STORED,
) -> Path:
    """A .keras archive; by default a sound one of `net()`."""
    text = config if isinstance(config, bytes) else json.dumps(net() if config is None else config).encode()
    entries = {
        "metadata.json": json.dumps({"keras_version": version, "date_saved": "2026-01-01@00:00:00"}).encode(),
        "config.json": text,
        "model.weights.h5": hdf5() if weights is None else weights,
        **(extra or {}),
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            if name not in without:
                archive.writestr(zipfile.ZipInfo(name), data, compress_type=compression)
        if change:
            change(archive)
    return path


def write_h5(
    path: Path,
    config: Json = None,
    *,
    version: str = "3.15.1",
    change: Callable[[h5py.File], None] | None = None,
    text: str | None = None,
) -> Path:
    """A whole-model .h5 file; by default a sound one of `net()`."""
    values = list(net_weights().values())
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(net() if config is None else config) if text is None else text
        file.attrs["training_config"] = '{"loss": {"module": "os", "class_name": "system"}}'
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"pixels", b"conv", b"pool", b"scores"])
        group.attrs["keras_version"] = version
        group.attrs["backend"] = "tensorflow"
        for name, arrays in (("pixels", []), ("conv", values[:2]), ("pool", []), ("scores", values[2:])):
            part = group.create_group(name)
            names = [f"{name}/{word}" for word in ("kernel", "bias")][: len(arrays)]
            part.attrs["weight_names"] = np.array([n.encode() for n in names])
            for weight, array in zip(names, arrays, strict=True):
                part[weight] = array
        if change:
            change(file)
    return path
