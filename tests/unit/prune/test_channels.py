"""Channel pruning: smaller, exact where it must be exact, aligned, deterministic, on every kind of net."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from espalier.errors import RecipeError, UnsupportedModelError
from espalier.load.macs import count_macs
from espalier.prune import channels
from espalier.prune.flat import copy_model, flatten
from espalier.prune.groups import trace_groups
from espalier.prune.narrow import narrow

from .networks import dense_net, inverted, mixed, plain, shake, squeeze


def macs_of(model: Any) -> int:
    graph = flatten(model)

    def shape(number: int) -> tuple[int, ...]:
        return tuple(int(side or 1) for side in graph.shapes[number])

    return sum(
        count_macs(n.kind.lstrip("."), n.operation, [shape(i) for i in n.inputs], shape(n.outputs[0]))
        for n in graph.nodes
    )


def test_a_flat_copy_answers_the_same(net: Any, images: Any) -> None:
    given = images(net)
    np.testing.assert_array_equal(np.asarray(copy_model(net)(given)), np.asarray(net(given)))


@pytest.mark.parametrize("amount", [0.3, 0.6])
def test_the_asked_share_of_macs_goes_and_the_account_is_true(net: Any, images: Any, amount: float) -> None:
    smaller, account = channels.prune_channels(net, amount=amount, multiple=8, images=images(net))
    assert account["macs_before"] == macs_of(net)
    assert account["macs_after"] == macs_of(smaller) <= (1 - amount) * account["macs_before"]
    assert account["parameters_after"] == smaller.count_params() < account["parameters_before"]
    assert smaller.output_shape == net.output_shape
    assert smaller.input_shape == net.input_shape
    assert np.isfinite(np.asarray(smaller(images(net)))).all()


def test_counts_are_multiples_and_no_layer_collapses(net: Any, images: Any) -> None:
    _, account = channels.prune_channels(net, amount=0.3, multiple=8, images=images(net))
    assert account["multiple"] == 8 and account["notes"] == []
    for layer in account["layers"]:
        if layer["after"] != layer["before"]:
            assert layer["after"] % 8 == 0 and layer["before"] / 4 <= layer["after"] < layer["before"], layer


def test_pruning_twice_gives_the_same_bytes(net: Any, images: Any) -> None:
    first, account = channels.prune_channels(net, amount=0.4, multiple=8, images=images(net))
    second, again = channels.prune_channels(net, amount=0.4, multiple=8, images=images(net))
    assert account == again
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_given_model_is_untouched(net: Any, images: Any) -> None:
    before = net.get_weights()
    channels.prune_channels(net, amount=0.4, multiple=8, images=images(net))
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def gate_kills(model: Any, given: Any, kept: Any, graph: Any, groups: Any) -> Any:
    """The big model's answer when the removed components are multiplied by 0 wherever a mixing layer reads them."""
    from espalier.prune.flat import run
    from espalier.prune.importance import MIXING

    def call(node: Any, values: list[Any]) -> list[Any]:
        if node.kind in MIXING:
            mask = kept[groups.component[groups.layouts[node.name].inputs]].astype(np.float32)
            values = [values[0] * mask]
        return node.call(node.operation, values)

    return np.asarray(run(graph, [keras.ops.convert_to_tensor(given)], call=call)[0])


