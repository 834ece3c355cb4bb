"""A model that takes numbers beside the image: read, converted, quantized, pruned, each number in its own input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from msgspec.structs import replace

from espalier.errors import ModelRefusedError, UnsupportedModelError
from espalier.fed import with_numbers
from espalier.ladder.climb import climb
from espalier.ladder.int16_targets import Wide
from espalier.ladder.labelled import Labelled
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import describe, rebuild
from espalier.prune.channels import prune_channels
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import float_answers, int8_answers
from espalier.quantizer.convert import convert_model
from espalier.quantizer.correct import correct_biases
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.interface import uint8_twin
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.recipe_numbers import InputNumbers
from espalier.task.types import Numbers, Task

NUMBERS = (
    InputNumbers(name="telemetry", columns=("speed", "load"), range=((0, 40), (0, 1)), mean=(20.0, 0.5), std=(10.0, 0.25)),
    InputNumbers(name="lamp", range=((0, 1),)),
)
CONTRACT = InputContract(size=(8, 8), std=(255.0,), numbers=NUMBERS)
TASK = Task(kind="regress", numbers=Numbers(names=("angle",), unit="", tolerance=1.0))


def _model(end: Any) -> Any:
    layers = keras.layers
    image, telemetry, lamp = (keras.Input(s, name=n) for s, n in (((8, 8, 3), "Photo"), ((2,), "Telemetry"), ((1,), "lamp")))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(16, 3, activation="relu")(image))
    x = layers.Concatenate()([x, layers.Dense(4, activation="relu")(telemetry), lamp])
    return keras.Model([telemetry, image, lamp], end(layers.Dense(16, activation="relu")(x)))  # the image is not the first


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    keras.utils.set_random_seed(3)
    path = tmp_path_factory.mktemp("numbers") / "model.keras"
    _model(keras.layers.Dense(1, name="angle")).save(path)
    return path


@pytest.fixture(scope="module")
def fed() -> Any:
    rng = np.random.default_rng(4)
    numbers = np.float32(rng.uniform((-2, -2, 0), (2, 2, 1), (64, 3)))
    return with_numbers(rng.integers(0, 256, (64, 8, 8, 3), np.uint8), numbers)


@pytest.fixture(scope="module")
def rebuilt(saved: Path) -> Any:
    facts = inspect_model(str(saved), scores=False)
    return facts, rebuild(facts, saved)


def test_the_image_is_found_among_the_inputs_and_the_others_keep_their_order(rebuilt: Any) -> None:
    facts, model = rebuilt
    assert facts.input_shape == (8, 8, 3)
    assert [(one.name, one.layer, one.values) for one in facts.numbers] == [("telemetry", "Telemetry", 2), ("lamp", "lamp", 1)]
    assert [tuple(one.shape)[1:] for one in model.inputs] == [(8, 8, 3), (2,), (1,)]
    summary = describe(model, facts)
    assert summary.input_shape == (1, 8, 8, 3) and summary.macs == 6 * 6 * 27 * 16 + 2 * 4 + 21 * 16 + 16


@pytest.mark.parametrize(
    "inputs", [[(8, 8, 3), (8, 8, 3)], [(2,), (3,)], [(8, 8, 3), (4, 2)], [(8, 8, 3), (None,)], [(8, 8, 3), (4, 4, 3), (1,)]]
)
def test_other_inputs_are_refused_in_words(inputs: list[tuple[int, ...]], tmp_path: Path) -> None:
    entries = [keras.Input(shape) for shape in inputs]
    flat = [keras.layers.GlobalAveragePooling2D()(e) if len(e.shape) == 4 else e for e in entries]
    flat = [keras.layers.GlobalAveragePooling1D()(e) if len(e.shape) == 3 else e for e in flat]
    flat = [keras.ops.sum(e, axis=-1, keepdims=True) for e in flat]
    keras.Model(entries, keras.layers.Dense(2)(keras.layers.Concatenate()(flat))).save(tmp_path / "model.keras")
    with pytest.raises(ModelRefusedError, match=rf"it has {len(inputs)} inputs") as refusal:
        inspect_model(str(tmp_path / "model.keras"))
    assert "one image [height, width, channels] and, beside it, vectors of numbers" in refusal.value.supported
    assert "[[input.numbers]]" in refusal.value.next_step


def test_int8_takes_numbers_by_their_declared_range_and_answers_as_float(rebuilt: Any, fed: Any) -> None:
    _, model = rebuilt
    converted = convert_model(model, CONTRACT, "values")
    task = Task(kind="regress", numbers=TASK.numbers, heads=converted.heads)
    assert converted.largest_difference < 1e-5
    with pytest.raises(UnsupportedModelError, match="the model has 3 inputs"):
        convert_model(model, InputContract(size=(8, 8)), "values")
    entered = enter_pixels(converted.float_model, CONTRACT, task)
    wanted = float_answers(entered, fed).values
    keras_says = model([fed["image"] / np.float32(255), fed["numbers"][:, :2], fed["numbers"][:, 2:]]).numpy()
    np.testing.assert_allclose(wanted, keras_says, atol=1e-5)
    done = quantize(converted.float_model, fed, CONTRACT, task=task)
    audit = audit_model(done.int8_model, CONTRACT, task=task)
    assert audit.errors == () and [one.name for one in audit.numbers] == ["telemetry", "lamp"]
    assert audit.numbers[0].scale == pytest.approx(4 / 255, rel=1e-6)  # -2 to 2, whatever the images show
    found = int8_answers(done.int8_model, fed).values
    spread = float(wanted.max() - wanted.min())
    assert np.abs(found - wanted).max() < 0.05 * spread
    # Each number matters, and enters where it belongs: exchanged, the answers are others.
    turned = with_numbers(fed["image"], np.ascontiguousarray(fed["numbers"][:, ::-1]))
    assert np.abs(int8_answers(done.int8_model, turned).values - wanted).max() > 0.1 * spread
    assert audit_model(uint8_twin(done.int8_model), CONTRACT, edge="uint8", task=task).errors == ()


def test_an_answer_of_a_layer_with_weights_keeps_its_float_name_in_sixteen_bits(rebuilt: Any, fed: Any) -> None:
    _, model = rebuilt
    converted = convert_model(model, CONTRACT, "values")
    task = Task(kind="regress", numbers=TASK.numbers, heads=converted.heads)
    entered = enter_pixels(converted.float_model, CONTRACT, task)
    done = quantize(converted.float_model, fed, CONTRACT, scheme="int16x8", task=task)
    audit = audit_model(done.int8_model, CONTRACT, task=task)
    assert audit.errors == () and [(one.name, one.dtype) for one in audit.numbers] == [("telemetry", "int8"), ("lamp", "int8")]
    corrected = correct_biases(done.int8_model, entered, fed)  # was a KeyError: 'angle_int16'
    wanted = float_answers(entered, fed).values
    assert np.abs(int8_answers(corrected, fed).values - wanted).max() < 0.05 * float(wanted.max() - wanted.min())


def test_every_step_of_the_ladder_runs_with_numbers_beside_the_images(rebuilt: Any, fed: Any) -> None:
    _, model = rebuilt
    converted = convert_model(model, CONTRACT, "values")
    task = Task(kind="regress", numbers=TASK.numbers, heads=converted.heads)
    # No step can hold this, so that all of them are tried.
    some = fed[:32]
    strict = replace(task, numbers=Numbers(names=("angle",), unit="", tolerance=1e-9))
    truth = float_answers(enter_pixels(converted.float_model, CONTRACT, strict), some).values.astype(np.float64)
    climbed = climb(
        converted.float_model,
        some,
        CONTRACT,
        limit_points=0.0,
        labelled=Labelled(pixels=some, labels=truth, task=strict),
        task=strict,
        wide=Wide(),
    )
    names = [step.candidate.name for step in climbed.steps]
    assert any("fitted ranges" in name for name in names) and any("16-bit" in name for name in names)
    assert [(one.name, one.why) for one in climbed.failed] == []  # was: fitted ranges, a ValueError
    assert [text for text in climbed.left_out if "Error" in text] == []


def test_channels_are_pruned_and_refitted_with_the_numbers_beside_the_images(rebuilt: Any, fed: Any) -> None:
    _, model = rebuilt
    images = with_numbers(fed["image"].astype(np.float32) / np.float32(255), fed["numbers"])
    smaller, account = prune_channels(model, amount=0.3, multiple=4, images=images)
    assert account["macs_after"] < 0.75 * account["macs_before"]
    given = [images["image"], images["numbers"][:, :2], images["numbers"][:, 2:]]
    before, after = model(given).numpy(), smaller(given).numpy()
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] > 0.95
