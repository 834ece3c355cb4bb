"""What a reader of the report wants first and last: the verdict with the way on, and how the build is made again."""

from __future__ import annotations

import msgspec


class VerdictRow(msgspec.Struct, frozen=True, kw_only=True):
    """The build in one sentence (`text`), and what to do next, the most urgent first."""

    text: str
    next: tuple[str, ...] = ()


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a build was made from. `recipe`: its text as it was read; digests are SHA-256, those of images over the pixels that
    the model saw; `commands`: the lines that make it again."""

    commands: tuple[str, ...]
    recipe: str
    recipe_sha256: str
    calibration_sha256: str
    evaluation_sha256: str | None
