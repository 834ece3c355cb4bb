"""The bundle of a server: a Debian package with the model, the program of the camera package, and an HTTP service around it.

    README.md                                how to install and use it
    <name>-service_<version>_all.deb         /usr/share/<name>-service   model, labels, model.json, service.json, golden vectors
                                             /usr/lib/<name>-service     the program: `device`, and in it `service`
                                             /usr/bin/<name>-service     the command; a manual page; a systemd unit
    requirements-<architecture>.txt          the pinned runtime, also inside the package
    golden/...                               the golden vectors for any other reader (golden.py)
    cloud/...                                docker-compose.yml with Prometheus, InferenceService of KServe

Everything that the package installs is `tree`; an image for containers is made of the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from ..facts import Artifact, BundleSource, Check
from ..scratch import Scratch
from . import golden
from .archive import Entry
from .debian import (
    control_fields,
    deb_name,
    document_entries,
    filled,
    installed_kib,
    launcher_with,
    model_entries,
    package_of,
    program_entries,
    program_name,
)
from .debian_check import checksums, lintian, selftest, systemd_unit, unpack
from .pi_consumers import package_name
from .pi_modules import PI, modules
from .pi_runtimes import RUNTIMES, requirements_text
from .service_check import service_checks
from .service_text import cloud, readme

FORMAT: Final = "espalier-device-service/1"
MACS_PER_SECOND: Final = 6e8
"""What the slowest sound processor of a server does with int8 kernels on one thread. Those that LiteRT takes where it cannot read
/proc/cpuinfo do less: 4.4e8 on one that does 3e11."""
CALL_MS: Final = 3.0
"""What a call may take beside the network's multiplications."""
STARTER: Final = (("Starts the classifier", "Starts the service"), ("device.commands", "device.service.main"))


def start_command(source: BundleSource) -> tuple[str, ...]:
    """What runs the service in a file system that holds `tree`: no shell is needed. Options follow."""
    return ("python3", f"/usr/lib/{package_name(source)}/{program_name(source)}", "serve")


def tree(source: BundleSource) -> list[Entry]:
    """Every file that the package installs, by its path below /."""
    golden_files = golden.artifacts(source)
    share = f"usr/share/{package_name(source)}"
    return [
        *model_entries(source, golden_files),
        Entry(path=f"{share}/service.json", data=service_json(source)),
        *program_entries(source, launcher_with(STARTER), {**modules(source.contract), **service_modules()}),
        *document_entries(
            source, readme(source), filled("service_manual.txt", source), filled("service_unit.txt", source)
        ),
    ]


def service_json(source: BundleSource) -> bytes:
    """What the service knows beside model.json: the milliseconds that a golden vector may take on a sound processor, and the
    histograms of the evaluation images."""
    return golden.canonical_json(
        {
            "format": FORMAT,
            "macs": source.macs,
            "floor_ms": round(CALL_MS + source.macs / MACS_PER_SECOND * 1e3, 3),
            **({} if source.reference is None else {"reference": msgspec.to_builtins(source.reference)}),
        }
    )


def control_file(source: BundleSource, size_kib: int) -> bytes:
    """DEBIAN/control."""
    height, width = source.contract.size
    extra = {"Recommends": "python3-venv", "Suggests": "python3-paho-mqtt, ffmpeg"}
    text = (
        f" An int8 model for {height} by {width} pixels, with a service that answers images\n"
        " over HTTP (Open Inference Protocol), from a folder or a stream, and hands the\n"
        " answers on to MQTT, a web hook or commands.\n"
    )
    return control_fields(source, size_kib, extra, f"image service {source.recipe.name}", text)


def service_modules() -> dict[str, bytes]:
    """Path in the folder `device` -> bytes."""
    return {f"service/{path.name}": path.read_bytes() for path in sorted((PI / "device" / "service").glob("*.py"))}


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the bundle but the manifest, sorted by path."""
    files = tree(source)
    package = package_of(source, files, control_file(source, installed_kib(files)))
    made = [
        Artifact(path="README.md", data=readme(source), role="documentation"),
        Artifact(path=deb_name(source), data=package, role="package"),
        *golden.artifacts(source),
        *cloud(source),
        *(Artifact(path=row.file, data=requirements_text(row), role="requirements") for row in RUNTIMES.values()),
    ]
    return tuple(sorted(made, key=lambda artifact: artifact.path))


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """Take the written bundle as its users will: unpack the package, run its self-test, start its service on this computer and
    ask it, read its unit with systemd. `thorough` adds lintian (seconds). What could not run says why."""
    package = folder / deb_name(source)
    with Scratch() as scratch:
        unpacked = unpack(package, scratch / "tree")
        checks = [unpacked, checksums(package)]
        if unpacked.result == "passed":
            checks += [selftest(scratch / "tree", source), systemd_unit(scratch / "tree", source)]
            checks += service_checks(scratch / "tree", source)
        checks += [lintian(package)] if thorough else []
    return (*checks, *_not_run(thorough))


def _not_run(thorough: bool) -> Iterator[Check]:
    if not thorough:
        yield Check(name="package policy", tool="lintian", result="not run", why="slow; part of the thorough checks")
    yield Check(name="unit under systemd", tool="systemd", result="not run", why="needs a system that systemd has started")
