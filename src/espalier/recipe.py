"""The recipe: what to do, as frozen values. Paths are relative to the recipe's folder."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from .alarms import ALARMS
from .limits import LIMITS
from .recipe_answers import (
    TASKS,
    Anomaly,
    Binary,
    Decision,
    Embed,
    HeadTask,
    MultiLabel,
    Picture,
    Regress,
    Segment,
    TaskName,
)
from .recipe_budgets import AnswerBudgets, Budgets, Points
from .recipe_detect import Detect
from .recipe_numbers import HEAD_NAME, InputNumbers, Mean, Std
from .retouch import CENTRE, STEPS
from .tables import Share, Table

Color = Literal["rgb", "bgr", "gray", "bands"]
Resize = Literal["nearest", "bilinear", "bicubic", "area"]
Fit = Literal["stretch", "crop", "pad"]
Smooth = Literal["none", "gaussian", "median"]
Balance = Literal["none", "per-image", "min-max", "equalize"]

NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
VERSION: Final = r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})"

# Ranges: the strict reader refuses what lies outside, the JSON Schema and the reference page state them.
Side = Annotated[int, Meta(ge=1, le=LIMITS.input_side_pixels)]
Bytes = Annotated[int, Meta(ge=0, le=10**12)]
EITHER: Final = Meta(extra_json_schema={"oneOf": [{"required": ["images"]}, {"required": ["csv"]}]})


class ModelSource(Table, frozen=True, kw_only=True):
    """The trained model and what its outputs mean."""

    path: str
    """The model: a `.keras` or `.h5` file."""
    labels: str | None = None
    """A text file with one label per line, in output order; without it, the names of the class folders, sorted."""
    task: TaskName = "auto"
    """What the model answers; `auto`: what its outputs and its stored loss say, which the build tells. `classify`, one label
    of several for a whole image; `binary`, yes or no; `multi-label`, any number of labels; `regress`, numbers, which
    `regress` judges; `segment`, a class for each pixel; `image`, a picture; `embed`, a vector that is compared with enrolled
    ones; `anomaly`, whether an autoencoder can draw the image; `raw`, the values of every output as they are, measured
    against the float model and packed without a decision; `detect`, boxes around objects, which `detect` describes;
    `several`, an answer of its own for each output, in a [[head]] table."""


class InputContract(Table, frozen=True, kw_only=True):
    """The preprocessing contract: x = (pixel - mean) / std with pixel 0..255, per colour channel."""

    size: tuple[Side, Side]
    """[height, width] in pixels, as the model takes them."""
    color: Color = "rgb"
    """Order of the channels that the model was trained on; `bands` for images that are no colour pictures (depth,
    infrared, several spectral bands), which keep the order of the file."""
    bands: int = 0
    """With `color = "bands"`: how many channels an image has."""
    resize: Resize = "bilinear"
    """How an image of another size is brought to `size`."""
    fit: Fit = "stretch"
    """What happens to an image of another shape: `stretch` ignores it, `crop` cuts the centre out, `pad` adds black."""
    mean: tuple[Mean, ...] = (0.0,)
    """Taken off each pixel, in pixel units (0..255): one value, or one per channel."""
    std: tuple[Std, ...] = (1.0,)
    """What each pixel is divided by, in pixel units: one value, or one per channel."""
    smooth: Smooth = "none"
    """Against sensor noise, at the model's size: a `gaussian` or `median` filter of 3 x 3 pixels."""
    balance: Balance = "none"
    """Brightness and contrast, last of all: `per-image` as `tf.image.per_image_standardization`, which takes the place of
    `mean` and `std`; `min-max` stretches the values to 0..255; `equalize` equalizes the histogram of each channel."""
    numbers: tuple[InputNumbers, ...] = ()
    """Of a model with a second input, or several, of plain numbers: a table [[input.numbers]] for each."""

    @property
    def channels(self) -> int:
        """Of a prepared image: 1 for gray, `bands` for bands, 3 otherwise."""
        return {"gray": 1, "bands": self.bands}.get(self.color, 3)

    @property
    def source_channels(self) -> int:
        """Of an image before it is prepared: `bands` for bands, 3 (red, green, blue) otherwise."""
        return self.bands if self.color == "bands" else 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return (*self.size, self.channels)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the csv that the model is fed beside the image, in order."""
        return tuple(column for one in self.numbers for column in one.names)

    @property
    def channel_mean(self) -> tuple[float, ...]:
        """`mean`, one value per channel; after `per-image` the byte that means 0."""
        if self.balance == "per-image":
            return (float(CENTRE),) * self.channels
        return self.mean * self.channels if len(self.mean) == 1 else self.mean

    @property
    def channel_std(self) -> tuple[float, ...]:
        """`std`, one value per channel; after `per-image` the bytes that make 1."""
        if self.balance == "per-image":
            return (float(STEPS),) * self.channels
        return self.std * self.channels if len(self.std) == 1 else self.std

    @property
    def retouches(self) -> str:
        """What is done to pixels beside size, colour, mean and std, in the recipe's words; empty when nothing is. Whoever
        feeds the model must do it: a consumer that cannot is refused with these words."""
        said = {"smooth": self.smooth, "balance": self.balance}
        return ", ".join(f'{key} = "{word}"' for key, word in said.items() if word != "none")

    def shortest(self) -> InputContract:
        """The same contract as it is written shortest: equal values are one. What is stored under a contract's bytes
        then depends on its values, not on how somebody wrote them."""
        mean, std = (
            values[:1] if len(set(values)) == 1 else values
            for values in (tuple(value + 0.0 for value in given) for given in (self.mean, self.std))  # no -0.0
        )
        return msgspec.structs.replace(self, mean=mean, std=std)


def colors_of(channels: int) -> tuple[Color, int]:
    """`color` and `bands` of images that have this many channels: grey, colour, or several bands."""
    return ("gray", 0) if channels == 1 else ("rgb", 0) if channels == 3 else ("bands", channels)


class CalibrationSource(Table, frozen=True, kw_only=True):
    """Images whose activations set the ranges of the int8 model; labels are not needed."""

    images: str
    """A folder of images, or one folder per class; or the name of a set under `calibration/`."""
    count: Annotated[int, Meta(ge=1, le=100_000)] = 500
    """At most so many of them are used, evenly spaced."""


class EvaluationSource(Table, frozen=True, kw_only=True):
    """Labelled images to measure accuracy with; none of them may be among those for training or calibration."""

    images: str | None = None
    """One folder per class, named as in the labels file."""
    csv: str | None = None
    """Instead of `images`: a csv file with the columns path,label."""
    masks: str | None = None
    """Task segment: a folder of masks that are called as the images."""
    targets: str | None = None
    """Task image: a folder of the wanted pictures, called as the images."""
    annotations: str | None = None
    """Of task detect, beside `images`: the objects' boxes as COCO (one .json), Pascal VOC (a folder of .xml) or YOLO (a folder
    of .txt)."""


class Augment(Table, frozen=True, kw_only=True):
    """Random changes of the fine-tuning images."""

    flip: Literal["none", "horizontal", "vertical", "both"] = "none"
    """Along which axes images are mirrored, at random."""
    shift: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    """Up to this share of a side, in both directions."""
    rotate: Annotated[float, Meta(ge=0, le=180)] = 0.0
    """Up to so many degrees, in both directions."""
    brightness: Share = 0.0
    """Up to this share brighter or darker."""
    zoom: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    """Up to this share nearer or further, about the centre."""
    crop: Annotated[float, Meta(ge=0, le=0.9)] = 0.0
    """Up to this share of the sides is cut off, anywhere, and what is left is enlarged."""
    contrast: Share = 0.0
    """Up to this share more or less of each image's own contrast."""
    saturation: Share = 0.0
    """Up to this share more or less colour; of colour images."""
    blur: Annotated[float, Meta(ge=0, le=5)] = 0.0
    """Up to this standard deviation of a Gaussian, in pixels."""
    noise: Annotated[float, Meta(ge=0, le=64)] = 0.0
    """Up to this standard deviation of a sensor's noise, in steps of 0..255."""
    jpeg: Annotated[int, Meta(ge=1, le=100)] = 100
    """From this quality of JPEG up to 95; 100: none. Of grey and colour images."""
    erase: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    """In half of the images a rectangle of up to this share of the area takes the image's mean."""


