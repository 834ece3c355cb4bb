"""Float .tflite networks built by hand, so that most tests need no TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from espalier.recipe import InputContract
from espalier.tflite import edit
from espalier.tflite.operator_versions import write_versions

CONTRACT = InputContract(size=(16, 16), mean=(127.5,), std=(127.5,))
RELU, RELU6 = schema.ActivationFunctionType.RELU, schema.ActivationFunctionType.RELU6


def images(count: int = 48, seed: int = 3, size: int = 16) -> NDArray[np.uint8]:
    """Blocky random pictures, uint8 [n, size, size, 3]."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (count, 4, 4, 3)).repeat(size // 4, 1).repeat(size // 4, 2)
    return np.clip(blocks + random.integers(-25, 26, (count, size, size, 3)), 0, 255).astype(np.uint8)


class Builder:
    """Adds operators one after another; `tensor` is the last one computed."""

    def __init__(self, shape: tuple[int, ...] = (1, 16, 16, 3), seed: int = 7) -> None:
        self.model = schema.ModelT()
        graph = schema.SubGraphT()
        graph.tensors, graph.operators = [], []
        self.model.version, self.model.subgraphs, self.model.operatorCodes = 3, [graph], []
        self.model.metadata, self.model.signatureDefs = [], []
        self.model.buffers = [edit._AlignedBuffer(None)]
        self.random = np.random.default_rng(seed)
        self.tensor = edit.add_tensor(self.model, "x", shape, "float32")
        graph.inputs = np.array([self.tensor], np.int32)

    @property
    def shape(self) -> list[int]:
        return [int(n) for n in edit.graph_of(self.model).tensors[self.tensor].shape]

    def value(self, array: NDArray[Any]) -> int:
        return edit.add_tensor(self.model, "c", array.shape, array.dtype.name, value=array)

    def op(self, name: str, inputs: list[int], shape: list[int], options: Any = None) -> Builder:
        result = edit.add_tensor(self.model, "t", shape, "float32")
        edit.add_operator(self.model, name, inputs, [result], options=options)
        self.tensor = result
        return self

    def conv(
        self, channels: int, kernel: int = 3, activation: int = RELU, spread: float = 0.0, bias: float = 0.1
    ) -> Builder:
        """SAME convolution; `spread`: channels are scaled by 2 ** uniform(-spread, spread)."""
        _, height, width, before = self.shape
        weights = self.random.normal(
            0, (kernel * kernel * before) ** -0.5, (channels, kernel, kernel, before)
        )
        factor = 2.0 ** self.random.uniform(-spread, spread, channels)
        offset = self.random.normal(0, bias, channels) * factor
        options = schema.Conv2DOptionsT()
        options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
        options.padding, options.fusedActivationFunction = schema.Padding.SAME, activation
        w = self.value((weights * factor[:, None, None, None]).astype(np.float32))
        inputs = [self.tensor, w, self.value(offset.astype(np.float32))]
        return self.op("CONV_2D", inputs, [1, height, width, channels], options)

    def depthwise(self, activation: int = RELU) -> Builder:
        _, height, width, channels = self.shape
        options = schema.DepthwiseConv2DOptionsT()
        options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
        options.depthMultiplier, options.padding = 1, schema.Padding.SAME
        options.fusedActivationFunction = activation
        weights = self.value(self.random.normal(0, 0.4, (1, 3, 3, channels)).astype(np.float32))
        inputs = [self.tensor, weights, self.value(self.random.normal(0, 0.1, channels).astype(np.float32))]
        return self.op("DEPTHWISE_CONV_2D", inputs, [1, height, width, channels], options)

    def pool(self) -> Builder:
        """AVERAGE_POOL_2D over the whole image."""
        _, height, width, channels = self.shape
        options = schema.Pool2DOptionsT()
        options.padding, options.strideW, options.strideH = schema.Padding.VALID, 1, 1
        options.filterHeight, options.filterWidth = height, width
        return self.op("AVERAGE_POOL_2D", [self.tensor], [1, 1, 1, channels], options)

    def dense(self, units: int, bias: bool = True) -> Builder:
        width = self.shape[-1]
        weights = self.value(self.random.normal(0, 2.0, (units, width)).astype(np.float32))
        offset = self.value(self.random.normal(0, 0.2, units).astype(np.float32)) if bias else -1
        inputs = [self.tensor, weights, offset]
        return self.op("FULLY_CONNECTED", inputs, [1, units], schema.FullyConnectedOptionsT())

    def softmax(self) -> Builder:
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        return self.op("SOFTMAX", [self.tensor], self.shape, options)

    def unary(self, name: str, options: Any = None) -> Builder:
        return self.op(name, [self.tensor], self.shape, options)

    def done(self) -> bytes:
        """The file, with canonical names, versions and signature."""
        edit.graph_of(self.model).outputs = np.array([self.tensor], np.int32)
        edit.rename_tensors(self.model)
        write_versions(self.model)
        return edit.pack_model(self.model)


def small_network(seed: int = 7, **first: Any) -> bytes:
    """conv, depthwise, conv, pool, dense, softmax on 16 x 16 x 3; `first` goes to the first convolution."""
    net = Builder(seed=seed).conv(8, **first).depthwise().conv(12, 1)
    return net.pool().dense(5).softmax().done()


def run(data: bytes, inputs: NDArray[Any]) -> NDArray[Any]:
    """Raw outputs [n, ...] of a file for inputs [n, ...]."""
    from espalier.quantizer.ranges import open_interpreter

    interpreter = open_interpreter(data)
    source, sink = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    found = []
    for value in inputs:
        interpreter.set_tensor(source, value[None])
        interpreter.invoke()
        found.append(interpreter.get_tensor(sink)[0])
    return np.stack(found)


def operators(data: bytes) -> list[str]:
    """TFLite names of a file's operators, in order."""
    model = edit.read_model(data)
    return [edit.operator_name(model, o) for o in edit.graph_of(model).operators]
