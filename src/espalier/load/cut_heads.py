"""Cut a rebuilt Keras network at the heads that a recipe names: one output for each role of each level.

What lies behind a head in stock layers is followed back as long as it only rearranges numbers: a Reshape goes, a Concatenate over
levels becomes their heads, one that joins boxes with scores becomes two, and the sigmoid or softmax that the decode computes
goes, too: int8 gives each head its own scale then. TensorFlow process only.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..detector import HeadLeaf, HeadNames, Heads
from ..errors import RecipeError, UnsupportedModelError
from .custom_tail import TWO_LINES
from .keras_objects import Layer, Model

ROLES = ("box", "size", "objectness", "scores")
"""In the order in which an output that holds several has them."""

_SAME_NUMBERS = frozenset({"Reshape", "Flatten", "Identity", "Dropout", "SpatialDropout2D"})

@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The network that ends in its heads, which outputs each level has, and what was cut off, in words."""

    model: Model
    levels: tuple[Heads, ...]
    notes: tuple[str, ...] = ()


def cut_heads(model: Model, names: HeadNames, renamed: dict[str, str] | None = None) -> Cut:
    """`renamed`: layers that are called otherwise than in the file. Raises RecipeError for layers that are not there or do not
    fit together, UnsupportedModelError where the network cannot be cut at them."""
    import keras

    walk = _Walk(model, names, renamed or {})
    levels = walk.levels()
    outputs: list[Any] = []
    made = []
    for level in levels:
        places = {}
        for role in ROLES:
            if role not in level:
                continue
            same = [place for place, output in enumerate(outputs) if output is level[role]]
            places[role] = same[0] if same else len(outputs)
            outputs += [] if same else [level[role]]
        made.append(
            Heads(
                scores=places["scores"],
                box=places.get("box"),
                size=places.get("size"),
                objectness=places.get("objectness"),
            )
        )
    image = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    made_of = keras.Model(image, outputs, name=model.name)
    walk.open_activations(made_of)
    return Cut(model=made_of, levels=tuple(made), notes=tuple(walk.notes))


def leaves_of(model: Model) -> tuple[HeadLeaf, ...]:
    """What the outputs of a network are made of, as far as layers only rearrange or activate: candidates for heads."""
    found: list[HeadLeaf] = []
    todo = [(tensor, "none") for tensor in reversed(model.outputs)]
    while todo:
        tensor, activation = todo.pop()
        layer, inputs = _maker(tensor)
        kind, own = type(layer).__name__, getattr(getattr(layer, "activation", None), "__name__", "")
        ends = own if own in ("sigmoid", "softmax") else kind.lower() if kind in ("Sigmoid", "Softmax") else ""
        plain = kind in (*_SAME_NUMBERS, "Concatenate", "Activation", "Sigmoid", "Softmax")
        if plain and inputs and (kind != "Activation" or ends):
            todo += [(one, ends or activation) for one in reversed(inputs)]
            continue
        shape = tuple(int(side or 0) for side in tensor.shape[1:])
        found.append(HeadLeaf(layer=layer.name, shape=shape, activation=ends or activation))
    return tuple(found)


