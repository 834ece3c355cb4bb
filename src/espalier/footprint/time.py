"""Instructions of a program: each kernel call by the price list of its core's instruction set, which
`python benchmarks/estimate_prices.py` fits to counted programs of one layer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import msgspec

from ..emit.sparse_prices import PRICES as DENSE_PRICES
from ..emit.sparse_prices import instructions as dense_instructions
from ..emit.steps import Body
from ..emit.width_prices import PRICES as WIDTH_PRICES
from ..emit.width_prices import price
from ..graph.types import Graph
from ..graph.view import view
from .work import DENSE, dense_form, form_of_call, work_of_call

Prices = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Instruction set -> form of a call -> what repeats -> instructions."""


MODEL_CYCLES: Final[Mapping[str, float]] = {"dsp": 1.41}
"""Model cycles of emulate/cycles.py for one instruction of a program, by instruction set; of those with published times."""


WIDE: Final = frozenset({"add", "average_pool_2d", "concatenation", "depthwise_conv_2d", "max_pool_2d"})
"""Operators that emit/width_prices.py has lists of, for an instruction set that has none here."""
LIKE: Final[Mapping[str, str]] = {"helium": "dsp"}
"""An instruction set without a list of its own for what it computes value by value -> the one whose code does the same."""


@functools.cache
def prices() -> Prices:
    """The lists of this version's kernels."""
    return msgspec.json.decode(
        files("espalier").joinpath("footprint", "instruction_prices.json").read_bytes(), type=Prices
    )


def instructions_of(graph: Graph, body: Body, isa: str) -> int | None:
    """Instructions of one run; None for an instruction set without a price list, and where a call is in none."""
    if isa not in DENSE_PRICES:
        return None
    total, counted = 0.0, set[int]()
    for layer in body.layers:
        if layer.op in counted:
            continue  # the list is of all calls of an operator together
        counted.add(layer.op)
        looked = view(graph, graph.ops[layer.op])
        if layer.lowered.function in DENSE:
            total += dense_instructions(isa, *dense_form(looked, isa))
            continue
        form = form_of_call(looked, layer.lowered)
        known = prices().get(isa, {}).get(form)
        if known is None and isa in WIDTH_PRICES and looked.op.kind in WIDE:
            total += price(looked, isa)
            continue
        known = prices().get(LIKE.get(isa, ""), {}).get(form) if known is None else known
        if known is None:
            return None
        work = work_of_call(looked, isa)
        total += sum(known.get(name, 0.0) * count for name, count in work.items())
    return round(total)
