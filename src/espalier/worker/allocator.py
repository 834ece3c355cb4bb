"""The C library's allocator, told to keep what a loop over images frees and takes again."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""

KEPT_BYTES = 32 << 20
"""The largest block that is kept, which is as much as glibc takes for its parameter."""


def keep_freed_memory() -> None:
    """Blocks of up to KEPT_BYTES stay with the process when they are freed. Does nothing without glibc.

    By default glibc gives an image's worth of memory back to the kernel and asks for it again, page by page, at the
    next image: a third of the time that decoding takes.
    """
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return
    set_option(_MMAP_THRESHOLD, KEPT_BYTES)
    set_option(_TRIM_THRESHOLD, 2 * KEPT_BYTES)
