"""Lossless simplification: an equal network with less in it, and an account of what was saved.

`simplify` runs the passes below in order until none finds anything; the verifier runs after each. Every pass
keeps the outputs byte for byte, for every input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .edit import prune
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
    """What a network holds: operators, multiply-accumulates, bytes of constants."""

    operators: int
    macs: int
    constant_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`changed`: the passes that changed something, in the order they did."""

    before: Cost
    after: Cost
    changed: tuple[str, ...]


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
    changed: list[str] = []
    for _ in range(MAX_ROUNDS):
        known = len(changed)
        for name, apply in PASSES if removal else PASSES[:-1]:
            result = apply(graph)
            if result is graph:
                continue
            result = verify(prune(result), after=name)
            if not _same(graph, result):
                changed.append(name)
            graph = result
        if len(changed) == known:
            break
    after = before if graph is given else cost(graph)
    return graph, Account(before=before, after=after, changed=tuple(changed))


def without_removal(given: Graph, account: Account) -> Graph | None:
    """The network simplified without removing a channel; None where ``account``, of all passes, says that none was."""
    return simplify(given, removal=False)[0] if PASSES[-1][0] in account.changed else None


def _same(old: Graph, new: Graph) -> bool:
    return old.ops == new.ops and tuple(t.shape for t in old.tensors) == tuple(t.shape for t in new.tensors)


def cost(graph: Graph) -> Cost:
    """What `graph` costs, by its operators and constants."""
    return Cost(
        operators=len(graph.ops),
        macs=sum(macs(view(graph, op)) for op in graph.ops),
        constant_bytes=sum(t.size_bytes for t in graph.tensors if t.is_constant),
    )
