"""The front page claims nothing that the page of figures, whose lines are printed by benchmarks, does not say."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"
FIGURE = re.compile(r"\d[\d,]*\.\d+|\d{2,}")


def test_every_figure_of_the_comparison_is_one_of_a_benchmark() -> None:
    page, figures = ((DOCS / name).read_text(encoding="utf-8") for name in ("index.md", "figures.md"))
    rows = [line for line in page[page.index("## Against"):page.index("## Start")].splitlines() if line.startswith("| ")]
    assert len(rows) > 6
    known = set(FIGURE.findall(figures))
    said = [figure for row in rows for figure in FIGURE.findall(re.sub(r"Cortex-M\d+|int8|ResNet8", "", row))]
    assert len(said) > 12 and [figure for figure in said if figure not in known] == []


def test_the_front_page_shows_a_run_and_its_report() -> None:
    page = (DOCS / "index.md").read_text(encoding="utf-8")
    for name in re.findall(r"\]\((pictures/[\w.]+)\)", page):
        assert (DOCS / name).is_file(), name
    assert "pictures/terminal.svg" in page and "pictures/report.png" in page
