"""Compiles the firmware bundle's C: for the target's core, with the vendor's compiler, as a CMake project,
and the Arduino sketch against a stub of TFLM's API."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import EspalierError, VerificationError
from ..target import Target
from . import firmware_text as text
from .source import Check
from .tflm_ops import INT8_REGISTRATIONS, METHODS

WARNINGS: Final = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
VENDOR_GCC: Final = {
    "thumb": ("arm-none-eabi-gcc",),
    "riscv32": ("riscv32-esp-elf-gcc", "riscv-none-elf-gcc", "riscv64-unknown-elf-gcc"),
}
"""What a target's architecture begins with -> the GCCs that vendors give for it, first choice first."""
COMPILE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """A C compiler and its name and version for the list of checks."""

    command: tuple[str, ...]
    tool: str
    version: str


def guarded(name: str, tool: str, run: Callable[[], str], version: str = "") -> Check:
    try:
        why = run()
    except EspalierError as problem:
        return Check(name=name, tool=tool, version=version, result="failed", why=problem.found[:600])
    return Check(name=name, tool=tool, version=version, result="passed", why=why)


def compilations(
    library: Path, source: text.Library, work: Path, thorough: bool, compiled: Collection[str] = ()
) -> list[Callable[[], Check]]:
    """The vendor's usual compiler where it is installed, else zig; both, and all files, when there is time."""
    files = [path for path in c_files(library) if thorough or Path(path).name not in compiled]
    vendor = lambda: with_vendor_gcc(files, source, work / "gcc")  # noqa: E731
    portable = lambda: for_target(files, source, work / "target")  # noqa: E731
    facts = source.target.compiler
    usual = facts is not None and facts.gcc_flags and any(map(shutil.which, vendor_gccs(source.target)))
    return [vendor, portable] if thorough else [vendor] if usual else [portable, vendor]


def vendor_gccs(target: Target) -> tuple[str, ...]:
    """Names of the compilers that take the target file's GCC flags."""
    found = (names for start, names in VENDOR_GCC.items() if target.architecture.startswith(start))
    return next(found, ())


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


def for_target(files: Sequence[str], source: text.Library, work: Path) -> Check:
    facts = source.target.compiler
    compiler = zig()
    name = "C compiles without a warning for the target's core"
    if facts is None or compiler is None:
        return Check(name=name, tool="zig cc", result="not run", why="the package ziglang is not installed")

    def run() -> str:
        flags = ["-target", facts.zig_target, f"-mcpu={facts.zig_cpu}", "-O2", "-ffreestanding", *WARNINGS]
        write_string_header(work / "include")
        flags += ["-isystem", str(work / "include")]
        with ThreadPoolExecutor(2) as pool:  # zig keeps one object only when it is given several files
            for done in [
                pool.submit(compile_c, compiler, [*flags, "-fno-sanitize=undefined", "-c", path], work)
                for path in files
            ]:
                done.result()
        return f"{facts.zig_target} {facts.zig_cpu}" + check_model_array(work, source)

    return guarded(name, compiler.tool, run, compiler.version)


def write_string_header(folder: Path) -> None:
    """zig has no C library for bare metal; these are all that the compiled program's kernels use of it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "string.h").write_text(
        "#pragma once\n#include <stddef.h>\nvoid *memcpy(void *to, const void *from, size_t count);\n"
        "void *memmove(void *to, const void *from, size_t count);\n"
        "void *memset(void *to, int value, size_t count);\n"
        "int memcmp(const void *one, const void *other, size_t count);\n"
    )


def with_vendor_gcc(files: Sequence[str], source: text.Library, work: Path) -> Check:
    name = "C compiles without a warning with the vendor's usual compiler"
    facts = source.target.compiler
    if facts is None or not facts.gcc_flags:
        return Check(name=name, tool="gcc", result="not run", why="the target file names no GCC flags")
    names = vendor_gccs(source.target)
    compiler = next((found for found in map(gcc, names) if found is not None), None)
    if compiler is None:
        return Check(name=name, tool=names[0] if names else "gcc", result="not run", why="it is not installed")

    def run() -> str:
        compile_c(compiler, [*facts.gcc_flags, "-O2", *WARNINGS, "-c", *files], work)
        return " ".join(facts.gcc_flags) + check_model_array(work, source)

    return guarded(name, compiler.tool, run, compiler.version)


def check_model_array(work: Path, source: text.Library) -> str:
    """Raises VerificationError unless the model array is constant, 16-byte aligned and as long as the
    model."""
    path = work / f"{text.prefix(source)}_model_data.o"
    if not path.is_file():
        return ""
    found = find_symbol(path.read_bytes(), f"g_{text.prefix(source)}_model_data")
    if found.size != source.array_bytes or found.align % 16 or found.writable:
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


def with_cmake(library: Path, work: Path) -> Check:
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

    return guarded(name, "cmake", run)


def check_sketch(library: Path, source: text.Library, work: Path) -> Check:
    """The Arduino sketch and the operator list, against a stub that declares TFLM's API."""
    name = "the sketch compiles (Arduino and TFLM are stubs that declare their API)"
    sketch = library / "examples" / source.sketch / f"{source.sketch}.ino"
    if not sketch.is_file():
        return Check(name=name, tool="c++", result="not run", why="there is no sketch")
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
        for define in ([], [f"-D{text.prefix(source).upper()}_INT8_KERNELS"]):
            compile_c(compiler, [*flags, *define, f"-I{work}", f"-I{library / 'src'}", str(sketch)], work)
        return "TFLM's operators as listed in tflm_ops.py"

    return guarded(name, compiler.tool, run, compiler.version)


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
