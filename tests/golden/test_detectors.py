"""Boxes of int8 heads: the same integers in numpy, C, Java and Python; near the decode in floating point; refused when they
cannot be."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from detector_cases import KINDS, Case, float_detect, float_objects, random_heads, scene
from detector_programs import (
    Heads,
    Native,
    OnCore,
    by_java,
    by_numpy,
    by_plain_python,
    compile_detector_java,
    on_board,
)
from detector_ties import directed
from sweep_detectors import AIZOO, MAPS, alike, batch, made

from espalier.emulate.cross import CORES
from espalier.errors import RecipeError
from espalier.task.boxes.anchors import from_data, grid, pair_sizes, points, pyramid_sizes
from espalier.task.boxes.decode import detect
from espalier.task.boxes.tables import Heads as Named
from espalier.task.boxes.tables import Output, Reading, make_detector

needs_compiler = pytest.mark.skipif(not shutil.which("gcc") and not shutil.which("clang"), reason="no C compiler")
needs_emulator = pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None or importlib.util.find_spec("unicorn") is None,
    reason="ziglang or unicorn is not installed (espalier[mcu])",
)


@pytest.fixture(scope="module")
def asked() -> list[tuple[Case, list[Heads]]]:
    """Random heads of every kind, and directed ones."""
    return [*batch(np.random.default_rng(20), 30), *directed(0.25, 0.6)]


@needs_compiler
def test_c_finds_the_boxes_that_numpy_finds(asked: list[tuple[Case, list[Heads]]], tmp_path: Path) -> None:
    native = Native([case for case, _ in asked], tmp_path, "-O0")
    wrong = [case.kind for number, (case, images) in enumerate(asked) if native.run(number, images) != by_numpy(case, images)]
    assert not wrong


def test_plain_python_finds_the_boxes_that_numpy_finds(asked: list[tuple[Case, list[Heads]]]) -> None:
    wrong = [case.kind for case, images in asked if by_plain_python(case, images) != by_numpy(case, images)]
    assert not wrong


@pytest.mark.skipif(not shutil.which("javac"), reason="javac is not installed")
def test_java_finds_the_boxes_that_numpy_finds(asked: list[tuple[Case, list[Heads]]], tmp_path: Path) -> None:
    assert by_java(compile_detector_java(tmp_path), asked) == b"".join(by_numpy(*one) for one in asked)


@needs_emulator
@pytest.mark.parametrize("core", ["cortex-m0plus", "rv32imc"])
def test_an_emulated_core_finds_the_boxes_that_numpy_finds(core: str, tmp_path: Path) -> None:
    asked = batch(np.random.default_rng(21), 12, ("ssd softmax", "yolo-v4", "dfl", "fomo", "centernet"))
    here = OnCore([case for case, _ in asked], CORES[core], tmp_path)
    wrong = [case.kind for number, (case, images) in enumerate(asked) if here.run(number, images) != by_numpy(case, images)]
    assert not wrong


@needs_emulator
@pytest.mark.sweep
@pytest.mark.skipif(not shutil.which("qemu-system-arm"), reason="qemu-system-arm is not installed")
def test_the_cortex_m55_finds_the_boxes_that_numpy_finds(tmp_path: Path) -> None:
    ((case, images),) = batch(np.random.default_rng(22), 8, ("yolo-v5",))
    assert on_board(case, images, CORES["cortex-m55"], tmp_path) > 0


@needs_emulator
@pytest.mark.parametrize("kind", ["ssd", "ssd background", "ssd softmax"])
def test_a_cortex_m4_looks_at_an_anchor_and_class_in_five_instructions_and_needs_four_kilobytes(
    kind: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(5)
    while (case := made(kind, random, side=260, maps=AIZOO)).reading.classes != 2:
        pass
    assert case.detector.anchors == 5972
    core, busy = OnCore([case], CORES["cortex-m4"], tmp_path), scene(case, random)
    quiet = [np.full_like(head, -128) for head in busy]
    for level in case.detector.levels:
        if level.background is not None:
            column = level.background.start + level.background.step * np.arange(level.count)
            quiet[level.background.output].reshape(-1)[column] = 100
    _, instructions, _ = core.counted(0, [quiet])
    answer, _, stack = core.counted(0, [busy])
    assert answer == by_numpy(case, [busy]) and len(answer) > 100
    assert instructions <= 5 * 5972 * 2
    assert stack <= 4096


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "fomo"])
def test_boxes_are_those_of_the_float_decode_within_a_tenth_of_a_pixel_of_260(kind: str) -> None:
    random, same, scenes = np.random.default_rng(23), 0, 8
    for _ in range(scenes):
        case = made(kind, random, side=260, maps=MAPS.get(kind, (33, 17, 9)))
        heads = scene(case, random)
        found, (corners, wanted) = detect(case.detector, heads), float_detect(case, heads)
        distance = np.abs(corners[found.anchors] - found.corners / (1 << case.detector.bits))
        assert distance.max(initial=0) <= 0.1
        same += set(zip(found.anchors.tolist(), found.labels.tolist(), strict=True)) == set(wanted)
    assert same >= scenes - 1  # an overlap near its limit may fall on the other side; the sweep counts


def test_cells_become_the_objects_that_they_are_in_floating_point() -> None:
    random, objects = np.random.default_rng(24), 0
    for _ in range(20):
        case = made("fomo", random, side=260, maps=MAPS["fomo"])
        heads, bits = scene(case, random), case.detector.bits
        found = detect(case.detector, heads)
        near = np.round(100 * found.corners / (1 << bits)).astype(int).tolist()
        mine = {(label, *edges) for label, edges in zip(found.labels.tolist(), near, strict=True)}
        assert alike(mine, float_objects(case, heads))
        objects += len(mine)
    assert objects > 100


# Decisions that can be checked by hand.

PROBABILITY = Output(shape=(4, 1), scale=1 / 256, zero_point=-128)


def four_boxes(scores: list[int], corners: list[tuple[int, int, int, int]], **changes: object) -> list[tuple[int, ...]]:
    """Corners in pixels of what is kept of boxes that stand exactly where they are put, one anchor each, size 64."""
    xyxy = np.array(corners, np.float64)
    anchors = np.concatenate([(xyxy[:, :2] + xyxy[:, 2:]) / 2, xyxy[:, 2:] - xyxy[:, :2]], axis=1) / 64
    reading = msgspec.structs.replace(Reading(decode="ssd", classes=1, scores="none", overlap=0.5), **changes)
    outputs = [Output(shape=(4, 4), scale=0.05, zero_point=0), PROBABILITY]
    detector = make_detector(reading, (64, 64), from_data(anchors, [], (64, 64)), [Named(box=0, scores=1)], outputs)
    found = detect(detector, [np.zeros((4, 4), np.int8), np.array(scores, np.int8).reshape(4, 1)])
    return [tuple((row >> detector.bits).tolist()) for row in found.corners]


APART = [(0, 0, 8, 8), (16, 0, 24, 8), (32, 0, 40, 8), (48, 0, 56, 8)]


def test_equal_scores_stay_in_the_order_of_the_anchors() -> None:
    assert four_boxes([50, 90, 50, 90], APART) == [APART[1], APART[3], APART[0], APART[2]]


def test_a_score_equal_to_the_threshold_is_an_object_and_one_step_less_is_none() -> None:
    assert four_boxes([0, -1, 1, -128], APART, threshold=0.5) == [APART[2], APART[0]]


def test_an_overlap_equal_to_the_limit_leaves_both_boxes_and_a_little_more_does_not() -> None:
    half = [(0, 0, 16, 8), (0, 0, 8, 8), (32, 0, 40, 8), (32, 0, 48, 9)]  # 1/2; 64/144 < 1/2
    assert len(four_boxes([90, 80, 70, 60], half, overlap=0.5)) == 4
    assert four_boxes([90, 80, 70, 60], half, overlap=0.45) == [half[0], half[2], half[3]]
    assert four_boxes([90, 80, 70, 60], half, overlap=0.44) == [half[0], half[2]]


def test_without_an_overlap_in_the_recipe_every_box_stays() -> None:
    assert len(four_boxes([90, 80, 70, 60], [(0, 0, 8, 8)] * 4, overlap=None)) == 4
    assert len(four_boxes([90, 80, 70, 60], [(0, 0, 8, 8)] * 4)) == 1


def test_the_best_candidates_stay_when_there_is_no_room_for_all() -> None:
    assert four_boxes([50, 90, 50, 90], APART, room=3) == [APART[1], APART[3], APART[0]]
    assert four_boxes([50, 90, 50, 90], APART, most=1) == [APART[1]]


def test_a_box_outside_the_image_is_none_and_one_across_its_edge_is_cut() -> None:
    assert four_boxes([90, 80, 70, 60], [(-8, 0, 0, 8), (-4, 4, 4, 8), (60, 60, 70, 70), (64, 0, 70, 9)]) == [
        (0, 4, 4, 8),
        (60, 60, 64, 64),
    ]


def test_cells_that_touch_are_one_object_by_corners_too_and_classes_stay_apart() -> None:
    """A 4 x 4 map: class 1 in (0,0), (1,1) and, far away, (3,3); class 2 in (0,1)."""
    outputs = [Output(shape=(4, 4, 3), scale=1 / 256, zero_point=-128)]
    reading = Reading(decode="fomo", classes=2, scores="none", background="first")
    detector = make_detector(reading, (32, 32), [points(4, 4, (32, 32))], [Named(scores=0)], outputs)
    head = np.full((4, 4, 3), -128, np.int8)
    head[0, 0, 1], head[1, 1, 1], head[3, 3, 1], head[0, 1, 2] = 40, 60, 20, 50
    found = detect(detector, [head])
    assert (found.corners >> detector.bits).tolist() == [[0, 0, 16, 16], [8, 0, 16, 8], [24, 24, 32, 32]]
    assert found.labels.tolist() == [0, 1, 0]
    assert (found.scores >> 23).tolist() == [188, 178, 148]


def test_a_score_counts_as_a_peak_when_no_neighbour_exceeds_it() -> None:
    heads = [Output(shape=(3, 3, n), scale=scale, zero_point=0) for n, scale in ((2, 0.01), (2, 0.05), (1, 0.1))]
    reading = Reading(decode="centernet", classes=1, overlap=None)
    detector = make_detector(reading, (24, 24), [points(3, 3, (24, 24), centred=False)], [Named(box=0, size=1, scores=2)], heads)
    scores = np.array([[90, 80, 10], [80, 70, 10], [10, 10, 90]], np.int8)
    found = detect(detector, [np.full((3, 3, 2), 50, np.int8), np.full((3, 3, 2), 20, np.int8), scores])
    assert found.anchors.tolist() == [0, 8]
    assert (found.corners / (1 << detector.bits)).tolist() == [[0, 0, 8, 8], [16, 16, 24, 24]]


# Anchors.


def test_the_published_rule_gives_the_anchors_of_a_published_detector() -> None:
    sides = [(0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72)]
    grids = [grid(n, n, (260, 260), pair_sizes((260, 260), two, (0.62, 0.42))) for n, two in zip(AIZOO, sides, strict=True)]
    all_of_them = np.concatenate([made.anchors() for made in grids])
    assert len(all_of_them) == 5972
    np.testing.assert_allclose(all_of_them[2] / 260, [0.5 / 33, 0.5 / 33, 0.04 * 0.62**0.5, 0.04 / 0.62**0.5])
    np.testing.assert_allclose(all_of_them[-1] / 260, [2.5 / 3, 2.5 / 3, 0.64 * 0.42**0.5, 0.64 / 0.42**0.5])


def test_anchors_given_as_numbers_become_maps_where_they_are_regular() -> None:
    made = [grid(5, 4, (50, 40), [(8, 8), (4, 9)]), grid(2, 2, (50, 40), [(20, 20), (10, 30)])]
    numbers = np.concatenate([one.anchors() for one in made]) / [40, 50, 40, 50]
    regular = from_data(numbers, [(5, 4), (2, 2)], (50, 40))
    assert [(one.rows, one.columns, len(one.boxes)) for one in regular] == [(5, 4, 2), (2, 2, 2)]
    numbers[7, 0] += 0.01
    (as_it_is,) = from_data(numbers, [(5, 4), (2, 2)], (50, 40))
    assert as_it_is.count == len(numbers)
    np.testing.assert_allclose(as_it_is.anchors() / [40, 50, 40, 50], numbers)


def test_pyramid_anchors_have_the_published_areas_and_ratios() -> None:
    sizes = np.array(pyramid_sizes(8))
    np.testing.assert_allclose(np.sqrt(sizes.prod(axis=1)), np.tile([32, 32 * 2 ** (1 / 3), 32 * 2 ** (2 / 3)], 3))
    np.testing.assert_allclose(sizes[:, 1] / sizes[:, 0], np.repeat([0.5, 1, 2], 3))


# Refusals.


def refused(change: dict[str, object], outputs: list[Output] | None = None) -> str:
    reading = msgspec.structs.replace(Reading(decode="ssd", classes=2, scores="none"), **change)
    given = outputs or [Output(shape=(50, 4), scale=0.05, zero_point=0), Output(shape=(50, 2), scale=1 / 256, zero_point=-128)]
    with pytest.raises(RecipeError) as found:
        make_detector(reading, (50, 50), [grid(5, 5, (50, 50), [(9, 9), (5, 5)])], [Named(box=0, scores=1)], given)
    return str(found.value)


LOGITS = [Output(shape=(50, 4), scale=0.05, zero_point=0), Output(shape=(50, 2), scale=0.01, zero_point=0)]


@pytest.mark.parametrize(
    ("change", "outputs", "words"),
    [
        ({"classes": 3}, None, "output 1 holds 100 numbers [50, 2], but 50 anchors (5 x 5 x 2), 3 classes"),
        ({"background": "first"}, None, "output 1 holds 100 numbers"),
        ({"decode": "dfl"}, None, "output 0 holds 200 numbers"),
        ({"decode": "yolo-v9"}, None, "decode is 'yolo-v9'"),
        ({"decode": "centernet"}, None, "centernet needs size among its heads"),
        ({"decode": "fomo"}, None, "fomo has no box among its heads"),
        ({"order": "xyxy"}, None, "order is 'xyxy'"),
        ({"threshold": 0.001}, None, "threshold is 0.001"),
        ({"overlap": 1.5}, None, "overlap is 1.5"),
        ({"room": 0}, None, "room is 0"),
        ({"scores": "sigmoid", "threshold": 0.9}, LOGITS, "no score reaches the threshold 0.9"),
        ({"scores": "sigmoid", "threshold": 0.1}, LOGITS, "every anchor reaches the threshold 0.1"),
        ({"threshold": 0.02}, [LOGITS[0], Output(shape=(50, 2), scale=0.03, zero_point=-128)], "below one int8 step (0.03)"),
    ],
)  # fmt: skip
def test_heads_that_do_not_fit_are_refused_in_words(
    change: dict[str, object], outputs: list[Output] | None, words: str
) -> None:
    assert words in refused(change, outputs)


@pytest.mark.parametrize(
    "anchors",
    [np.zeros((0, 4)), np.ones((3, 5)), np.full((2, 4), np.nan), np.array([[0.5, 0.5, 0.0, 0.1]]), np.full((2, 4), 100.0)],
)
def test_numbers_that_are_no_anchors_are_refused(anchors: np.ndarray) -> None:
    with pytest.raises(RecipeError):
        from_data(anchors, [], (64, 64))


def test_random_heads_come_in_every_style() -> None:
    """Ties on purpose: the third style has at most three different values."""
    case = made("ssd", np.random.default_rng(3))
    assert all(len(np.unique(head)) <= 3 for head in random_heads(case, np.random.default_rng(4), 2))
