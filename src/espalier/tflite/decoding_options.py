"""What MediaPipe's ObjectDetector must know of a model that gives raw boxes and scores: its anchors, and how a box is decoded.

The flatbuffer ObjectDetectorOptions of mediapipe/tasks/metadata/object_detector_metadata_schema.fbs (identifier V001), which
lies in the custom metadata DETECTOR_METADATA of the subgraph.
"""

from __future__ import annotations

import flatbuffers

from .box_heads import Meaning
from .objects import Builder

NAME = "DETECTOR_METADATA"
IDENTIFIER = b"V001"
PARSER = "1.0.0"
_COORDINATES = 4
_KEYPOINT = 2
"""Numbers of a keypoint: there are none, but MediaPipe insists."""


def decoding_options(meaning: Meaning) -> bytes:
    """The flatbuffer of a pair of outputs; the same for equal meanings."""
    builder = flatbuffers.Builder(1 << 14)
    schema = _anchors(builder, meaning)
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, schema, 0)
    anchors = builder.EndObject()
    decoding = _decoding(builder, meaning)
    version = builder.CreateString(PARSER)
    builder.StartObject(3)
    for slot, offset in enumerate((version, anchors, decoding)):
        builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
    builder.Finish(builder.EndObject(), file_identifier=IDENTIFIER)
    return bytes(builder.Output())


def _anchors(builder: Builder, meaning: Meaning) -> int:
    """FixedAnchorsSchema: middle x, middle y, width, height of each, as shares of the picture."""
    rows = []
    for anchor in meaning.anchors.tolist():
        builder.StartObject(4)
        for slot, value in enumerate(anchor):
            builder.PrependFloat32Slot(slot, value, 0.0)
        rows.append(builder.EndObject())
    builder.StartVector(4, len(rows), 4)
    for row in reversed(rows):
        builder.PrependUOffsetTRelative(row)
    vector = builder.EndVector()
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, vector, 0)
    return int(builder.EndObject())


def _decoding(builder: Builder, meaning: Meaning) -> int:
    """TensorsDecodingOptions."""
    x, y, w, h = meaning.scales
    builder.StartObject(12)
    for slot, number in enumerate((meaning.classes, len(meaning.anchors), _COORDINATES, 0, 0, _KEYPOINT)):
        builder.PrependInt32Slot(slot, number, 0)
    for slot, scale in enumerate((x, y, w, h), 6):
        builder.PrependFloat32Slot(slot, scale, 0.0)
    builder.PrependBoolSlot(10, True, False)  # sizes are exponentials
    builder.PrependBoolSlot(11, meaning.sigmoid, False)
    return int(builder.EndObject())
