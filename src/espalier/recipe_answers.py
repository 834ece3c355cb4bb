"""The tables of a recipe that belong to a kind of answer, and which tasks take which keys."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from .tables import Share, Table

HeadTask = Literal["classify", "regress", "raw", "binary", "multi-label", "embed", "segment", "image"]
"""What one output answers."""

TaskName = Literal["auto", HeadTask, "anomaly", "detect", "several"]


Threshold = Annotated[float, Meta(ge=1 / 256, le=255 / 256)]
"""Of a probability in steps of int8: below the first everything is above it, above the last nothing."""


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """What of a recipe a task takes. `table`: the table of its own, in which something must stand (`needs`; empty: it may be
    left out). `budgets`: those that only such answers have."""

    labels: bool = False
    """`model.labels`."""
    classes: bool = False
    """What only one class of several has: `prune.fine-tune`, `decision.precision`, `budgets.min-class-recall`."""
    truth: bool = True
    """An image is right or wrong: budgets on accuracy and its drop."""
    boxes: bool = False
    """Objects have boxes: `evaluation.annotations`, and budgets on average precision, recall and false alarms."""
    numbers: bool = False
    """The model may take numbers beside the image: [[input.numbers]]."""
    table: str = ""
    needs: str = ""
    budgets: tuple[str, ...] = ()
    masks: bool = False
    """`evaluation.masks`: a class for each pixel, and the budgets on it."""
    pictures: bool = False
    """`evaluation.targets`: the picture that is wanted, and the budgets on it."""


TASKS: Final[dict[str, Takes]] = {
    "classify": Takes(numbers=True, labels=True, classes=True),
    "binary": Takes(numbers=True, labels=True, classes=True, table="binary", needs="positive"),
    "multi-label": Takes(numbers=True, labels=True, table="multi_label", budgets=("min_label_f1", "max_map_drop")),
    "regress": Takes(numbers=True, table="regress", needs="tolerance"),
    "segment": Takes(truth=False, table="segment", needs="classes", masks=True),
    "embed": Takes(table="embed", budgets=("min_recall_at_1", "max_eer")),
    "image": Takes(truth=False, table="picture", needs="range", pictures=True),
    "anomaly": Takes(table="anomaly", needs="normal", budgets=("min_auc",)),
    "raw": Takes(numbers=True, truth=False),
    "detect": Takes(labels=True, boxes=True, table="detect", needs="decode"),
    "several": Takes(numbers=True),
}
"""Every word of `model.task` but `auto`."""


def takes_of(task: TaskName) -> Takes:
    """What a task takes; `auto` what a classifier does, until the model says more."""
    return TASKS["classify" if task == "auto" else task]


Price = Annotated[float, Meta(ge=0, le=1e9)]


class LabelCost(Table, frozen=True, kw_only=True):
    """What is different about one label."""

    miss: Price | None = None
    """Instead of the common one: an image of this label gets another answer."""
    false_alarm: Price | None = None
    """Instead of the common one: this label is answered, and is not right."""
    share: Share | None = None
    """How often this label comes in use, where the evaluation images have it more or less often."""


class Cost(Table, frozen=True, kw_only=True):
    """What an image costs: nothing when the answer is right, `review` when a person looks, else `miss` of the true label and
    `false-alarm` of the answered one. In any unit."""

    miss: Price
    """An image of a label gets another answer."""
    false_alarm: Price
    """A label is answered that is not right."""
    review: Price
    """A person looks at an image."""
    normal: Annotated[str, Meta(max_length=200)] | None = None
    """The label of images on which nothing is to be found: missing it, or answering it, costs nothing by itself."""
    labels: dict[str, LabelCost] = msgspec.field(default_factory=dict)
    """By label, what differs from the above."""


class Decision(Table, frozen=True, kw_only=True):
    """When a device answers with a label, and when with "review": a person should look."""

    threshold: Share = 0.6
    """Below this confidence the answer is "review"."""
    precision: Share | None = None
    """Instead of a threshold: the share of right answers among those given. The build chooses the least threshold that
    reaches it on the evaluation images, in float and in int8."""
    cost: Cost | None = None
    """Instead of a threshold: what wrong answers and reviews cost. The build chooses the threshold of least expected cost; of
    task multi-label one for each label."""


class Regress(Table, frozen=True, kw_only=True):
    """The numbers of task regress. Their truth is the evaluation csv: a header `path` and a column for each number, in the
    order of the model's outputs."""

    tolerance: Annotated[float, Meta(gt=0, le=1e15)]
    """How far a number may be off and still count as right, in `unit`."""
    unit: Annotated[str, Meta(max_length=32)] = ""
    """What the numbers are in, for people."""
    names: tuple[str, ...] = ()
    """What the numbers are called; by default as the columns of the csv."""


