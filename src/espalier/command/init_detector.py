"""What `espalier init` writes for a network whose outputs look like a detector's: `[detect]`, with what only a person knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..detector import HeadLeaf, HeadNames
from ..errors import EspalierError, ModelRefusedError
from ..load.custom_tail import LEFT_OUT, TWO_LINES
from ..load.keras_facts import ModelFacts
from ..recipe import InputContract
from ..recipe_detect import ANCHORED, WITH_OBJECTNESS
from ..stages.model import ModelFile
from ..stages.workshop import Workshop
from ..store import Store
from ..task.boxes.guess import Guess, guess_heads
from ..terminal import Progress

ANY_HEADS = HeadNames(scores=(), width=0)
OPEN_SIDE = 320
"""Of an input that the model leaves open."""

CLASSIFIERS = frozenset({"Dense", "Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"})
"""Layers that a network with one output has where it is no detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The recipe's lines, and how many classes there are."""

    table: str
    classes: int


def find_detector(model: Path, facts: ModelFacts, labels: int | None) -> Found | None:
    """What the outputs look like; None where they are no detector's, or nothing tells. `labels`: how many a labels file names.

    Raises ModelRefusedError for a network whose own layers at the end were left out (facts.notes), when nothing tells.
    """
    kinds = {layer.class_name for layer in facts.layers}
    if "Conv2D" not in kinds or (facts.output != "values" and CLASSIFIERS & kinds):
        return None
    found = _found(model, labels)
    if found is None and any(LEFT_OUT in note for note in facts.notes):
        raise ModelRefusedError(
            f"the model {model.name!r} ends in layers of its own, and what is before them is no detector that is known",
            supported="networks that end in the heads of a detector, before its decode",
            next_step=TWO_LINES,
        )
    return found


def _found(model: Path, labels: int | None) -> Found | None:
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        try:
            known = ModelFile(shop, model, InputContract(size=(1, 1)), "detect", ANY_HEADS).facts()
            height, width = (side or OPEN_SIDE for side in known.input_shape[:2])
            file = ModelFile(shop, model, InputContract(size=(height, width)), "detect", ANY_HEADS)
            leaves = file.find_heads()
        except EspalierError:
            return None
    guess = guess_heads([leaf.shape for leaf in leaves], (height, width), labels)
    return None if guess is None else Found(table=table_of(guess, leaves), classes=guess.classes)


def table_of(guess: Guess, leaves: Sequence[HeadLeaf]) -> str:
    """`[detect]` for a guess about these layers."""
    heads: dict[str, list[int | None]] = {
        "boxes": [head.box for head in guess.heads],
        "sizes": [head.size for head in guess.heads],
        "objectness": [head.objectness for head in guess.heads],
        "scores": [*(head.scores for head in guess.heads)],
    }
    lines = ["[detect]                             # CHECK: guessed from the shapes of the outputs", f'decode = "{guess.decode}"']
    for role, places in heads.items():
        if role == "objectness" and guess.decode not in WITH_OBJECTNESS:
            continue
        names = list(dict.fromkeys(leaves[place].layer for place in places if place is not None))
        lines += [f"{role} = [{', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}]"] if names else []
    ends = leaves[guess.heads[0].scores].activation
    activation = ends if ends != "none" else "softmax" if guess.decode in ("fomo", "yolo-v2") else "sigmoid"
    sure = "" if ends != "none" else "                  # CHECK: or softmax; none where the scores are probabilities already"
    lines.append(f'activation = "{activation}"{sure}')
    if guess.background != "none":
        lines.append(f'background = "{guess.background}"                 # CHECK: where the scores have "no object"')
    if guess.decode == "dfl" and guess.bins != 16:
        lines.append(f"bins = {guess.bins}")
    lines += _anchors(guess)
    lines += [f"# CHECK: {ask}" for ask in guess.asks]
    lines += ["# variances = [0.1, 0.1, 0.2, 0.2]   # of most SSDs", "threshold = 0.5", ""]
    return "\n".join(lines)


def _anchors(guess: Guess) -> list[str]:
    if guess.decode not in ANCHORED:
        return []
    if guess.decode == "retinanet" and guess.each == 9:
        return ["anchors = { scale = 4.0, octaves = 3, ratios = [0.5, 1.0, 2.0] }   # CHECK: as published"]
    if guess.maps == ((1, 1),):
        rows = f"{guess.each} rows: centre x, y, width, height as shares of the input"
        return [f'anchors = {{ file = "anchors.csv" }}   # CHECK: {rows}']
    level = "[" + ", ".join(["[32, 32]"] * guess.each) + "]"
    return [f"anchors = {{ sizes = [{', '.join([level] * len(guess.maps))}] }}   # CHECK: [width, height] in pixels"]
