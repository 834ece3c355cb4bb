"""How raw pixel bytes enter the int8 model: q = pixel - 128 for every contract.

Uniform mean and std become the input's scale and zero point. A fractional rest of the mean moves into the
first layer's bias. Anything else (mean/std per channel, a first layer that cannot take the rest) becomes a
1x1 depthwise convolution at the head of the float graph, which then takes pixel values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from ..recipe import InputContract
from ..task.types import CLASSIFY, Task
from ..tflite import edit
from ..tflite.edit import LINEAR, graph_of, name_of, operator_name
from ..tflite.objects import ModelT, OperatorT
from .share import unshared

_AFFINE = ("MUL", "ADD", "SUB", "DIV")


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelInput:
    """A float graph and how its input is fed and quantized.

    `feed` is the contract to normalise with, None for plain pixel values. `scale`, `zero_point`: of the int8
    input. `rest`: real value that every input is short of (added through the first layer's bias). `fixed`:
    ranges that follow from the contract rather than from the images. `task`: what the graph answers.
    """

    float_model: bytes
    feed: InputContract | None
    scale: float
    zero_point: int
    rest: float
    fixed: dict[str, tuple[float, float]]
    task: Task = CLASSIFY

    @property
    def how(self) -> str:
        """For the report."""
        if self.feed is None:
            return "mean and std are a 1x1 depthwise convolution at the head"
        return "mean and std are the input's scale and zero point" + (
            " and a part of the first layer's bias" if self.rest else ""
        )


def enter_pixels(float_model: bytes, contract: InputContract, task: Task = CLASSIFY) -> PixelInput:
    """Decide how pixels enter, and change the float graph where a head is needed. `task`: what the graph answers.

    Scaling and shifting that the model does itself on its input (Rescaling, Normalization) are taken out of
    the graph and into the mean and std first. Operators that share weights or a bias get their own: whatever works on
    the graph from here on may change one without the other.
    """
    float_model, contract = _take_affine(unshared(float_model), contract)
    means, stds = set(contract.channel_mean), set(contract.channel_std)
    if len(means) == 1 and len(stds) == 1:
        mean, std = means.pop(), stds.pop()
        nearest = int(np.floor(mean + 0.5))
        model = edit.read_model(float_model)
        if 0 <= nearest <= 255 and (nearest == mean or takes_rest(model)):
            image = name_of(graph_of(model).tensors[graph_of(model).inputs[0]])
            return PixelInput(
                float_model=float_model,
                feed=contract,
                scale=1.0 / std,
                zero_point=nearest - 128,
                rest=(nearest - mean) / std,
                fixed={image: ((0 - nearest) / std, (255 - nearest) / std), **_residual(model, task), **_taken(contract)},
                task=task,
            )
    return _with_head(float_model, contract, task)


def _take_affine(float_model: bytes, contract: InputContract) -> tuple[bytes, InputContract]:
    """Remove leading MUL, ADD, SUB and DIV with constants: x -> factor * x + shift with factor > 0 becomes
    part of the contract: mean - shift * std / factor and std / factor."""
    model = edit.read_model(float_model)
    graph = graph_of(model)
    mean = np.array(contract.channel_mean, np.float64)
    std = np.array(contract.channel_std, np.float64)
    changed = False
    while (step := _affine_step(model, len(mean))) is not None:
        operator, factor, shift = step
        mean, std = mean - shift * std / factor, std / factor
        graph.operators.remove(operator)
        graph.inputs = np.array([operator.outputs[0], *graph.inputs[1:]], np.int32)
        graph.tensors[operator.outputs[0]].name = b"image"
        changed = True
    if not changed:
        return float_model, contract
    edit.set_signature(model)
    means, stds = _together(mean), _together(std)
    # In bytes: what `balance` makes of mean and std is in them.
    return edit.pack_model(model), msgspec.structs.replace(contract, mean=means, std=stds, balance="none")


def _together(values: NDArray[np.float64]) -> tuple[float, ...]:
    """One value when the channels differ by rounding only; whole numbers without their rounding error."""
    near = np.where(np.abs(values - np.rint(values)) < 1e-4, np.rint(values), values)
    same = np.allclose(near, near[0], rtol=1e-6, atol=1e-6)
    return (float(near[0]),) if same else tuple(float(value) for value in near)


def _affine_step(model: ModelT, channels: int) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]] | None:
    """(operator, factor, shift) when the only reader of the input is an affine operator with constants."""
    graph = graph_of(model)
    source = int(graph.inputs[0])
    readers = [operator for operator in graph.operators if source in operator.inputs]
    if len(readers) != 1 or len(readers[0].inputs) != 2 or operator_name(model, readers[0]) not in _AFFINE:
        return None
    operator = readers[0]
    first = int(operator.inputs[0]) == source
    value = edit.constant(model, int(operator.inputs[1 if first else 0]))
    if (
        value is None
        or operator.builtinOptions.fusedActivationFunction
        or int(operator.outputs[0]) in graph.outputs
    ):
        return None
    if value.size not in (1, channels) or (value.size > 1 and value.shape[-1] != channels):
        return None
    number = np.broadcast_to(value.reshape(-1).astype(np.float64), channels)
    name, none = operator_name(model, operator), np.zeros(channels)
    if name == "ADD":
        return operator, none + 1, number
    if name == "SUB" and first:
        return operator, none + 1, -number
    factor = (
        number if name == "MUL" else 1 / number if name == "DIV" and first and (number != 0).all() else none
    )
    return (operator, factor, none) if (factor > 0).all() else None


def first_layers(model: ModelT) -> list[OperatorT] | None:
    """The operators that read the input, through paddings; None when one of them is not conv, depthwise or
    dense."""
    graph = graph_of(model)
    waiting, found = [int(graph.inputs[0])], []
    while waiting:
        tensor = waiting.pop()
        for operator in graph.operators:
            if tensor not in operator.inputs:
                continue
            name = operator_name(model, operator)
            if name in ("PAD",):
                waiting.append(int(operator.outputs[0]))
            elif name in LINEAR and int(operator.inputs[0]) == tensor:
                found.append(operator)
            else:
                return None
    return found


def takes_rest(model: ModelT) -> bool:
    """Whether every first layer has a constant bias that can take the rest of the mean."""
    layers = first_layers(model)
    return bool(layers) and all(
        len(operator.inputs) == 3 and edit.constant(model, int(operator.inputs[2])) is not None
        for operator in layers or []
    )


def _residual(model: ModelT, task: Task) -> dict[str, tuple[float, float]]:
    """Of task anomaly the range of the output, whose step is a grey level: good images would give one that no fault fits."""
    if task.kind != "anomaly":
        return {}
    graph = graph_of(model)
    return {name_of(graph.tensors[int(graph.outputs[0])]): (-128 / task.grey, 127 / task.grey)}


def _taken(contract: InputContract) -> dict[str, tuple[float, float]]:
    """Ranges of the vectors of numbers: what the recipe says occurs, with 0."""
    ends = {one.name: one.taken for one in contract.numbers}
    return {name: (min(low, 0.0), max(high, 0.0)) for name, (low, high) in ends.items()}


def _with_head(float_model: bytes, contract: InputContract, task: Task) -> PixelInput:
    mean, std = np.array(contract.channel_mean), np.array(contract.channel_std)
    channels = contract.channels
    model = edit.read_model(float_model)
    graph = graph_of(model)
    old = int(graph.inputs[0])
    weights = (1.0 / std).astype(np.float32).reshape(1, 1, 1, channels)
    shape = [1, *contract.shape]
    image = edit.add_tensor(model, "image", shape, "float32")
    kernel = edit.add_tensor(model, "head/weights", weights.shape, "float32", value=weights)
    bias = edit.add_tensor(
        model, "head/bias", [channels], "float32", value=(-mean / std).astype(np.float32)
    )
    graph.tensors[old].name = b"normalised"
    options = schema.DepthwiseConv2DOptionsT()
    options.padding, options.strideW, options.strideH, options.depthMultiplier = schema.Padding.VALID, 1, 1, 1
    options.dilationWFactor = options.dilationHFactor = 1
    edit.add_operator(model, "DEPTHWISE_CONV_2D", [image, kernel, bias], [old], options=options, at=0)
    graph.inputs = np.array([image, *graph.inputs[1:]], np.int32)
    edit.set_signature(model)
    ends = np.stack([(0 - mean) / std, (255 - mean) / std])
    return PixelInput(
        float_model=edit.pack_model(model),
        feed=None,
        scale=1.0,
        zero_point=-128,
        rest=0.0,
        fixed={
            "image": (0.0, 255.0),
            "normalised": (float(ends.min()), float(ends.max())),
            **_residual(model, task),
            **_taken(contract),
        },
        task=task,
    )
