"""An installation without TensorFlow and LiteRT: what it does, and how it says what it cannot do."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from linked_venv import ROOT, linked_venv, requirements
from packaging.utils import canonicalize_name
from pretrained import RESNET8, RESNET8_FLOAT

from espalier.errors import EXTRAS

Run = Callable[..., subprocess.CompletedProcess[str]]
LINE = "pip install 'espalier[build]'"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command in an environment with the core's packages only."""
    python = linked_venv(tmp_path_factory.mktemp("small") / "venv")
    store = tmp_path_factory.mktemp("store")

    def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, *arguments] if arguments[0] == "-c" else [python, "-m", "espalier", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=cwd,
            env={"ESPALIER_STORE": str(store), "PATH": "/usr/bin:/bin"},
        )

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """examples/digits with one drawn picture of each class."""
    import numpy as np
    from PIL import Image

    for name in ("recipe.toml", "labels.txt", "model.keras"):
        shutil.copy(ROOT / "examples/digits" / name, tmp_path / name)
    for number, role in enumerate(("calibration", "evaluation", "train")):
        for label in range(10):
            folder = tmp_path / "images" / role / str(label)
            folder.mkdir(parents=True)
            pixels = np.random.default_rng([number, label]).integers(0, 256, (16, 16)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "one.png")
    return tmp_path


def test_every_package_of_the_extra_is_one_whose_absence_is_told() -> None:
    extra = {canonicalize_name(one.name) for one in requirements("build")} - {
        canonicalize_name(one.name) for one in requirements()
    }
    imported = {
        name
        for name, owners in packages_distributions().items()
        if extra & {canonicalize_name(owner) for owner in owners} and not name.startswith("_")
    }
    assert {name for name, part in EXTRAS.items() if part == "build"} - {"tflite_runtime"} <= imported
    assert {canonicalize_name(name) for name in EXTRAS} >= extra


def test_targets_and_a_tflite_are_described_and_a_recipe_is_checked(run: Run, project: Path) -> None:
    assert "Cortex-M4" in run("targets", "cortex-m4", cwd=project).stdout
    facts = json.loads(run("inspect", RESNET8, "--json", cwd=project).stdout)
    assert facts["macs"] == 12_501_632
    assert json.loads(run("inspect", RESNET8_FLOAT, "--json", cwd=project).stdout)["macs"] == 12_501_632
    checked = run("check", "recipe.toml", cwd=project)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "42,170 parameters" in checked.stdout


def test_a_tflite_is_compiled_and_its_library_verified(run: Run, tmp_path: Path) -> None:
    compiled = run("compile", RESNET8, "--target", "cortex-m4", "--out", "library", "--json", cwd=tmp_path)
    assert compiled.returncode == 0, compiled.stderr
    report = json.loads(compiled.stdout)
    assert report["arena_bytes"] == 28_320
    (apart,) = [check for check in report["checks"] if check["tool"] == "litert"]
    assert apart["result"] == "not run" and "ai_edge_litert is not installed" in apart["why"]
    verified = run("verify", "library", cwd=tmp_path)
    assert verified.returncode == 0 and "\npassed" in verified.stdout and "failed" not in verified.stdout, verified.stderr


def test_a_bundle_is_verified_but_for_the_runtimes_that_are_not_here(
    run: Run, built: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    for name, why in (("cortex-m4", "no .tflite in the bundle"), ("raspberry-pi-4", "is not installed")):
        done = run("verify", built[0] / name, "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        checks = json.loads(done.stdout)
        unsigned, *checks = checks
        assert (unsigned["name"], unsigned["result"]) == ("signature", "not run")
        assert {check["result"] for check in checks if check["tool"] == "espalier"} == {"passed"}
        assert all(why in check["why"] for check in checks if check["result"] == "not run")
        assert {check["tool"] for check in checks if check["result"] == "not run"} == {"litert", "tflite-runtime"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "recipe.toml"),
        ("explain", "recipe.toml"),
        ("calibrate", "check", "recipe.toml"),
        ("calibrate", "select", "images/train", "--recipe", "recipe.toml", "--count", "20", "--out", "chosen"),
        ("-c", "from espalier import Input, compile, quantize"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments[:2])).partition("/")[0],
)
def test_what_needs_tensorflow_says_which_line_installs_it(run: Run, project: Path, arguments: tuple[str, ...]) -> None:
    before = sorted(path for path in project.rglob("*") if "chosen" in path.name or "dist" in path.name)
    done = run(*arguments, cwd=project)
    assert LINE in done.stderr and "is not installed" in done.stderr, done.stderr
    if arguments[0] != "-c":
        assert done.returncode == 7 and "Traceback" not in done.stderr
    assert sorted(path for path in project.rglob("*") if "chosen" in path.name or "dist" in path.name) == before


def test_the_doctor_calls_a_small_installation_small_and_a_broken_one_broken(run: Run, tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert LINE in done.stdout and "tensorflow" not in done.stdout
    python = linked_venv(tmp_path / "broken", "build", without={"keras"})
    done = subprocess.run([python, "-m", "espalier", "doctor"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 7 and "keras==" in done.stderr and LINE in done.stderr


def test_a_runtime_that_is_absent_is_a_row_that_says_so(tmp_path: Path) -> None:
    python = linked_venv(tmp_path / "venv", "build", without={"tflite-runtime"})
    code = (
        "import sys; from pathlib import Path; from espalier.stages.latency import measure_latency\n"
        "done = measure_latency({'int8': Path(sys.argv[1]).read_bytes()}, run_seconds=0.001)\n"
        "print({row.runtime for row in done.rows}, [(c.tool, c.result, c.why) for c in done.checks])"
    )
    done = subprocess.run([python, "-c", code, RESNET8], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("{'litert'} [('tflite-runtime', 'not run', 'the package tflite_runtime is not installed"), (
        done.stdout + done.stderr
    )
