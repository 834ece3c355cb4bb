"""manifest.json of a compiled program without a recipe (`espalier compile`): what it is, its ends, its files, its checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from .. import __version__
from ..errors import BugError, VerificationError
from ..facts import Artifact, Check, TensorFacts
from .golden import canonical_json
from .manifest import LIMIT_BYTES, NAME, FileRow, digest_of, path_problem

FORMAT: Final = "espalier-program/1"


class ProgramManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`digest` is the sha256 of the manifest itself with this field empty. `model_sha256`: of the .tflite given."""

    format: str
    digest: str
    name: str
    version: str
    target: str
    espalier: str
    model_sha256: str
    macs: int
    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]
    labels: tuple[str, ...]
    optimize: str
    arena_bytes: int
    answers: int
    notes: tuple[str, ...]
    checks: tuple[Check, ...]
    files: tuple[FileRow, ...]


def write(facts: dict[str, Any], artifacts: Sequence[Artifact], checks: Iterable[Check]) -> bytes:
    """manifest.json: `facts` holds the fields that are neither files nor checks. Raises BugError for a bad path."""
    ordered = sorted(artifacts, key=lambda artifact: artifact.path)
    problem = path_problem([artifact.path for artifact in ordered])
    if problem:
        raise BugError(problem)
    made = ProgramManifest(
        format=FORMAT,
        digest="",
        espalier=__version__,
        checks=tuple(checks),
        files=tuple(FileRow.of(artifact) for artifact in ordered),
        **facts,
    )
    made = msgspec.json.decode(canonical_json(made), type=ProgramManifest)
    return canonical_json(msgspec.structs.replace(made, digest=digest_of(made)))


def is_program(data: bytes) -> bool:
    """Whether a manifest.json says that it is one of a program."""
    return len(data) <= LIMIT_BYTES and f'"format": "{FORMAT}"'.encode() in data


def read(data: bytes) -> ProgramManifest:
    """Decode and check. Raises VerificationError when it is not exactly what `write` writes."""
    try:
        stated = msgspec.json.decode(data, type=ProgramManifest, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise VerificationError(f"{NAME} cannot be read: {problem}") from None
    rules = (
        ("it has another format", stated.format == FORMAT),
        ("it is not canonical JSON: it was changed after the build", canonical_json(stated) == data),
        ("it was changed after the build: its own digest does not fit", digest_of(stated) == stated.digest),
    )
    for sentence, holds in rules:
        if not holds:
            raise VerificationError(f"{NAME}: {sentence}", next_step="compile the model again")
    wrong = path_problem([row.path for row in stated.files])
    if wrong:
        raise VerificationError(f"{NAME}: {wrong}")
    return stated
