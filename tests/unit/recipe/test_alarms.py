"""Every finding has a code that a recipe can accept, and every stop says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from espalier.alarms import ALARMS, override
from espalier.errors import ImagesRefusedError, RecipeError
from espalier.findings import Finding, refuse, settle
from espalier.recipe_file import parse_recipe

SOURCE = Path(__file__).parents[3] / "src/espalier"
NOT_ACCEPTED = {"none"}
"""A set without images cannot be built from."""

RECIPE = """
name = "a"
{accept}
[model]
path = "m.keras"
[input]
size = [8, 8]
[calibration]
images = "c"
[[deploy]]
target = "x"
"""


def test_every_code_in_the_source_is_in_the_table_and_every_row_is_used() -> None:
    text = "\n".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")) if path.name != "alarms.py")
    codes = set(re.findall(r'Finding\(\s*code="([a-z0-9-]+)"', text)) | set(re.findall(r'"(near-leakage|train-leakage)"', text))
    assert codes - NOT_ACCEPTED <= set(ALARMS)
    assert {code for code in ALARMS if f'"{code}"' not in text} == set()


def test_an_accepted_error_stops_nothing_and_says_that_it_was_accepted() -> None:
    finding = Finding(code="constant", severity="error", message="all hold a single colour", next_step="remove them")
    with pytest.raises(ImagesRefusedError) as caught:
        refuse("calibration", settle((finding,), ()))
    assert 'accept = ["constant"] at the top of the recipe' in caught.value.next_step
    (settled,) = settle((finding,), ("constant", "few"))
    assert settled.severity == "accepted" and str(settled) == "accepted: all hold a single colour"


def test_a_set_without_images_offers_no_override() -> None:
    assert override("none") == ""
    assert Finding(code="none", severity="error", message="no image", next_step="add some").way_on == "add some"


def test_a_recipe_accepts_known_codes_only_and_the_message_lists_them() -> None:
    assert parse_recipe(RECIPE.format(accept='accept = ["few", "label-order"]').encode()).accept == ("few", "label-order")
    with pytest.raises(RecipeError, match="label-order") as caught:
        parse_recipe(RECIPE.format(accept='accept = ["labelorder"]').encode())
    assert "labelorder" in str(caught.value)
