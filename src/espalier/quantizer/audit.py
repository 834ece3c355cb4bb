"""What a quantized file really is: types, scales, shapes, operators, versions, and how a delegate cuts it up.

"BUILTINS_INT8" promises nothing: a converter may leave operators, weights or edges in float and say so
nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from ..facts import OperatorUse, TensorFacts
from ..recipe import InputContract
from ..rows import OperatorCounts
from ..task.kinds import edges_of
from ..task.types import CLASSIFY, Task
from ..tflite import edit
from ..tflite.edit import (
    constant,
    dtype_name,
    graph_of,
    is_quantized,
    name_of,
    operator_name,
    shape_of,
    step_of,
)
from ..tflite.objects import ModelT, TensorT
from ..tflite.operator_versions import operator_uses
from ..tflite.versions import UNKNOWN, floor_of, runtime_floor
from .bias import BIAS_LIMIT, linear_operators, output_name, weight_scales
from .ranges import open_with_refusal
from .results import Audit

TINY_SCALE = 1e-7
SPREAD_LIMIT = 1e4
_FLOAT = ("float32", "float16", "float64", "bfloat16")


@dataclass(slots=True)
class _Findings:
    """Collected while looking; `errors` refuse the file, `warnings` are told."""

    layers: Mapping[str, str]
    errors: list[str] = field(default_factory=list)
    told: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """What holds for several -> the name and the sentence of each."""

    def warn(self, name: str, sentence: str, together: str) -> None:
        """Tell of one tensor or operator; `together` says it of several."""
        self.told.setdefault(together, []).append((name, sentence))

    @property
    def warnings(self) -> list[str]:
        """One line for each thing that is told, of however many it is told."""
        return [
            entries[0][1] if len(entries) == 1 else f"{together}: {some([name for name, _ in entries])}"
            for together, entries in self.told.items()
        ]

    def at(self, name: str) -> str:
        """A tensor's name with its Keras layer."""
        base = name.split("/")[0]
        layer = self.layers.get(name) or self.layers.get(base)
        return f"{name} (Keras layer {layer})" if layer else name


def some(names: Sequence[str], most: int = 3) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def audit_model(
    data: bytes,
    contract: InputContract | None = None,
    *,
    layers: Mapping[str, str] | None = None,
    dense: str | None = None,
    edge: str = "int8",
    task: Task = CLASSIFY,
) -> Audit:
    """Look at every tensor and operator of a quantized file.

    `edge`: wanted dtype of input and output. `dense`: "per-tensor" to require one scale on every dense layer.
    """
    model = edit.read_model(data)
    findings = _Findings(layers or {})
    _look_at_tensors(model, findings)
    counts = _look_at_operators(model, findings)
    _look_at_weights(model, findings, dense)
    source = _tensor_facts(model, int(graph_of(model).inputs[0]))
    heads = [_tensor_facts(model, int(index)) for index in graph_of(model).outputs]
    numbers = tuple(_tensor_facts(model, int(index)) for index in graph_of(model).inputs[1:])
    _look_at_edges((source, *numbers), heads, contract, edge, edges_of(task, len(heads)), findings)
    partitions, refusal = count_partitions(data)
    uses = operator_uses(model)
    unknown = sorted({pair for pair in uses if floor_of(*pair) == UNKNOWN})
    for name, version in unknown:
        what = f"no runtime is known for {name} version {version}"
        findings.warn(f"{name} version {version}", what, "no runtime is known for several operators")
    names = Counter(name for name, _ in uses)
    return Audit(
        errors=tuple(findings.errors),
        warnings=(*findings.warnings, *_delegate_warning(partitions, refusal)),
        input=source,
        heads=tuple(heads),
        uses=tuple(
            OperatorUse(name=name.lower(), version=version, count=count)
            for (name, version), count in sorted(Counter(uses).items())
        ),
        counts=OperatorCounts(**counts),
        conversions={"quantize": names["QUANTIZE"], "dequantize": names["DEQUANTIZE"]},
        runtime_floor=runtime_floor(uses),
        partitions=partitions,
        numbers=numbers,
    )


def count_partitions(data: bytes) -> tuple[dict[str, int], str]:
    """Load and run the file once with LiteRT's default delegate: into how many pieces the delegate cut the
    graph, and how many operators it has; and why the delegate refuses the file, "" where it does not. Many pieces
    make int8 slower than float."""
    interpreter, refusal = open_with_refusal(data)
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    interpreter.invoke()
    kinds = [operator["op_name"] for operator in interpreter._get_ops_details()]
    return {"delegated": kinds.count("DELEGATE"), "operators": len(kinds) - kinds.count("DELEGATE")}, refusal


def _delegate_warning(partitions: Mapping[str, int], refusal: str) -> list[str]:
    if refusal:
        return [
            f"XNNPACK refuses the file ({refusal}), so it was run on LiteRT's builtin kernels: on a phone it needs "
            "Interpreter.Options().setUseXNNPACK(false), and MediaPipe cannot run it"
        ]
    if partitions["delegated"] <= 4:
        return []
    return [f"LiteRT's delegate cuts the graph into {partitions['delegated']} pieces: int8 may be slow"]


