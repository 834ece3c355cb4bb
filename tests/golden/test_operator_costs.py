"""The operators of detectors, masks, super-resolution and embeddings cost few instructions of a Cortex-M4 per value."""

from __future__ import annotations

from pathlib import Path

import pytest
from operator_costs import COSTS, costs


def test_no_operator_costs_more_than_its_line_says(tmp_path: Path) -> None:
    pytest.importorskip("unicorn")
    pytest.importorskip("ziglang")
    found = costs(list(COSTS), tmp_path)
    assert {name: cost for name, cost in found.items() if cost > COSTS[name].most} == {}
