"""What every bundle is generated from: one frozen value, made by command/build.py after the gates have passed."""

from __future__ import annotations

import hashlib
from math import prod

import msgspec

from .detector import Detector
from .recipe import InputContract, Recipe
from .target import Target

TITLES = {"binary": "Yes-or-no classifier", "multi-label": "Image labeller", "embed": "Image embedder",
          "anomaly": "Anomaly detector"}
"""What a model of a task is called, where it is no plain classifier."""
_ARTICLE = {"Yes-or-no classifier": "A"}


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a bundle. `path` is relative, POSIX, ASCII, without `..`, unique when case-folded."""

    path: str
    data: bytes
    role: str = "file"
    executable: bool = False

    @property
    def sha256(self) -> str:
        """Digest of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class TensorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Input or output of the int8 model: real = scale * (q - zero_point). Shape includes the batch of 1.

    The uint8 twin has the same scale and zero_point + 128.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int


class OperatorUse(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """An operator of the final file: TFLite name lowered, its version, how many there are."""

    name: str
    version: int
    count: int


class GoldenVector(msgspec.Struct, frozen=True, kw_only=True):
    """A known answer. `pixels` are the contract-sized bytes, uint8 [h, w, c] flattened row by row; the int8 model's
    input is pixels - 128, the uint8 twin's is pixels. `outputs` maps a kernel set to the int8 output bytes:
    "reference" (LiteRT BUILTIN_REF), "builtin" (no delegate), "default" (XNNPACK), each only if it ran. `boxes`: of a detector,
    what it says to these outputs, the best first: x1, y1, x2, y2, score, label, anchor (detector.Boxes.rows)."""

    name: str
    pixels: bytes
    outputs: dict[str, bytes]
    label: str
    boxes: dict[str, tuple[tuple[int, ...], ...]] = {}
    numbers: tuple[float, ...] = ()
    """What the model takes beside the image, in the units of the recipe's [[input.numbers]], all vectors one after another."""
    beside: bytes = b""
    """The same as the uint8 twin takes it; the int8 model takes each byte - 128."""

    @property
    def fed(self) -> bytes:
        """All bytes that the uint8 twin takes: the pixels, then the numbers."""
        return self.pixels + self.beside


class SourceImage(msgspec.Struct, frozen=True, kw_only=True):
    """A golden case of the contract itself: an image (uint8 [rows, columns, source channels]) and the prepared bytes."""

    name: str
    rows: int
    columns: int
    rgb: bytes
    pixels: bytes


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was really run on a bundle: `result` is "passed", "failed" or "not run" (then `why` says why)."""

    name: str
    tool: str
    version: str = ""
    result: str
    why: str = ""


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A measured quantity with its unit and how it was measured; deterministic ones only may enter a manifest."""

    quantity: str
    value: float
    unit: str
    how: str
    n: int | None = None


class ArenaFacts(msgspec.Struct, frozen=True, kw_only=True):
    """RAM for tensors on a microcontroller: bytes, how it is known, and the safety margin included in it."""

    arena_bytes: int
    margin_bytes: int
    how: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a device decides with: the hand-written C of task/device/`source`.c, the whole numbers and tables of such in it, the
    labels (none: it needs none)."""

    source: str
    numbers: dict[str, int]
    labels: tuple[str, ...] = ()
    tables: dict[str, tuple[int, ...]] = {}
    parts: dict[str, Decision] = {}
    """Of several outputs: the decision of each that has one. Then there is none of the whole."""


class BundlePart(msgspec.Struct, frozen=True, kw_only=True):
    """One of several outputs: its name, what it answers and decides, and the recipe as if the model had this one only."""

    name: str
    task: str
    labels: tuple[str, ...]
    decision: Decision | None
    recipe: Recipe
    map: ClassMap | None = None
    picture: PictureBytes | None = None


class ClassMap(msgspec.Struct, frozen=True, kw_only=True):
    """How the int8 output of a device becomes a class for each pixel (task/painted.py): its shape, the classes' names, the byte
    from which a pixel is in one mask (128: none is), and the class and the pixels of it that are an alert (-1, 0: none)."""

    rows: int
    columns: int
    channels: int
    names: tuple[str, ...]
    least: int
    alert: int = -1
    alert_pixels: int = 0
    resize: str = ""
    """The last resize of the network, where it was left off."""


class PictureBytes(msgspec.Struct, frozen=True, kw_only=True):
    """How it becomes a picture: its shape, and the byte for each output byte, -128 first."""

    rows: int
    columns: int
    channels: int
    table: tuple[int, ...]


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor's own compiler is handed. Arrays are .npy files, float32: `calibration` of so many `images` and `given`, the
    golden images, as the float model takes them; `expected`: each of its outputs to these, by name."""

    float_model: bytes
    calibration: bytes
    images: int
    given: bytes
    expected: tuple[tuple[str, bytes], ...]


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Histograms of the evaluation images, for a service to see drift by: how many images are in each bin. `brightness`: mean
    of the prepared bytes; of a classifier too `confidence` of the best label, `labels` (called `names`), `review`: those that
    are reviewed, and the others."""

    brightness: tuple[int, ...]
    confidence: tuple[int, ...] = ()
    labels: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    review: tuple[int, ...] = ()


class BundleSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a bundle may use. Models: `int8_model` has int8 input and output and no metadata (smallest);
    `uint8_model` is its bit-exact twin with TFLite metadata and labels inside. Both take raw pixel bytes of the
    contract (int8: pixel - 128). `task`: the kind of answer. Class probabilities are one head with scale 1/256, one value per
    label; heads of values have names and scales of their own, and no labels. Golden vectors hold the bytes of all heads, one
    head after the other."""

    recipe: Recipe
    target: Target
    labels: tuple[str, ...]
    int8_model: bytes
    uint8_model: bytes
    input: TensorFacts
    heads: tuple[TensorFacts, ...]
    operators: tuple[OperatorUse, ...]
    runtime_floor: str
    golden: tuple[GoldenVector, ...]
    contract_cases: tuple[SourceImage, ...]
    arena: ArenaFacts | None
    measurements: tuple[Measurement, ...]
    checks: tuple[Check, ...]
    model_sha256: str
    macs: int
    parameters: int
    advice: tuple[str, ...] = ()
    numbers: tuple[TensorFacts, ...] = ()
    """The int8 model's inputs beside the image, in the order of [[input.numbers]]."""
    task: str = "classify"
    decision: Decision | None = None
    """How the output becomes an answer on a device."""
    parts: tuple[BundlePart, ...] = ()
    """Of several outputs that are answers of their own: each, in the order of `heads`."""
    detector: Detector | None = None
    """How the outputs of a detector become boxes: its heads, in its order, are the model's."""
    map: ClassMap | None = None
    """How the output becomes a class for each pixel."""
    picture: PictureBytes | None = None
    """How the output becomes a picture."""
    handover: Handover | None = None
    """Of a hand-over folder."""
    reference: Reference | None = None
    """What the evaluation images are like; for a service only."""

    def alone(self, part: BundlePart) -> BundleSource:
        """What a bundle would be made of if the model had this one output only; called by the names of both."""
        at = next(place for place, head in enumerate(self.heads) if head.name == part.name)
        start = sum(prod(head.shape) for head in self.heads[:at])
        own = slice(start, start + prod(self.heads[at].shape))
        return msgspec.structs.replace(
            self,
            recipe=part.recipe,
            labels=part.labels,
            heads=(self.heads[at],),
            task=part.task,
            decision=part.decision,
            map=part.map,
            picture=part.picture,
            parts=(),
            golden=tuple(
                msgspec.structs.replace(one, outputs={kernels: data[own] for kernels, data in one.outputs.items()})
                for one in self.golden
            ),
        )

    def deciding(self) -> tuple[tuple[str, BundleSource], ...]:
        """The outputs of several that have a decision, or paint, by name."""
        known = ((part.name, self.alone(part)) for part in self.parts)
        return tuple((name, alone) for name, alone in known if alone.decision is not None or alone.paints)

    @property
    def mixes(self) -> bool:
        """Whether one of several outputs paints or is a vector, so that the programs around it are other ones."""
        return any(alone.paints or alone.task == "embed" for _, alone in self.deciding())

    @property
    def paints(self) -> bool:
        """Whether the output is a map or a picture."""
        return self.map is not None or self.picture is not None

    @property
    def output(self) -> TensorFacts:
        """The first head."""
        return self.heads[0]

    @property
    def values(self) -> int:
        """How many values all heads have."""
        return sum(prod(head.shape) for head in self.heads)

    @property
    def finds_boxes(self) -> bool:
        """Whether it is a detector."""
        return self.detector is not None

    @property
    def contract(self) -> InputContract:
        """The preprocessing contract."""
        return self.recipe.input

    @property
    def name(self) -> str:
        """The model's name."""
        return self.recipe.name

    @property
    def version(self) -> str:
        """The model's version."""
        return self.recipe.version

    @property
    def gives_values(self) -> bool:
        """Whether nothing is decided on all its outputs together."""
        return self.decision is None and not self.finds_boxes

    @property
    def sentence(self) -> str:
        """What the bundle is, in one plain sentence."""
        height, width = self.contract.size
        what = f"Image classifier {self.name}: {len(self.labels)} classes"
        if self.detector is not None:
            what = f"Object detector {self.name}: {_classes(self.labels)}"
        if not self.labels:
            what = f"Network {self.name}: {self.heads_text}"
        if self.task in TITLES:
            what = f"{TITLES[self.task]} {self.name}: {self.answers_text}"
        return f"{what}, {height} x {width} pixels, int8"

    @property
    def what(self) -> str:
        """What the model is, as the first words of a README."""
        if self.detector is not None:
            return f"An object detector with {_classes(self.labels)}"
        if self.task in TITLES:
            return f"{_ARTICLE.get(TITLES[self.task], 'An')} {TITLES[self.task].lower()} ({self.answers_text})"
        if self.labels:
            return f"An image classifier with {len(self.labels)} classes"
        return f"A network that answers an image with values ({self.heads_text})"

    @property
    def answers_text(self) -> str:
        """What the answers are, in words."""
        if self.parts:
            return ", ".join(f"{part.name}: {self.alone(part).answers_text}" for part in self.parts)
        if self.task == "binary":
            return " or ".join(self.labels)
        return f"{len(self.labels)} labels" if self.labels else self.heads_text

    @property
    def heads_text(self) -> str:
        """The heads and their shapes without the batch, in words."""
        return ", ".join(f"{head.name} {' x '.join(map(str, head.shape[1:])) or 1}" for head in self.heads)

    @property
    def holds(self) -> str:
        """What a firmware library holds."""
        if self.finds_boxes:
            return "Model, labels, preprocessing, detection and self-test"
        return "Model, labels, preprocessing, decision and self-test" if self.labels else "Model, preprocessing and self-test"

    @property
    def keywords(self) -> tuple[str, ...]:
        """What a library registry files it under."""
        if self.detector is not None:
            return ("object-detection", "int8", "tinyml")
        return ("image-classification" if self.labels else "neural-network", "int8", "tinyml")

    @property
    def array_bytes(self) -> int:
        """Bytes of the .tflite where a firmware library holds it as an array."""
        return len(self.int8_model)

    @property
    def sketch(self) -> str:
        """The Arduino example."""
        return "detect" if self.finds_boxes else "classify"

    @property
    def identifier(self) -> str:
        """The model's name as a lower_snake identifier for C, Java packages and Python."""
        return self.recipe.name.replace("-", "_")


def _classes(labels: tuple[str, ...]) -> str:
    return f"{len(labels)} {'class' if len(labels) == 1 else 'classes'}"
