"""Planted faults of an image set are found and named; clean sets raise no alarm."""

from __future__ import annotations

import numpy as np
import pytest

from espalier.calibrate.checks import (
    EVALUATION_RULES,
    RULES,
    Finding,
    ImagesRead,
    check_calibration,
    check_evaluation,
    refuse,
)
from espalier.errors import ImagesRefusedError
from espalier.image_facts import ImageFacts, ImageProblem
from espalier.recipe import InputContract

CONTRACT = InputContract(size=(32, 32))
LABELS = ("cat", "dog", "fox")


def facts(path: str, label: str | None, **more: object) -> ImageFacts:
    values: dict[str, object] = {
        "sha256": path, "pixels_sha256": "pixels of " + path, "width": 64, "height": 64, "mode": "RGB",
        "mean": 120.0, "std": 50.0,
    }  # fmt: skip
    return ImageFacts(path=path, label=label, **(values | more))  # type: ignore[arg-type]


def clean(count: int = 40, prefix: str = "") -> tuple[ImageFacts, ...]:
    return tuple(facts(f"{prefix}{label}/{index}.png", label) for label in LABELS for index in range(count))


def found(
    *images: ImageFacts,
    evaluation: tuple[ImageFacts, ...] | None = None,
    contract: InputContract = CONTRACT,
    labels: tuple[str, ...] = LABELS,
    **more: object,
) -> dict[str, Finding]:
    given = ImagesRead(images=images, **more)  # type: ignore[arg-type]
    held = None if evaluation is None else ImagesRead(images=evaluation)
    errors, warnings = check_calibration(given, held, contract, labels)
    assert all(finding.severity == "error" for finding in errors)
    assert all(finding.severity == "warning" for finding in warnings)
    findings = [*errors, *warnings]
    assert len({finding.code for finding in findings}) == len(findings)
    return {finding.code: finding for finding in findings}


def test_clean_sets_raise_no_alarm() -> None:
    random = np.random.default_rng(6)
    for seed in range(20):
        images = tuple(
            facts(
                f"{seed}/{label}/{index}.png",
                label,
                mean=float(random.uniform(30, 220)),
                width=int(random.integers(50, 70)),
                height=int(random.integers(50, 70)),
            )
            for label in LABELS
            for index in range(int(random.integers(34, 80)))
        )
        assert found(*images, evaluation=clean(prefix="held/")) == {}


def test_an_unlabelled_clean_set_raises_no_alarm() -> None:
    assert found(*(facts(f"{index}.png", None) for index in range(100))) == {}


def test_no_image_is_an_error() -> None:
    assert found()["none"].severity == "error"


def test_unreadable_files_are_an_error_that_names_each() -> None:
    problems = tuple(ImageProblem(path=f"bad{i}.png", why="truncated") for i in range(7))
    finding = found(*clean(), problems=problems)["unreadable"]
    assert finding.severity == "error" and len(finding.files) == 7
    assert (
        "7 files cannot be read (bad0.png: truncated" in finding.message and "and 2 more" in finding.message
    )


def test_images_of_kinds_that_are_not_read_are_named_but_other_files_are_not() -> None:
    finding = found(*clean(), ignored=("a.gif", "notes.txt", "B.HEIC"))["not-read"]
    assert finding.files == ("a.gif", "B.HEIC")
    assert found(*clean(), ignored=("README.md", "set.toml")) == {}


def test_constant_images_are_named_and_a_set_of_them_refused() -> None:
    assert found(*clean(), facts("black.png", "cat", constant=True, mean=0.0))["constant"].files == (
        "black.png",
    )
    blank = [facts(f"{i}.png", "cat", constant=True, pixels_sha256="same") for i in range(3)]
    finding = found(*blank)["constant"]
    assert finding.severity == "error" and "all of the images" in finding.message


@pytest.mark.parametrize("mean", [3.0, 252.0])
def test_almost_black_and_almost_white_images_are_named(mean: float) -> None:
    assert found(*clean(), facts("odd.png", "cat", mean=mean, std=3.0))["exposure"].files == ("odd.png",)


@pytest.mark.parametrize("mean", [3.0, 252.0])
def test_pictures_on_black_or_white_ground_are_judged_against_their_set(mean: float) -> None:
    """A dark mean with the contrast of a thing on it is no failed capture, alone or in a set of such."""
    assert "exposure" not in found(*clean(), facts("thing.png", "cat", mean=mean, std=45.0))
    ground = [facts(f"{i}.png", LABELS[i % 3], mean=mean, std=8.0 + i % 7) for i in range(120)]
    assert found(*ground) == {}
    assert found(*ground, facts("lid.png", "cat", mean=mean, std=0.6))["exposure"].files == ("lid.png",)


