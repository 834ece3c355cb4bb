"""Architectures of papers."""

from __future__ import annotations

from typing import Any

from nets import Model, conv_bn, net, pooled, stack


@net
def alexnet_bn(k: Any) -> Model:
    lay = k.layers
    layers = [lay.Conv2D(48, 11, strides=4, activation="relu"), lay.BatchNormalization(), lay.MaxPool2D(3, strides=2)]
    layers += [lay.Conv2D(96, 5, padding="same", activation="relu"), lay.BatchNormalization(), lay.MaxPool2D(3, strides=2)]
    for filters in (128, 128, 96):
        layers += [lay.Conv2D(filters, 3, padding="same", activation="relu"), lay.BatchNormalization()]
    layers += [lay.MaxPool2D(3, strides=2), lay.Flatten(), lay.Dense(256, activation="relu"), lay.Dropout(0.5)]
    layers += [lay.Dense(256, activation="relu"), lay.Dropout(0.5), lay.Dense(10, activation="softmax")]
    return stack(k, (131, 131, 3), *layers)


@net
def squeezenet(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((64, 64, 3))
    values = lay.MaxPooling2D(3, strides=2)(lay.Conv2D(64, 3, strides=2, activation="relu")(image))
    for place, (squeeze, expand) in enumerate(((16, 64), (16, 64), (32, 128), (32, 128), (48, 192))):
        values = lay.Conv2D(squeeze, 1, activation="relu", name=f"fire{place}/squeeze1x1".replace("/", "_"))(values)
        left = lay.Conv2D(expand, 1, activation="relu")(values)
        right = lay.Conv2D(expand, 3, padding="same", activation="relu")(values)
        values = lay.concatenate([left, right], axis=3)
        values = lay.MaxPooling2D(3, strides=2)(values) if place == 1 else values
    values = lay.Conv2D(10, 1, activation="relu")(lay.Dropout(0.5)(values))
    return k.Model(image, lay.Activation("softmax", name="loss")(lay.GlobalAveragePooling2D()(values)))


def _inception(k: Any, values: Any, counts: tuple[int, int, int, int, int, int]) -> Any:
    lay = k.layers
    one = lay.Conv2D(counts[0], 1, padding="same", activation="relu")(values)
    three = lay.Conv2D(counts[1], 1, padding="same", activation="relu")(values)
    three = lay.Conv2D(counts[2], 3, padding="same", activation="relu")(three)
    five = lay.Conv2D(counts[3], 1, padding="same", activation="relu")(values)
    five = lay.Conv2D(counts[4], 5, padding="same", activation="relu")(five)
    most = lay.MaxPooling2D(3, strides=1, padding="same")(values)
    most = lay.Conv2D(counts[5], 1, padding="same", activation="relu")(most)
    return lay.concatenate([one, three, five, most])


@net
def googlenet(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((64, 64, 3))
    values = lay.Conv2D(32, 7, strides=2, padding="same", activation="relu")(image)
    values = lay.MaxPooling2D(3, strides=2, padding="same")(values)
    values = _inception(k, values, (32, 48, 64, 8, 16, 16))
    values = lay.MaxPooling2D(3, strides=2, padding="same")(_inception(k, values, (64, 64, 96, 16, 48, 32)))
    return pooled(k, image, lay.Dropout(0.4)(_inception(k, values, (96, 48, 104, 8, 24, 32))), 10)


@net
def mini_googlenet(k: Any) -> Model:
    image = k.layers.Input((32, 32, 3))
    values = conv_bn(k, image, 48)
    for left, right in ((32, 32), (32, 48)):
        values = k.layers.concatenate([conv_bn(k, values, left, 1), conv_bn(k, values, right, 3)], axis=-1)
    down = k.layers.MaxPooling2D(3, strides=2)(values)
    side = k.layers.BatchNormalization()(k.layers.Conv2D(80, 3, strides=2)(values))
    values = k.layers.concatenate([k.layers.Activation("relu")(side), down])
    values = k.layers.Flatten()(k.layers.AveragePooling2D(7)(values))
    return k.Model(image, k.layers.Dense(10, activation="softmax")(k.layers.Dropout(0.5)(values)))


@net
def mini_vggnet(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (32, 64):
        for _ in range(2):
            layers += [lay.Conv2D(filters, 3, padding="same"), lay.Activation("relu"), lay.BatchNormalization(axis=-1)]
        layers += [lay.MaxPooling2D(2), lay.Dropout(0.25)]
    layers += [lay.Flatten(), lay.Dense(128), lay.Activation("relu"), lay.BatchNormalization(), lay.Dropout(0.5)]
    return stack(k, (32, 32, 3), *layers, lay.Dense(10), lay.Activation("softmax"))


@net
def se_resnet(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((32, 32, 3))
    values = conv_bn(k, image, 16)
    for filters, strides in ((16, 1), (32, 2)):
        side = conv_bn(k, values, filters, 3, strides)
        side = lay.BatchNormalization()(lay.Conv2D(filters, 3, padding="same")(side))
        weight = lay.Reshape((1, 1, filters))(lay.GlobalAveragePooling2D()(side))
        weight = lay.Dense(filters // 4, activation="relu", use_bias=False)(weight)
        side = lay.multiply([side, lay.Dense(filters, activation="sigmoid", use_bias=False)(weight)])
        if strides == 2:
            values = lay.Conv2D(filters, 1, strides=2)(values)
        values = lay.ReLU()(lay.add([values, side]))
    return pooled(k, image, values, 10)


@net
def shufflenet(k: Any) -> Model:
    """Channel shuffle as Reshape, Permute, Reshape."""
    lay = k.layers
    image = lay.Input((48, 48, 3))
    values = lay.MaxPooling2D(3, strides=2, padding="same")(conv_bn(k, image, 24, 3, 2))
    for _ in range(2):
        side = lay.BatchNormalization()(lay.Conv2D(24, 1, groups=1)(values))
        height, width, count = (int(s) for s in side.shape[1:])
        side = lay.Reshape((height, width, 3, count // 3))(lay.ReLU()(side))
        side = lay.Reshape((height, width, count))(lay.Permute((1, 2, 4, 3))(side))
        side = lay.BatchNormalization()(lay.DepthwiseConv2D(3, padding="same")(side))
        values = lay.ReLU()(lay.Add()([values, lay.Conv2D(24, 1)(side)]))
    return pooled(k, image, values, 10)


@net
def conv_mixer(k: Any) -> Model:
    """keras.io/examples/vision/convmixer: GELU, depthwise 5x5 with a residual."""
    lay = k.layers
    image = lay.Input((32, 32, 3))
    values = lay.Rescaling(scale=1.0 / 255)(image)
    values = lay.Conv2D(32, 2, strides=2)(values)
    values = lay.BatchNormalization()(lay.Activation("gelu")(values))
    for _ in range(3):
        side = lay.DepthwiseConv2D(5, padding="same")(values)
        side = lay.Add()([lay.BatchNormalization()(lay.Activation("gelu")(side)), values])
        values = lay.BatchNormalization()(lay.Activation("gelu")(lay.Conv2D(32, 1)(side)))
    return pooled(k, image, values, 10)


@net
def vision_transformer(k: Any) -> Model:
    """A small ViT of stock layers: patches by a strided convolution, no class token."""
    lay = k.layers
    image = lay.Input((32, 32, 3))
    values = lay.Reshape((16, 32))(lay.Conv2D(32, 8, strides=8)(image))
    for _ in range(2):
        side = lay.LayerNormalization(epsilon=1e-6)(values)
        values = lay.Add()([values, lay.MultiHeadAttention(2, 16, dropout=0.1)(side, side)])
        side = lay.Dense(64, activation="gelu")(lay.LayerNormalization(epsilon=1e-6)(values))
        values = lay.Add()([values, lay.Dense(32)(side)])
    values = lay.GlobalAveragePooling1D()(lay.LayerNormalization(epsilon=1e-6)(values))
    return k.Model(image, lay.Dense(10)(values))


@net
def mlp_mixer(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((32, 32, 3))
    values = lay.Reshape((64, 32))(lay.Conv2D(32, 4, strides=4)(image))
    for _ in range(2):
        side = lay.Permute((2, 1))(lay.LayerNormalization()(values))
        side = lay.Permute((2, 1))(lay.Dense(64)(lay.Dense(32, activation="gelu")(side)))
        values = lay.Add()([values, side])
        values = lay.Add()([values, lay.Dense(32)(lay.Dense(64, activation="gelu")(lay.LayerNormalization()(values)))])
    return k.Model(image, lay.Dense(10, activation="softmax")(lay.GlobalAveragePooling1D()(values)))


@net
def mobile_one_prelu(k: Any) -> Model:
    """A face net: depthwise blocks with PReLU, a depthwise convolution over the whole map at the end."""
    lay = k.layers
    image = lay.Input((48, 48, 3))
    values = lay.PReLU(shared_axes=[1, 2])(lay.BatchNormalization()(lay.Conv2D(16, 3, strides=2, padding="same")(image)))
    for filters, strides in ((24, 2), (32, 2)):
        values = lay.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(values)
        values = lay.PReLU(shared_axes=[1, 2])(lay.BatchNormalization()(values))
        values = lay.BatchNormalization()(lay.Conv2D(filters, 1, use_bias=False)(values))
    values = lay.Flatten()(lay.DepthwiseConv2D(6)(values))
    return k.Model(image, lay.Dense(6, activation="softmax")(values))


@net
def inverted_residuals_relu6(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((48, 48, 3))
    values = lay.ReLU(6.0)(lay.BatchNormalization()(lay.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(image)))
    for strides, filters in ((1, 16), (2, 24), (1, 24)):
        side = lay.ReLU(6.0)(lay.BatchNormalization()(lay.Conv2D(filters * 4, 1, use_bias=False)(values)))
        side = lay.ZeroPadding2D(((0, 1), (0, 1)))(side) if strides == 2 else side
        side = lay.DepthwiseConv2D(3, strides=strides, padding="same" if strides == 1 else "valid", use_bias=False)(side)
        side = lay.ReLU(6.0)(lay.BatchNormalization()(side))
        side = lay.BatchNormalization()(lay.Conv2D(filters, 1, use_bias=False)(side))
        values = lay.Add()([values, side]) if strides == 1 and int(values.shape[-1]) == filters else side
    return pooled(k, image, values, 4)
