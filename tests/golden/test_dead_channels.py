"""Networks with dead channels: what a build compiles is never slower than the network as given, and answers the same."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Sequence

import pytest
from dead_nets import dead_net, half_dead_mobilenet, image_of

from espalier.emit.choose_widths import chosen_widths
from espalier.emit.selftest import GoldenCase
from espalier.emulate.count_many import Net, count_many
from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.graph.simplify import simplify, without_removal
from espalier.graph.types import Graph

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)
LARGEST_HALF_DEAD = 6_000_000
WRONG_CHOICE = 1.02
"""Times the instructions without widening that a widened program may take: the price lists' error."""


def figures(
    named: Sequence[tuple[str, Graph]], core: str, optimize: str = "speed"
) -> list[tuple[str, int, int, int]]:
    """(name, instructions as given, with only the channels that are needed, as built); the bytes of all three are those of
    the reference of the network as given."""
    nets = []
    for number, (_, graph) in enumerate(named):
        image = image_of(graph, number)
        case = GoldenCase(input=image.tobytes(), output=reference.run(graph, [image])[0].tobytes())
        needed, account = simplify(graph)
        whole = without_removal(graph, account)
        built = chosen_widths(needed, optimize=optimize, isa=CORES[core].isa, whole=whole)
        nets += [Net(graph=g, golden=(case,)) for g in (graph, needed, built)]
    counts = count_many(nets, CORES[core], optimize=optimize)
    return [(name, *counts[3 * n : 3 * n + 3]) for n, (name, _) in enumerate(named)]  # type: ignore[misc]


def assert_never_slower(rows: Sequence[tuple[str, int, int, int]]) -> None:
    wrong = [row for row in rows if row[3] > row[1] or row[3] > WRONG_CHOICE * row[2]]
    assert not wrong


def test_removal_makes_no_program_slower() -> None:
    rows = figures([dead_net(number) for number in (2, 4, 8)], "cortex-m4")
    assert_never_slower(rows)
    assert all(built < given for _, given, _, built in rows), "removal saves nothing"


def test_where_removal_saves_little_time_the_choice_is_close_to_the_better_one() -> None:
    """Copies of odd pieces make this program hardly faster without its dead channels; before short pieces were copied in
    place it was slower."""
    ((_, given, needed, built),) = figures([dead_net(135)], "cortex-m4")
    assert needed < given
    assert built <= given and built <= WRONG_CHOICE * needed


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
    for row in counted(core, range(first, first + count), os.environ.get("ESPALIER_SWEEP_MODE", "speed")):
        print(*row, flush=True)
        rows.append(row)
    assert_never_slower(rows)


def counted(core: str, numbers: range, optimize: str) -> Iterator[tuple[str, int, int, int]]:
    """Some networks at a time."""
    for start in range(0, len(numbers), 20):
        yield from figures([dead_net(number) for number in numbers[start : start + 20]], core, optimize)
