"""The tests find everything in the repository: what they build on has one place, nothing lies beside the clone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
MODULES = sorted(TESTS.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_looks_outside_the_repository(path: Path) -> None:
    text = path.read_text()
    up = len(path.relative_to(TESTS).parts)  # Path(__file__).parents[up] is the repository
    climbed = [int(levels) for levels in re.findall(r"__file__\)(?:\.resolve\(\))?\.parents\[(\d+)\]", text)]
    assert max(climbed, default=0) <= up, "it climbs above the repository"
    assert not re.search(r"\bROOT\.parent\b", text) or path == Path(__file__)


def test_test_modules_find_their_builders_by_pyproject_alone() -> None:
    own = [path.name for path in MODULES if path.name.startswith(("test_", "conftest")) and path != Path(__file__)]
    changed = [
        path.name
        for path in MODULES
        if path.name in own and re.search(r"^\s*sys\.path\.(insert|append)\(", path.read_text(), re.MULTILINE)
    ]
    assert changed == []
