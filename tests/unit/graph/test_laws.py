"""Every law of a graph is enforced: shapes that fit, sound tensors, sound order, sound operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from single_op_cases import Builder, OptionValue, Quant

from espalier.errors import UnsupportedModelError
from espalier.graph.ops import OPS
from espalier.graph.reference import evaluate, run
from espalier.graph.shapes import ShapeError, window_extent, window_padding
from espalier.graph.types import Graph, Op, Tensor, constant
from espalier.graph.verify import MAX_ELEMENTS, find_problem
from espalier.graph.view import view

Q = Quant(scales=(0.5,), zero_points=(3,))
Operands = list[tuple[int, ...] | list[object] | np.ndarray]


def shape_error(kind: str, operands: Operands, outputs: int = 1, **options: OptionValue) -> str:
    """The message of the shape rule; tuples are activations' shapes, lists int32 constants."""
    b = Builder()
    inputs = []
    for operand in operands:
        if isinstance(operand, tuple):
            inputs.append(b.input(operand, Q))
        elif isinstance(operand, np.ndarray):
            inputs.append(b.const(operand, "int8", Q))
        else:
            inputs.append(b.const(operand, "int32"))
    results = tuple(b.tensor((1,), Q) for _ in range(outputs))
    op = b._make(kind, inputs, results, options)
    with pytest.raises(ShapeError) as caught:
        OPS[kind].shape(view(b.finish(list(results)), op))
    return str(caught.value)


WINDOW: dict[str, OptionValue] = {"stride_h": 1, "stride_w": 1}
BAD_SHAPES: list[tuple[str, Operands, dict[str, OptionValue], str]] = [
    ("add", [(2, 3), (2, 4)], {}, "do not broadcast"),
    ("conv_2d", [(4, 4, 2), np.ones((1, 1, 1, 2))], WINDOW, "rank 3"),
    ("conv_2d", [(1, 4, 4, 5), np.ones((1, 1, 1, 2))], WINDOW, "does not divide"),
    ("depthwise_conv_2d", [(1, 4, 4, 5), np.ones((1, 1, 1, 4))], {**WINDOW, "depth_multiplier": 1}, "match"),
    ("transpose_conv", [[1, 4, 4], np.ones((1, 2, 2, 2)), (1, 2, 2, 2)], WINDOW, "do not match"),
    ("transpose_conv", [[1, 9, 4, 1], np.ones((1, 2, 2, 2)), (1, 2, 2, 2)], WINDOW, "does not come from"),
    ("fully_connected", [(3, 5), np.ones((2, 4))], {}, "do not divide"),
    ("fully_connected", [(2, 4), np.ones((2, 8))], {"keep_num_dims": True}, "last axis"),
    ("batch_matmul", [(3,), (3, 4)], {}, "matrices"),
    ("batch_matmul", [(2, 3), (4, 2)], {}, "differ"),
    ("mean", [(2, 3), [5]], {}, "outside"),
    ("arg_max", [(2, 3), [0, 1]], {}, "one axis"),
    ("pad", [(2, 3), [[1, 1]]], {}, "paddings"),
    ("pad", [(2, 3), [[0, 0], [-1, 1]]], {}, "negative"),
    ("concatenation", [(2, 3), (3, 3)], {"axis": 1}, "differ outside"),
    ("pack", [(2, 3), (3, 3)], {}, "differ in shape"),
    ("reshape", [(2, 3), [4, -1]], {}, "do not reshape"),
    ("reshape", [(2, 3), [-1, -1]], {}, "is not one"),
    ("reshape", [(2, 3), [7]], {}, "do not reshape"),
    ("squeeze", [(2, 3)], {"squeeze_dims": (0,)}, "cannot squeeze"),
    ("expand_dims", [(2, 3), [0, 1]], {}, "one axis"),
    ("transpose", [(2, 3), [0, 0]], {}, "permutation"),
    ("strided_slice", [(2, 3), [0], [1, 2], [1]], {}, "differ in length"),
    ("strided_slice", [(2, 3), [0, 0], [1, 2], [1, 0]], {}, "a stride is 0"),
    ("strided_slice", [(2, 3), [5, 0], [6, 1], [1, 1]], {"shrink_axis_mask": 1}, "outside an axis"),
    ("slice", [(2, 3), [0], [1]], {}, "every axis"),
    ("slice", [(2, 3), [0, 2], [1, 2]], {}, "leaves"),
    ("split", [[1], (2, 3)], {"num_splits": 2}, "does not split"),
    ("split_v", [(2, 3), [1, 1], [1]], {"num_splits": 2}, "do not name"),
    ("split_v", [(2, 3), [2], [1]], {"num_splits": 1}, "do not add up"),
    ("resize_bilinear", [(1, 2, 2, 1), [4]], {}, "height and a width"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "operands", "options", "says"), BAD_SHAPES)
