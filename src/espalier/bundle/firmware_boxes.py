"""What the firmware bundle of a detector has beside that of a classifier: where the outputs lie, known boxes, the way back to
the camera's frame, and the words of its README."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from typing import Final

import numpy as np

from ..detector import Boxes, Detector
from ..emit import c_text as c
from ..emit.golden_boxes import BOX_BYTES
from ..facts import BundleSource, GoldenVector
from ..task.boxes.decode import detect
from ..task.boxes.golden import split
from . import firmware_text as text
from . import golden

PARTS: Final = ("frame.h", "frame.c")
FRAME_BITS: Final = 0
"""Edges of a box in the camera's frame are whole pixels."""


def detector_of(source: BundleSource) -> Detector:
    """Of a source that has one."""
    assert source.detector is not None
    return source.detector


def starts(source: BundleSource) -> list[int]:
    """Where each output begins in an answer of all, and where the last ends."""
    return [0, *accumulate(prod(head.shape) for head in source.heads)]


def boxes_in(source: BundleSource, output: bytes) -> Boxes:
    """What the int8 outputs of a golden vector say, one behind the other."""
    return detect(detector_of(source), split(output, source.heads))


def boxes_of(source: BundleSource, vector: GoldenVector) -> Boxes:
    """What a golden vector says, by the first kernel set that ran."""
    return boxes_in(source, vector.outputs[next(name for name in golden.KERNELS if name in vector.outputs)])


def contract_lines(source: BundleSource) -> list[str]:
    """For <id>_contract.h."""
    macro = text.prefix(source).upper()
    return [
        c.comment("edges of a box in the camera's frame: pixels times 1 << FRAME_BITS"),
        c.define(f"{macro}_FRAME_BITS", FRAME_BITS),
        *start_lines(source),
    ]


def start_lines(source: BundleSource) -> list[str]:
    """Where the outputs lie where they are one buffer."""
    macro, places = text.prefix(source).upper(), ", ".join(map(str, starts(source)))
    return [
        c.comment("where each output begins in an answer of all, and where the last ends"),
        c.define(f"{macro}_OUTPUT_STARTS", c.Name(f"{{{places}}}")),
    ]


def golden_lines(source: BundleSource, vectors: Sequence[GoldenVector]) -> list[str]:
    """The known boxes, for <id>_golden.c."""
    lines = []
    for number, vector in enumerate(vectors):
        rows = boxes_of(source, vector).rows().reshape(-1)
        lines.append(c.array(f"vector_{number}_boxes", rows if len(rows) else np.zeros(1, np.int32)))
    return lines


def vector_row(source: BundleSource, number: int, vector: GoldenVector) -> str:
    """A row of the table of golden vectors."""
    count = len(boxes_of(source, vector))
    return f"    {{vector_{number}_pixels, vector_{number}_output, vector_{number}_boxes, {count}}},"


def ram_text(source: BundleSource) -> str:
    """README: what detection takes beside the arena."""
    name, macro, detector = text.prefix(source), text.prefix(source).upper(), detector_of(source)
    return (
        f"\n\n`{name}_detect()` takes {detector.room * BOX_BYTES} bytes from the caller (`{macro}_BOXES_BYTES`: boxes for "
        f"{detector.room} candidates) and less than 300 bytes\nof stack, for {detector.anchors} anchors and "
        f"{detector.classes} {'class' if detector.classes == 1 else 'classes'}."
    )


def use_lines(source: BundleSource, outputs: Sequence[str], flat: bool) -> str:
    """README: from outputs to boxes. `flat`: all outputs are one buffer."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    if flat:
        pointers = (
            f"static const int32_t starts[] = {macro}_OUTPUT_STARTS;\nconst int8_t *outputs[{len(outputs)}];"
            f"                /* output + starts[i], as in examples/{source.sketch} */\n"
        )
    else:
        pointers = f"const int8_t *outputs[] = {{{', '.join(outputs)}}};\n"
    return (
        f"{pointers}int32_t count = {name}_detect(outputs, boxes);      /* static {name}_box boxes[{macro}_BOX_ROOM] */\n"
        "for (int32_t i = 0; i < count; i++) {\n"
        f"  {name}_rectangle at = {name}_to_frame(&boxes[i], width, height);   /* pixels of the camera's frame */\n"
        f"  use({name}_labels[boxes[i].label], {macro}_SCORE_PERMILLE(boxes[i].score), at.left, at.top, at.right, at.bottom);\n"
        "}\n"
    )


def answer_words(source: BundleSource) -> str:
    """README: what the boxes are."""
    detector = detector_of(source)
    numerator, denominator = detector.overlap
    overlap = f"overlap by more than {numerator}/{denominator}" if denominator else "overlap"
    kept = "all stay" if not denominator else "the best stays"
    return (
        f"`detect` gives at most {detector.most} boxes, the best first, in integers; they equal the build machine's. Where "
        f"boxes {overlap}, {kept}."
    )
