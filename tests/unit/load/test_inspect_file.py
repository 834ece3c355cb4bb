"""`espalier inspect`: a .tflite as data, Keras files through the workers."""

from __future__ import annotations

from pathlib import Path

import keras_files as k
import pytest
from pretrained import RESNET8

from espalier.command.inspect import inspect_file
from espalier.errors import EspalierError, ModelRefusedError
from espalier.tflite.inspect import inspect_tflite


@pytest.fixture(scope="module")
def resnet() -> bytes:
    return RESNET8.read_bytes()


def test_the_int8_resnet_is_described(resnet: bytes) -> None:
    facts = inspect_tflite(resnet)
    assert (facts["operators"], facts["macs"], facts["runtime_floor"]) == (16, 12_501_632, "1.14.0")
    assert facts["quantization"] == "int8, per-channel weight scales"
    assert facts["input"][0] == {
        "name": "input_1_int8", "shape": [1, 32, 32, 3], "dtype": "int8", "scale": 1.0, "zero_point": -128,
    }  # fmt: skip
    assert {"operator": "CONV_2D", "version": 3, "floor": "1.14.0", "count": 9} in facts["uses"]
    assert facts["nodes"][0]["weight_scales"] == 16


def test_a_damaged_tflite_is_refused_or_read_and_nothing_else(resnet: bytes) -> None:
    for at in range(0, len(resnet), 499):
        spoiled = bytearray(resnet)
        spoiled[at] ^= 0xFF
        try:
            inspect_tflite(bytes(spoiled))
        except EspalierError:
            continue


def test_a_truncated_tflite_is_refused(resnet: bytes) -> None:
    for length in (8, 100, len(resnet) // 2, len(resnet) - 1000):
        with pytest.raises(ModelRefusedError):
            inspect_tflite(resnet[:length])


def test_a_keras_file_with_an_open_size_is_described_at_a_stated_one(tmp_path: Path) -> None:
    config = k.functional(k.pixels((None, None, 3)), k.conv(), k.pool(), k.dense())
    facts = inspect_file(k.write_keras(tmp_path / "m.keras", config)).facts
    assert facts["format"] == "Keras 3 .keras"
    assert facts["input_shape"] == [1, 224, 224, 3]
    assert "224 x 224" in facts["notes"][0]
    assert facts["macs"] == 224 * 224 * 4 * 27 + 12


def test_anything_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tflite").write_bytes(b"hello")
    with pytest.raises(ModelRefusedError, match="unknown kind"):
        inspect_file(tmp_path / "x.tflite")
    with pytest.raises(ModelRefusedError, match="no such file"):
        inspect_file(tmp_path / "y.keras")
