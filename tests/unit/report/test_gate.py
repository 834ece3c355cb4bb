from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from example_report import arena_row, example_report

from espalier.recipe_answers import Decision
from espalier.recipe_budgets import Budgets, LatencyBudget
from espalier.recipe_file import parse_recipe
from espalier.report.gates import amount, describe, headroom, not_shown
from espalier.row_mode import Mode
from espalier.rows import AccuracyRow, GateRow, TopRow
from espalier.stages.answer_gates import other_answers, strict_row
from espalier.stages.fit_gates import Reserve
from espalier.stages.gate import gates
from espalier.target import Fact, load_target
from espalier.task.accuracy import skill_row

RECIPE = parse_recipe(b"""
name = "a"
[model]
path = "m.keras"
[input]
size = [8, 8]
[calibration]
images = "c"
[evaluation]
images = "e"
[[deploy]]
target = "x"
""")


UNLABELLED: dict[str, Any] = {"classes": (), "float": TopRow(top1=None), "int8": TopRow(top1=None)}
EMULATED: dict[str, Any] = {
    "target": "cortex-m4",
    "optimize": "speed",
    "code_bytes": 4_000,
    "weights_bytes": 10_000,
    "estimate": {"milliseconds": [0.2, 0.3], "text": "about 0.2 to 0.3 ms at 1 MHz (estimate)"},
}


GIVEN: dict[str, Any] = {
    "accuracy": example_report().accuracy,
    "given_top1": 0.97,
    "macs": 690_000,
    "model_bytes": 14_000,
    "arena_bytes": {"cortex-m4": 36_864},
    "latency": example_report().latency,
    "targets": (),
    "emulated": (EMULATED,),
}


def run(budgets: Budgets = Budgets(), **changes: Any) -> dict[str, GateRow]:  # noqa: B008
    recipe = msgspec.structs.replace(RECIPE, budgets=budgets)
    return {row.name: row for row in gates(recipe, **(GIVEN | changes))}


@pytest.mark.parametrize(
    ("budgets", "name", "value"),
    [
        ({"max_accuracy_drop": 1.5}, "budgets.max-accuracy-drop", 1.5),
        ({"min_class_recall": 0.95}, "budgets.min-class-recall", 0.95),
        ({"max_model_bytes": 14_000}, "budgets.max-model-bytes", 14_000),
        ({"max_arena_bytes": 36_864}, "budgets.max-arena-bytes", 36_864),
        ({"max_macs": 690_000}, "budgets.max-macs", 690_000),
        ({"max_latency_us": LatencyBudget(litert=300.0)}, "budgets.max-latency-us.litert", 300.0),
        (
            {"max_latency_us": LatencyBudget(tflite_runtime=300.0)},
            "budgets.max-latency-us.tflite-runtime",
            300.0,
        ),
        ({"max_latency_us": LatencyBudget(c_estimate=300.0)}, "budgets.max-latency-us.c-estimate", 300.0),
    ],
)
def test_each_budget_holds_at_its_limit_and_fails_just_beyond(
    budgets: dict[str, Any], name: str, value: float
) -> None:
    row = run(Budgets(**budgets))[name]
    assert row.passed
    assert row.value == pytest.approx(value)
    key, limit = next(iter(budgets.items()))
    if key == "max_latency_us":
        tighter: Any = LatencyBudget(**{k: v * 0.99 for k, v in msgspec.structs.asdict(limit).items() if v})
    else:
        tighter = limit * 1.01 if key.startswith("min") else limit * 0.99
    assert not run(Budgets(**{key: tighter}))[name].passed


def test_a_budget_without_a_figure_fails() -> None:
    rows = run(
        Budgets(max_accuracy_drop=1.0, min_class_recall=0.5, max_latency_us=LatencyBudget(litert=1.0)),
        accuracy=None,
        given_top1=None,
        latency=(),
    )
    assert [row.passed for row in rows.values()] == [False, False, False]
    assert all("no figure" in describe(row) for row in rows.values())


