"""The phone bundle: a file-system Maven repository with an Android library (AAR), sources and self-test.

    README.md                               what to write into build.gradle, in the app, in its tests
    app/                                    a sample app as source (android_app.py)
    maven/<group>/<name>/maven-metadata.xml
    maven/<group>/<name>/<version>/<name>-<version>.pom
                                     .aar            model, labels, Java constants and preprocessing
                                     -sources.jar    their Java sources
                                     -selftest.jar   golden vectors and the class that replays them

Every file of the repository comes with its .md5, .sha1, .sha256 and .sha512, as Maven and Gradle want them.
Layout of an AAR: developer.android.com/studio/projects/android-library#aar-contents.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

import msgspec

from ..errors import BugError
from ..facts import TITLES, Artifact, BundleSource
from . import android_app, android_boxes, android_numbers, camera_frames, golden
from .android_check import check
from .android_layout import GROUP, asset_path, java_package, labels_path, library_path, maven_base
from .android_readme import readme
from .answers import answer_of
from .archive import Entry, zip_bytes
from .java import specialise

__all__ = ["check", "contents", "java_constants"]

CHECKSUMS: Final = ("md5", "sha1", "sha256", "sha512")
SELF_TEST: Final = "SelfTest"
AAR_METADATA: Final = (
    b"aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=1\nminAndroidGradlePluginVersion=1.0.0\n"
)


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the phone bundle but golden/ and manifest.json, which every bundle has; sorted by path."""
    constants = java_constants(source)
    classes, sources = specialise.classes(constants), specialise.sources(constants)
    for part in part_constants(source):
        classes |= specialise.reader_classes(part)
        sources |= specialise.reader_sources(part)
    in_library = {path: data for path, data in classes.items() if not _is_self_test(path)}
    in_library |= android_boxes.resources(source)
    golden_files = golden.artifacts(source)
    repository = [
        Artifact(path=f"{maven_base(source)}/maven-metadata.xml", data=_metadata(source), role="maven"),
        Artifact(path=library_path(source, ".pom"), data=_pom(source), role="maven"),
        Artifact(path=library_path(source, ".aar"), data=_aar(source, in_library), role="library"),
        Artifact(path=library_path(source, "-sources.jar"), data=_jar(sources), role="sources"),
        Artifact(
            path=library_path(source, "-selftest.jar"),
            data=_self_test_jar(source, classes, golden_files),
            role="self-test",
        ),
    ]
    files = [
        Artifact(path="README.md", data=readme(source), role="documentation"),
        *repository,
        *_checksums(repository),
        *android_boxes.artifacts(source),
        *android_app.artifacts(source),
    ]
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def java_constants(source: BundleSource) -> specialise.Constants:
    """What Model.java says about this model. The uint8 model's zero points are the int8 model's plus 128."""
    contract, answer = source.contract, answer_of(source)
    decision, tables = answer.java(source.decision) if answer and source.decision else ({}, {})
    return specialise.Constants(
        package=java_package(source),
        texts={
            "name": source.recipe.name,
            "version": source.recipe.version,
            "asset": asset_path(source),
            "labels-asset": labels_path(source),
            "sha256": hashlib.sha256(source.uint8_model).hexdigest(),
            "runtime-floor": source.runtime_floor,
            "dtype": "uint8",
            "color": contract.color,
            "resize": contract.resize,
            "fit": contract.fit,
            "heads": "" if source.labels or source.finds_boxes else _head_lines(source),
            **painted_texts(source),
            **android_numbers.texts(source),
            **({"smooth": contract.smooth, "balance": contract.balance} if contract.retouches else {}),
        },
        integers={
            "HEIGHT": contract.size[0],
            "WIDTH": contract.size[1],
            "CHANNELS": contract.channels,
            "CLASSES": len(source.labels),
            "INPUT_ZERO_POINT": source.input.zero_point + 128,
            "OUTPUT_ZERO_POINT": source.output.zero_point + 128,
        },
        reals={
            "INPUT_SCALE": float(source.input.scale),
            "OUTPUT_SCALE": float(source.output.scale),
            "THRESHOLD": float(source.recipe.decision.threshold),
        },
        labels=source.labels,
        reader=answer.reader if answer else "Boxes" if source.finds_boxes else specialise.VALUES,
        decision=decision,
        tables=tables,
        detects=source.finds_boxes,
    )


def painted_texts(source: BundleSource) -> dict[str, str]:
    """As ClassMap.java and Picture.java read what they paint of the uint8 model's bytes."""
    if source.map is not None:
        facts = source.map
        numbers = (facts.rows, facts.columns, facts.channels, facts.least + 128, facts.alert, facts.alert_pixels)
        return {"map": "\t".join([*map(str, numbers), *facts.names])}
    if source.picture is not None:
        shape = (source.picture.rows, source.picture.columns, source.picture.channels)
        return {"picture": "\t".join(map(str, (*shape, *source.picture.table)))}
    return {}


def part_constants(source: BundleSource) -> list[specialise.Constants]:
    """Of several outputs: the package of each that has a decision, with a Model of its own for the one file."""
    found = []
    for _, alone in source.deciding():
        constants = java_constants(alone)
        texts = {**constants.texts, "name": source.name, "asset": asset_path(source)}
        found.append(msgspec.structs.replace(constants, texts=texts))
    return found


