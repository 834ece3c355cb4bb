"""What a target file may say. It is data from anywhere: no value of it may name a file, start a program or break a text.

Compiler flags are an allow-list of meanings (which core, which floating point, which calling convention), because GCC
has flags that run programs (`-wrapper`, `-fplugin=`, `-specs=`, `-B`, `@file`).
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .bundle_kinds import kinds
from .visible import hidden_character

if TYPE_CHECKING:
    from .target import Accelerator, Compiler, Runtime, Target

RESERVED: Final = ("model",)
"""Folders of a build's output that are no bundle."""
TEXT_CHARACTERS: Final = 2_000
LARGEST_FACT: Final = 1e15
NAME: Final = r"[a-z0-9][a-z0-9_-]{0,63}"

_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}"
GCC_FLAGS: Final[Mapping[str, str]] = {
    "-mcpu=CPU": rf"-mcpu={_WORD}",
    "-march=ISA": rf"-march={_WORD}",
    "-mtune=CPU": rf"-mtune={_WORD}",
    "-mabi=ABI": rf"-mabi={_WORD}",
    "-mfpu=FPU": rf"-mfpu={_WORD}",
    "-mfloat-abi=soft|softfp|hard": r"-mfloat-abi=(soft|softfp|hard)",
    "-mcmodel=medlow|medany": r"-mcmodel=(medlow|medany)",
    "-mthumb": r"-mthumb",
    "-marm": r"-marm",
    "-mlittle-endian": r"-mlittle-endian",
    "-m[no-]unaligned-access": r"-m(no-)?unaligned-access",
    "-mlongcalls": r"-mlongcalls",
    "-mtext-section-literals": r"-mtext-section-literals",
    "-f[no-]short-enums": r"-f(no-)?short-enums",
    "-ffunction-sections": r"-ffunction-sections",
    "-fdata-sections": r"-fdata-sections",
    "-fno-common": r"-fno-common",
}
"""GCC flag as people write it -> its pattern. Each chooses code or a calling convention; none names a file."""

NEEDED: Final[Mapping[str, tuple[str, str, str]]] = {
    "compiler": (
        "a microcontroller needs a [compiler] table",
        "zig-target and zig-cpu, and gcc-flags for the vendor's compiler",
        "copy the table of the shipped target with the same core (espalier targets)",
    ),
    "npu": (
        "a bundle of kind 'ethos-u' needs an [npu] table",
        "accelerator, system-config, memory-mode and source",
        "copy the table of the shipped target with the nearest accelerator (espalier targets)",
    ),
    "python": (
        "`python` is missing",
        'the Python versions of the device, such as ["3.11"]',
        "add it: wheels are fetched for it",
    ),
}
"""Key of a target file that a kind of bundle needs -> what is said when it is missing."""


def broken_rule(target: Target) -> tuple[str, str, str] | None:
    """(found, supported, next step) of the first rule that a target file breaks, or None."""
    return next(_broken(target), None)


def _broken(target: Target) -> Iterator[tuple[str, str, str]]:
    if not re.fullmatch(NAME, target.name) or target.name in RESERVED:
        yield (
            f"`name` {target.name[:80]!r} cannot be the name of a target: its bundle's folder is called so",
            f"1 to 64 characters a-z 0-9 _ and -, starting with a letter or a digit, not {', '.join(RESERVED)}",
            "name the target after its board, for example my-board",
        )
    for key, text in _texts(target):
        hidden = hidden_character(text)
        if hidden or len(text) > TEXT_CHARACTERS:
            yield (
                f"`{key}` holds the control character {hidden}" if hidden else f"`{key}` has {len(text)} characters",
                f"plain visible text of at most {TEXT_CHARACTERS} characters",
                "write it in one line",
            )
    yield from _device(target)
    for runtime in target.runtimes:
        yield from _runtime(runtime)
    for key, value in _numbers(target):
        if not (math.isfinite(value) and 0 <= value <= LARGEST_FACT):
            yield (
                f"`{key}` is {value}",
                f"finite numbers from 0 to {LARGEST_FACT:g}",
                "write the number that its source gives",
            )
    if target.compiler is not None:
        yield from _compiler(target.compiler)
    if target.npu is not None:
        yield from _npu(target.npu)
    if target.platformio is not None:
        for key, word in (("platform", target.platformio.platform), ("board", target.platformio.board)):
            if not re.fullmatch(NAME, word):
                yield (
                    f"`platformio.{key}` is {word[:80]!r}",
                    "a name as `pio boards` prints it, such as ststm32 or nucleo_f446re",
                    "correct it, or leave the [platformio] table out",
                )


def _unknown_kind(name: str) -> tuple[str, str, str]:
    near = difflib.get_close_matches(name, kinds(), n=1)
    return (
        f"`bundle` {name[:80]!r} is no kind of bundle",
        ", ".join(f"{known} ({kind.what})" for known, kind in kinds().items()),
        f"did you mean {near[0]!r}?" if near else "take the `bundle` of the shipped target of the nearest device",
    )


