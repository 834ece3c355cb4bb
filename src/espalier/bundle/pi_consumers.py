"""Other programs on a Raspberry Pi that may take the model as it is: which can, and what they are told."""

from __future__ import annotations

from typing import Final

from ..bundle_kinds import kinds
from ..facts import BundleSource
from . import golden
from .answers import answer_of
from .pi_box_models import frigate_problem, rpicam_problem

MODEL_FILE: Final = "model_uint8.tflite"


def package_name(source: BundleSource) -> str:
    """The Debian package, its folders, its command and its unit all have this name."""
    return f"{source.recipe.name}-{kinds()[source.target.bundle].package}"



def rpicam_reason(source: BundleSource) -> str:
    """Why rpicam-apps' object_classify_tf cannot take this model; empty when it can.

    Rules: rpicam-apps post_processing_stages/object_classify_tf_stage.cpp and tf_stage.cpp, July 2026.
    """
    if source.finds_boxes:
        return rpicam_problem(source)
    return _first_broken(source, "object_classify_tf") or (
        "a label holds `:` or `,`, which object_classify_tf cuts"
        if any(set(label) & set(":,") for label in source.labels)
        else ""
    )


def frigate_reason(source: BundleSource) -> str:
    """Why Frigate's custom classification cannot take this model; empty when it can.

    Rules: frigate/data_processing/real_time/custom_classification.py, July 2026.
    """
    if source.finds_boxes:
        return frigate_problem(source)
    return _first_broken(source, "Frigate")


def _first_broken(source: BundleSource, who: str) -> str:
    contract = source.contract
    answer = answer_of(source)
    one = answer is None or answer.reader == "Decision"
    rules = [
        (one, f"{who} takes the most probable label, this model decides otherwise ({source.answers_text})"),
        (bool(source.labels), f"{who} reads the probabilities of labels, this model gives {source.heads_text}"),
        (
            contract.size == (224, 224),
            f"{who} feeds exactly 224 x 224 pixels, this model takes {contract.size[0]} x {contract.size[1]}",
        ),
        (not source.numbers, f"{who} feeds an image alone, this model takes numbers beside it"),
        (contract.color == "rgb", f"{who} feeds rgb, this model takes {contract.color}"),
        (not contract.retouches, f"{who} cannot prepare pixels as this model takes them: {contract.retouches}"),
        (
            source.output.zero_point == -128,
            f"{who} expects an output zero point of 0, this model has {source.output.zero_point + 128}",
        ),
    ]
    return next((reason for holds, reason in rules if not holds), "")


def rpicam_stage(source: BundleSource) -> bytes:
    """object_classify_tf.json for rpicam-hello --post-process-file."""
    share = f"/usr/share/{package_name(source)}"
    return golden.canonical_json(
        {
            "rpicam-apps": {"lores": {"width": 224, "height": 224, "format": "yuv420"}},
            "object_classify_tf": {
                "number_of_results": min(3, len(source.labels)),
                "number_of_threads": 2,
                "refresh_rate": 15,
                "threshold_high": source.recipe.decision.threshold,
                "threshold_low": round(source.recipe.decision.threshold / 2, 6),
                "model_file": f"{share}/{MODEL_FILE}",
                "labels_file": f"{share}/labels.txt",
                "display_labels": 1,
                "verbose": 0,
                "normalisation_offset": 0,
                "normalisation_scale": 1,
            },
            "annotate_cv": {"text": "", "fg": 255, "bg": 0, "scale": 1.0, "thickness": 2, "alpha": 0.3},
        }
    )
