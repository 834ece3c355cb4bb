"""What is built is what was there when the build began, whatever is edited meanwhile."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sound_project import shared_workers, write_project

from espalier.command.build import build
from espalier.errors import ModelRefusedError
from espalier.recipe import load_recipe
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
