"""Models that Keras 2 and Keras 3 saved answer the same after Espalier rebuilt them from its own configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras_files as k
import msgspec
import numpy as np
import pytest
from attack import BUILD, Attack
from model_weights import WEIGHTS

from espalier.errors import InputRefusedError, ModelRefusedError, UnsupportedModelError
from espalier.load.keras_facts import ModelSummary
from espalier.worker.client import Worker
from espalier.worker.file_calls import InspectModel
from espalier.worker.keras_calls import LoadModel

NAMES = (
    "operations",
    "shared",
    "nested-last",
    "sequential",
    "built-late",
    "attention",
    "open-size",
    "adapted",
)
FILES = (
    *(f"{g}-{name}.{suffix}" for g in (2, 3) for name in NAMES for suffix in ("keras", "h5")),
    "3-class-token.keras",
    "3-class-token.h5",
    "3-names.keras",
    "3-names.h5",
    "2-slashes.keras",
    "2-slashes.h5",
)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script in keras_roundtrip.py found, by file name."""
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("keras_roundtrip.py")
    source = str(Path(__file__).parents[3] / "src")
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONPATH": source,
    }
    for generation in ("2", "3"):
        done = subprocess.run(
            [sys.executable, script, generation, folder],
            capture_output=True, text=True, check=False, env=environment, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])["files"]
    return found


@pytest.mark.parametrize("name", FILES)
def test_the_rebuilt_model_answers_as_the_saved_one(rebuilt: dict[str, Any], name: str) -> None:
    facts = rebuilt[name]
    assert facts.get("refused") is None
    assert facts["difference"] <= 1e-5
    assert facts["input_shape"] == [1, 16, 16, 3]
    assert facts["macs"] > 0


def test_parameters_are_those_that_keras_counts(rebuilt: dict[str, Any]) -> None:
    counted = {name: facts["parameters"] for name, facts in rebuilt.items() if "adapted" not in name}
    assert all(ours == theirs for ours, theirs in counted.values()), counted


def test_both_kinds_of_file_describe_one_network(rebuilt: dict[str, Any]) -> None:
    assert set(rebuilt) == set(FILES)
    for name in FILES:
        if name.endswith(".keras"):
            other = rebuilt[name.removesuffix(".keras") + ".h5"]
            assert {**rebuilt[name], "difference": 0} == {**other, "difference": 0}


@pytest.fixture(scope="module")
def workers() -> Iterator[tuple[Worker, Worker]]:
    """The container process and the TensorFlow process."""
    anywhere = [Path("/")]
    with Worker("container", reads=anywhere) as container, Worker("tensorflow", reads=anywhere) as tensorflow:
        yield container, tensorflow


def load(workers: tuple[Worker, Worker], path: Path, size: tuple[int, int] | None = None) -> ModelSummary:
    container, tensorflow = workers
    facts = container.ask(InspectModel(path=str(path)))
    return tensorflow.ask(LoadModel(path=str(path), facts=facts, size=size))


def test_the_load_handler_describes_the_model(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    facts = load(workers, k.write_keras(tmp_path / "m.keras"), (8, 8))
    assert (facts.parameters, facts.macs, facts.output) == (127, 64 * 4 * 27 + 12, "softmax")
    assert facts.output_shape == (1, 3)
    assert msgspec.to_builtins(facts.layers[1]) == {
        "name": "pool", "class": "GlobalAveragePooling2D", "output_shape": (1, 4), "parameters": 0, "macs": 0,
    }  # fmt: skip


def test_a_file_that_changed_after_it_was_checked_is_refused(
    workers: tuple[Worker, Worker], tmp_path: Path
) -> None:
    path = k.write_keras(tmp_path / "m.keras")
    facts = workers[0].ask(InspectModel(path=str(path)))
    k.write_keras(path, weights=k.hdf5(k.net_weights(8)))
    with pytest.raises(ModelRefusedError, match="changed"):
        workers[1].ask(LoadModel(path=str(path), facts=facts))


def test_another_size_than_the_models_is_refused(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="8 x 8 pixels, not 9 x 8"):
        load(workers, k.write_keras(tmp_path / "m.keras"), (9, 8))


def test_an_open_size_needs_the_recipes(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    config = k.functional(k.pixels((None, None, 3)), k.conv(), k.pool(), k.dense())
    path = k.write_keras(tmp_path / "m.keras", config)
    assert load(workers, path, (12, 10)).input_shape == (1, 12, 10, 3)
    with pytest.raises(InputRefusedError, match="open"):
        load(workers, path)


def test_a_layer_that_makes_too_many_values_is_refused(
    workers: tuple[Worker, Worker], tmp_path: Path
) -> None:
    grow = k.layer("UpSampling2D", "grow", "conv", size=[3000, 3000])
    with pytest.raises(UnsupportedModelError, match="grow"):
        load(workers, k.write_keras(tmp_path / "m.keras", k.net(grow, source="grow")))


@pytest.mark.parametrize("row", [row for row in WEIGHTS if row.commands == BUILD], ids=lambda row: row.name)
def test_what_only_keras_can_tell_is_refused(
    workers: tuple[Worker, Worker], row: Attack, tmp_path: Path
) -> None:
    row.spoil(tmp_path)
    with pytest.raises(ModelRefusedError if row.exit_code == 3 else UnsupportedModelError) as caught:
        load(workers, tmp_path / "model.keras", (8, 8))
    assert all(word.casefold() in str(caught.value).casefold() for word in row.words)


def swap_names(file: h5py.File) -> None:
    """The names say that the classifier's weights are the convolution's."""
    file["model_weights/conv"].attrs["weight_names"] = np.array([b"conv/bias", b"conv/kernel"])
    file.move("model_weights/conv/conv/bias", "model_weights/conv/conv/b")
    file.move("model_weights/conv/conv/kernel", "model_weights/conv/conv/bias")
    file.move("model_weights/conv/conv/b", "model_weights/conv/conv/kernel")


def one_name_less(file: h5py.File) -> None:
    file["model_weights/conv"].attrs["weight_names"] = np.array([b"conv/kernel"])


def one_layer_less(file: h5py.File) -> None:
    file["model_weights"].attrs["layer_names"] = np.array([b"conv"])


def a_name_of_nothing(file: h5py.File) -> None:
    file["model_weights/conv"].attrs["weight_names"] = np.array([b"conv/kernel", b"conv/nothing"])


@pytest.mark.parametrize("change", [swap_names, one_name_less, one_layer_less, a_name_of_nothing])
def test_an_h5_whose_names_and_arrays_disagree_is_refused(
    workers: tuple[Worker, Worker], change: Any, tmp_path: Path
) -> None:
    path = k.write_h5(tmp_path / "m.h5", change=change)
    with pytest.raises(ModelRefusedError, match="do not fit its configuration"):
        load(workers, path, (8, 8))


def test_weights_without_telling_names_are_taken_in_their_order(
    workers: tuple[Worker, Worker], tmp_path: Path
) -> None:
    def change(file: h5py.File) -> None:
        group = file["model_weights/conv"]
        group.move("conv/kernel", "conv/w0")
        group.move("conv/bias", "conv/w1")
        group.attrs["weight_names"] = np.array([b"conv/w0", b"conv/w1"])

    assert load(workers, k.write_h5(tmp_path / "m.h5", change=change), (8, 8)).parameters == 127