class FineTune(Table, frozen=True, kw_only=True):
    """Training after pruning; without it a pruned model keeps the accuracy it has then."""

    images: str
    """Training images: one folder per class."""
    epochs: Annotated[int, Meta(ge=1, le=1000)] = 3
    """How often each image is seen."""
    learning_rate: Annotated[float, Meta(gt=0, le=1)] = 0.001
    """At the start; it falls to nearly nothing over the epochs."""
    batch_size: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Images per step."""
    augment: Augment = Augment()


class Distill(Table, frozen=True, kw_only=True):
    """Training after pruning without labels: the pruned network learns to answer as the given one."""

    images: str | None = None
    """Pictures as the device sees them, without labels; the calibration images where none are named."""
    epochs: Annotated[int, Meta(ge=1, le=1000)] = 30
    """How often each image is seen."""
    learning_rate: Annotated[float, Meta(gt=0, le=1)] = 0.005
    """At the start, in parts of each tensor's own size; it falls to nearly nothing over the epochs."""
    batch_size: Annotated[int, Meta(ge=1, le=4096)] = 64
    """Images per step."""
    temperature: Annotated[float, Meta(ge=1, le=20)] = 2.0
    """By how much the scores of the given network are softened."""
    augment: Augment = Augment()
    """Random changes of these images. What changes their look (jpeg, blur, brightness, ...) the pruned network alone sees."""


