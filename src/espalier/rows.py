"""The report of a build: an interface that other tools read (format espalier-report/1). Keys stay; more may come."""

from __future__ import annotations

from typing import Literal

import msgspec

from .facts import Check, OperatorUse, TensorFacts
from .map_rows import MapRow, PictureRow
from .peak import Peak
from .row_boxes import BoxesRow
from .row_cost import CostRow
from .row_images import ImageAnswers
from .row_mode import Mode
from .row_network import NetworkRow
from .row_parts import (
    CalibrationPart,
    DecisionPart,
    DropPart,
    EmulatedPart,
    EnteredPart,
    ExplainPart,
    FedPart,
    HeadRow,
    NumberRow,
    ScoreRow,
    SheetPart,
    SkillPart,
)
from .row_prune import PruneRow
from .row_reading import SourceRow, VerdictRow
from .row_slices import SliceRow

Share = float
Points = float
# Aliases, because a row that has a field named `float` cannot name the type inside its body.


class _Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A frozen part of the report."""


class ModelRow(_Row, frozen=True, kw_only=True):
    """The model as it was given."""

    source_sha256: str
    """Of the file."""
    parameters: int
    macs: int
    """Multiply-accumulates of one inference."""
    layers: int
    """How many."""
    format: str = ""
    """Of the file, and the Keras that wrote it."""
    output: str = ""
    """"softmax", "sigmoid" or "logits": what the model ended with before anything was appended."""
    notes: tuple[str, ...] = ()
    """What was changed or left out when it was read."""


class StageRow(_Row, frozen=True, kw_only=True):
    """One stage of the build; `reused`: its result came from the store."""

    name: str
    seconds: float
    reused: bool


class StepRow(_Row, frozen=True, kw_only=True):
    """One rung of the ladder. `simulated`: top1 and drop are of a float simulation, because the kernels of 16-bit
    activations are slow; the kept step never is."""

    name: str
    """What was done."""
    top1: float | None
    """Share of right answers."""
    drop: float | None
    """Percentage points lost against the float model."""
    kept: bool
    """Whether it became the model."""
    agreement: float | None = None
    """Share of images with the float model's answer."""
    bytes: int | None = None
    """Of the file."""
    seconds: float | None = None
    """To make and measure it."""
    simulated: bool = False
    why: str = ""
    """Why a step could not be made or run, and has no figures; or why it was given up after `images`."""
    images: int | None = None
    """How many images the figures are of, where not of all evaluation images: without `top1` calibration images that no
    step was made from."""
    error: Share | None = None
    """Of the scores on those calibration images, relative to the float model's."""

    @property
    def climbed(self) -> bool:
        """Whether the ladder measured it as all images show it, rather than calibration images alone."""
        return self.images is None and not self.why


class OperatorCounts(_Row, frozen=True, kw_only=True):
    """How many operators of the int8 file compute in which type."""

    float: int
    int8: int
    int16: int


class QuantizeRow(_Row, frozen=True, kw_only=True):
    """How the int8 file was made, and what it is fed and answers with."""

    scheme: str
    """int8, or int16x8 for 16-bit activations."""
    operators: OperatorCounts
    steps: tuple[StepRow, ...]
    """Every step that was tried, in order."""
    runtime_floor: str
    """The oldest TensorFlow Lite that knows each operator's version."""
    held_out_drop: Points | None = None
    """Where the best of several steps was kept: the drop that choosing so is worth on images that it was not chosen
    on (mean over halves of the evaluation images). The kept step's own drop is flattered by the choice."""
    chosen_on: int = 0
    """Calibration images that chose the kept step, where the evaluation images took no part in the choice."""
    input: TensorFacts | None = None
    """The int8 file's input: real = scale x (q - zero point)."""
    output: TensorFacts | None = None
    """The int8 file's output."""
    numbers: tuple[EnteredPart, ...] = ()
    """What the model takes beside the image."""
    device_input: str = ""
    """What the device must do to the pixels, in words."""
    calibration: CalibrationPart = {}
    layers: dict[str, str] = {}
    """Tensor of the .tflite files -> the Keras layer that it comes from."""
    bytes: int | None = None
    """Of the int8 file."""
    uses: tuple[OperatorUse, ...] = ()
    """Its operators, with their versions."""


class TopRow(_Row, frozen=True, kw_only=True):
    """Shares of right answers; None where the images have no labels."""

    top1: float | None
    top5: float | None = None


class FlipRow(_Row, frozen=True, kw_only=True):
    """An image that the float and the int8 model answer differently; `label` is the right answer."""

    image: str
    float: str
    int8: str
    label: str | None = None


class ClassRow(_Row, frozen=True, kw_only=True):
    """The images of one class: shares of right answers (`recall`), with the 95 % interval of int8's, and of answers with this
    label that are right (`precision_int8`)."""

    label: str
    n: int
    recall_float: float
    recall_int8: float
    recall_low: float
    recall_high: float
    precision_int8: float | None = None


