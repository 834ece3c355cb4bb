from __future__ import annotations

import json
import math
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from example_report import HOSTILE, example_report

from espalier.command.lines import inspect_lines
from espalier.command.schema import schema
from espalier.report.decision import decision_chart
from espalier.report.files import report_files
from espalier.report.html import explain_html, html
from espalier.report.junit import junit
from espalier.report.layers import layer_table
from espalier.report.markdown import markdown
from espalier.report.text import key_figures, size, summary_lines
from espalier.row_parts import HeadRow, NumberRow
from espalier.row_prune import PruneRow
from espalier.rows import GateRow, ParityRow, Report, TopRow

FAILED = GateRow(name="budgets.max-model-bytes", limit=10, value=14000, passed=False, unit="bytes")


class Page(HTMLParser):
    """Collects tags and text, and fails on an element that is closed out of order."""

    VOID = frozenset({"meta", "img", "br", "link", "hr", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_and_escapes_every_hostile_string() -> None:
    page = Page(html(example_report()).decode())
    assert page.tags.count("script") == 1  # our own
    assert "alert(1)" in page.text
    assert "parts" in page.text and "95.50 %" in page.text


def test_the_page_loads_nothing_from_elsewhere() -> None:
    text = html(example_report()).decode()
    assert "http" not in text.replace("http-equiv", "")
    assert 'src="data:image/png' in text


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": None},
        {"latency": (), "parity": (), "emulated": (), "gates": (), "bundles": (), "contact_sheet": ()},
        {"status": "failed", "gates": (FAILED,), "bundles": ()},
        {
            "prune": PruneRow(
                method="none",
                requested=0,
                macs_before=1,
                macs_after=1,
                parameters_before=1,
                parameters_after=1,
                bytes_before=1,
                bytes_after=1,
                gzip_before=1,
                gzip_after=1,
            )
        },
    ],
)
def test_every_part_may_be_missing(changes: dict[str, object]) -> None:
    report = example_report(**changes)
    Page(html(report).decode())
    assert markdown(report)
    assert summary_lines(report, Path("dist"))


def test_a_drop_that_the_choice_of_the_step_flatters_says_so() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    lucky = example_report(accuracy=msgspec.structs.replace(accuracy, choice_points=0.48))
    assert dict(key_figures(lucky))["accuracy"].endswith("; the choice of the step flatters it by 0.48")
    assert "flatters" not in dict(key_figures(example_report()))["accuracy"]


def test_a_report_without_labels_shows_agreement_and_no_accuracy() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    bare = msgspec.structs.replace(accuracy, float=TopRow(top1=None), pruned=None, classes=(), confusion=())
    report = example_report(accuracy=bare)
    assert "accuracy" not in dict(key_figures(report))
    assert "agreement" in dict(key_figures(report))
    Page(html(report).decode())


def test_numbers_and_outputs_as_they_are_have_tables_of_their_own() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    number = NumberRow(
        name="speed" + HOSTILE, unit="km/h", tolerance=2.0, mae_float=0.5, mae_int8=0.75, mae_change=0.25, mae_low=-0.125,
        mae_high=0.5, r2_float=0.99, r2_int8=None, within_float=0.98, within_int8=0.97, within_low=0.95, within_high=0.99,
        step=0.0625,
    )  # fmt: skip
    head = HeadRow(
        name="boxes", values=40, sqnr_db=math.inf, worst_db=31.26, pruned_db=None, largest_difference=0.125, spread=4.0
    )
    report = example_report(accuracy=msgspec.structs.replace(accuracy, numbers=(number,), heads=(head,)))
    text = Page(html(report).decode()).text
    for said in ("0.75", "+0.25 (-0.125 to +0.5)", "0.9900", "97.00 % (95.00 % to 99.00 %)", "0.0625", "within tolerance"):
        assert said in text, said
    assert "boxes" in text and "inf" in text and "31.3" in text
    figures = dict(key_figures(report))
    assert figures["boxes"].startswith("40 values, inf dB") and "MAE int8 0.75" in figures["speed" + HOSTILE]


def test_a_failed_gate_is_named_everywhere() -> None:
    report = example_report(status="failed", gates=(FAILED,), bundles=())
    words = "14,000 is above the limit 10 bytes"
    assert words in html(report).decode()
    assert words in markdown(report).decode()
    assert words in "\n".join(summary_lines(report, Path("dist")))
    root = ET.fromstring(junit(report))
    assert root.find("testsuite[@name='gates']").get("failures") == "1"  # type: ignore[union-attr]


