"""What a failure takes with it: its target's bundle, or all."""

from __future__ import annotations

from typing import Any

import pytest

from espalier.errors import EspalierError, GateError, UnsupportedModelError, VerificationError
from espalier.facts import Check
from espalier.rows import GateRow
from espalier.stages.bundle import Bundle, Bundles
from espalier.stages.prove import Proof
from espalier.stages.verdict import Verdict, judge

TARGETS = ("phone", "pi", "board")
WRONG = Check(name="c99", tool="gcc", result="failed", why="warning")


def gate(target: str, passed: bool) -> GateRow:
    return GateRow(name=f"{target or 'all'}.flash-bytes", limit=1, value=2, passed=passed, target=target)


def verdict(*rows: GateRow, proof: tuple[Check, ...] = (), **more: Any) -> Verdict:
    checks: dict[str, tuple[Check, ...]] = more.pop("checks", {})
    refused: dict[str, EspalierError] = more.pop("refused", {})
    bundles = Bundles(
        bundles=tuple(
            Bundle(target=t, artifacts=(), checks=checks.get(t, ())) for t in TARGETS if t not in refused
        ),
        arena_bytes={},
        refused=refused,
    )
    return judge(rows, Proof(golden=(), cases=(), checks=proof, parity=()), bundles, TARGETS, **more)


def test_all_that_passes_withholds_nothing() -> None:
    found = verdict(gate("", True), gate("board", True))
    assert found.failure is None and not found.withheld


def test_a_board_that_is_too_small_withholds_the_board_only() -> None:
    found = verdict(gate("board", False), gate("", True))
    assert set(found.withheld) == {"board"}
    assert isinstance(found.failure, GateError) and found.failure.exit_code == 5
    assert "bundles of phone, pi were written" in (found.failure.next_step or "")


def test_all_or_nothing_withholds_the_others_too() -> None:
    assert set(verdict(gate("board", False), all_or_nothing=True).withheld) == set(TARGETS)


def test_a_budget_of_the_model_withholds_every_bundle() -> None:
    found = verdict(gate("", False), gate("board", True))
    assert set(found.withheld) == set(TARGETS)
    assert "bundles were not" in (found.failure.next_step or "") if found.failure else False


def test_a_failed_check_of_one_bundle_ends_with_6_and_withholds_that_bundle() -> None:
    found = verdict(gate("board", False), checks={"pi": (WRONG,)})
    assert set(found.withheld) == {"pi", "board"}
    assert isinstance(found.failure, VerificationError) and found.failure.exit_code == 6


def test_a_failed_proof_of_the_model_withholds_every_bundle() -> None:
    assert set(verdict(proof=(WRONG,)).withheld) == set(TARGETS)


@pytest.mark.parametrize("problem", [UnsupportedModelError("no kernel for X", next_step="use Y"), GateError("big")])
def test_a_target_that_cannot_be_served_keeps_its_errors_class_and_advice(problem: EspalierError) -> None:
    found = verdict(refused={"board": problem})
    assert set(found.withheld) == {"board"}
    assert type(found.failure) is type(problem)
    assert found.failure is not None and found.failure.found == f"board: {problem.found}"
    assert (problem.next_step or "") in (found.failure.next_step or "")
