"""The sample app of the phone bundle, as source: CameraX frames and bitmaps through the library, on whichever LiteRT.

    app/                          a Gradle project that finds the library in ../maven
    app/src/main/kotlin/...       PictureModel (pictures in, answers out), CompiledModelRunner, MainActivity (Compose, CameraX)
    app/other-runtimes/           the same runner for Google Play services and for TensorFlow Lite's Interpreter
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

from ..facts import Artifact, BundleSource
from .android_layout import GROUP, java_package
from .answers import answer_of
from .java.specialise import VALUES

FOLDER: Final = "app"
OTHERS: Final = ("InterpreterRunner.kt", "PlayServices.kt")
"""What an app with another runtime takes in the place of CompiledModelRunner.kt, or beside it."""
SOURCES: Final = ("CompiledModelRunner.kt", "MainActivity.kt", "ModelRunner.kt", "PictureModel.kt")
BUILD: Final = ("build.gradle.kts", "gradle.properties", "settings.gradle.kts")

COORDINATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # developer.android.com, device-ai skills, LiteRT runtime, read November 2026: the AARs of 2.3.0 declare minSdk 24.
        "LITERT": "2.3.0",
        "LITERT_MIN_SDK": "24",
        # developers.google.com, LiteRT in Google Play services, CompiledModel, read November 2026: 17.0.0 or later.
        "PLAY": "17.0.0",
        # ai.google.dev/edge/litert/android, supported versions, read May 2026: the last with the Interpreter alone.
        "INTERPRETER": "1.4.2",
        # Versions that published apps of 2026 build with; any newer set does as well.
        "AGP": "9.2.0",
        "KOTLIN": "2.3.10",
        "COMPILE_SDK": "36",
        "ACTIVITY": "1.13.0",
        "COMPOSE": "2026.03.00",
        "CAMERAX": "1.6.2",
    }
)
"""Maven versions of today, by their names in the texts."""

ANSWERS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "Decision": ("Decision", "Decision.decide(outputs[0])", "model.value.ask(it).toString()"),
        "BinaryDecision": ("BinaryDecision", "BinaryDecision.decide(outputs[0])", "model.value.ask(it).toString()"),
        "LabelsDecision": (
            "List<LabelsDecision.Said>", "LabelsDecision.decide(outputs[0])", "model.value.ask(it).joinToString()",
        ),
        "Anomaly": ("Anomaly", "Anomaly.decide(outputs[0])", "model.value.ask(it).toString()"),
        "Embedding": ("ShortArray", "Embedding.unit(outputs[0])", "model.value.ask(it).take(8).toString()"),
        "Boxes": (
            "List<Boxes.Found>", "Boxes.find(outputs.toTypedArray(), width, height)", "model.value.ask(it).joinToString()",
        ),
        "ClassMap": ("ByteArray", "ClassMap.paint(outputs[0])", "ClassMap.areas(model.value.ask(it)).joinToString()"),
        "Picture": ("ByteArray", "Picture.paint(outputs[0])", '"${model.value.ask(it).size} bytes"'),
        VALUES: (
            "List<DoubleArray>",
            "Heads.ALL.zip(outputs) { head, bytes -> head.real(bytes) }",
            "model.value.ask(it).joinToString { values -> values.take(8).toString() }",
        ),
    }
)  # fmt: skip
"""Java class that reads the outputs -> type of PictureModel's answer, how it is made, and its text."""


def absent(source: BundleSource) -> str:
    """Why there is no sample app: "" where there is one."""
    if source.contract.color == "bands":
        return "no camera gives the model's bands"
    return "the model takes numbers beside the picture" if source.numbers else ""


def artifacts(source: BundleSource) -> list[Artifact]:
    """The files of the sample app; none where a camera alone cannot feed the model."""
    if absent(source):
        return []
    folder = f"{FOLDER}/src/main"
    code = f"{folder}/kotlin/{java_package(source).replace('.', '/')}/app"
    places = {name: f"{FOLDER}/{name}" for name in BUILD}
    places |= {"AndroidManifest.xml": f"{folder}/AndroidManifest.xml"}
    places |= {name: f"{code}/{name}" for name in SOURCES} | {name: f"{FOLDER}/other-runtimes/{name}" for name in OTHERS}
    return [Artifact(path=path, data=text(name, source).encode(), role="sample") for name, path in places.items()]


def text(name: str, source: BundleSource) -> str:
    """A file of the folder kotlin/ with the model's words in it."""
    reader = _reader(source)
    kind, answer, said = ANSWERS[reader]
    package = java_package(source)
    words = {
        "PACKAGE": package,
        "GROUP": GROUP,
        "NAME": source.recipe.name,
        "VERSION": source.recipe.version,
        "TYPE": kind,
        "ANSWER": answer,
        "SAID": said,
        "IMPORT": f"import {package}.{reader}\n",
        "ALSO": f"import {package}.{reader}\n" if f"{reader}." in said else "",
        **COORDINATES,
    }
    found = (resources.files(__package__) / "kotlin" / name).read_text("ascii")
    for word, value in words.items():
        found = found.replace(f"@{word}@", value)
    return found


def _reader(source: BundleSource) -> str:
    if source.finds_boxes:
        return "Boxes"
    if source.map is not None or source.picture is not None:
        return "ClassMap" if source.map is not None else "Picture"
    answer = answer_of(source)
    return answer.reader if answer is not None else VALUES
