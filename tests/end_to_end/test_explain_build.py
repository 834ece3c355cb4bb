"""`espalier explain` on a real build: the folder and the recipe tell the same, with the names of the Keras layers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("end_to_end")


def test_the_recipe_and_the_folder_of_a_build_are_explained_alike(
    espalier: Any, digits: Path, built: tuple[Path, dict[str, Any]]
) -> None:
    folder, report = built
    of_recipe = espalier("explain", digits / "recipe.toml", "--count", "64", "--worst", "3", "--json", "--quiet")
    assert of_recipe.returncode == 0, of_recipe.stderr
    assert of_recipe.stderr == ""
    found = json.loads(of_recipe.stdout)
    assert (found["source"], found["images"]) == ("evaluation images", 64)
    assert found["unmatched"] == []
    assert set(found["rewritten"]) <= set(report["quantize"]["layers"].values()), "levelled layers are named"
    named = [row for row in found["layers"] if row["layer"]]
    assert len(named) >= len(found["layers"]) - 1
    assert {row["layer"].split(" + ")[-1] for row in named} <= set(report["quantize"]["layers"].values())
    assert found["output"]["simulation_equals_int8"] > 0.95
    of_folder = espalier(
        "explain", folder, "--images", digits / "images/evaluation", "--count", "64", "--worst", "0", "--json"
    )
    assert of_folder.returncode == 0, of_folder.stderr
    again = json.loads(of_folder.stdout)
    assert {row["tensor"]: row["int8_high"] for row in again["layers"]} == {
        row["tensor"]: row["int8_high"] for row in found["layers"]
    }


def test_a_build_whose_gate_failed_is_explained_through_its_recipe(
    espalier: Any, digits: Path, built: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "report.json").write_text((built[0] / "report.json").read_text())
    done = espalier("explain", tmp_path)
    assert done.returncode == 2
    assert "give the recipe" in done.stderr
    assert done.stdout == ""


def test_the_report_shows_the_layers_when_asked_and_the_command_where_the_build_did_not_need_them(
    espalier: Any, digits: Path, built: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, report = built
    assert report["explain"] is None
    assert "espalier explain RECIPE --html FILE" in (folder / "report.html").read_text()
    asked = digits / "explained.toml"
    asked.write_text((digits / "recipe.toml").read_text() + '\n[report]\nexplain = "always"\n')
    for reused in (False, True):
        done = espalier("build", asked, "--out", tmp_path, "--json", "--quiet")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert {s["name"]: s["reused"] for s in told["stages"]}["explain"] is reused
    assert told["explain"]["images"] == 128
    assert told["explain"]["labelled"] > 128
    assert sum(row["gain_points"] is not None for row in told["explain"]["layers"]) > 2
    gains = {row["layer"] for row in told["explain"]["layers"] if row["gain_db"] is not None}
    assert gains & set(report["quantize"]["layers"].values())
    # Which layer is worst depends on the step that was kept; each of the account is a row of the page.
    page = (tmp_path / "digits-1.0.0" / "report.html").read_text().replace("<wbr>", "")
    named = [row["layer"] for row in told["explain"]["layers"] if row["layer"]]
    # Beside each image whose answer changed is where the float model looked; a build that explains nothing has none.
    assert page.count('alt="where the float model looked"') == page.count("as the network sees it")
    assert "where the float model looked" not in (folder / "report.html").read_text()
    assert named and sum(f'class="name">{layer}' in page for layer in named) >= len(named) // 2
