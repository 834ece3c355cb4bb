"""The page as its reader has it: what it says first, what it draws, what it may do in a browser, how large and slow it gets."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from html.parser import HTMLParser

import msgspec
import pytest
from example_report import example_report, full_report, nodes

from espalier.report.gates import headroom_words, people, title
from espalier.report.html import html
from espalier.report.ladder import ladder_chart
from espalier.report.measures import with_measures
from espalier.report.network import network_view
from espalier.report.verdict import verdict
from espalier.row_network import NetworkRow
from espalier.rows import (
    ArenaRow,
    BundleRow,
    GateRow,
    LatencyRow,
    MemoryRow,
    OperatorTime,
    StepRow,
    WithheldRow,
)


class Elements(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def page() -> str:
    return html(full_report()).decode()


def test_the_policy_names_the_one_script_and_the_one_style_and_allows_nothing_else(page: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy
    for tag in ("script", "style"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_nothing_in_the_page_is_a_handler_an_inline_style_or_a_request(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png;base64,")), (tag, attributes)


def test_every_anchor_leads_somewhere_and_every_id_is_one_of_its_kind(page: str) -> None:
    elements = Elements(page).found
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    led = {attributes["href"][1:] for tag, attributes in elements if tag == "a" and attributes["href"].startswith("#")}
    assert led <= set(ids)
    assert {"limits", "targets", "accuracy", "network", "again", "op20", "at20"} <= led


def test_every_drawing_has_a_text_alternative_or_is_the_bar_of_a_figure_that_stands_beside_it(page: str) -> None:
    drawings = [attributes for tag, attributes in Elements(page).found if tag == "svg"]
    assert len(drawings) > 20
    for attributes in drawings:
        if "aria-hidden" not in attributes and attributes["viewbox"] != "0 0 10 10":
            assert attributes["role"] in ("img", "group") and len(attributes["aria-label"]) > 20, attributes


def test_hostile_names_are_text_in_every_drawing_and_table(page: str) -> None:
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)") >= 6


def gate(name: str, limit: float, value: float | None, unit: str = "bytes", **more: object) -> GateRow:
    less = name.rsplit(".", 1)[-1].startswith("min-")
    passed = value is not None and (value >= limit if less else value <= limit)
    return GateRow(name=name, limit=limit, value=value, unit=unit, passed=passed, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (gate("budgets.max-model-bytes", 100, 94), "6 % headroom"),
        (gate("budgets.max-model-bytes", 100, 99.95), "under 0.1 % headroom"),
        (gate("budgets.max-model-bytes", 40_000, 48_778), "22 % over"),
        (gate("budgets.max-model-bytes", 1, 12), "over 10 times the limit"),
        (gate("budgets.min-class-recall", 0.98, 0.95, "share"), "3 points short"),
        (gate("budgets.min-class-recall", 0.85, 0.954, "share"), "10 points to spare"),
        (gate("budgets.min-psnr", 30, 33, "dB"), "10 % headroom"),
        (gate("budgets.max-model-bytes", 100, None), ""),
        (gate("budgets.max-macs", 0, 0), ""),
        (gate("quantize.max-accuracy-drop", 0.5, -0.04, "points"), "100 % headroom"),
    ],
)
def test_headroom_is_told_in_people_s_words(row: GateRow, words: str) -> None:
    assert headroom_words(row) == words


def test_figures_and_names_of_limits_are_people_s() -> None:
    assert people(0.37037, "share") == "37.04 %" and people(0.9, "share") == "90 %" and people(1.0, "share") == "100 %"
    assert people(60_000, "bytes") == "60,000 bytes" and people(2500, "µs") == "2.50 ms"
    assert title("cortex-m4.ram-bytes") == "RAM of cortex-m4" and title("budgets.max-model-bytes") == "size of the model"


def test_the_verdict_of_a_build_that_passed_says_for_whom_how_good_and_what_is_left() -> None:
    found = verdict(example_report())
    assert found.text == (
        "parts 1.2.3 is ready for android-arm64: 95.5% of the images right in int8, 0.50 points less than the float model "
        "(600 images); size of the model has 93 % headroom."
    )
    assert found.next[0] == "Read the warning below." and "espalier verify android-arm64" in found.next[-1]


def test_the_verdict_of_a_failed_build_says_what_failed_by_how_much_and_what_to_do() -> None:
    failed = (
        gate("budgets.max-model-bytes", 40_000, 48_778),
        gate("cortex-m4.ram-bytes", 1000, 1200, why="the arena. What helps: optimize = \"ram\", which takes 900"),
    )
    found = verdict(example_report(status="failed", gates=failed, bundles=()))
    assert found.text.startswith(
        "parts 1.2.3 did not pass: size of the model is 48,778 bytes, 22 % over (limit: at most 40,000 bytes); RAM of cortex-m4"
    )
    assert found.text.endswith("No bundle was written.")
    assert found.next == (
        'size of the model: remove channels until it fits: [prune] method = "fit"',
        'RAM of cortex-m4: optimize = "ram", which takes 900',
    )


def test_a_failure_of_one_target_names_the_bundles_that_were_written() -> None:
    report = example_report(status="failed", gates=(), withheld=(WithheldRow(target="esp32-c3", why="no operator x"),))
    text = verdict(report).text
    assert "esp32-c3 was refused: no operator x" in text and "Bundles of android-arm64 were written" in text


def test_measures_come_to_the_operator_that_they_are_of() -> None:
    network = NetworkRow(nodes=(*nodes(3), msgspec.structs.replace(nodes(1)[0], name="layer1")))
    emulated = [{"target": "cortex-m4", "layers": [
        {"name": "conv_2d layer1", "macs": 1, "instructions": 700}, {"name": "calls", "macs": 0, "instructions": 5}]}]
    times = LatencyRow(
        runtime="litert", variant="int8", threads=1, delegate="", cpu="", cold_us=1, first_us=1, median_us=1, p90_us=1, p99_us=1,
        n=1, operators=(
            OperatorTime(name="2 conv_2d", microseconds=3.5, share=1), OperatorTime(name="0 add", microseconds=9, share=0),
        ),
    )  # fmt: skip
    found = with_measures(network, emulated, [times], None).nodes  # type: ignore[arg-type]
    assert [node.instructions for node in found] == [{}, {"cortex-m4": 700}, {}, {}]
    assert [node.microseconds for node in found] == [None, None, 3.5, None]  # what is named by another kind is not believed


def test_the_picture_shades_each_box_by_its_share_and_names_the_heaviest() -> None:
    view = network_view(NetworkRow(nodes=nodes(11)))
    assert view is not None and [way["key"] for way in view["ways"]] == ["size"]
    assert view["ways"][0]["said"].startswith("layer10, 1,000 bytes (18.2%); layer9")
    shades = re.findall(r'<rect class="size(\d)"', view["picture"])
    assert shades[0] == "0" and shades[-1] == "5" and shades == sorted(shades)
    assert network_view(NetworkRow(nodes=())) is None


def test_the_ladder_is_drawn_where_its_files_differ_in_size() -> None:
    small = StepRow(name="a", top1=0.9, drop=1.0, kept=False, bytes=1000)
    large = StepRow(name="b", top1=0.95, drop=0.5, kept=True, bytes=1400)
    drawn = ladder_chart((small, large))
    assert drawn is not None and "b: 95.00% at 1,400 bytes, kept" in drawn
    assert ladder_chart((small, msgspec.structs.replace(large, bytes=1000))) is None


def test_sixty_targets_and_five_hundred_layers_stay_under_a_megabyte_and_a_second() -> None:
    report = full_report()
    names = [f"board-{n:02d}" for n in range(60)]
    counts = dict.fromkeys(names, 12_345)
    layers = [{"name": f"conv_2d layer{n}", "macs": 1, "instructions": 2, "decoding": 1} for n in range(500)]
    emulated = tuple({**report.emulated[0], "target": name, "layers": layers} for name in names)
    (arena,) = report.memory.arenas
    chart = '<svg viewBox="0 0 10 10">' + '<rect x="1" y="2" width="3" height="4"/>' * 500 + "</svg>"
    arenas = tuple(ArenaRow(target=name, peak=arena.peak, chart=chart + f"<!-- {n % 9} -->") for n, name in enumerate(names))
    large = msgspec.structs.replace(
        report,
        emulated=emulated,
        network=NetworkRow(nodes=nodes(500, instructions=counts, microseconds=1.5)),
        bundles=tuple(BundleRow(target=name, path=name, sha256="ab" * 32, bytes=10_000, files=9) for name in names),
        gates=tuple(gate(f"{name}.{what}-bytes", 50_000, 20_000) for name in names for what in ("flash", "ram")),
        memory=MemoryRow(
            arena_bytes=dict.fromkeys(names, 10_000), peak_rss_bytes={}, arenas=arenas,
        ),
    )  # fmt: skip
    started = time.process_time()
    text = html(large)
    assert time.process_time() - started < 1.0
    assert len(text) < 1_000_000
