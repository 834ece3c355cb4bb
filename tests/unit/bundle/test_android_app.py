"""The sample app of the phone bundle: whole, in the model's words, and right under a Kotlin compiler where one is installed."""

from __future__ import annotations

import re
import shutil
import tomllib
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from synthetic_source import CONTRACT, synthetic_source

from espalier.bundle import android, android_app, android_kotlin
from espalier.bundle.archive import Entry, read_zip, zip_bytes
from espalier.bundle.java import specialise
from espalier.bundle.java.compile import compile_java

needs_kotlin = pytest.mark.skipif(
    android_kotlin.find_compiler() is None or not shutil.which("java"),
    reason="no Kotlin compiler: pip install kotlin-jupyter-kernel, or npm install -g kotlin-compiler",
)


def test_the_app_is_whole_and_no_mark_is_left_in_it() -> None:
    files = {artifact.path: artifact.data.decode() for artifact in android_app.artifacts(synthetic_source())}
    base = "app/src/main/kotlin/dev/espalier/models/toy_parts/app"
    wanted = {f"{base}/{name}" for name in android_app.SOURCES}
    assert wanted | {"app/build.gradle.kts", "app/settings.gradle.kts"} <= files.keys()
    for path, text in files.items():
        assert not re.search(r"@[A-Z_]+@", text), path
    assert 'implementation("dev.espalier.models:toy-parts:1.2.3")' in files["app/build.gradle.kts"]
    assert "minSdk = 24" in files["app/build.gradle.kts"] and 'uri("../maven")' in files["app/settings.gradle.kts"]
    assert ElementTree.fromstring(files["app/src/main/AndroidManifest.xml"]).tag == "manifest"


def test_every_reader_of_outputs_has_an_answer_in_kotlin_and_names_a_class_of_the_library() -> None:
    known = {path.name.removesuffix(".java") for path in Path(str(resources.files("espalier.bundle.java"))).rglob("*.java")}
    for reader, (kind, answer, said) in android_app.ANSWERS.items():
        assert reader in known and f"{reader}." in answer, reader
        assert kind and "model.value.ask(it)" in said


def test_models_that_no_camera_alone_can_feed_have_no_app_and_say_why() -> None:
    source = synthetic_source()
    bands = msgspec.structs.replace(CONTRACT, color="bands", bands=4)
    source = msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, input=bands))
    assert android_app.absent(source) and not android_app.artifacts(source)


def test_the_package_holds_the_texts() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert project["build-system"]  # the texts are read by importlib.resources, as a wheel holds them
    for name in (*android_app.SOURCES, *android_app.OTHERS, *android_app.BUILD, "Replay.kt", "stubs.txt", "AndroidManifest.xml"):
        assert (resources.files("espalier.bundle") / "kotlin" / name).is_file()


def jars(folder: Path, **damage: bytes) -> list[str]:
    """The library's classes and its self-test; `damage`: other bytes for a golden file."""
    for artifact in android.contents(synthetic_source()):
        if artifact.path.endswith(".aar"):
            (folder / "classes.jar").write_bytes(read_zip(artifact.data)["classes.jar"])
        if artifact.path.endswith("-selftest.jar"):
            (folder / "tests.jar").write_bytes(artifact.data)
    return [str(folder / "classes.jar"), str(folder / "tests.jar")]


@pytest.mark.sweep
@needs_kotlin
def test_the_kotlin_compiles_without_a_warning_and_feeds_the_contracts_bytes(tmp_path: Path) -> None:
    compiler = android_kotlin.find_compiler()
    assert compiler is not None and android_kotlin.version_of(compiler)
    source = synthetic_source()
    assert android_kotlin.problems(compiler, source, jars(tmp_path), tmp_path / "right") == []
    gray = msgspec.structs.replace(CONTRACT, color="gray")
    other = msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, input=gray), contract_cases=())
    assert android_kotlin.problems(compiler, other, jars(tmp_path), tmp_path / "fewer")  # it replays more cases than these


@pytest.mark.sweep
@needs_kotlin
def test_a_warning_of_the_kotlin_compiler_is_a_fault(tmp_path: Path) -> None:
    compiler = android_kotlin.find_compiler()
    assert compiler is not None
    old = '@Deprecated("old") fun gone() {}\nfun main() = gone()\n'
    _, said = android_kotlin.compile_kotlin(compiler, {"A.kt": old}, [], tmp_path)
    assert "deprecated" in said


@pytest.mark.sweep
@needs_kotlin
@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
def test_the_answer_of_every_reader_compiles_against_its_class(tmp_path: Path) -> None:
    sources = {f"{name}.java": text.encode() for name, text in specialise.template_sources(painted=True, detects=True).items()}
    jar = tmp_path / "template.jar"
    jar.write_bytes(zip_bytes(Entry(path=path, data=data) for path, data in compile_java(sources).items()))
    lines = ["package x", f"import {specialise.PACKAGE}.*"]
    lines += ["class Asked<T>(private val answer: T) { fun ask(frame: Any): T = answer.also { frame.hashCode() } }"]
    lines += ["class Held<T>(val value: Asked<T>)"]
    for reader, (kind, answer, said) in android_app.ANSWERS.items():
        lines.append(f"fun answer{reader}(outputs: List<ByteArray>, width: Int, height: Int): {kind} {{")
        lines.append(f"    check(width + height > 0)\n    return {answer}\n}}")
        lines.append(f"fun said{reader}(model: Held<{kind}>, it: Any): String = {said}")
    compiler = android_kotlin.find_compiler()
    assert compiler is not None
    _, said = android_kotlin.compile_kotlin(compiler, {"All.kt": "\n".join(lines)}, [str(jar)], tmp_path / "all")
    assert said == ""
