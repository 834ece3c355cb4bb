"""Prepared images as arrays: one choice of evenly spaced ones, one normalisation for calibration, evaluation and pruning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from espalier.errors import ImagesRefusedError
from espalier.measure.predict import feeder
from espalier.pixels import evenly, int8_pixels, normalize, open_pixels
from espalier.quantizer.ranges import normalised
from espalier.recipe import InputContract
from espalier.worker.tensorflow_side import normalised as of_pruning

CONTRACTS = [
    InputContract(size=(5, 7)),
    InputContract(size=(5, 7), mean=(127.5,), std=(127.5,)),
    InputContract(size=(5, 7), mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375)),
    InputContract(size=(5, 7), mean=(103.53, 116.28, 123.675), std=(1.0,), color="bgr"),
    InputContract(size=(5, 7), mean=(0.1,), std=(3.3,), color="gray"),
    InputContract(size=(5, 7), color="bands", bands=6, mean=(1.1, 2.2, 3.3, 4.4, 5.5, 6.6), std=(7.7,)),
]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_calibration_evaluation_and_pruning_feed_the_float_next_to_the_contracts(
    contract: InputContract, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, *contract.shape)).astype(np.uint8)
    pixels[0].reshape(-1)[:3] = 0, 128, 255
    wide = (pixels - np.array(contract.channel_mean)) / np.array(contract.channel_std)
    wanted = wide.astype(np.float32)  # rounded once; in float32 throughout, 165 of 256 values were another one
    np.save(tmp_path / "pixels.npy", pixels)
    assert np.array_equal(normalize(pixels, contract), wanted)
    assert np.array_equal(np.concatenate(list(normalised(pixels, contract))), wanted)
    assert np.array_equal(feeder({"dtype": np.float32}, contract)(pixels), wanted)
    assert np.array_equal(of_pruning(str(tmp_path / "pixels.npy"), contract), wanted)


def test_a_graph_that_takes_plain_values_is_fed_them() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 3, 3)).astype(np.uint8)
    assert np.array_equal(np.concatenate(list(normalised(pixels, None))), pixels.astype(np.float32))
    assert np.array_equal(int8_pixels(pixels), pixels.astype(np.int16) - 128)


@pytest.mark.parametrize(
    ("count", "wanted", "places"),
    [(10, 3, [0, 3, 6]), (2, 5, [0, 1]), (5, 5, [0, 1, 2, 3, 4]), (9, 1, [0]), (0, 4, []), (4, 0, [])],
)
def test_evenly_spaced_places_are_the_firsts_of_equal_parts(count: int, wanted: int, places: list[int]) -> None:
    assert evenly(count, wanted).tolist() == places


@pytest.mark.parametrize(("classes", "each", "wanted"), [(10, 10, 30), (3, 50, 12), (7, 13, 7), (1000, 3, 2000)])
def test_every_class_of_a_sorted_set_gives_as_many(classes: int, each: int, wanted: int) -> None:
    chosen = np.repeat(np.arange(classes), each)[evenly(classes * each, wanted)]
    assert np.bincount(chosen, minlength=classes).tolist() == [wanted // classes] * classes


def test_prepared_images_are_mapped_from_a_file(tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 3, 1), np.uint8)
    np.save(tmp_path / "pixels.npy", pixels)
    assert np.array_equal(open_pixels(str(tmp_path / "pixels.npy")), pixels)
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY")
    np.save(tmp_path / "float.npy", np.zeros((2, 3, 3)))
    np.save(tmp_path / "none.npy", pixels[:0])
    for name in ("broken.npy", "absent.npy", "float.npy", "none.npy"):
        with pytest.raises(ImagesRefusedError):
            open_pixels(str(tmp_path / name))
