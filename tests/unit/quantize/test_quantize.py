from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray
from small_networks import CONTRACT, Builder, images, operators, run, small_network

from espalier.errors import ImagesRefusedError, UnsupportedModelError
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import Nearness, float_answers, nearness, split
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.interface import uint8_twin
from espalier.quantizer.quantize import quantize, quantize_with
from espalier.quantizer.ranges import measure_ranges, normalised
from espalier.recipe import InputContract
from espalier.rows import OperatorCounts
from espalier.tflite import edit
from espalier.worker.quantizer_calls import CutAfter, ListOperators
from espalier.worker.quantizer_side import cut_after, list_operators

ROOT = Path(__file__).resolve().parents[3]


def near(float_model: bytes, int8: bytes, contract: InputContract = CONTRACT) -> Nearness:
    entered = enter_pixels(float_model, contract)
    pixels = images(64, seed=99)
    return nearness(int8, pixels, float_answers(entered, pixels))


def contract(mean: tuple[float, ...], std: tuple[float, ...]) -> InputContract:
    return msgspec.structs.replace(CONTRACT, mean=mean, std=std)


@pytest.mark.parametrize(
    ("mean", "std", "zero_point"),
    [((0.0,), (255.0,), -128), ((127.5,), (127.5,), 0), ((128.0,), (64.0,), 0), ((103.9,), (58.0,), -24)],
)
def test_pixels_enter_as_pixel_minus_128(
    mean: tuple[float, ...], std: tuple[float, ...], zero_point: int
) -> None:
    data, wanted = small_network(), contract(mean, std)
    done = quantize(data, images(), wanted)
    audit = audit_model(done.int8_model, wanted)
    assert audit.errors == ()
    assert audit.input.scale == pytest.approx(1 / std[0], rel=1e-6)
    assert audit.input.zero_point == zero_point
    assert near(data, done.int8_model, wanted).error < 0.03


def test_the_rest_of_the_mean_goes_into_the_first_bias() -> None:
    data, wanted = small_network(), contract((127.49,), (20.0,))
    entered = enter_pixels(data, wanted)
    assert entered.rest == pytest.approx(-0.49 / 20)
    ranges = measure_ranges(entered.float_model, images(), entered.feed)
    right, _ = quantize_with(entered, ranges)
    wrong, _ = quantize_with(replace(entered, rest=0.0), ranges)
    assert near(data, right, wanted).error < near(data, wrong, wanted).error
    assert "bias" in entered.how


