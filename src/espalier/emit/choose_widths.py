"""How many channels a program computes: those that are needed, or a few more where its kernels then take less time.

Lossless removal leaves 37 channels, 19 or 5. Per group of tensors that must have one count, the counts rounded up to 2, 4, 8
and 16 are priced against it as it is, by the price lists of the core; no list, no change. A channel more has no effect
(graph/widen.py). The network is widened only where the lists promise more than they can be wrong, and where the memory that
it costs is little.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from espalier.emit.kernel_table import lower
from espalier.emit.lower_sparse import may_be_sparse
from espalier.emit.lowering import How
from espalier.emit.plan_program import plan_plain
from espalier.emit.width_prices import PRICES, price
from espalier.graph.edit import prune
from espalier.graph.intervals import channels
from espalier.graph.types import Graph, Op, Tensor
from espalier.graph.verify import verify
from espalier.graph.view import OpView, view
from espalier.graph.widen import WEIGHTED, Counts, groups, widen

MULTIPLES: Final = (2, 4, 8, 16)
LEAST_GAIN: Final = 0.04
"""Share of the instructions of the layers around a group that its wider form must save by the lists."""
LEAST_TOTAL: Final = 0.005
"""Share of the program's instructions that all wider groups together must save: below it nothing changes."""
MOST_BYTES: Final = 1.04
"""Times as many bytes of constants as without, at most; a small network may take ``SMALL`` bytes more."""
MOST_ARENA: Final = 1.05
"""Times as large an arena as without, at most."""
SMALL: Final = 1024
ROUNDS: Final = 2


def chosen_widths(graph: Graph, *, optimize: str, isa: str, ram_bytes: int | None = None) -> Graph:
    """The network that a program for this core computes: equal for every input, its operators in the same order.

    ``ram_bytes``: what the arena may take on the target; None: any.
    """
    if optimize != "speed" or isa not in PRICES:
        return graph
    counts = _cheapest(graph, isa)
    if not counts or _total(graph, counts, isa) > (1 - LEAST_TOTAL) * _total(graph, {}, isa):
        return graph
    wide = verify(prune(widen(graph, counts)), after="widening")
    most = max(MOST_BYTES * _constants(graph), _constants(graph) + SMALL)
    fits = _constants(wide) <= most and _fits(wide, graph, isa, ram_bytes)
    return wide if fits else graph


def _cheapest(graph: Graph, isa: str) -> dict[int, int]:
    """Activation -> its new count, for those groups that gain, each beside what was chosen for the others."""
    sparse = _around_sparse_layers(graph, isa)
    open_groups = [members for members in groups(graph) if not sparse & set(members)]
    counts: dict[int, int] = {}
    for _ in range(ROUNDS):
        before = dict(counts)
        for members in open_groups:
            touched = [op for op in graph.ops if {*op.inputs, *op.outputs} & set(members)]
            now = channels(graph.tensors[members[0]])
            rest = {i: n for i, n in counts.items() if i not in members}
            plain = sum(_price(graph, op, rest, isa) for op in touched)
            best, least = now, (1 - LEAST_GAIN) * plain
            for count in sorted({-(-now // m) * m for m in MULTIPLES} - {now}):
                tried = sum(_price(graph, op, rest | dict.fromkeys(members, count), isa) for op in touched)
                if tried < least:
                    best, least = count, tried
            counts = rest if best == now else rest | dict.fromkeys(members, best)
        if counts == before:
            break
    return counts


def _around_sparse_layers(graph: Graph, isa: str) -> set[int]:
    """Activations of layers whose zeros are left out: these have another price, and zeros more cost them little."""
    found: set[int] = set()
    for number, op in enumerate(graph.ops):
        if may_be_sparse(view(graph, op)) and any(call.sparse for call in lower(graph, number, How(isa=isa))):
            found |= {op.inputs[0], *op.outputs}
    return found


def _total(graph: Graph, counts: Counts, isa: str) -> float:
    return sum(_price(graph, op, counts, isa) for op in graph.ops)


def _price(graph: Graph, op: Op, counts: Counts, isa: str) -> float:
    return price(_sized(graph, op, counts), isa)


def _sized(graph: Graph, op: Op, counts: Counts) -> OpView:
    """The operator as it would be, without the values of its constants."""
    looked = view(graph, op)
    if not counts.keys() & {*op.inputs, *op.outputs}:
        return looked

    def sized(index: int, tensor: Tensor | None) -> Tensor | None:
        count = counts.get(index)
        return tensor if tensor is None or count is None else _with_shape(tensor, (*tensor.shape[:-1], count))

    inputs = [sized(i, t) for i, t in zip(op.inputs, looked.inputs, strict=True)]
    outputs = tuple(
        _with_shape(t, (*t.shape[:-1], counts.get(i, channels(t))))
        for i, t in zip(op.outputs, looked.outputs, strict=True)
    )
    if op.kind in WEIGHTED:
        filters = looked.input(1).shape
        more_in, more_out = counts.get(op.inputs[0], filters[-1]), channels(outputs[0])
        depthwise = op.kind == "depthwise_conv_2d"
        shape = (*filters[:-1], more_out) if depthwise else (more_out, *filters[1:-1], more_in)
        inputs[1] = _with_shape(looked.input(1), shape)
    return OpView(op, tuple(inputs), outputs)


def _with_shape(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    return tensor if shape == tensor.shape else replace(tensor, shape=shape, data=None)


def _constants(graph: Graph) -> int:
    return sum(tensor.size_bytes for tensor in graph.tensors if tensor.is_constant)


def _fits(wide: Graph, graph: Graph, isa: str, ram_bytes: int | None) -> bool:
    arena, plain = (plan_plain(net, optimize="speed", isa=isa).arena_bytes for net in (wide, graph))
    return arena <= max(MOST_ARENA * plain, plain + SMALL) and (ram_bytes is None or arena <= ram_bytes)
