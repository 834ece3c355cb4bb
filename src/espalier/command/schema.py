"""`espalier schema`: the JSON Schemas of what people and programs write and read, for editors and checks."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

NAMES: Final = (
    *("recipe", "target", "report", "manifest", "program-report", "program-manifest", "sweep", "sweep-report", "run", "compare"),
    "estimate",
)
LINE: Final = "#:schema {name}.schema.json\n"
"""What the first line of a TOML file says, so that editors with TOML check it with the file of this name beside it."""


def schema(name: str) -> bytes:
    """The JSON Schema (draft 2020-12) of a recipe, a target file, report.json or a bundle's manifest.json, as UTF-8;
    `program-`: of what `espalier compile` writes; `sweep`: of a sweep's file, `sweep-report` of its sweep.json;
    `run`: of one line of `run --json`, `compare` of `compare --json`.

    It is a file of the package, too: `espalier/schemas/NAME.schema.json`.
    """
    return files("espalier").joinpath("schemas", f"{name}.schema.json").read_bytes()
