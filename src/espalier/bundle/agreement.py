"""Whether what manifest.json says stands in the files, too: labels, contract, threshold, name, version and target inside the
.deb, the AAR, the .tflite's metadata and the C.

A digest holds a file; only this holds a manifest that was rewritten together with its digests. It holds what a device
decides with; figures (measurements, advice) stand in the manifest alone, and are as true as who signed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from ..emit import c_text
from ..errors import BugError, ModelRefusedError, VerificationError
from ..task import binary, classify
from ..task.types import Task
from .archive import read_deb
from .golden import FOLDER
from .manifest import Manifest, members
from .metadata_check import labels_of

Files = Mapping[str, bytes]


def agree(stated: Manifest, files: Files) -> tuple[str, ...]:
    """Where the manifest's words were found again, as phrases. Raises VerificationError with the first that differs."""
    found: dict[str, None] = {}
    for look in (_deb, _aar, _metadata, _c):
        found |= dict.fromkeys(look(stated, files))
    return tuple(found)


def _hold(place: str, what: str, found: object, stated: object) -> None:
    if found != stated:
        raise VerificationError(
            f"{place} has the {what} {_short(found)}, the manifest {_short(stated)}",
            supported="a bundle as the build wrote it",
            next_step="fetch the bundle again from who made it",
        )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _lines(data: bytes) -> tuple[str, ...]:
    return tuple(data.decode("utf-8", "replace").split("\n")[:-1])


def _deb(stated: Manifest, files: Files) -> list[str]:
    found = []
    for path in (path for path in files if path.endswith(".deb")):
        try:
            package = read_deb(files[path])
        except ModelRefusedError as problem:
            raise VerificationError(f"{path}: {problem.found}") from None
        fields = dict(
            line.split(": ", 1) for line in _lines(package.control["control"]) if ": " in line and not line.startswith(" ")
        )
        _hold(f"{path}: control", "version", fields.get("Version"), stated.version)
        inside = {name.rpartition("/")[2]: data for name, data in package.data.items() if f"/{FOLDER}/" not in name}
        told = msgspec.json.decode(inside.get("model.json", b"{}"), type=dict[str, Any])
        own = stated.contract
        contract: dict[str, object] = {"size": list(own.size), "color": own.color, "resize": own.resize, "fit": own.fit}
        rows: dict[str, object] = {"name": stated.name, "version": stated.version, "target": stated.target}
        if not stated.answers:  # else each output has its own, beside the file's first
            rows |= {"threshold": stated.threshold} | ({"labels": list(stated.labels)} if stated.labels else {})
        for key, wanted in rows.items():
            _hold(f"{path}: model.json", key, told.get(key), wanted)
        _hold(f"{path}: model.json", "contract", {key: told.get("contract", {}).get(key) for key in contract}, contract)
        if stated.labels and "labels.txt" in inside and not stated.answers:
            _hold(f"{path}: labels.txt", "labels", _lines(inside["labels.txt"]), stated.labels)
        for name, data in files.items():
            packed = [held for place, held in package.data.items() if place.endswith(f"/{name}")]
            if name.startswith(f"{FOLDER}/") and packed and packed[0] != data:
                raise VerificationError(f"{path}: {name} in it is not the {name} of the bundle")
        found.append("Debian package")
    return found


def _aar(stated: Manifest, files: Files) -> list[str]:
    found = []
    for path in (path for path in files if path.endswith(".aar")):
        _hold(path, "name and version", path.rpartition("/")[2], f"{stated.name}-{stated.version}.aar")
        for member, data in members(path, files[path]).items():
            if member.endswith("_labels.txt") and not stated.answers:
                _hold(f"{path}: {member}", "labels", _lines(data), stated.labels)
        found.append("AAR")
    return found


def _metadata(stated: Manifest, files: Files) -> list[str]:
    found = []
    for row in stated.models:
        data = members(row.path, files[row.path]).get(row.member, b"") if row.member else files[row.path]
        try:
            labels = labels_of(data)
        except ModelRefusedError as problem:
            raise VerificationError(f"{row.path}: the metadata cannot be read: {problem.found}") from None
        if labels is not None and stated.labels and not stated.answers:
            _hold(f"{row.member or row.path}: metadata", "labels", labels, stated.labels)
            found.append(".tflite metadata")
    return found


_DECISIONS: Final[dict[str, Callable[..., Any]]] = {"classify": classify.decision, "binary": binary.decision}
"""Tasks whose numbers in the C follow from the manifest alone."""
_DEFINE: Final = re.compile(r"^#define ([A-Z0-9_]+) \(?([^\n()]*)\)?$", re.MULTILINE)


def _c(stated: Manifest, files: Files) -> list[str]:
    headers = [path for path in files if path.endswith("_model.h") and "/src/" in path]
    if not headers:
        return []
    folder, _, file = headers[0].rpartition("/")
    prefix = file.removesuffix("_model.h")
    text = "\n".join(
        data.decode("ascii", "replace") for path, data in files.items() if path.startswith(f"{folder}/") and path.endswith(".h")
    )
    macro = prefix.upper()
    defined = {name.removeprefix(f"{macro}_"): value for name, value in _DEFINE.findall(text)}
    wanted = {"VERSION": c_text.literal(stated.version)}
    height, width = stated.contract.size
    wanted |= {"HEIGHT": str(height), "WIDTH": str(width)}
    wanted |= {
        word: f"{macro}_{word}_{value.upper().replace('-', '_')}"
        for word, value in (("COLOR", stated.contract.color), ("RESIZE", stated.contract.resize), ("FIT", stated.contract.fit))
    }
    wanted |= {name: str(value) for name, value in _decided(stated).items()}
    for name, value in wanted.items():
        if name in defined:
            _hold(f"{folder}: {macro}_{name}", "value", defined[name], value)
    labels = files.get(f"{folder}/{prefix}_model_labels.c")
    if labels is not None and stated.labels:
        array = c_text.strings(f"{prefix}_labels", stated.labels)
        if array not in labels.decode("ascii", "replace"):
            raise VerificationError(f"{folder}/{prefix}_model_labels.c has other labels than the manifest")
    return ["C"]


def _decided(stated: Manifest) -> dict[str, int]:
    """The numbers that a device decides with, where they follow from the manifest."""
    make = _DECISIONS.get(stated.task)
    if make is None or stated.heads or stated.output.dtype != "int8":
        return {}
    cuts = () if stated.binary is None else (stated.binary.threshold,)
    try:
        decision = make(Task(kind=stated.task, labels=stated.labels, cuts=cuts), (stated.output,), stated.threshold)
    except (BugError, ModelRefusedError):
        return {}
    return {} if decision is None else decision.numbers
