"""How a model scales its own input: `preprocess_input`, Rescaling, Normalization and operators before its first layer.

Read from the canonical configuration alone. Whoever feeds such a model x/255 scales twice, and no error is raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Json = Any

_MODELS = frozenset({"Sequential", "Functional"})
_SAME_VALUES = frozenset(
    {
        "InputLayer", "Identity", "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "Cast", "Reshape",
        "Permute", "Squeeze", "ExpandDims", "Transpose", "ZeroPadding2D", "Cropping2D", "Resizing", "CenterCrop", "GetItem",
        "Stack", "Flip", "Take", "Split", "Concatenate", "Repeat", "Tile", "BroadcastTo", "Clip",
    }
)  # fmt: skip
"""Layers and operators that move pixels and leave their values, and whatever begins with Random (augmentation)."""

_OPERATORS = frozenset({"TrueDivide", "Divide", "Multiply", "Add", "Subtract"})

RAW_SPAN = 20.0
"""A model that brings 0..255 into a range at most this wide was fed raw pixels; usual ones are 1, 2 and 5 wide."""

MEAN_ONLY = 10.0
"""And one that only subtracts more than this, too (Keras' "caffe" mode subtracts about 110)."""

_PARTED: tuple[dict[str, Json], list[Json]] = ({"class_name": "", "config": {}}, [])
"""The way from the input parts: no layer beyond is passed by every pixel."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScaling:
    """`layers` are those that scale, in order. `scale`, `offset`: what they do to an input x, scale * x + offset per
    channel, as far as the configuration tells; `known` is False where a Normalization keeps its figures in weights."""

    layers: tuple[str, ...]
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    known: bool

    @property
    def takes(self) -> Literal["raw", "unit"]:
        """What the model was fed: pixels of 0..255, or pixels that were scaled before."""
        largest = max(map(abs, self.scale))
        if not self.known or 255 * largest <= RAW_SPAN:
            return "raw"
        return "raw" if largest == 1 and max(map(abs, self.offset)) > MEAN_ONLY else "unit"

    def __str__(self) -> str:
        return ", ".join(repr(name) for name in self.layers)


def own_scaling(config: str | dict[str, Json]) -> OwnScaling | None:
    """What a canonical configuration (ModelFacts.config) does to its input's values before any weights; None: nothing."""
    names: list[str] = []
    scale, offset, known = np.ones(1), np.zeros(1), True
    for layer, arguments in _from_input(json.loads(config) if isinstance(config, str) else config):
        name = str(layer["class_name"])
        if name in _SAME_VALUES or name.startswith("Random") or _is_linear(layer):
            continue
        step = _affine(layer, arguments)
        if step is None:
            break
        names.append(str(layer["config"].get("name", name)))
        if len(step) == 0:
            known = False
            break
        if len({len(row) for row in (scale, offset, *step)} - {1}) > 1:
            return None
        scale, offset = np.broadcast_arrays(scale * step[0], offset * step[0] + step[1])
    if not names:
        return None
    return OwnScaling(layers=tuple(names), scale=_row(scale), offset=_row(offset), known=known)


def _from_input(config: dict[str, Json]) -> Iterator[tuple[dict[str, Json], list[Json]]]:
    """(layer, arguments of its call) from the input on, as long as the way does not part; nested models are entered."""
    inner = config["config"]
    if config["class_name"] == "Sequential":
        for item in inner["layers"]:
            yield from _entered(item, [])
        return
    place = _first_name(inner.get("input_layers"))
    layers = {item["name"]: item for item in inner["layers"]}
    seen: set[str] = set()
    while place in layers and place not in seen:
        seen.add(place)
        item = layers[place]
        nodes = item.get("inbound_nodes") or [{}]
        yield from _entered(item, list(nodes[-1].get("args", [])) + list(nodes[-1].get("kwargs", {}).values()))
        users = [other for other in inner["layers"] if place in _sources(other)]
        # Channels that are taken apart and put together again (rgb to bgr) are one way.
        while len(users) > 1 and all(user["class_name"] in ("GetItem", "Split") for user in users):
            parts = {user["name"] for user in users}
            users = [other for other in inner["layers"] if parts & set(_sources(other))]
        if len(users) > 1:
            yield _PARTED
            return
        if not users:
            return
        place = users[0]["name"]


def _entered(item: dict[str, Json], arguments: list[Json]) -> Iterator[tuple[dict[str, Json], list[Json]]]:
    if item["class_name"] in _MODELS:
        yield from _from_input(item)
    else:
        yield item, arguments


def _affine(layer: dict[str, Json], arguments: list[Json]) -> tuple[Values, Values] | tuple[()] | None:
    """(scale, offset) of a layer; () where it scales by what is stored in weights; None where it does something else."""
    name, config = layer["class_name"], layer["config"]
    if name == "Rescaling":
        scale, offset = _constant(config.get("scale", 1.0)), _constant(config.get("offset", 0.0))
        return None if scale is None or offset is None else (scale, offset)
    if name == "Normalization":
        mean, variance = _constant(config.get("mean")), _constant(config.get("variance"))
        if mean is None or variance is None or config.get("invert"):
            return ()
        deviation = np.maximum(np.sqrt(variance), 1e-7)
        return 1 / deviation, -mean / deviation
    if name not in _OPERATORS or len(arguments) != 2:
        return None
    first, second = (_constant(value) for value in arguments)
    value = first if second is None else second
    if value is None or (first is not None and second is not None):
        return None
    one, nothing = np.ones_like(value), np.zeros_like(value)
    if name in ("TrueDivide", "Divide"):
        return None if second is None or not value.all() else (1 / value, nothing)
    if name == "Multiply":
        return value, nothing
    if name == "Add":
        return one, value
    return (one, -value) if second is not None else (-one, value)


def _constant(value: Json) -> Values | None:
    """A number, a list of them, or a stored tensor, as a row of at most one value per channel."""
    if isinstance(value, dict):
        value = value.get("config", {}).get("value") if value.get("class_name") in ("__tensor__", "__numpy__") else None
    if value is None or isinstance(value, bool | str):
        return None
    try:
        row = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError):
        return None
    return row if 1 <= len(row) <= 4 and np.isfinite(row).all() else None


def _row(values: Values) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _is_linear(layer: dict[str, Json]) -> bool:
    return bool(layer["class_name"] == "Activation" and layer["config"].get("activation") == "linear")


def _first_name(inputs: Json) -> str:
    while isinstance(inputs, list) and inputs:
        inputs = inputs[0]
    return str(inputs)


def _sources(item: dict[str, Json]) -> list[str]:
    """Names of the layers whose outputs a layer takes."""
    found: list[str] = []
    waiting: list[Json] = [item.get("inbound_nodes") or []]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("class_name") == "__keras_tensor__":
                found.append(str(value["config"]["keras_history"][0]))
            else:
                waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found