class Prune(Table, frozen=True, kw_only=True):
    """Making the network smaller before it is quantized."""

    method: Literal["none", "channels", "magnitude", "fit"] = "none"
    """`channels` removes whole channels with everything that depends on them (faster everywhere); `magnitude` sets small
    weights to zero (smaller archives; microcontroller programs skip them); `fit` searches how many channels each layer keeps
    so that every budget and every limit of a target holds at the least loss (docs/howto/fit.md)."""
    amount: Annotated[float, Meta(ge=0, le=0.95)] = 0.3
    """Share of the MACs to remove (channels), or of the weights that end as zero (magnitude)."""
    pattern: Literal["free", "2:4"] = "free"
    """Of magnitude: `2:4` keeps two of each four weights."""
    engine: Literal["native", "tfmot"] = "native"
    """Of magnitude: our own engine, or tensorflow-model-optimization."""
    floor: Annotated[float, Meta(gt=0, le=1)] = 0.125
    """Of fit: share of its channels that every group keeps at least."""
    point: Annotated[int, Meta(ge=1)] | None = None
    """Of fit: build this point of the front that an earlier build found, instead of the one that loses least."""
    distill: Distill | None = None
    fine_tune: FineTune | None = None
    compare_dense: bool = True
    """Whether the given network is trained the same way, so that what training alone brings is not taken for free pruning. It
    takes as long again as the training."""


class Quantize(Table, frozen=True, kw_only=True):
    """The way to int8: how much may be lost before stronger methods are tried (docs/ladder.md)."""

    max_accuracy_drop: Points = 0.5
    """Percentage points that int8 may lose against float: over it the ladder climbs, and at its end it is a gate."""
    min_agreement: Share = 0.0
    """Share of images that int8 must answer as the float model does; under it the ladder climbs."""
    allow_int16: bool = True
    """Whether the ladder may end in 16-bit activations, slower and twice the memory."""
    search: Literal["until-limit", "best"] = "until-limit"
    """`until-limit` keeps the quick step that calibration images choose, and climbs to the first that holds the limit where
    that does not; `best` measures every int8 step, whether or not the first one holds, and takes the one that answers most
    images rightly."""
    scheme: Literal["auto", "int8", "int16x8"] = "auto"
    """`auto` lets the ladder decide; the others are one step each."""


class ReportWish(Table, frozen=True, kw_only=True):
    """What the report holds."""

    explain: Literal["auto", "always", "never"] = "auto"
    """Whether it accounts for every layer of the int8 model (as `espalier explain`). `auto`: when the ladder had to climb or
    an accuracy limit failed, so that no other build takes longer."""


class Deploy(Table, frozen=True, kw_only=True):
    """One device to make a bundle for."""

    target: str
    """A name that `espalier targets` lists, or the path of a target file."""
    runtime: Literal["c", "tflm"] | None = None
    """Microcontrollers: compiled C (the default), or the .tflite for TFLite Micro."""
    optimize: Literal["speed", "ram", "flash"] = "speed"
    """Microcontrollers: what the C compiler of the network saves first."""
    reserve_flash: Bytes = 0
    """Microcontrollers: bytes of flash that belong to the application; the gate leaves them to it."""
    reserve_ram: Bytes = 0
    """Microcontrollers: bytes of RAM that belong to the application; the gate leaves them to it."""


