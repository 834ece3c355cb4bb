"""Every kind of answer by the name that `[model] task` has in a recipe."""

from __future__ import annotations

from . import binary, classify, multi_label, raw, regress
from .types import Kind, Task

KINDS: dict[str, Kind] = {
    "classify": classify.KIND,
    "binary": binary.KIND,
    "multi-label": multi_label.KIND,
    "regress": regress.KIND,
    "raw": raw.KIND,
}


def kind_of(task: Task) -> Kind:
    """The functions of a task's kind."""
    return KINDS[task.kind]
