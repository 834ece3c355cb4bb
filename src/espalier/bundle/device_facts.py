"""What a package in JavaScript or Swift knows of its model: one JSON document. Zero points and thresholds are of uint8 bytes.

`outputs` are the model's, in its order. `answer` says how their bytes become an answer, by its `kind`:

- classify, binary: the first largest of `labels`, or the second from `positive` on; thousandths are
  ((byte - zero_point) * permille_q16 + 32768) >> 16; below `review` a person should look.
- multi-label: each label from its `least` on.
- embed: the vector less `zero_point`, divided by its length, times 16384; known from `known_q14` on.
- anomaly: the mean square of the bytes less `zero_point`, times 256; an alert from `alert_q8` on.
- map, picture: a class for each pixel, or a byte looked up for each byte (task/painted.py).
- boxes: `words` are detector.words.
- values: scale * (byte - zero_point), by `names` where there are some.
- several: an answer for each output.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Final

from ..detector import words
from ..errors import UnsupportedModelError
from ..facts import BundleSource, Decision
from .debian_numbers import beside_facts

FORMAT: Final = "espalier-device-facts/1"
UINT8: Final = 128
Facts = dict[str, object]


def model_facts(source: BundleSource, file: str) -> Facts:
    """The document; `file` is the uint8 model's. Raises UnsupportedModelError for an answer that no package can read."""
    contract = source.contract
    return {
        "format": FORMAT,
        "name": source.name,
        "version": source.version,
        "file": file,
        "sha256": hashlib.sha256(source.uint8_model).hexdigest(),
        "runtime_floor": source.runtime_floor,
        "contract": {
            "height": contract.size[0],
            "width": contract.size[1],
            "channels": contract.channels,
            "source_channels": contract.source_channels,
            "color": contract.color,
            "resize": contract.resize,
            "fit": contract.fit,
            "smooth": contract.smooth,
            "balance": contract.balance,
        },
        "beside": beside_facts(source),
        "outputs": [
            {
                "name": head.name,
                "shape": list(head.shape[1:]),
                "values": prod(head.shape),
                "scale": float(head.scale),
                "zero_point": head.zero_point + UINT8,
            }
            for head in source.heads
        ],
        "answer": answer_facts(source),
    }


def answer_facts(source: BundleSource) -> Facts:
    """How the outputs become an answer."""
    if source.parts:
        return {"kind": "several", "parts": [answer_facts(source.alone(part)) for part in source.parts]}
    if source.detector is not None:
        return {"kind": "boxes", "labels": list(source.labels), "words": words(source.detector)}
    if source.map is not None:
        facts = source.map
        return {
            "kind": "map", "rows": facts.rows, "columns": facts.columns, "channels": facts.channels,
            "names": list(facts.names), "cut": facts.least + UINT8, "alert": facts.alert, "alert_pixels": facts.alert_pixels,
        }  # fmt: skip
    if source.picture is not None:
        shown = source.picture
        return {
            "kind": "picture", "rows": shown.rows, "columns": shown.columns, "channels": shown.channels,
            "table": list(shown.table),
        }  # fmt: skip
    if source.decision is None:
        names = source.recipe.regress.names if source.recipe.regress is not None else ()
        return {"kind": "values", "names": list(names)}
    if source.decision.source not in DECISIONS:
        raise UnsupportedModelError(
            f"the answer of {source.name} is decided by {source.decision.source}",
            supported=f"{', '.join(DECISIONS)}, boxes, maps, pictures and values",
            next_step="leave this target out, or take one whose bundle decides in C",
        )
    return {**DECISIONS[source.decision.source](source.decision), "labels": list(source.decision.labels)}


def _classify(decision: Decision) -> Facts:
    numbers = decision.numbers
    return {"kind": "classify", "review": numbers["THRESHOLD"] + UINT8, **_permille(decision)}


def _binary(decision: Decision) -> Facts:
    numbers = decision.numbers
    return {
        "kind": "binary",
        "positive": numbers["POSITIVE"] + UINT8,
        "review": numbers["THRESHOLD"] + UINT8,
        **_permille(decision),
    }


def _multi_label(decision: Decision) -> Facts:
    return {"kind": "multi-label", "least": [value + UINT8 for value in decision.tables["LEAST"]], **_permille(decision)}


def _embed(decision: Decision) -> Facts:
    numbers = decision.numbers
    return {"kind": "embed", "zero_point": numbers["DECIDE_ZERO_POINT"] + UINT8, "known_q14": numbers["KNOWN_Q14"]}


def _anomaly(decision: Decision) -> Facts:
    numbers = decision.numbers
    return {"kind": "anomaly", "zero_point": numbers["DECIDE_ZERO_POINT"] + UINT8, "alert_q8": numbers["ALERT_Q8"]}


def _permille(decision: Decision) -> Facts:
    numbers = decision.numbers
    return {"zero_point": numbers["DECIDE_ZERO_POINT"] + UINT8, "permille_q16": numbers["PERMILLE_Q16"]}


DECISIONS: Final[Mapping[str, Callable[[Decision], Facts]]] = MappingProxyType(
    {"classify": _classify, "binary": _binary, "multi_label": _multi_label, "embed": _embed, "anomaly": _anomaly}
)
"""By the source of the C that decides the same."""
