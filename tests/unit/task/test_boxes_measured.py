"""Average precision equal to pycocotools; paired intervals that hold what they promise; objects and false alarms by hand."""

from __future__ import annotations

import contextlib
import importlib
import io

import numpy as np
import pytest

from espalier.errors import ToolMissingError
from espalier.task.boxes.compare import match, paired_drop, precision
from espalier.task.boxes.decisions import at_threshold, changes, poisson
from espalier.task.boxes.precision import FIGURES, average_precision
from espalier.task.boxes.scenes import Found, Truth, overlaps, sizes_of

LABELS = ("cat", "dog", "owl")


def truth(*rows: tuple[float, float, float, float, int], ignored: tuple[int, ...] = ()) -> Truth:
    corners = np.array([row[:4] for row in rows], np.float64).reshape(-1, 4)
    crowd = np.array([number in ignored for number in range(len(rows))], np.bool_)
    return Truth(corners=corners, labels=np.array([r[4] for r in rows], np.int64), ignored=crowd, areas=sizes_of(corners))


def found(*rows: tuple[float, float, float, float, int, float]) -> Found:
    return Found(
        corners=np.array([row[:4] for row in rows], np.float64).reshape(-1, 4),
        labels=np.array([row[4] for row in rows], np.int64),
        scores=np.array([row[5] for row in rows], np.float64),
    )


def set_of(images: int, seed: int, noise: float = 0.06, classes: int = 3) -> tuple[list[Truth], list[Found]]:
    """Objects of all sizes, some of them crowds, and what a mediocre detector says: missed, moved, doubled, invented, with
    scores that are often equal."""
    random, truths, answers = np.random.default_rng(seed), [], []
    for _ in range(images):
        objects, said = [], []
        for _ in range(int(random.integers(0, 5))):
            side = float(np.exp(random.uniform(np.log(8), np.log(220))))
            w, h = side * random.uniform(0.6, 1.6, 2)
            x, y = random.uniform(0, 400, 2)
            label = int(random.integers(classes))
            objects.append((x, y, x + w, y + h, label))
            for _ in range(int(random.choice([0, 1, 1, 1, 2]))):
                dx, dy, dw, dh = random.normal(0, noise, 4)
                other = label if random.random() < 0.9 else int(random.integers(classes))
                box = (x + dx * w, y + dy * h, x + dx * w + w * np.exp(dw), y + dy * h + h * np.exp(dh))
                said.append((*box, other, round(float(random.beta(3, 2)), 2)))
        for _ in range(int(random.integers(0, 3))):
            x, y, w, h = random.uniform(0, 300, 2).tolist() + random.uniform(5, 200, 2).tolist()
            said.append((x, y, x + w, y + h, int(random.integers(classes)), round(float(random.beta(2, 4)), 2)))
        crowds = tuple(number for number in range(len(objects)) if random.random() < 0.06)
        truths.append(truth(*objects, ignored=crowds))
        answers.append(found(*said))
    return truths, answers


