"""Task binary: one logit, the label of 1 named, a threshold of its own, on a phone, a Raspberry Pi and a microcontroller."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plain_kinds import DEPLOY, RECIPE, colour_net, write_images
from tried import known_in, tried

from espalier.bundle.archive import read_deb
from espalier.command.build import build
from espalier.command.check import check_recipe
from espalier.store import Store

BINARY = """
[binary]
positive = "dark"
threshold = 0.3
[evaluation]
images = "evaluation"
[budgets]
min-accuracy = 0.9
"""


def project(folder: Path, rest: str = BINARY) -> Path:
    write_images(folder / "calibration", 60, 1, lambda colours, number: f"{number:03d}.png")
    # The unit's 1 stands for dark: the first of the two folders by name, which sorting alone would take for 0.
    write_images(
        folder / "evaluation", 80, 2, lambda c, n: f"{'dark' if 6 - 12 * c[0] >= -0.847 else 'light'}/{n:03d}.png"
    )
    colour_net([[-12.0], [0.0], [0.0]], [6.0], None).save(folder / "model.keras")
    path = folder / "recipe.toml"
    path.write_text(RECIPE.format(name="night", task="binary", labels="") + rest + DEPLOY)
    return path


def test_a_logit_answers_yes_or_no_at_its_threshold_on_every_device(tmp_path: Path) -> None:
    outcome = build(project(tmp_path), out=tmp_path / "dist", store=Store(tmp_path / "store"), tools="all")
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 == 1.0 and (accuracy.int8.top1 or 0) > 0.95
    assert [row.label for row in accuracy.classes] == ["light", "dark"]
    scores = {row.name: row for row in accuracy.scores}
    assert set(scores) == {"AUC", "F1", "precision", "recall"} and scores["AUC"].float == 1.0
    assert scores["F1"].label == "dark" and scores["F1"].threshold == 0.3
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    ran = {check.name.split(': ', 1)[-1] for check in outcome.report.checks if check.result == "passed"}
    assert "prepare and decide equal the build machine's answers" in ran
    manifest = json.loads((outcome.folder / "raspberry-pi-4" / "manifest.json").read_text())
    assert manifest["task"] == "binary" and manifest["labels"] == ["light", "dark"]
    assert manifest["binary"] == {"positive": "dark", "threshold": 0.3}
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    facts = json.loads(read_deb(package.read_bytes()).data["usr/share/night-model/model.json"])
    assert facts["decision"]["source"] == "binary" and facts["decision"]["POSITIVE"] == -51  # 77 / 256 > 0.3
    assert known_in(outcome.folder / "cortex-m4").facts["decision"] == facts["decision"], "the manifest says all of it"
    (row,) = tried(outcome.folder, next((tmp_path / "evaluation/dark").iterdir()), with_float=True)
    assert row.answer is not None and row.float is not None and row.answer.label == row.float.label == "dark"
    header = next((outcome.folder / "cortex-m4").rglob("night_decide.h")).read_text()
    assert "NIGHT_POSITIVE (-51)" in header


@pytest.mark.parametrize(
    ("labels", "positive", "said"),
    [
        ("", "bright", "`binary.positive` is 'bright', and the image sets give 'dark', 'light'"),
        ('labels = "labels.txt"', "dark", "has 'dark' in its first line, which is the label of 0"),
    ],
)
def test_a_label_that_is_not_there_and_a_file_in_the_other_order_are_refused(
    labels: str, positive: str, said: str, tmp_path: Path
) -> None:
    path = project(tmp_path)
    (tmp_path / "labels.txt").write_text("dark\nlight\n")
    text = path.read_text().replace('task = "binary"\n', f'task = "binary"\n{labels}\n').replace('"dark"', f'"{positive}"')
    path.write_text(text)
    assert any(said in row.text for row in check_recipe(path).rows if row.severity == "error")
