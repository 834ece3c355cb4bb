"""Balanced equalization keeps the function, undoes any scale of the channels, and reaches through joins."""

from __future__ import annotations

import numpy as np
import pytest
from small_networks import Builder, small_network

from espalier.ladder.balance import Weights, balance, find_groups
from espalier.ladder.candidate import Failed
from espalier.ladder.equalize import find_pairs
from espalier.ladder.rungs import candidates, start_from
from espalier.quantizer.compare import float_answers, int8_answers
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.recipe import InputContract
from espalier.tflite import edit
from espalier.tflite.edit import constant, graph_of

CONTRACT = InputContract(size=(16, 16), mean=(127.5,), std=(127.5,))
PIXELS = np.random.default_rng(3).integers(0, 256, (24, 16, 16, 3), dtype=np.uint8)


def joined(factor: float) -> bytes:
    """Two branches of one convolution's output, the second `factor` times as large and read back as much smaller."""
    from ai_edge_litert import schema_py_generated as schema

    net = Builder(seed=5).conv(8)
    stem = net.tensor
    left = net.conv(6).tensor
    net.tensor = stem
    right = net.conv(6).tensor
    options = schema.ConcatenationOptionsT()
    options.axis = 3
    net.op("CONCATENATION", [left, right], [1, 16, 16, 12], options)
    net.conv(10)
    model, graph = net.model, edit.graph_of(net.model)
    makers = {int(o.outputs[0]): o for o in graph.operators}
    branch, reader = makers[right], graph.operators[-1]
    for index in branch.inputs[1:]:
        edit.set_constant(model, int(index), constant(model, int(index)) * np.float32(factor))
    weights = constant(model, int(reader.inputs[1])).copy()
    weights[..., 6:] /= np.float32(factor)
    edit.set_constant(model, int(reader.inputs[1]), weights)
    return net.pool().dense(5).softmax().done()


def int8_error(data: bytes, weights: Weights = "per-channel", *, balanced: bool) -> float:
    """Root mean square of the difference of the scores, int8 against float."""
    entered = enter_pixels(data, CONTRACT)
    used = balance(entered, PIXELS, weights) if balanced else entered
    ranges = measure_ranges(used.float_model, PIXELS, used.feed)
    file, _ = quantize_with(used, ranges, weights=weights)
    wanted, found = float_answers(entered, PIXELS).scores, int8_answers(file, PIXELS).scores
    return float(np.sqrt(((wanted - found) ** 2).mean()))


@pytest.mark.parametrize("weights", ["per-channel", "per-tensor"])
@pytest.mark.parametrize("data", [small_network(spread=4.0), joined(300.0)], ids=["spread", "join"])
def test_the_function_stays(data: bytes, weights: Weights) -> None:
    entered = enter_pixels(data, CONTRACT)
    before, after = float_answers(entered, PIXELS), float_answers(balance(entered, PIXELS, weights), PIXELS)
    np.testing.assert_allclose(
        after.scores, before.scores, rtol=1e-3, atol=1e-3 * np.abs(before.scores).max()
    )


def test_unequal_branches_of_a_join_come_to_one_level() -> None:
    assert int8_error(joined(300.0), balanced=True) < 0.2 * int8_error(joined(300.0), balanced=False)


@pytest.mark.parametrize("weights", ["per-channel", "per-tensor"])
def test_the_result_does_not_depend_on_how_channels_were_scaled(weights: Weights) -> None:
    even, uneven = (
        int8_error(joined(1.0), weights, balanced=True),
        int8_error(joined(300.0), weights, balanced=True),
    )
    assert uneven == pytest.approx(even, rel=0.5)


def test_a_join_is_one_group_and_pairs_are_groups_of_one() -> None:
    model = edit.read_model(joined(1.0))
    groups = find_groups(model)
    assert [len(group.parts) for group in groups] == [1] * len(find_pairs(model)) + [2]
    assert [(part.start, part.stop) for part in groups[-1].parts] == [(0, 6), (6, 12)]


def test_without_a_group_nothing_changes() -> None:
    entered = enter_pixels(Builder().conv(5).pool().softmax().done(), CONTRACT)
    assert balance(entered, PIXELS, "per-channel") is entered
    assert len(graph_of(edit.read_model(entered.float_model)).operators) > 0


def nearly_dead() -> bytes:
    """Depthwise and pointwise layers in a chain, whose every third channel holds a 1e-9th of the others."""
    net = Builder(seed=9).conv(9)
    for _ in range(3):
        net.depthwise().conv(9, 1)
    model, graph = net.model, edit.graph_of(net.model)
    for operator in graph.operators:
        axis = 3 if edit.operator_name(model, operator) == "DEPTHWISE_CONV_2D" else 0
        for index, where in zip(operator.inputs[1:], (axis, 0), strict=True):
            value = np.moveaxis(constant(model, int(index)).copy(), where, 0)
            value[::3] *= np.float32(1e-9)
            edit.set_constant(model, int(index), np.moveaxis(value, 0, where))
    return net.pool().dense(5).softmax().done()


def factors_of(data: bytes, weights: Weights) -> list[float]:
    """Each channel's largest weight in the balanced file over that in the given one, largest and least per layer."""
    entered = enter_pixels(data, CONTRACT)
    found = []
    for before, after in zip(
        graph_of(edit.read_model(data)).operators,
        graph_of(edit.read_model(balance(entered, PIXELS, weights).float_model)).operators,
        strict=True,
    ):
        if len(before.inputs) < 3:
            continue
        one = constant(edit.read_model(data), int(before.inputs[1]))
        other = constant(
            edit.read_model(balance(entered, PIXELS, weights).float_model), int(after.inputs[1])
        )
        ratio = np.abs(other) / np.maximum(np.abs(one), 1e-30)
        found += [float(ratio.max()), float(ratio.min())]
    return found


@pytest.mark.parametrize("weights", ["per-channel", "per-tensor"])
def test_nearly_dead_channels_stay_nearly_dead_whatever_the_number_of_sweeps(weights: Weights) -> None:
    """Sweep by sweep they would be driven to scales of 4e12, which no kernel holds: no channel is scaled by more than
    1e4 in all, so no weight by more than its input's and output's together."""
    found = factors_of(nearly_dead(), weights)
    assert max(found) <= 1.01e8 and min(found) >= 0.99e-8
    given = float_answers(enter_pixels(nearly_dead(), CONTRACT), PIXELS).scores
    made = float_answers(balance(enter_pixels(nearly_dead(), CONTRACT), PIXELS, weights), PIXELS).scores
    np.testing.assert_allclose(made, given, atol=1e-4 * float(np.abs(given).max()))


def test_every_step_can_be_made_of_a_network_with_nearly_dead_channels() -> None:
    made = list(candidates(start_from(nearly_dead(), PIXELS, CONTRACT)))
    assert [one.why for one in made if isinstance(one, Failed)] == []
    assert len(made) > 20