def _look_at_tensors(model: ModelT, findings: _Findings) -> None:
    for index, tensor in enumerate(graph_of(model).tensors):
        name = name_of(tensor)
        if tensor.shapeSignature is not None and any(int(n) < 0 for n in tensor.shapeSignature):
            findings.errors.append(f"{findings.at(name)} has a dynamic shape")
        if dtype_name(tensor) in _FLOAT:
            findings.errors.append(f"{findings.at(name)} is {dtype_name(tensor)}")
        if dtype_name(tensor) in ("int8", "int16", "uint8"):
            value = constant(model, index)
            _look_at_scales(tensor, findings.at(name), findings, single=value is not None and value.size == 1)


def _look_at_scales(tensor: TensorT, name: str, findings: _Findings, *, single: bool) -> None:
    """`single`: a constant of one value (LayerNormalization's epsilon), which any scale holds exactly."""
    quantization = tensor.quantization
    scales = (
        [] if quantization is None or quantization.scale is None else [float(s) for s in quantization.scale]
    )
    if not scales or not all(isfinite(s) and s > 0 for s in scales):
        findings.errors.append(f"{name} has no usable scale")
        return
    if min(scales) < TINY_SCALE and not single:
        what = f"{name} has a scale of {min(scales):.2g}, below {TINY_SCALE:g}"
        findings.warn(name, what, f"several tensors have a scale below {TINY_SCALE:g}")
    if max(scales) / min(scales) > SPREAD_LIMIT:
        what = f"{name}: its channels' scales differ {max(scales) / min(scales):.2g} times"
        findings.warn(name, what, f"several layers have channels whose scales differ over {SPREAD_LIMIT:g} times")


def _look_at_operators(model: ModelT, findings: _Findings) -> dict[str, int]:
    counts = {"float": 0, "int8": 0, "int16": 0}
    for operator in graph_of(model).operators:
        name = operator_name(model, operator)
        if name.startswith("OPERATOR") or name == "CUSTOM":
            findings.errors.append(f"operator {name} is not one of TFLite's")
        tensors = [graph_of(model).tensors[i] for i in [*operator.inputs, *operator.outputs] if i >= 0]
        if any(dtype_name(tensor) in _FLOAT for tensor in tensors):
            counts["float"] += 1
            findings.errors.append(f"operator {findings.at(output_name(model, operator))} computes in float")
        elif any(dtype_name(graph_of(model).tensors[i]) == "int16" for i in operator.outputs):
            counts["int16"] += 1
        else:
            counts["int8"] += 1
    return counts


def _look_at_weights(model: ModelT, findings: _Findings, dense: str | None) -> None:
    for operator in linear_operators(model):
        name = findings.at(output_name(model, operator))
        weights = constant(model, int(operator.inputs[1]))
        bias = constant(model, int(operator.inputs[2])) if len(operator.inputs) > 2 else None
        if (
            bias is not None
            and bias.dtype == np.int32
            and np.abs(bias.astype(np.int64)).max(initial=0) > BIAS_LIMIT
        ):
            what = "a bias is beyond 2^30, the accumulator may overflow"
            findings.warn(name, f"{name}: {what}", f"several layers: {what}")
        if weights is None or weights.dtype != np.int8:
            continue
        axis = 3 if operator_name(model, operator) == "DEPTHWISE_CONV_2D" else 0
        dead = int((~weights.any(axis=tuple(i for i in range(weights.ndim) if i != axis))).sum())
        if dead:
            what = f"{name}: {dead} of {weights.shape[axis]} channels have only zero weights"
            findings.warn(name, what, "several layers have channels with only zero weights")
        if (
            operator_name(model, operator) == "FULLY_CONNECTED"
            and dense == "per-tensor"
            and len(weight_scales(model, operator)) > 1
        ):
            findings.errors.append(f"{name} has a scale per channel where the target takes one")


def _look_at_edges(
    sources: Sequence[TensorFacts],
    heads: Sequence[TensorFacts],
    contract: InputContract | None,
    edge: str,
    edges: Sequence[tuple[float, int] | None],
    findings: _Findings,
) -> None:
    for what, facts in (*(("input", source) for source in sources), *(("output", head) for head in heads)):
        if facts.dtype != edge:
            findings.errors.append(f"the {what} is {facts.dtype}, {edge} was asked for")
    for sink, wanted in zip(heads, edges, strict=True):
        if wanted is None:
            continue
        scale, shift = wanted[0], wanted[1] + (0 if edge == "int8" else 128)
        if (abs(sink.scale / scale - 1) > 1e-6 or sink.zero_point != shift) and sink.dtype == edge:
            findings.errors.append(
                f"the output has scale {sink.scale:g}, zero point {sink.zero_point}; wanted: {scale:g}, {shift}"
            )
    if contract is None:
        return
    given = [(1, *contract.shape), *((1, len(one.names)) for one in contract.numbers)]
    if [tuple(source.shape) for source in sources] != given:
        findings.errors.append(
            f"the inputs are {[list(source.shape) for source in sources]}, the contract gives {[list(shape) for shape in given]}"
        )


def _tensor_facts(model: ModelT, index: int) -> TensorFacts:
    tensor = graph_of(model).tensors[index]
    scale, zero_point = step_of(tensor) if is_quantized(tensor) else (0.0, 0)
    return TensorFacts(
        name=name_of(tensor),
        shape=tuple(shape_of(tensor)),
        dtype=dtype_name(tensor),
        scale=scale,
        zero_point=zero_point,
    )
