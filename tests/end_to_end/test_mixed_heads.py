"""A network whose three outputs are a label, a mask and a vector: each with its own truth, report, gate and device code, in the
bundles of a phone, a Pi and a microcontroller."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from tried import tried

from espalier.bundle.archive import read_deb, read_zip
from espalier.command.build import build
from espalier.command.verify import verify_bundle
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "mixed"
[model]
path = "model.keras"
task = "several"
[[head]]
name = "kind"
task = "classify"
labels = ["red", "blue"]
budgets = { min-accuracy = 0.9 }
[[head]]
name = "mask"
task = "segment"
segment = { classes = ["ground", "dark"], alert = "dark", alert-share = 0.2 }
budgets = { min-miou = 0.8, max-miou-drop = 3.0 }
[[head]]
name = "face"
task = "embed"
budgets = { min-recall-at-1 = 0.9 }
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
csv = "truth.csv"
masks = "masks"
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""


def network() -> keras.Model:
    """Red against blue says the kind, few green the mask, the mean colour less grey is the vector."""
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 1, name="colours")(image)
    mean = layers.GlobalAveragePooling2D()(x)
    kind = layers.Dense(2, activation="softmax", name="kind")(mean)
    mask = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    model = keras.Model(image, [kind, mask, layers.Dense(2, name="face")(mean)])
    model.get_layer("colours").set_weights([np.eye(3, 4, dtype=np.float32)[None, None], np.zeros(4, np.float32)])
    red, blue = [20, 0, -20, 0], [-20, 0, 20, 0]
    model.get_layer("kind").set_weights([np.float32([red, blue]).T, np.zeros(2, np.float32)])
    model.get_layer("mask").set_weights([np.float32([0, -30, 0, 0])[None, None, :, None], np.float32([15])])
    model.get_layer("face").set_weights([np.float32([[1, 0], [0, 0], [0, 1], [0, 0]]), np.float32([-0.4, -0.4])])
    return model


def picture(rng: np.random.Generator) -> tuple[np.ndarray, str, np.ndarray]:
    """Pixels, the kind, and where it is dark (in green)."""
    red = bool(rng.integers(0, 2))
    dark = np.zeros((16, 16), np.uint8)
    row, column, side = rng.integers(0, 8), rng.integers(0, 8), rng.integers(4, 9)
    dark[row : row + side, column : column + side] = 1
    green = np.where(dark, 40, 220)
    pixels = np.stack([np.full((16, 16), 230 if red else 30), green, np.full((16, 16), 30 if red else 230)], axis=2)
    return np.clip(pixels + rng.normal(0, 8, pixels.shape), 0, 255).astype(np.uint8), "red" if red else "blue", dark


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("mixed")
    rng = np.random.default_rng(7)
    for name in ("calibration", "images", "masks"):
        (folder / name).mkdir()
    rows = ["path,kind,face"]
    for number in range(120):
        pixels, kind, dark = picture(rng)
        if number < 60:
            Image.fromarray(pixels).save(folder / "calibration" / f"{number:03d}.png")
            continue
        Image.fromarray(pixels).save(folder / "images" / f"{number:03d}.png")
        Image.fromarray(dark).save(folder / "masks" / f"{number:03d}.png")
        rows.append(f"images/{number:03d}.png,{kind},{'anna' if kind == 'red' else 'bert'}")
    (folder / "truth.csv").write_text("\n".join(rows))
    network().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))


def test_each_head_is_measured_by_its_own_kind(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and "right in kind, mask" in accuracy.claim
    rows = {row.name: row.accuracy for row in accuracy.answers}
    assert [(row.name, row.task) for row in accuracy.answers] == [("kind", "classify"), ("mask", "segment"), ("face", "embed")]
    assert rows["mask"].maps is not None and rows["mask"].maps.miou_int8 > 0.95 and rows["mask"].maps.alert is not None
    assert {row.name for row in rows["face"].scores} >= {"recall@1", "EER"}
    assert all(row["exact"] for row in outcome.report.emulated)
    assert not [check for check in outcome.report.checks if check.result == "failed"]


def test_each_head_has_its_own_gates(outcome: Outcome) -> None:
    gates = {gate.name: gate for gate in outcome.report.gates}
    assert set(gates) >= {
        "head.kind.budgets.min-accuracy", "head.mask.budgets.min-miou", "head.mask.budgets.max-miou-drop",
        "head.face.budgets.min-recall-at-1",
    }  # fmt: skip
    assert all(gate.passed for gate in gates.values())


def test_the_report_shows_each_head(outcome: Outcome) -> None:
    page, summary = (outcome.folder / "report.html").read_text(), (outcome.folder / "summary.md").read_text()
    assert "Output mask: segment" in page and "Maps of 16 x 16" in page and "Output face: embed" in page
    assert "| mask mIoU |" in summary and "| face recall@1 |" in summary


def test_the_manifest_says_what_each_head_answers(outcome: Outcome) -> None:
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        manifest = json.loads((outcome.folder / target / "manifest.json").read_text())
        answers = {answer["name"]: answer for answer in manifest["answers"]}
        assert answers["mask"]["map"]["names"] == ["ground", "dark"] and answers["mask"]["map"]["alert_pixels"] == 52
        assert -1 < answers["face"]["embed"]["threshold"] < 1 and answers["kind"]["labels"] == ["red", "blue"]
        assert not [check for check in verify_bundle(outcome.folder / target).checks if check.result == "failed"]


def test_c_and_java_have_what_each_head_needs(outcome: Outcome) -> None:
    source = outcome.folder / "cortex-m4" / "mixed_model" / "src"
    model = (source / "mixed_model.h").read_text()
    assert {f'#include "mixed_{one}.h"' for one in ("kind_decide", "mask_map", "face_decide")} <= set(model.splitlines())
    assert "void mixed_mask_map_paint(" in (source / "mixed_mask_map.h").read_text()
    assert "void mixed_face_embed(" in (source / "mixed_face_decide.h").read_text()
    (library,) = (outcome.folder / "android-arm64" / "maven").rglob("*.aar")
    classes = read_zip(read_zip(library.read_bytes())["classes.jar"])
    models = "dev/espalier/models"
    own = {f"{models}/mixed_mask/ClassMap.class", f"{models}/mixed_face/Embedding.class", f"{models}/mixed_kind/Decision.class"}
    assert own <= set(classes) and f"{models}/mixed/ClassMap.class" not in classes
    said = (outcome.folder / "android-arm64" / "README.md").read_text()
    assert "mixed_mask.ClassMap.paint(copied(outputs[1]))" in said and "mixed_face.Embedding.unit(copied(outputs[2]))" in said


def test_the_program_on_the_pi_paints_compares_and_acts(outcome: Outcome, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for path, data in read_deb(package.read_bytes()).data.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    program, share = tmp_path / "usr/lib/mixed-model/classify.py", tmp_path / "usr/share/mixed-model"
    pixels = np.full((16, 16, 3), (230, 220, 30), np.uint8)
    pixels[:8, :, 1] = 40
    Image.fromarray(pixels).save(tmp_path / "red.png")
    (tmp_path / "drawn").mkdir()

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        given = ["--model", str(share), "--references", str(tmp_path / "known.json"), *words]
        command = [sys.executable, "-B", str(program), *given]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "1 enrolled" in run("enroll", "anna", str(tmp_path / "red.png")).stdout
    acts = ("--on", "mask=alert", "--exec", "touch", str(tmp_path / "seen"))
    done = run("--json", "--draw", str(tmp_path / "drawn"), str(tmp_path / "red.png"), *acts)
    heads = json.loads(done.stdout)["heads"]
    assert heads["kind"]["decision"] == "red" and heads["face"]["match"] == "anna" and heads["face"]["cosine"] > 0.99
    assert heads["mask"]["shares"] == {"ground": 0.5, "dark": 0.5} and heads["mask"]["decision"] == "alert"
    assert (tmp_path / "seen").exists()
    drawn = np.asarray(Image.open(heads["mask"]["drawn"]))
    assert (drawn[8:] == pixels[8:]).all() and (drawn[:8] != pixels[:8]).any(axis=2).all()
    refused = run("--on", "face=nobody", "--exec", "true", str(tmp_path / "red.png"))
    assert refused.returncode == 2 and "mask=alert" in refused.stderr and "face=anna" in refused.stderr


@pytest.mark.sweep
def test_a_picture_and_a_number_of_one_network_build_for_every_device(tmp_path: Path) -> None:
    layers, rng = keras.layers, np.random.default_rng(3)
    image = keras.Input((16, 16, 3))
    brighter = layers.Conv2D(3, 1, name="bright")(image)
    model = keras.Model(image, [brighter, layers.Dense(1, name="level")(layers.GlobalAveragePooling2D()(image))])
    model.get_layer("bright").set_weights([0.5 * np.eye(3, dtype=np.float32)[None, None], np.full(3, 0.25, np.float32)])
    model.get_layer("level").set_weights([np.full((3, 1), 1 / 3, np.float32), np.zeros(1, np.float32)])
    model.save(tmp_path / "model.keras")
    rows = ["path,level"]
    for folder in ("calibration", "images", "wanted"):
        (tmp_path / folder).mkdir()
    for number in range(60):
        pixels = rng.integers(0, 256, (16, 16, 3), np.uint8) // rng.integers(1, 5)
        Image.fromarray(pixels).save(tmp_path / "calibration" / f"{number}.png")
        pixels = rng.integers(0, 256, (16, 16, 3), np.uint8) // rng.integers(1, 5)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{number}.png")
        Image.fromarray(np.uint8(np.rint(pixels * 0.5 + 63.75))).save(tmp_path / "wanted" / f"{number}.png")
        rows.append(f"images/{number}.png,{pixels.mean() / 255}")
    (tmp_path / "truth.csv").write_text("\n".join(rows))
    rest = RECIPE[RECIPE.index("[input]") :].replace('masks = "masks"', 'targets = "wanted"')
    heads = RECIPE[: RECIPE.index("[[head]]")] + rest
    tables = """
