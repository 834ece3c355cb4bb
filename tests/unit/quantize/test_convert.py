from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photographs import NAMES, tiles
from pretrained import RESNET8_FLOAT
from small_networks import CONTRACT, images, operators, run

from espalier.errors import UnsupportedModelError, VerificationError
from espalier.quantizer.audit import audit_model
from espalier.quantizer.compare import float_answers, nearness
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize
from espalier.recipe import InputContract
from espalier.tflite import edit

ROOT = Path(__file__).resolve().parents[3]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture(scope="module")
def layers() -> Any:
    import keras

    return keras.layers


def network(body: Callable[[Any], Any], units: int = 6, activation: str | None = "softmax") -> Any:
    import keras

    keras.utils.set_random_seed(3)
    image = keras.Input((16, 16, 3), name="image")
    value = body(image)
    value = keras.layers.GlobalAveragePooling2D()(value) if len(value.shape) == 4 else value
    return keras.Model(image, keras.layers.Dense(units, activation=activation, name="answer")(value))


def convert(model: Any, contract: InputContract = CONTRACT) -> Any:
    from espalier.quantizer.convert import convert_model

    return convert_model(model, contract)


def residual(layers: Any) -> Callable[[Any], Any]:
    def body(image: Any) -> Any:
        first = layers.Conv2D(8, 3, padding="same", name="stem")(image)
        first = layers.ReLU()(layers.BatchNormalization()(first))
        second = layers.Conv2D(8, 3, padding="same", name="branch")(first)
        return layers.ReLU()(layers.Add()([first, layers.BatchNormalization()(second)]))

    return body


def test_a_residual_network_converts_and_equals_keras(layers: Any) -> None:
    model = network(residual(layers))
    done = convert(model)
    assert operators(done.float_model) == ["CONV_2D", "CONV_2D", "ADD", "MEAN", "FULLY_CONNECTED", "SOFTMAX"]
    assert done.output == "softmax"
    assert done.largest_difference < 1e-4
    assert done.macs == 256 * 27 * 8 + 256 * 72 * 8 + 8 * 6
    assert done.parameters == model.count_params()
    assert done.layers["conv_2d_0/weights"] == "stem"
    assert done.layers["conv_2d_1/weights"] == "branch"
    assert (done.layers["conv_2d_0"], done.layers["conv_2d_1"]) == ("stem", "branch")
    inputs = (images(4).astype(np.float32) - 127.5) / 127.5
    assert np.allclose(run(done.float_model, inputs), model(inputs).numpy(), atol=1e-5)


def test_automatic_layer_names_do_not_reach_the_bytes(layers: Any) -> None:
    def body(image: Any) -> Any:
        return layers.Conv2D(4, 3, activation="relu")(layers.ZeroPadding2D(1)(image))

    once, again = convert(network(body)), convert(network(body))
    assert once.float_model == again.float_model


def test_the_same_file_gives_the_same_bytes_in_another_process(layers: Any, tmp_path: Path) -> None:
    model = network(residual(layers))
    model.save(tmp_path / "model.keras")
    code = (
        "import keras, hashlib, sys; from espalier.quantizer.convert import convert_model;"
        "from small_networks import CONTRACT;"
        "model = keras.models.load_model(sys.argv[1], compile=False);"
        "print(hashlib.sha256(convert_model(model, CONTRACT).float_model).hexdigest())"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests/builders'}",
        "PYTHONHASHSEED": "77",
        "CUDA_VISIBLE_DEVICES": "",
        "HOME": str(tmp_path),
    }
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "model.keras")],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert other.stdout.split()[-1] == hashlib.sha256(convert(model).float_model).hexdigest()


def test_logits_get_a_softmax(layers: Any) -> None:
    model = network(residual(layers), activation=None)
    done = convert(model)
    assert done.output == "logits"
    assert operators(done.float_model)[-1] == "SOFTMAX"
    inputs = (images(3).astype(np.float32) - 127.5) / 127.5
    logits = model(inputs).numpy().astype(np.float64)
    wanted = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(run(done.float_model, inputs), wanted, atol=1e-5)


@pytest.mark.parametrize(("activation", "kind"), [("sigmoid", "sigmoid"), (None, "logits")])
def test_one_unit_becomes_two_probabilities(layers: Any, activation: str | None, kind: str) -> None:
    model = network(residual(layers), 1, activation)
    done = convert(model)
    assert done.output == kind
    inputs = (images(5).astype(np.float32) - 127.5) / 127.5
    value = model(inputs).numpy()[:, 0].astype(np.float64)
    p = value if activation else 1 / (1 + np.exp(-value))
    assert np.allclose(run(done.float_model, inputs), np.stack([1 - p, p], axis=1), atol=1e-5)
    assert operators(done.float_model)[-2:] == ["FULLY_CONNECTED", "SOFTMAX"]
    int8 = quantize(done.float_model, images(), CONTRACT).int8_model
    assert audit_model(int8, CONTRACT).heads[0].shape == (1, 2)


