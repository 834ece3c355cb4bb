"""Read a labels file: one name per line, in the order of the model's outputs."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ..errors import LabelsRefusedError
from ..limits import LIMITS
from ..visible import hidden_character

SUPPORTED = "UTF-8 text, one label per line, in the order of the model's outputs"

_INDEXED = re.compile(r"\s*(\d{1,5})(?:\s*[:,;=]\s*|\s+)(\S.*)\Z")


def read_labels(path: Path, expected: int | None = None) -> tuple[str, ...]:
    """The labels in output order. `expected`: how many the model has (one sigmoid unit has two).

    Lines numbered `0 cat`, `1 dog`, ... (or `0: cat`, `0,cat`) are read by their numbers. Raises LabelsRefusedError.
    """
    lines = _lines(path)
    labels = _numbered(path, lines) or [line.strip() for line in lines]
    _check(path, labels)
    if expected is not None:
        check_count(path, labels, expected)
    return tuple(labels)


def check_count(path: Path, labels: Sequence[str], expected: int) -> None:
    """Raise LabelsRefusedError unless there are as many labels as the model has outputs."""
    if len(labels) != expected:
        raise _wrong_count(path, labels, expected)


def default_labels(count: int, *class_folders: Sequence[str]) -> tuple[str, ...]:
    """Names for a model that comes without any: the class folders of the first set that has `count` of them.

    They are taken sorted by name, the order in which Keras' image_dataset_from_directory numbers them; the numbers of a csv
    (0, 1, ...) are indices and keep their order; without such a set class_0, class_1, ...
    """
    fitting = next((names for names in class_folders if len(names) == count), None)
    if fitting is None:
        return tuple(f"class_{index}" for index in range(count))
    numbers = set(fitting) == {str(index) for index in range(count)}
    return tuple(fitting) if numbers else tuple(sorted(fitting))


def two_sides(names: Sequence[str], positive: str, file: str | None) -> tuple[str, ...]:
    """The labels of a yes-or-no answer: the other one, then `positive`. `names`: of the labels `file` in its order, or of the
    class folders. Raises LabelsRefusedError where they are not two, `positive` is none of them, or the file's order is another.
    """
    where = f"the labels file {file!r} has" if file else "the image sets give"
    if len(names) != 2 or positive not in names:
        raise LabelsRefusedError(
            f"`binary.positive` is {positive!r}, and {where} {', '.join(map(repr, list(names)[:6]))}",
            supported="two labels, of which `positive` is what the unit's 1 stands for",
            next_step="correct `positive`, or name both labels in `model.labels`, the one of 0 in the first line",
        )
    if file and names[1] != positive:
        raise LabelsRefusedError(
            f"{where} {positive!r} in its first line, which is the label of 0, and `binary.positive` says that it is that of 1",
            supported="the label of 0 in the first line, `positive` in the second",
            next_step="turn the lines of the file, or name the other label in `positive`: 1 is what the training called 1",
        )
    return tuple(sorted(names, key=lambda name: name == positive))


def _refused(path: Path, why: str, advice: str) -> LabelsRefusedError:
    return LabelsRefusedError(
        f"the labels file {path.name!r} is refused: {why}", supported=SUPPORTED, next_step=advice
    )


def _lines(path: Path) -> list[str]:
    if os.path.isdir(path):
        raise _refused(path, "it is a folder", "name a text file")
    if os.path.exists(path) and not os.path.isfile(path):
        raise _refused(path, "it is not a regular file", "name a text file")
    try:
        with path.open("rb") as file:
            data = file.read(LIMITS.labels_bytes + 1)
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        why = getattr(problem, "strerror", None) or str(problem)
        raise _refused(path, f"it cannot be read ({why})", "correct `[model] labels`") from None
    if len(data) > LIMITS.labels_bytes:
        raise _refused(path, f"it is longer than {LIMITS.labels_bytes:,} bytes", "name the labels file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path, "it is UTF-16", "save it as UTF-8 without a byte order mark")
    if data.startswith(b"\xef\xbb\xbf"):
        raise _refused(path, "it begins with a byte order mark (BOM)", "save it as UTF-8 without a BOM")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise _refused(path, f"line {line} is not UTF-8", "save it as UTF-8") from None
    if not text.strip():
        raise _refused(path, "it is empty", "write one label per line")
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    for number, content in enumerate(lines, 1):
        if not content.strip():
            where = "at its end" if not any(rest.strip() for rest in lines[number:]) else "inside"
            raise _refused(
                path,
                f"line {number} is blank ({where}); a blank line shifts every label after it",
                "delete that line",
            )
    return lines


def _numbered(path: Path, lines: list[str]) -> list[str] | None:
    """Labels of an "index name" file, by index; None when it is not one."""
    matches = [_INDEXED.match(line) for line in lines]
    found = [(int(m.group(1)), m.group(2).strip()) for m in matches if m]
    if len(found) != len(lines) or len(lines) < 2:
        return None
    indices = [index for index, _ in found]
    first = min(indices)
    if sorted(indices) != list(range(first, first + len(found))) or first not in (0, 1):
        if len(set(indices)) == len(indices) and indices == sorted(indices):
            missing = next(i for i in range(indices[0], indices[-1]) if i not in set(indices))
            raise _refused(
                path, f"its lines are numbered, but {missing} is missing", "number them 0, 1, 2, ..."
            )
        return None
    return [name for _, name in sorted(found)]


def _check(path: Path, labels: list[str]) -> None:
    if len(labels) > LIMITS.labels_count:
        raise _refused(path, f"it has {len(labels):,} labels", f"at most {LIMITS.labels_count:,} are read")
    for number, label in enumerate(labels, 1):
        if len(label) > LIMITS.label_characters:
            raise _refused(
                path, f"label {number} has {len(label)} characters", f"at most {LIMITS.label_characters}"
            )
        hidden = hidden_character(label)
        if hidden:
            raise _refused(
                path,
                f"label {number} holds the control character {hidden}",
                "write labels as plain visible text",
            )
    repeated = [label for label, count in Counter(labels).items() if count > 1]
    if repeated:
        places = [str(i) for i, label in enumerate(labels, 1) if label == repeated[0]]
        raise _refused(
            path,
            f"the label {repeated[0]!r} stands on lines {', '.join(places)}",
            "give every class its own name",
        )


def _wrong_count(path: Path, labels: Sequence[str], expected: int) -> LabelsRefusedError:
    advice = "write one label per output of the model, in output order"
    if len(labels) == expected + 1 and labels[0].casefold() in (
        "background",
        "__background__",
        "???",
        "unknown",
    ):
        advice = f"delete the first line {labels[0]!r}: the model has no background class"
    elif len(labels) == 1 and "," in labels[0]:
        advice = "write one label per line, not separated by commas"
    return _refused(path, f"it has {len(labels)} labels, the model has {expected} outputs", advice)
