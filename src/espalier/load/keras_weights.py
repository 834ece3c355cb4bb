"""Read the HDF5 side of a model file as data; imported only by child processes (libhdf5 is C code).

Every object is looked at before any array is read: only hard links, each object reached once, only plain numbers,
only as many bytes as are stored.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import msgspec
import numpy as np

from ..errors import ModelRefusedError
from ..limits import LIMITS
from . import keras_versions as versions
from .hdf5_heaps import endless_heap
from .keras_container import HDF5_MAGIC, SAVE_WHOLE, refused
from .keras_facts import WeightEntry

_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
_SCAN_VALUES = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the HDF5 file holds: its arrays (the state of training left out) and its text attributes."""

    entries: tuple[WeightEntry, ...]
    attributes: dict[str, str]


def parameters_of(entries: Iterable[WeightEntry]) -> int:
    """Floating-point numbers in these arrays."""
    return sum(_count(e.shape) for e in entries if np.dtype(e.dtype).kind == "f")


@contextmanager
def opened(path: Path, image: bytes | None = None) -> Iterator[h5py.File]:
    """Open the HDF5 file at `path`, or the one in `image` (the weights of the archive at `path`).

    Raises ModelRefusedError when libhdf5 cannot read it.
    """
    with _reading(path):
        access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
        if image is None:
            with open(path, "rb") as file_, mmap.mmap(file_.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                _refuse_endless(path, mapped)
            access.set_fapl_sec2()
            identifier = h5py.h5f.open(str(path).encode(), h5py.h5f.ACC_RDONLY, fapl=access)
        else:
            if not image.startswith(HDF5_MAGIC):
                raise refused(path, "its weights are not an HDF5 file", SAVE_WHOLE)
            _refuse_endless(path, image)
            access.set_fapl_core(1 << 20, False)
            access.set_file_image(image)
            identifier = h5py.h5f.open(b"weights", h5py.h5f.ACC_RDONLY, fapl=access)
        file = h5py.File(identifier)
    try:
        yield file
    finally:
        file.close()


def _refuse_endless(path: Path, data: bytes | mmap.mmap) -> None:
    """Raise ModelRefusedError for what libhdf5 would read for ever."""
    if (place := endless_heap(data)) is not None:
        raise refused(path, f"its HDF5 data are damaged (the heap at byte {place} has no end)", "copy or save the model again")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what h5py raises for a broken file into a refusal."""
    try:
        yield
    except ModelRefusedError:
        raise
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError) as problem:
        text = str(problem)
        if "truncated file" in text:
            raise refused(path, "its HDF5 data are cut short", "copy or download the model again") from None
        raise refused(
            path, f"its HDF5 data are damaged ({text[:160]})", "copy or save the model again"
        ) from None


def examine(
    path: Path, file: h5py.File, roots: frozenset[str], layers: Mapping[str, str] | None = None
) -> Stored:
    """Walk the whole file, check every object, then every number of the groups `roots`. Raises ModelRefusedError.

    The other groups hold the state of training (optimizer, metrics, loss trackers), which is never looked at.
    `layers`: the group of an archive's layer -> its name, for messages; an .h5 has the names in its paths.
    """
    with _reading(path):
        attributes = _text_attributes(path, file)
        entries: list[WeightEntry] = []
        seen: set[tuple[int, int]] = set()
        _walk(path, file, roots, "", entries, seen, 0)
        budget = 8 * LIMITS.model_parameters
        declared = sum(_count(e.shape) * np.dtype(e.dtype).itemsize for e in entries)
        if declared > budget:
            raise refused(
                path, f"its weights declare {declared:,} bytes", f"at most {budget:,} bytes are read"
            )
        weights = tuple(e for e in entries if e.path.split("/", 1)[0] in roots)
        for entry in weights:
            layer = (layers or {}).get("/".join(entry.path.split("/", 2)[:2]), "")
            _check_numbers(path, file[entry.path], entry, f" of the layer {layer!r}" if layer else "")
        weights = tuple(
            msgspec.structs.replace(entry, even=True) if _even(file[entry.path], entry) else entry for entry in weights
        )
    return Stored(entries=weights, attributes=attributes)


def _even(dataset: h5py.Dataset, entry: WeightEntry) -> bool:
    if len(entry.shape) != 1 or entry.shape[0] < 2 or np.dtype(entry.dtype).kind != "f":
        return False
    values = dataset[()]
    return bool((values == values[0]).all())


def _walk(
    path: Path,
    group: h5py.Group,
    roots: frozenset[str],
    prefix: str,
    entries: list[WeightEntry],
    seen: set[tuple[int, int]],
    depth: int,
) -> None:
    if depth > LIMITS.model_nesting:
        raise refused(
            path, f"its HDF5 groups are nested deeper than {LIMITS.model_nesting}", "do not use this file"
        )
    links = group.id.links
    for raw in sorted(_names(path, group)):
        name = prefix + raw.decode("utf-8", "backslashreplace")
        kind = links.get_info(raw).type
        if kind != h5py.h5l.TYPE_HARD:
            what = {h5py.h5l.TYPE_SOFT: "a soft link", h5py.h5l.TYPE_EXTERNAL: "a link to another file"}
            found = f"its HDF5 entry {name[:80]!r} is {what.get(kind, 'a user-defined link')}"
            raise refused(path, found, "do not use this file; weights saved by Keras have no links")
        item = h5py.h5o.open(group.id, raw)
        info = h5py.h5o.get_info(item)
        if (info.fileno, info.addr) in seen:
            raise refused(
                path, f"its HDF5 object {name[:80]!r} is reached by two names", "save the model again"
            )
        seen.add((info.fileno, info.addr))
        if len(seen) > 16 * LIMITS.model_layers:
            raise refused(path, "its HDF5 data hold too many objects", "do not use this file")
        if isinstance(item, h5py.h5g.GroupID):
            _walk(path, h5py.Group(item), roots, name + "/", entries, seen, depth + 1)
        elif isinstance(item, h5py.h5d.DatasetID):
            entries.append(_entry(path, item, roots, name))
        else:
            raise refused(path, f"its HDF5 object {name[:80]!r} is a named type", "save the model again")


def _names(path: Path, group: h5py.Group) -> list[bytes]:
    count = group.id.get_num_objs()
    if count > 16 * LIMITS.model_layers:
        raise refused(path, f"one of its HDF5 groups has {count:,} entries", "do not use this file")
    names: list[bytes] = list(group.id)
    return names


def _entry(path: Path, dataset: Any, roots: frozenset[str], name: str) -> WeightEntry:
    """Check one array without reading it."""
    where = f"its HDF5 array {name[:80]!r}"
    plan = dataset.get_create_plist()
    if plan.get_external_count():
        raise refused(path, f"{where} takes its numbers from another file", "do not use this file")
    layout = plan.get_layout()
    if layout == h5py.h5d.VIRTUAL:
        raise refused(path, f"{where} is a view of other files", "do not use this file")
    kind = dataset.get_type()
    plain = isinstance(kind, h5py.h5t.TypeFloatID | h5py.h5t.TypeIntegerID) and kind.get_size() <= 8
    ignored = isinstance(kind, h5py.h5t.TypeEnumID) and name.split("/", 1)[0] not in roots
    if not plain and not ignored:
        raise refused(path, f"{where} holds no plain numbers", "save the model again; " + SAVE_WHOLE)
    for index in range(plan.get_nfilters()):
        code = plan.get_filter(index)[0]
        if code not in _FILTERS:
            raise refused(path, f"{where} uses the HDF5 filter {code}", "save it without compression")
    shape = tuple(int(n) for n in dataset.shape)
    needed = _count(shape) * int(kind.get_size())
    stored = int(dataset.get_storage_size())
    fits = stored >= needed if layout == h5py.h5d.CONTIGUOUS or not plan.get_nfilters() else True
    if not fits or needed > LIMITS.container_ratio * max(1, stored):
        raise refused(
            path,
            f"{where} declares {needed:,} bytes (shape {list(shape)}) and stores {stored:,}",
            "save the model again; an array that is not stored in full is a bomb or was never written",
        )
    return WeightEntry(path=name, shape=shape, dtype=np.dtype(dataset.dtype).name)


def _check_numbers(path: Path, dataset: h5py.Dataset, entry: WeightEntry, where: str) -> None:
    if np.dtype(entry.dtype).kind != "f":
        return
    rows = max(1, _SCAN_VALUES // max(1, _count(entry.shape[1:])))
    total = entry.shape[0] if entry.shape else 1
    for first in range(0, total, rows):
        values = dataset[first : first + rows] if entry.shape else dataset[()]
        if not np.isfinite(values).all():
            bad = int(np.count_nonzero(~np.isfinite(values)))
            raise refused(
                path,
                f"the weights {entry.path!r}{where} hold NaN or infinity ({bad:,} of the numbers looked at)",
                "training diverged or the file is damaged; take an earlier checkpoint",
            )


def _text_attributes(path: Path, file: h5py.File) -> dict[str, str]:
    """The root's text attributes that are needed: model_config, keras_version, backend; and training_config, a hint, where
    it is a text of ordinary length."""
    found = {}
    for name in ("model_config", "keras_version", "backend", "training_config"):
        if not h5py.h5a.exists(file.id, name.encode()):
            continue
        attribute = h5py.h5a.open(file.id, name.encode())
        is_text = isinstance(attribute.get_type(), h5py.h5t.TypeStringID) and attribute.shape in ((), (1,))
        if name == "training_config" and not (is_text and attribute.get_storage_size() <= LIMITS.model_config_bytes):
            continue
        if not is_text:
            raise refused(path, f"its attribute {name!r} is not a text", SAVE_WHOLE)
        if attribute.get_storage_size() > LIMITS.model_config_bytes:
            raise refused(path, f"its attribute {name!r} is too long", SAVE_WHOLE)
        value = file.attrs[name]
        if isinstance(value, np.ndarray):
            value = value.reshape(-1)[0]
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if len(text) > LIMITS.model_config_bytes:
            raise refused(path, f"its attribute {name!r} is too long", SAVE_WHOLE)
        found[name] = text
    return found


def names_of(file: h5py.Group, attribute: str) -> list[str]:
    """A list of names that Keras spreads over `attribute`, or `attribute0`, `attribute1`, ... when it is long."""
    parts = [attribute] if attribute in file.attrs else []
    while not parts or parts[-1] != attribute:
        part = f"{attribute}{len(parts)}"
        if part not in file.attrs:
            break
        parts.append(part)
    raw = [value for part in parts for value in np.asarray(file.attrs[part]).reshape(-1)]
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in raw]


def _count(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def rename_keras_2_groups(path: Path) -> None:
    """Give the groups of a Keras 2 weights file the names that Keras 3 looks for. Changes the file at `path`.

    Raises ValueError when layers of two classes that are now one cannot be put in their order.
    """
    with h5py.File(path, "r+") as file:
        found: list[str] = []
        file.visit(found.append)
        for name in sorted(found, key=lambda n: -n.count("/")):
            parent, _, last = name.rpartition("/")
            if last in versions.LAYER_GROUPS:
                _number_layers(file[name])
            if last == versions.DOUBLED_GROUPS:
                file.move(name, f"{parent}/layers")
            elif last in versions.WEIGHT_GROUPS:
                file.move(name, f"{parent}/{versions.WEIGHT_GROUPS[last]}")


def _number_layers(group: h5py.Group) -> None:
    """Count the layers of each class without gaps, in their order: conv2d, conv2d_2 becomes conv2d, conv2d_1."""
    classes: dict[str, list[tuple[int, str]]] = {}
    for name in group:
        word, _, number = name.rpartition("_")
        known = (word, int(number)) if number.isdecimal() and word else (name, 0)
        classes.setdefault(known[0], []).append((known[1], name))
    for word, members in classes.items():
        current = versions.LAYER_WORDS.get(word, word)
        if current != word and current in classes:
            raise ValueError(f"layers of the classes {word} and {current} stand in one model")
        for position, (_, name) in enumerate(sorted(members)):
            group.move(name, f"~{position}~{current}")
    for name in tuple(group):
        _, position, current = name.split("~")
        group.move(name, current if position == "0" else f"{current}_{position}")
