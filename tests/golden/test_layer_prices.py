"""No layer of a net that nobody tuned for costs more than its well-behaved twin allows; the whole sweep is
`sweep_exact.py prices`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from layer_prices import LARGEST_TWIN, Price, Prices, broken_rules, prices
from price_nets import PUBLIC, price_net
from price_twins import twin

from espalier.emit.plan_program import plan_program
from espalier.graph.simplify import simplify
from espalier.graph.verify import verify

pytest.importorskip("unicorn")
pytest.importorskip("ziglang")
SAMPLE = (12, 18, 7)
"""Two strangers and a published shape with odd counts and hostile ranges."""


@pytest.fixture(scope="module", params=["cortex-m4", pytest.param("cortex-m55", marks=pytest.mark.sweep)])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prices]:
    if request.param == "cortex-m55" and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed")
    yield from prices(request.param, SAMPLE, tmp_path_factory.mktemp("prices"))


def test_every_network_of_the_sample_builds_and_is_exact(sample: Prices) -> None:
    assert sample.wrong == () and sample.nets == len(SAMPLE)
    assert len(sample.layers) > 20 and len(sample.wholes) == len(SAMPLE)


def test_every_layer_and_its_twin_are_counted(sample: Prices) -> None:
    assert all(price.instructions > 0 and price.twin > 0 for price in sample.layers)


def _layer(instructions: int, twin: int, macs: int = 0, net: str = "stranger 0") -> Price:
    return Price("cortex-m4", net, "conv_2d", macs, instructions, twin)


def test_a_layer_over_twice_its_twin_breaks_the_rules_the_worst_first() -> None:
    found = Prices(1, (_layer(300, 100), _layer(200, 100), _layer(500, 100)), (), ())
    assert [line.split(" x its")[0][-4:] for line in broken_rules([found])] == ["5.00", "3.00"]
    assert LARGEST_TWIN == 2.0


def test_dear_layers_of_strangers_and_dear_networks_break_the_rules() -> None:
    dear = tuple(_layer(40_000, 40_000, 10_000) for _ in range(3))
    assert "median layer of strangers takes 4.00" in broken_rules([Prices(1, dear, (), ())])[0]
    cheap = tuple(_layer(20_000, 20_000, 10_000) for _ in range(8))
    assert broken_rules([Prices(1, cheap, (), ())]) == []
    last = tuple(_layer(100_000, 100_000, 10_000) for _ in range(2))
    assert "nine of ten at most 10.00" in broken_rules([Prices(1, cheap + last, (), ())])[0]
    whole = _layer(150, 0, 100, "lenet 1")
    assert "published shape takes 1.50" in broken_rules([Prices(1, (), (whole,), ())])[0]


def test_what_is_not_exact_breaks_the_rules() -> None:
    assert broken_rules([Prices(1, (), (), ("lenet 1: not exact",))]) == ["WRONG lenet 1: not exact"]


@pytest.mark.parametrize("isa", ["portable", "dsp", "helium"])
@pytest.mark.parametrize("optimize", ["speed", "ram", "flash"])
def test_a_prelu_that_is_no_table_everywhere_is_planned_everywhere(optimize: str, isa: str) -> None:
    """A table runs row by row, the arithmetic of the other kernels does not."""
    graph, _ = simplify(price_net(140).graph)
    assert any(op.kind == "prelu" for op in graph.ops)
    assert plan_program(graph, optimize=optimize, isa=isa)[0].arena_bytes > 0


def test_nets_are_valid_and_a_function_of_their_number() -> None:
    families = set()
    for number in range(2 * len(PUBLIC) + 2):
        net = price_net(number)
        verify(net.graph, after="generation")
        families.add(net.family)
        again = price_net(number).graph
        for a, b in zip(net.graph.tensors, again.tensors, strict=True):
            assert a.shape == b.shape and (a.data is None or np.array_equal(a.data, b.data))
    assert families == {*PUBLIC, "stranger"}


def test_a_twin_has_counts_of_eight_and_the_same_window() -> None:
    graph = price_net(4).graph
    for index, op in enumerate(graph.ops):
        if op.kind in ("conv_2d", "depthwise_conv_2d"):
            made = twin(graph, index)
            verify(made, after="twin")
            own, other = graph.tensors[op.inputs[1]].shape, made.tensors[made.ops[0].inputs[1]].shape
            assert other[1:3] == own[1:3] and made.ops[0].options == replace(op).options
            assert made.tensors[made.outputs[0]].shape[-1] % 8 == 0
            assert made.tensors[made.inputs[0]].shape[-1] % 8 == 0
