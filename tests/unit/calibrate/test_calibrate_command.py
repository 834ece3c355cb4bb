"""`espalier calibrate check` and `select` on the digits example, with a linear model instead of TensorFlow's."""

from __future__ import annotations

import functools
import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from tiny_models import classifier

from espalier.cli import cli
from espalier.command.calibrate_select import Quality, Selection
from espalier.contract import prepare
from espalier.errors import GateError, ImagesRefusedError, RecipeError, UsageError
from espalier.load.named_set import images_of, read_set
from espalier.quantizer.features import LONGEST, _shortened, measure_features
from espalier.recipe import InputContract
from espalier.stages.check_model import check_declared
from espalier.stages.check_sets import check_sets
from espalier.stages.images import set_path
from espalier.stages.job import read_job
from espalier.stages.model import FloatModel, ModelFile
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.terminal import Progress

ROOT = Path(__file__).parents[3]
CONTRACT = InputContract(size=(16, 16), color="gray", std=(255.0,))
RECIPE = """
name = "digits"
[model]
path = "model.keras"
labels = "labels.txt"
[input]
size = [16, 16]
color = "gray"
std = [255.0]
[calibration]
images = "CALIBRATION"
[evaluation]
images = "images/evaluation"
[[deploy]]
target = "raspberry-pi-4"
"""


COUNTED = {"0": 25, "1": 27}
"""Images of two classes in the calibration part of calibration/digits/make.py."""


@functools.cache
def linear_digits() -> bytes:
    from sklearn.datasets import load_digits

    data = load_digits()
    kept = np.arange(len(data.target)) % 10 >= 5
    raw = np.rint(data.images[kept] * (255 / 16)).astype(np.uint8)
    pixels = np.stack([prepare(np.repeat(image[:, :, None], 3, 2), CONTRACT) for image in raw])
    x = np.concatenate([pixels.reshape(len(pixels), -1) / 255, np.ones((len(pixels), 1))], axis=1)
    wanted = np.eye(10)[data.target[kept]] - 0.1
    weights = np.linalg.solve(x.T @ x + 5 * np.eye(x.shape[1]), x.T @ wanted).T
    return classifier(10 * weights[:, :-1], 10 * weights[:, -1], shape=(16, 16, 1))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("digits")
    runpy.run_path(str(ROOT / "calibration/digits/make.py"))["main"](root / "images")
    for name in ("model.keras", "labels.txt"):
        shutil.copy(ROOT / "examples/digits" / name, root / name)
    (root / "recipe.toml").write_text(RECIPE.replace("CALIBRATION", "images/calibration"))
    return root


