"""How the layers of a functional model are connected: nodes of Keras 2 and 3, written in Keras 3 form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..errors import ModelRefusedError
from . import keras_table as table

Json = Any
_MARKERS = ("__slice__", "__ellipsis__", "__keras_tensor__")
_ALWAYS_DECIDED_AT_CALL = frozenset({"training", "name"})


@dataclass(frozen=True, slots=True)
class NodeReader:
    """Reads the nodes of one functional model whose layers are `known`."""

    refuse: Callable[..., ModelRefusedError]
    name: Callable[[Json, str], str]
    plain: Callable[[Json, str, str], Json]
    known: frozenset[str]

    def ends(self, value: Json, which: str) -> Json:
        """`input_layers` or `output_layers`: one [layer, node, tensor], or a list or dict of them."""
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
            value = value[0]
        if self._is_reference(value):
            return self._reference(value, f"its {which}")
        if isinstance(value, list) and value and all(self._is_reference(item) for item in value):
            return [self._reference(item, f"its {which}") for item in value]
        raise self.refuse("", f"its list of {which} layers is not readable", "save the model again")

    def inbound(self, source: dict[str, Json], written: dict[str, Json]) -> list[Json]:
        """The calls of one layer."""
        nodes = source.get("inbound_nodes", [])
        where = f"its layer {written['name']!r}"
        if not isinstance(nodes, list):
            raise self.refuse(where, "has unreadable connections", "save the model again")
        translated = source.get("class_name") in table.TF_LAYERS
        return [self._node(node, where, translated) for node in nodes]

    def _node(self, node: Json, where: str, translated: bool) -> dict[str, Json]:
        if (
            isinstance(node, dict)
            and isinstance(node.get("args"), list)
            and isinstance(node.get("kwargs"), dict)
        ):
            args = [self._value(item, where, "input") for item in node["args"]]
            return {"args": args, "kwargs": self._keywords(node["kwargs"], where)}
        if isinstance(node, list) and node:
            return self._old_node(node, where, translated)
        raise self.refuse(where, "has unreadable connections", "save the model again")

    def _old_node(self, node: list[Json], where: str, translated: bool) -> dict[str, Json]:
        """Keras 2: [[layer, node, tensor, keywords], ...], or one such item unwrapped."""
        items = [node] if isinstance(node[0], str) else node
        tensors: list[Json] = []
        keywords: dict[str, Json] = {}
        for item in items:
            if not isinstance(item, list) or not 3 <= len(item) <= 4:
                raise self.refuse(where, "has unreadable connections", "save the model again")
            if item[0] == "_CONSTANT_VALUE":
                tensors.append(_array(self.plain(item[2], where, "constant")))
            else:
                tensors.append(self._tensor(item[:3], where))
            if len(item) == 4:
                if not isinstance(item[3], dict):
                    raise self.refuse(where, "has unreadable connections", "save the model again")
                keywords |= item[3]
        if translated:
            return self._operation(tensors, keywords, where)
        first = tensors[0] if len(tensors) == 1 else tensors
        return {"args": [first], "kwargs": self._keywords(keywords, where)}

    def _operation(self, tensors: list[Json], keywords: dict[str, Json], where: str) -> dict[str, Json]:
        """A TFOpLambda call as a call of the Keras operation that stands for it: operands by position."""
        operands = dict(keywords)
        operands.pop("name", None)
        args = list(tensors)
        if operands.get("data_format") == "NHWC":
            operands.pop("data_format")
        for operand in ("y", "bias"):
            if operand in operands:
                args.append(_array(self._value(operands.pop(operand), where, "constant")))
        if "slice_spec" in operands:
            args.append(self._slices(operands.pop("slice_spec"), where))
        if [key for key, value in operands.items() if value is not None]:
            raise self.refuse(
                where, f"calls a TensorFlow function with {sorted(operands)}", table.REFUSED["TFOpLambda"]
            )
        return {"args": args, "kwargs": {}}

    def _slices(self, value: Json, where: str) -> list[Json]:
        """What `x[...]` of Keras 2 takes, one item per axis."""
        if not isinstance(value, list):
            raise self.refuse(where, "slices by what is no list", table.REFUSED["SlicingOpLambda"])
        keys = ("start", "stop", "step")
        return [
            self._value({"class_name": "__slice__", "config": {k: item.get(k) for k in keys}}, where, "slice")
            if isinstance(item, dict) and "class_name" not in item
            else self._value(item, where, "slice")
            for item in value
        ]

    def _keywords(self, keywords: dict[str, Json], where: str) -> dict[str, Json]:
        written = {}
        for key, value in keywords.items():
            if not isinstance(key, str) or not key.isidentifier() or len(key) > 40:
                raise self.refuse(where, f"is called with an argument named {str(key)[:40]!r}")
            if key in _ALWAYS_DECIDED_AT_CALL or value is None:
                continue
            written[key] = self._value(value, where, key)
        return written

    def _value(self, value: Json, where: str, key: str) -> Json:
        """A tensor, a slice, or plain data."""
        if self._is_reference(value):
            return self._tensor(value, where)
        if isinstance(value, list):
            return [self._value(item, where, key) for item in value]
        if not isinstance(value, dict) or value.get("class_name") not in _MARKERS:
            return self.plain(value, where, key)
        config = value.get("config")
        if value["class_name"] == "__ellipsis__":
            return {"class_name": "__ellipsis__", "config": {}}
        if not isinstance(config, dict):
            raise self.refuse(where, "has unreadable connections", "save the model again")
        if value["class_name"] == "__slice__":
            sides = {k: self._value(config.get(k), where, key) for k in ("start", "stop", "step")}
            return {"class_name": "__slice__", "config": sides}
        history = config.get("keras_history")
        if not self._is_reference(history):
            raise self.refuse(where, "takes a tensor that no layer makes", "save the model again")
        return self._tensor(history, where)

    def _tensor(self, reference: Json, where: str) -> dict[str, Json]:
        history = self._reference(reference, where)
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None], "dtype": "float32", "keras_history": history},
        }

    @staticmethod
    def _is_reference(value: Json) -> bool:
        return (
            isinstance(value, list)
            and len(value) == 3
            and isinstance(value[0], str)
            and all(type(v) is int and 0 <= v < 1 << 16 for v in value[1:])
        )

    def _reference(self, value: Json, where: str) -> list[Json]:
        if not self._is_reference(value):
            raise self.refuse(where, "has unreadable connections", "save the model again")
        name = self.name(value[0], where)
        if name not in self.known:
            raise self.refuse(
                where,
                f"takes its input from {name!r}, which is no layer of the model",
                "save the model again",
            )
        return [name, value[1], value[2]]


def _array(value: Json) -> Json:
    """A list of numbers as the constant that Keras 3 computes with; anything else as it is."""
    if not isinstance(value, list):
        return value
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}}


def is_old(source: Json) -> bool:
    """Whether the nodes of this layer are written as Keras 2 writes them."""
    nodes = source.get("inbound_nodes") if isinstance(source, dict) else None
    return isinstance(nodes, list) and any(isinstance(node, list) for node in nodes)


def rebase_nested(layers: list[dict[str, Json]], ends: Json) -> None:
    """Renumber the calls of nested models, in place.

    Keras 2 counts a nested model's own input as call 0, so its first use is call 1. Keras 3 counts from 0 between
    layers, and from 1 where a nested functional model is the output.
    """
    references = [r for layer in layers for node in layer["inbound_nodes"] for r in _references(node)]
    outputs = [ends] if isinstance(ends[0], str) else ends
    for layer in layers:
        if layer["class_name"] not in table.MODELS:
            continue
        own = [r for r in references if r[0] == layer["name"]]
        last = [r for r in outputs if r[0] == layer["name"]]
        if any(r[1] == 0 for r in own + last):
            shift, end_shift = 0, 1
        else:
            shift, end_shift = -1, 0
        for reference in own:
            reference[1] += shift
        for reference in last:
            reference[1] += end_shift if layer["class_name"] == "Functional" else shift


def _references(value: Json) -> list[list[Json]]:
    if isinstance(value, list):
        return [r for item in value for r in _references(item)]
    if not isinstance(value, dict):
        return []
    if value.get("class_name") == "__keras_tensor__":
        return [value["config"]["keras_history"]]
    return [r for item in value.values() for r in _references(item)]
