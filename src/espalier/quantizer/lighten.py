"""Channels that cannot matter leave the int8 file: graph/simplify.py's lossless passes, written back as a .tflite.

The passes follow the reference kernels' rounding, so these judge them. A file that answers otherwise there does not ship:
the given one is kept, and it is said why.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import EspalierError, UnsupportedModelError
from ..graph.simplify import simplify
from ..measure.predict import predict
from ..pixels import evenly
from ..tflite.edit import (
    computed_inputs,
    graph_of,
    operator_name,
    pack_model,
    read_model,
    shape_of,
    single_operator,
)
from ..tflite.objects import ModelT, OperatorT
from ..tflite.read import read_tflite
from ..tflite.runtimes import litert
from ..tflite.write import model_of
from .quantize import finish
from .ranges import open_interpreter
from .results import Lightened

IMAGES = 16
"""Images that both files answer, spread over the calibration set."""

REFERENCE_MACS = 1_000_000_000
"""Work that the slow reference kernels are given; above it they see fewer images, at least FEWEST."""

FEWEST = 2


def lighten(int8_model: bytes, pixels: NDArray[np.uint8]) -> Lightened:
    """Drop what cannot matter. `pixels`: uint8 [n, h, w, c]; the answers to some of them are compared byte for byte in
    LiteRT's reference kernels. Other kernel sets may round a constant channel their own way: the note tells the distance.
    """
    same = Lightened(int8_model=int8_model)
    try:
        graph, account = simplify(read_tflite(int8_model))
    except UnsupportedModelError:
        return same  # an operator of phones that the compiler's graph does not know
    except EspalierError as problem:
        return Lightened(int8_model=int8_model, kept=f"the passes stopped: {problem.found}")
    before, after = account.before, account.after
    if (after.macs, after.constant_bytes) >= (before.macs, before.constant_bytes):
        return same
    try:
        model = model_of(graph)
        finish(model)
        lighter = pack_model(model)
        if len(lighter) >= len(int8_model):
            return same
        apart = _distances(int8_model, lighter, pixels, max(1, before.macs))
    except EspalierError as problem:
        return Lightened(int8_model=int8_model, kept=f"the lighter file could not be checked: {problem.found}")
    if apart["reference"]:
        why = f"the lighter file answers otherwise in LiteRT's reference kernels (by up to {apart['reference']})"
        return Lightened(int8_model=int8_model, kept=why)
    return Lightened(
        int8_model=lighter,
        note=f"channels that cannot matter were removed: {before.macs:,} MACs became {after.macs:,}, "
        f"{before.constant_bytes:,} bytes of constants {after.constant_bytes:,}; the answers keep their bytes"
        + _apart(apart, int8_model, lighter),
    )


def _distances(one: bytes, other: bytes, pixels: NDArray[np.uint8], macs: int) -> dict[str, int]:
    """Largest difference of an output byte per kernel set."""
    apart = {}
    for kernels in ("builtin", "default", "reference"):
        count = int(np.clip(REFERENCE_MACS // macs, FEWEST, IMAGES)) if kernels == "reference" else IMAGES
        places = evenly(len(pixels), count)
        first, second = (
            predict(litert(), data, pixels[places], kernels=kernels).outputs.astype(np.int64)
            for data in (one, other)
        )
        apart[kernels] = int(np.abs(first - second).max())
    return apart


def _apart(apart: dict[str, int], one: bytes, other: bytes) -> str:
    said = []
    if apart["default"]:
        said.append(f"XNNPACK rounds some of them by {apart['default']} otherwise")
    if apart["builtin"]:
        found = f"LiteRT's builtin kernels give some of them {apart['builtin']} otherwise"
        if any(mean_depends_on_place(data) for data in (one, other)):
            found += (
                ": their MEAN gives a channel another value at another place when the channels are no multiple of 16"
            )
        said.append(found)
    return f" ({'; '.join(said)})" if said else ""


def mean_depends_on_place(int8_model: bytes) -> bool:
    """Whether a MEAN of the file, run alone on LiteRT's builtin kernels, gives the values of turned channels otherwise
    than turned (a fault of version 2.3.0 on x86)."""
    model = read_model(int8_model)
    return any(
        _depends_on_place(model, operator)
        for operator in graph_of(model).operators
        if operator_name(model, operator) == "MEAN"
    )


def _depends_on_place(model: ModelT, operator: OperatorT) -> bool:
    (source,) = computed_inputs(model, operator)
    shape = shape_of(graph_of(model).tensors[source])
    result = shape_of(graph_of(model).tensors[operator.outputs[0]])
    if shape[-1] != result[-1] or shape[-1] < 2:
        return False
    interpreter = open_interpreter(single_operator(model, operator), kernels="builtin")
    feed, take = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def mean(values: NDArray[np.int8]) -> NDArray[np.int8]:
        interpreter.set_tensor(feed, values)
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(take))

    random = np.random.default_rng(1)
    for _ in range(16):
        # Channels of different means, as in a network: those of even noise are all the same.
        levels = random.integers(-128, 128, shape[-1])
        values = np.clip(levels + random.integers(-20, 21, shape), -128, 127).astype(np.int8)
        plainly = mean(values)
        for turn in range(1, min(shape[-1], 16)):
            if not np.array_equal(mean(np.roll(values, turn, axis=-1)), np.roll(plainly, turn, axis=-1)):
                return True
    return False
