"""Kernel sets are judged by what they cost in right answers, with the interval of a paired difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.measure.parity import Run, check_kernels, compare_kernels, over_limit, parting_layer
from espalier.rows import ParityRow


class Kernels:
    """The second kernel set: answers `outputs`, and counts the images that it ran."""

    def __init__(self, outputs: NDArray[Any]) -> None:
        self.outputs, self.ran = outputs, 0

    def __call__(self, places: NDArray[np.int64]) -> NDArray[Any]:
        self.ran += len(places)
        return self.outputs[places]


def close_calls(count: int, seed: int = 1) -> NDArray[np.int64]:
    """Two scores per image that differ by a step or two."""
    random = np.random.default_rng(seed)
    first = 50 + random.integers(1, 3, count)
    return np.stack([first, np.full(count, 50)], axis=1)


def compared(known: NDArray[Any], run: Run, truth: Any = None, **more: Any) -> ParityRow:
    truth = np.zeros(len(known), np.int64) if truth is None else np.asarray(truth)
    return compare_kernels("a", "b", known, run, truth, **({"limit_points": 0.5} | more))


def test_many_changed_answers_of_equal_worth_are_rounding() -> None:
    """3 of 41 answers changed, the accuracy equal: this stopped builds."""
    known = close_calls(41)
    truth = np.zeros(41, np.int64)
    other = known.copy()
    other[:3] = other[:3, ::-1]
    truth[0] = 1  # one won, and two lost are not evidence
    row = compared(known, Kernels(other), truth)
    assert (row.top1_changes, row.n) == (3, 41) and row.points == pytest.approx(100 / 41)
    check = check_kernels(row, 0.5)
    assert check.result == "passed" and "these images do not show it" in check.why


def test_a_loss_that_the_images_show_fails_and_names_the_layer_and_what_helps() -> None:
    known = close_calls(1000)
    other = known.copy()
    other[::20] = other[::20, ::-1]
    row = compared(known, Kernels(other))
    assert row.points == pytest.approx(5.0) and row.interval[0] > 3
    assert over_limit(row, 0.5) and not over_limit(row, 5.0)
    named = ParityRow(
        **{f: getattr(row, f) for f in row.__struct_fields__} | {"layer": "block_3_expand (conv_2d)"}
    )
    check = check_kernels(named, 0.5)
    assert check.result == "failed"
    assert (
        "-5.00 points (95 %" in check.why
        and "block_3_expand (conv_2d)" in check.why
        and "search" in check.why
    )


def test_without_labels_a_kernel_set_that_changes_some_answers_is_told_and_fails_only_when_it_changes_most() -> None:
    """8 of 40 answers of a net whose scores are nearly equal changed, and no label says that one is wrong."""
    known = close_calls(40)
    for changed, result in ((8, "passed"), (30, "failed")):
        other = known.copy()
        other[:changed] = other[:changed, ::-1]
        row = compared(known, Kernels(other), labelled=False)
        assert over_limit(row, 0.5)
        check = check_kernels(row, 0.5)
        assert check.result == result
        assert ("labelled evaluation images tell" in check.why) == (result == "passed")
    labelled = compared(known, Kernels(other))
    assert check_kernels(labelled, 0.5).result == "failed"


def test_a_kernel_set_that_gains_never_fails() -> None:
    known = close_calls(1000)
    truth = np.zeros(1000, np.int64)
    truth[::4] = 1
    other = known.copy()
    other[::4] = other[::4, ::-1]
    row = compared(known, Kernels(other), truth)
    assert row.points == pytest.approx(-25.0) and check_kernels(row, 0.0).result == "passed"


def test_an_image_far_from_a_change_does_not_run_and_every_change_is_found() -> None:
    random = np.random.default_rng(3)
    known = random.integers(0, 128, (3000, 4))
    other = known + random.integers(-3, 4, known.shape)
    kernels = Kernels(other)
    row = compared(known, kernels, known.argmax(1))
    assert row.top1_changes == int((known.argmax(1) != other.argmax(1)).sum()) > 20
    assert row.ran == kernels.ran < 1200 and row.n == 3000


def test_a_fault_of_confident_answers_is_seen_too() -> None:
    """A kernel set that overflows where scores are large: the first images are of all margins."""
    random = np.random.default_rng(4)
    known = random.integers(0, 20, (2000, 3))
    known[:, 0] += np.arange(2000) % 200
    other = np.where(known > 120, -128, known)
    row = compared(known, Kernels(other), known.argmax(1))
    assert row.top1_changes == int((known.argmax(1) != other.argmax(1)).sum()) > 500
    assert over_limit(row, 0.5)


def test_a_slow_kernel_set_runs_what_is_affordable_and_all_when_what_it_shows_is_over_the_limit() -> None:
    known = close_calls(2000)
    equal, worse = Kernels(known), Kernels(known[:, ::-1])
    assert compared(known, equal, affordable=100).ran <= 100
    assert compared(known, Kernels(known), affordable=8).ran == 8
    assert compared(known, worse, affordable=8).ran == 2000


def test_equal_kernels_and_one_class_need_no_more_than_a_look() -> None:
    known = np.arange(4000).reshape(1000, 4)
    row = compared(known[:, :1], Kernels(known[:, :1]))
    assert row.top1_changes == 0
    assert (row.points, row.p_value) == (0.0, 1.0)


def test_the_layer_is_the_one_whose_output_differs_most_beyond_its_inputs() -> None:
    apart = [
        ("stem", ("image",), 0.1),
        ("mean", ("stem",), 2.5),
        ("expand", ("mean",), 3.0),
        ("scores", ("expand",), 4.0),
    ]
    assert parting_layer(apart) == "mean"
    assert parting_layer([("stem", ("image",), 0.0)]) == ""
