"""Every attack on a model file, against the function that reads it: the error's class, and quickly."""

from __future__ import annotations

import json
import struct
import time
from pathlib import Path
from typing import Any

import h5py
import keras_files as k
import numpy as np
import pytest
from attack import CHECK_AND_BUILD, Attack
from model_configs import CONFIGS
from model_containers import CONTAINERS, FOREIGN
from model_weights import WEIGHTS

from espalier.errors import EspalierError, ModelRefusedError, UnsupportedModelError
from espalier.load.keras_file import inspect_model
from espalier.load.labels import read_labels

ROWS = [row for row in (*CONTAINERS, *FOREIGN, *CONFIGS, *WEIGHTS) if row.commands == CHECK_AND_BUILD and row.exit_code == 3]
"""What the reader of models itself refuses."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_hostile_model_is_refused_by_class_in_two_seconds(row: Attack, tmp_path: Path) -> None:
    k.write_keras(tmp_path / "model.keras")
    row.spoil(tmp_path)
    started = time.process_time()
    with pytest.raises(ModelRefusedError if row.exit_code == 3 else UnsupportedModelError) as caught:
        inspect_model(str(tmp_path / "model.keras"))
    assert time.process_time() - started < 2
    text = str(caught.value).casefold()
    assert all(word.casefold() in text for word in row.words), text
    assert caught.value.next_step


def spoil(tmp_path: Path, config: Any, **options: Any) -> str:
    with pytest.raises(ModelRefusedError) as caught:
        inspect_model(str(k.write_keras(tmp_path / "m.keras", config, **options)))
    return str(caught.value)


def edited(edit: Any) -> dict[str, Any]:
    """The sound net after `edit(layers by name, the model's configuration)`."""
    net = k.net()
    edit({entry["name"]: entry for entry in net["config"]["layers"]}, net["config"])
    return net


EDITS: dict[str, tuple[Any, str]] = {
    "a layer without a class": (lambda named, config: named["conv"].pop("class_name"), "no class"),
    "a layer without a configuration": (lambda named, config: named["conv"].update(config=3), "no configuration"),
    "a nested model without one": (
        lambda named, config: named["conv"].update(class_name="Functional", module="keras", config=3), "functional",
    ),
    "a module that is a number": (lambda named, config: named["conv"].update(module=3), "module"),
    "an argument with spaces": (lambda named, config: named["conv"]["config"].update({"a b": 1}), "'a b'"),
    "a name that is a number": (lambda named, config: named["conv"].update(name=3), "no usable name"),
    "a list of inputs that is none": (lambda named, config: config.update(input_layers=[3]), "input layers"),
    "no outputs": (lambda named, config: config.update(output_layers=None), "output layers"),
    "an output that is no layer": (lambda named, config: config.update(output_layers=["x", 0, 0]), "'x'"),
    "nodes that are a number": (lambda named, config: named["pool"].update(inbound_nodes=3), "connections"),
    "a node that is a number": (lambda named, config: named["pool"].update(inbound_nodes=[3]), "connections"),
    "an old node cut short": (lambda named, config: named["pool"].update(inbound_nodes=[[["conv", 0]]]), "connections"),
    "old keywords that are a list": (
        lambda named, config: named["pool"].update(inbound_nodes=[[["conv", 0, 0, []]]]), "connections",
    ),
    "a keyword with spaces": (
        lambda named, config: named["pool"]["inbound_nodes"][0]["kwargs"].update({"a b": 1}), "'a b'",
    ),
    "a text passed to a call": (
        lambda named, config: named["pool"]["inbound_nodes"][0]["kwargs"].update(mask="/etc/passwd"), "/etc/passwd",
    ),
    "a slice without sides": (
        lambda named, config: named["pool"]["inbound_nodes"][0]["args"].append({"class_name": "__slice__", "config": 1}),
        "connections",
    ),
    "a tensor of nobody": (
        lambda named, config: named["pool"]["inbound_nodes"][0]["args"][0]["config"].pop("keras_history"), "no layer makes",
    ),
    "an input without a shape": (lambda named, config: named["pixels"]["config"].pop("batch_shape"), "no shape"),
    "an input of negative size": (
        lambda named, config: named["pixels"]["config"].update(batch_shape=[None, -3, 8, 3]), "shape",
    ),
    "a sparse input": (lambda named, config: named["pixels"]["config"].update(sparse=True), "sparse"),
    "a constant of objects": (
        lambda named, config: named["conv"]["config"].update(
            scale={"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}}
        ),
        "object",
    ),
    "a precision nobody knows": (lambda named, config: named["conv"]["config"].update(dtype="float7"), "float7"),
    "an unknown initialiser": (
        lambda named, config: named["conv"]["config"].update(kernel_initializer="a b/c"), "a b/c",
    ),
    "an activation that is an evil layer": (
        lambda named, config: named["conv"]["config"].update(activation={"module": "evil", "class_name": "ReLU"}), "evil",
    ),
    "an activation layer without a configuration": (
        lambda named, config: named["conv"]["config"].update(
            activation={"module": "keras.layers", "class_name": "ReLU", "config": 3}
        ),
        "without a configuration",
    ),
    "a regulariser without one": (
        lambda named, config: named["conv"]["config"].update(
            bias_regularizer={"module": "keras.regularizers", "class_name": "L2", "config": 3}
        ),
        "bias_regularizer",
    ),
    "a mean without a variance": (
        lambda named, config: named["pool"].update(
            class_name="Normalization", config={"name": "pool", "mean": [1.0], "variance": None}
        ),
        "without a variance",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_configuration_that_is_not_sound_is_refused(tmp_path: Path, name: str) -> None:
    edit, word = EDITS[name]
    assert word.casefold() in spoil(tmp_path, edited(edit)).casefold()


def test_an_equation_is_letters_only(tmp_path: Path) -> None:
    config = k.functional(
        k.pixels(),
        k.conv(),
        k.pool(),
        k.layer("EinsumDense", "scores", "pool", equation="ab;import os", output_shape=3),
    )
    assert "equation" in spoil(tmp_path, config)
    config["config"]["layers"][-1]["config"] |= {"equation": "bc,cd->bd", "bias_axes": "d;import os"}
    assert "bias axes" in spoil(tmp_path, config)


def test_activation_layers_and_functions_are_read_where_an_activation_stands(tmp_path: Path) -> None:
    leaky = {"module": "keras.layers", "class_name": "LeakyReLU", "config": {"name": "l", "alpha": 0.1}}
    function = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "relu"}
    for activation, word in ((leaky, '"negative_slope":0.1'), (function, '"activation":"relu"')):
        config = k.functional(k.pixels(), k.conv(activation=activation), k.pool(), k.dense())
        assert word in inspect_model(str(k.write_keras(tmp_path / "m.keras", config))).config


def test_seeds_and_tuples_become_plain_data(tmp_path: Path) -> None:
    generator = {"module": "keras.random", "class_name": "SeedGenerator", "config": {"seed": 3}}
    size = {"class_name": "__tuple__", "items": [2, 2]}
    extra = k.layer("RandomZoom", "zoom", "conv", seed=generator, height_factor=size)
    facts = inspect_model(str(k.write_keras(tmp_path / "m.keras", k.net(extra, source="zoom"))))
    zoom = next(e for e in json.loads(facts.config)["config"]["layers"] if e["config"]["name"] == "zoom")
    assert (zoom["config"]["seed"], zoom["config"]["height_factor"]) == (None, [2, 2])


def test_an_archive_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = k.write_keras(tmp_path / "whole.keras").read_bytes()
    for length in range(0, len(whole), 211):
        (tmp_path / "cut.keras").write_bytes(whole[:length])
        with pytest.raises(ModelRefusedError):
            inspect_model(str(tmp_path / "cut.keras"))


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_a_spoiled_byte_gives_a_refusal_or_a_model_and_nothing_else(tmp_path: Path, kind: str) -> None:
    write = k.write_keras if kind == "keras" else k.write_h5
    whole = write(tmp_path / "whole").read_bytes()
    path = tmp_path / "spoiled"
    for number in np.random.default_rng(5).integers(0, len(whole), 300):
        spoiled = bytearray(whole)
        spoiled[number] ^= 1 << (number % 8)
        path.write_bytes(bytes(spoiled))
        try:
            inspect_model(str(path))
        except EspalierError:
            continue


def test_names_spread_over_several_attributes_are_one_list(tmp_path: Path) -> None:
    from espalier.load.keras_weights import names_of

    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.attrs["layer_names0"] = np.array([b"a", b"b"])
        file.attrs["layer_names1"] = np.array([b"c"])
        assert names_of(file, "layer_names") == ["a", "b", "c"]
        assert names_of(file, "weight_names") == []


def test_a_labels_file_that_is_a_pipe_does_not_hang(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "labels.txt")
    with pytest.raises(EspalierError, match="not a regular file"):
        read_labels(tmp_path / "labels.txt", 3)


def test_a_zip_with_an_impossible_directory_is_refused(tmp_path: Path) -> None:
    path = k.write_keras(tmp_path / "m.keras")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x05\x06")
    struct.pack_into("<L", data, at + 16, 1 << 30)
    path.write_bytes(bytes(data))
    with pytest.raises(ModelRefusedError, match="does not fill"):
        inspect_model(str(path))
