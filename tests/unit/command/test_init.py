"""`espalier init` sees what the model does to its own pixels, and writes recipes that its own reader reads."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from espalier.calibrate.declared import declared_twice
from espalier.command import init
from espalier.command.check import check_recipe
from espalier.command.init import recipe_name, write_recipe
from espalier.command.init_task import task_lines
from espalier.command.schema import schema
from espalier.errors import ImagesRefusedError, UsageError
from espalier.load.keras_facts import ModelFacts
from espalier.load.own_scaling import own_scaling
from espalier.load.training import binary_loss
from espalier.recipe import InputContract
from espalier.recipe_file import load_recipe
from espalier.target import targets_folder
from espalier.visible import hidden_character

L, A = keras.layers, keras.applications


def scaled(scale: Any) -> dict[str, Any]:
    given = keras.Input((16, 16, 3))
    x = L.Conv2D(4, 3)(scale(given))
    return config_of(keras.Model(given, L.Dense(2, activation="softmax")(L.GlobalAveragePooling2D()(x))))


def config_of(model: keras.Model) -> dict[str, Any]:
    return dict(json.loads(model.to_json()))


def augmented(x: Any) -> Any:
    return A.mobilenet_v2.preprocess_input(keras.Sequential([L.RandomFlip("horizontal"), L.RandomRotation(0.2)])(x))


RAW = {
    "preprocess_input of MobileNetV2": A.mobilenet_v2.preprocess_input,
    "behind augmentation": augmented,
    "torch": lambda x: A.imagenet_utils.preprocess_input(x, mode="torch"),
    "caffe": lambda x: A.imagenet_utils.preprocess_input(x, mode="caffe"),
    "Rescaling": L.Rescaling(1 / 255),
    "Rescaling to plus and minus one": L.Rescaling(1 / 127.5, offset=-1),
    "multiplied": lambda x: x * (1 / 255.0) - 0.5,
    "Normalization with its figures": L.Normalization(mean=[120.0, 110.0, 100.0], variance=[60.0**2] * 3),
    "Normalization with weights": L.Normalization(),
    "nested": lambda x: keras.Sequential([keras.Input((16, 16, 3)), L.Rescaling(1 / 255)])(x),
}


@pytest.mark.parametrize("way", RAW)
def test_a_model_that_scales_its_own_input_takes_raw_pixels(way: str) -> None:
    own = own_scaling(scaled(RAW[way]))
    assert own is not None and own.takes == "raw"


@pytest.mark.parametrize(
    ("way", "scale", "offset"),
    [
        ("preprocess_input of MobileNetV2", 1 / 127.5, -1.0),
        ("torch", 1 / 255 / 0.229, -0.485 / 0.229),
        ("multiplied", 1 / 255, -0.5),
        ("Normalization with its figures", 1 / 60, -2.0),
        ("caffe", 1.0, -103.939),
    ],
)
def test_what_the_first_layers_do_is_put_together(way: str, scale: float, offset: float) -> None:
    own = own_scaling(scaled(RAW[way]))
    assert own is not None and own.known
    assert own.scale[0] == pytest.approx(scale, rel=1e-5) and own.offset[0] == pytest.approx(offset, rel=1e-5)


def test_a_model_that_scales_a_unit_range_further_was_fed_scaled_pixels() -> None:
    own = own_scaling(scaled(lambda x: 2 * x - 1))
    assert own is not None and own.takes == "unit"


def plain(x: Any) -> Any:
    return x


def residual(x: Any) -> Any:
    """The image added to what a layer makes of it: no scaling."""
    return L.Add()([x, L.Conv2D(3, 1)(x)])


def inside(x: Any) -> Any:
    """A hard swish behind the first convolution: its constants are none of the input's."""
    x = L.Conv2D(3, 1)(x)
    return x * L.ReLU(6.0)(x + 3.0) * (1 / 6)


@pytest.mark.parametrize("way", [plain, residual, inside])
def test_constants_behind_the_first_layer_are_not_taken_for_scaling(way: Any) -> None:
    assert own_scaling(scaled(way)) is None


@pytest.mark.parametrize(
    ("inner", "mean", "std", "told"),
    [
        (A.mobilenet_v2.preprocess_input, 0.0, 255.0, True),
        (L.Rescaling(1 / 255), 127.5, 127.5, True),
        (L.Rescaling(1 / 255), 0.0, 1.0, False),
        (lambda x: 2 * x - 1, 0.0, 255.0, False),
        (plain, 0.0, 255.0, False),
    ],
)
def test_normalisation_declared_twice_is_told(inner: Any, mean: float, std: float, told: bool) -> None:
    contract = InputContract(size=(16, 16), mean=(mean,), std=(std,))
    found = declared_twice(contract, json.dumps(scaled(inner)))
    assert (found is not None) is told
    assert found is None or ("mean = [0.0], std = [1.0]" in found.next_step and found.code == "declared-twice")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    os.environ.setdefault("ESPALIER_STORE", str(folder / "store"))
    given = keras.Input((16, 16, 3))
    x = L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(A.mobilenet_v2.preprocess_input(given)))
    keras.Model(given, L.Dense(2, activation="softmax")(x)).save(folder / "model.keras")
    return folder / "model.keras"