def _head_lines(source: BundleSource) -> str:
    """As Heads.java reads them; the uint8 model's zero points."""
    rows = [(head.name, repr(float(head.scale)), head.zero_point + 128, *head.shape[1:]) for head in source.heads]
    return "\n".join("\t".join(map(str, row)) for row in rows)


def labels_text(labels: Iterable[str]) -> bytes:
    """One label per line, in output order, UTF-8."""
    return "".join(f"{label}\n" for label in labels).encode()


def _aar(source: BundleSource, classes: dict[str, bytes]) -> bytes:
    """The library. The .tflite is stored: an app that copies the entry as it is can map it into memory."""
    min_sdk = source.target.number("min-sdk")
    if min_sdk is None:
        raise BugError(f"target {source.target.name} does not state min-sdk")
    manifest = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android"\n'
        f'    package="{java_package(source)}">\n'
        f'    <uses-sdk android:minSdkVersion="{int(min_sdk)}" />\n'
        "</manifest>\n"
    )
    return zip_bytes(
        [
            Entry(path="AndroidManifest.xml", data=manifest.encode()),
            Entry(path="R.txt", data=b""),
            Entry(path="META-INF/com/android/build/gradle/aar-metadata.properties", data=AAR_METADATA),
            Entry(path=f"assets/{asset_path(source)}", data=source.uint8_model, stored=True),
            *(
                Entry(path=f"assets/{labels_path(one)}", data=labels_text(one.labels))
                for one in (source, *(alone for _, alone in source.deciding()))
                if one.labels
            ),
            Entry(path="classes.jar", data=_jar(classes)),
            Entry(
                path="proguard.txt",
                data=b"# Nothing is found by name at run time: no class needs to be kept.\n",
            ),
        ]
    )


def _jar(files: dict[str, bytes]) -> bytes:
    manifest = Entry(path="META-INF/MANIFEST.MF", data=b"Manifest-Version: 1.0\r\n\r\n")
    return zip_bytes([manifest, *(Entry(path=path, data=data) for path, data in files.items())])


def _is_self_test(path: str) -> bool:
    return path.rsplit("/", 1)[1].startswith(SELF_TEST)


def _self_test_jar(
    source: BundleSource, classes: dict[str, bytes], golden_files: tuple[Artifact, ...]
) -> bytes:
    """The self-test with the golden files as resources beside it: a test dependency, never in an app."""
    folder = java_package(source).replace(".", "/")
    files = {path: data for path, data in classes.items() if _is_self_test(path)}
    resources = {f"{folder}/{artifact.path}": artifact.data for artifact in golden_files}
    cameras = tuple(camera_frames.frames(source.contract))
    tables = {f"{folder}/golden/golden.tsv": _golden_table(source, cameras), **android_boxes.tables(source)}
    tables |= {f"{folder}/golden/frame-{i}.bin": b"".join(frame.planes) for i, frame in enumerate(cameras)}
    numbers = {f"{folder}/golden/{name}": data for name, data in android_numbers.resources(source).items()}
    return _jar(files | resources | tables | numbers)


def _golden_table(source: BundleSource, cameras: tuple[camera_frames.Frame, ...]) -> bytes:
    """golden.json for a reader without JSON, and frames of cameras: a row per line, tabs between, outputs of the uint8
    model."""
    lines = ["espalier-golden-table/1"]
    for i, case in enumerate(source.contract_cases):
        lines.append(f"case\t{i}\t{case.rows}\t{case.columns}\tcase-{i}.rgb.bin\tcase-{i}.bin")
    lines += [frame.line(f"frame-{i}.bin") for i, frame in enumerate(cameras)]
    for i, vector in enumerate(source.golden):
        outputs = [bytes(byte ^ 0x80 for byte in data).hex() for _, data in sorted(vector.outputs.items())]
        lines.append("\t".join(["vector", str(i), f"vector-{i}.bin", *outputs]))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _metadata(source: BundleSource) -> bytes:
    """maven-metadata.xml, without lastUpdated: no time enters an output."""
    version = source.recipe.version
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<metadata>\n'
        f"  <groupId>{GROUP}</groupId>\n  <artifactId>{source.recipe.name}</artifactId>\n"
        f"  <versioning>\n    <latest>{version}</latest>\n    <release>{version}</release>\n"
        f"    <versions>\n      <version>{version}</version>\n    </versions>\n  </versioning>\n</metadata>\n"
    ).encode()


def _pom(source: BundleSource) -> bytes:
    """The packaging lets Gradle find the .aar by itself. No dependencies: the runtime is the app's choice."""
    height, width, channels = source.contract.shape
    what = f"Image classifier, {len(source.labels)} classes" if source.labels else f"Image network, {source.heads_text}"
    if source.task in TITLES:
        what = f"{TITLES[source.task]}, {source.answers_text}"
    description = f"{what}, int8, input {height} x {width} x {channels}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
        "  <modelVersion>4.0.0</modelVersion>\n"
        f"  <groupId>{GROUP}</groupId>\n  <artifactId>{source.recipe.name}</artifactId>\n"
        f"  <version>{source.recipe.version}</version>\n  <packaging>aar</packaging>\n"
        f"  <name>{escape(source.recipe.name)}</name>\n  <description>{escape(description)}</description>\n"
        "</project>\n"
    ).encode()


def _checksums(files: list[Artifact]) -> list[Artifact]:
    return [
        Artifact(
            path=f"{file.path}.{kind}",
            data=hashlib.new(kind, file.data).hexdigest().encode(),
            role="checksum",
        )
        for file in files
        for kind in CHECKSUMS
    ]