def test_the_page_draws_each_arena_and_the_json_keeps_its_figures_only() -> None:
    page = Page(html(example_report()).decode())
    assert html(example_report()).decode().count('<svg viewBox="0 0 10 10">') == 1
    assert "the peak is step 1 (conv_2d stem, add add" in page.text
    plain = json.loads(next(f.data for f in report_files(example_report()) if f.path == "report.json"))
    (arena,) = plain["memory"]["arenas"]
    assert arena["chart"] == "" and arena["peak"]["parts"][0] == {"name": "stem", "size_bytes": 30000}


def test_what_compressed_weights_save_and_cost_stands_in_the_terminal_and_on_the_page() -> None:
    report = example_report()
    price = "weights compressed: 80,000 -> 75,000 bytes for +1.9 M instructions (+15 %)"
    assert ("flash", f"cortex-m4: {price}") in key_figures(report)
    text = Page(html(report).decode()).text
    assert price in text and "of them for compressed weights" in text
    row = {**report.emulated[0], "coded": None, "layers": [{"name": "conv", "macs": 10, "instructions": 9}]}
    text = Page(html(msgspec.structs.replace(report, emulated=(row,))).decode()).text
    assert "compressed" not in text


def test_layers_whose_zeros_are_left_out_are_told_with_their_density_and_savings() -> None:
    report = example_report()
    told = "zero weights of 1 layer neither stored nor multiplied: -20,000 bytes"
    assert ("sparse", f"cortex-m4: {told}") in key_figures(report)
    text = Page(html(report).decode()).text
    for words in (told, "weights not zero", "25%", "20,000", "5,000,000", "all stored"):
        assert words in text, words
    layers = [{"name": "conv", "macs": 10, "instructions": 9}]
    row = {**report.emulated[0], "sparse": None, "coded": None, "layers": layers}
    text = Page(html(msgspec.structs.replace(report, emulated=(row,))).decode()).text
    assert "weights not zero" not in text


LAYER = {
    "tensor": "conv_2d_1", "layer": "stem" + HOSTILE, "operator": "CONV_2D", "sqnr_db": 18.2, "cosine": 0.99,
    "added_percent": 1.5, "low": -1.0, "high": 9.0, "int8_low": 0.0, "int8_high": 8.0, "saturated": 0.004,
    "peak_to_rms": 9.0, "weight_spread": 1234.5, "dead_channels": 0, "silent_channels": 0, "channels": 8,
    "input_ratio": None, "rescaled": False, "patterns": ["swish"], "gain_db": 2.5, "gain_agreement": 0.01,
    "gain_points": 0.4, "gain_points_low": -0.1, "gain_points_high": 0.9,
    "gain_output_db": 2.5, "gain_weights_db": None, "advice": ["widen it" + HOSTILE],
}  # fmt: skip
QUIET = LAYER | {
    "layer": "", "tensor": "dense_2", "gain_db": None, "gain_agreement": None, "gain_points": None, "advice": []
}  # fmt: skip
ACCOUNT = {
    "format": "espalier-explain/1", "name": "parts", "version": "1.2.3", "source": "evaluation images", "images": 128,
    "measured": "gain: measured", "notes": ["few"], "layers": [LAYER, *[QUIET] * 20], "rewritten": [], "unmatched": [],
    "output": {"sqnr_db": 12.0, "agreement": 0.97, "simulated_sqnr_db": 12.0, "simulation_equals_int8": 1.0},
}  # fmt: skip


def test_the_account_of_the_layers_is_ranked_named_and_advised_on_both_pages() -> None:
    for data in (html(example_report(explain=ACCOUNT)), explain_html(ACCOUNT)):
        page = Page(data.decode())
        assert page.tags.count("script") == 1
        gained = ("+2.50", "+1.0%", "+0.40", "(-0.10 to +0.90)")
        for words in ("stem<script>", *gained, "18.2", "-1 … 9", "in 0 … 8", "0.40%", "1,234.5 ×", "→ widen it"):
            assert words in page.text, words
        assert page.text.index("stem") < page.text.index("dense_2")
        assert page.tags.count("details") >= 1 and "9 layers that add less noise" in page.text
    ends = layer_table(ACCOUNT)["rows"][0]["range"]
    assert (ends["held"], ends["inside"], ends["beyond"]) == ((10, 80), (10, 80), [(0, 10), (90, 10)])
    plain = json.loads(next(f.data for f in report_files(example_report(explain=ACCOUNT)) if f.path == "report.json"))
    assert plain["explain"]["layers"][0]["gain_db"] == 2.5


