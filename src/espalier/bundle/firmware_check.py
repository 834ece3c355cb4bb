"""Checks of the firmware bundle: its C compiled for the target and for this machine, prepare and decide run
here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..calibrate.contract import prepare
from ..errors import EspalierError, VerificationError
from . import firmware_text as text
from .source import BundleSource, Check
from .tflm_ops import INT8_REGISTRATIONS, METHODS

WARNINGS: Final = ("-std=c99", "-Wall", "-Wextra", "-Wshadow", "-Werror")
COMPILE_SECONDS: Final = 300.0
TEMPLATE: Final = Path(__file__).parent / "firmware_template"
FORMATS: Final = ("RGB888", "BGR888", "RGBA8888", "GRAY8", "RGB565_LE", "RGB565_BE")
"""Order of the enumeration in xmodel_prepare.h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """A C compiler and its name and version for the list of checks."""

    command: tuple[str, ...]
    tool: str
    version: str


def check(folder: Path, source: BundleSource, thorough: bool = False) -> tuple[Check, ...]:
    """Compile and run what can be compiled and run here; what could not says why. `thorough` also builds the
    tree with CMake and compiles the Arduino sketch against a stub of TFLM's API."""
    library = folder / text.library_name(source)
    with tempfile.TemporaryDirectory(prefix="espalier-firmware-") as scratch:
        work = Path(scratch)
        jobs: list[Callable[[], Check]] = [
            lambda: _guarded("build system files", "espalier", lambda: _manifests(library, source)),
            lambda: _native(library, source, work / "native"),
            *_compilations(library, source, work, thorough),
        ]
        if thorough:
            jobs += [
                lambda: _sketch(library, source, work / "sketch"),
                lambda: _with_cmake(library, work / "cmake"),
            ]
        with ThreadPoolExecutor(2) as pool:
            checks = [future.result() for future in [pool.submit(job) for job in jobs]]
    checks += [
        Check(name=f"built by {tool}", tool=tool, result="not run", why="needs its own package registry")
        for tool in ("Arduino", "PlatformIO", "ESP-IDF", "Zephyr", "CMSIS-Toolbox")
    ]
    return tuple(checks)


def _compilations(
    library: Path, source: BundleSource, work: Path, thorough: bool
) -> list[Callable[[], Check]]:
    """The vendor's usual compiler where it is installed, else zig; both when there is time."""
    vendor = lambda: _with_gcc(library, source, work / "gcc")  # noqa: E731
    portable = lambda: _for_target(library, source, work / "target")  # noqa: E731
    facts = source.target.compiler
    usual = facts is not None and facts.gcc_flags and shutil.which("arm-none-eabi-gcc") is not None
    return [vendor, portable] if thorough else [vendor] if usual else [portable, vendor]


def _guarded(name: str, tool: str, run: Callable[[], str], version: str = "") -> Check:
    try:
        why = run()
    except EspalierError as problem:
        return Check(name=name, tool=tool, version=version, result="failed", why=problem.found[:600])
    return Check(name=name, tool=tool, version=version, result="passed", why=why)


# ---- compilers ----


def zig() -> Compiler | None:
    """`zig cc` from the package ziglang, when it is installed."""
    if importlib.util.find_spec("ziglang") is None:
        return None
    return Compiler(
        command=(sys.executable, "-m", "ziglang", "cc"),
        tool="zig cc",
        version=importlib.metadata.version("ziglang"),
    )


def gcc(name: str) -> Compiler | None:
    """A GCC on the path."""
    path = shutil.which(name)
    if path is None:
        return None
    shown = subprocess.run(
        [path, "-dumpfullversion"], capture_output=True, text=True, timeout=60, check=False
    )
    return Compiler(command=(path,), tool=name, version=shown.stdout.strip())