class AccuracyRow(_Row, frozen=True, kw_only=True):
    """Accuracies are shares 0..1; `drop_points`, `interval` are percentage points, float minus int8 (95 %)."""

    n: int
    """Images."""
    float: TopRow
    """The model as it was given."""
    pruned: TopRow | None
    """The pruned float model; None where nothing was pruned."""
    int8: TopRow
    """The int8 file."""
    agreement: Share
    """Share of images that int8 answers as the float model does."""
    drop_points: Points
    interval: tuple[Points, Points]
    p_value: Share
    """McNemar's exact test of the images whose answer changed."""
    flips: tuple[FlipRow, ...]
    """Images whose answer changed."""
    classes: tuple[ClassRow, ...] = ()
    """Empty where the images have no labels."""
    confusion: tuple[tuple[int, ...], ...] = ()
    """Counts of int8's answers: a row per true class."""
    claim: str = ""
    """What n images allow to claim, and how many a smaller claim needs."""
    choice_points: Points = 0.0
    """By how much choosing the best of several steps on these very images flatters the drop; not part of `interval`."""
    warnings: tuple[str, ...] = ()
    ties: int = 0
    """Of images without labels: changed answers where the float model's two best scores are nearer than a step of int8."""
    collapse: str = ""
    """Of images without labels: which class int8 gives to nearly all where the float model does not."""
    decision: DecisionPart = {}
    """Empty where the images have no labels."""
    skill: SkillPart = {}
    """Empty where these images cannot tell."""
    numbers: tuple[NumberRow, ...] = ()
    """Of task regress: its share of right answers is that of images whose numbers are all within the tolerance."""
    scores: tuple[ScoreRow, ...] = ()
    """What a task is judged by beside the share of right answers."""
    heads: tuple[HeadRow, ...] = ()
    """Of a task whose values are not judged."""
    answers: tuple[AnswerRow, ...] = ()
    """Of task several: each output by itself. Right answers are then of images right in every output whose truth is known."""
    boxes: BoxesRow | None = None
    """Of task detect, whose accuracy is average precision."""
    cost: CostRow | None = None
    """What answers cost, where `decision.cost` says so."""
    maps: MapRow | None = None
    """Of task segment: `top1` is mean intersection over union, and the drop is of that."""
    pictures: PictureRow | None = None
    """Of task image: `top1` is the mean signal to noise in hundreds of decibels, and the drop is in decibels."""
    steps: tuple[DropPart, ...] = ()
    """The drop split into pruning and quantization."""
    mediapipe: FedOtherwise | None = None
    """The same int8 file fed by MediaPipe Tasks, which resize in their own way; where an Android library is made of a
    classifier that they can feed."""
    slices: tuple[SliceRow, ...] = ()
    """The same on parts of the images, where each image is right or wrong by itself."""

    @property
    def labelled(self) -> bool:
        """Whether the images say what is right."""
        return self.float.top1 is not None


class FedOtherwise(_Row, frozen=True, kw_only=True):
    """A model fed in another way than its contract's, on the same images."""

    n: int
    """Images."""
    same: Share
    """Share of images that get the same answer."""
    contract: Share | None = None
    """Right answers with the contract's preprocessing; None where the images have no labels."""
    otherwise: Share | None = None
    """Right answers fed otherwise."""
    points: Points | None = None
    """Percentage points that are lost."""
    interval: tuple[Points, Points] | None = None
    """Of `points`, 95 %, paired."""


class AnswerRow(_Row, frozen=True, kw_only=True):
    """One output of task several: what it answers, and its own row."""

    name: str
    task: str
    accuracy: AccuracyRow


class OperatorTime(_Row, frozen=True, kw_only=True):
    """One operator: microseconds of one inference, and its share of all."""

    name: str
    microseconds: float
    share: float


class LatencyRow(_Row, frozen=True, kw_only=True):
    """Host figures: valid for `cpu` only, never for the device."""

    runtime: str
    variant: str
    """Which model: float or int8."""
    threads: int
    delegate: str
    """What ran the operators, and how many of them."""
    cpu: str
    """The build machine's."""
    cold_us: float
    """Microseconds to load the model."""
    first_us: float
    """Of the first inference."""
    median_us: float
    """Of `n` inferences, as the two below."""
    p90_us: float
    p99_us: float
    n: int
    mad_us: float = 0.0
    """Median absolute deviation."""
    version: str = ""
    operators: tuple[OperatorTime, ...] = ()
    """Where the time goes."""
    note: str = ""
    """When the figure is noisy."""


