"""A network of two heads of different kinds: the age and the gender of one face, each with its own truth, report, gate and
decision, in the bundles of a phone, a Pi and a microcontroller."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.bundle.archive import read_deb, read_zip
from espalier.command.build import build
from espalier.command.verify import verify_bundle
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "two-heads"
[model]
path = "model.keras"
task = "several"
[[head]]
name = "gender"
task = "binary"
labels = ["female", "male"]
binary = { positive = "male" }
decision = { threshold = 0.7 }
budgets = { min-accuracy = 0.9 }
[[head]]
name = "age"
task = "regress"
regress = { tolerance = 6.0, unit = "years" }
budgets = { min-accuracy = 0.85 }
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
csv = "truth.csv"
[budgets]
min-accuracy = 0.8
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


def network() -> keras.Model:
    """Red says how old, blue against green which gender."""
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 1, name="colours")(image))
    model = keras.Model(image, [layers.Dense(1, name="age")(x), layers.Dense(1, activation="sigmoid", name="gender")(x)])
    model.get_layer("colours").set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    model.get_layer("age").set_weights([np.float32([[80], [0], [0]]), np.zeros(1, np.float32)])
    model.get_layer("gender").set_weights([np.float32([[0], [-12], [12]]), np.zeros(1, np.float32)])
    return model


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("two-heads")
    rng = np.random.default_rng(7)
    (folder / "calibration").mkdir()
    rows = ["path,age,gender"]
    for number in range(160):
        red, green, blue = rng.uniform(0, 255), *(rng.uniform(0, 100), rng.uniform(140, 255))[:: rng.choice([-1, 1])]
        pixels = np.clip(rng.normal((red, green, blue), 8, (16, 16, 3)), 0, 255).astype(np.uint8)
        name = f"calibration/{number:03d}.png" if number < 80 else f"{number:03d}.png"
        Image.fromarray(pixels).save(folder / name)
        if number >= 80:
            red, green, blue = pixels.mean(axis=(0, 1)) / 255
            rows.append(f"{name},{80 * red:.2f},{'male' if blue > green else 'female'}")
    (folder / "truth.csv").write_text("\n".join(rows))
    network().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))


def test_each_head_is_measured_by_its_own_kind(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 == 1.0 and (accuracy.int8.top1 or 0) > 0.95
    assert [(row.name, row.task) for row in accuracy.answers] == [("age", "regress"), ("gender", "binary")]
    age, gender = (row.accuracy for row in accuracy.answers)
    assert [(row.name, row.unit, row.tolerance) for row in age.numbers] == [("age", "years", 6.0)]
    assert [row.label for row in gender.classes] == ["female", "male"]
    assert all(row["exact"] for row in outcome.report.emulated)
    assert not [check for check in outcome.report.checks if check.result == "failed"]


def test_each_head_has_its_own_gates(outcome: Outcome) -> None:
    gates = {gate.name: gate for gate in outcome.report.gates}
    assert {name: gates[name].limit for name in gates if name.endswith("min-accuracy")} == {
        "budgets.min-accuracy": 0.8, "head.age.budgets.min-accuracy": 0.85, "head.gender.budgets.min-accuracy": 0.9
    }  # fmt: skip
    assert all(gate.passed for gate in gates.values())


def test_the_report_shows_each_head(outcome: Outcome) -> None:
    folder = outcome.folder
    page, summary = (folder / "report.html").read_text(), (folder / "summary.md").read_text()
    assert "Output age: regress" in page and "Output gender: binary" in page and "right in every output" in page
    assert "| age |" in summary and "| gender accuracy |" in summary


def test_the_manifest_says_what_each_head_answers(outcome: Outcome) -> None:
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        manifest = json.loads((outcome.folder / target / "manifest.json").read_text())
        assert manifest["task"] == "several" and manifest["labels"] == []
        age, gender = manifest["answers"]
        assert age == {"name": "age", "task": "regress", "numbers": {"names": ["age"], "tolerance": 6.0, "unit": "years"}}
        assert gender == {"name": "gender", "task": "binary", "labels": ["female", "male"], "threshold": 0.7,
                          "binary": {"positive": "male"}}  # fmt: skip
        assert not [check for check in verify_bundle(outcome.folder / target).checks if check.result == "failed"]


def test_c_and_java_decide_for_the_head_that_has_labels(outcome: Outcome) -> None:
    source = outcome.folder / "cortex-m4" / "two_heads_model" / "src"
    assert "two_heads_gender_decision two_heads_gender_decide(const int8_t *output);" in (
        source / "two_heads_gender_decide.h"
    ).read_text()
    assert '#include "two_heads_gender_decide.h"' in (source / "two_heads_model.h").read_text()
    (library,) = (outcome.folder / "android-arm64" / "maven").rglob("*.aar")
    classes = read_zip(read_zip(library.read_bytes())["classes.jar"])
    own = {path.rsplit("/", 1)[1] for path in classes if path.startswith("dev/espalier/models/two_heads_gender/")}
    assert {"BinaryDecision.class", "Model.class", "Labels.class"} <= own and "Preprocessor.class" not in own
    said = (outcome.folder / "android-arm64" / "README.md").read_text()
    assert "dev.espalier.models.two_heads_gender.BinaryDecision.decide(copied(outputs[1]))" in said


def test_the_program_on_the_pi_prints_each_answer_and_acts_on_one(outcome: Outcome, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for path, data in read_deb(package.read_bytes()).data.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    program, share = tmp_path / "usr/lib/two-heads-model/classify.py", tmp_path / "usr/share/two-heads-model"
    Image.new("RGB", (16, 16), (128, 40, 220)).save(tmp_path / "man.png")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", str(program), "--model", str(share), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    row = json.loads(run("--json", str(tmp_path / "man.png")).stdout)
    assert abs(row["heads"]["age"]["values"]["age"] - 40) < 2
    assert row["heads"]["gender"]["decision"] == "male" and row["heads"]["gender"]["confidence"] > 0.99
    act = ("--on", "gender=male", "--exec", "touch", str(tmp_path / "seen"))
    done = run(str(tmp_path / "man.png"), *act)
    words = done.stdout.rstrip().split("\t")
    assert (words[1], words[3:]) == ("age", ["gender", "male", words[5], "touch"]), done
    assert (tmp_path / "seen").exists()
    refused = run("--on", "male", "--exec", "true", str(tmp_path / "man.png"))
    assert refused.returncode == 2 and "gender=male" in refused.stderr
