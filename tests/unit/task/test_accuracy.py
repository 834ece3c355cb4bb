"""Accuracies, classes, flips, collapse, agreement and confidence on answers that can be counted by hand."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import BugError, LabelsRefusedError
from espalier.rows import AccuracyRow, StepRow
from espalier.stages.evaluate import _chosen
from espalier.statistics import wilson
from espalier.task import accuracy
from espalier.task.confidence import at, calibration_error, choose_threshold, decision_row

LABELS = ("cat", "dog", "fox")


def one_hot(answers: list[int], classes: int = 3, confidence: float = 0.9) -> NDArray[np.float32]:
    outputs = np.full((len(answers), classes), (1 - confidence) / (classes - 1), np.float32)
    outputs[np.arange(len(answers)), answers] = confidence
    return outputs


def measured(truth: list[int], before: list[int], after: list[int], **more: object) -> AccuracyRow:
    names = [f"{index}.png" for index in range(len(truth))]
    return accuracy.measure_accuracy(names, truth, LABELS, one_hot(before), one_hot(after), **more)  # type: ignore[arg-type]


TRUTH = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
BEFORE = [0, 0, 1, 1, 1, 1, 2, 2, 2, 0]
AFTER = [0, 0, 0, 1, 1, 2, 2, 2, 0, 0]


def test_the_drop_counts_images_lost_and_won() -> None:
    row = measured(TRUTH, BEFORE, AFTER)
    assert (row.float.top1, row.int8.top1) == (0.8, 0.7)
    assert row.drop_points == pytest.approx(10.0)
    assert row.agreement == pytest.approx(0.7)
    assert row.interval[0] < 10.0 < row.interval[1]
    assert row.p_value == pytest.approx(1.0)
    assert row.float.top5 is None


def test_a_chosen_step_says_by_how_much_the_choice_flatters_it_and_whether_the_claim_stands() -> None:
    row = msgspec.structs.replace(measured(TRUTH, BEFORE, AFTER), interval=(-0.2, 0.4))
    small = accuracy.with_choice(row, steps=31, held_out=0.15, kept_drop=0.1, limit_points=0.5)
    assert small.choice_points == pytest.approx(0.05)
    assert small.claim.startswith(f"{row.claim}. The step was chosen of 31 on these images")
    assert "flatters its drop by 0.05 points" in small.claim and "is not shown" not in small.claim
    large = accuracy.with_choice(row, steps=31, held_out=0.3, kept_drop=0.1, limit_points=0.5)
    assert large.claim.endswith("with that, at most 0.5 points is not shown")
    lucky = accuracy.with_choice(row, steps=31, held_out=0.0, kept_drop=0.1, limit_points=0.5)
    assert lucky.choice_points == 0.0


def test_flips_name_the_image_and_both_answers() -> None:
    row = measured(TRUTH, BEFORE, AFTER)
    assert [(flip.image, flip.float, flip.int8, flip.label) for flip in row.flips] == [
        ("2.png", "dog", "cat", "cat"),
        ("5.png", "dog", "fox", "dog"),
        ("8.png", "fox", "cat", "fox"),
    ]


def test_classes_have_recall_precision_and_interval() -> None:
    row = measured(TRUTH, BEFORE, AFTER)
    fox = row.classes[2]
    assert (fox.label, fox.n, fox.recall_float, fox.recall_int8) == ("fox", 4, 0.75, 0.5)
    assert fox.recall_low < 0.5 < fox.recall_high
    assert fox.precision_int8 == pytest.approx(2 / 3)
    assert row.confusion == ((3, 0, 0), (0, 2, 1), (2, 0, 2))


def test_a_class_that_is_never_answered_has_no_precision_and_one_without_images_is_named() -> None:
    row = measured([0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0])
    assert [entry.label for entry in row.classes] == ["cat", "dog"]
    assert row.classes[1].precision_int8 is None
    assert any("no evaluation image of: fox" in warning for warning in row.warnings)


def test_the_pruned_model_splits_the_drop() -> None:
    row = measured(TRUTH, BEFORE, AFTER, pruned_outputs=one_hot([0, 0, 0, 1, 1, 2, 2, 2, 2, 0]))
    assert row.pruned is not None and row.pruned.top1 == pytest.approx(0.8)
    assert [step["drop_points"] for step in row.steps] == pytest.approx([0.0, 10.0])


def test_the_row_survives_json() -> None:
    row = measured(TRUTH, BEFORE, AFTER, pruned_outputs=one_hot(BEFORE))
    back = msgspec.json.decode(msgspec.json.encode(row), type=AccuracyRow)
    assert back.flips == row.flips and back.drop_points == row.drop_points


def test_collapse_onto_one_class_is_told() -> None:
    row = measured([0, 1, 2] * 10, [0, 1, 2] * 10, [1] * 30)
    assert any(warning.startswith("int8 collapsed onto one class: 'dog'") for warning in row.warnings)
    assert not any("float model collapsed" in warning for warning in row.warnings)


def test_a_set_of_one_class_is_no_collapse() -> None:
    assert not any("collapsed" in warning for warning in measured([1] * 30, [1] * 30, [1] * 30).warnings)


def test_nan_of_the_float_model_is_told() -> None:
    outputs = one_hot([0, 1])
    outputs[0] = np.nan
    row = accuracy.measure_accuracy(["a", "b"], [0, 1], LABELS, outputs, one_hot([0, 1]))
    assert any("NaN" in warning for warning in row.warnings)


def test_top5_counts_from_six_classes_on() -> None:
    outputs = np.tile(np.array([0.3, 0.2, 0.15, 0.13, 0.12, 0.1], np.float32), (2, 1))
    row = accuracy.measure_accuracy(["a", "b"], [4, 5], tuple("abcdef"), outputs, outputs)
    assert row.float.top5 == 0.5 and row.float.top1 == 0.0


def test_labels_that_do_not_fit_the_outputs_are_refused() -> None:
    with pytest.raises(LabelsRefusedError, match="3 outputs, the labels name 2"):
        accuracy.measure_accuracy(["a"], [0], ("x", "y"), one_hot([0]), one_hot([0]))


@pytest.mark.parametrize("names", [[], ["a", "b"]])
def test_sizes_that_do_not_fit_are_a_bug(names: list[str]) -> None:
    with pytest.raises(BugError):
        accuracy.measure_accuracy(names, [0] * len(names), LABELS, one_hot([0])[: len(names)], one_hot([0]))


def test_a_truth_outside_the_labels_is_a_bug() -> None:
    with pytest.raises(BugError, match="outside"):
        measured([3], [0], [0])


def test_without_labels_agreement_and_sqnr_stand_in() -> None:
    row = accuracy.measure_agreement(
        ["a", "b", "c", "d"], LABELS, one_hot([0, 1, 2, 0]), one_hot([0, 1, 2, 1])
    )
    assert row.agreement == 0.75 and row.interval[0] < 0.75 < row.interval[1]
    assert row.flips[0].image == "d" and row.flips[0].label is None
    assert any("SQNR" in warning for warning in row.warnings)
    equal = accuracy.measure_agreement(["a"], LABELS, one_hot([0]), one_hot([0]))
    assert equal.sqnr_db == float("inf") and not equal.warnings


def test_the_threshold_sends_unsure_answers_to_review() -> None:
    outputs = np.concatenate([one_hot([0, 1], confidence=0.9), one_hot([0, 0], confidence=0.5)])
    row = decision_row(outputs, outputs, np.array([0, 1, 0, 1]), 0.6)
    assert row["int8"]["precision"] == 1.0 and row["int8"]["coverage"] == 0.5 and row["int8"]["review"] == 0.5
    assert row["wished_threshold"] == 0.51 and row["confidence_drift"] == 0.0
    assert row["int8"]["precision_low"] == pytest.approx(wilson(2, 2)[0])
    assert row["curve"][0]["precision_float"] == 0.75


def test_the_threshold_is_the_least_that_holds_in_float_and_in_int8() -> None:
    truth = np.array([0] * 10)
    sure = np.array([0.9, 0.8, 0.7, 0.6, 0.9, 0.8, 0.7, 0.6, 0.9, 0.9])
    wrong = np.array([False, False, False, True, False, False, True, False, False, False])

    def outputs(confidence: np.ndarray) -> np.ndarray:
        rows = np.stack([confidence, 1 - confidence], axis=1).astype(np.float32)
        return np.where(wrong[:, None], rows[:, ::-1], rows)

    assert choose_threshold(outputs(sure), outputs(sure), truth, 0.99) == 0.71
    assert choose_threshold(outputs(sure), outputs(sure - 0.1), truth, 0.99) == 0.71
    assert choose_threshold(outputs(sure), outputs(sure + 0.05), truth, 0.99) == 0.76
    assert choose_threshold(outputs(sure), outputs(sure), truth, 0.8) == 0.0
    assert choose_threshold(outputs(sure), outputs(sure), 1 - truth, 0.9) is None


def test_a_confidence_that_moved_is_told() -> None:
    truth = np.array([0, 1, 2])
    sure, unsure = one_hot([0, 1, 2], confidence=0.95), one_hot([0, 1, 2], confidence=0.7)
    row = accuracy.measure_accuracy(["a", "b", "c"], truth, LABELS[:3], sure, unsure)
    assert any("25.0 points from the float model's" in warning for warning in row.warnings)
    assert not accuracy.measure_accuracy(["a", "b", "c"], truth, LABELS[:3], sure, sure).warnings


def test_nothing_answered_has_no_precision() -> None:
    assert at(np.array([0.1], np.float32), np.array([True]), 0.5)["precision"] is None


def test_calibration_error_is_zero_when_confidence_is_right_and_large_when_it_is_not() -> None:
    confidence = np.full(1000, 0.9, np.float32)
    assert calibration_error(confidence, np.arange(1000) < 900) == pytest.approx(0.0, abs=1e-6)
    assert calibration_error(confidence, np.arange(1000) < 300) == pytest.approx(0.6, abs=1e-6)


def test_only_a_step_that_was_chosen_among_several_is_corrected_for_the_choice() -> None:
    row = measured(TRUTH, BEFORE, AFTER)
    job = SimpleNamespace(recipe=SimpleNamespace(quantize=SimpleNamespace(max_accuracy_drop=0.5)))
    steps = (
        StepRow(name="a", top1=0.7, drop=12.0, kept=False),
        StepRow(name="b", top1=0.7, drop=10.0, kept=True),
    )
    chosen = _chosen(row, SimpleNamespace(steps=steps, held_out_drop=11.5), job)  # type: ignore[arg-type]
    assert chosen is not None
    assert chosen.choice_points == pytest.approx(1.5) and "chosen of 2" in chosen.claim
    assert _chosen(row, SimpleNamespace(steps=steps, held_out_drop=None), job) is row  # type: ignore[arg-type]
    assert _chosen(None, SimpleNamespace(steps=steps, held_out_drop=1.0), job) is None  # type: ignore[arg-type]


def test_scores_nearer_than_a_step_of_int8_are_no_collapse_and_are_named() -> None:
    """A net with random weights: every image has two best scores that int8 stores as one, and answers the first."""
    float_outputs = np.full((40, 10), 0.09, np.float32)
    float_outputs[:, 4:6] = 0.113
    float_outputs[::3, 5] += 0.0015
    float_outputs[1::3, 4] += 0.0015
    int8_outputs = np.round(float_outputs * 256) / 256
    labels = [f"class_{place}" for place in range(10)]
    names = [f"{place}.png" for place in range(40)]
    row = accuracy.measure_agreement(names, labels, float_outputs, int8_outputs.astype(np.float32))
    assert row.collapse == "" and row.agreement < 0.7
    assert any("14 of 40 answers changed where" in text and "1/256" in text for text in row.warnings)
    wrong = np.zeros_like(float_outputs)
    wrong[:, 0] = 1.0
    assert (
        "collapsed onto one class" in accuracy.measure_agreement(names, labels, float_outputs, wrong).collapse
    )
