"""The firmware bundle: one tree for every build system, whose C compiles clean and computes the contract."""

from __future__ import annotations

import importlib.util
import io
import json
import random
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from synthetic_source import LABELS, synthetic_source

from espalier.bundle import firmware, firmware_check, firmware_compile, firmware_native, golden
from espalier.bundle.tflm_ops import METHODS, add_methods
from espalier.contract import prepare
from espalier.emit.demand import demand, streamable
from espalier.emit.program import Options, emit
from espalier.emit.selftest import GoldenCase
from espalier.errors import UnsupportedModelError, VerificationError
from espalier.facts import Artifact, BundleSource, OperatorUse
from espalier.graph import reference
from espalier.graph.simplify import simplify
from espalier.graph.types import Graph
from espalier.plan.memory import plan_memory
from espalier.recipe import InputContract
from espalier.recipe_answers import Decision
from espalier.target import load_target
from espalier.task.classify import decision
from espalier.task.types import Task
from espalier.tflite.read import read_tflite

LIBRARY = "toy_parts_model"
needs_gcc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler is installed")


@cache
def mcu_source(target: str = "cortex-m4") -> BundleSource:
    source = msgspec.structs.replace(synthetic_source(), target=load_target(target))
    return msgspec.structs.replace(source, arena=firmware.arena_bound(source.int8_model, source.target))


def named(source: BundleSource, name: str) -> BundleSource:
    return msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, name=name))


def with_contract(contract: InputContract, threshold: float = 0.6) -> BundleSource:
    """As mcu_source with another contract; prepare and decide do not care that the model no longer fits."""
    source = mcu_source()
    recipe = msgspec.structs.replace(source.recipe, input=contract, decision=Decision(threshold=threshold))
    return msgspec.structs.replace(
        source,
        recipe=recipe,
        golden=(),
        contract_cases=golden.contract_cases(contract, seed=3),
        decision=decision(Task(labels=source.labels), (source.output,), threshold),
    )


def least(source: BundleSource) -> int:
    assert source.decision is not None
    return source.decision.numbers["THRESHOLD"]


def write(files: Sequence[Artifact], folder: Path) -> Path:
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(firmware.contents(mcu_source()), tmp_path_factory.mktemp("firmware"))


def test_equal_sources_give_equal_bytes() -> None:
    assert firmware.contents(msgspec.structs.replace(mcu_source())) == firmware.contents(mcu_source())


def test_the_tree_is_a_library_of_six_build_systems(bundle: Path) -> None:
    for path in (
        "library.properties", "library.json", "idf_component.yml", "CMakeLists.txt", "zephyr/module.yml",
        "zephyr/Kconfig", "zephyr/CMakeLists.txt", f"Espalier.{LIBRARY}.pdsc", "LICENSE",
        "examples/classify/classify.ino", "src/toy_parts_model.h", "src/toy_parts_model_data.c",
    ):  # fmt: skip
        assert (bundle / LIBRARY / path).is_file(), path
    with zipfile.ZipFile(io.BytesIO((bundle / f"Espalier.{LIBRARY}.1.2.3.pack").read_bytes())) as pack:
        inside = {name: pack.read(name) for name in pack.namelist()}
    tree = {
        str(p.relative_to(bundle / LIBRARY)): p.read_bytes()
        for p in (bundle / LIBRARY).rglob("*")
        if p.is_file()
    }
    assert inside == tree


def test_nothing_in_the_tree_still_has_the_templates_name(bundle: Path) -> None:
    for path in bundle.rglob("*"):
        if path.is_file() and path.suffix in (".c", ".h", ".ino", ".txt", ".json", ".md", ".yml"):
            assert b"xmodel" not in path.read_bytes().lower(), path
    assert "@" not in (bundle / "README.md").read_text()


