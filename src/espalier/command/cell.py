"""One cell of a sweep as a job of its own process: a whole build by the pipeline, and its output as plain bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..cluster.jobs import Told
from ..facts import Artifact
from ..recipe_file import dump_recipe, parse_recipe
from ..recipe_paths import with_paths
from ..scratch import Scratch
from ..terminal import Progress
from .build import build

OUTPUT, OUTCOME = "output/", "outcome"
"""Names of a cell's files: those of the build's folder begin with OUTPUT."""


class AskCell(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell is asked: the text of its recipe, whose paths are absolute, and the options of the build. `file`: what the
    recipe is called in messages."""

    recipe: bytes
    file: str
    tools: str = "fast"
    strict: bool = False
    timed: bool = True
    fresh: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a build ended that wrote its report; `error`: the class, "" where it passed."""

    error: str = ""
    why: str = ""
    exit_code: int = 0
    executable: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class _Told(Progress):
    """Tells the parent how far the build is."""

    def __init__(self, told: Told) -> None:
        super().__init__(quiet=True)
        self._to = told

    def step(self, stage: str, done: float, total: float, text: str = "") -> None:
        """A stage is `done`/`total` far."""
        super().step(stage, done, total, text)
        self._to(self.share(), stage)


def run(asked: bytes, told: Told) -> dict[str, bytes]:
    """Build a cell; `asked`: an AskCell. Raises what the build refuses."""
    cell = msgspec.msgpack.decode(asked, type=AskCell)
    with Scratch() as folder:
        recipe = folder / cell.file
        recipe.write_bytes(cell.recipe)
        outcome = build(
            recipe,
            folder / "out",
            tools=cell.tools,
            strict=cell.strict,
            timed=cell.timed,
            fresh=cell.fresh,
            progress=_Told(told),
        )
        paths = sorted(path for path in outcome.folder.rglob("*") if path.is_file())
        names = {path: path.relative_to(outcome.folder).as_posix() for path in paths}
        failure = outcome.failure
        said = Outcome(
            error="" if failure is None else type(failure).__name__,
            why="" if failure is None else _one_line(str(failure)),
            exit_code=0 if failure is None else failure.exit_code,
            executable=tuple(name for path, name in names.items() if path.stat().st_mode & 0o100),
            warnings=outcome.warnings,
        )
        files = {OUTPUT + name: path.read_bytes() for path, name in names.items()}
    return {OUTCOME: msgspec.json.encode(said), **files}


def moved(asked: bytes, where: Mapping[str, str]) -> bytes:
    """An AskCell whose recipe names the same files at other places."""
    cell = msgspec.msgpack.decode(asked, type=AskCell)
    recipe = with_paths(parse_recipe(cell.recipe), lambda path, role: where.get(path, path))
    return msgspec.msgpack.encode(msgspec.structs.replace(cell, recipe=dump_recipe(recipe)))


def _one_line(text: str) -> str:
    return " | ".join(text.splitlines())


def outcome_of(files: dict[str, bytes]) -> Outcome:
    """How a cell's build ended."""
    return msgspec.json.decode(files[OUTCOME], type=Outcome)


def artifacts(files: dict[str, bytes]) -> list[Artifact]:
    """The files of a cell's output folder."""
    executable = outcome_of(files).executable
    return [
        Artifact(path=name, data=data, executable=name in executable)
        for place, data in files.items()
        if place.startswith(OUTPUT) and (name := place.removeprefix(OUTPUT))
    ]


def report_of(files: dict[str, bytes]) -> bytes:
    """report.json of a cell."""
    return files[OUTPUT + "report.json"]


def recipe_name(cell: str) -> str:
    """What the recipe of a cell is called."""
    return Path(f"{cell}.toml").name
