"""Kernels under the model's own name, so that several models, also of different versions, link into one firmware.

In ``kernels/`` every type and function is called ``espalier_...`` and lies in ``espalier.h``; a program for the
model ``net`` gets ``net_...`` in ``net_kernels.h``, ``net_conv_2d.c`` and so on. Configuration macros
(``ESPALIER_PORTABLE`` and friends) keep their names: they are the same for all models of a firmware.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .c_text import identifier

HEADER: Final = "espalier.h"
_FOLDER: Final = Path(__file__).parent / "kernels"
_GUARD: Final = re.compile(r"\bESPALIER_(?:([A-Z0-9]+)_)?H\b")
_INCLUDE: Final = re.compile(r'(?<=#include ")[^"]+(?=")')
_COMMENT_STRING_OR_NAME: Final = re.compile(
    r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\bespalier_(?P<rest>\w+)', re.DOTALL
)


_PARTS: Final = (
    "kernels weights selftest prepare_test model model_data model_labels labels op_resolver contract prepare decide "
    "golden map map_names picture"
)
_ENDINGS: Final = frozenset(_PARTS.split()) | frozenset(path.stem for path in _FOLDER.iterdir())
"""What comes behind a model's name in the names of its files, here and in the firmware bundle."""


def program_prefix(name: str) -> str:
    """The C prefix of everything of a model. A model called `a-weights` must not have the files of a model `a`."""
    prefix = identifier(name)
    return f"{prefix}_net" if any(prefix.endswith(f"_{ending}") for ending in _ENDINGS) else prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelNames:
    """How the kernels of one program are called. ``shared``: as they are, for programs that are made together."""

    prefix: str
    shared: bool = False

    def file(self, source: str) -> str:
        """The name of a kernel file in the program."""
        if self.shared:
            return source
        return f"{self.prefix}_{'kernels.h' if source == HEADER else source}"

    def kernel(self, source: str) -> str:
        """The text of a kernel file."""
        text = (_FOLDER / source).read_text("ascii")
        if self.shared:
            return text
        text = _INCLUDE.sub(lambda found: self.file(found[0]), text)
        text = _GUARD.sub(lambda found: f"{self.prefix}_{found[1] or 'kernels'}_h".upper(), text)
        return text.replace("espalier_", f"{self.prefix}_")

    def generated(self, text: str) -> str:
        """Text of the emitter: comments and strings may hold a model's or a label's text and stay as they are."""
        if self.shared:
            return text
        # A model may itself be called espalier_something: only words that the kernels declare are theirs.
        declared = set(re.findall(r"\bespalier_(\w+)", (_FOLDER / HEADER).read_text("ascii")))

        def renamed(found: re.Match[str]) -> str:
            return f"{self.prefix}_{found['rest']}" if found["rest"] in declared else found[0]

        return _COMMENT_STRING_OR_NAME.sub(renamed, text)
