"""What MediaPipe's tasks feed: known bytes of its engine, and the promise of the README."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from espalier.errors import ImagesRefusedError
from espalier.load.images import ImageEntry
from espalier.load.mediapipe_set import prepare_for_mediapipe
from espalier.mediapipe_pixels import stretched

KNOWN = {
    (7, 5, 31, 47): "54f877540a79d325",
    (7, 5, 5, 3): "0727a6ac03fea727",
    (7, 5, 13, 400): "d13f8ce47d2cc2f2",
    (96, 96, 120, 160): "260d8c4928ed212c",
    (96, 96, 31, 47): "094d5600c435aad7",
}
"""Digests of what the classifier of mediapipe 1.2.3 fed a model of 7 x 5 and of 96 x 96 that answers with its input, for
noise of the given rows and columns (model's height and width, image's rows and columns)."""


def noise(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng([rows, columns]).integers(0, 256, (rows, columns, 3), np.uint8)


@pytest.mark.parametrize("case", KNOWN)
def test_pixels_are_those_that_mediapipe_was_seen_to_feed(case: tuple[int, int, int, int]) -> None:
    height, width, rows, columns = case
    assert hashlib.sha256(stretched(noise(rows, columns), height, width).tobytes()).hexdigest()[:16] == KNOWN[case]


def test_an_image_of_the_models_size_is_fed_as_it_is() -> None:
    image = noise(8, 12)
    assert (stretched(image, 8, 12) == image).all()


def test_a_set_is_decoded_and_stretched_in_its_order(tmp_path: Path) -> None:
    images = [noise(9, 4), noise(3, 17)]
    entries = []
    for number, image in enumerate(images):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
        entries.append(ImageEntry(path=f"{number}.png", label=None))
    assert prepare_for_mediapipe(str(tmp_path), entries, (6, 5), str(tmp_path / "out.npy")) == 2
    made = np.load(tmp_path / "out.npy")
    assert made.dtype == np.uint8 and [m.tolist() for m in made] == [stretched(i, 6, 5).tolist() for i in images]
    (tmp_path / "1.png").write_bytes(b"no image")
    with pytest.raises(ImagesRefusedError, match=r"1\.png"):
        prepare_for_mediapipe(str(tmp_path), entries, (6, 5), str(tmp_path / "out.npy"))
