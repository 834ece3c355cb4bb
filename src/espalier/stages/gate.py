"""Budgets and limits as gates: each compares one figure with one limit and says both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from ..facts import TensorFacts
from ..recipe import Recipe
from ..rows import AccuracyRow, ArenaRow, GateRow, LatencyRow
from ..target import Target
from ..task.kinds import KINDS
from .answer_gates import above_chance, max_cost, min_accuracy, other_answers
from .box_gates import box_gates
from .fit_gates import (
    Reserve,
    arena_rows,
    estimate_rows,
    flash_of,
    flash_row,
    instructions_of,
    program_rows,
    ram_row,
)
from .fit_gates import row as _row
from .map_gates import map_gates
from .score_gates import score_gates

if TYPE_CHECKING:
    from ..row_mode import Mode
    from .bundle import Bundles
    from .evaluate import Evaluation
    from .job import Job
    from .model import FloatModel
    from .quantize import Int8Model
    from .time import Timing


ROUNDING = 1e-9
"""Of a drop in points: k lost images of n are no exact float."""


def gates(
    recipe: Recipe,
    *,
    accuracy: AccuracyRow | None,
    given_top1: float | None,
    macs: int,
    model_bytes: int,
    arena_bytes: Mapping[str, int],
    latency: Sequence[LatencyRow],
    targets: Sequence[Target],
    arenas: Sequence[ArenaRow] = (),
    emulated: Sequence[Mapping[str, Any]] = (),
    reserves: Mapping[str, Reserve] = MappingProxyType({}),
    modes: Mapping[str, Sequence[Mode]] = MappingProxyType({}),
) -> tuple[GateRow, ...]:
    """Every gate that the recipe or a target asks for, in a fixed order.

    `model_bytes` is the largest .tflite shipped; `arena_bytes` is per microcontroller target; `given_top1` is the
    share of right answers of the model as given; `arenas` tell what fills an arena; `emulated` are the report's rows of
    compiled programs, whose flash is known exactly; `reserves` is what the application keeps for itself per target;
    `modes` are the ways to optimize that were tried for a target that does not fit. A budget whose figure is unknown
    fails.
    """
    budgets, rows = recipe.budgets, [*_of_accuracy(recipe, accuracy, given_top1), *_of_heads(recipe, accuracy)]
    if budgets.max_model_bytes is not None:
        rows.append(_row("budgets.max-model-bytes", budgets.max_model_bytes, model_bytes, "bytes"))
    if budgets.max_arena_bytes is not None and arena_bytes:
        rows += arena_rows(budgets.max_arena_bytes, arena_bytes, arenas, modes)
    if budgets.max_flash_bytes is not None:
        rows += program_rows("budgets.max-flash-bytes", budgets.max_flash_bytes, "bytes", emulated, flash_of)
    if budgets.max_instructions is not None:
        rows += program_rows("budgets.max-instructions", budgets.max_instructions, "instructions", emulated, instructions_of)
    if budgets.max_macs is not None:
        rows.append(_row("budgets.max-macs", budgets.max_macs, macs, "MACs"))
    if budgets.max_latency_us is not None:
        for runtime, limit_us in (
            ("litert", budgets.max_latency_us.litert),
            ("tflite-runtime", budgets.max_latency_us.tflite_runtime),
        ):
            if limit_us is not None:
                rows.append(
                    _row(f"budgets.max-latency-us.{runtime}", limit_us, _median(latency, runtime), "µs")
                )
        if budgets.max_latency_us.c_estimate is not None:
            rows += estimate_rows(budgets.max_latency_us.c_estimate, emulated)
    for target in targets:
        flash, ram = target.number("flash-bytes"), target.number("ram-bytes")
        reserve = reserves.get(target.name, Reserve())
        if flash is not None:
            rows.append(flash_row(target.name, flash - reserve.flash, model_bytes, emulated, modes))
        if ram is not None and target.name in arena_bytes:
            name, value = f"{target.name}.ram-bytes", arena_bytes[target.name]
            rows.append(ram_row(name, int(ram) - reserve.ram, target.name, value, arenas, modes))
    return tuple(rows)


def gates_of(
    job: Job, model: FloatModel, int8: Int8Model, evaluation: Evaluation, timing: Timing, bundles: Bundles
) -> tuple[GateRow, ...]:
    """The gates of a build, from its stages' results."""
    beside = painted_bytes(job, int8.heads)
    deploys = zip(job.recipe.deploy, job.targets, strict=True)
    return gates(
        job.recipe,
        accuracy=evaluation.accuracy,
        given_top1=evaluation.given_top1,
        macs=model.macs,
        model_bytes=max(len(int8.int8_model), len(int8.uint8_model)),
        arena_bytes=bundles.arena_bytes,
        latency=timing.rows,
        targets=job.targets,
        arenas=bundles.arenas,
        emulated=bundles.emulated,
        reserves={target.name: Reserve(deploy.reserve_flash, deploy.reserve_ram + beside) for deploy, target in deploys},
        modes=bundles.modes,
    )


def painted_bytes(job: Job, heads: Sequence[TensorFacts]) -> int:
    """What a program must hold beside the arena of a network that paints: its output and its prepared input. A classifier's are
    small, and the application's to place."""
    if not any(KINDS[kind].painted for kind in (job.recipe.model.task, *(head.task for head in job.recipe.head))):
        return 0
    return prod(job.recipe.input.shape) + sum(prod(head.shape) for head in heads)


