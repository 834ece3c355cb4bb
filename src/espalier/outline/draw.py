"""The outline of a checked model file: its operators with their shapes, and a row for each call of a layer."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..graph.types import Graph
from ..load.keras_facts import LayerSummary, ModelFacts
from .calls import Call, run_through
from .layers import LAYERS
from .sheet import Sheet, UnknownLayerError

OPERATIONS = "keras.src.ops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`graph`: as the converter gets it, with float operators and weights without values."""

    graph: Graph
    rows: tuple[LayerSummary, ...]
    parameters: int
    macs: int


def outline_of(facts: ModelFacts, size: tuple[int, int]) -> Outline:
    """Draw a model for an image of `size` (height, width) where it leaves that open. Raises UnknownLayerError for a layer that
    is not in the table."""
    sheet = Sheet()
    height, width, *channels = facts.input_shape
    sides = (height or size[0], width or size[1], *(side or 1 for side in channels))
    inputs = [sheet.value((1, *sides)), *(sheet.value((1, one.values)) for one in facts.numbers)]

    def step(call: Call) -> tuple[int, ...]:
        draw = LAYERS.get(call.class_name)
        if draw is None:
            raise UnknownLayerError(
                f"the layer {call.name!r} is of the class {call.class_name}, which an estimate does not know",
                supported=", ".join(sorted(LAYERS)),
                next_step="build it: espalier build measures every layer",
            )
        return sheet.row(call.name, call.class_name, lambda: (draw(sheet, call),))

    outputs = run_through(json.loads(facts.config), inputs, step)
    return Outline(
        graph=sheet.graph(inputs, outputs),
        rows=tuple(sheet.rows),
        parameters=sheet.parameters,
        macs=sum(row.macs for row in sheet.rows),
    )
