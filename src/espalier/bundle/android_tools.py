"""Whether the tools of the phone bundle's checks do a trivial job on this machine; see optional_tools.py."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from ..errors import EspalierError
from .android_kotlin import fault, find_compiler
from .java.compile import compile_java
from .optional_tools import run_tool, words

SECONDS: Final = 60.0
OLDEST_JAVA: Final = 8
"""The classes of the bundle are Java 8's."""


def tool_fault(tool: str, work: Path) -> str:
    """Why a tool of PROBED does not do a trivial job: "" when it does it. `work`: a folder of the probe's own."""
    work.mkdir(parents=True, exist_ok=True)
    return PROBED[tool](work)


def _java(work: Path) -> str:
    done = run_tool(["java", "-version"], seconds=SECONDS)
    said = (done.stderr + done.stdout).decode(errors="replace")
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if done.returncode != 0 or found is None:
        return f"`java -version`: {words(done)}"
    if int(found.group(1)) < OLDEST_JAVA:
        return f"Java {found.group(1)} is older than {OLDEST_JAVA}"
    return ""


def _javac(work: Path) -> str:
    try:
        made = compile_java({"Probe.java": b"final class Probe {\n}\n"})
    except EspalierError as problem:
        return f"it cannot compile an empty class with --release 8: {problem.found[:300]}"
    return _java(work) if "Probe.class" in made else "it ended well and made no class file"


def _javap(work: Path) -> str:
    done = run_tool(["javap", "-constants", "java.lang.Object"], seconds=SECONDS)
    return "" if b"class java.lang.Object" in done.stdout else f"it cannot print java.lang.Object: {words(done)}"


def _aapt(work: Path) -> str:
    assets = work / "assets"
    assets.mkdir(exist_ok=True)
    (assets / "a.tflite").write_bytes(b"probe")
    (work / "AndroidManifest.xml").write_text('<manifest package="probe.probe" />')
    plain, aligned = str(work / "plain.apk"), str(work / "aligned.apk")
    place = ["-M", str(work / "AndroidManifest.xml"), "-A", str(assets), "-F", plain]
    for step in (["aapt", "package", "-f", "-0", "tflite", *place], ["zipalign", "-f", "4", plain, aligned]):
        done = run_tool(step, seconds=SECONDS)
        if done.returncode != 0:
            return f"{step[0]} cannot pack a file of five bytes: {words(done)}"
    return "" if Path(aligned).is_file() else "it ended well and packed nothing"


def _sums(work: Path) -> str:
    (work / "abc").write_bytes(b"abc")
    line = f"{hashlib.sha256(b'abc').hexdigest()}  {work / 'abc'}\n".encode()
    done = run_tool(["sha256sum", "--check", "--strict", "--status"], seconds=SECONDS, given=line)
    return "" if done.returncode == 0 else f"it does not find the digest of abc: {words(done)}"


def _gradle(work: Path) -> str:
    project = work / "gradle"
    project.mkdir(exist_ok=True)
    (project / "settings.gradle").write_text("rootProject.name = 'probe'\n")
    (project / "build.gradle").write_text("task note { doLast { new File(projectDir, 'made').text = 'x' } }\n")
    home = ["--gradle-user-home", str(work / "home"), "--project-cache-dir", str(work / "cache")]
    done = run_tool(["gradle", "--offline", "--no-daemon", *home, "-p", str(project), "note"], seconds=120.0)
    return "" if (project / "made").is_file() else f"it cannot run a task that writes a file: {words(done)}"


def _mediapipe(work: Path) -> str:
    program = "from mediapipe.tasks.python.vision import ImageClassifier"
    done = run_tool([sys.executable, "-c", program], seconds=SECONDS)
    return "" if done.returncode == 0 else f"it cannot be imported: {words(done)}"


def _kotlin(work: Path) -> str:
    compiler = find_compiler()
    return "it is not installed" if compiler is None else fault(compiler, work)


PROBED: Final[Mapping[str, Callable[[Path], str]]] = {
    "java": _java,
    "javac": _javac,
    "javap": _javap,
    "aapt": _aapt,
    "sha256sum": _sums,
    "gradle": _gradle,
    "mediapipe": _mediapipe,
    "kotlinc": _kotlin,
}
"""Tool of a Check -> its probe."""
