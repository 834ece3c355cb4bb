"""An estimate of cycles from exact instruction counts, with its error on published board times.

Two steps. *Model cycles* weigh the instructions that ran as a Cortex-M4 without wait states does (its technical
reference manual, DDI 0439, 3.3.1, simplified): one each, and :data:`EXTRA_CYCLES` more. A *factor* per core turns
them into cycles of a chip: flash wait states, caches, dual issue, all in one number. The factors are measured, not
chosen: published times of known networks, divided by the model cycles of the same kernels (CMSIS-NN), whose
instructions were counted. The smallest and the largest factor are the range of every estimate.

A core without a published figure of a program whose instructions are known gets no estimate: Cortex-M0+ and M55,
RISC-V and Xtensa.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from espalier.measure.board_times import BASE_BOARD, COUNTED, KNOWN, SAME_PROGRAM, BoardTime

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
    """A range of cycles, and of milliseconds at ``clock_hz``; ``worst_error`` is that of the middle, a share."""

    cycles: tuple[int, int]
    milliseconds: tuple[float, float]
    clock_hz: float
    figures: int
    boards: tuple[str, ...]
    worst_error: float

    def row(self) -> dict[str, Any]:
        """The report's ``estimate``; ``text`` says the range, what it rests on and how wrong it may be."""
        low, high = self.milliseconds
        text = (
            f"about {low:.3g} to {high:.3g} ms at {self.clock_hz / 1e6:g} MHz (estimate, from {self.figures} published "
            f"times of {', '.join(self.boards)}; worst error of its middle {100 * self.worst_error:.0f} %)"
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

    ``core`` is a name of :data:`espalier.measure.cross.CORES`.
    """
    known = factors(core)
    if not known or weighed is None or clock_hz is None:
        return None
    low, high = min(f.value for f in known), max(f.value for f in known)
    return Estimate(
        cycles=(round(low * weighed), round(high * weighed)),
        milliseconds=(1e3 * low * weighed / clock_hz, 1e3 * high * weighed / clock_hz),
        clock_hz=clock_hz,
        figures=len(known),
        boards=tuple(sorted({f.board for f in known})),
        worst_error=max(abs(error) for _, error in errors(known)),
    )


def errors(known: Sequence[Factor]) -> tuple[tuple[Factor, float], ...]:
    """The error of the middle of the range on each published figure, as a share of the published time."""
    middle = (min(f.value for f in known) + max(f.value for f in known)) / 2
    return tuple((f, middle / f.value - 1) for f in known)


def _cycles(row: BoardTime) -> float:
    return row.clock_hz / row.per_second


def _factor(row: BoardTime, value: float) -> Factor:
    return Factor(core=row.core, board=row.board, network=row.network, value=value, source=row.source)
