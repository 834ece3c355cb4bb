"""Whether a network answers with a map or a picture, from its configuration alone: its output keeps rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

PAINTS: Final = frozenset(
    {"Conv2D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D", "UpSampling2D", "MaxPooling2D", "AveragePooling2D",
     "ZeroPadding2D", "Cropping2D"}
)  # fmt: skip
"""Layers of whose output every model keeps rows and columns."""
PASSES: Final = frozenset(
    {"Activation", "Softmax", "Sigmoid", "ReLU", "LeakyReLU", "PReLU", "ELU", "Dropout", "SpatialDropout2D", "Identity",
     "BatchNormalization", "LayerNormalization", "GroupNormalization", "Rescaling", "Normalization", "GaussianNoise"}
)  # fmt: skip
"""Layers whose output has the shape of their input."""
MERGES: Final = frozenset({"Add", "Concatenate", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
NESTS: Final = frozenset({"Functional", "Sequential", "Model", "InputLayer"})


def paints(chain: Sequence[str], classes: Sequence[str]) -> bool:
    """`chain`: classes of the layers from the output backwards as far as each has one input; `classes`: of all layers of the
    model. The first layer of the chain that changes its input's shape keeps rows and columns, or no layer at all takes them
    away."""
    for name in chain:
        if name in PAINTS:
            return True
        if name not in PASSES:
            break
    known = PAINTS | PASSES | MERGES | NESTS
    return bool(PAINTS & set(classes)) and all(name in known for name in classes)
