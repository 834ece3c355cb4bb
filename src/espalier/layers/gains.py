"""What the whole network gets back when one layer alone keeps more than 8 bits, in the float simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..fed import Inputs
from ..ladder.labelled import Labelled, hits_of
from ..pixels import evenly, int8_pixels
from ..progress import report
from ..quantizer.ranges import open_interpreter
from ..quantizer.simulate import Kept, carried_with, float_weights, simulate
from ..statistics import drop_of
from ..task.kinds import kind_of
from ..task.types import CLASSIFY, Hits, Task
from ..tflite.edit import graph_of, name_of
from ..tflite.macs import count_macs
from ..tflite.objects import ModelT
from .advice import LayerFacts

FEWEST, LABELLED_MACS = 64, 1e11
"""Labelled images are run while all simulations together take no more multiplications; `FEWEST` whatever they take."""
FEWEST_COMPARED, COMPARED_MACS = 32, 2e11
"""The same for the images that layers are compared on."""


def thinned(labelled: Labelled, model: ModelT, worst: int) -> Labelled:
    """As many of the labelled images, evenly spaced, as `worst` + 1 simulations of a network of this size may run."""
    affordable = int(LABELLED_MACS / max(1, count_macs(model) * (worst + 1)))
    chosen = evenly(len(labelled.labels), max(FEWEST, affordable))
    return labelled.part(chosen)


def compared(pixels: NDArray[np.uint8], model: ModelT, worst: int) -> NDArray[np.uint8]:
    """As many of the images, evenly spaced, as may run through a network of this size: twice for each of `worst` layers,
    and five times besides."""
    affordable = int(COMPARED_MACS / max(1, count_macs(model) * (2 * worst + 5)))
    return np.asarray(pixels[evenly(len(pixels), max(FEWEST_COMPARED, affordable))])


def measure_gains(
    model: ModelT,
    int8_model: bytes,
    float_model: bytes,
    pixels: NDArray[np.uint8],
    wanted: NDArray[np.float32],
    chosen: Sequence[LayerFacts],
    labelled: Labelled | None = None,
    task: Task = CLASSIFY,
) -> dict[str, dict[str, float | None]]:
    """Tensor -> the gains of LayerFacts, each with the output kept, and with its weights kept too; the better of both.

    `model`: the int8 file, read. `wanted`: the float model's scores of `pixels`. Points of accuracy are paired
    (statistics.paired_drop), simulation against simulation on the same images.
    """
    base = simulate(int8_model, float_model)
    scores = scores_of(base, pixels)
    decibels = kind_of(task).decibels
    before, agreed = decibels(scores, wanted, task), agreement(scores, wanted, task)
    hits = None if labelled is None else hits_of(base, labelled)
    index = {name_of(tensor): place for place, tensor in enumerate(graph_of(model).tensors)}
    found: dict[str, dict[str, float | None]] = {}
    for place, row in enumerate(chosen):
        report(1 + place / max(1, len(chosen)), 3, f"keeping {row.layer or row.tensor} in higher precision")
        name, outputs = frozenset({row.tensor}), carried_with(model, index[row.tensor])
        ways = [Kept(outputs=outputs)]
        if float_weights(model, float_model, name):
            ways.append(Kept(outputs=outputs, weights=name))
        files = [simulate(int8_model, float_model, kept) for kept in ways]
        answers = [scores_of(file, pixels) for file in files]
        values = [(decibels(a, wanted, task) - before, agreement(a, wanted, task) - agreed) for a in answers]
        best = max(range(len(values)), key=values.__getitem__)
        found[row.tensor] = {
            "gain_db": round(values[best][0], 2),
            "gain_agreement": round(values[best][1], 6),
            "gain_output_db": round(values[0][0], 2),
            "gain_weights_db": round(values[1][0], 2) if len(values) > 1 else None,
        }
        if labelled is not None and hits is not None:
            found[row.tensor] |= _points(hits, hits_of(files[best], labelled))
    return found


def _points(before: Hits, after: Hits) -> dict[str, float | None]:
    """Points of accuracy that come back, with their paired 95 % interval."""
    drop = drop_of(before, after)
    return {
        "gain_points": round(0.0 - drop.points, 3),
        "gain_points_low": round(0.0 - drop.high, 3),
        "gain_points_high": round(0.0 - drop.low, 3),
    }


def scores_of(simulated: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The scores that a simulation gives behind its heads, float32 [n, values].

    With XNNPACK, three times as fast: only its outputs are read, and all simulations are compared with each other.
    """
    interpreter = open_interpreter(simulated)
    source, sinks = Inputs(interpreter), interpreter.get_output_details()
    found, fed = [], int8_pixels(pixels)
    for place in range(len(fed)):
        source.put(fed[place : place + 1])
        interpreter.invoke()
        scores = sinks[len(sinks) // 2 :]
        found.append(np.concatenate([interpreter.get_tensor(sink["index"])[0].reshape(-1) for sink in scores]))
    return np.stack(found)


def agreement(found: NDArray[np.float32], wanted: NDArray[np.float32], task: Task) -> float:
    """Share of images whose scores say the same."""
    kind = kind_of(task)
    return float(kind.same(kind.results(found, task), kind.results(wanted, task), task).mean())
