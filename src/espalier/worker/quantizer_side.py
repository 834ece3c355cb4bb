"""Handlers of the quantizer child process: LiteRT's quantizer, the ladder, and whatever looks into int8 files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from msgspec import structs

from ..ladder.candidate import FIRST, Candidate
from ..ladder.choose import Goal
from ..ladder.climb import climb
from ..ladder.labelled import Labelled
from ..ladder.quick import pays, try_quick
from ..ladder.rungs import start_from
from ..layers.advice import Sensitivity
from ..layers.sensitivity import measure_sensitivity
from ..pixels import open_pixels
from ..quantizer.audit import audit_model
from ..quantizer.features import measure_features
from ..quantizer.interface import uint8_twin
from ..quantizer.lighten import lighten
from ..quantizer.quantize import quantize
from ..quantizer.results import Audit, Lightened, Quantized
from ..quantizer.resume import Memory
from ..quantizer.stability import RangeHistory, Stability, measure_stability
from ..rows import StepRow
from ..tflite.edit import computed_inputs, graph_of, name_of, operator_name, pack_model, read_model
from ..tflite.runtimes import litert
from .ask import Handler
from .quantizer_calls import (
    AuditModel,
    Climbed,
    ClimbLadder,
    CutAfter,
    Explain,
    Features,
    Lighten,
    ListOperators,
    MakeTwin,
    MeasureFeatures,
    MeasureStability,
    Operator,
    Quantize,
    QuickSteps,
    TryQuick,
)
from .run_models import run_handlers


def prepare() -> dict[str, str]:
    """Import the runtime and the quantizer; returns its name and version."""
    import litert_quantizer.quantizer  # noqa: F401  (0.8 s, paid while TensorFlow loads)

    return litert().versions()


def quantize_file(call: Quantize) -> Quantized:
    """The first rung, and how firm its ranges are."""
    history = RangeHistory()
    done = quantize(
        call.float_model,
        open_pixels(call.pixels_path),
        call.contract,
        weights=call.weights,
        scheme=call.scheme,
        layers=call.layers,
        observe=history.add,
        task=call.task,
    )
    return replace(done, stability=history.summary(call.layers))


def lighten_file(call: Lighten) -> Lightened:
    """Without what cannot matter."""
    return lighten(call.int8_model, np.load(call.pixels_path, mmap_mode="r"))


def climb_files(call: ClimbLadder) -> Climbed:
    """The ladder, its steps as rows."""
    labelled = None
    if call.evaluation_path is not None and call.labels is not None:
        labelled = Labelled(pixels=open_pixels(call.evaluation_path), labels=call.labels, task=call.task)
    climbed = climb(
        call.float_model,
        open_pixels(call.pixels_path),
        call.contract,
        limit_points=call.limit_points,
        min_agreement=call.min_agreement,
        labelled=labelled,
        weights=call.weights,
        wide=call.wide,
        search=call.search,
        skip=call.skip,
        measured=call.measured,
        memory=Memory(known=call.known, stopped=call.stopped),
        task=call.task,
    )
    kept = next(step for step in climbed.steps if step.kept)
    rows = [
        structs.replace(
            _row(step.candidate),
            seconds=step.candidate.seconds,
            top1=step.top1,
            drop=step.drop,
            kept=step.kept,
            simulated=step.simulated,
            agreement=step.agreement,
            images=step.given_up or None,
            why=f"lost: given up after {step.given_up} images" if step.given_up else "",
        )
        for step in climbed.steps
    ]
    goal = Goal(limit_points=call.limit_points, min_agreement=call.min_agreement)
    return Climbed(
        int8_model=kept.candidate.int8_model,
        reached=goal.excess(kept) <= 0,
        left_out=climbed.left_out,
        held_out=climbed.held_out,
        steps=(*rows, *(_not_run(one.name, one.why) for one in climbed.failed)),
    )


def quick_steps(call: TryQuick) -> QuickSteps:
    """The steps that cost seconds, where they pay."""
    pixels = open_pixels(call.pixels_path)
    if not pays(call.float_model, len(pixels)):
        return QuickSteps(int8_model=call.first, name=FIRST, images=0, steps=())
    start = start_from(call.float_model, pixels, call.contract, task=call.task)
    quick = try_quick(start, call.first, call.ranges, weights=call.weights, skip=call.skip)
    images = len(start.judged)
    rows = [
        structs.replace(
            _row(one.candidate),
            seconds=round(one.candidate.seconds, 3),
            agreement=one.candidate.nearness.agreement,
            images=images,
        )
        for one in quick.tried
    ]
    return QuickSteps(
        int8_model=quick.chosen.candidate.int8_model,
        name=quick.chosen.candidate.name,
        images=images,
        steps=(*rows, *(_not_run(one.name, one.why) for one in quick.failed)),
    )


def _row(made: Candidate) -> StepRow:
    return StepRow(
        name=made.name, top1=None, drop=None, kept=False, bytes=len(made.int8_model), error=made.nearness.error
    )


def _not_run(name: str, why: str) -> StepRow:
    return StepRow(name=name, top1=None, drop=None, kept=False, why=why)


def make_twin(call: MakeTwin) -> bytes:
    """The uint8 twin."""
    return uint8_twin(call.int8_model)


def audit_file(call: AuditModel) -> Audit:
    """Every tensor and operator against the rules."""
    return audit_model(call.model, call.contract, layers=call.layers, edge=call.edge, task=call.task)


def list_operators(call: ListOperators) -> tuple[Operator, ...]:
    """What each operator computes from what."""
    read = read_model(call.model)
    tensors = graph_of(read).tensors
    return tuple(
        Operator(
            kind=operator_name(read, operator).lower(),
            output=name_of(tensors[operator.outputs[0]]),
            inputs=tuple(name_of(tensors[index]) for index in computed_inputs(read, operator)),
        )
        for operator in graph_of(read).operators
    )


def cut_after(call: CutAfter) -> bytes:
    """The first operators only."""
    read = read_model(call.model)
    graph = graph_of(read)
    graph.operators = graph.operators[: call.operator + 1]
    graph.outputs = np.array([graph.operators[-1].outputs[0]], np.int32)
    read.signatureDefs = []
    return pack_model(read)


def explain_layers(call: Explain) -> Sensitivity:
    """The account of every layer."""
    labelled = None
    if call.labelled_path is not None and call.labels is not None:
        labelled = Labelled(pixels=open_pixels(call.labelled_path), labels=call.labels, task=call.task)
    return measure_sensitivity(
        call.int8_model,
        call.float_model,
        open_pixels(call.pixels_path),
        call.contract,
        layers=call.layers,
        worst=call.worst,
        labelled=labelled,
        task=call.task,
    )


def features_of(call: MeasureFeatures) -> Features:
    """What the model sees in each image."""
    features, answers, history = measure_features(call.float_model, open_pixels(call.pixels_path), call.contract)
    return Features(features=features, answers=answers, names=tuple(history.names), ends=history.ends())


def stability_of(call: MeasureStability) -> Stability:
    """How firm the ranges are."""
    return measure_stability(call.float_model, open_pixels(call.pixels_path), call.contract, call.layers)


def handlers() -> tuple[Handler, ...]:
    """What this process answers."""
    return (
        *run_handlers(litert),
        audit_file,
        climb_files,
        cut_after,
        explain_layers,
        features_of,
        lighten_file,
        list_operators,
        make_twin,
        quantize_file,
        quick_steps,
        stability_of,
    )
