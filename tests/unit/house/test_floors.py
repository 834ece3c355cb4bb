"""The floors of the house: arrows only downwards, no two rooms import each other, no circle, no module with a public name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import espalier

SOURCE = Path(espalier.__file__).parent
FLOORS = (
    {"bundle_kinds"}
    | {"compare_rows", "row_images", "row_mode", "run_rows"}
    | {"row_network", "row_reading", "row_slices"} | {"mediapipe_pixels"}
    | {"alarms", "contract", "detector", "errors", "facts", "fed", "findings", "fit_rows", "image_facts", "limits", "map_rows",
     "maps", "peak", "pixels", "preparation", "progress", "recipe", "recipe_answers", "recipe_budgets", "recipe_detect",
     "recipe_file", "recipe_numbers", "recipe_paths", "recipe_rules", "retouch", "row_boxes", "row_cost", "row_parts",
     "row_prune", "rows", "scratch", "signals", "statistics", "store", "store_limit", "streams", "sweep_file", "sweep_rows",
     "table_faults", "tables", "tabular", "target", "target_rules", "terminal", "visible"}
    | {"annotate", "estimate_rows", "folded", "plugins", "shells", "walls"},
    {"bundle", "calibrate", "emit", "emulate", "fit", "graph", "ladder", "layers", "load", "measure", "plan", "prune",
     "quantizer", "report", "task", "tflite"}
    | {"footprint", "outline"},
    {"cluster", "worker"},
    {"stages"},
    {"command"},
    {"cli", "cli_compare", "cli_oci", "cli_parts", "cli_run", "cli_sweep", "cli_trust", "__main__"}
    | {"cli_calibrate", "cli_estimate", "cli_help"},
)  # fmt: skip
"""Rooms (packages) and single modules, from the ground up. A room may import rooms of its own floor, but none that imports
it, and what lies below."""


def _place(module: str) -> str:
    """The room of a module, or its own name where it stands in none."""
    return module.split(".")[0]


def _modules() -> dict[str, Path]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts:
            found[".".join(parts)] = path
    return found


MODULES = _modules()


def _imports(name: str) -> Iterator[str]:
    """Every module of ours that a module imports, wherever the import stands; the face (`from .. import __version__`) apart."""
    path = MODULES[name]
    package = ["espalier", *name.split(".")]
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        base = package[: len(package) - node.level + 1] if node.level else []
        base += node.module.split(".") if node.module else []
        if base[:1] != ["espalier"]:
            continue
        for alias in node.names:
            full = ".".join([*base[1:], alias.name])
            target = full if full in MODULES else ".".join(base[1:])
            if target in MODULES and target != name:
                yield target


ARROWS = {name: sorted(set(_imports(name))) for name in MODULES}
ROOMS = {
    room: {_place(to) for name in MODULES if _place(name) == room for to in ARROWS[name]} - {room}
    for room in {_place(name) for name in MODULES}
}


def _floor(place: str) -> int:
    return next(height for height, rooms in enumerate(FLOORS) if place in rooms)


def test_every_room_has_a_floor() -> None:
    assert set().union(*FLOORS) == set(ROOMS)


def test_arrows_go_down_or_along_never_up() -> None:
    up = [f"{a} -> {b}" for a in MODULES for b in ARROWS[a] if _floor(_place(a)) < _floor(_place(b))]
    assert not up


def test_no_two_rooms_import_each_other() -> None:
    allowed = {("target", "target_rules")}  # a type for the checker only
    pairs = {(a, b) for a in ROOMS for b in ROOMS[a] if a < b and a in ROOMS[b]}
    assert pairs <= allowed


def test_rooms_have_an_order_without_circles() -> None:
    arrows = {room: {to for to in below if (room, to) != ("target_rules", "target")} for room, below in ROOMS.items()}
    try:
        tuple(TopologicalSorter(arrows).static_order())
    except CycleError as problem:
        pytest.fail(f"a circle: {' -> '.join(problem.args[1])}")


def test_imports_of_our_own_modules_are_relative() -> None:
    absolute = [
        f"{name}: {node.module}"
        for name, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "espalier"
    ]
    assert not absolute


def test_no_module_bears_a_public_name() -> None:
    assert not set(espalier.__all__) & {_place(name) for name in MODULES}
