"""A network that takes numbers beside the image, from the csv to the phone, the Raspberry Pi and the microcontroller."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image
from tried import tried

from espalier.bundle.archive import read_deb, read_zip
from espalier.bundle.golden import examples, read_golden
from espalier.bundle.pi.device import commands
from espalier.bundle.pi.device.model import Place
from espalier.bundle.pi.device.problem import OK, UNREADABLE, USAGE
from espalier.command.build import build
from espalier.command.check import check_recipe
from espalier.command.explain_image import explain_image
from espalier.command.init import write_recipe
from espalier.command.verify import verify_bundle
from espalier.errors import EspalierError, UsageError
from espalier.recipe_file import load_recipe
from espalier.store import Store

RECIPE = """
name = "kerb"
[model]
path = "model.keras"
[input]
size = [12, 12]
std = [255.0]
[[input.numbers]]
name = "telemetry"
columns = ["speed", "load"]
range = [[0, 40], [0, 1]]
mean = [20.0, 0.5]
std = [10.0, 0.25]
[calibration]
images = "calibration.csv"
[evaluation]
csv = "evaluation.csv"
[prune]
method = "channels"
amount = 0.2
[quantize]
max-accuracy-drop = 4.0
[decision]
threshold = 0.5
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
[[deploy]]
target = "cortex-m7"
runtime = "tflm"
"""


def _project(folder: Path) -> None:
    """Left or right: more red than blue, but a fast, light vehicle leans the other way; one image says either."""
    rng, layers = np.random.default_rng(6), keras.layers
    rows: dict[str, list[str]] = {"calibration": ["path,speed,load"], "evaluation": ["speed,path,label,load"]}
    for number in range(150):
        pixels = np.clip(rng.uniform(0, 255, 3) + rng.normal(0, 8, (12, 12, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:03d}.png")
        speed, load = rng.uniform(0, 40), rng.uniform(0, 1)
        side = 30 * (pixels[..., 0].mean() - pixels[..., 2].mean()) / 255 + 0.8 * (speed - 20) - 24 * (load - 0.5)
        if number < 100:
            rows["calibration"].append(f"{number:03d}.png,{speed:.3f},{load:.3f}")
        else:
            rows["evaluation"].append(f"{speed:.3f},{number:03d}.png,{'left' if side < 0 else 'right'},{load:.3f}")
    for name, lines in rows.items():
        (folder / f"{name}.csv").write_text("\n".join(lines))
    image, telemetry = keras.Input((12, 12, 3)), keras.Input((2,), name="Telemetry")
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(16, 1)(image))
    answer = layers.Dense(2, activation="softmax", name="side")(layers.Concatenate()([x, telemetry]))
    model = keras.Model([telemetry, image], answer)
    kernel = np.zeros((3, 16), np.float32)
    kernel[:, :3] = np.eye(3)
    next(layer for layer in model.layers if isinstance(layer, layers.Conv2D)).set_weights([kernel[None, None], np.zeros(16)])
    weights = np.zeros((18, 2), np.float32)
    weights[[0, 2, 16, 17], 1] = np.float32([30, -30, 8, -6]) / 4
    weights[:, 0] = -weights[:, 1]
    model.get_layer("side").set_weights([weights, np.zeros(2)])
    model.save(folder / "model.keras")
    (folder / "recipe.toml").write_text(RECIPE)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("kerb")
    _project(folder)
    outcome = build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))
    assert outcome.failure is None, outcome.failure
    return outcome


def test_the_numbers_go_the_whole_way_and_each_bundle_s_own_checks_pass(built: Any) -> None:
    accuracy = built.report.accuracy
    assert accuracy.float.top1 == 1.0 and accuracy.int8.top1 >= 0.96
    assert built.report.prune is not None and built.report.prune.macs_after < built.report.prune.macs_before
    assert [check.name for check in built.report.checks if check.result == "failed"] == []
    ran = {check.name: check.why for check in built.report.checks if check.result == "passed"}
    for target in ("cortex-m4", "cortex-m7"):
        assert "rows of numbers" in ran.get(f"{target}: prepare and decide equal the build machine's answers", "rows of numbers")
    assert ran["cortex-m4: C program against the numpy reference, 8 golden vectors"].startswith("memory was written")


def test_golden_vectors_hold_the_numbers_and_their_bytes(built: Any) -> None:
    folder = built.folder / "raspberry-pi-4"
    files = {f"golden/{path.name}": path.read_bytes() for path in (folder / "golden").iterdir()}
    golden = read_golden(files)
    assert [one.name for one in golden.numbers] == ["telemetry"] and golden.numbers[0].shape == (1, 2)
    assert all(len(row.numbers) == 2 and 0 <= row.numbers[0] <= 40 for row in golden.vectors)
    fed = examples(golden, files)
    np.testing.assert_allclose(fed["numbers"][:, 0], [(row.numbers[0] - 20) / 10 for row in golden.vectors], rtol=1e-6)
    text = files["golden/golden.json"].decode()
    first = golden.vectors[0].beside
    with pytest.raises(EspalierError, match="the numbers"):
        broken = {**files, "golden/golden.json": text.replace(first, f"{int(first[:2], 16) ^ 1:02x}{first[2:]}", 1).encode()}
        examples(read_golden(broken), broken)
    checked = verify_bundle(folder)
    assert [one.name for one in checked.checks if one.result == "failed"] == []
    assert any(one.name.startswith("golden vectors") and one.result == "passed" for one in checked.checks)


def test_the_pi_takes_an_option_a_csv_or_what_a_file_says_now(
    built: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (package,) = (built.folder / "raspberry-pi-4").glob("*.deb")
    share = tmp_path / "share"
    for path, data in read_deb(package.read_bytes()).data.items():
        if path.startswith("usr/share/kerb-model/"):
            target = share / path.removeprefix("usr/share/kerb-model/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    place = Place(tmp_path / "classify.py", "kerb-model", share, tmp_path / "venv")
    for name in ("a.png", "b.png"):
        Image.fromarray(np.full((20, 20, 3), 100, np.uint8)).save(tmp_path / name)
    image = str(tmp_path / "a.png")

    def said(*words: str) -> tuple[int, list[str], str]:
        code = commands.main([*words, "--threads", "1"], place)
        out, err = capsys.readouterr()
        return code, [json.loads(line)["label"] for line in out.splitlines() if line.startswith("{")], err

    assert said("selftest")[0] == OK
    # The same grey image: the numbers alone decide.
    assert said(image, "--json", "--numbers", "speed=35,load=0.2")[:2] == (OK, ["right"])
    assert said(image, "--json", "--numbers", "load=0.8,speed=3")[:2] == (OK, ["left"])
    assert said(image, "--json", "--numbers", "speed=1e9,load=0.5")[:2] == (OK, ["right"])  # held to 40
    for target, numbers, label in (
        ("cortex-m4", "speed=35,load=0.2", "right"),
        ("android-arm64", "load=0.8,speed=3", "left"),
    ):
        (row,) = tried(built.folder / target, Path(image), numbers=numbers)
        assert row.answer is not None and row.answer.label == label
    (tmp_path / "n.csv").write_text("path,speed,load\nb.png,3,0.8\n./a.png,35,0.2\n")
    both = (image, str(tmp_path / "b.png"), "--json", "--numbers")
    assert said(*both, str(tmp_path / "n.csv"))[:2] == (OK, ["right", "left"])
    (tmp_path / "n.csv").write_text("path,speed,load\nb.png,3,0.8\n")
    code, labels, told = said(*both, str(tmp_path / "n.csv"))
    assert (code, labels) == (UNREADABLE, ["left"]) and "has no row for this image" in told
    (tmp_path / "now.json").write_text('{"speed": 3, "load": 0.8, "gear": 2}')
    assert said(image, "--json", "--numbers", str(tmp_path / "now.json"))[:2] == (OK, ["left"])
    (tmp_path / "now.json").write_text('{"speed": 3')
    assert said(image, "--json", "--numbers", str(tmp_path / "now.json"))[0] == UNREADABLE
    for words, why in (
        ((), "takes numbers beside the image: --numbers speed=...,load=..."),
        (("--numbers", "speed=1"), "load is missing"),
        (("--numbers", "speed=1,load=0,gear=2"), "no number called gear"),
        (("--numbers", "speed=nan,load=0"), "not finite"),
        (("--numbers", "speed=fast,load=0"), "give speed=VALUE,load=VALUE"),
        (("--numbers", str(tmp_path / "none.csv")), "none.csv"),
    ):
        code, labels, told = said(image, *words)
        assert (code, labels) == (USAGE, []) and why in told


def test_the_phone_and_the_microcontroller_say_how_numbers_are_given(built: Any) -> None:
    (aar,) = (built.folder / "android-arm64").rglob("*.aar")
    assert any(path.endswith("/Numbers.class") for path in read_zip(read_zip(aar.read_bytes())["classes.jar"]))
    phone = (built.folder / "android-arm64" / "README.md").read_text()
    assert "*Numbers.buffers(..., ...)" in phone and "speed 0 to 40 in steps of 0.1" in phone
    for target in ("cortex-m4", "cortex-m7"):
        words = (built.folder / target / "README.md").read_text()
        assert "kerb_enter_numbers(numbers, input + KERB_INPUT_BYTES);" in words and "load 0 to 1" in words
    header = (built.folder / "cortex-m4" / "kerb_model" / "src" / "kerb_contract.h").read_text()
    assert "#define KERB_NUMBERS 2" in header and f"#define KERB_FED_BYTES {12 * 12 * 3 + 2}" in header


def test_a_heat_map_of_one_image_says_that_its_numbers_are_missing(built: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="takes numbers beside the image"):
        explain_image(built.folder, next(built.folder.parent.parent.glob("*.png")), tmp_path / "heat.png")


def test_init_writes_the_table_from_the_csvs_and_check_asks_for_it(built: Any, tmp_path: Path) -> None:
    project = built.folder.parent.parent
    written = write_recipe(
        project / "model.keras",
        [project / "calibration.csv", project / "evaluation.csv"],
        ["raspberry-pi-4"],
        project / "again.toml",
    )
    (numbers,) = load_recipe(written).input.numbers
    assert numbers.name == "telemetry" and numbers.columns == ("speed", "load")
    assert 0 <= numbers.range[0][0] < 2 and 38 < numbers.range[0][1] <= 40
    assert check_recipe(written).error is None
    text = written.read_text()
    (project / "without.toml").write_text(text[: text.index("[[input.numbers]]")] + text[text.index("[calibration]") :])
    wrong = check_recipe(project / "without.toml")
    assert "beside the image the model takes telemetry (2 values)" in str(wrong.error)


def test_the_report_says_which_numbers_and_how_fine(built: Any) -> None:
    rows = built.report.quantize.numbers
    assert [(row["name"], row["input"], row["low"], row["high"]) for row in rows] == [
        ("speed", "telemetry", 0.0, 40.0),
        ("load", "telemetry", 0.0, 1.0),
    ]
    assert rows[0]["step"] == pytest.approx(40 / 255, rel=1e-3)
    assert "beside the image speed, 0 to 40 in steps of 0.157" in (built.folder / "summary.md").read_text()
    assert "Beside the image: load, held to 0 to 1" in (built.folder / "report.html").read_text()
