"""16-bit activations with 8-bit weights: in the few layers that a measurement names, then everywhere.

Still integer-only (int64 biases), and the edges of the file stay int8. No rung for a target that cannot run it.
LiteRT's int16 kernels are up to 100 x slower than its int8 ones, so files are compared through a float simulation
(quantizer/simulate.py) in which 16-bit values are not rounded at all; the kept one is measured on its own kernels (climb.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..errors import EspalierError, UnsupportedModelError
from ..pixels import evenly
from ..progress import report
from ..quantizer.compare import Answers, float_answers, int8_answers, nearness
from ..quantizer.correct import correct_biases
from ..quantizer.quantize import quantize_with
from ..quantizer.ranges import open_interpreter
from ..quantizer.results import Weights
from ..quantizer.simulate import Kept, simulate
from ..tflite import edit
from ..tflite.edit import dtype_name, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from ..tflite.operator_versions import operator_uses
from ..tflite.read import read_tflite
from ..tflite.versions import missing_operators
from .candidate import CORRECTED, Candidate
from .int16_targets import Wide
from .weight_rounding import adopt_weights

MEASURED = 64
"""Parts that a network is cut into, at most: each is one trial."""

TRIAL_IMAGES = 32
"""Images that layers are ranked on and biases corrected on."""

LARGEST_SHARE = 0.5
"""Share of the parts that the selective rung may widen; beyond it the whole network is the plainer file."""

_COPIES = frozenset({"RESHAPE", "SQUEEZE", "EXPAND_DIMS"})
"""Operators that compute nothing: widening one alone changes nothing."""

_REFUSALS = (UnsupportedModelError, RuntimeError, ValueError)
"""What the quantizer and the interpreter raise for an operator without an int16 kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A part of the network (see `cut`) and the decibels of output SQNR that come back when it alone keeps 16
    bit."""

    part: tuple[str, ...]
    decibels: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A rung that was not taken, and why."""

    why: str


def wide_candidates(
    best: Candidate,
    plain: Candidate,
    used: NDArray[np.uint8],
    judged: NDArray[np.uint8],
    wide: Wide,
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
) -> Iterator[Candidate | LeftOut]:
    """First `best`, the int8 candidate that lost least, with 16 bit in the layers that gain most (1, 2, 4, ...
    parts), then whole networks in 16x8 from the ranges of `best` and of `plain`. Ranked on images that no
    candidate is judged on. Deterministic."""
    answers, clock = float_answers(best.entered, judged), time.perf_counter()
    trials = used[evenly(len(used), TRIAL_IMAGES)]
    gains = rank_parts(best, trials, weights=weights, dense=dense)
    useful = [gain for gain in gains if gain.decibels > 0]
    largest = int(len(gains) * LARGEST_SHARE)
    if not useful:
        yield LeftOut(why="16 bit in a few layers: no layer gains from it alone")
    for count in (2**n for n in range(max(0, min(len(useful), largest)).bit_length())):
        chosen = useful[:count]
        names = frozenset(name for gain in chosen for name in gain.part)
        label = f"{best.name.removesuffix(CORRECTED)}, 16-bit activations in {_named(chosen, wide.layers)}"
        yield from _tried(label, best, names, trials, judged, answers, clock, wide, weights, dense)
        clock = time.perf_counter()
    sources = [plain] if best.entered is plain.entered else [best, plain]
    for source in sources:
        what = "16-bit activations everywhere (16x8)"
        if source is not plain:
            what += ", equalized"
        yield from _tried(
            what, source, None, trials, judged, answers, time.perf_counter(), wide, weights, dense
        )


def _tried(
    label: str,
    source: Candidate,
    names: frozenset[str] | None,
    trials: NDArray[np.uint8],
    judged: NDArray[np.uint8],
    answers: Answers,
    clock: float,
    wide: Wide,
    weights: Weights,
    dense: Weights | None,
) -> Iterator[Candidate | LeftOut]:
    """The file as quantized or with corrected biases, whichever its simulation has nearer; `names` None: everywhere."""
    try:
        data = _widened(source, names, weights, dense)
        if source.rounded:
            data = adopt_weights(data, source.int8_model)
        _check(data, wide, trials[:1])
        corrected = correct_biases(data, source.entered, trials)
        plain, better = _simulated(data), _simulated(corrected)
        near, moved = nearness(plain, judged, answers), nearness(better, judged, answers)
        if moved.error < near.error:
            label, data, plain, near = label + CORRECTED, corrected, better, moved
        yield replace(
            source,
            name=label,
            int8_model=data,
            simulated=plain,
            nearness=near,
            seconds=time.perf_counter() - clock,
        )
    except _REFUSALS as problem:
        yield LeftOut(why=f"{label}: {_found(problem)}")


