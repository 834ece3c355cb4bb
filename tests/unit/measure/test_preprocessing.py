"""Wrong mean, std and colour order in a recipe are found on the float model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tiny_models import SHAPE, brightness_classifier, classifier, redness_classifier

from espalier.measure import preprocessing
from espalier.measure.predict import predict
from espalier.measure.preprocessing import Scored, alternatives, diagnose, score_alternatives, scored
from espalier.pixels import evenly
from espalier.recipe import InputContract
from espalier.retouch import retouch
from espalier.task.doubts import check_answers
from espalier.tflite.runtimes import litert

PIXELS = np.random.default_rng(5).integers(0, 256, (240, *SHAPE)).astype(np.uint8)
BRIGHT = (PIXELS.reshape(240, -1).mean(axis=1) > 127.5).astype(int).tolist()
RED = (PIXELS[:, :, :, 0].mean(axis=(1, 2)) > PIXELS[:, :, :, 2].mean(axis=(1, 2))).astype(int).tolist()


def contract(mean: float, std: float, color: str = "rgb") -> InputContract:
    return InputContract(size=SHAPE[:2], color=color, mean=(mean,), std=(std,))  # type: ignore[arg-type]


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.0, 255.0)])
def test_a_wrong_mean_is_an_error_that_names_the_right_one(mean: float, std: float) -> None:
    result = score_alternatives(litert(), brightness_classifier(), PIXELS, BRIGHT, contract(mean, std))
    assert result["n"] == 200 and result["scores"][0]["name"] == "as declared"
    finding = result["finding"]
    assert finding is not None and finding.code == "preprocessing" and finding.severity == "error"
    assert "pixels / 127.5 - 1" in finding.message and "mean = [127.5], std = [127.5]" in finding.next_step


def test_the_other_colour_order_is_found() -> None:
    finding = score_alternatives(
        litert(), redness_classifier(), PIXELS[:, :, :, ::-1], RED, contract(0, 255)
    )["finding"]
    assert finding is not None and "bgr" in finding.message and "the other colour order" in finding.next_step


@pytest.mark.parametrize(
    ("declared", "other", "severity"), [(178, 194, "error"), (120, 136, "warning"), (100, 140, "error"), (192, 200, None)]
)
def test_it_is_an_error_when_the_other_way_wins_by_far_or_halves_the_mistakes(
    declared: int, other: int, severity: str | None
) -> None:
    """Right answers of 200; whoever wins is right wherever the other one is."""
    ways, place = alternatives(contract(0.0, 255.0)), np.arange(200)
    given, tried = (
        Scored(way=way, hits=place < n, tells=True, telling=True, chance=0.5, reorder=lambda n=n: place < n)  # type: ignore[misc]
        for way, n in zip(ways[:2], (declared, other), strict=True)
    )
    finding = diagnose(given, [tried])
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize("seed", range(5))
def test_the_right_preprocessing_raises_no_alarm(seed: int) -> None:
    random = np.random.default_rng(seed)
    noisy = [label if random.random() < 0.8 else 1 - label for label in BRIGHT]
    result = score_alternatives(litert(), brightness_classifier(), PIXELS, noisy, contract(127.5, 127.5))
    assert result["finding"] is None


def test_few_images_prove_nothing() -> None:
    result = score_alternatives(litert(), brightness_classifier(), PIXELS[:6], BRIGHT[:6], contract(0, 1))
    assert result["n"] == 6 and result["finding"] is None


def test_alternatives_hold_the_declared_way_once_and_gray_has_no_colour_order() -> None:
    ways = alternatives(contract(0.0, 1.0))
    assert ways[0].declared and not any(way.name == "raw pixels 0..255, rgb" for way in ways)
    keys = [(way.contract.channel_mean, way.contract.channel_std, way.swapped) for way in ways]
    assert len(keys) == len(set(keys))
    gray = alternatives(InputContract(size=(2, 2), color="gray"))
    assert [way.name for way in gray] == ["as declared", "pixels / 255, gray", "pixels / 127.5 - 1, gray"]


def test_imagenet_figures_follow_the_colour_order() -> None:
    swapped = {way.name: way for way in alternatives(contract(0.0, 1.0)) if way.swapped}
    assert swapped["ImageNet mean and std, bgr"].contract.mean == (103.53, 116.28, 123.675)


def flipped(share: float, seed: int) -> list[int]:
    """BRIGHT with the two labels exchanged, right by mistake on `share` of the images."""
    random = np.random.default_rng(seed)
    return [label if random.random() < share else 1 - label for label in BRIGHT]


@pytest.mark.parametrize("seed", range(3))
def test_two_swapped_labels_are_not_wrong_preprocessing(seed: int) -> None:
    """13.5 % is 100 - 86.5; pixels that the model cannot read are "right" on half of the images."""
    truth = flipped(0.135, seed)
    result = score_alternatives(litert(), brightness_classifier(), PIXELS, truth, contract(127.5, 127.5))
    assert result["scores"][0]["top1"] < 0.2 and max(row["top1"] for row in result["scores"]) > 0.4
    assert result["finding"] is None
    outputs = predict(litert(), brightness_classifier(), PIXELS, contract=contract(127.5, 127.5)).real()
    (found,) = check_answers(truth, outputs.argmax(axis=1).tolist(), ("dark", "bright"), scores=outputs)
    assert found.code == "label-order" and found.severity == "error" and "bright, dark" in found.message


def test_wrong_pixels_and_swapped_labels_are_told_together() -> None:
    finding = score_alternatives(litert(), brightness_classifier(), PIXELS, flipped(0.05, 1), contract(0, 1))["finding"]
    assert finding is not None and finding.severity == "error"
    assert "preprocessing and the order of the labels" in finding.message and "127.5" in finding.next_step


def test_what_swapped_channels_and_swapped_labels_explain_alike_is_told_as_either() -> None:
    result = score_alternatives(litert(), redness_classifier(), PIXELS[:, :, :, ::-1], RED, contract(0, 255))
    assert "or the order of the labels is wrong" in result["finding"].message


def test_what_was_found_wrong_with_the_pixels_is_not_told_as_an_order_of_labels_too() -> None:
    finding = score_alternatives(litert(), redness_classifier(), PIXELS[:, :, :, ::-1], RED, contract(0, 255))["finding"]
    wrong = [1 - label for label in RED]
    assert [f.code for f in check_answers(RED, wrong, ("red", "blue"))] == ["label-order"]
    assert "label-order" not in {f.code for f in check_answers(RED, wrong, ("red", "blue"), preprocessing=finding)}


def test_pixels_on_which_a_model_only_guesses_are_no_diagnosis() -> None:
    """Below chance as declared, at chance otherwise: the other way has not won anything."""
    ways, rng = alternatives(contract(0.0, 255.0)), np.random.default_rng(2)
    truth = np.arange(200) % 2
    given = scored(ways[0], truth, np.eye(2, dtype=np.float32)[np.where(rng.random(200) < 0.13, truth, 1 - truth)])
    guess = scored(ways[1], truth, np.eye(2, dtype=np.float32)[rng.integers(0, 2, 200)])
    always = scored(ways[2], truth, np.eye(2, dtype=np.float32)[np.zeros(200, np.int64)])
    assert diagnose(given, [guess, always]) is None


def test_ways_that_are_far_behind_are_not_tried_on_a_third_of_the_images() -> None:
    """Fourteen ways on a third of 200 images were 40 % of a ResNet50's build."""
    ran: list[int] = []
    real, pixels = preprocessing.predict, PIXELS[:200]

    def counted(runtime: Any, model: bytes, given: Any, **settings: Any) -> Any:
        ran.append(len(given))
        return real(runtime, model, given, **settings)

    net, declared = brightness_classifier(), contract(127.5, 127.5)
    outputs = real(litert(), net, pixels, contract=declared).real()
    truth = outputs.argmax(axis=1).tolist()
    plain = score_alternatives(litert(), net, pixels, truth, declared)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(preprocessing, "predict", counted)
        known = score_alternatives(litert(), net, pixels, truth, declared, answered=outputs)
    assert known == plain, "answers that are known are not asked for again"
    far = [row for row in known["scores"] if row["n"] == 23]
    assert far and all(row["top1"] <= 1 - 4 / 23 for row in far)
    assert all(count in (23, 67 - 23) for count in ran), "no image is run twice in one way"
    assert ran.count(67 - 23) < ran.count(23)


