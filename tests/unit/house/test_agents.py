"""AGENTS.md says what the page that a test runs says."""

from __future__ import annotations

import re
from pathlib import Path

import espalier.errors

ROOT = Path(__file__).parents[3]
SHORT = (ROOT / "AGENTS.md").read_text(encoding="utf-8")
PAGE = (ROOT / "docs/howto/agents.md").read_text(encoding="utf-8")


def test_its_commands_are_those_of_the_page_that_is_run() -> None:
    lines = [line for line in SHORT.splitlines() if line.startswith("espalier ")]
    assert lines and [line for line in lines if line not in PAGE] == []
    assert len(re.findall(r"(?m)^espalier .*# +\d+  ", PAGE)) == 10


def test_every_exit_code_stands_on_both_and_no_other() -> None:
    codes = {kind.exit_code for kind in vars(espalier.errors).values()
             if isinstance(kind, type) and issubclass(kind, espalier.errors.EspalierError)} | {0}  # fmt: skip
    assert {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", PAGE)} == codes
    assert {int(code) for code in re.findall(r"(\d+) [a-z]", SHORT[SHORT.index("Exit codes:"):SHORT.index("After 5")])} == codes


def test_every_file_that_it_names_is_there() -> None:
    for name in re.findall(r"\]\(([\w./-]+)\)", SHORT):
        assert (ROOT / name).exists(), name


def test_it_stays_short() -> None:
    assert len(SHORT) < 2_500
