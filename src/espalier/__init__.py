"""Espalier: an on-device model compiler. `build(recipe, out)` is the product; the rest is its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["Recipe", "Report", "Target", "__version__", "build", "load_recipe", "load_target"]

if TYPE_CHECKING:
    from .command.build import build
    from .recipe import Recipe, load_recipe
    from .rows import Report
    from .target import Target, load_target

_HOME = {
    "build": "command.build",
    "Recipe": "recipe",
    "load_recipe": "recipe",
    "Report": "rows",
    "Target": "target",
    "load_target": "target",
}


def __getattr__(name: str) -> Any:
    """Import public names when they are first used: `espalier --help` must answer at once."""
    if name not in _HOME:
        raise AttributeError(f"module 'espalier' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)
