"""The counts with the least loss under several budgets: a mixed-integer linear programme (scipy.optimize.milp, HiGHS).

Each group takes one of its levels. What a layer between two groups takes depends on both: for each pair of groups that a
layer joins there is a variable for each pair of levels, tied to the levels from both sides (the tight form of the product).
Sums (MACs, bytes, instructions) are one row each; a maximum (the arena) is a row for each step of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]

GAP = 1e-3
"""How far the programme's answer may be from the best."""
NODES = 20_000
"""Nodes of the search, at most: a limit that does not depend on the machine's speed."""
NEGLIGIBLE = 1e-6
"""Of all losses together: by so much the cheapest of all costs counts, so that of equal losses the cheaper is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What levels take: `constant`, for each group alone [levels], for pairs of groups [levels, levels]; not above `limit`."""

    name: str
    limit: float
    constant: float = 0.0
    single: Mapping[int, Table] = field(default_factory=dict)
    pairs: Mapping[tuple[int, int], Table] = field(default_factory=dict)

    def at(self, levels: Sequence[int]) -> float:
        """What these levels take, one of each group."""
        found = self.constant + sum(table[levels[g]] for g, table in self.single.items())
        return float(found + sum(table[levels[g], levels[h]] for (g, h), table in self.pairs.items()))


def choose(losses: Sequence[Table], costs: Sequence[Cost]) -> tuple[int, ...] | None:
    """A level of each group, so that all limits hold and the sum of `losses` [levels] is least; None where none do."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    starts = np.concatenate([[0], np.cumsum([len(loss) for loss in losses])]).astype(int)
    pairs = sorted({pair for cost in costs for pair in cost.pairs})
    shapes = {pair: (len(losses[pair[0]]), len(losses[pair[1]])) for pair in pairs}
    ends = np.cumsum([starts[-1], *(a * b for a, b in shapes.values())]).astype(int)
    at = dict(zip(pairs, ends, strict=False))
    count = int(ends[-1])
    rows: list[NDArray[np.float64]] = []
    low: list[float] = []
    high: list[float] = []
    for group in range(len(losses)):
        row = np.zeros(count)
        row[starts[group] : starts[group + 1]] = 1
        rows, low, high = [*rows, row], [*low, 1.0], [*high, 1.0]
    for (g, h), (a, b) in shapes.items():
        places = at[g, h] + np.arange(a * b).reshape(a, b)
        for axis, group in ((0, g), (1, h)):
            for level in range((a, b)[axis]):
                row = np.zeros(count)
                row[places[level] if axis == 0 else places[:, level]] = 1
                row[starts[group] + level] = -1
                rows, low, high = [*rows, row], [*low, 0.0], [*high, 0.0]
    aim = np.zeros(count)
    aim[: starts[-1]] = np.concatenate(losses) if losses else []
    scale = float(np.abs(aim).sum()) or 1.0
    for cost in costs:
        row = np.zeros(count)
        for group, table in cost.single.items():
            row[starts[group] : starts[group + 1]] += table
        for pair, table in cost.pairs.items():
            row[at[pair] : at[pair] + table.size] += table.reshape(-1)
        size = float(np.abs(row).max()) or 1.0
        rows, low, high = [*rows, row / size], [*low, -np.inf], [*high, (cost.limit - cost.constant) / size]
        aim += NEGLIGIBLE * scale / len(costs) * row / size
    whole = np.zeros(count)
    whole[: starts[-1]] = 1
    found = milp(
        aim / scale,
        integrality=whole,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(sparse.csr_matrix(np.stack(rows)), low, high),
        options={"mip_rel_gap": GAP, "node_limit": NODES},
    )
    if found.x is None:
        return None
    return tuple(int(found.x[a:b].argmax()) for a, b in pairwise(starts))
