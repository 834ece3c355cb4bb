"""Channels by what the others cannot make up for, and the repair that lets them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from espalier.prune.channels import prune_channels
from espalier.prune.flat import flatten
from espalier.prune.groups import trace_groups
from espalier.prune.least_squares import _measured, _nested, _Reader, unrepaired_losses
from espalier.prune.narrow import narrow
from espalier.prune.reconstruct import reconstruct

from .networks import shake


def reader(rows: np.ndarray[Any, Any], kernel: np.ndarray[Any, Any], each: int) -> _Reader:
    places = np.arange(rows.shape[1]).reshape(-1, each)
    whole = _measured(rows, kernel, rows.shape[1]).whole
    assert whole is not None
    return _Reader(inverse=np.linalg.inv(whole), weights=kernel.astype(np.float64), rows=places, fixed=np.zeros(len(places)))


@pytest.mark.parametrize("each", [1, 3])
def test_the_loss_of_removals_is_what_a_fit_without_them_leaves(each: int) -> None:
    random = np.random.default_rng(0)
    rows = (random.normal(size=(4_000, 12)) @ random.normal(size=(12, 12))).astype(np.float32)
    kernel = random.normal(size=(12, 5))
    one = reader(rows, kernel, each)
    assert one.inverse is not None
    moment, gone, left = np.linalg.inv(one.inverse), 0.0, list(range(12 // each))
    for _ in range(12 // each - 1):
        losses = one.loss()
        worst = int(losses.argmin())
        gone += losses[worst]
        one.remove(np.array([worst]))
        left.pop(worst)
        kept = np.concatenate([np.arange(number * each, (number + 1) * each) for number in left])
        fitted = np.linalg.solve(moment[np.ix_(kept, kept)], moment[kept] @ kernel)
        lost = np.trace(kernel.T @ moment @ kernel) - np.trace(fitted.T @ moment[np.ix_(kept, kept)] @ fitted)
        assert gone == pytest.approx(lost, rel=1e-6)
        np.testing.assert_allclose(one.weights[kept], fitted, rtol=1e-6, atol=1e-9)


def test_a_channel_that_others_repeat_goes_first() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(2_000, 6)).astype(np.float32)
    rows[:, 0] = 10 * (rows[:, 1] + rows[:, 2])
    order = np.argsort(_nested([reader(rows, np.ones((6, 2)), 1)], 6))
    assert order[0] in (0, 1, 2) and order[-1] == 0, "and what cannot be repaired stays longest"


def repeated() -> Any:
    """The first eight of 16 channels are loud and repeat each other, the others are quiet and all are needed."""
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="first")(given)
    x = layers.Conv2D(12, 3, padding="same", activation="relu", name="second")(x)
    net = shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))
    kernel, bias = net.get_layer("first").get_weights()
    kernel[..., :8] = kernel[..., :1] * np.linspace(3, 4, 8)
    bias[:8] = 0
    net.get_layer("first").set_weights([kernel, bias])
    return net


def test_loud_channels_that_repeat_each_other_are_removed_without_loss(images: Any) -> None:
    net = repeated()
    pixels = images(net, 64)
    smaller, account = prune_channels(net, amount=0.4, multiple=1, images=pixels)
    assert account["reached"] >= 0.4
    apart = np.asarray(smaller(pixels)) - np.asarray(net(pixels))
    assert np.square(apart).mean() < 1e-3 * np.asarray(net(pixels)).var()
    losses, groups = unrepaired_losses(flatten(net), trace_groups(flatten(net)), pixels), trace_groups(flatten(net))
    first = groups.component[groups.layouts["first"].outputs]
    assert set(np.argsort(losses[first])[:7].tolist()) < set(range(8))


def residual(norm: bool) -> Any:
    """Two branches that meet in a sum, the shortcut declared first."""
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(12, 3, padding="same", activation="relu", name="stem")(given)
    short = layers.Conv2D(12, 1, name="short")(x)
    y = layers.Conv2D(24, 3, padding="same", activation="relu", name="inner")(x)
    y = layers.Conv2D(12, 3, padding="same", use_bias=not norm, name="outer")(y)
    y = layers.BatchNormalization()(y) if norm else y
    x = layers.ReLU()(layers.Add(name="sum")([short, y]))
    return shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))


@pytest.mark.parametrize("norm", [False, True])
def test_the_shortcut_makes_up_for_what_its_branch_lacks(images: Any, norm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    net = residual(norm)
    pixels, graph = images(net, 64), flatten(net)
    groups = trace_groups(graph)
    kept = np.ones(groups.count, bool)
    kept[groups.component[groups.layouts["inner"].outputs][::2]] = False
    lost = []
    for blind in (False, True):
        if blind:
            monkeypatch.setattr("espalier.prune.reconstruct._ends_in_sums", lambda graph: {})
        smaller = narrow(graph, groups, kept)
        fitted = reconstruct(graph, groups, kept, smaller, pixels)
        assert "outer" in fitted and ("short" in fitted) is not blind
        sums = [np.asarray(keras.Model(one.input, one.get_layer("sum").output)(pixels)) for one in (net, smaller)]
        lost.append(float(np.square(sums[0] - sums[1]).mean()))
    assert lost[0] < 0.99 * lost[1]
