"""Networks with dead channels: what a build compiles is never slower than the network as given, and answers the same."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
from dead_nets import dead_net, half_dead_mobilenet, image_of

from espalier.emit.choose_widths import chosen_widths
from espalier.emit.selftest import GoldenCase
from espalier.graph import reference
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph
from espalier.measure.count_many import Net, count_many
from espalier.measure.cross import CORES

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
LARGEST_HALF_DEAD = 7_000_000
WRONG_CHOICE = 1.02
"""Times the instructions without widening that a widened program may take: the price lists' error."""


def figures(named: Sequence[tuple[str, Graph]], core: str) -> list[tuple[str, int, int, int]]:
    """(name, instructions as given, with only the channels that are needed, as built); the bytes of all three are those of
    the reference of the network as given."""
    nets = []
    for number, (_, graph) in enumerate(named):
        image = image_of(graph, number)
        case = GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())
        needed, _ = simplify(graph)
        built = chosen_widths(needed, optimize="speed", isa=CORES[core].isa)
        nets += [Net(graph=g, golden=(case,)) for g in (graph, needed, built)]
    counts = count_many(nets, CORES[core])
    return [(name, *counts[3 * n : 3 * n + 3]) for n, (name, _) in enumerate(named)]  # type: ignore[misc]


def assert_never_slower(rows: Sequence[tuple[str, int, int, int]]) -> None:
    wrong = [row for row in rows if row[3] > row[1] or row[3] > WRONG_CHOICE * row[2]]
    assert not wrong


def test_removal_makes_no_program_slower() -> None:
    rows = figures([dead_net(number) for number in (2, 4, 8)], "cortex-m4")
    assert_never_slower(rows)
    assert any(built < needed for _, _, needed, built in rows), "no network of the sample was widened"


def test_the_half_dead_mobilenet_holds_its_figures() -> None:
    ((_, given, needed, built),) = figures([("half dead", half_dead_mobilenet())], "cortex-m4")
    assert built <= LARGEST_HALF_DEAD and built <= needed < 0.75 * given


@pytest.mark.sweep
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_sweep_removal_makes_none_of_200_programs_slower(core: str) -> None:
    if not CORES[core].unicorn and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    first, count = int(os.environ.get("ESPALIER_SWEEP_SEED", "0")), int(os.environ.get("ESPALIER_SWEEP_COUNT", "200"))
    rows = []
    for start in range(first, first + count, 20):
        rows += figures([dead_net(number) for number in range(start, min(start + 20, first + count))], core)
    for row in rows:
        print(*row)
    assert_never_slower(rows)
