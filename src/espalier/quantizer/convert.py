"""Keras 3 model in memory -> float .tflite: batch 1, static shapes, the heads of its task out, proven equal to Keras.

The file takes normalised floats x = (pixel - mean) / std. Where class probabilities are asked for it gives one per label:
logits get a softmax, one sigmoid unit becomes (1 - p, p); where sigmoids are, one for each output; where values are, every
output as it is. Runs where TensorFlow is imported (the tensorflow worker).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelRefusedError, UnsupportedModelError, VerificationError
from ..load.keras_assign import cause_of
from ..load.keras_ends import head_words
from ..load.keras_objects import Layer, Model, Tensor, Traced
from ..recipe import InputContract
from ..task.types import SCORES, Ends, Head
from ..tflite import edit
from ..tflite.edit import graph_of, name_of, operator_name, shape_of
from ..tflite.macs import count_macs
from ..tflite.numbers import PROBABILITY
from ..tflite.objects import ModelT, TensorT
from ..tflite.operator_versions import write_versions
from ..tflite.runtimes import load_interpreter
from .map_ends import as_map, with_maps
from .probes import probe_inputs
from .results import Converted, OutputKind
from .rewrite import rewrite_float
from .two_answers import answer_with_two

TOLERANCE = 1e-4
"""Largest allowed difference between Keras and the float .tflite, relative to the range of the output."""

PAIRS = ("softmax", "sigmoid", "logits")
"""Of these one unit becomes two probabilities."""

DYNAMIC = frozenset(
    {"SHAPE", "FILL", "WHERE", "RANGE", "WHILE", "IF", "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5"}
)
"""Operators that compute shapes or depend on values; they break delegates, NPUs and static planning."""


def convert_model(
    model: Model, contract: InputContract, ends: Ends = "probabilities", heads: Mapping[str, Ends] | None = None
) -> Converted:
    """Convert and prove. `heads`: of values, the outputs that are completed to something else.

    Raises UnsupportedModelError (shape against the contract, an operator without a
    TFLite counterpart, dynamic shapes) and VerificationError when the file does not equal Keras."""
    check_input(model, contract, ends)
    kind = _kind_for(model.outputs[0], ends) if ends in SCORES else "values"
    kinds = head_kinds(model, heads or {}) if kind == "values" else (kind,)
    raw = edit.read_model(_run_converter(_trace(model, contract, kinds, ends), model))
    rewrite_float(raw)
    for place, given in enumerate(kinds):
        if given in PAIRS and shape_of(graph_of(raw).tensors[graph_of(raw).outputs[place]]) == [1, 1]:
            answer_with_two(raw, place)
    names = {layer.name for layer in _leaf_layers(model)}
    old = edit.rename_tensors(
        raw, head_names(model) if kind == "values" else (PROBABILITY,), [one.name for one in contract.numbers]
    )
    # A fused operator's tensor bears the names of all its layers: the one whose weights it has says most.
    weighted = {
        layer.name
        for layer in _leaf_layers(model)
        if any("kernel" in weight.name for weight in layer.weights)
    }
    layers = {new: _layer_of(name, weighted) or _layer_of(name, names) for new, name in sorted(old.items())}
    check_static(raw, layers)
    raw.metadata = []
    write_versions(raw)
    data = edit.pack_model(raw)
    done = Converted(
        float_model=data,
        output=kind,
        largest_difference=prove_equal(model, data, contract, kinds, ends),
        macs=count_macs(raw),
        parameters=int(model.count_params()),
        layers={name: layer for name, layer in layers.items() if layer},
        heads=tuple(
            Head(name=name_of(tensor), shape=tuple(shape_of(tensor)[1:]))
            for tensor in (graph_of(raw).tensors[int(index)] for index in graph_of(raw).outputs)
        ),
    )
    maps = [name for name, wanted in (heads or {}).items() if wanted == "map"]
    if maps:
        return with_maps(done, maps)
    return done if ends not in ("map", "whole-map") else as_map(done, ends)


def head_kinds(model: Model, heads: Mapping[str, Ends]) -> tuple[OutputKind, ...]:
    """What each output gives, where class probabilities are asked of it; else "values"."""
    pairs = ((heads.get(name, "values"), head) for name, head in zip(head_names(model), model.outputs, strict=True))
    return tuple(_kind_for(head, ends) if ends in SCORES else "values" for ends, head in pairs)


def head_names(model: Model) -> tuple[str, ...]:
    """The outputs by the layers that give them, as words that every language takes; no two alike, none an input's."""
    return head_words(str(getattr(_producer(head)[0], "name", "")) for head in model.outputs)


