"""Models that Keras 2 and Keras 3 saved answer the same after Espalier rebuilt them from its own configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras_files as k
import pytest

from espalier.errors import InputRefusedError, ModelRefusedError, UnsupportedModelError
from espalier.worker.client import Worker

NAMES = ("operations", "shared", "nested-last", "sequential", "built-late", "attention", "open-size", "adapted")
FILES = (
    *(f"{g}-{name}.{suffix}" for g in (2, 3) for name in NAMES for suffix in ("keras", "h5")),
    "2-slashes.keras",
    "2-slashes.h5",
)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the script in keras_roundtrip.py found, by file name."""
    folder = tmp_path_factory.mktemp("models")
    script = Path(__file__).with_name("keras_roundtrip.py")
    source = str(Path(__file__).parents[3] / "src")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": source}
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
    with Worker("container") as container, Worker("tensorflow") as tensorflow:
        yield container, tensorflow


def load(workers: tuple[Worker, Worker], path: Path, size: list[int] | None = None) -> Any:
    container, tensorflow = workers
    return tensorflow.call("load", path=str(path), facts=container.call("inspect_model", path=str(path)), size=size)


def test_the_load_handler_describes_the_model(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    facts = load(workers, k.write_keras(tmp_path / "m.keras"), [8, 8])
    assert (facts["parameters"], facts["macs"], facts["output"]) == (127, 64 * 4 * 27 + 12, "softmax")
    assert facts["output_shape"] == [1, 3]
    assert facts["layers"][1] == {
        "name": "pool", "class": "GlobalAveragePooling2D", "output_shape": [1, 4], "parameters": 0, "macs": 0,
    }  # fmt: skip


def test_a_file_that_changed_after_it_was_checked_is_refused(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    path = k.write_keras(tmp_path / "m.keras")
    facts = workers[0].call("inspect_model", path=str(path))
    k.write_keras(path, weights=k.hdf5(k.net_weights(8)))
    with pytest.raises(ModelRefusedError, match="changed"):
        workers[1].call("load", path=str(path), facts=facts)


def test_another_size_than_the_models_is_refused(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="8 x 8 pixels, not 9 x 8"):
        load(workers, k.write_keras(tmp_path / "m.keras"), [9, 8])


def test_an_open_size_needs_the_recipes(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    config = k.functional(k.pixels((None, None, 3)), k.conv(), k.pool(), k.dense())
    path = k.write_keras(tmp_path / "m.keras", config)
    assert load(workers, path, [12, 10])["input_shape"] == [1, 12, 10, 3]
    with pytest.raises(InputRefusedError, match="open"):
        load(workers, path)


def test_a_layer_that_makes_too_many_values_is_refused(workers: tuple[Worker, Worker], tmp_path: Path) -> None:
    grow = k.layer("UpSampling2D", "grow", "conv", size=[3000, 3000])
    with pytest.raises(UnsupportedModelError, match="grow"):
        load(workers, k.write_keras(tmp_path / "m.keras", k.net(grow, source="grow")))


