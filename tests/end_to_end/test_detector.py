"""A small detector from its Keras file to bundles: measured with annotations, decoded as a device does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_detector import FAMILIES, LABELS, apart, family, joined, roomy, save, scenes

from espalier.command.build import build
from espalier.command.calibrate_check import examine
from espalier.errors import ImagesRefusedError
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "squares"
[model]
path = "model.keras"
task = "detect"
labels = "labels.txt"
[detect]
{detect}
[input]
size = [64, 64]
std = [255.0]
[calibration]
images = "calibration"
{evaluation}
[budgets]
{budgets}
{more}
{deploy}
"""
EVALUATION = '[evaluation]\nimages = "evaluation"\nannotations = "boxes.json"'


SSD = """decode = "ssd"
boxes = ["boxes"]
scores = ["scores"]
anchors = { sizes = [[[16, 16]]] }
variances = [0.1, 0.1, 0.2, 0.2]"""


def project(folder: Path, *, detect: str = SSD, evaluation: str = EVALUATION,
            budgets: str = "", more: str = "", targets: tuple[str, ...] = ("cortex-m4",)) -> Path:  # fmt: skip
    save(scenes(48, 1), folder / "calibration")
    save(scenes(60, 2), folder / "evaluation", coco=folder / "boxes.json", size=(160, 96))
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    deploy = "\n".join(f'[[deploy]]\ntarget = "{target}"' for target in targets)
    text = RECIPE.format(detect=detect, evaluation=evaluation, deploy=deploy, budgets=budgets, more=more)
    (folder / "recipe.toml").write_text(text)
    return folder / "recipe.toml"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("detector")
    apart().save(folder / "model.keras")
    recipe = project(folder, budgets="max-map-drop = 5\nmin-class-ap50 = 0.9\nmin-recall = 0.9\nmax-false-alarms = 0.5")
    return build(recipe, out=folder / "dist", store=Store(folder / "store"), tools="none")


def test_average_precision_is_measured_in_the_frame_of_the_camera_with_a_paired_interval(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.boxes is not None
    row = accuracy.boxes
    assert row.objects is not None and row.objects > 60
    assert row.float.ap50 is not None and row.float.ap50 > 0.95
    assert row.drop is not None and row.drop_low is not None and row.drop_high is not None
    assert row.drop_low <= row.drop <= row.drop_high and row.drop < 5
    assert row.agreement is not None and row.agreement > 0.9
    assert accuracy.int8.top1 == row.int8.ap
    assert [one.label for one in row.classes] == list(LABELS)


def test_gates_and_every_page_of_the_report_tell_of_boxes(outcome: Outcome) -> None:
    gates = {row.name: row.passed for row in outcome.report.gates}
    assert {name: gates[f"budgets.{name}"] for name in ("max-map-drop", "min-class-ap50", "min-recall", "max-false-alarms")} == {
        "max-map-drop": True, "min-class-ap50": True, "min-recall": True, "max-false-alarms": True
    }  # fmt: skip
    html = (outcome.folder / "report.html").read_text()
    assert "average precision" in html and "false alarms an image" in html and "AP75" in html
    assert "AP50 int8" in (outcome.folder / "summary.md").read_text()
    assert json.loads((outcome.folder / "report.json").read_text())["accuracy"]["boxes"]["objects"] > 60


def test_golden_vectors_hold_the_boxes_that_the_c_program_s_bytes_decode_to(outcome: Outcome) -> None:
    folder = outcome.folder / "cortex-m4"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["task"], manifest["labels"]) == ("detect", list(LABELS))
    assert [head["name"] for head in manifest["heads"]] == ["boxes", "scores"]
    golden = json.loads((folder / "golden" / "golden.json").read_text())
    rows = [row["boxes"]["reference"] for row in golden["vectors"]]
    assert any(rows) and all(len(box) == 7 for row in rows for box in row)


def test_boxes_and_scores_in_one_tensor_are_taken_apart_and_nothing_is_lost_without_annotations(tmp_path: Path) -> None:
    joined().save(tmp_path / "model.keras")
    detect = SSD.replace('"boxes"', '"rows"').replace('"scores"', '"rows"')
    recipe = project(tmp_path, detect=detect, evaluation="", targets=("cortex-m4",))
    done = build(recipe, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    accuracy = done.report.accuracy
    assert accuracy is not None and accuracy.boxes is not None and accuracy.float.top1 is None
    assert accuracy.boxes.agreement is not None and accuracy.boxes.agreement > 0.95
    assert "No annotations" in accuracy.claim
    assert done.failure is None, done.failure


@pytest.mark.sweep
@pytest.mark.parametrize("decode", FAMILIES)
def test_a_network_of_every_decode_is_built_exact_and_finds_what_the_float_model_finds(decode: str, tmp_path: Path) -> None:
    model, detect = family(decode)
    model.save(tmp_path / "model.keras")
    done = build(project(tmp_path, detect=detect), out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    assert done.failure is None, done.failure
    assert all(row["exact"] for row in done.report.emulated)
    boxes = done.report.accuracy.boxes if done.report.accuracy else None
    assert boxes is not None and boxes.float.recall is not None and boxes.int8.recall is not None
    assert boxes.float.recall > 0.95 and boxes.int8.recall > 0.95
    assert boxes.agreement is not None and boxes.agreement > 0.95


def test_calibration_images_in_which_the_float_model_finds_nothing_are_refused(tmp_path: Path) -> None:
    apart().save(tmp_path / "model.keras")
    recipe = project(tmp_path, evaluation="")
    noise = np.random.default_rng(9).integers(0, 60, (48, 64, 64, 3)).astype(np.uint8)
    for number, pixels in enumerate(noise):
        Image.fromarray(pixels).save(tmp_path / "calibration" / f"{number:03d}.png")
    with pytest.raises(ImagesRefusedError) as refused:
        build(recipe, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    assert "finds no object in 48 images" in refused.value.found and "boxes-nothing-found" in refused.value.next_step
    assert not (tmp_path / "dist").exists()


@pytest.mark.sweep
def test_pruning_the_account_of_layers_and_the_doctor_hold_for_boxes(tmp_path: Path) -> None:
    roomy().save(tmp_path / "model.keras")
    recipe = project(tmp_path, more='[prune]\nmethod = "channels"\namount = 0.2\n[report]\nexplain = "always"')
    done = build(recipe, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    accuracy = done.report.accuracy
    assert accuracy is not None and accuracy.boxes is not None and accuracy.boxes.pruned is not None
    assert done.report.explain is not None and done.report.explain["layers"]
    found = examine(recipe, store=Store(tmp_path / "store"))
    assert not found.errors and found.top1 is not None and 0.5 < found.top1 < 1