def test_narrowing_equals_silencing_the_removed_channels(net: Any, images: Any) -> None:
    """For any choice of channels, the small model is the big one with those channels silenced."""
    graph, given = flatten(net), images(net)
    groups = trace_groups(graph)
    random = np.random.default_rng(3)
    kept = np.ones(groups.count, bool)
    for family in groups.families:
        if family.frozen is None and family.producers:
            kept[random.permutation(family.members)[: len(family.members) // 3]] = False
    assert not kept.all()
    smaller = narrow(graph, groups, kept)
    np.testing.assert_allclose(
        np.asarray(smaller(given)), gate_kills(net, given, kept, graph, groups), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("build", [plain, inverted, dense_net, squeeze], ids=lambda build: build.__name__)
def test_dead_channels_go_first_and_change_nothing(build: Any, images: Any) -> None:
    net = shake(build())
    graph = flatten(net)
    groups = trace_groups(graph)
    name = {"plain": "c2", "inverted": "expand1", "dense_net": "grow0", "squeeze": "after"}[build.__name__]
    dead = np.arange(8) * 2
    layer = net.get_layer(name)
    layer.set_weights([np.where(np.isin(np.arange(w.shape[-1]), dead), 0, w) for w in layer.get_weights()])
    for node in graph.nodes:  # a batch norm or a depthwise bias behind it must not wake the channel up
        atoms = groups.layouts.get(node.name)
        if node.kind == "BatchNormalization" and atoms is not None:
            hit = np.isin(
                groups.component[atoms.outputs], groups.component[groups.layouts[name].outputs[dead]]
            )
            gamma, beta, mean, variance = node.operation.get_weights()
            node.operation.set_weights([gamma, np.where(hit, 0, beta), np.where(hit, 0, mean), variance])
    given = images(net)
    smaller, account = channels.prune_channels(net, amount=0.0, multiple=8, images=given)
    assert account["free_channels"] == 8
    assert {row["name"]: row["before"] - row["after"] for row in account["layers"]}[name] == 8
    np.testing.assert_allclose(np.asarray(smaller(given)), np.asarray(net(given)), rtol=0, atol=1e-6)


def test_a_constant_channel_moves_into_the_bias_where_nothing_is_padded(images: Any) -> None:
    given = keras.Input((6, 6, 3))
    x = layers.Conv2D(16, 3, activation="relu", name="made")(given)
    x = layers.Conv2D(8, 3, use_bias=False, name="reader")(x)
    net = shake(keras.Model(given, layers.Dense(3)(layers.Flatten()(x))))
    kernel, bias = net.get_layer("made").get_weights()
    kernel[..., :8], bias[:8] = 0, np.linspace(0.1, 1, 8)
    net.get_layer("made").set_weights([kernel, bias])
    data = images(net)
    smaller, account = channels.prune_channels(net, amount=0.0, multiple=8, images=data)
    assert account["free_channels"] == 8 and smaller.get_layer("reader").use_bias
    np.testing.assert_allclose(np.asarray(smaller(data)), np.asarray(net(data)), rtol=1e-5, atol=1e-5)


def test_a_constant_channel_under_padding_stays(images: Any) -> None:
    given = keras.Input((6, 6, 3))
    x = layers.Conv2D(16, 3, activation="relu", name="made")(given)
    x = layers.Conv2D(8, 3, padding="same", name="reader")(x)
    net = shake(keras.Model(given, layers.Dense(3)(layers.Flatten()(x))))
    kernel, bias = net.get_layer("made").get_weights()
    kernel[..., :8], bias[:8] = 0, 1
    net.get_layer("made").set_weights([kernel, bias])
    _, account = channels.prune_channels(net, amount=0.0, multiple=8, images=images(net))
    assert account["free_channels"] == 0 and account["macs_after"] == account["macs_before"]


def test_channels_of_a_residual_stream_are_tied() -> None:
    groups = trace_groups(flatten(inverted()))
    stream = [family for family in groups.families if "stem" in family.producers]
    assert [set(family.producers) for family in stream] == [{"stem", "project0", "project1"}]
    assert all(family.frozen is None for family in stream)


def test_the_output_and_the_input_are_left_alone() -> None:
    groups = trace_groups(flatten(plain()))
    assert [family.frozen for family in groups.families if "out" in family.producers] == [
        "it is the model's output"
    ]


def odd(kind: str) -> Any:
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(16, 3, padding="same", name="first")(given)
    if kind == "layer norm":
        x = layers.LayerNormalization(name="odd")(x)
    elif kind == "permute":
        x = layers.Permute((3, 1, 2), name="odd")(x)
    elif kind == "softmax activation":
        x = layers.DepthwiseConv2D(3, activation="softmax", name="odd")(x)
    elif kind == "spatial attention":
        x = layers.MultiHeadAttention(2, 4, name="odd")(x, x)
    elif kind == "channel mean":
        x = keras.ops.mean(x, axis=-1, keepdims=True)
    elif kind == "constant array":
        x = x * np.arange(16, dtype=np.float32)
    elif kind == "first axis":
        x = layers.BatchNormalization(axis=1, name="odd")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="free")(x)
    x = layers.Conv2D(16, 3, name="after")(x)
    return shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))


@pytest.mark.parametrize(
    "kind",
    [
        "layer norm",
        "permute",
        "softmax activation",
        "spatial attention",
        "channel mean",
        "constant array",
        "first axis",
    ],
)
def test_what_is_not_understood_is_left_alone_and_named(kind: str, images: Any) -> None:
    net = odd(kind)
    smaller, account = channels.prune_channels(net, amount=0.1, multiple=8, images=images(net))
    counts = {row["name"]: row["after"] for row in account["layers"]}
    assert counts["first"] == 16 and counts["free"] < 32
    why = {row["layer"]: row["why"] for row in account["left_alone"]}
    assert "first" in why and len(why["first"]) > 10
    assert account["macs_after"] == macs_of(smaller) and account["macs_before"] == macs_of(net)