def test_the_checks_pass_and_name_what_did_not_run(bundle: Path) -> None:
    checks = firmware.check(bundle, mcu_source(), thorough=True)
    found = {check.name: check.result for check in checks}
    assert "failed" not in found.values(), [c for c in checks if c.result == "failed"]
    assert found["build system files"] == "passed"
    assert found["prepare and decide equal the build machine's answers"] == "passed"
    assert found["C compiles without a warning for the target's core"] == "passed"
    assert found["built by ESP-IDF"] == "not run"
    assert all(check.why for check in checks if check.result == "not run")


def test_a_target_without_gcc_flags_is_compiled_by_zig(tmp_path: Path) -> None:
    source = mcu_source("esp32-s3")
    bare = msgspec.structs.replace(source.target.compiler, gcc_flags=())
    source = msgspec.structs.replace(source, target=msgspec.structs.replace(source.target, compiler=bare))
    folder = write(firmware.contents(source), tmp_path)
    found = {check.name: check for check in firmware.check(folder, source)}
    check = found["C compiles without a warning for the target's core"]
    assert check.result == "passed"
    assert "aligned to 16" in check.why
    assert found["C compiles without a warning with the vendor's usual compiler"].result == "not run"


@pytest.mark.parametrize(
    ("target", "beginning"), [("cortex-m4", "arm-none-eabi"), ("esp32-c3", "riscv"), ("esp32-s3", "xtensa")]
)
def test_the_vendors_compiler_is_one_for_the_targets_architecture(target: str, beginning: str | None) -> None:
    names = firmware_compile.vendor_gccs(load_target(target))
    assert all(name.startswith(str(beginning)) for name in names)
    assert bool(names) == (beginning is not None)


def test_a_risc_v_target_is_not_given_to_an_arm_compiler(tmp_path: Path) -> None:
    source = mcu_source("esp32-c3")
    folder = write(firmware.contents(source), tmp_path)
    assert not [c for c in firmware.check(folder, source, thorough=True) if c.result == "failed"]


CONTRACTS = [
    InputContract(size=(9, 13), color=color, resize=resize, fit=fit)
    for color, resize, fit in (
        ("rgb", "nearest", "stretch"), ("gray", "nearest", "crop"), ("bgr", "nearest", "pad"),
        ("gray", "bilinear", "stretch"), ("rgb", "bilinear", "crop"), ("bgr", "bilinear", "pad"),
        ("bgr", "bicubic", "stretch"), ("gray", "bicubic", "crop"), ("rgb", "bicubic", "pad"),
        ("gray", "area", "pad"), ("bgr", "area", "crop"), ("rgb", "area", "stretch"),
    )
]  # fmt: skip


@needs_gcc
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: f"{c.color}-{c.resize}-{c.fit}")
def test_prepare_in_c_gives_the_builds_bytes(contract: InputContract, tmp_path: Path) -> None:
    source = with_contract(contract)
    chance = random.Random(contract.resize + contract.fit)
    cases = list(source.contract_cases)
    for _ in range(12):
        rows, columns = chance.randint(1, 60), chance.randint(1, 60)
        image = np.random.default_rng(chance.randint(0, 999)).integers(0, 256, (rows, columns, 3), np.uint8)
        image[image < 60] = 0
        image[image > 190] = 255
        expected = prepare(image, contract).tobytes()
        cases.append(
            type(cases[0])(
                name=f"{rows}x{columns}", rows=rows, columns=columns, rgb=image.tobytes(), pixels=expected
            )
        )
    source = msgspec.structs.replace(source, contract_cases=tuple(cases))
    folder = write(firmware.contents(source), tmp_path)
    check = firmware_native.run_native(folder / LIBRARY, source, tmp_path / "work")
    assert check.result == "passed", check.why


