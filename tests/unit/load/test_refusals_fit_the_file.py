"""What a refusal says is about the file at hand: what it is, and a way on that its owner can go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras_files as k
import numpy as np
import pytest

from espalier.errors import EspalierError, ModelRefusedError, UnsupportedModelError
from espalier.load.keras_assign import cause_of
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild


def refusal(tmp_path: Path, config: Any, weights: dict[str, Any] | None = None) -> str:
    """What is said of a model, by the inspection or by the rebuild."""
    stored = {path: np.ones(shape, np.float32) for path, shape in (weights or {}).items()} if weights else None
    path = k.write_keras(tmp_path / "m.keras", config, k.hdf5(stored) if stored else None)
    with pytest.raises((ModelRefusedError, UnsupportedModelError)) as caught:
        rebuild(inspect_model(str(path)), path)
    return str(caught.value)


CONV = {"layers/conv2d/vars/0": (3, 3, 3, 4), "layers/conv2d/vars/1": (4,)}


def test_a_segmentation_net_is_not_told_to_pool(tmp_path: Path) -> None:
    mask = k.layer("Conv2D", "mask", "conv", filters=1, kernel_size=[1, 1], activation="sigmoid")
    config = k.functional(k.pixels((32, 32, 3)), k.conv(), mask)
    weights = CONV | {"layers/conv2d_1/vars/0": (1, 1, 4, 1), "layers/conv2d_1/vars/1": (1,)}
    said = refusal(tmp_path, config, weights)
    assert "32 x 32 x 1 values" in said and "a mask" in said
    assert "Pooling" not in said and "Dense" not in said


def test_a_net_without_its_top_is_told_so(tmp_path: Path) -> None:
    config = k.functional(k.pixels((32, 32, 3)), k.conv(strides=[4, 4]))
    said = refusal(tmp_path, config, CONV)
    assert "8 x 8 x 4 features" in said and "include_top=False" in said


def test_a_reader_of_text_is_not_told_to_remove_its_recurrence(tmp_path: Path) -> None:
    config = k.functional(k.pixels(), k.conv(), k.layer("LSTM", "reader", "conv", units=4))
    said = refusal(tmp_path, config)
    assert "'reader'" in said and "sequence" in said
    assert "remove it" not in said


def test_several_outputs_are_named_with_a_way_to_save_one(tmp_path: Path) -> None:
    config = k.functional(
        k.pixels(), k.conv(), k.pool(),
        k.dense("age", units=1, activation="linear"), k.dense("gender", units=1, activation="sigmoid"),
        output=[["age", 0, 0], ["gender", 0, 0]],
    )  # fmt: skip
    said = refusal(tmp_path, config)
    assert "2 outputs: 'age' (1 linear), 'gender' (1 sigmoid)" in said
    assert "model.get_layer('gender').output" in said


@pytest.mark.parametrize(
    ("class_name", "module", "registered", "who"),
    [
        ("QuantizeWrapperV2", None, None, ""),
        ("QConv2D", "qkeras.qconvolutional", "QConv2D", "by QKeras"),
        ("QConv2D", None, None, ""),
        ("QuantConv2D", "larq.layers", "larq>QuantConv2D", "by Larq"),
        ("Larq>QuantDense", None, None, "by Larq"),
        ("Vitis>VitisConvBNQuantize", None, None, "by Vitis AI"),
        ("NNCFWrapper", None, None, ""),
        ("QcQuantizeWrapper", "aimet_tensorflow.keras.quant", None, "by AIMET"),
        ("KerasActivationQuantizationHolder", "mct_quantizers.keras", None, "by the Model Compression Toolkit"),
        ("HConv2D", "HGQ.layers", "HGQ>HConv2D", "by HGQ"),
        ("QuantizedConv2D", "quantizeml.layers", None, "by quantizeml"),
    ],
)
def test_a_quantized_file_of_any_maker_is_recognised(
    tmp_path: Path, class_name: str, module: str | None, registered: str | None, who: str
) -> None:
    entry = k.layer(class_name, "conv", "pixels", module=module, filters=4)
    entry["registered_name"] = registered
    said = refusal(tmp_path, k.functional(k.pixels(), entry, k.pool(), k.dense()))
    assert f"quantized or trained for it {who}".strip() in said
    assert "save the float model" in said


def test_an_ordinary_custom_layer_is_not_taken_for_a_quantized_one(tmp_path: Path) -> None:
    entry = k.layer("MyConv", "conv", "pixels", module="mine")
    assert "quantized" not in refusal(tmp_path, k.functional(k.pixels(), entry, k.pool(), k.dense()))


def test_weights_that_do_not_fit_are_named_beside_what_is_stored(tmp_path: Path) -> None:
    weights = CONV | {"layers/dense/vars/0": (4, 5), "layers/dense/vars/1": (3,)}
    said = refusal(tmp_path, k.net(), weights)
    assert "[4, 3] for 'scores/kernel'" in said
    assert "'layers/dense/vars/0' is [4, 5]" in said


KERAS_ERROR = """Exception encountered when calling Add.call().

\x1b[1mInvalid dtype: list\x1b[0m

Arguments received by Add.call():
  • args=('<KerasTensor shape=(None, 16, 16, 3), dtype=float32, sparse=False, name=keras_tensor_1>',)"""


def test_no_object_of_python_is_shown() -> None:
    assert cause_of(ValueError(KERAS_ERROR)).endswith("Add.call(). Invalid dtype: list")
    shown = cause_of(ValueError("got <KerasTensor shape=(None, 3), dtype=float32, name=x> of no use"))
    assert shown == "got a tensor of the shape (None, 3) of no use"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c["config"]["layers"][1]["config"].update(strides=[0, 0]), "Keras cannot rebuild it"),
        (lambda c: c["config"]["layers"][1]["config"].update(kernel_size=[99, 99], padding="valid"), "Keras cannot"),
    ],
)
def test_what_keras_says_is_shown_without_its_objects(
    tmp_path: Path, change: Callable[[Any], None], words: str
) -> None:
    config = k.net()
    change(config)
    with pytest.raises(EspalierError) as caught:
        path = k.write_keras(tmp_path / "m.keras", config)
        rebuild(inspect_model(str(path)), path)
    said = str(caught.value)
    assert words in said
    assert not any(mark in said for mark in ("<Keras", "<class", "object at 0x", "\x1b", "[1m", "Traceback"))
