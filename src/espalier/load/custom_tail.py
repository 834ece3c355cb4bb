"""A detector's own layers at the end of a network (decode, suppression) are left out where what is before them is plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..errors import ModelRefusedError

Json = Any

MOST_NAMED = 6
LEFT_OUT = "layers behind the heads were left out"
"""In the note."""

TWO_LINES = (
    'write two lines where the model was trained: `heads = [model.get_layer(name).output for name in ("boxes", "scores")]` (the '
    'last layers before the decode) and `keras.Model(model.inputs, heads).save("heads.keras")`, and name these layers in [detect]'
)
"""What helps where a network cannot be cut here."""


def without_custom_tail(config: dict[str, Json], check: Callable[[Json], Json]) -> tuple[dict[str, Json], str]:
    """A functional model's configuration as it stands in a file, without the layers that `check` refuses and all that hang on
    them, and a note; as it is where none is refused. It then ends in every tensor that one of these took.

    Raises ModelRefusedError, as `check` does, where such a layer stands at the beginning, or where nothing is left.
    """
    layers = config["layers"]
    refused: dict[str, ModelRefusedError] = {}
    for item in layers:
        try:
            check(item)
        except ModelRefusedError as problem:
            refused[_name(item)] = problem
    if not refused:
        return config, ""
    gone = set(refused)
    taken = {_name(item): list(_references(item.get("inbound_nodes"))) for item in layers if isinstance(item, dict)}
    while more := {name for name, given in taken.items() if name not in gone and gone & {one[0] for one in given}}:
        gone |= more
    kept = [item for item in layers if _name(item) not in gone]
    inputs = {_name(item) for item in kept if item.get("class_name") == "InputLayer"}
    ends = [one for one in _references(config.get("output_layers")) if one[0] not in gone]
    ends += [one for name in gone for one in taken.get(name, ()) if one[0] not in gone | inputs]
    if not ends:
        raise next(iter(refused.values()))
    unique = {tuple(one[:3]): one[:3] for one in sorted(ends)}
    names = ", ".join(sorted(refused)[:MOST_NAMED]) + (", ..." if len(refused) > MOST_NAMED else "")
    note = f"{len(gone)} {LEFT_OUT}, as {names} {'is' if len(refused) == 1 else 'are'} no stock layer"
    return {**config, "layers": kept, "output_layers": list(unique.values())}, note


def _name(item: Json) -> str:
    config = item.get("config") if isinstance(item, dict) else None
    name = item.get("name") if isinstance(item, dict) else None
    name = name if isinstance(name, str) else (config or {}).get("name") if isinstance(config, dict) else None
    return name if isinstance(name, str) else ""


def _references(value: Json) -> Iterator[list[Json]]:
    """Every [layer, node, tensor] in the connections of a layer, of Keras 2 or 3."""
    if isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and all(type(number) is int for number in value[1:3]):
            yield [value[0], value[1], value[2]]
            for rest in value[3:]:
                yield from _references(rest)
            return
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
