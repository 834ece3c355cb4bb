"""The microcontroller bundle: one source tree for every build system, and a CMSIS-Pack of it.

    README.md
    <id>_model/src/               model array, labels, preprocessing, decision, self-test, operator list (or the
                                  compiled program instead of the array and the list)
    <id>_model/examples/          an Arduino sketch; with the compiled program one application per build system
    <id>_model/...                library.properties, library.json, idf_component.yml, CMakeLists.txt, zephyr/, .pdsc
    Espalier.<id>_model.<version>.pack
    golden/...                    the golden vectors for any other reader (golden.py)

Loops are hand-written C in firmware_template/, where `xmodel` stands for the model's name; data are generated
here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..emit import c_text as c
from ..emit.decision import decision_files
from ..emit.detector import detector_files
from ..errors import UnsupportedModelError
from ..facts import Artifact, BundleSource, GoldenVector, SourceImage, TensorFacts
from . import firmware_boxes, golden
from . import firmware_painted as painted
from . import firmware_text as text
from .answers import answer_of
from .archive import Entry, zip_bytes
from .firmware_check import check as check
from .firmware_examples import example_files, readme_section, shown_by
from .firmware_numbers import contract_lines as number_lines
from .firmware_numbers import number_files, numbered, run_words, said, use_words
from .firmware_prepare import example_picture, prepare_stack, retouching, word_lines
from .firmware_text import TEMPLATE, filled, template
from .firmware_tflm import model_source, resolver_header, tflm_memory
from .tflm_arena import arena_bound as arena_bound

GOLDEN_BUDGET_BYTES: Final = 16_384
"""Flash that golden vectors and preprocessing cases may take each (one of either is always kept)."""

COMMON: Final = ("prepare.h", "prepare.c", "selftest.h", "selftest.c", "golden.h")


def contents(source: BundleSource, program: tuple[Artifact, ...] | None = None) -> tuple[Artifact, ...]:
    """All files of the firmware bundle but the manifest, sorted by path.

    `program` holds the C files of our own compiler (plain file names); without it the library carries the
    .tflite for TensorFlow Lite Micro. Raises UnsupportedModelError when the model does not take and give
    int8, or TFLM lacks an operator.
    """
    answer = answer_of(source)
    painting = any(one.paints for one in (source, *(alone for _, alone in source.deciding())))
    if program is None and (painting or (answer is not None and not answer.tflm)):
        raise UnsupportedModelError(
            "the firmware around TensorFlow Lite Micro packs one label, values and boxes, this model's answer is another",
            supported="compiled C for every other answer",
            next_step='set `runtime = "c"` for this target',
        )
    for facts in (source.input, *source.heads):
        if facts.dtype != "int8":
            raise UnsupportedModelError(
                f"{facts.name} is {facts.dtype}; the firmware bundle feeds and reads int8",
                supported="int8 models",
                next_step='set `quantize.scheme = "int8"` for this target',
            )
    files = [
        *tree_artifacts(source, library_files(source, program)),
        Artifact(path="README.md", data=readme(source, program).encode(), role="documentation"),
        *golden.artifacts(source),
    ]
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def tree_artifacts(source: text.Library, tree: Sequence[tuple[str, bytes]]) -> list[Artifact]:
    """The library folder's files (path, bytes), and the CMSIS-Pack of them."""
    pack = zip_bytes(Entry(path=path, data=data) for path, data in tree)
    return [
        *(
            Artifact(path=f"{text.library_name(source)}/{path}", data=data, role=_role(path))
            for path, data in tree
        ),
        Artifact(path=text.pack_name(source), data=pack, role="package"),
    ]


def _role(path: str) -> str:
    return "source" if path.startswith("src/") else "example" if path.startswith("examples/") else "build"


def library_files(source: BundleSource, program: tuple[Artifact, ...] | None) -> list[tuple[str, bytes]]:
    """(path, bytes) of the library folder, sorted."""
    tflm = program is None
    sketch = "classify.ino.txt" if tflm else "classify_program.ino.txt"
    examples = {f"examples/{source.sketch}/{source.sketch}.ino": template(source, sketch)}
    if not tflm:
        examples |= example_files(source, prepare_stack(source))
        examples = {path: filled(shown_by(source, t), buffer_words(source)) for path, t in examples.items()}
        examples = {path: example_picture(t, source) for path, t in examples.items()}
    examples = {path: numbered(source, t) for path, t in examples.items()}
    return build_files(source, source_files(source, program), examples, tflm=tflm)


