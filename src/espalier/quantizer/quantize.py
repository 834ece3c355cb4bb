"""Float .tflite + ranges -> int8 .tflite with raw pixel bytes in and probabilities out (litert-quantizer's
work, with our ranges, input convention, operator versions and repaired scales)."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..recipe import InputContract
from ..task.kinds import edges_of
from ..task.types import CLASSIFY, Task, at_most
from ..tflite import edit
from ..tflite.edit import graph_of, name_of
from ..tflite.objects import ModelT, OperatorT
from ..tflite.operator_versions import write_versions
from .absorb import absorb_float, refuse_float, same_ranges
from .bias import repair_linear
from .compare import float_answers, int8_answers, relative_error, split
from .correct import correct_biases, images_for
from .head import PixelInput, enter_pixels, first_layers
from .interface import int8_edges
from .multiplier import holdable
from .ranges import measure_ranges
from .results import Quantized, Ranges, Scheme, Weights
from .score_floor import above_floor
from .share import share_equal
from .stability import Ends


def quantize(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    scheme: Scheme = "int8",
    correct: bool = True,
    layers: Mapping[str, str] | None = None,
    observe: Callable[[Mapping[str, Ends]], None] | None = None,
    task: Task = CLASSIFY,
) -> Quantized:
    """Calibrate on pixels (uint8 [n, h, w, c]) and quantize with min/max ranges: the first rung.

    `dense` overrides `weights` for FULLY_CONNECTED (some runtimes lack per-channel dense layers). `correct`
    moves the biases (correct.py) and keeps that when it brings other calibration images nearer to the float
    model. `observe`: see measure_ranges. `task`: what the graph answers.
    """
    start = time.perf_counter()
    entered = enter_pixels(float_model, contract, task)
    ranges = measure_ranges(entered.float_model, pixels, entered.feed, layers=layers, observe=observe)
    calibrated = time.perf_counter()
    data, notes = quantize_with(entered, ranges, weights=weights, dense=dense, scheme=scheme, layers=layers)
    quantized = time.perf_counter()
    if correct and scheme == "int8":
        data, note = keep_better(entered, data, pixels)
        notes = (*notes, note)
    return Quantized(
        int8_model=data,
        ranges=ranges,
        input=entered.how,
        notes=notes,
        seconds={
            "calibrate": calibrated - start,
            "quantize": quantized - calibrated,
            "correct": time.perf_counter() - quantized,
        },
    )


def quantize_with(
    entered: PixelInput,
    ranges: Ranges,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    scheme: Scheme = "int8",
    layers: Mapping[str, str] | None = None,
    wide: frozenset[str] = frozenset(),
) -> tuple[bytes, tuple[str, ...]]:
    """The int8 (or int16x8) file from known ranges, and notes for the report. Same input, same bytes.

    `wide`: names of first outputs whose operators alone take and give int16, with QUANTIZE between.

    Raises UnsupportedModelError when an operator would stay in float, naming its Keras layer.
    """
    float_graph = edit.read_model(entered.float_model)
    ranges = same_ranges(float_graph, above_floor(float_graph, ranges | entered.fixed, entered.task))
    if scheme == "int8":
        ranges = holdable(float_graph, ranges)
    model = edit.read_model(
        run_quantizer(entered.float_model, ranges, weights=weights, dense=dense, scheme=scheme, wide=wide)
    )
    absorb_float(model, ranges)
    refuse_float(model, layers or {})
    if edit.dtype_name(graph_of(model).tensors[int(graph_of(model).inputs[0])]) == "int8":
        _set_input(model, entered)
    # A QUANTIZE may stand before the first layers; they are called as in the float graph.
    first = _names(float_graph, first_layers(float_graph)) if wide else _names(model, first_layers(model))
    notes = repair_linear(model, float_graph, rest=entered.rest, first=first)
    int8_edges(model, entered.scale, entered.zero_point, edges_of(entered.task, len(graph_of(model).outputs)))
    finish(model)
    return edit.pack_model(model), notes


def keep_better(entered: PixelInput, data: bytes, pixels: NDArray[np.uint8]) -> tuple[bytes, str]:
    """The file with corrected biases if it is nearer to the float graph on images that the correction did not
    see, else the file as it is; and a note that says which and by how much."""
    count = images_for(entered.float_model)
    used, judged = split(pixels, count, at_most(entered.task, count))
    corrected = correct_biases(data, entered, used)
    wanted = float_answers(entered, judged)
    # Minimum and maximum cut nothing off, so all scores tell, also those that a softmax makes zero.
    before, after = (
        relative_error(int8_answers(file, judged).scores, wanted.scores, seen=np.inf, task=wanted.task)
        for file in (data, corrected)
    )
    kept = after < before
    what = "biases corrected" if kept else "biases left: correcting them did not help"
    note = f"{what} (error of the scores {before:.2%} before, {after:.2%} after)"
    return (corrected if kept else data), note


def finish(model: ModelT) -> None:
    """Operator versions, runtime floor, signature and description, equal constants once; the tensors keep the float
    graph's names."""
    share_equal(model)
    model.metadata, model.description = [], b"Espalier"
    edit.set_signature(model)
    write_versions(model)