def test_counts_that_are_no_multiple_go_down_to_one_never_up(images: Any) -> None:
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(20, 3, activation="relu", name="a")(given)
    x = layers.Conv2D(12, 3, activation="relu", name="b")(x)
    net = shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))
    _, account = channels.prune_channels(net, amount=0.3, multiple=8, images=images(net))
    counts = {row["name"]: row["after"] for row in account["layers"]}
    assert counts["a"] in (8, 16, 20) and counts["b"] in (8, 12) and account["multiple"] == 8


def test_layers_too_narrow_for_the_multiple_use_a_smaller_one_and_say_so(images: Any) -> None:
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, activation="relu", name="a")(given)
    x = layers.Conv2D(8, 3, activation="relu", name="b")(x)
    net = shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))
    _, account = channels.prune_channels(net, amount=0.3, multiple=8, images=images(net))
    assert account["multiple"] == 4 and account["reached"] >= 0.3
    assert "multiples of 8 could not reach 30%" in account["notes"][0]


def test_a_budget_out_of_reach_is_stated(images: Any) -> None:
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="a")(given)
    x = layers.LayerNormalization()(x)
    net = shake(keras.Model(given, layers.Dense(4)(layers.GlobalAveragePooling2D()(x))))
    smaller, account = channels.prune_channels(net, amount=0.3, multiple=8, images=images(net))
    assert "only 0.0% of the MACs could be removed, 30% was asked" in account["notes"][-1]
    assert smaller.count_params() == net.count_params()


def test_an_amount_that_would_empty_layers_is_refused_with_the_most_that_can_go(images: Any) -> None:
    """Before anything is scored or fitted: without an image."""
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="a")(given)
    x = layers.Conv2D(4, 3, name="b")(x)
    net = shake(keras.Model(given, layers.Dense(10)(layers.GlobalAveragePooling2D()(x))))
    with pytest.raises(RecipeError) as refused:
        channels.prune_channels(net, amount=0.95, multiple=8, images=None)
    assert refused.value.exit_code == 2
    assert "`prune.amount` 0.95 would empty layers: with one channel left in each of a, b, 81.9%" in str(refused.value)
    assert "amounts up to 0.81 for this model" in str(refused.value)
    channels.prune_channels(net, amount=0.81, multiple=8, images=images(net))


def test_repair_brings_the_answers_nearer_to_the_given_model(images: Any) -> None:
    net, data = shake(inverted()), images(inverted(), 64)
    wanted = np.asarray(net(data))
    errors = []
    for repair in (False, True):
        smaller, account = channels.prune_channels(net, amount=0.4, multiple=8, images=data, repair=repair)
        assert bool(account["fitted"]) == repair
        errors.append(float(np.square(np.asarray(smaller(data)) - wanted).mean()))
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize("name", ["vit", "grouped", "unet"])
def test_removed_channels_equal_silenced_ones_in_a_sample_of_architectures(name: str) -> None:
    """All of them, and hundreds of choices: sweep_masks.py."""
    from channel_masks import TOLERANCE, free_difference, mask_differences
    from channel_nets import make

    found = mask_differences(make(name, 3), 3, 2)
    assert max(difference for difference, _ in found) <= TOLERANCE < max(moved for _, moved in found)
    assert free_difference(make(name, 3), 3)[0] <= TOLERANCE


def attentive(kind: str) -> Any:
    """Four heads of 3 on six tokens: Keras' layer, or dense layers and products."""
    given = keras.Input((6, 12))
    if kind == "layer":
        x = layers.MultiHeadAttention(4, 3, name="attention")(given, given)
    elif kind == "letters":
        q, k, v = (layers.Reshape((6, 4, 3))(layers.Dense(12, name=name)(given)) for name in ("query", "key", "value"))
        scores = layers.Softmax()(keras.ops.einsum("bthk,bshk->bhts", q, k) * 3**-0.5)
        mixed = layers.Reshape((6, 12))(keras.ops.einsum("bhts,bshk->bthk", scores, v))
        x = layers.Dense(12, name="attention")(mixed)
    else:
        parts = [layers.Reshape((6, 4, 3))(layers.Dense(12, name=name)(given)) for name in ("query", "key", "value")]
        q, k, v = (layers.Permute((2, 1, 3))(part) for part in parts)
        scores = layers.Softmax()(keras.ops.matmul(q, keras.ops.transpose(k, (0, 1, 3, 2))) * 3**-0.5)
        mixed = layers.Permute((2, 1, 3))(keras.ops.matmul(scores, v))
        x = layers.Dense(12, name="attention")(layers.Reshape((6, 12))(mixed))
    x = layers.LayerNormalization()(layers.Add()([given, x]))
    return shake(keras.Model(given, layers.Dense(2)(layers.GlobalAveragePooling1D()(x))))