def test_one_unit_behind_something_else_than_a_dense_layer(layers: Any) -> None:
    import keras

    image = keras.Input((16, 16, 3))
    score = layers.GlobalAveragePooling2D()(layers.Conv2D(1, 3)(image))
    done = convert(keras.Model(image, layers.Activation("sigmoid")(score)))
    assert operators(done.float_model)[-2:] == ["FULLY_CONNECTED", "SOFTMAX"]


def test_one_unit_without_sigmoid_at_its_end_is_refused(layers: Any) -> None:
    with pytest.raises(UnsupportedModelError, match="one output"):
        from small_networks import Builder

        from espalier.quantizer.two_answers import answer_with_two

        net = Builder(shape=(1, 4)).dense(1)
        graph = edit.graph_of(net.model)
        graph.outputs = graph.operators[-1].outputs
        answer_with_two(net.model)


def test_several_sigmoids_stay_as_they_are(layers: Any) -> None:
    done = convert(network(residual(layers), 4, "sigmoid"))
    assert done.output == "sigmoid"
    assert operators(done.float_model)[-1] == "LOGISTIC"


def test_the_answer_is_found_behind_reshape_and_inside_nested_models(layers: Any) -> None:
    import keras

    inner = network(residual(layers))
    image = keras.Input((16, 16, 3))
    outer = keras.Model(image, layers.Reshape((6,))(inner(image)))
    done = convert(outer)
    assert done.output == "softmax"
    assert operators(done.float_model)[-1] == "SOFTMAX"


