"""F1, average precision and AUC over resamples are those of their definitions; thresholds are those of the largest F1."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from espalier.errors import ImagesRefusedError
from espalier.image_facts import ImageFacts
from espalier.task import multi_label, scores
from espalier.task.types import Asked, Task


def case(n: int = 60) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rng = np.random.default_rng(4)
    known = rng.random(n) < 0.4
    return np.round(np.clip(rng.normal(0.4 + 0.2 * known, 0.2), 0, 1) * 16) / 16, known  # many equal scores


def drawn(values: NDArray[np.float64], known: NDArray[np.bool_], counts: NDArray[np.float32]) -> tuple[list[float], list[bool]]:
    each = np.repeat(np.arange(len(values)), counts.astype(int))
    return values[each].tolist(), known[each].tolist()


def test_every_resample_has_the_auc_of_all_its_pairs() -> None:
    values, known = case()
    weights = scores.resamples(len(values))[:20]
    for found, counts in zip(scores.auc(values, known, weights), weights, strict=True):
        given, there = drawn(values, known, counts)
        pairs = [(a > b) + 0.5 * (a == b) for a, yes in zip(given, there, strict=True) if yes
                 for b, also in zip(given, there, strict=True) if not also]  # fmt: skip
        assert found == pytest.approx(sum(pairs) / len(pairs))


def test_every_resample_has_the_average_precision_of_its_thresholds() -> None:
    values, known = case()
    weights = scores.resamples(len(values))[:20]
    for found, counts in zip(scores.average_precision(values, known, weights), weights, strict=True):
        given, there = map(np.array, drawn(values, known, counts))
        before = total = 0.0
        for cut in sorted(set(given.tolist()), reverse=True):
            hits = int((there & (given >= cut)).sum())
            total += (hits - before) / there.sum() * hits / int((given >= cut).sum())
            before = hits
        assert found == pytest.approx(total)


def test_f1_is_twice_the_hits_over_what_is_said_and_what_is_true_and_its_interval_holds_it() -> None:
    values, known = case(400)
    said = values >= 0.5
    row = scores.row("F1", [scores.f1(said, known, scores.resamples(400))] * 2, n=400)
    assert row is not None and row.int8 == pytest.approx(2 * (said & known).sum() / (said.sum() + known.sum()))
    assert row.low is not None and row.high is not None and row.low < row.int8 < row.high and row.high - row.low < 0.25
    assert row.lost == 0 and row.lost_low == 0 and row.lost_high == 0


def test_a_threshold_is_the_middle_of_the_best_steps_and_a_half_where_nothing_tells() -> None:
    values = np.array([[0.1, 0.2], [0.2, 0.2], [0.8, 0.2], [0.9, 0.2]])
    known = np.array([[0, 0], [0, 0], [1, 0], [1, 0]], np.bool_)
    first, second = multi_label.find_cuts(values, known)
    assert first == pytest.approx(0.5, abs=0.01) and second == 0.5
    assert multi_label.find_cuts(values, known, {0: 0.9}) == (0.9, 0.5)


def test_thresholds_found_by_chance_look_good_on_their_own_images_and_not_on_others() -> None:
    rng = np.random.default_rng(1)
    known = rng.random((60, 1)) < 0.3
    values = rng.random((60, 1))
    task = Task(kind="multi-label", labels=("a",), cuts=multi_label.find_cuts(values, known), sought=(0,))
    names = [str(i) for i in range(60)]
    asked = Asked(names=names, truth=known, given=values, base=values, int8=values, limit_points=1, threshold=0.6)
    rows = {row.name: row for row in multi_label.measure(asked, task).scores}
    assert (rows["F1"].int8 or 0) > (rows["F1, held-out threshold"].int8 or 0)


def image(label: str | None = None, numbers: tuple[float, ...] = ()) -> ImageFacts:
    return ImageFacts(path="a.png", label=label, sha256="", pixels_sha256="", width=1, height=1, mode="RGB", numbers=numbers)


def test_truth_comes_from_columns_in_any_order_or_from_folders_named_by_labels() -> None:
    task = Task(kind="multi-label", labels=("cat", "dog", "owl"), columns=("owl", "cat"))
    found = multi_label.truth([image(numbers=(1, 0)), image(numbers=(0, 1))], task)
    assert found is not None and found.tolist() == [[False, False, True], [True, False, False]]
    found = multi_label.truth([image("cat+owl"), image("none")], task)
    assert found is not None and found.tolist() == [[True, False, True], [False, False, False]]
    assert multi_label.truth([image()], task) is None
    with pytest.raises(ImagesRefusedError, match="'cut' in the folders is no label"):
        multi_label.truth([image("cut")], task)


def test_a_labels_file_in_another_order_is_an_error_and_a_blind_model_a_warning() -> None:
    rng = np.random.default_rng(2)
    known = rng.random((80, 3)) < 0.4
    sure = np.where(known, 0.9, 0.1) + rng.uniform(-0.05, 0.05, known.shape)
    task = Task(kind="multi-label", labels=("a", "b", "c"))
    assert multi_label.doubts(sure, known, task) == ()
    (found,) = multi_label.doubts(sure[:, [1, 0, 2]], known, task)
    assert (found.code, found.severity) == ("label-order", "error")
    (found,) = multi_label.doubts(rng.random(known.shape), known, task)
    assert (found.code, found.severity) == ("chance", "warning")
