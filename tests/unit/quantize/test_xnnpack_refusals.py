"""XNNPACK refuses a multiplier of 256 and more, and with it the whole file; in a larger net LiteRT ends in SIGABRT then."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import interpreter as litert_module
from small_networks import CONTRACT, Builder, images, run, small_network

from espalier.bundle.pi.device.model import open_interpreter as open_on_pi
from espalier.measure.benchmark import benchmark
from espalier.measure.predict import predict
from espalier.quantizer.audit import audit_model, count_partitions
from espalier.quantizer.convert import load_interpreter
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize, quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.tflite import edit
from espalier.tflite.delegates import LARGEST_MULTIPLIER, refused_by_xnnpack
from espalier.tflite.edit import graph_of
from espalier.tflite.runtimes import delegation, litert, open_interpreter, open_with_refusal

PIXELS = images(16)


def faded(which: str, weights: float, bias: float) -> bytes:
    """A net whose middle layer answers next to nothing: `weights` and `bias` times what they were."""
    net = Builder().conv(8)
    net = {"conv": lambda: net.conv(6, 1), "depthwise": net.depthwise, "dense": lambda: net.pool().dense(6)}[which]()
    net = net.dense(5).softmax() if which == "dense" else net.pool().dense(5).softmax()
    model = edit.read_model(net.done())
    middle = graph_of(model).operators[2 if which == "dense" else 1]
    for slot, factor in ((1, weights), (2, bias)):
        value = edit.constant(model, int(middle.inputs[slot]))
        assert value is not None
        edit.set_constant(model, int(middle.inputs[slot]), (value * factor).astype(np.float32))
    return edit.pack_model(model)


def too_steep(data: bytes) -> bytes:
    """The same file with the output step of its second convolution a millionth of what it was."""
    model = edit.read_model(data)
    tensor = graph_of(model).tensors[graph_of(model).operators[2].outputs[0]]
    scale, zero = edit.step_of(tensor)
    tensor.quantization = edit.quantization_of([scale * 1e-6], [zero])
    return edit.pack_model(model)


@pytest.fixture(scope="module")
def steep() -> bytes:
    return too_steep(quantize(small_network(), PIXELS, CONTRACT).int8_model)


@pytest.mark.parametrize("bias", [-30.0, -1e4, 0.5])
def test_a_hard_swish_that_is_shut_on_every_image_is_one_that_litert_runs(bias: float) -> None:
    """LiteRT's kernel takes no output step under a 128th of its input's ("output_multiplier_exponent <= 0 was not true")."""
    model = edit.read_model(Builder().conv(8, activation=0).unary("HARD_SWISH").pool().dense(5).softmax().done())
    first = graph_of(model).operators[0]
    shift = edit.constant(model, int(first.inputs[2]))
    assert shift is not None
    edit.set_constant(model, int(first.inputs[2]), np.full_like(shift, bias))
    given = edit.pack_model(model)
    int8 = quantize(given, PIXELS, CONTRACT).int8_model
    answers = (run(int8, (PIXELS ^ 0x80).view(np.int8)).astype(float) + 128) / 256
    wanted = run(given, ((PIXELS - np.float64(CONTRACT.mean)) / CONTRACT.std).astype(np.float32))
    assert np.abs(answers - wanted).max() < 0.05


@pytest.mark.parametrize("which", ["conv", "depthwise", "dense"])
@pytest.mark.parametrize(("weights", "bias"), [(0.0, 1e-12), (1e-12, 1e-12), (1e-30, 0.0), (1e-9, 1.0), (1.0, 1.0)])
def test_a_layer_that_answers_next_to_nothing_is_one_that_xnnpack_runs(which: str, weights: float, bias: float) -> None:
    made = quantize(faded(which, weights, bias), PIXELS, CONTRACT).int8_model
    assert refused_by_xnnpack(made) == ""
    partitions, refusal = count_partitions(made)
    assert partitions["delegated"] and refusal == ""


def test_weights_that_cancel_out_get_an_output_range_that_xnnpack_holds() -> None:
    entered = enter_pixels(small_network(), CONTRACT)
    ranges = dict(measure_ranges(entered.float_model, PIXELS, entered.feed))
    graph = graph_of(edit.read_model(entered.float_model))
    name = edit.name_of(graph.tensors[graph.operators[2].outputs[0]])
    for ends in ((0.0, 1e-6), (-1e-6, 0.0), (-1e-6, 1e-6)):
        assert refused_by_xnnpack(quantize_with(entered, ranges | {name: ends})[0]) == ""


def test_a_file_that_xnnpack_refuses_runs_on_the_builtin_kernels_and_that_is_told(steep: bytes) -> None:
    reason = refused_by_xnnpack(steep)
    assert "operator 2 (CONV_2D) has a multiplier of" in reason and "256 or more" in reason
    opened, told = open_with_refusal(litert(), steep)
    assert told == reason and not delegation(opened).partitions
    builtin = predict(litert(), steep, PIXELS, kernels="builtin").outputs
    assert np.array_equal(predict(litert(), steep, PIXELS).outputs, builtin)
    assert run(steep, (PIXELS ^ 0x80).view(np.int8)).shape[0] == len(PIXELS)
    row = benchmark(litert(), steep, variant="int8", seconds=0.01)["row"]
    assert row.delegate == f"none (builtin kernels: XNNPACK refuses the model: {reason})"
    warnings = audit_model(steep, CONTRACT).warnings
    assert any("setUseXNNPACK(false)" in text and reason in text for text in warnings)


def test_whatever_else_the_delegate_refuses_runs_on_the_builtin_kernels() -> None:
    """Any module of an interpreter: the float check of the conversion, the quantizer, the runtimes."""
    made, data = [], small_network()

    class Refusing(litert_module.Interpreter):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            self.kernels = options.get("experimental_op_resolver_type", litert_module.OpResolverType.AUTO)
            made.append(self.kernels)
            super().__init__(**options)

        def allocate_tensors(self) -> None:
            if self.kernels == litert_module.OpResolverType.AUTO:
                raise RuntimeError("Node number 1 (TfLiteXNNPackDelegate) failed to prepare.\nmore")
            super().allocate_tensors()

    kinds = litert_module.OpResolverType
    module = SimpleNamespace(Interpreter=Refusing, OpResolverType=kinds)
    _, told = load_interpreter(module, data)
    assert told == "Node number 1 (TfLiteXNNPackDelegate) failed to prepare."
    assert made == [kinds.AUTO, kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES]
    with pytest.raises(RuntimeError, match="failed to prepare"):
        load_interpreter(SimpleNamespace(Interpreter=_never, OpResolverType=kinds), data)


def _never(**_options: Any) -> Any:
    raise RuntimeError("failed to prepare")


def test_the_pi_runs_a_file_that_its_delegate_refuses(steep: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    one = edit.read_model(steep)
    path.write_bytes(edit.single_operator(one, graph_of(one).operators[2]))
    opened = open_on_pi(litert_module, path, 1)
    opened.invoke()


def test_ordinary_and_damaged_files_are_asked_of_the_delegate(steep: bytes) -> None:
    assert refused_by_xnnpack(small_network()) == ""
    for end in (0, 3, 40, len(steep) // 2):
        refused_by_xnnpack(steep[:end])
    random = np.random.default_rng(5)
    for _ in range(300):
        broken = bytearray(steep)
        for place in random.integers(0, len(broken), 8):
            broken[place] = random.integers(0, 256)
        assert isinstance(refused_by_xnnpack(bytes(broken)), str)
    assert LARGEST_MULTIPLIER == 256.0
    assert open_interpreter(litert(), small_network()) is not None
