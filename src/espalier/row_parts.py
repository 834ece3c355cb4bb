"""Tables inside the report's rows: dictionaries whose keys are known, as they cross processes and lie in report.json."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

Number = float
# An alias, because a table that has a key named `float` cannot name the type inside its body.


class PrunedLayer(TypedDict):
    """A layer that pruning touched: channels before and after, or weights and how many of them are zero."""

    name: str
    kind: NotRequired[str]
    before: NotRequired[int]
    after: NotRequired[int]
    weights: NotRequired[int]
    zeros: NotRequired[int]


class Epoch(TypedDict):
    """One epoch of fine-tuning, the state before the first as epoch 0: `loss` of training; loss and accuracy on training
    images that were held out."""

    epoch: float
    loss: float
    held_out_loss: NotRequired[float]
    accuracy: float


class DistilledEpoch(TypedDict):
    """One epoch of distillation, the state before the first as epoch 0: `loss` of training, the distance from the given
    model's answers (1: as far as the best constant answer) and the share of equal answers on images that were held out."""

    epoch: float
    loss: float
    held_out_loss: float
    agreement: float


class RepairStep(TypedDict):
    """What a step of pruning bought: how many answers are those of the given model after it, and the distance as in
    DistilledEpoch, on `images` that distillation does not train on."""

    step: str
    agreement: float
    distance: float
    images: int


class DenseTwin(TypedDict):
    """The given network trained the same way, nothing removed: what share it answers rightly, how many points the pruned one
    loses to it (float models, paired over `images`, with the 95 % interval), and the seconds of its training. Without labels
    `why` says so, and the figures are 0."""

    right: float
    points: float
    low: float
    high: float
    images: int
    seconds: float
    why: str


class LeftAlone(TypedDict):
    """A layer that was not pruned, and why."""

    layer: str
    why: str


class StabilityPart(TypedDict):
    """How firm the activation ranges are, by two halves of the calibration images: of `tensors`, how many are `differing`
    and `growing` much."""

    images: int
    tensors: int
    differing: int
    growing: int
    worst: list[RangeDifference]
    curve: list[RangeCurvePoint]
    still: list[StillRange]


class RangeDifference(TypedDict):
    """`difference`: the larger distance of the halves' ends, as a share of the whole range."""

    tensor: str
    difference: float
    layer: str


class RangeCurvePoint(TypedDict):
    """`covered`: mean over tensors of the range that so many images span, as a share of the whole; `least`: of one."""

    images: int
    covered: float
    least: float


class StillRange(TypedDict):
    """A tensor that held one value only, in every element of every image."""

    tensor: str
    value: float
    layer: str


class CalibrationPart(TypedDict, total=False):
    """The calibration images: how many, the digest of their pixels, and how firm the ranges from them are."""

    images: int
    sha256: str
    stability: StabilityPart


class Given(TypedDict):
    """Shares, when answers below a threshold are not given: right ones among those given (`precision`, with the lower end of
    its 95 % interval; None: none was given), images that get an answer (`coverage`), and those that go to review."""

    precision: float | None
    precision_low: float | None
    coverage: float
    review: float


class DecisionSide(Given):
    """One model at the threshold of the bundles: as for any threshold, and how far its confidence can be believed."""

    expected_calibration_error: float
    mean_confidence: float


class DecisionPoint(TypedDict):
    """The same at another threshold."""

    threshold: float
    precision_float: float | None
    coverage_float: float
    precision_int8: float | None
    coverage_int8: float


class ConfidenceBin(TypedDict):
    """Images whose answer has a confidence from `low` to the next column's, and int8's wrong ones among them."""

    low: Number
    float: int
    int8: int
    int8_wrong: int


class DecisionPart(TypedDict, total=False):
    """What the threshold does: figures at it for both models, along a curve of thresholds, the least one that reaches the
    wished precision in both (null: none does), and by how much int8's confidence differs on average. Empty without labels."""

    threshold: Number
    float: DecisionSide
    int8: DecisionSide
    curve: list[DecisionPoint]
    wished_precision: Number
    wished_threshold: Number | None
    confidence_drift: Number
    histogram: list[ConfidenceBin]


class SkillPart(TypedDict, total=False):
    """The float model against guessing: right answers, what the same answers hit in a random order (`chance`), the distance
    in standard deviations of that, Cohen's kappa with its 95 % interval. Empty where these images cannot tell."""

    n: int
    share: float
    chance: float
    deviations: float
    kappa: float
    low: float
    high: float
    beats_chance: bool


DropPart = TypedDict(
    "DropPart",
    {
        "from": str,
        "to": str,
        "drop_points": float,
        "interval": list[float],
        "p_value": float,
        "lost": int,
        "won": int,
    },
)
DropPart.__doc__ = "A part of the drop, in percentage points with its 95 % interval: by pruning, or by quantization."


class EnteredPart(TypedDict):
    """A number that the int8 model takes beside the image: its range, and the step that one byte is, in the unit of the csv."""

    name: str
    input: str
    low: float
    high: float
    step: float


class FedPart(TypedDict):
    """Right answers of the float model on `n` images fed in one way."""

    name: str
    top1: float
    n: int


