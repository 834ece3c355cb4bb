"""`doctor` and `install-runtime`: what this computer has, and how it gets the pinned runtime."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import struct
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np

from .model import Model, Place, load_model, load_runtime, version_of
from .problem import MISSING, OK, Problem, say


def architecture() -> str:
    """arm64, armhf or amd64: of this Python, not of the kernel (a 32-bit system may run on a 64-bit
    kernel)."""
    wide = struct.calcsize("P") == 8
    machine = platform.machine().lower()
    if machine in ("aarch64", "arm64") or machine.startswith("arm"):
        return "arm64" if wide else "armhf"
    return "amd64" if machine in ("x86_64", "amd64") and wide else machine


def requirements_file(model: Model) -> str:
    """The name of the requirements file for this computer. Raises Problem when no runtime is known for it."""
    here, version = architecture(), sys.version_info[:2]
    for row in model.facts["runtimes"]:
        low, high = (tuple(int(part) for part in text.split(".")) for text in row["python"])
        if row["architecture"] == here and low <= version <= high:
            return str(row["file"])
    known = "; ".join(
        f"{row['runtime']} on {row['architecture']} with Python {row['python'][0]} to {row['python'][1]}"
        for row in model.facts["runtimes"]
    )
    raise Problem(
        f"no runtime is known for {here} with Python {version[0]}.{version[1]}; known: {known}", MISSING
    )


def install_runtime(options: Namespace, place: Place) -> int:
    """Make the program's own virtual environment, put the pinned runtime into it, run the self-test there."""
    model = load_model(options.model)
    requirements = options.model / requirements_file(model)
    writable = next(folder for folder in place.venv.parents if folder.is_dir())
    if not os.access(writable, os.W_OK):
        raise Problem(f"{place.venv} cannot be written; next: sudo {place.package} install-runtime")
    python = str(place.venv / "bin" / "python")
    offline = ["--no-index", "--find-links", options.wheels] if options.wheels else []
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *offline]
    venv = [sys.executable, "-m", "venv", "--system-site-packages", "--clear", str(place.venv)]
    run(venv, "next: sudo apt install python3-venv")
    run([*pip, "-r", str(requirements)], "next: check the network, or give --wheels FOLDER")
    return run([python, str(place.program), "selftest", "--model", str(options.model)], "")


def run(command: list[str], hint: str) -> int:
    """Run one step, shown as it would be typed. Raises Problem when it fails."""
    say("$ " + " ".join(command))
    code = subprocess.run(command, check=False).returncode
    if code != OK:
        raise Problem(f"this step ended with code {code}; {hint}".rstrip("; "), MISSING if hint else code)
    return OK


def doctor(options: Namespace, place: Place) -> int:
    """What this computer has, which runtime would be used, and what to do when there is none."""
    model = load_model(options.model)
    used, missing = load_runtime()
    rows = {
        "model": f"{model.facts['name']} {model.facts['version']}, made for {model.facts['target']}",
        "architecture": f"{architecture()}, {struct.calcsize('P') * 8} bits, machine {platform.machine()}",
        "libc": " ".join(platform.libc_ver()).strip() or "unknown",
        "python": f"{platform.python_version()} at {sys.executable}",
        "numpy": np.__version__,
        "pillow": version_of("pillow")
        if importlib.util.find_spec("PIL")
        else "missing; apt install python3-pil",
        "picamera2": "present"
        if importlib.util.find_spec("picamera2")
        else "missing; needed for --camera only",
        "venv": f"{place.venv}, {'present' if Path(place.venv, 'bin', 'python').is_file() else 'absent'}",
    }
    rows |= {f"runtime {name}": why for name, why in (line.split(": ", 1) for line in missing)}
    try:
        rows["pinned runtime"] = str(options.model / requirements_file(model))
    except Problem as problem:
        rows["pinned runtime"] = str(problem)
    rows["used"] = (
        f"{used.name} {used.version}" if used else f"none; next: sudo {place.package} install-runtime"
    )
    print(
        json.dumps(rows) if options.json else "\n".join(f"{key:<24} {value}" for key, value in rows.items())
    )
    return OK if used else MISSING
