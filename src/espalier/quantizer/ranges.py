"""Calibration: the true minimum and maximum of every tensor of a float .tflite over the calibration images.

LiteRT measures them itself while it runs (`InvokeWithCalibration`): 5 to 10 x faster than TensorFlow's
calibrator, and right where that one is wrong (operators that write over their input, tensorflow#127842).
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..fed import Inputs, beside, images_of
from ..pixels import check_pixels, normalize
from ..progress import report
from ..recipe import InputContract
from ..tflite import edit
from ..tflite.edit import constant, graph_of, name_of
from ..tflite.macs import count_macs
from ..tflite.objects import Interpreter, ModelT
from ..tflite.runtimes import KERNELS, load_interpreter
from .results import Ranges
from .stability import Ends

_CHUNK = 64
SMALLEST_STEP = 2.0**-24
"""Activations that fade out (an untrained MobileNetV2 has such) get no smaller scale: kernels hold a clamp at 6 and
the ratio of two scales in 32-bit words: they abort or wrap below 2^-28, a softmax at 2^-26 (graph/rules.py)."""

ZEROS_END = 1.0
"""Upper end of the range of a tensor that is 0 on every calibration image."""

_THREADS_FROM_MACS = 30_000_000
"""Below this size a second thread costs more than it brings."""


def normalised(pixels: NDArray[np.uint8], contract: InputContract | None) -> Iterator[NDArray[np.float32]]:
    """Each image as the float model takes it, float32 [1, h, w, c]: normalized, or the plain pixel value for `None`; a record of
    that where numbers are beside it."""
    if pixels.dtype.names is not None:
        for place in range(len(pixels)):
            one = pixels[place : place + 1]
            yield beside(images_of(one).astype(np.float32), one) if contract is None else normalize(one, contract)
        return
    for image in pixels:
        yield (image.astype(np.float32) if contract is None else normalize(image, contract))[None]


def open_interpreter(model: bytes, *, threads: int = 1, kernels: str = "default", **options: object) -> Interpreter:
    """A LiteRT interpreter with its tensors allocated; on the builtin kernels where its delegate refuses the model.

    `kernels`: default or builtin (no delegate). Raises UnsupportedModelError when LiteRT cannot run the model.
    """
    return open_with_refusal(model, threads=threads, kernels=kernels, **options)[0]


def open_with_refusal(
    model: bytes, *, threads: int = 1, kernels: str = "default", **options: object
) -> tuple[Interpreter, str]:
    """`open_interpreter`, and why LiteRT's default delegate does not run the model; "" where it does, or was not asked."""
    from ai_edge_litert import interpreter as litert

    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            return load_interpreter(litert, model, KERNELS[kernels], num_threads=threads, **options)
    except (RuntimeError, ValueError) as problem:
        raise UnsupportedModelError(
            f"LiteRT cannot run the model: {str(problem).strip()[:500]}",
            next_step="the operator named above is the one to replace in the Keras model",
        ) from None


def measure_ranges(
    float_model: bytes,
    pixels: NDArray[np.uint8],
    contract: InputContract | None,
    *,
    layers: Mapping[str, str] | None = None,
    observe: Callable[[Mapping[str, Ends]], None] | None = None,
) -> Ranges:
    """Minimum and maximum of every computed tensor over all images, sorted by name.

    `contract` normalises the pixels; `None` feeds them as they are. `observe` is told each image's ranges
    (tensor name -> object with min and max; see quantizer/stability.py). Raises UnsupportedModelError when a
    tensor takes a value that is not finite, naming it and its Keras layer (`layers`: tensor name -> layer).
    """
    from ai_edge_litert import _pywrap_tfl_calibration as calibration

    check_pixels(pixels, contract)
    parsed = edit.read_model(float_model)
    _check_constants(parsed, layers or {})
    threads = min(4, os.cpu_count() or 1) if count_macs(parsed) >= _THREADS_FROM_MACS else 1
    interpreter = open_interpreter(
        float_model,
        threads=threads,
        experimental_disable_delegate_node_fusion=True,
        experimental_force_delegate_node_profiling=True,
    )
    source = Inputs(interpreter)
    handle = interpreter._native_handle()
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for number, image in enumerate(normalised(pixels, contract)):
        source.put(image)
        image_ranges = calibration.InvokeWithCalibration(handle, 0)
        if observe is not None:
            observe(image_ranges)
        for name, found in image_ranges.items():
            if name not in low:
                low[name], high[name] = found.min, found.max
                continue
            if found.min < low[name]:
                low[name] = found.min
            if found.max > high[name]:
                high[name] = found.max
        if number % _CHUNK == 0:
            report(number, len(pixels), "calibrating")
        if number % _CHUNK == 0 or number == len(pixels) - 1:
            _check_answer(parsed, float_model, interpreter, image, layers or {})
    _check_finite(parsed, low, high, layers or {})
    _check_complete(parsed, low)
    return {name: (low[name], representable(low[name], high[name])) for name in sorted(low)}


