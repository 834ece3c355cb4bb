"""Open a Keras model file as data: say what a file really is, and read the three entries of a .keras archive.

Nothing here trusts a file's name, and nothing here imports Keras or HDF5.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelRefusedError
from ..limits import LIMITS
from ..tables import nearest_file

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
_ENTRIES = frozenset({CONFIG, METADATA, WEIGHTS})

SUPPORTED = ".keras archives (Keras 2 and 3) and .h5 files of whole models (Keras 2 and 3)"
SAVE_WHOLE = 'save the whole model: `model.save("model.keras")`'

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_ZIP_MAGIC = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The three entries of a .keras archive."""

    config: bytes
    metadata: bytes
    weights: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Foreign:
    """A kind of file that is refused: how to know it, what to call it, what to do instead."""

    matches: Callable[[bytes, str], bool]
    what: str
    advice: str


def _starts(*prefixes: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, _: head.startswith(prefixes)


def _text_starts(*prefixes: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, _: head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(prefixes)


def _is_pickle(head: bytes, suffix: str) -> bool:
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def _is_saved_model(head: bytes, suffix: str) -> bool:
    return head[:2] == b"\x08\x01" and head[2:3] == b"\x12" and suffix != ".mlmodel"


def _is_onnx(head: bytes, suffix: str) -> bool:
    return head[:1] == b"\x08" and 3 <= head[1] <= 20 and head[2:3] in (b"\x12", b"\x1a", b"\x22", b"\x3a")


_FOREIGN: tuple[_Foreign, ...] = (
    _Foreign(
        matches=_text_starts(b"version https://git-lfs.github.com/spec/"),
        what="a Git LFS pointer, not the model itself",
        advice="fetch the real file first: `git lfs pull`",
    ),
    _Foreign(
        matches=lambda head, _: len(head) < 1024 and b"annex/objects/" in head,
        what="a git-annex pointer, not the model itself",
        advice="fetch the real file first: `git annex get FILE`",
    ),
    _Foreign(
        matches=_text_starts(b"<!doctype html", b"<html"),
        what="an HTML page (a download link often gives one instead of the file)",
        advice="download the model file itself, then look at its first bytes",
    ),
    _Foreign(
        matches=lambda head, _: head[4:8] == b"TFL3",
        what="a TensorFlow Lite model",
        advice="`espalier inspect FILE.tflite` reads it; a build starts from the Keras model it was made from",
    ),
    _Foreign(
        matches=_starts(b"\x93NUMPY"),
        what="a NumPy array (.npy)",
        advice=SAVE_WHOLE,
    ),
    _Foreign(
        matches=_is_pickle,
        what="a Python pickle (also what old PyTorch and scikit-learn files are); it can run code, so it is never loaded",
        advice="load it where it was made, if you trust it, and " + SAVE_WHOLE,
    ),
    _Foreign(
        matches=_is_saved_model,
        what="a TensorFlow SavedModel graph (saved_model.pb); it is a program, so it is not loaded",
        advice="open it in the Keras it was made with and " + SAVE_WHOLE,
    ),
    _Foreign(
        matches=_is_onnx,
        what="an ONNX model",
        advice="export the network from Keras, or convert it to Keras first, and " + SAVE_WHOLE,
    ),
    _Foreign(
        matches=_text_starts(b"{"),
        what="a JSON text: an architecture without weights (`model.to_json()`) or a TensorFlow.js model",
        advice=SAVE_WHOLE,
    ),
    _Foreign(
        matches=lambda head, _: head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < 1 << 27,
        what="a safetensors file: weights without an architecture",
        advice=SAVE_WHOLE,
    ),
    _Foreign(matches=_starts(b"GGUF"), what="a GGUF file", advice=SAVE_WHOLE),
    _Foreign(
        matches=lambda head, _: head.startswith(b"\x1f\x8b") or head[257:262] == b"ustar",
        what="a compressed or tar archive",
        advice="unpack it and name the .keras or .h5 file inside",
    ),
    _Foreign(
        matches=lambda head, _: any(head.startswith(HDF5_MAGIC, at) for at in (512, 1024, 2048)),
        what="an HDF5 file with foreign bytes in front of it",
        advice="save the model again; " + SAVE_WHOLE,
    ),
)


def recognise(path: Path) -> str:
    """Return "keras" (a zip archive) or "h5" for a file that may be a Keras model.

    Raises ModelRefusedError with the true kind of anything else.
    """
    refuse_what_is_no_file(path)
    size = path.stat().st_size
    if size == 0:
        raise refused(path, "it is empty", "copy or download the model again")
    if size > LIMITS.model_file_bytes:
        raise refused(
            path, f"it has {size:,} bytes", "a model for a device is far smaller; is it the right file?"
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, size - _END.size))
        tail = file.read()
    if head.startswith(_ZIP_MAGIC):
        return "keras"
    if head.startswith(HDF5_MAGIC):
        return "h5"
    for kind in _FOREIGN:
        if kind.matches(head + b"\0\0\0\0", path.suffix.lower()):
            raise refused(path, f"it is {kind.what}", kind.advice)
    if tail.startswith(b"PK\x05\x06"):
        raise refused(path, "it is a zip archive with foreign bytes in front of it", "do not use this file")
    raise refused(path, f"it is of an unknown kind; its first bytes are {head[:8].hex(' ')}", SAVE_WHOLE)


def refused(path: Path, why: str, advice: str) -> ModelRefusedError:
    """The error for a file that is not read."""
    return ModelRefusedError(
        f"the model file {path.name!r} is refused: {why}", supported=SUPPORTED, next_step=advice
    )


def refuse_what_is_no_file(path: Path) -> None:
    """Raise ModelRefusedError for what is absent, a folder, a dead link, or no regular file (opening a pipe would hang)."""
    # os.path, not Path: these say False where the system refuses the name (NUL, too long, no permission).
    if os.path.islink(path) and not os.path.exists(path):
        target = os.readlink(path)
        if "annex/objects" in target:
            raise refused(
                path, "it is a git-annex link whose content is absent", "fetch it: `git annex get FILE`"
            )
        raise refused(path, "it is a link that leads nowhere", "correct `[model] path` in the recipe")
    if not os.path.exists(path):
        raise refused(
            path, "there is no such file", nearest_file(path, "correct `[model] path`; it is relative to the recipe")
        )
    if os.path.isdir(path):
        if any(os.path.exists(path / name) for name in ("saved_model.pb", "saved_model.pbtxt")):
            raise refused(
                path,
                "it is a TensorFlow SavedModel folder; it is a program, so it is not loaded",
                "open it in the Keras it was made with and " + SAVE_WHOLE,
            )
        if os.path.exists(path / CONFIG) and os.path.exists(path / WEIGHTS):
            raise refused(path, "it is an unpacked .keras archive", SAVE_WHOLE)
        raise refused(path, "it is a folder", "name the .keras or .h5 file inside it")
    if not os.path.isfile(path):
        raise refused(path, "it is not a regular file", "name a .keras or .h5 file")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_archive(path: Path) -> Archive:
    """Read a .keras archive whose every byte is accounted for: three plain entries, nothing before, between or after.

    Raises ModelRefusedError.
    """
    with path.open("rb") as file:
        _check_end(path, file, path.stat().st_size)
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_names(path, entries)
                _check_layout(path, file, entries, archive.start_dir)
                read = {entry.filename: _read_entry(path, archive, entry) for entry in entries}
        except (zipfile.BadZipFile, EOFError, NotImplementedError, struct.error, ValueError, zlib.error) as e:
            raise refused(path, f"its zip archive is damaged ({e})", "copy or save the model again") from None
    return Archive(config=read[CONFIG], metadata=read.get(METADATA, b"{}"), weights=read[WEIGHTS])


def _check_end(path: Path, file: io.BufferedReader, size: int) -> None:
    """The end record must be the last bytes (no comment, no tail) and count few entries, before zipfile reads them."""
    if size < _END.size:
        raise refused(path, "its zip archive is cut short", "copy or download the model again")
    file.seek(size - _END.size)
    magic, disk, first, here, total, directory, offset, comment = _END.unpack(file.read(_END.size))
    if magic != b"PK\x05\x06" or comment:
        file.seek(max(0, size - 70_000))
        if b"PK\x05\x06" in file.read():
            raise refused(path, "bytes follow its zip archive", "save the model again; " + SAVE_WHOLE)
        raise refused(
            path, "its zip archive is cut short: the directory at its end is missing", "copy it again"
        )
    if disk or first or here != total or total > LIMITS.container_entries:
        raise refused(
            path, f"its zip archive has {total} entries", "a .keras archive has three; " + SAVE_WHOLE
        )
    if offset + directory + _END.size != size:
        raise refused(
            path, "its zip archive does not fill the file exactly", "save the model again; " + SAVE_WHOLE
        )


def _check_names(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    for name in names:
        # what another reader of the archive might resolve to outside its folder
        if (
            name.startswith(("/", "\\"))
            or ".." in name.replace("\\", "/").split("/")
            or ":" in name
            or "\0" in name
        ):
            raise refused(
                path,
                f"its archive has an entry that leaves the folder: {name[:80]!r}",
                "do not use this file",
            )
    if len({name.casefold() for name in names}) != len(names):
        raise refused(path, "its archive has two entries with one name", "do not use this file")
    foreign = _foreign_archive(names)
    if foreign:
        raise refused(path, f"it is {foreign[0]}", foreign[1])
    if any(name.startswith("assets/") for name in names):
        raise refused(
            path,
            "its archive holds assets (vocabularies or files of custom layers)",
            "move what needs them out of the model (an image classifier needs none)",
        )
    if extra := sorted(set(names) - _ENTRIES):
        raise refused(path, f"its archive has an unexpected entry {extra[0][:80]!r}", SAVE_WHOLE)
    if missing := sorted({CONFIG, WEIGHTS} - set(names)):
        raise refused(path, f"its archive has no {missing[0]}", SAVE_WHOLE)


def _foreign_archive(names: list[str]) -> tuple[str, str] | None:
    """What a zip archive is when it is not a .keras archive."""
    if any(name.endswith(("/data.pkl", "constants.pkl")) or name == "data.pkl" for name in names):
        return "a PyTorch file (a zip with a pickle)", "rebuild the network in Keras and " + SAVE_WHOLE
    if names and all(name.endswith(".npy") for name in names):
        return "a NumPy archive (.npz): arrays without an architecture", SAVE_WHOLE
    if any(name.rsplit("/", 1)[-1] == "saved_model.pb" for name in names):
        return "a zipped TensorFlow SavedModel", "open it in the Keras it was made with and " + SAVE_WHOLE
    if "model.weights.json" in names:
        return "a .keras archive with sharded weights", SAVE_WHOLE + " without sharding"
    if "AndroidManifest.xml" in names:
        return "an Android archive (.apk or .aar)", "name the Keras model it was built from"
    if CONFIG not in names and WEIGHTS not in names:
        return "a zip archive, but not of a Keras model", "unpack it, or " + SAVE_WHOLE
    return None


def _check_layout(
    path: Path, file: io.BufferedReader, entries: list[zipfile.ZipInfo], directory: int
) -> None:
    """Entries lie one after another from byte 0 to the directory: no prefix, gap, overlap, link or encryption."""
    expected = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        if entry.flag_bits & 0x1:
            raise refused(path, f"its entry {entry.filename} is encrypted", SAVE_WHOLE)
        if (entry.external_attr >> 16) & 0o170000 == 0o120000:
            raise refused(path, f"its entry {entry.filename} is a symbolic link", "do not use this file")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused(
                path, f"its entry {entry.filename} is compressed by method {entry.compress_type}", SAVE_WHOLE
            )
        cap = LIMITS.model_file_bytes if entry.filename == WEIGHTS else LIMITS.model_config_bytes
        if entry.file_size > cap:
            raise refused(
                path, f"its entry {entry.filename} declares {entry.file_size:,} bytes", f"at most {cap:,}"
            )
        if entry.file_size > LIMITS.container_ratio * max(1, entry.compress_size):
            raise refused(path, f"its entry {entry.filename} is a decompression bomb", "do not use this file")
        if entry.header_offset != expected:
            raise refused(path, "its archive has bytes that belong to no entry", "do not use this file")
        file.seek(entry.header_offset)
        fields = _LOCAL.unpack(file.read(_LOCAL.size))
        expected = entry.header_offset + _LOCAL.size + fields[9] + fields[10] + entry.compress_size
        if entry.flag_bits & 0x8:
            expected += _descriptor_bytes(file, expected)
    if expected != directory:
        raise refused(path, "its archive has bytes that belong to no entry", "do not use this file")


def _descriptor_bytes(file: io.BufferedReader, offset: int) -> int:
    """Length of the data descriptor that follows a streamed entry."""
    file.seek(offset)
    head = file.read(24)
    signed = 4 if head.startswith(b"PK\x07\x08") else 0
    after = head[signed + 12 : signed + 14]
    return signed + (12 if after == b"PK" or len(after) < 2 else 20)


def _read_entry(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry; never more than it declares, whatever its stream holds."""
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise refused(
            path, f"its entry {entry.filename} is not as long as it declares", "copy the file again"
        )
    return data
