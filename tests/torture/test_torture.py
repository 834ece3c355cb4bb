"""A short sample of torture.py (`make torture` is the long run): no output is mixed, partial, or not what was said."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("torture.py")


@pytest.mark.skipif(shutil.which("cc") is None or sys.platform != "linux", reason="needs a C compiler and Linux")
def test_no_fault_and_no_kill_leaves_a_mixed_or_partial_output() -> None:
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    environment = os.environ | ({"TMPDIR": memory} if memory else {})
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "publish", "--kills", "40", "--rounds", "8", "--every", "7"],
        env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) cases, 0 wrong", done.stdout)
    assert found is not None and int(found.group(1)) >= 250


@pytest.mark.sweep
@pytest.mark.skipif(shutil.which("cc") is None or sys.platform != "linux", reason="needs a C compiler and Linux")
def test_a_build_with_a_fault_keeps_its_word() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "build", "--count", "12", "--seed", "3"], capture_output=True, text=True, timeout=7200
    )
    assert done.returncode == 0, done.stdout + done.stderr
