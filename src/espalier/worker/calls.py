"""Every call to a child process: what is asked, and the type of its answer. Images cross as the path of a .npy (uint8
[n, h, w, c]), models as the bytes of their file; the TensorFlow process keeps Keras models in slots, by name."""

from __future__ import annotations

from typing import Any

import msgspec
from numpy.typing import NDArray

from ..calibrate.copies import NearCopy
from ..findings import Finding
from ..image_facts import Prepared
from ..ladder.goal import Search
from ..ladder.int16_targets import Wide
from ..layers.advice import Sensitivity
from ..load.images import ImageEntry
from ..load.keras_facts import ModelFacts, ModelSummary
from ..measure.predict import Prediction
from ..prune.training_set import Sparsity, Training
from ..quantizer.results import Audit, Converted, Lightened, Quantized, Ranges, Scheme, Weights
from ..quantizer.stability import Stability
from ..recipe import InputContract
from ..row_parts import Epoch, FedPart, LeftAlone, PrunedLayer
from ..rows import LatencyRow, StepRow
from ..task.types import CLASSIFY, Ends, Task
from .ask import Ask

# ---- images


class PrepareSet(Ask[Prepared], frozen=True):
    """Decode `entries` below `root` under the contract into the .npy `out_path` (load.decode.prepare_set)."""

    root: str
    entries: tuple[ImageEntry, ...]
    contract: InputContract
    out_path: str


class FindCopies(Ask[tuple[NearCopy, ...]], frozen=True):
    """calibrate.copies.find_copies: `sets` by role, the pairs of roles that are `compared`, each image's digest by role."""

    sets: dict[str, str]
    compared: tuple[tuple[str, str], ...]
    digests: dict[str, tuple[str, ...]]


# ---- container


class InspectModel(Ask[ModelFacts], frozen=True):
    """load.keras_file.inspect_model: a Keras file as data, checked; `scores`: whether it must answer with one score for
    each class."""

    path: str
    scores: bool = True


# ---- tensorflow


class LoadModel(Ask[ModelSummary], frozen=True):
    """Rebuild a checked model file into the slot "given" and describe it (load.keras_model)."""

    path: str
    facts: ModelFacts
    size: tuple[int, int] | None = None


class ConvertModel(Ask[Converted], frozen=True):
    """quantizer.convert.convert_model of a slot."""

    slot: str
    contract: InputContract
    ends: Ends = "probabilities"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What pruning did, as the report tells it (rows.PruneRow)."""

    sparsity: float | None = None
    layers: tuple[PrunedLayer, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    notes: tuple[str, ...] = ()


class PruneChannels(Ask[Account], frozen=True):
    """prune.channels.prune_channels from one slot into another."""

    slot_from: str
    slot_to: str
    amount: float
    multiple: int
    pixels_path: str
    contract: InputContract
    seed: int = 0


class PruneMagnitude(Ask[Account], frozen=True):
    """prune.magnitude.prune_magnitude from one slot into another; not `at_once` where `FineTuneModel` follows with the
    same `sparsity` and prunes along a schedule."""

    slot_from: str
    slot_to: str
    sparsity: Sparsity
    at_once: bool = True


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """A row of figures for each epoch. Of a twin: how far it was from the model, relative to its answers, and on what it
    was trained."""

    history: tuple[Epoch, ...]
    difference: float = 0.0
    trained_on: str = "labels"


class FineTuneModel(Ask[Trained], frozen=True):
    """prune.fine_tune.fine_tune of a slot, in place; `teacher`: the slot to learn from beside the labels, or None."""

    slot: str
    training: Training
    sparsity: Sparsity | None = None
    teacher: str | None = "given"


class CountZeros(Ask[Account], frozen=True):
    """prune.magnitude.count_zeros of a slot."""

    slot: str


class ExportTwin(Ask[Account], frozen=True):
    """Write a slot's configuration, weights and probe answers to `path` (.npz) for the legacy process."""

    slot: str
    path: str


class ImportTwin(Ask[Account], frozen=True):
    """Read the weights that the legacy process wrote into a copy of `slot_from`."""

    slot_from: str
    slot_to: str
    path: str


# ---- legacy


class PruneTwin(Ask[Trained], frozen=True):
    """prune.legacy.prune_with_tfmot: the twin at `twin_path`, its weights to `out_path`; `training`: see there."""

    twin_path: str
    out_path: str
    sparsity: Sparsity
    pixels_path: str
    contract: InputContract
    training: Training | None = None
    seed: int = 0


# ---- quantizer


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


# ---- whatever runs models


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