def _as_classifier(source: BundleSource) -> bool:
    """Whether C programs read the answer as a classifier's."""
    answer = answer_of(source)
    return answer is not None and answer.like_a_classifier


def output_names(source: BundleSource) -> list[str]:
    """The outputs as the program's functions call them (emit.selftest.outputs_of)."""
    return ["output"] if len(source.heads) == 1 else [f"output_{number}" for number in range(len(source.heads))]


def buffer_words(source: BundleSource) -> dict[str, str]:
    """What stands for the marks of the examples: a buffer for each output, and their names."""
    macro, names = text.prefix(source).upper(), output_names(source)
    sizes = [f"{macro}_CLASSES"] if _as_classifier(source) else [f"{macro}_{name.upper()}_BYTES" for name in names]
    buffers = "\n".join(f"static int8_t {name}[{size}];" for name, size in zip(names, sizes, strict=True))
    return {"@BUFFERS@": buffers, "@OUTPUTS@": ", ".join(names)}


def build_files(
    source: text.Library, code: Mapping[str, bytes], examples: Mapping[str, str], *, tflm: bool
) -> list[tuple[str, bytes]]:
    """(path, bytes) of a library folder around the sources `code` (file name -> bytes of src/), sorted."""
    names = sorted(f"src/{name}" for name in code)
    compiled = [name for name in names if name.endswith((".c", ".cc"))]
    files = {f"src/{name}": data for name, data in code.items()}
    generated = {
        **examples,
        "library.properties": text.library_properties(source),
        "library.json": text.library_json(source),
        "idf_component.yml": text.idf_component(source, tflm),
        "CMakeLists.txt": text.cmake_lists(source, compiled, tflm),
        "zephyr/module.yml": text.zephyr_module(source),
        "zephyr/CMakeLists.txt": text.zephyr_cmake(source, compiled, tflm),
        "zephyr/Kconfig": text.zephyr_kconfig(source, tflm),
        f"{text.VENDOR}.{text.library_name(source)}.pdsc": text.pack_description(source, names, tflm),
        "LICENSE": text.license_text(source),
    }
    files |= {path: written.encode() for path, written in generated.items()}
    return sorted(files.items())


def source_files(source: BundleSource, program: tuple[Artifact, ...] | None) -> dict[str, bytes]:
    """File name -> bytes of src/. The compiled program brings its own decision and its own self-test of the
    network; the test of the preprocessing then is `<prefix>_prepare_test`."""
    name = text.prefix(source)
    vectors, cases = chosen_golden(source)
    common = (*COMMON, *(firmware_boxes.PARTS if source.detector else ()))
    files = {f"{name}_{part}": template(source, f"xmodel_{part}") for part in common}
    files |= {path: numbered(source, written) for path, written in files.items()} | number_files(source)
    files |= retouching(source, files) | painted.painted_files(source)
    for _, alone in source.deciding():
        files |= painted.painted_files(alone)
    files |= {
        f"{name}_contract.h": contract_header(source, program),
        f"{name}_golden.c": golden_source(source, vectors, cases),
        f"{name}_model.h": umbrella(source, program),
    }
    if program is None:
        files |= decision_files(name, source.decision) if source.decision else {}
        for head, alone in source.deciding():
            files |= decision_files(f"{name}_{head}", alone.decision) if alone.decision else {}
        files |= detector_files(name, source.detector, source.labels) if source.detector else {}
        files |= {
            f"{name}_model_data.h": template(source, "xmodel_model_data.h"),
            f"{name}_model_data.c": model_source(source),
            f"{name}_op_resolver.h": resolver_header(source),
        }
        return {path: written.encode() for path, written in files.items()}
    files[f"{name}_golden.c"] = golden_source(source, vectors[:1], cases)  # the picture of the examples
    for ending in ("h", "c"):
        test = files.pop(f"{name}_selftest.{ending}")
        files[f"{name}_prepare_test.{ending}"] = test.replace("selftest", "prepare_test").replace(
            "SELFTEST", "PREPARE_TEST"
        )
    return {
        **{path: written.encode() for path, written in files.items()},
        **{artifact.path: artifact.data for artifact in program},
    }


