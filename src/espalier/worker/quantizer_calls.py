"""Calls to the quantizer's process: what is asked, and the type of the answer. Models cross as the bytes of their file."""

from __future__ import annotations

from typing import Any

import msgspec
from numpy.typing import NDArray

from ..ladder.goal import Search
from ..ladder.int16_targets import Wide
from ..layers.advice import Sensitivity
from ..quantizer.results import Audit, Lightened, Quantized, Ranges, Scheme, Weights
from ..quantizer.stability import Stability
from ..recipe import InputContract
from ..rows import StepRow
from ..task.types import CLASSIFY, Task
from .ask import Ask


class Quantize(Ask[Quantized], frozen=True):
    """quantizer.quantize.quantize: the first rung."""

    float_model: bytes
    pixels_path: str
    contract: InputContract
    weights: Weights = "per-channel"
    scheme: Scheme = "int8"
    layers: dict[str, str] = msgspec.field(default_factory=dict)
    task: Task = CLASSIFY


class Lighten(Ask[Lightened], frozen=True):
    """quantizer.lighten.lighten."""

    int8_model: bytes
    pixels_path: str


class Climbed(msgspec.Struct, frozen=True, kw_only=True):
    """`int8_model` of the kept step; whether it `reached` what was asked; why rungs were left out; what the choice is
    worth; the steps in the order in which they were tried, after them those that could not be run, with `why`."""

    int8_model: bytes
    reached: bool
    left_out: tuple[str, ...]
    held_out: float | None
    steps: tuple[StepRow, ...]


class ClimbLadder(Ask[Climbed], frozen=True):
    """ladder.climb.climb. `wide`: what a 16-bit file must suit, None for no such rung. `skip`: steps that are not tried,
    and why; `known`: results of an earlier climb; `stopped`: why nothing more is made."""

    float_model: bytes
    pixels_path: str
    contract: InputContract
    limit_points: float
    evaluation_path: str | None = None
    labels: NDArray[Any] | None = None
    weights: Weights = "per-channel"
    wide: Wide | None = None
    search: Search = "until-limit"
    min_agreement: float = 0.0
    skip: dict[str, str] = msgspec.field(default_factory=dict)
    measured: tuple[bytes, ...] = ()
    known: dict[str, bytes] = msgspec.field(default_factory=dict)
    stopped: str = ""
    task: Task = CLASSIFY


class QuickSteps(msgspec.Struct, frozen=True, kw_only=True):
    """The file that was chosen, its name, how many images chose, and the steps."""

    int8_model: bytes
    name: str
    images: int
    steps: tuple[StepRow, ...]


class TryQuick(Ask[QuickSteps], frozen=True):
    """ladder.quick.try_quick after the `first` file with its `ranges`."""

    float_model: bytes
    pixels_path: str
    contract: InputContract
    first: bytes
    ranges: Ranges
    weights: Weights = "per-channel"
    skip: dict[str, str] = msgspec.field(default_factory=dict)
    task: Task = CLASSIFY


class MakeTwin(Ask[bytes], frozen=True):
    """quantizer.interface.uint8_twin."""

    int8_model: bytes


class AuditModel(Ask[Audit], frozen=True):
    """quantizer.audit.audit_model."""

    model: bytes
    contract: InputContract | None = None
    layers: dict[str, str] = msgspec.field(default_factory=dict)
    edge: str = "int8"
    task: Task = CLASSIFY


class Operator(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's kind, the tensor that it computes, and those that it reads and that are not constants."""

    kind: str
    output: str
    inputs: tuple[str, ...]


class ListOperators(Ask[tuple[Operator, ...]], frozen=True):
    """Every operator of a file in order."""

    model: bytes


class CutAfter(Ask[bytes], frozen=True):
    """The file up to an operator, whose first output it answers."""

    model: bytes
    operator: int


class Explain(Ask[Sensitivity], frozen=True):
    """layers.sensitivity.measure_sensitivity."""

    int8_model: bytes
    float_model: bytes
    pixels_path: str
    contract: InputContract
    layers: dict[str, str] = msgspec.field(default_factory=dict)
    worst: int = 8
    labelled_path: str | None = None
    labels: NDArray[Any] | None = None
    task: Task = CLASSIFY


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """Image by image what the last layer is fed, float32 [n, f], the class, int64 [n], and every tensor's range, float64
    [n, tensors, 2], with the tensors' `names`."""

    features: NDArray[Any]
    answers: NDArray[Any]
    names: tuple[str, ...]
    ends: NDArray[Any]


class MeasureFeatures(Ask[Features], frozen=True):
    """quantizer.features.measure_features."""

    float_model: bytes
    pixels_path: str
    contract: InputContract


class MeasureStability(Ask[Stability], frozen=True):
    """quantizer.stability.measure_stability."""

    float_model: bytes
    pixels_path: str
    contract: InputContract
    layers: dict[str, str] = msgspec.field(default_factory=dict)
