"""Small int8 networks of every kind that detectors, masks, super-resolution, style and embeddings bring, compiled to C.

    python benchmarks/vision_nets.py [WORD ...] [--target cortex-m4] [--keep FOLDER]

Each is made by Keras with random weights, quantized by TFLiteConverter (full integer), compiled as `espalier compile` does, run
on the emulated core against the reference, and compared with LiteRT's reference kernels. Prints one line for each net, or for
those with one of the words in their name: multiply-accumulates, RAM, instructions, instructions per multiply-accumulate, and
the largest difference of an output value from LiteRT; or why it is refused. `--keep` keeps the .tflite files there.
About three minutes on two cores.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from espalier.command.compile import compile_model
from espalier.errors import EspalierError

Net = Callable[[], Any]
NETS: dict[str, Net] = {}


def net(make: Net) -> Net:
    NETS[make.__name__.strip("_")] = make
    return make


class Call(layers.Layer):  # type: ignore[misc]
    """A function of TensorFlow as a layer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def call(self, x: Any) -> Any:
        return self.function(x)


def calls(function: Callable[[Any], Any], x: Any) -> Any:
    return Call(function)(x)


def image(height: int = 32, width: int = 32, channels: int = 3) -> Any:
    return keras.Input((height, width, channels), batch_size=1)


def conv(x: Any, count: int, kernel: int = 3, stride: int = 1, activation: str | None = "relu", **more: Any) -> Any:
    return layers.Conv2D(count, kernel, strides=stride, padding="same", activation=activation, **more)(x)


def plain(x: Any, count: int, kernel: int = 1) -> Any:
    return conv(x, count, kernel, activation=None)


def backbone(x: Any, activation: str = "relu") -> Any:
    for count in (8, 16, 16):
        x = conv(x, count, stride=2, activation=activation)
    return x


def grid(side: int) -> Any:
    return np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(1, side * side, 2).astype(np.float32)


@net
def u_net_transposed() -> Any:
    i = image()
    a = conv(i, 8)
    b = conv(layers.MaxPooling2D()(a), 16)
    x = layers.Conv2DTranspose(16, 2, strides=2, padding="same")(conv(layers.MaxPooling2D()(b), 32))
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same")(conv(layers.Concatenate()([x, b]), 16))
    return keras.Model(i, conv(conv(layers.Concatenate()([x, a]), 8), 1, 1, activation="sigmoid"))


@net
def u_net_bilinear() -> Any:
    i = image()
    a = conv(i, 8)
    x = layers.UpSampling2D(2, interpolation="bilinear")(conv(layers.MaxPooling2D()(a), 16))
    return keras.Model(i, layers.Softmax()(plain(conv(layers.Concatenate()([x, a]), 8), 4)))


def _resize(kind: str, align: bool, half: bool) -> Net:
    def make() -> Any:
        i, function = image(), getattr(tf.raw_ops, kind)
        x = calls(lambda x: function(images=x, size=(45, 77), align_corners=align, half_pixel_centers=half), conv(i, 8))
        return keras.Model(i, conv(x, 4))

    return make


for _kind in ("ResizeBilinear", "ResizeNearestNeighbor"):
    for _name, _align, _half in (("plain", False, False), ("align corners", True, False), ("half pixels", False, True)):
        NETS[f"{_kind}, {_name}"] = _resize(_kind, _align, _half)


@net
def fcn_transposed_16_by_8() -> Any:
    i = image()
    return keras.Model(i, layers.Conv2DTranspose(4, 16, strides=8, padding="same")(plain(backbone(i), 4)))


@net
def deeplab_dilated() -> Any:
    i = image()
    x = conv(conv(i, 8, stride=2), 16, stride=2)
    parts = [conv(x, 8, 1), *(conv(x, 8, 3, dilation_rate=d) for d in (2, 4))]
    mean = conv(layers.GlobalAveragePooling2D(keepdims=True)(x), 8, 1)
    parts.append(layers.UpSampling2D(8, interpolation="bilinear")(mean))
    return keras.Model(i, layers.UpSampling2D(4, interpolation="bilinear")(plain(layers.Concatenate()(parts), 3)))


@net
def mask_of_64_bit_indices() -> Any:
    i = image()
    return keras.Model(i, calls(lambda x: tf.argmax(x, -1), plain(i, 4, 3)))


@net
def espcn_depth_to_space() -> Any:
    i = image(channels=1)
    x = plain(conv(conv(i, 16, 5, activation="tanh"), 8), 9, 3)
    return keras.Model(i, calls(lambda x: tf.nn.depth_to_space(x, 3), x))


@net
def anchored_super_resolution() -> Any:
    i = image()
    x = layers.Add()([plain(conv(i, 16), 27, 3), layers.Concatenate()([i] * 9)])
    return keras.Model(i, calls(lambda x: tf.clip_by_value(tf.nn.depth_to_space(x, 3), 0.0, 255.0), x))


