"""What a check of images says: one finding per thing found, and what the rules may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from .alarms import ALARMS, override
from .errors import ImagesRefusedError
from .image_facts import ImageFacts, ImageProblem
from .recipe import InputContract

ACCEPTED = "accepted: "
"""Begins the words of a finding that the recipe accepts."""

UNTRAINED = "the model looks never trained, and its answers tell nothing"

SHOWN = 5
"""Files named in a sentence; a finding keeps all of them."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found in a set: what, in which files, and what to do about it. "accepted": the recipe says that it is as
    it should be."""

    code: str
    severity: Literal["error", "warning", "accepted"]
    message: str
    next_step: str = ""
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.severity == "accepted":
            return f"{ACCEPTED}{self.message}"
        told = f"{self.message}; {self.next_step}" if self.next_step else self.message
        return f"{told} [{self.code}]" if self.code in ALARMS else told

    @property
    def way_on(self) -> str:
        """What to do about it, and how to say that nothing need be done."""
        return "; ".join(text for text in (self.next_step, override(self.code)) if text)


def of_model(findings: Iterable[Finding], *, untrained: bool) -> tuple[Finding, ...]:
    """Findings that a model's answers gave. Those of an untrained one (ModelFacts.never_trained) are chance, however clear
    they look: a random network tells some pictures apart, in any order of the labels and fed in any way."""
    if not untrained:
        return tuple(findings)
    return tuple(
        msgspec.structs.replace(f, severity="warning", message=f"{f.message}; but its biases are as they began: {UNTRAINED}")
        if f.severity == "error"
        else f
        for f in findings
    )


def settle(findings: Iterable[Finding], accept: Sequence[str]) -> tuple[Finding, ...]:
    """The findings, with those that a recipe accepts marked so."""
    return tuple(msgspec.structs.replace(f, severity="accepted") if f.code in accept else f for f in findings)


class ImagesRead(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules look at: images that were read, files that could not be, files that are no images."""

    images: tuple[ImageFacts, ...]
    problems: tuple[ImageProblem, ...] = ()
    ignored: tuple[str, ...] = ()


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """Two different files that show the same picture (saved again, resized, brightened or mirrored).

    `first` and `second` are paths in the sets named by the roles: "calibration", "evaluation", "fine-tune", "distill".
    """

    first_role: str
    first: str
    second_role: str
    second: str
    mirrored: bool = False


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may use. `role` says which set `given` is."""

    given: ImagesRead
    evaluation: ImagesRead | None
    contract: InputContract
    labels: tuple[str, ...]
    fine_tune: ImagesRead | None = None
    distill: ImagesRead | None = None
    copies: tuple[Copy, ...] = ()
    through_jpeg: tuple[str, ...] = ()
    """Roles of the sets whose images a training saves as JPEG (`augment.jpeg`)."""
    role: str = "calibration"


Rule = Callable[[Checked], Iterable[Finding]]


def refuse(what: str, errors: Sequence[Finding]) -> None:
    """Raise ImagesRefusedError that lists `errors`; does nothing when there are none."""
    if errors:
        raise ImagesRefusedError(
            f"the {what} images are refused: " + "; ".join(finding.message for finding in errors),
            next_step="; ".join(finding.way_on for finding in errors),
        )


def names_of(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    return ", ".join(names[:SHOWN]) + more(len(names))


def more(count: int) -> str:
    """" and N more" beyond the names that are shown."""
    return f" and {count - SHOWN} more" if count > SHOWN else ""


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
