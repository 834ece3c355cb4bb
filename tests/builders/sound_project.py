"""A sound project to spoil, child processes that many commands share, and the command run in this process."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras_files as k
from other_inputs import RECIPE, png

from espalier.cli import main
from espalier.worker.client import Worker

LABELS = ("ant", "bee", "cat")


def write_project(folder: Path) -> Path:
    """Model, labels, recipe and images in a new folder; returns it."""
    folder.mkdir()
    k.write_keras(folder / "model.keras")
    (folder / "labels.txt").write_text("".join(label + "\n" for label in LABELS))
    (folder / "recipe.toml").write_text(RECIPE)
    for place, first in (("calibration", 0), ("evaluation", 100)):
        for number, label in enumerate(LABELS):
            (folder / place / label).mkdir(parents=True)
            for image in range(3):
                data = png(seed=first + 10 * number + image)
                (folder / place / label / f"{image}.png").write_bytes(data)
    return folder


class Shared:
    """A child process that several commands use one after another."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self.kind = worker.kind
        self.scratch = worker.scratch
        self.ask = worker.ask
        self.wait_ready = worker.wait_ready

    @property
    def walls(self) -> Any:
        return self._worker.walls

    @property
    def alive(self) -> bool:
        return self._worker._process.poll() is None

    def close(self, *, kill: bool = False) -> None:
        """The next command uses it again."""

    def end(self) -> None:
        self._worker.close()


@contextlib.contextmanager
def shared_workers() -> Iterator[Any]:
    """What takes the place of `Worker` in the workshop: one process per kind for all, started again when it died."""
    running: dict[tuple[str, str], Shared] = {}

    def start(kind: str, *, scratch: Path | None = None, **options: Any) -> Shared:
        key = (kind, scratch.name if scratch else "")
        if key not in running or not running[key].alive:
            # What the next command will ask it to read is not known yet.
            running[key] = Shared(Worker(kind, **options | {"reads": [Path("/")]}))
        return running[key]

    try:
        yield start
    finally:
        for shared in running.values():
            shared.end()


def run_here(command: list[str]) -> tuple[int, str]:
    """The command line in this process, from its own entry: (exit status, what it printed)."""
    said = io.StringIO()
    before = sys.argv
    sys.argv = ["espalier", *command]
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main()
    except SystemExit as ended:
        return (ended.code if isinstance(ended.code, int) else 0), said.getvalue()
    finally:
        sys.argv = before
    return 0, said.getvalue()