def representable(low: float, high: float) -> float:
    """The upper end of a range, raised until one int8 step is SMALLEST_STEP; a range of zeros only (a dead layer) gets
    an ordinary one: every scale holds 0, and kernels refuse the quantizer's 4e-12."""
    return ZEROS_END if low == high == 0.0 else max(high, low + 255 * SMALLEST_STEP)


def _check_constants(model: ModelT, layers: Mapping[str, str]) -> None:
    for index, tensor in enumerate(graph_of(model).tensors):
        value = constant(model, index)
        if value is not None and value.dtype == np.float32 and not np.isfinite(value).all():
            raise _not_finite(name_of(tensor), "holds NaN or infinity", layers)


def _check_answer(
    model: ModelT, float_model: bytes, interpreter: Interpreter, image: NDArray[np.float32], layers: Mapping[str, str]
) -> None:
    """LiteRT's calibrator leaves NaN out of its ranges, so the answer is looked at, and the tensor is
    sought."""
    if all(np.isfinite(interpreter.get_tensor(head["index"])).all() for head in interpreter.get_output_details()):
        return
    tracing = open_interpreter(float_model, experimental_preserve_all_tensors=True)
    Inputs(tracing).put(image)
    tracing.invoke()
    index = {detail["name"]: detail["index"] for detail in tracing.get_tensor_details()}
    for name in _computed(model):
        if not np.isfinite(tracing.get_tensor(index[name])).all():
            raise _not_finite(name, "takes NaN or infinity", layers)


def _check_finite(
    model: ModelT, low: Mapping[str, float], high: Mapping[str, float], layers: Mapping[str, str]
) -> None:
    for name in _computed(model):
        if name in low and not (math.isfinite(low[name]) and math.isfinite(high[name])):
            raise _not_finite(name, f"takes values from {low[name]:g} to {high[name]:g}", layers)


def _computed(model: ModelT) -> list[str]:
    """Names of the float tensors that operators compute, in graph order: the first bad one is the cause."""
    tensors = graph_of(model).tensors
    found = [tensors[i] for operator in graph_of(model).operators for i in operator.outputs]
    return [name_of(t) for t in found if edit.dtype_name(t) == "float32"]


def _not_finite(name: str, what: str, layers: Mapping[str, str]) -> UnsupportedModelError:
    layer = layers.get(name) or layers.get(name.split("/")[0])
    where = f" (Keras layer {layer!r})" if layer else ""
    return UnsupportedModelError(
        f"calibration: tensor {name!r}{where} {what}",
        supported="finite weights, and finite activations on every calibration image",
        next_step="check the weights for NaN and the mean/std of [input]",
    )


def _check_complete(model: ModelT, low: Mapping[str, float]) -> None:
    for operator in graph_of(model).operators:
        for index in operator.outputs:
            tensor = graph_of(model).tensors[index]
            name = name_of(tensor)
            if (
                edit.dtype_name(tensor) == "float32"
                and constant(model, int(index)) is None
                and name not in low
            ):
                raise UnsupportedModelError(
                    f"LiteRT reports no range for tensor {name!r}",
                    next_step="please report the model's architecture",
                )
