"""What a network is fitted to: every limit on what it takes that the recipe and its targets state; stages/gate.py's gates."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from ..errors import RecipeError
from ..recipe import Deploy, Recipe
from ..target import Target

Measure = Literal["macs", "model-bytes", "arena", "flash", "instructions", "estimate", "latency"]
"""What of a network is limited."""


SPREADS = {"instructions": 0.001, "estimate": 0.001, "latency": 0.05}
"""Measure -> share by which the build may find another figure than the search: it counts another image, it times again."""


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A limit, by the name of its gate; `target`: "" where it is of the model."""

    name: str
    measure: Measure
    limit: float
    unit: str
    target: str = ""

    @property
    def aim(self) -> float:
        """What a network may take when it is measured on one image: a little less where that depends on the image."""
        return self.limit * (1 - SPREADS.get(self.measure, 0.0))

    @property
    def key(self) -> str:
        """Its name, with the target where the gate's name does not have it."""
        return self.name if not self.target or self.name.startswith(f"{self.target}.") else f"{self.name} ({self.target})"


UNITS: dict[Measure, str] = {
    "macs": "MACs",
    "model-bytes": "bytes",
    "arena": "bytes",
    "flash": "bytes",
    "instructions": "instructions",
    "estimate": "µs (estimate)",
    "latency": "µs",
}


def goals_of(
    recipe: Recipe, targets: Sequence[Target], compiled: Collection[str], emulated: Collection[str], beside: int = 0
) -> tuple[Goal, ...]:
    """Every limit. `compiled`: the targets that run compiled C, `emulated`: those of them whose core is emulated; `beside`:
    bytes that a program needs beside its arena. Raises RecipeError where nothing is limited."""
    budgets, found = recipe.budgets, []
    for name, measure, limit in (
        ("budgets.max-model-bytes", "model-bytes", budgets.max_model_bytes),
        ("budgets.max-macs", "macs", budgets.max_macs),
    ):
        found += _goal(name, measure, limit)  # type: ignore[arg-type]
    for runtime, limit_us in times_of(recipe).items():
        found += _goal(f"budgets.max-latency-us.{runtime}", "latency", limit_us)
    estimate = budgets.max_latency_us.c_estimate if budgets.max_latency_us is not None else None
    for deploy, target in zip(recipe.deploy, targets, strict=True):
        if target.name in compiled:
            found += _goal("budgets.max-arena-bytes", "arena", budgets.max_arena_bytes, target.name)
            if target.name in emulated:
                found += _goal("budgets.max-flash-bytes", "flash", budgets.max_flash_bytes, target.name)
                found += _goal("budgets.max-instructions", "instructions", budgets.max_instructions, target.name)
                found += _goal("budgets.max-latency-us.c-estimate", "estimate", estimate, target.name)
        found += _of_target(deploy, target, target.name in compiled, target.name in emulated, beside)
    if not found:
        raise RecipeError(
            '`prune.method` is "fit", and nothing limits the network',
            supported="`max-flash-bytes`, `max-arena-bytes`, `max-macs`, `max-model-bytes`, `max-instructions` or "
            "`max-latency-us.c-estimate` in [budgets], or a target that states its flash and RAM",
            next_step='write a budget, or prune by an amount: method = "channels"',
        )
    return tuple(found)


def times_of(recipe: Recipe) -> dict[str, float]:
    """Runtime of this machine -> microseconds that an inference may take, where the recipe says."""
    limits = recipe.budgets.max_latency_us
    found = {} if limits is None else {"litert": limits.litert, "tflite-runtime": limits.tflite_runtime}
    return {runtime: limit for runtime, limit in found.items() if limit is not None}


def limits_of(recipe: Recipe, targets: Sequence[Target]) -> tuple[Goal, ...]:
    """`goals_of` before anything is known of this machine: as if every core that an emulator models could run here."""
    pairs = zip(recipe.deploy, targets, strict=True)
    compiled = [target for deploy, target in pairs if target.bundle == "firmware" and deploy.runtime != "tflm"]
    modelled = [t.name for t in compiled if t.compiler and (t.compiler.unicorn_cpu or t.compiler.qemu_machine)]
    return goals_of(recipe, targets, [target.name for target in compiled], modelled)


def costs_of(compiled: Collection[str], emulated: Collection[str]) -> tuple[Goal, ...]:
    """Everything that a network takes, without limits: what the points of a front are spread over."""
    found = _goal("macs", "macs", math.inf) + _goal("model-bytes", "model-bytes", math.inf)
    for target in compiled:
        found += _goal("arena", "arena", math.inf, target)
        if target in emulated:
            found += _goal("flash", "flash", math.inf, target) + _goal("instructions", "instructions", math.inf, target)
    return tuple(found)


def _of_target(deploy: Deploy, target: Target, compiled: bool, emulated: bool, beside: int) -> list[Goal]:
    flash, ram = target.number("flash-bytes"), target.number("ram-bytes")
    found = []
    if flash is not None:
        measure: Measure = "flash" if compiled and emulated else "model-bytes"
        found += _goal(f"{target.name}.flash-bytes", measure, flash - deploy.reserve_flash, target.name)
    if ram is not None and compiled:
        left = int(ram) - deploy.reserve_ram - beside
        found += _goal(f"{target.name}.ram-bytes", "arena", left, target.name)
    return found


def _goal(name: str, measure: Measure, limit: float | None, target: str = "") -> list[Goal]:
    if limit is None:
        return []
    return [Goal(name=name, measure=measure, limit=float(limit), unit=UNITS[measure], target=target)]
