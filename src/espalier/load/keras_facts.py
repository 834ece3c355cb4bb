"""What is known about a Keras model file before any of it is loaded."""

from __future__ import annotations

import msgspec


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
