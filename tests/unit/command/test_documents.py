from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from espalier import cli
from espalier.errors import EXIT_CODES
from espalier.recipe_file import load_recipe
from espalier.target import target_names

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text()


def test_the_reference_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_every_command_and_exit_code() -> None:
    for name in cli.cli.commands:
        assert f"espalier {name}" in README, name
    for code in EXIT_CODES:
        assert re.search(rf"\b{code}\b", README) or code == 130, code


def test_the_readme_names_only_files_and_targets_that_exist() -> None:
    for path in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / path).exists(), path
    for name in re.findall(r'target = "([^"]+)"', README):
        assert name in target_names()
    for command in re.findall(r"python ((?:benchmarks|docs|examples|calibration)/\S+\.py)", README):
        assert (ROOT / command).is_file(), command


def test_the_figures_of_the_readme_are_those_of_their_page() -> None:
    page = (ROOT / "docs/figures.md").read_text().splitlines()
    table = README.split("## Figures")[1].split("## Limits")[0]
    rows = [line.replace("(docs/", "(") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 5 and set(rows) <= set(page)


def test_no_placeholder_is_left_in_the_readme() -> None:
    assert "@@" not in README


def test_the_recipe_in_the_readme_is_the_recipe_of_the_example() -> None:
    block = re.search(r"```toml\n(name = .*?)```", README, re.DOTALL)
    assert block is not None
    shown, real = (
        tomllib.loads(block.group(1)),
        tomllib.loads((ROOT / "examples/parts/recipe.toml").read_text()),
    )
    for table in ("model", "input", "deploy"):
        assert shown[table] == real[table]


@pytest.mark.parametrize("name", sorted(p.parent.name for p in ROOT.glob("examples/*/recipe.toml")))
def test_every_example_has_a_readme_a_model_its_training_and_a_recipe_with_three_targets(name: str) -> None:
    folder = ROOT / "examples" / name
    recipe = load_recipe(folder / "recipe.toml")
    assert len(recipe.deploy) == 3
    assert {d.target for d in recipe.deploy} <= set(target_names())
    for file in ("README.md", "train.py", recipe.model.path, recipe.model.labels or recipe.model.path):
        assert (folder / file).is_file(), file


@pytest.mark.parametrize("path", sorted(ROOT.glob("calibration/*/set.toml")), ids=lambda p: p.parent.name)
def test_every_calibration_set_states_origin_and_licence(path: Path) -> None:
    table = tomllib.loads(path.read_text())
    assert table["name"] == path.parent.name
    assert table["origin"] and table["licence"]
    assert (path.parent / table["make"]).is_file()


def test_the_top_of_the_repository_holds_what_it_must_and_nothing_that_slipped_in() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout")
    folders = {".ci", "benchmarks", "calibration", "ci", "docs", "examples", "src", "targets", "tests"}
    files = {".gitignore", ".pre-commit-hooks.yaml", "AGENTS.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
             "README.md", "SECURITY.md", "action.yml", "mkdocs.yml", "pyproject.toml"}
    assert {name.partition("/")[0] for name in done.stdout.splitlines()} == folders | files


def test_nothing_of_this_machine_is_in_the_repository() -> None:
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    for name in files:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".c", ".h", ".java", ".j2", ".txt", "") and path.is_file():
            text = path.read_text(errors="ignore")
            assert "/work" + "/" not in text, name
            assert ".lib" + "rary/" not in text, name
