"""Compiles the firmware bundle's C: for the target's core, with the vendor's compiler, as a CMake project,
and the Arduino sketch against a stub of TFLM's API."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import struct
import sys
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..errors import EspalierError, VerificationError
from ..facts import Check
from ..target import Target
from . import firmware_text as text
from .optional_tools import KEPT, Probe, excused, run_tool, words
from .tflm_ops import INT8_REGISTRATIONS, METHODS

WARNINGS: Final = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
VENDOR_GCC: Final = {
    "thumb": ("arm-none-eabi-gcc",),
    "riscv32": ("riscv32-esp-elf-gcc", "riscv-none-elf-gcc", "riscv64-unknown-elf-gcc"),
    "xtensa": ("xtensa-esp-elf-gcc", "xtensa-esp32s3-elf-gcc", "xtensa-lx106-elf-gcc"),
}
"""What a target's architecture begins with -> the GCCs that vendors give for it, first choice first."""
COMPILE_SECONDS: Final = 300.0
PROBE_SECONDS: Final = 60.0
OLDEST_GCC: Final = 8
"""Major version (2018) from which GCC's warnings are taken for true; older ones warn of sound C99."""
ELF_MACHINE: Final = {"thumb": 40, "riscv": 243, "xtensa": 94}
"""What an architecture begins with -> e_machine of its object files (ELF specification: EM_ARM, EM_RISCV, EM_XTENSA)."""
PROBE: Final = (
    "#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n"
    "int32_t probe(const int8_t *from, size_t count);\n"
    "int32_t probe(const int8_t *from, size_t count) {\n"
    "  int8_t some[4];\n  memcpy(some, from, sizeof some);\n  return (int32_t)count + some[0];\n}\n"
)
"""What every C compiler for a device takes: the three headers that the library includes, and a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """A C compiler and its name and version for the list of checks."""

    command: tuple[str, ...]
    tool: str
    version: str


def guarded(
    name: str, tool: str, run: Callable[[], str], version: str = "", probe: Probe | None = None
) -> Check:
    """The check that `run` makes: what it returns says what passed, what it raises why it failed. With a `probe`, a
    tool that does not work is no failure."""
    try:
        why = run()
    except EspalierError as problem:
        failed = Check(name=name, tool=tool, version=version, result="failed", why=problem.found[:600])
        return excused(failed, probe) if probe else failed
    return Check(name=name, tool=tool, version=version, result="passed", why=why)


def compilations(
    library: Path, source: text.Library, work: Path, thorough: bool, compiled: Collection[str] = ()
) -> list[Callable[[], tuple[Check, ...]]]:
    """The vendor's usual compiler where it is installed and works, else zig; both, and all files, when there is time."""
    files = [path for path in c_files(library) if thorough or Path(path).name not in compiled]

    def vendor() -> tuple[Check, ...]:
        return (with_vendor_gcc(files, source, work / "gcc"),)

    def portable() -> tuple[Check, ...]:
        return (for_target(files, source, work / "target"),)

    def usual() -> tuple[Check, ...]:
        (check,) = vendor()
        return (check,) if check.result != "not run" else (*portable(), check)

    facts = source.target.compiler
    installed = facts is not None and facts.gcc_flags and any(map(shutil.which, vendor_gccs(source.target)))
    return [vendor, portable] if thorough else [usual] if installed else [portable, vendor]


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


def on_this_machine(name: str, run: Callable[[Compiler], Check]) -> Check:
    """The check with this machine's `cc`, or else with zig's."""
    check = Check(name=name, tool="cc", result="not run", why="neither cc nor ziglang is installed")
    for compiler in filter(None, (gcc("cc"), zig())):
        check = run(compiler)
        if check.result != "not run":
            break
    return check


def gcc(name: str) -> Compiler | None:
    """A GCC on the path, or what bears its name; its version is what it says, if that is one."""
    path = shutil.which(name)
    if path is None:
        return None
    shown = run_tool([path, "-dumpfullversion", "-dumpversion"], seconds=PROBE_SECONDS).stdout.decode(errors="replace")
    found = re.match(r"\d+(\.\d+)*", shown.strip())
    return Compiler(command=(path,), tool=name, version=found.group() if found else "")


def age_of(compiler: Compiler) -> str:
    """Why a compiler's warnings are not taken for true: it is too old; "" when it is not."""
    major = compiler.version.partition(".")[0]
    if not major.isdigit() or int(major) >= OLDEST_GCC or "zig" in compiler.tool:
        return ""
    return f"version {compiler.version} is older than {OLDEST_GCC}, and its warnings are not those of today's"


def compiles(compiler: Compiler, flags: Sequence[str], work: Path, machine: int | None) -> str:
    """Whether a compiler makes an object of PROBE with these flags: "", or why not. `machine`: the object's
    e_machine; None: any."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "probe.c").write_text(PROBE, "ascii")
    (work / "probe.o").unlink(missing_ok=True)
    command = [*compiler.command, *flags, "-c", "probe.c", "-o", "probe.o"]
    done = run_tool(command, seconds=PROBE_SECONDS, cwd=work, environment=environment(work), within=work)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).decode(errors="replace").replace(str(work), "").splitlines()
        errors = [line for line in lines if "error" in line] or lines or [words(done)]
        return f"it cannot compile a file that includes stddef.h, stdint.h and string.h: {errors[0].strip()[:300]}"
    return no_object(work / "probe.o", machine) or age_of(compiler)


def no_object(path: Path, machine: int | None) -> str:
    """Why a file is not the object of a compiler for a machine (e_machine; None: any); "" when it is."""
    if not path.is_file():
        return "it ended well and wrote no object file"
    head = path.read_bytes()[:20]
    if machine is not None and (head[:6] != b"\x7fELF\x01\x01" or struct.unpack_from("<H", head, 18)[0] != machine):
        return "its object files are for another machine"
    return ""


def machine_of(architecture: str) -> int | None:
    """e_machine of a target's object files; None when the table does not know it."""
    return next((number for start, number in ELF_MACHINE.items() if architecture.startswith(start)), None)