def test_the_threshold_is_drawn_on_the_curve_of_coverage_and_precision() -> None:
    side = {
        "precision": 0.98, "precision_low": 0.96, "coverage": 0.9, "review": 0.1, "mean_confidence": 0.93,
        "expected_calibration_error": 0.02,
    }  # fmt: skip
    curve = [
        {"threshold": t, "precision_float": p, "coverage_float": c, "precision_int8": p, "coverage_int8": c}
        for t, p, c in ((0.0, 0.9, 1.0), (0.5, 0.98, 0.9), (0.95, None, 0.0))
    ]
    accuracy = example_report().accuracy
    assert accuracy is not None
    decision = {
        "threshold": 0.5, "float": side, "int8": side, "curve": curve, "wished_precision": 0.98, "wished_threshold": 0.5,
        "confidence_drift": 0.004,
    }  # fmt: skip
    given = msgspec.structs.replace(accuracy, decision=decision)
    drawn = html(example_report(accuracy=given)).decode()
    page = Page(drawn)
    assert drawn.count('aria-label="precision against coverage') == 1
    assert page.tags.count("polyline") == 2 and page.tags.count("circle") == 1
    for words in ("Decision threshold 0.5", "98.00 %", "10.00 %", "the least that reaches it is 0.5", "0.40 points"):
        assert words in page.text, words
    chart = decision_chart(given)
    assert chart is not None and chart["int8"] == "448.0,208.0 408.4,51.2"
    assert decision_chart(None) is None and decision_chart(accuracy) is None


def test_the_curve_of_ranges_against_images_and_still_tensors_are_shown() -> None:
    quantize = msgspec.structs.replace(
        example_report().quantize,
        calibration={
            "images": 100,
            "stability": {
                "images": 100, "tensors": 9, "differing": 1, "growing": 0, "worst": [],
                "curve": [{"images": 50, "covered": 0.91, "least": 0.6}],
                "still": [{"tensor": "t", "layer": "dead" + HOSTILE, "value": 0.0}],
            },
        },
    )  # fmt: skip
    page = Page(html(example_report(quantize=quantize)).decode())
    assert "1 of 9 ranges differ" in page.text and "91.00 %" in page.text and "without any variance: dead" in page.text


def test_the_ways_to_feed_the_model_are_listed() -> None:
    rows = ({"name": "as declared", "top1": 0.97, "n": 200}, {"name": "other" + HOSTILE, "top1": 0.31, "n": 67})
    page = Page(html(example_report(preprocessing=rows)).decode())
    assert "The declared preprocessing and 1 usual others" in page.text
    assert "as declared" in page.text and "31.00 %" in page.text and page.tags.count("script") == 1


def test_without_the_account_the_page_says_which_command_makes_it() -> None:
    assert "espalier explain RECIPE --html FILE" in Page(html(example_report()).decode()).text


def test_a_failed_limit_lists_the_layers_and_a_limit_that_is_not_shown_says_so_everywhere() -> None:
    limit = msgspec.structs.replace(FAILED, name="quantize.max-accuracy-drop", layers=("stem: widen it", "head"))
    doubt = msgspec.structs.replace(limit, passed=True, shown=False, why="9 images show nothing", layers=())
    for row, words in ((limit, "stem: widen it"), (doubt, "9 images show nothing")):
        report = example_report(gates=(row,))
        forms = [html(report).decode(), markdown(report).decode(), junit(report).decode()]
        forms.append("\n".join(summary_lines(report, Path("dist"))))
        assert [words in text for text in forms] == [True] * 4
    assert "passed, not shown" in markdown(example_report(gates=(doubt,))).decode()


def test_junit_shows_absent_tools_as_skipped() -> None:
    root = ET.fromstring(junit(example_report()))
    checks = root.find("testsuite[@name='checks']")
    assert checks is not None
    assert (checks.get("tests"), checks.get("skipped"), checks.get("failures")) == ("2", "1", "0")