def by_pycocotools(truths: list[Truth], answers: list[Found]) -> tuple[list[float], np.ndarray]:
    """The twelve figures, and the precisions [overlaps, recalls, classes]."""
    coco = pytest.importorskip("pycocotools.coco")
    cocoeval = importlib.import_module("pycocotools.cocoeval")
    rows = [(i, t, n) for i, t in enumerate(truths) for n in range(len(t))]
    with contextlib.redirect_stdout(io.StringIO()):
        given = coco.COCO()
        given.dataset = {
            "info": {},
            "images": [{"id": i} for i in range(len(truths))],
            "categories": [{"id": n, "name": name} for n, name in enumerate(LABELS)],
            "annotations": [
                {
                    "id": k + 1,
                    "image_id": i,
                    "category_id": int(t.labels[n]),
                    "bbox": [*t.corners[n, :2].tolist(), *(t.corners[n, 2:] - t.corners[n, :2]).tolist()],
                    "area": float(t.areas[n]),
                    "iscrowd": int(t.ignored[n]),
                }
                for k, (i, t, n) in enumerate(rows)
            ],
        }
        given.createIndex()
        said = [
            {
                "image_id": i,
                "category_id": int(f.labels[n]),
                "bbox": [*f.corners[n, :2].tolist(), *(f.corners[n, 2:] - f.corners[n, :2]).tolist()],
                "score": float(f.scores[n]),
            }
            for i, f in enumerate(answers)
            for n in range(len(f))
        ]
        evaluation = cocoeval.COCOeval(given, given.loadRes(said), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats.tolist(), evaluation.eval["precision"][:, :, :, 0, -1]


def test_all_figures_equal_pycocotools_on_a_thousand_images() -> None:
    pytest.importorskip("faster_coco_eval")
    truths, answers = set_of(1000, 1)
    wanted, table = by_pycocotools(truths, answers)
    got = average_precision(truths, answers, LABELS)
    assert [getattr(got, name) for name in FIGURES] == pytest.approx(wanted, abs=1e-6)
    assert 0.2 < wanted[0] < 0.8  # the set says something
    assert [row.ap for row in got.classes] == pytest.approx([table[:, :, n].mean() for n in range(3)], abs=1e-6)
    assert [row.ap50 for row in got.classes] == pytest.approx([table[0, :, n].mean() for n in range(3)], abs=1e-6)


def test_the_paired_comparison_counts_as_pycocotools_does_on_a_thousand_images() -> None:
    truths, answers = set_of(1000, 2)
    wanted, _ = by_pycocotools(truths, answers)
    sides = [match(truths, answers, number) for number in range(3)]
    assert precision(sides, np.ones(1000)) == pytest.approx(wanted[:2], abs=1e-6)


def test_of_two_objects_that_a_box_overlaps_equally_the_reference_takes_the_last() -> None:
    """The second box then has only the first object left, which it overlaps by two thirds."""
    objects = truth((0, 0, 10, 10, 0), (2, 0, 12, 10, 0))
    found_there = found((1, 0, 11, 10, 0, 0.9), (2, 0, 12, 10, 0, 0.8))
    matched = match([objects], [found_there], 0)
    assert matched.right.tolist() == [[True, True]] * 4 + [[True, False]] * 3 + [[False, True]] * 3
    wanted, _ = by_pycocotools([objects], [found_there])
    assert precision([matched], np.ones(1)) == pytest.approx(wanted[:2], abs=1e-6)


def test_an_image_that_is_drawn_twice_counts_as_two_images() -> None:
    truths, answers = set_of(60, 3)
    for answer in answers:  # of different scores: copies of equal ones may stand in another order
        answer.scores[:] += 1e-6 * np.random.default_rng(len(answer)).random(len(answer))
    weights = np.random.default_rng(4).integers(0, 3, 60)
    drawn = [number for number, count in enumerate(weights) for _ in range(count)]
    again = [match([truths[n] for n in drawn], [answers[n] for n in drawn], label) for label in range(3)]
    sides = [match(truths, answers, number) for number in range(3)]
    assert precision(sides, weights.astype(float)) == pytest.approx(precision(again, np.ones(len(drawn))), abs=1e-3)


def test_the_same_answers_lose_nothing_and_worse_ones_lose_what_precision_says() -> None:
    truths, answers = set_of(120, 5)
    same = paired_drop(truths, answers, answers, 3, draws=50)
    assert same is not None and (same.drop, same.low, same.high) == (0, 0, 0)
    random = np.random.default_rng(6)
    worse = [Found(corners=f.corners + random.normal(0, 4, f.corners.shape), labels=f.labels, scores=f.scores) for f in answers]
    drop = paired_drop(truths, answers, worse, 3, draws=200)
    assert drop is not None
    assert drop.low < drop.drop < drop.high and drop.low > 0
    assert drop.drop == pytest.approx(drop.first - drop.second)
    assert drop == paired_drop(truths, answers, worse, 3, draws=200)


def test_images_without_objects_or_answers_are_measured_without_a_word() -> None:
    truths, answers = [truth(), truth((0, 0, 10, 10, 0))], [found(), found()]
    assert paired_drop([truths[0]], [answers[0]], [answers[0]], 3) is None
    drop = paired_drop(truths, answers, answers, 3, draws=20)
    assert drop is not None and (drop.first, drop.second, drop.low, drop.high) == (0, 0, 0, 0)
    pytest.importorskip("faster_coco_eval")
    nothing = average_precision(truths, answers, LABELS)
    assert (nothing.ap, nothing.ap_small, nothing.ap_large) == (0, 0, None)
    assert [row.ap for row in nothing.classes] == [0, None, None]
    assert average_precision([truths[0]], [answers[1]], LABELS).ap is None


def test_a_missing_library_is_named_with_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faster_coco_eval", None)
    with pytest.raises(ToolMissingError, match="faster-coco-eval is not installed") as problem:
        average_precision([truth()], [found()], LABELS)
    assert problem.value.exit_code == 7
    assert "pip install faster-coco-eval" in str(problem.value)


def test_overlaps_by_hand_and_those_of_a_crowd_count_by_what_was_found() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 20, 30]])
    assert overlaps(boxes, boxes)[0].tolist() == [1, 50 / 150, 0]
    assert overlaps(boxes[1:2], boxes[:1], np.array([True])).tolist() == [[0.5]]