[[head]]
name = "bright"
task = "image"
picture = { range = [0.0, 1.0] }
budgets = { min-psnr = 30.0 }
[[head]]
name = "level"
task = "regress"
regress = { tolerance = 0.05 }
"""
    (tmp_path / "recipe.toml").write_text(heads.replace("[input]", f"{tables}[input]"))
    outcome = build(tmp_path / "recipe.toml", out=tmp_path / "dist", store=Store(tmp_path / "store"))
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.answers[0].accuracy.pictures is not None
    assert accuracy.answers[0].accuracy.pictures.psnr_int8 > 40
    assert all(row["exact"] for row in outcome.report.emulated)
    assert not [check for check in outcome.report.checks if check.result == "failed"]
    assert (outcome.folder / "cortex-m4/mixed_model/src/mixed_bright_picture.h").exists()


def test_run_says_what_each_head_says_and_draws_the_mask(outcome: Outcome, tmp_path: Path) -> None:
    images = sorted((outcome.folder.parents[1] / "images").iterdir())[:4]
    said = [[row.answer for row in tried(outcome.folder / target, *images)] for target in ("android-arm64", "cortex-m4")]
    assert said[0] == said[1]
    rows = tried(outcome.folder, *images, out=tmp_path / "drawn", with_float=True)
    for row in rows:
        assert row.answer is not None and row.float is not None
        heads, float_heads = row.answer.heads, row.float.heads
        assert heads["kind"].label == float_heads["kind"].label and heads["kind"].label in ("red", "blue")
        assert heads["mask"].decision in ("alert", "quiet") and len(heads["face"].vector) == 2
        assert abs(heads["mask"].shares["dark"] - float_heads["mask"].shares["dark"]) < 0.03
        assert Path(row.drawn[0]).parent.name == "mask" and Image.open(row.drawn[0]).size == (16, 16)
