"""The image that a checked configuration takes, also where its input has no channel axis or is a row of numbers.

A model of grey pictures often takes [height, width] (the MNIST tutorials) or their pixels in a row (784). Such a
configuration gets a new input layer [height, width, channels] and a Reshape to the shape that the model takes; its
old input layer becomes that Reshape, so that every reference to it stays true.
"""

from __future__ import annotations

from math import isqrt
from pathlib import Path
from typing import Any

from ..errors import ModelRefusedError
from ..limits import LIMITS
from .keras_arguments import written_object
from .keras_container import SAVE_WHOLE

Json = Any
SUPPORTED = "image classifiers: one image in, one vector of scores out"
WITH_NUMBERS = "one image [height, width, channels] and, beside it, vectors of numbers [k]"
CHANNELS = range(1, LIMITS.input_bands + 1)

_LEAST_SIDE = 8
"""A row of fewer numbers than a picture of this side is a table, not a picture."""
_MODELS = ("Sequential", "Functional")


def image_shape(config: dict[str, Json], path: Path) -> tuple[int | None, ...]:
    """[height, width, channels] of the image, None where the model leaves a side open; `config` is changed in place where
    its input has another form. Raises ModelRefusedError for an input that is no image."""
    shape = _declared(config, path)
    image = picture_of(shape)
    if image is None:
        raise refused_input(path, f"its input has the shape {list(shape)} without the batch", _advice(shape))
    if image != shape:
        _put_image_before(config, [int(side or 0) for side in image], [int(side or 0) for side in shape])
    return image


