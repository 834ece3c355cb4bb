"""What a sound Keras file is said to be, and what of it reaches Keras."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras_files as k
import numpy as np
import pytest
from pretrained import RESNET8_FLOAT

from espalier.errors import ModelRefusedError
from espalier.load.keras_facts import ModelFacts
from espalier.load.keras_file import inspect_model


def look(tmp_path: Path, config: Any = None, **options: Any) -> ModelFacts:
    return inspect_model(str(k.write_keras(tmp_path / "m.keras", config, **options)))


def layers(facts: ModelFacts) -> dict[str, dict[str, Any]]:
    """The canonical configuration of each layer by name."""
    return {entry["config"]["name"]: entry for entry in json.loads(facts.config)["config"]["layers"]}


def old_net(**conv: Any) -> dict[str, Any]:
    """The sound net as Keras 2 writes it into an .h5 file."""
    config = k.net()
    entries = config["config"]["layers"]
    for entry in entries:
        entry.pop("module"), entry.pop("registered_name")
        entry["inbound_nodes"] = [
            [[*t["config"]["keras_history"], {}] for t in node["args"]] for node in entry["inbound_nodes"]
        ]
    entries[0]["config"]["batch_input_shape"] = entries[0]["config"].pop("batch_shape")
    entries[1]["config"] |= conv
    return {
        "class_name": "Functional",
        "config": config["config"]
        | {"input_layers": [["pixels", 0, 0]], "output_layers": [["scores", 0, 0]]},
    }


def test_a_keras_archive_is_described_without_keras(tmp_path: Path) -> None:
    facts = look(tmp_path)
    assert (facts.format, facts.generation, facts.keras_version) == ("keras", 3, "3.15.1")
    assert facts.input_shape == (8, 8, 3)
    assert (facts.output_layer, facts.output, facts.classes) == ("scores", "softmax", 3)
    assert facts.parameters == 3 * 3 * 3 * 4 + 4 + 4 * 3 + 3
    assert [entry.class_name for entry in facts.layers] == [
        "InputLayer",
        "Conv2D",
        "GlobalAveragePooling2D",
        "Dense",
    ]
    assert facts.notes == ()


def test_an_h5_file_gives_the_same_network(tmp_path: Path) -> None:
    archive = look(tmp_path)
    facts = inspect_model(str(k.write_h5(tmp_path / "m.h5")))
    assert (facts.format, facts.config, facts.parameters) == ("h5", archive.config, archive.parameters)


def test_keras_2_writes_the_same_network_otherwise(tmp_path: Path) -> None:
    facts = inspect_model(str(k.write_h5(tmp_path / "m.h5", old_net(), version="2.13.1")))
    assert facts.generation == 2
    assert facts.config == look(tmp_path).config


def test_compile_settings_and_build_configs_never_reach_keras(tmp_path: Path) -> None:
    config = k.net()
    config["config"]["layers"][1]["build_config"] = {"module": "os", "class_name": "system", "config": "id"}
    facts = look(tmp_path, config)
    assert '"os"' not in facts.config
    assert "system" not in facts.config


def test_initialisers_become_zeros_because_weights_follow(tmp_path: Path) -> None:
    normal = {"module": "keras.initializers", "class_name": "HeNormal", "config": {"seed": 1}}
    facts = look(tmp_path, k.functional(k.pixels(), k.conv(kernel_initializer=normal), k.pool(), k.dense()))
    assert layers(facts)["conv"]["config"]["kernel_initializer"]["class_name"] == "Zeros"


@pytest.mark.parametrize(
    "own",
    [
        "my_init",
        {"class_name": "EfficientConv2DKernelInitializer", "config": {"scale": 2}},
        {"class_name": "Custom>MyInit", "config": {}},
        {"module": "mine.layers", "class_name": "MyInit", "config": {"path": "/x"}, "registered_name": "mine>MyInit"},
    ],
)
def test_objects_of_training_that_the_author_made_never_matter(tmp_path: Path, own: Any) -> None:
    conv = k.conv(kernel_initializer=own, kernel_regularizer=own, bias_constraint=own)
    facts = look(tmp_path, k.functional(k.pixels(), conv, k.pool(), k.dense()))
    given = layers(facts)["conv"]["config"]
    assert given["kernel_initializer"]["class_name"] == "Zeros"
    assert (given["kernel_regularizer"], given["bias_constraint"]) == (None, None)
    assert "MyInit" not in facts.config and "mine" not in facts.config
    assert any("left out" in note for note in facts.notes)


def test_regularisers_stay_for_fine_tuning(tmp_path: Path) -> None:
    given = {
        "module": "keras.regularizers",
        "class_name": "L2",
        "config": {"l2": 0.01},
        "registered_name": None,
    }
    facts = look(tmp_path, k.functional(k.pixels(), k.conv(kernel_regularizer=given), k.pool(), k.dense()))
    assert layers(facts)["conv"]["config"]["kernel_regularizer"] == given


def test_mixed_precision_is_computed_in_float32_and_said(tmp_path: Path) -> None:
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}
    facts = look(tmp_path, k.functional(k.pixels(), k.conv(dtype=policy), k.pool(), k.dense()))
    assert layers(facts)["conv"]["config"]["dtype"] == "float32"
    assert "mixed_float16" in facts.notes[0]


def test_a_byte_input_is_fed_the_same_numbers(tmp_path: Path) -> None:
    source = k.pixels()
    source["config"]["dtype"] = "uint8"
    facts = look(tmp_path, k.functional(source, k.conv(), k.pool(), k.dense()))
    assert layers(facts)["pixels"]["config"]["dtype"] == "float32"
    assert "uint8" in facts.notes[0]


@pytest.mark.parametrize(
    ("class_name", "argument", "value"),
    [
        ("DepthwiseConv2D", "groups", 1),
        ("SeparableConv2D", "kernel_initializer", k.ZEROS),
        ("SpatialDropout2D", "noise_shape", None),
        ("RandomFlip", "rng_type", "stateful"),
        ("MultiHeadAttention", "query_shape", [None, 4, 4]),
    ],
)
def test_arguments_that_keras_3_does_not_know_are_dropped(
    tmp_path: Path, class_name: str, argument: str, value: Any
) -> None:
    extra = k.layer(class_name, "extra", "conv", **{argument: value})
    facts = look(tmp_path, k.net(extra, source="extra"), version="2.13.1")
    assert argument not in layers(facts)["extra"]["config"]


def test_groups_are_for_conv2d_only(tmp_path: Path) -> None:
    extra = k.layer("DepthwiseConv2D", "extra", "conv", groups=2)
    with pytest.raises(ModelRefusedError, match="groups = 2"):
        look(tmp_path, k.net(extra, source="extra"))


def test_a_tf_function_with_one_meaning_becomes_the_keras_operation(tmp_path: Path) -> None:
    config = old_net()
    scaled = {
        "class_name": "TFOpLambda",
        "name": "tf.math.multiply",
        "config": {
            "name": "tf.math.multiply",
            "trainable": True,
            "dtype": "float32",
            "function": "math.multiply",
        },
        "inbound_nodes": [["conv", 0, 0, {"y": 0.5, "name": None}]],
    }
    config["config"]["layers"].insert(2, scaled)
    config["config"]["layers"][3]["inbound_nodes"] = [[["tf.math.multiply", 0, 0, {}]]]
    facts = inspect_model(str(k.write_h5(tmp_path / "m.h5", config, version="2.13.1")))
    entry = layers(facts)["tf.math.multiply"]
    assert (entry["module"], entry["class_name"]) == ("keras.src.ops.numpy", "Multiply")
    assert entry["inbound_nodes"][0]["args"][1] == 0.5


def test_operations_slices_and_constants_of_functional_models_are_read(tmp_path: Path) -> None:
    def operation(module: str, name: str, *sources: str, **config: Any) -> dict[str, Any]:
        entry = k.layer(name, name.lower(), *sources, module=f"keras.src.ops.{module}")
        return entry | {"config": {"name": name.lower(), **config}, "registered_name": name}

    take = operation("numpy", "GetItem", "conv")
    end = {"class_name": "__slice__", "config": {"start": None, "stop": 1, "step": None}}
    take["inbound_nodes"][0]["args"].append([{"class_name": "__ellipsis__", "config": {}}, end])
    weigh = operation("numpy", "Multiply", "getitem")
    array = {"class_name": "__numpy__", "config": {"value": [0.5], "dtype": "float32"}}
    weigh["inbound_nodes"][0]["args"].append(array)
    facts = look(tmp_path, k.net(take, weigh, operation("nn", "Relu", "multiply"), source="relu"))
    assert layers(facts)["getitem"]["inbound_nodes"][0]["args"][1][1] == end
    assert layers(facts)["multiply"]["inbound_nodes"][0]["args"][1] == array


def test_hard_sigmoid_of_keras_2_is_not_the_one_of_keras_3(tmp_path: Path) -> None:
    config = k.functional(k.pixels(), k.conv(activation="hard_sigmoid"), k.pool(), k.dense())
    assert layers(look(tmp_path, config))["conv"]["config"]["activation"] == "hard_sigmoid"
    old = layers(look(tmp_path, config, version="2.13.1"))["conv"]["config"]["activation"]
    assert (old["module"], old["config"]) == ("builtins", "keras_2_hard_sigmoid")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Detección (v2)", "Deteccion_v2"),
        ("capa_ñ", "capa_n"),
        ("conv#1", "conv_1"),
        ("слой", "layer"),
        ("a b.c", "a_b.c"),
        ("_conv", "conv"),
        ("tf.__operators__.add", "tf.__operators__.add"),
    ],
)
def test_a_name_that_tensorflow_does_not_take_is_written_in_plain_letters(
    tmp_path: Path, name: str, plain: str
) -> None:
    facts = look(tmp_path, k.functional(k.pixels(), k.conv(name), k.pool(source=name), k.dense()))
    assert plain in layers(facts)
    assert (facts.names, bool(facts.notes)) == (({name: plain}, True) if name != plain else ({}, False))


def test_names_that_would_become_one_stay_two(tmp_path: Path) -> None:
    second = k.conv("conv 1", "conv#1", filters=4)
    config = k.functional(k.pixels(), k.conv("conv#1"), second, k.pool(source="conv 1"), k.dense())
    assert {"conv_1", "conv_1_2"} <= set(layers(look(tmp_path, config)))


def test_slashes_in_names_become_underscores(tmp_path: Path) -> None:
    config = k.functional(k.pixels(), k.conv("block/conv"), k.pool(source="block/conv"), k.dense())
    assert "block_conv" in layers(look(tmp_path, config))


def test_a_sequential_model_gets_the_input_layer_that_keras_2_left_out(tmp_path: Path) -> None:
    first = k.conv()
    first["config"]["batch_input_shape"] = [None, 8, 8, 3]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": [first, k.pool(), k.dense()]}}
    facts = look(tmp_path, config, version="2.4.0")
    assert facts.input_shape == (8, 8, 3)
    assert facts.layers[-1].class_name == "InputLayer"
    assert facts.output == "softmax"


def test_a_model_saved_before_it_was_built_is_refused(tmp_path: Path) -> None:
    config = {
        "class_name": "Sequential",
        "config": {"name": "net", "layers": [k.conv(), k.pool(), k.dense()]},
    }
    with pytest.raises(ModelRefusedError, match="no input shape"):
        look(tmp_path, config)


@pytest.mark.parametrize(
    ("tail", "output"),
    [
        ((k.dense(activation="linear"),), "logits"),
        ((k.dense(activation="sigmoid"),), "sigmoid"),
        ((k.dense(activation="linear"), k.layer("Softmax", "soft", "scores")), "softmax"),
        (
            (k.dense(activation="linear"), k.layer("Activation", "soft", "scores", activation="softmax")),
            "softmax",
        ),
        ((k.dense(), k.layer("Activation", "same", "scores", activation="linear")), "softmax"),
        ((k.dense(), k.layer("Reshape", "same", "scores", target_shape=[3])), "softmax"),
        ((k.dense(activation="linear"), k.layer("ReLU", "positive", "scores")), "logits"),
    ],
)
def test_the_end_of_the_model_is_recognised(tmp_path: Path, tail: tuple[Any, ...], output: str) -> None:
    facts = look(tmp_path, k.functional(k.pixels(), k.conv(), k.pool(), *tail))
    assert (facts.output, facts.classes) == (output, 3)


def test_the_end_of_a_nested_model_is_found(tmp_path: Path) -> None:
    inner = k.net() | {"name": "net", "inbound_nodes": [{"args": [k.tensor("outside")], "kwargs": {}}]}
    config = k.functional(k.pixels(name="outside"), inner, inputs=["outside", 0, 0], output=["net", 1, 0])
    facts = look(tmp_path, config)
    assert (facts.output, facts.classes) == ("softmax", 3)
    assert {entry.inside for entry in facts.layers} == {"", "net"}


def test_an_open_image_size_stays_open(tmp_path: Path) -> None:
    facts = look(tmp_path, k.functional(k.pixels((None, None, 3)), k.conv(), k.pool(), k.dense()))
    assert facts.input_shape == (None, None, 3)


def test_optimiser_state_is_not_counted(tmp_path: Path) -> None:
    weights = k.hdf5(k.net_weights() | {"optimizer/vars/0": np.ones(1000, np.float32)})
    assert look(tmp_path, weights=weights).parameters == look(tmp_path).parameters


def test_a_file_name_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    k.write_keras(path)
    assert inspect_model(str(path)).format == "keras"


def test_a_streamed_and_compressed_archive_is_read(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "m.keras"
    with path.open("wb") as raw, zipfile.ZipFile(_Unseekable(raw), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(k.net()))
        archive.writestr("model.weights.h5", k.hdf5())
    assert inspect_model(str(path)).keras_version == "unknown"


class _Unseekable:
    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def write(self, data: bytes) -> int:
        return int(self._raw.write(data))

    def flush(self) -> None:
        self._raw.flush()


def test_the_real_resnet_is_described_in_a_tenth_of_a_second() -> None:
    facts = inspect_model(str(RESNET8_FLOAT))
    assert (facts.generation, facts.keras_version, facts.parameters, facts.classes) == (
        2,
        "2.4.0",
        78_666,
        10,
    )
