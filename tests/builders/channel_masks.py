"""Which channels go, drawn at random over all families, and what the whole model answers with them silenced."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from espalier.prune.constants import find_constants
from espalier.prune.flat import FlatGraph, flatten, run
from espalier.prune.groups import Groups, trace_groups
from espalier.prune.importance import MIXING
from espalier.prune.narrow import narrow

Mask = NDArray[np.bool_]
TOLERANCE = 1e-5
"""Of an answer, and of the largest one where that is above 1."""


def random_kept(groups: Groups, rng: np.random.Generator) -> Mask:
    """Of each family that may be pruned: nothing goes, a share does, or all but one."""
    kept = np.ones(groups.count, bool)
    for family in groups.families:
        size = len(family.members)
        if family.frozen is not None or not family.producers or size < 2 or rng.random() < 0.15:
            continue
        gone = size - 1 if rng.random() < 0.1 else int(rng.integers(1, size))
        kept[rng.permutation(family.members)[:gone]] = False
    return kept


def least_kept(groups: Groups) -> Mask:
    """One channel of each family that may be pruned."""
    kept = np.ones(groups.count, bool)
    for family in groups.families:
        if family.frozen is None and family.producers:
            kept[family.members[1:]] = False
    return kept


def masked_answers(graph: FlatGraph, groups: Groups, kept: Mask, images: Any) -> list[Any]:
    """The whole model's answers when the removed components are 0 wherever a layer that mixes channels reads them."""

    def call(node: Any, values: list[Any]) -> list[Any]:
        layout = groups.layouts.get(node.name)
        if layout is not None and node.kind in MIXING:
            values = [value * kept[groups.component[layout.inputs]].astype(np.float32) for value in values]
        if layout is not None and node.kind == "MultiHeadAttention":
            return _without_heads(node, values, kept[groups.component[layout.inner]])
        return node.call(node.operation, values)

    return [np.asarray(head) for head in run(graph, [keras.ops.convert_to_tensor(images)], call=call)]


def _without_heads(node: Any, values: list[Any], heads: Mask) -> list[Any]:
    """The output projection reads nothing of the removed heads."""
    kernel = node.operation._output_dense.kernel
    whole = kernel.numpy()
    kernel.assign(whole * heads[:, None, None])
    answers = [np.asarray(value) for value in node.call(node.operation, values)]
    kernel.assign(whole)
    return [keras.ops.convert_to_tensor(value) for value in answers]


def difference(ours: Any, wanted: list[Any]) -> float:
    """Largest difference of any answer, in parts of the largest one where that is above 1."""
    found = [np.asarray(head) for head in (ours if isinstance(ours, list | tuple) else [ours])]
    assert [head.shape for head in found] == [head.shape for head in wanted]
    return max(
        float(np.abs(one - other).max() / max(1.0, np.abs(other).max())) for one, other in zip(found, wanted, strict=True)
    )


def images_for(model: Any, seed: int = 7, count: int = 3) -> Any:
    return np.random.default_rng(seed).normal(size=(count, *model.inputs[0].shape[1:])).astype(np.float32)


def mask_differences(model: Any, seed: int, count: int) -> list[tuple[float, float]]:
    """For each of `count` random choices: how far the smaller model is from the whole one with those channels silenced, and
    how far that one is from the model as given."""
    graph, images, rng = flatten(model), images_for(model), np.random.default_rng(seed)
    groups = trace_groups(graph)
    found, given = [], masked_answers(graph, groups, np.ones(groups.count, bool), images)
    for _ in range(count):
        kept = random_kept(groups, rng)
        wanted = masked_answers(graph, groups, kept, images)
        found.append((difference(narrow(graph, groups, kept)(images), wanted), difference(given, wanted)))
    return found


def free_difference(model: Any, seed: int) -> tuple[float, int]:
    """Silence a third of the channels that each layer makes: how far the answers move when what is free goes, and how much
    is. Changes the model."""
    rng = np.random.default_rng(seed)
    for layer in model._flatten_layers(include_self=False):
        if type(layer).__name__ in MIXING:
            values = layer.get_weights()
            dead = rng.random(values[-1].shape[-1]) < 0.3
            layer.set_weights([np.where(dead if w.shape[-1] == len(dead) else False, 0, w) for w in values])
    graph, images = flatten(model), images_for(model)
    groups = trace_groups(graph)
    constants = find_constants(graph, groups)
    kept = ~constants.free
    for family in groups.families:
        if not kept[family.members].any():
            kept[family.members[0]] = True
    smaller = narrow(graph, groups, kept, fills=constants.fills)
    answers = model(images)
    wanted = [np.asarray(head) for head in (answers if isinstance(answers, list | tuple) else [answers])]
    return difference(smaller(images), wanted), int((~kept).sum())
