"""Compile the Java template: `python -m espalier.bundle.java.compile`, with a JDK of 9 or later, after a
change of template/*.java, retouch/*.java or painted/*.java. The results, template.jar, retouch.jar and painted.jar, are part
of the package: a build needs no JDK."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from ...errors import ToolMissingError, VerificationError
from ...scratch import Scratch
from ..archive import Entry, zip_bytes
from .specialise import DETECTION, NUMBERED, PAINTED, template_sources

# Bytes of Java 8, which every Android toolchain reads; line numbers for stack traces, no local variables.
OPTIONS = (
    "--release",
    "8",
    "-Xlint:all",
    "-Xlint:-options",
    "-Werror",
    "-g:source,lines",
    "-encoding",
    "US-ASCII",
)


def compile_java(sources: Mapping[str, bytes], *, compiler: str = "javac") -> dict[str, bytes]:
    """Path -> class file of the given sources (path -> bytes).

    Raises ToolMissingError without a compiler, VerificationError with its words when it refuses or warns.
    """
    with Scratch() as folder:
        for path, data in sources.items():
            (folder / "source" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "source" / path).write_bytes(data)
        files = [str(folder / "source" / path) for path in sorted(sources)]
        command = [compiler, "-J-XX:TieredStopAtLevel=1", *OPTIONS, "-d", str(folder / "classes"), *files]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
            )
        except FileNotFoundError:
            raise ToolMissingError(f"{compiler} is not installed", next_step="install a JDK") from None
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise ToolMissingError(f"{compiler} does not work: {problem}", next_step="install a JDK") from None
        said = done.stderr.decode(errors="replace").replace(str(folder), "")
        if done.returncode:
            raise VerificationError(f"javac refuses the Java sources: {said[:2000]}")
        made = sorted((folder / "classes").rglob("*.class"))
        return {path.relative_to(folder / "classes").as_posix(): path.read_bytes() for path in made}


def template_jar(sources: Mapping[str, bytes]) -> bytes:
    """The compiled template as one jar."""
    return zip_bytes(Entry(path=path, data=data) for path, data in compile_java(sources).items())


def template_bytes(*, retouched: bool = False, detects: bool = False) -> dict[str, bytes]:
    """File name -> bytes of the template's sources."""
    return {f"{name}.java": text.encode("ascii") for name, text in template_sources(retouched=retouched, detects=detects).items()}


def retouch_jar() -> bytes:
    """The classes that a model gets instead of the template's, or beside them, when its contract smooths or balances."""
    made = compile_java(template_bytes(retouched=True))
    own = ("Preprocessor", "Retouch")
    return zip_bytes(
        Entry(path=path, data=data) for path, data in made.items() if path.rsplit("/", 1)[1].startswith(own)
    )


def detection_jar() -> bytes:
    """The classes that a detector gets beside the template's."""
    made = compile_java(template_bytes(detects=True))
    return zip_bytes(
        Entry(path=path, data=data)
        for path, data in made.items()
        if path.rsplit("/", 1)[1].partition(".")[0].partition("$")[0] in DETECTION
    )


def painted_jar() -> bytes:
    """The classes of models that paint."""
    sources = template_sources(painted=True)
    return template_jar({f"{name}.java": sources[name].encode("ascii") for name in PAINTED})


def numbered_jar() -> bytes:
    """The classes of models that take numbers beside the image."""
    sources = template_sources(numbered=True)
    return template_jar({f"{name}.java": sources[name].encode("ascii") for name in NUMBERED})


def main() -> None:
    """Write template.jar, retouch.jar, painted.jar, detection.jar and numbered.jar beside this file."""
    here = Path(__file__).parent
    (here / "template.jar").write_bytes(template_jar(template_bytes()))
    (here / "retouch.jar").write_bytes(retouch_jar())
    (here / "painted.jar").write_bytes(painted_jar())
    (here / "detection.jar").write_bytes(detection_jar())
    (here / "numbered.jar").write_bytes(numbered_jar())


if __name__ == "__main__":
    main()