@needs_gcc
@pytest.mark.parametrize(("resize", "fit"), [("bilinear", "crop"), ("bicubic", "pad"), ("area", "stretch"), ("nearest", "crop")])
@pytest.mark.parametrize("bands", [2, 5])
def test_prepare_in_c_takes_the_bands_of_an_array(bands: int, resize: Any, fit: Any, tmp_path: Path) -> None:
    contract = InputContract(size=(9, 13), color="bands", bands=bands, resize=resize, fit=fit)
    source = with_contract(contract)
    folder = write(firmware.contents(source), tmp_path)
    check = firmware_native.run_native(folder / LIBRARY, source, tmp_path / "work")
    assert check.result == "passed" and "in 1 pixel formats" in check.why, check.why
    header = (folder / LIBRARY / "src/toy_parts_prepare.h").read_text()
    assert "toy_parts_prepare_bands" in header
    assert "_BANDS}" in (folder / "README.md").read_text()


@needs_gcc
@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.6, 0.999, 1.0])
def test_the_integer_threshold_is_the_recipes(threshold: float, tmp_path: Path) -> None:
    source = with_contract(InputContract(size=(4, 4)), threshold)
    units = least(source)
    for q in range(-128, 128):
        assert (q < units) == (source.output.scale * (q - source.output.zero_point) < threshold)
    folder = write(firmware.contents(source), tmp_path)
    assert firmware_native.run_native(folder / LIBRARY, source, tmp_path / "work").result == "passed"


@needs_gcc
def test_a_wrong_preparation_is_found(tmp_path: Path) -> None:
    source = mcu_source()
    folder = write(firmware.contents(source), tmp_path)
    path = folder / LIBRARY / "src" / "toy_parts_prepare.c"
    path.write_text(path.read_text().replace("sum + total / 2", "sum"))
    check = firmware_native.run_native(folder / LIBRARY, source, tmp_path / "work")
    assert check.result == "failed" and "prepare of" in check.why
    path = folder / LIBRARY / "src" / "toy_parts_decide.h"
    path.write_text(path.read_text().replace(f"THRESHOLD {least(source)}", "THRESHOLD 3"))
    other = write(firmware.contents(source), tmp_path / "other")
    shutil.copy(path, other / LIBRARY / "src")
    check = firmware_native.run_native(other / LIBRARY, source, tmp_path / "work2")
    assert check.result == "failed" and "decide of" in check.why


@needs_gcc
def test_the_self_test_runs_on_its_own_answers_and_finds_wrong_ones(tmp_path: Path) -> None:
    source = mcu_source()
    folder = write(firmware.contents(source), tmp_path) / LIBRARY / "src"
    (tmp_path / "main.c").write_text(
        '#include "toy_parts_model.h"\n#include "toy_parts_selftest.h"\n#include "toy_parts_golden.h"\n'
        "#include <stdio.h>\nstatic int turn, calls;\n"
        "static int run(const int8_t *input, int8_t *output, void *context) {\n"
        "  int i;\n  (void)input; (void)context;\n"
        "  for (i = 0; i < TOY_PARTS_CLASSES; i++)\n"
        "    output[i] = toy_parts_golden_vectors[calls].output[(i + turn) % TOY_PARTS_CLASSES];\n"
        "  calls++;\n  return turn == 2;\n}\n"
        "int main(void) {\n  static int8_t input[TOY_PARTS_INPUT_BYTES], output[TOY_PARTS_CLASSES];\n"
        "  toy_parts_selftest_result r;\n"
        "  for (turn = 0; turn < 3; turn++) {\n    calls = 0;\n"
        '    printf("%d ", toy_parts_selftest(run, 0, input, output, &r));\n'
        '    printf("%d %d %d %d %d %d\\n", r.cases, r.cases_wrong, r.vectors, r.vectors_failed,\n'
        "           r.labels_wrong,\n"
        "           r.largest_difference);\n  }\n  return 0;\n}\n"
    )
    flags = ["cc", *firmware_compile.WARNINGS, f"-I{folder}", "-o", tmp_path / "run", tmp_path / "main.c"]
    subprocess.run([*flags, *(p for p in sorted(folder.glob("*.c")))], check=True)
    lines = subprocess.run([tmp_path / "run"], capture_output=True, text=True, check=True).stdout.splitlines()
    good, wrong, broken = ([int(word) for word in line.split()] for line in lines)
    cases, vectors = len(source.contract_cases), len(source.golden)
    assert good == [1, cases, 0, vectors, 0, 0, 0]
    assert wrong[0] == 0 and wrong[5] == vectors and wrong[6] > 0
    assert broken == [0, cases, 0, vectors, vectors, 0, 0]