def transformer(layers: Any) -> Callable[[Any], Any]:
    import keras

    class Positions(layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.table = self.add_weight(shape=shape[1:], initializer="random_normal", name="table")

        def call(self, value: Any) -> Any:
            return value + self.table

    def body(image: Any) -> Any:
        value = layers.Reshape((16, 24))(layers.Conv2D(24, 4, 4)(image))
        value = Positions()(value)
        hidden = layers.LayerNormalization(epsilon=1e-5)(value)
        value = layers.Add()([value, layers.MultiHeadAttention(2, 12)(hidden, hidden)])
        hidden = layers.Dense(48)(layers.LayerNormalization(epsilon=1e-5)(value))
        hidden = layers.Activation(lambda x: keras.ops.gelu(x, approximate=True))(hidden)
        value = layers.Add()([value, layers.Dense(24)(hidden)])
        return layers.GlobalAveragePooling1D()(value)

    return body


def test_attention_layer_norm_and_gelu_become_integers(layers: Any) -> None:
    done = convert(network(transformer(layers)))
    int8 = quantize(done.float_model, images(96), CONTRACT, layers=done.layers).int8_model
    audit = audit_model(int8, CONTRACT)
    assert audit.errors == ()
    assert audit.counts.float == 0
    entered = enter_pixels(done.float_model, CONTRACT)
    assert nearness(int8, images(64, seed=8), float_answers(entered, images(64, seed=8))).error < 0.2


@pytest.mark.parametrize("kind", ["rescaling", "normalization"])
def test_preprocessing_layers_become_the_input(layers: Any, kind: str) -> None:
    raw = InputContract(size=(16, 16))
    layer = (
        layers.Rescaling(1 / 127.5, offset=-1)
        if kind == "rescaling"
        else layers.Normalization(mean=[120.0, 110.0, 100.0], variance=[3600.0, 2500.0, 3025.0])
    )
    done = convert(network(lambda image: residual(layers)(layer(image))), raw)
    int8 = quantize(done.float_model, images(), raw).int8_model
    head = ["DEPTHWISE_CONV_2D"] if kind == "normalization" else []
    assert operators(int8)[: len(head) + 2] == [*head, "CONV_2D", "CONV_2D"]
    entered = enter_pixels(done.float_model, raw)
    assert nearness(int8, images(64, seed=8), float_answers(entered, images(64, seed=8))).error < 0.06


def test_a_contract_of_another_size_is_refused(layers: Any) -> None:
    for contract in (InputContract(size=(16, 20)), InputContract(size=(16, 16), color="gray")):
        with pytest.raises(UnsupportedModelError, match="the recipe's"):
            convert(network(residual(layers)), contract)


def test_two_outputs_are_refused(layers: Any) -> None:
    import keras

    model = network(residual(layers))
    double = keras.Model(model.inputs, [model.outputs[0], model.layers[1].output])
    with pytest.raises(UnsupportedModelError, match="2 outputs"):
        convert(double)


def test_an_operator_without_counterpart_is_named_with_its_layer(layers: Any) -> None:
    import tensorflow as tf

    class Strange(layers.Layer):  # type: ignore[misc]
        def call(self, value: Any) -> Any:
            return tf.raw_ops.Igamma(a=1 + value * value, x=1 + value * value)

    model = network(lambda image: Strange(name="strange_layer")(residual(layers)(image)))
    with pytest.raises(UnsupportedModelError, match=r"Igamma.*strange_layer") as problem:
        convert(model)
    assert problem.value.next_step


def test_shapes_that_are_computed_are_refused(layers: Any) -> None:
    import tensorflow as tf

    class Found(layers.Layer):  # type: ignore[misc]
        def call(self, value: Any) -> Any:
            rows = tf.where(value[0, :, 0, 0] > 0)
            picked = tf.gather(value, rows[:, 0], axis=1)
            return tf.ensure_shape(tf.reduce_sum(picked, axis=1, keepdims=True), (1, 1, 16, 3))

        def compute_output_spec(self, value: Any) -> Any:
            import keras

            return keras.KerasTensor((None, 1, 16, 3))

    model = network(lambda image: Found(name="found_rows")(image))
    with pytest.raises(UnsupportedModelError, match="before the model runs") as problem:
        convert(model)
    assert (
        "found_rows" in str(problem.value) or "dynamic" in str(problem.value) or "WHERE" in str(problem.value)
    )


def test_weights_that_are_not_finite_fail_the_proof(layers: Any) -> None:
    model = network(residual(layers))
    kernel = model.get_layer("answer").kernel
    kernel.assign(np.full(kernel.shape, np.nan, np.float32))
    with pytest.raises(VerificationError, match="stage convert"):
        convert(model)


def test_a_file_that_does_not_equal_keras_fails_the_proof(layers: Any) -> None:
    from espalier.quantizer.convert import prove_equal

    model = network(residual(layers))
    other = convert(network(residual(layers), 6)).float_model
    changed = edit.read_model(other)
    index = int(edit.graph_of(changed).operators[0].inputs[1])
    edit.set_constant(changed, index, np.array(edit.constant(changed, index)) * np.float32(1.02))
    assert prove_equal(model, other, CONTRACT, ("softmax",)) < 1e-4
    with pytest.raises(VerificationError, match="differ by"):
        prove_equal(model, edit.pack_model(changed), CONTRACT, ("softmax",))



def test_resnet8_answers_the_same_on_photographs_wherever_it_is_sure() -> None:
    import keras

    from espalier.quantizer.compare import int8_answers

    contract = InputContract(size=(32, 32))
    model = keras.models.load_model(RESNET8_FLOAT, compile=False)
    done = convert(model, contract)
    pixels = {of: np.concatenate([tiles(name, 32, of=of) for name in NAMES]) for of in (32, 64, 80)}
    int8 = quantize(done.float_model, pixels[64], contract).int8_model
    seen = np.concatenate([pixels[32], pixels[80]])
    wanted = float_answers(enter_pixels(done.float_model, contract), seen).values
    found = int8_answers(int8, seen).values
    same, sure = wanted.argmax(axis=1) == found.argmax(axis=1), wanted.max(axis=1) > 0.5
    assert sure.sum() >= 350
    assert same[sure].mean() >= 0.97 and same.mean() >= 0.94
    assert np.abs(wanted - found).mean() <= 0.015


def test_a_layer_that_answers_no_numbers_is_named(layers: Any, tmp_path: Path) -> None:
    from espalier.errors import ModelRefusedError
    from espalier.load.keras_file import inspect_model

    model = network(residual(layers))
    norm = next(layer for layer in model.layers if layer.name.startswith("batch_normalization") and layer.name[-1] != "n")
    gamma, beta, mean, variance = norm.get_weights()
    norm.set_weights([gamma, beta, mean, variance - 5])
    with pytest.raises(VerificationError, match=f"the first layer to do so is '{norm.name}'"):
        convert(model)
    norm.set_weights([gamma, beta * np.nan, mean, variance])
    model.save(tmp_path / "model.keras")
    with pytest.raises(ModelRefusedError, match=f"of the layer '{norm.name}' hold NaN or infinity"):
        inspect_model(str(tmp_path / "model.keras"))


def test_a_layer_that_only_a_traced_graph_can_run_is_refused_in_words(layers: Any) -> None:
    """A mutant: TensorFlow takes [False, 0.0, 0.0] as a constant of a graph, and not where it computes at once."""
    from espalier.errors import ModelRefusedError

    model = network(lambda x: layers.Rescaling(0.5, offset=[False, 0.0, 0.0])(x))
    with pytest.raises(ModelRefusedError, match="Keras cannot run the model"):
        convert(model)
