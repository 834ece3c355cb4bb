"""The pages as their readers use them, in a headless Chromium: clicks, filters, keyboards, phones, dark rooms, paper."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from browser import answer, axe, browse, dom, findings
from example_report import arena_row, example_report, full_report

from espalier.facts import Check, TensorFacts
from espalier.fit_rows import FitGoal, FitPoint, FitRow
from espalier.report.html import html
from espalier.report.program import ProgramReport, program_files
from espalier.report.sweep import sweep_html
from espalier.report.verdict import verdict
from espalier.rows import GateRow, StepRow
from espalier.sweep_rows import SweepReport, SweepRow

pytestmark = [pytest.mark.sweep, pytest.mark.xdist_group("browser")]


def fitted() -> bytes:
    goals = (FitGoal(name="budgets.max-macs", unit="MACs", limit=600, given=1000, floor=100, reached=590, binding=True),)
    points = tuple(
        FitPoint(number=n, counts=(n, n), macs=100 * n, model_bytes=1000 * n, taken=(100.0 * n,), distance=0.1, agreement=0.9,
                 accuracy=0.8 + 0.01 * n, fits=n < 6, chosen=n == 5)
        for n in range(1, 9)
    )  # fmt: skip
    report = full_report()
    fit = FitRow(goals=goals, points=points, groups=())
    steps = tuple(StepRow(name=f"step {n}", top1=0.9 + n / 100, drop=1.0, kept=n == 2, bytes=14_000 + 500 * n) for n in range(3))
    quantize = msgspec.structs.replace(report.quantize, steps=steps)
    prune = msgspec.structs.replace(report.prune, method="fit", fit=fit)
    return html(msgspec.structs.replace(report, prune=prune, quantize=quantize))


def failed() -> bytes:
    gates = (
        GateRow(name="budgets.max-model-bytes", limit=40_000, value=48_778, passed=False, unit="bytes", why="why", layers=("a",)),
        GateRow(name="budgets.min-class-recall", limit=0.9, value=0.85, passed=False, unit="share"),
        GateRow(name="quantize.max-accuracy-drop", limit=0.5, value=0.1, passed=True, shown=False, unit="points", why="few"),
    )
    checks = (Check(name="twin", tool="litert", result="failed", why="a byte differs"),)
    report = msgspec.structs.replace(full_report(), status="failed", gates=gates, bundles=(), checks=checks)
    return html(msgspec.structs.replace(report, verdict=verdict(report)))


def swept() -> bytes:
    rows = tuple(
        SweepRow(cell=f"amount-{n}", recipe="r", model="m", targets=("cortex-m4",), choices={}, measure="top-1", images=100,
                 status="failed" if n % 3 else "passed", score_int8=0.9 - n / 100, macs=1000 - 10 * n, model_bytes=9000 - n,
                 front=n < 4, report_sha256="ab", why="budgets.max-macs" if n % 3 else "", exit_code=5 if n % 3 else 0)
        for n in range(14)
    )  # fmt: skip
    return sweep_html(SweepReport(name="grid", columns=(), rows=rows, exit_code=5, machine={"cpu": "Some CPU"}))


def compiled() -> bytes:
    report = example_report()
    end = TensorFacts(name="x", shape=(1, 8, 8, 1), dtype="int8", scale=0.1, zero_point=-128)
    program = ProgramReport(
        name="net", version="1", status="passed", target="cortex-m4", inputs=(end,), outputs=(end,), notes=("a note",),
        model={"file": "net.tflite", "sha256": "ab", "bytes": 10, "operators": 2, "macs": 9}, arena_bytes=36864,
        arena=arena_row(),
        emulated=report.emulated, modes=(), gates=report.gates, checks=report.checks,
    )  # fmt: skip
    return next(file.data for file in program_files(program) if file.path == "report.html")


PAGES = {"fitted": fitted, "failed": failed, "sweep": swept, "program": compiled}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe(tmp_path_factory.mktemp("axe"))


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (390, True), (390, False), (1400, True)])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(name: str, width: int, dark: bool, source: str, tmp_path: Path) -> None:
    found = findings(PAGES[name]().decode(), source, tmp_path, width=width, dark=dark)
    assert [row for row in found if row[0] in ("serious", "critical")] == []


def test_axe_finds_text_that_cannot_be_read(source: str, tmp_path: Path) -> None:
    text = compiled().decode().replace("--soft: #55625a", "--soft: #d0d5d2")
    assert "color-contrast" in [row[1] for row in findings(text, source, tmp_path)]


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_page_without_scrolling_it_sideways(name: str, tmp_path: Path) -> None:
    script = "Promise.resolve(document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    assert answer(PAGES[name]().decode(), script, tmp_path, width=500) == 0  # the narrowest window of a headless Chromium


def test_the_script_runs_under_the_page_s_own_policy_and_a_changed_one_does_not(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(swept())
    assert '<button type="button">' in dom(page)
    page.write_bytes(swept().replace(b'button.type = "button"', b'button.type ="button"'))
    assert '<button type="button">' not in dom(page)


def test_a_click_sorts_a_table_by_its_figures_and_a_word_filters_it(tmp_path: Path) -> None:
    script = """(async () => {
      const table = document.querySelector("table.operators"), names = () => [...table.rows].slice(1).filter((r) => !r.hidden)
        .map((r) => r.cells[1].textContent);
      const button = [...table.rows[0].querySelectorAll("button")].find((b) => b.textContent.startsWith("weights"));
      button.click(); const down = names().slice(0, 2); button.click(); const up = names().slice(0, 3);
      const field = document.querySelector("input[type=search][aria-label='Filter rows of Operators']");
      field.value = "LAYER1"; field.dispatchEvent(new Event("input"));
      return { down, up, filtered: names().length, said: field.nextSibling.textContent, sort: button.parentNode.ariaSort };
    })()"""
    found = answer(html(full_report()).decode(), script, tmp_path)
    assert found["down"] == ["layer19", "layer18"] and found["up"][0] == "layer1" and found["sort"] == "ascending"
    assert found["filtered"] == 11 and found["said"] == "11 of 21"


def test_a_click_on_a_box_leads_to_its_row_and_a_colour_is_another_figure(tmp_path: Path) -> None:
    script = """(async () => {
      document.querySelector("#at7").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: window }));
      await new Promise((done) => setTimeout(done, 300));
      const row = document.querySelector(":target"), box = document.querySelector("#at19 rect");
      const fill = () => getComputedStyle(box).fill, before = fill();
      document.querySelector("#by-time").click();
      return { row: row && row.id, before, after: fill() };
    })()"""
    report = full_report()
    assert report.network is not None
    counts = ({"cortex-m4": 900 - 40 * place} for place in range(30))
    nodes = tuple(msgspec.structs.replace(node, instructions=next(counts)) for node in report.network.nodes)
    report = msgspec.structs.replace(report, network=msgspec.structs.replace(report.network, nodes=nodes))
    text = html(report).decode().replace('id="by-time" checked', 'id="by-time"').replace('id="by-size"', 'id="by-size" checked')
    found = answer(text, script, tmp_path)
    assert found["row"] == "op7" and found["before"] != found["after"]


def test_the_page_prints_to_paper(tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_bytes(fitted())
    browse(page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    assert paper.read_bytes().count(b"/Type /Page\n") >= 3 or paper.stat().st_size > 40_000
