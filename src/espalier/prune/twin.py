"""A Keras 3 model as plain data for the legacy-Keras process, and its weights back. One .npz file each way.

The file holds no code and is not a Keras file: a JSON list of calls (class name, configuration, tensor
numbers), the weights of each layer, and probe inputs with this model's answers, against which the twin is
checked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ..errors import UnsupportedModelError, VerificationError
from ..load.keras_objects import Model
from .flat import copy_model, flatten, weights_by_name
from .magnitude import count_zeros, prunable_kernels

PROBES = 8


def write_model(model: Model, path: str | Path) -> dict[str, Any]:
    """Write the model to `path`; returns {"layers": n, "prunable": [names], "left_alone": [...]}.

    Raises UnsupportedModelError for operations that are not layers.
    """
    graph = flatten(model)
    calls = []
    for node in graph.nodes:
        if not isinstance(node.operation, keras.layers.Layer):
            raise UnsupportedModelError(
                f"the operation {node.name!r} ({node.kind.lstrip('.')}) has no layer in legacy Keras",
                supported='models made of layers only for engine = "tfmot"',
                next_step='use engine = "native"',
            )
        calls.append(
            {
                "name": node.name,
                "kind": node.kind,
                "config": json.loads(json.dumps(node.operation.get_config(), default=str)),
                "inputs": node.inputs,
                "outputs": node.outputs,
            }
        )
    kernels, left = prunable_kernels(model)
    shape = graph.shapes[graph.inputs[0]][1:]
    probes = _probes(tuple(int(side or 1) for side in shape))
    description = {
        "calls": calls,
        "inputs": graph.inputs,
        "outputs": graph.outputs,
        "input_shapes": [graph.shapes[number][1:] for number in graph.inputs],
        "prunable": sorted(kernels),
    }
    arrays = {
        f"{name}/{i}": value for name, ws in weights_by_name(graph).items() for i, value in enumerate(ws)
    }
    np.savez(
        path,
        **arrays,
        __model__=np.frombuffer(json.dumps(description).encode(), np.uint8),
        __probes__=probes,
        __answers__=np.asarray(model(probes)),
    )
    return {"layers": len(calls), "prunable": sorted(kernels), "left_alone": left}


def read_weights(model: Model, path: str | Path) -> tuple[Model, dict[str, Any]]:
    """A copy of `model` with the weights that the twin wrote, and its zeros; every weight must fit and be
    finite.
    """
    copy = copy_model(model)
    with np.load(path, allow_pickle=False) as file:
        for layer in copy.layers:
            weights = [file[f"{layer.name}/{i}"] for i in range(len(layer.weights))]
            if any(new.shape != tuple(old.shape) for new, old in zip(weights, layer.weights, strict=True)):
                raise VerificationError(f"the twin's weights of {layer.name!r} have another shape")
            if not all(np.isfinite(value).all() for value in weights):
                raise VerificationError(f"the twin's weights of {layer.name!r} are not finite")
            layer.set_weights(weights)
    return copy, count_zeros(copy)


def _probes(shape: tuple[int, ...]) -> Any:
    """Noise of several sizes: an equality that holds for pixels 0..255 and for values about 0."""
    random = np.random.default_rng(0)
    scale = np.array([1.0, 1.0, 1.0, 0.1, 64.0, 64.0, 1.0, 1.0], np.float32).reshape(
        PROBES, *[1] * len(shape)
    )
    return (random.standard_normal((PROBES, *shape)).astype(np.float32) * scale).astype(np.float32)
