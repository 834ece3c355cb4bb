from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Espalier = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def espalier(store: Path) -> Espalier:
    """Run the command in a child process, with a store of the tests' own."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "espalier", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
            cwd=cwd,
            env={**os.environ, "ESPALIER_STORE": str(store), **environment},
        )

    return run


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """examples/digits with its images made; without fine-tuning, to be quick."""
    folder = tmp_path_factory.mktemp("digits")
    for name in ("recipe.toml", "labels.txt", "model.keras"):
        shutil.copy(ROOT / "examples/digits" / name, folder / name)
    subprocess.run([sys.executable, ROOT / "calibration/digits/make.py", folder / "images"], check=True)
    text = (folder / "recipe.toml").read_text()
    (folder / "recipe.toml").write_text(text.replace("epochs = 6", "epochs = 1"))
    return folder


@pytest.fixture(scope="session")
def built(
    espalier: Espalier, digits: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """(output folder of the digits build, its report)."""
    out = tmp_path_factory.mktemp("dist")
    done = espalier("build", digits / "recipe.toml", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    return out / "digits-1.0.0", json.loads(done.stdout)
