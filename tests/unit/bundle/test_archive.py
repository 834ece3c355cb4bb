"""Archives: equal entries give equal bytes, and hostile archives are refused."""

from __future__ import annotations

import io
import lzma
import os
import random
import shutil
import subprocess
import tarfile
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from espalier.bundle import archive
from espalier.bundle.archive import Entry
from espalier.errors import BugError, InputRefusedError

ENTRIES = [
    Entry(path="usr/share/a-model/model.tflite", data=bytes(range(256)) * 40, stored=True),
    Entry(path="usr/lib/a-model/classify.py", data=b"#!/usr/bin/python3\n", executable=True),
    Entry(path="usr/share/a-model/empty", data=b""),
    Entry(path="usr/share/a", data=b"x" * 511),
]


def shuffled() -> list[Entry]:
    entries = list(ENTRIES)
    random.Random(5).shuffle(entries)
    return entries


@pytest.mark.parametrize(
    "write",
    [
        archive.zip_bytes,
        archive.tar_bytes,
        lambda e: archive.tar_bytes(e, compression="gz", dot=True),
        lambda e: archive.tar_bytes(e, compression="xz"),
        lambda e: archive.deb_bytes([Entry(path="control", data=b"Package: a\n")], e),
    ],
)
def test_equal_entries_give_equal_bytes_in_any_order_at_any_time_for_any_user(write, monkeypatch) -> None:
    first = write(ENTRIES)
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(os, "getuid", lambda: 1234)
    assert write(shuffled()) == first


