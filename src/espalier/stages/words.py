"""What is said when no rung of the ladder holds the limit, and when the best of several was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from .. import statistics
from ..ladder.goal import excess_of
from ..rows import StepRow


def explain_loss(
    steps: Sequence[StepRow],
    limit: float,
    drop: statistics.Drop | None,
    left_out: Sequence[str] = (),
    min_agreement: float = 0.0,
) -> tuple[str, ...]:
    """Sentences for the report: what was tried, the best with its loss and 95 % interval, what would help. None
    when the limit holds (whether the images can show that is the gate's to say, from `statistics.claim`).

    `drop`: of the kept step on labelled images, None without labels (then `limit` is of disagreement).
    """
    kept = next(step for step in steps if step.kept)
    agreement = kept.agreement or 0.0
    lost = 100 * (1 - agreement) if kept.drop is None else kept.drop
    if excess_of(lost, agreement, limit, min_agreement) <= 0:
        return ()
    seen = (
        f"{lost:.2f} % of the answers differ from the float model's (no labels)"
        if drop is None
        else f"{drop.points:.2f} points lost, 95 % interval {drop.low:.2f} to {drop.high:.2f}, on {drop.n} images"
    )
    wanted = f"the limit of {limit:g} points"
    if min_agreement:
        wanted += f" and {min_agreement:.2%} of the float model's answers"
        seen += f"; {agreement:.2%} of the answers are the float model's"
    failed = sum(bool(step.why) for step in steps)
    tried = f"{len(steps)} steps were tried" if len(steps) != 1 else "1 step was tried"
    tried += f" ({failed} could not run)" if failed else ""
    said = [f"quantize: no step holds {wanted}; {tried}, the best is {kept.name!r}: {seen}"]
    said += [f"quantize: left out: {why}" for why in left_out]
    return (*said, f"quantize: what would help: {_help(steps, limit, drop, left_out)}")


def explain_choice(
    steps: Sequence[StepRow], held_out: float | None, among: int = 1, chosen_on: int = 0
) -> tuple[str, ...]:
    """What the kept step was chosen on, in one sentence: `chosen_on` calibration images, of `among` steps; or the
    evaluation images, and by how much that flatters its drop. None without a choice."""
    kept = next(step for step in steps if step.kept)
    if chosen_on and among > 1 and held_out is None:
        return (
            f"quantize: the step that is kept is the best of {among} on {chosen_on} calibration images that no step was made "
            "from; the evaluation images took no part in the choice, so their figures stand as they are",
        )
    if held_out is None or kept.drop is None:
        return ()
    measured = sum(step.drop is not None and not step.why for step in steps)
    return (
        f"quantize: the step that is kept was chosen of {measured} on the same images, which flatters its drop of "
        f"{kept.drop:.2f} points by chance; chosen on one half of the images and measured on the other (mean over "
        f"random halves), what is chosen loses {held_out:.2f} points",
    )


def _help(
    steps: Sequence[StepRow], limit: float, drop: statistics.Drop | None, left_out: Sequence[str]
) -> str:
    ways = []
    if any(why.startswith("scheme") for why in left_out):
        ways.append('scheme = "auto", which tries more')
    elif any("allow-int16" in why for why in left_out):
        ways.append("allow-int16 = true")
    elif any(why.startswith("16-bit activations: ") for why in left_out):
        ways.append("a target that runs 16-bit activations")
    if limit <= 0:
        ways.append("a limit above 0: no quantized model repeats every answer")
    elif drop is not None:
        ways.append(f"max-accuracy-drop = {max(drop.high, limit):.2f}, the upper end of the interval")
    ways.append("training with weights and activations in smaller ranges (weight decay, ReLU6)")
    return "; ".join(ways)