@pytest.mark.parametrize(
    ("mean", "std"),
    [((123.7, 116.3, 103.5), (58.4, 57.1, 57.4)), ((-10.0,), (100.0,)), ((127.5,), (1.0, 100.0, 127.5))],
)
def test_what_scale_and_zero_point_cannot_hold_becomes_a_depthwise_head(
    mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    data, wanted = small_network(), contract(mean, std)
    done = quantize(data, images(), wanted)
    audit = audit_model(done.int8_model, wanted)
    assert operators(done.int8_model)[0] == "DEPTHWISE_CONV_2D"
    assert audit.errors == ()
    assert (audit.input.scale, audit.input.zero_point) == (1.0, -128)
    assert near(data, done.int8_model, wanted).error < 0.06
    assert "depthwise" in done.input


def _with_affine(*steps: tuple[str, Any]) -> bytes:
    net = Builder()
    for name, value in steps:
        options = getattr(schema, f"{name.capitalize()}OptionsT")()
        net.op(name, [net.tensor, net.value(np.array(value, np.float32))], net.shape, options)
    return net.conv(8).depthwise().conv(12, 1).pool().dense(5).softmax().done()


def test_scaling_that_the_model_does_itself_leaves_the_graph() -> None:
    raw = contract((0.0,), (1.0,))
    scaled = quantize(_with_affine(("MUL", 1 / 127.5), ("ADD", -1.0)), images(), raw)
    plain = quantize(small_network(), images(), CONTRACT)
    assert operators(scaled.int8_model) == operators(plain.int8_model)
    left, right = (run(done.int8_model, _bytes(images(20))).astype(int) for done in (scaled, plain))
    assert np.abs(left - right).max() <= 2


def test_scaling_per_channel_becomes_the_head() -> None:
    raw = contract((0.0,), (1.0,))
    data = _with_affine(("SUB", [120.0, 110.0, 100.0]), ("DIV", [60.0, 50.0, 55.0]))
    done = quantize(data, images(), raw)
    assert operators(done.int8_model)[:2] == ["DEPTHWISE_CONV_2D", "CONV_2D"]
    assert near(data, done.int8_model, raw).error < 0.06


def test_a_negative_or_shared_factor_stays_in_the_graph() -> None:
    data = _with_affine(("MUL", -1 / 127.5), ("ADD", 1.0))
    assert operators(enter_pixels(data, contract((0.0,), (1.0,))).float_model)[0] == "MUL"


def test_the_rest_passes_through_padding() -> None:
    net = Builder()
    pads = net.value(np.array([[0, 0], [0, 1], [0, 1], [0, 0]], np.int32))
    net.op("PAD", [net.tensor, pads], [1, 17, 17, 3], schema.PadOptionsT())
    data = net.conv(8).pool().dense(4).softmax().done()
    done = quantize(data, images(), CONTRACT)
    assert operators(done.int8_model)[0] == "PAD"
    assert audit_model(done.int8_model, CONTRACT).errors == ()
    assert near(data, done.int8_model).error < 0.03


def _bytes(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    return (pixels.astype(np.int16) - 128).astype(np.int8)


def test_the_output_is_probabilities_at_one_256th() -> None:
    done = quantize(small_network(), images(), CONTRACT)
    audit = audit_model(done.int8_model, CONTRACT)
    assert (audit.heads[0].scale, audit.heads[0].zero_point) == (1 / 256, -128)
    assert audit.counts == OperatorCounts(float=0, int8=6, int16=0)
    assert audit.runtime_floor == "1.14.0"


def test_the_uint8_twin_gives_the_int8_byte_plus_128() -> None:
    done = quantize(small_network(), images(), CONTRACT)
    twin, pixels = uint8_twin(done.int8_model), images(50, seed=5)
    assert np.array_equal(run(twin, pixels), (run(done.int8_model, _bytes(pixels)).astype(int) + 128))
    audit = audit_model(twin, CONTRACT, edge="uint8")
    assert audit.errors == ()
    assert audit.heads[0].zero_point == 0
    assert audit.runtime_floor == "1.14.0"


def test_weights_per_tensor_have_one_scale() -> None:
    data = small_network()
    for options, scales in (
        ({"weights": "per-tensor"}, [1, 1, 1, 1]),
        ({"dense": "per-tensor"}, [8, 8, 12, 1]),
        ({}, [8, 8, 12, 5]),
    ):
        done = quantize(data, images(), CONTRACT, **options)
        model = edit.read_model(done.int8_model)
        graph = edit.graph_of(model)
        found = [
            len(graph.tensors[o.inputs[1]].quantization.scale) for o in graph.operators if len(o.inputs) > 2
        ]
        assert found == scales
        assert near(data, done.int8_model).error < 0.05
        errors = audit_model(done.int8_model, CONTRACT, dense="per-tensor").errors
        assert bool(errors) == (scales[-1] > 1)


def test_int16_activations_keep_int8_edges_and_lose_almost_nothing() -> None:
    data = small_network()
    done = quantize(data, images(), CONTRACT, scheme="int16x8")
    audit = audit_model(done.int8_model, CONTRACT)
    assert audit.errors == ()
    assert audit.counts.int16 == 7
    assert audit.runtime_floor == "2.21.0"
    assert (
        near(data, done.int8_model).error
        < 0.5 * near(data, quantize(data, images(), CONTRACT).int8_model).error
    )


def test_same_input_gives_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from small_networks import *;"
        "from espalier.quantizer.quantize import quantize;"
        "print(hashlib.sha256(quantize(small_network(), images(), CONTRACT).int8_model).hexdigest())"
    )
    here = hashlib.sha256(quantize(small_network(), images(), CONTRACT).int8_model).hexdigest()
    again = hashlib.sha256(quantize(small_network(), images(), CONTRACT).int8_model).hexdigest()
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests/builders'}", "PYTHONHASHSEED": "12345", "PATH": "/usr/bin"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, cwd=ROOT
    )
    assert other.stdout.strip() == here == again


def _edited(operator: int, slot: int, channel: int, factor: float, bias: float | None = None) -> bytes:
    model = edit.read_model(small_network())
    chosen = edit.graph_of(model).operators[operator]
    index = int(chosen.inputs[slot])
    value = np.array(edit.constant(model, index))
    value[channel] *= factor
    edit.set_constant(model, index, value)
    if bias is not None:
        offset = np.array(edit.constant(model, int(chosen.inputs[2])))
        offset[channel] = bias
        edit.set_constant(model, int(chosen.inputs[2]), offset)
    return edit.pack_model(model)


@pytest.mark.parametrize("factor", [0.0, 1e-7, 1e-12])
@pytest.mark.parametrize("weights", ["per-channel", "per-tensor"])
def test_a_dead_channel_gets_a_sane_scale_and_keeps_its_bias(factor: float, weights: Any) -> None:
    data = _edited(0, 1, 0, factor, bias=0.7)
    done = quantize(data, images(), CONTRACT, weights=weights)
    model = edit.read_model(done.int8_model)
    graph = edit.graph_of(model)
    scales = graph.tensors[graph.operators[0].inputs[1]].quantization.scale
    assert scales.min() > 1e-5
    bias = edit.constant(model, int(graph.operators[0].inputs[2]))
    assert bias is not None
    assert np.abs(bias.astype(np.int64)).max() < 2**30
    assert near(data, done.int8_model).error < 0.04


