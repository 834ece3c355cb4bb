"""What is known about a Keras model file before any of it is loaded."""

from __future__ import annotations

import msgspec

from ..detector import Heads


class WeightEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One stored array: where it is in the HDF5 file, its shape and its numpy dtype. `even`: a vector of floats that are all
    equal, as biases and statistics are before a training."""

    path: str
    shape: tuple[int, ...]
    dtype: str
    even: bool = False


class LayerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of the configuration; `inside` names the nested model that holds it ("" at the top)."""

    name: str
    class_name: str
    inside: str = ""


class HeadEnds(msgspec.Struct, frozen=True, kw_only=True):
    """One output as the configuration tells it: its word and its layer; softmax, sigmoid or logits; how many values (None:
    not told)."""

    name: str
    layer: str
    output: str
    values: int | None
    paints: bool = False
    """Whether it keeps rows and columns: a map or a picture (keras_paints.py)."""


class NumberEnds(msgspec.Struct, frozen=True, kw_only=True):
    """One input of numbers beside the image: its word, its layer and how many values it takes."""

    name: str
    layer: str
    values: int


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A checked Keras model file. `config` is the only description of the model that is ever given to Keras.

    format: "keras" (zip) or "h5" (HDF5). generation: the Keras that wrote it, 2 or 3. config: canonical JSON in
    Keras 3 form, every class from the allow-list, initialisers replaced by zeros, compile settings dropped.
    input_shape: without the batch, None where the model leaves a side open. output: "softmax", "sigmoid" or
    "logits"; "values" where no class scores are asked for. classes: outputs of the last layer, None where the configuration
    alone does not tell.
    parameters: stored floating-point numbers (optimiser state not counted).
    names: layers and models that are called otherwise than in the file: name in the file -> name here.
    """

    format: str
    generation: int
    keras_version: str
    sha256: str
    file_bytes: int
    config: str
    layers: tuple[LayerEntry, ...]
    input_shape: tuple[int | None, ...]
    output_layer: str
    output: str
    classes: int | None
    weights: tuple[WeightEntry, ...]
    parameters: int
    notes: tuple[str, ...] = ()
    names: dict[str, str] = {}
    loss: str = ""
    """In words, where the file says that it was trained to predict numbers (training.number_loss)."""
    each: bool = False
    """Whether the file says that it was trained on each output by itself (training.binary_loss)."""
    heads: tuple[HeadEnds, ...] = ()
    """Every output, where they are taken as they are."""
    numbers: tuple[NumberEnds, ...] = ()
    """Every input of numbers beside the image."""
    paints: bool = False
    """Whether its one output keeps rows and columns: a map or a picture (keras_paints.py)."""
    losses: tuple[str, ...] = ()
    """The loss of each, in Keras' words without case and underscores; "" where the file does not say."""

    @property
    def never_trained(self) -> bool:
        """Whether every vector of weights still has the one value that it began with: biases 0, statistics 0 and 1. A
        training changes them all; a model without any says nothing."""
        vectors = [
            row
            for row in self.weights
            if len(row.shape) == 1 and row.shape[0] > 1 and row.dtype.startswith(("float", "bfloat"))
        ]
        return bool(vectors) and all(row.even for row in vectors)


class LayerSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a rebuilt model, for one image."""

    name: str
    class_name: str = msgspec.field(name="class")
    output_shape: tuple[int, ...]
    parameters: int
    macs: int


class ModelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A rebuilt model, for one image. Shapes include the batch, as 1. `output`: what it ends with."""

    parameters: int
    macs: int
    layers: tuple[LayerSummary, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    output: str
    notes: tuple[str, ...]
    levels: tuple[Heads, ...] = ()
    """Of a detector: which outputs each level has."""