def chosen_golden(source: BundleSource) -> tuple[tuple[GoldenVector, ...], tuple[SourceImage, ...]]:
    """The golden vectors, and the smallest preprocessing cases, that fit into GOLDEN_BUDGET_BYTES each."""
    vectors: list[GoldenVector] = []
    used = 0
    for vector in source.golden:
        used += len(vector.fed) + source.values
        if vectors and used > GOLDEN_BUDGET_BYTES:
            break
        vectors.append(vector)
    cases: list[SourceImage] = []
    used = 0
    for case in sorted(source.contract_cases, key=lambda case: (len(case.rgb), case.name)):
        used += len(case.rgb) + len(case.pixels)
        if cases and used > GOLDEN_BUDGET_BYTES:
            break
        cases.append(case)
    return tuple(vectors), tuple(cases)


def contract_header(source: BundleSource, program: tuple[Artifact, ...] | None) -> str:
    """<id>_contract.h: every number of the model and of its preprocessing; the compiled program's header has
    some of them already."""
    macro = text.prefix(source).upper()
    contract = source.contract
    height, width, channels = contract.shape
    lines = [c.define(f"{macro}_HEIGHT", height), c.define(f"{macro}_WIDTH", width)]
    lines += [
        c.define(f"{macro}_CHANNELS", channels),
        c.define(f"{macro}_INPUT_BYTES", height * width * channels),
    ]
    lines += [*number_lines(source), *word_lines(macro, contract)]
    lines += [
        c.comment(
            "real = SCALE * (stored - ZERO_POINT); the input takes "
            + ("prepared byte - 128" if contract.retouches else "pixel - 128")
        ),
        c.define(f"{macro}_INPUT_SCALE", c.Name(c.real(source.input.scale))),
        c.define(f"{macro}_INPUT_ZERO_POINT", c.Name(c.literal_in_sum(source.input.zero_point))),
    ]
    for name, head in zip(output_names(source), source.heads, strict=True):
        lines += [
            c.define(f"{macro}_{name.upper()}_SCALE", c.Name(c.real(head.scale))),
            c.define(f"{macro}_{name.upper()}_ZERO_POINT", c.Name(c.literal_in_sum(head.zero_point))),
        ]
    lines += [c.comment("of all outputs, one behind the other"), c.define(f"{macro}_ANSWER_BYTES", source.values)]
    if source.detector is not None:
        lines += firmware_boxes.contract_lines(source)
    elif source.gives_values and program is None:
        lines += [c.define(f"{macro}_OUTPUTS", len(source.heads)), *firmware_boxes.start_lines(source)]
    if program is not None:
        header = f"{text.prefix(source)}.h"
        given = next(artifact.data for artifact in program if artifact.path == header).decode("ascii")
        known = {words[1] for words in map(str.split, given.splitlines()) if words[:1] == ["#define"]}
        lines = [c.include(header), *(line for line in lines if line.split()[1] not in known)]
    if source.decision is not None:
        lines = [c.include(f"{text.prefix(source)}_decide.h"), *lines]
    return text.header(source, "contract", lines)


