"""The quantizer's calls between processes: plain data in, plain data out (pixels cross as a `.npy` path)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from ..ladder.candidate import FIRST
from ..ladder.choose import Goal
from ..ladder.climb import Search, climb
from ..ladder.int16_targets import Wide
from ..ladder.labelled import Labelled
from ..ladder.quick import pays, try_quick
from ..ladder.rungs import start_from
from ..pixels import open_pixels
from ..quantizer.audit import audit_model
from ..quantizer.interface import uint8_twin
from ..quantizer.lighten import lighten
from ..quantizer.quantize import Scheme, Weights, quantize
from ..quantizer.resume import Memory
from ..quantizer.stability import RangeHistory
from ..recipe import contract_of
from ..task.types import task_of
from ..tflite.edit import (
    computed_inputs,
    graph_of,
    name_of,
    operator_name,
    pack_model,
    read_model,
    strip_model,
)


def quantize_file(
    float_model: bytes,
    pixels_path: str,
    contract: dict[str, Any],
    weights: Weights = "per-channel",
    scheme: Scheme = "int8",
    dense: Weights | None = None,
    correct: bool = True,
    layers: dict[str, str] | None = None,
    task: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """quantize.quantize on a `.npy` of pixels; the fields of `Quantized` as a dict."""
    history = RangeHistory()
    done = quantize(
        float_model,
        open_pixels(pixels_path),
        contract_of(contract),
        weights=weights,
        dense=dense,
        scheme=scheme,
        correct=correct,
        layers=layers,
        observe=history.add,
        task=task_of(task),
    )
    return {
        "int8_model": done.int8_model,
        "ranges": {name: list(ends) for name, ends in done.ranges.items()},
        "input": done.input,
        "notes": list(done.notes),
        "seconds": done.seconds,
        "stability": msgspec.to_builtins(history.summary(layers)),
    }


def lighten_file(int8_model: bytes, pixels_path: str) -> dict[str, Any]:
    """lighten.lighten on a `.npy` of pixels; the fields of `Lightened` as a dict."""
    done = lighten(int8_model, np.load(pixels_path, mmap_mode="r"))
    return {"int8_model": done.int8_model, "note": done.note, "kept": done.kept}


def climb_file(
    float_model: bytes,
    pixels_path: str,
    contract: dict[str, Any],
    limit_points: float,
    evaluation_path: str | None = None,
    labels: list[Any] | None = None,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    wide: dict[str, Any] | None = None,
    search: Search = "until-limit",
    min_agreement: float = 0.0,
    skip: dict[str, str] | None = None,
    measured: list[bytes] | None = None,
    known: dict[str, bytes] | None = None,
    stopped: str = "",
    task: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """climb.climb on `.npy` files (`wide`: the fields of widen.Wide, None for no 16-bit rung): `int8_model` of
    the kept step, `reached`, `left_out`, `held_out`, and `steps` (name, top1, drop, kept, simulated, agreement,
    difference, error, bytes, seconds, why, images), in the order in which they were tried; after them those that could not be
    run, with `why`."""
    labelled = None
    if evaluation_path is not None and labels is not None:
        labelled = Labelled(pixels=open_pixels(evaluation_path), labels=np.array(labels), task=task_of(task))
    climbed = climb(
        float_model,
        open_pixels(pixels_path),
        contract_of(contract),
        limit_points=limit_points,
        min_agreement=min_agreement,
        labelled=labelled,
        weights=weights,
        dense=dense,
        wide=None if wide is None else Wide(**wide),
        search=search,
        skip=skip or {},
        measured=measured or (),
        memory=Memory(known=known or {}, stopped=stopped),
        task=task_of(task),
    )
    kept = next(step for step in climbed.steps if step.kept)
    return {
        "int8_model": kept.candidate.int8_model,
        "reached": Goal(limit_points=limit_points, min_agreement=min_agreement).excess(kept) <= 0,
        "left_out": list(climbed.left_out),
        "held_out": climbed.held_out,
        "steps": [
            {
                "name": step.candidate.name,
                "top1": step.top1,
                "drop": step.drop,
                "kept": step.kept,
                "simulated": step.simulated,
                "agreement": step.agreement,
                "difference": step.candidate.nearness.difference,
                "error": step.candidate.nearness.error,
                "bytes": len(step.candidate.int8_model),
                "seconds": step.candidate.seconds,
                "images": step.given_up or None,
                "why": f"lost: given up after {step.given_up} images" if step.given_up else "",
            }
            for step in climbed.steps
        ]
        + [
            {"name": one.name, "top1": None, "drop": None, "kept": False, "why": one.why}
            for one in climbed.failed
        ],
    }


def try_quick_file(
    float_model: bytes,
    pixels_path: str,
    contract: dict[str, Any],
    first: bytes,
    ranges: dict[str, list[float]],
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    skip: dict[str, str] | None = None,
    task: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """quick.try_quick on a `.npy` of pixels: `int8_model` and `name` of what was chosen, `images` that chose, and `steps`
    (name, top1, drop, kept, agreement, error, bytes, seconds, images, why)."""
    pixels = open_pixels(pixels_path)
    if not pays(float_model, len(pixels)):
        return {"int8_model": first, "name": FIRST, "images": 0, "steps": []}
    start = start_from(float_model, pixels, contract_of(contract), task=task_of(task))
    extremes = {name: (low, high) for name, (low, high) in ranges.items()}
    quick = try_quick(start, first, extremes, weights=weights, dense=dense, skip=skip or {})
    nothing = {"top1": None, "drop": None, "kept": False}
    return {
        "int8_model": quick.chosen.candidate.int8_model,
        "name": quick.chosen.candidate.name,
        "images": len(start.judged),
        "steps": [
            nothing
            | {
                "name": one.candidate.name,
                "agreement": one.candidate.nearness.agreement,
                "error": one.candidate.nearness.error,
                "bytes": len(one.candidate.int8_model),
                "seconds": round(one.candidate.seconds, 3),
                "images": len(start.judged),
            }
            for one in quick.tried
        ]
        + [nothing | {"name": one.name, "why": one.why} for one in quick.failed],
    }


def make_twin(int8_model: bytes) -> bytes:
    """interface.uint8_twin."""
    return uint8_twin(int8_model)


def audit_file(
    model: bytes,
    contract: dict[str, Any] | None = None,
    layers: dict[str, str] | None = None,
    dense: Weights | None = None,
    edge: str = "int8",
    task: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """audit.audit_model."""
    known = None if contract is None else contract_of(contract)
    return audit_model(model, known, layers=layers, dense=dense, edge=edge, task=task_of(task))


def list_layers(model: bytes) -> list[dict[str, Any]]:
    """Every operator of a file in order: {"kind", "output", "inputs"}, tensors by name."""
    read = read_model(model)
    tensors = graph_of(read).tensors

    def name(index: int) -> str:
        return name_of(tensors[index])

    return [
        {
            "kind": operator_name(read, operator).lower(),
            "output": name(int(operator.outputs[0])),
            "inputs": [name(index) for index in computed_inputs(read, operator)],
        }
        for operator in graph_of(read).operators
    ]


def cut_after(model: bytes, operator: int) -> bytes:
    """The file up to an operator, whose first output it answers."""
    read = read_model(model)
    graph = graph_of(read)
    graph.operators = graph.operators[: operator + 1]
    graph.outputs = np.array([graph.operators[-1].outputs[0]], np.int32)
    read.signatureDefs = []
    return pack_model(read)


def strip_file(model: bytes) -> bytes:
    """flatbuffer.strip_model."""
    return strip_model(model)
