"""Mask files: values, palettes and colours, the way through crop and pad, and what is refused in words."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from espalier.errors import ImagesRefusedError
from espalier.load.images import ImageEntry
from espalier.load.masks import fitted, pair_masks, prepare_masks, read_mask
from espalier.maps import UNJUDGED
from espalier.recipe import InputContract
from espalier.recipe_answers import Segment

THREE = Segment(classes=("ground", "leaf", "spot"))
PIXELS = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)


def png(pixels: Any, mode: str | None = None) -> bytes:
    data = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(data, "PNG")
    return data.getvalue()


def palette(pixels: Any) -> bytes:
    image = Image.fromarray(pixels, "P")
    image.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0])
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def test_grey_values_places_in_a_palette_and_colours_name_the_same_classes() -> None:
    table = np.array([[0, 0, 0], [255, 128, 0], [0, 0, 255]], np.uint8)
    colors = Segment(classes=THREE.classes, colors=("#000000", "#FF8000", "#0000ff"))
    values = Segment(classes=THREE.classes, values=(10, 20, 30), ignore=0)
    array = io.BytesIO()
    np.save(array, PIXELS)
    assert (read_mask("m.png", png(PIXELS), THREE) == PIXELS).all()
    assert (read_mask("m.png", palette(PIXELS), THREE) == PIXELS).all()
    assert (read_mask("m.npy", array.getvalue(), THREE) == PIXELS).all()
    assert (read_mask("m.png", png(np.stack([PIXELS] * 3, axis=2)), THREE) == PIXELS).all()
    assert (read_mask("m.png", png(table[PIXELS]), colors) == PIXELS).all()
    found = read_mask("m.png", png(np.array([[10, 20, 30], [0, 0, 10]], np.uint8)), values)
    assert found.tolist() == [[0, 1, 2], [UNJUDGED, UNJUDGED, 0]]


@pytest.mark.parametrize(
    ("path", "data", "segment", "said"),
    [
        ("m.png", png(PIXELS + 1), THREE, "the value 3 stands in 33.3% of its pixels"),
        ("m.png", png(255 * (PIXELS > 0).astype(np.uint8)), Segment(classes=("no", "yes")), "write `ignore = 255`"),
        ("m.png", png(PIXELS > 0), Segment(classes=("no", "yes")), r"values = \[0, 255\]"),
        ("m.png", png(np.zeros((2, 2, 3), np.uint8) + np.array([1, 2, 3], np.uint8)), THREE, "a picture of 3 channels"),
        ("m.png", png(PIXELS), Segment(classes=("a", "b"), colors=("#000000", "#ffffff")), "names colours"),
        (
            "m.png",
            png(np.full((2, 2, 3), 7, np.uint8)),
            Segment(classes=("a", "b"), colors=("#000000", "#ffffff")),
            "the colour #070707 stands in 100.0%",
        ),
        ("m.jpg", png(PIXELS), THREE, "never as JPEG"),
        ("m.png", png(PIXELS)[:50], THREE, "damaged or truncated"),
        ("m.png", b"", THREE, "not an image"),
    ],
)
def test_what_is_no_mask_is_refused_in_words(path: str, data: bytes, segment: Segment, said: str) -> None:
    with pytest.raises(ImagesRefusedError, match=said):
        read_mask(path, data, segment)


def test_masks_go_through_crop_and_pad_with_their_image_and_the_border_is_not_judged() -> None:
    mask = np.zeros((4, 8), np.uint8)
    mask[:, 4:] = 1
    crop = fitted(mask, InputContract(size=(4, 4), fit="crop"))
    assert crop.tolist() == [[0, 0, 1, 1]] * 4
    pad = fitted(mask, InputContract(size=(8, 8), fit="pad", color="gray"))
    assert (pad[:2] == UNJUDGED).all() and (pad[6:] == UNJUDGED).all() and pad[2:6].tolist() == mask.tolist()
    # Nearest: no value that the mask has not, whatever the image's own method.
    assert set(np.unique(fitted(2 * mask, InputContract(size=(3, 5), resize="bicubic")))) == {0, 2}


def entry(path: str) -> ImageEntry:
    return ImageEntry(path=path)


def test_every_image_has_the_mask_of_its_name_whatever_the_ending() -> None:
    pairs = pair_masks([("a/1.jpg", 8, 4, False)], [entry("a/1.png"), entry("b.png")], "masks")
    assert [(pair.entry.path, pair.image, pair.width, pair.height) for pair in pairs] == [("a/1.png", "a/1.jpg", 8, 4)]
    with pytest.raises(ImagesRefusedError, match=r"1 of 1 images have no file of their name in masks: a/2\.jpg"):
        pair_masks([("a/2.jpg", 8, 4, False)], [entry("a/1.png")], "masks")
    with pytest.raises(ImagesRefusedError, match="two files of one name"):
        pair_masks([("1.jpg", 8, 4, False)], [entry("1.bmp"), entry("1.png")], "masks")
    with pytest.raises(ImagesRefusedError, match="stored turned"):
        pair_masks([("1.jpg", 8, 4, True)], [entry("1.png")], "masks")


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.zeros((3, 3), np.uint8), "has 3 x 3 pixels, its image 1.jpg 3 x 2"),
        (np.zeros((2, 3), np.uint8), "hold 'ground' only"),
        (np.full((2, 3), 9, np.uint8), "no judged pixel at all"),
    ],
)
def test_masks_of_another_size_or_of_background_only_are_refused(pixels: Any, said: str, tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(png(pixels))
    pairs = pair_masks([("1.jpg", 3, 2, False)], [entry("1.png")], "masks")
    segment = Segment(classes=THREE.classes, ignore=9)
    with pytest.raises(ImagesRefusedError, match=said):
        prepare_masks(str(tmp_path), pairs, InputContract(size=(2, 3)), segment, str(tmp_path / "out.npy"))


def test_masks_of_a_csv_beside_the_images_folder_are_found_without_that_folders_name() -> None:
    images = [("images/a/1.jpg", 8, 4, False), ("images/b/2.jpg", 8, 4, False)]
    pairs = pair_masks(images, [entry("b/2.png"), entry("a/1.png")], "masks")
    assert [pair.entry.path for pair in pairs] == ["a/1.png", "b/2.png"]
    with pytest.raises(ImagesRefusedError, match="2 of 2 images"):
        pair_masks(images, [entry("c/1.png")], "masks")
