"""Networks that people have and that are no classifiers of one image: steering by picture and speed, a box as four numbers, a
small U-Net, a super-resolution with a bilinear skip, one transposed convolution.

The default run takes each to an exact int8 file in this process; `pytest -m sweep tests/end_to_end/test_other_answers.py` builds
all of them for a phone, a Pi and a microcontroller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from espalier.command.build import build
from espalier.graph import reference
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import float_answers, int8_answers
from espalier.quantizer.convert import convert_model
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize
from espalier.recipe_file import parse_recipe
from espalier.stages.find_task import found_task
from espalier.store import Store
from espalier.task.types import Task
from espalier.tflite.read import read_tflite
from espalier.tflite.runtimes import invoke_raw, litert

L = keras.layers
RECIPE = """
name = "case"
[model]
path = "model.keras"
[input]
size = [{size[0]}, {size[1]}]
std = [{std}]
[calibration]
images = "calibration"
"""
DEPLOY = "".join(f'[[deploy]]\ntarget = "{target}"\n' for target in ("android-arm64", "raspberry-pi-4", "cortex-m7"))


def _steering() -> Any:
    body = [L.Rescaling(1 / 127.5, -1), *(L.Conv2D(n, 5, strides=2, activation="elu") for n in (6, 8))]
    model = keras.Sequential([keras.Input((24, 48, 3)), *body, L.Flatten(), L.Dense(10), L.Dense(1)])
    model.compile("adam", "mse")
    return model


def _box() -> Any:
    body = [L.Conv2D(8, 3, strides=2, activation="relu"), L.Flatten(), L.Dense(16, activation="relu")]
    model = keras.Sequential([keras.Input((16, 16, 3)), *body, L.Dense(4, activation="sigmoid")])
    model.compile("adam", "mse")
    return model


def _unet() -> Any:
    image = keras.Input((16, 16, 3))
    first = L.Conv2D(8, 3, padding="same", activation="relu")(image)
    x = L.UpSampling2D()(L.Conv2D(16, 3, padding="same", activation="relu")(L.MaxPooling2D()(first)))
    x = L.Conv2D(8, 3, padding="same", activation="relu")(L.Concatenate()([x, first]))
    return keras.Model(image, L.Conv2D(1, 1, activation="sigmoid")(x))


def _enlarged() -> Any:
    image = keras.Input((None, None, 3))
    x = L.Conv2DTranspose(3, 3, strides=3, padding="same")(L.Conv2D(8, 3, padding="same", activation="relu")(image))
    return keras.Model(image, L.ReLU(max_value=255.0)(L.Add()([x, L.UpSampling2D(3, interpolation="bilinear")(image)])))


def _transposed() -> Any:
    image = keras.Input((8, 8, 3))
    return keras.Model(image, L.Conv2DTranspose(6, 3, strides=2, use_bias=False)(image))


@dataclass(frozen=True, kw_only=True)
class Net:
    """A network, and what it is found to answer."""

    make: Callable[[], Any]
    size: tuple[int, int]
    task: str
    said: str
    head: tuple[int, ...]
    std: float = 255.0


NETS = {
    "steering": Net(make=_steering, size=(24, 48), std=1.0, task="raw", said="predicts numbers, not classes", head=(1,)),
    "box regression": Net(make=_box, size=(16, 16), task="raw", said="would be a box", head=(4,)),
    "small U-Net": Net(make=_unet, size=(16, 16), task="segment", said="background, object", head=(16, 16, 1)),
    "bilinear super-resolution": Net(
        make=_enlarged, size=(12, 12), std=1.0, task="raw", said="a map of values", head=(36, 36, 3)
    ),
    "transposed convolution": Net(make=_transposed, size=(8, 8), task="raw", said="a map of values", head=(17, 17, 6)),
}


@pytest.fixture(scope="module", params=NETS)
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Net, Path]:
    net, folder = NETS[request.param], tmp_path_factory.mktemp("net")
    keras.utils.set_random_seed(1)
    net.make().save(folder / "model.keras")
    return net, folder


def _images(net: Net, count: int) -> Any:
    """Smooth pictures with some noise, as a camera gives them."""
    rng = np.random.default_rng(3)
    rows, columns = np.mgrid[0 : net.size[0], 0 : net.size[1]][:, None, :, :, None] / max(net.size)
    slopes = rng.uniform(-120, 120, (2, count, 1, 1, 3))
    whole = rng.uniform(30, 225, (count, 1, 1, 3)) + rows * slopes[0] + columns * slopes[1]
    return np.clip(whole + rng.normal(0, 8, whole.shape), 0, 255).astype(np.uint8)


def test_it_is_found_what_it_answers_and_int8_says_the_same_to_the_last_bit_of_the_reference(saved: tuple[Net, Path]) -> None:
    net, folder = saved
    recipe = parse_recipe((RECIPE.format(size=net.size, std=net.std) + DEPLOY).encode(), where="recipe")
    path = folder / "model.keras"
    found, finding = found_task(recipe, lambda task: inspect_model(str(path), scores=task == "classify"), list)
    assert finding is not None and (found.model.task, net.said in finding.message) == (net.task, True)
    model = rebuild(inspect_model(str(path), scores=False), path, net.size)
    converted = convert_model(model, found.input, "values")
    assert converted.largest_difference < 1e-4 and [head.shape for head in converted.heads] == [net.head]
    task, pixels = Task(kind="raw", heads=converted.heads), _images(net, 40)
    done = quantize(converted.float_model, pixels[:32], found.input, task=task)
    assert audit_model(done.int8_model, found.input, task=task).errors == ()
    wanted = float_answers(enter_pixels(converted.float_model, found.input, task), pixels[32:]).values
    given = int8_answers(done.int8_model, pixels[32:]).values
    noise = float(((given - wanted) ** 2).mean() / max(((wanted - wanted.mean()) ** 2).mean(), 1e-12))
    assert noise < 0.02  # 17 dB
    # What the microcontroller's C is held to: the numpy reference gives the bytes of LiteRT's, whole numbers all the way.
    graph = read_tflite(done.int8_model)
    fed = [(row.astype(np.int16) - 128).astype(np.int8) for row in pixels[32:35]]
    # LiteRT's reference kernels have no ELU, and fully connected layers are computed in float since 2.20, which may round
    # otherwise in each of them.
    kernels, most = ("builtin" if net is NETS["steering"] else "reference"), 2 if len(net.head) == 1 else 0
    theirs = invoke_raw(litert(), done.int8_model, [[row.tobytes()] for row in fed], kernels=kernels)
    for row, outputs in zip(fed, theirs, strict=True):
        ours = reference.run(graph, [row[None]])
        apart = [np.abs(o.astype(int).reshape(-1) - np.frombuffer(t, np.int8)) for o, t in zip(ours, outputs, strict=True)]
        assert max(part.max() for part in apart) <= most


STEER = (
    RECIPE.format(size=(24, 48), std=1.0).replace('"model.keras"', '"model.keras"\ntask = "regress"')
    .replace('images = "calibration"', 'images = "calibration.csv"')
    + '[[input.numbers]]\nname = "speed"\nrange = [[0, 40]]\nstd = [40]\n[evaluation]\ncsv = "evaluation.csv"\n'
    '[regress]\ntolerance = {tolerance}\nunit = "degree"\n'
    '[quantize]\nmax-accuracy-drop = 8\n[[deploy]]\ntarget = "raspberry-pi-4"\n'
)


def test_steering_by_picture_and_speed_is_measured_in_degrees(tmp_path: Path) -> None:
    keras.utils.set_random_seed(2)
    image, speed = keras.Input((24, 48, 3)), keras.Input((1,), name="speed")
    x = L.Rescaling(1 / 127.5, -1)(image)
    for filters in (6, 8):
        x = L.Conv2D(filters, 5, strides=2, activation="elu")(x)
    x = L.Concatenate()([L.Dense(10)(L.Flatten()(x)), L.Dense(4, activation="elu")(speed)])
    model = keras.Model([image, speed], L.Dense(1, name="angle")(x))
    pixels, speeds = _images(NETS["steering"], 160), np.random.default_rng(4).uniform(0, 40, 160).round(2)
    angles = model.predict([pixels.astype(np.float32), speeds[:, None] / 40], verbose=0)[:, 0]
    alone = model.predict([pixels.astype(np.float32), 0 * speeds[:, None]], verbose=0)[:, 0]
    tolerance = float(np.ptp(angles)) / 20
    assert np.abs(angles - alone).max() > 2 * tolerance  # the speed matters
    rows = {"calibration": ["path,speed"], "evaluation": ["path,angle,speed"]}
    for number, (picture, v, angle) in enumerate(zip(pixels, speeds, angles, strict=True)):
        Image.fromarray(picture).save(tmp_path / f"{number:03d}.png")
        rows["calibration" if number < 100 else "evaluation"].append(
            f"{number:03d}.png,{v}" if number < 100 else f"{number:03d}.png,{angle:.5f},{v}"
        )
    for name, lines in rows.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    model.save(tmp_path / "model.keras")
    (tmp_path / "recipe.toml").write_text(STEER.replace("{tolerance}", f"{tolerance:.5f}"))
    outcome = build(tmp_path / "recipe.toml", out=tmp_path / "dist", store=Store(tmp_path / "store"))
    assert outcome.failure is None, outcome.failure
    assert outcome.report is not None and outcome.report.accuracy is not None
    (angle,) = outcome.report.accuracy.numbers
    assert (angle.name, angle.unit) == ("angle", "degree") and angle.mae_float < 0.01 * tolerance and angle.mae_int8 < tolerance
    assert [row["name"] for row in outcome.report.quantize.numbers] == ["speed"]
    assert not [check for check in outcome.report.checks if check.result == "failed"]


@pytest.mark.sweep
def test_it_builds_for_a_phone_a_pi_and_a_microcontroller(saved: tuple[Net, Path]) -> None:
    net, folder = saved
    (folder / "calibration").mkdir(exist_ok=True)
    for number, picture in enumerate(_images(net, 120)):
        Image.fromarray(picture).save(folder / "calibration" / f"{number:03d}.png")
    (folder / "recipe.toml").write_text(RECIPE.format(size=net.size, std=net.std) + DEPLOY)
    outcome = build(folder / "recipe.toml", out=folder / "dist", store=Store(folder / "store"))
    assert outcome.failure is None, outcome.failure
    assert outcome.report is not None and [row.target for row in outcome.report.bundles] == [
        "android-arm64",
        "raspberry-pi-4",
        "cortex-m7",
    ]
    results = {check.name: check.result for check in outcome.report.checks}
    assert "failed" not in results.values()
    assert any(name.startswith("cortex-m7: C program against") and ran == "passed" for name, ran in results.items())
