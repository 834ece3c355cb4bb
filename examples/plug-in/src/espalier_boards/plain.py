"""A kind of bundle: a folder with the model, its labels and a README, for whoever has tools of their own."""

from __future__ import annotations

from pathlib import Path

from espalier.bundle_kinds import BundleKind
from espalier.facts import Artifact, BundleSource, Check

KIND = BundleKind(what="a plain folder", devices=("camera", "server"))


def contents(source: BundleSource) -> tuple[Artifact, ...]:
    """All files but the manifest, sorted by path; the same bytes for the same source."""
    height, width, channels = source.recipe.input.shape
    readme = (
        f"# {source.recipe.name} {source.recipe.version}\n\n"
        f"`model.tflite` takes {height} x {width} x {channels} bytes of an image, {source.recipe.input.color}, and gives "
        f"{len(source.labels)} values in the order of `labels.txt`.\n"
    )
    return (
        Artifact(path="README.md", data=readme.encode(), role="documentation"),
        Artifact(path="labels.txt", data="".join(f"{label}\n" for label in source.labels).encode(), role="labels"),
        Artifact(path="model.tflite", data=source.uint8_model, role="model"),
    )


def check(folder: Path, source: BundleSource, *, thorough: bool = False) -> tuple[Check, ...]:
    """What was written, as its readers find it."""
    same = (folder / "model.tflite").read_bytes() == source.uint8_model
    return (Check(name="plain folder", tool="espalier-boards", version="1.0.0", result="passed" if same else "failed", why=""),)
