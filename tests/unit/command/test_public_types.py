"""A user's script under `mypy --strict` sees a type wherever the public API promises one: no Any."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import espalier

KNOWN_ANY = re.compile(r"ndarray\[Any, |ndarray\[tuple\[Any, \.\.\.\], |dtype\[Any\]|\*args: Any|Callable\[\.\.\., ")
"""What numpy writes for an array of any shape or any type of numbers."""


def script() -> str:
    """Every public name, and every public attribute of every public class."""
    lines = ["import espalier", ""]
    for name in espalier.__all__:
        value = getattr(espalier, name)
        if not isinstance(value, type):
            lines.append(f"reveal_type(espalier.{name})")
            continue
        known = [a for a in dir(value) if not a.startswith("_") and not hasattr(Exception, a)]
        known += [a for a in getattr(value, "__annotations__", {}) if a not in known and not a.startswith("_")]
        lines += ["", "", f"def of_{name.lower()}(value: espalier.{name}) -> None:", "    reveal_type(value)"]
        lines += [f"    reveal_type(value.{a})" for a in known]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def revealed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The source of each `reveal_type`, and what the checker says."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "user.py").write_text(script())
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "user.py"],
        capture_output=True, text=True, cwd=folder, env={"PATH": "", "MYPYPATH": str(Path(espalier.__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    source = script().splitlines()
    found = re.findall(r'^user\.py:(\d+): note: Revealed type is "(.*)"$', done.stdout, re.M)
    assert len(found) == script().count("reveal_type(")
    return [(source[int(line) - 1].strip(), kind) for line, kind in found]


def test_every_public_name_and_attribute_has_a_type(revealed: list[tuple[str, str]]) -> None:
    untyped = [f"{what}: {kind}" for what, kind in revealed if re.search(r"\bAny\b", KNOWN_ANY.sub("", kind))]
    assert not untyped, "\n".join(untyped)
