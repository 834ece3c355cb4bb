"""Check a Keras model configuration as data and write it anew, in Keras 3 form, from allow-listed parts only.

Nothing of the file's own JSON reaches Keras: every object is rebuilt from `keras_table` and plain numbers.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelRefusedError
from ..limits import LIMITS
from . import keras_table as table
from . import keras_versions as versions
from .custom_tail import without_custom_tail
from .keras_arguments import ArgumentReader, refused, shown, written_object
from .keras_facts import LayerEntry
from .keras_nodes import NodeReader, is_old, rebase_nested

Json = Any
_NODES_MOST = 2_000_000
_TEXT_KEYS = frozenset({"class_name", "module"})
"""What names a class is text in every Keras; everything after this check may compare it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedConfig:
    """A canonical configuration and what was seen on the way."""

    config: dict[str, Json]
    layers: tuple[LayerEntry, ...]
    notes: tuple[str, ...]
    names: dict[str, str]


def check_config(text: str | bytes, path: Path, generation: int = 3, *, cut: bool = False) -> CheckedConfig:
    """Check a model configuration (`config.json` of a .keras file, `model_config` of an .h5 file).

    `generation`: the Keras that wrote it, 2 or 3. `cut`: leave out layers at the end that are not on the
    list. Raises ModelRefusedError that names the layer, the rule and the way on.
    """
    if len(text) > LIMITS.model_config_bytes:
        raise refused(path, f"its configuration has {len(text):,} bytes", "such a model is not for a device")
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        raise refused(path, "its configuration is not readable JSON", "save the model again") from None
    reader = _Reader(ArgumentReader(path, generation), cut=cut)
    reader.measure(entry, 0)
    config = reader.model(entry, "")
    names = {was: now for was, now in reader.arguments.names.items() if was != now}
    notes = sorted(set(reader.notes)) + _told(names)
    return CheckedConfig(config=config, layers=tuple(reader.layers), notes=tuple(notes), names=names)


def _told(names: dict[str, str]) -> list[str]:
    """What to tell of layers that are called otherwise than in the file; a slash that became _ needs no word."""
    changed = [(was, now) for was, now in names.items() if was.replace("/", "_") != now]
    if not changed:
        return []
    shown = ", ".join(f"{was[:40]!r} is {now!r}" for was, now in changed[:3])
    more = f", and {len(changed) - 3} more" if len(changed) > 3 else ""
    return [f"names are written in plain letters here: {shown}{more}"]


def quantizer_of(entry: dict[str, Json], name: str) -> str | None:
    """" by PRODUCT" or "" for a class that quantizes, of whatever maker; None for any other."""
    registered = str(entry.get("registered_name") or "")
    origins = [str(entry.get("module") or "").lower(), registered.lower(), str(entry["class_name"]).lower()]
    for start, product in table.QUANTIZERS.items():
        if any(origin.startswith(start) for origin in origins):
            return f" by {product}"
    return "" if re.search(table.QUANTIZED_CLASS, name.rsplit(">", 1)[-1]) else None


