"""Tutorials and courses: MNIST, CIFAR, flowers, cats and dogs."""

from __future__ import annotations

from typing import Any

from nets import Model, conv_bn, net, pooled, stack


@net
def tensorflow_quickstart(k: Any) -> Model:
    """tensorflow.org/tutorials/quickstart/beginner: [28, 28] in, logits out."""
    lay = k.layers
    return stack(k, (28, 28), lay.Flatten(), lay.Dense(128, activation="relu"), lay.Dropout(0.2), lay.Dense(10))


@net
def fashion_mnist(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (28, 28), lay.Flatten(), lay.Dense(128, activation="relu"), lay.Dense(10, activation="softmax")
    )


@net
def keras_mnist_mlp(k: Any) -> Model:
    """784 numbers in a row."""
    lay = k.layers
    return stack(
        k, (784,), lay.Dense(512, activation="relu"), lay.Dropout(0.2), lay.Dense(512, activation="relu"),
        lay.Dropout(0.2), lay.Dense(10, activation="softmax"),
    )  # fmt: skip


@net
def keras_mnist_convnet(k: Any) -> Model:
    """keras.io/examples/vision/mnist_convnet."""
    lay = k.layers
    return stack(
        k, (28, 28, 1), lay.Conv2D(32, 3, activation="relu"), lay.MaxPooling2D(2), lay.Conv2D(64, 3, activation="relu"),
        lay.MaxPooling2D(2), lay.Flatten(), lay.Dropout(0.5), lay.Dense(10, activation="softmax"),
    )  # fmt: skip


@net
def tfmot_mnist(k: Any) -> Model:
    """The model-optimization tutorials: [28, 28], Reshape, 12 filters, logits."""
    lay = k.layers
    return stack(
        k, (28, 28), lay.Reshape((28, 28, 1)), lay.Conv2D(12, 3, activation="relu"), lay.MaxPooling2D(2), lay.Flatten(),
        lay.Dense(10),
    )  # fmt: skip


@net
def lenet5(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (32, 32, 1), lay.Conv2D(6, 5, activation="tanh"), lay.AveragePooling2D(2), lay.Activation("sigmoid"),
        lay.Conv2D(16, 5, activation="tanh"), lay.AveragePooling2D(2), lay.Activation("sigmoid"),
        lay.Conv2D(120, 5, activation="tanh"), lay.Flatten(), lay.Dense(84, activation="tanh"),
        lay.Dense(10, activation="softmax"),
    )  # fmt: skip


@net
def lenet_relu(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (28, 28, 1), lay.Conv2D(20, 5, padding="same", activation="relu"), lay.MaxPooling2D(2, strides=2),
        lay.Conv2D(50, 5, padding="same", activation="relu"), lay.MaxPooling2D(2, strides=2), lay.Flatten(),
        lay.Dense(500, activation="relu"), lay.Dense(10), lay.Softmax(),
    )  # fmt: skip


@net
def kaggle_digit_recognizer(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (28, 28, 1), lay.Conv2D(32, 5, padding="same", activation="relu"),
        lay.Conv2D(32, 5, padding="same", activation="relu"),
        lay.MaxPool2D(2), lay.Dropout(0.25), lay.Conv2D(64, 3, padding="same", activation="relu"),
        lay.Conv2D(64, 3, padding="same", activation="relu"), lay.MaxPool2D(2, strides=2), lay.Dropout(0.25), lay.Flatten(),
        lay.Dense(256, activation="relu"), lay.Dropout(0.5), lay.Dense(10, activation="softmax"),
    )  # fmt: skip


@net
def digits_25_layers(k: Any) -> Model:
    """Batch normalization after every activation, strided convolutions instead of pooling."""
    lay, layers = k.layers, []
    for filters in (32, 64):
        for size, strides in ((3, 1), (3, 1), (5, 2)):
            layers += [
                lay.Conv2D(filters, size, strides=strides, padding="same", activation="relu"), lay.BatchNormalization()
            ]  # fmt: skip
        layers.append(lay.Dropout(0.4))
    layers += [lay.Conv2D(128, 4, activation="relu"), lay.BatchNormalization(), lay.Flatten(), lay.Dropout(0.4)]
    return stack(k, (28, 28, 1), *layers, lay.Dense(10, activation="softmax"))


