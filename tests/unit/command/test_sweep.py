"""A sweep: its grid, its rows and pages, its exit code, what is built again. The builds themselves are played."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import threading
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from example_report import example_report

from espalier import cli
from espalier.cluster.jobs import Answer, Job, Refused
from espalier.cluster.local import run_here
from espalier.cluster.process import Running, perform
from espalier.command.cell import OUTCOME, OUTPUT, AskCell, Outcome
from espalier.command.grid import cells_of
from espalier.command.in_memory import absolute
from espalier.command.schema import schema
from espalier.command.sweep import Swept, sweep
from espalier.errors import EXIT_CODES, EspalierError, RecipeError
from espalier.recipe import Recipe
from espalier.recipe_file import load_recipe, parse_recipe
from espalier.recipe_paths import PATHS
from espalier.report.sweep import sweep_verdict
from espalier.store import Store
from espalier.sweep_file import axes, load_sweep
from espalier.sweep_rows import ORDER, SweepReport, SweepRow, with_front

ROOT = Path(__file__).parents[3]
RECIPE = """name = "net"
[model]
path = "model.keras"
[input]
size = [8, 8]
[calibration]
images = "images"
[prune]
method = "channels"
[[deploy]]
target = "cortex-m4"
reserve-ram = 1000
"""


def project(folder: Path, text: str, recipe: str = RECIPE) -> Path:
    """A folder with a recipe, what it names, and a sweep's file; its path."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "images/a.png").write_bytes(b"not looked at")
    (folder / "model.keras").write_bytes(b"not looked at either")
    (folder / "recipe.toml").write_text(recipe)
    path = folder / "sweep.toml"
    path.write_text('name = "grid"\nrecipes = ["recipe.toml"]\n' + text)
    return path


