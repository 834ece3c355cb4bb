"""Instructions of a program: each kernel call by the price list of its core's instruction set, which
`python benchmarks/estimate_prices.py` fits to counted programs of one layer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from ..emit.sparse_prices import PRICES as DENSE_PRICES
from ..emit.sparse_prices import instructions as dense_instructions
from ..emit.steps import Body
from ..graph.types import Graph
from ..graph.view import view
from .work import DENSE, dense_form, form_of_call, work_of_call

Prices = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Instruction set -> form of a call -> what repeats -> instructions."""


@functools.cache
def prices() -> Prices:
    """The lists of this version's kernels."""
    return msgspec.json.decode(files("espalier").joinpath("estimate", "instruction_prices.json").read_bytes(), type=Prices)


def instructions_of(graph: Graph, body: Body, isa: str) -> int | None:
    """Instructions of one run; None for an instruction set without a price list, and where a call is in none."""
    if isa not in prices():
        return None
    total, counted = 0.0, set[int]()
    for layer in body.layers:
        if layer.op in counted:
            continue  # the list is of all calls of an operator together
        counted.add(layer.op)
        looked = view(graph, graph.ops[layer.op])
        if layer.lowered.function in DENSE and isa in DENSE_PRICES:
            form, work = dense_form(looked, isa)
            total += dense_instructions(isa, form, work)
            continue
        known = prices()[isa].get(form_of_call(looked, layer.lowered))
        if known is None:
            return None
        work = work_of_call(looked, isa)
        total += sum(known.get(name, 0.0) * count for name, count in work.items())
    return round(total)
