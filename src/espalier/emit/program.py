"""Writes an int8 network as C: `<name>.h`, `<name>.c`, `<name>_weights.c`, and the kernels it uses.

The program has no heap, no floating point, no recursion and no writable statics: the caller passes the
arena. Weight
arrays, layer structures and calls are generated; every loop is hand-written in ``kernels/``.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..detector import Detector
from ..facts import Decision
from ..graph.types import Graph
from ..graph.verify import layer_name
from . import c_text as c
from .c_text import Name
from .decision import decision_files, decision_headers
from .detector import detector_files
from .golden_boxes import boxes_argument, boxes_further
from .kernel_names import HEADER, KernelNames, program_prefix
from .lowering import Coding, Constant
from .selftest import Further, GoldenCase, inputs_of, outputs_of, selftest_signature, write_selftest
from .steps import Body, Planned, write_steps

ARENA_ALIGNMENT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the program is for."""

    decision: Decision | None = None
    """How its outputs become an answer, where they do."""
    detector: Detector | None = None
    """How they become boxes, where they do; `labels`: what these are called."""
    labels: tuple[str, ...] = ()
    golden: tuple[GoldenCase, ...] = ()
    isa: str = "portable"
    """portable | dsp | helium; the plan must have been made with the demands of the same one."""
    coding: Coding | None = None
    """Layers whose weights are a code; the plan must have been made with the same one."""
    shared_kernels: bool = False
    """Kernels keep their own names: for programs that are made together and share them. Otherwise they carry
    the model's name, and programs of any versions link into one firmware."""


def emit(graph: Graph, plan: Planned, name: str, options: Options | None = None) -> list[tuple[str, bytes]]:
    """The files of a program, sorted by name. ``name`` is any text; the C prefix is made from it.

    Raises :class:`UnsupportedModelError` before anything is written when a kernel for an operator is missing.
    """
    options = options or Options()
    prefix = program_prefix(name)
    names = KernelNames(prefix=prefix, shared=options.shared_kernels)
    locate = _Locations(graph, plan, prefix)
    body = write_steps(graph, plan, prefix, options.isa, locate, options.coding)
    weights = _weights(prefix, graph, body)
    files: dict[str, str] = {
        f"{prefix}.h": _header(graph, plan, prefix, options),
        f"{prefix}.c": _source(graph, names, body, locate, weights, options),
        f"{prefix}_weights.h": _weights_header(names, weights),
        f"{prefix}_weights.c": _weights_source(prefix, weights),
    }
    files = {path: names.generated(text) for path, text in files.items()}
    if options.golden:
        files[f"{prefix}_selftest.c"] = write_selftest(prefix, graph, options.golden, _further(graph, prefix, options))
    if options.decision is not None:
        files |= decision_files(prefix, options.decision)
    if options.detector is not None:
        files |= detector_files(prefix, options.detector, options.labels)
    used = {source for layer in body.layers for source in layer.lowered.sources}
    files |= {names.file(source): names.kernel(source) for source in used | {HEADER, "crc32.c"}}
    return [(path, text.encode("ascii")) for path, text in sorted(files.items())]


def _further(graph: Graph, prefix: str, options: Options) -> Further:
    if options.detector is None:
        return Further()
    return boxes_further(prefix, graph, options.golden, options.detector)


class _Locations:
    """Pointer expressions of tensors."""

    def __init__(self, graph: Graph, plan: Planned, prefix: str) -> None:
        self._graph, self._plan, self._prefix = graph, plan, prefix
        self._callers = {
            "input": (graph.inputs, input_names(graph)),
            "output": (graph.outputs, output_names(graph)),
        }

    def __call__(self, tensor: int) -> Name:
        facts = self._graph.tensors[tensor]
        if facts.is_constant:
            return self._bytes(Name(constant_name(self._prefix, tensor)), tensor, "const int8_t")
        place = self._plan.places[tensor]
        if place.where == "arena":
            return c.offset("arena", place.offset)
        tensors, names = self._callers[place.where]
        kind = "const int8_t" if place.where == "input" else "int8_t"
        return self._bytes(Name(names[place.offset]), tensors[place.offset], kind)

    def _bytes(self, pointer: Name, tensor: int, kind: str) -> Name:
        """The address of values of any type, as bytes."""
        if self._graph.tensors[tensor].dtype == "int8":
            return pointer
        return c.const_cast(pointer, "int8_t") if kind.startswith("const") else c.cast(pointer, kind)


