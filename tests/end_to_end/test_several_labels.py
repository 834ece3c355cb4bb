"""Task multi-label: independent logits, thresholds found on the evaluation set, the list of labels on every device."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from plain_kinds import DEPLOY, RECIPE, colour_net, write_images
from tried import tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.command.check import check_recipe
from espalier.errors import EspalierError
from espalier.store import Store

LABELS = ("red", "green", "blue")
MULTI = """
[multi-label]
thresholds = { green = 0.5 }
[evaluation]
csv = "truth.csv"
[budgets]
min-label-f1 = 0.8
max-map-drop = 2.0
"""


def project(folder: Path, *, lists: bool, rest: str = MULTI) -> Path:
    (folder / "labels.txt").write_text("\n".join(LABELS))
    write_images(folder / "calibration", 60, 1, lambda colours, number: f"{number:03d}.png")
    rows = write_images(folder, 90, 2, lambda colours, number: f"e{number:03d}.png")
    # What counts as blue begins at 0.7: the threshold 0.5 would be wrong.
    known = [(name, [colours[0] > 0.5, colours[1] > 0.5, colours[2] > 0.7]) for name, colours in rows]
    if lists:
        text = ["path,labels", *(f"{n},{';'.join(label for label, yes in zip(LABELS, k, strict=True) if yes)}" for n, k in known)]
    else:
        text = ["path,blue,green,red", *(f"{name},{int(k[2])},{int(k[1])},{int(k[0])}" for name, k in known)]
    (folder / "truth.csv").write_text("\n".join(text))
    colour_net([[14.0, 0, 0], [0, 14.0, 0], [0, 0, 14.0]], [-7.0] * 3, None).save(folder / "model.keras")
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(name="hues", task="multi-label", labels='labels = "labels.txt"') + rest + DEPLOY)
    return path


@pytest.mark.parametrize("lists", [False, pytest.param(True, marks=pytest.mark.sweep)])
def test_labels_with_thresholds_of_their_own_are_found_measured_and_said_on_every_device(lists: bool, tmp_path: Path) -> None:
    path = project(tmp_path, lists=lists)
    outcome = build(path, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none" if lists else "all")
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and (accuracy.float.top1 or 0) > 0.97
    cut = {row.label: row.threshold for row in accuracy.scores if row.name == "F1"}
    assert cut["green"] == 0.5 and 0.85 < (cut["blue"] or 0) < 0.99 and 0.35 < (cut["red"] or 0) < 0.65
    by_name = {row.name: row for row in accuracy.scores if not row.label}
    assert by_name["mAP"].float == 1.0 and (by_name["macro F1"].int8 or 0) > 0.9
    held = {row.label for row in accuracy.scores if row.name == "F1, held-out threshold"}
    assert held == {"red", "blue"} and "flatters" in accuracy.claim
    gates = {gate.name: gate for gate in outcome.report.gates}
    assert gates["budgets.min-label-f1"].passed and gates["budgets.max-map-drop"].passed
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    assert manifest["task"] == "multi-label" and manifest["multi_label"]["thresholds"]["green"] == 0.5
    golden = json.loads((outcome.folder / "cortex-m4/golden/golden.json").read_text())
    assert {"red", "none"} <= {word for row in golden["vectors"] for word in row["label"].split("+")}
    if lists:
        return
    ran = {check.name.split(': ', 1)[-1] for check in outcome.report.checks if check.result == "passed"}
    assert "prepare and decide equal the build machine's answers" in ran
    assert "the CMake example prints the label of the first golden picture" in ran
    assert "image file in, label out" in ran
    tree = tmp_path / "tree"
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for name, data in read_deb(package.read_bytes()).data.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    program = [sys.executable, str(tree / "usr/lib/hues-model/classify.py"), "--json", str(tmp_path / "e000.png")]
    done = subprocess.run([*program, "--on", "green", "--exec", "true"], capture_output=True, text=True, check=True, timeout=60)
    row = json.loads(done.stdout)
    wanted = json.loads((outcome.folder / "raspberry-pi-4/manifest.json").read_text())["labels"]
    assert set(row["labels"]) <= set(wanted) and row["action"] in ("-", "true")
    (same,) = tried(outcome.folder / "cortex-m4", tmp_path / "e000.png")
    assert same.answer is not None and same.answer.labels == row["labels"], "the manifest has every threshold"


def test_a_csv_with_labels_of_another_model_is_refused_in_words(tmp_path: Path) -> None:
    path = project(tmp_path, lists=False)
    truth = tmp_path / "truth.csv"
    truth.write_text(truth.read_text().replace("path,blue", "path,bleu"))
    assert any("'bleu' in the csv is no label of the model" in row.text for row in check_recipe(path).rows)
    truth.write_text(truth.read_text().replace("path,bleu", "path,blue").replace(",1,", ",0.5,"))
    assert any("neither 0 nor 1" in row.text for row in check_recipe(path).rows)


def test_by_cost_each_label_gets_the_threshold_that_costs_least(tmp_path: Path) -> None:
    rest = MULTI.replace("min-label-f1 = 0.8", "max-cost = 1500").replace("max-map-drop = 2.0", "")
    rest += "[decision.cost]\nmiss = 1\nfalse-alarm = 1\nreview = 5\nlabels.red = { miss = 100 }\n"
    path = project(tmp_path, lists=False, rest=rest)
    outcome = build(path, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
    assert outcome.failure is None, outcome.failure
    cost = outcome.report.accuracy.cost if outcome.report.accuracy else None
    assert cost is not None and cost.each and cost.people == 5000
    cut = {label.label: label.threshold or 0 for label in cost.labels}
    assert cut["green"] == 0.5 and 0.35 < cut["red"] < 0.65 and 0.85 < cut["blue"] < 0.99
    assert {gate.name: gate.passed for gate in outcome.report.gates}["budgets.max-cost"]
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    assert manifest["multi_label"]["thresholds"] == cut
    assert "each label&#39;s" in (outcome.folder / "report.html").read_text()
    with pytest.raises(EspalierError, match="finds a threshold for each label"):
        path.write_text(path.read_text().replace("thresholds = { green = 0.5 }", "threshold = 0.5"))
        build(path, out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="none")
