"""Decoded boxes of known answers as C: what a device holds its own decode against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..detector import Boxes, Detector
from ..graph.types import Graph
from ..task.boxes.decode import detect
from . import c_text as c
from .selftest import Further, GoldenCase, outputs_of, parts

BOX_BYTES = 20
FIELDS = ("x1", "y1", "x2", "y2", "score", "label", "anchor")
"""Of a box, in the order of Boxes.rows()."""


def boxes_of(case: GoldenCase, graph: Graph, detector: Detector) -> Boxes:
    """What a known answer says."""
    return detect(detector, [np.frombuffer(part, np.int8) for part in parts(case.output, outputs_of(graph))])


def boxes_arrays(found: Sequence[Boxes]) -> list[str]:
    """`golden_firsts`: where the boxes of each case begin, and the end; `golden_boxes`: FIELDS of each box."""
    firsts = np.cumsum([0, *map(len, found)]).astype(np.int32)
    rows = np.concatenate([boxes.rows().reshape(-1) for boxes in found])
    if not len(rows):
        rows = np.zeros(1, np.int32)  # C has no empty array
    return [c.array("golden_firsts", firsts), "", c.array("golden_boxes", rows), ""]


def pointers(graph: Graph) -> str:
    """The outputs' buffers, as the decode takes them."""
    names = [end.name for end in outputs_of(graph)]
    return f"const int8_t *outputs[{len(names)}] = {{{', '.join(names)}}};"


def boxes_comparison(prefix: str, failure: str) -> list[str]:
    """Decodes case `n` and returns `failure` at the first box that is another. Needs `outputs`, `boxes`, `i`, `count`."""
    same = " && ".join(f"(int32_t)boxes[i].{field} == wanted[{place}]" for place, field in enumerate(FIELDS))
    return [
        f"count = {prefix}_detect(outputs, boxes);",
        f"if (count != golden_firsts[n + 1] - golden_firsts[n]) return {failure};",
        "for (i = 0; i < count; i++) {",
        f"  const int32_t *wanted = golden_boxes + (golden_firsts[n] + i) * {len(FIELDS)};",
        f"  if (!({same})) return {failure};",
        "}",
    ]


def boxes_further(
    prefix: str, graph: Graph, golden: Sequence[GoldenCase], detector: Detector, *, failure: str = ""
) -> Further:
    """The self-test's part: every known answer decoded; `failure`: what it returns at a box that is another."""
    return Further(
        arrays=boxes_arrays([boxes_of(case, graph, detector) for case in golden]),
        arguments=boxes_argument(prefix),
        variables=[pointers(graph), "int32_t count;"],
        comparison=boxes_comparison(prefix, failure or f"{prefix.upper()}_MISMATCH"),
    )


def boxes_argument(prefix: str) -> str:
    """The further argument of the self-test."""
    return f", {prefix}_box *boxes"


def detect_call(prefix: str, graph: Graph) -> str:
    """A C file with `<prefix>_detect_call`: the decode with a pointer per output, for an emulator that passes buffers."""
    arguments = ", ".join(f"const int8_t *{end.name}" for end in outputs_of(graph))
    signature = f"int32_t {prefix}_detect_call({arguments}, {prefix}_box *boxes)"
    body = [pointers(graph), f"return {prefix}_detect(outputs, boxes);"]
    return "\n".join([c.include(f"{prefix}.h"), "", c.prototype(signature), "", *c.function(signature, body)]) + "\n"


def packed_boxes(found: Boxes) -> bytes:
    """As they lie in memory: `xmodel_box` of task/device/detect.h, 20 bytes each, little endian."""
    kind = np.dtype(
        {
            "names": ["score", "anchor", "label", "x1", "y1", "x2", "y2"],
            "formats": ["<i4", "<i4", *["<u2"] * 5],
            "offsets": [0, 4, 8, 10, 12, 14, 16],
            "itemsize": BOX_BYTES,
        }
    )
    packed = np.zeros(len(found), kind)
    for name, column in zip(FIELDS, found.rows().T, strict=True):
        packed[name] = column
    return packed.tobytes()