def test_hostile_labels_become_harmless_c(bundle: Path) -> None:
    text = (bundle / LIBRARY / "src" / "toy_parts_model_labels.c").read_text("ascii")
    assert text.count("\n    ") == len(LABELS)
    assert '"scratch \\042deep\\042"' in text


def test_the_operator_list_is_exact() -> None:
    header = firmware.resolver_header(mcu_source())
    assert "MicroMutableOpResolver<2>" in header
    assert "AddFullyConnected(REGISTRATION(FULLY_CONNECTED))" in header
    assert "AddSoftmax(REGISTRATION(SOFTMAX))" in header
    assert METHODS["conv_2d"] == "AddConv2D" and METHODS["unidirectional_sequence_lstm"].endswith("LSTM")
    assert add_methods(["softmax", "add", "softmax"]) == [("add", "AddAdd"), ("softmax", "AddSoftmax")]


def test_an_operator_that_tflm_lacks_is_refused() -> None:
    uses = (*mcu_source().operators, OperatorUse(name="gelu", version=1, count=1))
    with pytest.raises(UnsupportedModelError, match="gelu"):
        firmware.contents(msgspec.structs.replace(mcu_source(), operators=uses))


def test_a_model_with_other_ends_than_int8_is_refused() -> None:
    facts = msgspec.structs.replace(mcu_source().input, dtype="int16")
    with pytest.raises(UnsupportedModelError, match="int16"):
        firmware.contents(msgspec.structs.replace(mcu_source(), input=facts))


@cache
def compiled_program(name: str = "") -> tuple[Artifact, ...]:
    source = named(mcu_source(), name) if name else mcu_source()
    graph, _ = simplify(read_tflite(source.int8_model, name=source.recipe.name))
    needs = partial(demand, optimize="speed")
    plan = plan_memory(graph, optimize="speed", demand=needs, streamable=streamable)
    cases = tuple(
        GoldenCase(input=bytes(b ^ 0x80 for b in v.pixels), output=reference_run(graph, v.pixels))
        for v in source.golden
    )
    options = Options(decision=source.decision, golden=cases)
    return tuple(Artifact(path=p, data=d) for p, d in emit(graph, plan, source.recipe.name, options))


def reference_run(graph: Graph, pixels: bytes) -> bytes:
    given = (np.frombuffer(pixels, np.uint8) ^ np.uint8(0x80)).view(np.int8)
    (output,) = reference.run(graph, [given.reshape(graph.tensors[graph.inputs[0]].shape)])
    return output.astype(np.int8).tobytes()


def test_a_compiled_program_takes_the_place_of_the_interpreter(tmp_path: Path) -> None:
    source = mcu_source()
    folder = write(firmware.contents(source, compiled_program()), tmp_path)
    names = {path.name for path in (folder / LIBRARY / "src").iterdir()}
    assert {artifact.path for artifact in compiled_program()} <= names
    assert {"toy_parts_prepare.c", "toy_parts_prepare_test.c", "toy_parts_model.h"} <= names
    assert not {"toy_parts_model_data.c", "toy_parts_op_resolver.h"} & names
    for path in ("idf_component.yml", "zephyr/Kconfig", "CMakeLists.txt", f"Espalier.{LIBRARY}.pdsc"):
        text = (folder / LIBRARY / path).read_text().lower()
        assert "tflite" not in text and "tensorflow" not in text
    assert "toy_parts_run(" in (folder / "README.md").read_text()
    checks = firmware.check(folder, source, thorough=True)
    assert not [check for check in checks if check.result == "failed"]
    assert {c.name: c.result for c in checks}[
        "prepare and decide equal the build machine's answers"
    ] == "passed"


