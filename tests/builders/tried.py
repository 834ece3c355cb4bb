"""What `espalier run` says of images, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from espalier.bundle.known_model import Known
from espalier.command.run import Run, Wish
from espalier.command.run_subject import subject_of
from espalier.run_rows import RunRow


def tried(what: Path, *images: Path, **wish: Any) -> list[RunRow]:
    """The rows of a run of WHAT on images."""
    running = Run(what, None, Wish(images=images, **wish))
    found = [one if isinstance(one, RunRow) else one.row for one in running.rows()]
    assert running.failure is None
    return found


def known_in(what: Path) -> Known:
    """What is known of the model of a bundle or an output folder."""
    return subject_of(what).known
