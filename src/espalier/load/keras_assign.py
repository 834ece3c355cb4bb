"""Put the stored weights of a checked Keras file into the rebuilt model, and prove that they arrived.

TensorFlow process only: the model is a Keras model, the file is opened by h5py.
"""

from __future__ import annotations

import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelRefusedError
from . import keras_container, keras_weights
from .keras_facts import ModelFacts

_RENAMED = {"depthwise_kernel": "kernel", "pointwise_kernel": "pointwise_kernel"}
"""Keras 2 weight name -> Keras 3 weight name, where they differ in a layer that has only one of them."""


def cause_of(problem: Exception) -> str:
    """The innermost reason of a Keras error, on one line; Keras puts the whole configuration in front of it."""
    text = str(problem).rsplit("Exception encountered:", 1)[-1]
    return " ".join(text.split())[:300]


def check_layout(model: Any, facts: ModelFacts, path: Path) -> None:
    """The stored arrays and the model's variables must be the same multiset of shapes. Raises ModelRefusedError."""
    have = Counter(e.shape for e in facts.weights if np.dtype(e.dtype).kind == "f")
    want = Counter(tuple(int(s) for s in v.shape) for v in _float_variables(model))
    if have == want:
        return
    missing, extra = sorted((want - have).elements()), sorted((have - want).elements())
    named = next((v.path for v in _float_variables(model) if tuple(v.shape) in missing), "")
    what = f"no stored array of the shape {list(missing[0])} for {named!r}" if missing else ""
    if not missing:
        stored = next(e.path for e in facts.weights if e.shape == extra[0])
        what = f"the stored array {stored!r} of the shape {list(extra[0])} belongs to no layer"
    raise _misfit(path, what)


def assign_weights(model: Any, facts: ModelFacts, path: Path) -> None:
    """Load the weights and compare every stored array with the model. Raises ModelRefusedError."""
    archive = keras_container.read_archive(path) if facts.format == "keras" else None
    with keras_weights.opened(path, archive.weights if archive else None) as file:
        try:
            if archive:
                _assign_archive(model, archive.weights, facts)
            else:
                _assign_h5(model, file["model_weights"], facts.names, path)
        except (ValueError, KeyError, TypeError, OSError, RuntimeError) as problem:
            raise _misfit(path, cause_of(problem)) from None
        _check_values(model, facts, file, path)


def _misfit(path: Path, what: str) -> ModelRefusedError:
    return ModelRefusedError(
        f"the model file {path.name!r} is refused: its weights do not fit its configuration: {what}",
        next_step="save the model again as a whole; the weights come from another model or are incomplete",
    )


def _float_variables(model: Any) -> list[Any]:
    """Every weight of the model but the states of random generators and counters."""
    return [v for v in model.variables if "seed_generator" not in v.path and str(v.dtype).startswith("float")]


def _assign_archive(model: Any, image: bytes, facts: ModelFacts) -> None:
    """A .keras archive: Keras' own layout by class and position, which Keras 2 shares but for a few group names."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "given.weights.h5"
        copy.write_bytes(image)
        if facts.generation == 2:
            keras_weights.rename_keras_2_groups(copy)
        model.load_weights(copy)


def _assign_h5(model: Any, group: Any, renamed: Mapping[str, str], path: Path) -> None:
    """An .h5 file: one group per layer that has weights, in the order of the layers; inside by name, else by order."""
    layers = [layer for layer in model.layers if layer.weights]
    stored = [
        (name, keras_weights.names_of(group[name], "weight_names"))
        for name in keras_weights.names_of(group, "layer_names")
    ]
    stored = [(name, names) for name, names in stored if names]
    if len(stored) != len(layers):
        raise _misfit(
            path,
            f"it stores weights of {len(stored)} layers, its configuration has {len(layers)} with weights",
        )
    by_name = {renamed.get(name, name): (name, names) for name, names in stored}
    for position, layer in enumerate(layers):
        name, names = by_name.get(layer.name) or stored[position]
        _assign_layer(layer, group[name], names, renamed, path)
        for part in layer._flatten_layers():
            if hasattr(part, "finalize_state"):
                part.finalize_state()


def _assign_layer(
    layer: Any, group: Any, names: list[str], renamed: Mapping[str, str], path: Path
) -> None:
    variables = list(layer.trainable_weights) + list(layer.non_trainable_weights)
    if len(variables) != len(names):
        raise _misfit(path, f"the layer {layer.name!r} has {len(variables)} weights, {len(names)} are stored")
    matched = _match(variables, names, renamed) or list(zip(variables, names, strict=True))
    for variable, name in matched:
        values = group[name][()]
        if tuple(values.shape) != tuple(variable.shape):
            raise _misfit(
                path, f"{variable.path!r} is {list(variable.shape)}, stored is {list(values.shape)}"
            )
        variable.assign(values)


def _match(
    variables: list[Any], names: list[str], renamed: Mapping[str, str]
) -> list[tuple[Any, str]] | None:
    """Pair variables and stored names by the end of their paths; None unless every pair is unambiguous."""
    paths = [v.path.replace("/", "_") for v in variables]
    pairs: list[tuple[Any, str]] = []
    for name in names:
        head, _, last = name.removesuffix(":0").rpartition("/")
        head = renamed.get(head) or "/".join(renamed.get(part, part) for part in head.split("/"))
        ends = tuple({f"{head}/{word}".replace("/", "_") for word in (last, _RENAMED.get(last, last))})
        found = [
            v
            for v, p in zip(variables, paths, strict=True)
            if p in ends or p.endswith(tuple(f"_{e}" for e in ends))
        ]
        if len(found) != 1:
            return None
        pairs.append((found[0], name))
    return pairs if len({id(v) for v, _ in pairs}) == len(variables) else None


def _check_values(model: Any, facts: ModelFacts, file: Any, path: Path) -> None:
    """Every stored array is in the model now: the same multiset of (shape, checksum)."""
    stored = Counter(
        (e.shape, _checksum(file[e.path][()])) for e in facts.weights if np.dtype(e.dtype).kind == "f"
    )
    loaded = Counter((tuple(v.shape), _checksum(np.asarray(v))) for v in _float_variables(model))
    if stored != loaded:
        count = sum((stored - loaded).values())
        raise ModelRefusedError(
            f"the model file {path.name!r} is refused: {count} of its stored arrays did not arrive in the model",
            next_step="save the model again with a current Keras (`model.save('model.keras')`)",
        )


def _checksum(values: Any) -> int:
    return zlib.crc32(np.ascontiguousarray(values, dtype=np.float32).tobytes())
