"""How many channels a program computes: those that are needed, a few more, or all that the network was given with.

Lossless removal leaves 37 channels, 19 or 5. Per group of tensors that must have one count, the counts rounded up to 2, 4, 8
and 16 and the count that was given are priced against it as it is, by the price lists of the core; no list, no change. A
channel more has no effect (graph/widen.py). The network is widened only where the lists promise more than they can be wrong,
and where the memory that it costs is little. The network without any removal is a candidate, too: it stays where
removal does not promise to be faster by more than the lists can be wrong, so no program is slower for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ..graph.edit import prune
from ..graph.intervals import channels
from ..graph.types import Graph, Op, Tensor
from ..graph.verify import verify
from ..graph.view import OpView, view
from ..graph.widen import WEIGHTED, Counts, groups, widen
from .kernel_table import lower
from .lower_sparse import may_be_sparse
from .lowering import How
from .plan_program import plan_plain
from .width_prices import PRICES, price

MULTIPLES: Final = (2, 4, 8, 16)
LEAST_GAIN: Final = 0.04
"""Share of the instructions of the layers around a group that its wider form must save by the lists."""
LEAST_GIVEN: Final = 0.01
"""The same share where the wider form is that of the network without removal."""
LEAST_TOTAL: Final = 0.005
"""Share of the program's instructions that all wider groups together must save: below it nothing changes."""
LEAST_REMOVAL: Final = MappingProxyType({"dsp": 0.01, "helium": 0.02})
"""Instruction set -> share of the program's instructions that the removal of channels must save: its lists' error."""
CODE_BYTES: Final = 32_768
"""Flash that is left to kernels where channels that do not matter are kept."""
ROUNDS: Final = 2


MOST_BYTES: Final = 1.04
"""Times as many bytes of constants as without, at most; a small network may take ``SMALL`` bytes more."""
MOST_ARENA: Final = 1.05
"""Times as large an arena as without, at most."""
SMALL: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What it may cost at most to remove no channel: constants and arena as multiples of what the needed ones take, or
    ``spare`` bytes more."""

    constants: float
    arena: float
    spare: int


LIMITS: Final = MappingProxyType(
    {
        "speed": Limits(constants=2.0, arena=2.0, spare=1024),
        "ram": Limits(constants=1.04, arena=1.0, spare=64),
        "flash": Limits(constants=1.01, arena=1.05, spare=64),
    }
)
"""``optimize`` -> what it may cost."""


def chosen_widths(
    graph: Graph,
    *,
    optimize: str,
    isa: str,
    whole: Graph | None = None,
    ram_bytes: int | None = None,
    flash_bytes: int | None = None,
) -> Graph:
    """The network that a program for this core computes: equal for every input, its operators in the same order.

    ``whole``: the network without removal. ``ram_bytes``, ``flash_bytes``: what the target has; None: any.
    """
    if isa not in PRICES:
        return graph
    if whole is not None and not _larger(whole, graph):
        whole = None
    limits, best = LIMITS[optimize], graph
    counts = _cheapest(graph, isa, _given_counts(graph, whole)) if optimize == "speed" else {}
    if counts and _total(graph, counts, isa) <= (1 - LEAST_TOTAL) * _total(graph, {}, isa):
        wide = verify(prune(widen(graph, counts)), after="widening")
        if _affordable(wide, graph, MOST_BYTES, MOST_ARENA, SMALL, optimize, isa, ram_bytes):
            best = wide
    if whole is None or _instructions(best, isa) <= (1 - LEAST_REMOVAL[isa]) * _instructions(whole, isa):
        return best
    if flash_bytes is not None and _constants(whole) + CODE_BYTES > flash_bytes:
        return best
    kept = _affordable(whole, graph, limits.constants, limits.arena, limits.spare, optimize, isa, ram_bytes)
    return whole if kept else best


def _larger(whole: Graph, graph: Graph) -> bool:
    """Whether it is the same network with more channels."""
    same = [op.kind for op in whole.ops] == [op.kind for op in graph.ops]
    return same and any(
        whole.tensors[i].shape != graph.tensors[k].shape
        for one, other in zip(whole.ops, graph.ops, strict=True)
        for i, k in zip(one.outputs, other.outputs, strict=True)
    )


def _given_counts(graph: Graph, whole: Graph | None) -> Counts:
    """Activation -> how many channels it has without removal."""
    if whole is None:
        return {}
    pairs = zip(graph.ops, whole.ops, strict=True)
    return {
        i: channels(whole.tensors[k])
        for one, other in pairs
        for i, k in zip(one.outputs, other.outputs, strict=True)
        if len(graph.tensors[i].shape) == len(whole.tensors[k].shape)
    }


def _cheapest(graph: Graph, isa: str, given: Counts) -> dict[int, int]:
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
            best, least, before_removal = now, plain, given.get(members[0], now)
            for count in sorted({before_removal, *(-(-now // m) * m for m in MULTIPLES)} - {now}):
                tried = sum(_price(graph, op, rest | dict.fromkeys(members, count), isa) for op in touched)
                gain = LEAST_GIVEN if count == before_removal else LEAST_GAIN
                if tried < min(least, (1 - gain) * plain):
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


def _instructions(graph: Graph, isa: str) -> float:
    """Of the whole program, with what the sparse form of its layers saves."""
    spared = 0
    for number, op in enumerate(graph.ops):
        if may_be_sparse(view(graph, op)):
            spared += sum(call.sparse.instructions_saved for call in lower(graph, number, How(isa=isa)) if call.sparse)
    return _total(graph, {}, isa) - spared


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


def _affordable(
    wide: Graph, graph: Graph, constants: float, arena: float, spare: int, optimize: str, isa: str, ram_bytes: int | None
) -> bool:
    """Whether the wider network takes at most so many times the constants and the arena, or ``spare`` bytes more."""
    stored, most = _constants(wide), _constants(graph)
    if stored > max(constants * most, most + spare):
        return False
    taken, plain = (plan_plain(net, optimize=optimize, isa=isa).arena_bytes for net in (wide, graph))
    return taken <= max(arena * plain, plain + spare) and (ram_bytes is None or taken <= ram_bytes)