class Builds:
    """Plays the builds: what `answers` says of a cell, else one that passes; notes who was built."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.built: list[str] = []
        self.asked: dict[str, AskCell] = {}
        self.stop_after: int | None = None

    def __call__(
        self, jobs: Sequence[Job], told: Callable[[Job, float, str], None]
    ) -> Iterator[tuple[Job, Answer]]:
        for job in jobs:
            if self.stop_after is not None and len(self.built) == self.stop_after:
                raise KeyboardInterrupt
            self.built.append(job.name)
            self.asked[job.name] = msgspec.msgpack.decode(job.asked, type=AskCell)
            told(job, 0.5, "evaluate")
            yield job, self.answers.get(job.name.replace("-", "_").replace(".", "_"), passed())


def passed(**changes: Any) -> Answer:
    report = msgspec.structs.replace(example_report(), **changes)
    return Answer(
        files={
            OUTCOME: msgspec.json.encode(Outcome(executable=("run.sh",))),
            f"{OUTPUT}report.json": msgspec.json.encode(report),
            f"{OUTPUT}run.sh": b"#!/bin/sh\n",
        },
        seconds=2.5,
    )


def failed(kind: str, code: int) -> Answer:
    files = passed().files
    return Answer(files=files | {OUTCOME: msgspec.json.encode(Outcome(error=kind, why="too large", exit_code=code))})


def refused(kind: str, found: str = "it is broken") -> Answer:
    return Answer(refused=Refused(kind=kind, found=found, next_step="mend it"))


def swept(path: Path, builds: Builds, **options: Any) -> Swept:
    return sweep(path, path.parent / "dist", runner=builds, store=Store(path.parent / "store"), **options)


GRID = 'targets = ["cortex-m4", "cortex-m7"]\n[vary]\nprune.amount = [0.2, 0.4]\n'


def test_the_grid_is_the_product_of_all_lists_and_each_cell_is_checked(tmp_path: Path) -> None:
    path = project(tmp_path, GRID + 'quantize.scheme = ["int8"]\n')
    cells = cells_of(load_sweep(path), tmp_path, "sweep")
    assert [cell.name for cell in cells] == [
        f"cortex-{core}_amount-{amount}_scheme-int8" for core in ("m4", "m7") for amount in ("0.2", "0.4")
    ]
    assert [(c.recipe.prune.amount, c.recipe.deploy[0].target) for c in cells] == [
        (0.2, "cortex-m4"), (0.4, "cortex-m4"), (0.2, "cortex-m7"), (0.4, "cortex-m7")
    ]  # fmt: skip
    assert all(cell.recipe.deploy[0].reserve_ram == 1000 for cell in cells)
    assert cells[0].recipe.model.path == str(tmp_path / "model.keras")


def test_a_table_is_laid_over_the_recipes_key_by_key(tmp_path: Path) -> None:
    path = project(tmp_path, '[vary]\nprune = [{ method = "none" }, { amount = 0.5 }]\ninput.size = [[8, 8], [4, 4]]\n')
    cells = cells_of(load_sweep(path), tmp_path, "sweep")
    assert [(c.recipe.prune.method, c.recipe.prune.amount, c.recipe.input.size) for c in cells] == [
        ("none", 0.3, (8, 8)), ("none", 0.3, (4, 4)), ("channels", 0.5, (8, 8)), ("channels", 0.5, (4, 4))
    ]  # fmt: skip
    assert cells[1].name == "prune-method-none_size-4x4"


def test_every_model_of_a_folder_takes_the_place_of_the_recipes(tmp_path: Path) -> None:
    path = project(tmp_path, 'models = "nets"\n')
    (tmp_path / "nets").mkdir()
    for name in ("b.keras", "a.h5", "notes.txt"):
        (tmp_path / "nets" / name).write_bytes(name.encode())
    done = swept(path, Builds())
    assert [(row.cell, row.model, row.status) for row in done.report.rows] == [
        ("a", "a.h5", "passed"), ("b", "b.keras", "passed")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[vary]\nprune.amuont = [0.2]\n", ("amuont", "did you mean")),
        ("[vary]\nprune.amount = [0.2, 2]\n", ("prune.amount", "0.95")),
        ("[vary]\nprune.amount = 0.2\n", ("vary.prune.amount", "list")),
        ("[vary]\nprune.amount = [0.2, 0.2]\n", ("same build",)),
        ("[vary]\nquantize.scheme = []\n", ("vary.quantize.scheme",)),
        ('targets = ["cortex-m44"]\n', ("cortex-m44", "cortex-m4")),
        ('models = "nowhere"\n', ("nowhere",)),
        ("recipies = 3\n", ("recipies", "recipes")),
        (f"[vary]\nprune.amount = [{', '.join(str(i / 3000) for i in range(2001))}]\n", ("2,001 builds", "2,000")),
    ],
)
def test_a_grid_that_is_wrong_is_refused_before_anything_is_built(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    builds = Builds()
    with pytest.raises(EspalierError) as problem:
        swept(project(tmp_path, text), builds)
    assert all(word in str(problem.value) for word in words), problem.value
    assert builds.built == []
    assert not (tmp_path / "dist").exists()


def test_a_failed_cell_stops_nothing_and_its_row_says_why(tmp_path: Path) -> None:
    path = project(tmp_path, GRID)
    done = swept(
        path,
        Builds(cortex_m4_amount_0_2=failed("GateError", 5), cortex_m7_amount_0_4=refused("ModelRefusedError")),
    )
    rows = {row.cell: row for row in done.report.rows}
    assert [row.status for row in rows.values()] == ["failed", "passed", "passed", "refused"]
    gate, refusal = rows["cortex-m4_amount-0.2"], rows["cortex-m7_amount-0.4"]
    assert (gate.exit_code, gate.error, gate.why) == (5, "GateError", "too large")
    assert (refusal.exit_code, refusal.error) == (3, "ModelRefusedError")
    assert "it is broken" in refusal.why
    assert refusal.score_int8 is None
    assert done.failure is not None
    assert done.failure.exit_code == 3
    assert (done.folder / "cortex-m4_amount-0.4/run.sh").stat().st_mode & 0o100


@pytest.mark.parametrize("code", sorted(set(EXIT_CODES) - {0, 130}))
def test_every_exit_code_of_a_cell_has_a_place_in_that_of_the_sweep(code: int) -> None:
    assert code in ORDER


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({}, 0),
        ({"amount_0_2": failed("GateError", 5)}, 5),
        ({"amount_0_2": failed("GateError", 5), "amount_0_4": refused("BugError")}, 70),
        ({"amount_0_2": failed("VerificationError", 6), "amount_0_4": refused("UsageError")}, 6),
    ],
)
def test_the_exit_code_is_the_gravest_of_the_cells(tmp_path: Path, answers: dict[str, Answer], code: int) -> None:
    done = swept(project(tmp_path, "[vary]\nprune.amount = [0.2, 0.4]\n"), Builds(**answers))
    assert done.report.exit_code == code
    assert (done.failure.exit_code if done.failure else 0) == code


def test_what_one_key_asks_of_another_fails_that_cell_alone(tmp_path: Path) -> None:
    path = project(tmp_path, '[vary]\ninput.color = ["rgb", "bands"]\n')
    builds = Builds()
    done = swept(path, builds)
    assert [row.status for row in done.report.rows] == ["passed", "refused"]
    assert done.report.rows[1].error == "RecipeError"
    assert builds.built == ["color-rgb"]


def test_a_sweep_that_was_ended_goes_on_where_it_was(tmp_path: Path) -> None:
    path = project(tmp_path, GRID)
    first = Builds()
    first.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        swept(path, first)
    half = msgspec.json.decode((tmp_path / "dist/grid/sweep.json").read_bytes())
    assert [row["status"] for row in half["rows"]] == ["passed", "passed", "waiting", "waiting"]
    second = Builds()
    done = swept(path, second)
    assert first.built + second.built == [row.cell for row in done.report.rows]
    assert all(row.status == "passed" for row in done.report.rows)


def test_only_cells_whose_inputs_changed_are_built_again(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2, 0.4]\n")
    swept(path, Builds())
    again = Builds()
    swept(path, again)
    assert again.built == []
    path.write_text(path.read_text().replace("0.4", "0.5"))
    swept(path, again)
    assert again.built == ["amount-0.5"]
    (tmp_path / "images/a.png").write_bytes(b"another image")
    swept(path, again)
    assert again.built[1:] == ["amount-0.2", "amount-0.5"]
    swept(path, again, fresh=True)
    assert again.built[3:] == ["amount-0.2", "amount-0.5"]


def test_what_was_refused_is_tried_again(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2]\n")
    swept(path, Builds(amount_0_2=refused("WorkerError")))
    again = Builds()
    assert swept(path, again).failure is None
    assert again.built == ["amount-0.2"]


def test_an_output_that_was_removed_is_there_again_without_a_build(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2]\n")
    done = swept(path, Builds())
    report = done.folder / "amount-0.2/report.json"
    before = report.read_bytes()
    report.unlink()
    (done.folder / "amount-0.2/run.sh").unlink()
    again = Builds()
    swept(path, again)
    assert again.built == []
    assert report.read_bytes() == before


def test_latency_is_measured_only_where_nothing_runs_beside_it(tmp_path: Path) -> None:
    gated = RECIPE + "[budgets.max-latency-us]\nlitert = 1e6\n"
    for folder, recipe, timed in (("free", RECIPE, False), ("gated", gated, True)):
        builds = Builds()
        path = project(tmp_path / folder, "[vary]\nprune.amount = [0.2]\n", recipe)
        swept(path, builds)  # a runner is somewhere else
        assert builds.asked["amount-0.2"].timed is timed


def test_the_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2]\n")
    mine = tmp_path / "dist/grid/amount-0.2/thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    builds = Builds()
    with pytest.raises(EspalierError, match="no build wrote it"):
        swept(path, builds)
    assert builds.built == []
    assert mine.read_text() == "years of work"


def test_page_table_and_json_say_the_same_and_nothing_in_them_is_run(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2, 0.4]\n")
    done = swept(path, Builds(amount_0_4=refused("ModelRefusedError", "=1+1 <script>alert(1)</script>")))
    page = (done.folder / "sweep.html").read_text()
    assert page.count("<script>") == 1 and "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert 'href="amount-0.2/report.html"' in page
    assert "http" not in page.replace("http-equiv", "")
    rows = list(csv.DictReader(io.StringIO((done.folder / "sweep.csv").read_text())))
    assert [row["cell"] for row in rows] == ["amount-0.2", "amount-0.4"]
    assert rows[0]["vary.prune.amount"] == "0.2"
    assert float(rows[0]["model_bytes"]) == done.report.rows[0].model_bytes
    assert rows[1]["why"].startswith("'=")
    jsonschema = pytest.importorskip("jsonschema")
    found = msgspec.json.decode((done.folder / "sweep.json").read_bytes())
    jsonschema.Draft202012Validator(msgspec.json.decode(schema("sweep-report"))).validate(found)


def test_the_verdict_names_the_best_cell_and_the_smallest_that_loses_little() -> None:
    def row(cell: str, score: float | None, size: int, status: str = "passed") -> SweepRow:
        return SweepRow(cell=cell, recipe="r", model="m", targets=(), choices={}, status=status, images=500,  # type: ignore[arg-type]
                        score_int8=score, model_bytes=size)  # fmt: skip

    rows = (row("large", 0.96, 1000), row("small", 0.955, 600), row("tiny", 0.90, 200), row("over", 0.99, 9, "failed"))
    found = sweep_verdict(SweepReport(name="s", columns=(), rows=rows))
    assert found.text == (
        "3 of 4 cells pass their limits; large is best with 96.0%, and small is 40 % smaller for 0.50 points less."
    )
    assert found.next[0].startswith("Take `small`") and "500 images" in found.next[1]
    rows = (row("over", 0.9, 9, "failed"), row("next", None, 9, "waiting"))
    none = sweep_verdict(SweepReport(name="s", columns=(), rows=rows))
    assert none.text == "0 of 2 cells pass their limits." and none.next == (
        "Finish the sweep: the same command goes on where it was.",
    )


def test_the_front_holds_what_nothing_beats_among_the_same_targets() -> None:
    def row(cell: str, score: float, size: int, target: str = "a", macs: int | None = 5) -> SweepRow:
        return SweepRow(cell=cell, recipe="r", model="m", targets=(target,), choices={}, status="passed", measure="top-1",
                        images=10, score_int8=score, model_bytes=size, macs=macs)  # fmt: skip

    rows = (row("best", 0.9, 100), row("small", 0.8, 50), row("worse", 0.8, 60), row("other", 0.1, 900, "b"))
    assert [r.cell for r in with_front(rows) if r.front] == ["best", "small", "other"]


def test_the_example_is_a_sweep_that_its_schema_takes(tmp_path: Path) -> None:
    path = ROOT / "examples/digits/sweep.toml"
    cells = cells_of(load_sweep(path), path.parent, "sweep")
    assert len(cells) == 8
    assert len({cell.name for cell in cells}) == 8
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(msgspec.json.decode(schema("sweep")))
    assert not list(validator.iter_errors(msgspec.toml.decode(path.read_bytes())))


def test_the_command_prints_a_table_and_ends_with_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project(tmp_path, "[vary]\nprune.amount = [0.2]\n")
    monkeypatch.setenv("ESPALIER_STORE", str(tmp_path / "store"))
    monkeypatch.setattr("sys.argv", ["espalier", "sweep", str(path), "--out", str(tmp_path / "dist"), "--workers", "2"])
    monkeypatch.setattr("espalier.command.sweep._local", lambda workers: Builds(amount_0_2=failed("GateError", 5)))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 5
    assert "amount-0.2" in said.out
    assert "failed (exit 5) too large" in said.out
    assert "1 of 1 cells did not pass" in said.err


def test_a_build_that_is_refused_is_an_answer_of_its_own_process(tmp_path: Path) -> None:
    """The real thing: processes, frames, words; the model is no model."""
    path = project(tmp_path, "[vary]\nprune.amount = [0.2, 0.4]\n")
    done = sweep(path, tmp_path / "dist", workers=2, store=Store(tmp_path / "store"))
    assert [(row.status, row.error, row.exit_code) for row in done.report.rows] == [("refused", "ModelRefusedError", 3)] * 2
    assert all("model.keras" in row.why and row.seconds for row in done.report.rows)


def test_a_process_that_is_killed_costs_its_own_job(tmp_path: Path) -> None:
    running = Running(Job(name="a", kind="cell", asked=b""))
    os.killpg(running._process.pid, signal.SIGKILL)
    answer = running.done(lambda share, text: None)
    assert answer.refused is not None
    assert answer.refused.kind == "WorkerError"
    assert "SIGKILL" in answer.refused.found


def test_what_no_code_of_ours_asked_is_a_bug_that_is_told() -> None:
    answer = perform(Job(name="a", kind="cell", asked=b"\xc1"), lambda share, text: None)
    assert answer.refused is not None
    assert answer.refused.kind == "BugError"


def test_jobs_that_want_to_be_alone_wait_and_memory_holds_others_back(monkeypatch: pytest.MonkeyPatch) -> None:
    most, now, lock = [0], set(), threading.Lock()

    class Played:
        bytes_now = 0

        def __init__(self, job: Job) -> None:
            self.job = job

        def done(self, told: Any) -> Answer:
            with lock:
                now.add(self.job.name)
                most[0] = max(most[0], len(now))
                assert not self.job.alone or now == {self.job.name}
            time.sleep(0.02)
            with lock:
                now.remove(self.job.name)
            return Answer(peak_bytes=100)

        def stop(self) -> None: ...

    monkeypatch.setattr("espalier.cluster.local.Running", Played)
    jobs = [Job(name=str(place), kind="cell", asked=b"", alone=place == 0) for place in range(7)]
    for left, allowed in ((1 << 40, 3), (1, 1)):
        monkeypatch.setattr("espalier.cluster.local.available_bytes", lambda left=left: left)
        most[0] = 0
        names = [job.name for job, _ in run_here(jobs, workers=3, told=lambda *_: None)]
        assert sorted(names) == [job.name for job in jobs]
        assert names[-1] == "0"
        assert most[0] == allowed


def test_every_key_of_text_is_known_as_a_path_or_as_none() -> None:
    """Whoever adds a key decides: a path that is not in PATHS is lost when a recipe moves."""
    found = {place for place in _texts(Recipe, "") if place.removeprefix("head.") not in NO_PATHS}
    assert found <= set(PATHS)


def _texts(kind: Any, place: str) -> Iterator[str]:
    """The keys of a struct, and of those in it, that hold text of the user's own."""
    for field in msgspec.structs.fields(kind):
        inner = _structs(field.type)
        for one in inner:
            yield from _texts(one, f"{place}{field.name}.")
        if not inner and re.search(r"\bstr\b", str(field.type)):
            yield f"{place}{field.name}"


