"""The operators page is generated, and up to date."""

from __future__ import annotations

from pathlib import Path

from espalier.graph.document import operators_page
from espalier.graph.ops import OPS

PAGE = Path(__file__).parents[3] / "docs/reference/operators.md"


def test_the_operators_page_is_what_the_table_says() -> None:
    assert PAGE.read_text() == operators_page(), "write operators_page() to docs/reference/operators.md"


def test_every_rule_of_every_operator_is_on_the_page() -> None:
    page = operators_page()
    for spec in OPS.values():
        section = page.split(f"## {spec.kind}\n")[1].split("\n## ")[0]
        assert all(f"- {rule.sentence}" in section for rule in spec.rules)
