"""`espalier sweep`: a grid of builds, side by side, and what they come to."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from .. import errors
from ..cluster.address import Cluster
from ..cluster.jobs import Answer, Job, Refused, refused
from ..cluster.local import run_here
from ..errors import EspalierError, UsageError, machine_errors
from ..measure.benchmark import cpu_name
from ..recipe import Recipe
from ..recipe_file import dump_recipe
from ..report.sweep import sweep_csv, sweep_html, sweep_json, sweep_parquet
from ..stages.output import OUTPUT
from ..stages.publish import may_replace, publish
from ..stages.workshop import versions
from ..store import Store, key_of
from ..sweep_file import load_sweep
from ..sweep_rows import SweepReport, SweepRow, exit_code_of, with_front
from ..terminal import Progress
from .cell import AskCell, artifacts, outcome_of, recipe_name, report_of
from .grid import Cell, cells_of
from .inputs import Contents, contents_of, data_of
from .sweep_row import built_row, refused_row, waiting_row

STAGE = "cells"
CELL_SECONDS = 30.0
"""What a cell is expected to take when none has ended."""

Runner = Callable[[Sequence[Job], Callable[[Job, float, str], None]], Iterator[tuple[Job, Answer]]]
"""Runs jobs and gives each with its answer, as they end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep leaves. `failure`: the error that the command ends with, None where every cell passed."""

    report: SweepReport
    report_json: bytes
    folder: Path
    failure: EspalierError | None


class _Sweep:
    """The rows of a sweep as they fill, and the folder that shows them."""

    def __init__(self, name: str, cells: Sequence[Cell], out: Path) -> None:
        self.name, self.cells, self.folder = name, tuple(cells), out / name
        self.rows = {cell.name: waiting_row(cell) for cell in cells}
        self.warnings: list[str] = []

    def report(self) -> SweepReport:
        rows = with_front(tuple(self.rows[cell.name] for cell in self.cells))
        columns = tuple(dict.fromkeys(key for cell in self.cells for key in cell.choices))
        return SweepReport(
            name=self.name,
            columns=columns,
            rows=rows,
            exit_code=exit_code_of(rows),
            warnings=tuple(dict.fromkeys(self.warnings)),
            machine={"cpu": f"{cpu_name()}, {os.cpu_count()} cores", **_packages()},
        )

    def write(self) -> bytes:
        """Write page, table and JSON as they are now, each whole or not at all; the JSON."""
        report = self.report()
        files = {"sweep.json": sweep_json(report), "sweep.csv": sweep_csv(report), "sweep.html": sweep_html(report)}
        table = sweep_parquet(report)
        files |= {} if table is None else {"sweep.parquet": table}
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            _write(self.folder / name, data)
        return files["sweep.json"]


def sweep(
    path: Path | str,
    out: Path | str = "dist",
    *,
    workers: int = 1,
    tools: str = "fast",
    strict: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    store: Store | None = None,
    cluster: Cluster | None = None,
    runner: Runner | None = None,
) -> Swept:
    """Build every cell of a sweep's file into out/<name>/<cell>/, with a page, a table and JSON beside them.

    `workers`: builds at once; with more than one no latency is measured, but of a recipe with a budget of it, which is built
    alone at the end. `cluster`: a scheduler whose workers build the cells; `workers` then is how many are built here when it is
    lost. `runner`: runs the cells otherwise. A cell that was built before is read back from the store, unless
    `fresh`. What a cell fails by is its row; raises RecipeError and the like for what makes the grid itself wrong.
    """
    progress, store = progress or Progress(quiet=True), store or Store.default()
    path = Path(path)
    with machine_errors():
        plan = load_sweep(path)
        cells = cells_of(plan, path.resolve().parent, f"sweep {path.name}")
        state = _Sweep(plan.name, cells, Path(out))
        _check_folder(state)
        beside = workers > 1 or runner is not None or cluster is not None
        asked = {}
        for cell in cells:
            try:
                asked[cell.name] = _asked(cell, store, tools=tools, strict=strict, fresh=fresh, beside=beside)
            except EspalierError as problem:
                state.rows[cell.name] = refused_row(cell, Answer(refused=refused(problem)))
        try:
            if cluster is not None:
                runner = _there(cluster, workers, state.warnings.append)
            _fill(state, asked, store, progress, runner or _local(workers), fresh=fresh)
        finally:
            progress.close()
            store.close()
            data = state.write()
    report = state.report()
    return Swept(report=report, report_json=data, folder=state.folder, failure=_failure(report))


def _local(workers: int) -> Runner:
    return lambda jobs, told: run_here(jobs, workers=workers, told=told)


def _there(cluster: Cluster, workers: int, warn: Callable[[str], None]) -> Runner:
    """Runs on a cluster, whose scheduler and workers are looked at before anything is built."""
    from ..cluster.scheduler import Session, run_on

    session = Session(cluster, warn)

    def run(jobs: Sequence[Job], told: Callable[[Job, float, str], None]) -> Iterator[tuple[Job, Answer]]:
        try:
            yield from run_on(session, jobs, workers=workers, told=told, warn=warn)
        finally:
            session.close()

    return run


@dataclass(frozen=True, slots=True)
class _Asked:
    job: Job
    key: str


def _asked(cell: Cell, store: Store, *, tools: str, strict: bool, fresh: bool, beside: bool) -> _Asked:
    """The job of a cell, and the key of its result: its recipe with the contents of what it names in place of paths."""
    if cell.error is not None:
        raise cell.error
    contents = contents_of(cell.recipe, store)
    gated = _needs_latency(cell.recipe)
    timed = gated or not beside
    call = AskCell(
        recipe=dump_recipe(cell.recipe),
        file=recipe_name(cell.name),
        tools=tools,
        strict=strict,
        timed=timed,
        fresh=fresh,
    )
    job = Job(name=cell.name, kind="cell", asked=msgspec.msgpack.encode(call), alone=gated and beside, data=data_of(contents))
    return _Asked(job, _key(cell, contents, call))


def _key(cell: Cell, contents: Contents, call: AskCell) -> str:
    inputs = {
        "recipe": msgspec.to_builtins(contents.recipe),
        "file": call.file,  # its name is in messages of the report
        "tools": call.tools,
        "strict": call.strict,
        "timed": [cpu_name(), os.cpu_count()] if call.timed else None,
        "versions": versions(),
    }
    return key_of("sweep/cell", inputs)


def _needs_latency(recipe: Recipe) -> bool:
    """Whether a budget of the recipe is about this machine's clock."""
    budget = recipe.budgets.max_latency_us
    return budget is not None and (budget.litert is not None or budget.tflite_runtime is not None)


