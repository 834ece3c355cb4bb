"""What is built is what was there when the build began, whatever is edited meanwhile."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sound_project import shared_workers, write_project

from espalier.command.build import build
from espalier.errors import ImagesRefusedError, ModelRefusedError
from espalier.recipe_file import load_recipe
from espalier.stages.images import open_sets
from espalier.stages.model import ModelFile
from espalier.stages.workshop import Workshop
from espalier.store import Store
from espalier.terminal import Progress


def test_labels_that_are_edited_during_a_build_do_not_enter_it(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(folder)
    labels = folder / load_recipe(folder / "recipe.toml").model.labels  # type: ignore[operator]
    before = labels.read_text().splitlines()

    class Editing(Progress):
        def end(self, *arguments: Any, **named: Any) -> None:
            labels.write_text("".join(f"{name}\n" for name in reversed(before)))
            super().end(*arguments, **named)

    with shared_workers():
        outcome = build(
            folder / "recipe.toml",
            tmp_path / "dist",
            tools="none",
            progress=Editing(quiet=True),
            store=Store(tmp_path / "store"),
        )
    manifests = list(outcome.folder.rglob("manifest.json"))
    assert manifests
    for path in manifests:
        assert json.loads(path.read_bytes())["labels"] == before


@pytest.mark.parametrize("role", ["calibration", "evaluation"])
@pytest.mark.parametrize("how", ["another picture", "gone"])
def test_an_image_that_is_changed_during_a_build_ends_it(role: str, how: str, tmp_path: Path) -> None:
    """What is decoded is what was fingerprinted: a result of other pixels must not be stored under the old name."""
    folder = tmp_path / "project"
    write_project(folder)
    recipe = load_recipe(folder / "recipe.toml")
    with shared_workers(), Workshop(Store(tmp_path / "store"), Progress(quiet=True)) as shop:
        calibration, evaluation = open_sets(shop, recipe, folder)
        assert evaluation is not None
        images = calibration if role == "calibration" else evaluation
        first = images._images.entries[0]
        path = Path(images._images.root, first.path)
        if how == "gone":
            path.unlink()
        else:
            Image.new("RGB", (9, 9), (1, 2, 3)).save(path)
        with pytest.raises(ImagesRefusedError, match=f"{path.name} was changed after the build began"):
            images.prepared()


def test_an_image_that_is_added_during_a_build_is_not_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(folder)
    recipe = load_recipe(folder / "recipe.toml")
    with shared_workers(), Workshop(Store(tmp_path / "store"), Progress(quiet=True)) as shop:
        _, images = open_sets(shop, recipe, folder)
        assert images is not None
        before = images._images.entries
        copy = Path(images._images.root, before[0].path)
        copy.with_name("zz-new.png").write_bytes(copy.read_bytes())
        assert [row.path for row in images.prepared().images] == [entry.path for entry in before]


def test_a_model_that_is_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(folder)
    recipe = load_recipe(folder / "recipe.toml")
    path = folder / recipe.model.path
    with shared_workers(), Workshop(Store(tmp_path / "store"), Progress(quiet=True)) as shop:
        model = ModelFile(shop, path, recipe.input)
        model.sha256 = sha256(b"what the file held when the build began").hexdigest()
        with pytest.raises(ModelRefusedError, match="was changed while it was read"):
            model.facts()