def _structs(kind: Any) -> list[Any]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return [kind]
    return [one for argument in typing.get_args(kind) for one in _structs(argument)]


NO_PATHS = {
    "accept", "anomaly.normal", "input.numbers.columns", "input.numbers.name",
    "binary.positive", "decision.cost.normal", "detect.boxes", "detect.objectness",
    "detect.scores", "detect.sizes", "name", "multi_label.thresholds", "regress.names",
    "regress.unit", "segment.alert", "segment.classes", "segment.colors", "version",
}  # fmt: skip


def test_a_recipe_in_memory_finds_every_file_from_another_folder(tmp_path: Path) -> None:
    text = RECIPE.replace('path = "model.keras"', 'path = "model.keras"\nlabels = "labels.txt"')
    text += '[evaluation]\nimages = "images"\nannotations = "boxes.json"\nmasks = "masks"\n'
    recipe = msgspec.toml.decode(text.encode())
    for given in (msgspec.convert(recipe, Recipe), absolute(msgspec.convert(recipe, Recipe), tmp_path)):
        found = absolute(given, tmp_path)
        assert found.model.labels == str(tmp_path / "labels.txt")
        assert found.evaluation is not None
        assert found.evaluation.annotations == str(tmp_path / "boxes.json")
        assert found.evaluation.masks == str(tmp_path / "masks")
        assert found.deploy[0].target == "cortex-m4"