@dataclass(slots=True)
class _Reader:
    """Walks one configuration; `layers` and `notes` grow on the way."""

    arguments: ArgumentReader
    layers: list[LayerEntry] = field(default_factory=list)
    seen: int = 0
    cut: bool = False

    @property
    def notes(self) -> list[str]:
        """What was read differently than it was saved."""
        return self.arguments.notes

    def refuse(self, where: str, why: str, advice: str = "save the model again") -> ModelRefusedError:
        """The error for a part of the configuration."""
        return self.arguments.refuse(where, why, advice)

    def measure(self, value: Json, depth: int) -> None:
        """Refuse a configuration that is too deep or too large to be an image model."""
        if depth > LIMITS.model_nesting:
            raise self.refuse("", f"its configuration is nested deeper than {LIMITS.model_nesting} levels")
        self.seen += 1
        if self.seen > _NODES_MOST:
            raise self.refuse("", f"its configuration has more than {_NODES_MOST:,} values")
        if isinstance(value, str):
            self.letters(value)
        elif isinstance(value, dict):
            for key, item in value.items():
                self.letters(key)
                if key in _TEXT_KEYS and not (item is None or isinstance(item, str)):
                    raise self.refuse("", f"its configuration has a {key} that is no text", "save the model again")
                self.measure(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self.measure(item, depth + 1)

    def letters(self, text: str) -> None:
        """Refuse text that no encoding can write: half a surrogate pair, or bytes that were no UTF-8."""
        if text.isascii():
            return
        try:
            text.encode()
        except UnicodeEncodeError:
            raise self.refuse("", "its configuration holds text that is no Unicode", "save the model again") from None

    # models ---------------------------------------------------------------------------------------------------------

    def model(self, entry: Json, inside: str) -> dict[str, Json]:
        """A Functional or Sequential model."""
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise self.refuse("", "its configuration does not describe a model", "save it by `model.save()`")
        name = entry["class_name"]
        module = entry.get("module")
        if name not in table.MODELS or (module is not None and module not in table.MODEL_MODULES):
            what = f"it is a model of the class {shown(module, name)}"
            if name in table.LAYERS:
                what = f"it is a single layer ({name}), not a model"
            raise self.refuse("", what, f"Functional and Sequential models are read; {table.CUSTOM}")
        config = entry.get("config")
        if isinstance(config, list):
            config = {"name": "sequential", "layers": config}
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            raise self.refuse(
                "",
                "its configuration lists no layers (a subclassed model has none)",
                f"make it functional: {table.CUSTOM}",
            )
        if name == "Sequential":
            return self._sequential(entry, config, inside)
        return self._functional(config, inside)

    def _functional(self, config: dict[str, Json], inside: str) -> dict[str, Json]:
        name = self.arguments.name(config.get("name", "model"), "its model")
        if self.cut and not inside:
            config, note = without_custom_tail(config, lambda item: _Reader(self.arguments).layer(item, inside, True))
            self.notes.extend([note] if note else [])
        layers = [self.layer(item, inside, True) for item in config["layers"]]
        names = [item["name"] for item in layers]
        if len(set(names)) != len(names):
            raise self.refuse(
                "", "two of its layers have one name", "give every layer its own name and save again"
            )
        nodes = NodeReader(self.refuse, self.arguments.name, self.arguments.plain, frozenset(names))
        written = {
            "name": name,
            "trainable": bool(config.get("trainable", True)),
            "layers": layers,
            "input_layers": nodes.ends(config.get("input_layers"), "input"),
            "output_layers": nodes.ends(config.get("output_layers"), "output"),
        }
        for item, source in zip(layers, config["layers"], strict=True):
            item["inbound_nodes"] = nodes.inbound(source, item)
        if any(is_old(source) for source in config["layers"]):
            rebase_nested(layers, written["output_layers"])
        return written_object("keras.src.models.functional", "Functional", written, registered="Functional")

    def _sequential(self, entry: dict[str, Json], config: dict[str, Json], inside: str) -> dict[str, Json]:
        name = self.arguments.name(config.get("name", "sequential"), "its model")
        source = config["layers"]
        layers = [self.layer(item, inside, False) for item in source]
        shape = self._first_shape(entry, config, source)
        if shape is not None and (not layers or layers[0]["class_name"] != "InputLayer"):
            layers.insert(0, self.input_layer(f"{name}_input", shape))
        for item in layers:
            item.pop("name", None)
        return written_object("keras", "Sequential", {"name": name, "trainable": True, "layers": layers})

    def _first_shape(
        self, entry: dict[str, Json], config: dict[str, Json], source: list[Json]
    ) -> list[int | None] | None:
        """The input shape of a Sequential model without an input layer; each Keras version writes it elsewhere."""
        first = source[0].get("config") if source and isinstance(source[0], dict) else None
        build = entry.get("build_config")
        for holder, key in (
            (first, "batch_input_shape"),
            (first, "batch_shape"),
            (config, "build_input_shape"),
            (build, "input_shape"),
        ):
            if isinstance(holder, dict) and isinstance(holder.get(key), list):
                return self.arguments.shape(holder[key], "its input")
        return None

    def input_layer(self, name: str, shape: list[int | None]) -> dict[str, Json]:
        """An input layer that the file left implicit."""
        self.layers.append(LayerEntry(name=name, class_name="InputLayer"))
        config = {"batch_shape": shape, "dtype": "float32", "name": name}
        return written_object("keras.layers", "InputLayer", config)

    # layers ---------------------------------------------------------------------------------------------------------

    def layer(self, entry: Json, inside: str, functional: bool) -> dict[str, Json]:
        """A layer, an operation or a nested model, checked and written anew (without its nodes)."""
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise self.refuse("", "one of its layers has no class")
        config = entry.get("config")
        found = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
        name = self.arguments.name(found, "one of its layers")
        if len(self.layers) >= LIMITS.model_layers:
            raise self.refuse(
                "", f"it has more than {LIMITS.model_layers:,} layers", "such a model is not for a device"
            )
        class_name = (
            entry["class_name"].rsplit(">", 1)[-1]
            if entry["class_name"].startswith("Custom>")
            else entry["class_name"]
        )
        where = f"its layer {name!r}"
        if class_name in table.MODELS and isinstance(config, dict | list):
            self.layers.append(LayerEntry(name=name, class_name=class_name, inside=inside))
            written = self.model(entry, f"{inside}/{name}" if inside else name)
        else:
            module, class_name = self._resolve(entry, class_name, config, where)
            self.layers.append(LayerEntry(name=name, class_name=class_name, inside=inside))
            written = self._plain_layer(module, class_name, config, where, name)
        return written | {"name": name}

    def _resolve(self, entry: dict[str, Json], name: str, config: Json, where: str) -> tuple[str, str]:
        """The Keras 3 module and class that an entry's (module, class) names, if it is on the list."""
        module = entry.get("module")
        if module is not None and not isinstance(module, str):
            raise self.refuse(where, "names a module that is no text")
        translated = (
            table.TF_OPERATIONS.get(str(config.get("function")))
            if name in table.TF_LAYERS and isinstance(config, dict)
            else None
        )
        if translated:
            return translated
        if module in table.OPERATIONS or (
            module is None and isinstance(config, dict) and "trainable" not in config
        ):
            for known, classes in table.OPERATIONS.items():
                if name in classes and module in (None, known):
                    return known, name
            if module is not None and module in table.OPERATIONS:
                raise self.refuse(where, f"is the operation {shown(module, name)}, which is not on the list")
        name = versions.CLASSES.get(name, (name, ""))[0]
        if module is None or module in table.LAYER_MODULES:
            if name in table.APPLICATION_LAYERS:
                return table.APPLICATION_LAYERS[name], name
            if name in table.LAYERS and (module is None or "applications" not in module):
                return "keras.layers", name
        what = f"is of the class {shown(module, name)}"
        if name in table.REFUSED:
            raise self.refuse(where, what, table.REFUSED[name])
        quantizer = quantizer_of(entry, name)
        if quantizer is not None:
            raise self.refuse(where, f"{what}: the file is quantized or trained for it{quantizer}", table.QUANTIZED)
        raise self.refuse(where, what + ", which is not a stock layer of image models", table.CUSTOM)

    def _plain_layer(
        self, module: str, class_name: str, config: Json, where: str, name: str
    ) -> dict[str, Json]:
        if not isinstance(config, dict):
            raise self.refuse(where, "has no configuration")
        if module in table.OPERATIONS:
            ignored = {"name", "function", "trainable", "dtype"} if "function" in config else {"name"}
            given = {k: self.arguments.argument(k, v, where) for k, v in config.items() if k not in ignored}
            return written_object(module, class_name, given | {"name": name}, registered=class_name)
        written: dict[str, Json] = {}
        for key, value in config.items():
            if not isinstance(key, str) or not key.isidentifier() or len(key) > 60:
                raise self.refuse(where, f"has an argument named {str(key)[:60]!r}")
            rule = versions.argument_rule(class_name, key)
            if rule and not (class_name == "InputLayer" and key == "batch_input_shape"):
                if rule.becomes:
                    written[rule.becomes] = self.arguments.argument(rule.becomes, value, where)
                elif rule.neutral is not None and value not in rule.neutral:
                    raise self.refuse(where, f"is a {class_name} with {key} = {value!r:.60}", rule.instead)
                continue
            written[key] = self.arguments.argument(key, value, where)
        self._adapt(class_name, written, where)
        registered = class_name if module != "keras.layers" else None
        return written_object(module, class_name, written | {"name": name}, registered=registered)

    def _adapt(self, class_name: str, config: dict[str, Json], where: str) -> None:
        """Keras 2 spellings of arguments, in place."""
        if class_name == "InputLayer":
            shape = config.pop("batch_input_shape", None) or config.get("batch_shape")
            if config.pop("ragged", False) or config.pop("sparse", False):
                raise self.refuse(where, "takes sparse or ragged input", "feed dense images")
            if not isinstance(shape, list):
                raise self.refuse(where, "declares no shape", "give the input layer a shape and save again")
            config["batch_shape"] = self.arguments.shape(shape, where)
            if config.get("dtype", "float32") != "float32":
                self.notes.append(
                    f"the input is declared as {config['dtype']}; it is fed the same numbers as float32"
                )
            config["dtype"] = "float32"
            config.pop("optional", None)
        elif class_name == "BatchNormalization":
            axis = config.get("axis")
            if isinstance(axis, list) and len(axis) == 1:
                config["axis"] = axis[0]
        elif class_name == "Normalization":
            self._check_normalization(config, where)

    def _check_normalization(self, config: dict[str, Json], where: str) -> None:
        if (config.get("mean") is None) != (config.get("variance") is None):
            raise self.refuse(where, "has a mean without a variance, or the reverse")
