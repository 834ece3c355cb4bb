"""Packages that bring targets and kinds of bundle: what loads is used, what does not is a row of `doctor` and no error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/plug-in"


def installed(folder: Path, entry_points: str, source: Path | None = None) -> Path:
    """A site folder with a package of these entry points, as pip leaves it."""
    about = folder / "espalier_boards-1.0.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: espalier-boards\nVersion: 1.0.0\n")
    (about / "entry_points.txt").write_text(entry_points)
    if source is not None:
        (folder / "espalier_boards").symlink_to(source)
    return folder


def run(site: Path, arguments: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return subprocess.run(
        [sys.executable, "-m", "espalier", *arguments], cwd=cwd, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


POINTS = "[espalier.targets]\nboards = espalier_boards\n[espalier.bundles]\nplain = espalier_boards.plain\n"


def test_the_example_brings_a_target_and_a_kind(tmp_path: Path) -> None:
    site = installed(tmp_path / "site", POINTS, EXAMPLE / "src/espalier_boards")
    one = run(site, ["targets", "greenhouse-camera", "--json"], tmp_path)
    assert one.returncode == 0, one.stderr
    assert json.loads(one.stdout)["bundle"] == "plain"
    assert "greenhouse-camera" in run(site, ["targets"], tmp_path).stdout
    assert "did you mean greenhouse-camera?" in run(site, ["targets", "greenhouse-cam"], tmp_path).stderr
    script = "from espalier.bundle.kinds import maker_of; print(maker_of('plain').contents.__module__)"
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    made = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == "espalier_boards.plain"
    rows = {row["name"]: row for row in json.loads(run(site, ["doctor", "--json"], tmp_path).stdout)["plugins"]}
    assert set(rows) == {"boards", "plain"} and not any(row["problem"] for row in rows.values())


def test_the_examples_entry_points_are_those_that_are_tested() -> None:
    import tomllib

    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    assert project["entry-points"] == {
        "espalier.targets": {"boards": "espalier_boards"}, "espalier.bundles": {"plain": "espalier_boards.plain"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ("[espalier.targets]\nboards = no_such_package\n", "No module named"),
        ("[espalier.bundles]\nplain = json\n", "it has no KIND"),
        ("[espalier.targets]\nboards = json.decoder:JSONDecodeError\n", "no package with .toml files"),
        ("[espalier.bundles]\nplain = espalier_boards.raises\n", "SystemExit"),
    ],
)
def test_what_does_not_load_is_a_row_of_doctor(points: str, why: str, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "raises.py").write_text("raise SystemExit(3)\n")
    site = installed(tmp_path / "site", points, package)
    assert run(site, ["targets", "cortex-m4"], tmp_path).returncode == 0
    done = run(site, ["doctor", "--json"], tmp_path)
    (row,) = json.loads(done.stdout)["plugins"]
    assert why in row["problem"] and "Traceback" not in done.stderr


def test_a_target_file_with_a_fault_is_left_out(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "mine.toml").write_text('base = "cortex-m4"\nname = "mine"\ntitel = "x"\n')
    (package / "cortex-m4.toml").write_text('base = "cortex-m4"\nname = "cortex-m4"\ntitle = "mine"\n')
    site = installed(tmp_path / "site", "[espalier.targets]\nboards = espalier_boards\n", package)
    names = run(site, ["targets"], tmp_path)
    assert names.returncode == 0 and "mine" not in names.stdout.split()
    rows = json.loads(run(site, ["doctor", "--json"], tmp_path).stdout)["plugins"]
    assert {row["name"] for row in rows if row["problem"]} == {"mine.toml", "cortex-m4.toml"}
