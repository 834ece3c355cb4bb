"""Budgets in, network out: on the emulated core, with a front from which another point is built, or with the proof that nothing
fits."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.command.check import check_recipe
from espalier.errors import GateError
from espalier.store import Store

pytestmark = pytest.mark.sweep

RECIPE = """
name = "tiny"
version = "1.0.0"
accept = ["agreement"]
[model]
path = "model.keras"
task = "classify"
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
[prune]
method = "fit"
{more}
[quantize]
max-accuracy-drop = 100.0
[budgets]
{budgets}
[[deploy]]
target = "cortex-m4"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("fit"), np.random.default_rng(4)
    (folder / "calibration").mkdir()
    for number in range(48):
        picture = Image.fromarray(random.integers(0, 256, (4, 4, 3), np.uint8)).resize((16, 16), Image.Resampling.BICUBIC)
        picture.save(folder / "calibration" / f"{number:02d}.png")
    keras.utils.set_random_seed(3)
    layers = keras.layers
    given = keras.Input((16, 16, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(given)
    y = layers.Conv2D(16, 3, padding="same")(layers.Conv2D(24, 3, padding="same", activation="relu")(x))
    x = layers.MaxPooling2D(4)(layers.ReLU()(layers.Add()([x, y])))
    model = keras.Model(given, layers.Dense(5, activation="softmax")(layers.Dense(24, activation="relu")(layers.Flatten()(x))))
    for weight in model.weights:
        weight.assign(np.asarray(weight) * random.uniform(0.6, 1.6, weight.shape))
    model.save(folder / "model.keras")
    return folder


def write(folder: Path, budgets: str, more: str = "") -> Path:
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(budgets=budgets, more=more))
    return path


def test_budgets_hold_as_measured_and_another_point_needs_no_search(folder: Path) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    store, limits = Store(folder / "store"), "max-flash-bytes = 17000\nmax-arena-bytes = 6000\nmax-instructions = 1500000"
    assert check_recipe(write(folder, limits)).error is None
    outcome = build(folder / "recipe.toml", out=folder / "dist", store=store)
    fit, gates = outcome.report.prune.fit, {gate.name: gate for gate in outcome.report.gates}
    assert fit is not None
    for name in ("max-flash-bytes", "max-arena-bytes", "max-instructions"):
        assert gates[f"budgets.{name}"].passed, gates[f"budgets.{name}"]
    assert any(goal.binding for goal in fit.goals) and all(goal.reached <= goal.limit for goal in fit.goals)
    assert all(goal.floor <= goal.reached <= goal.given for goal in fit.goals)
    assert any(goal.given > goal.limit for goal in fit.goals), "and the model as given was over one of them"
    assert len(fit.points) >= 8 and [point.macs for point in fit.points] == sorted((p.macs for p in fit.points), reverse=True)
    for page in ("report.html", "summary.md", "report.json"):
        assert (outcome.folder / page).is_file()
    assert json.loads(outcome.report_json)["prune"]["fit"]["points"][0]["number"] == 1
    assert [step.name for step in fit.steps][:2] == ["smallest weights, no repair", "least squares"]
    chosen = next(point for point in fit.points if point.chosen)
    other = next(point for point in fit.points if not point.chosen and point.number > chosen.number)
    again = build(write(folder, limits, f"point = {other.number}"), out=folder / "dist2", store=store)
    assert again.report.prune.fit is not None and again.report.prune.macs_after == other.macs
    assert next(point for point in again.report.prune.fit.points if point.chosen).number == other.number
    assert [p.counts for p in again.report.prune.fit.points] == [p.counts for p in fit.points]
    before = {path for path in (folder / "store").rglob("*") if path.is_dir()}
    build(write(folder, limits), out=folder / "dist3", store=store)
    assert before == {path for path in (folder / "store").rglob("*") if path.is_dir()}, "the first build again makes nothing new"


def test_budgets_that_no_counts_meet_end_with_the_proof(folder: Path) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    write(folder, "max-flash-bytes = 2000\nmax-arena-bytes = 60000")
    with pytest.raises(GateError, match=r"the code alone takes .*\(met there: budgets\.max-arena-bytes") as caught:
        build(folder / "recipe.toml", out=folder / "none", store=Store(folder / "store"))
    assert caught.value.exit_code == 5 and "what binds is budgets.max-flash-bytes" in caught.value.supported
    assert not (folder / "none").exists()