def _of_accuracy(recipe: Recipe, accuracy: AccuracyRow | None, given_top1: float | None) -> list[GateRow]:
    budgets = recipe.budgets
    rows: list[GateRow] = []
    if accuracy is not None and accuracy.labelled:
        rows.append(_drop(recipe.quantize.max_accuracy_drop, accuracy))
    elif accuracy is not None:
        judged = not recipe.quantize.min_agreement and "agreement" not in recipe.accept
        rows.append(_disagreement(recipe.quantize.max_accuracy_drop, accuracy, judged=judged))
    if budgets.min_accuracy is not None:
        rows.append(min_accuracy(budgets.min_accuracy, accuracy))
    elif accuracy is not None and "chance" not in recipe.accept:
        guessed = above_chance(accuracy)
        rows += [] if guessed is None else [guessed]
    if recipe.quantize.min_agreement:
        found = None if accuracy is None else accuracy.agreement
        rows.append(_least("quantize.min-agreement", recipe.quantize.min_agreement, found))
    if accuracy is not None and accuracy.classes and recipe.decision.precision is not None:
        rows.append(_precision(recipe.decision.precision, accuracy.decision))
    if budgets.max_cost is not None:
        rows.append(max_cost(budgets.max_cost, accuracy))
    if budgets.max_accuracy_drop is not None:
        top1 = accuracy.int8.top1 if accuracy is not None else None
        loss = None if top1 is None or given_top1 is None else round(100 * (given_top1 - top1), 6)
        rows.append(_row("budgets.max-accuracy-drop", budgets.max_accuracy_drop, loss, "points"))
    rows += map_gates(budgets, accuracy)
    rows += box_gates(budgets, accuracy) if recipe.detect is not None else score_gates(recipe, accuracy)
    if budgets.min_class_recall is not None:
        worst = min((c.recall_int8 for c in accuracy.classes if c.n), default=None) if accuracy else None
        rows.append(_least("budgets.min-class-recall", budgets.min_class_recall, worst))
    return rows


def _of_heads(recipe: Recipe, accuracy: AccuracyRow | None) -> list[GateRow]:
    """The budgets of each of several outputs. The ladder's own limits are those of all together."""
    known = {} if accuracy is None else {row.name: row.accuracy for row in accuracy.answers}
    rows = []
    for head in recipe.head:
        own = known.get(head.name)
        for row in _of_accuracy(recipe.of_head(head), own, None if own is None else own.float.top1):
            if not row.name.startswith("quantize."):
                rows.append(msgspec.structs.replace(row, name=f"head.{head.name}.{row.name}"))
    return rows


def _drop(limit: float, accuracy: AccuracyRow) -> GateRow:
    """The ladder's limit, taken as written: fails when these images lost more. Where it holds on them, but they are too
    few to show that it holds on others, too, it is not `shown`, and says how many would do. What choosing the step on
    these images flatters counts against that."""
    holds = accuracy.drop_points <= limit + ROUNDING
    shown = accuracy.interval[1] + accuracy.choice_points <= limit + ROUNDING
    row = _row("quantize.max-accuracy-drop", limit, accuracy.drop_points, "points", passed=holds)
    return row if shown else msgspec.structs.replace(row, shown=False, why=accuracy.claim)


def _disagreement(limit: float, accuracy: AccuracyRow, *, judged: bool) -> GateRow:
    """Without labels: the share of changed answers, in points, which a drop cannot exceed. More than the limit is no
    proof of a drop, so it is not `shown`; int8 that collapsed onto one class fails, and (`judged`: unless the recipe says
    otherwise) int8 that clearly answers most images in another way."""
    value = 100 * (1 - accuracy.agreement)
    wrong = accuracy.collapse or (other_answers(accuracy) if judged else "")
    row = _row("quantize.max-accuracy-drop", limit, round(value, 6), "points", passed=not wrong)
    if wrong:
        return msgspec.structs.replace(row, why=wrong)
    if value <= limit + ROUNDING:
        return row
    why = (
        f"{value:.2f} % of the answers differ from the float model's, and up to as many points may be lost. "
        f"{accuracy.claim} Labelled evaluation images tell"
    )
    return msgspec.structs.replace(row, shown=False, why=why)


def _precision(wished: float, decision: Mapping[str, Any]) -> GateRow:
    """Right answers among those that int8 gives at the threshold; not `shown` where the 95 % interval begins below."""
    at, side = decision["threshold"], decision["int8"]
    value, low = side["precision"], side["precision_low"]
    passed = decision["wished_threshold"] is not None
    row = _row("decision.precision", wished, value, "share", passed=passed)
    if not passed:
        why = f"no threshold reaches it in float and in int8; at {at:g} {side['review']:.1%} go to review"
        return msgspec.structs.replace(row, why=why)
    if low >= wished:
        return row
    why = (
        f"at the threshold {at:g} int8 is right on {value:.1%} of what it answers, of others the 95 % interval claims "
        f"{low:.1%} only; {side['review']:.1%} go to review"
    )
    return msgspec.structs.replace(row, shown=False, why=why)


def _median(latency: Sequence[LatencyRow], runtime: str) -> float | None:
    rows = [r for r in latency if r.runtime == runtime and r.variant == "int8" and r.threads == 1]
    return rows[0].median_us if rows else None


def _least(name: str, limit: float, value: float | None) -> GateRow:
    """A share that must be reached."""
    return _row(name, limit, value, "share", passed=value is not None and value >= limit)