def test_the_ladders_limit_is_taken_as_written_and_says_when_the_images_cannot_show_it() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    for drop, interval, choice, passed, shown in (
        (0.5, (-0.4, 1.4), 0.0, True, False),
        (0.51, (-0.4, 1.4), 0.0, False, False),
        (0.1, (-0.2, 0.5), 0.0, True, True),
        (0.1, (-0.2, 0.4), 0.1, True, True),
        (0.1, (-0.2, 0.4), 0.2, True, False),
    ):
        given = msgspec.structs.replace(accuracy, drop_points=drop, interval=interval, p_value=0.9, choice_points=choice)
        row = run(accuracy=given)["quantize.max-accuracy-drop"]
        assert (row.passed, row.shown) == (passed, shown)
        assert row.why == ("" if shown else accuracy.claim)
        assert (not_shown([row]) != []) == (passed and not shown)


def test_agreement_is_a_gate_where_the_recipe_asks_for_it() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    for least, passed in ((accuracy.agreement, True), (accuracy.agreement + 0.001, False)):
        recipe = msgspec.structs.replace(
            RECIPE, quantize=msgspec.structs.replace(RECIPE.quantize, min_agreement=least)
        )
        row = {r.name: r for r in gates(recipe, **GIVEN)}["quantize.min-agreement"]
        assert (row.passed, row.value) == (passed, accuracy.agreement)
        assert "below the limit" in describe(row)
    assert "quantize.min-agreement" not in run()


def test_without_labels_changed_answers_stand_in_and_a_collapse_fails() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    bare = msgspec.structs.replace(accuracy, **UNLABELLED, claim="No labels: SQNR stands in.")
    name = "quantize.max-accuracy-drop"
    assert run(accuracy=msgspec.structs.replace(bare, agreement=0.996))[name].shown
    row = run(accuracy=msgspec.structs.replace(bare, agreement=0.98))[name]
    assert (row.passed, row.shown, row.value) == (True, False, 2.0)
    assert "2.00 % of the answers differ" in row.why and "No labels: SQNR stands in." in row.why
    fallen = run(accuracy=msgspec.structs.replace(bare, agreement=0.1, collapse="int8 collapsed onto one class"))[name]
    assert not fallen.passed and "collapsed" in describe(fallen)


def test_a_wished_precision_is_a_gate_and_says_what_goes_to_review() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    side = {"precision": 0.985, "precision_low": 0.96, "coverage": 0.9, "review": 0.1}
    decision = {"threshold": 0.7, "wished_threshold": 0.7, "float": side, "int8": side}
    recipe = msgspec.structs.replace(RECIPE, decision=Decision(precision=0.98))

    def row(**changes: Any) -> GateRow:
        given = msgspec.structs.replace(accuracy, decision=decision | changes)
        found = gates(
            recipe, accuracy=given, given_top1=0.97, macs=1, model_bytes=1, arena_bytes={}, latency=(), targets=()
        )
        return next(row for row in found if row.name == "decision.precision")

    assert (row().passed, row().shown) == (True, False)
    assert "claims 96.0% only; 10.0% go to review" in not_shown([row()])[0]
    assert row(int8=side | {"precision_low": 0.981}).shown
    failed = row(wished_threshold=None, int8=side | {"precision": 0.95})
    assert not failed.passed and "0.95 is below the limit 0.98" in describe(failed)
    assert "decision.precision" not in run()


def test_a_targets_own_flash_and_ram_are_gates() -> None:
    target = msgspec.structs.replace(
        load_target("android-arm64"),
        name="cortex-m4",
        facts={"flash-bytes": Fact(value=13_999, source="x"), "ram-bytes": Fact(value=36_864, source="x")},
    )
    rows = run(targets=(target,))
    assert not rows["cortex-m4.flash-bytes"].passed
    assert rows["cortex-m4.ram-bytes"].passed
    assert "above the limit" in describe(rows["cortex-m4.flash-bytes"])


