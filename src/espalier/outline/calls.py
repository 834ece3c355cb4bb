"""The calls of layers that a checked configuration (load/keras_config.py) makes, in the order in which Keras runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..errors import UnsupportedModelError

Json = object
Config = Mapping[str, Json]

_CONTAINERS = ("Functional", "Sequential")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the network where it stands among arguments."""

    tensor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of one layer. `operands`: the values of other layers among its arguments, in their order; `arguments` and
    `keywords`: all of them, each value where it stands."""

    name: str
    class_name: str
    module: str
    config: Config
    operands: tuple[int, ...]
    arguments: tuple[object, ...]
    keywords: Mapping[str, object]


Step = Callable[[Call], tuple[int, ...]]
"""What a call gives: its results."""


def run_through(config: Config, inputs: Sequence[int], step: Step) -> tuple[int, ...]:
    """The results of a model on `inputs`, nested models opened."""
    inner = _mapping(config["config"])
    if config["class_name"] == "Sequential":
        return _one_after_the_other(inner, inputs, step)
    return _by_connections(inner, inputs, step)


def _one_after_the_other(inner: Config, inputs: Sequence[int], step: Step) -> tuple[int, ...]:
    values = tuple(inputs)
    for layer in _layers(inner):
        if layer["class_name"] != "InputLayer":
            values = _called(layer, tuple(map(Value, values)), {}, values, step)
    return values


@dataclass(frozen=True, slots=True)
class _Node:
    """Call number `index` of the layer `name`."""

    name: str
    index: int


def _by_connections(inner: Config, inputs: Sequence[int], step: Step) -> tuple[int, ...]:
    layers = {str(layer["name"]): layer for layer in _layers(inner)}
    made: dict[_Node, tuple[int, ...]] = {}
    for (name, _, _), value in zip(_ends(inner["input_layers"]), inputs, strict=True):
        made[_Node(name, 0)] = (value,)
    ends = _ends(inner["output_layers"])
    offsets = {name: _first_index(name, layers, ends) for name in layers}
    outputs = [(_Node(name, index - offsets[name]), place) for name, index, place in ends]

    def node_of(reference: Sequence[Json]) -> tuple[_Node, int]:
        name = str(reference[0])
        return _Node(name, _whole(reference[1]) - offsets[name]), _whole(reference[2])

    for node in _in_order(layers, [node for node, _ in outputs], node_of):
        if node in made:
            continue
        layer = layers[node.name]
        written = _mapping(_sequence(layer["inbound_nodes"])[node.index])
        operands: list[int] = []

        def put(value: Json, operands: list[int] = operands) -> object:
            reference = _reference(value)
            if reference is not None:
                source, place = node_of(reference)
                operands.append(made[source][place])
                return Value(operands[-1])
            if isinstance(value, list | tuple):
                return tuple(put(item) for item in value)
            return value

        arguments = tuple(put(item) for item in _sequence(written["args"]))
        keywords = {name: put(item) for name, item in _mapping(written["kwargs"]).items()}
        made[node] = _called(layer, arguments, keywords, tuple(operands), step)
    return tuple(made[node][place] for node, place in outputs)


def _first_index(name: str, layers: Mapping[str, Config], ends: Sequence[tuple[str, int, int]]) -> int:
    """What the first call of a layer is counted as: of a nested model that is called by others from 0 or 1 on."""
    if layers[name]["class_name"] not in _CONTAINERS:
        return 0
    found = [_whole(r[1]) for layer in layers.values() for node in _sequence(layer["inbound_nodes"]) for r in _references(node)
             if r[0] == name]  # fmt: skip
    found += [index for end, index, _ in ends if end == name]
    calls = len(_sequence(layers[name]["inbound_nodes"]))
    return max(0, max(found, default=0) - calls + 1)


def _in_order(
    layers: Mapping[str, Config],
    outputs: Sequence[_Node],
    node_of: Callable[[Sequence[Json]], tuple[_Node, int]],
) -> list[_Node]:
    """The nodes as Keras runs them: those furthest from an output first (keras/src/ops/function.py, `map_graph`)."""
    before: dict[_Node, list[_Node]] = {}
    done: list[_Node] = []
    waiting: list[tuple[_Node, bool]] = []
    for output in outputs:
        waiting.append((output, False))
        while waiting:
            node, opened = waiting.pop()
            if opened:
                done.append(node)
                continue
            if node in before:
                continue
            calls = _sequence(layers[node.name]["inbound_nodes"])
            if layers[node.name]["class_name"] == "InputLayer":
                before[node] = []
            elif node.index < 0 or node.index >= len(calls):
                raise UnsupportedModelError(f"the layer {node.name!r} has no call number {node.index}")
            else:
                before[node] = [node_of(reference)[0] for reference in _references(calls[node.index])]
            waiting.append((node, True))
            waiting += [(source, False) for source in reversed(before[node])]
    depths: dict[_Node, int] = {}
    of_layers: dict[str, int] = {}
    for node in reversed(done):
        depth = max(depths.setdefault(node, 0), of_layers.get(node.name, 0))
        depths[node] = of_layers[node.name] = depth
        for source in before[node]:
            depths[source] = max(depths.get(source, 0), depth + 1)
    return sorted(depths, key=lambda node: -depths[node])


def _called(
    layer: Config,
    arguments: tuple[object, ...],
    keywords: Mapping[str, object],
    operands: tuple[int, ...],
    step: Step,
) -> tuple[int, ...]:
    if layer["class_name"] in _CONTAINERS:
        return run_through(layer, operands, step)
    config = _mapping(layer["config"])
    return step(
        Call(
            name=str(layer.get("name") or config.get("name") or ""),
            class_name=str(layer["class_name"]),
            module=str(layer.get("module") or ""),
            config=config,
            operands=operands,
            arguments=arguments,
            keywords=keywords,
        )
    )


def _references(value: Json) -> Iterator[Sequence[Json]]:
    reference = _reference(value)
    if reference is not None:
        yield reference
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)


def _reference(value: Json) -> Sequence[Json] | None:
    if isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__":
        return _sequence(_mapping(value["config"])["keras_history"])
    return None


def _ends(value: Json) -> list[tuple[str, int, int]]:
    """Layer, call and result of each end of a model; one alone is not in a list."""
    listed = _sequence(value)
    every = [listed] if listed and isinstance(listed[0], str) else [_sequence(item) for item in listed]
    return [(str(item[0]), _whole(item[1]), _whole(item[2])) for item in every]


def _layers(inner: Config) -> list[Config]:
    return [_mapping(item) for item in _sequence(inner["layers"])]


def _mapping(value: Json) -> Config:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0
