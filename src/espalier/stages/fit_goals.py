"""What a network is fitted to: every limit on what it takes that the recipe and its targets state; stages/gate.py's gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ..errors import RecipeError
from ..recipe import Deploy, Recipe
from ..target import Target

Measure = Literal["macs", "model-bytes", "arena", "flash", "instructions", "estimate"]
"""What of a network is limited."""


SPREAD = 0.001
"""By how much an image may change the instructions of a program: the build counts another one than the search."""


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
        return self.limit * (1 - SPREAD) if self.measure in ("instructions", "estimate") else self.limit

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
}


def goals_of(recipe: Recipe, targets: Sequence[Target], compiled: Sequence[str], beside: int = 0) -> tuple[Goal, ...]:
    """Every limit. `compiled`: the targets whose program is compiled and run on an emulated core; `beside`: bytes that a
    program needs beside its arena. Raises RecipeError where nothing is limited."""
    budgets, found = recipe.budgets, []
    for name, measure, limit in (
        ("budgets.max-model-bytes", "model-bytes", budgets.max_model_bytes),
        ("budgets.max-macs", "macs", budgets.max_macs),
    ):
        found += _goal(name, measure, limit)  # type: ignore[arg-type]
    estimate = budgets.max_latency_us.c_estimate if budgets.max_latency_us is not None else None
    for deploy, target in zip(recipe.deploy, targets, strict=True):
        if target.bundle == "firmware" and deploy.runtime != "tflm":
            found += _goal("budgets.max-arena-bytes", "arena", budgets.max_arena_bytes, target.name)
            if target.name in compiled:
                found += _goal("budgets.max-flash-bytes", "flash", budgets.max_flash_bytes, target.name)
                found += _goal("budgets.max-instructions", "instructions", budgets.max_instructions, target.name)
                found += _goal("budgets.max-latency-us.c-estimate", "estimate", estimate, target.name)
        found += _of_target(deploy, target, target.name in compiled, beside)
    if not found:
        raise RecipeError(
            '`prune.method` is "fit", and nothing limits the network',
            supported="`max-flash-bytes`, `max-arena-bytes`, `max-macs`, `max-model-bytes`, `max-instructions` or "
            "`max-latency-us.c-estimate` in [budgets], or a target that states its flash and RAM",
            next_step='write a budget, or prune by an amount: method = "channels"',
        )
    return tuple(found)


def _of_target(deploy: Deploy, target: Target, compiled: bool, beside: int) -> list[Goal]:
    flash, ram = target.number("flash-bytes"), target.number("ram-bytes")
    found = []
    if flash is not None:
        measure: Measure = "flash" if compiled else "model-bytes"
        found += _goal(f"{target.name}.flash-bytes", measure, flash - deploy.reserve_flash, target.name)
    if ram is not None and target.bundle == "firmware" and deploy.runtime != "tflm":
        left = int(ram) - deploy.reserve_ram - beside
        found += _goal(f"{target.name}.ram-bytes", "arena", left, target.name)
    return found


def _goal(name: str, measure: Measure, limit: float | None, target: str = "") -> list[Goal]:
    if limit is None:
        return []
    return [Goal(name=name, measure=measure, limit=float(limit), unit=UNITS[measure], target=target)]
