"""Check a Keras model configuration as data and write it anew, in Keras 3 form, from allow-listed parts only.

Nothing of the file's own JSON reaches Keras: every object is rebuilt from `keras_table` and plain numbers.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelRefusedError
from ..limits import LIMITS
from . import keras_table as table
from .keras_facts import LayerEntry
from .keras_nodes import NodeReader, is_old, rebase_nested

Json = Any
SUPPORTED = "stock Keras layers of image classifiers with plain-data arguments"

_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.\-/ >:+]*\Z")
_EQUATION = re.compile(r"[A-Za-z.,\-> ]{1,80}\Z")
_LARGEST = 1 << 40
_NODES_MOST = 2_000_000
_DROPPED = frozenset({"build_config", "compile_config", "shared_object_id", "quantization_config", "batch_input_shape", "rng_type"})
_KERAS_2_DEFAULTS: dict[str, frozenset[str]] = {
    "DepthwiseConv2D": frozenset({"groups"}),
    "DepthwiseConv1D": frozenset({"groups"}),
    "Conv2DTranspose": frozenset({"groups"}),
    "Conv1DTranspose": frozenset({"groups"}),
    "SeparableConv2D": frozenset({"groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"}),
    "SeparableConv1D": frozenset({"groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"}),
    "BatchNormalization": frozenset({"virtual_batch_size", "fused", "adjustment"}),
    "SpatialDropout1D": frozenset({"noise_shape", "trainable"}),
    "SpatialDropout2D": frozenset({"noise_shape", "trainable"}),
    "Embedding": frozenset({"input_length"}),
    "MultiHeadAttention": frozenset({"query_shape", "key_shape", "value_shape", "softmax_robust_masking"}),
}
"""Arguments that Keras 2 writes with their neutral value and Keras 3 does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedConfig:
    """A canonical configuration and what was seen on the way."""

    config: dict[str, Json]
    layers: tuple[LayerEntry, ...]
    notes: tuple[str, ...]


def check_config(text: str | bytes, path: Path, generation: int = 3) -> CheckedConfig:
    """Check a model configuration (`config.json` of a .keras file, `model_config` of an .h5 file).

    `generation`: the Keras that wrote it, 2 or 3. Raises ModelRefusedError that names the layer, the rule and the way on.
    """
    if len(text) > LIMITS.model_config_bytes:
        raise _refused(path, f"its configuration has {len(text):,} bytes", "such a model is not for a device")
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused(path, "its configuration is not readable JSON", "save the model again") from None
    reader = _Reader(path, generation)
    reader.measure(entry, 0)
    config = reader.model(entry, "")
    return CheckedConfig(
        config=config, layers=tuple(reader.layers), notes=tuple(sorted(set(reader.notes)))
    )


def _refused(path: Path, why: str, advice: str) -> ModelRefusedError:
    return ModelRefusedError(f"the model file {path.name!r} is refused: {why}", supported=SUPPORTED, next_step=advice)


