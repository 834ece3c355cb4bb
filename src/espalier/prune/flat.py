"""A Keras model as a flat list of calls: nested models opened, order fixed, ready to be run or built
again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..errors import UnsupportedModelError
from ..fed import of_sizes
from ..load.keras_objects import Layer, Model, Tensor, Weights

Value = TypeVar("Value")
"""What flows through a graph that runs: tensors, symbols, or pairs of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One call of one operation. `inputs` and `outputs` number the tensors of the flat graph."""

    operation: Layer
    name: str
    """Unique name of the operation; two calls of a shared layer have the same one."""
    symbols: tuple[Tensor, ...]
    arguments: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def kind(self) -> str:
        """The class name of a Keras layer; other operations get a leading dot, so that no rule matches
        them.
        """
        name = type(self.operation).__name__
        return name if isinstance(self.operation, keras.layers.Layer) else f".{name}"

    def call(self, operation: Callable[..., object], values: Sequence[Value]) -> list[Value]:
        """Call `operation` in this node's place with `values` for `inputs`; returns one value per output."""
        table = {id(symbol): value for symbol, value in zip(self.symbols, values, strict=True)}
        positional, named = self.arguments.fill_in(table)
        return list(keras.tree.flatten(operation(*positional, **named)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatGraph:
    """All calls in an order in which they can run. `shapes[t]` is the shape of tensor t, batch first
    (None).
    """

    name: str
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    input_layers: tuple[Layer, ...]
    shapes: tuple[tuple[int | None, ...], ...]


def flatten(model: Model) -> FlatGraph:
    """Open a functional or sequential Keras 3 model, nested models included.

    Raises UnsupportedModelError for a model without a static graph (a subclassed one).
    """
    nodes: list[Node] = []
    shapes: list[tuple[int | None, ...]] = []
    names: dict[int, str] = {}

    def new_tensor(symbol: Tensor) -> int:
        shapes.append(tuple(symbol.shape))
        return len(shapes) - 1

    def unique(operation: Layer, path: tuple[str, ...]) -> str:
        if id(operation) not in names:
            taken = set(names.values())
            choices = [
                "_".join((*path[len(path) - depth :], operation.name)) for depth in range(len(path) + 1)
            ]
            fallback = (f"{choices[-1]}_{number}" for number in range(2, len(taken) + 3))
            names[id(operation)] = next(name for name in (*choices, *fallback) if name not in taken)
        return names[id(operation)]

    def open_model(part: Model, numbers: list[int], path: tuple[str, ...]) -> list[int]:
        table = {id(symbol): number for symbol, number in zip(part.inputs, numbers, strict=True)}
        for call in _calls(part):
            operation, inputs = call.operation, [table[id(symbol)] for symbol in call.input_tensors]
            if isinstance(operation, keras.Model):
                outputs = open_model(operation, inputs, (*path, operation.name))
            else:
                outputs = [new_tensor(symbol) for symbol in call.outputs]
                nodes.append(
                    Node(
                        operation=operation,
                        name=unique(operation, path),
                        symbols=tuple(call.input_tensors),
                        arguments=call.arguments,
                        inputs=tuple(inputs),
                        outputs=tuple(outputs),
                    )
                )
            table |= {id(symbol): number for symbol, number in zip(call.outputs, outputs, strict=True)}
        return [table[id(symbol)] for symbol in part.outputs]

    entries = [symbol._keras_history.operation for symbol in _graph(model).inputs]
    for entry in entries:
        names[id(entry)] = entry.name
    inputs = [new_tensor(symbol) for symbol in _graph(model).inputs]
    outputs = open_model(_graph(model), inputs, ())
    return FlatGraph(
        name=model.name,
        nodes=tuple(nodes),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        input_layers=tuple(entries),
        shapes=tuple(shapes),
    )


def run(
    graph: FlatGraph,
    inputs: Sequence[Value],
    *,
    call: Callable[[Node, list[Value]], list[Value]] | None = None,
) -> list[Value]:
    """Run the graph in inference mode on `inputs`; `call` may stand in for a node's own computation.

    A value is dropped after its last use, so that a long graph needs no more memory than its widest cut.
    """
    last = {number: index for index, node in enumerate(graph.nodes) for number in node.inputs}
    last |= dict.fromkeys(graph.outputs, len(graph.nodes))
    values: dict[int, Value] = dict(zip(graph.inputs, inputs, strict=True))
    for index, node in enumerate(graph.nodes):
        given = [values[number] for number in node.inputs]
        results = call(node, given) if call else node.call(node.operation, given)
        values |= dict(zip(node.outputs, results, strict=True))
        for number in {*node.inputs, *node.outputs}:
            if last.get(number, -1) <= index:
                values.pop(number, None)
    return [values[number] for number in graph.outputs]


def inputs_of(graph: FlatGraph, images: NDArray[Any]) -> list[Any]:
    """Normalised images, float32 [n, h, w, c], or records of these and numbers (fed.py), as what `run` takes."""
    sizes = [int(graph.shapes[number][1] or 0) for number in graph.inputs[1:]]
    return [tf.constant(np.ascontiguousarray(part)) for part in of_sizes(images, sizes)]


def answer_of(graph: FlatGraph, model: Model, images: NDArray[Any]) -> Any:
    """What a model with the inputs of `graph` answers to them."""
    fed = inputs_of(graph, images)
    return model(fed if len(fed) > 1 else fed[0])


def rebuild(graph: FlatGraph, layer_of: Callable[[Node], Layer], *, name: str | None = None) -> Model:
    """A new functional model with the same calls; `layer_of` gives each node's operation (asked once per
    name).
    """
    entries = [
        keras.Input(shape=graph.shapes[number][1:], dtype=layer.dtype, name=layer.name)
        for number, layer in zip(graph.inputs, graph.input_layers, strict=True)
    ]
    made: dict[str, Layer] = {}

    def call(node: Node, values: list[Tensor]) -> list[Tensor]:
        if node.name not in made:
            made[node.name] = layer_of(node)
        return node.call(made[node.name], values)

    outputs = run(graph, entries, call=call)
    model: Model = keras.Model(
        entries if len(entries) > 1 else entries[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=name or graph.name,
    )
    return model


def copy_model(model: Model) -> Model:
    """The same model again, flat, with its own copies of the weights."""
    graph = flatten(model)
    copy = rebuild(graph, renew)
    set_weights(copy, weights_by_name(graph))
    return copy


def renew(node: Node, changes: Mapping[str, object] | None = None) -> Layer:
    """A new operation as in `node`, under its flat name, with `changes` to its config; weights are not
    copied.
    """
    config = node.operation.get_config()
    if isinstance(node.operation, keras.layers.Layer):
        config = {**config, "name": node.name, **(changes or {})}
    layer: Layer = node.operation.from_config(config)
    return layer


def weights_by_name(graph: FlatGraph) -> dict[str, Weights]:
    """Layer name -> its weights as numpy arrays, in Keras' order."""
    return {
        node.name: node.operation.get_weights()
        for node in graph.nodes
        if isinstance(node.operation, keras.layers.Layer)
    }


def set_weights(model: Model, weights: Mapping[str, Weights]) -> None:
    """Give the layers of a flat model the weights of the same names."""
    for layer in model.layers:
        if weights.get(layer.name):
            layer.set_weights(list(weights[layer.name]))


def _graph(model: Model) -> Any:
    """The functional graph of a model: itself, or what a Sequential model holds inside."""
    if isinstance(model, keras.Sequential):
        if not model.built or model._functional is None:
            raise UnsupportedModelError(
                f"the sequential model {model.name!r} has no input shape",
                supported="models with a fixed input shape",
                next_step="build it with a keras.Input layer first and save it again",
            )
        return model._functional
    if not hasattr(model, "_nodes_by_depth"):
        raise UnsupportedModelError(
            f"{model.name!r} is a {type(model).__name__}, which has no static graph",
            supported="Functional and Sequential Keras models",
            next_step="save the model as a functional one",
        )
    return model


def _calls(model: Model) -> list[Any]:
    """The nodes of a functional model from input to output, without its input layers."""
    levels = _graph(model)._nodes_by_depth
    return [node for depth in sorted(levels, reverse=True) for node in levels[depth] if not node.is_input]
