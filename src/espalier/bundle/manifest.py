"""manifest.json: what a bundle is, what is in it and what proves its model. Equal builds give equal bytes, whatever tools
are installed: what those of a consumer said is in the build's report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from math import prod
from typing import Final

import msgspec

from .. import __version__
from ..errors import BugError, EspalierError, VerificationError
from ..facts import (
    ArenaFacts,
    Artifact,
    BundlePart,
    BundleSource,
    Check,
    ClassMap,
    Measurement,
    OperatorUse,
    PictureBytes,
    TensorFacts,
)
from ..recipe_answers import Anomaly, Binary, Embed, MultiLabel, Regress
from .archive import read_deb, read_zip, safe_path
from .golden import ContractRow, canonical_json

FORMAT: Final = "espalier-bundle/1"
NAME: Final = "manifest.json"
LIMIT_BYTES: Final = 16 << 20
RESULTS: Final = frozenset({"passed", "failed", "not run"})


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen part of the manifest; an unknown key is refused."""


class FileRow(_Row, frozen=True, kw_only=True):
    """A file of the bundle: its path below the manifest, its digest, its size in bytes and what it is for."""

    path: str
    sha256: str
    bytes: int
    role: str

    @classmethod
    def of(cls, artifact: Artifact) -> FileRow:
        return cls(
            path=artifact.path, sha256=artifact.sha256, bytes=len(artifact.data), role=artifact.role
        )


class ModelRow(_Row, frozen=True, kw_only=True):
    """A .tflite in the bundle: the file, and the path inside it when the file is an archive (.aar, .deb)."""

    path: str
    member: str
    sha256: str
    bytes: int
    dtype: str


class Origin(_Row, frozen=True, kw_only=True):
    """The Keras model that the bundle was made from, after pruning: its digest, MACs and parameters."""

    model_sha256: str
    macs: int
    parameters: int


class Quantization(_Row, frozen=True, kw_only=True):
    """How the network is quantized: integer scheme and granularity of the weights' scales."""

    scheme: str
    weights: str


class HeadAnswer(_Row, frozen=True, kw_only=True, omit_defaults=True):
    """What one of several heads answers: its kind, its labels in the order of its values, the confidence below which its answer
    is "review", and its numbers, as in the manifest of a model with this head only."""

    name: str
    task: str
    labels: tuple[str, ...] = ()
    threshold: float | None = None
    numbers: Regress | None = None
    embed: Embed | None = None
    map: ClassMap | None = None
    picture: PictureBytes | None = None
    binary: Binary | None = None
    multi_label: MultiLabel | None = None

    @classmethod
    def of(cls, part: BundlePart) -> HeadAnswer:
        """The row of an output."""
        recipe, decides = part.recipe, part.decision is not None and part.task != "embed"
        return cls(
            name=part.name,
            task=part.task,
            labels=part.labels,
            threshold=recipe.decision.threshold if decides else None,
            numbers=recipe.regress,
            embed=recipe.embed,
            map=part.map,
            picture=part.picture,
            binary=recipe.binary,
            multi_label=recipe.multi_label,
        )


class Manifest(_Row, frozen=True, kw_only=True, omit_defaults=True):
    """`output` is that of a classifier, or the first of `heads`: the outputs of a model whose `task` is another. `numbers`:
    what the values of task regress are called, their unit and tolerance.

    `digest` is the sha256 of the manifest itself with this field empty: an accident in it shows, too.

    A digest says nothing about who made the bundle: whoever changes a file can change the digests with it.
    """

    format: str
    """`espalier-bundle/1`."""
    digest: str
    name: str
    version: str
    target: str
    espalier: str
    """The version that made the bundle."""
    origin: Origin
    contract: ContractRow
    """How an image becomes pixels of the model."""
    input: TensorFacts
    """The int8 model's input: real = scale x (q - zero point); the uint8 twin's zero point is 128 more."""
    output: TensorFacts
    labels: tuple[str, ...]
    """In output order."""
    threshold: float
    """Below this confidence the answer is "review"."""
    quantization: Quantization
    operators: tuple[OperatorUse, ...]
    """What the runtime must know, with the versions."""
    runtime_floor: str
    """The oldest TensorFlow Lite that knows them."""
    arena: ArenaFacts | None
    """RAM for tensors, on microcontrollers."""
    measurements: tuple[Measurement, ...]
    """Figures that equal builds repeat."""
    advice: tuple[str, ...]
    """What the consumer should know."""
    checks: tuple[Check, ...]
    """What ran in every build, whatever is installed."""
    models: tuple[ModelRow, ...]
    """Where the .tflite files lie."""
    files: tuple[FileRow, ...]
    """Every file but this one, sorted."""
    task: str = "classify"
    """What the model answers, as the recipe says."""
    heads: tuple[TensorFacts, ...] = ()
    binary: Binary | None = None
    """Of task binary: which label is 1, and from which probability on it is said."""
    multi_label: MultiLabel | None = None
    """Of task multi-label: the threshold of each label."""
    embed: Embed | None = None
    """Of task embed: the cosine from which a vector is known."""
    anomaly: Anomaly | None = None
    """Of task anomaly: the score from which there is an alert."""
    """The outputs of a model that has several; `output` is the first."""
    numbers: Regress | None = None
    map: ClassMap | None = None
    """Of task segment: what the bytes of the output become, and the last resize of the network where it was left off."""
    picture: PictureBytes | None = None
    """Of task image: what they become."""
    answers: tuple[HeadAnswer, ...] = ()
    """Of task several: what each head answers, in their order."""

    @property
    def values(self) -> int:
        """How many values all outputs have."""
        return sum(prod(head.shape) for head in self.heads or (self.output,))


