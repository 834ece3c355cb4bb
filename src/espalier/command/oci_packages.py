"""The files that an image's base layers are made of: looked up in a folder, else fetched; each is the pinned one."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..bundle.oci_base import Base, DebianPackage, Wheel
from ..errors import InputRefusedError, MachineError, ToolMissingError

MIRROR: Final = "http://deb.debian.org"
SNAPSHOT: Final = "http://snapshot.debian.org/archive"
"""Where Debian keeps every version, also those that the mirrors have replaced."""
SECONDS: Final = 120.0


def base_files(base: Base, folder: Path, told: Callable[[str], None]) -> dict[str, bytes]:
    """File name -> bytes of every package and wheel; what `folder` lacks is fetched into it.

    Raises InputRefusedError for a file that is not the pinned one, ToolMissingError when something cannot be fetched."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise MachineError(f"{folder} cannot be made: {problem.strerror}", next_step="give another --packages") from None
    found = {}
    for row in base.packages:
        if not (folder / row.file).is_file():
            told(f"fetching {row.file}")
            _store(folder / row.file, _checked(_fetched(row, base), row, "the mirror"))
        found[row.file] = _checked((folder / row.file).read_bytes(), row, str(folder))
    missing = [row for row in base.wheels if not (folder / row.file).is_file()]
    if missing:
        told(f"pip downloads {len(missing)} wheels")
        _download(base, folder)
    for wheel in base.wheels:
        if not (folder / wheel.file).is_file():
            raise ToolMissingError(f"pip brought no {wheel.file}", next_step=f"put it into {folder}")
        found[wheel.file] = _checked((folder / wheel.file).read_bytes(), wheel, str(folder))
    return found


def _checked(data: bytes, row: DebianPackage | Wheel, where: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise InputRefusedError(
            f"{row.file} of {where} is not the pinned file: its sha256 is another",
            supported=row.sha256,
            next_step="remove it, so that it is fetched again",
        )
    return data


def _store(path: Path, data: bytes) -> None:
    new = path.with_suffix(".part")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError as problem:
        raise MachineError(f"{path} cannot be written: {problem.strerror}", next_step="give another --packages") from None


def _fetched(row: DebianPackage, base: Base) -> bytes:
    last = ""
    for root in (f"{MIRROR}/{row.archive}", f"{SNAPSHOT}/{row.archive}/{base.snapshot}"):
        try:
            with urllib.request.urlopen(f"{root}/{row.path}", timeout=SECONDS) as answer:
                data: bytes = answer.read(row.bytes + 1)
                return data
        except (urllib.error.URLError, OSError) as problem:
            last = f"{root}: {getattr(problem, 'reason', problem)}"
    raise ToolMissingError(
        f"{row.file} cannot be fetched ({last})",
        supported="the network, or a folder with the files (--packages)",
        next_step="copy the folder of a computer that has the network, or take --top-only",
    )


def _download(base: Base, folder: Path) -> None:
    """With pip, whose configuration names the index: of this Python, or the one on the path."""
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode != 0:
        other = shutil.which("pip3") or shutil.which("pip")
        if other is None:
            raise ToolMissingError("pip is not installed", next_step=f"install pip, or put the wheels into {folder}")
        pip = [other]
    machine = {"amd64": "x86_64", "arm64": "aarch64"}[base.architecture]
    tags = [f"manylinux_2_28_{machine}", f"manylinux_2_27_{machine}", f"manylinux2014_{machine}"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(base.requirements())
        wanted.flush()
        chosen = ["--no-deps", "--only-binary", ":all:", "--python-version", base.python, "--require-hashes"]
        platforms = [word for tag in tags for word in ("--platform", tag)]
        command = [*pip, "download", "-q", "-d", str(folder), *chosen, *platforms, "-r", wanted.name]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        said = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "")
        raise ToolMissingError(
            f"pip download failed: {said[:300]}",
            supported="the network or a mirror of the package index, or a folder with the files (--packages)",
            next_step="copy the folder of a computer that has the network, or take --top-only",
        )