def input_names(graph: Graph) -> list[str]:
    return [end.name for end in inputs_of(graph)]


def output_names(graph: Graph) -> list[str]:
    return [end.name for end in outputs_of(graph)]


def constant_name(prefix: str, tensor: int) -> str:
    return f"{prefix}_tensor_{tensor}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Weight:
    name: str
    constant: Constant
    note: str

    @property
    def kind(self) -> str:
        return self.constant.struct or c.ctype(str(self.constant.values.dtype))

    @property
    def count(self) -> int:
        return len(self.constant.values)

    def bytes(self) -> bytes:
        values = self.constant.values
        return np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"))).tobytes()


def _weights(prefix: str, graph: Graph, body: Body) -> list[_Weight]:
    weights: list[_Weight] = []
    operands: dict[int, str] = {}
    for layer in body.layers:
        op = graph.ops[layer.op]
        note = f"{op.kind} {layer_name(graph, op)}"
        for constant in layer.lowered.constants:
            name = constant.array_name(prefix, layer.name)
            if all(name != known.name for known in weights if constant.shared):
                about = "code of the weights" if constant.shared else note
                weights.append(_Weight(name=name, constant=constant, note=about))
        for position in layer.lowered.inputs:
            tensor = op.inputs[position]
            if graph.tensors[tensor].data is not None:
                operands[tensor] = note
    for tensor, note in sorted(operands.items()):
        data = graph.tensors[tensor].data
        if data is not None:
            flat: NDArray[np.generic] = data.reshape(-1)
            constant = Constant(field="", values=flat, align=4)
            weights.append(_Weight(name=constant_name(prefix, tensor), constant=constant, note=note))
    return weights


def constants_of(prefix: str, graph: Graph, body: Body) -> tuple[Constant, ...]:
    """The arrays of the weights file, each once."""
    return tuple(weight.constant for weight in _weights(prefix, graph, body))


def _header(graph: Graph, plan: Planned, prefix: str, options: Options) -> str:
    macro = prefix.upper()
    lines = [
        c.comment(f"{graph.name}: an int8 network as C, by Espalier"),
        c.comment("The caller owns all memory: an arena (any bytes, aligned), the inputs and the outputs."),
        c.define(f"{macro}_ARENA_BYTES", max(plan.arena_bytes, 1)),
        c.define(f"{macro}_ARENA_ALIGNMENT", ARENA_ALIGNMENT),
    ]
    for role, tensors, names in (
        ("INPUT", graph.inputs, input_names(graph)),
        ("OUTPUT", graph.outputs, output_names(graph)),
    ):
        for tensor, text in zip(tensors, names, strict=True):
            lines += _tensor_macros(graph, tensor, f"{macro}_{text.upper()}", role)
    lines += [
        "",
        c.enumeration(
            {f"{macro}_OK": 0, f"{macro}_BAD_ARENA": 1, f"{macro}_BAD_WEIGHTS": 2, f"{macro}_MISMATCH": 3}
        ),
        "",
        c.comment("Runs the network once. Returns OK, or BAD_ARENA when the arena is null or not aligned."),
        c.prototype(_run_signature(graph, prefix)),
        "",
        c.comment("CRC-32 of the weights in flash: OK or BAD_WEIGHTS."),
        c.prototype(f"int {prefix}_check(void)"),
    ]
    if options.detector is not None:
        lines += ["", c.include(f"{prefix}_detect.h")]
    if options.golden:
        lines += [
            "",
            c.comment(
                "Runs the known answers (in a file of its own): OK or MISMATCH. The buffers are overwritten."
            ),
            c.prototype(selftest_signature(prefix, graph, boxes_argument(prefix) if options.detector else "")),
        ]
    if options.decision is not None:
        lines += ["", *map(c.include, decision_headers(prefix, options.decision))]
    return "\n".join(c.guarded(f"{macro}_H", lines)) + "\n"


def _tensor_macros(graph: Graph, tensor: int, macro: str, role: str) -> list[str]:
    facts = graph.tensors[tensor]
    lines = ["", c.comment(f"{role.lower()}: {facts.dtype} {list(facts.shape)}")]
    lines.append(c.define(f"{macro}_BYTES", facts.size_bytes))
    for axis, extent in zip(("HEIGHT", "WIDTH", "CHANNELS"), facts.shape[1:], strict=False):
        if len(facts.shape) == 4:
            lines.append(c.define(f"{macro}_{axis}", extent))
    if facts.quant is not None:
        lines.append(c.comment("real = scale * (value - zero point); the scale is exact, in hexadecimal"))
        lines.append(c.define(f"{macro}_SCALE", Name(c.real(facts.quant.scale))))
        lines.append(c.define(f"{macro}_ZERO_POINT", facts.quant.zero_point))
    return lines


