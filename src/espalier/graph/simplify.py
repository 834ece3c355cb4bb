"""Lossless simplification: an equal network with less in it, and an account of what was saved.

`simplify` runs the passes below in order until none finds anything; the verifier runs after each. Every pass
keeps the outputs byte for byte, for every input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from .edit import prune
from .intervals import WEIGHTED, analyse, channels
from .ops import macs
from .simplify_channels import remove_channels
from .simplify_fold import fold_constants, merge_equal, normalise, remove_identities
from .simplify_fuse import cancel_pairs, fuse_activations, fuse_pads
from .simplify_repeat import fuse_repeats
from .types import Graph
from .verify import verify
from .view import view


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a network holds: operators, multiply-accumulates, bytes of constants, channels it computes."""

    operators: int
    macs: int
    constant_bytes: int
    channels: int
    """Output channels of convolutions and fully connected layers."""
    known_channels: int
    """Those of them whose value is the same for every input."""
    zero_weights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """One pass that changed something: in which round, and what the network costs after it."""

    name: str
    round: int
    after: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    before: Cost
    after: Cost
    savings: tuple[Saving, ...]


PASSES: Final[tuple[tuple[str, Callable[[Graph], Graph]], ...]] = (
    ("drop what no output needs", prune),
    ("fold constants", fold_constants),
    ("one spelling for one meaning", normalise),
    ("repeat rows and pixels at once", fuse_repeats),
    ("cancel pairs that undo each other", cancel_pairs),
    ("merge equal operators", merge_equal),
    ("remove operators that change nothing", remove_identities),
    ("fuse activations", fuse_activations),
    ("fuse pads", fuse_pads),
    ("remove channels that cannot matter", remove_channels),
)
MAX_ROUNDS: Final = 20


def simplify(graph: Graph, *, removal: bool = True) -> tuple[Graph, Account]:
    """The simplified network and the account. Raises BugError when a pass breaks a law of the graph.

    ``removal``: without the channels that cannot matter, too.
    """
    before, given = cost(graph), graph
    savings: list[Saving] = []
    for round_ in range(MAX_ROUNDS):
        changed = False
        for name, apply in PASSES if removal else PASSES[:-1]:
            result = apply(graph)
            if result is graph:
                continue
            result = verify(prune(result), after=name)
            if not _same(graph, result):
                changed = True
                savings.append(Saving(name=name, round=round_, after=cost(result)))
            graph = result
        if not changed:
            break
    after = before if graph is given else cost(graph)
    return graph, Account(before=before, after=after, savings=tuple(savings))


def without_removal(given: Graph, account: Account) -> Graph | None:
    """The network simplified without removing a channel; None where ``account``, of all passes, says that none was."""
    removed = any(saving.name == PASSES[-1][0] for saving in account.savings)
    return simplify(given, removal=False)[0] if removed else None


def _same(old: Graph, new: Graph) -> bool:
    return old.ops == new.ops and tuple(t.shape for t in old.tensors) == tuple(t.shape for t in new.tensors)


def cost(graph: Graph) -> Cost:
    """What `graph` costs, by its operators and constants."""
    analysis = analyse(graph)
    total = known = 0
    zeros = 0
    for op in graph.ops:
        if op.kind not in WEIGHTED:
            continue
        total += channels(graph.tensors[op.outputs[0]])
        interval = analysis.intervals.get(op.outputs[0])
        known += int(interval.constant.sum()) if interval is not None else 0
        zeros += int(np.count_nonzero(np.asarray(graph.tensors[op.inputs[1]].data) == 0))
    return Cost(
        operators=len(graph.ops),
        macs=sum(macs(view(graph, op)) for op in graph.ops),
        constant_bytes=sum(t.size_bytes for t in graph.tensors if t.is_constant),
        channels=total,
        known_channels=known,
        zero_weights=zeros,
    )