def test_shapes_that_do_not_fit_are_named(
    kind: str, operands: Operands, options: dict[str, OptionValue], says: str
) -> None:
    assert says in shape_error(kind, operands, **options)


def test_windows_follow_tensorflow() -> None:
    assert [window_extent(7, 3, 2, 1, p) for p in ("same", "valid")] == [4, 3]
    assert window_padding(6, 3, 2, 1, "same") == (0, 1)
    assert window_padding(7, 3, 2, 1, "same") == (1, 1)
    assert window_extent(2, 3, 1, 1, "valid") == 0


def relu_graph() -> Graph:
    b = Builder()
    x = b.input((1, 4), Q)
    return b.finish([b.op("relu", [x], Q)])


def tensor(**changes: object) -> Callable[[Graph], Graph]:
    def change(graph: Graph) -> Graph:
        return replace(graph, tensors=(replace(graph.tensors[0], **changes), *graph.tensors[1:]))  # type: ignore[arg-type]

    return change


def op(**changes: object) -> Callable[[Graph], Graph]:
    return lambda graph: replace(graph, ops=(replace(graph.ops[0], **changes),))  # type: ignore[arg-type]


def with_constant(graph: Graph) -> Graph:
    data = np.zeros(3, np.int8)  # writeable, and not of the tensor's shape
    return replace(graph, tensors=(*graph.tensors, Tensor(name="c", shape=(4,), dtype="int8", data=data)))


BROKEN: list[tuple[str, Callable[[Graph], Graph], str]] = [
    ("type", tensor(dtype="complex64"), "has the type"),
    ("shape", tensor(shape=(0, 4)), "has the shape"),
    ("size", tensor(shape=(MAX_ELEMENTS, 2)), "has the shape"),
    ("data", with_constant, "declared"),
    ("scale", tensor(quant=Quant(scales=(0.0,), zero_points=(0,))), "not positive"),
    ("zero point", tensor(quant=Quant(scales=(1.0,), zero_points=(200,))), "zero point outside"),
    ("counts", tensor(quant=Quant(scales=(1.0,), zero_points=(0, 0))), "2 zero points"),
    ("no axis", tensor(quant=Quant(scales=(1.0,) * 4, zero_points=(0,) * 4)), "no axis"),
    ("axis", tensor(quant=Quant(scales=(1.0,) * 4, zero_points=(0,) * 4, axis=0)), "along axis 0"),
    ("missing tensor", op(inputs=(9,)), "does not exist"),
    ("kind", op(kind="explode"), "is explode"),
    ("operands", op(inputs=(0, 0)), "2 operands"),
    ("results", lambda g: replace(
        g, tensors=(*g.tensors, g.tensors[1]), ops=(replace(g.ops[0], outputs=(1, 2)),)), "2 results"),
    ("options", op(options={"volume": 11}), "options"),
    ("two inputs alike", lambda g: replace(g, inputs=(0, 0)), "listed twice"),
    ("no outputs", lambda g: replace(g, outputs=()), "no input or no output"),
    ("rule", tensor(quant=None), "breaks a rule"),
    ("shape of result", lambda g: replace(
        g, tensors=(g.tensors[0], replace(g.tensors[1], shape=(2, 4)))), "declares"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "says"), BROKEN, ids=[b[0] for b in BROKEN])
def test_broken_laws_are_found(what: str, change: Callable[[Graph], Graph], says: str) -> None:
    assert find_problem(relu_graph()) is None
    problem = find_problem(change(relu_graph()))
    assert problem is not None and says in problem.found and problem.supported and problem.next_step


def test_operands_that_do_not_fit_are_a_problem() -> None:
    b = Builder()
    x, y = b.input((1, 4), Q), b.input((1, 3), Q)
    out = b.tensor((1, 4), Q)
    b.ops.append(b._make("add", [x, y], (out,), {}))
    problem = find_problem(b.finish([out]))
    assert problem is not None and "do not broadcast" in problem.found


def test_the_reference_refuses_wrong_inputs_and_unknown_operators() -> None:
    graph = relu_graph()
    with pytest.raises(ValueError, match="2 inputs"):
        run(graph, [np.zeros((1, 4), np.int8)] * 2)
    with pytest.raises(ValueError, match="wanted int8"):
        run(graph, [np.zeros((1, 4), np.float32)])
    looked = view(graph, Op(kind="explode", inputs=(0,), outputs=(1,)))
    with pytest.raises(UnsupportedModelError, match="no explode"):
        evaluate(looked, [np.zeros((1, 4), np.int8)])


def test_views_name_what_is_missing() -> None:
    looked = view(relu_graph(), relu_graph().ops[0])
    with pytest.raises(IndexError, match="no operand 1"):
        looked.input(1)
    with pytest.raises(IndexError, match="not a constant"):
        looked.constant(0)


def test_constants_are_read_only_copies() -> None:
    source = np.array([1, 2, 3])
    made = constant(source, "int32")
    source[0] = 9
    assert made.tolist() == [1, 2, 3] and not made.flags.writeable