def check_input(model: Model, contract: InputContract, ends: Ends = "probabilities") -> None:
    """Raise UnsupportedModelError unless the model has one image input of the contract's size and, where class
    probabilities are asked for, one output."""
    wanted = [(len(one.names),) for one in contract.numbers]
    if [tuple(one.shape)[1:] for one in model.inputs[1:]] != wanted or (len(model.outputs) != 1 and ends in SCORES):
        raise UnsupportedModelError(
            f"the model has {len(model.inputs)} inputs and {len(model.outputs)} outputs",
            supported="one image input and one output of class scores",
            next_step="build a Keras model with only the classifier's input and output, and save it",
        )
    if ends == "residual":
        check_picture(model, contract)
    if len(model.outputs) != 1 and ends in ("map", "whole-map"):
        raise UnsupportedModelError(
            f"the model has {len(model.outputs)} outputs: {', '.join(head_names(model)[:8])}",
            supported="one map of classes (task segment)",
            next_step="save a model of the one that is wanted, such as keras.Model(model.input, model.outputs[0]); or build all "
            'of them as they are: `task = "raw"` in [model]',
        )
    shape = tuple(model.inputs[0].shape)[1:]
    if len(shape) != 3 or any(
        have not in (None, want) for have, want in zip(shape, contract.shape, strict=True)
    ):
        raise UnsupportedModelError(
            f"the model takes {list(shape)}, the recipe's [input] gives {list(contract.shape)}",
            supported="height, width and channels as the model was trained (channels last)",
            next_step="correct `size` and `color` in [input]",
        )


def check_picture(model: Model, contract: InputContract) -> None:
    """Raise UnsupportedModelError unless the model gives one picture of its input's shape."""
    shapes = [tuple(head.shape)[1:] for head in model.outputs]
    fits = len(shapes[0]) == 3 and all(have in (None, want) for have, want in zip(shapes[0], contract.shape, strict=True))
    if len(shapes) != 1 or not fits:
        raise UnsupportedModelError(
            f"the model gives {' and '.join(str(list(shape)) for shape in shapes[:8])} for an image of {list(contract.shape)}",
            supported="task anomaly: an autoencoder, whose one output is a picture of its input's height, width and channels",
            next_step="save such a model; vectors are compared with `task = \"embed\"`, other outputs are built as they are with "
            "`task = \"raw\"`",
        )


def _kind_for(output: Tensor, ends: Ends) -> OutputKind:
    """What of an output is taken. Raises UnsupportedModelError for a softmax where independent labels are asked for."""
    kind = output_kind(output)
    if ends == "probabilities":
        return kind
    if kind == "softmax":
        raise UnsupportedModelError(
            "the model ends in a softmax, whose outputs share one whole: more of one label is less of all others",
            supported="task multi-label: independent sigmoids or their logits",
            next_step='use `task = "classify"`, or train with sigmoids and a binary cross-entropy',
        )
    return "each sigmoid" if kind == "sigmoid" else "each logit"


def output_kind(output: Tensor) -> OutputKind:
    """What the last computing layer before an output of a model gives: "softmax", "sigmoid" or "logits"."""
    layer, tensor = _producer(output)
    while layer is not None:
        if hasattr(layer, "layers") and hasattr(layer, "outputs") and layer.outputs:
            tensor = layer.outputs[0]
        elif type(layer).__name__ in ("Reshape", "Flatten", "Dropout", "Identity"):
            tensor = tensor._keras_history.operation.input
        else:
            break
        layer, tensor = _producer(tensor)
    if layer is None:
        return "logits"
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", type(activation).__name__ if activation else type(layer).__name__)
    kinds: dict[str, OutputKind] = {"softmax": "softmax", "sigmoid": "sigmoid"}
    return kinds.get(name.lower(), "logits")


def _producer(tensor: Tensor) -> tuple[Layer | None, Any]:
    history = getattr(tensor, "_keras_history", None)
    return (history.operation, tensor) if history is not None else (None, tensor)


def check_static(model: ModelT, layers: dict[str, str]) -> None:
    """Raise UnsupportedModelError for a dynamic dimension or an operator that computes shapes."""
    graph = graph_of(model)
    for tensor in graph.tensors:
        signature = tensor.shapeSignature
        if signature is not None and any(int(n) < 0 for n in signature):
            raise _dynamic(f"a tensor of shape {[int(n) for n in signature]}", _tensor_layer(tensor, layers))
        tensor.shapeSignature = None
    for operator in graph.operators:
        name = operator_name(model, operator)
        result = graph.tensors[operator.outputs[0]]
        if name in DYNAMIC or (name == "PACK" and edit.dtype_name(result).startswith("int")):
            raise _dynamic(f"the operator {name}", _tensor_layer(result, layers))


