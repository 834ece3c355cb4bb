"""Hostile .tflite files: each row is a file, made by a script, and the refusal it must get."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from graph_cases import random_graph
from single_op_cases import Builder, Quant

from espalier.errors import EspalierError, ModelRefusedError, UnsupportedModelError
from espalier.graph.verify import layer_name, printable
from espalier.tflite.read import read_tflite
from espalier.tflite.write import write_tflite

Q = Quant(scales=(0.5,), zero_points=(3,))


def sound() -> bytes:
    """conv_2d, max_pool_2d, reshape: small, with weights, biases, options and a shape operand."""
    b = Builder()
    x = b.input((1, 6, 6, 2), Q)
    w = b.const(np.ones((3, 3, 3, 2)), "int8", Quant(scales=(0.1,) * 3, zero_points=(0,) * 3, axis=0))
    c = b.const([1, 2, 3], "int32", Quant(scales=(0.05,) * 3, zero_points=(0,) * 3, axis=0))
    y = b.op("conv_2d", [x, w, c], Q, padding="same", stride_h=1, stride_w=1)
    z = b.op("max_pool_2d", [y], Q, padding="valid", filter_h=2, filter_w=2, stride_h=2, stride_w=2)
    return write_tflite(b.finish([b.op("reshape", [z, b.const([1, 27], "int32")], Q)]))


def edited(change: Callable[[Any], None]) -> bytes:
    """`sound()` with its tables changed through TFLite's own object API."""
    model = schema.ModelT.InitFromPackedBuf(sound(), 0)
    for holder in (graph(model), *graph(model).operators):
        holder.inputs, holder.outputs = list(holder.inputs), list(holder.outputs)
    change(model)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def graph(model: Any) -> Any:
    return model.subgraphs[0]


def setting(path: str, value: object) -> Callable[[Any], None]:
    """`operators[0].inputs[1]` of the subgraph becomes `value`."""
    *parents, last = re.findall(r"[a-zA-Z]+|\d+", path)

    def change(model: Any) -> None:
        at = graph(model)
        for part in parents:
            at = at[int(part)] if part.isdigit() else getattr(at, part)
        if last.isdigit():
            at[int(last)] = value
        else:
            setattr(at, last, value)

    return change


