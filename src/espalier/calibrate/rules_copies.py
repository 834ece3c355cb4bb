"""Rules about pictures that occur twice: near duplicates within a set, and between sets (leakage)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..findings import Checked, Copy, Finding, counted, names_of

LEAK_SHARE = 0.05
"""Above this share of the evaluation set that other stages have seen, its figures mean nothing."""

_USED_FOR = {"calibration": "calibrated with", "fine-tune": "fine-tuned on", "distill": "distilled on"}


def nearly_repeated(checked: Checked) -> Iterable[Finding]:
    """The same picture, saved again or resized, counts once."""
    pairs = [c for c in checked.copies if c.first_role == c.second_role == checked.role]
    if pairs:
        files = tuple(dict.fromkeys(pair.second for pair in pairs))
        yield Finding(
            code="near-duplicate",
            severity="warning",
            message=f"{counted(len(files), 'image')} nearly repeated ({names_of([_said(p) for p in pairs])})",
            next_step="keep one of each",
            files=files,
        )


def nearly_shared(checked: Checked) -> Iterable[Finding]:
    """Evaluation must use other pictures than calibration, also when they were saved again or mirrored."""
    yield from _shared(checked, "calibration", "near-leakage")


def trained_on(checked: Checked) -> Iterable[Finding]:
    """Evaluation must use other pictures than fine-tuning and distillation."""
    for role, images in (("fine-tune", checked.fine_tune), ("distill", checked.distill)):
        if checked.evaluation is None or images is None:
            continue
        used = {image.pixels_sha256: image.path for image in images.images if not image.constant}
        equal = [
            Copy(first_role=role, first=used[i.pixels_sha256], second_role="evaluation", second=i.path)
            for i in checked.evaluation.images
            if i.pixels_sha256 in used
        ]
        yield from _shared(checked, role, "train-leakage", equal)


def _shared(checked: Checked, role: str, code: str, equal: list[Copy] | None = None) -> Iterable[Finding]:
    if checked.evaluation is None or not checked.evaluation.images:
        return
    pairs = (equal or []) + [c for c in checked.copies if (c.first_role, c.second_role) == (role, "evaluation")]
    yield from leaked(pairs, len(checked.evaluation.images), role, code, "show" if equal else "nearly equal")


def leaked(pairs: Sequence[Copy], count: int, role: str, code: str, like: str) -> Iterable[Finding]:
    """What is said of evaluation images (there are `count`) that the set of `role` has, too."""
    files = tuple(dict.fromkeys(pair.second for pair in pairs))
    if files:
        share = len(files) / count
        yield Finding(
            code=code,
            severity="error" if share > LEAK_SHARE else "warning",
            message=f"{len(files)} of {count} evaluation images ({share:.1%}) {like} "
            f"pictures that are also {_USED_FOR[role]} ({names_of([_said(p) for p in pairs])})",
            next_step="remove them from one of the two sets; figures on them would flatter the model",
            files=files,
        )


def _said(pair: Copy) -> str:
    return f"{pair.first} = {pair.second}" + (" mirrored" if pair.mirrored else "")
