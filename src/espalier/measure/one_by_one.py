"""A model that stays open and answers one image after the other, each with its time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..fed import images_of
from ..pixels import normalize
from ..recipe import InputContract
from ..tflite.runtimes import Runtime, first_line, open_interpreter
from .predict import feeders, only_type, step_of


class OneByOne:
    """An interpreter with one thread; its first run, which does not count, comes with the first image. `own`: an input of bytes
    takes raw pixels, as those of our models do; else the contract's values in the input's own scale."""

    def __init__(self, runtime: Runtime, model: bytes, contract: InputContract, *, own: bool = True) -> None:
        self._interpreter = open_interpreter(runtime, model, threads=1)
        self._inputs, self._heads = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self._contract, self._own, self._cold = contract, own, True
        only_type(self._heads)
        self.steps = tuple(step_of(head) for head in self._heads)
        self.runtime = f"{runtime.name} {runtime.version}"

    def run(self, fed: NDArray[Any]) -> tuple[NDArray[Any], float]:
        """The outputs of one prepared image [1, ...], one head after the other, and the milliseconds of the interpreter."""
        values = feeders(self._inputs, fed, self._contract)(fed)
        if not self._own and values[0].dtype in (np.int8, np.uint8):
            values[0] = quantized(images_of(fed), self._inputs[0], self._contract)
        for detail, given in zip(self._inputs, values, strict=True):
            self._interpreter.set_tensor(detail["index"], given[:1])
        try:
            if self._cold:
                self._interpreter.invoke()
            self._cold = False
            started = time.perf_counter()
            self._interpreter.invoke()
            milliseconds = (time.perf_counter() - started) * 1e3
        except RuntimeError as problem:
            raise UnsupportedModelError(
                f"{self.runtime} stopped while it ran the model: {first_line(problem)}",
                next_step="the model asks for something that this runtime does not compute",
            ) from None
        outputs = [self._interpreter.get_tensor(head["index"]).reshape(-1) for head in self._heads]
        return np.concatenate(outputs), round(milliseconds, 4)


def quantized(pixels: NDArray[np.uint8], detail: dict[str, Any], contract: InputContract) -> NDArray[Any]:
    """Prepared pixels as an input of bytes takes the contract's values: (pixel - mean) / std in its scale."""
    scale, zero_point = detail["quantization"]
    ends = np.iinfo(detail["dtype"])
    steps = np.rint(normalize(pixels, contract) / np.float32(scale)) + zero_point
    return np.asarray(np.clip(steps, ends.min, ends.max), detail["dtype"])
