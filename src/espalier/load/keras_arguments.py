"""The arguments of layers: plain data, and objects of closed lists (activations, regularisers, ...)."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelRefusedError
from . import keras_table as table
from . import keras_versions as versions

Json = Any
SUPPORTED = "stock Keras layers of image classifiers with plain-data arguments"
_ADVICE = "use a stock Keras layer with plain arguments and save again"

_EQUATION = re.compile(r"[A-Za-z.,\-> ]{1,80}\Z")
_LETTERS = frozenset({"equation", "subscripts", "bias_axes"})
"""Arguments of einsums: letters that stand for axes."""
_LARGEST = 1 << 40
_LONGEST_NAME = 1000
_LONGEST_KEPT = 120


def plain_name(text: str) -> str:
    """A name in letters, digits, `_`, `.` and `-`: accents are left out, anything else becomes one `_`."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    kept = re.sub(r"[^A-Za-z0-9_.\-]+", "_", letters)
    kept = kept if kept == letters else kept.removesuffix("_")
    kept = kept.lstrip("_-")
    return kept[:_LONGEST_KEPT] or "layer"


def made_by_the_author(value: Json) -> bool:
    """Whether an object of training is one that the model's author registered or named, not one of a foreign module."""
    known = table.INITIALIZERS | table.REGULARIZERS | table.CONSTRAINTS
    if isinstance(value, str):
        return value.isidentifier() and value.replace("_", "").lower() not in {n.lower() for n in known}
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        return False
    if value.get("module") is None:
        return value["class_name"] not in known
    return ">" in str(value.get("registered_name") or "")


def leads_away(text: str) -> bool:
    """Whether a name is a way out of a folder, an address, or holds control characters."""
    parts = text.replace("\\", "/").split("/")
    return ".." in parts or "" in parts[:1] or "://" in text or any(unicodedata.category(c) == "Cc" for c in text)


def refused(path: Path, why: str, advice: str) -> ModelRefusedError:
    """The error for a configuration that is not accepted."""
    return ModelRefusedError(
        f"the model file {path.name!r} is refused: {why}", supported=SUPPORTED, next_step=advice
    )


def shown(module: Json, name: Json) -> str:
    """A class as it is named to the user; never more than a line."""
    text = f"{module}.{name}" if module else str(name)
    return "".join(c if c.isprintable() else "?" for c in text)[:120]


def written_object(
    module: str, name: str, config: Json, registered: str | None = None
) -> dict[str, Json]:
    """An object in the form that Keras 3 reads."""
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


