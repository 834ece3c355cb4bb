"""Smoothing and balance do what their words mean elsewhere, and a recipe without them is as it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from synthetic_source import synthetic_source

from espalier.bundle import firmware, golden
from espalier.bundle.debian import frigate_reason, rpicam_reason
from espalier.bundle.metadata_check import metadata_problem
from espalier.bundle.pi_modules import modules
from espalier.errors import RecipeError
from espalier.load.decode import prepare_set
from espalier.load.images import scan
from espalier.pixels import normalize
from espalier.preparation import prepare
from espalier.recipe import InputContract
from espalier.recipe_file import parse_recipe
from espalier.retouch import CENTRE, STEPS, retouch
from espalier.tflite.metadata import add_metadata

RECIPE = """
name = "a"
[model]
path = "m.keras"
[input]
size = [8, 8]
{}
[calibration]
images = "c"
[[deploy]]
target = "cortex-m4"
"""


def whole(pixels: NDArray[np.uint8], smooth: str, balance: str) -> NDArray[np.uint8]:
    return retouch(pixels, *pixels.shape[:2], smooth, balance)


def directed() -> list[NDArray[np.uint8]]:
    random = np.random.default_rng(0)
    shapes = [(1, 1, 1), (1, 1, 3), (1, 9, 3), (9, 1, 1), (5, 7, 5), (32, 24, 3), (64, 64, 1), (150, 150, 3)]
    found: list[NDArray[np.uint8]] = []
    for shape in shapes:
        noise = random.integers(0, 256, shape).astype(np.uint8)
        odd = np.full(shape, 7, np.uint8)
        odd.reshape(-1)[0] = 255
        found += [noise, odd, np.where(noise < 128, 0, 255).astype(np.uint8), (100 + noise % 2).astype(np.uint8)]
        found += [np.full(shape, value, np.uint8) for value in (0, 93, 255)]
    return found


def test_per_image_is_tensorflows_standardization_within_a_step() -> None:
    import tensorflow as tf

    for image in directed():
        wanted = tf.image.per_image_standardization(image).numpy().astype(np.float64)
        steps = np.clip(np.rint(wanted * STEPS) + CENTRE, 0, 255)
        found = whole(image, "none", "per-image").astype(np.float64)
        assert np.abs(found - steps).max() <= 1
        inside = (steps > 0) & (steps < 255)
        contract = InputContract(size=image.shape[:2], color="bands", bands=image.shape[2], balance="per-image")
        means = normalize(found.astype(np.uint8), contract)
        assert np.abs(means - wanted)[inside].max(initial=0) <= 0.5 / STEPS + 1e-5


def test_per_image_of_a_padded_picture_counts_the_padding_as_tensorflow_does() -> None:
    import tensorflow as tf

    image = np.random.default_rng(3).integers(90, 200, (20, 10, 3)).astype(np.uint8)
    contract = InputContract(size=(16, 16), fit="pad", resize="area")
    padded = prepare(image, contract)
    wanted = tf.image.per_image_standardization(padded).numpy()
    found = prepare(image, msgspec.structs.replace(contract, balance="per-image"))
    assert np.abs(found - (np.rint(wanted * STEPS) + CENTRE)).max() <= 1


def test_median_and_gaussian_are_those_of_nine_values_with_the_edge_repeated() -> None:
    for image in directed():
        wide = np.pad(image, ((1, 1), (1, 1), (0, 0)), "edge").astype(np.float64)
        windows = np.lib.stride_tricks.sliding_window_view(wide, (3, 3), axis=(0, 1))
        assert np.array_equal(whole(image, "median", "none"), np.median(windows, axis=(-2, -1)))
        kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
        assert np.array_equal(whole(image, "gaussian", "none"), np.floor((windows * kernel).sum(axis=(-2, -1)) + 0.5))


def test_min_max_reaches_both_ends_and_equalize_is_keras_equalization() -> None:
    image = np.random.default_rng(1).normal(100, 12, (300, 300, 3)).clip(0, 255).astype(np.uint8)
    stretched = whole(image, "none", "min-max")
    assert (stretched.min(), stretched.max()) == (0, 255)
    low, high = image.min(), image.max()
    assert np.array_equal(stretched, np.floor((image.astype(float) - low) * 255 / (high - low) + 0.5))
    keras = pytest.importorskip("keras")
    layer = keras.layers.Equalization(value_range=(0, 255), data_format="channels_last")
    assert np.abs(whole(image, "none", "equalize") - np.asarray(layer(image[None].astype(np.float32)))[0]).max() <= 1
    for balance in ("min-max", "equalize"):
        assert np.array_equal(whole(np.full((4, 4, 3), 9, np.uint8), "none", balance), np.full((4, 4, 3), 9))


@pytest.mark.parametrize("balance", ["min-max", "equalize"])
def test_padding_stays_black_and_does_not_count(balance: str) -> None:
    image = np.random.default_rng(2).integers(90, 120, (10, 20, 3)).astype(np.uint8)
    found = prepare(image, InputContract(size=(20, 20), fit="pad", balance=balance))  # type: ignore[arg-type]
    assert not found[:5].any() and not found[15:].any()
    assert np.array_equal(found[5:15], whole(image, "none", balance))


def test_sums_of_the_largest_input_stay_exact() -> None:
    """2^24 values: half black, half white, so that the spread is the largest there is."""
    image = np.zeros((2048, 2048, 4), np.uint8)
    image[:1024] = 255
    found = whole(image, "none", "per-image")
    assert found[0, 0, 0] == CENTRE + STEPS and found[-1, 0, 0] == CENTRE - STEPS


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('balance = "per-image"\nmean = [127.5]', "takes the place of"),
        ('balance = "per-image"\nstd = [255]', "takes the place of"),
        ('balance = "histogram"', "balance"),
        ('smooth = "blur"', "smooth"),
        ("smooth = 3", "smooth"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(line: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        parse_recipe(RECIPE.format(line).encode())


TUNED = """
[prune]
method = "channels"
fine-tune.images = "t"
fine-tune.augment = {{ {} }}
"""


@pytest.mark.parametrize(
    ("line", "change", "words"),
    [
        ('balance = "min-max"', "contrast = 0.2", "leave"),
        ('balance = "per-image"', "brightness = 0.2", "leave"),
        ('color = "gray"', "saturation = 0.2", "saturation"),
        ('color = "bands"\nbands = 4', "jpeg = 50", "jpeg"),
        ("", "blur = 7", "blur"),
        ("", "noise = -1", "noise"),
        ("", "jpeg = 0", "jpeg"),
        ("", "erase = 0.9", "erase"),
    ],
)
def test_augmentation_that_cannot_be_meant_is_refused_in_words(line: str, change: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        parse_recipe((RECIPE.format(line) + TUNED.format(change)).encode())


def test_more_values_than_the_sums_hold_are_refused() -> None:
    text = RECIPE.replace("[8, 8]", "[2048, 2048]").format('balance = "per-image"\ncolor = "bands"\nbands = 5')
    with pytest.raises(RecipeError, match="16777216"):
        parse_recipe(text.encode())


def test_a_contract_without_them_is_written_and_packed_as_before() -> None:
    contract = InputContract(size=(4, 4), resize="bilinear")
    assert set(msgspec.to_builtins(contract)) == {"size"} and contract.retouches == ""
    assert "smooth" not in golden.canonical_json(golden.ContractRow.of(contract)).decode()
    assert "retouch.py" not in modules(contract)
    digest = hashlib.sha256(b"".join(modules(contract)[name] for name in ("contract.py", "model.py"))).hexdigest()
    with_words = msgspec.structs.replace(contract, smooth="median")
    assert "retouch.py" in modules(with_words)
    assert hashlib.sha256(
        b"".join(modules(with_words)[name] for name in ("resizing.py", "model.py"))
    ).hexdigest() == digest
    files = firmware.source_files(synthetic_source(), None)
    assert not [name for name in files if "retouch" in name]
    assert not [name for name, data in files.items() if b"retouch" in data or b"SMOOTH" in data]


def test_the_doctor_judges_the_looks_of_the_picture_and_not_of_what_balances_them(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 12, (9, 9, 3)).astype(np.uint8)).save(tmp_path / "images/dark.png")
    entries = scan(tmp_path / "images").entries
    facts = [
        prepare_set(str(tmp_path / "images"), entries, InputContract(size=(8, 8), balance=balance), str(tmp_path / "o.npy"))  # type: ignore[arg-type]
        for balance in ("none", "min-max", "per-image")
    ]
    assert len({round(row.images[0].mean, 3) for row in facts}) == 1
    assert len({row.images[0].pixels_sha256 for row in facts}) == 3


def test_consumers_that_prepare_images_themselves_are_refused_in_words() -> None:
    source = synthetic_source()
    contract = msgspec.structs.replace(source.contract, size=(224, 224), smooth="median", balance="min-max")
    recipe = msgspec.structs.replace(source.recipe, input=contract)
    source = msgspec.structs.replace(source, recipe=recipe)
    for reason in (rpicam_reason(source), frigate_reason(source)):
        assert 'smooth = "median", balance = "min-max"' in reason
    model = add_metadata(source.uint8_model, labels=source.labels, contract=contract, name="a", version="1.0.0")
    assert metadata_problem(model, source.labels, 3, camera=False) == ""
    assert "does not say how" in metadata_problem(model, source.labels, 3)
    plain = add_metadata(source.uint8_model, labels=source.labels, contract=InputContract(size=(4, 4)), name="a", version="1.0.0")
    assert "not all that" in metadata_problem(plain, source.labels, 3, camera=False)
