"""The base layers of an image: Debian's Python without a shell, and the runtime's wheels, each file pinned by its digest."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

import msgspec

from ...errors import BugError, InputRefusedError
from ..archive import Entry, read_ar
from ..oci import USER, Folder, Layer, Link, layer

RUNTIME: Final = "opt/runtime"
"""Where the wheels are unpacked; PYTHONPATH says it."""
MERGED: Final = ("bin", "lib", "lib64", "sbin")
"""Folders below / that are links to those below /usr, as Debian has them."""
LEFT_OUT: Final = ("usr/share/man/", "usr/share/locale/", "usr/share/info/", "usr/share/lintian/", "usr/share/ca-certificates/")
CERTIFICATES: Final = "usr/share/ca-certificates/mozilla/"
ACCOUNTS: Final = f"root:x:0:0:root:/root:/usr/sbin/nologin\nservice:x:{USER}:{USER}::/nonexistent:/usr/sbin/nologin\n"
GROUPS: Final = f"root:x:0:\nservice:x:{USER}:\n"


class DebianPackage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package of the root layer: where mirrors have it, and what it must be."""

    name: str
    version: str
    archive: str
    path: str
    sha256: str
    bytes: int

    @property
    def file(self) -> str:
        """Its file name."""
        return self.path.rsplit("/", 1)[1]


class Wheel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wheel of the runtime layer."""

    name: str
    version: str
    file: str
    sha256: str
    bytes: int


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the base layers of an architecture are made of, and since when Debian's snapshot archive has it."""

    architecture: str
    suite: str
    python: str
    snapshot: str
    packages: tuple[DebianPackage, ...]
    wheels: tuple[Wheel, ...]

    def requirements(self) -> str:
        """The wheels for pip, with their digests."""
        return "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in self.wheels)


ARCHITECTURES: Final = ("amd64", "arm64")


def load_base(architecture: str) -> Base:
    """The pinned packages of an architecture of ARCHITECTURES."""
    return msgspec.json.decode(files(__package__).joinpath(f"{architecture}.json").read_bytes(), type=Base)


def root_layer(base: Base, found: Mapping[str, bytes]) -> Layer:
    """Debian's Python without a shell or a package manager. `found`: file name -> bytes of every package."""
    entries: dict[str, Entry] = {}
    links = {name: Link(path=name, target=f"usr/{name}") for name in MERGED}
    folders = [Folder(path="tmp", mode=0o1777), *(Folder(path=path) for path in ("proc", "sys", "dev"))]
    trusted = b""
    for package in base.packages:
        for row in _unpacked(found[package.file], package.file):
            if row.path.startswith(CERTIFICATES) and isinstance(row, Entry):
                trusted += row.data.rstrip() + b"\n"
            if row.path.startswith(LEFT_OUT) or (row.path.startswith("usr/share/doc/") and not row.path.endswith("/copyright")):
                continue
            if isinstance(row, Link):
                links[row.path] = row
            else:
                entries[row.path] = row
    written = {"etc/passwd": ACCOUNTS.encode(), "etc/group": GROUPS.encode(), "etc/ssl/certs/ca-certificates.crt": trusted}
    entries |= {path: Entry(path=path, data=data) for path, data in written.items()}
    listed = ", ".join(f"{package.name} {package.version}" for package in base.packages)
    return layer(entries.values(), links=links.values(), folders=folders, made_of=f"Debian {base.suite}: {listed}")


def _unpacked(package: bytes, name: str) -> Iterator[Entry | Link]:
    """Files and links of a Debian package, where the merged /usr has them."""
    members = read_ar(package)
    data = next((content for member, content in members.items() if member.startswith("data.tar")), b"")
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for info in archive:
                path = _merged(info.name.removeprefix("./"))
                if ".." in PurePosixPath(path).parts or path.startswith("/"):
                    raise InputRefusedError(f"{name}: {info.name!r} is not a plain relative path")
                member = archive.extractfile(info) if info.isreg() else None
                if member is not None:
                    yield Entry(path=path, data=member.read(), executable=bool(info.mode & 0o100))
                elif info.issym():
                    yield Link(path=path, target=info.linkname)
                elif info.islnk():
                    other = archive.extractfile(info)
                    if other is not None:
                        yield Entry(path=path, data=other.read(), executable=bool(info.mode & 0o100))
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise InputRefusedError(f"{name} is broken: {problem}") from None


def _merged(path: str) -> str:
    return f"usr/{path}" if path.split("/", 1)[0] in MERGED and "/" in path else path


def runtime_layer(base: Base, found: Mapping[str, bytes]) -> Layer:
    """The wheels, unpacked. `found`: file name -> bytes of every wheel."""
    entries: dict[str, Entry] = {}
    for wheel in base.wheels:
        with zipfile.ZipFile(io.BytesIO(found[wheel.file])) as archive:
            for info in archive.infolist():
                path = _placed(info.filename)
                if path and not info.is_dir():
                    if path in entries:
                        raise BugError(f"{wheel.file} and another wheel hold {path}")
                    entries[path] = Entry(path=path, data=archive.read(info))
    listed = ", ".join(f"{wheel.name} {wheel.version}" for wheel in base.wheels)
    return layer(entries.values(), made_of=f"wheels: {listed}")


def _placed(name: str) -> str:
    """Where a file of a wheel goes; "" for what a service does not need: tests, type stubs, scripts."""
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or (parts[0] == "numpy" and "tests" in parts):
        return ""
    if parts[0].endswith(".data"):
        return f"{RUNTIME}/{'/'.join(parts[2:])}" if parts[1] in ("purelib", "platlib") else ""
    return "" if name.endswith(".pyi") else f"{RUNTIME}/{name}"
