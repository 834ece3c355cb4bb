"""The 16x8 rungs of the ladder, what keeps them from a target, and what is said when nothing holds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from small_networks import CONTRACT, Builder, images, operators, small_network

from espalier.errors import WorkerError
from espalier.ladder import candidate
from espalier.ladder.choose import Goal, Step, best_step
from espalier.ladder.climb import Climb, climb
from espalier.ladder.int16_targets import Wide, int16_refusals, suits
from espalier.ladder.widen import cut
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import Nearness
from espalier.quantizer.quantize import quantize_with
from espalier.rows import StepRow
from espalier.stages.climb import climb_call
from espalier.stages.words import explain_loss
from espalier.statistics import paired_drop
from espalier.target import Fact, load_target
from espalier.worker.quantizer_calls import Climbed, ClimbLadder
from espalier.worker.quantizer_side import climb_files


def _climb(data: bytes, wide: Wide | None) -> Climb:
    return climb(data, images(), CONTRACT, limit_points=-1.0, wide=wide)


@pytest.fixture(scope="module")
def climbed() -> Climb:
    return _climb(small_network(spread=6.0), Wide(compiled=True))


def test_sixteen_bit_comes_after_int8_in_part_and_then_everywhere(climbed: Climb) -> None:
    names = [step.candidate.name for step in climbed.steps]
    part = [n for n, name in enumerate(names) if "16-bit activations in" in name]
    whole = [n for n, name in enumerate(names) if "16-bit activations everywhere" in name]
    assert len(part) > 0
    assert len(whole) > 0
    assert min(part) > 17 and max(part) < min(whole)
    assert climbed.left_out == ()


def test_few_layers_in_16_bit_come_nearer_to_float_than_any_int8_and_whole_16x8_nearer_still(
    climbed: Climb,
) -> None:
    best = {
        kind: min(
            (s.candidate.nearness.error for s in climbed.steps if kind in s.candidate.name), default=1.0
        )
        for kind in ("ranges", "16-bit activations in", "16-bit activations everywhere")
    }
    int8 = min(s.candidate.nearness.error for s in climbed.steps if "16-bit" not in s.candidate.name)
    assert best["16-bit activations in"] < 0.7 * int8
    assert best["16-bit activations everywhere"] < 0.3 * int8


def test_every_16_bit_candidate_is_integer_only_with_int8_edges(climbed: Climb) -> None:
    for step in climbed.steps:
        if "16-bit" not in step.candidate.name:
            continue
        audit = audit_model(step.candidate.int8_model, CONTRACT)
        assert audit.errors == ()
        assert audit.counts.float == 0
        assert audit.counts.int16 > 0
        if " in " in step.candidate.name:
            assert audit.counts.int8 > 1
            assert "QUANTIZE" in operators(step.candidate.int8_model)


def test_the_climb_into_16_bit_is_deterministic(climbed: Climb) -> None:
    again = _climb(small_network(spread=6.0), Wide(compiled=True))
    assert [s.candidate.int8_model for s in again.steps] == [s.candidate.int8_model for s in climbed.steps]


def test_without_permission_there_is_no_16_bit_rung() -> None:
    assert not any("16-bit" in s.candidate.name for s in _climb(small_network(), None).steps)


def test_a_runtime_that_is_too_old_leaves_the_rungs_out_and_says_so() -> None:
    done = _climb(small_network(), Wide(reads=("2.20.0",)))
    assert not any("16-bit" in step.candidate.name for step in done.steps)
    assert done.left_out
    assert all("newer than 2.20.0" in why for why in done.left_out)


def test_the_first_layer_in_16_bit_keeps_the_edges_and_the_rest_of_the_mean() -> None:
    from espalier.quantizer.head import enter_pixels
    from espalier.quantizer.ranges import measure_ranges

    contract = msgspec.structs.replace(CONTRACT, mean=(127.2,), std=(127.5,))
    entered = enter_pixels(small_network(), contract)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    everything = cut(entered.float_model)
    names = frozenset(name for part in (everything[0], everything[-1]) for name in part)
    data, _ = quantize_with(entered, ranges, wide=names)
    audit = audit_model(data, contract)
    assert audit.errors == ()
    assert (audit.input.dtype, audit.heads[0].dtype) == ("int8", "int8")


def test_a_part_is_what_writes_a_tensor_and_all_that_reads_it() -> None:
    assert cut(small_network()) == [
        ("conv_2d_0", "depthwise_conv_2d_1"),
        ("depthwise_conv_2d_1", "conv_2d_2"),
        ("conv_2d_2", "average_pool_2d_3"),
        ("average_pool_2d_3", "fully_connected_4"),
        ("fully_connected_4", "probability"),
        ("probability",),
    ]
    assert len(cut(small_network(), parts=2)) == 2


def test_an_operator_without_int16_kernels_costs_only_its_own_rungs() -> None:
    data = Builder().conv(8, activation=0).unary("ELU").conv(6).pool().dense(4).softmax().done()
    done = _climb(data, Wide())
    assert any("everywhere" in why for why in done.left_out)
    for step in done.steps:
        assert audit_model(step.candidate.int8_model, CONTRACT).errors == ()


def test_old_interpreters_and_targets_without_int16_are_refused_by_name() -> None:
    phone, chip = load_target("android-arm64"), load_target("cortex-m4")
    assert int16_refusals((chip,)) == ()
    assert "android-arm64 has litert" in int16_refusals((chip, phone))[0]
    npu = msgspec.structs.replace(
        chip, name="npu", facts={"int16-activations": Fact(value=0, source="vendor's operator list")}
    )
    assert int16_refusals((npu,)) == ("npu has no int16 activations (vendor's operator list)",)
    assert suits((chip,), {}).compiled
    assert suits((phone,), {}).reads == ("2.20.0",)


def _row(name: str, drop: float | None, kept: bool, agreement: float = 0.9) -> StepRow:
    return StepRow(name=name, top1=0.9, drop=drop, kept=kept, agreement=agreement)


def test_a_refusal_names_what_was_tried_the_best_its_interval_and_a_way_on() -> None:
    rows = (_row("min/max ranges", 8.0, False), _row("mse ranges", 3.0, True))
    said = explain_loss(rows, 0.5, paired_drop(40, 10, 1000), ("16-bit activations: npu has none",))
    text = "\n".join(said)
    assert "no step holds the limit of 0.5 points; 2 steps were tried, the best is 'mse ranges'" in text
    assert "3.00 points lost, 95 % interval" in text
    assert "left out: 16-bit activations: npu has none" in text
    assert "a target that runs 16-bit activations" in text
    assert "max-accuracy-drop =" in text


def test_nothing_is_said_when_the_limit_holds_on_enough_images() -> None:
    assert explain_loss((_row("a", 0.1, True),), 0.5, paired_drop(2, 1, 1000)) == ()


def test_a_limit_of_nothing_without_16_bit_is_answered_with_what_would_help() -> None:
    said = explain_loss(
        (_row("a", 1.0, True),), 0.0, paired_drop(2, 1, 100), ("16-bit activations: allow-int16 = false",)
    )
    text = "\n".join(said)
    assert "allow-int16 = true" in text
    assert "a limit above 0" in text


def test_without_labels_disagreement_is_what_is_lost() -> None:
    said = explain_loss((_row("a", None, True, agreement=0.97),), 0.5, None)
    assert "3.00 % of the answers differ" in said[0]


def test_an_agreement_that_is_missed_is_said_beside_the_drop() -> None:
    row = _row("a", 0.1, True, agreement=0.97)
    drop = paired_drop(2, 1, 1000)
    (first, *_) = explain_loss((row,), 0.5, drop, min_agreement=0.98)
    assert "0.5 points and 98.00% of the float model's answers" in first
    assert "97.00% of the answers are the float model's" in first
    assert explain_loss((row,), 0.5, drop, min_agreement=0.97) == ()


def test_the_call_between_processes_carries_the_rungs_and_the_reasons(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", images(16))
    asked = ClimbLadder(
        float_model=small_network(),
        pixels_path=str(tmp_path / "p.npy"),
        contract=CONTRACT,
        limit_points=-1.0,
        wide=Wide(reads=("2.20.0",)),
    )
    found = climb_files(asked)
    assert found.left_out
    assert not found.reached
    assert climb_files(msgspec.structs.replace(asked, wide=Wide())).left_out == ()


class _Dying:
    """A workshop whose 16-bit process dies; the plain one answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def worker(self, kind: str, errand: str = "") -> _Dying:
        self.errand = errand
        return self

    def ask(self, call: ClimbLadder, **_: object) -> Climbed:
        self.asked.append((self.errand, call.wide is not None))
        if call.wide is not None:
            raise WorkerError("it ended by SIGABRT")
        return Climbed(int8_model=b"", reached=True, left_out=(), held_out=None, steps=())