class Binary(Table, frozen=True, kw_only=True):
    """Yes or no, from one sigmoid unit or its logit. Truth: two class folders, or a csv with labels."""

    positive: Annotated[str, Meta(min_length=1)]
    """Which label the unit's 1 stands for: the other is 0. Without `model.labels` both are the names of the class folders."""
    threshold: Threshold = 0.5
    """From this probability on the answer is `positive`. Where neither label reaches `decision.threshold`, it is "review"."""


class MultiLabel(Table, frozen=True, kw_only=True):
    """Several labels of an image at once, from independent sigmoids or logits. Truth: a csv with a column of 0 and 1 for each
    label, or with the columns path,labels (labels with ; between them), or folders that are named by labels with + between them
    (`none`: no label)."""

    threshold: Threshold | None = None
    """From this probability on a label is said, whichever it is. Without it each label has a threshold of its own: the one of
    the largest F1 of the float model on the evaluation images (0.5 without any)."""
    thresholds: dict[str, Threshold] = msgspec.field(default_factory=dict)
    """Of labels by name; these are not sought."""


MaskValue = Annotated[int, Meta(ge=0, le=255)]
ClassName = Annotated[str, Meta(min_length=1, max_length=64)]


class Segment(Table, frozen=True, kw_only=True):
    """The classes that task segment tells apart, pixel by pixel. Their truth are mask files: `evaluation.masks`."""

    classes: Annotated[tuple[ClassName, ...], Meta(min_length=2, max_length=255)]
    """What the output's channels are called, in order; of one mask (one channel) two: what is not in it, and what is."""
    values: tuple[MaskValue, ...] = ()
    """What stands for each class in the masks (grey values, or places in the palette); by default 0, 1, 2, ..."""
    colors: tuple[Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")], ...] = ()
    """Instead, for masks that are colour pictures: the colour of each class, as "#ff8000"."""
    ignore: MaskValue | None = None
    """What stands in the masks for pixels that nobody judges, often 255."""
    threshold: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    """Of one mask: the probability from which a pixel is in it."""
    last_resize: Literal["auto", "keep", "drop"] = "auto"
    """Where the network ends in a resize of the mask: whether the device computes it, or decides before it, on fewer pixels.
    `auto` drops it when a target is a microcontroller. What that costs is measured."""
    alert: str = ""
    """The class whose share of the image decides about an alert."""
    alert_share: Annotated[float, Meta(gt=0, le=1)] | None = None
    """The share of the input's pixels from which it does (with `fit = "pad"` the border is among them)."""


class Picture(Table, frozen=True, kw_only=True):
    """The pictures of task image. Their truth are picture files of the output's size: `evaluation.targets`."""

    range: tuple[Annotated[float, Meta(ge=-1e6, le=1e6)], Annotated[float, Meta(ge=-1e6, le=1e6)]]
    """What of the network's values is black, and what is white (the bytes 0 and 255): often [0.0, 1.0] or [0.0, 255.0]."""


class Embed(Table, frozen=True, kw_only=True):
    """The vector of task embed, compared by the cosine of the angle to enrolled ones. Truth: one folder per class (person, part,
    place), with several images in each."""

    threshold: Annotated[float, Meta(ge=-1, le=1)] | None = None
    """The cosine from which a vector counts as that of the nearest enrolled one. Without it the least cosine that no more than
    `false-accepts` of the evaluation images' pairs of two classes reach, of the float model (0.5 without any)."""
    false_accepts: Annotated[float, Meta(ge=0, le=0.5)] = 0.01
    """Share of the pairs of two classes that may be taken for one."""


class Anomaly(Table, frozen=True, kw_only=True):
    """The score of task anomaly: the mean square, in grey levels (0 to 255), of the difference between the image and the picture
    that an autoencoder makes of it. Truth: one folder of good images, and any others."""

    normal: Annotated[str, Meta(min_length=1, max_length=200)]
    """The folder (label) of the images with which nothing is wrong, often "good"."""
    threshold: Annotated[float, Meta(gt=0, le=16384)] | None = None
    """The score from which there is an alert. Without it the least that no more than `false-alarms` of the good images reach in
    int8: of the evaluation images, without such of the calibration images."""
    false_alarms: Annotated[float, Meta(ge=0, le=0.5)] = 0.01
    """Share of the good images that may be taken for others."""
