"""rpicam-apps and Frigate: what they take of a detector. Both want TFLite_Detection_PostProcess as the last operator.

Rules: rpicam-apps post_processing_stages/object_detect_tf_stage.cpp; frigate/detectors/plugins/cpu_tfl.py; both July 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..facts import Artifact, BundleSource
from . import golden
from .archive import Entry

if TYPE_CHECKING:
    from ..tflite.box_heads import Meaning

RPICAM_SIDE: Final = 300
RPICAM_MOST: Final = 10
"""Its first output must be exactly 1 x 10 x 4."""
FRIGATE_MOST: Final = 20
"""So many detections of a picture it reads."""
FRIGATE_THRESHOLD: Final = 0.4
"""Below this confidence it reads none."""
RPICAM_MODEL: Final = "model_boxes.tflite"
RPICAM_LABELS: Final = "labels_boxes.txt"
RPICAM_STAGE: Final = "object_detect_tf.json"


def _meaning(source: BundleSource) -> Meaning | str:
    from .box_models import meaning  # what writes models is loaded for detectors only

    return meaning(source)


def rpicam_problem(source: BundleSource) -> str:
    """Why rpicam-apps' object_detect_tf cannot take this model; empty when it can."""
    height, width = source.contract.size
    if (height, width) != (RPICAM_SIDE, RPICAM_SIDE):
        return f"object_detect_tf feeds exactly {RPICAM_SIDE} x {RPICAM_SIDE} pixels, this model takes {height} x {width}"
    return frigate_problem(source)


def frigate_problem(source: BundleSource) -> str:
    """Why Frigate's `cpu` detector cannot take this model; empty when it can."""
    means = _meaning(source)
    return means if isinstance(means, str) else ""


def _decoding(source: BundleSource, most: int) -> bytes:
    from .box_models import decoding_model

    means = _meaning(source)
    assert not isinstance(means, str)
    return decoding_model(source, means, most)


def rpicam_entries(source: BundleSource, share: str) -> list[Entry]:
    """The files in the Debian package; `share`: their folder below /. The first line of its labels is not read."""
    labels = "".join(f"{label}\n" for label in ("background", *source.labels))
    stage = {
        "rpicam-apps": {"lores": {"width": RPICAM_SIDE, "height": RPICAM_SIDE, "format": "yuv420"}},
        "object_detect_tf": {
            "number_of_threads": 2,
            "refresh_rate": 10,
            "confidence_threshold": _threshold(source),
            "overlap_threshold": 0.5,
            "model_file": f"/{share}/{RPICAM_MODEL}",
            "labels_file": f"/{share}/{RPICAM_LABELS}",
            "verbose": 0,
        },
        "object_detect_draw_cv": {"line_thickness": 2},
    }
    return [
        Entry(path=f"{share}/{RPICAM_MODEL}", data=_decoding(source, RPICAM_MOST)),
        Entry(path=f"{share}/{RPICAM_LABELS}", data=labels.encode()),
        Entry(path=f"{share}/{RPICAM_STAGE}", data=golden.canonical_json(stage)),
    ]


def frigate_files(source: BundleSource) -> list[Artifact]:
    """A folder for Frigate's configuration: the model, its labels, and the lines that name them."""
    base, name = "frigate/model_cache", source.recipe.name
    height, width = source.contract.size
    labels = "".join(f"{number} {label}\n" for number, label in enumerate(source.labels))
    config = (
        "detectors:\n  cpu1:\n    type: cpu\n    num_threads: 3\n"
        f"model:\n  path: /config/model_cache/{name}/model.tflite\n"
        f"  labelmap_path: /config/model_cache/{name}/labelmap.txt\n"
        f"  width: {width}\n  height: {height}\n  input_tensor: nhwc\n  input_pixel_format: rgb\n"
    )
    return [
        Artifact(path=f"{base}/{name}/model.tflite", data=_decoding(source, FRIGATE_MOST), role="model"),
        Artifact(path=f"{base}/{name}/labelmap.txt", data=labels.encode(), role="labels"),
        Artifact(path="frigate/config.yml", data=config.encode(), role="configuration"),
    ]


def frigate_words(source: BundleSource) -> str:
    """README: what to do."""
    words = "copy `frigate/model_cache` into Frigate's configuration folder, and `frigate/config.yml` into its configuration."
    if _threshold(source) < FRIGATE_THRESHOLD:
        words += f" It reads no box below a confidence of {FRIGATE_THRESHOLD:g}."
    return words


def _threshold(source: BundleSource) -> float:
    assert source.detector is not None
    return round(source.detector.threshold / (1 << 31), 6)
