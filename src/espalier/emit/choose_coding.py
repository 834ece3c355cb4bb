"""Which layers of a network keep their weights as a code: those where that saves flash after all it takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ..graph.ops import macs
from ..graph.types import Graph
from ..graph.view import view
from .huffman import Code, make_code
from .kernel_table import lower
from .lower_coded import coded_bytes, part_counts, weights_of
from .lowering import NO_CODING, Coding, How, Lowered, Sparse

DECODER_BYTES = 400
"""Code of decode.c at -Os on the core where it is largest (RV32), and what the calls grow by."""
KERNEL_BYTES: Mapping[str, int] = {
    "espalier_conv_2d": 290,
    "espalier_conv_int16": 110,
    "espalier_depthwise_bytes": 110,
    "espalier_depthwise_planes": 110,
    "espalier_depthwise_conv_2d": 160,
    "espalier_fully_connected": 220,
    "espalier_transpose_conv": 110,
}
"""The same for the coded form of a kernel."""
INSTRUCTIONS_PER_WEIGHT = 25
"""About what decoding a weight takes."""
INSTRUCTIONS_PER_BYTE = 800
"""What the dearest byte of flash may cost."""
LEAST_SHARE = INSTRUCTIONS_PER_WEIGHT / INSTRUCTIONS_PER_BYTE
"""Bytes that coding must save for each weight that it decodes. A weight takes some 25 instructions: the dearest byte of
flash costs 800, an inference of the weights of ResNet8 about 450, where three in four are zeros 30."""
DECODED_PER_MAC = 0.03
"""Weights decoded per multiplication of the network that are worth their time: decoding takes about as long as the network
itself where that takes one instruction for each."""
DECODED_PER_MAC_HELIUM = 0.01
"""The same where it takes a third of one."""


def candidates(graph: Graph, isa: str, without: Collection[int] = ()) -> dict[int, Lowered]:
    """Operator -> call, where coding the weights saves bytes; those that save most of theirs first, within the bound of
    time. Operators ``without`` keep their weights."""
    calls: dict[int, Lowered] = {}
    for op in range(len(graph.ops)):
        if op in without:
            continue
        lowered = lower(graph, op, How(optimize="flash", isa=isa, coding=NO_CODING))
        if len(lowered) == 1 and weights_of(lowered[0]) is not None:
            calls[op] = lowered[0]
    share = DECODED_PER_MAC_HELIUM if isa == "helium" else DECODED_PER_MAC
    room = share * sum(macs(view(graph, op)) for op in graph.ops)
    saved = _settled(calls, dict.fromkeys(calls, 1))
    taken: dict[int, Lowered] = {}
    for op in sorted(saved, key=lambda op: (-saved[op] / _count(calls[op]), op)):
        if _count(calls[op]) <= room:
            taken[op] = calls[op]
            room -= _count(calls[op])
    return taken


def worth_its_time(coding: Coding, sparse: Sparse) -> bool:
    """Whether coding saves enough bytes beyond what storing no zeros saves, which is faster than storing them."""
    dearer = INSTRUCTIONS_PER_WEIGHT * coding.before_bytes + sparse.instructions_saved
    gain = coding.saved_bytes - coding.code_bytes - sparse.bytes_saved
    return dearer <= INSTRUCTIONS_PER_BYTE * gain


def choose_coding(calls: Mapping[int, Lowered], parts: Mapping[int, int]) -> Coding | None:
    """The coding of those ``calls`` that pay; None where all together save too little after what the
    decoder takes."""
    saved = _settled(calls, parts)
    for kernel, code_bytes in KERNEL_BYTES.items():
        alike = {op: gain for op, gain in saved.items() if calls[op].function == kernel}
        if sum(alike.values()) <= code_bytes:
            saved = {op: gain for op, gain in saved.items() if op not in alike}
    if not saved:
        return None
    kept = {op: parts[op] for op in sorted(saved)}
    code = common_code(calls, kept)
    before = sum(_weight_bytes(calls[op]) for op in kept)
    after = code.table_bytes + sum(coded_bytes(code, part_counts(calls[op], n)) for op, n in kept.items())
    program = DECODER_BYTES + sum(KERNEL_BYTES[kernel] for kernel in {calls[op].function for op in kept})
    if before - after - program < LEAST_SHARE * sum(_count(calls[op]) for op in kept):
        return None
    return Coding(code=code, parts=kept, before_bytes=before, after_bytes=after, code_bytes=program)


def common_code(calls: Mapping[int, Lowered], parts: Mapping[int, int]) -> Code:
    """The best code for all weights of the operators in ``parts``."""
    total = np.zeros(256, np.int64)
    for op, number in parts.items():
        for counts in part_counts(calls[op], number):
            total += counts
    return make_code(total)


def _settled(calls: Mapping[int, Lowered], parts: Mapping[int, int]) -> dict[int, int]:
    """Bytes that each layer saves by a common code: those that save nothing leave, until all save something."""
    saved: dict[int, int] = dict.fromkeys(parts, 0)
    while saved:
        code = common_code(calls, {op: parts[op] for op in saved})
        now = {
            op: _weight_bytes(calls[op]) - coded_bytes(code, part_counts(calls[op], parts[op])) for op in saved
        }
        saved = {op: gain for op, gain in now.items() if gain > 0}
        if len(saved) == len(now):
            break
    return saved


def _weight_bytes(call: Lowered) -> int:
    return next(c.size_bytes for c in call.constants if c.field == "weights")


def _count(call: Lowered) -> int:
    weights = weights_of(call)
    return 0 if weights is None else weights.size
