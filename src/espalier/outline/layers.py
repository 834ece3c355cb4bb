"""Which operators a Keras layer becomes: one row per class. What is not here has no outline (`UnknownLayerError`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Final

from ..graph.types import OptionValue
from . import layers_join, layers_move
from .calls import Call
from .curves import curve_named, relu
from .settings import flag, number, pair, text, whole
from .sheet import AFFINE, Sheet

Draw = Callable[[Sheet, Call], int]


def conv_2d(s: Sheet, call: Call) -> int:
    """Conv2D, with groups as LiteRT's convolution has them."""
    x, config = call.operands[0], call.config
    filters, groups = whole(config, "filters"), whole(config, "groups", 1)
    height, width = pair(config, "kernel_size")
    kernel = s.weights(filters, height, width, s.shape(x)[-1] // groups)
    return _finished(s, call, s.add("conv_2d", [x, kernel, _bias(s, call, filters)], **_window(config)))


def depthwise_conv_2d(s: Sheet, call: Call) -> int:
    """DepthwiseConv2D."""
    return _finished(s, call, _depthwise(s, call, _bias_count(s, call)))


def _bias_count(s: Sheet, call: Call) -> int:
    return s.shape(call.operands[0])[-1] * whole(call.config, "depth_multiplier", 1)


def _depthwise(s: Sheet, call: Call, biases: int) -> int:
    x, config = call.operands[0], call.config
    multiplier = whole(config, "depth_multiplier", 1)
    height, width = pair(config, "kernel_size")
    kernel = s.weights(1, height, width, s.shape(x)[-1] * multiplier)
    bias = (
        _bias(s, call, biases)
        if biases
        else s.weights(s.shape(x)[-1] * multiplier, dtype="int32", stored=False)
    )
    return s.add("depthwise_conv_2d", [x, kernel, bias], depth_multiplier=multiplier, **_window(config))


def separable_conv_2d(s: Sheet, call: Call) -> int:
    """SeparableConv2D: a depthwise and a pointwise convolution."""
    middle = _depthwise(s, call, 0)
    filters = whole(call.config, "filters")
    kernel = s.weights(filters, 1, 1, s.shape(middle)[-1])
    return _finished(
        s,
        call,
        s.add("conv_2d", [middle, kernel, _bias(s, call, filters)], padding="valid", stride_h=1, stride_w=1),
    )


def transpose_conv(s: Sheet, call: Call) -> int:
    """Conv2DTranspose."""
    x, config = call.operands[0], call.config
    filters, padding = whole(config, "filters"), text(config, "padding", "valid")
    sides, strides = pair(config, "kernel_size"), pair(config, "strides", 1)
    grown = [
        n * stride + (max(kernel - stride, 0) if padding == "valid" else 0)
        for n, kernel, stride in zip(s.shape(x)[1:3], sides, strides, strict=True)
    ]
    shape = s.numbers([1, *grown, filters])
    kernel = s.weights(filters, *sides, s.shape(x)[-1])
    options: dict[str, OptionValue] = {"padding": padding, "stride_h": strides[0], "stride_w": strides[1]}
    return _finished(s, call, s.add("transpose_conv", [shape, kernel, x, _bias(s, call, filters)], **options))


def conv_1d(s: Sheet, call: Call) -> int:
    """Conv1D: a convolution over a picture of one row."""
    x, config = call.operands[0], call.config
    filters, (size, *_) = whole(config, "filters"), pair(config, "kernel_size")
    steps, channels = s.shape(x)[1:]
    row = s.add("reshape", [x, s.numbers([1, 1, steps, channels])])
    options = {**_window(config), "stride_h": 1, "dilation_h": 1}
    kernel = s.weights(filters, 1, size, channels // whole(config, "groups", 1))
    made = s.add("conv_2d", [row, kernel, _bias(s, call, filters)], **options)
    return _finished(s, call, s.add("reshape", [made, s.numbers([1, *s.shape(made)[2:]])]))


def dense(s: Sheet, call: Call) -> int:
    """Dense, along the last axis."""
    x, units = call.operands[0], whole(call.config, "units")
    kernel = s.weights(units, s.shape(x)[-1])
    more = len(s.shape(x)) > 2
    return _finished(
        s, call, s.add("fully_connected", [x, kernel, _bias(s, call, units)], keep_num_dims=more)
    )


def _bias(s: Sheet, call: Call, count: int) -> int:
    """Every layer gets a bias when it is quantized."""
    return s.weights(count, dtype="int32", stored=flag(call.config, "use_bias", True))


def _window(config: Mapping[str, object]) -> dict[str, OptionValue]:
    strides, dilation = pair(config, "strides", 1), pair(config, "dilation_rate", 1)
    return {
        "padding": text(config, "padding", "valid"),
        "stride_h": strides[0],
        "stride_w": strides[1],
        "dilation_h": dilation[0],
        "dilation_w": dilation[1],
    }


def _finished(s: Sheet, call: Call, x: int) -> int:
    """The activation that a layer has inside."""
    return curve_named(s, x, call.config.get("activation"), call.name)


def batch_normalization(s: Sheet, call: Call) -> int:
    """A scale and a shift for each channel."""
    x = call.operands[0]
    vectors = 2 + flag(call.config, "center", True) + flag(call.config, "scale", True)
    s.parameters += vectors * s.shape(x)[-1]
    return s.add(AFFINE, [x])


def affine(s: Sheet, call: Call) -> int:
    """Rescaling, Normalization: known numbers."""
    return s.add(AFFINE, [call.operands[0]])


def layer_scale(s: Sheet, call: Call) -> int:
    """A trained scale for each channel."""
    s.parameters += s.shape(call.operands[0])[-1]
    return s.add(AFFINE, [call.operands[0]])


def layer_normalization(s: Sheet, call: Call) -> int:
    """Mean and variance along the last axis, as LiteRT's converter spells them."""
    x = call.operands[0]
    channels, last = s.shape(x)[-1], s.numbers([len(s.shape(x)) - 1])
    s.parameters += channels * (flag(call.config, "center", True) + flag(call.config, "scale", True))
    middle = s.add("mean", [x, last], keep_dims=True)
    spread = s.add("mean", [s.add("squared_difference", [x, middle]), last], keep_dims=True)
    one = s.weights(1, stored=False)
    root = s.add("rsqrt", [s.add("add", [spread, one])])
    scale = s.add("mul", [root, s.weights(channels, stored=False)])
    shift = s.add("sub", [s.weights(channels, stored=False), s.add("mul", [middle, scale])])
    return s.add("add", [s.add("mul", [x, scale]), shift])


def activation(s: Sheet, call: Call) -> int:
    """Activation: a function by its name."""
    return curve_named(s, call.operands[0], call.config.get("activation"), call.name)


def relu_layer(s: Sheet, call: Call) -> int:
    """ReLU with a bound or a slope."""
    slope = number(call.config, "negative_slope", 0.0)
    if slope:
        return s.add("leaky_relu", [call.operands[0]], alpha=slope)
    bound = call.config.get("max_value")
    return relu(s, call.operands[0], None if bound is None else number(call.config, "max_value", 0.0))


def leaky_relu(s: Sheet, call: Call) -> int:
    """LeakyReLU."""
    return s.add("leaky_relu", [call.operands[0]], alpha=number(call.config, "negative_slope", 0.3))


def prelu(s: Sheet, call: Call) -> int:
    """PReLU with its slopes."""
    x = call.operands[0]
    shared = call.config.get("shared_axes")
    axes = shared if isinstance(shared, list | tuple) else ()
    shape = tuple(1 if axis + 1 in axes else side for axis, side in enumerate(s.shape(x)[1:]))
    return s.add("prelu", [x, s.weights(*shape)])


def named(name: str) -> Draw:
    """A layer or an operation that is one curve."""
    return lambda s, call: curve_named(s, call.operands[0], name, call.name)


def same(s: Sheet, call: Call) -> int:
    """What does nothing when a network answers."""
    return call.operands[0]


def pool_2d(kind: str) -> Draw:
    """MaxPooling2D, AveragePooling2D; over the whole picture a mean."""

    def draw(s: Sheet, call: Call) -> int:
        x, size = call.operands[0], pair(call.config, "pool_size", 2)
        strides = pair(call.config, "strides") if call.config.get("strides") is not None else size
        padding = text(call.config, "padding", "valid")
        if kind == "average_pool_2d" and size == s.shape(x)[1:3] and padding == "valid":
            return s.add("mean", [x, s.numbers([1, 2])], keep_dims=True)
        options: dict[str, OptionValue] = {
            "stride_h": strides[0],
            "stride_w": strides[1],
            "filter_h": size[0],
            "filter_w": size[1],
        }
        return s.add(kind, [x], padding=padding, **options)

    return draw


def global_average(s: Sheet, call: Call) -> int:
    """GlobalAveragePooling of any rank."""
    x = call.operands[0]
    axes = list(range(1, len(s.shape(x)) - 1))
    return s.add("mean", [x, s.numbers(axes)], keep_dims=flag(call.config, "keepdims", False))


def global_maximum(s: Sheet, call: Call) -> int:
    """GlobalMaxPooling of any rank: a pool over the whole picture."""
    x, keep = call.operands[0], flag(call.config, "keepdims", False)
    height, *middle, channels = s.shape(x)[1:]
    width = prod(middle)
    if len(s.shape(x)) != 4:
        x = s.add("reshape", [x, s.numbers([1, height, width, channels])])
    made = s.add("max_pool_2d", [x], padding="valid", stride_h=1, stride_w=1, filter_h=height, filter_w=width)
    return made if keep else s.add("reshape", [made, s.numbers([1, channels])])


_SAME = (
    "Dropout Identity SpatialDropout1D SpatialDropout2D GaussianNoise GaussianDropout AlphaDropout ActivityRegularization Cast "
    "StopGradient ConvertToTensor RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness"
)
_CURVES = {
    "ELU": "elu", "Softmax": "softmax", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Gelu": "gelu", "Relu": "relu",
    "Relu6": "relu6", "Elu": "elu", "HardSilu": "hard_silu", "HardSigmoid": "hard_sigmoid", "Exp": "exponential",
}  # fmt: skip

LAYERS: Final[Mapping[str, Draw]] = {
    **dict.fromkeys(_SAME.split(), same),
    **{layer: named(curve) for layer, curve in _CURVES.items()},
    **layers_join.JOINS,
    **layers_move.MOVES,
    "Conv2D": conv_2d,
    "Conv1D": conv_1d,
    "DepthwiseConv2D": depthwise_conv_2d,
    "SeparableConv2D": separable_conv_2d,
    "Conv2DTranspose": transpose_conv,
    "Dense": dense,
    "BatchNormalization": batch_normalization,
    "Rescaling": affine,
    "Normalization": affine,
    "LayerScale": layer_scale,
    "LayerNormalization": layer_normalization,
    "Activation": activation,
    "ReLU": relu_layer,
    "LeakyReLU": leaky_relu,
    "LeakyRelu": leaky_relu,
    "PReLU": prelu,
    "MaxPooling2D": pool_2d("max_pool_2d"),
    "AveragePooling2D": pool_2d("average_pool_2d"),
    **dict.fromkeys(("GlobalAveragePooling2D", "GlobalAveragePooling1D"), global_average),
    **dict.fromkeys(("GlobalMaxPooling2D", "GlobalMaxPooling1D"), global_maximum),
}
"""Class of a layer or of an operation of keras.ops -> its operators."""
