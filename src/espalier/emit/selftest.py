"""Known answers inside the program: the device proves itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..graph.types import DTYPES, Graph
from . import c_text as c


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenCase:
    """Bytes of the inputs, one behind the other, and of the outputs that the named reference gave for them."""

    input: bytes
    output: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An input or output as the program's functions name it."""

    name: str
    dtype: str
    size_bytes: int

    @property
    def elements(self) -> int:
        return self.size_bytes // np.dtype(DTYPES[self.dtype]).itemsize

    @property
    def ctype(self) -> str:
        return c.ctype(self.dtype)


def inputs_of(graph: Graph) -> tuple[End, ...]:
    """`input`, or `input_0`, `input_1`, ..."""
    return _ends(graph, graph.inputs, "input")


def outputs_of(graph: Graph) -> tuple[End, ...]:
    """`output`, or `output_0`, `output_1`, ..."""
    return _ends(graph, graph.outputs, "output")


def _ends(graph: Graph, tensors: Sequence[int], role: str) -> tuple[End, ...]:
    facts = [graph.tensors[t] for t in tensors]
    names = [role] if len(facts) == 1 else [f"{role}_{number}" for number in range(len(facts))]
    return tuple(
        End(name=name, dtype=tensor.dtype, size_bytes=tensor.size_bytes)
        for name, tensor in zip(names, facts, strict=True)
    )


def parts(data: bytes, ends: Sequence[End]) -> Iterator[bytes]:
    """The bytes of each input or output of a case."""
    at = 0
    for end in ends:
        yield data[at : at + end.size_bytes]
        at += end.size_bytes


def golden_arrays(golden: Sequence[GoldenCase], graph: Graph) -> list[str]:
    """`golden_input` and `golden_output`, an array for each input and output: its values in every case."""
    inputs, outputs = inputs_of(graph), outputs_of(graph)
    given = [tuple(parts(case.input, inputs)) for case in golden]
    wanted = [tuple(parts(case.output, outputs)) for case in golden]
    lines = []
    for ends, rows in ((inputs, given), (outputs, wanted)):
        for number, end in enumerate(ends):
            values = np.frombuffer(b"".join(row[number] for row in rows), DTYPES[end.dtype])
            lines += [c.array(f"golden_{end.name}", values), ""]
    return lines


def golden_run(prefix: str, graph: Graph) -> str:
    """The call of the program on case `n`."""
    given = [f"golden_{end.name} + n * {end.elements}" for end in inputs_of(graph)]
    return f"{prefix}_run({', '.join(['arena', *given, *(end.name for end in outputs_of(graph))])})"


def golden_comparison(graph: Graph, failure: str) -> list[str]:
    """Loops over `i` that return `failure` at the first value of case `n` that is another."""
    lines = []
    for end in outputs_of(graph):
        wanted = f"golden_{end.name}[n * {end.elements} + i]"
        lines += c.loop("i", end.elements, [f"if ({end.name}[i] != {wanted}) return {failure};"])
    return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """What is compared beside the outputs: constants, arguments and variables that it needs, and lines on case `n`."""

    arrays: Sequence[str] = ()
    arguments: str = ""
    variables: Sequence[str] = ()
    comparison: Sequence[str] = ()


def selftest_signature(prefix: str, graph: Graph, arguments: str = "") -> str:
    """The arena and a buffer for each output."""
    buffers = ", ".join(f"{end.ctype} *{end.name}" for end in outputs_of(graph))
    return f"int {prefix}_selftest(void *arena, {buffers}{arguments})"


def write_selftest(prefix: str, graph: Graph, golden: Sequence[GoldenCase], further: Further = Further()) -> str:
    """The file `<name>_selftest.c`."""
    macro = prefix.upper()
    body = [
        "int32_t n, i;",
        *further.variables,
        *c.loop(
            "n",
            len(golden),
            [
                f"int status = {golden_run(prefix, graph)};",
                f"if (status != {macro}_OK) return status;",
                *golden_comparison(graph, f"{macro}_MISMATCH"),
                *further.comparison,
            ],
        ),
        f"return {macro}_OK;",
    ]
    lines = [
        c.comment("Known answers. Leave this file out when flash is short."),
        c.include(f"{prefix}.h"),
        "",
        *golden_arrays(golden, graph),
        *further.arrays,
        *c.function(selftest_signature(prefix, graph, further.arguments), body),
    ]
    return "\n".join(lines) + "\n"
