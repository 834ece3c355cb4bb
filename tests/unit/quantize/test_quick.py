"""The steps that cost seconds are all tried; calibration images that no step was made from choose, the evaluation images
take no part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_networks import CONTRACT, Builder, images, small_network

from espalier.errors import UnsupportedModelError, WorkerError
from espalier.ladder import quick
from espalier.ladder.candidate import FIRST, Candidate
from espalier.ladder.effort import effort_of
from espalier.ladder.quick import Tried, pays, try_quick
from espalier.ladder.rungs import Start, start_from
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import Nearness
from espalier.quantizer.quantize import quantize
from espalier.quantizer.ranges import Ranges
from espalier.stages import climb
from espalier.stages.first_rung import Finished
from espalier.tflite.edit import read_model

DATA = small_network(spread=6.0)


@pytest.fixture(scope="module")
def given() -> tuple[Start, bytes, Ranges]:
    first = quantize(DATA, images(96), CONTRACT)
    return start_from(DATA, images(96), CONTRACT), first.int8_model, first.ranges


def test_every_step_that_costs_little_is_tried_and_the_nearest_is_kept(
    given: tuple[Start, bytes, Ranges],
) -> None:
    done = try_quick(*given, seconds=60)
    names = [one.candidate.name for one in done.tried]
    assert names[0] == FIRST and len(names) == 1 + len(quick.STEPS) + 1
    assert done.failed == ()
    finalists = [one for one in done.tried if one.builtin is not None]
    assert len(finalists) == quick.FINALISTS
    assert done.chosen.error == min(one.error for one in finalists)
    assert done.chosen.error < done.tried[0].error
    assert 1 < len(try_quick(*given).tried) <= len(names)


def test_the_same_input_gives_the_same_choice_whatever_the_clock(given: tuple[Start, bytes, Ranges]) -> None:
    one, other = try_quick(*given), try_quick(*given)
    assert one.chosen.candidate.int8_model == other.chosen.candidate.int8_model
    assert [t.candidate.name for t in one.tried] == [t.candidate.name for t in other.tried]


def test_no_step_is_made_from_the_images_that_choose(
    given: tuple[Start, bytes, Ranges], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = given[0]
    judged = {image.tobytes() for image in start.judged}
    seen: list[Any] = []
    for name in ("fit_ranges", "reconstruct"):
        real = getattr(quick, name)
        monkeypatch.setattr(quick, name, lambda *a, real=real, **k: seen.append(a[2]) or real(*a, **k))
    for name, place in (("sample_values", 1), ("correct_biases", 2)):
        real = getattr(quick, name)
        monkeypatch.setattr(quick, name, lambda *a, real=real, place=place: seen.append(a[place]) or real(*a))
    try_quick(*given, seconds=60)
    assert len(seen) > 8
    assert all(image.tobytes() not in judged for pixels in seen for image in pixels)


def test_a_network_that_is_too_large_keeps_the_first_rung_alone(given: tuple[Start, bytes, Ranges]) -> None:
    done = try_quick(*given, seconds=0.0)
    assert [one.candidate.name for one in done.tried] == [FIRST] and done.chosen is done.tried[0]


def test_a_large_network_is_not_even_run_on_the_judged_images() -> None:
    """What a first look costs is known from the shapes: MobileNetV2 at 224 has 300 M MACs, this net 1,100 M."""
    net = Builder((1, 128, 128, 3)).conv(128).conv(56)
    assert not pays(net.pool().dense(5).softmax().done(), 300)
    assert pays(DATA, 300) and pays(DATA, 8)


def test_effort_follows_work_and_not_the_machine() -> None:
    small = effort_of(read_model(Builder((1, 16, 16, 3)).conv(8).pool().dense(5).softmax().done()))
    large = effort_of(read_model(Builder((1, 64, 64, 3)).conv(64).conv(64).pool().dense(5).softmax().done()))
    assert large.float_invoke > 50 * small.float_invoke
    assert large.levelled(100) > 10 * small.levelled(100)
    assert large.rounded(96, 4000) > 2 * small.rounded(96, 4000)


def test_a_step_that_fails_or_that_ended_the_process_before_is_said_and_the_others_are_tried(
    given: tuple[Start, bytes, Ranges], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise UnsupportedModelError("no kernels")

    monkeypatch.setattr(quick, "fit_ranges", broken)
    done = try_quick(*given, seconds=60, skip={"kl ranges, biases corrected": "ended by SIGABRT"})
    assert {one.why for one in done.failed} == {"no kernels", "ended by SIGABRT"}
    assert len(done.tried) == len(quick.STEPS)


def tried(same: list[bool], error: float, builtin: float | None = None) -> Tried:
    near = Nearness(agreement=0.0, difference=0.0, error=error, images=len(same))
    made = Candidate(
        name="c",
        int8_model=b"",
        nearness=near,
        seconds=0.0,
        entered=None,  # type: ignore[arg-type]
        ranges={},
        extremes={},
    )
    return Tried(candidate=made, same=np.array(same), builtin=builtin)


def test_of_steps_that_agree_alike_up_to_chance_the_nearest_is_kept() -> None:
    many, few = [True] * 99 + [False], [True] * 98 + [False] * 2
    assert quick._best([tried(many, 0.05), tried(few, 0.03)]).error == 0.03


def test_a_step_that_answers_shown_fewer_images_alike_is_not_kept_however_near() -> None:
    many, few = [True] * 100, [True] * 88 + [False] * 12
    assert quick._best([tried(many, 0.05), tried(few, 0.03)]).error == 0.05


def test_a_step_that_another_kernel_set_answers_otherwise_is_passed_over() -> None:
    same = [True] * 100
    assert quick._best([tried(same, 0.03, builtin=0.4), tried(same, 0.05, builtin=0.06)]).error == 0.06


def test_quick_steps_that_end_their_process_leave_the_first_rung_and_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Dying:
        def stored(self, name: str, key: Any, run: Any) -> Any:
            return run()

        def worker(self, kind: str) -> Any:
            raise WorkerError("the quantizer process was ended by SIGKILL")

    monkeypatch.setattr(climb, "rung_key", lambda *_: {})
    audit = audit_model(quantize(small_network(), images(), CONTRACT).int8_model)
    first = Finished(int8_model=b"f", twin=b"", enters="", notes=(), seconds={}, audit=audit)
    done = climb._try_quick(Dying(), None, None, first)  # type: ignore[arg-type]
    assert done.kept == first and done.name == FIRST
    assert [(row.name, row.why) for row in done.steps] == [
        ("quick steps", "the quantizer process was ended by SIGKILL")
    ]
