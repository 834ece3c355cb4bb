"""The calibration doctor: what is wrong with a set of images, before it can ruin a model.

Rules are a table: each is a small function that looks at the facts of the images (load/decode.py) and names
the files. Errors refuse the build; warnings go into the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..findings import SHOWN, Checked, Copy, Finding, ImagesRead, Rule, counted, more, names_of, refuse
from ..image_facts import ImageFacts
from ..recipe import InputContract
from .rules_codec import saved_otherwise
from .rules_copies import LEAK_SHARE, nearly_repeated, nearly_shared, trained_on
from .rules_looks import blurred, one_sided, shifted, wide_samples

FEW = 100
"""Below this number of images the ranges are usually still growing (min/max calibration)."""

DUPLICATE_SHARE = 0.5
"""Above this share of repeated images a set is refused."""

ASPECT = 1.5
"""`fit = "stretch"` of an image this many times wider or taller than the input distorts it visibly."""

SMALL_SHARE = 0.5
"""Above this share of small images a set has no larger originals."""

IMBALANCE = 5.0
"""Largest class over smallest class."""


def check_calibration(
    given: ImagesRead,
    evaluation: ImagesRead | None,
    contract: InputContract,
    labels: Sequence[str] = (),
    *,
    fine_tune: ImagesRead | None = None,
    distill: ImagesRead | None = None,
    copies: Sequence[Copy] = (),
    through_jpeg: Sequence[str] = (),
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of a calibration set, in the order of `RULES`.

    `copies`: near duplicates of all sets (copies.find_copies).
    """
    checked = Checked(
        given=given, evaluation=evaluation, contract=contract, labels=tuple(labels), fine_tune=fine_tune,
        distill=distill, copies=tuple(copies), through_jpeg=tuple(through_jpeg),
    )  # fmt: skip
    return _split(RULES, checked)


