"""Every example in a docstring of the public API runs as it stands."""

from __future__ import annotations

import inspect
import os
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import espalier
from espalier.command.check import CheckRow

FUNCTIONS = (
    "build", "check", "compare", "compile", "estimate", "explain", "inspect", "load_recipe", "load_target", "quantize", "verify",
)  # fmt: skip
VALUES = ("Compilation", "EspalierError", "Evaluated", "Outcome", "Recipe", "Report", "Small")
LABELS = ("good", "bent", "broken")
RECIPE = """\
name = "parts"
model = {path = "model.keras", labels = "labels.txt"}
input = {size = [96, 96], mean = [127.5], std = [127.5]}
calibration = {images = "images/calibration"}
evaluation = {images = "images/evaluation"}
deploy = [{target = "cortex-m4"}]
accept = ["blurred", "chance", "few", "few-to-show", "flat-scores", "label-order", "one-answer", "preprocessing"]
budgets = {min-accuracy = 0.01}
"""


def examples(value: Any) -> Iterator[str]:
    """The indented blocks of a docstring."""
    block: list[str] = []
    for line in [*(inspect.getdoc(value) or "").splitlines(), "end"]:
        if line.startswith("    ") or (block and not line.strip()):
            block.append(line)
        elif block:
            yield textwrap.dedent("\n".join(block)).strip() + "\n"
            block = []


def documented() -> Iterator[tuple[str, Any]]:
    """Public names and the public methods of public classes, the front page first."""
    yield "espalier", espalier
    for name in espalier.__all__:
        value = getattr(espalier, name)
        yield name, value
        if inspect.isclass(value):
            for part, member in vars(value).items():
                if not part.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                    yield f"{name}.{part}", member


CASES = [(name, text) for name, value in documented() for text in examples(value)]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What examples may use, in a folder with what they name: a recipe, its model and images, and its output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((96, 96, 3)),
            keras.layers.Conv2D(8, 5, strides=4, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    images = np.random.default_rng(4).integers(0, 256, (24, 96, 96, 3), np.uint8)
    folder = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ESPALIER_STORE", str(folder / "store"))
        model.save("model.keras")
        Path("labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
        Path("recipe.toml").write_text(RECIPE)
        for number, image in enumerate(images):
            role = Path("images", ("calibration", "evaluation")[number % 2], LABELS[number % 3])
            role.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(role / f"{number}.png")
        outcome = espalier.build("recipe.toml")
        assert outcome.failure is None, outcome.failure
        shutil.copytree("dist/parts-1.0.0", "dist/parts-1.1.0")
        shutil.copytree("dist/parts-1.0.0", "main")
        images = np.random.default_rng(5).integers(0, 256, (24, 96, 96, 3), np.uint8)  # of neither set
        given = espalier.Input(size=(96, 96), mean=(127.5,), std=(127.5,))
        small = espalier.quantize(model, images, input=given)
        yield {"espalier": espalier, "model": model, "images": images, "labels": np.arange(24) % 3, "small": small}


@pytest.fixture(scope="module")
def results(names: dict[str, Any]) -> dict[str, Any]:
    """One of each kind of result."""
    small = names["small"]
    return {
        "checked": espalier.check("recipe.toml"),
        "verified": espalier.verify("dist/parts-1.0.0/cortex-m4"),
        "inspected": espalier.inspect("model.keras"),
        "explained": espalier.explain("recipe.toml", "images/evaluation"),
        "outcome": espalier.build("recipe.toml"),
        "small": small,
        "evaluated": small.evaluate(names["images"], names["labels"]),
        "compiled": espalier.compile(small, target="cortex-m4"),
    }


def test_every_function_and_every_result_has_an_example() -> None:
    assert set(FUNCTIONS) | set(VALUES) <= {name for name, _ in CASES}
    public = {name for name in espalier.__all__ if inspect.isfunction(getattr(espalier, name))}
    assert public == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "text"), CASES, ids=[name for name, _ in CASES])
def test_an_example_runs_as_it_stands(name: str, text: str, names: dict[str, Any]) -> None:
    exec(compile(text, f"example of {name}", "exec"), dict(names))  # noqa: S102


def test_every_public_name_says_what_it_is() -> None:
    silent = [name for name, value in documented() if not name.startswith("__") and not inspect.getdoc(value)]
    assert silent == []


@pytest.mark.parametrize("name", ["checked", "verified", "inspected", "explained", "outcome", "small", "evaluated", "compiled"])
def test_a_result_shows_itself_as_a_small_table(name: str, results: dict[str, Any]) -> None:
    result = results[name]
    page, text = result._repr_html_(), str(result)
    assert page.startswith("<table><tr><th") and page.count("<tr>") == len(result.table()) >= 2
    assert len(text.splitlines()) >= 2 and text in repr(result)
    assert len(repr(result)) < 10_000, "bytes of a model are no table"


def test_a_table_holds_no_html_of_files() -> None:
    row = CheckRow("ok", "labels", "<script>alert(1)</script> & more")
    shown = espalier.Checked(rows=(row,), error=None)._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "&amp; more" in shown


def test_what_check_and_inspect_find_are_values(names: dict[str, Any], results: dict[str, Any]) -> None:
    found, facts = results["checked"], results["inspected"]
    assert found.ok and found.error is None and {"recipe", "model", "labels", "target"} <= {row.what for row in found.rows}
    assert (facts.input_shape, facts.output_shape) == ((1, 96, 96, 3), (1, 3))
    assert facts.parameters == 8 * (5 * 5 * 3 + 1) + 3 * (8 + 1)
    assert facts.macs == sum(layer["macs"] for layer in facts.layers) > 300_000
    Path("small.tflite").write_bytes(names["small"].int8)
    small = espalier.inspect("small.tflite")
    assert small.format == "tflite" and small.output_shape == (1, 3) and small.facts["quantization"].startswith("int8")
