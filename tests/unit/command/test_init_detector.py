"""`init` writes `[detect]` for networks whose outputs look like a detector's, and `check` holds its names against the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from tiny_detector import decoded, family, levels

from espalier.command.check import check_recipe
from espalier.command.init import write_recipe
from espalier.recipe_file import load_recipe


def written(folder: Path, model: object, labels: str = "red\ngreen\n") -> Path:
    model.save(folder / "model.keras")  # type: ignore[attr-defined]
    (folder / "labels.txt").write_text(labels)
    for role, blue in (("calibration", 90), ("evaluation", 99)):
        (folder / role).mkdir()
        Image.new("RGB", (64, 64), (9, 9, blue)).save(folder / role / "a.png")
    return write_recipe(folder / "model.keras", [folder], ["cortex-m4"], folder / "recipe.toml")


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "store"))


def test_heads_are_named_with_what_only_a_person_knows_and_check_holds_the_names_against_the_model(tmp_path: Path) -> None:
    path = written(tmp_path, levels("joined"))
    detect = load_recipe(path).detect
    assert detect is not None and detect.decode == "ssd"
    assert (detect.boxes, detect.scores, detect.activation) == (("boxes",), ("scores",), "sigmoid")
    text = path.read_text()
    assert "# CHECK: the sizes of the anchors" in text and "# annotations" in text
    found = check_recipe(path)
    assert found.error is None, found.error
    assert any(row.what == "detect" and "heads boxes, scores" in row.text for row in found.rows)
    path.write_text(text.replace('scores = ["scores"]', 'scores = ["scors"]'))
    wrong = check_recipe(path)
    assert wrong.error is not None and "did you mean 'scores'" in wrong.error.next_step


@pytest.mark.sweep
def test_a_network_that_ends_in_its_own_decode_is_read_up_to_its_heads(tmp_path: Path) -> None:
    assert load_recipe(written(tmp_path, decoded())).model.task == "detect"


@pytest.mark.sweep
def test_a_map_of_cells_is_told_from_a_classifier(tmp_path: Path) -> None:
    detect = load_recipe(written(tmp_path, family("fomo")[0])).detect
    assert detect is not None and (detect.decode, detect.background, detect.activation) == ("fomo", "first", "softmax")
