"""`espalier compile`: any int8 .tflite becomes a library, with its proof and its report, or is refused in words."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from single_op_cases import Builder

from espalier.command.schema import schema
from espalier.graph import reference
from espalier.graph.integer_ends import cut_float_ends
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph, Quant
from espalier.tflite.read import read_tflite
from espalier.tflite.write import write_tflite

needs_emulation = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
IN, HIDDEN = Quant(scales=(0.02,), zero_points=(3,)), Quant(scales=(0.05,), zero_points=(-128,))
UINT8 = Quant(scales=(0.02,), zero_points=(131,))


def network(ends: str = "int8", units: int = 5) -> Graph:
    """A convolution, a mean and a dense layer; `ends`: int8 | float32 | uint8."""
    rng, b = np.random.default_rng(5), Builder()
    if ends == "int8":
        x = b.input((1, 10, 10, 3), IN)
    else:
        given = b.input((1, 10, 10, 3), UINT8 if ends == "uint8" else None, ends)
        x = b.op("quantize", [given], IN)
    quant = Quant(scales=(0.004,) * 7, zero_points=(0,) * 7, axis=0)
    weights = b.const(rng.integers(-127, 128, (7, 3, 3, 3)), "int8", quant)
    x = b.op(
        "conv_2d", [x, weights, b.const(rng.integers(-99, 99, 7), "int32")], HIDDEN,
        padding="same", stride_h=1, stride_w=1, activation="relu",
    )  # fmt: skip
    x = b.op("mean", [x, b.const([1, 2], "int32")], HIDDEN)
    dense = b.const(rng.integers(-127, 128, (units, 7)), "int8", Quant(scales=(0.01,), zero_points=(0,)))
    x = b.op("fully_connected", [x, dense, b.const(np.zeros(units, np.int32), "int32")], HIDDEN)
    if ends == "float32":
        x = b.op("dequantize", [x], None, "float32")
    if ends == "uint8":
        x = b.op("quantize", [x], Quant(scales=(0.05,), zero_points=(0,)), "uint8")
    return b.finish([x])


def written(folder: Path, graph: Graph, name: str = "net.tflite") -> Path:
    path = folder / name
    path.write_bytes(write_tflite(graph))
    return path


@needs_emulation
@pytest.mark.parametrize("ends", ["int8", "float32", "uint8"])
def test_a_file_with_any_ends_becomes_a_library_that_is_proven_and_verified(
    espalier: Any, tmp_path: Path, ends: str
) -> None:
    model = written(tmp_path, network(ends), "Any Maker's (v2).tflite")
    done = espalier("compile", model, "--target", "cortex-m4", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    (row,) = report["emulated"]
    assert row["exact"] and row["instructions"] > 0 and len(row["layers"]) >= 3
    results = {check["name"]: check for check in report["checks"]}
    assert not [name for name, check in results.items() if check["result"] == "failed"]
    distance = results["numpy reference against LiteRT BUILTIN_REF on the file as given"]
    assert distance["result"] == "passed" and "value 0 on" in distance["why"], distance
    wanted = {"int8": "int8", "float32": "int8", "uint8": "uint8"}[ends]
    assert [end["dtype"] for end in (*report["inputs"], *report["outputs"])] == [wanted, wanted]
    assert len(report["notes"]) == (2 if ends == "float32" else 0)
    assert {gate["name"] for gate in report["gates"]} == {"cortex-m4.flash-bytes", "cortex-m4.ram-bytes"}
    library = tmp_path / "out" / "any_maker_s_v2_model"
    for path in ("CMakeLists.txt", "library.properties", "library.json", "idf_component.yml", "zephyr/module.yml",
                 "src/any_maker_s_v2.h", "src/any_maker_s_v2_model.h", "src/any_maker_s_v2_selftest.c",
                 "examples/cmake/main.c", "examples/run/run.ino"):  # fmt: skip
        assert (library / path).is_file(), path
    shown = "".join(path.read_text("utf-8") for path in library.rglob("*") if path.is_file())
    assert "@BUFFERS@" not in shown and "xmodel" not in shown
    readme = (tmp_path / "out" / "README.md").read_text()
    assert "@" not in readme
    if importlib.util.find_spec("jsonschema") is not None:  # of the extra `test`
        from jsonschema import validate

        validate(report, json.loads(schema("program-report")))
        validate(json.loads((tmp_path / "out/manifest.json").read_text()), json.loads(schema("program-manifest")))
    assert espalier("verify", tmp_path / "out").returncode == 0
    source = library / "src" / "any_maker_s_v2.c"
    source.write_text(source.read_text() + " ")
    assert espalier("verify", tmp_path / "out").returncode == 6


def test_float_ends_are_cut_and_the_integers_between_them_stay_the_same() -> None:
    plain, floats = network("int8"), read_tflite(write_tflite(network("float32")))
    cut, notes = cut_float_ends(floats)
    assert [op.kind for op in cut.ops] == [op.kind for op in plain.ops]
    assert [cut.tensors[i].dtype for i in (*cut.inputs, *cut.outputs)] == ["int8", "int8"]
    assert "real = 0.02" in notes[0] and "(stored - 3)" in notes[0] and "(stored + 128)" in notes[1]
    image = np.random.default_rng(2).integers(-128, 128, (1, 10, 10, 3)).astype(np.int8)
    assert np.array_equal(reference.run(cut, [image])[0], reference.run(simplify(plain)[0], [image])[0])


def test_two_compilations_give_the_same_bytes(espalier: Any, tmp_path: Path) -> None:
    model = written(tmp_path, network())
    for name in ("a", "b"):
        done = espalier("compile", model, "--target", "cortex-m4", "--out", tmp_path / name, "--tools", "none")
        assert done.returncode == 0, done.stderr
    first, second = (
        {p.relative_to(tmp_path / n).as_posix(): p.read_bytes() for p in (tmp_path / n).rglob("*") if p.is_file()}
        for n in ("a", "b")
    )
    assert first == second


def test_labels_add_a_decision_and_a_wrong_count_is_refused(espalier: Any, tmp_path: Path) -> None:
    model, labels = written(tmp_path, network()), tmp_path / "labels.txt"
    labels.write_text("a\nb\nc\nd\ne\n")
    done = espalier("compile", model, "--target", "cortex-m4", "--out", tmp_path / "out", "--labels", labels,
                    "--tools", "none")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "net_decide" in (tmp_path / "out/net_model/src/net.h").read_text()
    labels.write_text("a\nb\n")
    done = espalier("compile", model, "--target", "cortex-m4", "--out", tmp_path / "no", "--labels", labels)
    assert done.returncode == 3 and not (tmp_path / "no").exists()


@needs_emulation
def test_a_program_that_does_not_fit_ends_with_5_and_tells_what_each_optimize_takes(
    espalier: Any, tmp_path: Path
) -> None:
    model = written(tmp_path, network())
    done = espalier("compile", model, "--target", "cortex-m4", "--out", tmp_path / "out", "--reserve-ram", "131000")
    assert done.returncode == 5
    assert "cortex-m4.ram-bytes" in done.stderr and "no optimize fits (speed:" in done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"report.json", "report.html"}


def test_what_cannot_be_compiled_is_refused_in_words(espalier: Any, tmp_path: Path) -> None:
    def refused(path: Path, code: int, *words: str, target: str = "cortex-m4") -> None:
        done = espalier("compile", path, "--target", target, "--out", tmp_path / "out")
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()
        for word in words:
            assert word in done.stderr, (word, done.stderr)

    model = written(tmp_path, network())
    refused(model, 4, "runs the .tflite as it is", target="android-arm64")
    refused(tmp_path / "absent.tflite", 3, "does not exist")
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(model.read_bytes()[:200])
    refused(damaged, 3)
    b = Builder()
    x = b.input((1, 4, 4, 2), None, "float32")
    floats = written(tmp_path, b.finish([b.op("relu", [x], None, "float32")]), "float.tflite")
    refused(floats, 4, "operator 0 (relu", "int8 or int16", "full-integer int8")