class ParityRow(_Row, frozen=True, kw_only=True):
    """Two kernel sets on the same images: what the second costs against the first (see measure/parity.py).

    `points` (percentage points that `second` loses), `interval` (95 %) and `p_value` are paired, over all `n` images, of
    which `ran` were run on `second`: an answer of the others lies too far from a change. `largest_difference`: of an output
    byte. Not `labelled`: right is what the float model answers.
    """

    first: str
    second: str
    n: int
    largest_difference: int
    top1_changes: int
    ran: int = 0
    top1_first: Share | None = None
    top1_second: Share | None = None
    points: Points = 0.0
    interval: tuple[Points, Points] = (0.0, 0.0)
    p_value: Share = 1.0
    labelled: bool = True
    what: str = "accuracy"
    """What the share of right answers is called (`top1_first`, `top1_second`)."""
    layer: str = ""
    """Where the two part, when the second loses more than the limit: the Keras layer or tensor."""


class ArenaRow(_Row, frozen=True, kw_only=True):
    """The planned arena of one microcontroller target: its peak, and a chart over time (SVG, HTML page only)."""

    target: str
    peak: Peak
    chart: str = ""


class MemoryRow(_Row, frozen=True, kw_only=True):
    """Working memory: per microcontroller target, and of the processes that measured latency, by runtime."""

    arena_bytes: dict[str, int]
    peak_rss_bytes: dict[str, int]
    arenas: tuple[ArenaRow, ...] = ()
    """Of the targets that run compiled C; TensorFlow Lite Micro plans its own arena."""


class GateRow(_Row, frozen=True, kw_only=True):
    """A limit, the figure that was found, and whether it holds."""

    name: str
    """The key of the recipe, or a target's figure."""
    limit: float
    value: float | None
    """None: not measured, which fails."""
    passed: bool
    unit: str = ""
    """Of limit and value."""
    why: str = ""
    """Of a gate that failed or is not shown, where more is known than the figure."""
    layers: tuple[str, ...] = ()
    """Of a failed accuracy limit: the layers that lose most, each with what comes back and an advice."""
    shown: bool = True
    """False for a limit that holds on the measured images, which are too few to claim it of others."""
    target: str = ""
    """The target whose own gate this is: where it fails, that target's bundle alone is withheld."""


class BundleRow(_Row, frozen=True, kw_only=True):
    """A bundle that was written; `sha256` is that of its manifest."""

    target: str
    path: str
    """Its folder, below the report."""
    sha256: str
    bytes: int
    """All files together."""
    files: int = 0
    """How many."""


class WithheldRow(_Row, frozen=True, kw_only=True):
    """A target whose bundle was not written, and why."""

    target: str
    why: str


class Report(_Row, frozen=True, kw_only=True):
    """The whole report.

    `status` is "passed" or "failed"; the fields are those of report.json.

        report = espalier.build("recipe.toml").report
        report.status, report.accuracy, [gate.name for gate in report.gates if not gate.passed]
    """

    name: str
    """The recipe's."""
    version: str
    """The recipe's."""
    status: Literal["passed", "failed"]
    model: ModelRow
    stages: tuple[StageRow, ...]
    """In order, with their time."""
    prune: PruneRow
    quantize: QuantizeRow
    accuracy: AccuracyRow | None
    """None where nothing was measured."""
    latency: tuple[LatencyRow, ...]
    """On the build machine, never the device's."""
    memory: MemoryRow
    emulated: tuple[EmulatedPart, ...]
    """Compiled programs, run on the emulated core of their target."""
    gates: tuple[GateRow, ...]
    """Limits of the recipe and the targets."""
    checks: tuple[Check, ...]
    """What really ran on models and bundles, and what did not."""
    bundles: tuple[BundleRow, ...]
    """Those that were written: of a failed build, the targets that nothing failed for."""
    withheld: tuple[WithheldRow, ...] = ()
    modes: dict[str, tuple[Mode, ...]] = {}
    """Per target that does not fit: every `optimize`, tried."""
    parity: tuple[ParityRow, ...] = ()
    """The same file on every runtime and kernel set."""
    warnings: tuple[str, ...] = ()
    """What a person should read."""
    machine: dict[str, str] = {}
    """CPU, system and versions of the build machine, and whether the walls around child processes were whole (SECURITY.md)."""
    preprocessing: tuple[FedPart, ...] = ()
    """Right answers of the float model, fed as the recipe declares (first) and in the usual other ways
    (best first; `n` is smaller where a part of the images was enough)."""
    explain: ExplainPart | None = None
    """Every layer of the int8 model against the float model, as `espalier explain --json` prints it; None when this
    build did not make it (recipe: report.explain)."""
    by_image: ImageAnswers | None = None
    """What int8 answered to each image, for `espalier compare`."""
    contact_sheet: tuple[SheetPart, ...] = ()
    """Flipped images for the HTML page, at most 24."""
    verdict: VerdictRow | None = None
    network: NetworkRow | None = None
    """The int8 file as a graph."""
    source: SourceRow | None = None
    format: str = "espalier-report/1"
    """Changes with anything but a new key."""