@dataclass(slots=True)
class _Reader:
    """Walks one configuration; `layers` and `notes` grow on the way."""

    path: Path
    generation: int
    layers: list[LayerEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seen: int = 0

    def refuse(self, where: str, why: str, advice: str = "use a stock Keras layer with plain arguments and save again") -> ModelRefusedError:
        """The error for a part of the configuration."""
        return _refused(self.path, f"{where} {why}" if where else why, advice)

    def measure(self, value: Json, depth: int) -> None:
        """Refuse a configuration that is too deep or too large to be an image model."""
        if depth > LIMITS.model_nesting:
            raise self.refuse("", f"its configuration is nested deeper than {LIMITS.model_nesting} levels")
        self.seen += 1
        if self.seen > _NODES_MOST:
            raise self.refuse("", f"its configuration has more than {_NODES_MOST:,} values")
        if isinstance(value, dict):
            for item in value.values():
                self.measure(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self.measure(item, depth + 1)

    # models ---------------------------------------------------------------------------------------------------------

    def model(self, entry: Json, inside: str) -> dict[str, Json]:
        """A Functional or Sequential model."""
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise self.refuse("", "its configuration does not describe a model", "save it by `model.save()`")
        name = entry["class_name"]
        module = entry.get("module")
        if name not in table.MODELS or (module is not None and module not in table.MODEL_MODULES):
            what = f"it is a model of the class {self.shown(module, name)}"
            if name in table.LAYERS:
                what = f"it is a single layer ({name}), not a model"
            raise self.refuse("", what, f"Functional and Sequential models are read; {table.CUSTOM}")
        config = entry.get("config")
        if isinstance(config, list):
            config = {"name": "sequential", "layers": config}
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            raise self.refuse(
                "", "its configuration lists no layers (a subclassed model has none)", f"make it functional: {table.CUSTOM}"
            )
        if name == "Sequential":
            return self._sequential(entry, config, inside)
        return self._functional(config, inside)

    def _functional(self, config: dict[str, Json], inside: str) -> dict[str, Json]:
        name = self.name(config.get("name", "model"), "its model")
        inner = f"{inside}/{name}" if inside else name
        layers = [self.layer(item, inner if inside else "", True) for item in config["layers"]]
        names = [item["name"] for item in layers]
        if len(set(names)) != len(names):
            raise self.refuse("", "two of its layers have one name", "give every layer its own name and save again")
        nodes = NodeReader(self.refuse, self.name, self.plain, frozenset(names))
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
        return self._object("keras.src.models.functional", "Functional", written, registered="Functional")

    def _sequential(self, entry: dict[str, Json], config: dict[str, Json], inside: str) -> dict[str, Json]:
        name = self.name(config.get("name", "sequential"), "its model")
        inner = f"{inside}/{name}" if inside else name
        source = config["layers"]
        layers = [self.layer(item, inner if inside else "", False) for item in source]
        shape = self._first_shape(entry, config, source)
        if shape is not None and (not layers or layers[0]["class_name"] != "InputLayer"):
            layers.insert(0, self.input_layer(f"{name}_input", shape))
        for item in layers:
            item.pop("name", None)
        return self._object("keras", "Sequential", {"name": name, "trainable": True, "layers": layers})

    def _first_shape(self, entry: dict[str, Json], config: dict[str, Json], source: list[Json]) -> list[int | None] | None:
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
                return self.shape(holder[key], "its input")
        return None

    def input_layer(self, name: str, shape: list[int | None]) -> dict[str, Json]:
        """An input layer that the file left implicit."""
        self.layers.append(LayerEntry(name=name, class_name="InputLayer"))
        config = {"batch_shape": shape, "dtype": "float32", "name": name}
        return self._object("keras.layers", "InputLayer", config)

    # layers ---------------------------------------------------------------------------------------------------------

    def layer(self, entry: Json, inside: str, functional: bool) -> dict[str, Json]:
        """A layer, an operation or a nested model, checked and written anew (without its nodes)."""
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise self.refuse("", "one of its layers has no class")
        config = entry.get("config")
        if not isinstance(config, dict | list):
            raise self.refuse("", f"its layer of the class {self.shown(None, entry['class_name'])} has no configuration")
        found = entry.get("name") or (config.get("name") if isinstance(config, dict) else None)
        name = self.name(found, "one of its layers")
        if len(self.layers) >= LIMITS.model_layers:
            raise self.refuse("", f"it has more than {LIMITS.model_layers:,} layers", "such a model is not for a device")
        class_name = entry["class_name"].rsplit(">", 1)[-1] if entry["class_name"].startswith("Custom>") else entry["class_name"]
        where = f"its layer {name!r}"
        if class_name in table.MODELS:
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
        translated = table.TF_OPERATIONS.get(str(config.get("function"))) if name == "TFOpLambda" else None
        if translated:
            return translated
        if module in table.OPERATIONS or (module is None and isinstance(config, dict) and "trainable" not in config):
            for known, classes in table.OPERATIONS.items():
                if name in classes and module in (None, known):
                    return known, name
            if module is not None:
                raise self.refuse(where, f"is the operation {self.shown(module, name)}, which is not on the list")
        name = table.RENAMED.get(name, name)
        if module is None or module in table.LAYER_MODULES:
            if name in table.APPLICATION_LAYERS:
                return table.APPLICATION_LAYERS[name], name
            if name in table.LAYERS and (module is None or "applications" not in module):
                return "keras.layers", name
        what = f"is of the class {self.shown(module, name)}"
        if name in table.REFUSED:
            raise self.refuse(where, what, table.REFUSED[name])
        raise self.refuse(where, what + ", which is not a stock layer of image models", table.CUSTOM)

    def _plain_layer(self, module: str, class_name: str, config: Json, where: str, name: str) -> dict[str, Json]:
        if not isinstance(config, dict):
            raise self.refuse(where, "has no configuration")
        if module in table.OPERATIONS:
            ignored = {"name", "function", "trainable", "dtype"} if "function" in config else {"name"}
            written = {k: self.argument(k, v, where) for k, v in config.items() if k not in ignored} | {"name": name}
            return self._object(module, class_name, written, registered=class_name)
        written = {}
        neutral = _KERAS_2_DEFAULTS.get(class_name, frozenset())
        for key, value in config.items():
            if not isinstance(key, str) or not key.isidentifier() or len(key) > 60:
                raise self.refuse(where, f"has an argument named {str(key)[:60]!r}")
            if key in _DROPPED and not (class_name == "InputLayer" and key == "batch_input_shape"):
                continue
            if key in neutral:
                if key == "groups" and value not in (1, None):
                    raise self.refuse(where, f"is a {class_name} with groups = {value!r}", "only Conv2D may have groups")
                continue
            written[key] = self.argument(key, value, where)
        self._adapt(class_name, written, where)
        registered = class_name if module != "keras.layers" else None
        return self._object(module, class_name, written | {"name": name}, registered=registered)

    def _adapt(self, class_name: str, config: dict[str, Json], where: str) -> None:
        """Keras 2 spellings of arguments, in place."""
        if class_name == "InputLayer":
            shape = config.pop("batch_input_shape", None) or config.get("batch_shape")
            if config.pop("ragged", False) or config.pop("sparse", False):
                raise self.refuse(where, "takes sparse or ragged input", "feed dense images")
            if not isinstance(shape, list):
                raise self.refuse(where, "declares no shape", "give the input layer a shape and save again")
            config["batch_shape"] = self.shape(shape, where)
            if config.get("dtype", "float32") != "float32":
                self.notes.append(f"the input is declared as {config['dtype']}; it is fed the same numbers as float32")
            config["dtype"] = "float32"
            config.pop("optional", None)
        elif class_name == "BatchNormalization":
            axis = config.get("axis")
            if isinstance(axis, list) and len(axis) == 1:
                config["axis"] = axis[0]
        elif class_name == "LeakyReLU" and "alpha" in config:
            config["negative_slope"] = config.pop("alpha")
        elif class_name == "Normalization":
            self._check_normalization(config, where)

    def _check_normalization(self, config: dict[str, Json], where: str) -> None:
        if (config.get("mean") is None) != (config.get("variance") is None):
            raise self.refuse(where, "has a mean without a variance, or the reverse")

    # arguments ------------------------------------------------------------------------------------------------------

    def argument(self, key: str, value: Json, where: str) -> Json:
        """One argument of a layer: plain data, or an object of a closed list."""
        if value is None:
            return None
        if key == "dtype":
            return self._dtype(value, where)
        if key.endswith("_initializer"):
            self._closed(value, where, key, table.INITIALIZERS, table.INITIALIZER_MODULES)
            return {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None}
        if key.endswith("_regularizer"):
            return self._numeric_object(value, where, key, table.REGULARIZERS, table.REGULARIZER_MODULES, "keras.regularizers")
        if key.endswith("_constraint"):
            return self._numeric_object(value, where, key, table.CONSTRAINTS, table.CONSTRAINT_MODULES, "keras.constraints")
        if key == "activation":
            return self._activation(value, where)
        if key == "seed":
            return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST else None
        if key in ("equation", "subscripts") and isinstance(value, str):
            if not _EQUATION.match(value):
                raise self.refuse(where, f"has the equation {value[:60]!r}")
            return value
        if key == "name":
            return self.name(value, where)
        return self.plain(value, where, key)

    def plain(self, value: Json, where: str, key: str) -> Json:
        """Numbers, truth values, None, lists of them, constant arrays, and the words that `keras_table.TEXTS` allows."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            if not math.isfinite(value) or abs(value) > _LARGEST and isinstance(value, int):
                raise self.refuse(where, f"has {key} = {value!r:.60}")
            return value
        if isinstance(value, str):
            if value in table.TEXTS.get(key, table.DTYPES):
                return value
            if value == "channels_first":
                raise self.refuse(where, "works channels first", "devices work channels last; rebuild it with channels_last")
            raise self.refuse(where, f"has {key} = {value[:80]!r}, a text that is not on the list of this argument")
        if isinstance(value, list):
            return [self.plain(item, where, key) for item in value]
        if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
            inner = value.get("config")
            if isinstance(inner, dict):
                dtype = inner.get("dtype", "float32")
                if dtype not in table.DTYPES:
                    raise self.refuse(where, f"has a constant of the type {str(dtype)[:40]!r}")
                numbers = self.plain(inner.get("value"), where, key)
                return {"class_name": value["class_name"], "config": {"value": numbers, "dtype": dtype}}
        if isinstance(value, dict) and value.get("class_name") == "__tuple__":
            return self.plain(value.get("items", []), where, key)
        if isinstance(value, dict):
            named = self.shown(value.get("module"), value.get("class_name"))
            raise self.refuse(where, f"has an object in {key} that is not on the list: {named}")
        raise self.refuse(where, f"has an argument {key} that is no plain data")

    def _dtype(self, value: Json, where: str) -> str:
        if isinstance(value, dict):
            if value.get("class_name") not in ("DTypePolicy", "Policy", "FloatDTypePolicy") or value.get("module") not in (
                "keras",
                "keras.mixed_precision",
                "tf_keras.mixed_precision",
                None,
            ):
                raise self.refuse(
                    where,
                    f"has the precision policy {self.shown(value.get('module'), value.get('class_name'))}",
                    "save the float model; Espalier quantizes it",
                )
            inner = value.get("config")
            value = inner.get("name") if isinstance(inner, dict) else None
        if value in table.FLOAT_POLICIES:
            if value != "float32":
                self.notes.append(f"layers saved in {value} are computed in float32")
            return "float32"
        if isinstance(value, str) and value in table.DTYPES:
            return value
        raise self.refuse(where, f"has the precision {str(value)[:60]!r}", "save the model in float32")

    def _activation(self, value: Json, where: str) -> Json:
        if isinstance(value, dict) and value.get("class_name") == "function":
            if value.get("module") not in table.ACTIVATION_MODULES:
                raise self.refuse(where, f"has the activation {self.shown(value.get('module'), value.get('config'))}")
            value = value.get("config")
        elif isinstance(value, dict):
            name = str(value.get("class_name"))
            inner = value.get("config")
            if value.get("module") in table.ACTIVATION_MODULES and name.lower() in table.ACTIVATIONS:
                value = name.lower()
            elif name in table.ACTIVATION_LAYERS and value.get("module") in table.LAYER_MODULES | {None}:
                return self._plain_layer("keras.layers", name, inner, where, self.name((inner or {}).get("name", name.lower()), where))
            else:
                raise self.refuse(where, f"has the activation {self.shown(value.get('module'), name)}")
        if value == "hard_sigmoid" and self.generation == 2:
            raise self.refuse(
                where,
                "has the activation hard_sigmoid of Keras 2 (0.2 x + 0.5), which Keras 3 does not have",
                "use `ReLU(6.0)(x + 3) / 6` or sigmoid, fine-tune, and save again",
            )
        if isinstance(value, str) and value in table.ACTIVATIONS:
            return value
        raise self.refuse(
            where, f"has the activation {str(value)[:80]!r}, which is not one of Keras' own", "use a stock activation and save again"
        )

    def _closed(self, value: Json, where: str, key: str, names: frozenset[str], modules: frozenset[str]) -> tuple[str, Json]:
        """(class, config) of an object whose class must be on a list."""
        if isinstance(value, str):
            folded = {n.lower(): n for n in names}
            name = folded.get(value.replace("_", "").lower())
            if name:
                return name, {}
            raise self.refuse(where, f"has {key} = {value[:80]!r}")
        if isinstance(value, dict) and value.get("class_name") in names and value.get("module") in modules | {None}:
            return value["class_name"], value.get("config") or {}
        named = self.shown(value.get("module"), value.get("class_name")) if isinstance(value, dict) else str(value)[:80]
        raise self.refuse(where, f"has an object in {key} that is not on the list: {named}")

    def _numeric_object(
        self, value: Json, where: str, key: str, names: frozenset[str], modules: frozenset[str], module: str
    ) -> dict[str, Json]:
        name, config = self._closed(value, where, key, names, modules)
        if not isinstance(config, dict):
            raise self.refuse(where, f"has a {key} without a configuration")
        written = {k: self.plain(v, where, k) for k, v in config.items() if k.isidentifier()}
        return {"module": module, "class_name": name, "config": written, "registered_name": None}

    def name(self, value: Json, where: str) -> str:
        """A layer's name: letters, digits and a few signs, no path that leaves its folder."""
        if not isinstance(value, str) or not value or len(value) > 200:
            raise self.refuse(where, "has no usable name", "name the layer by letters, digits and _")
        if not _NAME.match(value) or ".." in value or "://" in value:
            raise self.refuse(where, f"is named {value[:80]!r}", "name the layer by letters, digits and _")
        return value

    def shape(self, value: Json, where: str) -> list[int | None]:
        """A batch shape: None or a positive number per side."""
        good = isinstance(value, list) and 1 <= len(value) <= 8
        for side in value if good else ():
            good = good and (side is None or (type(side) is int and 0 < side < 1 << 31))
        if not good:
            raise self.refuse(where, f"declares the shape {str(value)[:80]}")
        return [None, *value[1:]]

    @staticmethod
    def shown(module: Json, name: Json) -> str:
        """A class as it is named to the user; never more than a line."""
        text = f"{module}.{name}" if module else str(name)
        return "".join(c if c.isprintable() else "?" for c in text)[:120]

    @staticmethod
    def _object(module: str, name: str, config: dict[str, Json], registered: str | None = None) -> dict[str, Json]:
        return {"module": module, "class_name": name, "config": config, "registered_name": registered}
