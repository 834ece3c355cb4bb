"""Channels by count: what every group of channels of a model is, and the model with so many of each group.

The order in which a group's channels go is fixed (least_squares.py, nested), so counts alone say what a network is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VerificationError
from ..load.keras_objects import Model
from ..row_parts import LeftAlone
from .channels import Images, score_groups
from .constants import find_constants
from .flat import FlatGraph, answer_of, flatten
from .grouped import Choice, Group, Grouped
from .groups import Family, Groups, left_alone, trace_groups
from .narrow import narrow
from .reconstruct import reconstruct


def group_channels(model: Model, images: Images, *, seed: int = 0) -> Grouped:
    """The groups. `images`: calibration images, normalised, float32 [n, h, w, c]."""
    graph = flatten(model)
    groups = trace_groups(graph)
    free = find_constants(graph, groups).free
    losses = score_groups(graph, groups, images, seed)
    sizes = _norms(graph, groups)
    found = []
    for family in _movable(groups):
        own, dead = losses[family.members], free[family.members]
        order = np.lexsort((np.arange(len(own)), own, ~dead))
        found.append(
            Group(
                layers=family.producers,
                size=len(own),
                free=int(dead.sum()),
                order=tuple(order.tolist()),
                losses=tuple(np.where(dead, 0.0, own)[order].tolist()),
                norms=tuple(np.lexsort((np.arange(len(own)), sizes[family.members], ~dead)).tolist()),
            )
        )
    alone = tuple(LeftAlone(layer=row["layer"], why=row["why"]) for row in left_alone(groups))
    return Grouped(groups=tuple(found), left_alone=alone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """The model with fewer channels; the counts of every layer, and those that were fitted again."""

    model: Model
    layers: tuple[dict[str, Any], ...]
    fitted: tuple[str, ...]


def prune_to(
    model: Model,
    groups: tuple[Group, ...],
    counts: tuple[int, ...],
    images: Images,
    *,
    by: Choice = "losses",
    repair: bool = True,
) -> Narrowed:
    """The model with `counts[i]` channels of `groups[i]`, fitted to the old answers on `images` where channels went that
    mattered. Raises VerificationError when it does not run."""
    graph = flatten(model)
    traced = trace_groups(graph)
    constants = find_constants(graph, traced)
    kept = np.ones(traced.count, bool)
    for family, group, count in zip(_movable(traced), groups, counts, strict=True):
        order = group.order if by == "losses" else group.norms
        kept[family.members[list(order[: group.size - count])]] = False
    smaller = narrow(graph, traced, kept, fills=constants.fills)
    lossy = bool((~kept & ~constants.free).any())
    fitted = reconstruct(graph, traced, kept, smaller, images) if lossy and repair else []
    answer = answer_of(graph, smaller, images[:2])
    if not all(np.isfinite(head).all() for head in (answer if isinstance(answer, list) else [answer])):
        raise VerificationError("the pruned model answers with values that are not finite")
    return Narrowed(model=smaller, layers=tuple(_layers(graph, traced, kept)), fitted=tuple(fitted))


def _movable(groups: Groups) -> list[Family]:
    return [family for family in groups.families if family.frozen is None and family.producers]


def _layers(graph: FlatGraph, groups: Groups, kept: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Outputs of each layer, before and after."""
    found = {}
    for node in graph.nodes:
        if node.name in groups.layouts and node.kind not in ("BatchNormalization", "PReLU"):
            layout = groups.layouts[node.name]
            outputs = groups.component[layout.inner if len(layout.inner) else layout.outputs]
            found[node.name] = {
                "name": node.name,
                "kind": node.kind,
                "before": len(outputs),
                "after": int(kept[outputs].sum()),
            }
    return list(found.values())


def _norms(graph: FlatGraph, groups: Groups) -> NDArray[np.float64]:
    """Mean size of the weights that make each component, float64 [groups.count]."""
    total = np.zeros(groups.count)
    done = set[str]()
    for node in graph.nodes:
        layout = groups.layouts.get(node.name)
        if layout is None or node.name in done or not hasattr(node.operation, "kernel"):
            continue
        done.add(node.name)
        kernel = np.abs(np.asarray(node.operation.kernel, np.float64))
        axis = kernel.ndim - (2 if "Transpose" in node.kind else 1)
        if kernel.shape[axis] == len(layout.outputs):
            mean = kernel.mean(axis=tuple(a for a in range(kernel.ndim) if a != axis))
            np.add.at(total, groups.component[layout.outputs], mean)
    return total
