"""What goes in and out of a checked configuration: image shape; softmax, sigmoid or logits; classes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelRefusedError, UnsupportedModelError
from .keras_container import SAVE_WHOLE
from .keras_facts import HeadEnds, NumberEnds
from .keras_inputs import image_shape, refused_input, vectors_of
from .keras_paints import paints

Json = Any
_SAME_VALUES = frozenset(
    {"Dropout", "Flatten", "Reshape", "Identity", "Permute", "Squeeze", "GaussianNoise", "Cast"}
)
_SAME_CLASSES = _SAME_VALUES - {"Flatten", "Reshape", "Permute", "Squeeze"} | frozenset(
    {
        "Activation", "UpSampling2D", "Softmax", "Sigmoid", "ReLU", "BatchNormalization",
        "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling1D", "GlobalMaxPooling1D",
    }
)  # fmt: skip
_KINDS = {"softmax": "softmax", "sigmoid": "sigmoid", "logits": "linear"}
_FUNCTIONS = {"softmax": "softmax", "sigmoid": "sigmoid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The image shape without the batch, the last layer, what it gives, and how many classes (None: not told)."""

    input_shape: tuple[int | None, ...]
    output_layer: str
    output: str
    classes: int | None
    heads: tuple[HeadEnds, ...] = ()
    """Every output in order, where they are taken as they are."""
    numbers: tuple[NumberEnds, ...] = ()
    """Every input of numbers beside the image, in order."""
    chain: tuple[str, ...] = ()
    """Classes of the layers from the one output backwards, as far as each has one input."""


def head_words(layers: Iterable[str], taken: str = "image", default: str = "head") -> tuple[str, ...]:
    """Outputs, or inputs beside the image, by their layers as words that every language takes; no two alike, none the image's."""
    found: list[str] = []
    for number, layer in enumerate(layers):
        word = re.sub(r"[^a-z0-9]+", "_", layer.lower()).strip("_") or default
        word = word if word[0].isalpha() else f"{default}_{word}"
        found.append(word if word not in (*found, taken) else f"{word}_{number}")
    return tuple(found)


def find_ends(config: dict[str, Json], path: Path, *, scores: bool = True) -> Ends:
    """Read the ends of a canonical configuration; it is made to take an image where it takes its pixels in another form.
    Not `scores`: whatever it ends in, in one head or several, is taken as it is.

    Raises ModelRefusedError for several inputs or outputs or an input that is no image, UnsupportedModelError for
    a softmax over one output.
    """
    shape, numbers = image_shape(config, path), _numbers(config)
    if not scores:
        heads = _heads(config, path)
        return Ends(input_shape=shape, output_layer="", output="values", classes=None, heads=heads, numbers=numbers)
    chain = _chain(config, path)
    output, classes = _output(chain), _classes(chain)
    if classes == 1:
        refuse_single_output(path, output)
    return Ends(
        input_shape=shape,
        output_layer=str(chain[0]["config"]["name"]),
        output=output,
        classes=classes,
        numbers=numbers,
        chain=tuple(str(item["class_name"]) for item in chain),
    )


def _numbers(config: dict[str, Json]) -> tuple[NumberEnds, ...]:
    """The inputs beside the image, in the order in which the model takes them."""
    found = vectors_of(config)
    words = head_words((layer for layer, _ in found), default="numbers")
    return tuple(
        NumberEnds(name=word, layer=layer, values=values) for word, (layer, values) in zip(words, found, strict=True)
    )


def _heads(config: dict[str, Json], path: Path) -> tuple[HeadEnds, ...]:
    """Every output in the order in which Keras gives them."""
    references = _references(config["config"].get("output_layers"))
    alone = [{**config, "config": {**config["config"], "output_layers": one}} for one in references] or [config]
    chains = [_told_chain(one, path) for one in alone]
    layers = [str(one[0]) for one in references] or [str(chain[0]["config"]["name"]) if chain else "" for chain in chains]
    rows = zip(head_words(layers), layers, chains, strict=True)
    return tuple(
        HeadEnds(
            name=name,
            layer=layer,
            output=_output(chain),
            values=_classes(chain),
            paints=paints([str(item["class_name"]) for item in chain], ()),
        )
        for name, layer, chain in rows
    )


def _told_chain(config: dict[str, Json], path: Path) -> list[dict[str, Json]]:
    """`_chain`, empty where an output comes out of a nested model with several, which is taken as it is all the same."""
    try:
        return _chain(config, path)
    except ModelRefusedError:
        return []


