"""Deterministic archives: zip, tar (plain, gzip, xz), ar and Debian packages, with bounded readers.

Equal entries give equal bytes, in whatever order they are given: they are sorted by path; times, owners and
modes are fixed. Readers take hostile bytes: what they return is bounded, and no name leaves its folder.
"""

from __future__ import annotations

import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Literal

import msgspec

from ..errors import BugError, InputRefusedError
from ..limits import LIMITS

Compression = Literal["none", "gz", "xz"]

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold: no build time may leak into an output."""
TAR_TIME_SECONDS = 315_532_800
"""The same in seconds since 1970; lintian refuses files from before 1975."""

_NAME = re.compile(r"[A-Za-z0-9_$.@+#=, ()\[\]~-]+(/[A-Za-z0-9_$.@+#=, ()\[\]~-]+)*")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive. `path` is relative, POSIX, ASCII; `stored` keeps it uncompressed in a zip."""

    path: str
    data: bytes
    executable: bool = False
    stored: bool = False


def sorted_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in path order. Raises BugError for a path that is absolute, has `..`, is not plain ASCII, is
    the folder of another entry, or equals another one but for the case of its letters."""
    ordered = sorted(entries, key=lambda entry: entry.path)
    seen: dict[str, str] = {}
    for entry in ordered:
        if not safe_path(entry.path):
            raise BugError(f"archive entry {entry.path!r} is not a plain relative path")
        folded = entry.path.casefold()
        if folded in seen:
            raise BugError(f"archive entries {seen[folded]!r} and {entry.path!r} collide")
        seen[folded] = entry.path
    for entry in ordered:
        for folder in PurePosixPath(entry.path.casefold()).parents:
            if str(folder) in seen:
                raise BugError(f"archive entry {seen[str(folder)]!r} is a file and a folder")
    return ordered


def safe_path(path: str) -> bool:
    """Whether a path is relative, POSIX, plain ASCII, without empty parts, `.` or `..`."""
    return _NAME.fullmatch(path) is not None and not {".", ".."} & set(path.split("/"))


def zip_bytes(entries: Iterable[Entry]) -> bytes:
    """A zip file: entries sorted, DEFLATE level 7 or stored, times 1980-01-01, modes 0644 or 0755."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", strict_timestamps=True) as archive:
        for entry in sorted_entries(entries):
            info = zipfile.ZipInfo(entry.path, ZIP_TIME)
            info.compress_type = zipfile.ZIP_STORED if entry.stored else zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
            archive.writestr(info, entry.data, compresslevel=7)
    return buffer.getvalue()


def gzip_bytes(data: bytes) -> bytes:
    """gzip level 9 without a name or a time."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def tar_bytes(entries: Iterable[Entry], *, compression: Compression = "none", dot: bool = False) -> bytes:
    """A GNU tar: folders before their files, owner root, modes 0644/0755, one fixed time.

    `dot` writes names as `./usr/...` with a leading `./` folder, as Debian packages have them.
    """
    ordered = sorted_entries(entries)
    folders = sorted({str(p) for e in ordered for p in PurePosixPath(e.path).parents if str(p) != "."})
    prefix = "./" if dot else ""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        if dot:
            archive.addfile(_tar_info("./", folder=True))
        names = [(folder, None) for folder in folders] + [(entry.path, entry) for entry in ordered]
        for name, entry in sorted(names, key=lambda pair: pair[0].split("/")):
            if entry is None:
                archive.addfile(_tar_info(f"{prefix}{name}", folder=True))
            else:
                info = _tar_info(f"{prefix}{name}", executable=entry.executable)
                info.size = len(entry.data)
                archive.addfile(info, io.BytesIO(entry.data))
    data = buffer.getvalue()
    if compression == "gz":
        return gzip_bytes(data)
    if compression == "xz":
        return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, preset=6)
    return data


def _tar_info(name: str, *, folder: bool = False, executable: bool = False) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if folder else tarfile.REGTYPE
    info.mode = 0o755 if folder or executable else 0o644
    info.mtime = TAR_TIME_SECONDS
    info.uname = info.gname = "root"
    return info


def ar_bytes(members: Sequence[tuple[str, bytes]]) -> bytes:
    """A System V ar archive in the given order, as deb(5) describes it; names of at most 15 characters."""
    parts = [b"!<arch>\n"]
    for name, data in members:
        if not safe_path(name) or "/" in name or " " in name or len(name) > 15:
            raise BugError(f"ar member name {name!r} does not fit the format")
        header = f"{name:<16}{TAR_TIME_SECONDS:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
        parts += [header.encode("ascii"), data, b"\n" * (len(data) % 2)]
    return b"".join(parts)


def deb_bytes(control: Iterable[Entry], data: Iterable[Entry]) -> bytes:
    """A Debian binary package (deb(5)): `control` holds the files of DEBIAN/, `data` the installed tree."""
    return ar_bytes(
        [
            ("debian-binary", b"2.0\n"),
            ("control.tar.xz", tar_bytes(control, compression="xz", dot=True)),
            ("data.tar.xz", tar_bytes(data, compression="xz", dot=True)),
        ]
    )


def read_zip(data: bytes) -> dict[str, bytes]:
    """Path -> bytes of every file of a zip. Raises InputRefusedError when it is broken, encrypted, too large,
    or a name could leave the folder it is unpacked into."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _bound_count(len(infos), "zip")
            left = LIMITS.bundle_bytes
            for info in infos:
                if info.is_dir():
                    continue
                if info.flag_bits & 1:
                    raise InputRefusedError(f"zip entry {info.filename!r} is encrypted")
                with archive.open(info) as member:
                    content = member.read(left + 1)
                left = _take(files, info.filename, content, left, "zip")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as problem:
        raise InputRefusedError(f"the zip is broken: {problem}") from None
    return files


