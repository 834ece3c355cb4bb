"""What `espalier run` says of an image: an interface that other tools read (format espalier-run/1). Keys stay; more may come."""

from __future__ import annotations

from typing import Any

import msgspec

Numbers = float | list[Any]
"""A number, or numbers in the shape of an output."""
Milliseconds = float
"""A row that has a field named `float` cannot name the type inside its body."""


class FoundBox(msgspec.Struct, frozen=True, kw_only=True):
    """An object: its label, confidence 0..1, and left, top, right, bottom in pixels of the picture."""

    label: str
    confidence: float
    box: tuple[int, int, int, int]


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the model answers, as the device's program says it; what its task has not is left out."""

    decision: str | None = None
    """A label, or "review" below the threshold; "alert" or another word of the task."""
    label: str | None = None
    """The best label."""
    confidence: float | None = None
    """Of the label, 0..1."""
    scores: dict[str, float] = {}
    """The best labels with theirs, of a model with one label for each image."""
    labels: dict[str, float] | None = None
    """Of several labels those that are said, with their confidence."""
    boxes: tuple[FoundBox, ...] | None = None
    """Of a detector, the best first."""
    values: dict[str, Numbers] = {}
    """Numbers by their names, or outputs as they are by theirs."""
    shares: dict[str, float] = {}
    """Of a map: the share of the pixels of each class."""
    share: float | None = None
    """Of the class that may be an alert."""
    size: tuple[int, ...] = ()
    """Of a picture: rows, columns, channels."""
    match: str | None = None
    """Of a vector: the enrolled name, or "unknown"."""
    nearest: str | None = None
    """The nearest enrolled name, if any."""
    cosine: float | None = None
    """To it."""
    vector: tuple[int, ...] = ()
    """Divided by its length, times 16384."""
    score: float | None = None
    """Of an image that may be out of the ordinary: about grey levels, squared."""
    score_q8: int | None = None
    alert_q8: int | None = None
    """The score, and that from which on there is an alert, times 256."""
    outputs: tuple[int, ...] = ()
    """The output bytes (of the uint8 model) of a model with labels."""
    heads: dict[str, RunAnswer] = {}
    """Of several outputs: each."""


class RunRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One image: one line of JSON of `espalier run --json`."""

    image: str
    """The file as it was named, or the number of a frame."""
    answer: RunAnswer | None = None
    """None where the image could not be read."""
    float: RunAnswer | None = None
    """What the float model answers, with --float."""
    problem: str = ""
    """Why there is no answer."""
    width: int = 0
    height: int = 0
    """Of the picture in pixels, upright."""
    decode_ms: Milliseconds = 0.0
    """To read the file."""
    prepare_ms: Milliseconds = 0.0
    """To bring it to the model's size and colours, by the contract."""
    model_ms: Milliseconds = 0.0
    """Of the interpreter, on one thread of this machine."""
    float_ms: Milliseconds = 0.0
    """Of the float model."""
    drawn: tuple[str, ...] = ()
    """Pictures that were written, with --out."""


class RunSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What ran, and how fast: medians over the images that could be read."""

    name: str
    version: str
    task: str
    images: int
    unreadable: int
    decode_ms: float
    prepare_ms: float
    model_ms: float
    float_ms: float | None
    runtime: str
