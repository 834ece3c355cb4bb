"""What a build's output folder holds, and what in it no build wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from ..bundle import manifest, signature
from .publish import Owner

REPORT = "report.json"
_FORMAT, _PROGRAM_FORMAT = "espalier-report/", "espalier-program-report/"
_TOP = frozenset({REPORT, "report.html", "junit.xml", "summary.md"})
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
"""What file managers leave wherever they look."""


def refusal(folder: Path) -> str:
    """Why a folder must not be replaced by a build: it is no output of one; "" when it is."""
    return "" if _report(folder, _FORMAT) is not None else f"no build wrote it: it has no {REPORT} of one"


def program_refusal(folder: Path) -> str:
    """Why a folder must not be replaced by `espalier compile`: it is no output of it; "" when it is."""
    known = _report(folder, _PROGRAM_FORMAT) is not None
    return "" if known else f"`espalier compile` did not write it: it has no {REPORT} of a program"


def program_added(folder: Path) -> list[str]:
    """Relative paths in an output of `espalier compile` that it did not write, sorted."""
    found = [name for name in _added_to_bundle(folder) if name not in _TOP]
    return sorted(name for name in found if name.rpartition("/")[2] not in _DROPPINGS)


def added(folder: Path) -> list[str]:
    """Relative paths in an output that no build wrote, sorted; a folder stands for all that is in it."""
    report = _report(folder, _FORMAT) or {}
    targets = {str(row.get("path")) for row in report.get("bundles", ()) if isinstance(row, dict)}
    found: list[str] = []
    for path in folder.iterdir():
        real_folder = path.is_dir() and not path.is_symlink()
        if path.name in _DROPPINGS or (path.name in _TOP and path.is_file() and not path.is_symlink()):
            continue
        if path.name == "model" and real_folder:
            found += [f"model/{p.name}" for p in path.iterdir() if p.suffix != ".tflite"]
        elif path.name in targets and real_folder:
            found += [f"{path.name}/{name}" for name in _added_to_bundle(path)]
        else:
            found.append(path.name)
    return sorted(name for name in found if name.rpartition("/")[2] not in _DROPPINGS)


OUTPUT = Owner(refusal=refusal, added=added)
PROGRAM = Owner(refusal=program_refusal, added=program_added)


def _report(folder: Path, form: str) -> dict[str, Any] | None:
    try:
        report = msgspec.json.decode((folder / REPORT).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        return None
    return report if str(report.get("format", "")).startswith(form) else None


def _added_to_bundle(folder: Path) -> list[str]:
    """Files of a bundle's folder that its manifest does not name; all, without a readable manifest."""
    try:
        told = msgspec.json.decode((folder / manifest.NAME).read_bytes(), type=dict[str, Any])
        listed = {str(row["path"]) for row in told["files"]} | {manifest.NAME, signature.NAME}
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        listed = set()
    present = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return [name for name in (p.relative_to(folder).as_posix() for p in present) if name not in listed]