def _references(given: Json) -> list[list[Json]]:
    """The outputs of a configuration, however they are nested: [layer, node, tensor] each, as keras.tree orders them."""
    if isinstance(given, dict):
        return [one for key in sorted(given) for one in _references(given[key])]
    if isinstance(given, list) and given and isinstance(given[0], str):
        return [given]
    return [one for item in given for one in _references(item)] if isinstance(given, list) else []


def refuse_single_output(path: Path, output: str) -> None:
    """One output is a classifier of two classes behind a sigmoid or as its logit. Raises UnsupportedModelError."""
    if output == "softmax":
        raise UnsupportedModelError(
            f"the model {path.name!r} ends in a softmax over one output, which is always 1",
            supported="a softmax or logits over at least two classes, one sigmoid unit or its logit",
            next_step="for two classes end it in Dense(1, activation='sigmoid') and train again",
        )


def _chain(config: dict[str, Json], path: Path) -> list[dict[str, Json]]:
    """The layers from the output backwards, as far as each has one input; nested models are entered."""
    inner = config["config"]
    if config["class_name"] == "Sequential":
        back = [item for item in reversed(inner["layers"]) if item["class_name"] != "InputLayer"]
    else:
        outputs = inner["output_layers"]
        if isinstance(outputs[0], list):
            raise _several(config, path)
        by_name = {item["name"]: item for item in inner["layers"]}
        back = _backwards(by_name, outputs[0])
    chain: list[dict[str, Json]] = []
    for item in back:
        chain += _chain(item, path) if item["class_name"] in ("Sequential", "Functional") else [item]
    if not chain:
        raise refused_input(path, "it has no layers", SAVE_WHOLE)
    return chain


def _several(config: dict[str, Json], path: Path) -> ModelRefusedError:
    """The refusal of a model with several outputs: what each of them is, and how to save one."""
    inner = config["config"]
    by_name = {item["name"]: item for item in inner["layers"]}
    told, scores = [], ""
    for reference in inner["output_layers"]:
        alone = {**config, "config": {**inner, "output_layers": reference}}
        chain = _chain(alone, path)
        output, classes = _output(chain), _classes(chain)
        what = f"{classes} {_KINDS[output]}" if classes else _KINDS[output]
        told.append(f"{reference[0]!r} ({what})")
        if not scores and (output == "softmax" or (output == "sigmoid" and classes == 1)):
            scores = reference[0]
    kept = scores or inner["output_layers"][0][0]
    where = "model.output" if kept not in by_name else f"model.get_layer({kept!r}).output"
    more = f" and {len(told) - 8} more" if len(told) > 8 else ""
    return refused_input(
        path,
        f"it has {len(told)} outputs: {', '.join(told[:8])}{more}",
        "`task = \"several\"` in [model] with a [[head]] table for each says what it answers (`espalier init` writes them), "
        "`task = \"raw\"` builds all of them as they are; for one label per image save a model of one of them, such "
        f"as `keras.Model(model.input, {where})`",
    )


def _backwards(by_name: dict[str, dict[str, Json]], name: str) -> list[dict[str, Json]]:
    found: list[dict[str, Json]] = []
    seen: set[str] = set()
    while name in by_name and name not in seen:
        seen.add(name)
        item = by_name[name]
        if item["class_name"] == "InputLayer":
            break
        found.append(item)
        nodes = item["inbound_nodes"]
        args = nodes[-1]["args"] if nodes else []
        first = args[0] if len(args) == 1 else None
        if not isinstance(first, dict) or first.get("class_name") != "__keras_tensor__":
            break
        name = first["config"]["keras_history"][0]
    return found


def _output(chain: list[dict[str, Json]]) -> str:
    for item in chain:
        name, config = item["class_name"], item["config"]
        if name in ("Softmax", "Sigmoid"):
            return str(name).lower()
        activation = config.get("activation")
        if isinstance(activation, dict):
            activation = {"Softmax": "softmax"}.get(activation["class_name"], "other")
        if activation in _FUNCTIONS:
            return _FUNCTIONS[activation]
        passes = name in _SAME_VALUES or (name == "Activation" and activation == "linear")
        if not passes:
            return "logits"
    return "logits"


def _classes(chain: list[dict[str, Json]]) -> int | None:
    for item in chain:
        config = item["config"]
        count = config.get("units") if item["class_name"] == "Dense" else None
        if item["class_name"] in ("Conv2D", "Conv2DTranspose", "SeparableConv2D"):
            count = config.get("filters")
        if isinstance(count, int):
            return count
        if item["class_name"] == "Reshape" and len(config.get("target_shape", ())) == 1:
            if config["target_shape"][0] > 0:
                return int(config["target_shape"][0])
            return None
        if item["class_name"] not in _SAME_CLASSES:
            return None
    return None
