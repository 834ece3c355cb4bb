"""When a build makes the account of its layers, and what a failed limit says with it and without it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from example_report import example_report

from espalier.errors import WorkerError
from espalier.rows import GateRow, StepRow
from espalier.stages.account import account_if_due, blame, is_due

HELD = GateRow(name="quantize.max-accuracy-drop", limit=0.5, value=0.1, passed=True)
LOST = GateRow(name="quantize.max-accuracy-drop", limit=0.5, value=3.0, passed=False)
BYTES = GateRow(name="budgets.max-model-bytes", limit=1, value=2, passed=False)


def job(setting: str) -> Any:
    return SimpleNamespace(recipe=SimpleNamespace(report=SimpleNamespace(explain=setting)))


def int8(steps: int) -> Any:
    """Steps that were measured on the evaluation images, beside three that calibration images alone judged."""
    climbed = StepRow(name="climbed", top1=0.9, drop=1.0, kept=False)
    quick = StepRow(name="quick", top1=None, drop=None, kept=False, images=64)
    return SimpleNamespace(steps=(climbed,) * steps + (quick,) * 3)


@pytest.mark.parametrize(
    ("setting", "steps", "gate", "due"),
    [
        ("auto", 1, HELD, False),
        ("auto", 1, BYTES, False),
        ("auto", 2, HELD, True),
        ("auto", 1, LOST, True),
        ("always", 1, HELD, True),
        ("never", 9, LOST, False),
    ],
)
def test_the_account_is_made_when_something_was_lost_or_asked_for(
    setting: str, steps: int, gate: GateRow, due: bool
) -> None:
    assert is_due(job(setting), int8(steps), (gate,)) is due


def test_an_account_that_cannot_be_made_is_a_warning_and_stops_no_build() -> None:
    class Shop:
        def stage(self, name: str) -> Any:
            raise WorkerError(f"{name}: the process died")

    found, warnings = account_if_due(Shop(), job("always"), None, int8(1), (HELD,))  # type: ignore[arg-type]
    assert found is None
    assert warnings == ("explain: the layers could not be compared: explain: the process died",)
    assert account_if_due(Shop(), job("never"), None, int8(1), (LOST,)) == (None, ())  # type: ignore[arg-type]


def test_a_failed_accuracy_limit_names_the_worst_layers_or_the_command_that_does() -> None:
    accuracy = example_report().accuracy
    rows = [
        {"layer": f"layer{place}", "tensor": "t", "operator": "CONV_2D", "gain_db": 3.0 - place, "advice": [f"do {place}"]}
        | {"gain_points": 0.5 if place == 0 else None}
        for place in range(5)
    ]
    rows[2] |= {"layer": "", "gain_db": None, "advice": []}
    held, lost = blame((BYTES, LOST), accuracy, {"layers": rows}, "espalier explain r.toml")
    assert held is BYTES
    assert lost.layers == (
        "layer0 (conv, +3.0 dB and +0.50 points when it keeps more than 8 bits): do 0",
        "layer1 (conv, +2.0 dB when it keeps more than 8 bits): do 1",
        "t (conv)",
    )
    (told,) = blame((LOST,), accuracy, None, "espalier explain r.toml")
    assert told.layers == ("`espalier explain r.toml` names the layers that lose most",)
    assert blame((HELD,), accuracy, {"layers": rows}, "x") == (HELD,)
    assert blame((LOST,), None, {"layers": rows}, "x") == (LOST,)