@net
def style_reflection() -> Any:
    i = image()
    pad = lambda x, n: calls(lambda y: tf.pad(y, [[0, 0], [n, n], [n, n], [0, 0]], "REFLECT"), x)  # noqa: E731
    x = layers.Conv2D(8, 9, activation="relu")(pad(i, 4))
    x = layers.UpSampling2D(2)(layers.Conv2D(16, 3, strides=2, activation="relu")(pad(x, 1)))
    return keras.Model(i, layers.Conv2D(3, 9, activation="tanh")(pad(x, 4)))


@net
def instance_norm_by_division() -> Any:
    def normalized(x: Any) -> Any:
        away = x - tf.reduce_mean(x, (1, 2), keepdims=True)
        return away / (tf.sqrt(tf.reduce_mean(tf.abs(away), (1, 2), keepdims=True)) + 0.1)

    i = image()
    return keras.Model(i, conv(calls(normalized, conv(i, 8)), 4))


@net
def group_norm() -> Any:
    i = image()
    return keras.Model(i, conv(layers.GroupNormalization(4)(conv(i, 8)), 4))


@net
def yolo_v2_reorg() -> Any:
    i = image()
    a = conv(i, 8)
    x = layers.Concatenate()([calls(lambda x: tf.nn.space_to_depth(x, 2), a), conv(layers.MaxPooling2D()(a), 16)])
    return keras.Model(i, layers.Reshape((16, 16, 5, 7))(plain(x, 35)))


@net
def yolo_v5_focus() -> Any:
    i = image()
    parts = lambda x: tf.concat([x[:, r::2, c::2] for c in (0, 1) for r in (0, 1)], -1)  # noqa: E731
    return keras.Model(i, conv(calls(parts, i), 8, activation="swish"))


@net
def yolo_v3_decoded_in_5_axes() -> Any:
    def decoded(t: Any) -> Any:
        size = tf.exp(t[..., 2:4]) * tf.constant([[10.0, 13.0], [16.0, 30.0], [33.0, 23.0]])
        place = (tf.sigmoid(t[..., :2]) + grid(8).reshape(1, 8, 8, 1, 2)) * 8.0
        return tf.concat([place, size, tf.sigmoid(t[..., 4:])], -1)

    i = image(64, 64)
    return keras.Model(i, calls(decoded, layers.Reshape((8, 8, 3, 8))(plain(backbone(i), 24))))


@net
def yolo_v5_decoded() -> Any:
    def decoded(t: Any) -> Any:
        t = tf.sigmoid(tf.reshape(t, (1, 64, 3, 8)))
        place = (t[..., :2] * 2 - 0.5 + grid(8)[:, :, None]) / 8.0
        return tf.reshape(tf.concat([place, (t[..., 2:4] * 2) ** 2, t[..., 4:]], -1), (1, 192, 8))

    i = image(64, 64)
    return keras.Model(i, calls(decoded, plain(backbone(i, "swish"), 24)))


@net
def yolo_heads_transposed() -> Any:
    i = image(64, 64)
    x = layers.Permute((3, 1, 2, 4))(layers.Reshape((8, 8, 3, 8))(plain(backbone(i), 24)))
    return keras.Model(i, layers.Reshape((192, 8))(x))


@net
def yolox_decoded() -> Any:
    def decoded(t: Any) -> Any:
        t = tf.reshape(t, (1, 64, 8))
        return tf.concat([(t[..., :2] + grid(8)) * 8, tf.exp(t[..., 2:4]) * 8, tf.sigmoid(t[..., 4:])], -1)

    i = image(64, 64)
    return keras.Model(i, calls(decoded, plain(backbone(i, "swish"), 8)))


@net
def yolo_v8_dfl() -> Any:
    def decoded(t: Any) -> Any:
        t = tf.transpose(tf.reshape(tf.transpose(tf.reshape(t, (1, 64, 64)), (0, 2, 1)), (1, 4, 16, 64)), (0, 3, 1, 2))
        bins = tf.constant(np.arange(16, dtype=np.float32).reshape(1, 1, 16, 1))
        return tf.transpose(tf.reshape(tf.nn.conv2d(tf.nn.softmax(t, -1), bins, 1, "SAME"), (1, 64, 4)), (0, 2, 1))

    i = image(64, 64)
    return keras.Model(i, calls(decoded, plain(backbone(i, "swish"), 64)))


@net
def ssd_heads() -> Any:
    i = image(64, 64)
    x, maps = conv(conv(i, 8, stride=2), 16, stride=2), []
    for count in (16, 24, 24, 32):
        x = conv(x, count, stride=2)
        maps.append(x)
    boxes = layers.Concatenate(axis=1)([layers.Reshape((-1, 4))(plain(m, 16, 3)) for m in maps])
    scores = layers.Concatenate(axis=1)([layers.Reshape((-1, 3))(plain(m, 12, 3)) for m in maps])
    return keras.Model(i, [calls(lambda t: tf.exp(t * 0.2), boxes), layers.Softmax()(scores)])


