"""Faces, traffic signs, fire, medicine; small devices."""

from __future__ import annotations

from typing import Any

from nets import Model, conv_bn, net, stack


def _xception_block(k: Any, values: Any, filters: int) -> Any:
    lay, l2 = k.layers, k.regularizers.l2(0.01)
    short = lay.Conv2D(filters, 1, strides=2, padding="same", use_bias=False)(values)
    short = lay.BatchNormalization()(short)
    for step in range(2):
        values = lay.SeparableConv2D(
            filters, 3, padding="same", depthwise_regularizer=l2, pointwise_regularizer=l2, use_bias=False
        )(values)
        values = lay.BatchNormalization()(values)
        values = values if step else lay.Activation("relu")(values)
    values = lay.MaxPooling2D(3, strides=2, padding="same")(values)
    return lay.add([values, short])


@net
def mini_xception(k: Any) -> Model:
    """The emotion net of `face_classification`: 64x64 grey, seven classes, pooling before the softmax."""
    lay = k.layers
    image = lay.Input((64, 64, 1))
    values = image
    for _ in range(2):
        values = lay.Conv2D(8, 3, use_bias=False, kernel_regularizer=k.regularizers.l2(0.01))(values)
        values = lay.Activation("relu")(lay.BatchNormalization()(values))
    for filters in (16, 32, 64, 128):
        values = _xception_block(k, values, filters)
    values = lay.GlobalAveragePooling2D()(lay.Conv2D(7, 3, padding="same")(values))
    return k.Model(image, lay.Activation("softmax", name="predictions")(values))


@net
def big_xception(k: Any) -> Model:
    lay = k.layers
    image = lay.Input((64, 64, 1))
    values = image
    for filters, strides in ((32, 2), (64, 1)):
        values = lay.Conv2D(filters, 3, strides=strides, use_bias=False)(values)
        values = lay.Activation("relu")(lay.BatchNormalization()(values))
    for filters in (128, 256):
        values = _xception_block(k, values, filters)
    values = lay.GlobalAveragePooling2D()(lay.Conv2D(2, 3, padding="same")(values))
    return k.Model(image, lay.Activation("softmax", name="predictions")(values))


@net
def simple_cnn_gender(k: Any) -> Model:
    """`simple_CNN` of the same repository: average pooling and dropout between pairs of convolutions."""
    lay, layers = k.layers, []
    for filters, size in ((16, 7), (32, 5), (64, 3), (128, 3)):
        layers += [lay.Conv2D(filters, size, padding="same"), lay.BatchNormalization()]
        layers += [lay.Conv2D(filters, size, padding="same"), lay.BatchNormalization(), lay.Activation("relu")]
        layers += [lay.AveragePooling2D(pool_size=(2, 2), padding="same"), lay.Dropout(0.5)]
    layers += [lay.Conv2D(2, 3, padding="same"), lay.GlobalAveragePooling2D()]
    return stack(k, (48, 48, 1), *layers, lay.Activation("softmax", name="predictions"))


@net
def emotion_detection_cnn(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (48, 48, 1), lay.Conv2D(32, 3, activation="relu"), lay.Conv2D(64, 3, activation="relu"), lay.MaxPooling2D(2),
        lay.Dropout(0.25), lay.Conv2D(128, 3, activation="relu"), lay.MaxPooling2D(2), lay.Conv2D(128, 3, activation="relu"),
        lay.MaxPooling2D(2), lay.Dropout(0.25), lay.Flatten(), lay.Dense(256, activation="relu"), lay.Dropout(0.5),
        lay.Dense(7, activation="softmax"),
    )  # fmt: skip


