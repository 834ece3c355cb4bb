"""The calibration doctor: what is wrong with a set of images, before it can ruin a model.

Rules are a table: each is a small function that looks at the facts of the images (load/decode.py) and names
the files. Errors refuse the build; warnings go into the report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from ..errors import ImagesRefusedError
from ..load.facts import ImageFacts, ImageProblem
from ..recipe import InputContract

FEW = 100
"""Below this number of images the ranges are usually still growing (min/max calibration)."""

LEAK_SHARE = 0.05
"""Above this share of the evaluation set that was also calibrated on, its figures mean nothing."""

DUPLICATE_SHARE = 0.5
"""Above this share of repeated images a set is refused."""

ASPECT = 1.5
"""`fit = "stretch"` of an image this many times wider or taller than the input distorts it visibly."""

IMBALANCE = 5.0
"""Largest class over smallest class."""

DARK, BRIGHT = 12.0, 243.0
"""Mean of the prepared bytes (0..255) outside which an image holds next to nothing."""

SHOWN = 5
"""Files named in a sentence; a finding keeps all of them."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found in a set: what, in which files, and what to do about it."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    next_step: str = ""
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.message}; {self.next_step}" if self.next_step else self.message


class ImagesRead(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at: images that were read, files that could not be, files that are no images."""

    images: tuple[ImageFacts, ...]
    problems: tuple[ImageProblem, ...] = ()
    ignored: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may use."""

    given: ImagesRead
    evaluation: ImagesRead | None
    contract: InputContract
    labels: tuple[str, ...]


Rule = Callable[[Checked], Iterable[Finding]]


def check_calibration(
    given: ImagesRead,
    evaluation: ImagesRead | None,
    contract: InputContract,
    labels: Sequence[str] = (),
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of a calibration set, in the order of `RULES`."""
    return _split(RULES, Checked(given=given, evaluation=evaluation, contract=contract, labels=tuple(labels)))


def check_evaluation(
    given: ImagesRead, contract: InputContract, labels: Sequence[str] = ()
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(errors, warnings) of an evaluation set: the rules that concern the files, not the number of them."""
    return _split(
        EVALUATION_RULES, Checked(given=given, evaluation=None, contract=contract, labels=tuple(labels))
    )


def refuse(what: str, errors: Sequence[Finding]) -> None:
    """Raise ImagesRefusedError that lists `errors`; does nothing when there are none."""
    if errors:
        raise ImagesRefusedError(
            f"the {what} images are refused: " + "; ".join(finding.message for finding in errors),
            next_step="; ".join(finding.next_step for finding in errors if finding.next_step),
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
            message=f"{_count(len(problems), 'file')} cannot be read ({said}{_more(len(problems))})",
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
            message=f"{_count(len(ignored), 'image')} of kinds that are not read: {_names(ignored)}",
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
            message=f"{'all' if every else len(files)} of the images hold a single colour: {_names(files)}",
            next_step="remove them (lens cap, failed capture or empty file)",
            files=files,
        )


def nearly_empty(checked: Checked) -> Iterable[Finding]:
    """Almost black or almost white images are usually failed captures."""
    files = tuple(
        image.path
        for image in checked.given.images
        if not image.constant and not DARK <= image.mean <= BRIGHT
    )
    if files:
        yield Finding(
            code="exposure",
            severity="warning",
            message=f"{_count(len(files), 'image')} almost black or almost white: {_names(files)}",
            next_step="remove them unless the device will see such images",
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
            message=f"{_count(len(copies), 'image')} repeated ({_names(examples)})",
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
            message=f"the same picture lies in two classes: {_names(files)}",
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
            f"also calibration images ({_names(pairs)})",
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
            message=f"only {_count(count, 'image')} to calibrate with",
            next_step=f"{FEW} to 500, as the device will see them, make the ranges stable",
        )


def one_class(checked: Checked) -> Iterable[Finding]:
    """Images of one class show only part of what the activations do."""
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
        yield Finding(
            code="class-missing",
            severity="warning",
            message=f"no image of {_count(len(missing), 'class', 'classes')}: {_names(missing)}",
            next_step="add some, or the figures say nothing about them",
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
            message=f"{_count(len(files), 'image')} changed in shape by over {ASPECT} times when "
            f"stretched to {height} x {width}: {_names(files)}",
            next_step='if the training cropped or padded, set `input.fit` to "crop" or "pad"',
            files=tuple(files),
        )


def enlarged(checked: Checked) -> Iterable[Finding]:
    """Images smaller than the input are blurred by enlarging."""
    height, width = checked.contract.size
    files = tuple(
        image.path for image in checked.given.images if image.height * 2 < height and image.width * 2 < width
    )
    if files:
        yield Finding(
            code="small",
            severity="warning",
            message=f"{_count(len(files), 'image')} less than half as large as the input {height} x {width}: "
            f"{_names(files)}",
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
            message=f"{_count(len(files), 'image')} turned by their EXIF orientation: {_names(files)}",
            next_step="nothing to do if the training did the same",
            files=files,
        )


def mixed_modes(checked: Checked) -> Iterable[Finding]:
    """Grey images for a colour model, and modes that had to be converted."""
    if checked.contract.color == "gray":
        return
    odd = {image.path: image.mode for image in checked.given.images if image.mode not in ("RGB",)}
    if odd and len(odd) < len(checked.given.images):
        modes = ", ".join(f"{count} {mode}" for mode, count in sorted(Counter(odd.values()).items()))
        yield Finding(
            code="mode",
            severity="warning",
            message=f"{_count(len(odd), 'image')} not plain RGB ({modes}): {_names(tuple(odd))}",
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
    missing_classes,
    distorted,
    enlarged,
    turned,
    mixed_modes,
)

RULES: tuple[Rule, ...] = (*EVALUATION_RULES, nearly_empty, leaked, too_few, one_class, unbalanced)


def _split(rules: Sequence[Rule], checked: Checked) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    findings = [finding for rule in rules for finding in rule(checked)]
    return (
        tuple(finding for finding in findings if finding.severity == "error"),
        tuple(finding for finding in findings if finding.severity == "warning"),
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + _more(len(names))


def _more(count: int) -> str:
    return f" and {count - SHOWN} more" if count > SHOWN else ""


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
