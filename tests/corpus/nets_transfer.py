"""`keras.applications`, and published networks inside one's own."""

from __future__ import annotations

from typing import Any

from nets import Build, Model, net, stack

_APPLICATIONS: dict[str, tuple[int, dict[str, Any]]] = {
    "MobileNet": (96, {"alpha": 0.25}),
    "MobileNetV2": (96, {"alpha": 0.35}),
    "MobileNetV3Small": (96, {}),
    "MobileNetV3Large": (96, {"alpha": 0.75, "minimalistic": True}),
    "EfficientNetB0": (64, {}),
    "EfficientNetB1": (64, {}),
    "EfficientNetV2B0": (64, {}),
    "NASNetMobile": (64, {}),
    "DenseNet121": (48, {}),
    "ResNet50": (48, {}),
    "ResNet50V2": (48, {}),
    "ResNet101": (48, {}),
    "Xception": (75, {}),
    "InceptionV3": (80, {}),
    "ConvNeXtTiny": (48, {}),
    "VGG16": (32, {"include_top": False, "pooling": "avg"}),
}


def _application(name: str) -> Build:
    size, options = _APPLICATIONS[name]

    def build(k: Any) -> Model:
        make = getattr(k.applications, name)
        if "include_top" in options:
            base = make(input_shape=(size, size, 3), weights=None, **options)
            return k.Model(base.input, k.layers.Dense(10, activation="softmax")(base.output))
        return make(input_shape=(size, size, 3), weights=None, classes=10, **options)

    build.__name__ = f"applications_{name}"
    return build


for _name in _APPLICATIONS:
    net(_application(_name))


@net
def mobilenet_v3_large_full(k: Any) -> Model:
    return k.applications.MobileNetV3Large(input_shape=(64, 64, 3), weights=None, classes=5)



@net
def teachable_machine(k: Any) -> Model:
    """What Teachable Machine exports: two Sequential models in a third, the last layer without bias."""
    base = k.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, include_top=False, weights=None)
    features = k.Sequential([base, k.layers.GlobalAveragePooling2D()])
    head = k.Sequential(
        [k.layers.Dense(100, activation="relu"), k.layers.Dense(3, activation="softmax", use_bias=False)]
    )
    model = k.Sequential([features, head])
    model.build((None, 96, 96, 3))
    return model


def _augmented(k: Any) -> Any:
    return k.Sequential([k.layers.RandomFlip("horizontal"), k.layers.RandomRotation(0.2)])


@net
def tensorflow_transfer_learning(k: Any) -> Model:
    """tensorflow.org/tutorials/images/transfer_learning: augmentation, preprocess_input, MobileNetV2, one logit."""
    base = k.applications.MobileNetV2(input_shape=(96, 96, 3), alpha=0.35, include_top=False, weights=None)
    image = k.layers.Input((96, 96, 3))
    values = k.applications.mobilenet_v2.preprocess_input(_augmented(k)(image))
    values = k.layers.GlobalAveragePooling2D()(base(values, training=False))
    return k.Model(image, k.layers.Dense(1)(k.layers.Dropout(0.2)(values)))


@net
def keras_transfer_learning(k: Any) -> Model:
    """keras.io/guides/transfer_learning: augmentation, Rescaling with an offset, Xception frozen, one logit."""
    base = k.applications.Xception(input_shape=(75, 75, 3), include_top=False, weights=None)
    base.trainable = False
    image = k.layers.Input((75, 75, 3))
    values = k.layers.Rescaling(scale=1 / 127.5, offset=-1)(_augmented(k)(image))
    values = k.layers.GlobalAveragePooling2D()(base(values, training=False))
    return k.Model(image, k.layers.Dense(1)(k.layers.Dropout(0.2)(values)))


@net
def keras_efficientnet_fine_tuning(k: Any) -> Model:
    """keras.io/examples/vision/image_classification_efficientnet_fine_tuning."""
    image = k.layers.Input((64, 64, 3))
    base = k.applications.EfficientNetB0(include_top=False, input_tensor=image, weights=None)
    values = k.layers.GlobalAveragePooling2D(name="avg_pool")(base.output)
    values = k.layers.Dropout(0.2, name="top_dropout")(k.layers.BatchNormalization()(values))
    return k.Model(image, k.layers.Dense(12, activation="softmax", name="pred")(values), name="EfficientNet")


@net
def vgg16_flatten_transfer(k: Any) -> Model:
    base = k.applications.VGG16(include_top=False, input_shape=(32, 32, 3), weights=None)
    base.trainable = False
    model = k.Sequential([base, k.layers.Flatten(), k.layers.Dense(64, activation="relu"), k.layers.Dropout(0.5)])
    model.add(k.layers.Dense(2, activation="softmax"))
    return model


@net
def resnet50_caffe_preprocessing(k: Any) -> Model:
    """preprocess_input of ResNet inside: channels turned round, the mean of ImageNet taken off."""
    base = k.applications.ResNet50(include_top=False, input_shape=(48, 48, 3), weights=None, pooling="avg")
    image = k.layers.Input((48, 48, 3))
    values = base(k.applications.resnet50.preprocess_input(image))
    return k.Model(image, k.layers.Dense(5, activation="softmax")(values))


@net
def face_mask_detector(k: Any) -> Model:
    """The face-mask tutorial: MobileNetV2, 7x7 pooling (here the whole map), Flatten, 128, two classes."""
    base = k.applications.MobileNetV2(
        include_top=False, alpha=0.5, weights=None, input_tensor=k.layers.Input((96, 96, 3))
    )
    values = k.layers.AveragePooling2D(pool_size=(3, 3))(base.output)
    values = k.layers.Dense(128, activation="relu")(k.layers.Flatten(name="flatten")(values))
    return k.Model(base.input, k.layers.Dense(2, activation="softmax")(k.layers.Dropout(0.5)(values)))


@net
def edge_impulse_transfer(k: Any) -> Model:
    """MobileNetV1 0.1 up to a middle layer, then a small dense layer."""
    base = k.applications.MobileNet(input_shape=(96, 96, 3), alpha=0.25, include_top=False, weights=None)
    cut = k.Model(base.input, base.get_layer("conv_pw_6_relu").output)
    return stack(
        k, (96, 96, 3), cut, k.layers.Reshape((-1, 128)), k.layers.GlobalAveragePooling1D(),
        k.layers.Dense(16, activation="relu"), k.layers.Dropout(0.1), k.layers.Dense(3, activation="softmax"),
    )  # fmt: skip


@net
def densenet_transfer_sigmoid(k: Any) -> Model:
    base = k.applications.DenseNet121(include_top=False, input_shape=(48, 48, 3), weights=None, pooling="avg")
    return k.Model(base.input, k.layers.Dense(1, activation="sigmoid")(base.output))


@net
def inception_max_pooled(k: Any) -> Model:
    base = k.applications.InceptionV3(include_top=False, input_shape=(80, 80, 3), weights=None)
    values = k.layers.GlobalMaxPooling2D()(base.output)
    return k.Model(base.input, k.layers.Dense(120, activation="softmax")(k.layers.Dropout(0.5)(values)))
