"""The library of a compiled program without a recipe (`espalier compile`): the layout of the firmware bundle, without
preprocessing; what is in the model decides what the caller feeds and reads."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from ..emit import c_text as c
from ..emit.selftest import GoldenCase, inputs_of, outputs_of
from ..errors import VerificationError
from ..facts import Artifact, Check, TensorFacts
from ..graph.integer_ends import real_of
from ..graph.types import Graph
from ..scratch import Scratch
from ..target import Target
from . import firmware_text as text
from .firmware import build_files, tree_artifacts
from .firmware_check import check_build_files
from .firmware_compile import WARNINGS, Compiler, compilations, compile_c, guarded, on_this_machine
from .firmware_examples import example_files, example_lines, run_program
from .firmware_native import runs_here
from .firmware_text import filled

BODY: Final = "example_program_body.c"


class ProgramSource(msgspec.Struct, frozen=True, kw_only=True):
    """What the library is generated from. `program`: plain file names of src/; the ends are of the program, not of the
    file: a float end that was cut off is the integer behind it."""

    name: str
    version: str
    target: Target
    model: bytes
    program: tuple[Artifact, ...]
    inputs: tuple[TensorFacts, ...]
    outputs: tuple[TensorFacts, ...]
    answers: tuple[GoldenCase, ...]
    arena_bytes: int
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What the library is, in one plain sentence."""
        ends = ", ".join(" x ".join(map(str, end.shape)) for end in self.inputs)
        return f"Neural network {self.name}: input {ends}, {self.inputs[0].dtype}"

    @property
    def holds(self) -> str:
        """What is in it."""
        return "Compiled network and its self-test"

    @property
    def keywords(self) -> tuple[str, ...]:
        """What a library registry files it under."""
        return ("neural-network", "int8", "tinyml")

    @property
    def array_bytes(self) -> int:
        """The program holds no .tflite."""
        return 0

    @property
    def sketch(self) -> str:
        """The Arduino example."""
        return "run"

    @property
    def finds_boxes(self) -> bool:
        """The caller's own business."""
        return False

    @property
    def gives_values(self) -> bool:
        """The caller's own business."""
        return False


def facts_of(graph: Graph, tensors: tuple[int, ...], names: list[str]) -> tuple[TensorFacts, ...]:
    """Inputs or outputs of the program as plain facts; a tensor without quantization has scale 1."""
    found = []
    for index, name in zip(tensors, names, strict=True):
        tensor = graph.tensors[index]
        scale, zero = (tensor.quant.scale, tensor.quant.zero_point) if tensor.quant else (1.0, 0)
        found.append(
            TensorFacts(name=name, shape=tensor.shape, dtype=tensor.dtype, scale=scale, zero_point=zero)
        )
    return tuple(found)


def contents(source: ProgramSource, graph: Graph) -> tuple[Artifact, ...]:
    """All files of the library but the manifest, sorted by path. `graph`: the network that was compiled."""
    words = _words(source, graph)
    code = {artifact.path: artifact.data for artifact in source.program}
    code[f"{text.prefix(source)}_model.h"] = _umbrella(source).encode()
    examples = {"examples/run/run.ino": text.template(source, "program.ino.txt")}
    examples |= example_files(source, 0, body=BODY, words=words)
    examples = {path: filled(written, words) for path, written in examples.items()}
    files = [
        *tree_artifacts(source, build_files(source, code, examples, tflm=False)),
        Artifact(path="README.md", data=_readme(source, graph, words).encode(), role="documentation"),
    ]
    for number, answer in enumerate(source.answers):
        for part, data in (("input", answer.input), ("output", answer.output)):
            files.append(Artifact(path=f"golden/answer-{number}.{part}.bin", data=data, role="golden"))
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def _words(source: ProgramSource, graph: Graph) -> dict[str, str]:
    """What stands for the marks of the examples: a buffer for each output, and their names."""
    outputs = outputs_of(graph)
    buffers = "\n".join(f"static {end.ctype} {end.name}[{end.elements}];" for end in outputs)
    return {"@BUFFERS@": buffers, "@OUTPUTS@": ", ".join(end.name for end in outputs)}


