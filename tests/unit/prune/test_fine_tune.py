"""Training after pruning: it learns, keeps its best, repeats itself exactly, and keeps zeros at zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from espalier.errors import ImagesRefusedError, UnsupportedModelError
from espalier.prune.augment import augment
from espalier.prune.fine_tune import fine_tune
from espalier.prune.magnitude import Sparsity
from espalier.prune.training_set import HELD_OUT, class_weights, split_classes
from espalier.recipe import Augment, FineTune, InputContract

CONTRACT = InputContract(size=(8, 8), mean=(127.5,), std=(127.5,))


def stripes(count: int = 160) -> tuple[Any, list[int]]:
    """Images whose class is which half is bright; uint8 [count, 8, 8, 3]."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % 2
    pixels = random.integers(0, 120, (count, 8, 8, 3))
    pixels[labels == 0, :4] += 100
    pixels[labels == 1, 4:] += 100
    return pixels.astype(np.uint8), labels.tolist()


def net(end: str = "softmax") -> Any:
    keras.utils.set_random_seed(3)
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(given)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(16, 3, strides=2, activation="relu", name="inner")(x)
    x = layers.Flatten()(x)
    ends: dict[str, Callable[[Any], Any]] = {
        "softmax": layers.Dense(2, activation="softmax"),
        "softmax layer": lambda v: layers.Softmax()(layers.Dense(2)(v)),
        "activation layer": lambda v: layers.Activation("softmax")(layers.Dense(2)(v)),
        "logits": layers.Dense(2),
        "sigmoid": layers.Dense(1, activation="sigmoid"),
        "one logit": layers.Dense(1),
        "two sigmoids": layers.Dense(2, activation="sigmoid"),
    }
    return keras.Model(given, ends[end](x))


def settings(epochs: int = 4, **more: Any) -> FineTune:
    return FineTune(images="", epochs=epochs, batch_size=16, learning_rate=0.005, augment=Augment(**more))


@pytest.mark.parametrize(
    "end", ["softmax", "softmax layer", "activation layer", "logits", "sigmoid", "one logit", "two sigmoids"]
)
def test_it_learns_whatever_the_model_ends_with(end: str) -> None:
    model, (pixels, labels) = net(end), stripes()
    before = np.asarray(model(np.zeros((1, 8, 8, 3), np.float32))).sum()
    result = fine_tune(model, settings(), pixels, labels, CONTRACT, teacher=net(end))
    best = result["history"][result["epochs_kept"]]
    assert best["accuracy"] >= 0.9 and result["epochs_kept"] > 0
    assert best["accuracy"] == max(row["accuracy"] for row in result["history"])
    answer = np.asarray(model((pixels.astype(np.float32) - 127.5) / 127.5))
    assert np.isfinite(before) and (("soft" not in end) or np.allclose(answer.sum(axis=1), 1, atol=1e-5))
    right = (
        (answer[:, 0] > (0.5 if end == "sigmoid" else 0)) if answer.shape[1] == 1 else answer.argmax(1) == 1
    )
    assert (right == np.array(labels, bool)).mean() > 0.9


def test_equal_seeds_give_equal_weights() -> None:
    pixels, labels = stripes(64)
    weights = []
    for seed in (5, 5, 6):
        model = net()
        fine_tune(
            model,
            settings(2, flip="horizontal", shift=0.1, rotate=10, brightness=0.2),
            pixels,
            labels,
            CONTRACT,
            seed=seed,
        )
        weights.append(model.get_weights())
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))


def test_zeros_survive_the_training() -> None:
    model, (pixels, labels) = net(), stripes()
    result = fine_tune(model, settings(5), pixels, labels, CONTRACT, sparsity=Sparsity(amount=0.7))
    kernel = model.get_layer("inner").kernel.numpy()
    assert result["sparsity"]["zeros"] == round(0.7 * kernel.size) == int((kernel == 0).sum())
    assert result["epochs_kept"] >= 3