def _device(target: Target) -> Iterator[tuple[str, str, str]]:
    kind = kinds().get(target.bundle)
    if kind is None:
        yield _unknown_kind(target.bundle)
        return
    if kind.architectures and target.architecture not in kind.architectures:
        yield (
            f"`architecture` {target.architecture[:80]!r} is none that a bundle of kind {target.bundle!r} is made for",
            ", ".join(kind.architectures),
            "correct `architecture`, or copy the shipped target of the nearest device",
        )
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", target.architecture):
        yield (
            f"`architecture` {target.architecture[:80]!r} is no name of an instruction set",
            "a-z 0-9 _ . and -, for example thumbv7em or riscv32imc",
            "correct it; the first letters choose the vendor's compiler",
        )
    if target.kind not in kind.devices:
        fitting = "; ".join(f"{' or '.join(known.devices)} with {name}" for name, known in kinds().items())
        yield f"a {target.kind} with a bundle of kind {target.bundle!r}", fitting, "correct `kind` or `bundle`"
    for key in kind.keys:
        if not getattr(target, key):
            yield NEEDED[key]
    if not target.runtimes:
        yield (
            "there is no [[runtimes]] table",
            "litert, tflite-runtime, tflm, c, st-edge-ai",
            "say which runtime the device has, and where that was read",
        )
    for fact in kind.facts:
        if fact not in target.facts:
            yield (
                f"`facts.{fact}` is missing",
                f"a bundle of kind {target.bundle!r} needs it",
                "add it with its source, as android-arm64 does",
            )
    for version in target.python:
        if not re.fullmatch(r"3\.[0-9]{1,3}", version):
            yield f"`python` holds {version[:80]!r}", "versions such as 3.11", "list the versions that the device has"


def _runtime(runtime: Runtime) -> Iterator[tuple[str, str, str]]:
    for key, version in (("version", runtime.version), ("operators", runtime.operators)):
        if version is not None and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}", version):
            yield (
                f"`runtimes.{key}` of {runtime.name} is {version[:80]!r}",
                "a version of two to four numbers such as 2.14.0",
                "write the version that its source gives",
            )


def _compiler(compiler: Compiler) -> Iterator[tuple[str, str, str]]:
    for flag in compiler.gcc_flags:
        if not any(re.fullmatch(pattern, flag) for pattern in GCC_FLAGS.values()):
            yield (
                f"`compiler.gcc-flags` holds {flag[:80]!r}, which is not allowed in a target file",
                ", ".join(GCC_FLAGS),
                "remove it: a target file says which core the code is for; nothing in it may run or name a file",
            )
    words = [
        ("zig-target", compiler.zig_target, r"[a-z0-9_.]+(-[a-z0-9_.]+){1,3}", "thumb-freestanding-eabihf"),
        ("zig-cpu", compiler.zig_cpu, r"[a-z0-9_]+([+-][a-z0-9_]+)*", "cortex_m4 or generic_rv32+m+c"),
        ("unicorn-cpu", compiler.unicorn_cpu, r"UC_CPU_[A-Z0-9_]+", "UC_CPU_ARM_CORTEX_M4"),
        ("qemu-machine", compiler.qemu_machine, r"[a-z0-9][a-z0-9-]*", "mps2-an386"),
        *(("features", feature, r"[a-z0-9][a-z0-9-]*", "dsp or cmsis-nn") for feature in compiler.features),
    ]
    for key, value, pattern, example in words:
        if value is not None and (len(value) > 64 or not re.fullmatch(pattern, value)):
            yield (
                f"`compiler.{key}` is {value[:80]!r}",
                f"a name such as {example}",
                "copy it from the shipped target with the same core (espalier targets)",
            )


def _npu(npu: Accelerator) -> Iterator[tuple[str, str, str]]:
    words = (
        ("accelerator", npu.accelerator, r"ethos-u(55|65|85)-[0-9]{2,4}", "ethos-u55-128"),
        ("system-config", npu.system_config, r"[A-Za-z0-9_]{1,64}", "Ethos_U55_High_End_Embedded"),
        ("memory-mode", npu.memory_mode, r"[A-Za-z0-9_]{1,64}", "Shared_Sram"),
    )
    for key, value, pattern, example in words:
        if not re.fullmatch(pattern, value):
            found, supported = f"`npu.{key}` is {value[:80]!r}", f"a name of Vela's such as {example}"
            yield found, supported, "write it as `vela --help` and its vela.ini do"


def _texts(target: Target) -> Iterator[tuple[str, str]]:
    yield from (("title", target.title), ("cpu", target.cpu))
    yield from (("notes", note) for note in target.notes)
    yield from ((f"facts.{key[:80]}", text) for key, fact in target.facts.items() for text in (key, fact.source))
    if target.npu is not None:
        yield "npu.source", target.npu.source
    yield from (("runtimes.source", runtime.source) for runtime in target.runtimes)
    if target.channel_multiple is not None:
        yield "channel-multiple", target.channel_multiple.source


def _numbers(target: Target) -> Iterator[tuple[str, float]]:
    yield from ((f"facts.{key}", fact.value) for key, fact in target.facts.items())
    if target.channel_multiple is not None:
        yield "channel-multiple", target.channel_multiple.value