def _dynamic(what: str, layer: str) -> UnsupportedModelError:
    return UnsupportedModelError(
        f"the converted model has {what}" + (f" (Keras layer {layer!r})" if layer else ""),
        supported="shapes that are known before the model runs",
        next_step="give the layer a fixed shape (Reshape with numbers, a fixed Input size) and save again",
    )


def _tensor_layer(tensor: TensorT, layers: dict[str, str]) -> str:
    return layers.get(name_of(tensor), "")


def prove_equal(
    model: Model, data: bytes, contract: InputContract, kinds: Sequence[OutputKind], ends: Ends = "values"
) -> float:
    """The largest difference between Keras and the file on `probe_inputs`, relative to the range of the
    output.

    Raises VerificationError above TOLERANCE or for values that are not finite.
    """
    from tensorflow.lite.python import interpreter as lite

    probes = probe_inputs(contract)
    with _keras_runs():
        # Not only when it is traced: a value that a graph takes may be none for a layer that runs at once.
        heads = [head.numpy().astype(np.float64) for head in _completed(model, probes, kinds, ends)]
    heads = [
        np.concatenate([1 - head, head], axis=1) if given in PAIRS and head.shape[1] == 1 else head
        for given, head in zip(kinds, heads, strict=True)
    ]
    interpreter, _ = load_interpreter(lite, data, num_threads=1)
    sources, sinks = interpreter.get_input_details(), interpreter.get_output_details()
    found: list[list[NDArray[Any]]] = [[] for _ in sinks]
    for place in range(len(probes[0])):
        for source, values in zip(sources, probes, strict=True):
            interpreter.set_tensor(source["index"], values[place : place + 1])
        interpreter.invoke()
        for answers, sink in zip(found, sinks, strict=True):
            answers.append(interpreter.get_tensor(sink["index"])[0])
    stage = "stage convert (Keras -> float .tflite)"
    if not all(np.isfinite(wanted).all() for wanted in heads):
        layer = _not_finite(model, probes)
        first = f"; the first layer to do so is {layer!r}" if layer else ""
        raise VerificationError(
            f"{stage}: the Keras model answers with NaN or infinity on plain images{first}",
            next_step="check the weights and the mean/std of [input]",
        )
    difference = max(
        float(np.abs(np.array(values) - wanted).max() / max(np.abs(wanted).max(), 1e-6))
        for values, wanted in zip(found, heads, strict=True)
    )
    if not difference <= TOLERANCE:
        raise VerificationError(
            f"{stage}: the outputs differ by {difference:.2g} of their range",
            supported=f"at most {TOLERANCE:g}",
            next_step="please report the model's architecture: the converter changed its function",
        )
    return difference


def _not_finite(model: Model, probes: Sequence[NDArray[np.float32]]) -> str:
    """The first layer whose output is not finite; "" where no single layer of this model shows it."""
    import keras

    layers = [layer for layer in model.layers if len(layer._inbound_nodes) == 1]
    single = [layer for layer in layers if isinstance(layer.output, keras.KerasTensor)]
    outputs = keras.Model(model.inputs, [layer.output for layer in single])(_given(probes), training=False)
    for layer, values in zip(single, outputs, strict=True):
        if not np.isfinite(values.numpy()).all():
            return str(layer.name)
    return ""


def _trace(model: Model, contract: InputContract, kinds: Sequence[OutputKind], ends: Ends) -> Any:
    """The model as a TensorFlow function of one image (and vectors of numbers), its weights as constants.

    Weights are put in while tracing: freezing the variables of a finished function, as the converter would,
    builds the graph twice more and takes most of the conversion's time.
    """
    import keras
    import tensorflow as tf

    values = [(variable, variable.numpy()) for variable in model.variables]

    def answer(*fed: Tensor) -> Any:
        with keras.StatelessScope(
            state_mapping=[(variable, tf.constant(value)) for variable, value in values]
        ):
            return _completed(model, fed, kinds, ends)

    wanted = [("image", contract.shape), *((f"numbers_{one.name}", (len(one.names),)) for one in contract.numbers)]
    specifications = [tf.TensorSpec([1, *shape], tf.float32, name=name) for name, shape in wanted]
    with _keras_runs():
        return tf.function(answer, autograph=False).get_concrete_function(*specifications)


