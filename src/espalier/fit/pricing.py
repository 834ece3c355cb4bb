"""The model of a search: what counts take by tables, held against what was measured, and the counts that it would choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..plan.types import Plan
from .choose import Cost, Table, choose
from .costs import (
    Counted,
    Levels,
    Piece,
    byte_pieces,
    held,
    instruction_pieces,
    mac_pieces,
    step_pieces,
    steps_of,
    table_of,
    tile_pieces,
)
from .shapes import Counts, Shapes

ROUNDS = 4
"""How often a layer of more than two groups is taken anew around what was chosen."""
ADDED = frozenset({"model-bytes", "flash"})
"""Measures of which something is fixed (code, tables, the file's own): the model is off by so much, not by a share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A budget as the model sees it: `measure` as in stages/fit_goals.py; `target` and its instruction set."""

    name: str
    measure: str
    limit: float
    target: str = ""
    isa: str = ""


class Pricing:
    """Learns from networks that were measured; chooses the next one."""

    def __init__(
        self,
        shapes: Shapes,
        levels: Levels,
        losses: Sequence[Table],
        limits: Sequence[Limit],
        counted: Mapping[str, Sequence[tuple[Counts, Counted]]],
    ) -> None:
        """`losses`: of each group over its levels; `counted`: target -> instructions of operators of programs that were run."""
        self.shapes, self.levels, self.limits = shapes, levels, tuple(limits)
        self.losses = tuple(losses)
        self._counted = counted
        self._rows: dict[str, dict[tuple[int, ...], None]] = {one.name: {} for one in limits if one.measure == "arena"}
        self._scale = {one.name: 1.0 for one in limits}
        self._offset = {one.name: 0.0 for one in limits}
        self._pieces = {one.name: self._pieces_of(one) for one in limits if one.measure != "arena"}
        self._tables: dict[tuple[str, Counts | None], Cost] = {}

    def _pieces_of(self, limit: Limit) -> list[Piece]:
        if limit.measure in ADDED:
            return byte_pieces(self.shapes)
        if limit.measure == "macs":
            return mac_pieces(self.shapes)
        if limit.measure == "latency":
            return tile_pieces(self.shapes)
        return instruction_pieces(self.shapes, limit.isa, self._counted.get(limit.target, ()))

    def hold(self, target: str, plan: Plan) -> None:
        """Take in what a plan of the network for a target holds at each of its steps."""
        for limit in self.limits:
            if limit.measure == "arena" and limit.target == target:
                self._rows[limit.name] |= dict.fromkeys(steps_of(self.shapes, plan))

    def modelled(self, limit: Limit, counts: Counts) -> float:
        """What the tables say of a budget, before any correction."""
        if limit.measure == "arena":
            return max((held(self.shapes, row, counts) for row in self._rows[limit.name]), default=0.0)
        return sum(piece.takes(counts) for piece in self._pieces[limit.name])

    def expected(self, limit: Limit, counts: Counts) -> float:
        """The same with what was learnt."""
        return self._scale[limit.name] * self.modelled(limit, counts) + self._offset[limit.name]

    def learn(self, counts: Counts, taken: Mapping[str, float]) -> None:
        """Correct the model by what a network was measured to take; exact there from then on."""
        for limit in self.limits:
            value, said = taken[limit.name], self.modelled(limit, counts)
            if limit.measure in ADDED:
                self._offset[limit.name] = value - said
            elif said > 0:
                self._scale[limit.name] = value / said

    def costs(self, bounds: Mapping[str, float], at: Counts) -> list[Cost]:
        """The tables under `bounds`, by the limits' names."""
        found = []
        for limit in self.limits:
            bound = (bounds[limit.name] - self._offset[limit.name]) / self._scale[limit.name]
            if limit.measure == "arena":
                rows = self._rows[limit.name]
                found += [self._table(f"{limit.name} {row}", bound, step_pieces(self.shapes, row), at) for row in rows]
            else:
                found.append(self._table(limit.name, bound, self._pieces[limit.name], at))
        return found

    def _table(self, name: str, bound: float, pieces: Sequence[Piece], at: Counts) -> Cost:
        wide = any(len(piece.groups) > 2 for piece in pieces)
        key = name, at if wide else None
        if key not in self._tables:
            self._tables[key] = table_of(name, bound, pieces, self.levels, at)
        return replace(self._tables[key], limit=bound)

    def solve(self, bounds: Mapping[str, float], at: Counts, losses: Sequence[Table] | None = None) -> Counts | None:
        """The counts with the least loss whose expected costs keep the bounds; None where the model knows none."""
        chosen = None
        for _ in range(ROUNDS):
            costs = self.costs(bounds, at)
            found = choose(self.losses if losses is None else losses, costs)
            if found is None:
                return chosen
            counts = self.counts(found)
            if counts == chosen or not any(len(p.groups) > 2 for pieces in self._pieces.values() for p in pieces):
                return counts
            chosen = at = counts
        return chosen

    def counts(self, places: Sequence[int]) -> Counts:
        """The counts at places of the levels."""
        return tuple(levels[place] for levels, place in zip(self.levels, places, strict=True))

    def places(self, counts: Counts) -> tuple[int, ...]:
        """The places of counts among the levels."""
        return tuple(levels.index(count) for levels, count in zip(self.levels, counts, strict=True))

    def loss(self, counts: Counts) -> float:
        """The sum of the losses."""
        return float(sum(loss[place] for loss, place in zip(self.losses, self.places(counts), strict=True)))

    def keeps(self, counts: Counts, bounds: Mapping[str, float]) -> bool:
        """Whether the expected costs keep the bounds."""
        return all(self.expected(limit, counts) <= bounds[limit.name] for limit in self.limits)

    def exchanges(self, counts: Counts, bounds: Mapping[str, float]) -> list[Counts]:
        """Neighbours that keep the bounds: one group a level wider, for it another one or two levels narrower where need be;
        those of the least expected loss first."""
        here = self.places(counts)
        found: dict[Counts, float] = {}
        for up, place in enumerate(here):
            if place == 0:
                continue
            wider = _moved(here, up, -1)
            tried = [wider] if self.keeps(self.counts(wider), bounds) else []
            for down in range(len(here)) if not tried else ():
                for step in (1, 2):
                    if down != up and here[down] + step < len(self.levels[down]):
                        moved = _moved(wider, down, step)
                        if self.keeps(self.counts(moved), bounds):
                            tried.append(moved)
                            break
            found |= {self.counts(one): self.loss(self.counts(one)) for one in tried}
        return sorted(found, key=lambda one: (found[one], one))


def _moved(places: tuple[int, ...], group: int, step: int) -> tuple[int, ...]:
    return (*places[:group], places[group] + step, *places[group + 1 :])


def losses_of(marginal: Sequence[float], size: int, levels: Sequence[int]) -> Table:
    """What is lost at each level: the sum of what the channels that are gone leave. `marginal`: of each channel in the order
    in which they go."""
    running = np.concatenate([[0.0], np.cumsum(marginal)])
    return np.array([running[size - count] for count in levels])


def other_views(losses: Sequence[Table]) -> list[list[Table]]:
    """The same losses as other readings of them see it: more evenly over the groups, and by shares of each group alone."""
    rooted = [np.sqrt(np.maximum(loss - loss[0], 0)) for loss in losses]
    shares = [(loss - loss[0]) / max(float(loss[-1] - loss[0]), 1e-30) for loss in losses]
    return [rooted, shares]