def test_an_arena_over_its_limit_says_by_how_much_where_and_what_helps() -> None:
    small = msgspec.structs.replace(
        load_target("cortex-m4"), name="cortex-m4", facts={"ram-bytes": Fact(value=30_000, source="x")}
    )
    rows = run(Budgets(max_arena_bytes=36_000), targets=(small,), arenas=(arena_row(),))
    for name, over in (("cortex-m4.ram-bytes", "6,864"), ("budgets.max-arena-bytes", "864")):
        text = describe(rows[name])
        assert not rows[name].passed
        for part in (f"{over} more than", "step 1 (conv_2d stem", "make the input smaller", "on cortex-m4"):
            assert part in text, part
        assert "optimize" not in text  # what was not tried is no advice
        assert rows[name].target == "cortex-m4"
    assert run(Budgets(max_arena_bytes=40_000), arenas=(arena_row(),))["budgets.max-arena-bytes"].why == ""


SPEED = Mode(optimize="speed", arena_bytes=36_864, flash_bytes=14_000, instructions=3_000_000)
RAM = Mode(optimize="ram", arena_bytes=20_000, flash_bytes=14_100, instructions=4_000_000)
FLASH = Mode(optimize="flash", arena_bytes=40_000, flash_bytes=9_000, instructions=5_000_000)


def test_advice_names_the_optimize_that_was_tried_and_fits_or_says_that_none_does() -> None:
    fits = msgspec.structs.replace(RAM, fits=True)
    rows = run(Budgets(max_arena_bytes=30_000), arenas=(arena_row(),), modes={"cortex-m4": (SPEED, fits, FLASH)})
    assert (
        'optimize = "ram" in the [[deploy]] table fits (14,100 bytes of flash, 20,000 of RAM, 4.0 M instructions)'
        in rows["budgets.max-arena-bytes"].why
    )
    rows = run(Budgets(max_arena_bytes=10_000), arenas=(arena_row(),), modes={"cortex-m4": (SPEED, RAM, FLASH)})
    why = rows["budgets.max-arena-bytes"].why
    assert "no optimize fits (speed: 14,000 bytes of flash" in why
    assert "set optimize" not in why and 'optimize = "flash" in' not in why


def test_flash_and_ram_advise_only_what_holds_both() -> None:
    target = msgspec.structs.replace(
        load_target("cortex-m4"), facts={"flash-bytes": Fact(value=13_000, source="x")}
    )
    rows = run(targets=(target,), modes={"cortex-m4": (SPEED, RAM, FLASH)})
    assert "no optimize fits" in rows["cortex-m4.flash-bytes"].why
    fitting = msgspec.structs.replace(FLASH, fits=True)
    rows = run(targets=(target,), modes={"cortex-m4": (SPEED, RAM, fitting)})
    assert 'optimize = "flash" in the [[deploy]] table fits (9,000 bytes' in rows["cortex-m4.flash-bytes"].why


def test_what_the_application_reserves_is_not_the_networks() -> None:
    target = msgspec.structs.replace(
        load_target("cortex-m4"),
        facts={"flash-bytes": Fact(value=20_000, source="x"), "ram-bytes": Fact(value=40_000, source="x")},
    )
    assert all(run(targets=(target,))[f"cortex-m4.{fact}"].passed for fact in ("flash-bytes", "ram-bytes"))
    rows = run(targets=(target,), reserves={"cortex-m4": Reserve(flash=6_001, ram=3_137)})
    assert (rows["cortex-m4.flash-bytes"].limit, rows["cortex-m4.ram-bytes"].limit) == (13_999, 36_863)
    assert not rows["cortex-m4.flash-bytes"].passed and not rows["cortex-m4.ram-bytes"].passed


def test_a_gate_of_bytes_shows_its_headroom() -> None:
    gate = GateRow(name="x", limit=20_000, value=14_000, passed=True, unit="bytes")
    assert headroom(gate) == "70 % used, 6,000 bytes left"
    assert headroom(msgspec.structs.replace(gate, value=21_000)) == "105 % used, 1,000 bytes too many"
    assert headroom(msgspec.structs.replace(gate, unit="points")) == ""


