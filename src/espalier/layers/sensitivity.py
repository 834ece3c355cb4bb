"""Where an int8 file loses against its float file: per layer what goes in and comes out, and for the worst layers
what the whole network gets back when this layer alone keeps more than 8 bits. Runs in the litert process.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ModelRefusedError
from ..fed import Inputs
from ..ladder.labelled import Labelled
from ..pixels import int8_pixels
from ..progress import report
from ..quantizer.bias import channel_axis, linear_operators, output_name
from ..quantizer.compare import answers_of, int8_answers
from ..quantizer.patterns import patterns_of
from ..quantizer.ranges import normalised, open_interpreter
from ..quantizer.simulate import rewritten_layers, simulate
from ..recipe import InputContract
from ..task.classify import EXACT_DB
from ..task.kinds import kind_of
from ..task.types import CLASSIFY, Task
from ..tflite import edit
from ..tflite.edit import (
    constant,
    dtype_name,
    graph_of,
    is_quantized,
    name_of,
    operator_name,
    shape_of,
    step_of,
)
from ..tflite.numbers import IDENTIFIER
from ..tflite.objects import Interpreter, ModelT, OperatorT
from .advice import LayerFacts, Sensitivity, advice_for
from .gains import agreement, compared, measure_gains, scores_of, thinned

RESCALED = 1.5
"""A channel whose int8 values follow the float values at this factor (or its inverse) was scaled on purpose."""


def _open(model: bytes, **options: bool) -> Interpreter:
    """An interpreter without a delegate: XNNPACK would keep the values between its operators to itself."""
    return open_interpreter(model, kernels="builtin", **options)


@dataclass(slots=True)
class _Sums:
    """Running sums over images; arrays are per channel (last axis), float64."""

    float_float: NDArray[np.float64]
    int8_float: NDArray[np.float64]
    int8_int8: NDArray[np.float64]
    values: int = 0
    low: float = math.inf
    high: float = -math.inf
    outside: int = 0


@dataclass(slots=True, kw_only=True)
class _Pair:
    """A tensor of the int8 file and the tensor of the float file of the same name."""

    name: str
    operator: OperatorT
    int8_index: int
    float_index: int
    scale: float
    zero_point: int
    ends: tuple[float, float]
    sums: _Sums | None = None


def measure_sensitivity(
    int8_model: bytes,
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    layers: Mapping[str, str] | None = None,
    worst: int = 8,
    labelled: Labelled | None = None,
    task: Task = CLASSIFY,
) -> Sensitivity:
    """The account of every layer on images, uint8 [n, h, w, c]; `worst`: for how many layers the gain is measured, those
    that add most noise. `labelled`: images to measure points of accuracy on; thinned evenly for large networks.

    Raises ModelRefusedError when the files are no .tflite, UnsupportedModelError when LiteRT cannot run one.
    """
    for what, data in (("int8", int8_model), ("float", float_model)):
        if data[4:8] != IDENTIFIER:
            raise ModelRefusedError(f"the {what} file is not a .tflite file", next_step="build again")
    decibels = kind_of(task).decibels
    model, source = edit.read_model(int8_model), edit.read_model(float_model)
    pixels = compared(pixels, source, worst)
    pairs, unmatched = _pairs(model, source)
    report(0, 3, "running both models")
    _accumulate(pairs, int8_model, float_model, pixels, contract)
    facts = _facts(model, source, pairs, layers or {})
    wanted = _float_scores(float_model, pixels, contract)
    report(1, 3, "keeping single layers in higher precision")
    base = scores_of(simulate(int8_model, float_model), pixels)
    chosen = sorted(facts, key=lambda row: (-row.added_percent, row.tensor))[:worst]
    labelled = thinned(labelled, source, worst) if labelled is not None and chosen else None
    gains = measure_gains(model, int8_model, float_model, pixels, wanted, chosen, labelled, task)
    rows = [msgspec.structs.replace(row, **gains.get(row.tensor, {})) for row in facts]
    rows.sort(key=lambda row: (-max(0.0, row.gain_db or 0.0), -row.added_percent, row.tensor))
    true = _int8_scores(int8_model, pixels)
    return Sensitivity(
        images=len(pixels),
        labelled=0 if labelled is None else len(labelled.labels),
        layers=tuple(msgspec.structs.replace(row, advice=advice_for(row)) for row in rows),
        output={
            "sqnr_db": decibels(true, wanted, task),
            "agreement": agreement(true, wanted, task),
            "simulated_sqnr_db": decibels(base, wanted, task),
            "simulated_agreement": agreement(base, wanted, task),
            "simulation_equals_int8": agreement(base, true, task),
        },
        rewritten=tuple(sorted(_layer(name, layers or {}) or name for name in rewritten_layers(model, source))),
        unmatched=tuple(unmatched),
    )


def _pairs(model: ModelT, source: ModelT) -> tuple[list[_Pair], list[str]]:
    computed = {
        name_of(graph_of(source).tensors[i]): int(i) for o in graph_of(source).operators for i in o.outputs
    }
    pairs, unmatched = [], []
    for operator in graph_of(model).operators:
        for index in (int(i) for i in operator.outputs):
            tensor = graph_of(model).tensors[index]
            name = name_of(tensor)
            if not is_quantized(tensor) or dtype_name(tensor) not in ("int8", "int16"):
                continue
            other = computed.get(name)
            if other is None or shape_of(graph_of(source).tensors[other]) != shape_of(tensor):
                unmatched.append(name)
                continue
            scale, zero = step_of(tensor)
            limits = np.iinfo(dtype_name(tensor))
            pairs.append(
                _Pair(
                    name=name,
                    operator=operator,
                    int8_index=index,
                    float_index=other,
                    scale=scale,
                    zero_point=zero,
                    ends=((limits.min - zero) * scale, (limits.max - zero) * scale),
                )
            )
    return pairs, unmatched


def _accumulate(
    pairs: list[_Pair], int8_model: bytes, float_model: bytes, pixels: NDArray[np.uint8], known: InputContract
) -> None:
    int8 = _open(int8_model, experimental_preserve_all_tensors=True)
    plain = _open(float_model, experimental_preserve_all_tensors=True)
    float_inputs, int8_inputs = Inputs(plain), Inputs(int8)
    for place, image in enumerate(normalised(pixels, known)):
        float_inputs.put(image)
        int8_inputs.put(int8_pixels(pixels[place : place + 1]))
        plain.invoke()
        int8.invoke()
        for pair in pairs:
            _add(pair, int8.get_tensor(pair.int8_index), plain.get_tensor(pair.float_index))


def _add(pair: _Pair, stored: NDArray[Any], wanted: NDArray[np.float32]) -> None:
    channels = wanted.shape[-1] if wanted.ndim > 1 else 1
    real = ((stored.astype(np.float64) - pair.zero_point) * pair.scale).reshape(-1, channels)
    exact = wanted.astype(np.float64).reshape(-1, channels)
    if pair.sums is None:
        pair.sums = _Sums(np.zeros(channels), np.zeros(channels), np.zeros(channels))
    sums = pair.sums
    sums.float_float += (exact * exact).sum(axis=0)
    sums.int8_float += (real * exact).sum(axis=0)
    sums.int8_int8 += (real * real).sum(axis=0)
    sums.values += exact.size
    sums.low, sums.high = min(sums.low, float(exact.min())), max(sums.high, float(exact.max()))
    low, high = pair.ends[0] - pair.scale, pair.ends[1] + pair.scale
    sums.outside += int(((exact < low) | (exact > high)).sum())


def _facts(model: ModelT, source: ModelT, pairs: list[_Pair], layers: Mapping[str, str]) -> list[LayerFacts]:
    patterns = patterns_of(model)
    weights, rewritten = _weight_facts(source), rewritten_layers(model, source)
    noise: dict[int, float] = {}
    ranges = {pair.int8_index: pair.sums.high - pair.sums.low for pair in pairs if pair.sums is not None}
    scaled: set[int] = set()
    found = []
    for pair in pairs:
        sums = pair.sums
        if sums is None:
            continue
        may = pair.name in rewritten or any(int(i) in scaled for i in pair.operator.inputs)
        sqnr, cosine, rescaled = _quality(sums, may)
        if rescaled:
            scaled.add(pair.int8_index)
        noise[pair.int8_index] = 10 ** (-sqnr / 10)
        entering = [noise[int(i)] for i in pair.operator.inputs if int(i) in noise]
        widths = [ranges[int(i)] for i in pair.operator.inputs if int(i) in ranges]
        spread, dead = weights.get(pair.name, (None, 0))
        power = float(sums.float_float.sum()) / max(1, sums.values)
        found.append(
            LayerFacts(
                tensor=pair.name,
                layer=_layer(pair.name, layers),
                operator=operator_name(model, pair.operator),
                sqnr_db=round(sqnr, 2),
                cosine=round(cosine, 6),
                added_percent=round(100 * (noise[pair.int8_index] - max(entering, default=0.0)), 4),
                low=sums.low,
                high=sums.high,
                int8_low=pair.ends[0],
                int8_high=pair.ends[1],
                saturated=0.0 if rescaled else sums.outside / sums.values,
                peak_to_rms=round(max(abs(sums.low), abs(sums.high)) / max(math.sqrt(power), 1e-30), 2),
                weight_spread=spread,
                dead_channels=dead,
                silent_channels=int((sums.float_float == 0).sum()) if len(sums.float_float) > 1 else 0,
                channels=len(sums.float_float),
                input_ratio=max(widths) / max(min(widths), 1e-30) if len(widths) > 1 else None,
                rescaled=rescaled,
                patterns=patterns.get(pair.int8_index, ()),
            )
        )
    return found


def _layer(tensor: str, layers: Mapping[str, str]) -> str:
    """The Keras layer; of a layer fused with what follows it both: `conv2d_1 + activation_1`."""
    last = layers.get(tensor, "")
    first = layers.get(f"{tensor}/weights", last)
    return f"{first} + {last}" if first and last and first != last else first or last


def _quality(sums: _Sums, may_be_scaled: bool) -> tuple[float, float, bool]:
    """SQNR in dB, cosine, and whether channels were scaled on purpose (both are then taken with that undone), which
    only a layer whose weights were rewritten, or one that reads such a layer, may be: clipping looks alike."""
    ff, qf, qq = sums.float_float, sums.int8_float, sums.int8_int8
    live = (ff > 0) & (qf > 0)
    factor = np.where(live, qf / np.where(live, ff, 1.0), 1.0)
    close = live & (qf > 0.9 * np.sqrt(ff * qq))
    far = close & ((factor > RESCALED) | (factor < 1 / RESCALED))
    rescaled = may_be_scaled and bool(far.sum() > 0.1 * max(1, int(live.sum())))
    if rescaled:
        qf, qq = qf / factor, qq / factor**2
    signal, noise = float(ff.sum()), float((qq - 2 * qf + ff).sum())
    if noise <= 1e-12 * signal or signal == 0.0:
        sqnr = EXACT_DB if noise <= 1e-12 * signal else 0.0
    else:
        sqnr = 10 * math.log10(signal / noise)
    size = math.sqrt(signal * float(qq.sum()))
    return sqnr, float(qf.sum()) / size if size else float(noise <= 1e-12 * signal), rescaled


def _weight_facts(source: ModelT) -> dict[str, tuple[float | None, int]]:
    """Layer -> (largest / smallest weight range of the live channels, channels without weights)."""
    found: dict[str, tuple[float | None, int]] = {}
    for operator in linear_operators(source):
        weights = constant(source, int(operator.inputs[1]))
        if weights is None:
            continue
        axis = channel_axis(operator_name(source, operator))
        largest = np.abs(weights).max(axis=tuple(a for a in range(weights.ndim) if a != axis))
        live = largest[largest > 1e-9 * max(float(largest.max()), 1e-30)]
        spread = round(float(live.max() / live.min()), 3) if len(live) > 1 else None
        found[output_name(source, operator)] = (spread, int(len(largest) - len(live)))
    return found


def _float_scores(
    float_model: bytes, pixels: NDArray[np.uint8], known: InputContract
) -> NDArray[np.float32]:
    return answers_of(float_model, normalised(pixels, known)).scores


def _int8_scores(int8_model: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return int8_answers(int8_model, pixels).scores
