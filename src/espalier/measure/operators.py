"""Cut a .tflite into models of one operator each, so that any runtime can time every operator by itself.

Neither runtime's Python interface gives per-operator times. Timed alone an operator misses what the
delegate fuses and the cache that its neighbour warmed; on ResNet8 the sum is 101 % (tflite-runtime) and 110
% (LiteRT, XNNPACK) of the whole model's time.
"""

from __future__ import annotations

import copy
from typing import Any

import flatbuffers


def split(model: bytes) -> list[tuple[str, bytes | None]]:
    """(operator name, one-operator model) for each operator, in order; None for one that holds other graphs.

    The model must have been accepted by a runtime before: it is read without further checks.
    """
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    parsed = schema.ModelT.InitFromPackedBuf(model, 0)
    graph = parsed.subgraphs[0]
    pieces: list[tuple[str, bytes | None]] = []
    for operator in graph.operators:
        code = parsed.operatorCodes[operator.opcodeIndex]
        builtin = max(code.builtinCode, code.deprecatedBuiltinCode)
        name = names.get(builtin, str(builtin)).lower()
        nested = any(
            hasattr(operator.builtinOptions, field) for field in ("bodySubgraphIndex", "thenSubgraphIndex")
        )
        pieces.append((name, None if nested else _single(schema, parsed, graph, operator)))
    return pieces


def _single(schema: Any, parsed: Any, graph: Any, operator: Any) -> bytes:
    used = sorted({int(i) for i in (*operator.inputs, *operator.outputs) if i >= 0})
    place = {tensor: index for index, tensor in enumerate(used)}
    piece, body = schema.ModelT(), schema.SubGraphT()
    piece.version, piece.operatorCodes = 3, [parsed.operatorCodes[operator.opcodeIndex]]
    piece.buffers, body.tensors = [schema.BufferT()], []
    for tensor in used:
        source = copy.copy(graph.tensors[tensor])
        data = parsed.buffers[source.buffer]
        source.buffer = 0
        if data.data is not None and len(data.data):
            source.buffer = len(piece.buffers)
            piece.buffers.append(data)
        body.tensors.append(source)
    alone = copy.copy(operator)
    alone.opcodeIndex = 0
    alone.inputs = [place[int(i)] if i >= 0 else -1 for i in operator.inputs]
    alone.outputs = [place[int(i)] for i in operator.outputs]
    body.operators = [alone]
    body.inputs = [i for i in dict.fromkeys(alone.inputs) if i >= 0 and body.tensors[i].buffer == 0]
    body.outputs = list(alone.outputs)
    piece.subgraphs = [body]
    builder = flatbuffers.Builder(1024)
    builder.Finish(piece.Pack(builder), b"TFL3")
    return bytes(builder.Output())
