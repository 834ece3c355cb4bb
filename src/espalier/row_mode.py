"""One way to optimize a program for a microcontroller, as it was tried."""

from __future__ import annotations

import msgspec


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """One `optimize`: bytes of code and constants, bytes of the arena, instructions of one inference; None where no
    compiler or emulator of the core is installed. `fits`: within the flash and the RAM that the target leaves."""

    optimize: str
    arena_bytes: int
    flash_bytes: int | None = None
    instructions: int | None = None
    fits: bool = False

    def text(self) -> str:
        """Its figures in words."""
        flash = "flash not measured" if self.flash_bytes is None else f"{self.flash_bytes:,} bytes of flash"
        count = "" if self.instructions is None else f", {self.instructions / 1e6:.1f} M instructions"
        return f"{flash}, {self.arena_bytes:,} of RAM{count}"
