"""Handlers of the container child process: zip and HDF5 are read here, never in the command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..load.keras_file import inspect_model


def _inspect(path: str, scores: bool = True) -> Any:
    return msgspec.to_builtins(inspect_model(path, scores=scores))


HANDLERS: dict[str, Callable[..., Any]] = {"inspect_model": _inspect}
