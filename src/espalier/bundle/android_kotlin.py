"""The Kotlin of the phone bundle in the hands of a Kotlin compiler, where one is installed: `kotlinc` on the path (npm:
kotlin-compiler), or the one inside PyPI's kotlin-jupyter-kernel.

Android, CameraX, Compose and LiteRT are stood in for by declarations of their own (kotlin/stubs.txt), so what is proven is that
the sources compile without a warning, and that the facade feeds a model the contract's bytes of every golden case and frame.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from importlib import resources
from math import prod
from pathlib import Path
from typing import Final

import msgspec

from ..facts import BundleSource
from . import android_app, camera_frames
from .android_layout import java_package
from .optional_tools import run_tool, words

SECONDS: Final = 900.0
"""A Kotlin compiler takes half a minute on a quiet core, and shares two of them with the build."""
MAIN: Final = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler"


class Compiler(msgspec.Struct, frozen=True, kw_only=True):
    """A Kotlin compiler: its command, and the library that what it makes runs with."""

    command: tuple[str, ...]
    runtime: str = ""


def find_compiler() -> Compiler | None:
    """The compiler of this machine."""
    found = shutil.which("kotlinc")
    if found is not None:
        return Compiler(command=(found, "-include-runtime"))
    spec = importlib.util.find_spec("run_kotlin_kernel")
    if spec is None or not spec.submodule_search_locations or not shutil.which("java"):
        return None
    jars = Path(spec.submodule_search_locations[0]) / "jars"
    runtime = next(iter(sorted(jars.glob("kotlin-stdlib-*.jar"))), None)
    if runtime is None:
        return None
    command = ("java", "-XX:+UseSerialGC", "-cp", f"{jars}/*", MAIN, "-no-stdlib", "-no-reflect")
    return Compiler(command=command, runtime=str(runtime))


def compile_kotlin(compiler: Compiler, sources: dict[str, str], class_path: list[str], folder: Path) -> tuple[Path, str]:
    """The jar of the sources, and what the compiler said against them: "" when it had no word, a warning being one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in sources.items():
        (folder / name).write_text(source)
    made = folder / "made.jar"
    known = ":".join([*class_path, *([compiler.runtime] if compiler.runtime else [])])
    files = [str(folder / name) for name in sorted(sources)]
    command = [*compiler.command, "-Werror", *(["-cp", known] if known else []), "-d", str(made), *files]
    done = run_tool(command, seconds=SECONDS)
    said = done.stderr.decode(errors="replace").replace(str(folder), "").strip()
    return made, said[-500:] or ("" if done.returncode == 0 and made.is_file() else words(done))


def version_of(compiler: Compiler) -> str:
    """As it says it."""
    done = run_tool([*compiler.command, "-version"], seconds=SECONDS)
    found = re.search(rb"\d+\.\d+[\w.-]*", done.stderr + done.stdout)
    return found.group().decode() if found else ""


def problems(compiler: Compiler, source: BundleSource, class_path: list[str], folder: Path) -> list[str]:
    """What is wrong with the bundle's Kotlin."""
    names = (*android_app.SOURCES, *android_app.OTHERS, "Replay.kt")
    sources = {name: android_app.text(name, source) for name in names}
    stubs = (resources.files(__package__) / "kotlin" / "stubs.txt").read_text("ascii")
    parts = re.split(r"(?m)^(?=package )", stubs)
    sources |= {f"Stub{number}.kt": part for number, part in enumerate(parts) if part}
    made, said = compile_kotlin(compiler, sources, class_path, folder)
    if said:
        return [said]
    known = [*class_path, str(made), *([compiler.runtime] if compiler.runtime else [])]
    sizes = [str(prod(head.shape)) for head in source.heads]
    command = ["java", "-XX:+UseSerialGC", "-cp", ":".join(known), f"{java_package(source)}.app.ReplayKt", *sizes]
    done = run_tool(command, seconds=SECONDS)
    wanted = len(source.contract_cases) + sum(1 for _ in camera_frames.frames(source.contract))
    if done.returncode == 0 and done.stdout.decode().startswith(f"replayed {wanted}, 0 wrong"):
        return []
    return [words(done)]


def fault(compiler: Compiler, work: Path) -> str:
    """Why it does not compile an empty function: "" when it does."""
    return compile_kotlin(compiler, {"Probe.kt": "fun main() {}\n"}, [], work / "kotlin")[1]