def _run_signature(graph: Graph, prefix: str) -> str:
    arguments = ["void *memory"]
    for tensor, text in zip(graph.inputs, input_names(graph), strict=True):
        arguments.append(f"const {_pointer_type(graph, tensor)} *{text}")
    for tensor, text in zip(graph.outputs, output_names(graph), strict=True):
        arguments.append(f"{_pointer_type(graph, tensor)} *{text}")
    return f"int {prefix}_run({', '.join(arguments)})"


def _pointer_type(graph: Graph, tensor: int) -> str:
    return c.ctype(graph.tensors[tensor].dtype)


def _source(
    graph: Graph,
    names: KernelNames,
    body: Body,
    locate: _Locations,
    weights: Sequence[_Weight],
    options: Options,
) -> str:
    prefix = names.prefix
    lines = [
        c.comment(
            f"{graph.name}: layers and their order. Generated by Espalier; the loops are in the kernels."
        ),
        c.include(f"{prefix}.h"),
        "",
        c.include(names.file(HEADER)),
        c.include(f"{prefix}_weights.h"),
        "",
    ]
    for layer in body.layers:
        op = graph.ops[layer.op]
        fields: dict[str, c.Value] = {
            constant.field: Name(constant.array_name(prefix, layer.name))
            for constant in layer.lowered.constants
        }
        lines.append(c.comment(f"{op.kind} {layer_name(graph, op)}"))
        lines.append(c.structure(layer.lowered.struct, layer.name, {**fields, **layer.lowered.fields}))
        lines.append("")
    arena_check = [
        "int8_t *arena = (int8_t *)memory;",
        f"if (arena == 0 || ((uintptr_t)memory & {ARENA_ALIGNMENT - 1}u) != 0u) "
        f"return {prefix.upper()}_BAD_ARENA;",
    ]
    unused = [text for text in input_names(graph) if not any(text in line for line in body.lines)]
    arena_check += [c.statement(f"(void){text}") for text in unused]
    success = f"return {prefix.upper()}_OK;"
    lines += c.function(_run_signature(graph, prefix), [*arena_check, *body.lines, success])
    lines += ["", *_check(prefix, weights)]
    return "\n".join(lines) + "\n"


def _check(prefix: str, weights: Sequence[_Weight]) -> list[str]:
    crc = 0
    body = ["uint32_t crc = 0u;"]
    for weight in weights:
        crc = zlib.crc32(weight.bytes(), crc)
        size = f"(int32_t)sizeof({weight.name})"
        body.append(f"crc = {c.call('espalier_crc32', [Name('crc'), Name(weight.name), Name(size)])};")
    macro = prefix.upper()
    body.append(f"return crc == {c.unsigned(crc)} ? {macro}_OK : {macro}_BAD_WEIGHTS;")
    return c.function(f"int {prefix}_check(void)", body)


def _weights_header(names: KernelNames, weights: Sequence[_Weight]) -> str:
    lines = [c.include(names.file(HEADER)), ""]
    lines += [c.extern(w.kind, w.name, w.count) for w in weights]
    return "\n".join(c.guarded(f"{names.prefix.upper()}_WEIGHTS_H", lines)) + "\n"


def _weights_source(prefix: str, weights: Sequence[_Weight]) -> str:
    lines = [
        c.comment("Weights, in the order in which the kernels read them."),
        c.include(f"{prefix}_weights.h"),
        "",
    ]
    for weight in weights:
        constant = weight.constant
        lines.append(c.comment(weight.note))
        if constant.struct:
            lines.append(c.structures(constant.struct, weight.name, constant.values.tolist(), static=False))
        else:
            lines.append(c.array(weight.name, constant.values, static=False, align=constant.align))
        lines.append("")
    return "\n".join(lines)


def layer_of_symbol(symbols: Mapping[str, object], prefix: str) -> dict[str, int]:
    """Layer structure name -> operator index, for every symbol of a program that is one."""
    found = {}
    start = f"{prefix}_layer_"
    for symbol in symbols:
        parts = symbol.removeprefix(start).split("_")
        if symbol.startswith(start) and all(part.isdigit() for part in parts):
            found[symbol] = int(parts[0])
    return found
