"""The iPhone bundle: a Swift package with the uint8 model, its preprocessing and its decision in Swift.

    README.md, Package.swift
    Sources/<Name>Model/            preprocessing, decision, frames of a camera; PrivacyInfo.xcprivacy
    Sources/<Name>Model/Resources/  the model, its facts (device_facts.py), its labels
    Tests/, golden/                 XCTest: what the build recorded, replayed

It depends on no runtime: an app links the one that it likes. Everything but the entries for CVPixelBuffer and CGImage is plain
Swift, and is compiled and tested on Linux, too.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from ..facts import Artifact, BundleSource
from . import device_cases, golden, swift_frames
from .device_facts import model_facts
from .swift_check import check
from .swift_readme import readme, type_name

__all__ = ["check", "contents"]

TEMPLATE: Final = Path(__file__).parent / "swift_package"
SOURCES: Final = ("Boxes.swift", "Decision.swift", "Facts.swift", "Frames.swift", "Model.swift", "Preparation.swift",
                  "PrivacyInfo.xcprivacy", "Retouch.swift")  # fmt: skip
TESTS: Final = ("GoldenTests.swift", "RuntimeTests.swift")


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files of the iPhone bundle but the manifest, sorted by path."""
    kind, name = type_name(source), source.name
    resources, tests = f"Sources/{kind}/Resources", f"Tests/{kind}Tests"
    labels = "".join(f"{label}\n" for label in source.labels).encode()
    facts = golden.canonical_json(model_facts(source, f"{name}.tflite"))
    files = [
        Artifact(path="README.md", data=readme(source), role="documentation"),
        Artifact(path="Package.swift", data=_filled("Package.txt", source), role="library"),
        *(Artifact(path=f"Sources/{kind}/{file}", data=_filled(file, source), role="library") for file in SOURCES),
        *(Artifact(path=f"{tests}/{file}", data=_filled(file, source), role="self-test") for file in TESTS),
        Artifact(path=f"{resources}/{name}.tflite", data=source.uint8_model, role="model"),
        Artifact(path=f"{resources}/{name}_facts.json", data=facts, role="library"),
        Artifact(path=f"{resources}/{name}_labels.txt", data=labels, role="labels"),
        *golden.artifacts(source),
        device_cases.artifact(source, digits=14),  # Foundation reads longer ones through decimal numbers.
        swift_frames.artifact(source),
    ]
    return tuple(sorted(files, key=lambda artifact: artifact.path))


def _filled(file: str, source: BundleSource) -> bytes:
    text = (TEMPLATE / file).read_text("utf-8")
    words = {"TYPE": type_name(source), "NAME": source.name, "SHA256": hashlib.sha256(source.uint8_model).hexdigest()}
    for key, word in words.items():
        text = text.replace(f"@{key}@", word)
    return text.encode()
