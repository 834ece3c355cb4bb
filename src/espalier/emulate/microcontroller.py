"""Measures an emitted program on an emulated core: bytes, instructions per layer, stack, arena, flash by
section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..detector import Detector
from ..emit.golden_boxes import BOX_BYTES, boxes_of, detect_call, packed_boxes
from ..emit.kernel_names import program_prefix
from ..emit.program import layer_of_symbol
from ..emit.selftest import GoldenCase, inputs_of, outputs_of, parts
from ..errors import VerificationError
from ..graph.ops import macs
from ..graph.types import Graph
from ..graph.verify import layer_name
from ..graph.view import view
from ..scratch import Scratch
from .constants import Constants, account
from .cross import Core, compile_counter, compile_program
from .elf import Image
from .emulate import Call, EmulatedCore
from .qemu import run_on_board

_PAINTS = (0xA5, 0x5A)
_GUARD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFigure:
    """Instructions of one layer; ``name`` is the operator and the Keras layer it came from."""

    name: str
    macs: int
    instructions: int
    op: int = -1
    """Index of the operator in the graph; -1 for the calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decode:
    """From outputs to boxes on the core: how many boxes all golden cases have, the instructions of the case that took most,
    the stack, and the RAM with the boxes in it; -1 where the emulator does not tell."""

    boxes: int
    instructions: int
    stack_bytes: int
    ram_bytes: int

    def text(self) -> str:
        """In words."""
        cost = ""
        if self.instructions >= 0:
            cost = f", at most {self.instructions:,} instructions and {self.ram_bytes:,} bytes of RAM for one picture"
        return f"{self.boxes} decoded boxes are equal{cost}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """A row of the report's ``emulated`` table. Instructions are exact counts, not cycles; bytes are
    exact."""

    core: str
    emulator: str
    compiler: str
    optimize: str
    instructions: int
    model_cycles: int | None
    """What :mod:`espalier.emulate.cycles` weighs the instructions with; None where it has no model."""
    arena_bytes: int
    """The highest byte of the arena that was written, found by painting, plus one."""
    stack_bytes: int
    code_bytes: int
    weights_bytes: int
    """Weights and all other constants."""
    exact: int
    """Golden outputs that are equal, all of them; a difference raises instead."""
    layers: tuple[LayerFigure, ...]
    constants: Constants | None = None
    """Where the bytes of ``weights_bytes`` go."""
    decode: Decode | None = None
    """Of a detector."""


def measure_program(
    files: Mapping[str, bytes] | Sequence[tuple[str, bytes]],
    core: Core,
    *,
    name: str,
    graph: Graph,
    arena_bytes: int,
    golden: Sequence[GoldenCase],
    optimize: str = "-O2",
    detector: Detector | None = None,
) -> Emulated:
    """Compiles a program, runs it on every golden case and compares the bytes; of a detector the boxes, too.

    Raises VerificationError when a byte differs, the arena is overrun or the program reports an error, ToolMissingError
    when the cross-compiler or the emulator is not installed.
    """
    prefix = program_prefix(name)
    if not golden:
        raise VerificationError("there is no golden case to run on the emulated core")
    if not core.unicorn:
        return _measure_on_board(dict(files), core, prefix, graph, arena_bytes, golden, optimize, detector)
    with Scratch() as workdir, ThreadPoolExecutor(len(_PAINTS)) as pool:
        counter = pool.submit(compile_counter, workdir)
        image = compile_program(
            dict(files), core, roots=[f"{prefix}_run", f"{prefix}_check"], workdir=workdir, optimize=optimize
        )
        counter.result()
        decode = _decode(dict(files), core, prefix, graph, golden, optimize, detector, workdir) if detector else None
        layers = layer_of_symbol(image.symbols, prefix)

        def run(part: int) -> Call:
            """Every second case after the first, on an emulated core of its own; both run the first."""
            emulated = EmulatedCore(image, core, workdir=workdir)
            numbers = [0, *range(1 + part, len(golden), len(_PAINTS))]
            timed = () if part else sorted(layers)
            first, *_ = [
                _run_case(emulated, prefix, graph, golden[n], arena_bytes, _PAINTS[part], n, timed) for n in numbers
            ]
            if not part and emulated.call(f"{prefix}_check", []).result != 0:
                raise VerificationError("the weights in flash do not have the expected CRC-32")
            return first

        first, second = pool.map(run, range(len(_PAINTS)))
    return Emulated(
        core=core.name,
        emulator="unicorn",
        compiler="zig cc",
        optimize=optimize,
        instructions=first.instructions,
        model_cycles=first.model_cycles,
        arena_bytes=_high_water(first.buffers[0], second.buffers[0], arena_bytes),
        stack_bytes=first.stack_bytes,
        code_bytes=image.size_of(".text"),
        weights_bytes=image.size_of(".weights", ".rodata"),
        exact=len(golden),
        layers=_layer_figures(graph, first, layers, image),
        constants=account(image, prefix, graph),
        decode=decode,
    )


def _decode(
    files: dict[str, bytes],
    core: Core,
    prefix: str,
    graph: Graph,
    golden: Sequence[GoldenCase],
    optimize: str,
    detector: Detector,
    workdir: Path,
) -> Decode:
    """Every golden output through the decode, on the core. Raises VerificationError for a box that is another."""
    program = {**files, "detect_call.c": detect_call(prefix, graph).encode("ascii")}
    image = compile_program(
        program, core, roots=[f"{prefix}_detect_call"], workdir=workdir, optimize=optimize
    )
    emulated = EmulatedCore(image, core, workdir=workdir)
    found, instructions, stack = 0, 0, 0
    for number, case in enumerate(golden):
        given = [*parts(case.output, outputs_of(graph))]
        call = emulated.call(f"{prefix}_detect_call", [*given, bytes(detector.room * BOX_BYTES)])
        boxes = boxes_of(case, graph, detector)
        made = call.buffers[-1][: max(0, call.result) * BOX_BYTES]
        # The last two bytes of each are padding.
        if made != packed_boxes(boxes):
            raise VerificationError(
                f"{call.result} boxes on the emulated core, {len(boxes)} on the build machine, or others: golden case {number}"
            )
        found += len(boxes)
        instructions, stack = max(instructions, call.instructions), max(stack, call.stack_bytes)
    ram = stack + detector.room * BOX_BYTES
    return Decode(boxes=found, instructions=instructions, stack_bytes=stack, ram_bytes=ram)


def _measure_on_board(
    files: dict[str, bytes],
    core: Core,
    prefix: str,
    graph: Graph,
    arena_bytes: int,
    golden: Sequence[GoldenCase],
    optimize: str,
    detector: Detector | None,
) -> Emulated:
    with Scratch() as folder:
        run = run_on_board(
            files,
            core,
            prefix=prefix,
            graph=graph,
            arena_bytes=arena_bytes,
            golden=golden,
            workdir=folder,
            optimize=optimize,
            detector=detector,
        )
    decode = None
    if detector is not None:
        found = sum(len(boxes_of(case, graph, detector)) for case in golden)
        decode = Decode(boxes=found, instructions=-1, stack_bytes=-1, ram_bytes=-1)
    return Emulated(
        core=core.name,
        emulator=f"qemu-system-arm {core.qemu}",
        compiler="zig cc",
        optimize=optimize,
        instructions=run.instructions,
        model_cycles=None,
        arena_bytes=run.arena_bytes,
        stack_bytes=run.stack_bytes,
        code_bytes=run.image.size_of(".text"),
        weights_bytes=run.image.size_of(".weights", ".rodata"),
        exact=len(golden),
        layers=(),
        constants=account(run.image, prefix, graph),
        decode=decode,
    )


def _run_case(
    emulated: EmulatedCore,
    prefix: str,
    graph: Graph,
    case: GoldenCase,
    arena: int,
    paint: int,
    number: int,
    layers: Sequence[str],
) -> Call:
    painted = bytes([paint]) * (arena + _GUARD)
    given = [*parts(case.input, inputs_of(graph))]
    sizes = [end.size_bytes for end in outputs_of(graph)]
    call = emulated.call(
        f"{prefix}_run",
        [painted, *given, *(bytes(size + _GUARD) for size in sizes)],
        watch=f"{prefix}_run" if layers else "",
        layers=layers,
    )
    made = call.buffers[1 + len(given) :]
    if call.result != 0:
        raise VerificationError(f"the program reports error {call.result} on golden case {number}")
    if call.buffers[0][arena:] != painted[arena:] or any(any(m[s:]) for m, s in zip(made, sizes, strict=True)):
        raise VerificationError(f"the program writes behind its arena or its output on golden case {number}")
    if [*call.buffers[1 : 1 + len(given)]] != given:
        raise VerificationError(f"the program changes its input on golden case {number}")
    got = b"".join(m[:s] for m, s in zip(made, sizes, strict=True))
    if got != case.output:
        wrong = sum(a != b for a, b in zip(got, case.output, strict=True))
        raise VerificationError(
            f"{wrong} of {len(case.output)} output bytes differ from the reference on golden case {number}"
        )
    return call


def _high_water(first: bytes, second: bytes, arena: int) -> int:
    """The last byte that was written under either paint, plus one."""
    for at in range(arena - 1, -1, -1):
        if first[at] != _PAINTS[0] or second[at] != _PAINTS[1]:
            return at + 1
    return 0


def _layer_figures(
    graph: Graph, call: Call, layers: Mapping[str, int], image: Image
) -> tuple[LayerFigure, ...]:
    counts: dict[int, int] = {}
    for symbol, op in layers.items():
        counts[op] = counts.get(op, 0) + call.layers.get(symbol, 0)
    figures = []
    for op, instructions in sorted(counts.items()):
        node = graph.ops[op]
        figures.append(
            LayerFigure(
                name=f"{node.kind} {layer_name(graph, node)}",
                macs=macs(view(graph, node)),
                instructions=instructions,
                op=op,
            )
        )
    return (*figures, LayerFigure(name="calls", macs=0, instructions=call.layers.get("", 0)))
