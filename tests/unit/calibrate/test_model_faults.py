"""Faults that only the model can tell: preprocessing, colour order, fit, labels, folders, unstable ranges."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from tiny_models import classifier

from espalier.contract import prepare
from espalier.findings import UNTRAINED, Finding, of_model
from espalier.image_facts import ImageFacts
from espalier.load.keras_file import inspect_model
from espalier.measure.preprocessing import AT_MOST, score_alternatives
from espalier.pixels import evenly
from espalier.quantizer.stability import RangeHistory, judge
from espalier.recipe import InputContract
from espalier.stages.check_model import other_contracts
from espalier.task.doubts import check_answers
from espalier.tflite.runtimes import litert

TRUE = InputContract(size=(16, 16), fit="crop", mean=(127.5,), std=(127.5,))
LABELS = ("one", "two", "three", "four")


def scene(label: int, rng: np.random.Generator) -> np.ndarray:
    """24 x 36: stripes whose phase (in the centre) and channel tell the class; brightness helps a little."""
    x = np.arange(36) - 18
    wave = 45 * np.cos(2 * np.pi * x / 12 + (np.pi / 2) * (label % 2))
    image = np.full((24, 36, 3), 100.0 + 25 * (label % 2))
    image[:, :, 0 if label < 2 else 2] += wave
    return np.clip(image + rng.normal(0, 25, image.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def scenes() -> tuple[list[np.ndarray], list[int]]:
    rng = np.random.default_rng(3)
    truth = [number % 4 for number in range(240)]
    return [scene(label, rng) for label in truth], truth


@pytest.fixture(scope="module")
def model(scenes: tuple[list[np.ndarray], list[int]]) -> bytes:
    """Least squares on other scenes, fed as TRUE says."""
    rng = np.random.default_rng(4)
    truth = np.arange(600) % 4
    x = np.stack([prepare(scene(int(t), rng), TRUE) for t in truth]).reshape(600, -1) / 127.5 - 1
    ones = np.concatenate([x, np.ones((600, 1))], axis=1)
    weights = np.linalg.solve(ones.T @ ones + 20 * np.eye(ones.shape[1]), ones.T @ (np.eye(4)[truth] - 0.25)).T
    return classifier(8 * weights[:, :-1], 8 * weights[:, -1], shape=(16, 16, 3))


def score(model: bytes, scenes: tuple[list[np.ndarray], list[int]], declared: InputContract) -> dict[str, object]:
    images, truth = scenes
    chosen = evenly(len(images), AT_MOST)
    facts = [ImageFacts(path="", label="", sha256="", pixels_sha256="", width=36, height=24, mode="RGB")]
    others = [
        (name, np.stack([prepare(images[i], other) for i in chosen])) for name, other in other_contracts(declared, facts)
    ]
    pixels = np.stack([prepare(image, declared) for image in images])
    return score_alternatives(litert(), model, pixels, truth, declared, others)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mean": (0.0,), "std": (1.0,)}, "mean = [127.5], std = [127.5]"),
        ({"mean": (0.0,), "std": (255.0,)}, "mean = [127.5], std = [127.5]"),
        ({"color": "bgr"}, "the other colour order"),
        ({"fit": "stretch"}, 'fit = "crop"'),
    ],
    ids=["raw", "wrong scale", "bgr", "wrong fit"],
)
def test_wrong_preprocessing_is_found_and_the_right_one_named(
    change: dict[str, object], said: str, model: bytes, scenes: tuple[list[np.ndarray], list[int]]
) -> None:
    declared = InputContract(**({"size": (16, 16), "fit": "crop", "mean": (127.5,), "std": (127.5,)} | change))  # type: ignore[arg-type]
    finding = score(model, scenes, declared)["finding"]
    assert finding is not None and finding.code == "preprocessing" and finding.severity == "error"  # type: ignore[attr-defined]
    assert said in finding.next_step  # type: ignore[attr-defined]


def test_the_right_preprocessing_raises_no_alarm(model: bytes, scenes: tuple[list[np.ndarray], list[int]]) -> None:
    result = score(model, scenes, TRUE)
    assert result["finding"] is None
    assert result["scores"][0]["top1"] > 0.95  # type: ignore[index]
    assert {'fit = "stretch"', 'fit = "pad"', 'resize = "area"'} <= {row["name"] for row in result["scores"]}  # type: ignore[index,attr-defined]


def test_settings_that_change_no_pixel_are_not_tried() -> None:
    facts = [ImageFacts(path="", label="", sha256="", pixels_sha256="", width=16, height=16, mode="RGB")]
    assert other_contracts(TRUE, facts) == []
    wide = [ImageFacts(path="", label="", sha256="", pixels_sha256="", width=32, height=32, mode="RGB")]
    assert all(name.startswith("resize") for name, _ in other_contracts(TRUE, wide))


def answered(rng: np.random.Generator, right: float, count: int = 240) -> tuple[np.ndarray, np.ndarray]:
    truth = np.arange(count) % 4
    return truth, np.where(rng.random(count) < right, truth, rng.integers(0, 4, count))


def test_swapped_labels_are_found_with_the_best_order() -> None:
    truth, answers = answered(np.random.default_rng(0), 0.9)
    (finding,) = check_answers(truth.tolist(), np.array([1, 0, 2, 3])[answers].tolist(), LABELS)
    assert finding.code == "label-order" and finding.severity == "error"
    assert "two, one, three, four" in finding.message


@pytest.mark.parametrize(
    ("classes", "right", "severity"),
    [(2, 0.84, "warning"), (2, 0.7, "warning"), (2, 0.97, "error"), (3, 0.7, "warning"), (3, 0.97, "error")],
)
def test_a_network_that_tells_all_classes_apart_the_wrong_way_round_stops_nothing(
    classes: int, right: float, severity: str
) -> None:
    """An untrained network does so as often as the right way round, on up to 84 % of 200 images; a trained one is surer."""
    truth = np.arange(198) % classes
    wrong = np.arange(198) >= right * 198
    answers = np.where(wrong, truth, (truth + 1) % classes)
    findings = check_answers(truth.tolist(), answers.tolist(), LABELS[:classes])
    assert [(f.code, f.severity) for f in findings if f.code != "chance"] == [("label-order", severity)]


def test_a_folder_with_images_of_another_class_is_found() -> None:
    truth, answers = answered(np.random.default_rng(1), 0.95)
    answers = np.where(truth == 2, 0, answers)
    (finding,) = check_answers(truth.tolist(), answers.tolist(), LABELS)
    assert finding.code == "class-folder" and finding.severity == "error"
    assert "'three' look like 'one'" in finding.message


def test_of_two_classes_a_model_with_one_answer_is_not_taken_for_a_wrong_folder() -> None:
    truth = np.arange(48) % 2
    findings = check_answers(truth.tolist(), [0] * 48, ("bad", "good"))
    assert [(finding.code, finding.severity) for finding in findings] == [("chance", "warning")]


def test_a_model_that_only_guesses_is_named() -> None:
    truth, answers = answered(np.random.default_rng(2), 0.0)
    (finding,) = check_answers(truth.tolist(), answers.tolist(), LABELS)
    assert finding.code == "chance" and finding.severity == "warning"


@pytest.mark.parametrize("right", [0.3, 0.6, 0.8, 1.0])
def test_weak_and_good_models_on_right_folders_raise_no_alarm(right: float) -> None:
    for seed in range(10):
        truth, answers = answered(np.random.default_rng(seed), right)
        assert check_answers(truth.tolist(), answers.tolist(), LABELS) == ()


class _Ends:
    def __init__(self, low: float, high: float) -> None:
        self.min, self.max = low, high


def history(images: int, spread: float, seed: int) -> RangeHistory:
    """Twelve tensors; an image's maximum varies by `spread` of a lognormal, a thirteenth tensor never changes."""
    rng = np.random.default_rng(seed)
    kept = RangeHistory()
    for _ in range(images):
        top = np.exp(spread * rng.normal(size=12))
        kept.add({f"t{i}": _Ends(0.0, float(top[i])) for i in range(12)} | {"fixed": _Ends(0.0, 1.0)})
    return kept


