"""Image sets as lists of files: what a folder or a csv holds, which of it is used, and its fingerprint.

Nothing here opens an image; that is `decode.py`, in the images child process. Three layouts are read:

- a folder of images: no classes;
- a folder with one folder per class (images may lie deeper inside a class folder);
- a csv with the columns path,label (a header naming them is optional), or as truth_columns.py reads them; paths relative to the
  csv's folder.

Names that start with a dot are ignored. A link that leads out of the folder refuses the set.
"""

from __future__ import annotations

import csv
import difflib
import errno
import hashlib
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from ..errors import ImagesRefusedError
from ..limits import LIMITS
from ..recipe_numbers import InputNumbers
from ..tables import nearest_file
from ..visible import hidden_character, shown
from .listing import check_name, list_files, stays_inside, unreadable
from .number_columns import no_numbers, take_numbers
from .truth_columns import LABELS, PATHS, truth_columns

SUFFIXES: dict[str, str] = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".bmp": "BMP", ".tif": "TIFF", ".tiff": "TIFF", ".npy": "NPY", ".npz": "NPZ"
}  # fmt: skip
"""File name endings that count as images, and the name of the format."""

ARRAYS = (".npy", ".npz")
"""Of these, what is an image only in a folder without pictures: beside pictures lie arrays of labels and features."""



class ImageEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a set. `path` is relative to the root, with forward slashes; `label` a class or None; `sha256` of its
    bytes when the build began, "" where nobody asked."""

    path: str
    label: str | None = None
    bytes: int = 0
    numbers: tuple[float, ...] = ()
    """Of a csv with columns of numbers in the place of labels."""
    cells: tuple[tuple[str, str], ...] = ()
    """Of a csv with a column for each of several outputs: name of the column, and what stands there."""
    fed: tuple[float, ...] = ()
    """Numbers that the model takes beside the image, in the units of the csv."""
    sha256: str = ""


class Labelled(Protocol):
    """What has a class name."""

    @property
    def label(self) -> str | None:
        """The class name, or None."""


class ImageSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set as it lies on disk: entries sorted by path, class names sorted (a csv's numbers by value), files not read as
    images."""

    root: str
    entries: tuple[ImageEntry, ...]
    classes: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    """Names of the columns of numbers."""

    @property
    def counts(self) -> dict[str, int]:
        """Images per class."""
        counts = dict.fromkeys(self.classes, 0)
        for entry in self.entries:
            if entry.label is not None:
                counts[entry.label] += 1
        return counts