def test_axes_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = project(tmp_path, "[vary]\nquantize.scheme = ['int8']\nprune.amount = [0.2]\n")
    assert [key for key, _ in axes(load_sweep(path))] == ["quantize.scheme", "prune.amount"]


def test_the_name_of_a_sweep_is_no_path(tmp_path: Path) -> None:
    path = project(tmp_path, "")
    path.write_text(path.read_text().replace('"grid"', '"../grid"'))
    with pytest.raises(RecipeError, match="name"):
        load_sweep(path)


def test_the_recipe_of_a_cell_is_one_that_a_build_reads(tmp_path: Path) -> None:
    path = project(tmp_path, GRID)
    builds = Builds()
    swept(path, builds)
    known = {name: parse_recipe(call.recipe) for name, call in builds.asked.items()}
    assert known["cortex-m7_amount-0.4"].prune.amount == 0.4
    assert load_recipe(tmp_path / "recipe.toml").prune.amount == 0.3


@pytest.mark.parametrize(
    ("text", "takes"),
    [
        ("prune.amount = [0.2]", True),
        ("prune = [{ amount = 0.5, fine-tune.epochs = 2 }]", True),
        ("input.size = [[8, 8]]", True),
        ("prune.amount = 0.2", False),
        ("prune.amount = [2]", False),
        ("prune = [{ amuont = 0.5 }]", False),
        ("prun.amount = [0.2]", False),
    ],
)
def test_an_editor_refuses_what_a_sweep_refuses(tmp_path: Path, text: str, takes: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = project(tmp_path, f"[vary]\n{text}\n")
    validator = jsonschema.Draft202012Validator(msgspec.json.decode(schema("sweep")))
    assert validator.is_valid(msgspec.toml.decode(path.read_bytes())) is takes
    if not takes:
        with pytest.raises(EspalierError):
            swept(path, Builds())