def read_tar(data: bytes) -> dict[str, bytes]:
    """Path -> bytes of every regular file of a tar, tar.gz or tar.xz, without `./`. Raises InputRefusedError
    when it is broken or too large, holds a link or a device, or a name could leave its folder."""
    plain = _expand(data)
    if len(plain) % 512 or plain[-1024:] != bytes(1024):
        raise InputRefusedError("the tar does not end as a tar does", next_step="copy the file again")
    files: dict[str, bytes] = {}
    left = LIMITS.bundle_bytes
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            for count, info in enumerate(archive, start=1):
                _bound_count(count, "tar")
                if info.isdir():
                    continue
                if not info.isreg():
                    raise InputRefusedError(f"tar entry {info.name!r} is not a regular file")
                member = archive.extractfile(info)
                content = member.read() if member else b""
                left = _take(files, info.name.removeprefix("./"), content, left, "tar")
    except (tarfile.TarError, ValueError, OSError) as problem:
        raise InputRefusedError(f"the tar is broken: {problem}") from None
    return files


def read_ar(data: bytes) -> dict[str, bytes]:
    """Name -> bytes of every member of an ar archive, in its order. Raises InputRefusedError if broken."""
    if data[:8] != b"!<arch>\n":
        raise InputRefusedError("not an ar archive: it does not start with !<arch>")
    members: dict[str, bytes] = {}
    at = 8
    while at < len(data):
        header = data[at : at + 60]
        size = header[48:58].decode("ascii", "replace").strip()
        name = header[:16].decode("ascii", "replace").strip().removesuffix("/")
        if len(header) < 60 or header[58:] != b"`\n" or not size.isdecimal():
            raise InputRefusedError(f"the ar archive is broken at byte {at}")
        content = data[at + 60 : at + 60 + int(size)]
        if len(content) != int(size) or name in members or not safe_path(name):
            raise InputRefusedError(f"the ar archive is broken at byte {at}")
        members[name] = content
        _bound_count(len(members), "ar")
        at += 60 + int(size) + int(size) % 2
    return members


class Deb(msgspec.Struct, frozen=True, kw_only=True):
    """What a Debian package holds: the files of DEBIAN/ and the installed tree."""

    control: Mapping[str, bytes]
    data: Mapping[str, bytes]


def read_deb(data: bytes) -> Deb:
    """Take a Debian package apart. Raises InputRefusedError when it is none, or broken."""
    members = read_ar(data)
    names = list(members)
    if names[:1] != ["debian-binary"] or not members["debian-binary"].startswith(b"2."):
        raise InputRefusedError("not a Debian package: the first member is not debian-binary 2.x")
    parts = {name.split(".")[0]: content for name, content in members.items() if ".tar" in name}
    if {"control", "data"} - set(parts):
        raise InputRefusedError("not a Debian package: control.tar or data.tar is missing")
    return Deb(control=read_tar(parts["control"]), data=read_tar(parts["data"]))


def _expand(data: bytes) -> bytes:
    limit = LIMITS.bundle_bytes
    try:
        if data[:6] == b"\xfd7zXZ\x00":
            xz = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=256 << 20)
            plain, whole = xz.decompress(data, limit + 1), xz.eof
        elif data[:2] == b"\x1f\x8b":
            gz = zlib.decompressobj(31)
            plain, whole = gz.decompress(data, limit + 1), gz.eof
        else:
            plain, whole = data, True
    except (lzma.LZMAError, zlib.error) as problem:
        raise InputRefusedError(f"the archive is broken: {problem}") from None
    if len(plain) > limit:
        raise InputRefusedError("the archive is too large when unpacked", supported=f"at most {limit} bytes")
    if not whole:
        raise InputRefusedError("the archive is cut short", next_step="copy the file again")
    return plain


def _bound_count(count: int, kind: str) -> None:
    if count > LIMITS.container_entries:
        raise InputRefusedError(
            f"the {kind} holds too many entries", supported=f"at most {LIMITS.container_entries} entries"
        )


def _take(files: dict[str, bytes], name: str, content: bytes, left: int, kind: str) -> int:
    if not safe_path(name):
        raise InputRefusedError(f"{kind} entry {name!r} is not a plain relative path")
    if name in files:
        raise InputRefusedError(f"{kind} entry {name!r} appears twice")
    if len(content) > left:
        raise InputRefusedError(
            f"the {kind} is too large when unpacked", supported=f"at most {LIMITS.bundle_bytes} bytes"
        )
    files[name] = content
    return left - len(content)
