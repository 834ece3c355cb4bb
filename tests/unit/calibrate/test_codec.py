"""Lossless where the model is tuned, JPEG where it is measured: told by the files themselves, and only where it can matter."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from espalier.calibrate.checks import check_calibration
from espalier.findings import ImagesRead
from espalier.image_facts import ImageFacts
from espalier.load.decode import decode
from espalier.recipe import InputContract

CONTRACT = InputContract(size=(32, 32))


def files(kind: str, **how: Any) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(file := io.BytesIO(), kind, **how)
    return file.getvalue()


def images(jpeg: int | None, count: int = 40, side: int = 40, first: int = 0) -> tuple[ImageFacts, ...]:
    return tuple(
        ImageFacts(path=f"{n}", label=None, sha256=f"{n}", pixels_sha256=f"{n}", width=side, height=side, mode="RGB", jpeg=jpeg)
        for n in range(first, first + count)
    )


def told(given: tuple[ImageFacts, ...], measured: tuple[ImageFacts, ...], **more: Any) -> list[str]:
    sets = {name: ImagesRead(images=value) if isinstance(value, tuple) and name != "through_jpeg" else value
            for name, value in more.items()}  # fmt: skip
    _, warnings = check_calibration(ImagesRead(images=given), ImagesRead(images=measured), CONTRACT, **sets)
    return [f"{one.message}; {one.way_on}" for one in warnings if one.code == "codec"]


@pytest.mark.parametrize("quality", [20, 50, 75, 90, 95])
@pytest.mark.parametrize("chroma", ["4:4:4", "4:2:0"])
def test_the_quality_is_read_from_the_quantization_table(quality: int, chroma: str) -> None:
    _, facts = decode(files("JPEG", quality=quality, subsampling=chroma))
    assert abs(facts["jpeg"] - quality) <= 1


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_lossless_files_have_no_quality(kind: str) -> None:
    assert decode(files(kind))[1]["jpeg"] == 0


def test_lossless_calibration_and_jpeg_evaluation_is_told_with_a_way_on_and_an_override() -> None:
    (said,) = told(images(0), images(75, first=100))
    assert "calibration images are lossless, 40 of 40 evaluation images are JPEG of quality 75" in said
    assert "calibrate with JPEG files" in said and 'accept = ["codec"]' in said


@pytest.mark.parametrize(
    ("given", "measured"),
    [
        (images(75), images(75, first=100)),  # the same codec
        (images(0), images(0, first=100)),
        (images(None), images(75, first=100)),  # facts of an older version
        (images(0), images(97, first=100)),  # hardly any loss
        (images(0), images(75, side=320, first=100)),  # made smaller, its traces are gone
        (images(0, 10), images(75, 10, first=100)),  # too few to tell
        (images(0), (*images(75, 20, first=100), *images(0, 20, first=120))),  # mixed
        ((*images(0, 20), *images(75, 20, first=20)), images(75, first=100)),
    ],
)
def test_what_does_not_matter_is_not_told(given: tuple[ImageFacts, ...], measured: tuple[ImageFacts, ...]) -> None:
    assert told(given, measured) == []


def test_a_training_that_goes_through_jpeg_knows_the_codec() -> None:
    sets = {"fine_tune": images(0, first=200), "distill": images(0, first=300)}
    (said,) = told(images(0), images(75, first=100), **sets)
    assert "the fine-tuning and distillation images" in said and "augment = { jpeg = 65 }" in said
    (said,) = told(images(0), images(75, first=100), through_jpeg=("fine-tune",), **sets)
    assert "the distillation images" in said
    assert told(images(0), images(75, first=100), through_jpeg=("fine-tune", "distill"), **sets) == []
