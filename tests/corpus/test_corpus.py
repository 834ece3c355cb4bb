"""Published architectures load as four kinds of file, become int8, and compile or say what is missing (corpus.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
QUICK = ("tfmot-mnist", "keras-mnist-mlp", "plant-village", "gtsrb-multi-scale")
"""A sample for the default suite: no channel axis, a row of numbers, preprocessing inside, two branches."""
NOT_IN_KERAS_2 = ("resnet50-caffe-preprocessing",)
"""tf_keras writes no file of it: `x[..., ::-1]` cannot be put into its configuration."""
PARTS = 8


def rows(*arguments: str, timeout: int) -> list[dict[str, Any]]:
    """What corpus.py prints."""
    source = str(FOLDER.parents[1] / "src")
    done = subprocess.run(
        [sys.executable, FOLDER / "corpus.py", *arguments],
        capture_output=True, text=True, check=False, timeout=timeout,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": source},
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert found, done.stderr[-3000:]
    return found


def check(found: list[dict[str, Any]]) -> None:
    """Every architecture loads from its four files, runs as int8, and compiles or is refused in words."""
    assert not {row["name"]: row for row in found if not row["passed"]}
    assert all(len(row["loads"]) == (2 if row["name"] in NOT_IN_KERAS_2 else 4) for row in found)


def test_a_sample_of_published_architectures_builds() -> None:
    found = rows(*QUICK, timeout=280)
    check(found)
    assert [row["name"] for row in found] == list(QUICK)
    assert all(isinstance(row["micro"], dict) for row in found)


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(PARTS))
def test_every_published_architecture_builds(part: int) -> None:
    from architectures import NETS

    found = rows("--of", str(part), str(PARTS), timeout=3600)
    check(found)
    assert [row["name"] for row in found] == list(NETS)[part::PARTS]


def test_the_corpus_holds_at_least_sixty_architectures() -> None:
    from architectures import NETS

    assert len(NETS) >= 60