@net
def ssd_l2_norm() -> Any:
    i = image()
    x = calls(lambda x: tf.math.l2_normalize(x, axis=3) * 20.0, conv(conv(i, 8, stride=2), 16, stride=2))
    return keras.Model(i, plain(x, 12, 3))


@net
def retinanet_fpn() -> Any:
    i = image(64, 64)
    c3 = backbone(i)
    c4 = conv(c3, 24, stride=2)
    p5 = plain(conv(c4, 32, stride=2), 16)
    p4 = layers.Add()([plain(c4, 16), layers.UpSampling2D(2)(p5)])
    levels = [layers.Add()([plain(c3, 16), layers.UpSampling2D(2)(p4)]), p4, p5]
    heads = {
        n: [layers.Conv2D(16, 3, padding="same", activation="relu"), layers.Conv2D(9 * n, 3, padding="same")]
        for n in (3, 4)
    }
    outs = [
        layers.Concatenate(axis=1)([layers.Reshape((-1, n))(last(first(level))) for level in levels])
        for n, (first, last) in heads.items()
    ]
    return keras.Model(i, outs)


@net
def centernet_peaks() -> Any:
    def peaks(heat: Any) -> Any:
        return heat * tf.cast(tf.equal(tf.nn.max_pool2d(heat, 3, 1, "SAME"), heat), tf.float32)

    i = image(64, 64)
    x = conv(conv(i, 8, stride=2), 16, stride=2)
    return keras.Model(i, [calls(peaks, conv(x, 2, activation="sigmoid")), plain(x, 2, 3)])


@net
def centernet_peaks_chosen() -> Any:
    def peaks(heat: Any) -> Any:
        return tf.where(heat >= tf.nn.max_pool2d(heat, 3, 1, "SAME"), heat, tf.zeros_like(heat))

    i = image(64, 64)
    return keras.Model(i, calls(peaks, conv(conv(conv(i, 8, stride=2), 16, stride=2), 2, activation="sigmoid")))


@net
def face_embedding() -> Any:
    i = image()
    x = layers.Dense(64)(layers.GlobalAveragePooling2D()(backbone(i)))
    return keras.Model(i, calls(lambda x: tf.math.l2_normalize(x, axis=1), x))


@net
def pooled_by_powers() -> Any:
    i = image()
    x = calls(lambda x: tf.pow(tf.reduce_mean(tf.pow(tf.maximum(x, 1e-6), 3.0), axis=(1, 2)), 1 / 3), backbone(i))
    return keras.Model(i, layers.Dense(8)(x))


@net
def mish() -> Any:
    i = image()
    return keras.Model(i, conv(calls(lambda x: x * tf.tanh(tf.math.softplus(x)), plain(i, 8, 3)), 4))


@net
def selu_softsign() -> Any:
    i = image()
    return keras.Model(i, conv(calls(tf.nn.softsign, calls(tf.nn.selu, plain(i, 8, 3))), 4))


@net
def rows_of_38400_bytes() -> Any:
    i = image(2, 1200)
    return keras.Model(i, conv(conv(i, 32), 2))


def quantized(model: Any) -> bytes:
    """Full-integer int8 by TFLiteConverter, calibrated with noise."""
    rng = np.random.default_rng(0)
    signature = [tf.TensorSpec(t.shape, tf.float32) for t in model.inputs]
    function = convert_variables_to_constants_v2(tf.function(model).get_concrete_function(*signature))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    shapes = [t.shape for t in model.inputs]
    converter.representative_dataset = lambda: (
        [rng.uniform(-1, 1, shape).astype(np.float32) for shape in shapes] for _ in range(8)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def line(data: bytes, target: str) -> str:
    try:
        made = compile_model(data, target)
    except EspalierError as problem:
        return f"refused: {problem.found}"
    macs, apart = made.report.model["macs"], [c.why for c in made.report.checks if "LiteRT" in c.name]
    count = made.instructions or 0
    proof = "exact" if made.exact else "not proven"
    cost = f"{count:>11,} instructions {count / macs:6.2f} per MAC"
    return f"{macs:>10,} MACs {made.arena_bytes:>8,} B {cost}, {proof}; LiteRT: {apart[0]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--target", default="cortex-m4")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    for name, make in NETS.items():
        if given.words and not any(word in name for word in given.words):
            continue
        keras.utils.set_random_seed(7)
        data = quantized(make())
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{name.replace(' ', '_')}.tflite").write_bytes(data)
        print(f"{name:38} {line(data, given.target)}", flush=True)


if __name__ == "__main__":
    main()
