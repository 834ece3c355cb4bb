"""Calls to whatever runs models: what is asked, and the type of the answer. Models cross as the bytes of their file, images
as the path of a .npy (uint8 [n, h, w, c])."""

from __future__ import annotations

from typing import Any

import msgspec
from numpy.typing import NDArray

from ..findings import Finding
from ..measure.predict import Prediction, Step
from ..recipe import InputContract
from ..row_parts import FedPart
from ..rows import LatencyRow
from ..task.types import Task
from .ask import Ask


class Predict(Ask[Prediction], frozen=True):
    """measure.predict.predict on the images first..first+count, on `spread` of them at equal distances, or on those at
    `places`. `contract`: needed for a float input."""

    model: bytes
    pixels_path: str
    kernels: str = "default"
    threads: int = 0
    first: int = 0
    count: int | None = None
    spread: int | None = None
    places: tuple[int, ...] | None = None
    contract: InputContract | None = None
    task: Task | None = None
    """Of a map or picture: the results are answered, uint8 [n, pixels], instead of the values."""


class Benchmarked(msgspec.Struct, frozen=True, kw_only=True):
    """The figures, and the largest resident size of the process while it ran the model."""

    row: LatencyRow
    peak_rss_bytes: int


class Benchmark(Ask[Benchmarked], frozen=True):
    """measure.benchmark.benchmark."""

    model: bytes
    variant: str
    threads: int = 1
    run_seconds: float = 0.1
    operators: bool = False


class Turns(msgspec.Struct, frozen=True, kw_only=True):
    """Models by turns in one run (measure.benchmark.interleaved): ratios are to the first."""

    median_us: dict[str, float]
    ratio: dict[str, float]
    interval: dict[str, tuple[float, float]]
    n: int


class TakeTurns(Ask[Turns], frozen=True):
    """measure.benchmark.interleaved."""

    models: dict[str, bytes]
    threads: int = 1
    run_seconds: float = 0.3


class Invoke(Ask[tuple[tuple[bytes, ...], ...]], frozen=True):
    """tflite.runtimes.invoke_raw: per case the bytes of each output for the bytes of each input."""

    model: bytes
    cases: tuple[tuple[bytes, ...], ...]
    kernels: str = "reference"


class OtherPixels(msgspec.Struct, frozen=True, kw_only=True):
    """The images prepared in another way, by the setting that says so."""

    name: str
    pixels_path: str


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """`scores`: the declared way first, then best first. `finding`: what is wrong, or None."""

    n: int
    scores: tuple[FedPart, ...]
    finding: Finding | None = None


class ScoreAlternatives(Ask[Scores], frozen=True):
    """measure.preprocessing.score_alternatives."""

    model: bytes
    pixels_path: str
    truth: tuple[int, ...]
    contract: InputContract
    others: tuple[OtherPixels, ...] = ()
    answered: NDArray[Any] | None = None


class One(msgspec.Struct, frozen=True, kw_only=True):
    """The outputs of one image in the model's type, one head after the other; `steps`: measure.predict.Step of each."""

    outputs: NDArray[Any]
    steps: tuple[Step, ...]
    milliseconds: float
    runtime: str


class RunOne(Ask[One], frozen=True):
    """Run the model at `model_path`, which stays open for the next call, on the one image of `pixels_path`. `own`: as
    OneByOne."""

    model_path: str
    pixels_path: str
    contract: InputContract
    own: bool = True