@dataclass(slots=True)
class ArgumentReader:
    """Checks the values of one configuration; `notes` grows when one is read differently than saved."""

    path: Path
    generation: int
    notes: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """Name in the file -> name in the model."""

    def refuse(self, where: str, why: str, advice: str = _ADVICE) -> ModelRefusedError:
        """The error for a part of the configuration."""
        return refused(self.path, f"{where} {why}" if where else why, advice)

    def argument(self, key: str, value: Json, where: str) -> Json:
        """One argument of a layer: plain data, or an object of a closed list."""
        if value is None:
            return None
        if key == "dtype":
            return self._dtype(value, where)
        if key.endswith(("_regularizer", "_constraint")) and made_by_the_author(value):
            self.notes.append("regularizers and constraints of your own are left out: they matter in training only")
            return None
        if key.endswith("_initializer"):
            if not made_by_the_author(value):
                self._closed(value, where, key, table.INITIALIZERS, table.INITIALIZER_MODULES)
            return {
                "module": "keras.initializers",
                "class_name": "Zeros",
                "config": {},
                "registered_name": None,
            }
        if key.endswith("_regularizer"):
            return self._numeric_object(
                value, where, key, table.REGULARIZERS, table.REGULARIZER_MODULES, "keras.regularizers"
            )
        if key.endswith("_constraint"):
            return self._numeric_object(
                value, where, key, table.CONSTRAINTS, table.CONSTRAINT_MODULES, "keras.constraints"
            )
        if key == "activation":
            return self._activation(value, where)
        if key == "seed":
            return (
                value
                if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
                else None
            )
        if key in _LETTERS and isinstance(value, str):
            if not _EQUATION.match(value):
                raise self.refuse(where, f"has the {key.replace('_', ' ')} {value[:60]!r}")
            return value
        if key == "name":
            return self.name(value, where)
        return self.plain(value, where, key)

    def plain(self, value: Json, where: str, key: str) -> Json:
        """Numbers, truth values, None, lists of them, constant arrays, the words of `keras_table.TEXTS`."""
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            # A whole number first: a very long one has no float, and text of over 4,300 digits no number.
            if abs(value) > _LARGEST if isinstance(value, int) else not math.isfinite(value):
                raise self.refuse(where, f"has {key} = {value!r:.60}")
            return value
        if isinstance(value, str):
            if value in table.TEXTS.get(key, table.DTYPES):
                return value
            if value == "channels_first":
                raise self.refuse(
                    where, "works channels first", "devices work channels last; rebuild it with channels_last"
                )
            raise self.refuse(
                where, f"has {key} = {value[:80]!r}, a text that is not on the list of this argument"
            )
        if isinstance(value, list):
            return [self.plain(item, where, key) for item in value]
        if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
            inner = value.get("config")
            if isinstance(inner, dict):
                dtype = inner.get("dtype", "float32")
                if not isinstance(dtype, str) or dtype not in table.DTYPES:
                    raise self.refuse(where, f"has a constant of the type {str(dtype)[:40]!r}")
                numbers = self.plain(inner.get("value"), where, key)
                return {"class_name": value["class_name"], "config": {"value": numbers, "dtype": dtype}}
        if isinstance(value, dict) and value.get("class_name") == "__tuple__":
            return self.plain(value.get("items", []), where, key)
        if isinstance(value, dict):
            named = shown(value.get("module"), value.get("class_name"))
            raise self.refuse(where, f"has an object in {key} that is not on the list: {named}")
        raise self.refuse(where, f"has an argument {key} that is no plain data")

    def _dtype(self, value: Json, where: str) -> str:
        if isinstance(value, dict):
            if value.get("class_name") not in ("DTypePolicy", "Policy", "FloatDTypePolicy") or value.get(
                "module"
            ) not in (
                "keras",
                "keras.mixed_precision",
                "tf_keras.mixed_precision",
                None,
            ):
                raise self.refuse(
                    where,
                    f"has the precision policy {shown(value.get('module'), value.get('class_name'))}",
                    "save the float model; Espalier quantizes it",
                )
            inner = value.get("config")
            value = inner.get("name") if isinstance(inner, dict) else None
        if isinstance(value, str) and value in table.FLOAT_POLICIES:
            if value != "float32":
                self.notes.append(f"layers saved in {value} are computed in float32")
            return "float32"
        if isinstance(value, str) and value in table.DTYPES:
            return value
        raise self.refuse(where, f"has the precision {str(value)[:60]!r}", "save the model in float32")

    def _activation(self, value: Json, where: str) -> Json:
        if isinstance(value, dict) and value.get("class_name") == "function":
            if value.get("module") not in table.ACTIVATION_MODULES:
                raise self.refuse(
                    where, f"has the activation {shown(value.get('module'), value.get('config'))}"
                )
            value = value.get("config")
        elif isinstance(value, dict):
            name = str(value.get("class_name"))
            inner = value.get("config")
            if value.get("module") in table.ACTIVATION_MODULES and name.lower() in table.ACTIVATIONS:
                value = name.lower()
            elif name in table.ACTIVATION_LAYERS and value.get("module") in table.LAYER_MODULES | {None}:
                return self._activation_layer(name, inner, where)
            else:
                raise self.refuse(where, f"has the activation {shown(value.get('module'), name)}")
        if isinstance(value, str):
            value = versions.ACTIVATIONS.get(value, value)
        if value == "hard_sigmoid" and self.generation == 2:
            return written_object("builtins", "function", versions.OLD_HARD_SIGMOID, registered="function")
        if isinstance(value, str) and value in table.ACTIVATIONS:
            return value
        raise self.refuse(
            where,
            f"has the activation {str(value)[:80]!r}, which is not one of Keras' own",
            "use a stock activation and save again",
        )

    def _closed(
        self, value: Json, where: str, key: str, names: frozenset[str], modules: frozenset[str]
    ) -> tuple[str, Json]:
        """(class, config) of an object whose class must be on a list."""
        if isinstance(value, str):
            folded = {n.lower(): n for n in names}
            name = folded.get(value.replace("_", "").lower())
            if name:
                return name, {}
            raise self.refuse(where, f"has {key} = {value[:80]!r}")
        if (
            isinstance(value, dict)
            and value.get("class_name") in names
            and value.get("module") in modules | {None}
        ):
            return value["class_name"], value.get("config") or {}
        named = (
            shown(value.get("module"), value.get("class_name"))
            if isinstance(value, dict)
            else str(value)[:80]
        )
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
        """The name of a layer or model in letters, digits, `_`, `.` and `-`: what TensorFlow and TFLite take.

        Any other text is renamed, each to a name of its own: Keras takes brackets, spaces, # and every alphabet.
        """
        if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME:
            raise self.refuse(where, "has no usable name", "name the layer by letters, digits and _")
        if leads_away(value):
            raise self.refuse(where, f"is named {value[:80]!r}", "name the layer by letters, digits and _")
        if value not in self.names:
            plain, taken = plain_name(value), set(self.names.values())
            number = itertools.count(2)
            free = plain
            while free in taken:
                free = f"{plain}_{next(number)}"
            self.names[value] = free
        return self.names[value]

    def shape(self, value: Json, where: str) -> list[int | None]:
        """A batch shape: None or a positive number per side."""
        good = isinstance(value, list) and 1 <= len(value) <= 8
        for side in value if good else ():
            good = good and (side is None or (type(side) is int and 0 < side < 1 << 31))
        if not good:
            raise self.refuse(where, f"declares the shape {str(value)[:80]}")
        return [None, *value[1:]]

    def _activation_layer(self, name: str, config: Json, where: str) -> dict[str, Json]:
        if not isinstance(config, dict):
            raise self.refuse(where, f"has the activation {name} without a configuration")
        written = {k: self.argument(k, v, where) for k, v in config.items() if k.isidentifier()}
        for key in tuple(written):
            rule = versions.argument_rule(name, key)
            if rule and rule.becomes:
                written[rule.becomes] = written.pop(key)
        return written_object("keras.layers", name, written)
