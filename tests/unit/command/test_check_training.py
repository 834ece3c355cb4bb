"""`check` names what is wrong with the images to train on, and with an evaluation that is inside them, before anything starts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from other_inputs import png
from sound_project import LABELS, run_here, shared_workers, write_project

from espalier.stages import workshop

TRAINING = """
[prune]
method = "channels"
[prune.fine-tune]
images = "training"
"""


@pytest.fixture(scope="module", autouse=True)
def workers() -> Any:
    """One child process for all of them."""
    with shared_workers() as start, mock.patch.object(workshop, "Worker", start):
        yield


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A sound project that trains on six images of each class."""
    folder = write_project(tmp_path / "project")
    recipe = folder / "recipe.toml"
    recipe.write_text(recipe.read_text() + TRAINING)
    for number, label in enumerate(LABELS):
        (folder / "training" / label).mkdir(parents=True)
        for image in range(6):
            (folder / "training" / label / f"{image}.png").write_bytes(png(seed=1000 + 10 * number + image))
    return folder


def check(folder: Path) -> tuple[int, str]:
    return run_here(["check", str(folder / "recipe.toml")])


def test_a_sound_training_folder_passes(project: Path) -> None:
    code, said = check(project)
    assert code == 0 and "18 images" in said and "evaluation images" not in said


def test_evaluation_images_inside_the_training_folder_are_refused_before_anything_starts(project: Path) -> None:
    """Under another name and in another class, too: the file counts."""
    shutil.copy(project / "evaluation" / "bee" / "1.png", project / "training" / "cat" / "renamed.png")
    code, said = check(project)
    assert code == 3, said
    assert "1 of 9 evaluation images (11.1%) are the files of pictures that are also fine-tuned on" in said
    assert "bee/1.png" in said and "cat/renamed.png" in said and 'accept = ["train-leakage"]' in said
    recipe = project / "recipe.toml"
    recipe.write_text('accept = ["train-leakage"]\n' + recipe.read_text())
    assert check(project)[0] == 0


def test_the_training_folder_as_evaluation_is_refused(project: Path) -> None:
    recipe = project / "recipe.toml"
    recipe.write_text(recipe.read_text().replace('images = "evaluation"', 'images = "training"'))
    code, said = check(project)
    assert code == 3 and "18 of 18 evaluation images (100.0%)" in said


def test_calibration_images_in_the_evaluation_are_refused(project: Path) -> None:
    shutil.copy(project / "evaluation" / "ant" / "0.png", project / "calibration" / "ant" / "again.png")
    code, said = check(project)
    assert code == 3 and "also calibrated with" in said


def test_training_classes_that_the_model_lacks_are_refused(project: Path) -> None:
    (project / "training" / "cat").rename(project / "training" / "dog")
    code, said = check(project)
    assert code == 3 and "'dog'" in said and "not in the labels" in said


def test_training_without_one_of_the_classes_is_refused_and_can_be_accepted(project: Path) -> None:
    """A model that is trained without a class answers it no more."""
    shutil.rmtree(project / "training" / "cat")
    code, said = check(project)
    assert code == 3 and "no image of 1 class: cat" in said and 'accept = ["class-missing"]' in said
    recipe = project / "recipe.toml"
    recipe.write_text('accept = ["class-missing"]\n' + recipe.read_text())
    assert check(project)[0] == 0


def test_files_of_equal_length_are_no_copies_for_it(project: Path) -> None:
    name = project / "evaluation" / "ant" / "0.png"
    data = bytearray(name.read_bytes())
    data[-20] ^= 1
    (project / "training" / "ant" / "nearly.png").write_bytes(bytes(data))
    assert "also fine-tuned on" not in check(project)[1]
