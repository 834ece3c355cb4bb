"""Attacks on the container of the model file, and files that are something else."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras_files as k
import numpy as np
from attack import Attack, attack


def model(folder: Path) -> Path:
    """The model of the project."""
    return folder / "model.keras"


def content(data: bytes) -> Callable[[Path], object]:
    """The model file holds these bytes."""
    return lambda folder: model(folder).write_bytes(data)


def changed(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """The sound model file with its bytes changed."""
    return lambda folder: model(folder).write_bytes(change(model(folder).read_bytes()))


def with_entry(name: str, data: bytes = b"x") -> Callable[[Path], object]:
    """The archive has one more entry."""
    return lambda folder: k.write_keras(
        model(folder), change=lambda z: z.writestr(zipfile.ZipInfo(name), data)
    )


def zipped(*names: str) -> bytes:
    """A zip archive with entries of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"\x80\x02.")
    return buffer.getvalue()


def numpy_archive() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, kernel=np.zeros(3))
    return buffer.getvalue()


def numpy_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


class Evil:
    """Its pickle writes a file when it is loaded."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch canary-was-here",)


def symlink_entry(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("model.weights.h5")
    info.external_attr = 0o120777 << 16
    archive.writestr(info, b"/etc/passwd")


def flag_encrypted(data: bytes) -> bytes:
    """Set the encryption bit of the first entry, in both of its headers."""
    at = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01\x00" + data[8 : at + 8] + b"\x01\x00" + data[at + 10 :]


def lie_about_size(data: bytes) -> bytes:
    """The directory says that the last entry is half as long as it is."""
    at = data.rindex(b"PK\x01\x02")
    size = struct.unpack_from("<L", data, at + 24)[0]
    return data[: at + 24] + struct.pack("<L", size // 2) + data[at + 28 :]


def wrong_crc(data: bytes) -> bytes:
    at = data.index(b'"net"')
    return data[:at] + b'"nex"' + data[at + 5 :]


def gap_between_entries(data: bytes) -> bytes:
    """Sixteen bytes hide between the first entry and the second."""
    second = data.index(b"PK\x03\x04", 4)
    grown = bytearray(data[:second] + b"\x00" * 16 + data[second:])
    at = grown.index(b"PK\x01\x02")
    while at >= 0:
        offset = struct.unpack_from("<L", grown, at + 42)[0]
        struct.pack_into("<L", grown, at + 42, offset + 16 if offset else 0)
        at = grown.find(b"PK\x01\x02", at + 1)
    end = grown.rindex(b"PK\x05\x06")
    struct.pack_into("<L", grown, end + 16, struct.unpack_from("<L", grown, end + 16)[0] + 16)
    return bytes(grown)


def config_bomb(folder: Path) -> None:
    k.write_keras(model(folder), b" " * (40 << 20), compression=zipfile.ZIP_DEFLATED)


def weights_bomb(folder: Path) -> None:
    k.write_keras(model(folder), weights=b"\0" * (48 << 20), compression=zipfile.ZIP_DEFLATED)


def many_entries(folder: Path) -> None:
    extra = {f"assets/{n}": b"" for n in range(5000)}
    k.write_keras(model(folder), extra=extra)


def saved_model_folder(folder: Path) -> None:
    model(folder).unlink()
    (folder / "model.keras").mkdir()
    (folder / "model.keras/saved_model.pb").write_bytes(b"\x08\x01\x12\x00")


def plain_folder(folder: Path) -> None:
    model(folder).unlink()
    model(folder).mkdir()


def annex_link(folder: Path) -> None:
    model(folder).unlink()
    model(folder).symlink_to(".git/annex/objects/aa/bb/SHA256E-s1--x/SHA256E-s1--x")


def pipe(folder: Path) -> None:
    model(folder).unlink()
    os.mkfifo(model(folder))


def weights_only(folder: Path) -> None:
    model(folder).write_bytes(k.hdf5())


def legacy_weights_only(folder: Path) -> None:
    def change(file: h5py.File) -> None:
        file.attrs["layer_names"] = np.array([b"conv"])

    model(folder).write_bytes(k.hdf5({"conv/conv/kernel:0": np.zeros(3, np.float32)}, change))


def truncated_h5(folder: Path) -> None:
    k.write_h5(model(folder))
    data = model(folder).read_bytes()
    model(folder).write_bytes(data[: len(data) * 2 // 3])


def user_block(folder: Path) -> None:
    model(folder).unlink()
    with h5py.File(model(folder), "w", userblock_size=1024) as file:
        file["x"] = 1


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
SAFETENSORS = struct.pack("<Q", 20) + b'{"a":{"dtype":"F32"}}'

CONTAINERS: tuple[Attack, ...] = (
    attack("zip-empty-file", content(b""), "is empty"),
    attack("zip-truncated", changed(lambda d: d[: len(d) // 2]), "cut short"),
    attack("zip-only-magic", content(b"PK\x03\x04"), "cut short"),
    attack("zip-trailing-bytes", changed(lambda d: d + b"MZ\x90\x00 payload"), "bytes follow"),
    attack("zip-leading-bytes", changed(lambda d: b"#!/bin/sh\necho\n" + d), "foreign bytes in front"),
    attack(
        "zip-comment",
        lambda f: k.write_keras(model(f), change=lambda z: setattr(z, "comment", b"hi")),
        "bytes follow",
    ),
    attack("zip-gap-between-entries", changed(gap_between_entries), "belong to no entry"),
    attack("zip-duplicate-entry", with_entry("config.json", b"{}"), "two entries with one name"),
    attack("zip-case-folded-duplicate", with_entry("Config.JSON", b"{}"), "two entries with one name"),
    attack("zip-slip-parent", with_entry("../evil.py"), "leaves the folder"),
    attack("zip-slip-absolute", with_entry("/etc/cron.d/evil"), "leaves the folder"),
    attack("zip-slip-backslash", with_entry("..\\evil.py"), "leaves the folder"),
    attack("zip-slip-drive", with_entry("C:evil.py"), "leaves the folder"),
    attack(
        "zip-symlink",
        lambda f: k.write_keras(model(f), without=("model.weights.h5",), change=symlink_entry),
        "symbolic link",
    ),
    attack("zip-encrypted", changed(flag_encrypted), "encrypted"),
    attack("zip-bzip2", lambda f: k.write_keras(model(f), compression=zipfile.ZIP_BZIP2), "method 12"),
    attack("zip-config-bomb", config_bomb, "declares"),
    attack("zip-weights-bomb", weights_bomb, "decompression bomb"),
    attack("zip-lying-size", changed(lie_about_size), "refused"),
    attack("zip-wrong-crc", changed(wrong_crc), "damaged", "crc"),
    attack("zip-five-thousand-entries", many_entries, "entries"),
    attack("zip-foreign-entry", with_entry("run.py"), "unexpected entry", "run.py"),
    attack("zip-assets", with_entry("assets/vocabulary.txt"), "assets"),
    attack("zip-sharded-weights", with_entry("model.weights.json"), "sharded"),
    attack("zip-no-config", lambda f: k.write_keras(model(f), without=("config.json",)), "no config.json"),
    attack(
        "zip-no-weights",
        lambda f: k.write_keras(model(f), without=("model.weights.h5",)),
        "no model.weights.h5",
    ),
    attack("zip-weights-not-hdf5", lambda f: k.write_keras(model(f), weights=b"\x80\x04."), "not an hdf5"),
    attack(
        "zip-weights-truncated",
        lambda f: k.write_keras(model(f), weights=k.hdf5()[:-900]),
        "hdf5",
        "cut short",
    ),
)

FOREIGN: tuple[Attack, ...] = (
    attack("is-saved-model-folder", saved_model_folder, "savedmodel", 'model.save("model.keras")'),
    attack("is-saved-model-pb", content(b"\x08\x01\x12\x8f\x01" + b"\0" * 40), "savedmodel"),
    attack("is-zipped-saved-model", content(zipped("m/saved_model.pb", "m/variables/v")), "savedmodel"),
    attack("is-folder", plain_folder, "folder"),
    attack("is-missing", lambda f: model(f).unlink(), "no such file"),
    attack("is-pipe", pipe, "not a regular file"),
    attack("is-pickle", content(pickle.dumps(Evil())), "pickle", "run code"),
    attack("is-npz", content(numpy_archive()), "npz"),
    attack("is-npy", content(numpy_array()), "numpy"),
    attack("is-pytorch-zip", content(zipped("archive/data.pkl", "archive/data/0")), "pytorch"),
    attack("is-onnx", content(b"\x08\x07\x12\x07pytorch\x1a\x051.9.0"), "onnx"),
    attack("is-tflite", content(b"\x1c\x00\x00\x00TFL3" + b"\0" * 64), "tensorflow lite", "espalier inspect"),
    attack("is-git-lfs-pointer", content(LFS), "git lfs", "git lfs pull"),
    attack(
        "is-git-annex-pointer", content(b"/annex/objects/SHA256E-s10--0a.keras\n"), "git-annex", "annex get"
    ),
    attack("is-git-annex-link", annex_link, "git-annex", "annex get"),
    attack("is-html", content(b"\n<!DOCTYPE html><html><head>"), "html"),
    attack("is-json", content(b'{"class_name": "Functional"}'), "json", "without weights"),
    attack("is-safetensors", content(SAFETENSORS), "safetensors"),
    attack("is-gzip", content(gzip.compress(b"x", mtime=0)), "compressed"),
    attack("is-text", content(b"hello"), "unknown kind"),
    attack("is-apk", content(zipped("AndroidManifest.xml")), "android"),
    attack("is-other-zip", content(zipped("readme.txt")), "not of a keras model"),
    attack("is-weights-only", weights_only, "weights without an architecture", 'model.save("model.keras")'),
    attack("is-legacy-weights-only", legacy_weights_only, "weights without an architecture"),
    attack("is-hdf5-of-something", content(k.hdf5({"data": np.zeros(3)})), "no keras model"),
    attack("is-truncated-hdf5", truncated_h5, "hdf5", "cut short"),
    attack("is-hdf5-with-user-block", user_block, "foreign bytes in front"),
)
