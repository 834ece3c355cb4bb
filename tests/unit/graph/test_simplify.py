"""Every pass keeps the outputs byte for byte, and does what its name says."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from graph_cases import random_graph
from prunable_cases import prunable_graph
from single_op_cases import Builder, OptionValue, Quant, random_inputs

from espalier.errors import BugError
from espalier.graph.reference import run
from espalier.graph.simplify import cost, simplify
from espalier.graph.types import Graph
from espalier.graph.verify import verify
from espalier.tflite.read import read_tflite
from espalier.tflite.write import write_tflite

Q = Quant(scales=(0.5,), zero_points=(-128,))
R = Quant(scales=(0.5,), zero_points=(3,))


def assert_equal_outputs(before: Graph, after: Graph, seed: int = 0, rounds: int = 3) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        inputs = random_inputs(before, rng)
        for a, b in zip(run(before, inputs), run(after, inputs), strict=True):
            assert np.array_equal(a, b), seed


def simplified(graph: Graph) -> Graph:
    after, _ = simplify(graph)
    assert_equal_outputs(graph, after)
    again, account = simplify(after)
    assert not account.changed, "a second run finds more"
    return read_tflite(write_tflite(again))


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in graph.ops]


def conv(
    b: Builder,
    x: int,
    out: int = 4,
    *,
    kernel: int = 3,
    padding: str = "same",
    bias: list[int] | None = None,
    quant: Quant = R,
    stride: int = 1,
    activation: str = "none",
    weights: np.ndarray | None = None,
) -> int:
    channels = b.tensors[x].shape[3]
    rng = np.random.default_rng(len(b.ops))
    values = rng.integers(-20, 21, (out, kernel, kernel, channels)) if weights is None else weights
    w = b.const(values, "int8", Quant(scales=(0.01,) * out, zero_points=(0,) * out, axis=0))
    c = b.const(bias or [5] * out, "int32", Quant(scales=(0.005,) * out, zero_points=(0,) * out, axis=0))
    options: dict[str, OptionValue] = {
        "padding": padding, "stride_h": stride, "stride_w": stride, "activation": activation
    }  # fmt: skip
    return b.op("conv_2d", [x, w, c], quant, **options)


FAR = -(1 << 24)


def test_known_channels_and_all_that_feeds_only_them_go() -> None:
    b = Builder()
    x = b.input((1, 6, 6, 3), R)
    y = conv(b, x, 4, bias=[FAR, 0, FAR, 9], quant=Q, activation="relu")
    z = conv(b, y, 5)
    after = simplified(b.finish([z]))
    first, second = (after.tensors[op.inputs[1]].shape for op in after.ops)
    assert first == (2, 3, 3, 3)
    assert second == (5, 3, 3, 2)


def test_a_known_channel_away_from_the_zero_point_folds_into_the_bias_of_an_unpadded_reader_only() -> None:
    for kernel, padding, left in ((1, "same", 2), (3, "valid", 2), (3, "same", 3)):
        b = Builder()
        x = b.input((1, 6, 6, 3), R)
        y = conv(b, x, 3, bias=[-FAR, 0, 7])
        z = conv(b, y, 2, kernel=kernel, padding=padding)
        after = simplified(b.finish([z]))
        assert after.tensors[after.ops[0].inputs[1]].shape[0] == left, (kernel, padding)


def test_known_channels_go_through_residual_sums_pools_and_depthwise_layers() -> None:
    b = Builder()
    x = b.input((1, 6, 6, 3), R)
    left = conv(b, x, 4, bias=[FAR, 0, FAR, 9], quant=Q, activation="relu")
    right = conv(b, x, 4, bias=[FAR, 0, 9, FAR], quant=Q, activation="relu")
    both = b.op("add", [left, right], Quant(scales=(1.0,), zero_points=(-128,)))
    w = b.const(np.full((1, 3, 3, 4), 9), "int8", Quant(scales=(0.1,) * 4, zero_points=(0,) * 4, axis=3))
    c = b.const([0] * 4, "int32", Quant(scales=(0.1,) * 4, zero_points=(0,) * 4, axis=0))
    deep = b.op("depthwise_conv_2d", [both, w, c], Q, padding="same", stride_h=1, stride_w=1,
                depth_multiplier=1, activation="relu")  # fmt: skip
    pooled = b.op("max_pool_2d", [deep], Q, padding="valid", filter_h=2, filter_w=2, stride_h=2, stride_w=2)
    flat = b.op("reshape", [pooled, b.const([1, 36], "int32")], Q)
    fw = b.const(np.ones((2, 36)), "int8", Quant(scales=(0.1,), zero_points=(0,)))
    after = simplified(b.finish([b.op("fully_connected", [flat, fw], R)]))
    shapes = {op.kind: after.tensors[op.outputs[0]].shape for op in after.ops}
    assert shapes["add"] == (1, 6, 6, 3)
    assert shapes["depthwise_conv_2d"] == (1, 6, 6, 3)
    assert shapes["reshape"] == (1, 27)
    assert after.tensors[after.ops[-1].inputs[1]].shape == (2, 27)


def test_channels_that_meet_only_zero_weights_go() -> None:
    b = Builder()
    x = b.input((1, 5, 5, 2), R)
    y = conv(b, x, 4)
    weights = np.random.default_rng(0).integers(-9, 10, (3, 3, 3, 4))
    weights[..., 1] = weights[..., 2] = 0
    z = conv(b, y, 3, weights=weights)
    after = simplified(b.finish([z]))
    assert after.tensors[after.ops[0].inputs[1]].shape == (2, 3, 3, 2)


def test_inputs_and_outputs_keep_their_shape_even_when_known() -> None:
    b = Builder()
    x = b.input((1, 5, 5, 2), R)
    y = conv(b, x, 3, bias=[FAR, FAR, FAR], quant=Q, activation="relu")
    after = simplified(b.finish([y]))
    assert after.tensors[after.inputs[0]].shape == (1, 5, 5, 2)
    assert after.tensors[after.outputs[0]].shape == (1, 5, 5, 3)


def test_activations_fuse_where_the_numbers_are_the_same_and_not_elsewhere() -> None:
    for target, fused in ((R, True), (Quant(scales=(0.25,), zero_points=(3,)), False)):
        b = Builder()
        x = b.input((1, 4, 4, 2), R)
        after = simplified(b.finish([b.op("relu6", [conv(b, x)], target)]))
        assert kinds(after) == (["conv_2d"] if fused else ["conv_2d", "relu6"])
        if fused:
            assert after.ops[0].text("activation") == "relu6"


def test_pads_fuse_into_same_convolutions_only_where_tensorflow_pads_alike() -> None:
    for pads, stride, size, fused in (
        ([[0, 0], [1, 1], [1, 1], [0, 0]], 1, 6, True),
        ([[0, 0], [0, 1], [0, 1], [0, 0]], 2, 6, True),
        ([[0, 0], [1, 0], [1, 0], [0, 0]], 2, 6, False),
        ([[0, 0], [1, 1], [1, 1], [0, 0]], 2, 6, False),
        ([[0, 0], [2, 2], [2, 2], [0, 0]], 1, 6, False),
    ):
        b = Builder()
        x = b.input((1, size, size, 2), R)
        padded = b.op("pad", [x, b.const(pads, "int32")], R)
        after = simplified(b.finish([conv(b, padded, padding="valid", stride=stride)]))
        assert kinds(after) == (["conv_2d"] if fused else ["pad", "conv_2d"]), pads


def test_what_changes_nothing_goes() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 2), R)
    y = b.op("relu", [x], R)
    steps = [
        ("quantize", [], {}), ("pad", [np.zeros((4, 2))], {}), ("concatenation", [], {"axis": 3}),
        ("transpose", [[0, 1, 2, 3]], {}), ("reshape", [[1, 4, 4, 2]], {}),
        ("strided_slice", [[0] * 4, [1, 4, 4, 2], [1] * 4], {}),
        ("slice", [[0] * 4, [-1] * 4], {}),
        ("resize_nearest_neighbor", [[4, 4]], {}), ("resize_bilinear", [[4, 4]], {}), ("relu", [], {}),
        ("max_pool_2d", [], {"filter_h": 1, "filter_w": 1, "stride_h": 1, "stride_w": 1}),
        ("squeeze", [], {"squeeze_dims": (0,)}), ("expand_dims", [[0]], {}),
    ]  # fmt: skip
    for kind, constants, options in steps:
        operands = [y, *(b.const(c, "int32") for c in constants)]
        y = b.op(kind, operands, R, **options)  # type: ignore[arg-type]
    y = b.op("maximum", [y, y], R)
    (y,) = b.many("split", [b.const(3, "int32"), y], 1, num_splits=1)
    z = b.op("softmax", [y], Quant(scales=(1 / 256,), zero_points=(-128,)), beta=1.0)
    assert kinds(simplified(b.finish([z]))) == ["relu", "softmax"]


def test_pairs_that_undo_each_other_go() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 2), R)
    y = b.op("dequantize", [x], None, "float32")
    y = b.op("quantize", [y], R)
    shifted = Quant(scales=R.scales, zero_points=(R.zero_point + 128,))
    y = b.op("quantize", [b.op("quantize", [y], shifted, "uint8")], R)
    y = b.op("reshape", [b.op("reshape", [y, b.const([1, 32], "int32")], R), b.const([4, 8], "int32")], R)
    y = b.op("transpose", [b.op("transpose", [y, b.const([1, 0], "int32")], R), b.const([1, 0], "int32")], R)
    assert kinds(simplified(b.finish([b.op("relu", [y], R)]))) == ["reshape", "relu"]


def test_constants_fold_and_equal_operators_merge() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 2), R)
    size = b.op("shape", [x], None, "int32", out_type="int32")
    part = b.op("strided_slice", [size, b.const([0], "int32"), b.const([1], "int32"), b.const([1], "int32")],
                None, "int32", shrink_axis_mask=1)  # fmt: skip
    flat = b.op("pack", [part, b.const(32, "int32")], None, "int32", values_count=2)
    y = b.tensor((1, 32), R)
    one, two = b.op("relu", [x], R), b.op("relu", [x], R)
    total = b.op("add", [one, two], Quant(scales=(1.0,), zero_points=(0,)))
    b.ops.append(b._make("reshape", [total, flat], (y,), {}))
    b.tensors[y] = replace(b.tensors[y], quant=b.tensors[total].quant)
    graph = b.finish([y])
    assert kinds(simplified(graph)) == ["relu", "add", "reshape"]


def test_the_account_says_what_was_saved() -> None:
    b = Builder()
    x = b.input((1, 6, 6, 3), R)
    z = conv(b, conv(b, x, 4, bias=[FAR, 0, FAR, 9], quant=Q, activation="relu"), 5)
    graph = b.finish([z])
    after, account = simplify(graph)
    assert account.before == cost(graph) and account.after == cost(after)
    assert account.after.macs * 2 == account.before.macs
    assert account.changed == ("remove channels that cannot matter",)


def test_random_graphs_keep_their_outputs() -> None:
    saved = 0
    for seed in range(30):
        graph, _ = prunable_graph(seed) if seed % 2 else random_graph(seed)
        after, account = simplify(graph)
        assert_equal_outputs(graph, after, seed, 2)
        saved += account.after.macs < account.before.macs
    assert saved >= 3


def test_the_verifier_names_the_pass_that_broke_a_law() -> None:
    graph, _ = random_graph(1)
    broken = replace(graph, ops=graph.ops[::-1])
    with pytest.raises(BugError, match="after a bad pass"):
        verify(broken, after="a bad pass")


@pytest.mark.sweep
def test_sweep_random_graphs_keep_their_outputs() -> None:
    first = int(os.environ.get("ESPALIER_SWEEP_SEED", "1000"))
    for seed in range(first, first + 5_000):
        graph, _ = prunable_graph(seed) if seed % 2 else random_graph(seed)
        assert_equal_outputs(graph, simplify(graph)[0], seed, 3)


def test_constants_of_element_wise_operators_and_reshapes_are_cut_along() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 3), R)
    y = conv(b, x, 4, bias=[FAR, 0, FAR, 9], quant=Q, activation="relu")
    scaled = b.op(
        "mul", [y, b.const([[[[3, 5, 7, 9]]]], "int8", Q)], Quant(scales=(4.0,), zero_points=(-128,))
    )
    slope = b.const([[[1, 2, 3, 4]]], "int8", Q)
    bent = b.op("prelu", [scaled, slope], Quant(scales=(4.0,), zero_points=(-128,)))

    joined = b.op("concatenation", [bent, bent], b.tensors[bent].quant, axis=3)
    after = simplified(b.finish([conv(b, joined, 2)]))
    shapes = {op.kind: after.tensors[op.outputs[0]].shape for op in after.ops}
    assert shapes["mul"] == shapes["prelu"] == (1, 4, 4, 2)
    assert shapes["concatenation"] == (1, 4, 4, 4)


def test_a_convolution_without_bias_gets_one_for_what_it_absorbs() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 3), R)
    y = conv(b, x, 3, bias=[-FAR, 0, 7])
    w = b.const(np.full((2, 1, 1, 3), 5), "int8", Quant(scales=(0.01,) * 2, zero_points=(0,) * 2, axis=0))
    z = b.op("conv_2d", [y, w], R, padding="valid", stride_h=1, stride_w=1)
    after = simplified(b.finish([z]))
    assert after.tensors[after.ops[1].inputs[1]].shape == (2, 1, 1, 2)
    bias = after.tensors[after.ops[1].inputs[2]].data
    assert bias is not None and bias.tolist() == [5 * (127 - 3)] * 2


def test_transposed_convolutions_absorb_and_lose_channels() -> None:
    b = Builder()
    x = b.input((1, 3, 3, 2), R)
    y = conv(b, x, 3, bias=[FAR, 0, 7], quant=Q, activation="relu")
    shape = b.const([1, 6, 6, 3], "int32")
    w = b.const(np.arange(81).reshape(3, 3, 3, 3) % 17 - 8, "int8",
                Quant(scales=(0.01,) * 3, zero_points=(0,) * 3, axis=0))  # fmt: skip
    c = b.const([FAR, 3, 4], "int32", Quant(scales=(0.01,) * 3, zero_points=(0,) * 3, axis=0))
    z = b.op("transpose_conv", [shape, w, y, c], Q, padding="same", stride_h=2, stride_w=2, activation="relu")
    after = simplified(b.finish([conv(b, z, 2)]))
    assert after.tensors[after.ops[1].inputs[1]].shape == (2, 3, 3, 2)
    assert after.tensors[after.ops[1].outputs[0]].shape == (1, 6, 6, 2)


def test_split_and_scalar_operands_leave_channels_alone_or_follow_them() -> None:
    b = Builder()
    x = b.input((1, 4, 4, 3), R)
    y = conv(b, x, 4, bias=[FAR, 0, FAR, 9], quant=Q, activation="relu")
    gate = b.op("mean", [y, b.const([3], "int32")], Q, keep_dims=True)
    gated = b.op("mul", [y, gate], Q)
    parts = b.many("split", [b.const(1, "int32"), gated], 2, num_splits=2)
    along = b.many("split", [b.const(3, "int32"), gated], 2, num_splits=2)
    ends = [conv(b, parts[0], 2), conv(b, along[1], 2), conv(b, parts[1], 2)]
    simplified(b.finish(ends))


def test_what_feeds_only_a_removed_channel_goes_too() -> None:
    b = Builder()
    x = b.input((1, 5, 5, 2), R)
    first = conv(b, x, 4)
    weights = np.random.default_rng(1).integers(1, 9, (3, 1, 1, 4))
    weights[0, ..., 2:] = 0
    weights[1, ..., 2:] = 0  # channels 2 and 3 of the first layer feed only channel 2 of the second
    second = conv(b, first, 3, kernel=1, weights=weights)
    last = np.random.default_rng(2).integers(1, 9, (2, 1, 1, 3))
    last[..., 2] = 0  # which nobody reads
    after = simplified(b.finish([conv(b, second, 2, kernel=1, weights=last)]))
    assert [after.tensors[op.inputs[1]].shape[0] for op in after.ops] == [2, 2, 2]


def test_a_known_channel_that_has_to_stay_keeps_its_value_when_its_inputs_go() -> None:
    b = Builder()
    x = b.input((1, 5, 5, 2), Q)
    first = conv(b, x, 3, kernel=1, quant=Q, activation="relu")
    # Channel 0 is saturated by a hair for every input: 127, which a padded reader does not take as zero.
    weights = np.array([[50, -50, 0], [3, 4, 0]]).reshape(2, 1, 1, 3)
    second = conv(b, first, 2, kernel=1, weights=weights, bias=[50 * 255 + 25600, 1], quant=Q)
    after = simplified(b.finish([conv(b, second, 2, kernel=3)]))
    sizes = [after.tensors[op.inputs[1]].shape[0] for op in after.ops]
    assert sizes[0] < 3 and sizes[1:] == [2, 2]
    kept = after.tensors[after.ops[1].inputs[1]].data
    assert kept is not None and not kept[0].any() and kept[1].any()
