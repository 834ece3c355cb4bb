"""Every hostile or broken input gives the right exit code and words; no traceback, nothing written, nothing run.

The commands run in this process, with child processes shared between the rows (each start costs seconds); a few rows run
once more as a user would start them.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attack import Attack
from model_configs import CONFIGS
from model_containers import CONTAINERS, FOREIGN
from model_weights import WEIGHTS
from other_inputs import IMAGES, LABELS, RECIPES, TARGETS
from sound_project import Shared, shared_workers, write_project

from espalier.cli import main
from espalier.stages import workshop

ALL = (*CONTAINERS, *FOREIGN, *CONFIGS, *WEIGHTS, *LABELS, *RECIPES, *TARGETS, *IMAGES)
AS_A_USER = ("zip-slip-parent", "keras-cve-2024-3660-lambda", "labels-bidi", "recipe-unknown-key")
CANARY = b"untouched\n"


@pytest.fixture(scope="module")
def workers() -> Iterator[Callable[..., Shared]]:
    """Takes the place of `Worker` in the workshop: one process per kind for all rows."""
    with shared_workers() as start:
        yield start


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all rows: the sound image sets are read once. Refusals are never stored."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A sound project: model, labels, recipe and images, and a canary beside it."""
    folder = write_project(tmp_path / "project")
    (tmp_path / "canary").write_bytes(CANARY)
    return folder


def snapshot(folder: Path) -> dict[str, str]:
    """Every path below `folder` with a digest of what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"link {os.readlink(path)}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "other"
    return found


def run(command: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    """The command in this process; returns its exit status."""
    monkeypatch.setattr(sys, "argv", ["espalier", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code if isinstance(ended.value.code, int) else 0


def test_the_sound_project_passes_the_check(
    project: Path,
    workers: Any,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(workshop, "Worker", workers)
    monkeypatch.setenv("ESPALIER_STORE", str(store))
    status = run(["check", str(project / "recipe.toml")], monkeypatch)
    assert status == 0, capsys.readouterr()


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_refused_with_the_right_words_and_nothing_written(
    row: Attack,
    project: Path,
    workers: Any,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(workshop, "Worker", workers)
    monkeypatch.chdir(project)
    row.spoil(project)
    before = snapshot(project.parent)
    monkeypatch.setenv("ESPALIER_STORE", str(store))
    for command in row.commands:
        options = ["--out", str(project / "dist"), "--tools", "none", "--quiet"] if command == "build" else []
        status = run([command, str(project / "recipe.toml"), *options], monkeypatch)
        said = capsys.readouterr()
        text = (said.out + said.err).casefold()
        assert status == row.exit_code, text
        assert "traceback" not in text
        assert [word for word in row.words if word.casefold() not in text] == [], text
        assert snapshot(project.parent) == before


@pytest.mark.parametrize("row", [row for row in ALL if row.name in AS_A_USER], ids=lambda row: row.name)
def test_the_same_in_a_process_of_its_own(row: Attack, project: Path, store: Path) -> None:
    row.spoil(project)
    before = snapshot(project.parent)
    done = subprocess.run(
        [sys.executable, "-m", "espalier", "check", str(project / "recipe.toml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "ESPALIER_STORE": str(store)},
        cwd=project,
    )
    assert done.returncode == row.exit_code
    assert "Traceback" not in done.stderr
    assert all(word.casefold() in (done.stdout + done.stderr).casefold() for word in row.words)
    assert snapshot(project.parent) == before


def test_no_two_rows_have_one_name() -> None:
    names = [row.name for row in ALL]
    assert len(set(names)) == len(names)
    assert len(ALL) >= 100
