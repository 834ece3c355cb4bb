"""The cycle estimate: what the model weighs, what its factors rest on, and how wrong it is on published times."""

from __future__ import annotations

from pathlib import Path

import pytest

from espalier.emulate import cycles
from espalier.emulate.board_times import BASE_BOARD, KNOWN, SAME_PROGRAM
from espalier.emulate.cross import CORES, compile_program
from espalier.emulate.cycles import (
    CORES_KNOWN,
    HELD,
    estimate,
    factors,
    held_out,
    held_share,
    model_cycles,
    printed_range,
    widening,
)
from espalier.emulate.emulate import EmulatedCore

PROGRAM = b"""
void probe(void);
__attribute__((naked)) void probe(void) {
  __asm__ volatile(
      "push {r4, lr}\\n"          /* 1 + 2 registers */
      "ldr r0, [sp]\\n"           /* 2: not behind a load or store */
      "ldr.w r1, [sp]\\n"         /* 1: directly behind one */
      "ldrd r2, r3, [sp]\\n"      /* 3 */
      "str r0, [sp]\\n"           /* 1 */
      "ldrb r1, [sp, #1]\\n"      /* 1 */
      "movs r4, #3\\n"            /* 1 */
      "1: subs r4, #1\\n"         /* 3 x 1 */
      "bne 1b\\n"                 /* 3 x 1, taken twice: + 2 x 2 */
      "ldm sp, {r0, r1, r2}\\n"   /* 1 + 3 registers */
      "pop {r4, pc}\\n");         /* 1 + 2 registers; the call returns to the emulator */
}
"""


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
def test_model_cycles_weigh_loads_pairs_multiples_and_taken_branches(core: str, tmp_path: Path) -> None:
    pytest.importorskip("ziglang")
    pytest.importorskip("unicorn")
    image = compile_program({"probe.c": PROGRAM}, CORES[core], roots=["probe"], workdir=tmp_path)
    call = EmulatedCore(image, CORES[core], workdir=tmp_path).call("probe", [])
    assert call.instructions == 15
    assert call.model_cycles == 3 + 2 + 1 + 3 + 1 + 1 + 1 + 3 + (3 + 4) + 4 + 3


def test_every_published_time_lies_in_the_range_that_is_printed_for_it() -> None:
    seen = 0
    for row in KNOWN:
        found = estimate(row.core, round(model_cycles(row.network)), row.clock_hz)
        assert found is not None
        low, high = found.milliseconds
        assert low * 0.9999 <= 1e3 / row.per_second <= high * 1.0001
        seen += 1
    assert seen == 12


@pytest.mark.parametrize(
    ("core", "figures", "worst"), [("cortex-m4", 8, 0.22), ("cortex-m33", 12, 0.17), ("cortex-m7", 8, 0.10)]
)
def test_the_error_of_the_middle_on_networks_that_were_left_out_stays_below_its_bound(
    core: str, figures: int, worst: float
) -> None:
    found = held_out(core)
    assert len(found) == figures
    assert max(abs(left.error) for left in found) <= worst
    assert max(left.error for left in found) > 0 > min(left.error for left in found)


def test_a_network_that_is_left_out_takes_no_part_in_its_own_range() -> None:
    for core in CORES_KNOWN:
        for left in held_out(core):
            others = [f.value for f in factors(core) if f.network != left.factor.network]
            assert (left.low, left.high) == (min(others), max(others)) and len(others) < len(factors(core))


def test_the_printed_range_holds_95_percent_of_the_times_of_networks_that_were_left_out() -> None:
    """Without the widening it holds 20 of 28: that is what the ranges printed before had for held-out networks."""
    assert held_share(widening()) >= HELD == 0.95
    assert held_share(1.0) < 0.75
    assert held_share(widening() * 0.999) < HELD, "no wider than needed"
    for core in CORES_KNOWN:
        low, high = printed_range(core)
        values = [f.value for f in factors(core)]
        assert low * 1.1 < min(values) and high > 1.1 * max(values)


def test_the_person_detector_s_published_times_lie_in_the_range_of_the_other_networks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The network whose times were once estimated with an error of 23 %, three of seven outside of the printed range."""
    seen = 0
    for core in CORES_KNOWN:
        for left in held_out(core):
            if left.factor.network == "mobilenet":
                assert left.low / widening() <= left.factor.value <= left.high * widening()
                seen += 1
    assert seen == 7
    monkeypatch.setattr(cycles, "widening", lambda: 1.0)
    assert printed_range("cortex-m4")[0] == min(f.value for f in factors("cortex-m4"))


def test_every_published_time_names_its_file_and_every_engine_ran_on_the_base_board() -> None:
    for row in (*KNOWN, *SAME_PROGRAM):
        assert row.source.startswith("mlcommons/tiny_results_v")
        assert row.source.endswith("/performance/results.txt")
    engines = {row.engine for row in SAME_PROGRAM}
    assert {row.engine for row in SAME_PROGRAM if row.board == BASE_BOARD} == engines


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m3", "cortex-m55", "rv32imc"])
def test_a_core_without_a_published_time_gets_no_estimate(core: str) -> None:
    assert core in CORES
    assert factors(core) == ()
    assert estimate(core, 1_000_000, 64e6) is None


def test_an_estimate_is_a_range_that_says_that_it_is_one() -> None:
    found = estimate("cortex-m4", 12_000_000, 120e6)
    assert found is not None
    row = found.row()
    assert row["cycles"][0] < 12_000_000 * 1.29 < row["cycles"][1]
    assert row["milliseconds"][1] == pytest.approx(row["cycles"][1] / 120e3, rel=1e-6)
    for part in (
        "about ",
        " to ",
        "ms at 120 MHz",
        "estimate",
        "8 published times",
        "NUCLEO-L4R5ZI",
        "the range holds 96 %",
        "at worst 21 % off",
    ):
        assert part in row["text"], part
    assert estimate("cortex-m4", None, 120e6) is None
    assert estimate("cortex-m4", 12_000_000, None) is None
