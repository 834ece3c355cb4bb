"""What is installed: the packages that results depend on, and the optional tools that checks can use."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from .. import plugins
from ..errors import EspalierError
from ..target import brought_targets
from ..visible import shown
from ..walls.held import Walls
from ..worker.client import Worker

BUILD = "build"
"""The extra with TensorFlow and LiteRT."""

OPTIONAL_PACKAGES: dict[str, str] = {
    "ziglang": "cross-compiles C for microcontrollers (pip install 'espalier[mcu]')",
    "unicorn": "emulates Cortex-M and RISC-V cores (pip install 'espalier[mcu]')",
    "mediapipe": "reads the phone model as an Android app would",
    "tflite-micro": "measures the TFLite Micro arena",
    "scikit-learn": "ships the digits of examples/digits (pip install 'espalier[examples]')",
}

OPTIONAL_PROGRAMS: dict[str, tuple[tuple[str, ...], str]] = {
    "javac": (("javac", "-version"), "compiles the Android sources and runs their self-test"),
    "aapt": (("aapt", "version"), "packs the Android assets as an app build does"),
    "gradle": (("gradle", "--version"), "resolves the Maven repository as an app build does"),
    "dpkg-deb": (("dpkg-deb", "--version"), "reads the Debian package"),
    "lintian": (("lintian", "--version"), "checks the Debian package against policy"),
    "systemd-analyze": (("systemd-analyze", "--version"), "checks the systemd unit"),
    "gcc": (("gcc", "--version"), "compiles the firmware sources for this machine"),
    "arm-none-eabi-gcc": (("arm-none-eabi-gcc", "--version"), "compiles the firmware sources for Cortex-M"),
    "qemu-system-arm": (("qemu-system-arm", "--version"), "emulates boards, Cortex-M55 among them"),
    "qemu-aarch64-static": (("qemu-aarch64-static", "--version"), "runs the 64-bit Raspberry Pi runtime"),
    "qemu-arm-static": (("qemu-arm-static", "--version"), "runs the 32-bit Raspberry Pi runtime"),
}


def examine() -> dict[str, Any]:
    """Facts as plain data: python, machine, packages (required, found, ok), optional packages and programs, the walls around
    child processes, and whether this installation `builds`: the extra `build` is there, whole or in part, or it is absent and
    a small core is here."""
    wanted = [Requirement(text) for text in requires("espalier") or []]
    packages = [_package(one) for one in wanted if _is_for(one, "")]
    build = [_package(one) for one in wanted if _is_for(one, BUILD) and not _is_for(one, "")]
    if all(package["found"] is None for package in build):
        build = []  # a small installation
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": packages + build,
        "builds": bool(build) or not any(_is_for(one, BUILD) for one in wanted),
        "optional_packages": [
            {"name": name, "found": _version(name), "for": why} for name, why in OPTIONAL_PACKAGES.items()
        ],
        "programs": [
            {"name": name, "found": _program(command), "for": why}
            for name, (command, why) in OPTIONAL_PROGRAMS.items()
        ],
        "plugins": _plugins(),
        "walls": _walls(),
        "ok": all(package["ok"] for package in packages + build),
    }


def _plugins() -> list[dict[str, str]]:
    """Packages that bring targets and kinds of bundle, and what is left out of them, and why."""
    left = [
        {"group": plugins.TARGETS, "name": Path(path).name, "package": "", "problem": why}
        for path, why in brought_targets()[1].items()
    ]
    return [*plugins.rows(), *left]


def _walls() -> dict[str, Any]:
    """What holds a child process on this machine: told by one that is started."""
    try:
        with Worker("container") as worker:
            worker.wait_ready()
            held = worker.walls or Walls()
    except EspalierError as problem:
        return {"whole": False, "lacks": [problem.found]}
    return {**held._asdict(), "whole": not held.lacks, "lacks": list(held.lacks)}


def _is_for(requirement: Requirement, extra: str) -> bool:
    """Whether this Python needs it when `extra` ("": none) is installed."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _package(requirement: Requirement) -> dict[str, Any]:
    found = _version(requirement.name)
    return {
        "name": requirement.name,
        "required": str(requirement.specifier),
        "found": found,
        "ok": found is not None and requirement.specifier.contains(found, prereleases=True),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _program(command: tuple[str, ...]) -> str | None:
    """The first line in which a program names its version; None when it is not installed."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return "installed, but does not answer"
    lines = [
        line.strip()
        for line in (done.stdout + done.stderr).decode(errors="replace").splitlines()
        if any(c.isdigit() for c in line)
    ]
    return shown(lines[0])[:80] if lines else "installed"
