"""Rebuild a checked Keras model in the TensorFlow process: from its canonical configuration, never from its file.

Keras is imported inside the functions; the caller's process must be a confined child.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

from ..errors import InputRefusedError, ModelRefusedError, UnsupportedModelError
from . import keras_container
from .keras_assign import assign_weights, cause_of, check_layout
from .keras_ends import refuse_single_output
from .keras_facts import LayerEntry, LayerSummary, ModelFacts, ModelSummary, WeightEntry
from .keras_objects import Layer, Model
from .keras_table import MODELS
from .keras_versions import OLD_HARD_SIGMOID
from .macs import count_macs

__all__ = ["LayerEntry", "ModelFacts", "WeightEntry", "describe", "rebuild", "start_tensorflow"]

_SPARE_PARAMETERS = 4096
_ACTIVATION_VALUES = 1 << 28


def start_tensorflow() -> dict[str, str]:
    """Import TensorFlow and Keras in this process, with reproducible arithmetic. Returns their versions."""
    import tensorflow

    tensorflow.config.experimental.enable_op_determinism()
    import keras

    keras.utils.set_random_seed(0)
    return {"tensorflow": str(tensorflow.__version__), "keras": str(keras.__version__)}


def rebuild(facts: ModelFacts, path: Path, size: tuple[int, int] | None = None) -> Model:
    """The Keras 3 model of the file at `path`, with its weights. `size`: height, width where the model leaves them open.

    Raises ModelRefusedError when the file is not the one in `facts`, or configuration and weights do not belong
    together; InputRefusedError when `size` is not the model's; UnsupportedModelError when it is no classifier.
    """
    if keras_container.sha256_of(path) != facts.sha256:
        raise ModelRefusedError(
            f"the model file {path.name!r} changed while it was read", next_step="start the build again"
        )
    config = json.loads(facts.config)
    fixed = _fixed_size(facts, path, size)
    _set_input(config, fixed)
    model: Model = _from_config(config, facts, path)
    check_layout(model, facts, path)
    assign_weights(model, facts, path)
    _check_task(model, facts, path)
    return model


def _fixed_size(facts: ModelFacts, path: Path, size: tuple[int, int] | None) -> tuple[int, int, int]:
    height, width, channels = facts.input_shape
    if size is None and (height is None or width is None):
        raise InputRefusedError(
            f"the model {path.name!r} leaves its input size open: {list(facts.input_shape)}",
            next_step="name the size: `[input] size = [height, width]`",
        )
    wanted = size or (height, width)
    if (height, width) not in ((wanted[0], wanted[1]), (None, None)):
        for have, want in ((height, wanted[0]), (width, wanted[1])):
            if have is not None and have != want:
                raise InputRefusedError(
                    f"the model {path.name!r} takes {height} x {width} pixels, not {wanted[0]} x {wanted[1]}",
                    next_step=f"set `[input] size = [{height}, {width}]`",
                )
    return int(wanted[0]), int(wanted[1]), int(channels or 0)  # type: ignore[arg-type]


def _set_input(config: dict[str, Any], shape: tuple[int, int, int]) -> None:
    """Fix the image shape of the input layer of the outermost model, and of the nested ones that begin with it."""
    layers = config["config"]["layers"]
    inputs = config["config"].get("input_layers")
    image = inputs[0] if inputs and isinstance(inputs[0], list) else inputs
    for item in layers if inputs else layers[:1]:
        if item["class_name"] == "InputLayer" and (not inputs or item["name"] == image[0]):
            item["config"]["batch_shape"] = [None, *shape]
        elif not inputs and item["class_name"] in MODELS:
            _set_input(item, shape)


def _from_config(config: dict[str, Any], facts: ModelFacts, path: Path) -> Any:
    import keras
    from keras.src.applications.convnext import LayerScale
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    custom = {
        "LayerScale": LayerScale,
        "CustomScaleLayer": CustomScaleLayer,
        OLD_HARD_SIGMOID: lambda x: keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0),
    }
    with _allocation_guard(facts, path):
        try:
            return keras.saving.deserialize_keras_object(config, custom_objects=custom, safe_mode=True)
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            AttributeError,
            RuntimeError,
            RecursionError,
        ) as problem:
            raise ModelRefusedError(
                f"the model file {path.name!r} is refused: Keras cannot rebuild it: {cause_of(problem)}",
                next_step="save the model again with a current Keras; then open it there once to see that it loads",
            ) from None


@contextmanager
def _allocation_guard(facts: ModelFacts, path: Path) -> Iterator[None]:
    """Refuse a weight before it is allocated when the file cannot hold it: the sum may not pass what is stored."""
    import keras

    allowed = facts.parameters + _SPARE_PARAMETERS
    original = keras.layers.Layer.add_weight
    total = 0

    def add_weight(self: Any, shape: Any = None, *args: Any, **kwargs: Any) -> Any:
        nonlocal total
        sides = (shape,) if isinstance(shape, int) else tuple(shape or ())
        total += prod(int(s) for s in sides)
        if total > allowed:
            raise ModelRefusedError(
                f"the model file {path.name!r} is refused: its configuration asks for more weights than it stores "
                f"({facts.parameters:,}); the layer {self.name!r} wants the shape {list(sides)}",
                next_step="save the model again; the configuration and the weights come from different models",
            )
        return original(self, shape, *args, **kwargs)

    keras.layers.Layer.add_weight = add_weight
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = original


def _check_task(model: Model, facts: ModelFacts, path: Path) -> None:
    if facts.output == "values":
        return
    shape = tuple(model.output_shape)
    if len(shape) != 2 or shape[1] is None:
        found, advice = _no_scores(shape[1:], tuple(model.inputs[0].shape)[1:])
        raise UnsupportedModelError(
            f"the model {path.name!r} gives {found}, not one vector of class scores",
            supported="classifiers: the output is [batch, classes]",
            next_step=f"{advice}; or build it as it is: `task = \"raw\"` in [model]",
        )
    if shape[1] == 1:
        refuse_single_output(path, facts.output)


def _no_scores(shape: tuple[Any, ...], image: tuple[Any, ...]) -> tuple[str, str]:
    """What an output that is no vector of scores is, and what to do. Shapes without the batch."""
    sides = list(shape)
    if len(shape) == 3 and None not in shape[:2]:
        height, width, channels = shape
        if 2 * height >= image[0] and 2 * width >= image[1]:
            kind = "a mask" if channels <= 2 else "a picture or a mask"
            return (
                f"a map of {height} x {width} x {channels} values for one image of {image[0]} x {image[1]} ({kind})",
                'write into the recipe what it paints: `task = "segment"` with the names of its classes in [segment], or '
                '`task = "image"` with the range of its values in [picture]',
            )
        return (
            f"a map of {height} x {width} x {channels} features for one image",
            "its classifying end is missing (`include_top=False`): put GlobalAveragePooling2D and a trained Dense layer "
            "on top, and save that model; boxes per cell of the map are not supported",
        )
    if len(shape) == 2:
        return (
            f"{sides[0] or 'several'} rows of {sides[1]} values for one image (a sequence, or boxes)",
            "one label per image is supported: a reader of text and a detector are not",
        )
    return f"values of the shape {sides} for one image", "for one label per image, save a classifier"


def describe(model: Model, facts: ModelFacts) -> ModelSummary:
    """Parameters, MACs, layers and shapes of a rebuilt model, for one image."""
    import keras

    walk, shape = _Walk(), tuple(model.inputs[0].shape)
    fed = [keras.KerasTensor((1, *tuple(one.shape)[1:]), dtype="float32") for one in model.inputs]
    walk.through(model, fed if len(fed) > 1 else fed[0])
    return ModelSummary(
        parameters=sum(row.parameters for row in walk.rows),
        macs=sum(row.macs for row in walk.rows),
        layers=tuple(walk.rows),
        input_shape=(1, *(int(s) for s in shape[1:])),
        output_shape=(1, *(int(s) for s in model.outputs[0].shape[1:])),
        output=facts.output,
        notes=facts.notes,
    )


class _Walk:
    """A symbolic image through a model, nested ones opened: a row for each operation, in the order of the calls."""

    def __init__(self) -> None:
        self.rows: list[LayerSummary] = []
        self._counted: set[int] = set()

    def through(self, part: Layer, tensor: Any) -> Any:
        import keras

        if isinstance(part, keras.Sequential):
            for layer in part.layers:
                tensor = self._step(layer)(tensor)
            return tensor
        return part._run_through_graph(tensor, operation_fn=self._step, call_fn=lambda op, *a, **k: op(*a, **k))

    def _step(self, operation: Layer) -> Callable[..., Any]:
        import keras

        if isinstance(operation, keras.Model):
            return lambda tensor, *rest, **more: self.through(operation, tensor)
        return lambda *args, **kwargs: self._record(operation, args, kwargs)

    def _record(self, operation: Layer, args: tuple[object, ...], kwargs: dict[str, object]) -> Any:
        import keras

        output = operation.compute_output_spec(*args, **{k: v for k, v in kwargs.items() if k != "training"})
        tensors = [t for t in keras.tree.flatten((args, kwargs)) if isinstance(t, keras.KerasTensor)]
        first = keras.tree.flatten(output)[0]
        shape = tuple(int(s or 1) for s in first.shape)
        parameters = 0
        if hasattr(operation, "count_params") and id(operation) not in self._counted:
            self._counted.add(id(operation))
            parameters = sum(prod(w.shape) for w in operation.weights if "seed_generator" not in w.path)
        name = type(operation).__name__
        macs = count_macs(name, operation, [tuple(int(s or 1) for s in t.shape) for t in tensors], shape)
        if prod(shape) > _ACTIVATION_VALUES:
            raise UnsupportedModelError(
                f"the layer {operation.name!r} makes {prod(shape):,} values for one image (shape {list(shape)})",
                supported=f"at most {_ACTIVATION_VALUES:,} values per layer",
                next_step="lower the input size or the layer's size",
            )
        self.rows.append(
            LayerSummary(
                name=operation.name, class_name=name, output_shape=shape, parameters=int(parameters), macs=int(macs)
            )
        )
        return output