def _fill(
    state: _Sweep, asked: dict[str, _Asked], store: Store, progress: Progress, runner: Runner, *, fresh: bool
) -> None:
    """Every row that is not there yet: from the store, else from its build."""
    cells = {cell.name: cell for cell in state.cells}
    clock = _Clock(progress, len(cells))
    for name in [cell.name for cell in state.cells if cell.name not in asked]:
        clock.ended(name, state.rows[name], stored=False)
    waiting = []
    for name, one in asked.items():
        files = None if fresh else store.get(one.key)
        if files is None:
            waiting.append(one.job)
        else:
            _take(state, cells[name], Answer(files=files), stored=True)
            clock.ended(name, state.rows[name], stored=True)
    state.write()
    with closing(runner(waiting, clock.told)) as answers:  # type: ignore[type-var]
        for job, answer in answers:
            if answer.refused is None:
                store.put(asked[job.name].key, answer.files, replace=fresh)
            _take(state, cells[job.name], answer, stored=False)
            clock.ended(job.name, state.rows[job.name], stored=False)
            state.write()


def _take(state: _Sweep, cell: Cell, answer: Answer, *, stored: bool) -> None:
    """A cell's answer becomes its row, and its files appear in its folder."""
    if answer.refused is not None:
        state.rows[cell.name] = refused_row(cell, answer)
        return
    folder = state.folder / cell.name
    outcome = outcome_of(answer.files)
    try:
        if not (stored and _is_there(folder, report_of(answer.files))):
            aside = publish(artifacts(answer.files), folder, owner=OUTPUT)
            if aside is not None:
                state.warnings.append(f"files that no build had written into {folder} were kept in {aside}")
    except EspalierError as problem:
        state.rows[cell.name] = refused_row(cell, Answer(refused=refused(problem)))
        return
    state.warnings += outcome.warnings
    state.rows[cell.name] = built_row(cell, answer)


def _is_there(folder: Path, report: bytes) -> bool:
    """Whether a folder holds the output with this report already."""
    with suppress(OSError):
        return (folder / "report.json").read_bytes() == report
    return False


class _Clock:
    """Tells the progress line how far the sweep is: cells that ended, and parts of those that run."""

    def __init__(self, progress: Progress, cells: int) -> None:
        self._progress, self._cells = progress, cells
        self._ended = 0
        self._shares: dict[str, float] = {}
        self._began: dict[str, float] = {}
        progress.plan([STAGE], {STAGE: CELL_SECONDS * max(1, cells)})

    def told(self, job: Job, share: float, text: str) -> None:
        self._began.setdefault(job.name, time.monotonic())
        self._shares[job.name] = max(share, self._shares.get(job.name, 0.0))
        self._say(f"{job.name}: {text}")

    def ended(self, name: str, row: SweepRow, *, stored: bool) -> None:
        self._ended += 1
        self._shares.pop(name, None)
        said = row.status if row.status == "passed" else f"{row.status} (exit {row.exit_code}): {row.why[:120]}"
        self._progress.end(f"{self._ended}/{self._cells} {name}", row.seconds or 0.0, stored, said)
        self._say(name)

    def _say(self, text: str) -> None:
        running = sum(list(self._shares.values()))
        self._progress.step(STAGE, min(self._ended + running, self._cells), self._cells, text)


def _check_folder(state: _Sweep) -> None:
    """Refuse a folder that is a file, or that a single build wrote, before anything starts."""
    if os.path.lexists(state.folder) and not state.folder.is_dir():
        raise UsageError(
            f"the output folder {state.folder} is a file",
            supported="a folder, or nothing, at that place",
            next_step="remove it, or choose another folder with --out",
        )
    for cell in state.cells:
        may_replace(state.folder / cell.name, OUTPUT)


def _failure(report: SweepReport) -> EspalierError | None:
    """What the command ends with: the error of the class and exit code that the report has."""
    if report.exit_code == 0:
        return None
    wrong = [row for row in report.rows if row.exit_code]
    first = next(row for row in wrong if row.exit_code == report.exit_code)
    kind = Refused(kind=first.error, found="").error
    known = type(kind) if kind.exit_code == report.exit_code else errors.BugError
    return known(
        f"{len(wrong)} of {len(report.rows)} cells did not pass: "
        + "; ".join(f"{row.cell} (exit {row.exit_code})" for row in wrong[:8])
        + (f" and {len(wrong) - 8} more" if len(wrong) > 8 else ""),
        next_step="the rows and the page say why; a sweep that is run again builds only what is missing or has changed",
    )


def _packages() -> dict[str, str]:
    return {name: version for name, version in versions().items() if name != "espalier-source"}


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