def test_a_layer_without_any_weights_still_quantizes() -> None:
    model = edit.read_model(small_network())
    index = int(edit.graph_of(model).operators[2].inputs[1])
    edit.set_constant(model, index, np.zeros_like(edit.constant(model, index)))
    for weights in ("per-channel", "per-tensor"):
        done = quantize(edit.pack_model(model), images(), CONTRACT, weights=weights)
        assert audit_model(done.int8_model, CONTRACT).errors == ()


@pytest.mark.parametrize(("operator", "slot", "value"), [(0, 2, np.nan), (2, 2, np.inf), (2, 1, np.nan)])
def test_weights_that_are_not_finite_are_named(operator: int, slot: int, value: float) -> None:
    data = _edited(operator, slot, 0, value)
    with pytest.raises(UnsupportedModelError, match=f"conv_2d_{operator}.*Keras layer 'block'"):
        quantize(data, images(), CONTRACT, layers={f"conv_2d_{operator}": "block"})


def test_activations_that_are_not_finite_are_named_at_their_source() -> None:
    net = Builder().conv(4).unary("LOG").unary("SQRT").conv(4)
    data = net.pool().dense(3).softmax().done()
    with pytest.raises(UnsupportedModelError, match=r"'log_1' \(Keras layer 'lambda'\)"):
        quantize(data, images(), CONTRACT, layers={"log_1": "lambda"})


def test_nan_that_the_calibrator_drops_is_found_in_the_answer() -> None:
    net = Builder().conv(4, activation=0).unary("SQRT").pool().dense(3).softmax()
    with pytest.raises(UnsupportedModelError, match="sqrt_1"):
        quantize(net.done(), images(), CONTRACT)


@pytest.mark.parametrize("name", ["EXP", "SIN"])
def test_an_operator_that_would_stay_in_float_is_refused_by_name(name: str) -> None:
    net = Builder().conv(4).unary(name).conv(4).pool().dense(3).softmax()
    with pytest.raises(UnsupportedModelError, match=f"{name}.*Keras layer odd") as problem:
        quantize(net.done(), images(), CONTRACT, layers={f"{name.lower()}_1": "odd"})
    assert problem.value.next_step


def test_images_of_another_kind_are_refused() -> None:
    for pixels in (images()[:0], images().astype(np.float32), images()[:, :8], images()[..., 0]):
        with pytest.raises(ImagesRefusedError):
            quantize(small_network(), pixels, CONTRACT)


def test_ranges_are_the_true_extremes_of_every_tensor() -> None:
    data = small_network()
    ranges = measure_ranges(data, images(), CONTRACT)
    assert list(ranges) == sorted(ranges)
    from espalier.quantizer.ranges import open_interpreter

    interpreter = open_interpreter(data, experimental_preserve_all_tensors=True)
    index = {d["name"]: d["index"] for d in interpreter.get_tensor_details()}
    found: dict[str, tuple[float, float]] = dict.fromkeys(ranges, (np.inf, -np.inf))
    for image in normalised(images(), CONTRACT):
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
        interpreter.invoke()
        for name, (low, high) in found.items():
            value = interpreter.get_tensor(index[name])
            found[name] = min(low, float(value.min())), max(high, float(value.max()))
    for name, ends in ranges.items():
        assert ends == pytest.approx(found[name], rel=1e-5, abs=1e-6), name


def test_images_to_work_on_and_to_judge_on_are_different() -> None:
    pixels = np.arange(200, dtype=np.uint8)[:, None, None, None]
    used, judged = split(pixels, 64, 64)
    assert len(used) == len(judged) == 64
    assert not set(used.reshape(-1)) & set(judged.reshape(-1))
    used, judged = split(pixels[:20], 64, 64)
    assert len(used) == len(judged) == 10
    used, judged = split(pixels[:3], 64, 64)
    assert len(used) == len(judged) == 3


def test_a_file_can_be_cut_after_every_layer_to_find_where_kernels_part() -> None:
    data = quantize(small_network(), images(), CONTRACT).int8_model
    layers = list_operators(ListOperators(model=data))
    assert [layer.kind for layer in layers] == [name.lower() for name in operators(data)]
    fed = (images(4) ^ np.uint8(0x80)).view(np.int8)
    values = {layers[0].inputs[0]: fed}
    for number, layer in enumerate(layers):
        values[layer.output] = run(cut_after(CutAfter(model=data, operator=number)), fed)
        assert set(layer.inputs) <= set(values)
    np.testing.assert_array_equal(values[layers[-1].output], run(data, fed))
