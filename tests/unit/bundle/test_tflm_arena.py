"""The arena bound: TFLM's own planner restated, and never less than what TFLM takes."""

from __future__ import annotations

import importlib.util
import random
import re
import subprocess
import sys
from pathlib import Path

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema
from pretrained import RESNET8
from synthetic_source import model

from espalier.bundle import tflm_arena
from espalier.bundle.tflm_arena import Buffer, arena_bound, buffers, no_scratch, plan_head
from espalier.errors import ModelRefusedError, UnsupportedModelError
from espalier.graph.types import Op, Tensor
from espalier.graph.view import OpView
from espalier.target import load_target
from espalier.tflite.read import read_tflite


def test_buffers_that_live_together_do_not_overlap_and_the_plan_is_first_fit() -> None:
    assert plan_head([]) == 0
    assert plan_head([Buffer(size=32, first=0, last=1), Buffer(size=16, first=1, last=2)]) == 48
    assert plan_head([Buffer(size=32, first=0, last=0), Buffer(size=16, first=1, last=2)]) == 32
    # The third buffer fits into the gap that the first leaves when it dies.
    three = [
        Buffer(size=64, first=0, last=1),
        Buffer(size=48, first=1, last=3),
        Buffer(size=32, first=2, last=3),
    ]
    assert plan_head(three) == 112


def test_the_plan_is_never_below_what_lives_at_once() -> None:
    chance = random.Random(4)
    for _ in range(200):
        wanted = []
        for _ in range(chance.randint(1, 12)):
            first = chance.randint(0, 8)
            wanted.append(
                Buffer(size=16 * chance.randint(1, 20), first=first, last=first + chance.randint(0, 4))
            )
        alive = max(sum(b.size for b in wanted if b.first <= t <= b.last) for t in range(13))
        assert alive <= plan_head(wanted) <= sum(b.size for b in wanted)


def test_a_small_model_is_bounded() -> None:
    graph = read_tflite(model("int8"))
    # 48 bytes of input, then 3 of logits and of output, rounded up to 16; two of them live at a time.
    assert plan_head(buffers(graph, no_scratch)) == 64
    facts = arena_bound(model("int8"))
    assert facts.arena_bytes % 16 == 0
    assert facts.margin_bytes >= tflm_arena.MARGIN_BYTES
    assert "planner" in facts.how


def layer(
    kind: str, inputs: tuple[int, ...], filters: tuple[int, ...], outputs: tuple[int, ...], stride: int
) -> OpView:
    """One operator between activations of these shapes."""
    tensors = [Tensor(name="", shape=shape, dtype="int8") for shape in (inputs, filters, outputs)]
    op = Op(kind=kind, inputs=(0, 1), outputs=(2,), options={"stride_h": stride, "stride_w": stride})
    return OpView(op, (tensors[0], tensors[1]), (tensors[2],))


def test_scratch_follows_the_kernels_of_the_library() -> None:
    conv = layer("conv_2d", (1, 8, 8, 16), (32, 3, 3, 16), (1, 8, 8, 32), 1)
    pointwise = layer("conv_2d", (1, 8, 8, 16), (32, 1, 1, 16), (1, 8, 8, 32), 1)
    strided = layer("conv_2d", (1, 8, 8, 3), (32, 1, 1, 3), (1, 4, 4, 32), 2)
    wide = layer("conv_2d", (1, 8, 8, 256), (256, 1, 1, 256), (1, 8, 8, 256), 1)
    depthwise = layer("depthwise_conv_2d", (1, 8, 8, 24), (1, 3, 3, 24), (1, 8, 8, 24), 1)
    pool = layer("average_pool_2d", (1, 8, 8, 24), (), (1, 1, 1, 24), 1)
    cmsis = [tflm_arena.cmsis_nn_scratch(v) for v in (conv, pointwise, strided, depthwise, pool)]
    assert cmsis == [4 * 9 * 16, 0, 4 * 4, 2 * 9 * 24, 4 * 24]
    esp = tflm_arena.esp_nn_scratch
    # A padded copy of the input and an aligned copy of the filter at least.
    assert esp(conv) >= 10 * 10 * 16 + 9 * 16 * 32
    assert esp(pointwise) == 24 * 16 + 8 * 32 + 64
    assert esp(wide) == 24 * 256 + 16 * 1024 + 64
    assert esp(depthwise) >= 9 * 24 + 10 * 10 * 32
    assert esp(pool) == 0
    assert tflm_arena.no_scratch(conv) == 0


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(ModelRefusedError):
        arena_bound(b"nothing")


def test_the_head_of_resnet8_is_what_tflm_measured() -> None:
    data = RESNET8.read_bytes()
    graph = read_tflite(data)
    # Measured: 49,152 with the reference kernels, 49,728 with CMSIS-NN on a Cortex-M4, and 54,996 in all.
    assert plan_head(buffers(graph, no_scratch)) == 49_152
    assert plan_head(buffers(graph, tflm_arena.cmsis_nn_scratch)) == 49_728
    facts = arena_bound(data, load_target("cortex-m4"))
    assert 54_996 < facts.arena_bytes < 1.06 * 54_996
    assert abs(facts.arena_bytes - facts.margin_bytes - 54_996) < 300
    assert arena_bound(data, load_target("esp32-s3")).arena_bytes > facts.arena_bytes


@pytest.mark.skipif(
    importlib.util.find_spec("tflite_micro") is None or importlib.util.find_spec("yaml") is None,
    reason="tflite-micro and PyYAML are not installed",
)
@pytest.mark.parametrize("data", [model("int8"), RESNET8.read_bytes()])
def test_the_bound_holds_for_tflm_itself(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.tflite").write_bytes(data)
    code = (
        "import sys; from tflite_micro import runtime\n"
        "made = runtime.Interpreter.from_bytes(open(sys.argv[1], 'rb').read(), arena_size=4_000_000)\n"
        "made.print_allocations()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model.tflite")],
        capture_output=True,
        text=True,
        check=True,
    )
    taken = {k: int(v) for k, v in re.findall(r"Arena allocation (\w+) (\d+)", done.stdout + done.stderr)}
    assert plan_head(buffers(read_tflite(data), no_scratch)) == taken["head"]
    assert arena_bound(data).arena_bytes >= taken["total"]


def test_an_operator_of_unknown_shape_is_refused_by_the_name_of_its_layer() -> None:
    made = schema.ModelT.InitFromPackedBuf(model("int8"), 0)
    operator = made.subgraphs[0].operators[0]
    code = made.operatorCodes[operator.opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.LOG_SOFTMAX
    tensor = made.subgraphs[0].tensors[operator.outputs[0]].name.decode()
    builder = flatbuffers.Builder()
    builder.Finish(made.Pack(builder), b"TFL3")
    with pytest.raises(UnsupportedModelError, match="layer odd_activation is LOG_SOFTMAX"):
        arena_bound(bytes(builder.Output()), layers={tensor: "odd_activation"})
