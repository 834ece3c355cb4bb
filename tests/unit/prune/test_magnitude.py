"""Weights at zero: exactly as many as asked, where they should be, and they stay zero."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from espalier.errors import RecipeError
from espalier.prune import magnitude
from espalier.prune.magnitude import Sparsity

from .networks import inverted, mixed, plain, shake


@pytest.mark.parametrize("amount", [0.0, 0.5, 0.9])
def test_exactly_the_asked_share_is_zero(amount: float) -> None:
    net = shake(plain())
    sparse, account = magnitude.prune_magnitude(net, Sparsity(amount=amount))
    total = sum(row["weights"] for row in account["layers"])
    assert account["zeros"] == round(amount * total)
    assert [row["name"] for row in account["layers"]] == ["c2", "d1"]
    zeros = sum(int((sparse.get_layer(name).kernel.numpy() == 0).sum()) for name in ("c2", "d1"))
    assert zeros == account["zeros"] and not (net.get_layer("d1").kernel.numpy() == 0).any()


def test_first_last_depthwise_and_small_layers_stay_dense() -> None:
    _, account = magnitude.prune_magnitude(shake(mixed()), Sparsity(amount=0.5))
    why = {row["layer"]: row["why"] for row in account["left_alone"]}
    assert why["sep"] == "the first layer" and why["out"] == "the last layer"
    assert why["side"] == "fewer than 1000 weights"
    net = shake(inverted())
    with pytest.raises(RecipeError, match="no layer of this model can be pruned"):
        magnitude.prune_magnitude(net, Sparsity(amount=0.5))


def test_lamp_never_empties_a_layer_and_compares_layers() -> None:
    """The largest weight of a layer scores 1, whatever its size, so a layer of tiny weights keeps its best."""
    random = np.random.default_rng(0)
    weights = {
        "big": random.normal(size=(50, 50)).astype(np.float32) * 100,
        "small": random.normal(size=(50, 50)).astype(np.float32),
    }
    masks = magnitude.choose_masks(weights, Sparsity(amount=0.9))
    assert sum(int(mask.sum()) for mask in masks.values()) == 500
    assert all(150 < int(mask.sum()) < 350 for mask in masks.values())
    scores = magnitude.lamp_scores(weights["small"])
    assert scores.max() == pytest.approx(1.0)
    assert (np.diff(np.abs(weights["small"]).ravel()[np.argsort(scores.ravel())]) >= 0).all()


def test_two_of_four_holds_in_every_block_along_the_inputs() -> None:
    net = shake(plain())
    sparse, account = magnitude.prune_magnitude(net, Sparsity(amount=0.1, pattern="2:4"))
    kernel = sparse.get_layer("c2").kernel.numpy()
    blocks = np.moveaxis(kernel, -2, -1).reshape(-1, 4)
    assert ((blocks != 0).sum(axis=1) == 2).all() and account["sparsity"] == 0.5
    original = np.moveaxis(net.get_layer("c2").kernel.numpy(), -2, -1).reshape(-1, 4)
    assert np.abs(original[blocks != 0]).sum() >= np.abs(original[blocks == 0]).sum()


def test_a_rest_of_inputs_under_four_stays_dense() -> None:
    keep = magnitude.two_of_four(np.ones((1, 1, 6, 5), np.float32))
    assert keep[:, :, 4:].all() and (keep[:, :, :4].sum(axis=2) == 2).all()


def test_the_schedule_rises_to_the_amount() -> None:
    values = [magnitude.scheduled(0.8, step, 10) for step in range(14)]
    assert values[0] == 0 and values[10:] == [0.8] * 4 and values == sorted(values)


def test_a_bad_amount_is_refused() -> None:
    with pytest.raises(RecipeError):
        magnitude.prune_magnitude(shake(plain()), Sparsity(amount=1.0))


def test_at_once_false_leaves_the_copy_dense() -> None:
    net = shake(plain())
    copy, account = magnitude.prune_magnitude(net, Sparsity(amount=0.5), at_once=False)
    assert account["zeros"] == 0
    given = np.zeros((1, 12, 12, 3), np.float32)
    np.testing.assert_array_equal(np.asarray(copy(given)), np.asarray(net(given)))


def test_a_separable_layer_is_pruned_in_its_pointwise_part() -> None:
    given = keras.Input((4, 4, 3))
    x: Any = layers.Conv2D(32, 1)(given)
    x = layers.SeparableConv2D(40, 3, name="sep")(x)
    net = shake(keras.Model(given, layers.Dense(2)(layers.Flatten()(x))))
    sparse, _ = magnitude.prune_magnitude(net, Sparsity(amount=0.5))
    layer = sparse.get_layer("sep")
    assert (layer.pointwise_kernel.numpy() == 0).sum() == 640 and not (
        layer.depthwise_kernel.numpy() == 0
    ).any()
