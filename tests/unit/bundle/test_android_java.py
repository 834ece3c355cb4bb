"""The Java classes of the Android library: the contract bit by bit, no compiler needed, one set per model."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from synthetic_source import LABELS, synthetic_source

from espalier.bundle import android
from espalier.bundle.android_layout import java_package
from espalier.bundle.archive import Entry, read_zip, zip_bytes
from espalier.bundle.java import class_file, compile, specialise
from espalier.bundle.java.compile import compile_java, template_jar
from espalier.contract import prepare
from espalier.errors import BugError, ToolMissingError, UnsupportedModelError, VerificationError
from espalier.load.decode import to_rgb
from espalier.recipe import InputContract

needs_jdk = pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
HERE = Path(__file__).parent
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def constants(**changes: object) -> specialise.Constants:
    return msgspec.structs.replace(android.java_constants(synthetic_source()), **changes)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template and the driver, compiled together: package-private methods can be asked, too."""
    folder = tmp_path_factory.mktemp("driver")
    sources = {f"{name}.java": text.encode() for name, text in specialise.template_sources().items()}
    sources["JavaDriver.java"] = (HERE / "JavaDriver.java").read_bytes()
    made = compile_java(sources)
    jar = folder / "driver.jar"
    jar.write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in made.items()))
    return jar


def ask(driver: Path, questions: list[bytes]) -> bytes:
    given = struct.pack(">i", len(questions)) + b"".join(questions)
    command = [*JAVA, "-cp", str(driver), f"{specialise.PACKAGE}.JavaDriver"]
    return subprocess.run(command, input=given, capture_output=True, check=True, timeout=60).stdout


def text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode()


def packed(image: NDArray[np.uint8]) -> bytes:
    """An RGB or RGBA image as the driver reads it."""
    wide = image.astype(np.uint32)
    alpha = wide[..., 3] if image.shape[2] == 4 else np.uint32(255)
    argb = (alpha << 24) | (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]
    return struct.pack(">ii", image.shape[1], image.shape[0]) + argb.astype(">u4").tobytes()


def prepare_question(image: NDArray[np.uint8], contract: InputContract) -> bytes:
    words = text(contract.color) + text(contract.resize) + text(contract.fit)
    return text("prepare") + packed(image) + struct.pack(">ii", *contract.size) + words


def bands_question(image: NDArray[np.uint8], contract: InputContract) -> bytes:
    head = struct.pack(">5i", image.shape[1], image.shape[0], *contract.size, contract.bands)
    return text("bands") + head + image.tobytes() + text(contract.resize) + text(contract.fit)


