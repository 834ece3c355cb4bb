"""A decision whose limits are all that a byte can hold compiles without a warning: cost may find a threshold of 0 or 1."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from espalier.bundle.firmware_compile import WARNINGS
from espalier.emit.decision import decision_files
from espalier.facts import TensorFacts
from espalier.task.kinds import KINDS
from espalier.task.types import Task

HEAD = TensorFacts(name="scores", shape=(1, 2), dtype="int8", scale=1 / 256, zero_point=-128)


@pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("cut", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("kind", ["classify", "binary", "multi-label"])
def test_limits_at_the_ends_of_a_byte_compile_without_a_warning(
    kind: str, threshold: float, cut: float, tmp_path: Path
) -> None:
    cuts = {"classify": (), "binary": (cut,), "multi-label": (cut, cut)}[kind]
    task = Task(kind=kind, labels=("no", "yes"), heads=(), cuts=cuts)
    made = KINDS[kind].decision(task, (HEAD,), threshold)
    assert made is not None
    for name, text in decision_files("m", made).items():
        (tmp_path / name).write_text(text)
    for source in sorted(tmp_path.glob("*.c")):
        command = ["gcc", *WARNINGS, "-Wtype-limits", "-O1", "-c", source.name, "-o", "out.o"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
