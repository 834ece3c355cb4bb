"""What each Keras from 2.3 to 3.15 wrote otherwise than the Keras that rebuilds the model, and how it is read.

Taken from the sources of every minor version: the arguments that `get_config` writes, the names of classes and of
functions, the groups of the HDF5 file. A version writes what it has; the fault is always an argument that a later one
no longer takes. Each row here has a test that it loads to equal answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = Any
ANY = "every layer"


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument that the current Keras does not take under this name.

    `neutral`: the values that mean nothing; None where no value means anything when predicting. `becomes`: the
    argument that has its place. `instead`: what to do about any other value.
    """

    layers: frozenset[str]
    name: str
    versions: str
    neutral: tuple[Json, ...] | None = None
    becomes: str = ""
    instead: str = ""


_SEPARABLE = names("SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D")
_NO_GROUPS = _SEPARABLE | names("Conv1DTranspose Conv2DTranspose")
_ATTENTION = names("MultiHeadAttention")
_ONE_GROUP = "only Conv1D and Conv2D may have groups"

ARGUMENTS: tuple[Argument, ...] = (
    Argument(layers=_NO_GROUPS, name="groups", versions="2.4-2.15", neutral=(1, None), instead=_ONE_GROUP),
    Argument(layers=_SEPARABLE, name="kernel_initializer", versions="2.3-2.15"),
    Argument(layers=_SEPARABLE, name="kernel_regularizer", versions="2.3-2.15"),
    Argument(layers=_SEPARABLE, name="kernel_constraint", versions="2.3-2.15"),
    Argument(layers=names("Conv1D Conv2D"), name="rank", versions="2.3"),
    Argument(layers=names("Cropping1D UpSampling1D"), name="data_format", versions="2.3"),
    Argument(layers=names("BatchNormalization"), name="virtual_batch_size", versions="2.4-2.15"),
    Argument(layers=names("BatchNormalization"), name="fused", versions="2.4-2.15"),
    Argument(layers=names("BatchNormalization"), name="adjustment", versions="2.4-2.15"),
    Argument(layers=names("SpatialDropout1D SpatialDropout2D"), name="noise_shape", versions="2.3-2.15"),
    Argument(layers=names("SpatialDropout1D SpatialDropout2D"), name="trainable", versions="2.3-2.15"),
    Argument(layers=names("Embedding"), name="input_length", versions="2.3-2.15"),
    Argument(layers=_ATTENTION, name="query_shape", versions="2.5-2.15"),
    Argument(layers=_ATTENTION, name="key_shape", versions="2.5-2.15"),
    Argument(layers=_ATTENTION, name="value_shape", versions="2.5-2.15"),
    Argument(layers=_ATTENTION, name="softmax_robust_masking", versions="2.15"),
    Argument(
        layers=names("Attention AdditiveAttention"),
        name="causal",
        versions="2.4-2.9",
        neutral=(False, None),
        instead="one image has no order in time; train it without `causal`",
    ),
    Argument(layers=names("LeakyReLU"), name="alpha", versions="2.3-2.15", becomes="negative_slope"),
    Argument(layers=names("ReLU"), name="theta", versions="2.3-2.15, ThresholdedReLU", becomes="threshold"),
    Argument(layers=names("RandomRotation"), name="value_range", versions="3.0-3.5"),
    Argument(layers=names("Identity"), name="factor", versions="2.4-2.15, RandomHeight and RandomWidth"),
    Argument(layers=names("Identity"), name="interpolation", versions="2.4-2.15, RandomHeight and RandomWidth"),
    Argument(layers=names("Identity"), name="seed", versions="2.4-2.15, RandomHeight and RandomWidth"),
    Argument(layers=frozenset({ANY}), name="batch_input_shape", versions="2.3-2.15, the first layer"),
    Argument(layers=frozenset({ANY}), name="dynamic", versions="2.4-2.5"),
    Argument(layers=frozenset({ANY}), name="rng_type", versions="2.9-2.15"),
    Argument(layers=frozenset({ANY}), name="build_config", versions="2.12-3.15"),
    Argument(layers=frozenset({ANY}), name="compile_config", versions="2.12-3.15"),
    Argument(layers=frozenset({ANY}), name="shared_object_id", versions="2.5-3.15"),
    Argument(layers=frozenset({ANY}), name="quantization_config", versions="3.13-3.15"),
)
"""Arguments by the current name of the layer that they stand in. Compile settings are among them: never read."""

CLASSES: dict[str, tuple[str, str]] = {
    "BatchNormalizationV1": ("BatchNormalization", "2.4-2.11, within tf.compat.v1"),
    "BatchNormalizationV2": ("BatchNormalization", "2.4-2.5"),
    "SyncBatchNormalization": ("BatchNormalization", "2.4-2.15"),
    "LayerNormalizationV2": ("LayerNormalization", "2.4"),
    "Convolution1D": ("Conv1D", "2.3"),
    "Convolution2D": ("Conv2D", "2.3"),
    "Convolution2DTranspose": ("Conv2DTranspose", "2.3"),
    "Deconvolution2D": ("Conv2DTranspose", "2.3"),
    "SeparableConvolution2D": ("SeparableConv2D", "2.3"),
    "AvgPool2D": ("AveragePooling2D", "2.3"),
    "MaxPool2D": ("MaxPooling2D", "2.3"),
    "GlobalAvgPool2D": ("GlobalAveragePooling2D", "2.3"),
    "GlobalMaxPool2D": ("GlobalMaxPooling2D", "2.3"),
    "Linear": ("Activation", "2.3"),
    "ThresholdedReLU": ("ReLU", "2.3-2.15"),
    "RandomHeight": ("Identity", "2.4-2.15: changes the size in training only"),
    "RandomWidth": ("Identity", "2.4-2.15: changes the size in training only"),
    "FixedDropout": ("Dropout", "the efficientnet package for Keras 2"),
}
"""Classes that another one of the current Keras stands for: old name -> (current name, who wrote it)."""

ACTIVATIONS: dict[str, str] = {
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
    "gelu_v2": "gelu",
    "swish_v2": "swish",
}
"""Functions of TensorFlow given as an activation, as Keras 2 wrote their names."""

OLD_HARD_SIGMOID = "keras_2_hard_sigmoid"
"""The activation hard_sigmoid of Keras 2, clip(0.2 x + 0.5, 0, 1); Keras 3 gives that name to relu6(x + 3) / 6."""

LAYER_GROUPS = frozenset({"layers", "_layer_checkpoint_dependencies"})
"""Groups at the root of an archive's weights that hold layers: Keras 2.13 and 2.14 called them by the second name.
All others hold the state of training, never looked at: optimizer, metrics, loss trackers."""

DOUBLED_GROUPS = "_layer_checkpoint_dependencies"
"""In this group every layer with weights was counted twice: conv2d, conv2d_2, conv2d_4 are three in a row."""

WEIGHT_GROUPS: dict[str, str] = {
    "_query_dense": "query_dense",
    "_key_dense": "key_dense",
    "_value_dense": "value_dense",
    "_output_dense": "output_dense",
}
"""Groups inside a layer that Keras 2 called otherwise."""

LAYER_WORDS: dict[str, str] = {"sync_batch_normalization": "batch_normalization"}
"""Groups of layers with weights whose class is read as another one: word -> word of the current class."""


def argument_rule(layer: str, name: str) -> Argument | None:
    """The row of an argument, or None: the current Keras takes it."""
    return _BY_NAME.get((layer, name)) or _BY_NAME.get((ANY, name))


_BY_NAME = {(layer, row.name): row for row in ARGUMENTS for layer in row.layers}