def environment(work: Path) -> dict[str, str]:
    """What a compiler sees of this process's environment; zig's caches lie in `work`."""
    kept = {key: value for key, value in os.environ.items() if key in KEPT}
    return kept | {"ZIG_LOCAL_CACHE_DIR": str(work / "cache"), "ZIG_GLOBAL_CACHE_DIR": str(work / "cache")}


def compile_c(compiler: Compiler, arguments: Sequence[str], work: Path, reads: Sequence[str] = ()) -> None:
    """Run the compiler in `work`; it may read what the arguments name, and `reads`.

    Raises VerificationError with what it said."""
    work.mkdir(parents=True, exist_ok=True)
    command = [*compiler.command, *arguments]
    named = [place if os.path.isdir(place) else os.path.dirname(place) for place in map(_place, arguments) if place]
    done = run_tool(
        command, seconds=COMPILE_SECONDS, cwd=work, environment=environment(work), within=work, reads=[*named, *reads]
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").replace(str(work), "")
        raise VerificationError(said.strip()[:600] or f"{compiler.tool} ended with {done.returncode}")


def _place(argument: str) -> str:
    """The absolute path in an argument of ours, alone or behind -I; "" where there is none."""
    place = argument[argument.find("/") :] if "/" in argument else ""
    return place if os.path.exists(place) else ""


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
        check_objects(files, work, machine)
        return f"{facts.zig_target} {facts.zig_cpu}" + check_model_array(work, source)

    machine = machine_of(facts.zig_target)
    base = ["-target", facts.zig_target, f"-mcpu={facts.zig_cpu}", "-ffreestanding", "-isystem", "include"]
    return guarded(
        name, compiler.tool, run, compiler.version, lambda: compiles(compiler, base, work, machine)
    )


def check_objects(files: Sequence[str], work: Path, machine: int | None) -> None:
    """Raises VerificationError unless every file became an object for the machine: a program that only says so is no
    compiler."""
    for path in files:
        why = no_object(work / f"{Path(path).stem}.o", machine)
        if why:
            raise VerificationError(f"{Path(path).name}: {why}")


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
    check = Check(name=name, tool=names[0] if names else "gcc", result="not run", why="it is not installed")
    for compiler in filter(None, map(gcc, names)):
        check = _with_gcc(name, compiler, files, source, work / compiler.tool)
        if check.result != "not run":
            break
    return check


def _with_gcc(name: str, compiler: Compiler, files: Sequence[str], source: text.Library, work: Path) -> Check:
    flags = source.target.compiler.gcc_flags if source.target.compiler is not None else ()
    machine = machine_of(source.target.architecture)
    work.mkdir(parents=True, exist_ok=True)
    if compiles(compiler, flags, work, machine):  # as Debian's GCCs for RISC-V and Xtensa, which come without a C library
        write_string_header(work / "include")
        flags += ("-ffreestanding", "-isystem", str(work / "include"))

    def run() -> str:
        compile_c(compiler, [*flags, "-O2", *WARNINGS, "-c", *files], work)
        check_objects(files, work, machine)
        return " ".join(flags).replace(str(work), "") + check_model_array(work, source)

    return guarded(name, compiler.tool, run, compiler.version, lambda: compiles(compiler, flags, work, machine))


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
        compile_c(cmake, ["--build", str(work / "build")], work, [str(library)])
        if not list((work / "build").rglob("*.a")):
            raise VerificationError("CMake ended well and built no library")
        return "the static library, with the host's compiler"

    return guarded(name, "cmake", run, probe=lambda: cmake_works(path, work / "probe"))


def cmake_works(path: str, work: Path) -> str:
    """Whether CMake builds a library of one function with the host's compiler: "", or why not."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "probe.c").write_text(PROBE, "ascii")
    (work / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(probe C)\nadd_library(probe probe.c)\n", "ascii"
    )
    for step in (["-S", ".", "-B", "build"], ["--build", "build"]):
        done = run_tool([path, *step], seconds=PROBE_SECONDS, cwd=work, environment=environment(work), within=work)
        if done.returncode != 0:
            return f"it cannot build a library of one C function: {words(done)}"
    return "" if list((work / "build").rglob("*probe*.a")) else "it ended well and built no library"


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
        if not compiler.version:
            raise VerificationError("c++ does not say its version")
        for define in ([], [f"-D{text.prefix(source).upper()}_INT8_KERNELS"]):
            compile_c(compiler, [*flags, *define, f"-I{work}", f"-I{library / 'src'}", str(sketch)], work)
        return "TFLM's operators as listed in tflm_ops.py"

    def probe() -> str:
        (work / "probe.cpp").write_text("#include <stddef.h>\n#include <stdint.h>\nint32_t probe(size_t count);\n")
        done = run_tool(
            [*compiler.command, "-std=c++17", "-fsyntax-only", "probe.cpp"], seconds=PROBE_SECONDS, cwd=work
        )
        if not compiler.version:
            return "it does not say its version"
        return age_of(compiler) if done.returncode == 0 else f"it cannot read a C++17 file: {words(done)}"

    return guarded(name, compiler.tool, run, compiler.version, probe)


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