def _umbrella(source: ProgramSource) -> str:
    """<id>_model.h: the program's header, and which model it is."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    lines = [
        c.comment(f"{source.name} {source.version}, compiled by Espalier"),
        c.define(f"{macro}_VERSION", source.version),
        c.define(f"{macro}_MODEL_SHA256", hashlib.sha256(source.model).hexdigest()),
        "",
        c.include(f"{name}.h"),
    ]
    return "\n".join(c.guarded(f"{macro}_MODEL_H", lines)) + "\n"


def _readme(source: ProgramSource, graph: Graph, words: dict[str, str]) -> str:
    name, macro = text.prefix(source), text.prefix(source).upper()
    inputs, outputs = inputs_of(graph), outputs_of(graph)
    arguments = ", ".join(["arena", *(end.name for end in (*inputs, *outputs))])
    ends = [_end_text("input", end) for end in source.inputs] + [_end_text("output", e) for e in source.outputs]
    marks = {
        "@NAME@": source.name,
        "@VERSION@": source.version,
        "@TITLE@": source.target.title,
        "@SENTENCE@": source.sentence,
        "@LIBRARY@": text.library_name(source),
        "@PACKFILE@": text.pack_name(source),
        "@UPPER@": macro,
        "@ID@": name,
        "@EXAMPLES@": example_lines(source),
        "@RUN@": f"{name}_run({arguments});",
        "@ENDS@": "\n".join(f"- {line}" for line in (*ends, *source.notes)),
        "@MEMORY@": f"RAM: an arena of `{macro}_ARENA_BYTES` = {source.arena_bytes} bytes (planned at compile time, "
        f"exact), aligned to\n`{macro}_ARENA_ALIGNMENT`, and the inputs and outputs, all from the caller; no heap, no "
        "writable statics.",
        **words,
    }
    return filled((text.TEMPLATE / "program_readme.txt").read_text("ascii"), marks)


def _end_text(role: str, end: TensorFacts) -> str:
    shape = " x ".join(map(str, end.shape))
    return f"{role} `{end.name}`: {end.dtype}, {shape}; {real_of(end.scale, end.zero_point)}"


def check(source: ProgramSource, folder: Path, *, thorough: bool) -> tuple[Check, ...]:
    """Checks of the library written to `folder`: build files, compilers for the target, its example run here."""
    library = folder / text.library_name(source)
    with Scratch() as work:
        jobs = compilations(library, source, work, thorough)
        return (
            guarded("build system files", "espalier", lambda: check_build_files(library)),
            *(check for job in jobs for check in job()),
            _run_example(library, source, work / "native"),
        )


EXAMPLE: Final = "the example replays the known answers on this machine"


def _run_example(library: Path, source: ProgramSource, work: Path) -> Check:
    """The CMake example compiled for this machine: it replays the known answers."""
    return on_this_machine(EXAMPLE, lambda compiler: _example_with(compiler, library, source, work))


def _example_with(compiler: Compiler, library: Path, source: ProgramSource, work: Path) -> Check:
    def run() -> str:
        program = work / "example"
        sources = [library / "examples" / "cmake" / "main.c", *sorted((library / "src").glob("*.c"))]
        flags = [*WARNINGS, "-O1", f"-I{library / 'src'}", "-o", str(program)]
        compile_c(compiler, [*flags, *map(str, sources)], work)
        printed = run_program(program).strip()
        if printed != "self-test passed":
            raise VerificationError(f"the example printed {printed!r}")
        return f"{len(source.answers)} answers; {printed}"

    return guarded(EXAMPLE, compiler.tool, run, compiler.version, lambda: runs_here(compiler, work))
