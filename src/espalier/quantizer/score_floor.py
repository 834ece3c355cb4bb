"""The int8 range of a detector's scores: it ends where no score can count any more.

Most anchors see nothing, and a network trained with a focal loss says so with logits far below zero, whose probabilities nobody
tells apart. Held in the range they take most of its 256 steps from the scores that decide. A kernel saturates at no cost, and
the bias correction holds the float model to the same ends (correct.held).
"""

from __future__ import annotations

from ..task.boxes.real import floors
from ..task.types import Task
from ..tflite.edit import graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from .results import Ranges


def above_floor(float_graph: ModelT, ranges: Ranges, task: Task) -> Ranges:
    """The ranges with those of logits of scores, and of what is only reshaped into them, narrowed from below."""
    if task.boxes is None:
        return ranges
    graph, changed = graph_of(float_graph), dict(ranges)
    makers = {int(output): operator for operator in graph.operators for output in operator.outputs}
    for number, floor in floors(task.boxes).items():
        at = int(graph.outputs[number])
        while True:
            name = name_of(graph.tensors[at])
            if name in changed:
                low, high = changed[name]
                changed[name] = (max(low, min(floor, high)), high)
            maker = makers.get(at)
            if maker is None or operator_name(float_graph, maker) != "RESHAPE" or _taken(graph.operators, maker) > 1:
                break
            at = int(maker.inputs[0])
    return changed


def _taken(operators: list[OperatorT], reshape: OperatorT) -> int:
    """How many operators take what a reshape takes."""
    return sum(int(reshape.inputs[0]) in map(int, operator.inputs) for operator in operators)
