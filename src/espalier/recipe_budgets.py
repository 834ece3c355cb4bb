"""The [budgets] of a recipe: gates, each optional."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .tables import Share, Table

Points = Annotated[float, Meta(ge=0, le=100)]
Amount = Annotated[float, Meta(ge=0, le=1e15)]
Decibels = Annotated[float, Meta(ge=0, le=120)]
Count = Annotated[int, Meta(ge=0, le=10**15)]


class LatencyBudget(Table, frozen=True, kw_only=True):
    """Median microseconds of one inference."""

    litert: Amount | None = None
    """LiteRT, on the machine that runs the build."""
    tflite_runtime: Amount | None = None
    """tflite-runtime, on the machine that runs the build."""
    c_estimate: Amount | None = None
    """Upper end of the *estimated* time of compiled C, on each microcontroller target that has an estimate (Cortex-M4, M7,
    M33)."""


class AnswerBudgets(Table, frozen=True, kw_only=True):
    """Gates on what the answers are worth, each optional."""

    max_accuracy_drop: Amount | None = None
    """Percentage points that the finished model may lose against the model as it was given; needs `evaluation`."""
    min_accuracy: Share | None = None
    """Share of the evaluation images that int8 must answer rightly. Without it, the float model must be better than
    guessing."""
    min_class_recall: Share | None = None
    """The same for the images of each single class."""
    min_label_f1: Share | None = None
    """Task multi-label: F1 of int8 that each label must reach at its threshold."""
    min_recall_at_1: Share | None = None
    """Task embed: share of the images whose nearest other image is of their class."""
    max_eer: Share | None = None
    """Task embed: equal error rate of pairs of images."""
    min_auc: Share | None = None
    """Task anomaly: share of the pairs of a good image and another in which the other has the larger score."""
    max_cost: Amount | None = None
    """Cost of 1,000 images by `decision.cost`, held out: of images that did not choose the threshold."""
    max_map_drop: Points | None = None
    """Tasks detect and multi-label: points of (mean) average precision, 0 to 100, that int8 may lose against the model as it
    was given; of boxes COCO's."""
    min_class_ap50: Share | None = None
    """Task detect: the average precision of each class at an overlap of 0.5."""
    min_recall: Share | None = None
    """Task detect: share of the objects that int8 finds at `detect.threshold`."""
    max_false_alarms: Amount | None = None
    """Task detect: boxes on nothing, for an image, at `detect.threshold`."""
    min_miou: Share | None = None
    """Task segment: mean intersection over union of int8 on the evaluation images."""
    max_miou_drop: Points | None = None
    """Task segment: percentage points of it that int8 may lose against the model as it was given."""
    min_class_iou: Share | None = None
    """Task segment: intersection over union of each single class, of those that occur in the masks."""
    min_psnr: Decibels | None = None
    """Task image: mean signal to noise of int8's pictures against the targets, in decibels; without targets against the float
    model's."""
    max_psnr_drop: Decibels | None = None
    """Task image: decibels that int8 may lose against the model as it was given, on the targets."""
    min_ssim: Share | None = None
    """Task image: mean structural similarity to what `min-psnr` is measured against."""


class Budgets(AnswerBudgets, frozen=True, kw_only=True):
    """Gates, each optional: a build that exceeds one ends with exit code 5 and writes no bundle."""

    max_model_bytes: Count | None = None
    """Size of the int8 .tflite."""
    max_arena_bytes: Count | None = None
    """RAM for tensors on each microcontroller target."""
    max_flash_bytes: Count | None = None
    """Code and constants of the compiled program on each microcontroller target that is emulated."""
    max_instructions: Count | None = None
    """Instructions of one inference on the emulated core of each microcontroller target that is emulated."""
    max_macs: Count | None = None
    """Multiply-accumulates of one inference, after pruning."""
    max_latency_us: LatencyBudget | None = None
