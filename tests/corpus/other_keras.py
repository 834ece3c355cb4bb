"""Files that another Keras really wrote load to the answers that it gave:

    OTHER/bin/python tests/corpus/other_keras.py write FOLDER     # an environment with any Keras from 2.2 on (2.2 with TF 1.15)
    .venv/bin/python tests/corpus/other_keras.py check FOLDER     # here: one line per file that is refused or differs

`write` makes a small net for every layer, activation and initialiser that the version has, and nets of several layers, as
.h5 and (where the version knows it) .keras; what a version does not have is left out. It runs from Python 3.7 on.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

SIZE = (16, 16, 3)
ACTIVATIONS = (
    "relu sigmoid tanh elu selu softplus softsign exponential swish gelu silu hard_silu leaky_relu relu6 mish hard_sigmoid "
    "log_softmax celu glu log_sigmoid squareplus hard_tanh softmax linear"
)
INITIALIZERS = "zeros he_normal glorot_uniform random_normal truncated_normal variance_scaling orthogonal lecun_normal"
LAYERS = [
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "dilation_rate": 2}),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "groups": 3}),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2}),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3}),
    ("Dense", {"units": 4, "kernel_regularizer": "l2"}),
    ("BatchNormalization", {"scale": False, "epsilon": 1e-5}),
    ("SyncBatchNormalization", {}),
    ("LayerNormalization", {}),
    ("GroupNormalization", {"groups": 3}),
    ("UnitNormalization", {}),
    ("RMSNormalization", {}),
    ("PReLU", {}),
    ("LeakyReLU", {"alpha": 0.2}),
    ("LeakyReLU", {"negative_slope": 0.2}),
    ("ELU", {"alpha": 0.5}),
    ("ReLU", {"max_value": 6.0}),
    ("ReLU", {"negative_slope": 0.1, "threshold": 0.2}),
    ("ThresholdedReLU", {"theta": 0.3}),
    ("Softmax", {}),
    ("ActivityRegularization", {"l2": 0.01}),
    ("AlphaDropout", {"rate": 0.1}),
    ("Dropout", {"rate": 0.2, "noise_shape": (None, 1, 1, 3), "seed": 3}),
    ("GaussianNoise", {"stddev": 0.1}),
    ("SpatialDropout2D", {"rate": 0.1}),
    ("MaxPooling2D", {}),
    ("AveragePooling2D", {"pool_size": 2, "padding": "same"}),
    ("GlobalMaxPooling2D", {}),
    ("GlobalAveragePooling2D", {"keepdims": True}),
    ("Cropping2D", {}),
    ("ZeroPadding2D", {}),
    ("UpSampling2D", {"size": 2, "interpolation": "bilinear"}),
    ("Permute", {"dims": (2, 1, 3)}),
    ("Reshape", {"target_shape": (8, 32, 3)}),
    ("Resizing", {"height": 8, "width": 8, "crop_to_aspect_ratio": True}),
    ("CenterCrop", {"height": 8, "width": 8}),
    ("Rescaling", {"scale": 0.5, "offset": 0.1}),
    ("RandomBrightness", {"factor": 0.1}),
    ("RandomContrast", {"factor": 0.1}),
    ("RandomCrop", {"height": 8, "width": 8}),
    ("RandomFlip", {"mode": "horizontal", "seed": 1}),
    ("RandomRotation", {"factor": (-0.1, 0.2), "fill_mode": "nearest", "interpolation": "nearest"}),
    ("RandomTranslation", {"height_factor": 0.1, "width_factor": 0.1}),
    ("RandomZoom", {"height_factor": (-0.2, 0.1), "width_factor": 0.1}),
    ("RandomHeight", {"factor": 0.1}),
    ("RandomWidth", {"factor": 0.1}),
    ("RandomHue", {"factor": 0.1}),
    ("RandomShear", {"x_factor": 0.1}),
    ("RandomErasing", {}),
]


def images():
    """Two pictures, 0 to 1."""
    return np.random.default_rng(9).uniform(0, 1, (2, *SIZE)).astype("float32")


def nets(keras):
    """Name -> a function that makes the net; it raises where this Keras lacks something."""
    lay = keras.layers

    def layer(name):
        return getattr(lay, name, None) or getattr(lay.experimental.preprocessing, name)

    def end(image, values, units=3, activation="softmax"):
        if len(values.shape) == 4:
            values = lay.GlobalAveragePooling2D()(values)
        return keras.Model(image, lay.Dense(units, activation=activation)(values))

    def one(made):
        image = lay.Input(SIZE)
        return end(image, made(lay.Activation("linear")(image)))

    found = {}
    for name in ACTIVATIONS.split():
        found["act-" + name] = lambda name=name: one(lay.Conv2D(4, 3, activation=name))
    for name in INITIALIZERS.split():
        found["init-" + name] = lambda name=name: one(lay.Conv2D(4, 3, kernel_initializer=name, bias_initializer="ones"))
    for number, (name, options) in enumerate(LAYERS):
        found[f"layer-{number}-{name}"] = lambda name=name, options=options: one(layer(name)(**options))

    def objects():
        return one(
            lay.Conv2D(
                4, 3, kernel_initializer=keras.initializers.Orthogonal(), kernel_regularizer=keras.regularizers.l1_l2(0.1, 0.1),
                kernel_constraint=keras.constraints.MaxNorm(2), bias_constraint=keras.constraints.NonNeg(),
            )
        )  # fmt: skip

    def merges():
        image = lay.Input(SIZE)
        pair = [lay.Conv2D(4, 3)(image), lay.Conv2D(4, 3, name="second")(image)]
        kinds = (lay.Add, lay.Multiply, lay.Average, lay.Maximum, lay.Minimum, lay.Subtract)
        return end(image, lay.Concatenate()([kind()(pair) for kind in kinds]))

    def rows():
        image = lay.Input(SIZE)
        values = lay.Conv1D(8, 3, padding="causal")(lay.Reshape((16, 48))(image))
        values = lay.UpSampling1D(2)(lay.Cropping1D(1)(lay.ZeroPadding1D(1)(values)))
        values = lay.SpatialDropout1D(0.1)(lay.AveragePooling1D(2)(lay.MaxPooling1D(2)(values)))
        return end(image, lay.GlobalMaxPooling1D()(lay.SeparableConv1D(6, 3)(values)))

    def attention(kind):
        image = lay.Input(SIZE)
        values = lay.LayerNormalization()(lay.Reshape((16, 8))(lay.Conv2D(8, 4, strides=4)(image)))
        if kind == "MultiHeadAttention":
            values = lay.MultiHeadAttention(2, 4)(values, values)
        else:
            values = getattr(lay, kind)(use_scale=True)([values, values])
        return end(image, lay.GlobalAveragePooling1D()(values))

    def operators():
        image = lay.Input(SIZE)
        return end(image, lay.Conv2D(4, 3)(image / 127.5 - 1.0) * 2.0 + 1.0)

    def preprocessing(application):
        image = lay.Input(SIZE)
        return end(image, lay.Conv2D(4, 3)(getattr(keras.applications, application).preprocess_input(image)))

    def sequential():
        return keras.Sequential(
            [
                lay.Conv2D(4, 3, activation="relu", input_shape=SIZE), lay.MaxPooling2D(), lay.Flatten(),
                lay.Dense(8, activation="relu"), lay.Dropout(0.5), lay.Dense(3, activation="softmax"),
            ]
        )  # fmt: skip

    def nested():
        inner = keras.Sequential([lay.Conv2D(4, 3, input_shape=SIZE), lay.BatchNormalization(), lay.ReLU()], name="inner")
        image = lay.Input(SIZE)
        between = keras.Model(image, lay.BatchNormalization()(inner(image)), name="mobilenet_1.00_16")
        return keras.Sequential([between, lay.GlobalAveragePooling2D(), lay.Dense(3, activation="softmax")])

    def augmented():
        before = keras.Sequential([layer("RandomFlip")("horizontal"), layer("RandomRotation")(0.2)])
        image = lay.Input(SIZE)
        values = before(image)
        for _ in range(3):
            values = lay.BatchNormalization()(lay.Conv2D(4, 3, padding="same")(values))
        return end(image, values, 1, "sigmoid")

    def trained(build, loss):
        model = build()
        model.compile("adam", loss, metrics=["accuracy"])
        model.fit(images(), np.array([0, 1]), verbose=0)
        return model

    def shared():
        conv, image = lay.Conv2D(3, 3, padding="same"), lay.Input(SIZE)
        return end(image, lay.Add()([conv(conv(image)), image]))

    found.update(
        objects=objects, merges=merges, rows=rows, operators=operators, sequential=sequential, nested=nested,
        augmented=augmented, shared=shared,
        fitted=lambda: trained(sequential, "sparse_categorical_crossentropy"),
        fitted_nested=lambda: trained(augmented, "binary_crossentropy"),
    )  # fmt: skip
    for kind in ("MultiHeadAttention", "Attention", "AdditiveAttention"):
        found[kind] = lambda kind=kind: attention(kind)
    for name in ("mobilenet_v2", "resnet50"):
        found["preprocessing-" + name] = lambda name=name: preprocessing(name)
    return found


def write(folder):
    """Save every net that this Keras can make, with its answers."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import keras

        made = nets(keras) and keras
    except Exception:  # Keras 2.4 to 2.6 only work as a part of TensorFlow
        from tensorflow import keras as made
    rng, answers, missing = np.random.default_rng(1), {}, {}
    for name, build in nets(made).items():
        try:
            made.backend.clear_session()
            model = build()
            model.set_weights(
                [
                    w if w.dtype.kind != "f" else rng.uniform(0.3 if w.ndim == 1 else -0.5, 1.0, w.shape).astype(w.dtype)
                    for w in model.get_weights()
                ]
            )
            answers[name] = np.asarray(model.predict(images()))
        except Exception as problem:
            missing[name] = repr(problem)[:200]
            continue
        for suffix in ("h5", "keras"):
            target = os.path.join(folder, f"{name}.{suffix}")
            try:
                model.save(target)
            except Exception as problem:
                missing[name + "." + suffix] = repr(problem)[:200]
                if os.path.exists(target):
                    os.remove(target)
    np.savez(os.path.join(folder, "answers.npz"), **answers)
    Path(folder, "missing.json").write_text(json.dumps({"keras": made.__version__, "missing": missing}, indent=1))
    print(f"{made.__version__}: {len(answers)} nets written, {len(missing)} not made")


def check(folder):
    """How many files answer as they were saved; every other one in a line. Returns how many those are."""
    from espalier.errors import EspalierError
    from espalier.load.keras_file import inspect_model
    from espalier.load.keras_model import rebuild, start_tensorflow

    start_tensorflow()
    answers, good, bad = np.load(Path(folder, "answers.npz")), 0, 0
    for path in sorted([*Path(folder).glob("*.h5"), *Path(folder).glob("*.keras")]):
        try:
            model = rebuild(inspect_model(str(path)), path, SIZE[:2])
            wanted = answers[path.name.rsplit(".", 1)[0]]
            off = float(np.abs(np.asarray(model(images(), training=False)) - wanted).max() / max(np.abs(wanted).max(), 1e-9))
            said = "" if off <= 1e-4 else f"differs by {off:.2g}"
        except EspalierError as problem:
            said = str(problem)
        good, bad = good + (not said), bad + bool(said)
        if said:
            print(f"{path.name}: {said}")
    print(f"{folder}: {good} files answer as they were saved, {bad} do not")
    return bad


if __name__ == "__main__":
    what, where = sys.argv[1], sys.argv[2]
    os.makedirs(where, exist_ok=True)
    sys.exit(write(where) if what == "write" else min(1, check(where)))
