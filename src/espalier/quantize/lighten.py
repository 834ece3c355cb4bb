"""Channels that cannot matter leave the int8 file: graph/simplify.py's lossless passes, written back as a .tflite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, UnsupportedModelError
from ..graph.simplify import simplify
from ..graph.write import write_tflite
from ..load.tflite import read_tflite
from ..measure.predict import predict
from ..measure.runtimes import litert
from .flatbuffer import pack_model, read_model
from .quantize import finish

IMAGES = 16
"""Images that both files answer, spread over the calibration set."""


def lighten(int8_model: bytes, pixels: NDArray[np.uint8]) -> tuple[bytes, str]:
    """(file, note): a file with fewer MACs or bytes of constants and the same answers; the same file and "" otherwise.

    `pixels`: uint8 [n, h, w, c]. The answers to some of them are compared byte for byte in LiteRT's builtin kernels,
    whose rounding the passes follow; XNNPACK rounds a constant channel its own way, so there the note tells the
    distance. Raises BugError when a byte differs: the passes are lossless by proof.
    """
    try:
        graph, account = simplify(read_tflite(int8_model))
    except UnsupportedModelError:
        return int8_model, ""  # an operator of phones that the compiler's graph does not know
    before, after = account.before, account.after
    if (after.macs, after.constant_bytes) >= (before.macs, before.constant_bytes):
        return int8_model, ""
    model = read_model(write_tflite(graph))
    finish(model)
    lighter = pack_model(model)
    if len(lighter) >= len(int8_model):
        return int8_model, ""
    apart = _distance(int8_model, lighter, pixels)
    return lighter, (
        f"channels that cannot matter were removed: {before.macs:,} MACs became {after.macs:,}, "
        f"{before.constant_bytes:,} bytes of constants {after.constant_bytes:,}; the answers keep their bytes"
        + (f" (XNNPACK rounds some of them by {apart} otherwise)" if apart else "")
    )


def _distance(one: bytes, other: bytes, pixels: NDArray[np.uint8]) -> int:
    """Largest difference of an output byte in the default kernels."""
    places = np.unique(np.linspace(0, len(pixels) - 1, min(IMAGES, len(pixels))).round().astype(np.int64))
    apart = {}
    for kernels in ("builtin", "default"):
        first, second = (
            predict(litert(), data, pixels[places], kernels=kernels).outputs.astype(np.int64)
            for data in (one, other)
        )
        apart[kernels] = int(np.abs(first - second).max())
    if apart["builtin"]:
        raise BugError("the lighter int8 file answers with other bytes in LiteRT's builtin kernels")
    return apart["default"]