def test_every_target_over_the_budget_of_ram_has_a_row_of_its_own() -> None:
    recipe = msgspec.structs.replace(RECIPE, budgets=Budgets(max_arena_bytes=10))
    found = gates(recipe, **(GIVEN | {"arena_bytes": {"a": 11, "b": 9, "c": 12}}))
    assert [(r.target, r.value) for r in found if r.name == "budgets.max-arena-bytes"] == [("a", 11), ("c", 12)]


def test_an_estimated_latency_is_named_an_estimate_and_fails_where_there_is_none() -> None:
    budget = Budgets(max_latency_us=LatencyBudget(c_estimate=299.0))
    text = describe(run(budget)["budgets.max-latency-us.c-estimate"])
    assert "µs (estimate)" in text
    assert "cortex-m4: about 0.2 to 0.3 ms" in text
    without = {**EMULATED, "target": "esp32-c3", "estimate": None}
    row = run(budget, emulated=(EMULATED, without))["budgets.max-latency-us.c-estimate"]
    assert row.value is None
    assert not row.passed
    assert "esp32-c3" in describe(row)
    assert not run(budget, emulated=())["budgets.max-latency-us.c-estimate"].passed


def test_a_compiled_program_is_judged_by_its_code_and_constants_not_by_the_model_file() -> None:
    small = msgspec.structs.replace(
        load_target("cortex-m4"), name="cortex-m4", facts={"flash-bytes": Fact(value=13_000, source="x")}
    )
    row = run(targets=(small,))["cortex-m4.flash-bytes"]
    assert row.value == 14_000
    text = describe(row)
    for part in ("1,000 bytes more", "10,000 of weights", "4,000 of code", "prune channels"):
        assert part in text, part
    assert run(targets=(small,), emulated=())["cortex-m4.flash-bytes"].why == ""
    flash = {**EMULATED, "optimize": "flash"}
    assert "optimize" not in run(targets=(small,), emulated=(flash,))["cortex-m4.flash-bytes"].why
    larger = msgspec.structs.replace(small, facts={"flash-bytes": Fact(value=14_000, source="x")})
    assert run(targets=(larger,), model_bytes=99_999)["cortex-m4.flash-bytes"].passed


def skilled(right: int, n: int, classes: int) -> AccuracyRow:
    """The example's row with a float model that is right on `right` of `n` images of equally common classes."""
    truth = np.arange(n) % classes
    found = skill_row(truth, np.where(np.arange(n) < right, truth, (truth + 1) % classes))
    return msgspec.structs.replace(example_report().accuracy, n=n, skill=found)


@pytest.mark.parametrize(
    ("right", "n", "classes", "passed"),
    [
        (100, 300, 3, False),
        (20, 60, 3, False),
        (2, 5, 3, True),
        (150, 300, 3, True),
        (40, 300, 2, False),
        (60, 600, 100, True),
        (6, 600, 100, False),
        (0, 200, 200, False),
    ],
)
def test_a_float_model_that_is_shown_to_guess_fails_and_few_images_show_nothing(
    right: int, n: int, classes: int, passed: bool
) -> None:
    row = run(accuracy=skilled(right, n, classes))["accuracy.above-chance"]
    assert row.passed is passed
    if not passed:
        assert 'accept = ["chance"]' in row.why and "budgets.min-accuracy" in row.why and "below the limit" in describe(row)


def test_a_constant_answer_on_an_unequal_set_is_chance() -> None:
    truth = np.array([0] * 180 + [1] * 20)
    found = msgspec.structs.replace(example_report().accuracy, n=200, skill=skill_row(truth, np.zeros(200, np.int64)))
    assert not run(accuracy=found)["accuracy.above-chance"].passed


def test_the_recipe_accepts_a_model_that_guesses_or_sets_its_own_limit() -> None:
    accepting = msgspec.structs.replace(RECIPE, accept=("chance",))
    rows = gates(accepting, **(GIVEN | {"accuracy": skilled(100, 300, 3)}))
    assert "accuracy.above-chance" not in {row.name for row in rows}
    own = run(Budgets(min_accuracy=0.0), accuracy=skilled(100, 300, 3))
    assert "accuracy.above-chance" not in own and own["budgets.min-accuracy"].passed