class HeadSource(Table, frozen=True, kw_only=True):
    """One output of a model with several, for task several: each needs a table. Its truth is the column of the evaluation csv
    that is called as the output; several columns begin with its name and a point (`box.x`)."""

    name: Annotated[str, Meta(extra_json_schema={"pattern": f"^{HEAD_NAME}$"})]
    """The output: the name of the layer that gives it in lower case, other characters than a-z and 0-9 as `_`."""
    task: HeadTask
    """What this output answers, as `model.task` says of a model with one."""
    labels: str | tuple[str, ...] | None = None
    """The labels in the order of its values, as a list or as a text file with one per line."""
    regress: Regress | None = None
    """As the table [regress]; so the others here."""
    binary: Binary | None = None
    multi_label: MultiLabel | None = None
    embed: Embed | None = None
    segment: Segment | None = None
    """Its masks are `evaluation.masks`."""
    picture: Picture | None = None
    """Its pictures are `evaluation.targets`."""
    decision: Decision = Decision()
    budgets: AnswerBudgets = AnswerBudgets()


class Recipe(Table, frozen=True, kw_only=True):
    """Everything that one build does: the tables of a recipe as frozen values, dashes written as underscores.

        recipe = espalier.Recipe(
            name="parts",
            model=espalier.ModelSource(path="model.keras", labels="labels.txt"),
            input=espalier.Input(size=(96, 96), mean=(127.5,), std=(127.5,)),
            calibration=espalier.CalibrationSource(images="images/calibration"),
            deploy=(espalier.Deploy(target="cortex-m4"),),
        )
    """

    name: Annotated[str, Meta(extra_json_schema={"pattern": f"^{NAME}$", "maxLength": 64})]
    """Names files, packages and C symbols: a-z 0-9 and -, starting with a letter."""
    model: ModelSource
    input: InputContract
    calibration: CalibrationSource
    deploy: Annotated[tuple[Deploy, ...], Meta(extra_json_schema={"minItems": 1})]
    version: Annotated[str, Meta(extra_json_schema={"pattern": f"^{VERSION}$"})] = "1.0.0"
    """A semantic version; every bundle bears it."""
    accept: tuple[Annotated[str, Meta(extra_json_schema={"enum": list(ALARMS)})], ...] = ()
    """Codes of findings that are as they should be (docs/reference/alarms.md); they stop nothing and are no warnings."""
    evaluation: Annotated[EvaluationSource | None, EITHER] = None
    binary: Binary | None = None
    multi_label: MultiLabel | None = None
    embed: Embed | None = None
    anomaly: Anomaly | None = None
    head: tuple[HeadSource, ...] = ()
    regress: Regress | None = None
    segment: Segment | None = None
    picture: Picture | None = None
    detect: Detect | None = None
    prune: Prune = Prune()
    quantize: Quantize = Quantize()
    decision: Decision = Decision()
    budgets: Budgets = Budgets()
    report: ReportWish = ReportWish()

    def of_head(self, head: HeadSource) -> Recipe:
        """The recipe as if the model had this one output only."""
        labels = head.labels if isinstance(head.labels, str) else None
        own = {field: getattr(head, field) for field in head.__struct_fields__ if field not in NOT_OF_A_HEAD}
        budgets = {field: getattr(head.budgets, field) for field in head.budgets.__struct_fields__}
        source, takes = self.evaluation, TASKS[head.task]
        if source is not None:  # masks and pictures are of the output that paints such
            masks, targets = (source.masks if takes.masks else None), (source.targets if takes.pictures else None)
            source = msgspec.structs.replace(source, masks=masks, targets=targets)
        return msgspec.structs.replace(
            self,
            model=msgspec.structs.replace(self.model, task=head.task, labels=labels),
            head=(),
            evaluation=source,
            prune=Prune(),
            budgets=Budgets(**budgets),
            **own,
        )


NOT_OF_A_HEAD: Final = frozenset({"name", "task", "labels", "budgets"})
"""Keys of a [[head]] that are no tables of the same name in a recipe."""


def contract_of(contract: dict[str, Any]) -> InputContract:
    """The [input] table as it crosses to a child process."""
    return msgspec.convert(contract, InputContract)
