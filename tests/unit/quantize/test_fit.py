"""Ranges: fitted to the scores, found by divergence, and what a narrowed one may not do to a bias."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from small_networks import CONTRACT, RELU, Builder, images, small_network

from espalier.ladder import range_fit
from espalier.ladder.range_fit import fit_ranges, shared_ranges
from espalier.ladder.range_search import search_ranges
from espalier.ladder.weight_rounding import reconstruct
from espalier.quantizer.compare import float_answers, nearness, relative_error
from espalier.quantizer.correct import correct_biases
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.tflite import edit


def cut_by_an_addition() -> bytes:
    """A branch far below zero, which the ReLU of the sum cuts."""
    net = Builder(seed=3).conv(8)
    stem = net.tensor
    net.conv(8, activation=0)
    model = net.model
    branch = edit.graph_of(model).operators[-1]
    bias = np.asarray(edit.constant(model, int(branch.inputs[2])))
    weights = np.asarray(edit.constant(model, int(branch.inputs[1])))
    edit.set_constant(model, int(branch.inputs[1]), weights * np.float32(4))
    edit.set_constant(model, int(branch.inputs[2]), bias - np.float32(3))
    options = schema.AddOptionsT()
    options.fusedActivationFunction = RELU
    net.op("ADD", [stem, net.tensor], net.shape, options)
    return net.conv(12).pool().dense(5).softmax().done()


DATA = cut_by_an_addition()
ENTERED = enter_pixels(DATA, CONTRACT)
RANGES = measure_ranges(ENTERED.float_model, images(), ENTERED.feed)


def error(int8: bytes) -> float:
    pixels = images(80, seed=77)
    return nearness(int8, pixels, float_answers(ENTERED, pixels)).error


def test_an_end_that_a_later_relu_cuts_moves_in_and_the_error_falls_to_two_thirds() -> None:
    found = fit_ranges(ENTERED, RANGES, images())
    low, high = RANGES["conv_2d_1"]
    assert found["conv_2d_1"][0] > 0.5 * low
    assert found["conv_2d_1"][1] >= 0.6 * high
    assert all(RANGES[name][0] <= ends[0] and ends[1] <= RANGES[name][1] for name, ends in found.items())
    plain, fitted = (reconstruct(quantize_with(ENTERED, r)[0], ENTERED, images()) for r in (RANGES, found))
    assert error(fitted) < error(plain) * 2 / 3
    assert fit_ranges(ENTERED, RANGES, images()) == found


def test_a_range_narrowed_on_purpose_moves_no_bias() -> None:
    """The mean of what is cut off would come back through the bias, and wreck what is not cut."""
    narrow = RANGES | {"conv_2d_1": (0.3 * RANGES["conv_2d_1"][0], RANGES["conv_2d_1"][1])}
    file, _ = quantize_with(ENTERED, narrow)
    assert error(correct_biases(file, ENTERED, images())) < 1.1 * error(file)


def test_only_the_ranges_that_cost_most_are_fitted_in_a_large_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[tuple[float, float]] = []
    monkeypatch.setattr(range_fit, "TENSORS", 2)
    monkeypatch.setattr(range_fit, "_fitted", lambda ends, behind: fitted.append(ends) or ends)
    assert fit_ranges(ENTERED, RANGES, images()) == RANGES
    monkeypatch.undo()
    walk = range_fit._walk(ENTERED, shared_ranges(edit.read_model(DATA), RANGES), images(), range_fit.FEWER_IMAGES)
    costs = {group.ends: behind.error(group.ends) for group, behind in walk}
    assert len(costs) > 4
    assert set(fitted) == set(sorted(costs, key=lambda ends: -costs[ends])[:2])


def test_tensors_that_int8_holds_to_one_scale_get_one_range() -> None:
    net = Builder(seed=5).conv(8)
    stem = net.tensor
    left = net.conv(6).tensor
    net.tensor = stem
    right = net.conv(6).tensor
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    net.op("CONCATENATION", [left, right], [1, 16, 16, 12], options)
    data = net.conv(10).pool().dense(5).softmax().done()
    entered = enter_pixels(data, CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    groups = {group.names: group for group in shared_ranges(edit.read_model(data), ranges)}
    joined = next(group for names, group in groups.items() if len(names) == 3)
    assert set(joined.computed) == set(joined.names) - {"concatenation_3"}
    assert joined.ends[1] == max(ranges[name][1] for name in joined.computed)
    assert not any("probability" in names or "image" in names for names in groups)
    found = fit_ranges(entered, ranges, images())
    assert len({found[name] for name in joined.names}) == 1


def test_scores_that_a_softmax_makes_zero_do_not_count() -> None:
    wanted = np.array([[9.0, 3.0, -20.0], [0.0, 5.0, -2.0]], np.float32)
    cut = np.maximum(wanted, -7.0)
    assert relative_error(cut, wanted) == 0.0
    assert relative_error(cut, wanted, seen=np.inf) > 0.2
    assert relative_error(np.minimum(wanted, 6.0), wanted) > 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_divergence_gives_up_a_rare_tail_and_the_values_within_are_four_times_finer(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(0, 1, (64, 4096, 1)).astype(np.float32)
    values[random.random(values.shape) < 1e-5] = 20.0
    values[0, :2] = 20.0
    ends = (float(values.min()), float(values.max()))
    low, high = search_ranges({"t": ends}, {"t": values}, "kl")["t"]
    inside = values[np.abs(values) < np.percentile(np.abs(values), 99.9)]
    assert rounding(inside, low, high) < rounding(inside, *ends) / 4


def test_divergence_keeps_the_range_of_even_values_and_does_not_mind_zeros() -> None:
    random = np.random.default_rng(0)
    even = random.uniform(0, 2, (64, 4096)).astype(np.float32)
    assert search_ranges({"t": (0.0, 2.0)}, {"t": even}, "kl")["t"][1] > 1.9
    with_zeros = np.where(random.random(even.shape) < 0.8, np.float32(0), even)
    assert search_ranges({"t": (0.0, 2.0)}, {"t": with_zeros}, "kl")["t"][1] > 1.9
    assert search_ranges({"t": (0.0, 0.0)}, {"t": even * 0}, "kl")["t"] == (0.0, 0.0)


def rounding(values: np.ndarray, low: float, high: float) -> float:
    """Mean squared error of int8 between these ends."""
    step = (high - low) / 255
    return float(((np.clip(np.rint((values - low) / step), 0, 255) * step + low - values) ** 2).mean())


def test_divergence_ranges_lie_inside_the_measured_ones() -> None:
    entered = enter_pixels(small_network(), CONTRACT)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    random = np.random.default_rng(2)
    samples = {name: random.uniform(low, high, (4, 500)) for name, (low, high) in ranges.items()}
    for name, (low, high) in search_ranges(ranges, samples, "kl").items():
        assert min(ranges[name][0], 0) <= low <= high <= ranges[name][1]
