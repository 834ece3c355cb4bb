"""A network of two heads that no kind of answer describes: built for a phone, a Pi and a microcontroller as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import espalier
from espalier.bundle.archive import read_deb, read_zip
from espalier.command.build import build
from espalier.command.check import check_recipe
from espalier.command.init import write_recipe
from espalier.command.verify import verify_bundle
from espalier.recipe_file import load_recipe
from espalier.stages.outcome import Outcome
from espalier.store import Store

RECIPE = """
name = "two-heads"
[model]
path = "model.keras"
task = "raw"
[input]
size = [16, 16]
std = [255.0]
[calibration]
images = "calibration"
[evaluation]
images = "evaluation"
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
[[deploy]]
target = "cortex-m33"
runtime = "tflm"
"""


def network() -> keras.Model:
    """A map of 4 x 4 x 6 values and three probabilities, of weights that tell pictures apart."""
    keras.utils.set_random_seed(5)
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(image)
    x = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")(x)
    boxes = layers.Conv2D(6, 1, name="box-offsets")(x)
    kinds = layers.Dense(3, activation="softmax", name="kinds")(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, [boxes, kinds])
    for layer in model.layers:
        layer.set_weights([2.5 * weight for weight in layer.get_weights()])
    return model


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("raw")
    rng = np.random.default_rng(4)
    from PIL import Image

    for number in range(96):
        # Folders may mean something to their owner; to this task they do not.
        where = folder / ("calibration" if number < 48 else f"evaluation/{'day' if number % 2 else 'night'}")
        where.mkdir(exist_ok=True, parents=True)
        colours = rng.uniform(0, 255, (4, 4, 3)) * rng.uniform(0.2, 1.0, 3)
        Image.fromarray(colours.repeat(4, 0).repeat(4, 1).astype(np.uint8)).save(where / f"{number:02d}.png")
    network().save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)
    return build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))


def test_every_head_is_measured_against_the_float_model_s(outcome: Outcome) -> None:
    assert outcome.failure is None, outcome.failure
    accuracy = outcome.report.accuracy
    assert accuracy is not None and accuracy.float.top1 is None
    assert [(row.name, row.values) for row in accuracy.heads] == [("box_offsets", 96), ("kinds", 3)]
    assert accuracy.agreement > 0.9
    assert all(row.sqnr_db > 25 for row in accuracy.heads)
    assert "box_offsets" in accuracy.claim and "signal to noise" in accuracy.claim
    assert {check.result for check in outcome.report.checks} == {"passed", "not run"}
    assert all(row["exact"] for row in outcome.report.emulated)


def test_the_bundles_hold_both_heads_and_no_labels(outcome: Outcome) -> None:
    for target in ("android-arm64", "raspberry-pi-4", "cortex-m4"):
        folder = outcome.folder / target
        manifest = json.loads((folder / "manifest.json").read_text())
        assert (manifest["task"], manifest["labels"]) == ("raw", [])
        assert [(head["name"], head["shape"]) for head in manifest["heads"]] == [
            ("box_offsets", [1, 4, 4, 6]), ("kinds", [1, 3])
        ]  # fmt: skip
        assert manifest["heads"][1]["scale"] == 1 / 256
        golden = json.loads((folder / "golden" / "golden.json").read_text())
        assert golden["classes"] == 99
        assert all(len(text) == 2 * 99 for row in golden["vectors"] for text in row["outputs"].values())
        assert not any(check.result == "failed" for check in verify_bundle(folder).checks)
    source = outcome.folder / "cortex-m4" / "two_heads_model" / "src"
    header = (source / "two_heads.h").read_text()
    assert "int two_heads_run(void *memory, const int8_t *input, int8_t *output_0, int8_t *output_1);" in header
    assert not list(source.glob("*_decide.*")) and not list(source.glob("*_labels.*"))


def test_the_java_library_reads_the_heads_and_decides_nothing(outcome: Outcome) -> None:
    (library,) = (outcome.folder / "android-arm64" / "maven").rglob("*.aar")
    files = read_zip(library.read_bytes())
    assert not any(path.endswith("labels.txt") for path in files)
    classes = {path.rsplit("/", 1)[1] for path in read_zip(files["classes.jar"]) if path.endswith(".class")}
    assert {"Heads.class", "Heads$Head.class", "Preprocessor.class"} <= classes and "Decision.class" not in classes


def test_the_program_on_the_pi_prints_the_values_of_each_head(outcome: Outcome, tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (package,) = (outcome.folder / "raspberry-pi-4").glob("*.deb")
    for path, data in read_deb(package.read_bytes()).data.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    program = tmp_path / "usr/lib/two-heads-model/classify.py"
    share = tmp_path / "usr/share/two-heads-model"
    image = sorted((outcome.folder.parents[1] / "evaluation").rglob("*.png"))[0]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", str(program), "--model", str(share), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    row = json.loads(run("--json", str(image)).stdout)
    assert np.shape(row["heads"]["box_offsets"]) == (4, 4, 6)
    pixels = np.asarray(keras.utils.load_img(image), np.float32)[None] / 255
    boxes, kinds = (np.asarray(head)[0] for head in keras.models.load_model(outcome.folder.parents[1] / "model.keras")(pixels))
    assert np.abs(row["heads"]["kinds"] - kinds).max() < 0.05
    assert np.abs(np.array(row["heads"]["box_offsets"]) - boxes).max() < 0.05 * np.ptp(boxes)
    plain = run(str(image)).stdout
    assert plain.split("\t")[1] == "box_offsets" and " ...\tkinds\t" in plain
    refused = run("--on", "cat", "--exec", "true", str(image))
    assert refused.returncode == 2 and "gives values" in refused.stderr


def test_init_writes_a_table_for_each_output(outcome: Outcome, tmp_path: Path) -> None:
    folder = outcome.folder.parents[1]
    path = write_recipe(folder / "model.keras", [folder / "calibration"], ["cortex-m4"], tmp_path / "recipe.toml")
    recipe = load_recipe(path)
    assert recipe.model.task == "several"
    assert [(head.name, head.task) for head in recipe.head] == [("box_offsets", "raw"), ("kinds", "classify")]
    assert check_recipe(path).error is None


def test_inspect_shows_a_model_whose_outputs_are_no_classes(outcome: Outcome) -> None:
    found = espalier.inspect(outcome.folder.parents[1] / "model.keras")
    assert found.facts["ends_with"] == "values" and found.output_shape == (1, 4, 4, 6)
    assert [layer["macs"] for layer in found.layers if layer["name"] == "box-offsets"] == [4 * 4 * 12 * 6]


def test_a_model_of_two_heads_in_memory_is_quantized_and_measured(tmp_path: Path) -> None:
    images = np.random.default_rng(3).integers(0, 256, (48, 4, 4, 3), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
    small = espalier.quantize(
        network(), images, input=espalier.Input(size=(16, 16), std=(255.0,)), task="raw", store=Store(tmp_path / "store")
    )
    measured = small.evaluate(images)
    assert small.labels == () and measured.agreement > 0.9


def test_tensorflow_lite_micro_gives_the_known_bytes_of_every_output(outcome: Outcome) -> None:
    folder = outcome.folder / "cortex-m33"
    source = folder / "two_heads_model" / "src"
    header = (source / "two_heads_contract.h").read_text()
    assert "#define TWO_HEADS_OUTPUTS 2" in header and "#define TWO_HEADS_OUTPUT_STARTS {0, 96, 99}" in header
    test = (source / "two_heads_selftest.c").read_text()
    assert "result->largest_difference <= TWO_HEADS_MOST_DIFFERENCE" in test and "decide" not in test and "@" not in test
    sketch = (folder / "two_heads_model/examples/classify/classify.ino").read_text()
    assert "interpreter->output(i)" in sketch and "CLASSES" not in sketch
    checks = {check.name: check for check in outcome.report.checks if check.name.startswith("cortex-m33")}
    ran = next(check for name, check in checks.items() if "golden vectors in TensorFlow Lite Micro" in name)
    assert ran.result == "not run" or "bytes equal to LiteRT's reference kernels" in ran.why
    assert not [name for name, check in checks.items() if check.result == "failed"]
