"""A virtual environment of links to packages that are installed here: some of them, without a download."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from espalier import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks of this Python: its dependencies, and those of the extras."""
    rows = [*PROJECT["dependencies"], *(row for extra in extras for row in PROJECT["optional-dependencies"][extra])]
    wanted = [Requirement(row) for row in rows]
    return [one for one in wanted if one.name != PROJECT["name"] and (one.marker is None or one.marker.evaluate())]


def with_what_they_need(names: Iterable[str]) -> set[str]:
    """The distributions and everything that they require, by canonical name."""
    found: set[str] = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for row in distribution(name).requires or []:
            one = Requirement(row)
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(one.name))
    return found


def linked_venv(folder: Path, *extras: str, without: Iterable[str] = ()) -> Path:
    """The interpreter of a new environment in `folder` with Espalier's source, its dependencies and those of the extras."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = (folder / "lib").glob("python*/site-packages")
    for name in with_what_they_need(one.name for one in requirements(*extras)) - set(without):
        for entry in {path.parts[0] for path in distribution(name).files or [] if path.parts[0] not in ("..", "__pycache__")}:
            (site / entry).symlink_to(Path(str(distribution(name).locate_file(entry))).resolve())
    (site / "espalier.pth").write_text(f"{ROOT / 'src'}\n")
    facts = site / "espalier-0.dist-info"
    facts.mkdir()
    rows = [f"Requires-Dist: {row}" for row in PROJECT["dependencies"]]
    for row in PROJECT["optional-dependencies"]["build"]:
        text, _, marker = row.partition(";")
        rows.append(f'Requires-Dist: {text}; extra == "build"' + (f" and ({marker.strip()})" if marker else ""))
    head = ["Metadata-Version: 2.1", f"Name: {PROJECT['name']}", f"Version: {__version__}", "Provides-Extra: build"]
    (facts / "METADATA").write_text("\n".join([*head, *rows, ""]))
    return folder / "bin" / "python"