SEEN = [
    truth((0, 0, 10, 10, 0), (20, 0, 30, 10, 1), (50, 50, 80, 80, 0), ignored=(2,)),
    truth((0, 0, 10, 10, 0)),
    truth(),
]
SAID = [
    found(
        (0, 0, 10, 11, 0, 0.9), (0, 0, 10, 10, 0, 0.8), (20, 0, 30, 10, 0, 0.7), (51, 51, 60, 60, 0, 0.6),
        (50, 50, 60, 60, 0, 0.6),
    ),
    found((0, 0, 10, 10, 0, 0.4)),
    found((1, 1, 5, 5, 2, 0.95)),
]  # fmt: skip


def test_objects_and_false_alarms_at_a_threshold_by_hand() -> None:
    """A second box on an object, one of another class and one on nothing are false alarms; boxes on a crowd are none."""
    row = at_threshold(SEEN, SAID, 3, 0.5)
    assert (row.images, row.objects, row.found, row.false_alarms) == (3, 3, 1, 3)
    assert row.recall == pytest.approx(1 / 3) and row.false_alarms_per_image == 1
    assert row.class_recall == (0.5, 0, None)
    assert row.recall_interval[0] < 1 / 3 < row.recall_interval[1]
    low, high = row.false_alarms_interval
    assert (low, high) == pytest.approx((0.6187 / 3, 8.7673 / 3), abs=1e-4)
    assert at_threshold(SEEN, SAID, 3, 0.4).found == 2


def test_poisson_intervals_are_those_of_the_tables() -> None:
    assert poisson(0, 1) == pytest.approx((0, 3.6889), abs=1e-4)
    assert poisson(10, 1) == pytest.approx((4.7954, 18.3904), abs=1e-4)


def test_lost_gained_and_agreeing_boxes_by_hand() -> None:
    now = [found((0, 0, 10, 10, 0, 0.7), (20, 0, 30, 10, 1, 0.9)), found(), found((1, 1, 5, 5, 2, 0.90))]
    change = changes(SEEN, SAID, now, 0.4)
    assert (change.lost, change.gained) == (((1, 0),), ((0, 1),))
    assert change.agreement == pytest.approx(2 / 7)  # the second of two equal boxes, and the owl
    assert changes(SEEN, now, now).agreement == 1
    assert changes(SEEN, [found()] * 3, now).agreement is None


@pytest.mark.sweep
def test_the_interval_of_a_drop_holds_the_true_one_nineteen_times_in_twenty() -> None:
    """Two detectors with known expectations on 4,000 images: intervals of parts of 200 hold the whole's difference."""
    truths, good = set_of(4000, 7, 0.08)
    random = np.random.default_rng(8)
    worse = [Found(corners=f.corners + random.normal(0, 2, f.corners.shape), labels=f.labels, scores=f.scores) for f in good]
    whole = paired_drop(truths, good, worse, 3, draws=2)
    assert whole is not None
    held = 0
    for start in range(0, 4000, 100):
        part = slice(start, start + 200) if start < 3900 else slice(3800, 4000)
        drop = paired_drop(truths[part], good[part], worse[part], 3, draws=300, seed=start)
        assert drop is not None
        held += drop.low <= whole.drop <= drop.high
    assert held >= 0.85 * 40
