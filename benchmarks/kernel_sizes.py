"""Bytes that every function of the kernels takes on every core, as `espalier estimate` adds them up.

    python benchmarks/kernel_sizes.py [--check]

Compiles the kernels with `zig cc` for each core, with -O2, and writes src/espalier/footprint/kernel_sizes.json: which
section needs which other (what a linker keeps that drops unused sections), and how large each is. --check writes nothing and ends
with exit code 1 where a size in the file is not the one that is measured: the kernels were changed.
"""

from __future__ import annotations

import argparse
import json
import re
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from espalier.emit.kernel_names import HEADER
from espalier.emulate.cross import CORES, Core, compile_object_of
from espalier.scratch import Scratch

KERNELS = Path(__file__).parents[1] / "src/espalier/emit/kernels"
OUT = Path(__file__).parents[1] / "src/espalier/footprint/kernel_sizes.json"
LEVELS = ("-O2",)
DIVIDE = "divide.c"
"""A compiler's own library on a core without long multiplication."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of an object: its bytes and what it needs, by the names of functions and sections."""

    name: str
    size: int
    needs: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--core", choices=sorted(CORES), action="append")
    given = parser.parse_args(arguments)
    found = measured([CORES[name] for name in given.core or CORES])
    if not given.check:
        OUT.write_text(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")
        return
    known = json.loads(OUT.read_text())
    wrong = sorted(differences(known, found))
    print("\n".join(wrong) or "every size is as it is in the file")
    sys.exit(bool(wrong))


def measured(cores: Sequence[Core], levels: Sequence[str] = LEVELS) -> dict[str, object]:
    """The tables of some cores."""
    sizes: dict[str, dict[str, int]] = {}
    needs: dict[str, set[str]] = {}
    for core in cores:
        for level in levels:
            row: dict[str, int] = {}
            for part in parts_of(core, level):
                row[part.name] = row.get(part.name, 0) + part.size
                needs.setdefault(part.name, set()).update(part.needs)
            sizes[f"{core.name} {level}"] = row
    names = sorted(needs)
    place = {name: number for number, name in enumerate(names)}
    return {
        "functions": names,
        "needs": [
            sorted(place[need] for need in needs[name] if need in place and need != name) for name in names
        ],
        "sizes": {key: [row.get(name, 0) for name in names] for key, row in sizes.items()},
        "structures": structures(CORES["cortex-m4"]),
    }


def differences(known: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
    """Sizes of `found` that `known` does not have."""
    mine, theirs = table(known), table(found)
    for key, row in theirs.items():
        for name, size in row.items():
            if mine.get(key, {}).get(name, 0) != size:
                yield f"{key}: {name} has {size} bytes, the file says {mine.get(key, {}).get(name, 0)}"


def table(given: Mapping[str, object]) -> dict[str, dict[str, int]]:
    names, sizes = given["functions"], given["sizes"]
    return {key: dict(zip(names, row, strict=True)) for key, row in sizes.items()}  # type: ignore[attr-defined, call-overload]


def parts_of(core: Core, level: str) -> Iterator[Part]:
    """Sections of all kernels of a core."""
    sources = {path.name: path.read_bytes() for path in sorted(KERNELS.iterdir())}
    names = [name for name in sources if name.endswith(".c")]
    if core.isa == "thumb1":
        names.append(DIVIDE)
    with Scratch() as folder, ThreadPoolExecutor(2) as pool:
        objects = pool.map(lambda name: compile_object_of(sources, name, core, level, folder), names)
        for name, data in zip(names, objects, strict=True):
            yield from sections(data, name)


def structures(core: Core) -> dict[str, int]:
    """Bytes of every structure of the kernels' header; the same on every core of 32 bits."""
    header = (KERNELS / HEADER).read_text("ascii")
    names = sorted(
        {
            *re.findall(r"^\} (espalier_\w+);", header, re.M),
            *re.findall(r"^struct (espalier_\w+) \{", header, re.M),
        }
    )
    lines = [
        f'#include "{HEADER}"',
        *(f"extern char size_{n}[sizeof({n})]; char size_{n}[sizeof({n})];" for n in names),
    ]
    sources = {path.name: path.read_bytes() for path in sorted(KERNELS.iterdir())}
    with Scratch() as folder:
        data = compile_object_of(
            {**sources, "sizes.c": "\n".join([*lines, ""]).encode()}, "sizes.c", core, "-O2", folder
        )
    every = {part.name.removeprefix("size_"): part.size for part in sections(data, "sizes.c")}
    return {name: every[name] for name in names}


_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_ALLOCATED, _RELOCATIONS, _RELOCATIONS_ADDED = 2, 9, 4


def sections(data: bytes, source: str) -> Iterator[Part]:
    """Sections of a relocatable object that a program would hold; of one function, by its name."""
    (offset,), (entry, count, names_at) = (
        struct.unpack_from("<I", data, 32),
        struct.unpack_from("<HHH", data, 46),
    )
    raw = [_SECTION.unpack_from(data, offset + number * entry) for number in range(count)]
    titles = [_text(data, raw[names_at][4] + row[0]) for row in raw]
    symbols = next(row for row in raw if row[1] == 2)
    strings = raw[symbols[6]][4]
    known = [_SYMBOL.unpack_from(data, at) for at in range(symbols[4], symbols[4] + symbols[5], _SYMBOL.size)]

    def name_of(section: int) -> str:
        word = re.sub(r"^\.(text|rodata|bss|data)(\.unlikely|\.hot)?\.?", "", titles[section])
        held = [s for s in known if s[5] == section and s[3] >> 4 == 1]
        exported = _text(data, strings + held[0][0]) if held else ""
        return exported or f"{source}:{word}"

    for section, row in enumerate(raw):
        if not row[2] & _ALLOCATED or not row[5] or ".exidx" in titles[section]:
            continue
        needed = set()
        for relocations in raw:
            if relocations[1] in (_RELOCATIONS, _RELOCATIONS_ADDED) and relocations[7] == section:
                for at in range(relocations[4], relocations[4] + relocations[5], relocations[9]):
                    symbol = known[struct.unpack_from("<II", data, at)[1] >> 8]
                    inside = 0 < symbol[5] < count
                    needed.add(name_of(symbol[5]) if inside else _text(data, strings + symbol[0]))
        yield Part(name_of(section), -(-row[5] // 4) * 4, tuple(sorted(needed - {""})))


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode("ascii")


if __name__ == "__main__":
    main()