class _Walk:
    """From named layers back to the tensors that are the heads."""

    def __init__(self, model: Model, names: HeadNames, renamed: dict[str, str]) -> None:
        self.model, self.names, self.renamed = model, names, renamed
        self.notes: list[str] = []
        self._linear: list[Layer] = []

    def levels(self) -> list[dict[str, Any]]:
        """Role -> tensor, of every level."""
        given = self.names
        roles = {"box": given.boxes, "size": given.sizes, "objectness": given.objectness, "scores": given.scores}
        roles = {role: names for role, names in roles.items() if names}
        joined = [role for role in roles if roles[role] == given.scores and role != "scores"]
        if joined:
            parts = [part for tensor in self._named(given.scores) for part in self._apart(tensor, (*joined, "scores"))]
        else:
            parts = [{"scores": tensor} for named in self._named(given.scores) for tensor in self._followed(named, "scores")]
        for role, names in roles.items():
            if role == "scores" or role in joined:
                continue
            found = [tensor for named in self._named(names) for tensor in self._followed(named, role)]
            if len(found) != len(parts):
                raise RecipeError(
                    f"`detect.scores` leads to {len(parts)} heads, the layers that give {role} to {len(found)}",
                    supported="as many levels in each role, in the same order",
                    next_step="name one layer for each level, from the finest to the coarsest",
                )
            for part, tensor in zip(parts, found, strict=True):
                part[role] = tensor
        return parts

    def open_activations(self, cut: Model) -> None:
        """Take the activation off the layers whose own it is. Raises UnsupportedModelError where it is also used inside."""
        import keras

        read = {tensor._keras_history.operation.name for node in _nodes(cut) for tensor in node.input_tensors}
        for layer in self._linear:
            if layer.name in read:
                raise UnsupportedModelError(
                    f"the head {layer.name!r} ends in a function that the decode computes, and other layers read it",
                    supported="heads that nothing but the decode reads",
                    next_step=TWO_LINES,
                )
            vars(layer)["activation"] = keras.activations.linear

    # ---- layers by name

    def _named(self, names: Sequence[str]) -> list[Any]:
        return [tensor for name in names for tensor in self._outputs(name)]

    def _outputs(self, name: str) -> list[Any]:
        """What a layer gives: one tensor for each time that it is used, in their order."""
        known = {layer.name: layer for layer in self.model.layers}
        layer = known.get(self.renamed.get(name, name)) or known.get(name)
        if layer is None:
            inside = [part.name for part in self.model.layers if name in {own.name for own in getattr(part, "layers", ())}]
            if inside:
                raise UnsupportedModelError(
                    f"the layer {name!r} of [detect] lies in the nested model {inside[0]!r}",
                    supported="heads among the layers of the outermost model",
                    next_step=TWO_LINES,
                )
            near = difflib.get_close_matches(name, known, 3, 0.4)
            raise RecipeError(
                f"[detect] names the layer {name!r}, which the model does not have",
                supported=f"its last layers are {', '.join(list(known)[-12:])}",
                next_step=f"did you mean {' or '.join(map(repr, near))}?" if near else "correct the name",
            )
        used = {id(node) for node in _nodes(self.model)}
        own = [node for node in layer._inbound_nodes if id(node) in used] or list(layer._inbound_nodes)
        return [tensor for node in own for tensor in node.output_tensors]

    # ---- back through what rearranges

    def _followed(self, tensor: Any, role: str) -> list[Any]:
        """The heads, one for each level, that a tensor of one role is made of."""
        layer, inputs = _maker(tensor)
        kind = type(layer).__name__
        if kind in _SAME_NUMBERS:
            return self._followed(inputs[0], role)
        if kind == "Concatenate" and _axis(layer, tensor) != len(tensor.shape) - 1:
            self._note(f"the heads that {layer.name} joins are outputs of their own")
            return [head for one in inputs for head in self._followed(one, role)]
        if self._activates(layer, tensor, role):
            if kind in ("Activation", "Sigmoid", "Softmax"):
                self._note(f"{layer.name} was cut off: the decode computes it")
                return self._followed(inputs[0], role)
            self._note(f"the activation of {layer.name} was cut off: the decode computes it")
            self._linear.append(layer)
        return [tensor]

    def _apart(self, tensor: Any, roles: Sequence[str]) -> list[dict[str, Any]]:
        """The levels of a tensor that holds several roles: as they are where one layer computes them together."""
        layer, inputs = _maker(tensor)
        kind = type(layer).__name__
        if kind in _SAME_NUMBERS:
            return self._apart(inputs[0], roles)
        if kind != "Concatenate":
            return [dict.fromkeys(roles, tensor)]
        if _axis(layer, tensor) != len(tensor.shape) - 1:
            self._note(f"the heads that {layer.name} joins are outputs of their own")
            return [level for one in inputs for level in self._apart(one, roles)]
        found = self._columns(layer, inputs, roles)
        self._note(f"what {layer.name} joins ({', '.join(found)}) are outputs of their own")
        heads = {role: self._followed(part, role) for role, part in found.items()}
        counts = {len(one) for one in heads.values()}
        if len(counts) != 1:
            raise RecipeError(
                f"the layer {layer.name!r} joins heads of "
                + ", ".join(f"{len(one)} levels ({role})" for role, one in heads.items()),
                supported="as many levels in each",
                next_step="name the layers of each role in [detect]",
            )
        return [{role: heads[role][place] for role in heads} for place in range(counts.pop())]

    def _columns(self, layer: Layer, inputs: Sequence[Any], roles: Sequence[str]) -> dict[str, Any]:
        """Which of the joined tensors is of which role, by how many columns it has; what is none of them is left out."""
        widths = {"box": self.names.numbers, "size": 2, "objectness": 1, "scores": self.names.width}
        found: dict[str, Any] = {}
        for role in roles:
            fitting = [one for one in inputs if one.shape[-1] == widths[role]]
            if len(fitting) != 1:
                raise RecipeError(
                    f"the layer {layer.name!r} of [detect] joins {', '.join(str(list(one.shape[1:])) for one in inputs)}: "
                    f"{len(fitting)} of them have {widths[role]} columns, as {role} would",
                    supported="names of the layers that are joined: `boxes`, `scores` and `objectness` each for itself",
                    next_step="name the layers before it",
                )
            found[role] = fitting[0]
        left = [str(list(one.shape[1:])) for one in inputs if not any(one is used for used in found.values())]
        if left:
            self._note(f"{layer.name} also joins {', '.join(left)}, which were left out")
        return found

    def _activates(self, layer: Layer, tensor: Any, role: str) -> bool:
        """Whether a layer ends in the function that the decode computes."""
        wanted = {"scores": self.names.activation, "objectness": "sigmoid"}.get(role, "none")
        function = getattr(layer, "activation", None)
        name = getattr(function, "__name__", "") if function is not None else type(layer).__name__
        if wanted == "none" or name.lower() != wanted:
            return False
        if wanted == "softmax":
            # Over the classes of one anchor only; over all channels of a map it is something else.
            return bool(tensor.shape[-1] == self.names.width and getattr(layer, "axis", -1) in (-1, len(tensor.shape) - 1))
        return True

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _nodes(model: Model) -> list[Any]:
    """Every call of a layer in a functional model (a sequential one keeps one inside)."""
    graph = getattr(model, "_functional", None) or model
    return [node for nodes in graph._nodes_by_depth.values() for node in nodes]


def _maker(tensor: Any) -> tuple[Layer, list[Any]]:
    """The layer that computes a tensor, and what it is computed from."""
    history = tensor._keras_history
    node = history.operation._inbound_nodes[history.node_index]
    return history.operation, list(node.input_tensors)


def _axis(layer: Layer, tensor: Any) -> int:
    axis = int(layer.axis)
    return axis if axis >= 0 else axis + len(tensor.shape)
