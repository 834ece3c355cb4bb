"""What `espalier compare` may be given: a build's output folder, its recipe, a stored report.json, or a bundle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ..bundle import manifest
from ..errors import UsageError, VerificationError
from ..facts import Measurement, OperatorUse
from ..limits import LIMITS
from ..row_images import ImageAnswers
from ..rows import LatencyRow
from .run_subject import last_build

SUPPORTED = "a build's output folder, its recipe (.toml), a report.json of a build, or a bundle folder"
REPORT_BYTES = 256 << 20


class _Top(msgspec.Struct, frozen=True, kw_only=True):
    top1: float | None = None


class _Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    int8: _Top = _Top()


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    kept: bool = False
    bytes: int | None = None


class _Quantize(msgspec.Struct, frozen=True, kw_only=True):
    scheme: str = ""
    bytes: int | None = None
    runtime_floor: str = ""
    uses: tuple[OperatorUse, ...] = ()
    steps: tuple[_Step, ...] = ()


class _Model(msgspec.Struct, frozen=True, kw_only=True):
    macs: float | None = None


class _Emulated(msgspec.Struct, frozen=True, kw_only=True):
    target: str
    instructions: int
    arena_bytes: int
    stack_bytes: int
    code_bytes: int
    weights_bytes: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """Bytes of flash and of stack, instructions."""
        return self.code_bytes + self.weights_bytes, self.stack_bytes, self.instructions


class _Bundle(msgspec.Struct, frozen=True, kw_only=True):
    target: str
    bytes: int
    sha256: str


class _Memory(msgspec.Struct, frozen=True, kw_only=True):
    arena_bytes: dict[str, int] = {}


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """The part of report.json that is compared; what an older one has not is empty."""

    format: str
    name: str
    version: str
    status: str = ""
    accuracy: _Accuracy | None = None
    quantize: _Quantize = _Quantize()
    latency: tuple[LatencyRow, ...] = ()
    memory: _Memory = _Memory()
    emulated: tuple[_Emulated, ...] = ()
    bundles: tuple[_Bundle, ...] = ()
    by_image: ImageAnswers | None = None

    @property
    def model_bytes(self) -> int | None:
        """Of the int8 file."""
        if self.quantize.bytes is not None:
            return self.quantize.bytes
        return next((step.bytes for step in self.quantize.steps if step.kept), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two. `manifests`: of the bundles that are there, by target, as plain data; `alone`: a bundle without its
    build."""

    given: str
    report: Read
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    alone: bool = False


def side_of(given: Path) -> Side:
    """What was given. Raises UsageError where it is nothing that can be compared."""
    if given.suffix == ".toml":
        return _of_folder(given, last_build(given))
    if given.suffix == ".json" and given.is_file():
        return Side(given=str(given), report=read_report(given))
    if (given / "report.json").is_file():
        return _of_folder(given, given)
    if (given / manifest.NAME).is_file():
        return _of_bundle(given)
    what = "is nothing that a build leaves" if given.exists() else "does not exist"
    raise UsageError(f"{given} {what}", supported=SUPPORTED, next_step="check the path, or build first")


def read_report(path: Path) -> Read:
    """A report of a build. Raises UsageError for any other file."""
    if path.stat().st_size > REPORT_BYTES:
        raise UsageError(f"{path} has over {REPORT_BYTES:,} bytes", next_step="give the report of a build")
    try:
        report = msgspec.json.decode(path.read_bytes(), type=Read)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"{path} is no report of a build: {problem}", supported="report.json as `espalier build` writes it",
            next_step="give the output folder of a build, or build again",
        ) from None  # fmt: skip
    if report.format != "espalier-report/1":
        raise UsageError(
            f"{path} has the format {report.format!r}", supported="espalier-report/1", next_step="build again with this version"
        )
    return report


def _of_folder(given: Path, folder: Path) -> Side:
    manifests = {path.parent.name: _manifest(path) for path in sorted(folder.glob(f"*/{manifest.NAME}"))}
    return Side(given=str(given), report=read_report(folder / "report.json"), manifests=manifests)


def _manifest(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LIMITS.tflite_bytes:
        raise VerificationError(f"{path} is too large", next_step="build again")
    found: dict[str, Any] = msgspec.to_builtins(manifest.read(path.read_bytes()))
    return found


def _of_bundle(folder: Path) -> Side:
    """A bundle; with the report of its build where that lies beside it."""
    data = (folder / manifest.NAME).read_bytes()
    said = _manifest(folder / manifest.NAME)
    beside = folder.parent / "report.json"
    if beside.is_file():
        report = read_report(beside)
        if hashlib.sha256(data).hexdigest() in {row.sha256 for row in report.bundles}:
            return Side(given=str(folder), report=report, manifests={said["target"]: said})
    stated = manifest.read(data)
    values = {row.quantity: row for row in stated.measurements}
    report = Read(
        format="espalier-report/1",
        name=stated.name,
        version=stated.version,
        accuracy=_measured(values),
        quantize=_Quantize(
            scheme=stated.quantization.scheme,
            bytes=int(values["int8_model_bytes"].value) if "int8_model_bytes" in values else None,
            runtime_floor=stated.runtime_floor,
            uses=stated.operators,
        ),
        memory=_Memory(arena_bytes={} if stated.arena is None else {stated.target: stated.arena.arena_bytes}),
        bundles=(_Bundle(target=stated.target, bytes=sum(row.bytes for row in stated.files) + len(data), sha256=""),),
    )
    return Side(given=str(folder), report=report, manifests={stated.target: said}, alone=True)


def _measured(values: dict[str, Measurement]) -> _Accuracy | None:
    row = values.get("top1_int8") or values.get("miou_int8")
    return None if row is None else _Accuracy(n=row.n or 0, int8=_Top(top1=row.value))
