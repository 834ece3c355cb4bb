"""Gates in words."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ..rows import GateRow
from .draw import bar

ABOVE_CHANCE = "accuracy.above-chance"


LOWER_LIMITS = frozenset({ABOVE_CHANCE, "decision.precision"})
"""Gates whose limit is a lower one though their name does not say so; the others are called `min-...`."""


def is_lower(name: str) -> bool:
    """Whether the gate `name` asks for at least its limit."""
    return name in LOWER_LIMITS or name.rsplit(".", 1)[-1].startswith("min-")


def amount(value: float, unit: str) -> str:
    """A gate's value or limit without its unit, never with an exponent: "1,048,576" of bytes, "0.36" of points."""
    if unit == "bytes" or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if unit in ("points", "dB") else f"{value:.4g}"


TITLES = {
    "quantize.max-accuracy-drop": "accuracy lost to int8",
    "max-accuracy-drop": "accuracy lost in all",
    "min-agreement": "answers that stay the float model's",
    "above-chance": "better than guessing",
    "min-accuracy": "accuracy",
    "min-class-recall": "recall of the worst class",
    "min-label-f1": "F1 of the worst label",
    "min-recall-at-1": "nearest image of the same class",
    "max-eer": "equal error rate",
    "min-auc": "good told from others (AUC)",
    "max-cost": "cost of 1,000 images",
    "max-map-drop": "average precision lost to int8",
    "min-class-ap50": "AP50 of the worst class",
    "min-recall": "objects found",
    "max-false-alarms": "false alarms an image",
    "min-miou": "mean IoU",
    "max-miou-drop": "mean IoU lost to int8",
    "min-class-iou": "IoU of the worst class",
    "min-psnr": "signal to noise of the pictures",
    "max-psnr-drop": "signal to noise lost to int8",
    "min-ssim": "structural similarity",
    "max-model-bytes": "size of the model",
    "max-arena-bytes": "RAM for tensors",
    "max-flash-bytes": "flash",
    "max-instructions": "instructions of an inference",
    "max-macs": "multiply-accumulates",
    "litert": "time with LiteRT on the build machine",
    "tflite-runtime": "time with tflite-runtime on the build machine",
    "c-estimate": "estimated time",
    "precision": "right answers among those given",
    "warnings": "no warning",
}
"""Gates in people's words, by their name or its last part."""


def title(name: str) -> str:
    """A gate in people's words: "size of the model", "flash of cortex-m4"."""
    scope, _, key = name.rpartition(".")
    if key in ("flash-bytes", "ram-bytes"):
        return f"{key.removesuffix('-bytes').upper() if key == 'ram-bytes' else 'flash'} of {scope}"
    return TITLES.get(name) or TITLES.get(key, name)


def share_left(row: GateRow) -> float | None:
    """The headroom: what a gate leaves as a share of its limit, negative where it fails; None where that means nothing."""
    if row.value is None or row.limit <= 0:
        return None
    left = (row.value - row.limit) if is_lower(row.name) else (row.limit - max(row.value, 0.0))  # a loss below 0 is a gain
    return left / row.limit


def headroom_words(row: GateRow) -> str:
    """The headroom in words: "6 % headroom", "12 % over"; of a share that must reach a limit "4 points to spare"; nothing where
    it means nothing."""
    left = share_left(row)
    if left is None:
        return ""
    if is_lower(row.name) and row.unit == "share":
        return f"{_some(100 * abs(left) * row.limit, 'points')} {'short' if left < 0 else 'to spare'}"
    if abs(left) > 10:
        return "over 10 times the limit" if left < 0 else "over 10 times of it to spare"
    return f"{_some(100 * abs(left), '%')} {'headroom' if left >= 0 else 'short' if is_lower(row.name) else 'over'}"


def _some(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if value >= 1 or not value else f"{value:.1f} {unit}" if value >= 0.1 else f"under 0.1 {unit}"


def people(value: float, unit: str) -> str:
    """A value or limit with its unit, as people say it: "37 %", "60,000 bytes", "0.19 points"."""
    if unit == "share":
        text = f"{100 * value:.2f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"
    if unit == "µs" and value >= 1000:
        return f"{value / 1000:,.2f} ms"
    return f"{amount(value, unit)} {unit}".rstrip()


def gate_bar(row: GateRow) -> Markup:
    """How near a gate's figure is to its limit: of an upper limit what is used, of a lower one with the limit marked."""
    if row.value is None or row.limit <= 0:
        return Markup("")
    kind = "fill" if row.passed else "bad"
    if not is_lower(row.name):
        return bar(100 * row.value / row.limit, kind=kind)
    most = max(row.value, row.limit, 1.0 if row.unit == "share" else 0.0)
    return bar(100 * row.value / most, kind=kind, mark=100 * row.limit / most)


def urgent_first(rows: Sequence[GateRow]) -> list[GateRow]:
    """Failed gates, those that are not shown, then the others, the least headroom first."""

    def key(row: GateRow) -> tuple[bool, bool, float]:
        left = share_left(row)
        return row.passed, row.shown, 9.0 if left is None else left

    return sorted(rows, key=key)


def describe(row: GateRow) -> str:
    """A failed gate in words."""
    why = f"; {row.why}" if row.why else ""
    limit = f"the limit {amount(row.limit, row.unit)} {row.unit}{why}"
    if row.value is None:
        return f"{row.name}: no figure, {limit.removeprefix('the ')}"
    value = amount(row.value, row.unit)
    if value == amount(row.limit, row.unit):
        value = f"{row.value:g}"  # what fails by less than is printed is printed whole
    return f"{row.name}: {value} is {'below' if is_lower(row.name) else 'above'} {limit}"


def not_shown(rows: Sequence[GateRow]) -> list[str]:
    """The limits that hold on the measured images only, in words."""
    return [
        f"{row.name} holds on these images only: {row.why}" for row in rows if row.passed and not row.shown
    ]


def headroom(found: GateRow) -> str:
    """What a gate of bytes leaves, in words: "20 % used, 812,000 bytes left"; nothing for other gates."""
    if found.unit != "bytes" or found.value is None or found.limit <= 0:
        return ""
    left = found.limit - found.value
    share = f"{100 * found.value / found.limit:.0f} % used"
    return f"{share}, {left:,.0f} bytes left" if left >= 0 else f"{share}, {-left:,.0f} bytes too many"