@net
def fer_vgg(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (32, 64, 128):
        for _ in range(2):
            layers += [
                lay.Conv2D(filters, 3, padding="same", kernel_initializer="he_normal"),
                lay.Activation("elu"), lay.BatchNormalization(),
            ]  # fmt: skip
        layers += [lay.MaxPooling2D(2), lay.Dropout(0.5)]
    layers += [lay.Flatten(), lay.Dense(64, kernel_initializer="he_normal"), lay.Activation("elu"), lay.BatchNormalization()]
    return stack(k, (48, 48, 1), *layers, lay.Dropout(0.5), lay.Dense(6), lay.Activation("softmax"))


@net
def liveness_net(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (16, 32):
        for _ in range(2):
            layers += [lay.Conv2D(filters, 3, padding="same"), lay.Activation("relu"), lay.BatchNormalization(axis=-1)]
        layers += [lay.MaxPooling2D(2), lay.Dropout(0.25)]
    layers += [lay.Flatten(), lay.Dense(64), lay.Activation("relu"), lay.BatchNormalization(), lay.Dropout(0.5)]
    return stack(k, (32, 32, 3), *layers, lay.Dense(2), lay.Activation("softmax"))


@net
def drowsy_eyes(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (24, 24, 1), lay.Conv2D(32, 3, activation="relu"), lay.MaxPooling2D(1), lay.Conv2D(32, 3, activation="relu"),
        lay.MaxPooling2D(1), lay.Conv2D(64, 3, activation="relu"), lay.MaxPooling2D(1), lay.Dropout(0.25), lay.Flatten(),
        lay.Dense(128, activation="relu"), lay.Dropout(0.5), lay.Dense(2, activation="softmax"),
    )  # fmt: skip



@net
def traffic_sign_net(k: Any) -> Model:
    lay, layers = k.layers, [k.layers.Conv2D(8, 5, padding="same"), k.layers.Activation("relu")]
    layers += [lay.BatchNormalization(axis=-1), lay.MaxPooling2D(2)]
    for filters in (16, 32):
        for _ in range(2):
            layers += [lay.Conv2D(filters, 3, padding="same"), lay.Activation("relu"), lay.BatchNormalization(axis=-1)]
        layers += [lay.MaxPooling2D(2)]
    for _ in range(2):
        layers += [lay.Flatten(), lay.Dense(128), lay.Activation("relu"), lay.BatchNormalization(), lay.Dropout(0.5)]
    return stack(k, (32, 32, 3), *layers, lay.Dense(43), lay.Activation("softmax"))


@net
def gtsrb_30(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (30, 30, 3), lay.Conv2D(32, 5, activation="relu"), lay.Conv2D(32, 5, activation="relu"), lay.MaxPool2D(2),
        lay.Dropout(0.25), lay.Conv2D(64, 3, activation="relu"), lay.Conv2D(64, 3, activation="relu"), lay.MaxPool2D(2),
        lay.Dropout(0.25), lay.Flatten(),
        lay.Dense(256, activation="relu"), lay.Dropout(0.5), lay.Dense(43, activation="softmax"),
    )  # fmt: skip


@net
def gtsrb_multi_scale(k: Any) -> Model:
    """Sermanet and LeCun: features of two stages go into the classifier."""
    lay = k.layers
    image = lay.Input((32, 32, 1))
    first = lay.MaxPooling2D(2)(lay.Conv2D(38, 5, activation="tanh")(image))
    second = lay.MaxPooling2D(2)(lay.Conv2D(64, 5, activation="tanh")(first))
    both = lay.Concatenate()([lay.Flatten()(lay.MaxPooling2D(2)(first)), lay.Flatten()(second)])
    return k.Model(image, lay.Dense(43, activation="softmax")(lay.Dense(100, activation="tanh")(both)))


@net
def fire_net(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (16, 32, 64):
        layers += [lay.Conv2D(filters, 3, activation="relu"), lay.AveragePooling2D(2), lay.Dropout(0.5)]
    layers += [lay.Flatten(), lay.Dense(256, activation="relu"), lay.Dropout(0.2), lay.Dense(128, activation="relu")]
    return stack(k, (64, 64, 3), *layers, lay.Dense(2, activation="softmax"))


@net
def pneumonia_separable(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (16, 32, 64):
        for _ in range(2):
            layers.append(lay.SeparableConv2D(filters, 3, activation="relu", padding="same"))
        layers += [lay.BatchNormalization(), lay.MaxPool2D(pool_size=(2, 2)), lay.Dropout(0.2)]
    layers += [lay.Flatten(), lay.Dense(64, activation="relu"), lay.Dropout(0.7)]
    first = lay.Conv2D(16, 3, activation="relu", padding="same")
    return stack(k, (64, 64, 3), first, *layers, lay.Dense(1, activation="sigmoid"))


@net
def malaria_cells(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (32, 32):
        layers += [lay.Conv2D(filters, 3, activation="relu"), lay.MaxPooling2D(2)]
        layers += [lay.BatchNormalization(axis=-1), lay.Dropout(0.2)]
    layers += [lay.Flatten(), lay.Dense(128, activation="relu"), lay.BatchNormalization(axis=-1), lay.Dropout(0.2)]
    return stack(k, (64, 64, 3), *layers, lay.Dense(2, activation="sigmoid"))


@net
def brain_tumor_leaky(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (16, 32, 64):
        layers += [lay.Conv2D(filters, 3, padding="same"), lay.LeakyReLU(0.1), lay.MaxPooling2D(2)]
    return stack(k, (64, 64, 1), *layers, lay.Flatten(), lay.Dense(64), lay.LeakyReLU(0.1), lay.Dense(4, activation="softmax"))


@net
def plant_village(k: Any) -> Model:
    """Resizing and Rescaling in a Sequential model of their own, then six pairs of convolution and pooling."""
    lay, layers = k.layers, []
    before = k.Sequential([lay.Input((96, 96, 3)), lay.Resizing(64, 64), lay.Rescaling(1.0 / 255)])
    for filters in (32, 64, 64, 64):
        layers += [lay.Conv2D(filters, 3, activation="relu"), lay.MaxPooling2D(2)]
    layers += [lay.Flatten(), lay.Dense(64, activation="relu"), lay.Dense(3, activation="softmax")]
    return stack(k, (96, 96, 3), before, *layers)



@net
def mlperf_person_detection(k: Any) -> Model:
    """MLPerf Tiny VWW: MobileNetV1 0.25 of 96x96, built by hand."""
    image = k.layers.Input((96, 96, 3))
    values = conv_bn(k, image, 8, 3, 2)
    for filters, strides in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        values = k.layers.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False)(values)
        values = k.layers.Activation("relu")(k.layers.BatchNormalization()(values))
        values = conv_bn(k, values, filters, 1)
    values = k.layers.Flatten()(k.layers.AveragePooling2D(values.shape[1])(values))
    return k.Model(image, k.layers.Dense(2, activation="softmax")(values))


@net
def mlperf_keyword_spotting(k: Any) -> Model:
    """MLPerf Tiny KWS: DS-CNN on a spectrogram of 49x10, read as a grey picture."""
    image = k.layers.Input((49, 10, 1))
    values = conv_bn(k, image, 64, (10, 4), 2)
    for _ in range(4):
        values = k.layers.DepthwiseConv2D(3, padding="same")(values)
        values = k.layers.Activation("relu")(k.layers.BatchNormalization()(values))
        values = conv_bn(k, values, 64, 1)
    values = k.layers.AveragePooling2D((25, 5))(k.layers.Dropout(0.4)(values))
    return k.Model(image, k.layers.Dense(12, activation="softmax")(k.layers.Flatten()(values)))


@net
def tensorflow_simple_audio(k: Any) -> Model:
    """tensorflow.org/tutorials/audio/simple_audio: Resizing and adapted Normalization before the convolutions."""
    lay = k.layers
    image = lay.Input((124, 129, 1))
    scale = lay.Normalization(mean=0.5, variance=2.0)
    values = scale(lay.Resizing(32, 32)(image))
    values = lay.Conv2D(64, 3, activation="relu")(lay.Conv2D(32, 3, activation="relu")(values))
    values = lay.Flatten()(lay.Dropout(0.25)(lay.MaxPooling2D()(values)))
    return k.Model(image, lay.Dense(8)(lay.Dropout(0.5)(lay.Dense(64, activation="relu")(values))))


@net
def edge_impulse_scratch(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters in (32, 16):
        layers += [
            lay.Conv2D(filters, 3, padding="same", activation="relu", kernel_constraint=k.constraints.MaxNorm(1)),
            lay.MaxPooling2D(2, strides=2, padding="same"),
        ]  # fmt: skip
    return stack(k, (48, 48, 1), *layers, lay.Flatten(), lay.Dropout(0.25), lay.Dense(3, activation="softmax", name="y_pred"))


@net
def tiny_stm32_digits(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (12, 12, 1), lay.Conv2D(4, 3, activation="relu6"), lay.DepthwiseConv2D(3, activation="relu"), lay.GlobalMaxPooling2D(),
        lay.Dense(10, activation="softmax"),
    )  # fmt: skip