@pytest.fixture(autouse=True)
def without_tensorflow(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    model = FloatModel(tflite=linear_digits(), macs=2560, parameters=2570, largest_difference=0.0)
    monkeypatch.setattr(ModelFile, "float_model", lambda self: model)
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path_factory.mktemp("store")))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_a_clean_recipe_is_examined_without_alarm(example: Path) -> None:
    result = run("calibrate", "check", example / "recipe.toml", "-q", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["errors"] == [] and found["model"] == []
    assert all(row["findings"] == [] for row in found["sets"])
    assert found["sets"][0]["images"] == 360 and found["sets"][0]["classes"]["1"] == COUNTED["1"]
    assert found["top1"] > 0.9
    assert found["preprocessing"]["scores"][0]["name"] == "as declared"
    assert found["stability"]["curve"][-1] == {"images": 360, "covered": 1.0, "least": 1.0}


def test_the_printed_lines_name_sets_scores_and_ranges(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "swapped"
    shutil.copytree(example, root)
    names = (root / "labels.txt").read_text().split()
    names[3], names[7] = names[7], names[3]
    (root / "labels.txt").write_text("\n".join(names) + "\n")
    result = run("calibrate", "check", root / "recipe.toml", "-q")
    assert isinstance(result.exception, ImagesRefusedError) and result.exception.exit_code == 3
    assert f"calibration  360 images: 0 {COUNTED['0']}, 1 {COUNTED['1']}" in result.output
    assert "error      label-order: the labels look permuted: 7, 3" in result.output
    assert "span 100.0% of the ranges" in result.output and "result       1 errors, 0 warnings" in result.output


def test_nine_evaluation_images_of_one_class_are_answered_with_what_is_needed(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "nine"
    shutil.copytree(example, root)
    for number in range(1, 10):
        shutil.rmtree(root / f"images/evaluation/{number}")
    for path in sorted((root / "images/evaluation/0").iterdir())[9:]:
        path.unlink()
    result = run("calibrate", "check", root / "recipe.toml", "-q", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    (evaluation,) = [row for row in found["sets"] if row["role"] == "evaluation"]
    assert "one-class" in {finding["code"] for finding in evaluation["findings"]}
    (doubt,) = [finding for finding in found["model"] if finding["code"] == "few-to-show"]
    assert "takes at least 390" in doubt["message"]
    assert "takes at least 390" in run("check", root / "recipe.toml").output


def test_an_error_in_the_images_ends_the_check_before_the_model(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "broken"
    shutil.copytree(example, root)
    path = sorted((root / "images/calibration/4").iterdir())[0]
    path.write_bytes(path.read_bytes()[:60])
    result = run("calibrate", "check", root / "recipe.toml", "-q")
    assert isinstance(result.exception, ImagesRefusedError) and "cannot be read" in str(result.exception)
    assert "error      unreadable" in result.output and "preprocess" not in result.output


def test_a_chosen_set_is_balanced_clean_and_wider_than_chance(example: Path) -> None:
    folder = example / "images/train"
    first = sorted((folder / "5").iterdir())[0]
    copy = first.with_name("copy.png")
    shutil.copy(first, copy)
    try:
        result = run(
            "calibrate", "select", folder, "--recipe", example / "recipe.toml", "--count", "50",
            "--out", example / "calibration/fifty", "-q", "--json",
        )  # fmt: skip
    finally:
        copy.unlink()
    assert result.exit_code == 0, result.output
    done = json.loads(result.output)
    assert done["chosen"] == 50 and set(done["classes"].values()) == {5}
    assert done["left_out"] == {"duplicate": 1}
    assert set(done["tried"]) == {"wide", "typical", "representative"}
    assert done["tried"][done["style"]]["difference"] == min(row["difference"] for row in done["tried"].values())
    assert done["tried"]["wide"]["range_coverage"] > done["random"]["range_coverage"] + done["spread"]["range_coverage"]
    assert done["quality"]["agreement"] >= done["random"]["agreement"] - 2 * done["spread"]["agreement"]
    known = read_set(example / "calibration/fifty")
    assert known.count == 50 and known.input == CONTRACT and known.chosen is not None
    assert len((example / "calibration/fifty/SHA256SUMS").read_text().splitlines()) == 50
    assert set_path(example, "fifty") == example / "calibration/fifty/images"

    recipe = example / "fifty.toml"
    recipe.write_text(RECIPE.replace("CALIBRATION", "fifty"))
    checked = run("calibrate", "check", recipe, "-q")
    assert checked.exit_code == 0, checked.output
    assert "only 50 images to calibrate with" in checked.output
    image = sorted((example / "calibration/fifty/images/3").iterdir())[0]
    shutil.copy(sorted((folder / "8").iterdir())[0], image)
    refused = run("calibrate", "check", recipe, "-q")
    assert isinstance(refused.exception, ImagesRefusedError)
    assert f"images/3/{image.name} changed" in str(refused.exception)


def test_a_choice_is_the_same_every_time_and_says_so_in_words(example: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "a", tmp_path / "b"]
    texts = []
    for out in outs:
        result = run(
            "calibrate", "select", example / "images/calibration", "--model", example / "model.keras",
            "--count", "20", "--out", out, "-q",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        texts.append(result.output)
    assert texts[0] == texts[1]
    assert "verdict      " in texts[0] and "random choice" in texts[0]
    assert "guessed from the model" in texts[0] and "ranges spanned" in texts[0] and "random" in texts[0]
    assert (outs[0] / "SHA256SUMS").read_bytes() == (outs[1] / "SHA256SUMS").read_bytes()


def test_the_verdict_says_whether_choosing_was_worth_it() -> None:
    def chosen(difference: float) -> str:
        mine, random, spread = (Quality(range_coverage=0.9, agreement=1.0, difference=d) for d in (difference, 0.01, 0.001))
        return Selection(
            folder="f", candidates=100, left_out={}, chosen=20, classes={}, held_out=20, style="wide", tried={},
            quality=mine, random=random, spread=spread, seeds=5,
        ).verdict  # fmt: skip

    assert chosen(0.008) == "int8 is 20% nearer to float than with a random choice (2.0 deviations)"
    assert chosen(0.0095).startswith("no better than a random choice of 20")
    assert chosen(0.02).startswith("worse than a random choice")


def test_what_cannot_be_selected_is_refused(example: Path, tmp_path: Path) -> None:
    folder, recipe = example / "images/calibration", example / "recipe.toml"
    both = run("calibrate", "select", folder, "--out", tmp_path / "x", "-q")
    assert isinstance(both.exception, UsageError)
    there = run("calibrate", "select", folder, "--recipe", recipe, "--out", tmp_path, "-q")
    assert isinstance(there.exception, UsageError) and "exists already" in str(there.exception)
    tiny = run("calibrate", "select", folder, "--recipe", recipe, "--count", "1", "--out", tmp_path / "x", "-q")
    assert isinstance(tiny.exception, UsageError)
    many = run("calibrate", "select", folder, "--recipe", recipe, "--count", "400", "--out", tmp_path / "x", "-q")
    assert isinstance(many.exception, ImagesRefusedError) and not (tmp_path / "x").exists()


def test_a_build_gets_warnings_in_words_and_refuses_wrong_preprocessing(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "wrong"
    shutil.copytree(example, root)
    path = sorted((root / "images/calibration/4").iterdir())[0]
    Image.fromarray(np.full((8, 8), 30, np.uint8)).save(path)
    text = (root / "recipe.toml").read_text().replace("std = [255.0]", "std = [127.5]\nmean = [127.5]")
    (root / "recipe.toml").write_text(text)
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        job = read_job(shop, root / "recipe.toml")
        (said,) = check_sets(shop, job)
        assert said.startswith("calibration: 1 of the images hold a single colour: 4/")
        with pytest.raises(RecipeError, match="declared preprocessing looks wrong") as caught:
            check_declared(shop, job, job.model.float_model())
        assert "mean = [0.0], std = [255.0]" in caught.value.next_step


def test_a_wished_precision_needs_labelled_evaluation_images(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "unlabelled"
    shutil.copytree(example, root)
    for path in sorted((root / "images/evaluation").rglob("*.png")):
        path.rename(root / "images/evaluation" / f"{path.parent.name}-{path.name}")
    for number in range(10):
        (root / f"images/evaluation/{number}").rmdir()
    (root / "recipe.toml").write_text((root / "recipe.toml").read_text() + "\n[decision]\nprecision = 0.9\n")
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        job = read_job(shop, root / "recipe.toml")
        with pytest.raises(RecipeError, match="the evaluation images have no labels"):
            check_sets(shop, job)


def test_features_are_what_the_last_layer_is_fed() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 1)).astype(np.uint8)
    features, answers, history = measure_features(linear_digits(), pixels, CONTRACT)
    ends = history.ends()
    assert np.allclose(features, pixels.reshape(6, -1) / 255, atol=1e-6)
    assert ends.shape == (6, len(history.names), 2) and (ends[:, :, 0] <= ends[:, :, 1]).all()
    assert answers.shape == (6,)


def test_long_features_are_shortened() -> None:
    wide = np.ones((40, 40, 8), np.float32) * np.arange(8)
    assert _shortened(wide).tolist() == list(range(8))
    assert _shortened(np.ones(5000)).shape == (LONGEST,)


def test_the_sets_in_the_repository_are_read_and_their_script_is_named() -> None:
    for name in ("digits", "gauges", "parts"):
        folder = ROOT / "calibration" / name
        known = read_set(folder)
        assert known.name == name and known.licence and known.images == "calibration"
        if not (folder / "images").exists():
            with pytest.raises(ImagesRefusedError, match="has no images yet") as caught:
                images_of(folder)
            assert "make.py" in caught.value.next_step


def test_images_made_by_a_script_are_found_below_the_named_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "calibration/digits", tmp_path / "calibration/digits", ignore=shutil.ignore_patterns("images"))
    (tmp_path / "calibration/digits/images/calibration/0").mkdir(parents=True)
    assert set_path(tmp_path, "digits") == tmp_path / "calibration/digits/images/calibration"


def test_an_unknown_key_of_a_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text('name = "a"\ntitle = "b"\norigin = "c"\nlicense = "d"\n')
    with pytest.raises(ImagesRefusedError, match="license"):
        read_set(tmp_path)


def test_what_the_recipe_accepts_stops_nothing_and_strict_fails_for_the_rest(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "accepted"
    shutil.copytree(example, root)
    names = (root / "labels.txt").read_text().split()
    names[3], names[7] = names[7], names[3]
    (root / "labels.txt").write_text("\n".join(names) + "\n")
    text = (root / "recipe.toml").read_text()
    (root / "recipe.toml").write_text('accept = ["label-order"]\n' + text)
    result = run("calibrate", "check", root / "recipe.toml", "-q")
    assert result.exit_code == 0, result.output
    assert "accepted   label-order" in result.output and "0 errors, 0 warnings, 1 accepted" in result.output
    assert run("calibrate", "check", root / "recipe.toml", "-q", "--strict").exit_code == 0
    for path in sorted((root / "images/calibration").rglob("*.png"))[::5]:
        if path.parent.name != "0":
            path.unlink()
    shutil.rmtree(root / "images/evaluation/4")
    strict = run("calibrate", "check", root / "recipe.toml", "-q", "--strict")
    assert isinstance(strict.exception, GateError) and "[class-missing]" in strict.exception.found
    assert run("calibrate", "check", root / "recipe.toml", "-q").exit_code == 0


def test_check_is_strict_about_its_own_warnings(example: Path, tmp_path: Path) -> None:
    root = tmp_path / "strict"
    shutil.copytree(example, root)
    shutil.rmtree(root / "images/evaluation")
    text = (root / "recipe.toml").read_text()
    start, end = text.index("[evaluation]"), text.index("[", text.index("[evaluation]") + 1)
    (root / "recipe.toml").write_text(text[:start] + text[end:])
    assert run("check", root / "recipe.toml").exit_code == 0
    strict = run("check", root / "recipe.toml", "--strict")
    assert isinstance(strict.exception, GateError) and "[no-evaluation]" in strict.exception.found
    (root / "recipe.toml").write_text('accept = ["no-evaluation"]\n' + text[:start] + text[end:])
    assert run("check", root / "recipe.toml", "--strict").exit_code == 0
