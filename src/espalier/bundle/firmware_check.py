"""Checks of the firmware bundle: its C compiled for the target and for this machine, prepare and decide run
here, the model run in TensorFlow Lite Micro where its package is installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ..errors import VerificationError
from ..facts import BundleSource, Check
from ..scratch import Scratch
from . import firmware_text as text
from . import golden
from .firmware_compile import check_sketch, compilations, guarded, with_cmake
from .firmware_examples import check_example
from .firmware_native import run_native
from .optional_tools import run_tool, words

RUN_SECONDS: Final = 300.0
MOST_DIFFERENCE: Final = 8
"""Largest difference of an output byte that is taken for rounding: LiteRT computes fully connected layers in
float since TensorFlow 2.20, TFLM in integers, and a softmax may widen a difference of one."""


def check(
    folder: Path, source: BundleSource, thorough: bool = False, compiled: Collection[str] = ()
) -> tuple[Check, ...]:
    """Compile and run what can be compiled and run here; what could not says why. `thorough` also builds the
    tree with CMake, runs its CMake example and compiles the Arduino sketch against a stub of TFLM's API.
    `compiled`: names of C files that this build has compiled for the core without a warning already; only
    `thorough` compiles them again."""
    library = folder / text.library_name(source)
    with Scratch() as work:
        jobs: list[Callable[[], Check]] = [
            lambda: guarded("build system files", "espalier", lambda: check_build_files(library)),
            lambda: run_native(library, source, work / "native"),
        ]
        if (library / "src" / f"{text.prefix(source)}_model_data.c").is_file():
            jobs.append(lambda: in_tflm(source, work / "tflm"))
        if thorough:
            jobs += [
                lambda: check_sketch(library, source, work / "sketch"),
                lambda: with_cmake(library, work / "cmake"),
            ]
            if (library / "examples" / "cmake").is_dir():
                jobs.append(lambda: check_example(library, source, work / "example"))
        with ThreadPoolExecutor(2) as pool:
            compiling = [
                pool.submit(job) for job in compilations(library, source, work, thorough, compiled)
            ]
            checks = [future.result() for future in [pool.submit(job) for job in jobs]]
            checks += [check for future in compiling for check in future.result()]
    checks += [
        Check(name=f"built by {tool}", tool=tool, result="not run", why="needs its own package registry")
        for tool in ("Arduino", "PlatformIO", "ESP-IDF", "Zephyr", "CMSIS-Toolbox")
    ]
    return tuple(checks)


def check_build_files(library: Path) -> str:
    """The rules of each format, restated; raises VerificationError with the first that is broken."""
    properties = dict(
        line.split("=", 1) for line in (library / "library.properties").read_text().splitlines()
    )
    json_file = json.loads((library / "library.json").read_text())
    pdsc = ET.parse(next(iter(library.glob("*.pdsc")))).getroot()
    listed = [str(e.get("name")) for e in pdsc.iter("file")]
    semver = r"\d+\.\d+\.\d+"
    component = (library / "idf_component.yml").read_text()
    compiled = re.findall(r"src/\S+\.cc?", (library / "CMakeLists.txt").read_text())
    name, sources, sketches = properties["name"], library / "src", sorted(library.rglob("*.ino"))
    required = "name version author maintainer sentence paragraph category url architectures includes"
    rules = [
        ("library.properties: a field is missing", set(required.split()) <= properties.keys()),
        ("library.properties: the name", re.fullmatch(r"(?!Arduino)[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", name)),
        ("library.properties: the version", re.fullmatch(semver, properties["version"])),
        ("library.properties: the header is missing", (sources / properties["includes"]).is_file()),
        ("library.json: the name", json_file["name"][:63] == name),
        ("library.json: the version", re.fullmatch(semver, json_file["version"])),
        ("idf_component.yml: the version", re.search(rf'^version: "{semver}"$', component, re.MULTILINE)),
        ("the .pdsc names a file that does not exist", all((library / name).is_file() for name in listed)),
        ("the .pdsc leaves a source out", {f"src/{p.name}" for p in sources.iterdir()} == set(listed)),
        ("CMakeLists.txt names a file that is missing", all((library / name).is_file() for name in compiled)),
        ("zephyr/Kconfig: no option", "config " in (library / "zephyr" / "Kconfig").read_text()),
        ("the sketch's folder must have its name", all(p.stem == p.parent.name for p in sketches)),
    ]  # fmt: skip
    for sentence, holds in rules:
        if not holds:
            raise VerificationError(sentence)
    return "restated rules of library.properties, library.json, idf_component.yml, .pdsc, CMake, Zephyr"


class Run(msgspec.Struct, frozen=True):
    """What tflm_run.py prints: the arena that TFLM took on this machine, output bytes in hexadecimal."""

    arena_bytes: int
    outputs: list[str]


def in_tflm(source: BundleSource, work: Path) -> Check:
    """The golden vectors in TensorFlow Lite Micro itself: known labels and bytes, the arena in its bound."""
    name = "golden vectors in TensorFlow Lite Micro, within the arena bound"
    if any(importlib.util.find_spec(package) is None for package in ("tflite_micro", "yaml")):
        return Check(
            name=name, tool="tflite-micro", result="not run", why="the package tflite-micro is not installed"
        )

    def run() -> str:
        work.mkdir(parents=True, exist_ok=True)
        (work / "model.tflite").write_bytes(source.int8_model)
        (work / "pixels.bin").write_bytes(b"".join(vector.fed for vector in source.golden))
        program = str(Path(__file__).with_name("tflm_run.py"))
        ends = [str(len(source.heads)), str(1 + len(source.numbers))]
        done = run_tool([sys.executable, "-I", program, str(work), *ends], seconds=RUN_SECONDS)
        try:
            row = msgspec.json.decode(done.stdout, type=Run)
        except msgspec.DecodeError:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise VerificationError(said[-1] if said else f"exit code {done.returncode}") from None
        apart = _largest_difference(source, [bytes.fromhex(output) for output in row.outputs])
        if source.arena is not None and row.arena_bytes > source.arena.arena_bytes:
            raise VerificationError(
                f"TFLM takes {row.arena_bytes} bytes, the bound is {source.arena.arena_bytes}"
            )
        bytes_text = (
            f"bytes differ by {apart} at most" if apart else "bytes equal to LiteRT's reference kernels"
        )
        return f"{len(row.outputs)} vectors, {bytes_text}; arena {row.arena_bytes} bytes with 64-bit pointers"

    return guarded(name, "tflite-micro", run, _version_of("tflite-micro"), lambda: _imports("tflite_micro.runtime"))


def _version_of(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _imports(module: str) -> str:
    """Whether this Python can import a module: "", or why not."""
    done = run_tool([sys.executable, "-I", "-c", f"import {module}"], seconds=RUN_SECONDS)
    return "" if done.returncode == 0 else words(done)


def _largest_difference(source: BundleSource, outputs: list[bytes]) -> int:
    """Over all golden vectors. Raises VerificationError for another label or more than MOST_DIFFERENCE."""
    largest = 0
    for vector, output in zip(source.golden, outputs, strict=True):
        kernels = next(name for name in golden.KERNELS if name in vector.outputs)
        known = np.frombuffer(vector.outputs[kernels], np.int8).astype(int)
        given = np.frombuffer(output, np.int8).astype(int)
        largest = max(largest, int(np.abs(known - given).max()))
        other_label = source.detector is None and known.argmax() != given.argmax()
        if other_label or largest > MOST_DIFFERENCE:
            raise VerificationError(f"{vector.name}: the output differs by {largest} or has another label")
    return largest