def test_a_whole_set_that_was_scaled_before_it_was_saved_is_black() -> None:
    zero_or_one = [facts(f"{i}.png", LABELS[i % 3], mean=0.4, std=0.5, high=1.0) for i in range(120)]
    assert "0..1" in found(*zero_or_one)["exposure"].next_step


def test_duplicates_are_named_with_their_twin_and_many_are_an_error() -> None:
    finding = found(*clean(), facts("copy.png", "cat", pixels_sha256="pixels of cat/0.png"))["duplicate"]
    assert finding.severity == "warning" and finding.files == ("copy.png",)
    assert "copy.png = cat/0.png" in finding.message
    many = [facts(f"{i}.png", "cat", pixels_sha256="same") for i in range(90)]
    assert found(*clean(20), *many)["duplicate"].severity == "error"


def test_the_same_picture_in_two_classes_is_told() -> None:
    finding = found(*clean(), facts("dog/same.png", "dog", pixels_sha256="pixels of cat/3.png"))[
        "contradiction"
    ]
    assert finding.files == ("cat/3.png", "dog/same.png")


def test_leakage_is_named_and_over_five_percent_of_it_an_error() -> None:
    def held(leaked: int) -> tuple[ImageFacts, ...]:
        twins = (facts(f"e{i}.png", "cat", pixels_sha256=f"pixels of cat/{i}.png") for i in range(leaked))
        return (*clean(33, "held/"), *twins)

    few = found(*clean(), evaluation=held(1))["leakage"]
    assert few.severity == "warning" and few.files == ("e0.png",) and "cat/0.png = e0.png" in few.message
    many = found(*clean(), evaluation=held(10))["leakage"]
    assert many.severity == "error" and "10 of 109 evaluation images (9.2%)" in many.message
    assert found(*clean(), evaluation=()) == {}


def test_too_few_images_are_told() -> None:
    finding = found(*clean(33))["few"]
    assert "only 99 images" in finding.message
    assert "only 1 image to" in found(facts("a.png", None))["few"].message


def test_one_class_only_is_told() -> None:
    images = [facts(f"{i}.png", "cat") for i in range(120)]
    assert "'cat'" in found(*images)["one-class"].message


def test_a_class_without_images_is_told() -> None:
    images = [image for image in clean(60) if image.label != "fox"]
    assert "no image of 1 class: fox" in found(*images)["class-missing"].message
    assert found(*images, labels=("something", "else")) == {}


def test_imbalance_is_told() -> None:
    images = [*clean(60), *(facts(f"more/{i}.png", "dog") for i in range(300))]
    assert "class 'dog' has 360 images" in found(*images)["imbalance"].message


def test_stretching_out_of_shape_is_told_unless_the_contract_crops() -> None:
    wide = facts("wide.png", "cat", width=640, height=360)
    assert found(*clean(), wide)["aspect"].files == ("wide.png",)
    assert found(*clean(), wide, contract=InputContract(size=(32, 32), fit="crop")) == {}


def test_thumbnails_are_told() -> None:
    assert found(*clean(), facts("s.png", "cat", width=15, height=15))["small"].files == ("s.png",)


def test_turned_and_converted_images_are_told() -> None:
    odd = (facts("turned.jpg", "cat", rotated=True), facts("gray.png", "cat", mode="L"))
    findings = found(*clean(), *odd)
    assert findings["exif-rotated"].files == ("turned.jpg",)
    assert findings["mode"].files == ("gray.png",) and "1 L" in findings["mode"].message
    assert (
        found(*clean(), facts("g.png", "cat", mode="L"), contract=InputContract(size=(32, 32), color="gray"))
        == {}
    )
    assert found(*(facts(f"{i}.png", None, mode="L") for i in range(100))) == {}


def test_an_evaluation_set_may_be_small_and_unbalanced_but_not_broken() -> None:
    given = ImagesRead(images=(facts("a.png", "cat"),), problems=(ImageProblem(path="b.png", why="empty"),))
    errors, warnings = check_evaluation(given, CONTRACT, ())
    assert [finding.code for finding in errors] == ["unreadable"] and warnings == ()
    assert set(EVALUATION_RULES) < set(RULES)


def test_errors_refuse_the_set_in_one_message() -> None:
    errors, _ = check_calibration(ImagesRead(images=()), None, CONTRACT)
    with pytest.raises(
        ImagesRefusedError, match="the calibration images are refused: there is no image"
    ) as caught:
        refuse("calibration", errors)
    assert caught.value.exit_code == 3 and caught.value.next_step == "add images to the folder"
    refuse("calibration", ())


def test_every_rule_says_itself_in_words() -> None:
    assert all(rule.__doc__ and rule.__doc__.endswith(".") for rule in RULES)
    finding = Finding(code="x", severity="warning", message="a", next_step="b")
    assert str(finding) == "a; b"
