"""Published architectures with random weights, from the file to int8 and C:

    python tests/corpus/corpus.py [NAME ...] [--of PART PARTS]

Each is saved by Keras 3 and by tf_keras as .keras and .h5; all four files must load to the answers they were saved with. Then
the model is converted (proven equal to Keras), quantized, run by LiteRT, and compiled to C for a Cortex-M7, which may
refuse in words what it has no kernel for. One line of JSON per architecture; exit code 1 when one of them failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import architectures
import numpy as np
from numpy.typing import NDArray

from espalier.errors import EspalierError, UnsupportedModelError

LOADED = 1e-4
"""Largest difference between a saved and a rebuilt model, relative to the range of the answers."""
PICTURES = 24


def pictures(shape: tuple[int, int, int], count: int = PICTURES) -> NDArray[np.uint8]:
    """Smooth fields with noise, uint8 [count, h, w, c]."""
    rng = np.random.default_rng(1)
    height, width, channels = shape
    rows, columns = np.mgrid[0:1 : height * 1j, 0:1 : width * 1j]
    found = []
    for _ in range(count):
        speed, phase = rng.uniform(0, 9, (2, channels)), rng.uniform(0, 6, channels)
        wave = np.sin(rows[..., None] * speed[0] + columns[..., None] * speed[1] + phase)
        found.append(128 + 100 * wave + rng.normal(0, 20, shape))
    return np.clip(np.stack(found), 0, 255).astype(np.uint8)


def lively(model: Any) -> None:
    """Random statistics for batch normalization: as made, it would pass everything on."""
    rng = np.random.default_rng(2)
    for variable in model.weights:
        name = getattr(variable, "path", variable.name)
        low, high = {"gamma": (0.7, 1.3), "moving_variance": (0.5, 1.5), "beta": (-0.1, 0.1)}.get(
            name.split(":")[0].rsplit("/", 1)[-1], (0.0, 0.0)
        )
        if high:
            variable.assign(rng.uniform(low, high, tuple(variable.shape)).astype(np.float32))


def save_all(name: str, folder: Path, pixels: Any) -> dict[str, Any]:
    """File name -> the answers that it was saved with. A format that a version cannot write a model in has no file:
    tf_keras writes no `...` of a slice."""
    import keras
    import tf_keras

    saved: dict[str, Any] = {}
    for kind, package in (("keras3", keras), ("keras2", tf_keras)):
        package.backend.clear_session()
        package.utils.set_random_seed(3)
        model = architectures.NETS[name](package)
        lively(model)
        shape = tuple(model.input_shape[1:])
        image = pixels if pixels is not None else pictures(image_of(shape))[:4]
        answers = np.asarray(model(image.reshape(len(image), *shape).astype(np.float32) / 255, training=False))
        for suffix in ("keras", "h5"):
            try:
                model.save(folder / f"{kind}.{suffix}")
            except TypeError as problem:
                print(f"{name}: {kind} writes no .{suffix}: {problem}", file=sys.stderr)
                continue
            saved[f"{kind}.{suffix}"] = answers
    return saved


def image_of(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """The picture that a model of this input shape takes."""
    from espalier.load.keras_inputs import picture_of

    height, width, channels = picture_of(shape) or (0, 0, 0)
    return int(height or 0), int(width or 0), int(channels or 0)


def examine(name: str, folder: Path) -> dict[str, Any]:
    """One row: what became of an architecture."""
    from espalier.load.keras_file import inspect_model
    from espalier.load.keras_model import rebuild

    start = time.process_time()
    row: dict[str, Any] = {"name": name, "loads": {}}
    saved = save_all(name, folder, None)
    given = None
    for file, wanted in saved.items():
        try:
            facts = inspect_model(str(folder / file))
            model = rebuild(facts, folder / file)
            image = pictures(facts.input_shape)[:4].astype(np.float32) / 255  # type: ignore[arg-type]
            found = np.asarray(model(image, training=False))
            row["loads"][file] = float(np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-9))
            given = given or (model, facts)
        except EspalierError as problem:
            row["loads"][file] = str(problem)
    if given:
        row |= deploy(*given)
    row["seconds"] = round(time.process_time() - start, 1)
    row["passed"] = not failures(row)
    return row


def deploy(model: Any, facts: Any) -> dict[str, Any]:
    """Convert, quantize, run and compile a rebuilt model."""
    from espalier.emit.plan_program import plan_program
    from espalier.emit.program import Options, emit
    from espalier.graph.simplify import simplify
    from espalier.quantizer.convert import convert_model
    from espalier.quantizer.quantize import quantize
    from espalier.quantizer.ranges import open_interpreter
    from espalier.recipe import InputContract
    from espalier.tflite.read import read_tflite

    height, width, channels = facts.input_shape
    contract = InputContract(size=(height, width), color="gray" if channels == 1 else "rgb", std=(255.0,))
    images = pictures((height, width, channels))
    try:
        converted = convert_model(model, contract)
        int8 = quantize(converted.float_model, images, contract, layers=converted.layers).int8_model
        interpreter = open_interpreter(int8)
        interpreter.allocate_tensors()
        entry, end = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        interpreter.set_tensor(entry["index"], (images[:1].astype(np.int16) - 128).astype(np.int8))
        interpreter.invoke()
        answers = interpreter.get_tensor(end["index"]).astype(int) + 128
    except EspalierError as problem:
        return {"phone": str(problem), "micro": "not tried"}
    row: dict[str, Any] = {"phone": {"bytes": len(int8), "macs": converted.macs, "sum": int(answers.sum())}}
    try:
        graph, _ = simplify(read_tflite(int8, name="net", layers=converted.layers))
        plan, coding = plan_program(graph, optimize="speed", isa="dsp", ram_bytes=None)
        files = emit(graph, plan, "net", Options(isa="dsp", coding=coding))
        row["micro"] = {"arena": plan.arena_bytes, "files": len(files)}
    except UnsupportedModelError as problem:
        row["micro"] = str(problem)
    return row


def failures(row: dict[str, Any]) -> list[str]:
    """What of a row is not as promised; a compiler's refusal must say what is missing and what to do."""
    found = [f"{file}: {off}" for file, off in row["loads"].items() if isinstance(off, str) or not off <= LOADED]
    if not isinstance(row.get("phone"), dict):
        found.append(f"phone: {row.get('phone')}")
    elif not 200 <= row["phone"]["sum"] <= 312 and "sigmoid" not in row["name"]:
        found.append(f"phone: probabilities sum to {row['phone']['sum']}/256")
    micro = row.get("micro")
    if isinstance(micro, str) and not ("supported: " in micro and "next: " in micro):
        found.append(f"micro: {micro}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--of", nargs=2, type=int, default=(0, 1), metavar=("PART", "PARTS"))
    wish = parser.parse_args()
    names = wish.names or list(architectures.NETS)[wish.of[0] :: wish.of[1]]
    from espalier.load.keras_model import start_tensorflow

    start_tensorflow()
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            row = examine(name, Path(folder))
        print(json.dumps(row), flush=True)
        failed += not row["passed"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
