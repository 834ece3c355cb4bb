"""Repair without labels: the pruned net learns the given one's answers whatever they are, again to the same bits, and goes on
where it was stopped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from espalier.detector import Heads
from espalier.prune import interrupted
from espalier.prune.channels import CHOICE, FITTED, NORM, prune_channels
from espalier.prune.distill import distill, judge_of
from espalier.prune.interrupted import State
from espalier.prune.lessons import as_logits, distance, in_units, lessons_of
from espalier.recipe import Augment, Distill, InputContract
from espalier.recipe_detect import Detect
from espalier.report.text import repair_text
from espalier.row_parts import RepairStep
from espalier.store import Latest, Store
from espalier.task.boxes.plan import plan_of
from espalier.task.types import Task

CONTRACT = InputContract(size=(8, 8), mean=(127.5,), std=(127.5,))
RAW = InputContract(size=(8, 8))
PIXELS = np.random.default_rng(0).integers(0, 256, (96, 2, 2, 3)).astype(np.uint8).repeat(4, 1).repeat(4, 2)


def body(seed: int) -> Any:
    keras.utils.set_random_seed(seed)
    given = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(given)
    return given, layers.ReLU()(layers.BatchNormalization()(x))


def classifier(seed: int, end: str = "softmax") -> Any:
    given, x = body(seed)
    return keras.Model(given, layers.Dense(3, activation=end)(layers.Flatten()(x)))


def painter(seed: int) -> Any:
    given, x = body(seed)
    return keras.Model(given, layers.Softmax()(layers.Conv2D(4, 1)(x)))


def counter(seed: int) -> Any:
    given, x = body(seed)
    x = layers.Flatten()(x)
    return keras.Model(given, [layers.Dense(1, name="far")(x), layers.Dense(2, name="near")(x)])


def detector(seed: int) -> Any:
    given, x = body(seed)
    x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
    scores = layers.Conv2D(2, 1, activation="sigmoid", bias_initializer=keras.initializers.Constant(-1.0))(x)
    return keras.Model(given, [layers.Conv2D(4, 1)(x), scores])


DETECT = Detect(decode="retinanet", scores=("s",), boxes=("b",), strides=(2,))


def boxes() -> Task:
    plan = plan_of(DETECT, CONTRACT, 2, ((4, 4, 4), (4, 4, 2)), (Heads(scores=1, box=0),))
    return Task(kind="detect", boxes=plan)


TASKS = {
    "classify": (classifier, Task()),
    "multi-label": (lambda seed: classifier(seed, "sigmoid"), Task(kind="multi-label")),
    "segment": (painter, Task(kind="segment")),
    "regress": (counter, Task(kind="regress")),
    "detect": (detector, boxes()),
}


def apart(student: Any, teacher: Any, task: Task) -> float:
    return float(judge_of(teacher, PIXELS, CONTRACT, task=task)(student)["distance"])


@pytest.mark.parametrize("kind", TASKS)
def test_it_learns_the_given_models_answers_whatever_they_are(kind: str) -> None:
    make, task = TASKS[kind]
    teacher, student = make(1), make(1)
    for variable in student.trainable_variables:
        variable.assign(variable * np.random.default_rng(3).uniform(0.6, 1.4, variable.shape))
    before, ends = apart(student, teacher, task), [layer.get_config().get("activation") for layer in student.layers]
    done = distill(student, teacher, Distill(epochs=6, batch_size=16, learning_rate=0.02), PIXELS, CONTRACT, task=task)
    after = apart(student, teacher, task)
    assert 0 < after < before / 2, (before, after)
    best = done["history"][done["epochs_kept"]]
    assert best["held_out_loss"] == min(row["held_out_loss"] for row in done["history"]) == pytest.approx(after, rel=1e-4)
    assert [layer.get_config().get("activation") for layer in student.layers] == ends


def test_a_teacher_is_at_no_distance_from_itself_and_a_constant_answer_at_one() -> None:
    teacher, task = counter(1), Task(kind="regress")
    assert judge_of(teacher, PIXELS, CONTRACT, task=task)(teacher) == {"agreement": 1.0, "distance": 0.0, "images": 10}
    with as_logits(teacher) as (_, ends):
        (lesson, _) = lessons_of(teacher, ends, task)
    answers = [tf.constant([[1.0], [3.0], [8.0]]), tf.zeros((3, 2))]
    unit = in_units(lesson, answers, 1.0)
    constant = [tf.fill((3, 1), 4.0), tf.zeros((3, 2))]
    assert float(tf.reduce_mean(distance(unit, constant, answers, 1.0))) == pytest.approx(1.0)


def test_boxes_count_as_much_as_the_teacher_believes_in_them() -> None:
    teacher = detector(1)
    with as_logits(teacher) as (_, ends):
        scores, box = lessons_of(teacher, ends, boxes())
    assert (scores.means, box.means, scores.output, box.output) == ("yes-no", "numbers", 1, 0)
    sure = np.full((1, 32), -12.0, np.float32)
    sure[0, 6] = 12.0  # the first class of the fourth anchor
    taught = [np.zeros((1, 64), np.float32), sure]

    def moved(anchor: int) -> float:
        ours = np.zeros((1, 64), np.float32)
        ours[0, 4 * anchor : 4 * anchor + 4] = 2.0
        return float(distance(box, [tf.constant(ours), tf.constant(sure)], [tf.constant(one) for one in taught], 1.0)[0])

    assert moved(3) > 1.0 > 0.01 > moved(4)


def test_a_stem_that_reads_0_to_255_needs_no_rate_of_its_own() -> None:
    """Adam at one rate for all tensors ruins a folded net on raw pixels: its stem is a hundred times smaller than the rest."""

    def make() -> Any:
        keras.utils.set_random_seed(4)
        given = keras.Input((8, 8, 3))
        x = layers.Conv2D(8, 3, activation="relu", name="stem")(given)
        model = keras.Model(given, layers.Dense(3)(layers.Flatten()(x)))
        model.get_layer("stem").kernel.assign(model.get_layer("stem").kernel / 100)
        return model

    teacher, student = make(), make()
    stem = student.get_layer("stem").kernel
    stem.assign(stem * np.random.default_rng(3).uniform(0.6, 1.4, stem.shape))
    done = distill(student, teacher, Distill(epochs=10, batch_size=16, learning_rate=0.02), PIXELS, RAW)
    losses = [row["held_out_loss"] for row in done["history"]]
    assert losses[-1] < losses[0] / 2 and max(losses) <= 1.5 * losses[0], losses


def test_what_was_interrupted_ends_in_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupted, "KEPT_SECONDS", -1.0)
    settings = Distill(epochs=4, batch_size=16, augment=Augment(flip="horizontal", shift=0.1, jpeg=60))
    states: list[bytes] = []
    whole, teacher = classifier(2), classifier(1)
    first = distill(whole, teacher, settings, PIXELS, CONTRACT, seed=7, keep=lambda state: states.append(state.pack()))
    assert len(states) == 3
    again = classifier(2)
    second = distill(again, teacher, settings, PIXELS, CONTRACT, seed=7, state=State.unpack(states[1]))
    assert second == first
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    other = classifier(2)
    distill(other, teacher, settings, PIXELS, CONTRACT, seed=8)
    assert not all(np.array_equal(a, b) for a, b in zip(whole.get_weights(), other.get_weights(), strict=True))


def test_a_training_that_harms_is_thrown_away() -> None:
    teacher, student = classifier(1), classifier(1)
    kept = student.get_weights()
    done = distill(student, teacher, Distill(epochs=2, batch_size=16, learning_rate=1.0), PIXELS, CONTRACT)
    assert done["epochs_kept"] == 0
    for old, new in zip(kept, student.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_account_says_what_choice_least_squares_and_distillation_bought() -> None:
    teacher = painter(1)
    judge = judge_of(teacher, PIXELS, CONTRACT, task=Task(kind="segment"))
    normal = (PIXELS[:48].astype(np.float32) - 127.5) / 127.5
    student, account = prune_channels(teacher, amount=0.4, multiple=2, images=normal, judge=judge)
    steps = account["repair"]
    assert [step["step"] for step in steps] == [NORM, FITTED, CHOICE]
    assert steps[2] == {"step": CHOICE, **judge(student)} and steps[1]["distance"] < steps[0]["distance"]
    rows = tuple(msgspec.convert(step, RepairStep) for step in (*steps, {"step": "distillation", **judge(teacher)}))
    said = repair_text(rows)
    assert said.endswith(": 100.0% of 10 held-out images answered as by the given model")
    gains = [float(part) for part in re.findall(r" ([+-][0-9.]+)", said)]
    assert len(gains) == 3 and 100 * rows[0]["agreement"] + sum(gains) == pytest.approx(100, abs=0.2)


def test_the_newest_state_survives_a_kill_while_one_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    latest = Latest(store, "0" * 64)
    assert latest.data is None
    for number in range(4):
        latest.keep(f"{number:06d}", bytes([number]))
        assert Latest(store, "0" * 64).data == bytes([number])
    again = Latest(store, "0" * 64)
    for index in tmp_path.rglob("index.json"):  # the place that a kill would leave half written is the older one
        if b"000002" in index.read_bytes():
            index.write_text("{")
    assert Latest(store, "0" * 64).data == b"\x03"
    again.keep("000004", b"new")
    assert Latest(store, "0" * 64).data == b"new"
    again.clear()
    assert Latest(store, "0" * 64).data is None
