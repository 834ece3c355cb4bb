"""Settings of a layer, read from its checked configuration."""

from __future__ import annotations

from .calls import Config


def whole(config: Config, name: str, default: int | None = None) -> int:
    """A whole number; without a default it is there, as the configuration was checked."""
    value = config.get(name, default)
    return int(value) if isinstance(value, int | float) else int(default or 0)


def number(config: Config, name: str, default: float) -> float:
    """A real number, which Keras may write as an array of one."""
    value = config.get(name, default)
    if isinstance(value, dict):
        value = value.get("config", {}).get("value", default)
    return float(value) if isinstance(value, int | float) else default


def flag(config: Config, name: str, default: bool) -> bool:
    """A yes or no."""
    value = config.get(name, default)
    return default if value is None else bool(value)


def text(config: Config, name: str, default: str) -> str:
    """A word."""
    return str(config.get(name, default))


def pair(config: Config, name: str, default: int = 1) -> tuple[int, int]:
    """Height and width; one number stands for both, one in a list for the steps of a row, which are its width."""
    value = config.get(name, default)
    if isinstance(value, list | tuple):
        sides = [int(side) for side in value]
        return (sides[0], sides[-1])
    side = int(value) if isinstance(value, int | float) else default
    return (side, side)