@pytest.mark.parametrize("name", ["test", "string", "stdint"])
def test_a_library_with_the_name_of_a_header_or_of_an_own_function_passes_every_check(
    name: str, tmp_path: Path
) -> None:
    source = mcu_source()
    source = msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, name=name))
    folder = write(firmware.contents(source), tmp_path)
    assert not [check for check in firmware.check(folder, source, thorough=True) if check.result == "failed"]


@needs_gcc
def test_prepare_takes_the_usual_formats_by_name(tmp_path: Path) -> None:
    folder = write(firmware.contents(mcu_source()), tmp_path) / LIBRARY / "src"
    calls = {
        "rgb888": ("RGB888", 3),
        "rgb565": ("RGB565_LE", 2),
        "gray": ("GRAY8", 1),
        "yuv422": ("YUYV422", 2),
    }
    lines = [
        "  static uint8_t pixels[6 * 4 * 3];",
        "  static int8_t one[TOY_PARTS_INPUT_BYTES], other[TOY_PARTS_INPUT_BYTES];",
        "  unsigned i;",
        "  for (i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(i * 37u);",
    ]
    for call, (kind, size) in calls.items():
        lines += [
            f"  {{ toy_parts_image image = {{pixels, 5, 4, {6 * size}, TOY_PARTS_{kind}}};",
            f"    const int32_t width = {6 if call == 'yuv422' else 5};",
            "    image.width = width;",
            "    if (toy_parts_prepare(&image, one) != 0) return 1;",
            f"    if (toy_parts_prepare_{call}(pixels, width, 4, {6 * size}, other) != 0) return 2;",
            "    if (memcmp(one, other, sizeof one) != 0) return 3;",
            f"    if (toy_parts_prepare_{call}(pixels, 0, 4, 0, other) != -1) return 4; }}",
        ]
    (tmp_path / "main.c").write_text(
        "#include <string.h>\n" + '#include "toy_parts_prepare.h"\n#include "toy_parts_contract.h"\n'
        "int main(void) {\n" + "\n".join(lines) + "\n  return 0;\n}\n"
    )
    flags = ["cc", *firmware_compile.WARNINGS, f"-I{folder}", "-o", tmp_path / "run", tmp_path / "main.c"]
    subprocess.run([*flags, folder / "toy_parts_prepare.c"], check=True)
    assert subprocess.run([tmp_path / "run"], check=False).returncode == 0


@needs_gcc
def test_the_compiled_library_proves_itself_on_this_machine(tmp_path: Path) -> None:
    source = mcu_source()
    folder = write(firmware.contents(source, compiled_program()), tmp_path) / LIBRARY / "src"
    (tmp_path / "main.c").write_text(
        '#include "toy_parts_model.h"\n#include "toy_parts_prepare_test.h"\n'
        "int main(void) {\n  static int64_t arena[TOY_PARTS_ARENA_BYTES / 8 + 1];\n"
        "  static int8_t input[TOY_PARTS_INPUT_BYTES], output[TOY_PARTS_CLASSES];\n"
        "  toy_parts_prepare_test_result result;\n"
        "  if (toy_parts_selftest(arena, output) != TOY_PARTS_OK) return 1;\n"
        "  if (!toy_parts_prepare_test(0, 0, input, output, &result)) return 2;\n"
        f"  return result.cases == {len(source.contract_cases)} && result.vectors == 0 ? 0 : 3;\n}}\n"
    )
    flags = ["cc", *firmware_compile.WARNINGS, f"-I{folder}", "-o", tmp_path / "run", tmp_path / "main.c"]
    subprocess.run([*flags, *sorted(folder.glob("*.c"))], check=True)
    assert subprocess.run([tmp_path / "run"], check=False).returncode == 0