def write(source: BundleSource, artifacts: Sequence[Artifact]) -> bytes:
    """manifest.json for a bundle of these files. Raises BugError when two paths collide or one is not
    plain."""
    ordered = sorted(artifacts, key=lambda artifact: artifact.path)
    problem = path_problem([artifact.path for artifact in ordered])
    if problem:
        raise BugError(problem)
    manifest = Manifest(
        format=FORMAT,
        digest="",
        name=source.recipe.name,
        version=source.recipe.version,
        target=source.target.name,
        espalier=__version__,
        origin=Origin(model_sha256=source.model_sha256, macs=source.macs, parameters=source.parameters),
        contract=ContractRow.of(source.contract),
        input=source.input,
        output=source.output,
        labels=source.labels,
        threshold=source.recipe.decision.threshold,
        quantization=Quantization(
            scheme="int16x8" if "int16" in source.input.dtype else "int8", weights=source.target.weights
        ),
        operators=tuple(sorted(source.operators)),
        runtime_floor=source.runtime_floor,
        arena=source.arena,
        measurements=source.measurements,
        advice=source.advice,
        checks=source.checks,
        models=tuple(row for artifact in ordered for row in _models(source, artifact)),
        files=tuple(FileRow.of(artifact) for artifact in ordered),
        task=source.task,
        heads=() if source.labels and source.detector is None else source.heads,
        map=source.map,
        picture=source.picture,
        binary=source.recipe.binary,
        multi_label=source.recipe.multi_label,
        embed=source.recipe.embed,
        anomaly=source.recipe.anomaly,
        numbers=source.recipe.regress,
        answers=tuple(map(HeadAnswer.of, source.parts)),
    )
    # Read back, so that an int given for a float is written as every reader will see it.
    manifest = msgspec.json.decode(canonical_json(manifest), type=Manifest)
    return canonical_json(msgspec.structs.replace(manifest, digest=digest_of(manifest)))


def read(data: bytes) -> Manifest:
    """Decode manifest.json. Raises VerificationError when it is not exactly what `write` writes: another
    format, unknown or missing keys, JSON that is not canonical, a digest that does not fit, paths that could
    leave the bundle or collide."""
    if len(data) > LIMIT_BYTES:
        raise VerificationError(f"{NAME} is larger than {LIMIT_BYTES} bytes")
    try:
        manifest = msgspec.json.decode(data, type=Manifest, strict=True)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise VerificationError(
            f"{NAME} cannot be read: {problem}", next_step="fetch the bundle again"
        ) from None
    if manifest.format != FORMAT:
        raise VerificationError(f"{NAME} has the format {manifest.format!r}", supported=FORMAT)
    if canonical_json(manifest) != data:
        raise VerificationError(f"{NAME} is not canonical JSON: it was changed after the build")
    if digest_of(manifest) != manifest.digest:
        raise VerificationError(f"{NAME} was changed after the build: its own digest does not fit")
    rules = [
        (path_problem([row.path for row in manifest.files]), manifest.files),
        (
            "the files are not sorted",
            list(manifest.files) == sorted(manifest.files, key=lambda row: row.path),
        ),
        ("it lists itself", all(row.path != NAME for row in manifest.files)),
        ("a check has an unknown result", all(check.result in RESULTS for check in manifest.checks)),
        (
            "a model is not in a file of the bundle",
            {m.path for m in manifest.models} <= {f.path for f in manifest.files},
        ),
    ]
    if rules[0][0]:
        raise VerificationError(f"{NAME}: {rules[0][0]}")
    for sentence, holds in rules[1:]:
        if not holds:
            raise VerificationError(f"{NAME}: {sentence}")
    return manifest


def path_problem(paths: Sequence[str]) -> str:
    """The first thing wrong with a set of paths in a bundle, as a sentence, or an empty text: each is
    relative, POSIX and ASCII without `..`, no two are equal but for case, and no file is the folder of
    another."""
    seen: dict[str, str] = {}
    for path in paths:
        if not safe_path(path):
            return f"{path!r} is not a plain relative path"
        if path.casefold() in seen:
            return f"{seen[path.casefold()]!r} and {path!r} collide"
        seen[path.casefold()] = path
    for folded, path in seen.items():
        parts = folded.split("/")
        for count in range(1, len(parts)):
            if "/".join(parts[:count]) in seen:
                return f"{seen['/'.join(parts[:count])]!r} is a file and the folder of {path!r}"
    return ""


def members(path: str, data: bytes) -> Mapping[str, bytes]:
    """What is inside a file of a bundle that is an archive (.aar, .jar, .zip, .deb); nothing for any other
    file.

    Raises VerificationError when the archive is broken."""
    try:
        if path.endswith((".aar", ".jar", ".zip")):
            return read_zip(data)
        if path.endswith(".deb"):
            return read_deb(data).data
    except EspalierError as problem:
        raise VerificationError(f"{path}: {problem.found}") from None
    return {}


def _models(source: BundleSource, artifact: Artifact) -> list[ModelRow]:
    """Where the build's models are: in this file itself, or inside it."""
    known = {source.int8_model: source.input.dtype, source.uint8_model: "uint8"}
    found = [("", artifact.data)] if artifact.data in known else []
    if not found:
        inside = members(artifact.path, artifact.data)
        found = [(member, data) for member, data in sorted(inside.items()) if data in known]
    return [
        ModelRow(
            path=artifact.path,
            member=member,
            sha256=hashlib.sha256(data).hexdigest(),
            bytes=len(data),
            dtype=known[data],
        )
        for member, data in found
    ]


def digest_of(manifest: msgspec.Struct) -> str:
    """What `digest` of a manifest must be: the sha256 of its canonical JSON with that field empty."""
    return hashlib.sha256(canonical_json(msgspec.structs.replace(manifest, digest=""))).hexdigest()