def picture_of(shape: tuple[int | None, ...]) -> tuple[int | None, ...] | None:
    """The image [height, width, channels] behind an input shape; None where there is none."""
    if len(shape) == 3 and shape[2] in CHANNELS:
        return None if _channels_come_first(shape) else shape
    known = [side for side in shape if side is not None]
    if len(known) != len(shape):
        return None
    if len(known) == 2 and min(known) >= _LEAST_SIDE:
        return (*known, 1)
    if len(known) == 1:
        for channels in (1, 3):
            side = isqrt(known[0] // channels)
            if side >= _LEAST_SIDE and side * side * channels == known[0]:
                return (side, side, channels)
    return None


def _channels_come_first(shape: tuple[int | None, ...]) -> bool:
    """Whether [3, 8, 8] or [1, 8, 8] is meant: an image three pixels high with other than 1 or 3 bands is none, nor is a row of
    as many pixels as bands. [1, 40, 10] is: sound."""
    first, middle, last = shape
    return last not in (1, 3) and (first == 3 or (first == 1 and middle == last))


def _advice(shape: tuple[int | None, ...]) -> str:
    if len(shape) == 3 and shape[0] in (1, 3):
        return "channels come first here; rebuild the model with channels last"
    if len(shape) == 3 and shape[2] is None:
        return "say how many channels the image has: Input((height, width, 3))"
    if len(shape) in (1, 2) and None in shape:
        return "give the input its size, as in Input((28, 28)), and save again"
    if len(shape) == 1:
        return (
            "a row of numbers is read as a square picture, grey (784 is 28 x 28) or in colour (3072 is 32 x 32 x 3); begin "
            "the model with Input((height, width, channels)) and Flatten"
        )
    if len(shape) == 4:
        return "one image goes in, not a sequence of them or a volume"
    if len(shape) == 3:
        return f"images of {shape[2]} channels are not read: 1 to {LIMITS.input_bands} of them, channels last"
    return "an image has [height, width, channels], channels last, or [height, width] when it is grey"


def refused_input(path: Path, why: str, advice: str) -> ModelRefusedError:
    """The error for an input that is no image."""
    return ModelRefusedError(
        f"the model file {path.name!r} is refused: {why}", supported=SUPPORTED, next_step=advice
    )


def _declared(config: dict[str, Json], path: Path) -> tuple[int | None, ...]:
    """The input shape without the batch, as it is declared."""
    inner = config["config"]
    inputs = inner.get("input_layers")
    layers = inner["layers"]
    if inputs and isinstance(inputs[0], list):
        _put_image_first(config, path)
        inputs = inner["input_layers"][0]
    if config["class_name"] == "Sequential":
        first = layers[0] if layers else None
        if first and first["class_name"] in _MODELS:
            return _declared(first, path)
    else:
        first = next((item for item in layers if item["name"] == inputs[0]), None)
    if not first or first["class_name"] != "InputLayer":
        raise refused_input(path, "it declares no input shape (it was saved before it was built)", SAVE_WHOLE)
    return tuple(first["config"]["batch_shape"][1:])


def vectors_of(config: dict[str, Json]) -> list[tuple[str, int]]:
    """(layer, values) of each input beside the image, of a configuration that `image_shape` passed."""
    inner = config["config"]
    inputs = inner.get("input_layers") or [""]
    if not isinstance(inputs[0], list):
        return []
    layers = {item["name"]: item["config"] for item in inner["layers"]}
    return [(str(one[0]), int(layers[one[0]]["batch_shape"][1])) for one in inputs[1:]]


def _put_image_first(config: dict[str, Json], path: Path) -> None:
    """Of several inputs one is an image, the others are vectors of numbers; the image goes first, the order of the others stays.
    Raises ModelRefusedError for anything else."""
    inner = config["config"]
    inputs = inner["input_layers"]
    layers = {item["name"]: item for item in inner["layers"] if item["class_name"] == "InputLayer"}
    shapes = {one[0]: tuple(layers[one[0]]["config"]["batch_shape"][1:]) for one in inputs if one[0] in layers}
    images = [one for one in inputs if len(shapes.get(one[0], ())) == 3]
    others = [one for one in inputs if one not in images]
    vectors = all(len(shape := shapes.get(one[0], ())) == 1 and shape[0] for one in others)
    if len(images) != 1 or not vectors:
        told = ", ".join(f"{one[0]!r} {list(shapes.get(one[0], ()))}" for one in inputs[:6])
        raise ModelRefusedError(
            f"the model file {path.name!r} is refused: it has {len(inputs)} inputs ({told}, without the batch)",
            supported=WITH_NUMBERS,
            next_step="save a model of one image; numbers beside it are a vector of known length, as in Input((2,)), and in the "
            "recipe [[input.numbers]]; make other inputs constants",
        )
    inner["input_layers"] = [images[0], *others]


def _put_image_before(config: dict[str, Json], image: list[int], shape: list[int]) -> None:
    """Let the model begin with an image of the shape `image` and a Reshape to `shape`."""
    inner = config["config"]
    layers = inner["layers"]
    name = _free_name({item.get("name") or item["config"].get("name", "") for item in layers})
    picture = written_object(
        "keras.layers", "InputLayer", {"batch_shape": [None, *image], "dtype": "float32", "name": name}
    )
    if config["class_name"] == "Sequential":
        reshape = _reshape(f"{name}_reshape", shape)
        inner["layers"] = [
            picture, reshape, *(layers[1:] if layers[0]["class_name"] == "InputLayer" else layers)
        ]  # fmt: skip
        return
    place = next(i for i, item in enumerate(layers) if item["name"] == inner["input_layers"][0])
    history = {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]}
    tensor = {"class_name": "__keras_tensor__", "config": history}
    old = layers[place]["name"]
    layers[place] = _reshape(old, shape) | {
        "name": old, "inbound_nodes": [{"args": [tensor], "kwargs": {}}]
    }  # fmt: skip
    layers.insert(0, picture | {"name": name, "inbound_nodes": []})
    inner["input_layers"] = [name, 0, 0]


def _reshape(name: str, shape: list[int]) -> dict[str, Json]:
    return written_object(
        "keras.layers", "Reshape", {"target_shape": shape, "dtype": "float32", "name": name}
    )


def _free_name(taken: set[str]) -> str:
    """`image`, or the first `image_2`, ... that no layer has."""
    name, number = "image", 2
    while {name, f"{name}_reshape"} & taken:
        name, number = f"image_{number}", number + 1
    return name