def random_cases(count: int, side: int, seed: int) -> list[tuple[NDArray[np.uint8], InputContract]]:
    random = np.random.default_rng(seed)
    cases = []
    for number in range(count):
        rows, columns, height, width = (int(n) for n in random.integers(1, side, 4))
        if number % 7 == 0:
            height = rows
        image = random.integers(0, 256, (rows, columns, 3), np.uint8)
        image[random.random(image.shape) < 0.3] = random.choice([0, 255])
        contract = InputContract(
            size=(height, width),
            color=("rgb", "bgr", "gray")[number % 3],
            resize=("nearest", "bilinear", "bicubic", "area")[number // 3 % 4],
            fit=("stretch", "crop", "pad")[number // 12 % 3],
        )
        cases.append((image, contract))
    return cases


def assert_java_equals_the_contract(
    driver: Path, cases: list[tuple[NDArray[np.uint8], InputContract]]
) -> None:
    answers = ask(driver, [prepare_question(image, contract) for image, contract in cases])
    at = 0
    for image, contract in cases:
        wanted = prepare(image, contract).tobytes()
        assert answers[at : at + len(wanted)] == wanted, (image.shape, contract)
        at += len(wanted)
    assert at == len(answers)


@needs_jdk
def test_java_prepares_the_same_bytes_as_the_contract_in_every_mode(driver: Path) -> None:
    cases = random_cases(720, 24, seed=1)
    cases += [
        (
            np.random.default_rng(9).integers(0, 256, (301, 467, 3), np.uint8),
            InputContract(size=(96, 96), resize=mode),
        )
        for mode in ("nearest", "bilinear", "bicubic", "area")
    ]
    assert_java_equals_the_contract(driver, cases)


@needs_jdk
def test_java_prepares_arrays_of_several_bands_as_the_contract_does(driver: Path) -> None:
    random = np.random.default_rng(8)
    cases = []
    for number in range(120):
        rows, columns, height, width = (int(n) for n in random.integers(1, 24, 4))
        contract = InputContract(
            size=(height, width),
            color="bands",
            bands=(1, 2, 5, 16)[number % 4],
            resize=("nearest", "bilinear", "bicubic", "area")[number // 4 % 4],
            fit=("stretch", "crop", "pad")[number // 16 % 3],
        )
        cases.append((random.integers(0, 256, (rows, columns, contract.bands), np.uint8), contract))
    answers = ask(driver, [bands_question(image, contract) for image, contract in cases])
    assert answers == b"".join(prepare(image, contract).tobytes() for image, contract in cases)


@pytest.mark.sweep
@needs_jdk
def test_java_prepares_the_same_bytes_as_the_contract_on_many_sizes(driver: Path) -> None:
    for seed in range(20):
        assert_java_equals_the_contract(driver, random_cases(720, 120, seed=100 + seed))


@needs_jdk
def test_java_prepares_the_largest_sizes_without_overflow(driver: Path) -> None:
    line = np.random.default_rng(2).integers(0, 256, (1, 20_000, 3), np.uint8)
    column = np.random.default_rng(3).integers(0, 256, (20_000, 1, 3), np.uint8)
    cases = [
        (image, InputContract(size=size, resize=resize))
        for image in (line, column)
        for resize in ("bilinear", "bicubic", "area")
        for size in ((2, 2048), (2048, 2))
    ]
    assert_java_equals_the_contract(driver, cases)


@needs_jdk
def test_java_puts_transparent_images_on_black_as_the_build_does(driver: Path) -> None:
    image = np.random.default_rng(5).integers(0, 256, (19, 17, 4), np.uint8)
    contract = InputContract(size=(19, 17), color="bgr")
    wanted = prepare(to_rgb(Image.fromarray(image, "RGBA")), contract).tobytes()
    assert ask(driver, [prepare_question(image, contract)]) == wanted


@needs_jdk
def test_java_rotates_clockwise(driver: Path) -> None:
    image = np.random.default_rng(4).integers(0, 256, (3, 5, 3), np.uint8)
    angles = (0, 90, 180, 270, -90, 450)
    answers = ask(driver, [text("rotate") + packed(image) + struct.pack(">i", angle) for angle in angles])
    turned = np.frombuffer(answers, ">u4").reshape(len(angles), 15)
    for angle, found in zip(angles, turned, strict=True):
        wanted = np.rot90(image, -angle // 90)
        assert (found >> 16 & 0xFF).reshape(wanted.shape[:2]).tolist() == wanted[..., 0].tolist(), angle


@needs_jdk
def test_decisions_refusals_and_self_test_of_a_specialised_library(tmp_path: Path) -> None:
    source = synthetic_source()
    package = java_package(source)
    jars = {a.path: a.data for a in android.contents(source) if a.path.endswith((".aar", "-selftest.jar"))}
    names = []
    for path, data in jars.items():
        inner = read_zip(data).get("classes.jar", data)
        names.append(tmp_path / path.rsplit("/", 1)[1])
        names[-1].write_bytes(inner)
    text_of = (HERE / "JavaDriver.java").read_text().replace(specialise.PACKAGE, package)
    class_path = ":".join(map(str, names))
    (tmp_path / "JavaDriver.java").write_text(text_of)
    subprocess.run(
        ["javac", "-cp", class_path, "-d", tmp_path / "out", tmp_path / "JavaDriver.java"],
        check=True,
        timeout=60,
    )
    known = [bytes(byte ^ 0x80 for byte in vector.outputs["reference"]).hex() for vector in source.golden]
    command = [*JAVA, "-Dfile.encoding=UTF-8", "-cp", f"{class_path}:{tmp_path / 'out'}"]
    command += [f"{package}.JavaDriver$Facts", *known]
    lines = subprocess.run(
        command, capture_output=True, check=True, timeout=60, encoding="utf-8"
    ).stdout.splitlines()
    assert lines[:10] == [
        'scratch "deep" 0.781',
        'scratch "deep" 0.750',
        "0",
        "[0.0, 0.99609375, 0.25]",
        "the output has 2 bytes, the model has 3 classes",
        "an image of 2 x 3 does not have 5 pixels",
        "every pixel is transparent: opaque pixels are 0xffRRGGBB",
        "45 degrees is not a multiple of 90",
        "48",
        "3",
    ]
    assert lines[10] == "passed: 7 preprocessing cases, 16 camera frames, 3 model vectors, largest difference 0"
    assert lines[11].startswith("FAILED [vector 0 is 1 away from every recorded kernel set, vector 1 is 1")
    assert lines[12].startswith("passed: 7 preprocessing cases, 16 camera frames, 3 model vectors, largest difference 1")
    assert lines[13] == "3"


@needs_jdk
def test_the_shipped_classes_are_what_the_sources_compile_to() -> None:
    sources = {f"{name}.java": text.encode() for name, text in specialise.template_sources().items()}
    made, shipped = read_zip(template_jar(sources)), specialise.compiled_template()
    assert made.keys() == shipped.keys()
    version = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=True).stdout
    if version.startswith("javac 17."):
        assert made == shipped, "run `python -m espalier.bundle.java.compile`"
        retouched = specialise.compiled_template(retouched=True)
        assert shipped | read_zip(compile.retouch_jar()) == retouched, "run `python -m espalier.bundle.java.compile`"
        numbered = specialise.compiled_template(numbered=True)
        assert shipped | read_zip(compile.numbered_jar()) == numbered, "run `python -m espalier.bundle.java.compile`"
    else:
        pytest.skip(
            f"template.jar was made by javac 17; another compiler may order constants differently: {version}"
        )


@needs_jdk
def test_specialised_classes_disassemble_like_the_compiled_specialised_sources(tmp_path: Path) -> None:
    """Same methods, same constants: javac may only choose shorter instructions for small numbers."""
    shipped, compiled = specialise.classes(constants()), compile_java(specialise.sources(constants()))
    assert shipped.keys() == compiled.keys()
    printed = []
    for name, files in (("shipped", shipped), ("compiled", compiled)):
        jar = tmp_path / f"{name}.jar"
        jar.write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in files.items()))
        classes = [path.removesuffix(".class").replace("/", ".") for path in files]
        command = ["javap", "-c", "-p", "-constants", "-cp", str(jar), *classes]
        lines = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
        printed.append([plain for line in lines.splitlines() if (plain := plain_instruction(line))])
    assert printed[0] == printed[1]


def plain_instruction(line: str) -> str:
    """A line of javap -c without positions and pool numbers, pushes of numbers alike."""
    line = re.sub(r"^\s+\d+: ", "", re.sub(r"#\d+(,\s+\d+)?", "", line))
    if "any" in line.split() or re.fullmatch(r"\s*\d+\s+\d+\s+\d+.*", line):
        return ""
    line = re.sub(r"\b(goto|if\w+)\s+\d+", r"\1", line)
    line = re.sub(r"(iconst_|[bs]ipush\s+|ldc\s+// int )(m?\d+)", r"push \2", line)
    line = re.sub(r"(dconst_|ldc2_w\s+// double )(\d)(\.0d)?$", r"push \2.0d", line.strip())
    return re.sub(r"\s+", " ", line)


def test_no_stand_in_of_the_template_remains() -> None:
    for path, data in specialise.classes(constants()).items():
        assert b"template_name" not in data and not re.search(rb"@[a-z]+[a-z0-9-]*@", data), path
        for value in specialise.NUMBER_KEYS.values():
            assert struct.pack(">i", value) not in data and str(value).encode() not in data, path
        for real in specialise.REAL_KEYS.values():
            assert struct.pack(">d", real) not in data, path
    for path, source in specialise.sources(constants()).items():
        assert b"template_name" not in source and b"0x4553" not in source and b"e-301" not in source, path
        assert not re.search(rb'"@[a-z0-9-]+@"', source), path


def test_every_stand_in_of_the_template_is_known() -> None:
    everything = "".join(specialise.template_sources().values())
    assert set(re.findall(r"0x4553\w+", everything)) == {
        f"0x{v:08x}" for v in (*specialise.NUMBER_KEYS.values(), *specialise.DECISION_KEYS.values())
    }
    assert set(re.findall(r"\d\.\de-301", everything)) == {repr(v) for v in specialise.REAL_KEYS.values()}
    named = {f"@{name}@" for name in constants().texts}
    named |= {f"@labels-{n:02}@" for n in range(specialise.LABEL_PARTS)} | {f"@{name}@" for name in specialise.TABLES}
    assert set(re.findall(r"@[a-z][a-z0-9-]*@", everything)) == named


def test_the_library_uses_nothing_of_android_and_is_java_8() -> None:
    for path, data in specialise.classes(constants()).items():
        assert b"android" not in data.replace(b"androidTest", b""), path
        assert struct.unpack(">H", data[6:8]) == (52,), path


def test_two_models_share_no_class() -> None:
    first, second = (android.java_constants(synthetic_source(name)) for name in ("toy-parts", "other-parts"))
    assert not specialise.classes(first).keys() & specialise.classes(second).keys()
    assert not any(b"toy" in data for data in specialise.classes(second).values())


@pytest.mark.parametrize("name", ["class", "int", "native", "true", "default"])
def test_a_reserved_word_as_name_gives_a_legal_package(name: str) -> None:
    assert java_package(synthetic_source(name)) == f"dev.espalier.models.{name}_"


HOSTILE = (
    '"; System.exit(1); //',
    "\\u0022 \\\\u000a */",
    "tab\tand\x07bell\x00nul",
    "\u202e\u2066bidi",
    "𝕏 𐐷",
    "@sha256@ dev.espalier.models.template_name",
    "trigraph ??/",
    "",
)


@needs_jdk
def test_hostile_labels_arrive_unchanged_in_classes_and_sources(tmp_path: Path) -> None:
    given = constants(labels=HOSTILE)
    printer = (
        "public class Print { public static void main(String[] a) throws Exception {"
        f" for (String label : {given.package}.Model.LABELS)"
        ' System.out.write((label + "\\n").getBytes("UTF-8")); System.out.flush(); } }'
    )
    for files in (specialise.classes(given), compile_java(specialise.sources(given))):
        (tmp_path / "m.jar").write_bytes(zip_bytes(Entry(path=p, data=d) for p, d in files.items()))
        (tmp_path / "Print.java").write_text(printer)
        command = [*JAVA, "-cp", str(tmp_path / "m.jar"), str(tmp_path / "Print.java")]
        found = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
        assert found.split("\n")[:-1] == list(HOSTILE)


def test_many_long_labels_are_split_over_constants_without_loss() -> None:
    labels = tuple(f"{n} " + "ß𝕏" * 20 for n in range(8000))
    texts = specialise._texts(constants(labels=labels))
    parts = [text for key, text in sorted(texts.items()) if re.fullmatch(r"@labels-\d+@", key)]
    assert "".join(parts).split("\n")[:-1] == list(labels)
    assert all(len(class_file.encode_text(part)) <= class_file.TEXT_LIMIT_BYTES for part in parts)
    specialise.classes(constants(labels=labels))


def test_more_label_text_than_a_class_can_hold_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match="labels are too long"):
        specialise.classes(constants(labels=("𝕏" * 200,) * 9000))


@pytest.mark.parametrize("value", ["", "plain", "nul\0", "ß–", "𝕏", "\ud800", "a𐐷b\0c"])
def test_modified_utf_8_round_trips(value: str) -> None:
    coded = class_file.encode_text(value)
    assert class_file.decode_text(coded) == value
    assert b"\0" not in coded and all(byte < 0xF0 for byte in coded)


def test_what_is_no_class_file_is_refused() -> None:
    with pytest.raises(BugError, match="not a class file"):
        class_file.rewrite(b"PK\3\4", {"a": "b"}, {}, {})
    with pytest.raises(BugError, match="unknown kind 99"):
        class_file.rewrite(class_file.MAGIC + bytes(4) + b"\0\2" + bytes([99]) + bytes(8), {"a": "b"}, {}, {})
    with pytest.raises(BugError, match="does not fit"):
        class_file.rewrite(
            next(iter(specialise.compiled_template().values())), {"java": "x" * 70_000}, {}, {}
        )


def test_constants_of_every_kind_pass_through_the_rewriter_unchanged() -> None:
    pool = b"".join(
        [
            struct.pack(">BH", 1, 3) + b"abc",
            struct.pack(">Bi", 3, -5),
            struct.pack(">Bf", 4, 0.5),
            struct.pack(">Bq", 5, 1 << 40),
            struct.pack(">Bd", 6, 0.25),
            *(bytes([tag]) + bytes(range(size)) for tag, size in class_file.SIZES.items() if tag > 6),
        ]
    )
    count = 1 + 3 + 2 + 2 + sum(tag > 6 for tag in class_file.SIZES)
    data = class_file.MAGIC + b"\0\0\0\x34" + struct.pack(">H", count) + pool + b"the rest"
    assert class_file.rewrite(data, {"xyz": "-"}, {1: 2}, {1.0: 2.0}) == data
    changed = class_file.rewrite(data, {"b": "long"}, {-5: 7}, {0.25: 8.0})
    assert b"alongc" in changed and struct.pack(">i", 7) in changed and struct.pack(">d", 8.0) in changed
    assert changed.endswith(b"the rest")


def test_a_missing_compiler_is_named() -> None:
    with pytest.raises(ToolMissingError, match="no-such-javac"):
        compile_java({"A.java": b""}, compiler="no-such-javac")


@needs_jdk
def test_a_source_that_does_not_compile_is_a_verification_error() -> None:
    with pytest.raises(VerificationError, match="javac refuses"):
        compile_java({"A.java": b"class A { int x = 'ab'; }"})


def test_labels_of_the_synthetic_source_are_in_the_source_jar_as_ascii() -> None:
    text_of = specialise.sources(constants())["dev/espalier/models/toy_parts/Labels.java"].decode("ascii")
    assert r"crack \u2013 Ri\u00df \ud835\udd4f\n" in text_of and len(LABELS) == 3


@needs_jdk
def test_the_template_is_compiled_by_one_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(Path(compile.__file__).parent / "template", tmp_path / "template")
    monkeypatch.setattr(compile, "__file__", str(tmp_path / "compile.py"))
    compile.main()
    assert read_zip((tmp_path / "template.jar").read_bytes()).keys() == specialise.compiled_template().keys()
