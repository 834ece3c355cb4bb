"""Handlers of the images child process: list, choose and decode image sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ..calibrate.copies import find_copies
from ..load import decode, images
from ..recipe import InputContract
from .allocator import keep_freed_memory


def prepare() -> None:
    """Before the first call."""
    keep_freed_memory()


def scan(path: str) -> Any:
    """See load.images.scan; returns an ImageSet as plain data."""
    return msgspec.to_builtins(images.scan(path))


def select(entries: list[dict[str, Any]], count: int) -> Any:
    """See load.images.select."""
    return msgspec.to_builtins(images.select(_entries(entries), count))


def prepare_set(root: str, entries: list[dict[str, Any]], contract: dict[str, Any], out_path: str) -> Any:
    """See load.decode.prepare_set; returns a Prepared as plain data."""
    settings = msgspec.convert(contract, InputContract)
    return msgspec.to_builtins(decode.prepare_set(root, _entries(entries), settings, out_path))


def _entries(entries: list[dict[str, Any]]) -> tuple[images.ImageEntry, ...]:
    return msgspec.convert(entries, tuple[images.ImageEntry, ...])


HANDLERS: dict[str, Callable[..., Any]] = {
    "scan": scan,
    "select": select,
    "prepare_set": prepare_set,
    "find_copies": find_copies,
}