def test_a_process_that_dies_on_a_16_bit_candidate_costs_only_the_16_bit_rungs() -> None:
    shop = _Dying()
    asked = ClimbLadder(float_model=b"", pixels_path="", contract=CONTRACT, limit_points=1.0, wide=Wide())
    _, died = climb_call(shop, asked)  # type: ignore[arg-type]
    assert died == "it ended by SIGABRT"
    assert shop.asked == [("16-bit", True), ("", False)]
    _, died = climb_call(shop, msgspec.structs.replace(asked, wide=None))  # type: ignore[arg-type]
    assert died == ""


def test_sixteen_bit_that_does_not_hold_is_kept_only_when_it_halves_what_is_over() -> None:
    def step(drop: float) -> Step:
        near = Nearness(agreement=1.0, difference=0.0, error=0.1, images=8)
        made = candidate.Candidate(
            name="c",
            int8_model=b"",
            nearness=near,
            seconds=0.0,
            entered=None,
            ranges={},
            extremes={},  # type: ignore[arg-type]
        )
        return Step(candidate=made, top1=0.5, drop=drop)

    for wide, kept in ((3.0, 1), (2.0, 2), (1.0, 2)):
        steps = [step(5.0), step(4.0), step(wide)]
        assert best_step(steps, 2, Goal(limit_points=0.5)) is steps[kept], wide
    assert best_step([step(5.0), step(4.0)], 2, Goal(limit_points=0.5)).drop == 4.0