def test_stable_ranges_raise_no_alarm_and_their_curve_rises_to_one() -> None:
    stability = history(200, 0.1, 0).summary()
    assert stability.findings() == () and stability.tensors == 12 and stability.images == 200
    covered = [point.covered for point in stability.curve]
    assert covered == sorted(covered) and covered[-1] == 1.0
    assert [point.images for point in stability.curve] == [25, 50, 100, 200]


def test_too_few_heavy_tailed_images_are_called_too_small() -> None:
    stability = history(12, 1.0, 1).summary({"t0": "conv", "t1": "pool"})
    (finding,) = stability.findings()
    assert finding is not None and finding.code == "unstable" and "too small" in finding.message
    assert stability.worst[0].difference > 0.2 and stability.differing > 3


def test_one_odd_image_makes_the_halves_differ() -> None:
    kept = history(60, 0.1, 2)
    kept.add({f"t{i}": _Ends(0.0, 9.0) for i in range(12)} | {"fixed": _Ends(0.0, 1.0)})
    assert kept.summary().differing == 12


def test_hardly_any_image_is_not_judged() -> None:
    stability = judge(("a",), np.array([[[0.0, 1.0]], [[0.0, 2.0]]]))
    assert stability.findings() == () and stability.curve == ()


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_what_a_model_says_that_was_never_trained_stops_nothing(tmp_path: Path, suffix: str) -> None:
    """A random network of two classes was stopped with "labels look permuted" where it happened to tell them apart."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.save(tmp_path / f"m.{suffix}")
    facts = inspect_model(str(tmp_path / f"m.{suffix}"))
    assert facts.never_trained
    swapped = Finding(code="label-order", severity="error", message="the labels look permuted")
    (finding,) = of_model((swapped,), untrained=facts.never_trained)
    assert finding.severity == "warning" and UNTRAINED in finding.message
    model.layers[-1].bias.assign([0.01, -0.01])
    model.save(tmp_path / f"n.{suffix}")
    facts = inspect_model(str(tmp_path / f"n.{suffix}"))
    assert not facts.never_trained
    assert of_model((swapped,), untrained=facts.never_trained) == (swapped,)
