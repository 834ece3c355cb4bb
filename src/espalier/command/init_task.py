"""Which task `init` takes a model for, where it is not one label of several: lines of the recipe's [model], and tables behind."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..load.keras_facts import ModelFacts
from ..stages.find_task import unnamed_classes


def task_lines(facts: ModelFacts, names: Sequence[str]) -> str:
    """What the outputs and the loss in the file speak for; "" where that is a plain classifier.

    `names`: of the labels file in its order, or of the class folders, sorted; empty where neither is there.
    """
    if facts.classes == 1 and facts.output in ("sigmoid", "logits"):
        sides = tuple(names) if len(names) == 2 else ("class_0", "class_1")
        return (
            'task = "binary"                      # one output: yes or no; remove this line and [binary] for "review" below a '
            "confidence\n\n[binary]\n"
            f"positive = {msgspec.json.encode(sides[1]).decode()}                # CHECK: which label did the training call 1?\n"
            "threshold = 0.5                      # from this probability on"
        )
    if facts.output != "softmax" and (facts.classes or 0) > 1 and facts.each and len(names) != facts.classes:
        return (
            'task = "multi-label"                 # CHECK: trained with a binary cross-entropy: each output is a label\n'
            "                                     # thresholds are found on [evaluation]: a csv with path and a column of 0 "
            "and 1 for each"
        )
    return ""


def paint_lines(facts: ModelFacts) -> str:
    """What a map of scores or of other values is taken for."""
    names = unnamed_classes(facts)
    if not names and facts.output == "logits" and 3 < (facts.classes or 0) <= 255 and not facts.loss:
        names = tuple(f"class_{number}" for number in range(facts.classes or 0))
    if names:
        listed = msgspec.json.encode(names).decode().replace(",", ", ")
        return (
            'task = "segment"                     # a class for each pixel; its truth: [evaluation] with images and masks\n\n'
            f"[segment]\nclasses = {listed}   # CHECK: what the channels are, in order\n"
            "# values = [0, 255]                  # what stands for them in the masks; without it 0, 1, 2, ...\n"
            "# ignore = 255                       # pixels of the masks that nobody judges"
        )
    return (
        'task = "image"                       # CHECK: a picture; its truth: [evaluation] with images and targets\n\n'
        "[picture]\nrange = [0.0, 1.0]                   # CHECK: the values that are black and white"
    )
