"""A small, real BundleSource: a 4 x 4 RGB classifier with three classes, built op by op."""

from __future__ import annotations

from functools import cache

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from espalier.bundle import golden
from espalier.facts import BundleSource, Check, Measurement, OperatorUse, TensorFacts
from espalier.recipe import CalibrationSource, Deploy, InputContract, ModelSource, Recipe
from espalier.recipe_answers import Decision
from espalier.target import load_target
from espalier.task.classify import decision
from espalier.task.types import Task

CONTRACT = InputContract(size=(4, 4), resize="bilinear")
LABELS = ("good", 'scratch "deep"', "crack – Riß 𝕏")
INPUT = (1 / 255, -128)
LOGITS = (0.05, 3)
OUTPUT = (1 / 256, -128)


def quantization(scale: float, zero_point: int) -> schema.QuantizationParametersT:
    made = schema.QuantizationParametersT()
    made.scale, made.zeroPoint = [scale], [zero_point]
    return made


class Builder:
    """Collects tensors and operators of one subgraph."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(
        self, name: str, shape: list[int], kind: int, quant: tuple[float, int], data: bytes = b""
    ) -> int:
        made = schema.TensorT()
        made.name, made.shape, made.type, made.quantization = name, shape, kind, quantization(*quant)
        if data:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data, np.uint8)
            self.model.buffers.append(buffer)
            made.buffer = len(self.model.buffers) - 1
        else:
            made.buffer = 0
        self.graph.tensors.append(made)
        return len(self.graph.tensors) - 1

    def operator(
        self, code: int, inputs: list[int], output: int, options: tuple[int, object] | None, version: int
    ) -> None:
        made = schema.OperatorCodeT()
        made.builtinCode = made.deprecatedBuiltinCode = code
        made.version = version
        self.model.operatorCodes.append(made)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, [output]
        if options:
            operator.builtinOptionsType, operator.builtinOptions = options
        self.graph.operators.append(operator)

    def pack(self, entry: int, exit: int) -> bytes:
        self.graph.inputs, self.graph.outputs = [entry], [exit]
        packer = flatbuffers.Builder(1024)
        packer.Finish(self.model.Pack(packer), b"TFL3")
        return bytes(packer.Output())


@cache
def model(dtype: str, classes: int = 3, shape: tuple[int, int, int] = CONTRACT.shape) -> bytes:
    """fully_connected + softmax, int8 inside; dtype "uint8" adds QUANTIZE at both ends."""
    kinds, options = schema.TensorType, schema.BuiltinOptions
    random = np.random.default_rng(7)
    size = int(np.prod(shape))
    made = Builder()
    body_in = made.tensor("in", [1, *shape], kinds.INT8, INPUT)
    weights = made.tensor(
        "w",
        [classes, size],
        kinds.INT8,
        (0.01, 0),
        random.integers(-127, 128, (classes, size), np.int8).tobytes(),
    )
    bias = made.tensor(
        "b",
        [classes],
        kinds.INT32,
        (0.01 / 255, 0),
        random.integers(-900, 900, classes).astype(np.int32).tobytes(),
    )
    logits = made.tensor("logits", [1, classes], kinds.INT8, LOGITS)
    body_out = made.tensor("out", [1, classes], kinds.INT8, OUTPUT)
    entry, exit = body_in, body_out
    if dtype == "uint8":
        entry = made.tensor("in_uint8", [1, *shape], kinds.UINT8, (INPUT[0], 0))
        exit = made.tensor("out_uint8", [1, classes], kinds.UINT8, (OUTPUT[0], 0))
        made.operator(
            schema.BuiltinOperator.QUANTIZE,
            [entry],
            body_in,
            (options.QuantizeOptions, schema.QuantizeOptionsT()),
            1,
        )
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    made.operator(
        schema.BuiltinOperator.FULLY_CONNECTED,
        [body_in, weights, bias],
        logits,
        (options.FullyConnectedOptions, schema.FullyConnectedOptionsT()),
        4,
    )
    made.operator(schema.BuiltinOperator.SOFTMAX, [logits], body_out, (options.SoftmaxOptions, softmax), 2)
    if dtype == "uint8":
        made.operator(
            schema.BuiltinOperator.QUANTIZE,
            [body_out],
            exit,
            (options.QuantizeOptions, schema.QuantizeOptionsT()),
            1,
        )
    return made.pack(entry, exit)


def reference_outputs(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """The model's answers as LiteRT's reference kernels give them: uint8 [n, h, w, c] -> int8 [n,
    classes]."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=model("int8"), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1
    )
    interpreter.allocate_tensors()
    entry, exit = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    answers = []
    for image in pixels:
        interpreter.set_tensor(entry, (image.astype(np.int16) - 128).astype(np.int8)[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(exit)[0].copy())
    return np.stack(answers)


def some_pixels(count: int = 3) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (count, *CONTRACT.shape), np.uint8)


@cache
def synthetic_source(name: str = "toy-parts", *, labels: tuple[str, ...] = LABELS) -> BundleSource:
    """The BundleSource of the android target."""
    pixels = some_pixels()
    outputs = {"reference": reference_outputs(pixels)}
    head = TensorFacts(name="out", shape=(1, 3), dtype="int8", scale=OUTPUT[0], zero_point=OUTPUT[1])
    return BundleSource(
        recipe=Recipe(
            name=name,
            version="1.2.3",
            model=ModelSource(path="model.keras"),
            input=CONTRACT,
            calibration=CalibrationSource(images="calibration"),
            deploy=(Deploy(target="android-arm64"),),
            decision=Decision(threshold=0.75),
        ),
        target=load_target("android-arm64"),
        labels=labels,
        int8_model=model("int8"),
        uint8_model=model("uint8"),
        input=TensorFacts(
            name="in", shape=(1, *CONTRACT.shape), dtype="int8", scale=INPUT[0], zero_point=INPUT[1]
        ),
        heads=(head,),
        operators=(
            OperatorUse(name="softmax", version=2, count=1),
            OperatorUse(name="fully_connected", version=4, count=1),
        ),
        runtime_floor="1.14.0",
        golden=golden.vectors([f"image-{i}.png" for i in range(3)], pixels, outputs, labels),
        contract_cases=golden.contract_cases(CONTRACT),
        arena=None,
        measurements=(
            Measurement(quantity="model-bytes", value=len(model("int8")), unit="bytes", how="file size"),
        ),
        checks=(Check(name="parity", tool="ai-edge-litert", version="2.3.0", result="passed"),),
        model_sha256="0" * 64,
        macs=144,
        parameters=147,
        advice=("nothing to add",),
        decision=decision(Task(labels=labels), (head,), 0.75),
    )