@pytest.mark.parametrize(("limit", "passed", "shown"), [(0.5, True, True), (0.89, True, False), (0.95, False, True)])
def test_min_accuracy_is_of_int8_and_says_what_the_images_show(limit: float, passed: bool, shown: bool) -> None:
    given = example_report().accuracy
    row = msgspec.structs.replace(given, n=200, int8=msgspec.structs.replace(given.int8, top1=0.9))
    found = run(Budgets(min_accuracy=limit), accuracy=row)["budgets.min-accuracy"]
    assert (found.passed, found.shown) == (passed, shown)
    assert passed or "below the limit" in describe(found)


def unlabelled(agreement: float, n: int) -> AccuracyRow:
    return msgspec.structs.replace(
        example_report().accuracy, n=n, **UNLABELLED, skill={}, collapse="", agreement=agreement, claim="No labels."
    )


@pytest.mark.parametrize(
    ("agreement", "n", "passed"),
    [(0.0, 40, False), (0.15, 40, False), (0.4, 40, True), (0.4, 400, False), (0.97, 400, True), (0.0, 2, True)],
)
def test_without_labels_int8_that_clearly_answers_otherwise_fails(agreement: float, n: int, passed: bool) -> None:
    given = unlabelled(agreement, n)
    row = run(accuracy=given)["quantize.max-accuracy-drop"]
    assert row.passed is passed
    assert passed or ('accept = ["agreement"]' in row.why and "quantize.min-agreement" in row.why)
    accepting = gates(msgspec.structs.replace(RECIPE, accept=("agreement",)), **(GIVEN | {"accuracy": given}))
    own = msgspec.structs.replace(RECIPE, quantize=msgspec.structs.replace(RECIPE.quantize, min_agreement=1e-9))
    for rows in (accepting, gates(own, **(GIVEN | {"accuracy": given}))):
        assert {r.name: r for r in rows}["quantize.max-accuracy-drop"].passed


@pytest.mark.parametrize(
    ("ties", "words"),
    [(0, "it is another model"), (90, "in all others the float model's two best scores are nearer"), (70, "in 70 of 90 others")],
)
def test_ties_of_the_float_model_are_not_called_another_model(ties: int, words: str) -> None:
    assert words in other_answers(msgspec.structs.replace(unlabelled(0.1, 100), ties=ties))


def test_strict_counts_every_warning_but_the_accepted_and_every_limit_that_is_not_shown() -> None:
    assert strict_row(["accepted: calibration: 12 images repeated"], ()).passed
    row = strict_row(["calibration: only 5 images to calibrate with [few]", "accepted: x"], ["a holds on these only"])
    assert not row.passed and row.value == 2 and "[few]" in describe(row) and "accept" in describe(row)


def test_every_gate_that_asks_for_at_least_its_limit_is_said_to_lie_below_it() -> None:
    for name in ("budgets.min-label-f1", "budgets.min-auc", "night.min-accuracy", "decision.precision"):
        row = GateRow(name=name, value=0.5, limit=0.75, unit="share", passed=False)
        assert describe(row) == f"{name}: 0.5 is below the limit 0.75 share"
    assert "above the limit" in describe(GateRow(name="budgets.max-arena", value=2.0, limit=1.0, unit="bytes", passed=False))


def test_a_gate_s_numbers_are_printed_without_exponents_and_a_near_miss_in_full() -> None:
    assert [amount(*row) for row in ((1048576, "bytes"), (0.364693, "points"), (31.25, "dB"), (0.887548, "share"))] == [
        "1,048,576", "0.36", "31.25", "0.8875"
    ]  # fmt: skip
    near = GateRow(name="budgets.max-map-drop", value=0.504, limit=0.5, unit="points", passed=False)
    assert describe(near) == "budgets.max-map-drop: 0.504 is above the limit 0.50 points"