def image_folder(root: Path, labels: tuple[str, ...], count: int = 2) -> None:
    rng = np.random.default_rng(0)
    for label in labels:
        (root / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            Image.fromarray(rng.integers(0, 255, (16, 16, 3), np.uint8)).save(root / label / f"{number}.png")


def test_init_leaves_the_scaling_to_a_model_that_scales_and_check_says_when_it_is_declared_twice(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "store"))
    image_folder(tmp_path / "images/calibration", ("a", "b"), 60)
    path = write_recipe(model, [tmp_path / "images"], ["android-arm64"], tmp_path / "recipe.toml")
    recipe = load_recipe(path)
    assert recipe.input.mean == (0.0,) and recipe.input.std == (1.0,)
    assert "[declared-twice]" not in str(check_recipe(path).rows)
    path.write_text(path.read_text().replace("std = [1.0]", "std = [255.0]"))
    rows = check_recipe(path).rows
    assert [row.severity for row in rows if "declared-twice" in row.text] == ["warning"]
    path.write_text('accept = ["declared-twice"]\n' + path.read_text())
    rows = check_recipe(path).rows
    assert [row.severity for row in rows if "declared twice" in row.text] == ["ok"]


FACTS = SimpleNamespace(
    input_shape=(16, 16, 3),
    paints=False,
    numbers=(),
    classes=3,
    output="softmax",
    loss="",
    layers=(),
    notes=(),
    config='{"class_name": "Sequential", "config": {"layers": []}}',
)
NAMES = st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda name: name.strip(". ") != "" and len(name.encode()) < 200
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stem=NAMES, folder=NAMES, label=NAMES)
def test_a_recipe_that_init_writes_passes_its_own_reader_whatever_the_names(
    stem: str, folder: str, label: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "_facts", lambda model: FACTS)
    root = tmp_path_factory.mktemp("named")
    images = root / f"x{folder}"
    image_folder(images / "calibration", (f"y{label}",), 1)
    try:
        path = write_recipe(root / f"{stem}.keras", [images], ["cortex-m4"], root / "recipe.toml")
    except (ImagesRefusedError, UsageError) as refused:
        assert " name " in refused.found and "visible characters" in refused.supported
        assert any(map(hidden_character, (stem, folder, label))) and not (root / "recipe.toml").exists()
        return
    recipe = load_recipe(path)
    assert (root / recipe.model.path).name == f"{stem}.keras"
    assert (root / recipe.calibration.images).resolve() == (images / "calibration").resolve()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_every_file_name_becomes_a_valid_recipe_name(stem: str) -> None:
    name = recipe_name(stem)
    assert name and name[0].isalpha() and len(name) <= 64 and "--" not in name and not name.endswith("-")
    assert name.isascii() and all(c.isalnum() or c == "-" for c in name) and name == name.lower()


def test_a_name_that_ends_in_a_separator_where_it_is_cut_is_cut_again() -> None:
    stem = "fer2013_mini_mobilenet_v1_0.25_96_grayscale_val_0.81_epoch_12"
    assert recipe_name(stem) == "fer2013-mini-mobilenet-v1-0-25-96-grayscale-val"


def test_a_name_that_is_no_utf_8_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "_facts", lambda model: FACTS)
    with pytest.raises(UsageError, match="cannot be written into a recipe"):
        write_recipe(tmp_path / "bad\udcff.keras", [], [], tmp_path / "recipe.toml")
    assert not (tmp_path / "recipe.toml").exists()


def test_target_files_are_written_as_paths_and_each_target_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "_facts", lambda model: FACTS)
    source = targets_folder() / "cortex-m4.toml"
    own = tmp_path / "boards/mine.toml"
    own.parent.mkdir()
    own.write_text(source.read_text().replace('name = "cortex-m4"', 'name = "mine"'))
    out = tmp_path / "sub/recipe.toml"
    write_recipe(tmp_path / "m.keras", [], ["cortex-m7", "cortex-m7", str(own)], out)
    assert [d.target for d in load_recipe(out).deploy] == ["cortex-m7", "../boards/mine.toml"]


def test_editors_find_the_schema_beside_a_new_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "_facts", lambda model: FACTS)
    write_recipe(tmp_path / "m.keras", [], [], tmp_path / "recipe.toml")
    first, _, _ = (tmp_path / "recipe.toml").read_text().partition("\n")
    named = first.removeprefix("#:schema ")
    assert (tmp_path / named).read_bytes() == schema("recipe")
    (tmp_path / named).write_text("mine")
    write_recipe(tmp_path / "m.keras", [], [], tmp_path / "other.toml")
    assert (tmp_path / named).read_text() == "mine"


def test_a_recipe_of_any_name_is_written_whatever_bears_the_schema_s_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init, "_facts", lambda model: FACTS)
    assert load_recipe(write_recipe(tmp_path / "m.keras", [], [], tmp_path / init.SCHEMA)).name == "m"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / init.SCHEMA).symlink_to("nowhere")
    assert load_recipe(write_recipe(tmp_path / "m.keras", [], [], tmp_path / "sub/recipe.toml")).name == "m"


@pytest.mark.parametrize(
    ("units", "loss", "folders", "wanted"),
    [
        (1, "binary_crossentropy", ("bad", "good"), ('task = "binary"', 'positive = "good"')),
        (1, "binary_crossentropy", (), ('task = "binary"', 'positive = "class_1"')),
        (4, "binary_crossentropy", (), ('task = "multi-label"',)),
        (4, "categorical_crossentropy", (), ("",)),
        (2, "binary_crossentropy", ("bad", "good"), ("",)),
    ],
)
def test_init_finds_yes_or_no_and_several_labels_from_outputs_and_loss(
    units: int, loss: str, folders: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    facts = msgspec.convert(
        {
            "format": "keras", "generation": 3, "keras_version": "3", "sha256": "", "file_bytes": 1, "config": "", "layers": [],
            "input_shape": [8, 8, 3], "output_layer": "d", "output": "sigmoid", "classes": units, "weights": [],
            "parameters": 1, "each": binary_loss(json.dumps({"compile_config": {"loss": loss}})),
        },
        ModelFacts,
    )  # fmt: skip
    lines = task_lines(facts, folders)
    assert all(word in lines for word in wanted) and bool(lines) == bool(wanted[0])
