"""The C files of a decision: hand-written sources from task/device, with the model's name, numbers and labels in them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .. import task
from ..facts import Decision
from . import c_text as c

DEVICE: Final = Path(task.__file__).parent / "device"


def decision_files(prefix: str, decision: Decision) -> dict[str, str]:
    """File name -> text: `<prefix>_decide.h`, `<prefix>_decide.c` and the labels that they name; of several outputs those of
    each, as `<prefix>_<output>_...`."""
    if decision.parts:
        return {
            file: text
            for name, part in decision.parts.items()
            for file, text in decision_files(f"{prefix}_{name}", part).items()
        }
    macro = prefix.upper()
    numbers = "\n".join(c.define(f"{macro}_{name}", _number(value)) for name, value in decision.numbers.items())
    labels = [c.include(f"{prefix}_model_labels.h"), "", c.strings(f"{prefix}_labels", decision.labels), ""]
    return {
        f"{prefix}_decide.h": _named(prefix, f"{decision.source}.h").replace("@NUMBERS@", numbers),
        f"{prefix}_decide.c": _named(prefix, f"{decision.source}.c"),
        f"{prefix}_model_labels.h": _named(prefix, "labels.h"),
        f"{prefix}_model_labels.c": "\n".join(labels),
    }


def decision_headers(prefix: str, decision: Decision) -> list[str]:
    """Names of the headers that a caller includes."""
    prefixes = [f"{prefix}_{name}" for name in decision.parts] if decision.parts else [prefix]
    return [f"{one}_decide.h" for one in prefixes]


def _named(prefix: str, file: str) -> str:
    written = (DEVICE / file).read_text("ascii")
    return written.replace("xmodel", prefix).replace("XMODEL", prefix.upper())


def _number(value: int) -> c.Value:
    return c.Name(c.literal_in_sum(value))