def run_quantizer(
    float_model: bytes,
    ranges: Ranges,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
    scheme: Scheme = "int8",
    wide: frozenset[str] = frozenset(),
) -> bytes:
    """litert-quantizer's static recipe with the given ranges (never its own moving average).

    Constants stay out of `ranges`: with them its weights silently go per-tensor.
    """
    from litert_quantizer import qtyping, quantizer

    grain = {
        "per-channel": qtyping.QuantGranularity.CHANNELWISE,
        "per-tensor": qtyping.QuantGranularity.TENSORWISE,
    }
    worker = quantizer.Quantizer(bytearray(float_model))
    bits = 16 if scheme == "int16x8" else 8
    everything = qtyping.TFLOperationName.ALL_SUPPORTED
    worker.add_static_config(".*", everything, bits, 8, grain[weights])
    if dense is not None and dense != weights:
        worker.add_static_config(".*", qtyping.TFLOperationName.FULLY_CONNECTED, bits, 8, grain[dense])
    if wide:
        named = f"^(?:{'|'.join(re.escape(name) for name in sorted(wide))})(?:;|$)"
        worker.add_static_config(named, everything, 16, 8, grain[weights])
        if dense is not None and dense != weights:
            worker.add_static_config(named, qtyping.TFLOperationName.FULLY_CONNECTED, 16, 8, grain[dense])
    found = {name: {"min": np.array([low]), "max": np.array([high])} for name, (low, high) in ranges.items()}
    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            result = worker.quantize(found, enable_progress_bar=False, enable_progress_report=False)
    except (ValueError, RuntimeError, KeyError, NotImplementedError) as problem:
        raise UnsupportedModelError(
            f"the quantizer refuses the model: {str(problem).strip()[:500]}",
            next_step="replace the layer named above, or report the architecture",
        ) from None
    return bytes(result.quantized_model or b"")


def _set_input(model: ModelT, entered: PixelInput) -> None:
    """Write the input's scale and zero point exactly, also behind paddings (they pass them on)."""
    graph = graph_of(model)
    waiting = [int(graph.inputs[0])]
    while waiting:
        index = waiting.pop()
        graph.tensors[index].quantization = edit.quantization_of([entered.scale], [entered.zero_point])
        for operator in graph.operators:
            if int(operator.inputs[0]) == index and edit.operator_name(model, operator) == "PAD":
                waiting.append(int(operator.outputs[0]))


def _names(model: ModelT, operators: list[OperatorT] | None) -> frozenset[str]:
    tensors = graph_of(model).tensors
    return frozenset(name_of(tensors[o.outputs[0]]) for o in operators or [])