def check_evaluation(
    given: ImagesRead, contract: InputContract, labels: Sequence[str] = (), *, copies: Sequence[Copy] = ()
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of an evaluation set: the rules that concern the files, not the number of them."""
    checked = Checked(
        given=given, evaluation=None, contract=contract, labels=tuple(labels), copies=tuple(copies),
        role="evaluation",
    )  # fmt: skip
    return _split(EVALUATION_RULES, checked)


def check_fine_tune(
    given: ImagesRead, contract: InputContract, labels: Sequence[str] = ()
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of a fine-tuning set: broken files, classes without an image, one far larger than another."""
    return _split(
        FINE_TUNE_RULES,
        Checked(given=given, evaluation=None, contract=contract, labels=tuple(labels), role="fine-tune"),
    )


def check_distill(given: ImagesRead, contract: InputContract) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of a set of pictures without labels: broken files."""
    return _split(
        DISTILL_RULES,
        Checked(given=given, evaluation=None, contract=contract, labels=(), role="distill"),
    )


def none_left(checked: Checked) -> Iterable[Finding]:
    """There must be at least one image."""
    if not checked.given.images:
        yield Finding(
            code="none", severity="error", message="there is no image", next_step="add images to the folder"
        )


def unreadable(checked: Checked) -> Iterable[Finding]:
    """Every file that looks like an image must be one."""
    problems = checked.given.problems
    if problems:
        said = "; ".join(f"{problem.path}: {problem.why}" for problem in problems[:SHOWN])
        yield Finding(
            code="unreadable",
            severity="error",
            message=f"{counted(len(problems), 'file')} cannot be read ({said}{more(len(problems))})",
            next_step="remove or replace them",
            files=tuple(problem.path for problem in problems),
        )


def not_images(checked: Checked) -> Iterable[Finding]:
    """Files of other kinds are not used."""
    ignored = tuple(name for name in checked.given.ignored if name.lower().endswith(_OTHER_IMAGES))
    if ignored:
        yield Finding(
            code="not-read",
            severity="warning",
            message=f"{counted(len(ignored), 'image')} of kinds that are not read: {names_of(ignored)}",
            next_step="convert them to PNG",
            files=ignored,
        )


def all_constant(checked: Checked) -> Iterable[Finding]:
    """An image of one value only teaches nothing; a set of them is refused."""
    files = tuple(image.path for image in checked.given.images if image.constant)
    if files:
        every = len(files) == len(checked.given.images)
        yield Finding(
            code="constant",
            severity="error" if every else "warning",
            message=f"{'all' if every else len(files)} of the images hold a single colour: {names_of(files)}",
            next_step="remove them (lens cap, failed capture or empty file)",
            files=files,
        )


def repeated(checked: Checked) -> Iterable[Finding]:
    """The same picture (equal bytes as the model sees it) counts once."""
    first: dict[str, str] = {}
    copies: list[str] = []
    examples: list[str] = []
    for image in checked.given.images:
        if image.constant:
            continue
        if image.pixels_sha256 in first:
            copies.append(image.path)
            examples.append(f"{image.path} = {first[image.pixels_sha256]}")
        else:
            first[image.pixels_sha256] = image.path
    if copies:
        many = len(copies) > DUPLICATE_SHARE * len(checked.given.images)
        yield Finding(
            code="duplicate",
            severity="error" if many else "warning",
            message=f"{counted(len(copies), 'image')} repeated ({names_of(examples)})",
            next_step="keep one of each",
            files=tuple(copies),
        )


def in_several_classes(checked: Checked) -> Iterable[Finding]:
    """The same picture cannot belong to two classes."""
    seen: dict[str, ImageFacts] = {}
    files: list[str] = []
    for image in checked.given.images:
        other = seen.setdefault(image.pixels_sha256, image)
        if other.label != image.label and not image.constant:
            files += [other.path, image.path]
    if files:
        yield Finding(
            code="contradiction",
            severity="warning",
            message=f"the same picture lies in two classes: {names_of(files)}",
            next_step="keep it in the right one",
            files=tuple(files),
        )


def leaked(checked: Checked) -> Iterable[Finding]:
    """Evaluation must use other images than calibration."""
    if checked.evaluation is None or not checked.evaluation.images:
        return
    used = {image.pixels_sha256: image.path for image in checked.given.images if not image.constant}
    shared = [image for image in checked.evaluation.images if image.pixels_sha256 in used]
    if shared:
        share = len(shared) / len(checked.evaluation.images)
        pairs = [f"{used[image.pixels_sha256]} = {image.path}" for image in shared]
        yield Finding(
            code="leakage",
            severity="error" if share > LEAK_SHARE else "warning",
            message=f"{len(shared)} of {len(checked.evaluation.images)} evaluation images ({share:.1%}) are "
            f"also calibration images ({names_of(pairs)})",
            next_step="remove them from one of the two sets; figures on them would flatter the model",
            files=tuple(image.path for image in shared),
        )


def too_few(checked: Checked) -> Iterable[Finding]:
    """Ranges need enough images to stop growing."""
    count = len(checked.given.images)
    if 0 < count < FEW:
        yield Finding(
            code="few",
            severity="warning",
            message=f"only {counted(count, 'image')} to calibrate with",
            next_step=f"{FEW} to 500, as the device will see them, make the ranges stable",
        )


def one_class(checked: Checked) -> Iterable[Finding]:
    """Images of one class show only part of what the activations do, and nothing of the other classes."""
    classes = {image.label for image in checked.given.images}
    if (
        len(checked.given.images) > 1
        and len(classes) == 1
        and None not in classes
        and len(checked.labels) != 1
    ):
        yield Finding(
            code="one-class",
            severity="warning",
            message=f"all images are of the one class {next(iter(classes))!r}",
            next_step="add images of the other classes",
        )


def missing_classes(checked: Checked) -> Iterable[Finding]:
    """Classes of the labels that have no image."""
    classes = {image.label for image in checked.given.images}
    if None in classes or len(classes) < 2 or not classes <= set(checked.labels):
        return
    missing = tuple(label for label in checked.labels if label not in classes)
    if missing:
        trained = checked.role == "fine-tune"
        yield Finding(
            code="class-missing",
            severity="error" if trained else "warning",
            message=f"no image of {counted(len(missing), 'class', 'classes')}: {names_of(missing)}",
            next_step="add some: what is trained without them answers them no more"
            if trained
            else "add some, or the figures say nothing about them",
        )


def unbalanced(checked: Checked) -> Iterable[Finding]:
    """Classes should be of similar size."""
    counts = Counter(image.label for image in checked.given.images if image.label is not None)
    if len(counts) > 1:
        (most, high), *_, (least, low) = counts.most_common()
        if high > IMBALANCE * low:
            yield Finding(
                code="imbalance",
                severity="warning",
                message=f"class {most!r} has {high} images, class {least!r} only {low}",
                next_step="level the classes",
            )


def distorted(checked: Checked) -> Iterable[Finding]:
    """Stretching must not change the shape of things much."""
    if checked.contract.fit != "stretch":
        return
    height, width = checked.contract.size
    files = []
    for image in checked.given.images:
        ratio = (image.width * height) / (image.height * width)
        if max(ratio, 1 / ratio) > ASPECT:
            files.append(image.path)
    if files:
        yield Finding(
            code="aspect",
            severity="warning",
            message=f"{counted(len(files), 'image')} changed in shape by over {ASPECT} times when "
            f"stretched to {height} x {width}: {names_of(files)}",
            next_step='if the training cropped or padded, set `input.fit` to "crop" or "pad"',
            files=tuple(files),
        )


def enlarged(checked: Checked) -> Iterable[Finding]:
    """Images smaller than the input are blurred by enlarging. Where most are so, it is how these pictures are: small
    originals for a network with a large input are usual in transfer learning."""
    height, width = checked.contract.size
    files = tuple(
        image.path for image in checked.given.images if image.height * 2 < height and image.width * 2 < width
    )
    if files and len(files) <= SMALL_SHARE * len(checked.given.images):
        yield Finding(
            code="small",
            severity="warning",
            message=f"{counted(len(files), 'image')} less than half as large as the input {height} x {width}: "
            f"{names_of(files)}",
            next_step="use originals, not thumbnails",
            files=files,
        )


def turned(checked: Checked) -> Iterable[Finding]:
    """EXIF orientation was applied; a device that ignores it sees other pixels."""
    files = tuple(image.path for image in checked.given.images if image.rotated)
    if files:
        yield Finding(
            code="exif-rotated",
            severity="warning",
            message=f"{counted(len(files), 'image')} turned by their EXIF orientation: {names_of(files)}",
            next_step="nothing to do if the training did the same",
            files=files,
        )


def mixed_modes(checked: Checked) -> Iterable[Finding]:
    """Grey images for a colour model, and modes that had to be converted."""
    if checked.contract.color in ("gray", "bands"):
        return
    odd = {
        image.path: image.mode
        for image in checked.given.images
        if image.mode != "RGB" and not image.mode.startswith("I")
    }
    if odd and len(odd) < len(checked.given.images):
        modes = ", ".join(f"{count} {mode}" for mode, count in sorted(Counter(odd.values()).items()))
        yield Finding(
            code="mode",
            severity="warning",
            message=f"{counted(len(odd), 'image')} not plain RGB ({modes}): {names_of(tuple(odd))}",
            next_step="they were converted (load/decode.py says how); check that training did the same",
            files=tuple(odd),
        )


_OTHER_IMAGES = (
    ".gif",
    ".webp",
    ".tif",
    ".tiff",
    ".heic",
    ".heif",
    ".avif",
    ".jp2",
    ".ppm",
    ".pgm",
    ".svg",
    ".raw",
)

EVALUATION_RULES: tuple[Rule, ...] = (
    none_left,
    unreadable,
    not_images,
    all_constant,
    repeated,
    in_several_classes,
    nearly_repeated,
    one_class,
    missing_classes,
    distorted,
    enlarged,
    turned,
    mixed_modes,
    wide_samples,
    blurred,
    one_sided,
)

RULES: tuple[Rule, ...] = (
    *EVALUATION_RULES,
    leaked,
    nearly_shared,
    trained_on,
    too_few,
    unbalanced,
    shifted,
    saved_otherwise,
)

FINE_TUNE_RULES: tuple[Rule, ...] = (
    none_left, unreadable, not_images, all_constant, in_several_classes, missing_classes, unbalanced,
)  # fmt: skip


DISTILL_RULES: tuple[Rule, ...] = (none_left, unreadable, not_images, all_constant)


def _split(rules: Sequence[Rule], checked: Checked) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    findings = [finding for rule in rules for finding in rule(checked)]
    return (
        tuple(finding for finding in findings if finding.severity == "error"),
        tuple(finding for finding in findings if finding.severity == "warning"),
    )

__all__ = [
    "EVALUATION_RULES",
    "FINE_TUNE_RULES",
    "RULES",
    "Copy",
    "Finding",
    "ImagesRead",
    "check_calibration",
    "check_distill",
    "check_evaluation",
    "check_fine_tune",
    "refuse",
]
