"""Put the stored weights of a checked Keras file into the rebuilt model, and prove that they arrived.

TensorFlow process only: the model is a Keras model, the file is opened by h5py.
"""

from __future__ import annotations

import re
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
    """The innermost reason of a Keras error, on one line, without its colours, tensors and configurations."""
    text = re.sub(r"\x1b?\[\d+m", "", str(problem)).rsplit("Exception encountered:", 1)[-1]
    for rest in ("Arguments received by", "Full object config", "config={"):
        text = text.split(rest, 1)[0] or text
    text = re.sub(r"<KerasTensor shape=(\([^)]*\))[^>]*>", r"a tensor of the shape \1", text)
    return " ".join(text.split())[:300]


def check_layout(model: Any, facts: ModelFacts, path: Path) -> None:
    """The stored arrays and the model's variables must be the same multiset of shapes. Raises ModelRefusedError."""
    have = Counter(e.shape for e in facts.weights if np.dtype(e.dtype).kind == "f")
    want = Counter(tuple(int(s) for s in v.shape) for v in _float_variables(model))
    if have == want:
        return
    missing, extra = sorted((want - have).elements()), sorted((have - want).elements())
    raise _misfit(path, _first_misfit(model, facts, missing, extra))


def _first_misfit(model: Any, facts: ModelFacts, missing: list[Any], extra: list[Any]) -> str:
    """Which weight does not fit: the first of the model without an array, beside the array that is likely meant."""
    stored = {e.shape: e.path for e in reversed(facts.weights)}
    named = [(v.path, shape) for v in _float_variables(model) if (shape := tuple(v.shape)) in missing]
    if not named:
        return f"the stored array {stored[extra[0]]!r} of the shape {list(extra[0])} belongs to no layer"
    path, shape = named[0]
    near = [e for e in extra if len(e) == len(shape)]
    near.sort(key=lambda e: -sum(a == b for a, b in zip(e, shape, strict=True)))
    beside = f"; {stored[near[0]]!r} is {list(near[0])}" if near else ""
    counted = f" ({len(missing)} weights are without their array)" if len(missing) > 1 else ""
    return f"no stored array of the shape {list(shape)} for {path!r}{beside}{counted}"


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