@pytest.mark.parametrize("kind", ["layer", "products", "letters"])
def test_heads_of_an_attention_go_as_wholes(kind: str) -> None:
    net = attentive(kind)
    graph = flatten(net)
    groups = trace_groups(graph)
    assert groups.macs(np.ones(groups.count, bool)) == macs_of(net)
    (heads,) = [family for family in groups.families if family.frozen is None and family.producers]
    assert len(heads.members) == 4 and heads.channels == 3
    kept = np.ones(groups.count, bool)
    kept[heads.members[[0, 2]]] = False
    smaller = narrow(graph, groups, kept)
    assert groups.macs(kept) == macs_of(smaller)
    if kind == "layer":
        assert smaller.get_layer("attention").num_heads == 2
    else:
        assert [smaller.get_layer(name).units for name in ("query", "key", "value", "attention")] == [6, 6, 6, 12]


def test_heads_go_though_they_are_fewer_than_the_multiple(images: Any) -> None:
    """Four heads of three channels, multiples of 8: a head is more than a channel, and other layers keep their multiples."""
    net = attentive("layer")
    smaller, account = channels.prune_channels(net, amount=0.4, multiple=8, images=images(net))
    assert smaller.get_layer("attention").num_heads == 2 and account["multiple"] == 8
    assert {row["name"]: (row["before"], row["after"]) for row in account["layers"]}["attention"] == (4, 2)
    assert "attention" not in {row["layer"] for row in account["left_alone"]}


def test_a_head_that_costs_more_is_worth_more(images: Any) -> None:
    """Scores reach inside Keras' attention: a head whose output is not read is worth nothing."""
    from espalier.prune.importance import score_channels

    net = attentive("layer")
    attention = net.get_layer("attention")
    attention.set_weights(
        [np.where(np.arange(4)[:, None, None] == 1, 0, w) if "output/kernel" in v.path else w
         for v, w in zip(attention.weights, attention.get_weights(), strict=True)]
    )  # fmt: skip
    graph = flatten(net)
    groups = trace_groups(graph)
    scores = score_channels(graph, groups, images(net))[groups.component[groups.layouts["attention"].inner]]
    assert scores[1] == 0 and (scores[[0, 2, 3]] > 0).all()


def test_groups_of_a_convolution_lose_as_many_each_or_go_whole() -> None:
    for count, width, members in ((2, 8, 8), (8, 2, 8)):
        given = keras.Input((6, 6, 3))
        x = layers.Conv2D(count * width, 1, name="before")(given)
        x = layers.Conv2D(count * width, 3, groups=count, name="odd")(x)
        net = shake(keras.Model(given, layers.Dense(2)(layers.GlobalAveragePooling2D()(x))))
        graph = flatten(net)
        groups = trace_groups(graph)
        assert groups.macs(np.ones(groups.count, bool)) == macs_of(net)
        family = next(family for family in groups.families if "odd" in family.producers)
        kept = np.ones(groups.count, bool)
        kept[family.members[1:]] = False
        layer = narrow(graph, groups, kept).get_layer("odd")
        assert family.channels == (2 if count == 2 else width)
        assert (layer.groups, layer.filters) == ((2, 2) if count == 2 else (1, 2))
        assert len(family.members) == members and groups.macs(kept) == macs_of(narrow(graph, groups, kept))


def test_nested_and_shared_layers_keep_unique_names(images: Any) -> None:
    inner = keras.Sequential([keras.Input((8, 8, 16)), layers.Conv2D(16, 1, name="same")], name="inner")
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(16, 1, name="same")(given)
    x = inner(inner(x))
    net = shake(keras.Model(given, layers.Dense(3)(layers.GlobalAveragePooling2D()(x))))
    smaller, account = channels.prune_channels(net, amount=0.3, multiple=8, images=images(net))
    assert [row["name"] for row in account["layers"]][:2] == ["same", "inner_same"]
    assert smaller.get_layer("inner_same").filters == 8


def test_models_without_a_static_graph_are_refused() -> None:
    class Own(keras.Model):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(UnsupportedModelError, match="no static graph"):
        flatten(Own())
    with pytest.raises(UnsupportedModelError, match="no input shape"):
        flatten(keras.Sequential([layers.Dense(2)]))


def test_an_amount_outside_its_range_is_refused(images: Any) -> None:
    with pytest.raises(RecipeError):
        channels.prune_channels(plain(), amount=1.0, multiple=8, images=images(plain()))


def test_a_mixed_net_prunes_every_kind_of_layer(images: Any) -> None:
    net = shake(mixed())
    _, account = channels.prune_channels(net, amount=0.85, multiple=4, images=images(net))
    shrunk = {row["name"] for row in account["layers"] if row["after"] < row["before"]}
    assert {"shared", "inside", "sep2"} <= shrunk
