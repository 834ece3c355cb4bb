"""Planted faults of image sets are found, named and located; clean sets of every kind raise no alarm."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from alarm_rates import answer_rates, diagnosis_rates, look_rates
from clean_sets import CLEAN, CONTRACT
from image_sets import LABELS, clouds, examine_folders, make_folder, save
from photographs import NAMES, tiles
from planted_faults import ALSO, FAULTS, leak_training

from espalier.recipe import InputContract

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clean")
    for seed, (role, count) in enumerate({"calibration": 40, "evaluation": 30, "fine-tune": 30}.items()):
        make_folder(root / role, clouds, per_class=count, size=(40, 40), seed=seed)
    return root


@pytest.mark.parametrize(("plant", "role", "code", "severity", "file"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(
    plant: Callable[[Path], None], role: str, code: str, severity: str, file: str, clean: Path, tmp_path: Path
) -> None:
    root = tmp_path / "sets"
    shutil.copytree(clean, root)
    plant(root)
    roles = ("calibration", "evaluation", "fine-tune") if plant is leak_training else ("calibration", "evaluation")
    found = examine_folders({r: root / r for r in roles}, CONTRACT, LABELS, tmp_path)
    finding = found[role][code]
    assert finding.severity == severity
    assert file in finding.files or not file
    codes = {c for findings in found.values() for c in findings}
    assert codes - ALSO.get(plant.__name__, set()) == {code}, found


def digits(root: Path) -> InputContract:
    runpy.run_path(str(ROOT / "calibration/digits/make.py"))["main"](root)
    (root / "train").rename(root / "fine-tune")
    return InputContract(size=(16, 16), color="gray")


def parts(root: Path) -> InputContract:
    write = runpy.run_path(str(ROOT / "calibration/parts/make.py"))["write"]
    write(root, "calibration", 34, 1)
    write(root, "evaluation", 12, 2)
    return InputContract(size=(96, 96), resize="area", fit="crop")


def photographs(root: Path) -> InputContract:
    """Every second piece of a real photograph, of those that show something: a clear sky is the same everywhere."""
    for name in NAMES:
        pieces = [piece for piece in tiles(name, 40, of=40) if piece.std() > 25]
        for number, piece in enumerate(pieces):
            save(root / ("calibration", "evaluation")[number % 2] / name / f"{number}.png", piece)
    return CONTRACT


FILES: dict[str, Callable[[Path], InputContract]] = {"digits": digits, "parts": parts, "photographs": photographs}


@pytest.mark.parametrize("kind", FILES)
def test_a_clean_set_raises_no_alarm(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "sets"
    contract = FILES[kind](root)
    folders = {path.name: path for path in sorted(root.iterdir())}
    labels = tuple(sorted(path.name for path in folders["evaluation"].iterdir()))
    found = examine_folders(folders, contract, labels, tmp_path)
    assert {role: sorted(findings) for role, findings in found.items()} == {role: [] for role in folders}, found


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_set_of_any_kind_raises_no_alarm_that_is_not_true(kind: str, tmp_path: Path) -> None:
    given = CLEAN[kind](tmp_path / "sets", 0)
    folders = {role: tmp_path / "sets" / role for role in given.roles}
    found = examine_folders(folders, given.contract, given.labels, tmp_path)
    assert {code for findings in found.values() for code in findings} <= given.true, found


def test_there_are_more_than_twenty_kinds_of_clean_sets() -> None:
    assert len(CLEAN) + len(FILES) >= 25


@pytest.mark.sweep
def test_over_many_seeds_clean_sets_raise_hardly_any_alarm_and_faults_are_found(tmp_path: Path) -> None:
    false, found = look_rates(10, tmp_path)
    assert sum(counts["hits"] for counts in false.values()) <= 0.02 * sum(counts["n"] for counts in false.values()), false
    assert sum(counts["hits"] for counts in found.values()) >= 0.97 * sum(counts["n"] for counts in found.values()), found


@pytest.mark.sweep
def test_over_many_seeds_right_models_are_not_stopped_and_permuted_labels_are_found() -> None:
    false, found = answer_rates(20)
    stopped = {kind: counts["hits"] / counts["n"] for kind, counts in false.items()}
    # Of three classes that are each answered as another, five of 27 ways to do so are an order of labels.
    most = {kind: 0.18 if kind.startswith("each class") else 0.002 for kind in stopped}
    assert all(share <= most[kind] for kind, share in stopped.items()), stopped
    clear = [counts for kind, counts in found.items() if "95%" in kind and "with 10 images" not in kind]
    assert sum(counts["hits"] for counts in clear) >= 0.99 * sum(counts["n"] for counts in clear), found
    assert sum(counts["hits"] for counts in found.values()) >= 0.75 * sum(counts["n"] for counts in found.values()), found


@pytest.mark.sweep
def test_over_many_seeds_wrong_pixels_and_swapped_labels_are_told_apart() -> None:
    false, found = diagnosis_rates(12)
    trained = [counts for kind, counts in false.items() if "never trained" not in kind]
    # Two things that a random network happens to tell apart nearly always are a swap by every measure.
    guessing = [counts for kind, counts in false.items() if kind == "never trained, 2 classes"]
    assert sum(counts["label-order"] for counts in guessing) <= 0.02 * sum(counts["n"] for counts in guessing), false
    assert sum(counts["hits"] for counts in trained) <= 0.02 * sum(counts["n"] for counts in trained), false
    assert sum(counts["hits"] for counts in found.values()) >= 0.9 * sum(counts["n"] for counts in found.values()), found