def scan(path: Path | str, *, cells: bool = False, numbers: Sequence[InputNumbers] = ()) -> ImageSet:
    """List the images of a folder or a csv, sorted by path. `cells`: a csv has a column for each of several outputs; `numbers`:
    it has columns that the model is fed.

    Raises ImagesRefusedError when there is no such folder, no image in it, a link that leaves it, images both
    beside and inside class folders, or more of anything than limits.py allows.
    """
    path = Path(path)
    # os.path, not Path: these say False where the system refuses the name (NUL, too long, no permission).
    if os.path.isfile(path) and path.suffix.lower() == ".csv":
        return _scan_numbers(path, cells, numbers) if numbers else _scan_rows(path, _rows(path, _csv_text(path)), cells)
    if numbers and os.path.isdir(path):
        raise no_numbers(path, numbers)
    if not os.path.isdir(path):
        raise ImagesRefusedError(
            f"there is no image folder {shown(str(path))}",
            supported="a folder of images, a folder with one folder per class, or a .csv with path,label",
            next_step=nearest_file(path, "check the path; it is relative to the recipe"),
        )
    files = list_files(path)
    images = _images_among(files)
    taken = {name for name, _ in images}
    ignored = tuple(shown(name) for name, _ in files if name not in taken)
    for name, _ in images:
        check_name(name)
        if not os.access(path / name, os.R_OK):
            raise unreadable(name, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    if not images:
        kinds = ", ".join(sorted({os.path.splitext(name)[1].lower() or "no ending" for name in ignored})[:8])
        raise ImagesRefusedError(
            f"no image in {path}" + (f" (found only: {kinds})" if kinds else ""),
            supported=", ".join(SUFFIXES),
            next_step="convert other formats to PNG, or correct the path",
        )
    inside = [name for name, _ in images if "/" in name]
    beside = [name for name, _ in images if "/" not in name]
    if inside and beside:
        raise ImagesRefusedError(
            f"{path} holds images both beside ({beside[0]}) and inside ({inside[0]}) its folders",
            supported="either only images, or one folder per class",
            next_step="move the images beside the folders into one of them, or away",
        )
    entries = tuple(
        ImageEntry(path=name, label=name.split("/", 1)[0] if inside else None, bytes=size)
        for name, size in images
    )
    classes = tuple(sorted({entry.label for entry in entries if entry.label is not None}))
    return ImageSet(root=str(path.resolve()), entries=entries, classes=classes, ignored=ignored)


def select(entries: Sequence[ImageEntry], count: int) -> tuple[ImageEntry, ...]:
    """At most `count` entries, balanced over the classes, the same whatever order they come in.

    Within a class the entries are ordered by the sha256 of their path, so that neighbouring frames of a
    series are spread; the classes then take turns. The result is sorted by path.
    """
    by_class: dict[str, list[ImageEntry]] = {}
    for entry in entries:
        by_class.setdefault(entry.label or "", []).append(entry)
    queues = [sorted(by_class[name], key=_spread) for name in sorted(by_class)]
    turns = [(turn, place) for place, queue in enumerate(queues) for turn in range(len(queue))]
    chosen = [queues[place][turn] for turn, place in sorted(turns)[:count]]
    return tuple(sorted(chosen, key=lambda entry: entry.path))


def label_indices(entries: Sequence[Labelled], labels: Sequence[str]) -> list[int]:
    """The output index of each entry's class.

    Classes are names of `labels`; if none of them is, but all are whole numbers below their count, they are
    taken as indices. Raises ImagesRefusedError for a class that is no label, naming the nearest one.
    """
    found = sorted({entry.label for entry in entries if entry.label is not None})
    if any(entry.label is None for entry in entries):
        raise ImagesRefusedError(
            "the images have no classes", supported="one folder per class, named as in the labels, or a csv"
        )
    place = {label: index for index, label in enumerate(labels)}
    if (
        found
        and not any(name in place for name in found)
        and all(_is_index(name, len(labels)) for name in found)
    ):
        place = {name: int(name) for name in found}
    unknown = [name for name in found if name not in place]
    if unknown:
        near = difflib.get_close_matches(unknown[0], labels, n=1, cutoff=0.5)
        raise ImagesRefusedError(
            f"class {unknown[0]!r} of the images is not in the labels"
            + (f", nor are {len(unknown) - 1} others" if len(unknown) > 1 else ""),
            supported="class names as in the labels file: " + ", ".join(list(labels)[:12]),
            next_step=(f"did you mean {near[0]!r}? " if near else "")
            + "rename the folder, or correct the file of `model.labels`",
        )
    return [place[entry.label] for entry in entries if entry.label is not None]


def _scan_numbers(path: Path, cells: bool, numbers: Sequence[InputNumbers]) -> ImageSet:
    """A csv with columns that the model is fed; what is left of it is read as any other."""
    rows, fed = take_numbers(path.name, _rows(path, _csv_text(path)), numbers)
    if len(rows[0][1]) > 1:
        images = _scan_rows(path, rows, cells)
    else:
        alone = [_csv_entry(path.name, line, os.path.realpath(path.parent), row[0], "") for line, row in rows[1:]]
        images = _checked_csv(path, [msgspec.structs.replace(entry, label=None) for entry in alone], ())
    entries = tuple(msgspec.structs.replace(entry, fed=fed[entry.path]) for entry in images.entries)
    return msgspec.structs.replace(images, entries=entries)


def _scan_rows(path: Path, rows: list[tuple[int, list[str]]], cells: bool) -> ImageSet:
    if cells:
        return _scan_cells(path, rows)
    root = os.path.realpath(path.parent)
    if (truth := truth_columns(path.name, rows)) is not None:
        named = [(_csv_entry(path.name, line, root, name, ""), numbers) for line, name, numbers in truth[1]]
        entries = [msgspec.structs.replace(entry, label=None, numbers=numbers) for entry, numbers in named]
        return _checked_csv(path, entries, truth[0])
    path_column, label_column, rows = _columns(rows)
    entries = []
    for line, row in rows:
        if len(row) <= max(path_column, label_column) or not row[path_column] or not row[label_column]:
            raise ImagesRefusedError(
                f"{path.name} line {line}: path and label are needed",
                supported="rows of path,label",
                next_step="complete or remove the row",
            )
        entries.append(_csv_entry(path.name, line, root, row[path_column], row[label_column]))
    return _checked_csv(path, entries, ())


def _scan_cells(path: Path, rows: list[tuple[int, list[str]]]) -> ImageSet:
    """A csv whose header names a path and a column for each of several outputs."""
    header = rows[0][1] if rows else []
    at = next((place for place, name in enumerate(header) if name.lower() in PATHS), None)
    if at is None or len(set(header)) != len(header):
        raise ImagesRefusedError(
            f"{path.name} begins with {shown(','.join(header))!r}",
            supported="a header with `path` and a column for each output, called as it, no two alike",
            next_step="write that line",
        )
    entries = []
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise ImagesRefusedError(
                f"{path.name} line {line}: {len(row)} cells, the header has {len(header)}",
                supported="a cell for each column",
                next_step="complete or remove the row",
            )
        entry = _csv_entry(path.name, line, os.path.realpath(path.parent), row[at], " ".join(row[:at] + row[at + 1 :]))
        known = tuple((name, cell) for place, (name, cell) in enumerate(zip(header, row, strict=True)) if place != at)
        entries.append(msgspec.structs.replace(entry, label=None, cells=known))
    return _checked_csv(path, entries, tuple(name for place, name in enumerate(header) if place != at))


def _checked_csv(path: Path, entries: list[ImageEntry], columns: tuple[str, ...]) -> ImageSet:
    if not entries:
        raise ImagesRefusedError(
            f"{path.name} names no image", supported="rows of path,label", next_step="add one row per image"
        )
    if len(entries) > LIMITS.image_count:
        raise ImagesRefusedError(
            f"{path.name} names over {LIMITS.image_count} images",
            supported=f"at most {LIMITS.image_count}",
            next_step="keep a part of them",
        )
    repeated = _first_repeated([entry.path for entry in entries])
    if repeated:
        raise ImagesRefusedError(
            f"{path.name} names {shown(repeated)} twice", next_step="remove one of the rows"
        )
    entries.sort(key=lambda entry: entry.path)
    if columns:
        return ImageSet(root=os.path.realpath(path.parent), entries=tuple(entries), columns=columns)
    names = {entry.label for entry in entries if entry.label}
    numbers = all(re.fullmatch(r"[0-9]{1,9}", name) for name in names)
    classes = sorted(names, key=lambda name: (int(name), name)) if numbers else sorted(names)
    return ImageSet(root=os.path.realpath(path.parent), entries=tuple(entries), classes=tuple(classes))


def _csv_text(path: Path) -> str:
    if path.stat().st_size > LIMITS.image_file_bytes:
        raise ImagesRefusedError(f"{path.name} is over {LIMITS.image_file_bytes} bytes")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise unreadable(str(path), problem) from None
    except UnicodeDecodeError as problem:
        raise ImagesRefusedError(
            f"{path.name} is not UTF-8 (byte {problem.start})", next_step="save the csv as UTF-8"
        ) from None


def _rows(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """(number, cells) of every row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = []
    try:
        for number, row in enumerate(reader, 1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((number, cells))
    except csv.Error as problem:
        raise ImagesRefusedError(
            f"{path.name} line {reader.line_num}: {problem}",
            supported="rows of path,label with a line break after each",
            next_step="look for a quotation mark that is not closed",
        ) from None
    return rows


def _columns(rows: list[tuple[int, list[str]]]) -> tuple[int, int, list[tuple[int, list[str]]]]:
    if rows:
        header = [cell.lower() for cell in rows[0][1]]
        paths = [i for i, cell in enumerate(header) if cell in PATHS]
        labels = [i for i, cell in enumerate(header) if cell in LABELS]
        if paths and labels:
            return paths[0], labels[0], rows[1:]
    return 0, 1, rows


def _csv_entry(csv_name: str, line: int, root: str, name: str, label: str) -> ImageEntry:
    for cell in (name, label):
        hidden = hidden_character(cell)
        if hidden:
            raise ImagesRefusedError(
                f"{csv_name} line {line}: {shown(cell)} holds the control character {hidden}",
                supported="paths and labels of visible characters",
                next_step="correct the row",
            )
    full = os.path.join(root, name)
    if os.path.isabs(name) or not stays_inside(full, root):
        raise ImagesRefusedError(
            f"{csv_name} line {line}: {shown(name)} lies outside the csv's folder",
            next_step="put the csv beside the images and use relative paths",
        )
    if not os.path.isfile(full) or not _is_image(name):
        why = "is not an image file name" if os.path.isfile(full) else "does not exist"
        raise ImagesRefusedError(
            f"{csv_name} line {line}: {shown(name)} {why}",
            supported=", ".join(SUFFIXES),
            next_step="correct the row; paths are relative to the csv",
        )
    return ImageEntry(
        path=os.path.normpath(name).replace(os.sep, "/"), label=label, bytes=os.path.getsize(full)
    )


def _first_repeated(names: list[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _spread(entry: ImageEntry) -> tuple[bytes, str]:
    return hashlib.sha256(entry.path.encode(errors="surrogateescape")).digest(), entry.path


def _is_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES


def _images_among(files: list[tuple[str, int]]) -> list[tuple[str, int]]:
    images = [(name, size) for name, size in files if _is_image(name)]
    pictures = [(name, size) for name, size in images if os.path.splitext(name)[1].lower() not in ARRAYS]
    return pictures or images


def _is_index(name: str, count: int) -> bool:
    return len(name) < 10 and name.isascii() and name.isdigit() and int(name) < count
