"""`espalier explain` on a folder as a build leaves it, made of a hand-built network: no TensorFlow, a few seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image
from small_networks import CONTRACT, images, small_network

from espalier import cli
from espalier.bundle.golden import FORMAT, ContractRow, Golden, VectorRow, canonical_json
from espalier.command.explain import explain, explain_lines
from espalier.errors import ImagesRefusedError, UsageError, VerificationError
from espalier.quantizer.quantize import quantize
from espalier.store import Store
from espalier.tflite import edit


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dist/small-1.0.0 with model/, report.json and one bundle's golden vectors; images/ beside it."""
    folder = tmp_path_factory.mktemp("dist") / "small-1.0.0"
    model = edit.read_model(small_network())
    edit.rename_tensors(model)
    data = edit.pack_model(model)
    golden = folder / "raspberry-pi-4" / "golden"
    golden.mkdir(parents=True)
    (folder / "model").mkdir()
    (folder / "model" / "small_float.tflite").write_bytes(data)
    (folder / "model" / "small_int8.tflite").write_bytes(quantize(data, images(), CONTRACT).int8_model)
    pixels = images(4, seed=5)
    for number, image in enumerate(pixels):
        (golden / f"vector-{number}.bin").write_bytes(image.tobytes())
    vectors = tuple(VectorRow(name=f"{n}", label="a", pixels=f"vector-{n}.bin", outputs={}) for n in range(4))
    stated = Golden(
        format=FORMAT, shape=(16, 16, 3), contract=ContractRow.of(CONTRACT), classes=5, vectors=vectors, cases=()
    )  # fmt: skip
    (golden / "golden.json").write_bytes(canonical_json(stated))
    layers = {"conv_2d_0": "activation", "conv_2d_0/weights": "stem", "depthwise_conv_2d_1": "dw"}
    report = {"name": "small", "version": "1.0.0", "status": "passed", "quantize": {"layers": layers, "scheme": "int8"}}
    (folder / "report.json").write_text(json.dumps(report))
    shown = folder.parent / "images"
    shown.mkdir()
    for number, image in enumerate(images(40, seed=6)):
        Image.fromarray(image).save(shown / f"{number}.png")
    return folder


def run(built: Path, tmp_path: Path, *more: str) -> Any:
    environment = {"ESPALIER_STORE": str(tmp_path / "store")}
    done = CliRunner().invoke(cli.cli, ["explain", str(built), "--quiet", *more], env=environment)
    if done.exception is not None:
        raise done.exception
    return done


def test_json_names_every_layer_with_its_keras_name_and_what_was_measured(built: Path, tmp_path: Path) -> None:
    done = run(built, tmp_path, "--images", str(built.parent / "images"), "--count", "36", "--worst", "2", "--json")
    found = json.loads(done.stdout)
    assert (found["images"], found["source"], found["notes"]) == (36, "images", [])
    names = {row["tensor"]: row["layer"] for row in found["layers"]}
    assert names["conv_2d_0"] == "stem + activation"
    assert names["depthwise_conv_2d_1"] == "dw"
    assert set(names) == {"conv_2d_0", "depthwise_conv_2d_1", "conv_2d_2", "fully_connected_4", "probability"} | {
        name for name in names if name.startswith(("average", "mean"))
    }
    assert sum(row["gain_db"] is not None for row in found["layers"]) == 2
    assert "left unrounded" in found["measured"]
    assert found["output"]["simulation_equals_int8"] > 0.9


def test_images_in_folders_of_the_bundles_labels_give_points_of_accuracy(built: Path, tmp_path: Path) -> None:
    (built / "raspberry-pi-4" / "manifest.json").write_text(json.dumps({"labels": list("abcde"), "name": "small"}))
    store = Store(tmp_path / "store")
    for folder, labelled in (("abcde", 40), ("vwxyz", 0)):
        for number, image in enumerate(images(40, seed=6)):
            place = tmp_path / folder / folder[number % 5]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number}.png")
        found = explain(built, tmp_path / folder, count=60, worst=1, store=store).facts
        assert found["labelled"] == labelled
        assert sum(row["gain_points"] is not None for row in found["layers"]) == (1 if labelled else 0)
    (built / "raspberry-pi-4" / "manifest.json").unlink()
    lines = explain_lines(explain(built, tmp_path / "abcde", count=60, worst=1, store=store).facts)
    assert not any("labelled images)" in line for line in lines)