def test_a_training_that_harms_is_thrown_away() -> None:
    """Epoch 0, the model as it came, is a candidate; a quarter of wrong labels bounds what any epoch can reach."""
    model, (pixels, labels) = net(), stripes()
    fine_tune(model, settings(2), pixels, labels, CONTRACT)
    kept = model.get_weights()
    wrong = [1 - label if number % 8 in (0, 1) else label for number, label in enumerate(labels)]
    harmful = FineTune(images="", epochs=5, batch_size=16, learning_rate=1.0)
    result = fine_tune(model, harmful, pixels, wrong, CONTRACT)
    assert result["epochs_kept"] == 0 and len(result["history"]) == 4
    for old, new in zip(kept, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_momentum_and_last_activation_are_put_back() -> None:
    model, (pixels, labels) = net(), stripes(32)
    fine_tune(model, settings(1), pixels, labels, CONTRACT)
    assert model.layers[-1].activation.__name__ == "softmax" and model.layers[2].momentum == 0.99


@pytest.mark.parametrize(
    ("labels", "said"), [([0], "2 fine-tuning images and 1 labels"), ([0, 2], "from 0 to 2")]
)
def test_labels_that_do_not_fit_are_refused(labels: list[int], said: str) -> None:
    with pytest.raises(ImagesRefusedError, match=said):
        fine_tune(net(), settings(), stripes(2)[0], labels, CONTRACT)


def test_a_model_with_two_outputs_is_refused() -> None:
    given = keras.Input((8, 8, 3))
    x = layers.Flatten()(given)
    model = keras.Model(given, [layers.Dense(2)(x), layers.Dense(2)(x)])
    with pytest.raises(UnsupportedModelError, match="one output"):
        fine_tune(model, settings(), *stripes(16), CONTRACT)


def test_the_held_out_share_is_of_every_class_and_fixed() -> None:
    targets = np.repeat([0, 1, 2], [100, 50, 4])
    split = split_classes(targets, 1)
    assert [int((targets[split.judge] == c).sum()) for c in range(3)] == [
        round(HELD_OUT * 100),
        round(HELD_OUT * 50),
        0,
    ]
    assert np.array_equal(np.sort(np.concatenate([split.train, split.judge])), np.arange(154))
    assert np.array_equal(split.judge, split_classes(targets, 1).judge)


def test_only_unbalanced_classes_are_weighted() -> None:
    assert class_weights(np.repeat([0, 1], [14, 10]), 2).tolist() == [1, 1]
    np.testing.assert_allclose(class_weights(np.repeat([0, 1], [30, 10]), 3), [2 / 3, 2, 1])


def pixels(side: int = 8) -> Any:
    return np.random.default_rng(0).integers(0, 256, (6, side, side, 3)).astype(np.float32)


def test_no_augmentation_changes_nothing() -> None:
    given = pixels()
    np.testing.assert_array_equal(augment(tf.constant(given), Augment(), tf.constant([0, 1])).numpy(), given)


def test_flips_are_exact_and_random_per_image() -> None:
    given = pixels()
    out = augment(tf.constant(given), Augment(flip="horizontal"), tf.constant([0, 1])).numpy()
    flipped = [np.array_equal(o, g[:, ::-1]) for o, g in zip(out, given, strict=True)]
    same = [np.array_equal(o, g) for o, g in zip(out, given, strict=True)]
    assert all(a != b for a, b in zip(flipped, same, strict=True)) and any(flipped) and any(same)


def test_a_vertical_flip_and_shift_move_whole_pixels() -> None:
    given = pixels(10)
    out = augment(tf.constant(given), Augment(flip="vertical", shift=0.3), tf.constant([0, 2])).numpy()
    assert out.shape == given.shape and set(np.unique(out)) <= set(np.unique(given))
    assert not np.array_equal(out, given)


def test_brightness_scales_and_stays_in_range() -> None:
    given = pixels()
    out = augment(tf.constant(given), Augment(brightness=0.5), tf.constant([0, 3])).numpy()
    assert out.min() >= 0 and out.max() <= 255
    ratio = out[:, 0, 0, 0] / given[:, 0, 0, 0]
    assert ratio.min() >= 0.5 and ratio.max() <= 1.5 and np.ptp(ratio) > 0.1


def test_rotation_keeps_the_centre() -> None:
    given = np.zeros((8, 9, 9, 1), np.float32)
    given[:, 4, 4] = 200
    out = augment(tf.constant(given), Augment(rotate=90), tf.constant([0, 4])).numpy()
    np.testing.assert_allclose(out[:, 4, 4, 0], 200, atol=1e-3)
