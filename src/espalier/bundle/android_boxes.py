"""What the phone bundle of a detector has beside that of a classifier: the detector's integers, known boxes, and the model as
MediaPipe's ObjectDetector takes it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from ..facts import Artifact, BundleSource
from . import golden
from .android_layout import java_package

if TYPE_CHECKING:
    from ..tflite.box_heads import Meaning

FOLDER: Final = "mediapipe"


def meaning(source: BundleSource) -> Meaning | str:
    """What MediaPipe must know of the model, or why it cannot take it. What writes models is loaded for detectors only."""
    from .box_models import meaning as of

    return of(source)


def resources(source: BundleSource) -> dict[str, bytes]:
    """Path in the library's jar -> bytes: the detector beside its classes."""
    if source.detector is None:
        return {}
    folder = java_package(source).replace(".", "/")
    return {f"{folder}/{golden.DETECTOR}": golden.detector_bytes(source.detector)}


def tables(source: BundleSource) -> dict[str, bytes]:
    """Path in the self-test's jar -> bytes: known outputs of the uint8 model, and the boxes in them."""
    if source.detector is None:
        return {}
    lines = ["\t".join(["sizes", *(str(prod(head.shape)) for head in source.heads)])]
    for number, vector in enumerate(source.golden):
        for kernels, data in sorted(vector.outputs.items()):
            lines.append(f"outputs\t{number}-{kernels}\t{bytes(byte ^ 0x80 for byte in data).hex()}")
            rows = vector.boxes.get(kernels, ())
            lines.append("\t".join(["boxes", *(str(value) for row in rows for value in row)]))
    folder = java_package(source).replace(".", "/")
    return {f"{folder}/golden/boxes.tsv": "".join(f"{line}\n" for line in lines).encode("ascii")}


def mediapipe_path(source: BundleSource) -> str:
    """Where the model for MediaPipe lies in the bundle."""
    return f"{FOLDER}/{source.recipe.name}.tflite"


def artifacts(source: BundleSource) -> list[Artifact]:
    """The model for MediaPipe, where it can take one."""
    if source.detector is None:
        return []
    means = meaning(source)
    if isinstance(means, str):
        return []
    from .box_models import mediapipe_model

    return [Artifact(path=mediapipe_path(source), data=mediapipe_model(source, means), role="model")]


def mediapipe_words(source: BundleSource) -> str:
    """README: how MediaPipe takes it, or why not."""
    means = meaning(source)
    if isinstance(means, str):
        return f"MediaPipe's `ObjectDetector` cannot take this model: {means}."
    return (
        f"MediaPipe's `ObjectDetector` takes `{mediapipe_path(source)}`: raw boxes and scores, with anchors and decode in the\n"
        f"  metadata. Set `scoreThreshold` to {means.threshold:g}. It resizes and suppresses in its own way, and gives a box\n"
        "  that begins beyond the left or upper edge its whole width from the edge on."
    )
