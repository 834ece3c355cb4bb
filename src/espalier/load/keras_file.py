"""Inspect a Keras model file without Keras: container, configuration, weights. Child processes only."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from ..errors import ModelRefusedError
from ..limits import LIMITS
from . import keras_container, keras_weights
from .custom_tail import TWO_LINES
from .keras_config import check_config
from .keras_container import SAVE_WHOLE, refused
from .keras_ends import find_ends
from .keras_facts import ModelFacts
from .keras_paints import paints
from .keras_table import CUSTOM, MODELS
from .keras_versions import LAYER_GROUPS
from .keras_weights import parameters_of
from .training import binary_loss, head_losses, number_loss

_SIZES = (
    "units",
    "filters",
    "input_dim",
    "output_dim",
    "num_heads",
    "key_dim",
    "value_dim",
    "projection_dim",
)


def inspect_model(path: str, *, scores: bool = True, cut: bool = False) -> ModelFacts:
    """Check the Keras model file at `path` and say what it is; `scores`: see find_ends; `cut`: see check_config. Raises
    ModelRefusedError."""
    if not cut:
        return _inspected(Path(path), scores, cut)
    try:
        return _inspected(Path(path), scores, cut)
    except ModelRefusedError as problem:
        if CUSTOM not in problem.next_step:
            raise
        raise ModelRefusedError(problem.found, supported=problem.supported, next_step=TWO_LINES) from None


def _inspected(file: Path, scores: bool, cut: bool) -> ModelFacts:
    kind = keras_container.recognise(file)
    archive = keras_container.read_archive(file) if kind == "keras" else None
    with ExitStack() as stack:
        # The configuration is checked before a byte of HDF5 in an archive is read; in an .h5 it is inside.
        version = _version(archive, {})
        checked = check_config(archive.config, file, _generation(version), cut=cut) if archive else None
        opened = stack.enter_context(keras_weights.opened(file, archive.weights if archive else None))
        roots = LAYER_GROUPS if archive else frozenset({"model_weights"})
        stored = keras_weights.examine(file, opened, roots, _groups(checked.config) if checked else None)
        weights_only = "layers" in opened or "layer_names" in opened.attrs
    if checked is None:
        version = _version(None, stored.attributes)
        text = stored.attributes.get("model_config")
        if text is None:
            what = "holds weights without an architecture" if weights_only else "holds no Keras model"
            raise refused(file, f"it is an HDF5 file that {what}", SAVE_WHOLE)
        checked = check_config(text, file, _generation(version), cut=cut)
    ends = find_ends(checked.config, file, scores=scores)
    entries = stored.entries
    if not entries:
        raise refused(file, "it stores no weights", SAVE_WHOLE)
    parameters = parameters_of(entries)
    if parameters > LIMITS.model_parameters:
        raise refused(file, f"it has {parameters:,} parameters", f"at most {LIMITS.model_parameters:,} are read")
    _check_sizes(file, checked.config, {side for e in entries for side in e.shape})
    return ModelFacts(
        format=kind,
        generation=_generation(version),
        keras_version=version,
        sha256=keras_container.sha256_of(file),
        file_bytes=file.stat().st_size,
        config=json.dumps(checked.config, separators=(",", ":"), sort_keys=True),
        layers=checked.layers,
        input_shape=ends.input_shape,
        output_layer=ends.output_layer,
        output=ends.output,
        classes=ends.classes,
        paints=paints(ends.chain, [layer.class_name for layer in checked.layers]),
        weights=entries,
        parameters=parameters,
        notes=checked.notes,
        names=checked.names,
        loss=number_loss(trained := archive.config if archive else stored.attributes.get("training_config")),
        each=binary_loss(trained),
        heads=ends.heads,
        numbers=ends.numbers,
        losses=head_losses(trained, [head.layer for head in ends.heads]),
    )


def _version(archive: keras_container.Archive | None, attributes: dict[str, str]) -> str:
    text = attributes.get("keras_version", "")
    if archive:
        try:
            metadata = msgspec.json.decode(archive.metadata, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            metadata = {}
        text = str(metadata.get("keras_version", ""))
    return "".join(c for c in text if c.isalnum() or c in ".-+")[:30] or "unknown"


def _generation(version: str) -> int:
    return 3 if version.split(".", 1)[0] == "3" else 2


def _groups(config: dict[str, Any]) -> dict[str, str]:
    """The HDF5 group of each layer in an archive -> the layer's name. Keras calls a group after the class and its count
    (keras/src/saving/saving_lib.py, `_save_container_state`)."""
    found, counts = {}, Counter[str]()
    for layer in config["config"]["layers"]:
        word = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", layer["class_name"])
        word = re.sub("([a-z])([A-Z])", r"\1_\2", word).lower()
        found[f"layers/{word}_{counts[word]}" if counts[word] else f"layers/{word}"] = layer["config"].get("name", "")
        counts[word] += 1
    return found


def _check_sizes(path: Path, config: dict[str, Any], sides: set[int]) -> None:
    """A layer may not declare a size that no stored array has: Keras would allocate it before it compares."""
    for layer in config["config"]["layers"]:
        if layer["class_name"] in MODELS:
            _check_sizes(path, layer, sides)
            continue
        for key in _SIZES:
            value = layer["config"].get(key)
            if isinstance(value, int) and value not in sides:
                raise ModelRefusedError(
                    f"the model file {path.name!r} is refused: its layer {layer['config'].get('name')!r} declares "
                    f"{key} = {value:,}, but no stored weight has a side of that length",
                    supported="configurations and weights that belong together",
                    next_step="save the model again; the configuration and the weights come from different models",
                )
