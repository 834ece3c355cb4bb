"""A small detector from its Keras file to bundles: measured with annotations, decoded as a device does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_detector import LABELS, apart, save, scenes

from espalier.command.build import build
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "squares"
[model]
path = "model.keras"
task = "detect"
labels = "labels.txt"
[detect]
decode = "ssd"
boxes = [{boxes}]
scores = [{scores}]
anchors = {{ sizes = [[[16, 16]]] }}
variances = [0.1, 0.1, 0.2, 0.2]
{more}
[input]
size = [64, 64]
std = [255.0]
[calibration]
images = "calibration"
{evaluation}
{deploy}
"""
EVALUATION = '[evaluation]\nimages = "evaluation"\nannotations = "boxes.json"'


def project(folder: Path, *, boxes: str = '"boxes"', scores: str = '"scores"', more: str = "", evaluation: str = EVALUATION,
            targets: tuple[str, ...] = ("cortex-m4",)) -> Path:  # fmt: skip
    save(scenes(48, 1), folder / "calibration")
    save(scenes(60, 2), folder / "evaluation", coco=folder / "boxes.json", size=(160, 96))
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    deploy = "\n".join(f'[[deploy]]\ntarget = "{target}"' for target in targets)
    text = RECIPE.format(boxes=boxes, scores=scores, more=more, evaluation=evaluation, deploy=deploy)
    (folder / "recipe.toml").write_text(text)
    return folder / "recipe.toml"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("detector")
    apart().save(folder / "model.keras")
    recipe = project(folder, targets=("cortex-m4",))
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