def umbrella(source: BundleSource, program: tuple[Artifact, ...] | None) -> str:
    """<id>_model.h: includes all the rest."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    lines = [
        c.comment(f"{source.recipe.name} {source.recipe.version}, made by Espalier"),
        c.define(f"{macro}_VERSION", source.recipe.version),
        c.define(f"{macro}_MODEL_SHA256", hashlib.sha256(source.int8_model).hexdigest()),
        c.define(f"{macro}_PREPARE_STACK_BYTES", prepare_stack(source)),
    ]
    if program is None:
        if source.arena is not None:
            lines += [
                c.comment(
                    f"RAM for TensorFlow Lite Micro, {source.arena.margin_bytes} bytes of margin included"
                ),
                f"#ifndef {macro}_ARENA_BYTES",
                c.define(f"{macro}_ARENA_BYTES", source.arena.arena_bytes),
                "#endif",
            ]
        lines += ["", c.include(f"{name}_model_data.h")]
    parts: tuple[str, ...] = ("contract", "prepare")
    if source.detector or source.decision:
        labels = ("model_labels",) if source.decision is None or source.decision.labels else ()
        parts = ("contract", *labels, "prepare", *(("detect", "frame") if source.detector else ("decide",)))
    parts += ("numbers",) if source.numbers else ()
    parts += painted.painted_parts(source)
    parts += tuple(f"{head}_{part}" for head, alone in source.deciding() for part in _own_parts(alone))
    lines += ["", *(c.include(f"{name}_{part}.h") for part in parts)]
    return text.header(source, "model", lines)




def _own_parts(alone: BundleSource) -> tuple[str, ...]:
    """What the umbrella header includes of one of several outputs."""
    labelled = ("model_labels",) if alone.decision is not None and alone.decision.labels else ()
    return (*labelled, *(("decide",) if alone.decision is not None else ()), *painted.painted_parts(alone))


def golden_source(source: BundleSource, vectors: Sequence[GoldenVector], cases: Sequence[SourceImage]) -> str:
    """<id>_golden.c."""
    name = text.prefix(source)
    lines = [c.include(f"{name}_golden.h"), ""]
    for i, case in enumerate(cases):
        lines.append(c.array(f"case_{i}_rgb", np.frombuffer(case.rgb, np.uint8)))
        lines.append(c.array(f"case_{i}_pixels", np.frombuffer(case.pixels, np.uint8)))
    for i, vector in enumerate(vectors):
        kernels = next(k for k in golden.KERNELS if k in vector.outputs)
        lines.append(c.array(f"vector_{i}_pixels", np.frombuffer(vector.fed, np.uint8)))
        lines.append(c.array(f"vector_{i}_output", np.frombuffer(vector.outputs[kernels], np.int8)))
    lines += firmware_boxes.golden_lines(source, vectors) if source.detector else []
    rows = [f"    {{case_{i}_rgb, case_{i}_pixels, {v.columns}, {v.rows}}}," for i, v in enumerate(cases)]
    lines += [
        "",
        f"const {name}_golden_case {name}_golden_cases[] = {{",
        *(rows or ["    {0, 0, 0, 0},"]),
        "};",
    ]
    lines.append(f"const int32_t {name}_golden_case_count = {len(cases)};")
    rows = [f"    {{vector_{i}_pixels, vector_{i}_output}}," for i in range(len(vectors))]
    if source.detector is not None:
        rows = [firmware_boxes.vector_row(source, i, vector) for i, vector in enumerate(vectors)]
    lines += [
        "",
        f"const {name}_golden_vector {name}_golden_vectors[] = {{",
        *(rows or ["    {0, 0, 0, 0}," if source.detector else "    {0, 0},"]),
        "};",
    ]
    lines.append(f"const int32_t {name}_golden_vector_count = {len(vectors)};")
    return "\n".join([*lines, ""])


def _read_line(source: BundleSource, output: str, head: TensorFacts) -> str:
    """README: how one of several outputs is read."""
    alone = dict(source.deciding()).get(head.name)
    if alone is not None and alone.paints:
        return painted.use_lines(alone).replace("(output,", f"({output},").replace("*)output", f"*){output}")
    if alone is not None:
        own, answer = f"{text.prefix(source)}_{head.name}", answer_of(alone)
        if answer is not None and answer.use:
            used = answer.use.replace("decision", f"{head.name}").replace(f"xmodel_{head.name}", f"{own}_decision")
            return used.replace("xmodel", own).replace("XMODEL", own.upper()).replace("(output,", f"({output},")
        return f"{own}_decision {head.name} = {own}_decide({output});   /* .label, .confidence, .review */\n"
    return f"/* {head.name}: {output}[], value = {head.scale:.9g} * ({output}[i] - {head.zero_point}) */\n"


def program_memory(source: BundleSource) -> str:
    """README: flash and RAM of the compiled program."""
    macro = text.prefix(source).upper()
    arena = f" = {source.arena.arena_bytes} bytes ({source.arena.how})" if source.arena is not None else ""
    return (
        f"RAM: an arena of `{macro}_ARENA_BYTES`{arena}, aligned to `{macro}_ARENA_ALIGNMENT`,\n"
        "from the caller; no heap, no writable statics. The report lists code, constants and stack."
    )


def _proven(source: BundleSource) -> str:
    if source.detector:
        return "prepare and detect run"
    return "prepare and decide run" if source.decision or source.deciding() else "prepare runs"


def _answer_words(source: BundleSource, tflm: bool) -> dict[str, str]:
    """README: what follows the network in C, and about it."""
    name, macro, answer = text.prefix(source), text.prefix(source).upper(), answer_of(source)
    return {
        "DECIDE": firmware_boxes.use_lines(source, output_names(source), tflm)
        if source.detector
        else answer.use.replace("xmodel", name).replace("XMODEL", macro)
        if answer and answer.use
        else f"{name}_decision decision = {name}_decide(output);\n"
        "if (decision.review) ask_a_person(); else act(decision.label);\n"
        if source.decision
        else painted.use_lines(source)
        or "".join(
            _read_line(source, f"(output + {start})" if tflm and start else "output" if tflm else output, head)
            for output, start, head in zip(output_names(source), firmware_boxes.starts(source), source.heads, strict=False)
        ),
        "ANSWER": firmware_boxes.answer_words(source)
        if source.detector
        else answer.told.format(threshold=source.recipe.decision.threshold).replace("xmodel", name)
        if answer and answer.told
        else f"`decide` compares the int8 output with the threshold {source.recipe.decision.threshold:g} as an integer; "
        "confidence is in thousandths."
        if source.decision
        else painted.answer_words(source)
        or f"Outputs: {source.heads_text}; `{name}{'_contract' if tflm else ''}.h` has their "
        + ("places, scales and zero points." if tflm else "sizes, scales and zero points."),
    }


def readme(source: BundleSource, program: tuple[Artifact, ...] | None) -> str:
    """README.md of the bundle."""
    name, macro = text.prefix(source), text.prefix(source).upper()
    vectors, cases = chosen_golden(source)
    tflm = program is None
    memory = tflm_memory(source) if tflm else program_memory(source)
    memory += firmware_boxes.ram_text(source) if source.detector else painted.memory_words(source)
    words = {
        "NAME": source.recipe.name,
        "VERSION": source.recipe.version,
        "TITLE": source.target.title,
        "WHAT": source.what,
        "PROVEN": _proven(source),
        **_answer_words(source, tflm),
        "HEIGHT": str(source.contract.size[0]),
        "WIDTH": str(source.contract.size[1]),
        "CHANNELS": str(source.contract.channels),
        "COLOR": source.contract.color,
        "FORMAT": "BANDS" if source.contract.color == "bands" else "RGB565_BE",
        "FRAME": "all channels of a pixel, then the next" if source.contract.color == "bands" else "a camera frame",
        "RESIZE": source.contract.resize,
        "FIT": source.contract.fit + (f", {source.contract.retouches}" if source.contract.retouches else ""),
        "LIBRARY": text.library_name(source),
        "PACK": f" (`{text.pack_name(source)}`)",
        "PACKFILE": text.pack_name(source),
        "SELFTEST": f"`{name}_selftest()` (its own header) replays {len(cases)} preprocessing cases and\n"
        f"  {len(vectors)} golden vectors"
        if tflm
        else f"`{name}_selftest()` replays golden vectors, `{name}_prepare_test()` (its own header)\n"
        f"  {len(cases)} preprocessing cases",
        "IDF": "; the component manager fetches esp-tflite-micro" if tflm else "",
        "EXAMPLES": "" if tflm else readme_section(source),
        "NUMBERS": use_words(source),
        "SAID": said(source),
        "ID": name,
        "UPPER": macro,
        "RUN": "interpreter.Invoke();                        /* as in examples/@SKETCH@ */".replace("@SKETCH@", source.sketch)
        if tflm
        else f"{name}_run(arena, input,{run_words(source)} {', '.join(output_names(source))});",
        "SKETCH": source.sketch,
        "PREPARE": str(prepare_stack(source)),
        "MEMORY": memory,
    }
    written = (TEMPLATE / "readme.txt").read_text("utf-8")
    for key, value in words.items():
        written = written.replace(f"@{key}@", value)
    return written