def test_markdown_cannot_be_broken_out_of() -> None:
    text = markdown(example_report()).decode()
    assert "<script>" not in text
    assert HOSTILE not in text


def test_the_json_holds_the_interface_and_reads_back() -> None:
    files = {f.path: f.data for f in report_files(example_report())}
    assert set(files) == {"report.json", "report.html", "junit.xml", "summary.md"}
    plain = json.loads(files["report.json"])
    assert plain["format"] == "espalier-report/1"
    for key in (
        "name",
        "version",
        "status",
        "model",
        "stages",
        "prune",
        "quantize",
        "accuracy",
        "latency",
        "memory",
        "emulated",
        "gates",
        "checks",
        "bundles",
    ):
        assert key in plain
    assert set(plain["quantize"]["operators"]) == {"float", "int8", "int16"}
    assert set(plain["accuracy"]["flips"][0]) == {"image", "float", "int8", "label"}
    assert msgspec.json.decode(files["report.json"], type=Report).accuracy == example_report().accuracy


def test_the_same_report_gives_the_same_bytes() -> None:
    assert report_files(example_report()) == report_files(example_report())


def test_numbers_that_are_not_finite_stay_valid_json() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    report = example_report(accuracy=msgspec.structs.replace(accuracy, p_value=math.nan))
    json.loads(
        next(f.data for f in report_files(report) if f.path == "report.json"),
        parse_constant=lambda c: pytest.fail(f"{c} is no JSON"),
    )


def test_sizes_read_as_people_write_them() -> None:
    assert [size(v) for v in (0, 9999, 12345, 98_496, 12_345_678)] == [
        "0 B",
        "9,999 B",
        "12.3 kB",
        "98.5 kB",
        "12.3 MB",
    ]


def test_inspect_prints_a_head_and_aligned_tables() -> None:
    lines = inspect_lines(
        {
            "format": "keras",
            "input": [1, 32, 32, 3],
            "layers": [
                {"name": "a", "macs": 1000, "bias": True},
                {"name": "longer", "macs": 5, "bias": None},
            ],
        }
    )
    assert lines[0].startswith("format") and "1 x 32 x 32 x 3" in lines[1]
    table = lines[lines.index("layers") + 1 :]
    assert table[0].split() == ["name", "macs", "bias"]
    assert table[1].index("1,000") + len("1,000") == table[2].index("5") + 1


def test_a_class_without_images_still_has_a_row_in_the_confusion_matrix() -> None:
    accuracy = example_report().accuracy
    assert accuracy is not None
    emptied = tuple((0,) * len(row) if place == 0 else row for place, row in enumerate(accuracy.confusion))
    report = example_report(
        accuracy=msgspec.structs.replace(accuracy, classes=accuracy.classes[1:], confusion=emptied)
    )
    text = html(report).decode()
    Page(text)
    assert "output 0" in text


def test_the_head_gives_the_accuracy_of_every_runtime_and_kernel_set_with_its_interval() -> None:
    row = ParityRow(
        first="litert default",
        second="tflite-runtime default",
        n=2000,
        ran=400,
        largest_difference=30,
        top1_changes=36,
        top1_first=0.989,
        top1_second=0.991,
        points=-0.2,
        interval=(-0.7, 0.3),
    )
    text = dict(key_figures(example_report(parity=(row,))))["kernels"]
    assert text == (
        "accuracy per runtime and kernel set, n = 2000: litert default 98.90%; tflite-runtime default 99.10% (+0.20, 95 % "
        "-0.30 to +0.70)"
    )
    unlabelled = msgspec.structs.replace(row, labelled=False)
    assert dict(key_figures(example_report(parity=(unlabelled,))))["kernels"].startswith(
        "agreement with float per runtime"
    )


def test_the_report_is_what_its_schema_says_with_something_in_every_field() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="pip install -e '.[test]' installs jsonschema")
    (plain,) = (file.data for file in report_files(example_report()) if file.path == "report.json")
    jsonschema.validate(json.loads(plain), json.loads(schema("report")), jsonschema.Draft202012Validator)
    wrong = {**json.loads(plain), "gates": [{"name": "a"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads(schema("report")), jsonschema.Draft202012Validator)
