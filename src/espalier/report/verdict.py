"""The build in one sentence, and what to do next: what a reader of the page sees first."""

from __future__ import annotations

from collections.abc import Iterator

from ..row_reading import VerdictRow
from ..rows import AccuracyRow, GateRow, Report
from .gates import describe, headroom_words, is_lower, people, share_left, title

HELPS = "What helps: "
ADVICE: tuple[tuple[str, str], ...] = (
    ("max-accuracy-drop", 'see which layers lose most under "Layer by layer", or set [quantize] search = "best"'),
    ("min-agreement", 'see which layers differ most under "Layer by layer", or set [quantize] search = "best"'),
    ("max-map-drop", 'see which layers lose most under "Layer by layer", or set [quantize] search = "best"'),
    ("max-miou-drop", 'see which layers lose most under "Layer by layer", or set [quantize] search = "best"'),
    ("max-psnr-drop", 'see which layers lose most under "Layer by layer", or set [quantize] search = "best"'),
    ("above-chance", "the float model itself answers hardly better than by guessing: check labels and preprocessing "
                     "(`espalier calibrate check RECIPE`)"),
    ("min-class-recall", 'look at the images that changed and at "Per class": train with more images of the worst class'),
    ("min-class-ap50", 'look at "Boxes" by class: train with more objects of the worst class'),
    ("max-model-bytes", 'remove channels until it fits: [prune] method = "fit"'),
    ("max-macs", 'remove channels until it fits: [prune] method = "fit"'),
    ("max-instructions", 'remove channels until it fits: [prune] method = "fit"'),
    ("flash-bytes", 'remove channels until it fits: [prune] method = "fit", or optimize = "flash" in its [[deploy]]'),
    ("arena-bytes", 'optimize = "ram" in its [[deploy]], or [prune] method = "fit"'),
    ("ram-bytes", 'optimize = "ram" in its [[deploy]], or [prune] method = "fit"'),
    ("litert", "a smaller network; measure on the device before you trust this machine's time"),
    ("tflite-runtime", "a smaller network; measure on the device before you trust this machine's time"),
    ("c-estimate", 'remove channels until it fits: [prune] method = "fit"'),
    ("warnings", "mend what the warnings say, or accept one by its code at the top of the recipe"),
    ("min-accuracy", "where the float model's own accuracy is too low, train on; else see \"Layer by layer\""),
)  # fmt: skip
"""What to do about a gate that failed, by the end of its name, where the gate itself does not say."""
CLOSE = 0.1
"""Share of a limit that is left below which a gate that holds is told."""


def verdict(report: Report) -> VerdictRow:
    """The sentence and the way on."""
    failed = [gate for gate in report.gates if not gate.passed]
    broken = [check for check in report.checks if check.result == "failed"]
    name = f"{report.name} {report.version}"
    if report.status == "passed":
        return VerdictRow(text=f"{name} is ready for {_targets(report)}: {_worth(report.accuracy)}{_room(report)}.",
                          next=tuple(_after_success(report)))  # fmt: skip
    what = [*(failed_words(gate) for gate in failed), *(f"the check {check.name} failed" for check in broken)]
    what += [] if what else [f"{row.target} was refused: {row.why}" for row in report.withheld[:1]]
    more = f" and {len(what) - 2} more" if len(what) > 2 else ""
    kept = (
        f"bundles of {', '.join(row.target for row in report.bundles)} were written"
        if report.bundles
        else "no bundle was written"
    )
    return VerdictRow(
        text=f"{name} did not pass: {'; '.join(what[:2])}{more}. {kept[0].upper()}{kept[1:]}.",
        next=tuple(dict.fromkeys([*map(advice, failed), *(f"{check.name}: {check.why}" for check in broken if check.why)])),
    )


def _targets(report: Report) -> str:
    names = [row.target for row in report.bundles]
    if len(names) > 3:
        return f"{len(names)} targets"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "no target"


def _worth(a: AccuracyRow | None) -> str:
    if a is None:
        return "no answer was measured"
    if not a.labelled or a.int8.top1 is None or a.float.top1 is None:
        return f"int8 gives the float model's answer on {a.agreement:.1%} of {a.n:,} images"
    if a.pictures is not None:
        return f"int8's pictures have {a.pictures.psnr_int8:.1f} dB"
    what = (
        "{} average precision" if a.boxes is not None
        else "{} of mean IoU" if a.maps is not None
        else "{} of the images within the tolerance" if a.numbers
        else "{} of the images right"
    )  # fmt: skip
    lost = a.drop_points
    change = (
        "as the float model" if abs(lost) < 0.005
        else f"{abs(lost):.2f} points {'less' if lost > 0 else 'more'} than the float model"
    )  # fmt: skip
    return f"{what.format(f'{a.int8.top1:.1%}')} in int8, {change} ({a.n:,} images)"


def _room(report: Report) -> str:
    """The limit with the least headroom, in words."""
    known = [(left, gate) for gate in report.gates if gate.unit == "bytes" and (left := share_left(gate)) is not None]
    if not known:
        return ""
    _, gate = min(known, key=lambda pair: pair[0])
    return f"; {title(gate.name)} has {headroom_words(gate)}"


def failed_words(gate: GateRow) -> str:
    """A failed gate as a part of the sentence."""
    if gate.value is None or not headroom_words(gate):
        return describe(gate).partition(";")[0]
    limit = f"at {'least' if is_lower(gate.name) else 'most'} {people(gate.limit, gate.unit)}"
    return f"{title(gate.name)} is {people(gate.value, gate.unit)}, {headroom_words(gate)} (limit: {limit})"


def advice(gate: GateRow) -> str:
    """What to do about one failed gate: what it says itself, else the table's line."""
    said = gate.why.partition(HELPS)[2].strip()
    known = next((text for end, text in ADVICE if gate.name.endswith(end)), "raise the limit or change the model")
    return f"{title(gate.name)}: {said or known}"


def _after_success(report: Report) -> Iterator[str]:
    doubts = [gate for gate in report.gates if not gate.shown]
    if doubts:
        names = ", ".join(title(gate.name) for gate in doubts)
        yield f"Add evaluation images: {names} holds on these images, which are too few to claim it of others."
    if report.warnings:
        count = len(report.warnings)
        yield f"Read the {f'{count} warnings' if count > 1 else 'warning'} below."
    for gate in report.gates:
        left = share_left(gate)
        if gate.shown and left is not None and left < CLOSE:
            yield f"Watch {title(gate.name)}: {headroom_words(gate)}."
    if report.bundles:
        yield (
            f"Hand over a bundle: each folder has a README, and `espalier verify {report.bundles[0].path}` (here) runs its "
            "golden vectors."
        )
