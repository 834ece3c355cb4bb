"""Every difference between the Keras versions that load/keras_versions.py lists loads to equal answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from espalier.load import keras_versions as versions

ROWS = (
    *(f"{layer}.{rule.name}" for rule in versions.ARGUMENTS for layer in sorted(rule.layers)),
    *versions.CLASSES,
    *versions.ACTIVATIONS,
    "hard_sigmoid of Keras 2",
    "groups of Keras 2.13",
)


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float | str]:
    """What the script in keras_versions_roundtrip.py found, by row."""
    script = Path(__file__).with_name("keras_versions_roundtrip.py")
    source = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [sys.executable, script, tmp_path_factory.mktemp("versions")],
        capture_output=True, text=True, check=False, timeout=240,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("row", ROWS)
def test_what_an_older_keras_wrote_answers_as_it_did_there(
    differences: dict[str, float | str], row: str
) -> None:
    found = differences[row]
    assert isinstance(found, float), found
    assert found <= 1e-5


def test_every_row_of_the_tables_is_tried(differences: dict[str, float | str]) -> None:
    assert set(differences) == set(ROWS)
