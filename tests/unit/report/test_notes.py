"""Annotations stand at the line of the recipe that they are about."""

from __future__ import annotations

import json

import pytest

from espalier.annotate import Note, github, gitlab, line_of, named_in

RECIPE = """name = "x"
[model]
path = "model.keras"
[prune.fine-tune]
images = "train"
[budgets]
max-model-bytes = 10
[[deploy]]
target = "cortex-m4"
[[deploy]]
target = "esp32-c3"
"""


@pytest.mark.parametrize(
    ("about", "line"),
    [
        ("budgets.max-model-bytes", 7), ("max-model-bytes", 7), ("esp32-c3", 11), ("esp32-c3.ram-bytes", 11), ("fine-tune", 4),
        ("model", 2), ("model.path", 3), ("name", 1), ("nothing", 1), ("", 1), ("deploy", 8),
    ],
)  # fmt: skip
def test_a_name_has_its_line(about: str, line: int) -> None:
    assert line_of(RECIPE, about) == line


@pytest.mark.parametrize(
    ("text", "about"),
    [("correct `[model] path`; it", "model.path"), ("an unknown key `imgaes`", "imgaes"), ("nothing named", ""), ("`()`", "")],
)
def test_what_a_message_names_is_found(text: str, about: str) -> None:
    assert named_in(text) == about


def test_a_text_cannot_end_its_workflow_command() -> None:
    (line,) = github([Note(level="error", about="", text="a\n::set-output name=x::y 100%")], "a,b:c/recipe.toml", RECIPE)
    assert "\n" not in line and line.startswith("::error file=a%2Cb%3Ac/recipe.toml,line=1,") and line.endswith("100%25")


def test_gitlab_gets_one_row_for_each() -> None:
    rows = json.loads(gitlab([Note(level=level, about="name", text=level) for level in ("error", "warning")], "r.toml", RECIPE))
    assert [row["severity"] for row in rows] == ["major", "minor"] and len({row["fingerprint"] for row in rows}) == 2