@contextmanager
def _keras_runs() -> Iterator[None]:
    """Raise ModelRefusedError for what Keras says about a model that it cannot run."""
    import tensorflow as tf

    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError, tf.errors.OpError) as problem:
        # Keras checks many arguments only when a layer is called.
        raise ModelRefusedError(
            f"Keras cannot run the model: {cause_of(problem)}",
            supported="models that answer an image of the recipe's [input] in Keras",
            next_step="open the model in Keras and predict one image there; correct what it names, and save again",
        ) from None


def _completed(model: Model, fed: Sequence[Any], kinds: Sequence[OutputKind], ends: Ends) -> list[Any]:
    """The heads of what a model answers to images and numbers; of a picture its difference from the image."""
    heads = _heads(model(_given(fed), training=False), kinds)
    return [heads[0] - fed[0]] if ends == "residual" else heads


def _given(fed: Sequence[Any]) -> Any:
    """The inputs as Keras takes them: one by itself, several in a list."""
    return list(fed) if len(fed) > 1 else fed[0]


def _heads(answer: Any, kinds: Sequence[OutputKind]) -> list[Any]:
    """The heads of a model's answer, in the order of its outputs: class probabilities, or values as they are."""
    import keras

    pairs = zip(keras.tree.flatten(answer), kinds, strict=True)
    return [value if kind == "values" else _probabilities(value, kind) for value, kind in pairs]


def _probabilities(value: Tensor, kind: OutputKind) -> Any:
    """The model's answer as probabilities [n, classes], or [n, 1] for one unit."""
    import tensorflow as tf

    if len(value.shape) != 2:
        value = tf.reshape(value, [value.shape[0], -1])
    if kind == "logits":
        return tf.nn.softmax(value) if value.shape[-1] > 1 else tf.sigmoid(value)
    return tf.sigmoid(value) if kind == "each logit" else value


def _run_converter(function: Traced, model: Model) -> bytes:
    """The raw .tflite of a traced function. Raises UnsupportedModelError naming operators and layers."""
    import tensorflow as tf
    from tensorflow.lite.python.convert import ConverterError

    graph = _with_captures(function)
    if graph is None:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    else:
        image = function.inputs[: len(function.inputs) - len(function.captured_inputs)]
        converter = tf.compat.v1.lite.TFLiteConverter(graph, image, function.outputs)
    try:
        return bytes(converter.convert())
    except ConverterError as problem:
        raise _unsupported(str(problem), function, model) from None


def _with_captures(function: Traced) -> Any | None:
    """The function's graph with the tensors that it captured (such as Normalization's mean) as constants, or
    None when it captured a variable, which only the slower way can freeze."""
    import tensorflow as tf

    graph = function.graph.as_graph_def()
    captured = {inside.op.name: outside for outside, inside in function.graph.captures}
    if any(outside.dtype == tf.resource for outside in captured.values()):
        return None
    for node in graph.node:
        if node.name in captured:
            value = captured[node.name].numpy()
            node.op = "Const"
            node.attr.clear()
            node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
            node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    return graph


def _unsupported(text: str, function: Traced, model: Model) -> UnsupportedModelError:
    """Name the operators that have no TFLite counterpart and the Keras layers that they come from."""
    found = set(re.findall(r"'?tf\.([A-Z]\w+)'? op is neither a custom op nor a flex op", text))
    listed = re.findall(r"(?:Flex|Custom) ops: ([\w, ]+)", text)
    kinds = sorted(found | {name.strip() for line in listed for name in line.split(",")})
    names = {layer.name for layer in _leaf_layers(model)}
    culprits = {
        layer
        for operation in function.graph.get_operations()
        if operation.type in kinds and (layer := _layer_of(operation.name, names))
    }
    where = f" (Keras layer {', '.join(repr(name) for name in sorted(culprits))})" if culprits else ""
    what = ", ".join(kinds) or text.strip().splitlines()[-1][:300]
    return UnsupportedModelError(
        f"TFLite has no operator for {what}{where}",
        supported="layers that map to TFLite's builtin operators",
        next_step="replace the layer by one that does (Conv2D, Dense, pooling, an approximate GELU, ...)",
    )


def _leaf_layers(model: Model) -> list[Layer]:
    return [
        layer for layer in model._flatten_layers(include_self=False) if not getattr(layer, "layers", None)
    ]


def _layer_of(name: str, layers: set[str]) -> str:
    """The Keras layer in a TensorFlow name such as `model_1/conv2d_1/Relu;...`, or "".

    Keras opens each layer's name scope twice, so that the scope is the layer's name with a number more.
    """
    for part in name.split(";"):
        for scope in part.split("/"):
            shorter = re.sub(r"_\d+$", "", scope)
            if shorter in layers and shorter != scope:
                return shorter
            if scope in layers:
                return scope
    return ""