class SheetPart(TypedDict):
    """An image whose answer changed, for the HTML page."""

    image: str
    float: str
    int8: str
    label: str
    png_base64: str
    heat_base64: NotRequired[str]
    """Where the float model looked, of a build that accounts for every layer."""


class ConstantsPart(TypedDict):
    """Where the bytes of constants go: of the network as it was (`model`), and as stored."""

    model: int
    weights: int
    requantization: int
    structures: int
    tables: int
    stored: int
    text: str


class EstimatePart(TypedDict):
    """An estimated range of time, from published times of boards with this core; `worst_error`: of its middle, a share."""

    cycles: list[int]
    milliseconds: list[float]
    clock_hz: float
    worst_error: float
    text: str


class CodedPart(TypedDict):
    """What compressed weights save of flash, and cost in instructions and bytes of the arena."""

    flash_bytes: int
    instructions: int
    arena_bytes: int
    text: str


class SparsePart(TypedDict):
    """What leaving zero weights out saves, over all layers."""

    layers: int
    flash_bytes: int
    instructions: int
    text: str


class SparseLayerPart(TypedDict):
    """A layer without its zero weights: share of the others, and what it saves."""

    op: int
    density: float
    bytes_saved: int
    instructions_saved: int


class LayerPart(TypedDict):
    """Instructions of one layer; `decoding`: of them for compressed weights."""

    name: str
    macs: int
    instructions: int
    decoding: NotRequired[int]
    sparse: NotRequired[SparseLayerPart]


class EmulatedPart(TypedDict):
    """A compiled program on the emulated core of its target: exact counts. `exact`: every golden vector gave the bytes of the
    reference."""

    target: str
    core: str
    emulator: str
    compiler: str
    optimize: str
    instructions: int
    arena_bytes: int
    stack_bytes: int
    code_bytes: int
    weights_bytes: int
    constants: ConstantsPart | None
    exact: bool
    estimate: EstimatePart | None
    coded: CodedPart | None
    sparse: SparsePart | None
    layers: list[LayerPart]


class ExplainedLayer(TypedDict):
    """One layer of the int8 model against the float model; `espalier explain` tells what each figure is."""

    tensor: str
    layer: str
    operator: str
    sqnr_db: float
    cosine: float
    added_percent: float
    low: float
    high: float
    int8_low: float
    int8_high: float
    saturated: float
    peak_to_rms: float
    weight_spread: float | None
    dead_channels: int
    silent_channels: int
    channels: int
    input_ratio: float | None
    rescaled: bool
    patterns: list[str]
    gain_db: float | None
    gain_agreement: float | None
    gain_output_db: float | None
    gain_weights_db: float | None
    gain_points: float | None
    gain_points_low: float | None
    gain_points_high: float | None
    advice: list[str]


class ExplainedOutput(TypedDict):
    """How near the answers of the int8 file, and of its simulation, are to the float model's."""

    sqnr_db: float
    agreement: float
    simulated_sqnr_db: float
    simulated_agreement: float
    simulation_equals_int8: float


class ExplainPart(TypedDict):
    """Every layer of the int8 model against the float model, as `espalier explain --json` prints it."""

    format: str
    name: str
    version: str
    source: str
    measured: str
    notes: list[str]
    images: int
    labelled: int
    layers: list[ExplainedLayer]
    output: ExplainedOutput
    rewritten: list[str]
    unmatched: list[str]


class ProgramModelPart(TypedDict):
    """The .tflite that was given to `espalier compile`."""

    file: str
    sha256: str
    bytes: int
    operators: int
    macs: int


class HeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One output of a network whose values are not judged: int8 against the float model, over all images.

    `sqnr_db`: what the values vary over the difference (root mean square), decibels; `worst_db`: of the worst image.
    `pruned_db`: of the pruned float model against the model as given, where one was pruned.
    `spread`: what they vary over the images; `largest_difference`: of a value. Both in the head's own unit.
    """

    name: str
    values: int
    sqnr_db: Number
    worst_db: Number
    pruned_db: Number | None
    largest_difference: Number
    spread: Number


class ScoreRow(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of the answers (`name`: F1, AP, AUC, ...), of one label or (no `label`) of all, over `n` images: of the model
    as given, of int8 with its 95 % interval, and what int8 lost of it with the paired interval (both from the same bootstrap
    over images). `threshold`: where it was measured, if it has one. `note`: how, where that needs a word."""

    name: str
    label: str = ""
    n: int
    float: Number | None
    int8: Number | None
    low: Number | None = None
    high: Number | None = None
    lost: Number | None = None
    lost_low: Number | None = None
    lost_high: Number | None = None
    threshold: Number | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """Its name, and that of its label."""
        return f"{self.name} {self.label}".rstrip()


class NumberRow(msgspec.Struct, frozen=True, kw_only=True):
    """One number of task regress, in its own unit. `mae_change`: of the mean absolute error, int8 less float, with its paired
    95 % interval; `within`: shares within the tolerance, that of int8 with its 95 % interval; `step`: of int8."""

    name: str
    unit: str
    tolerance: Number
    mae_float: Number
    mae_int8: Number
    mae_change: Number
    mae_low: Number
    mae_high: Number
    r2_float: Number | None
    r2_int8: Number | None
    within_float: Number
    within_int8: Number
    within_low: Number
    within_high: Number
    step: Number | None