def compile_c(compiler: Compiler, arguments: Sequence[str], work: Path) -> None:
    """Run the compiler in `work`. Raises VerificationError with what it said."""
    work.mkdir(parents=True, exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
    environment |= {"ZIG_LOCAL_CACHE_DIR": str(work / "cache"), "ZIG_GLOBAL_CACHE_DIR": str(work / "cache")}
    done = subprocess.run(
        [*compiler.command, *arguments], cwd=work, env=environment, capture_output=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").replace(str(work), "")
        raise VerificationError(said.strip()[:600] or f"{compiler.tool} ended with {done.returncode}")


def c_files(library: Path) -> list[str]:
    """The C files of the library, sorted."""
    return sorted(str(path) for path in (library / "src").glob("*.c"))


def _for_target(library: Path, source: BundleSource, work: Path) -> Check:
    facts = source.target.compiler
    compiler = zig()
    name = "C compiles without a warning for the target's core"
    if facts is None or compiler is None:
        return Check(name=name, tool="zig cc", result="not run", why="the package ziglang is not installed")

    def run() -> str:
        flags = ["-target", facts.zig_target, f"-mcpu={facts.zig_cpu}", "-O2", "-ffreestanding", *WARNINGS]
        with ThreadPoolExecutor(2) as pool:  # zig keeps one object only when it is given several files
            for done in [
                pool.submit(compile_c, compiler, [*flags, "-fno-sanitize=undefined", "-c", path], work)
                for path in c_files(library)
            ]:
                done.result()
        return f"{facts.zig_target} {facts.zig_cpu}" + _model_array(work, source)

    return _guarded(name, compiler.tool, run, compiler.version)


def _with_gcc(library: Path, source: BundleSource, work: Path) -> Check:
    name = "C compiles without a warning with the vendor's usual compiler"
    facts = source.target.compiler
    if facts is None or not facts.gcc_flags:
        return Check(name=name, tool="gcc", result="not run", why="the target file names no GCC flags")
    compiler = gcc("arm-none-eabi-gcc")
    if compiler is None:
        return Check(name=name, tool="arm-none-eabi-gcc", result="not run", why="it is not installed")

    def run() -> str:
        compile_c(
            compiler, [*facts.gcc_flags, "-O2", *WARNINGS, "-Wconversion", "-c", *c_files(library)], work
        )
        return " ".join(facts.gcc_flags) + _model_array(work, source)

    return _guarded(name, compiler.tool, run, compiler.version)


def _model_array(work: Path, source: BundleSource) -> str:
    """Raises VerificationError unless the model array is constant, 16-byte aligned and as long as the
    model."""
    path = work / f"{source.identifier}_model_data.o"
    if not path.is_file():
        return ""
    found = find_symbol(path.read_bytes(), f"g_{source.identifier}_model_data")
    if found.size != len(source.int8_model) or found.align % 16 or found.writable:
        raise VerificationError(
            f"the model array has {found.size} bytes, alignment {found.align}, {found.section}"
        )
    return f"; model array {found.size} bytes in {found.section}, aligned to {found.align}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a symbol of an object file lies."""

    section: str
    size: int
    align: int
    writable: bool


def find_symbol(data: bytes, wanted: str) -> Placed:
    """A symbol of a 32-bit little-endian ELF object. Raises VerificationError when it is not there."""
    if data[:6] != b"\x7fELF\x01\x01":
        raise VerificationError("the compiler did not write a 32-bit little-endian ELF object")
    start, width, count, names_at = struct.unpack_from("<I", data, 32) + struct.unpack_from("<HHH", data, 46)
    rows = [struct.unpack_from("<10I", data, start + i * width) for i in range(count)]

    def named(table: tuple[int, ...], at: int) -> str:
        begin = table[4] + at
        return data[begin : data.index(b"\0", begin)].decode("ascii", "replace")

    for row in rows:
        if row[1] != 2:  # SHT_SYMTAB
            continue
        for at in range(row[4], row[4] + row[5], 16):
            name, _, size, _, _, section = struct.unpack_from("<IIIBBH", data, at)
            if section and named(rows[row[6]], name) == wanted:
                home = rows[section]
                return Placed(
                    section=named(rows[names_at], home[0]),
                    size=size,
                    align=home[8],
                    writable=bool(home[2] & 1),
                )
    raise VerificationError(f"the object has no symbol {wanted}")


# ---- prepare and decide, run here ----


def _native(library: Path, source: BundleSource, work: Path) -> Check:
    name = "prepare and decide equal the build machine's answers"
    compiler = gcc("cc") or zig()
    if compiler is None:
        return Check(name=name, tool="cc", result="not run", why="neither cc nor ziglang is installed")
    if any(
        not (library / "src" / f"{source.identifier}_{part}.c").is_file() for part in ("prepare", "decide")
    ):
        return Check(name=name, tool=compiler.tool, result="not run", why="the compiled program has its own")

    def run() -> str:
        work.mkdir(parents=True, exist_ok=True)
        driver = (TEMPLATE / "driver.c").read_text("ascii").replace("xmodel", source.identifier)
        (work / "driver.c").write_text(driver.replace("XMODEL", source.identifier.upper()), "ascii")
        parts = [
            str(library / "src" / f"{source.identifier}_{p}.c") for p in ("prepare", "decide", "model_labels")
        ]
        flags = ["-O1", *WARNINGS, f"-I{library / 'src'}", "-o", "driver"]
        compile_c(compiler, [*flags, "driver.c", *parts], work)
        images, outputs = image_cases(source), output_cases(source)
        sent = b"".join(_command(0, image) for image in images)
        sent += b"".join(struct.pack("<4i", 1, 0, 0, 0) + output.tobytes() for output in outputs)
        done = subprocess.run(
            [str(work / "driver")], input=sent, capture_output=True, timeout=120, check=False
        )
        _compare(done.stdout, images, outputs, source)
        return f"{len(images)} images in {len(FORMATS)} pixel formats, {len(outputs)} outputs"

    return _guarded(name, compiler.tool, run, compiler.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCase:
    """An image in one of FORMATS and the prepared bytes it must give."""

    name: str
    format: int
    rows: int
    columns: int
    data: bytes
    expected: bytes


def image_cases(source: BundleSource) -> list[ImageCase]:
    """The contract cases in every pixel format."""
    cases = []
    for case in source.contract_cases:
        rgb = np.frombuffer(case.rgb, np.uint8).reshape(case.rows, case.columns, 3)
        green = rgb[:, :, 1]
        word = (
            (rgb[:, :, 0].astype(np.uint16) >> 3 << 11)
            | (green.astype(np.uint16) >> 2 << 5)
            | rgb[:, :, 2] >> 3
        )
        expanded = expand_565(word)
        alpha = np.concatenate([rgb, green[:, :, None]], axis=2)
        given: list[tuple[bytes, NDArray[np.uint8] | None]] = [
            (case.rgb, None),
            (rgb[:, :, ::-1].tobytes(), None),
            (alpha.tobytes(), None),
            (green.tobytes(), np.repeat(green[:, :, None], 3, axis=2)),
            (word.astype("<u2").tobytes(), expanded),
            (word.astype(">u2").tobytes(), expanded),
        ]
        for index, (data, image) in enumerate(given):
            expected = case.pixels if image is None else prepare(image, source.contract).tobytes()
            cases.append(
                ImageCase(
                    name=f"{case.name} {FORMATS[index]}",
                    format=index,
                    rows=case.rows,
                    columns=case.columns,
                    data=data,
                    expected=expected,
                )
            )
    return cases


def expand_565(word: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """RGB565 to RGB888 by repeating the high bits: uint16 [h, w] -> uint8 [h, w, 3]."""
    r, g, b = word >> 11, word >> 5 & 63, word & 31
    return np.stack([r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2], axis=2).astype(np.uint8)


def output_cases(source: BundleSource) -> list[NDArray[np.int8]]:
    """Golden outputs, every value in first place, ties, and noise."""
    classes = len(source.labels)
    random = np.random.Generator(np.random.PCG64(1))
    cases = [np.frombuffer(v, np.int8) for vector in source.golden for v in vector.outputs.values()]
    for value in range(-128, 128):
        row = np.full(classes, -128, np.int8)
        row[value % classes] = value
        cases.append(row)
    cases += list(random.integers(-128, 128, (64, classes), np.int8))
    cases += list(random.integers(-3, 0, (64, classes), np.int8))
    return cases


def _command(kind: int, case: ImageCase) -> bytes:
    return struct.pack("<4i", kind, case.format, case.columns, case.rows) + case.data


def _compare(
    answers: bytes, images: Sequence[ImageCase], outputs: Sequence[NDArray[np.int8]], source: BundleSource
) -> None:
    at = 0
    for image in images:
        size = len(image.expected)
        got = bytes(byte ^ 0x80 for byte in answers[at : at + size])
        at += size
        if got != image.expected:
            raise VerificationError(f"prepare of {image.name} differs")
    scale, zero = source.output.scale, source.output.zero_point
    for output in outputs:
        answer = answers[at : at + 12]
        at += 12
        index = int(output.argmax())
        confidence = scale * (int(output[index]) - zero)
        review = int(confidence < source.recipe.decision.threshold)
        if len(answer) != 12 or struct.unpack("<3i", answer)[::2] != (index, review):
            raise VerificationError(f"decide of {output.tolist()} differs")
        if abs(struct.unpack("<3i", answer)[1] - 1000 * confidence) > 0.51 + 1e-3 * 1000 * confidence:
            raise VerificationError(f"the confidence of {output.tolist()} differs")


# ---- build systems ----


def _manifests(library: Path, source: BundleSource) -> str:
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


def _with_cmake(library: Path, work: Path) -> Check:
    name = "built by plain CMake"
    path = shutil.which("cmake")
    if path is None:
        return Check(name=name, tool="cmake", result="not run", why="cmake is not installed")
    cmake = Compiler(command=(path,), tool="cmake", version="")

    def run() -> str:
        compile_c(
            cmake,
            ["-S", str(library), "-B", str(work / "build"), "-DCMAKE_C_FLAGS=-Wall -Wextra -Werror"],
            work,
        )
        compile_c(cmake, ["--build", str(work / "build")], work)
        return "the static library, with the host's compiler"

    return _guarded(name, "cmake", run)


def _sketch(library: Path, source: BundleSource, work: Path) -> Check:
    """The Arduino sketch and the operator list, against a stub that declares TFLM's API."""
    name = "sketch and operator list fit TFLM's API (a stub of it)"
    sketch = library / "examples" / "classify" / "classify.ino"
    if not sketch.is_file():
        return Check(name=name, tool="c++", result="not run", why="the compiled program needs neither")
    compiler = gcc("c++")
    if compiler is None:
        return Check(name=name, tool="c++", result="not run", why="no C++ compiler is installed")

    def run() -> str:
        write_stub(work)
        flags = [
            "-std=c++17",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fsyntax-only",
            "-include",
            "Arduino.h",
            "-x",
            "c++",
        ]
        for define in ([], [f"-D{source.identifier.upper()}_INT8_KERNELS"]):
            compile_c(compiler, [*flags, *define, f"-I{work}", f"-I{library / 'src'}", str(sketch)], work)
        return "methods of MicroMutableOpResolver as listed in tflm_ops.py"

    return _guarded(name, compiler.tool, run, compiler.version)


def write_stub(folder: Path) -> None:
    """Headers that declare, and do not define, what the sketch and the operator list call."""
    micro = folder / "tensorflow" / "lite" / "micro"
    (micro / "kernels").mkdir(parents=True, exist_ok=True)
    (micro.parent / "schema").mkdir(exist_ok=True)
    plain = "".join(f"  int {m}();\n" for k, m in sorted(METHODS.items()) if k not in INT8_REGISTRATIONS)
    light = "".join(
        f"  int {METHODS[k]}(const Registration &r = {{}});\n" for k in sorted(INT8_REGISTRATIONS)
    )
    resolver = (
        "#pragma once\nnamespace tflite {\nstruct Registration {};\n"
        f"template <unsigned n> struct MicroMutableOpResolver {{\n{plain}{light}}};\n}}\n"
    )
    (micro / "micro_mutable_op_resolver.h").write_text(resolver)
    for header in sorted(set(INT8_REGISTRATIONS.values())):
        names = [k for k, h in sorted(INT8_REGISTRATIONS.items()) if h == header]
        body = "".join(f"Registration Register_{name.upper()}_INT8();\n" for name in names)
        (folder / header).write_text(f"#pragma once\nnamespace tflite {{\n{body}}}\n")
    (micro / "micro_interpreter.h").write_text(
        "#pragma once\n#include <stddef.h>\n#include <stdint.h>\nenum { kTfLiteOk = 0 };\n"
        "struct TfLiteTensor { struct { int8_t *int8; } data; };\nnamespace tflite {\nstruct Model;\n"
        "struct MicroInterpreter {\n"
        "  template <class R> MicroInterpreter(const Model *, R &, uint8_t *, size_t);\n"
        "  int AllocateTensors();\n  int Invoke();\n  TfLiteTensor *input(int);\n"
        "  TfLiteTensor *output(int);\n  size_t arena_used_bytes();\n};\n}\n"
    )
    (micro.parent / "schema" / "schema_generated.h").write_text(
        "#pragma once\nnamespace tflite {\nstruct Model;\nconst Model *GetModel(const void *);\n}\n"
    )
    (folder / "Arduino.h").write_text(
        "#pragma once\nvoid delay(unsigned long);\nstruct SerialPort {\n"
        "  void begin(int);\n  void print(const char *);\n"
        "  void print(long);\n  void println(const char *);\n  void println(long);\n  void println(int);\n"
        "  void println(unsigned long);\n};\nextern SerialPort Serial;\n"
    )