def test_a_way_that_is_right_where_the_declared_one_is_wrong_is_still_found() -> None:
    result = score_alternatives(litert(), brightness_classifier(), PIXELS, BRIGHT, contract(0, 1))
    assert result["finding"] is not None and result["finding"].code == "preprocessing"


def test_a_model_that_was_trained_on_standardized_images_is_told_balance_per_image() -> None:
    """It asks whether the first pixel is half a deviation above its image's mean, in images of any brightness."""
    random = np.random.default_rng(6)
    noise = random.normal(0, 1, (240, *SHAPE))
    images = random.uniform(40, 160, (240, 1, 1, 1)) + random.uniform(5, 25, (240, 1, 1, 1)) * noise
    images = images.clip(0, 255).astype(np.uint8)
    flat = images.reshape(240, -1).astype(float)
    truth = ((flat[:, 0] - flat.mean(axis=1)) / flat.std(axis=1) > 0.5).astype(int)
    weights = np.zeros((2, flat.shape[1]))
    weights[:, 0] = (-4, 4)
    model = classifier(weights, np.array([2.0, -2.0]))
    for mean, std in ((0.0, 1.0), (0.0, 255.0), (127.5, 127.5)):
        finding = score_alternatives(litert(), model, images, truth.tolist(), contract(mean, std))["finding"]
        assert finding is not None and 'balance = "per-image"' in finding.next_step, (mean, std)
    standard = InputContract(size=SHAPE[:2], balance="per-image")
    ready = np.stack([retouch(image, *SHAPE[:2], "none", "per-image") for image in images])
    plain = ('balance = "none"', images[evenly(240, 200)])
    result = score_alternatives(litert(), model, ready, truth.tolist(), standard, others=[plain])
    assert result["finding"] is None and result["scores"][0]["top1"] > 0.97
    # Declared, but the model was trained on plain pixels: "none" is named.
    ready = np.stack([retouch(image, *SHAPE[:2], "none", "per-image") for image in PIXELS])
    plain = ('balance = "none"', PIXELS[evenly(240, 200)])
    bright = classifier(*_raw_brightness())
    finding = score_alternatives(litert(), bright, ready, BRIGHT, standard, others=[plain])["finding"]
    assert finding is not None and 'balance = "none"' in finding.next_step


def _raw_brightness() -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias of brightness_classifier for raw pixels."""
    count = int(np.prod(SHAPE))
    weights = np.stack([np.full(count, -1.0 / count), np.full(count, 1.0 / count)])
    return weights, np.array([127.5, -127.5])