def shape(*extents: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(extents, np.int32)


def two_subgraphs(model: Any) -> None:
    model.subgraphs.append(model.subgraphs[0])


def custom(model: Any) -> None:
    model.operatorCodes[0].builtinCode = 32
    model.operatorCodes[0].customCode = b"Evil"
    model.operatorCodes[0].deprecatedBuiltinCode = 32


def unknown_operator(model: Any) -> None:
    model.operatorCodes[0].builtinCode = 205


def short_buffer(model: Any) -> None:
    model.buffers[1].data = model.buffers[1].data[:-1]


def external_buffer(model: Any) -> None:
    model.buffers[1].offset, model.buffers[1].size, model.buffers[1].data = 10**9, 54, None


def sparse(model: Any) -> None:
    graph(model).tensors[1].sparsity = schema.SparsityParametersT()


def no_inputs(model: Any) -> None:
    graph(model).inputs = np.array([], np.int32)


def version_9(model: Any) -> None:
    model.version = 9


def open_height(model: Any) -> None:
    graph(model).tensors[0].shapeSignature = shape(1, -1, 6, 2)


def cycle(model: Any) -> None:
    graph(model).operators[0].inputs[0] = graph(model).operators[1].outputs[0]


def two_producers(model: Any) -> None:
    graph(model).operators[1].outputs[0] = graph(model).operators[0].outputs[0]


def blockwise(model: Any) -> None:
    graph(model).tensors[1].quantization.detailsType = 2
    graph(model).tensors[1].quantization.details = schema.BlockwiseQuantizationT()


def raw(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def pointing(at: int, value: int) -> Callable[[], bytes]:
    """`sound()` with four bytes at `at` replaced."""
    return lambda: sound()[:at] + struct.pack("<I", value & 0xFFFFFFFF) + sound()[at + 4 :]


def aliases() -> bytes:
    """A hundred thousand tensor entries, all of which are one table with one long name."""
    builder = flatbuffers.Builder(1 << 20)
    name = builder.CreateString("x" * 100_000)
    builder.StartObject(9)
    builder.PrependInt8Slot(1, 9, 0)
    builder.PrependUOffsetTRelativeSlot(3, name, 0)
    tensor = builder.EndObject()
    builder.StartVector(4, 100_000, 4)
    for _ in range(100_000):
        builder.PrependUOffsetTRelative(tensor)
    tensors = builder.EndVector()
    builder.StartObject(5)
    builder.PrependUOffsetTRelativeSlot(0, tensors, 0)
    subgraph = builder.EndObject()
    builder.StartVector(4, 1, 4)
    builder.PrependUOffsetTRelative(subgraph)
    subgraphs = builder.EndVector()
    builder.StartObject(5)
    builder.PrependUint32Slot(0, 3, 0)
    builder.PrependUOffsetTRelativeSlot(2, subgraphs, 0)
    builder.Finish(builder.EndObject(), b"TFL3")
    return bytes(builder.Output())


Attack = tuple[str, Callable[[], bytes], type[EspalierError], str]


def table(name: str, change: Callable[[Any], None], error: type[EspalierError], says: str) -> Attack:
    return name, lambda: edited(change), error, says


REFUSED, UNSUPPORTED = ModelRefusedError, UnsupportedModelError
NAN, INF = float("nan"), float("inf")
SCALE, ZERO_POINT = "tensors[0].quantization.scale", "tensors[0].quantization.zeroPoint"
WEIGHTS, CONV = "tensors[1].quantization.", "operators[0].builtinOptions."

ATTACKS: list[Attack] = [
    ("empty", raw(b""), REFUSED, "identifier"),
    ("tensorflow-115308", raw(b"\x18\0\0\0TFL3"), REFUSED, "outside the file"),
    ("zip", raw(b"PK\x03\x04" + b"\0" * 60), REFUSED, "identifier"),
    ("truncated", lambda: sound()[:400], REFUSED, "damaged"),
    ("root-outside", pointing(0, 1 << 30), REFUSED, "outside the file"),
    ("root-negative", pointing(0, -1), REFUSED, "outside the file"),
    ("aliased-tables", aliases, REFUSED, "again and again"),
    table("schema-version", version_9, REFUSED, "version"),
    table("two-subgraphs", two_subgraphs, UNSUPPORTED, "2 subgraphs"),
    table("custom-operator", custom, UNSUPPORTED, "custom operator"),
    table("unknown-operator", unknown_operator, UNSUPPORTED, "number 205"),
    table("opcode-index", setting("operators[0].opcodeIndex", 99), REFUSED, "operator code 99"),
    table("operand-index", setting("operators[0].inputs[1]", 99), REFUSED, "does not exist"),
    table("operand-minus-2", setting("operators[0].inputs[1]", -2), REFUSED, "does not exist"),
    table("required-operand-absent", setting("operators[0].inputs[0]", -1), REFUSED, "operands"),
    table("result-minus-1", setting("operators[0].outputs[0]", -1), REFUSED, "does not exist"),
    table("result-index", setting("operators[0].outputs[0]", 99), REFUSED, "does not exist"),
    table("no-operands", setting("operators[0].inputs", np.array([], np.int32)), REFUSED, "operands"),
    table("no-results", setting("operators[0].outputs", np.array([], np.int32)), REFUSED, "no result"),
    table("cycle", cycle, REFUSED, "before it is written"),
    table("two-producers", two_producers, REFUSED, "has a value already"),
    table("writes-a-constant", setting("operators[0].outputs[0]", 1), REFUSED, "has a value already"),
    table("input-index", setting("inputs[0]", 77), REFUSED, "does not exist"),
    table("input-is-constant", setting("inputs[0]", 1), REFUSED, "constant"),
    table("no-inputs", no_inputs, REFUSED, "no input"),
    table("output-never-written", setting("outputs[0]", 1), REFUSED, "never written"),
    table("shape-overflow", setting("tensors[0].shape", np.full(4, 1 << 16, np.int32)), REFUSED, "shape"),
    table("shape-negative", setting("tensors[0].shape", shape(1, -6, 6, 2)), REFUSED, "shape"),
    table("zero-channels", setting("tensors[0].shape", shape(1, 6, 6, 0)), REFUSED, "shape"),
    table("rank-bomb", setting("tensors[0].shape", np.ones(100_000, np.int32)), REFUSED, "shape"),
    table("open-height", open_height, UNSUPPORTED, "not fixed"),
    table("result-shape-lies", setting("tensors[3].shape", shape(1, 6, 6, 9)), REFUSED, "declares"),
    table("buffer-index", setting("tensors[1].buffer", 1000), REFUSED, "buffer 1000"),
    table("buffer-too-short", short_buffer, REFUSED, "bytes of data"),
    table("buffer-outside", external_buffer, UNSUPPORTED, "outside the flatbuffer"),
    table("type-string", setting("tensors[0].type", 5), UNSUPPORTED, "type number 5"),
    table("type-float", setting("tensors[0].type", 0), UNSUPPORTED, "rule"),
    table("sparse-weights", sparse, UNSUPPORTED, "sparse"),
    table("variable", setting("tensors[3].isVariable", True), UNSUPPORTED, "variable"),
    table("blockwise", blockwise, UNSUPPORTED, "blockwise"),
    *(table(f"scale-{s}", setting(SCALE, np.array([s], np.float32)), REFUSED, "scale")
      for s in (0.0, -1.0, NAN, INF)),
    table("zero-point", setting(ZERO_POINT, np.array([300])), REFUSED, "zero point"),
    table("zero-point-64-bit", setting(ZERO_POINT, np.array([1 << 40])), REFUSED, "zero"),
    table("zero-point-count", setting(ZERO_POINT, np.array([1, 2])), REFUSED, "2 zero"),
    table("scale-count", setting(WEIGHTS + "scale", np.ones(2, np.float32)), REFUSED, "2 scales"),
    table("quantized-axis", setting(WEIGHTS + "quantizedDimension", 9), REFUSED, "axis 9"),
    table("quantized-axis-1", setting(WEIGHTS + "quantizedDimension", 1), UNSUPPORTED, "rule"),
    table("weights-zero-point", setting(WEIGHTS + "zeroPoint", np.array([1, 0, 0])), UNSUPPORTED, "rule"),
    table("stride-0", setting(CONV + "strideH", 0), UNSUPPORTED, "rule"),
    table("stride-negative", setting(CONV + "strideW", -3), UNSUPPORTED, "rule"),
    table("dilation-0", setting(CONV + "dilationHFactor", 0), UNSUPPORTED, "rule"),
    table("filter-0", setting("operators[1].builtinOptions.filterHeight", 0), UNSUPPORTED, "rule"),
    table("padding-7", setting(CONV + "padding", 7), REFUSED, "padding"),
    table("activation-99", setting(CONV + "fusedActivationFunction", 99), REFUSED, "activation"),
    table("activation-tanh", setting(CONV + "fusedActivationFunction", 4), UNSUPPORTED, "rule"),
    table("options-of-another-kind", setting("operators[0].builtinOptionsType", 5), REFUSED, "options"),
    table("weights-computed", setting("operators[0].inputs[1]", 0), UNSUPPORTED, "rule"),
    table("reshape-count", setting("tensors[6].shape", shape(1, 28)), REFUSED, "declares"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "build", "error", "says"), ATTACKS, ids=[a[0] for a in ATTACKS])
def test_the_file_is_refused_with_the_expected_error(
    name: str, build: Callable[[], bytes], error: type[EspalierError], says: str
) -> None:
    with pytest.raises(error) as caught:
        read_tflite(build(), name="evil\nname")
    assert says in str(caught.value) or says in caught.value.supported
    assert caught.value.supported and caught.value.next_step
    assert str(caught.value).isascii() and "evil\n" not in str(caught.value)


def test_the_sound_file_is_accepted() -> None:
    assert [op.kind for op in read_tflite(sound()).ops] == ["conv_2d", "max_pool_2d", "reshape"]
    assert read_tflite(edited(lambda model: None)).inputs == (0,)


def test_hostile_names_are_printed_as_one_line_of_ascii() -> None:
    def rename(model: Any) -> None:
        graph(model).tensors[3].name = "a/*/\n\u202e??/" + "x" * 100_000

    found = read_tflite(edited(rename))
    name = layer_name(found, found.ops[0])
    assert name.isascii() and "\n" not in name and len(name) <= 120
    assert printable("\x00\xff\u202e\\") == "\\x00\\xff\\u202e\\\\"


def mutants(seed: int, count: int) -> list[bytes]:
    chance = random.Random(seed)
    seeds = [write_tflite(random_graph(s)[0]) for s in range(12)] + [sound()]
    return [mutant(chance, chance.choice(seeds)) for _ in range(count)]


def mutant(chance: random.Random, data: bytes) -> bytes:
    """Bit, byte, word and half-word changes, zeroing, copying, truncation; mostly where the tables are."""
    made = bytearray(data)
    how = chance.randrange(7)
    for _ in range(chance.choice([1, 1, 2, 4])):
        spot = chance.randrange(len(made))
        if chance.random() < 0.7:
            spot = min(len(made) - 1, int(chance.expovariate(1 / 3000)))
        if how == 0:
            made[spot] ^= 1 << chance.randrange(8)
        elif how == 1:
            made[spot] = chance.randrange(256)
        elif how == 2:
            word = chance.choice([0, 1, 0xFFFFFFFF, 0x7FFFFFFF, 1 << 31, len(made), chance.getrandbits(32)])
            made[spot & ~3 : (spot & ~3) + 4] = struct.pack("<I", word)
        elif how == 3:
            return bytes(made[:spot])
        elif how == 4:
            end = min(len(made), spot + chance.randrange(64))
            made[spot:end] = bytes(end - spot)
        elif how == 5:
            source, size = chance.randrange(len(made)), chance.randrange(64)
            made[spot : spot + size] = made[source : source + size]
        else:
            half = chance.choice([0, 0xFFFF, 4, 8, chance.getrandbits(16)])
            made[spot & ~1 : (spot & ~1) + 2] = struct.pack("<H", half)
        if not made:
            return b""
    return bytes(made)


def read_all(seed: int, count: int) -> int:
    accepted = 0
    for data in mutants(seed, count):
        try:
            read_tflite(data)
            accepted += 1
        except (ModelRefusedError, UnsupportedModelError):
            pass
    return accepted


def test_mutated_files_are_accepted_or_refused_and_nothing_else() -> None:
    assert 50 < read_all(1, 2000) < 1000


@pytest.mark.sweep
def test_sweep_mutated_files() -> None:
    for seed in range(2, 102):
        read_all(seed, 2000)
