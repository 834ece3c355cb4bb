"""An int8 network on a target: what it takes there, with bounds, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from ..emit.c_text import Name
from ..emit.kernel_table import lower
from ..emit.lowering import How
from ..emit.plan_program import plan_like, plan_program
from ..emit.steps import Body, write_steps
from ..emulate.cross import Core
from ..emulate.cycles import estimate as cycles_of
from ..errors import BugError, UnsupportedModelError
from ..estimate_rows import Bounds, EstimateRow
from ..graph.simplify import simplify
from ..graph.types import Graph
from ..graph.verify import layer_name
from ..plan.types import Plan
from ..target import Target
from .flash import Flash, constants_alone, flash_of
from .time import MODEL_CYCLES, instructions_of

FLASH_ERROR: Final = 0.05
"""Share by which flash may be off; `python benchmarks/estimate_accuracy.py` measures it."""
RAM_ERROR: Final = 0.10
"""The same of the arena of a network that is outlined; one that is given as int8 is planned as a build plans it."""
INSTRUCTIONS_ERROR: Final = 0.15
"""The same of instructions."""
OWN: Final = frozenset({"helium"})
"""Instruction sets whose kernels take other memory: what they stream is searched for themselves."""
UNKNOWN_CODE: Final = (0, 8_000, 40_000)
"""Bytes of code on a core whose compiler is not measured: at least, likely, at most."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """Bytes of a target that belong to the application."""

    flash: int = 0
    ram: int = 0


@dataclass(slots=True)
class Network:
    """A network whose programs are planned once for each instruction set. `outlined`: its weights are noise."""

    given: Graph
    optimize: str
    outlined: bool
    graph: Graph = field(init=False)
    _planned: dict[str, tuple[Plan, Body]] = field(init=False, default_factory=dict)
    _lacking: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.graph = simplify(self.given, removal=not self.outlined)[0]

    def planned(self, isa: str) -> tuple[Plan, Body]:
        """The plan and the calls of the program. What one instruction set streams row by row the others of an outline do, too."""
        if isa not in self._planned:
            plan = self._plan(isa)
            self._planned[isa] = plan, write_steps(self.graph, plan, "net", isa, lambda tensor: Name("place"))
        return self._planned[isa]

    def _plan(self, isa: str) -> Plan:
        others = [plan for known, (plan, _) in self._planned.items() if known not in OWN]
        if self.outlined and others and isa not in OWN:
            try:
                return plan_like(self.graph, others[0], optimize=self.optimize, isa=isa)
            except (BugError, UnsupportedModelError):
                pass  # it has other kernels: planned anew
        return plan_program(self.graph, optimize=self.optimize, isa=isa)[0]

    def lacks(self, isa: str) -> tuple[str, ...]:
        """Operators without a kernel, with their layers."""
        if isa not in self._lacking:
            found: dict[str, list[str]] = {}
            for number, op in enumerate(self.graph.ops):
                try:
                    lower(self.graph, number, How(optimize=self.optimize, isa=isa))
                except UnsupportedModelError:
                    found.setdefault(op.kind, []).append(layer_name(self.graph, op))
            self._lacking[isa] = tuple(f"{kind} ({', '.join(names[:3])})" for kind, names in found.items())
        return self._lacking[isa]


def account(network: Network, target: Target, core: Core | None, reserve: Reserve) -> EstimateRow:
    """The row of a target."""
    if target.bundle != "firmware" and target.kind == "microcontroller":
        return _row(target, "perhaps", "its runtime plans its own memory: only a build tells")
    if target.bundle != "firmware":
        return _row(
            target,
            "yes",
            f"{target.runtimes[0].name if target.runtimes else 'its runtime'} runs the int8 .tflite",
        )
    isa = core.isa if core is not None else "portable"
    lacks = network.lacks(isa)
    if lacks:
        told = f'no kernel for {"; ".join(lacks)}; TFLite Micro may have one: runtime = "tflm"'
        return _row(target, "no", told, lacks=lacks)
    plan, body = network.planned(isa)
    flash = _flash(network.graph, body, core, _left(target, "flash-bytes", reserve.flash))
    ram = _around(
        plan.arena_bytes, RAM_ERROR if network.outlined else 0.0, _left(target, "ram-bytes", reserve.ram)
    )
    count = None if core is None else instructions_of(network.graph, body, isa)
    instructions = None if count is None else _around(count, INSTRUCTIONS_ERROR, None)
    fits, why = verdict({"flash": flash, "RAM": ram})
    return _row(
        target,
        fits,
        why,
        flash=flash,
        ram=ram,
        instructions=instructions,
        milliseconds=_milliseconds(target, core, isa, instructions),
    )


def verdict(figures: dict[str, Bounds]) -> tuple[Literal["yes", "perhaps", "no"], str]:
    """Whether bounds keep their limits, and why: never yes where one may be broken."""
    told = []
    answer: Literal["yes", "perhaps", "no"] = "yes"
    for name, found in figures.items():
        if found.limit is None:
            answer = "perhaps" if answer == "yes" else answer
            told.append(f"{name} of the target is not known")
        elif found.least > found.limit:
            answer = "no"
            told.append(f"{name}: at least {found.least:,} of {found.limit:,} bytes")
        elif found.most > found.limit:
            answer = "perhaps" if answer == "yes" else answer
            told.append(f"{name}: up to {found.most:,} of {found.limit:,} bytes")
    if not told:
        told = [
            f"{name} {max(0, found.likely) / max(1, found.limit or 1):.0%} used"
            for name, found in figures.items()
        ]
    return answer, "; ".join(told)


def _row(target: Target, fits: Literal["yes", "perhaps", "no"], why: str, **figures: object) -> EstimateRow:
    return EstimateRow(
        target=target.name,
        title=target.title,
        bundle=target.bundle,
        fits=fits,
        why=why,
        **figures,  # type: ignore[arg-type]
    )


def _left(target: Target, fact: str, reserved: int) -> int | None:
    known = target.number(fact)
    return None if known is None else int(known) - reserved


def _around(likely: int, error: float, limit: int | None) -> Bounds:
    return Bounds(
        likely=likely, least=int(likely * (1 - error)), most=round(likely * (1 + error)), limit=limit
    )


def _flash(graph: Graph, body: Body, core: Core | None, limit: int | None) -> Bounds:
    if core is None:
        constants = constants_alone(graph, body)
        least, likely, most = (constants + code for code in UNKNOWN_CODE)
        return Bounds(likely=likely, least=least, most=most, limit=limit)
    found: Flash = flash_of(graph, body, core.name, core.isa)
    return _around(found.total, FLASH_ERROR, limit)


def _milliseconds(
    target: Target, core: Core | None, isa: str, instructions: Bounds | None
) -> tuple[float, float] | None:
    if core is None or instructions is None or isa not in MODEL_CYCLES:
        return None
    ends = [
        cycles_of(core.name, round(count * MODEL_CYCLES[isa]), target.number("clock-hz"))
        for count in (instructions.least, instructions.most)
    ]
    if ends[0] is None or ends[1] is None:
        return None
    return round(ends[0].milliseconds[0], 3), round(ends[1].milliseconds[1], 3)
