"""`espalier oci`: an image for containers from the bundle of a service, without Docker and without root."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..bundle import manifest
from ..bundle.archive import Entry, read_deb
from ..bundle.debian import DEBIAN_ARCHITECTURES
from ..bundle.manifest import Manifest
from ..bundle.oci import Layer, image, model_layer, run_config
from ..bundle.oci_base import ARCHITECTURES, load_base, root_layer, runtime_layer
from ..errors import InputRefusedError, MachineError, TargetError, UsageError, VerificationError
from ..target import load_target
from .oci_packages import base_files

LISTEN: Final = ("--listen", "0.0.0.0:8080", "--insecure")
"""What the image runs with unless told otherwise: a container has a network of its own, and who publishes the port decides
about TLS and tokens."""
PYTHON_IMAGE: Final = "python:3.11-slim-bookworm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What was written: the file or folder, how it is called, the architecture and the bytes of each layer, the base first."""

    path: str
    tag: str
    architecture: str
    sha256: str
    layers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What of a bundle goes into an image: the files that its package installs, and how it starts."""

    package: str
    tree: tuple[Entry, ...]
    start: tuple[str, ...]
    told: Manifest


def write_image(
    bundle: Path,
    out: Path,
    *,
    tag: str = "",
    architecture: str = "",
    packages: Path | None = None,
    top_only: bool = False,
    told: Callable[[str], None] = lambda line: None,
) -> Image:
    """Write the image of a service's bundle to `out`: a tar that `docker load`, `podman load` and skopeo take.

    `tag`: NAME:VERSION [the model's]. `packages`: the folder with the files of the base layers; what it lacks is fetched into
    it. `top_only`: a folder with the model's layer and a Dockerfile instead, which needs no network.

    Raises InputRefusedError for a bundle that is none of a service, VerificationError for one that was changed.
    """
    found = _read(bundle)
    architecture = architecture or _architecture(found.told)
    if architecture not in ARCHITECTURES:
        raise UsageError(f"there is no base for {architecture}", supported=", ".join(ARCHITECTURES))
    tag = tag or f"{found.told.name}:{found.told.version}"
    if tag.rpartition(":")[0] == "" or "/" in tag.rpartition(":")[2]:
        raise UsageError(f"the tag {tag!r} has no version", supported="NAME:VERSION", next_step=f"write {tag}:1.0.0")
    what = f"model {found.told.name} {found.told.version}, bundle {found.told.digest[:12]}"
    top = model_layer(found.tree, found.package, what)
    config = run_config(found.package, found.start, _labels(found.told)) | {"Cmd": list(LISTEN)}
    base = load_base(architecture)
    if top_only:
        return _write_top(out, top, found, tag, architecture, base.requirements())
    files = base_files(base, packages or out.with_suffix(".packages"), told)
    told("packing the base layers")
    layers = [root_layer(base, files), runtime_layer(base, files), top]
    data = image(layers, architecture=architecture, tag=tag, config=config)
    _write(out, data)
    return Image(
        path=str(out), tag=tag, architecture=architecture, sha256=hashlib.sha256(data).hexdigest(),
        layers=tuple(len(one.blob) for one in layers),
    )  # fmt: skip


def _read(bundle: Path) -> Service:
    """The service in a bundle, whose package is what the manifest says."""
    try:
        told = manifest.read((bundle / manifest.NAME).read_bytes())
    except OSError as problem:
        raise InputRefusedError(
            f"{bundle} is no bundle: {manifest.NAME} cannot be read ({problem.strerror})",
            next_step="give the folder of a target, such as dist/NAME-1.0.0/edge-linux-x86_64",
        ) from None
    row = next((row for row in told.files if row.role == "package" and row.path.endswith(".deb")), None)
    try:
        data = (bundle / row.path).read_bytes() if row else b""
    except OSError as problem:
        raise VerificationError(f"{bundle} lacks a file of its manifest: {problem.filename}") from None
    if row and hashlib.sha256(data).hexdigest() != row.sha256:
        raise VerificationError(f"{row.path} was changed after the build: its digest does not fit")
    installed = read_deb(data).data if row else {}
    scripts = [path for path, content in installed.items() if path.endswith(".py") and content.startswith(b"#!")]
    programs = [path for path in scripts if path.startswith("usr/lib/")]
    if not any("/device/service/" in path for path in installed) or len(programs) != 1:
        raise InputRefusedError(
            f"the bundle of {told.target} is no service",
            supported="bundles of the targets edge-linux-x86_64 and edge-linux-arm64",
            next_step='deploy to one of them: [[deploy]] target = "edge-linux-x86_64"',
        )
    tree = tuple(Entry(path=path, data=content, executable=content.startswith(b"#!")) for path, content in installed.items())
    return Service(package=programs[0].split("/")[2], tree=tree, start=("python3", f"/{programs[0]}", "serve"), told=told)


def _architecture(told: Manifest) -> str:
    try:
        return DEBIAN_ARCHITECTURES[load_target(told.target).architecture]
    except (TargetError, KeyError):
        raise UsageError(
            f"the architecture of {told.target} is not known here", supported=", ".join(ARCHITECTURES),
            next_step="say it with --architecture",
        ) from None  # fmt: skip


def _labels(told: Manifest) -> dict[str, str]:
    return {
        "org.opencontainers.image.title": told.name,
        "org.opencontainers.image.version": told.version,
        "org.opencontainers.image.revision": told.digest,
    }


def _write(path: Path, data: bytes) -> None:
    new = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(data)
        new.replace(path)
    except OSError as problem:
        raise MachineError(f"{path} cannot be written: {problem.strerror}", next_step="give another --out") from None


def _write_top(out: Path, top: Layer, found: Service, tag: str, architecture: str, requirements: str) -> Image:
    """layer.tar.gz, requirements.txt and a Dockerfile around them."""
    start = ", ".join(f'"{word}"' for word in found.start)
    options = ", ".join(f'"{word}"' for word in LISTEN)
    dockerfile = f"""# docker build --platform linux/{architecture} -t {tag} .
# The base is pinned by its tag only: put a digest behind it (python@sha256:...) that you have looked at.
FROM {PYTHON_IMAGE}
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --no-deps --require-hashes --target /opt/runtime -r /tmp/requirements.txt
ADD layer.tar.gz /
ENV PYTHONPATH=/opt/runtime PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
USER 65532:65532
EXPOSE 8080
VOLUME /var/lib/{found.package}
ENTRYPOINT [{start}]
CMD [{options}]
"""
    files = {"layer.tar.gz": top.blob, "requirements.txt": requirements.encode(), "Dockerfile": dockerfile.encode()}
    for name, data in files.items():
        _write(out / name, data)
    return Image(
        path=str(out), tag=tag, architecture=architecture, sha256=hashlib.sha256(top.blob).hexdigest(), layers=(len(top.blob),)
    )
