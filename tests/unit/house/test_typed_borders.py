"""How many functions take Any, by room: `python tests/unit/house/test_typed_borders.py` prints it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import espalier

SOURCE = Path(espalier.__file__).parent
ROOMS = ("ladder", "layers", "prune", "quantizer", "tflite", "worker")
LIMIT = 0.05
"""Fewer functions than this share may take Any in each of these rooms."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(room: Path) -> Iterator[tuple[str, Function]]:
    """Every function of a room, nested ones too, with `file:line` where it stands."""
    for path in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def takes_any(function: Function) -> bool:
    """Whether a parameter has no type, or one with Any inside; an array of any dtype, NDArray[Any], is a type."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    places = [a for a in [*named, *filter(None, (given.vararg, given.kwarg))] if a.arg not in ("self", "cls")]
    return any(a.annotation is None or has_any(a.annotation) for a in places)


def has_any(annotation: ast.expr) -> bool:
    """Whether Any stands in an annotation, NDArray[Any] apart."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return has_any(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("NDArray", "Literal"):
        return False
    if isinstance(annotation, ast.Name | ast.Attribute):
        return ast.unparse(annotation) in ("Any", "typing.Any")
    return any(has_any(child) for child in ast.iter_child_nodes(annotation) if isinstance(child, ast.expr))


def count(room: str) -> tuple[list[str], int]:
    """The functions of a room that take Any, and how many functions it has."""
    found = list(functions(SOURCE / room))
    return [where for where, function in found if takes_any(function)], len(found)


@pytest.mark.parametrize("room", ROOMS)
def test_fewer_than_one_function_in_twenty_takes_any(room: str) -> None:
    named, total = count(room)
    assert total
    assert len(named) < LIMIT * total, named


@pytest.mark.parametrize(
    ("signature", "counted"),
    [
        ("a: Any", True),
        ("a: dict[str, Any]", True),
        ("*a: Any", True),
        ("a", True),
        ("a: 'list[Any] | None'", True),
        ("*, a: Callable[..., Any]", True),
        ("self, a: NDArray[Any]", False),
        ("a: int, b: Callable[..., int]", False),
    ],
)
def test_any_is_seen_wherever_it_stands_in_a_parameter(signature: str, counted: bool) -> None:
    function = ast.parse(f"def f({signature}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert takes_any(function) is counted


if __name__ == "__main__":
    for name in sorted(path.name for path in SOURCE.iterdir() if path.is_dir() and any(path.glob("*.py"))):
        named, total = count(name)
        print(f"{name:10} {len(named):4} of {total:4} functions take Any  {100 * len(named) / max(1, total):5.1f} %")
