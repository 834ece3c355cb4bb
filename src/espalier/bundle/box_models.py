"""The model of a detector as other programs take it: with raw boxes and scores and their anchors in its metadata (MediaPipe), or
with the decode as its last operator (rpicam-apps, Frigate)."""

from __future__ import annotations

from ..facts import BundleSource
from ..quantizer.interface import uint8_image, uint8_twin
from ..tflite import edit
from ..tflite.box_heads import Meaning, joined_heads, meaning_of
from ..tflite.decoding_options import NAME, decoding_options
from ..tflite.detection_postprocess import add_postprocess
from ..tflite.metadata import add_metadata


def meaning(source: BundleSource) -> Meaning | str:
    """What the two outputs of such a model mean, or why there is none."""
    detector = source.detector
    if detector is None:
        return "the model finds no boxes"
    if source.contract.color not in ("rgb",):
        return f"they feed rgb, this model takes {source.contract.color}"
    if source.contract.retouches:
        return f"they cannot prepare pixels as this model takes them: {source.contract.retouches}"
    return meaning_of(detector, source.heads)


def mediapipe_model(source: BundleSource, means: Meaning) -> bytes:
    """For MediaPipe's ObjectDetector: uint8 in, uint8 `location` and `score` out, anchors and decode in the metadata."""
    assert source.detector is not None
    model = uint8_twin(joined_heads(source.int8_model, source.detector, means.softmax))
    return add_metadata(
        model,
        labels=source.labels,
        heads=("location", "score"),
        contract=source.contract,
        name=source.recipe.name,
        version=source.recipe.version,
        description=source.sentence,
        decoding=(NAME, decoding_options(means)),
    )


def decoding_model(source: BundleSource, means: Meaning, most: int) -> bytes:
    """For readers of decoded boxes: uint8 in, TFLite_Detection_PostProcess as the last operator, `most` boxes out."""
    assert source.detector is not None
    model = edit.read_model(joined_heads(source.int8_model, source.detector, means.softmax))
    add_postprocess(model, means, most)
    uint8_image(model)
    return edit.pack_model(model)
