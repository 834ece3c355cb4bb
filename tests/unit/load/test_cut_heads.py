"""Networks of detectors are cut where their heads are: what only rearranges goes, each head gets an output of its own."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from tiny_detector import apart, body, decoded, head, joined, levels, scenes, score_columns

from espalier.detector import HeadNames, Heads
from espalier.errors import ModelRefusedError, RecipeError, UnsupportedModelError
from espalier.load.cut_heads import cut_heads
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild

PIXELS = np.stack([scene.pixels for scene in scenes(2, 3)]).astype(np.float32) / 255


def names(**changed: object) -> HeadNames:
    return HeadNames(**{"boxes": ("boxes",), "scores": ("scores",), "activation": "sigmoid", "width": 2, **changed})  # type: ignore[arg-type]


def logits(probability: object) -> np.ndarray:
    p = np.asarray(probability, np.float64)
    return np.log(p / (1 - p))


def test_a_sigmoid_at_the_end_is_left_to_the_decode_so_that_int8_has_steps_for_small_scores() -> None:
    model = apart()
    boxes, scores = model(PIXELS)
    cut = cut_heads(model, names())
    assert cut.levels == (Heads(box=0, scores=1),)
    found = cut.model(PIXELS)
    assert [one.shape[1:] for one in found] == [(8, 8, 4), (8, 8, 2)]
    assert np.allclose(found[0], boxes) and np.allclose(found[1], logits(scores), atol=2e-3)
    assert any("scores" in note and "cut off" in note for note in cut.notes)


def test_probabilities_that_a_recipe_takes_as_they_are_stay() -> None:
    model = apart()
    _, scores = model(PIXELS)
    assert np.allclose(cut_heads(model, names(activation="none")).model(PIXELS)[1], scores)


def test_a_concat_of_boxes_and_scores_becomes_two_heads_before_their_reshapes() -> None:
    model = joined()
    rows = np.asarray(model(PIXELS))
    cut = cut_heads(model, names(boxes=("rows",), scores=("rows",)))
    boxes, scores = (np.asarray(one) for one in cut.model(PIXELS))
    assert boxes.shape == (2, 8, 8, 4) and scores.shape == (2, 8, 8, 2)
    assert np.allclose(boxes.reshape(2, -1, 4), rows[:, :, :4])
    assert np.allclose(scores.reshape(2, -1, 2), logits(rows[:, :, 4:]), atol=2e-3)


def test_one_head_that_serves_all_levels_is_an_output_of_each_level() -> None:
    cut = cut_heads(levels(), names())
    assert cut.levels == (Heads(box=0, scores=1), Heads(box=2, scores=3))
    assert [tuple(one.shape[1:]) for one in cut.model.outputs] == [(8, 8, 4), (8, 8, 2), (4, 4, 4), (4, 4, 2)]


def test_levels_that_are_joined_to_rows_become_their_own_heads_again() -> None:
    cut = cut_heads(levels("joined"), names(boxes=("all_boxes",), scores=("all_scores",)))
    assert [tuple(one.shape[1:]) for one in cut.model.outputs] == [(8, 8, 4), (8, 8, 2), (4, 4, 4), (4, 4, 2)]


def test_constant_columns_that_are_joined_to_the_rows_are_left_out() -> None:
    layers, image = keras.layers, keras.Input((64, 64, 3))
    features = body(image)
    rows = [layers.Reshape((-1, 4))(layers.Conv2D(4, 1, name="boxes")(features)),
            layers.Reshape((-1, 2))(head(features, score_columns(), "scores")),
            layers.Reshape((-1, 8))(layers.Conv2D(8, 1, kernel_initializer="zeros", name="anchors")(features))]  # fmt: skip
    model = keras.Model(image, layers.Concatenate(axis=-1, name="rows")(rows))
    cut = cut_heads(model, names(boxes=("rows",), scores=("rows",), activation="none"))
    assert [tuple(one.shape[1:]) for one in cut.model.outputs] == [(8, 8, 4), (8, 8, 2)]
    assert any("left out" in note for note in cut.notes)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scores": ("scors",)}, "did you mean 'scores'"),
        ({"boxes": ("boxes", "scores")}, "1 heads, the layers that give box to 2"),
    ],
)
def test_names_that_do_not_fit_are_told(changed: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as refused:
        cut_heads(apart(), names(**changed))
    assert message in str(refused.value)


def test_joined_columns_that_could_be_both_are_told_with_what_to_name() -> None:
    with pytest.raises(RecipeError, match="0 of them have 3 columns, as scores would"):
        cut_heads(joined(), names(boxes=("rows",), scores=("rows",), width=3))


def test_a_head_that_others_read_keeps_its_function_and_is_refused() -> None:
    image = keras.Input((64, 64, 3))
    features = body(image)
    scores = head(features, score_columns(), "scores", "sigmoid")
    model = keras.Model(image, [keras.layers.Conv2D(4, 1, name="boxes")(scores), scores])
    with pytest.raises(UnsupportedModelError, match="other layers read it"):
        cut_heads(model, names())


def test_a_decode_of_somebody_s_own_at_the_end_is_left_out(tmp_path: object) -> None:
    path = f"{tmp_path}/model.keras"
    model = decoded()
    model.save(path)
    with pytest.raises(ModelRefusedError):
        inspect_model(path, scores=False)
    facts = inspect_model(path, scores=False, cut=True)
    assert any("mine" in note for note in facts.notes)
    from pathlib import Path

    cut = cut_heads(rebuild(facts, Path(path)), names())
    wanted = keras.Model(model.inputs, model.get_layer("boxes").output)(PIXELS)
    assert np.allclose(cut.model(PIXELS)[0], wanted, atol=1e-5)


def test_a_layer_of_somebody_s_own_in_the_middle_is_refused_with_two_lines_that_help(tmp_path: object) -> None:
    image = keras.Input((64, 64, 3))
    from tiny_detector import Decode

    x = Decode(name="mine")(image, image)
    keras.Model(image, keras.layers.Conv2D(4, 1, name="boxes")(x)).save(f"{tmp_path}/model.keras")
    with pytest.raises(ModelRefusedError) as refused:
        inspect_model(f"{tmp_path}/model.keras", scores=False, cut=True)
    assert "keras.Model(model.inputs, heads).save" in refused.value.next_step
