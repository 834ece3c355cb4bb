"""Handlers of the container child process: HDF5 and zip are read here, never in the command and never by Keras first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..load.keras_file import inspect_model


def _inspect(path: str) -> Any:
    return msgspec.to_builtins(inspect_model(path))


HANDLERS: dict[str, Callable[..., Any]] = {"inspect_model": _inspect}
