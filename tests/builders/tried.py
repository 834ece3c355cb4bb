"""What `espalier run` says of images, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from espalier.command.run import Run, Wish
from espalier.run_rows import RunRow


def tried(what: Path, *images: Path, **wish: Any) -> list[RunRow]:
    """The rows of a run of WHAT on images."""
    running = Run(what, None, Wish(images=images, **wish))
    found = [one if isinstance(one, RunRow) else one.row for one in running.rows()]
    assert running.failure is None
    return found
