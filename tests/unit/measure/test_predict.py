"""Models get the bytes that the convention promises, on every kernel set, on any number of threads."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_models import SHAPE, brightness_classifier, classifier

from espalier.errors import BugError, UnsupportedModelError
from espalier.measure.predict import dequantize, feeder, predict
from espalier.recipe import InputContract
from espalier.tflite.runtimes import KERNELS, delegation, litert, open_interpreter

CONTRACT = InputContract(size=SHAPE[:2], mean=(127.5,), std=(127.5,))
PIXELS = np.random.default_rng(3).integers(0, 256, (100, *SHAPE)).astype(np.uint8)
BRIGHT = (PIXELS.reshape(100, -1).mean(axis=1) > 127.5).astype(int)


@pytest.mark.parametrize("kernels", sorted(KERNELS))
@pytest.mark.parametrize("threads", [0, 1, 3])
def test_float_and_int8_answer_alike_whatever_kernels_and_threads(kernels: str, threads: int) -> None:
    given = predict(
        litert(), brightness_classifier(), PIXELS, contract=CONTRACT, kernels=kernels, threads=threads
    )
    assert given.outputs.dtype == np.float32 and given.steps[0][1] == 0.0
    assert (given.real().argmax(axis=1) == BRIGHT).all()
    int8 = predict(litert(), brightness_classifier("int8"), PIXELS, kernels=kernels, threads=threads)
    assert int8.outputs.dtype == np.int8 and int8.steps[0][1:] == (1 / 256, -128)
    assert (int8.outputs.argmax(axis=1) == BRIGHT).mean() > 0.9
    assert int8.real().sum(axis=1) == pytest.approx(1.0, abs=0.02)


def test_the_order_of_images_is_kept_on_many_threads() -> None:
    one = predict(litert(), brightness_classifier("int8"), PIXELS, threads=1)
    many = predict(litert(), brightness_classifier("int8"), PIXELS, threads=4)
    assert (one.outputs == many.outputs).all()


def test_inputs_follow_the_convention() -> None:
    pixels = np.array([[[[0, 127, 255]]]], np.uint8)
    contract = InputContract(size=(1, 1), mean=(0.0, 127.0, 255.0), std=(1.0, 2.0, 5.0))
    assert feeder({"dtype": np.int8}, None)(pixels).tolist() == [[[[-128, -1, 127]]]]
    assert feeder({"dtype": np.uint8}, None)(pixels) is pixels
    assert feeder({"dtype": np.float32}, contract)(pixels).tolist() == [[[[0.0, 0.0, 0.0]]]]
    wide = feeder({"dtype": np.int16, "quantization": (0.5, 0)}, InputContract(size=(1, 1)))(pixels)
    assert wide.dtype == np.int16 and wide.tolist() == [[[[0, 254, 510]]]]


def test_a_float_input_without_a_contract_is_a_bug_and_other_types_are_refused() -> None:
    with pytest.raises(BugError, match="contract"):
        predict(litert(), brightness_classifier(), PIXELS)
    with pytest.raises(UnsupportedModelError, match="int32"):
        feeder({"dtype": np.int32}, CONTRACT)


def test_images_of_another_size_are_a_bug() -> None:
    with pytest.raises(BugError, match="the model takes"):
        predict(litert(), brightness_classifier("int8"), PIXELS[:, :2])


def test_what_a_runtime_cannot_load_is_said_in_its_own_words() -> None:
    with pytest.raises(
        UnsupportedModelError, match=r"litert 2\.\S+ \(default kernels\) cannot load the model"
    ):
        open_interpreter(litert(), b"TFL3 not a model")
    unknown = classifier(np.ones((2, 48)), np.zeros(2), builtin=32)  # CUSTOM without a name
    with pytest.raises(UnsupportedModelError):
        open_interpreter(litert(), unknown)
    with pytest.raises(BugError, match="no kernel set 'fastest'"):
        open_interpreter(litert(), brightness_classifier(), kernels="fastest")


def test_the_delegate_and_its_share_are_told() -> None:
    taken = delegation(open_interpreter(litert(), brightness_classifier()))
    assert (taken.partitions, taken.operators, taken.all_operators) == (1, 2, 2)
    assert str(taken) == "XNNPACK, 2 of 2 operators in 1 partition"
    assert str(delegation(open_interpreter(litert(), brightness_classifier(), kernels="builtin"))) == "none"


def test_dequantize_is_exact() -> None:
    values = dequantize(np.array([[-128, 0, 127]], np.int8), [(3, 1 / 256, -128)])
    assert values.tolist() == [[0.0, 0.5, 255 / 256]]