@net
def tensorflow_cnn_tutorial(k: Any) -> Model:
    """tensorflow.org/tutorials/images/cnn: CIFAR-10, logits."""
    lay = k.layers
    return stack(
        k, (32, 32, 3), lay.Conv2D(32, 3, activation="relu"), lay.MaxPooling2D(2), lay.Conv2D(64, 3, activation="relu"),
        lay.MaxPooling2D(2), lay.Conv2D(64, 3, activation="relu"), lay.Flatten(), lay.Dense(64, activation="relu"),
        lay.Dense(10),
    )  # fmt: skip


@net
def cifar10_vgg_like(k: Any) -> Model:
    lay, layers = k.layers, []
    for filters, drop in ((32, 0.2), (64, 0.3), (128, 0.4)):
        for _ in range(2):
            layers += [
                lay.Conv2D(filters, 3, padding="same", kernel_regularizer=k.regularizers.l2(1e-4)), lay.Activation("elu"),
                lay.BatchNormalization(),
            ]  # fmt: skip
        layers += [lay.MaxPooling2D(2), lay.Dropout(drop)]
    return stack(k, (32, 32, 3), *layers, lay.Flatten(), lay.Dense(10, activation="softmax"))


@net
def keras_cifar10_resnet20(k: Any) -> Model:
    return _resnet_cifar(k, 16, 3, (32, 32, 3))


@net
def mlperf_resnet8(k: Any) -> Model:
    return _resnet_cifar(k, 16, 1, (32, 32, 3))


def _resnet_cifar(k: Any, filters: int, blocks: int, shape: tuple[int, int, int]) -> Model:
    image = k.layers.Input(shape)
    values = conv_bn(k, image, filters)
    for stage in range(3):
        for block in range(blocks):
            strides = 2 if stage and not block else 1
            side = conv_bn(k, values, filters, strides=strides)
            side = k.layers.BatchNormalization()(k.layers.Conv2D(filters, 3, padding="same")(side))
            if strides == 2:
                values = k.layers.Conv2D(filters, 1, strides=2, padding="same")(values)
            values = k.layers.Activation("relu")(k.layers.add([values, side]))
        filters *= 2
    values = k.layers.Flatten()(k.layers.AveragePooling2D(pool_size=values.shape[1])(values))
    return k.Model(image, k.layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(values))


@net
def all_convolutional(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (32, 32, 3), lay.Conv2D(48, 3, padding="same", activation="relu"),
        lay.Conv2D(48, 3, strides=2, padding="same", activation="relu"),
        lay.Conv2D(96, 3, padding="same", activation="relu"), lay.Conv2D(96, 3, strides=2, padding="same", activation="relu"),
        lay.Conv2D(96, 1, activation="relu"), lay.Conv2D(10, 1), lay.GlobalAveragePooling2D(), lay.Activation("softmax"),
    )  # fmt: skip


@net
def network_in_network(k: Any) -> Model:
    lay = k.layers
    return stack(
        k, (32, 32, 3), lay.Conv2D(96, 5, padding="same", activation="relu"), lay.Conv2D(80, 1, activation="relu"),
        lay.MaxPooling2D(3, strides=2, padding="same"), lay.Dropout(0.5), lay.Conv2D(96, 5, padding="same", activation="relu"),
        lay.Conv2D(10, 1, activation="relu"), lay.GlobalAveragePooling2D(), lay.Softmax(),
    )  # fmt: skip


