"""The C files of a decision: hand-written sources from task/device, with the model's name, numbers and labels in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from .. import task
from ..facts import Decision
from . import c_text as c

DEVICE: Final = Path(task.__file__).parent / "device"


def decision_files(prefix: str, decision: Decision) -> dict[str, str]:
    """File name -> text: `<prefix>_decide.h`, `<prefix>_decide.c`, and the labels where there are any; of several outputs those
    of each, as `<prefix>_<output>_...`."""
    if decision.parts:
        return {
            file: text
            for name, part in decision.parts.items()
            for file, text in decision_files(f"{prefix}_{name}", part).items()
        }
    macro = prefix.upper()
    numbers = "\n".join(c.define(f"{macro}_{name}", _number(value)) for name, value in decision.numbers.items())
    tables = "\n".join(
        c.array(f"{prefix}_{name.lower()}", np.asarray(values, _least_type(values))) for name, values in decision.tables.items()
    )
    return {
        f"{prefix}_decide.h": device_source(prefix, f"{decision.source}.h").replace("@NUMBERS@", numbers),
        f"{prefix}_decide.c": device_source(prefix, f"{decision.source}.c").replace("@TABLES@", tables),
        **(label_files(prefix, decision.labels) if decision.labels else {}),
    }


def _least_type(values: Sequence[int]) -> str:
    """The smallest type that holds whole numbers."""
    return next(
        name for name in ("int8", "int16", "int32", "int64") if all(np.iinfo(name).min <= v <= np.iinfo(name).max for v in values)
    )


def decision_headers(prefix: str, decision: Decision) -> list[str]:
    """Names of the headers that a caller includes."""
    prefixes = [f"{prefix}_{name}" for name in decision.parts] if decision.parts else [prefix]
    return [f"{one}_decide.h" for one in prefixes]


def label_files(prefix: str, labels: Sequence[str]) -> dict[str, str]:
    """File name -> text: `<prefix>_model_labels.h` and `.c`."""
    lines = [c.include(f"{prefix}_model_labels.h"), "", c.strings(f"{prefix}_labels", labels), ""]
    return {
        f"{prefix}_model_labels.h": device_source(prefix, "labels.h"),
        f"{prefix}_model_labels.c": "\n".join(lines),
    }


def device_source(prefix: str, file: str) -> str:
    """A hand-written file of task/device, with the model's name in it."""
    written = (DEVICE / file).read_text("ascii")
    return written.replace("xmodel", prefix).replace("XMODEL", prefix.upper())


def _number(value: int) -> c.Value:
    return c.Name(c.literal_in_sum(value))