def test_zip_round_trip_keeps_stored_files_stored_and_modes() -> None:
    data = archive.zip_bytes(ENTRIES)
    assert archive.read_zip(data) == {entry.path: entry.data for entry in ENTRIES}
    infos = {info.filename: info for info in zipfile.ZipFile(io.BytesIO(data)).infolist()}
    assert list(infos) == sorted(infos)
    assert infos["usr/share/a-model/model.tflite"].compress_type == zipfile.ZIP_STORED
    assert infos["usr/share/a"].compress_type == zipfile.ZIP_DEFLATED
    assert infos["usr/lib/a-model/classify.py"].external_attr >> 16 == 0o100755
    assert {info.date_time for info in infos.values()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("compression", ["none", "gz", "xz"])
@pytest.mark.parametrize("dot", [False, True])
def test_tar_round_trip_and_folders_come_before_their_files(compression, dot) -> None:
    data = archive.tar_bytes(ENTRIES, compression=compression, dot=dot)
    assert archive.read_tar(data) == {entry.path: entry.data for entry in ENTRIES}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        members = tar.getmembers()
    seen: set[str] = {"", "."}
    for member in members:
        assert os.path.dirname(member.name) in seen
        seen.add(member.name)
        assert (member.uid, member.gid, member.uname) == (0, 0, "root")
        assert member.mtime == archive.TAR_TIME_SECONDS
        assert member.mode == (0o755 if member.isdir() or member.name.endswith(".py") else 0o644)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_dpkg_reads_the_package_we_write(tmp_path: Path) -> None:
    control = b"Package: a-model\nVersion: 1.0.0\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: a\n"
    path = tmp_path / "a.deb"
    path.write_bytes(archive.deb_bytes([Entry(path="control", data=control)], ENTRIES))
    assert subprocess.check_output(["dpkg-deb", "-f", path, "Package"]) == b"a-model\n"
    subprocess.run(["dpkg-deb", "-x", path, tmp_path / "tree"], check=True)
    for entry in ENTRIES:
        assert (tmp_path / "tree" / entry.path).read_bytes() == entry.data
    again = archive.read_deb(path.read_bytes())
    assert again.control == {"control": control}
    assert again.data == {entry.path: entry.data for entry in ENTRIES}


def test_ar_pads_odd_members_and_reads_them_back() -> None:
    data = archive.ar_bytes([("one", b"abc"), ("two", b"")])
    assert len(data) == 8 + 60 + 4 + 60
    assert archive.read_ar(data) == {"one": b"abc", "two": b""}


@pytest.mark.parametrize("path", ["/a", "../a", "a/../b", "a//b", "", "a/./b", "a\\b", "é", "a\nb", "a/"])
def test_a_path_that_is_not_plain_is_our_bug(path) -> None:
    with pytest.raises(BugError):
        archive.zip_bytes([Entry(path=path, data=b"")])


@pytest.mark.parametrize("paths", [("A", "a"), ("a", "a"), ("a", "a/b"), ("x/A", "x/a/b")])
def test_colliding_paths_are_our_bug(paths) -> None:
    with pytest.raises(BugError):
        archive.tar_bytes([Entry(path=path, data=b"") for path in paths])


@pytest.mark.parametrize("name", ["a name", "a/b", "longer-than-fifteen", ""])
def test_an_ar_name_that_does_not_fit_is_our_bug(name) -> None:
    with pytest.raises(BugError):
        archive.ar_bytes([(name, b"")])


def hostile_zip(name: str = "a", count: int = 1, flags: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        for index in range(count):
            z.writestr(name if count == 1 else f"{name}{index}", b"x")
    data = bytearray(buffer.getvalue())
    if flags:
        data[data.find(b"PK\x01\x02") + 8] |= flags
    return bytes(data)


def hostile_tar(name: str = "a", kind: bytes = tarfile.REGTYPE, times: int = 1) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for _ in range(times):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
    return buffer.getvalue()


DEB = archive.deb_bytes([Entry(path="control", data=b"x" * 50)], ENTRIES)
XZ = archive.tar_bytes(ENTRIES, compression="xz")
GZ = archive.tar_bytes(ENTRIES, compression="gz")


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (archive.read_zip, b"not a zip"),
        (archive.read_zip, hostile_zip("../evil")),
        (archive.read_zip, hostile_zip("/evil")),
        (archive.read_zip, hostile_zip(flags=1)),
        (archive.read_zip, hostile_zip(count=5000)),
        (archive.read_zip, archive.zip_bytes(ENTRIES)[:-40]),
        (archive.read_zip, archive.zip_bytes(ENTRIES).replace(b"PK\x03\x04", b"PK\x03\x05")),
        (archive.read_tar, b"not a tar" * 100),
        (archive.read_tar, hostile_tar("../evil")),
        (archive.read_tar, hostile_tar("/evil")),
        (archive.read_tar, hostile_tar(kind=tarfile.SYMTYPE)),
        (archive.read_tar, hostile_tar(kind=tarfile.LNKTYPE)),
        (archive.read_tar, hostile_tar(kind=tarfile.CHRTYPE)),
        (archive.read_tar, hostile_tar(times=2)),
        (archive.read_tar, XZ[:-20]),
        (archive.read_tar, GZ[:-20]),
        (archive.read_tar, XZ[:30] + b"\xff\xff" + XZ[32:]),
        (archive.read_tar, archive.tar_bytes(ENTRIES)[:2000]),
        (archive.read_ar, b"!<arch"),
        (archive.read_ar, archive.ar_bytes([("a", b"xyz")])[:-3]),
        (archive.read_ar, archive.ar_bytes([("a", b"xyz"), ("a", b"xyz")])),
        (archive.read_ar, archive.ar_bytes([("a", b"xyz")]).replace(b"`\n", b"``")),
        (archive.read_deb, archive.ar_bytes([("a", b"")])),
        (archive.read_deb, archive.ar_bytes([("debian-binary", b"2.0\n"), ("control.tar", b"")])),
        (archive.read_deb, DEB[:-100]),
    ],
)
def test_a_broken_or_hostile_archive_is_refused(read, data) -> None:
    with pytest.raises(InputRefusedError):
        read(data)


def test_a_bomb_is_refused_without_being_unpacked(monkeypatch) -> None:
    monkeypatch.setattr(archive, "LIMITS", replace(archive.LIMITS, bundle_bytes=100_000))
    big = [Entry(path="zeros", data=bytes(5_000_000))]
    for read, data in [
        (archive.read_zip, archive.zip_bytes(big)),
        (archive.read_tar, archive.tar_bytes(big, compression="gz")),
        (archive.read_tar, archive.tar_bytes(big, compression="xz")),
        (archive.read_tar, lzma.compress(bytes(5_000_000))),
        (archive.read_tar, archive.tar_bytes(big)),
    ]:
        with pytest.raises(InputRefusedError, match="too large"):
            read(data)
