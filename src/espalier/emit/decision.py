"""From the output bytes to a label, a confidence and "review": integers only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..graph.types import Graph
from . import c_text as c

_BITS = 16


@dataclass(frozen=True, slots=True)
class Written:
    """Lines for the header and lines for the source."""

    header: list[str]
    source: list[str]


def write_decision(prefix: str, graph: Graph, labels: Sequence[str], threshold: float) -> Written:
    """`<name>_decide` and `<name>_labels`, when the network classifies and labels are given."""
    output = graph.tensors[graph.outputs[0]]
    if not labels or len(graph.outputs) != 1 or output.quant is None or output.dtype != "int8":
        return Written([], [])
    macro, quant = prefix.upper(), output.quant
    # The least stored value whose real value reaches the threshold.
    least = math.ceil(threshold / quant.scale + quant.zero_point - 1e-9)
    permille = min(round(1000 * quant.scale * (1 << _BITS)), ((1 << 31) - 1) // 255)
    header = [
        "",
        c.define(f"{macro}_CLASSES", len(labels)),
        c.comment("label in UTF-8; confidence in thousandths; review is 1 below the recipe's threshold"),
        f"typedef struct {{ const char *label; int32_t index, confidence; int review; }} {prefix}_decision;",
        c.prototype(f"{prefix}_decision {prefix}_decide(const int8_t *output)"),
    ]
    body = [
        f"{prefix}_decision decision;",
        "int32_t i, best;",
        "decision.index = 0;",
        "for (i = 1; i < " + c.integer(len(labels)) + "; i++) {",
        "  if (output[i] > output[decision.index]) decision.index = i;",
        "}",
        "best = output[decision.index];",
        "decision.label = labels[decision.index];",
        f"decision.confidence = ((best - {c.literal_in_sum(quant.zero_point)}) * "
        f"{c.integer(permille)} + {c.integer(1 << (_BITS - 1))}) >> {c.integer(_BITS)};",
        f"decision.review = best < {c.integer(max(-129, min(128, least)))};",
        "return decision;",
    ]
    signature = f"{prefix}_decision {prefix}_decide(const int8_t *output)"
    source = ["", c.strings("labels", labels), "", *c.function(signature, body)]
    return Written(header, source)