def rank_parts(
    best: Candidate,
    pixels: NDArray[np.uint8],
    *,
    weights: Weights = "per-channel",
    dense: Weights | None = None,
) -> list[Gain]:
    """Each part of the network kept in 16 bit alone, against int8 everywhere: output SQNR gained over the
    images, best first, then in graph order. A part without int16 kernels is left out."""
    answers = float_answers(best.entered, pixels)
    base, _ = quantize_with(best.entered, best.ranges, weights=weights, dense=dense)
    float_model = best.entered.float_model
    before = nearness(simulate(base, float_model), pixels, answers).error
    gains = []
    parts = cut(float_model)
    runs_all = _has_kernels(best, None, weights, dense)
    for number, part in enumerate(parts):
        report(number, len(parts), "measuring layers in 16 bit")
        names = frozenset(part)
        if not (runs_all or _has_kernels(best, names, weights, dense)):
            continue
        unrounded = Kept(outputs=_inside(float_model, names))
        error = nearness(simulate(base, float_model, unrounded), pixels, answers).error
        gains.append(Gain(part=part, decibels=_decibels(before, error)))
    return sorted(gains, key=lambda gain: -gain.decibels)


def _has_kernels(
    source: Candidate, names: frozenset[str] | None, weights: Weights, dense: Weights | None
) -> bool:
    """Whether these operators (None: all) can be quantized with 16-bit activations and LiteRT takes the file."""
    try:
        open_interpreter(_widened(source, names, weights, dense))
    except _REFUSALS:
        return False
    return True


def _simulated(data: bytes) -> bytes:
    """The file computed in float; int8 tensors and the weights rounded as it rounds them, int16 tensors not."""
    model = edit.read_model(data)
    wide = {_name(model, i) for i, t in enumerate(graph_of(model).tensors) if dtype_name(t) == "int16"}
    return simulate(data, b"", Kept(outputs=frozenset(wide)))


def cut(float_model: bytes, parts: int = MEASURED) -> list[tuple[str, ...]]:
    """At most `parts` parts in graph order: a run of operators (one, in small networks) and all that read what
    it computes. A tensor is 16 bit only between operators that are. Operators by their first output's name."""
    model = edit.read_model(float_model)
    computing = [o for o in graph_of(model).operators if operator_name(model, o) not in _COPIES]
    written = [_outputs(model, o) for o in computing]
    readers = [{int(i) for i in o.inputs} for o in computing]
    length = max(1, math.ceil(len(written) / parts))
    found = []
    for start in range(0, len(written), length):
        run = range(start, min(start + length, len(written)))
        made = {i for place in run for i in written[place]}
        places = sorted({*run, *(place for place, read in enumerate(readers) if read & made)})
        copies = [i for place in run for i in written[place][len(computing[place].outputs) :]]
        found.append(tuple(_name(model, i) for i in [*(written[place][0] for place in places), *copies]))
    return found


def _inside(float_model: bytes, names: frozenset[str]) -> frozenset[str]:
    """Tensors that only operators of `names` write and read: 65,536 levels need no narrowed range."""
    model = edit.read_model(float_model)
    outside = [o for o in graph_of(model).operators if _name(model, int(o.outputs[0])) not in names]
    touched = {_name(model, int(i)) for o in outside for i in [*o.inputs, *o.outputs] if i >= 0}
    touched |= {_name(model, int(i)) for i in [*graph_of(model).inputs, *graph_of(model).outputs]}
    return frozenset(_name(model, i) for i in range(len(graph_of(model).tensors))) - touched


def _outputs(model: ModelT, operator: OperatorT) -> list[int]:
    """What an operator writes, and copies of it under another shape."""
    found = [int(i) for i in operator.outputs]
    for copy in graph_of(model).operators:
        if operator_name(model, copy) in _COPIES and int(copy.inputs[0]) in found:
            found += [int(i) for i in copy.outputs]
    return found


def _name(model: ModelT, tensor: int) -> str:
    return name_of(graph_of(model).tensors[tensor])


def _widened(
    source: Candidate, names: frozenset[str] | None, weights: Weights, dense: Weights | None
) -> bytes:
    if names is None:
        data, _ = quantize_with(
            source.entered, source.extremes, weights=weights, dense=dense, scheme="int16x8"
        )
        return data
    inside = _inside(source.entered.float_model, names)
    ranges = {n: source.extremes[n] if n in inside else ends for n, ends in source.ranges.items()}
    data, _ = quantize_with(source.entered, ranges, weights=weights, dense=dense, wide=names)
    return data


def _check(data: bytes, wide: Wide, image: NDArray[np.uint8]) -> None:
    """Raise UnsupportedModelError when a target cannot run the file, or LiteRT cannot on an image."""
    uses = operator_uses(edit.read_model(data))
    for reads in wide.reads:
        missing = missing_operators(uses, reads)
        if missing:
            name, version, since = missing[0]
            raise UnsupportedModelError(f"{name} version {version} (since {since}) is newer than {reads}")
    if wide.compiled:
        read_tflite(data)
    int8_answers(data, image)


def _decibels(before: float, after: float) -> float:
    """Gain of the signal-to-noise ratio between two relative errors, in dB."""
    return 20 * math.log10(max(before, 1e-12) / max(after, 1e-12))


def _named(gains: Sequence[Gain], layers: Mapping[str, str]) -> str:
    names = list(dict.fromkeys(layers.get(name, name) for gain in gains for name in gain.part))
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{len(names)} layer{'s' if len(names) != 1 else ''} ({shown})"


def _found(problem: Exception) -> str:
    text = problem.found if isinstance(problem, EspalierError) else str(problem)
    return text.strip().splitlines()[0][:300] if text.strip() else type(problem).__name__