def test_the_answer_is_the_same_twice(built: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = (explain(built, built.parent / "images", count=8, worst=1, store=store).facts for _ in range(2))
    assert first == second
    assert any("8 images are few" in note for note in first["notes"])


def test_without_images_the_golden_vectors_serve_and_the_table_says_so(built: Path, tmp_path: Path) -> None:
    lines = run(built, tmp_path).stdout.splitlines()
    assert "int8 against float on 4 images (golden vectors)" in lines[0]
    assert any("stem + activation" in line and "conv" in line for line in lines)
    assert any("give --images" in line for line in lines)
    assert max(len(line) for line in lines[1:]) <= 150


def test_the_table_is_written_as_a_page_too(built: Path, tmp_path: Path) -> None:
    done = run(built, tmp_path, "--worst", "0", "--html", str(tmp_path / "layers.html"))
    page = (tmp_path / "layers.html").read_text()
    assert "stem + activation" in page and "golden vectors" in page
    assert "stem + activation" in done.stdout
    with pytest.raises(UsageError, match="cannot be written"):
        run(built, tmp_path, "--worst", "0", "--html", str(tmp_path / "absent" / "layers.html"))


def test_advice_stands_below_the_table_under_its_layer() -> None:
    row = {
        "tensor": "t", "layer": "gate", "operator": "MUL", "gain_db": None, "gain_agreement": None,
        "gain_points": None, "sqnr_db": 9.0,
        "cosine": 0.9, "added_percent": 3.0, "low": 0.0, "high": 1.0, "int8_low": 0.0, "int8_high": 1.0,
        "saturated": 0.0, "weight_spread": None, "advice": ["replace it " * 30],
    }  # fmt: skip
    output = {"sqnr_db": 20.0, "agreement": 0.9, "simulated_sqnr_db": 20.0, "simulation_equals_int8": 1.0}
    lines = explain_lines(
        {
            "name": "n", "version": "1", "images": 3, "labelled": 0, "source": "images", "measured": "m", "notes": ["few"],
            "output": output, "layers": [row],
        }
    )
    start = next(place for place, line in enumerate(lines) if line.startswith("- gate (mul): replace it"))
    assert lines[start + 1].startswith("  ")
    assert lines[-1] == "note: few"


def test_what_is_no_build_is_refused_with_the_next_step(built: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no report\.json"):
        explain(tmp_path)
    (tmp_path / "report.json").write_text("{}")
    with pytest.raises(UsageError, match="cannot be read"):
        explain(tmp_path)
    (tmp_path / "report.json").write_bytes((built / "report.json").read_bytes())
    with pytest.raises(UsageError, match="gates failed"):
        explain(tmp_path)
    (tmp_path / "model").symlink_to(built / "model")
    with pytest.raises(UsageError, match="no bundle"):
        explain(tmp_path)
    golden = tmp_path / "pi" / "golden"
    golden.mkdir(parents=True)
    (golden / "golden.json").write_bytes((built / "raspberry-pi-4/golden/golden.json").read_bytes())
    with pytest.raises(VerificationError, match=r"vector-0\.bin"):
        explain(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(ImagesRefusedError, match="no image"):
        explain(built, tmp_path / "none", store=Store(tmp_path / "store"))


def test_one_image_is_shown_with_where_the_float_model_looked(built: Path, tmp_path: Path) -> None:
    picture = tmp_path / "heat.png"
    image = built.parent / "images" / "3.png"
    done = run(built, tmp_path, "--image", str(image), "--heat-map", str(picture), "--json")
    found = json.loads(done.stdout)
    assert len(found["cells"]) == 8 and all(len(row) == 8 for row in found["cells"])
    assert max(map(max, found["cells"])) == 1.0 and min(map(min, found["cells"])) >= 0.0
    with Image.open(picture) as png:
        assert png.size == (448, 448) and png.mode == "RGB"
    told = run(built, tmp_path, "--image", str(image), "--heat-map", str(picture)).stdout
    assert "where the float model looked" in told and str(picture) in told


def test_one_image_of_a_model_with_labels_has_both_answers(built: Path, tmp_path: Path) -> None:
    manifest = built / "raspberry-pi-4" / "manifest.json"
    manifest.write_text(json.dumps({"labels": ["a", "b", "c", "d", "e"]}))
    try:
        image, picture = built.parent / "images" / "5.png", tmp_path / "heat.png"
        found = json.loads(run(built, tmp_path, "--image", str(image), "--heat-map", str(picture), "--json").stdout)
        assert found["float"] in "abcde" and abs(found["float_confidence"] - found["int8_confidence"]) < 0.1
        assert f"float: {found['float']}" in run(built, tmp_path, "--image", str(image), "--heat-map", str(picture)).stdout
    finally:
        manifest.unlink()


@pytest.mark.parametrize("what", ["gone.png", "folder", "text.png"])
def test_what_is_no_image_is_refused_in_words(built: Path, tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.png").write_text("not an image")
    with pytest.raises(ImagesRefusedError):
        run(built, tmp_path, "--image", str(tmp_path / what), "--heat-map", str(tmp_path / "heat.png"))
    assert not (tmp_path / "heat.png").exists()


def test_a_picture_that_cannot_be_written_is_told(built: Path, tmp_path: Path) -> None:
    image = built.parent / "images" / "5.png"
    with pytest.raises(UsageError, match="cannot be written"):
        run(built, tmp_path, "--image", str(image), "--heat-map", str(tmp_path / "no" / "heat.png"))