@pytest.mark.parametrize(
    ("path", "old", "new", "sentence"),
    [
        ("library.properties", "name=toy", "name=Arduino toy", "the name"),
        ("library.properties", "version=1.2.3", "version=1.2", "the version"),
        ("library.properties", "url=", "adress=", "a field is missing"),
        ("library.properties", "includes=toy", "includes=joy", "header is missing"),
        ("library.json", '"version": "1.2.3"', '"version": "x"', "library.json: the version"),
        ("idf_component.yml", '"1.2.3"', '"1.0"', "idf_component.yml"),
        (f"Espalier.{LIBRARY}.pdsc", "src/toy_parts_decide.c", "src/gone.c", "does not exist"),
        ("CMakeLists.txt", "src/toy_parts_decide.c", "src/gone.c", "is missing"),
    ],
)
def test_a_broken_manifest_is_found(
    bundle: Path, tmp_path: Path, path: str, old: str, new: str, sentence: str
) -> None:
    shutil.copytree(bundle / LIBRARY, tmp_path / LIBRARY)
    file = tmp_path / LIBRARY / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(VerificationError, match=sentence):
        firmware_check.check_build_files(tmp_path / LIBRARY)


def test_absent_compilers_are_named(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(firmware_check.importlib.util, "find_spec", lambda name: None)
    found = {check.name: check for check in firmware.check(bundle, mcu_source(), thorough=True)}
    ran = {name for name, check in found.items() if check.result != "not run"}
    assert ran == {"build system files"}


def test_a_warning_fails_the_check(bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(bundle, tmp_path / "b")
    path = tmp_path / "b" / LIBRARY / "src" / "toy_parts_decide.c"
    path.write_text(path.read_text() + "static int unused(void) { return 1; }\n")
    results = [c.result for c in firmware.check(tmp_path / "b", mcu_source()) if "compiles" in c.name]
    assert "failed" in results


def test_a_model_array_that_is_writable_or_misaligned_is_found(tmp_path: Path) -> None:
    zig = firmware_compile.zig()
    if zig is None:
        pytest.skip("ziglang is not installed")
    facts = mcu_source().target.compiler
    assert facts is not None
    length = len(mcu_source().int8_model)
    (tmp_path / "toy_parts_model_data.c").write_text(
        f"unsigned char g_toy_parts_model_data[{length}] = {{1}};\n"
    )
    flags = ["-target", facts.zig_target, f"-mcpu={facts.zig_cpu}", "-c", "toy_parts_model_data.c"]
    firmware_compile.compile_c(zig, flags, tmp_path)
    with pytest.raises(VerificationError, match=r"\.data"):
        firmware_compile.check_model_array(tmp_path, mcu_source())
    data = (tmp_path / "toy_parts_model_data.o").read_bytes()
    with pytest.raises(VerificationError, match="no symbol"):
        firmware_compile.find_symbol(data, "nothing")
    with pytest.raises(VerificationError, match="ELF"):
        firmware_compile.find_symbol(b"\x7fELF\x02\x01", "x")


def test_answers_that_end_too_early_are_found() -> None:
    source = mcu_source()
    outputs = [np.array([1, 2, 3], np.int8)]
    right = struct.pack("<3i", 2, round(1000 * 131 / 256), 1)
    firmware_native.compare(right, [], outputs, source)
    for wrong in (b"", struct.pack("<3i", 2, 100, 1), struct.pack("<3i", 1, 512, 1)):
        with pytest.raises(VerificationError):
            firmware_native.compare(wrong, [], outputs, source)


def test_the_manifests_are_plain_json_and_properties(bundle: Path) -> None:
    data = json.loads((bundle / LIBRARY / "library.json").read_text())
    assert data["name"] == LIBRARY and data["version"] == "1.2.3"
    lines = (bundle / LIBRARY / "library.properties").read_text().splitlines()
    assert len({line.split("=")[0] for line in lines}) == len(lines) == 10


def test_golden_data_fits_its_budget_but_is_never_empty() -> None:
    source = mcu_source()
    large = golden.contract_cases(InputContract(size=(96, 96)))
    vectors, cases = firmware.chosen_golden(msgspec.structs.replace(source, contract_cases=large))
    assert len(vectors) == len(source.golden)
    assert 1 <= len(cases) < len(large)
    assert "{0, 0}" in firmware.golden_source(source, [], [])


needs_tflm = pytest.mark.skipif(
    importlib.util.find_spec("tflite_micro") is None or importlib.util.find_spec("yaml") is None,
    reason="tflite-micro and PyYAML are not installed",
)


@needs_tflm
def test_the_model_runs_in_tflm_itself(tmp_path: Path) -> None:
    check = firmware_check.in_tflm(mcu_source(), tmp_path)
    assert check.result == "passed", check.why
    assert check.why.startswith("3 vectors, bytes")


@needs_tflm
def test_another_answer_a_small_arena_or_a_broken_model_fail_in_tflm(tmp_path: Path) -> None:
    source = mcu_source()
    assert source.arena is not None
    first = source.golden[0]
    turned = msgspec.structs.replace(first, outputs={k: v[1:] + v[:1] for k, v in first.outputs.items()})
    for number, (changed, said) in enumerate(
        (
            (msgspec.structs.replace(source, golden=(turned,)), "another label"),
            (
                msgspec.structs.replace(source, arena=msgspec.structs.replace(source.arena, arena_bytes=64)),
                "bound is 64",
            ),
            (msgspec.structs.replace(source, int8_model=b"TFL3"), ""),
        )
    ):
        check = firmware_check.in_tflm(changed, tmp_path / str(number))
        assert check.result == "failed"
        assert said in check.why and check.why


def test_without_the_package_tflm_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(firmware_check.importlib.util, "find_spec", lambda name: None)
    assert firmware_check.in_tflm(mcu_source(), tmp_path).result == "not run"


@pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")
@pytest.mark.parametrize("resize", ["nearest", "bilinear", "bicubic", "area"])
def test_prepare_takes_no_more_stack_than_the_header_says(resize: str, tmp_path: Path) -> None:
    source = with_contract(InputContract(size=(96, 96), resize=resize, fit="crop"))  # type: ignore[arg-type]
    folder = write(firmware.contents(source), tmp_path) / LIBRARY / "src"
    command = [
        "arm-none-eabi-gcc",
        "-mcpu=cortex-m4",
        "-mthumb",
        "-O2",
        "-fstack-usage",
        "-c",
        "-o",
        tmp_path / "p.o",
    ]
    subprocess.run([*command, folder / "toy_parts_prepare.c"], check=True)
    taken = sum(int(line.split("\t")[1]) for line in (tmp_path / "p.su").read_text().splitlines())
    assert taken <= firmware.prepare_stack(source)


@pytest.mark.skipif(shutil.which("xtensa-lx106-elf-gcc") is None, reason="gcc-xtensa-lx106 is not installed")
def test_the_c_of_an_xtensa_target_compiles_without_a_warning_and_says_with_which_compiler(tmp_path: Path) -> None:
    source = mcu_source("esp32-s3")
    folder = write(firmware.contents(source), tmp_path)
    found = {check.name: check for check in firmware.check(folder, source)}
    check = found["C compiles without a warning with the vendor's usual compiler"]
    assert (check.tool, check.result) == ("xtensa-lx106-elf-gcc", "passed"), check.why


def test_zephyr_selects_tensorflow_lite_micro_or_stops_and_never_leaves_the_model_out() -> None:
    files = {a.path.split("/", 1)[-1]: a.data.decode() for a in firmware.contents(mcu_source()) if "/zephyr/" in a.path}
    assert "select TENSORFLOW_LITE_MICRO" in files["zephyr/Kconfig"]
    assert "depends on" not in files["zephyr/Kconfig"]
    assert "FATAL_ERROR" in files["zephyr/CMakeLists.txt"]
