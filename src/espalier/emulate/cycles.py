"""An estimate of cycles from exact instruction counts, with its error on published board times.

Two steps. *Model cycles* weigh the instructions that ran as a Cortex-M4 without wait states does (its technical
reference manual, DDI 0439, 3.3.1, simplified): one each, and :data:`EXTRA_CYCLES` more. A *factor* per core turns
them into cycles of a chip: flash wait states, caches, dual issue, all in one number. The factors are measured, not
chosen: published times of known networks, divided by the model cycles of the same kernels (CMSIS-NN), whose
instructions were counted.

How far off that is for a network that is in no fit is found by leaving one network out at a time: the factors of the
others say what it should take (:func:`held_out`). The range of an estimate goes from the smallest to the largest factor
of a core and as far beyond both as it takes to hold :data:`HELD` of the times that were left out (:func:`widening`);
the error that is named with it is the largest one of the middle of such a range on them.

A core without a published figure of a program whose instructions are known gets no estimate: Cortex-M0+ and M55,
RISC-V and Xtensa.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..row_parts import EstimatePart
from .board_times import BASE_BOARD, COUNTED, KNOWN, SAME_PROGRAM, BoardTime

EXTRA_CYCLES: Mapping[str, int] = {"load": 1, "pair": 2, "register": 1, "taken branch": 2}
"""Beyond one cycle: a load that does not follow a load or store, LDRD and STRD, each register of LDM and STM (PUSH
and POP are such), a branch that is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Cycles of a board divided by model cycles, for one published figure."""

    core: str
    board: str
    network: str
    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A range of cycles, and of milliseconds at ``clock_hz``; ``worst_error``: of its middle on networks that were left out,
    a share; ``held``: the share of their times that lie in the range, over all cores."""

    cycles: tuple[int, int]
    milliseconds: tuple[float, float]
    clock_hz: float
    figures: int
    boards: tuple[str, ...]
    worst_error: float
    held: float

    def row(self) -> EstimatePart:
        """The report's ``estimate``; ``text`` says the range, what it rests on and how wrong it may be."""
        low, high = self.milliseconds
        text = (
            f"about {low:.3g} to {high:.3g} ms at {self.clock_hz / 1e6:g} MHz (estimate, from {self.figures} published "
            f"times of {', '.join(self.boards)}; of networks that were left out, the range holds {100 * self.held:.0f} % "
            f"of the times, and its middle is at worst {100 * self.worst_error:.0f} % off)"
        )
        return {
            "cycles": list(self.cycles),
            "milliseconds": [round(low, 6), round(high, 6)],
            "clock_hz": self.clock_hz,
            "worst_error": round(self.worst_error, 4),
            "text": text,
        }


def model_cycles(network: str) -> float:
    """Model cycles of TFLite Micro with CMSIS-NN on a network of :data:`COUNTED`.

    Where only the instructions were counted, ResNet8's mix of them is assumed.
    """
    counted, mix = COUNTED[network], COUNTED["resnet8"]
    if counted.model_cycles is not None:
        return counted.model_cycles
    return counted.instructions * (mix.model_cycles or mix.instructions) / mix.instructions


def factors(core: str) -> tuple[Factor, ...]:
    """One factor per published figure of a core; empty where there is none.

    Direct figures run CMSIS-NN. The others run a program whose instructions are not known on two boards: the ratio of
    its cycles times the factor of the board that has a direct figure.
    """
    direct = {(row.board, row.network): _cycles(row) / model_cycles(row.network) for row in KNOWN}
    found = [_factor(row, direct[row.board, row.network]) for row in KNOWN if row.core == core]
    base = {(row.engine, row.network): row for row in SAME_PROGRAM if row.board == BASE_BOARD}
    for row in SAME_PROGRAM:
        if row.core == core and row.board != BASE_BOARD:
            ratio = _cycles(row) / _cycles(base[row.engine, row.network])
            found.append(_factor(row, ratio * direct[BASE_BOARD, row.network]))
    return tuple(found)


def estimate(core: str, weighed: int | None, clock_hz: float | None) -> Estimate | None:
    """The range of a run of ``weighed`` model cycles on a core; None where nothing is known.

    ``core`` is a name of :data:`espalier.emulate.cross.CORES`.
    """
    known = factors(core)
    if not known or weighed is None or clock_hz is None:
        return None
    low, high = printed_range(core)
    return Estimate(
        cycles=(round(low * weighed), round(high * weighed)),
        milliseconds=(1e3 * low * weighed / clock_hz, 1e3 * high * weighed / clock_hz),
        clock_hz=clock_hz,
        figures=len(known),
        boards=tuple(sorted({f.board for f in known})),
        worst_error=max(abs(left.error) for left in held_out(core)),
        held=held_share(widening()),
    )


HELD: Final = 0.95
"""Share of the times of networks that were left out that a range holds, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A published time and the range that the other networks' times give for it. ``error``: of the range's middle, a share
    of the time; ``beyond``: how many times further out than the range's end it lies, 1 within it."""

    factor: Factor
    low: float
    high: float

    @property
    def error(self) -> float:
        return math.sqrt(self.low * self.high) / self.factor.value - 1

    @property
    def beyond(self) -> float:
        return max(self.low / self.factor.value, self.factor.value / self.high, 1.0)


def held_out(core: str) -> tuple[HeldOut, ...]:
    """Each published time of a core, estimated without any time of its network."""
    found = []
    known = factors(core)
    for factor in known:
        others = [f.value for f in known if f.network != factor.network]
        found.append(HeldOut(factor=factor, low=min(others), high=max(others)))
    return tuple(found)


@functools.cache
def widening() -> float:
    """How far a range goes beyond the smallest and the largest factor, so that it holds :data:`HELD` of the times that were
    left out, over all cores: 1.1 is 10 % beyond."""
    beyond = sorted(left.beyond for core in CORES_KNOWN for left in held_out(core))
    return beyond[math.ceil(HELD * len(beyond)) - 1]


def held_share(width: float) -> float:
    """The share of the left-out times of all cores that ranges widened by ``width`` hold."""
    found = [left.beyond <= width for core in CORES_KNOWN for left in held_out(core)]
    return sum(found) / len(found)


def printed_range(core: str) -> tuple[float, float]:
    """Cycles per model cycle on a core with published times, from all of them."""
    values = [f.value for f in factors(core)]
    return min(values) / widening(), max(values) * widening()


CORES_KNOWN: Final = tuple(dict.fromkeys(row.core for row in (*KNOWN, *SAME_PROGRAM)))
"""Cores with published times."""


def _cycles(row: BoardTime) -> float:
    return row.clock_hz / row.per_second


def _factor(row: BoardTime, value: float) -> Factor:
    return Factor(core=row.core, board=row.board, network=row.network, value=value, source=row.source)
