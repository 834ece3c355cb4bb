"""A sample of the mutants of every kind of input through the command line: no bug's exit code, no traceback.

`python tests/attacks/mutants.py KIND --count 3000` runs as many as one likes; see there.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from mutants import KINDS, mutant, run_mutants


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_mutant_ends_in_a_bug_or_a_traceback(kind: str, tmp_path: Path) -> None:
    tally = run_mutants(kind, first=0, count=60, builds=0, real=1, keep=tmp_path)
    assert tally.wrong == []
    assert sum(count for code, count in tally.codes.items() if code.startswith("check")) == 60


@pytest.mark.sweep
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_mutant_of_a_long_run_ends_in_a_bug(kind: str, tmp_path: Path) -> None:
    assert run_mutants(kind, first=1_000_000, count=1000, builds=30, real=3, keep=tmp_path).wrong == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_number_is_always_the_same_mutant(kind: str) -> None:
    if kind != "h5":  # HDF5 writes the time
        assert mutant(kind, 7) == mutant(kind, 7)
    assert len({mutant(kind, number)[1] for number in range(8)}) > 4
