"""Whether compiled programs fit their targets: flash, RAM and estimated time, each a gate of one target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..peak import arena_too_large
from ..rows import ArenaRow, GateRow

if TYPE_CHECKING:
    from ..row_mode import Mode


class Reserve(msgspec.Struct, frozen=True):
    """Bytes of a part that belong to the application."""

    flash: int = 0
    ram: int = 0


def row(
    name: str, limit: float, value: float | None, unit: str, *, passed: bool | None = None, target: str = ""
) -> GateRow:
    """A gate whose limit is an upper one; without a figure it fails."""
    holds = (value is not None and value <= limit) if passed is None else passed
    return GateRow(name=name, limit=limit, value=value, passed=holds, unit=unit, target=target)


def arena_rows(
    limit: int, arena_bytes: Mapping[str, int], arenas: Sequence[ArenaRow], modes: Mapping[str, Sequence[Mode]]
) -> list[GateRow]:
    """The recipe's budget of RAM: the largest arena where all hold it, else one row for each target that does not."""
    name = "budgets.max-arena-bytes"
    over = sorted(target for target, size in arena_bytes.items() if size > limit)
    if over:
        return [ram_row(name, limit, target, arena_bytes[target], arenas, modes) for target in over]
    largest = max(sorted(arena_bytes), key=lambda target: arena_bytes[target])
    return [row(name, limit, arena_bytes[largest], "bytes", target=largest)]


def ram_row(
    name: str,
    limit: int,
    target: str,
    value: int,
    arenas: Sequence[ArenaRow],
    modes: Mapping[str, Sequence[Mode]],
) -> GateRow:
    """A limit of the arena; where the plan is known, with what fills it at its peak and what helps, tried."""
    found = row(name, limit, value, "bytes", target=target)
    plan = next((a for a in arenas if a.target == target), None)
    if found.passed or plan is None:
        return found
    error = arena_too_large(plan.peak, limit)
    tried = mode_advice(modes.get(target, ()), plan.peak.optimize)
    why = f"on {target} {error.found}. What helps: {'; '.join(part for part in (tried, error.next_step) if part)}"
    return msgspec.structs.replace(found, why=why)


def flash_row(
    target: str,
    limit: float,
    model_bytes: int,
    emulated: Sequence[Mapping[str, Any]],
    modes: Mapping[str, Sequence[Mode]],
) -> GateRow:
    """Flash of a target: code and constants of the compiled program, else the model file alone."""
    name = f"{target}.flash-bytes"
    program = next((r for r in emulated if r["target"] == target), None)
    if program is None:
        return row(name, limit, model_bytes, "bytes", target=target)
    code, weights = int(program["code_bytes"]), int(program["weights_bytes"])
    found = row(name, limit, code + weights, "bytes", target=target)
    if found.passed:
        return found
    tried = mode_advice(modes.get(target, ()), str(program["optimize"]))
    helps = (tried, 'prune channels ([prune] method = "channels"), a smaller network, or a part with more flash')
    why = (
        f"{code + weights - int(limit):,} bytes more than the flash: {weights:,} of weights and constants, {code:,} of "
        f"code{_constants_text(program)}. What helps: {'; '.join(part for part in helps if part)}"
    )
    return msgspec.structs.replace(found, why=why)


def _constants_text(program: Mapping[str, Any]) -> str:
    constants = program.get("constants")
    return f" ({constants['text']})" if constants else ""


def flash_of(program: Mapping[str, Any]) -> float:
    """Code and constants of a compiled program."""
    return float(program["code_bytes"] + program["weights_bytes"])


def instructions_of(program: Mapping[str, Any]) -> float:
    """Of one inference."""
    return float(program["instructions"])


def program_rows(
    name: str,
    limit: float,
    unit: str,
    emulated: Sequence[Mapping[str, Any]],
    figure: Callable[[Mapping[str, Any]], float],
) -> list[GateRow]:
    """A figure of every emulated program: the largest where all hold the limit, else one row for each target that does not.
    Without any program there is no figure, which fails."""
    rows = [row(name, limit, figure(program), unit, target=str(program["target"])) for program in emulated]
    if not rows:
        why = "no program was compiled and run on an emulated core"
        return [msgspec.structs.replace(row(name, limit, None, unit), why=why)]
    return [found for found in rows if not found.passed] or [max(rows, key=lambda found: found.value or 0.0)]


def estimate_rows(limit_us: float, emulated: Sequence[Mapping[str, Any]]) -> list[GateRow]:
    """The upper end of each target's estimated time: the slowest where all hold the limit, else one row for each target
    that does not. A program without an estimate has no figure, which fails."""
    name, unit = "budgets.max-latency-us.c-estimate", "µs (estimate)"
    if not emulated:
        return [row(name, limit_us, None, unit)]
    rows = []
    for program in emulated:
        target, estimate = str(program["target"]), program.get("estimate")
        if not estimate:
            found = row(name, limit_us, None, unit, target=target)
            why = f"no published times to estimate from for {target}"
        else:
            found = row(name, limit_us, 1e3 * estimate["milliseconds"][1], unit, target=target)
            why = "" if found.passed else f"{target}: {estimate['text']}"
        rows.append(msgspec.structs.replace(found, why=why))
    failed = [found for found in rows if not found.passed]
    return failed or [max(rows, key=lambda found: found.value or 0.0)]


def mode_advice(modes: Sequence[Mode], current: str) -> str:
    """Which `optimize` would fit, with its figures; that none does, with the figures of all; "" without figures."""
    others = [mode for mode in modes if mode.optimize != current]
    fitting = [mode for mode in others if mode.fits]
    if fitting:
        best = min(fitting, key=lambda mode: mode.instructions or 0)
        return f'optimize = "{best.optimize}" in the [[deploy]] table fits ({best.text()})'
    if not modes:
        return ""
    table = "; ".join(f"{mode.optimize}: {mode.text()}" for mode in modes)
    known = all(mode.flash_bytes is not None for mode in modes)
    return f"{'no optimize fits' if known else 'what each optimize takes'} ({table})"
