"""Every kind of answer by the name that `[model] task` has in a recipe."""

from __future__ import annotations

from collections.abc import Mapping

from . import anomaly, binary, classify, detect, embed, image, multi_label, raw, regress, segment
from .several import Several
from .types import Edge, Ends, Kind, Task

KINDS: dict[str, Kind] = {
    "classify": classify.KIND,
    "binary": binary.KIND,
    "multi-label": multi_label.KIND,
    "regress": regress.KIND,
    "segment": segment.KIND,
    "embed": embed.KIND,
    "image": image.KIND,
    "anomaly": anomaly.KIND,
    "raw": raw.KIND,
    "detect": detect.KIND,
}
KINDS["several"] = Several(KINDS).kind()


def kind_of(task: Task) -> Kind:
    """The functions of a task's kind."""
    return KINDS[task.kind]


def paints(task: Task) -> bool:
    """Whether an answer is a map or a picture, or one of its outputs' is: see Kind.painted."""
    return kind_of(task).painted or any(kind_of(part).painted for part in task.parts)


def edges_of(task: Task, heads: int) -> tuple[Edge, ...]:
    """Scale and zero point that each of so many outputs must have; see Kind.edge."""
    if not task.parts:
        return (kind_of(task).edge,) * heads
    return tuple(kind_of(part).edge for part in task.parts)


def ends_of(kinds: Mapping[str, str]) -> dict[str, Ends]:
    """Output -> what the network is completed to there, from the names of their kinds."""
    return {name: KINDS[kind].ends for name, kind in kinds.items()}
