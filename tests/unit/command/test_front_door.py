"""The public names, and what they take from memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import espalier

SIZE = 12


@pytest.fixture(scope="module")
def images() -> Any:
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (60, SIZE, SIZE, 3), np.uint8)


@pytest.fixture(scope="module")
def model() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.fixture(scope="module")
def small(model: Any, images: Any) -> espalier.Small:
    return espalier.quantize(model, images, input=_input(), labels=["a", "b", "c"])


def _input() -> espalier.Input:
    return espalier.Input(size=(SIZE, SIZE), mean=(127.5,) * 3, std=(127.5,) * 3)


def test_every_public_name_is_the_same_thing_each_time_it_is_looked_up() -> None:
    for name in espalier.__all__:
        first = getattr(espalier, name)
        assert getattr(espalier, name) is first
        assert not isinstance(first, type(sys)), f"{name} is a module"


def test_public_names_survive_the_import_of_every_module() -> None:
    script = (
        "import pkgutil, importlib, sys, espalier\n"
        "first = {n: getattr(espalier, n) for n in espalier.__all__}\n"
        "from espalier.command import build, check, compile, explain, inspect, quantize, verify\n"
        "for m in pkgutil.iter_modules(espalier.__path__):\n"
        "    if m.name != '__main__': importlib.import_module(f'espalier.{m.name}')\n"
        "assert all(getattr(espalier, n) is first[n] for n in first)\n"
        "from espalier import *\n"
        "assert build is first['build'] and Recipe is first['Recipe']\n"
        "assert not set(espalier.__all__) - set(dir(espalier))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_names_are_listed_once_and_have_a_home() -> None:
    assert espalier.__all__ == sorted(set(espalier.__all__))
    assert {"__version__", *espalier._HOME} == set(espalier.__all__)


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(espalier.__file__).parent / "py.typed").is_file()


def test_a_model_in_memory_becomes_int8_with_its_steps(small: espalier.Small) -> None:
    assert small.int8[4:8] == small.uint8[4:8] == small.float[4:8] == b"TFL3"
    assert len(small.int8) < len(small.float) or small.parameters < 2_000
    assert sum(step.kept for step in small.steps) == 1
    assert small.labels == ("a", "b", "c")
    assert "<table>" in small._repr_html_() and "int8" in str(small)


def test_images_and_their_labels_are_evaluated(small: espalier.Small, images: Any) -> None:
    found = small.evaluate(images[:30], np.arange(30) % 3)
    assert found.row.n == 30
    assert found.accuracy is not None and found.float_accuracy is not None
    assert found.interval[0] <= found.drop_points <= found.interval[1]
    assert all(0 <= row["image"] < 30 for row in found.changed)
    assert "agreement" in str(found)


def test_every_image_is_evaluated_however_few_calibrated(model: Any, images: Any) -> None:
    few = espalier.quantize(model, images, input=_input(), count=10)
    assert few.evaluate(images).row.n == len(images)


@pytest.mark.parametrize("labels", [3, [[1, 0, 0], [0, 1, 0]]])
def test_labels_that_are_no_row_are_refused_in_words(small: espalier.Small, images: Any, labels: Any) -> None:
    with pytest.raises(espalier.ImagesRefusedError, match="2 evaluation images and"):
        small.evaluate(images[:2], labels)


def test_labels_beside_a_folder_are_refused_in_words(small: espalier.Small, tmp_path: Path) -> None:
    with pytest.raises(espalier.RecipeError, match="a path and labels"):
        small.evaluate(tmp_path, [0, 1])


def test_without_labels_only_agreement_is_told(small: espalier.Small, images: Any) -> None:
    found = small.evaluate(list(images[:20]))
    assert found.row.n == 20
    assert found.accuracy is None
    assert 0 <= found.agreement <= 1


def test_what_was_quantized_is_saved_beside_its_twin(small: espalier.Small, tmp_path: Path) -> None:
    written = small.save(tmp_path / "model.tflite")
    assert [path.name for path in written] == ["model.tflite", "model.uint8.tflite", "model.json"]
    assert written[0].read_bytes() == small.int8
    assert written[1].read_bytes() == small.uint8
    with pytest.raises(espalier.MachineError):
        small.save(tmp_path / "no" / "such" / "model.tflite") if os.geteuid() else _refused()


def _refused() -> None:
    raise espalier.MachineError("root may write anywhere")


def test_what_was_quantized_compiles_for_a_microcontroller(small: espalier.Small) -> None:
    program = espalier.compile(small, target="cortex-m4")
    assert program.failure is None
    assert any(name.endswith(".c") for name in program.program)
    assert program.arena_bytes > 0
    if program.instructions is not None:
        assert program.exact
    assert espalier.compile(small.int8, target="cortex-m4", name="model").program == program.program


def test_an_iterable_of_images_gives_what_the_array_gives(model: Any, images: Any, small: espalier.Small) -> None:
    again = espalier.quantize(model, (image for image in images), input=_input(), labels=["a", "b", "c"])
    assert again.int8 == small.int8


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.zeros((4, SIZE, SIZE, 3), np.float32), "float32"),
        (np.zeros((4, SIZE, SIZE, 17), np.uint8), "shape"),
        (np.zeros((SIZE, SIZE), np.uint8), "shape"),
        (np.zeros((0, SIZE, SIZE, 3), np.uint8), "none"),
        ([], "none"),
        (7, "int"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_image_is_refused_in_words(model: Any, given: Any, words: str) -> None:
    with pytest.raises(espalier.ImagesRefusedError, match=words) as caught:
        espalier.quantize(model, given, input=_input())
    assert caught.value.supported and caught.value.next_step


class Foreign:
    """A model of another library."""

    def save(self, path: str) -> None:
        raise RuntimeError("PytorchStreamWriter failed")

    def state_dict(self) -> dict[str, Any]:
        return {}


class Unsaved(Foreign):
    """Looks like a Keras model, and cannot be saved."""

    def get_config(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"layers": []}, espalier.UsageError, "dict"),
        (Foreign(), espalier.UsageError, "Foreign"),
        (None, espalier.UsageError, "NoneType"),
        (Unsaved(), espalier.ModelRefusedError, "cannot be saved: RuntimeError: PytorchStreamWriter failed"),
        ("absent.keras", espalier.ModelRefusedError, "no such file"),
    ],
)
def test_what_is_no_model_is_refused_in_words(images: Any, given: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        espalier.quantize(given, images, input=_input())
    assert caught.value.supported and caught.value.next_step  # type: ignore[attr-defined]


def test_an_input_of_another_kind_is_refused_in_words(model: Any, images: Any) -> None:
    with pytest.raises(espalier.UsageError, match="`input` is a dict") as caught:
        espalier.quantize(model, images, input={"size": (12, 12)})  # type: ignore[arg-type]
    assert "espalier.Input" in caught.value.supported


def test_images_that_end_before_they_begin_or_turn_into_something_else_are_refused_in_words(model: Any, images: Any) -> None:
    with pytest.raises(espalier.ImagesRefusedError, match="are none"):
        espalier.quantize(model, iter(()), input=_input())
    with pytest.raises(espalier.ImagesRefusedError, match="image 1 holds float32"):
        espalier.quantize(model, [images[0], images[1] / np.float32(255)], input=_input())
    with pytest.raises(espalier.ImagesRefusedError, match="image 1 has the shape"):
        espalier.quantize(model, [images[0], images[1][None]], input=_input())


def test_a_contract_that_is_not_the_models_is_refused_in_words(model: Any, images: Any) -> None:
    with pytest.raises(espalier.EspalierError, match="12") as caught:
        espalier.quantize(model, images, input=espalier.Input(size=(24, 24)))
    assert caught.value.next_step and caught.value.exit_code in (2, 3)


@pytest.mark.parametrize("given", [Foreign(), 7, None, {"int8": b""}])
def test_what_cannot_be_compiled_is_refused_in_words(given: Any) -> None:
    with pytest.raises(espalier.UsageError, match="the model is a") as caught:
        espalier.compile(given, target="cortex-m4")
    assert "quantize" in caught.value.next_step
    with pytest.raises(espalier.ModelRefusedError):
        espalier.compile(b"not a model", target="cortex-m4")


@pytest.mark.parametrize("given", [7, None, {"name": "x"}])
def test_what_is_no_recipe_is_refused_in_words(given: Any, tmp_path: Path) -> None:
    with pytest.raises(espalier.UsageError, match="the recipe is a"):
        espalier.build(given, tmp_path)


def test_a_model_of_tf_keras_in_memory_is_quantized_and_built(images: Any, tmp_path: Path) -> None:
    import tf_keras

    tf_keras.utils.set_random_seed(1)
    legacy = tf_keras.Sequential(
        [
            tf_keras.layers.InputLayer((SIZE, SIZE, 3)),
            tf_keras.layers.Conv2D(8, 3, activation="relu"),
            tf_keras.layers.GlobalAveragePooling2D(),
            tf_keras.layers.Dense(3, activation="softmax"),
        ]
    )
    found = espalier.quantize(legacy, images, input=_input())
    assert found.parameters == sum(int(np.prod(weight.shape)) for weight in legacy.get_weights())
    recipe = espalier.Recipe(
        name="legacy",
        model=espalier.ModelSource(path="absent.keras"),
        input=_input(),
        calibration=espalier.CalibrationSource(images="absent"),
        deploy=(espalier.Deploy(target="cortex-m0plus"),),
    )
    outcome = espalier.build(recipe, tmp_path, model=legacy, calibration=images, tools="none")
    assert outcome.report.model.macs == found.macs > 0
    assert (outcome.folder / "report.json").is_file()


def test_as_many_labels_as_images_are_asked_for(small: espalier.Small, images: Any) -> None:
    with pytest.raises(espalier.ImagesRefusedError, match="5 evaluation images and 4 labels"):
        small.evaluate(images[:5], [0, 1, 2, 0])


def test_a_recipe_in_memory_builds_with_what_is_given_in_memory(model: Any, images: Any, tmp_path: Path) -> None:
    recipe = espalier.Recipe(
        name="toy",
        model=espalier.ModelSource(path="absent.keras"),
        input=_input(),
        calibration=espalier.CalibrationSource(images="absent"),
        deploy=(espalier.Deploy(target="android-arm64"),),
        accept=("chance", "label-order", "one-answer"),
    )
    outcome = espalier.build(
        recipe, tmp_path, model=model, calibration=images[20:], evaluation=(images[:20], np.arange(20) % 3), tools="none"
    )
    assert outcome.report.name == "toy"
    assert outcome.report.accuracy is not None and outcome.report.accuracy.n == 20
