"""What was measured of single operators, put to the operators of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ..graph.verify import printable
from ..row_network import NetworkRow, NodeRow
from ..row_parts import EmulatedPart, ExplainedLayer, ExplainPart
from ..rows import LatencyRow


def with_measures(
    network: NetworkRow, emulated: Sequence[EmulatedPart], latency: Sequence[LatencyRow], explain: ExplainPart | None
) -> NetworkRow:
    """The network with what compiled programs, LiteRT on this machine and the account of the layers say of each operator.

    A compiled program may do several operators at once, or leave one out: what is told of a layer and kind goes to the first
    operator of these that has nothing yet.
    """
    nodes = list(network.nodes)
    for row in emulated:
        told = {f"{layer['name']}": layer["instructions"] for layer in reversed(row["layers"])}
        for place, count in _placed(nodes, told):
            known = {**nodes[place].instructions, row["target"]: count}
            nodes[place] = msgspec.structs.replace(nodes[place], instructions=known)
    for place, microseconds in _times(nodes, latency):
        nodes[place] = msgspec.structs.replace(nodes[place], microseconds=microseconds)
    for layer in () if explain is None else explain["layers"]:
        nodes = _explained(nodes, layer)
    return msgspec.structs.replace(network, nodes=tuple(nodes))


def _placed(nodes: Sequence[NodeRow], told: Mapping[str, int]) -> Iterable[tuple[int, int]]:
    open_ = dict(told)
    for place, node in enumerate(nodes):
        count = open_.pop(f"{node.operator} {node.name}", None)
        if count is not None:
            yield place, count


def _times(nodes: Sequence[NodeRow], latency: Sequence[LatencyRow]) -> Iterable[tuple[int, float]]:
    """Of the int8 file on one thread: its operators are named by their place and kind."""
    rows = next((row.operators for row in latency if row.variant == "int8" and row.operators), ())
    for row in rows:
        place, _, kind = row.name.partition(" ")
        if place.isdigit() and int(place) < len(nodes) and nodes[int(place)].operator == kind.lower():
            yield int(place), row.microseconds


def _explained(nodes: list[NodeRow], layer: ExplainedLayer) -> list[NodeRow]:
    name, kind = printable(layer["layer"] or layer["tensor"]), layer["operator"].lower()
    for place, node in enumerate(nodes):
        if node.name == name and node.operator == kind and node.sqnr_db is None:
            nodes[place] = msgspec.structs.replace(
                node, sqnr_db=layer["sqnr_db"], added_percent=layer["added_percent"], gain_db=layer["gain_db"]
            )
            break
    return nodes
