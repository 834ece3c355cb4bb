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
from espalier.prune import interrupted
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


def noise_images(count: int = 40, side: int = 16) -> Any:
    return np.random.default_rng(8).integers(0, 256, (count, side, side, 3)).astype(np.float32)


def changed(given: Any, seed: int = 3, **settings: Any) -> Any:
    return augment(tf.constant(given), Augment(**settings), tf.constant([0, seed])).numpy()


def test_contrast_keeps_each_images_mean_and_saturation_its_luma() -> None:
    given = 100 + noise_images() / 16
    out = changed(given, contrast=0.5)
    np.testing.assert_allclose(out.mean(axis=(1, 2, 3)), given.mean(axis=(1, 2, 3)), atol=0.05)
    factors = out.std(axis=(1, 2, 3)) / given.std(axis=(1, 2, 3))
    assert 0.5 <= factors.min() < 0.75 and 1.25 < factors.max() <= 1.5
    luma = [0.299, 0.587, 0.114]
    out = changed(given, saturation=1.0)
    np.testing.assert_allclose(out @ luma, given @ luma, atol=0.1)
    assert (out.std(axis=3).mean() - given.std(axis=3).mean()) != 0
    gray = np.repeat(given[..., :1], 3, axis=3)
    np.testing.assert_allclose(changed(gray, saturation=1.0), gray, atol=1e-3)


def test_blur_takes_detail_and_keeps_the_level_also_of_one_pixel_sides() -> None:
    given = noise_images()
    out = changed(given, blur=2.0)
    assert abs(out.mean() - given.mean()) < 2
    left = out.std(axis=(1, 2, 3)) / given.std(axis=(1, 2, 3))
    assert left.min() < 0.3 and left.max() > 0.6 and left.max() <= 1.001
    thin = given[:, :, :1]
    assert changed(thin, blur=3.0).shape == thin.shape
    np.testing.assert_allclose(changed(np.full((4, 5, 5, 1), 90, np.float32), blur=4.0), 90, atol=1e-3)


def test_noise_is_as_strong_as_asked_and_jpeg_changes_little() -> None:
    flat = np.full((60, 16, 16, 3), 128, np.float32)
    strength = changed(flat, noise=20.0).std(axis=(1, 2, 3))
    assert strength.min() < 5 and 16 < strength.max() < 22
    smooth = np.broadcast_to(np.linspace(20, 230, 16)[None, :, None, None], (12, 16, 16, 3)).astype(np.float32)
    out = changed(smooth, jpeg=20)
    assert 0 < np.abs(out - smooth).max() < 60 and np.abs(out - smooth).mean() < 8
    assert changed(smooth[..., :1], jpeg=50).shape == (12, 16, 16, 1)


def test_erasing_puts_the_mean_into_one_rectangle_of_half_of_the_images() -> None:
    given = noise_images(200)
    out = changed(given, erase=0.3)
    touched = (out != given).any(axis=3)
    share = touched.mean(axis=(1, 2))
    assert 0.35 < (share > 0).mean() < 0.65 and 0.2 < share.max() <= 0.4
    for image, mask, before in zip(out, touched, given, strict=True):
        if mask.any():
            rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
            assert mask.sum() == len(rows) * len(columns)
            np.testing.assert_allclose(image[mask], before.mean(), atol=0.01)


def test_zoom_and_crop_show_a_part_of_the_image() -> None:
    ramp = np.broadcast_to(np.arange(32, dtype=np.float32)[None, None, :, None], (60, 32, 32, 1))
    steps = np.diff(changed(ramp, zoom=0.5)[:, 16, 12:20, 0], axis=1).mean(axis=1)
    assert 0.65 < steps.min() < 0.8 and 1.4 < steps.max() <= 2.05
    parts = changed(ramp, crop=0.5)[:, 16, :, 0]
    spans = parts.max(axis=1) - parts.min(axis=1)
    assert 15 <= spans.min() < 20 and spans.max() > 28
    centres = (parts.max(axis=1) + parts.min(axis=1)) / 2
    assert centres.min() < 13 and centres.max() > 18 and parts.min() >= 0 and parts.max() <= 31


def test_a_change_that_is_not_asked_for_leaves_the_others_as_they_were() -> None:
    given = noise_images()
    np.testing.assert_array_equal(changed(given, shift=0.2, flip="both"), changed(given, shift=0.2, flip="both", jpeg=100))
    both = changed(given, shift=0.2, erase=0.3)
    shifted = changed(given, shift=0.2)
    np.testing.assert_array_equal(both[(both == shifted).all(axis=(1, 2, 3))], shifted[(both == shifted).all(axis=(1, 2, 3))])


def test_every_change_repeats_itself_inside_a_compiled_step() -> None:
    wish = Augment(zoom=0.2, crop=0.2, contrast=0.3, saturation=0.3, blur=1.0, noise=5.0, jpeg=60, erase=0.2, rotate=10)
    step = tf.function(lambda pixels, seed: augment(pixels, wish, seed), autograph=False)
    given = tf.constant(noise_images())
    first, again = step(given, tf.constant([0, 1])).numpy(), step(given, tf.constant([0, 1])).numpy()
    np.testing.assert_array_equal(first, again)
    assert (step(given, tf.constant([0, 2])).numpy() != first).any()


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


def test_a_training_that_was_interrupted_ends_in_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupted, "KEPT_SECONDS", -1.0)
    (given, labels), teacher, states = stripes(64), net(), list[bytes]()
    whole, again, how = net(), net(), settings(4, flip="vertical", jpeg=60)
    first = fine_tune(whole, how, given, labels, CONTRACT, seed=5, teacher=teacher, keep=lambda s: states.append(s.pack()))
    state = interrupted.State.unpack(states[1])
    assert state.epoch == 2 and len(states) == 3
    second = fine_tune(again, how, given, labels, CONTRACT, seed=5, teacher=teacher, state=state)
    assert str(second) == str(first)  # the loss before the first epoch is not a number
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
