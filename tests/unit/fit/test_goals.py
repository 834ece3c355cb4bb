"""What a network is fitted to, what of a search is a front, and which point is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import msgspec
import pytest

from espalier.errors import GateError, RecipeError
from espalier.fit_rows import FitGoal, FitPoint, FitRow, FitStep
from espalier.recipe import Recipe
from espalier.recipe_file import parse_recipe
from espalier.report import fit as told
from espalier.stages.fit import Search, _refuse_what_cannot_fit
from espalier.stages.fit_candidate import Candidate
from espalier.stages.fit_cut import State
from espalier.stages.fit_finish import front_of, wanted
from espalier.stages.fit_goals import Goal, goals_of, limits_of
from espalier.stages.fit_measure import Ends, Figures, Program
from espalier.target import load_targets

RECIPE = """
name = "n"
version = "1.0.0"
[model]
path = "m.keras"
[input]
size = [8, 8]
[calibration]
images = "c"
[prune]
method = "fit"
{more}
"""


def recipe(more: str) -> Recipe:
    return parse_recipe(RECIPE.format(more=more).encode())


def goals(more: str, emulated: bool = True) -> dict[str, Goal]:
    asked = recipe(more)
    targets = load_targets([deploy.target for deploy in asked.deploy])
    names = [target.name for target in targets if target.bundle == "firmware"]
    return {goal.key: goal for goal in goals_of(asked, targets, names, names if emulated else ())}


def test_every_budget_and_what_a_target_leaves_are_limits() -> None:
    found = goals(
        "[budgets]\nmax-flash-bytes = 5\nmax-arena-bytes = 6\nmax-instructions = 7\nmax-macs = 8\nmax-model-bytes = 9\n"
        "max-latency-us = { c-estimate = 10, litert = 11 }\n"
        "[[deploy]]\ntarget = 'cortex-m4'\nreserve-flash = 1000\nreserve-ram = 500"
    )
    (target,) = load_targets(["cortex-m4"])
    assert {goal.measure: goal.limit for goal in found.values() if goal.name.startswith("budgets")} == {
        "flash": 5, "arena": 6, "instructions": 7, "macs": 8, "model-bytes": 9, "estimate": 10, "latency": 11,
    }  # fmt: skip
    assert found["cortex-m4.flash-bytes"].limit == (target.number("flash-bytes") or 0) - 1000
    assert found["cortex-m4.ram-bytes"].limit == (target.number("ram-bytes") or 0) - 500


def test_without_an_emulator_the_flash_is_held_against_the_file() -> None:
    found = goals("[[deploy]]\ntarget = 'cortex-m4'", emulated=False)
    assert [goal.measure for goal in found.values()] == ["model-bytes", "arena"]


def test_a_check_counts_the_limits_of_every_core_that_an_emulator_models() -> None:
    asked = recipe("[[deploy]]\ntarget = 'cortex-m4'\n[[deploy]]\ntarget = 'cortex-m33'\nruntime = 'tflm'")
    found = limits_of(asked, load_targets(["cortex-m4", "cortex-m33"]))
    assert [(goal.key, goal.measure) for goal in found] == [
        ("cortex-m4.flash-bytes", "flash"), ("cortex-m4.ram-bytes", "arena"), ("cortex-m33.flash-bytes", "model-bytes"),
    ]  # fmt: skip


def test_a_recipe_that_limits_nothing_is_refused_in_words() -> None:
    with pytest.raises(RecipeError, match="nothing limits the network"):
        goals("[[deploy]]\ntarget = 'android-arm64'")


def test_a_point_is_of_method_fit_only() -> None:
    with pytest.raises(RecipeError, match=r"prune\.point"):
        parse_recipe(RECIPE.format(more="point = 2\n[[deploy]]\ntarget = 'cortex-m4'").replace('"fit"', '"channels"').encode())


FLASH = Goal(name="cortex-m4.flash-bytes", measure="flash", limit=60.0, unit="bytes", target="cortex-m4")


def candidate(macs: int, flash: int, distance: float) -> Candidate:
    program = Program(arena_bytes=10, flash_bytes=flash, code_bytes=30, instructions=macs)
    figures = Figures(macs=macs, model_bytes=flash, programs={"cortex-m4": program})
    return Candidate(
        counts=(macs,), int8_model=b"", whole=b"", layers={}, ends=Ends(decision=None, detector=None), heads=(),
        figures=figures, distance=distance, agreement=1 - distance,
    )  # fmt: skip


def searched() -> Search:
    points = (candidate(100, 90, 0.0), candidate(70, 60, 0.1), candidate(75, 65, 0.2), candidate(40, 40, 0.5))
    return Search(groups=(), goals=(FLASH,), points=points, chosen=1, given=(90.0,), floor=(20.0,))


@dataclass(frozen=True)
class _Job:
    recipe: Recipe


def job(more: str = "") -> Any:
    return _Job(recipe=recipe(f"{more}\n[[deploy]]\ntarget = 'cortex-m4'"))


def test_the_front_leaves_out_what_another_network_beats() -> None:
    assert [one.figures.macs for one in front_of(searched())] == [100, 70, 40]


def test_a_point_of_the_front_is_built_by_its_number() -> None:
    assert wanted(job(), searched()).figures.macs == 70
    assert wanted(job("point = 3"), searched()).figures.macs == 40
    with pytest.raises(RecipeError, match="has 3 points"):
        wanted(job("point = 4"), searched())


@pytest.mark.parametrize(("limit", "code"), [(60.0, False), (25.0, True)])
def test_what_cannot_be_met_at_the_floor_is_refused_with_the_proof(limit: float, code: bool) -> None:
    goal = msgspec.structs.replace(FLASH, limit=limit)
    state = cast(State, type("S", (), {"goals": (goal,), "job": job(), "natural": candidate(64, 90, 0.0)}))
    with pytest.raises(GateError) as caught:
        _refuse_what_cannot_fit(state, (8,), candidate(8, 70, 1.0).figures)
    assert f"at least 70 bytes against {limit:.0f}" in caught.value.found and caught.value.exit_code == 5
    assert "what binds is cortex-m4.flash-bytes" in caught.value.supported
    assert ("the code alone takes 30" in caught.value.found) is code
    _refuse_what_cannot_fit(state, (8,), candidate(8, int(limit), 1.0).figures)


def test_the_report_tells_budgets_front_and_what_each_step_brought() -> None:
    rows = tuple(
        FitPoint(number=n, counts=(n,), macs=100 - n, model_bytes=9, taken=(90.0 - n,), distance=0.1, agreement=0.9,
                 accuracy=0.8 - n / 100, fits=n > 1, chosen=n == 2)
        for n in (1, 2, 3)
    )  # fmt: skip
    first = FitStep(name="smallest", agreement=0.2, accuracy=0.17)
    steps = (first, FitStep(name="fitted", agreement=0.8, accuracy=0.7, gain=53.0))
    goal = FitGoal(name="<b>", unit="bytes", limit=88.0, given=90.0, floor=20.0, reached=88.0, binding=True)
    row = FitRow(goals=(goal,), points=rows, groups=(), steps=steps)
    lines = dict(told.figures(row))
    assert lines["fit"].endswith("this one binds") and "point 2 was built" in lines["front"]
    assert lines["steps"] == "smallest: accuracy 17.00%; fitted +53.0"
    assert len(told.markdown(row)) == 3 + len(rows)
    drawn = told.picture(row)
    assert drawn.count("<circle") == 3 and "<b>" not in drawn