@net
def densenet_bc_cifar(k: Any) -> Model:
    image = k.layers.Input((32, 32, 3))
    values = k.layers.Conv2D(24, 3, padding="same", use_bias=False)(image)
    for stage in range(3):
        for _ in range(4):
            side = k.layers.Activation("relu")(k.layers.BatchNormalization()(values))
            side = conv_bn(k, side, 48, 1)
            side = k.layers.Conv2D(12, 3, padding="same", use_bias=False)(side)
            values = k.layers.Concatenate()([values, side])
        if stage < 2:
            values = conv_bn(k, values, int(values.shape[-1]) // 2, 1)
            values = k.layers.AveragePooling2D(2)(values)
    return pooled(k, image, k.layers.ReLU()(k.layers.BatchNormalization()(values)), 10)


@net
def wide_resnet(k: Any) -> Model:
    image = k.layers.Input((32, 32, 3))
    values = k.layers.Conv2D(16, 3, padding="same")(image)
    for filters, strides in ((32, 1), (64, 2), (128, 2)):
        side = k.layers.ReLU()(k.layers.BatchNormalization()(values))
        short = k.layers.Conv2D(filters, 1, strides=strides)(side)
        side = conv_bn(k, side, filters, 3, strides)
        side = k.layers.Conv2D(filters, 3, padding="same")(k.layers.Dropout(0.3)(side))
        values = k.layers.Add()([short, side])
    return pooled(k, image, values, 10)



@net
def tensorflow_flowers(k: Any) -> Model:
    """tensorflow.org/tutorials/images/classification: augmentation and Rescaling inside, five logits."""
    lay = k.layers
    augmentation = k.Sequential(
        [lay.Input((64, 64, 3)), lay.RandomFlip("horizontal"), lay.RandomRotation(0.1), lay.RandomZoom(0.1)]
    )
    return stack(
        k, (64, 64, 3), augmentation, lay.Rescaling(1.0 / 255), lay.Conv2D(16, 3, padding="same", activation="relu"),
        lay.MaxPooling2D(), lay.Conv2D(32, 3, padding="same", activation="relu"), lay.MaxPooling2D(),
        lay.Conv2D(64, 3, padding="same", activation="relu"), lay.MaxPooling2D(), lay.Dropout(0.2), lay.Flatten(),
        lay.Dense(128, activation="relu"), lay.Dense(5, name="outputs"),
    )  # fmt: skip


@net
def keras_cats_vs_dogs(k: Any) -> Model:
    """keras.io/examples/vision/image_classification_from_scratch: a small Xception."""
    lay = k.layers
    image = lay.Input((64, 64, 3))
    values = lay.Rescaling(1.0 / 255)(image)
    values = conv_bn(k, values, 32, strides=2)
    before = values
    for size in (64, 96, 128):
        for _ in range(2):
            values = lay.Activation("relu")(values)
            values = lay.BatchNormalization()(lay.SeparableConv2D(size, 3, padding="same")(values))
        values = lay.MaxPooling2D(3, strides=2, padding="same")(values)
        before = values = lay.add([values, lay.Conv2D(size, 1, strides=2, padding="same")(before)])
    values = lay.Activation("relu")(lay.BatchNormalization()(lay.SeparableConv2D(160, 3, padding="same")(values)))
    values = lay.Dropout(0.25)(lay.GlobalAveragePooling2D()(values))
    return k.Model(image, lay.Dense(1, activation=None)(values))


def _course(k: Any, shape: tuple[int, int, int], filters: tuple[int, ...], units: int, end: int, act: str) -> Model:
    lay, layers = k.layers, []
    for count in filters:
        layers += [lay.Conv2D(count, 3, activation="relu"), lay.MaxPooling2D(2, 2)]
    return stack(
        k, shape, *layers, lay.Flatten(), lay.Dropout(0.5), lay.Dense(units, activation="relu"), lay.Dense(end, activation=act)
    )  # fmt: skip


@net
def horses_or_humans(k: Any) -> Model:
    return _course(k, (150, 150, 3), (16, 32, 64, 64, 64), 64, 1, "sigmoid")


@net
def rock_paper_scissors(k: Any) -> Model:
    return _course(k, (96, 96, 3), (64, 64, 128, 128), 128, 3, "softmax")


@net
def sign_language_mnist(k: Any) -> Model:
    return _course(k, (28, 28, 1), (64, 32), 128, 26, "softmax")


@net
def chollet_cats_and_dogs(k: Any) -> Model:
    return _course(k, (96, 96, 3), (32, 64, 128, 128), 256, 1, "sigmoid")
