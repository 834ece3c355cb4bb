"""A Debian package of a model in the hands of Debian's tools and of its own program: what both the camera's and the server's
bundle are held against."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ..errors import InputRefusedError
from ..facts import BundleSource, Check
from .archive import read_deb
from .debian import program_name
from .optional_tools import KEPT, excused, run_tool, words
from .pi_consumers import package_name

UNKNOWN: Final = "unknown"
NAMELESS: Final = "what bears its name does not work here: it does not say its version"
"""A tool whose exit code is its only answer must at least be known: a program that says yes to everything is none."""
PROGRAM_SECONDS: Final = 120.0
"""Longest run of one program in `check`."""


def unpack(package: Path, tree: Path) -> Check:
    version = version_of(["dpkg-deb", "--version"])
    if version is None:
        return _unpack_here(package, tree, "dpkg-deb is not installed")
    for step in (["--info", str(package)], ["--extract", str(package), str(tree)]):
        done = run(["dpkg-deb", *step])
        if done.returncode != 0:
            broken = _dpkg_deb_works(tree.with_name("probe"))
            if broken:
                return _unpack_here(package, tree, f"dpkg-deb does not work here: {broken}")
            return Check(
                name="package unpacks", tool="dpkg-deb", version=version, result="failed", why=words(done)
            )
    if not tree.is_dir():
        return _unpack_here(package, tree, "dpkg-deb does not work here: it ended well and unpacked nothing")
    return Check(name="package unpacks", tool="dpkg-deb", version=version, result="passed")


def _unpack_here(package: Path, tree: Path, why: str) -> Check:
    """With our own reader, which lets the program run without dpkg-deb."""
    try:
        files = read_deb(package.read_bytes()).data
    except InputRefusedError as problem:
        return Check(name="package unpacks", tool="espalier", result="failed", why=problem.found)
    for path, data in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
        if data.startswith(b"#!"):
            (tree / path).chmod(0o755)
    return Check(name="package unpacks", tool="espalier", result="passed", why=why)


def _dpkg_deb_works(work: Path) -> str:
    """Whether dpkg-deb reads a package that it made itself: "", or why not."""
    (work / "tree/DEBIAN").mkdir(parents=True, exist_ok=True)
    (work / "tree/DEBIAN/control").write_text(
        "Package: probe\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: a probe\n"
    )
    package = str(work / "probe.deb")
    for step in (["--build", str(work / "tree"), package], ["--info", package]):
        done = run(["dpkg-deb", *step])
        if done.returncode != 0:
            return words(done)
    return ""


def checksums(package: Path) -> Check:
    """Every installed file is in md5sums with its digest, and nothing else is."""
    try:
        deb = read_deb(package.read_bytes())
    except InputRefusedError as problem:
        return Check(name="md5sums", tool="espalier", result="failed", why=problem.found)
    lines = deb.control.get("md5sums", b"").decode("ascii", "replace").splitlines()
    listed = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    right = {path: hashlib.md5(data).hexdigest() for path, data in deb.data.items()}
    wrong = sorted(path for path in listed.keys() | right.keys() if listed.get(path) != right.get(path))
    if wrong:
        return Check(name="md5sums", tool="espalier", result="failed", why=f"{wrong[0]} does not fit")
    return Check(name="md5sums", tool="espalier", result="passed")


def selftest(tree: Path, source: BundleSource) -> Check:
    name = "self-test: preprocessing and golden vectors"
    done = run_program(tree, source, ["selftest", "--json"])
    if done is None:
        return no_runtime(name)
    try:
        row: dict[str, Any] = msgspec.json.decode(done.stdout)
        tool, _, version = row["runtime"].partition(" ")
    except (msgspec.DecodeError, KeyError, TypeError):
        return Check(name=name, tool="classify.py", result="failed", why=words(done))
    why = "; ".join(row["failures"]) or f"bytes equal to kernels: {', '.join(row['equal_kernels']) or 'none'}"
    return Check(name=name, tool=tool, version=version, result=row["result"], why=why)


def systemd_unit(tree: Path, source: BundleSource) -> Check:
    name = "systemd unit"
    version = version_of(["systemd-analyze", "--version"])
    if version is None:
        return Check(
            name=name, tool="systemd-analyze", result="not run", why="systemd-analyze is not installed"
        )
    if version == UNKNOWN:
        return Check(name=name, tool="systemd-analyze", result="not run", why=NAMELESS)
    package = package_name(source)
    file = tree / "usr/lib/systemd/system" / f"{package}.service"
    # systemd looks for the program where the unit says; here it lies in the unpacked tree.
    text = file.read_text("utf-8").replace(
        f"ExecStart=/usr/lib/{package}", f"ExecStart={tree}/usr/lib/{package}"
    )
    copy = tree / file.name
    copy.write_text(text, "utf-8")
    done = run(["systemd-analyze", "verify", "--man=no", str(copy)])
    if done.returncode != 0 or done.stderr.strip():
        why = words(done).replace(str(tree), "")
        failed = Check(name=name, tool="systemd-analyze", version=version, result="failed", why=why)
        return excused(failed, lambda: _systemd_works(tree))
    return Check(name=name, tool="systemd-analyze", version=version, result="passed")


def _systemd_works(tree: Path) -> str:
    """Whether systemd-analyze finds no fault in a unit of three lines: "", or why not."""
    unit = tree / "espalier-probe.service"
    unit.write_text(f"[Unit]\nDescription=A probe\n[Service]\nExecStart={shutil.which('true') or sys.executable}\n")
    done = run(["systemd-analyze", "verify", "--man=no", str(unit)])
    return words(done) if done.returncode != 0 or done.stderr.strip() else ""


def lintian(package: Path) -> Check:
    """Debian's policy checker; errors fail, warnings are shown."""
    name = "package policy"
    version = version_of(["lintian", "--version"])
    if version is None:
        return Check(name=name, tool="lintian", result="not run", why="lintian is not installed")
    if version == UNKNOWN:
        return Check(name=name, tool="lintian", result="not run", why=NAMELESS)
    done = run(["lintian", "--tag-display-limit", "0", "--fail-on", "error", str(package)])
    tags = [line for line in done.stdout.decode(errors="replace").splitlines() if line[:2] in ("E:", "W:")]
    if done.returncode != 0:
        # A policy checker that fails and names no tag did not check.
        result = "failed" if any(tag.startswith("E:") for tag in tags) else "not run"
        why = "; ".join(tags) if result == "failed" else f"lintian does not work here: {words(done)}"
        return Check(name=name, tool="lintian", version=version, result=result, why=why)
    return Check(name=name, tool="lintian", version=version, result="passed", why="; ".join(tags))


def run_program(
    tree: Path, source: BundleSource, arguments: Sequence[str]
) -> subprocess.CompletedProcess[bytes] | None:
    """Run the package's classify.py with this Python; None when this Python has no runtime (its exit code
    7)."""
    program = tree / "usr/lib" / package_name(source) / program_name(source)
    done = run([sys.executable, "-B", str(program), *arguments])
    return None if done.returncode == 7 else done


def no_runtime(name: str) -> Check:
    return Check(
        name=name, tool="classify.py", result="not run", why="no runtime for .tflite files is installed here"
    )


def run(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if key in KEPT}
    return run_tool(command, seconds=PROGRAM_SECONDS, environment={**environment, "LC_ALL": "C.UTF-8"})


def version_of(command: Sequence[str]) -> str | None:
    """The first number with a dot that a tool prints of itself; None when it is not installed."""
    if shutil.which(command[0]) is None:
        return None
    words = run(command).stdout.decode(errors="replace").replace("(", " ").replace(")", " ").split()
    return next((word.lstrip("v") for word in words if word.lstrip("v")[:1].isdigit()), UNKNOWN)
