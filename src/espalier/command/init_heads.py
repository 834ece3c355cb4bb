"""`espalier init` for a model with several outputs: a [[head]] table for each, guessed from its activation and stored loss."""

from __future__ import annotations

from typing import Final

from ..load.keras_facts import HeadEnds, ModelFacts
from ..load.training import REGRESSION
from ..stages.find_task import map_classes

SEVERAL: Final = 'task = "several"                     # an answer of its own for each output: [[head]], below'
_CROSS_ENTROPY: Final = ("categoricalcrossentropy", "sparsecategoricalcrossentropy")
_TABLE: Final = """\
[[head]]                             # {said}
name = "{name}"
{lines}

"""


def head_tables(facts: ModelFacts) -> str:
    """The tables as TOML, each with why it is as it is."""
    return "".join(
        _TABLE.format(name=head.name, said=_said(head, loss), lines="\n".join(_lines(head, loss)))
        for head, loss in zip(facts.heads, facts.losses or ("",) * len(facts.heads), strict=True)
    )


def _said(head: HeadEnds, loss: str) -> str:
    values = "values" if head.values is None else "1 value" if head.values == 1 else f"{head.values} values"
    ends = {"softmax": ", softmax", "sigmoid": ", sigmoid", "logits": ""}[head.output]
    return f"{values}{ends}" + (f", trained with {REGRESSION.get(loss, loss)}" if loss else "")


def _lines(head: HeadEnds, loss: str) -> list[str]:
    """What a table says behind the name."""
    if head.paints:
        names = ", ".join(f'"{name}"' for name in map_classes(head))
        table = f"segment = {{ classes = [{names}] }}   # CHECK: what they are called; masks: `evaluation.masks`"
        other = 'task = "raw"                         # CHECK: a map; or "image", and picture = { range = [0.0, 1.0] }'
        return ['task = "segment"', table] if names else [other]
    several = head.values is not None and head.values > 1
    if several and (head.output == "softmax" or loss in _CROSS_ENTROPY):
        names = ", ".join(f'"{head.name}_{index}"' for index in range(min(head.values or 0, 3)))
        more = ", ..." if (head.values or 0) > 3 else ""
        return ['task = "classify"', f"# labels = [{names}{more}]   # CHECK: one for each value, or a file"]
    if loss in REGRESSION or (head.values == 1 and head.output == "logits" and not loss):
        return [
            'task = "regress"                     # CHECK',
            'regress = { tolerance = 1.0, unit = "" }   # CHECK: how far a number may be off and still be right',
        ]
    return ['task = "raw"                         # CHECK: its values as they are; other tasks: docs/reference/recipe.md']
