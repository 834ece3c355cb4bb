"""What quantizing, converting and auditing give, for every process: nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec

from ..facts import OperatorUse, TensorFacts
from ..rows import OperatorCounts
from ..task.types import Head
from .stability import Stability

Weights = Literal["per-channel", "per-tensor"]
Scheme = Literal["int8", "int16x8"]
OutputKind = Literal["softmax", "sigmoid", "logits", "values", "each sigmoid", "each logit"]
Ranges = dict[str, tuple[float, float]]
"""Tensor name -> least and largest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The float file, what the model answered with, the largest difference to Keras (relative to the range of
    the output), MACs and parameters, the Keras layer behind each tensor name, and the heads in their order."""

    float_model: bytes
    output: OutputKind
    largest_difference: float
    macs: int
    parameters: int
    layers: dict[str, str]
    heads: tuple[Head, ...]
    whole: MapEnds | None = None
    """Of a map: what the ends of the file came from (map_ends.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapEnds:
    """A float file that paints one map, its head, and what the last tensor was called before it bore the head's name; where it
    was cut before a last resize, the same with it (`whole`), and which resize that was."""

    float_model: bytes
    head: Head
    tensor: str
    whole: bytes = b""
    whole_head: Head | None = None
    whole_tensor: str = ""
    resize: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantized:
    """An int8 file, the ranges that it was made from, how pixels enter it, the seconds of each step, and how firm the
    ranges are, where that was looked at."""

    int8_model: bytes
    ranges: Ranges
    input: str
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    stability: Stability | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lightened:
    """`int8_model`: with fewer MACs or bytes of constants and the same answers, or the given one. `note`: what was
    removed, "" when the file is as it was. `kept`: why the given file was kept although there was something to remove."""

    int8_model: bytes
    note: str = ""
    kept: str = ""


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a quantized file. `errors` refuse it, `warnings` are told. `conversions`: QUANTIZE and DEQUANTIZE;
    `partitions` of LiteRT's default delegate."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    input: TensorFacts
    heads: tuple[TensorFacts, ...]
    uses: tuple[OperatorUse, ...]
    counts: OperatorCounts
    conversions: dict[str, int]
    runtime_floor: str
    partitions: dict[str, int]
    numbers: tuple[TensorFacts, ...] = ()
    """Inputs beside the image."""
