"""Modules fit into a head, functions onto a screen."""

from __future__ import annotations

import ast
from pathlib import Path

import espalier

SOURCE = Path(espalier.__file__).parent
MODULE_LINES, FUNCTION_LINES = 450, 60

def _modules() -> dict[str, str]:
    return {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}


def test_no_module_is_longer_than_a_head_holds() -> None:
    assert [name for name, text in _modules().items() if text.count("\n") > MODULE_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        (name, node.name)
        for name, text in _modules().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    }
    assert long == set()
