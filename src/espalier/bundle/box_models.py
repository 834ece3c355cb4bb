"""The model of a detector as other programs take it: with raw boxes and scores and their anchors in its metadata (MediaPipe), or
with the decode as its last operator (rpicam-apps, Frigate)."""

from __future__ import annotations

from ..detector import Detector
from ..facts import BundleSource
from ..quantizer.interface import uint8_image, uint8_twin
from ..tflite import edit
from ..tflite.box_heads import Meaning, joined_heads, meaning_of
from ..tflite.box_tables import float_heads
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
    """For MediaPipe's ObjectDetector: uint8 in, `location` and `score` out (uint8, or real where integers cannot say it),
    anchors and decode in the metadata."""
    assert source.detector is not None
    return add_metadata(
        _pair(source, source.detector, means),
        labels=source.labels,
        heads=("location", "score"),
        contract=source.contract,
        name=source.recipe.name,
        version=source.recipe.version,
        description=source.sentence,
        decoding=(NAME, decoding_options(means)),
    )


def _pair(source: BundleSource, detector: Detector, means: Meaning) -> bytes:
    if means.exact:
        return uint8_twin(joined_heads(source.int8_model, detector))
    model = edit.read_model(float_heads(source.int8_model, detector))
    uint8_image(model)
    return edit.pack_model(model)


def decoding_model(source: BundleSource, means: Meaning, most: int) -> bytes:
    """For readers of decoded boxes: uint8 in, TFLite_Detection_PostProcess as the last operator, `most` boxes out."""
    assert source.detector is not None
    heads = joined_heads if means.exact else float_heads
    model = edit.read_model(heads(source.int8_model, source.detector))
    add_postprocess(model, means, most)
    uint8_image(model)
    return edit.pack_model(model)
