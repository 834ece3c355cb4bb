"""Rates of false alarms and of found faults over many seeds; benchmarks/alarms.py prints them, a sweep holds them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from clean_sets import CLEAN, CONTRACT
from image_sets import LABELS, clouds, examine_folders, make_folder
from numpy.typing import NDArray
from planted_faults import ALSO, FAULTS

from espalier.measure.preprocessing import alternatives, diagnose, scored
from espalier.recipe import InputContract
from espalier.task.doubts import check_answers

Rates = dict[str, Counter[str]]
"""Kind -> {"n", "hits", and how often each code was said}."""


def look_rates(seeds: int, scratch: Path) -> tuple[Rates, Rates]:
    """(clean sets with an alarm that is not true of them, planted faults found with no other alarm) by kind."""
    false, found = {kind: Counter[str]() for kind in CLEAN}, {plant.__name__: Counter[str]() for plant, *_ in FAULTS}
    for seed in range(seeds):
        for kind, make in CLEAN.items():
            root = scratch / "clean"
            given = make(root, seed)
            said = examine_folders({role: root / role for role in given.roles}, given.contract, given.labels, scratch)
            wrong = {code for findings in said.values() for code in findings} - given.true
            false[kind].update({"n": 1, "hits": int(bool(wrong)), **dict.fromkeys(wrong, 1)})
            shutil.rmtree(root)
        for plant, role, code, severity, _ in FAULTS:
            root = scratch / "planted"
            roles = plant_one(root, seed, plant)
            said = examine_folders({r: root / r for r in roles}, CONTRACT, LABELS, scratch)
            codes = {c for findings in said.values() for c in findings}
            hit = code in said[role] and said[role][code].severity == severity
            beside = codes - ALSO.get(plant.__name__, set()) - {code}
            found[plant.__name__].update({"n": 1, "hits": int(hit and not beside), **dict.fromkeys(beside, 1)})
            shutil.rmtree(root)
    return false, found


def plant_one(root: Path, seed: int, plant: object) -> tuple[str, ...]:
    """A clean set of photos with one fault; the roles that are looked at."""
    for place, (role, count) in enumerate({"calibration": 40, "evaluation": 30, "fine-tune": 30}.items()):
        make_folder(root / role, clouds, per_class=count, size=(40, 40), seed=1_000 + 10 * seed + place)
    plant(root)  # type: ignore[operator]
    roles = ("calibration", "evaluation", "fine-tune")
    return roles if plant.__name__ == "leak_training" else roles[:2]  # type: ignore[attr-defined]


def answered(
    rng: np.random.Generator, classes: int, images: int, right: float, present: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(truth, answers) of a model that is right on `right`, and takes each class for one certain other on a third of the
    rest."""
    truth = np.repeat(present, images)
    like = rng.permutation(classes)[truth]
    slip = np.where(rng.random(len(truth)) < 1 / 3, like, rng.integers(0, classes, len(truth)))
    return truth, np.where(rng.random(len(truth)) < right, truth, slip)


SETS = ((2, 10), (2, 100), (3, 20), (5, 20), (10, 10), (10, 100), (50, 8), (200, 1), (200, 5))
"""(classes, images of each)."""


def answer_rates(seeds: int) -> tuple[Rates, Rates]:
    """(right models that a stop would refuse, permuted labels that are found: an error, or a warning where a model that
    knows nothing might answer so, too) by kind of model and of permutation."""
    false: Rates = {}
    found: Rates = {}
    for seed in range(10 * seeds):
        for classes, images in SETS:
            rng = np.random.default_rng([seed, classes, images])
            labels, every = tuple(map(str, range(classes))), np.arange(classes)
            some = np.sort(rng.permutation(classes)[: max(2, classes // 2)])
            for kind, right, present in (
                ("weak", 1 / classes + 0.1, every),
                ("middling", 0.6, every),
                ("good", 0.95, every),
                ("good, half of the classes without images", 0.95, some),
                ("weak, half of the classes without images", 0.3, some),
            ):
                _count(false, kind, "error" in _stops(*answered(rng, classes, images, right, present), labels))
            if classes > 2:
                # Each class is answered as some class or other, as by a network that was never trained.
                truth = np.repeat(every, images)
                habit = rng.integers(0, classes, classes)
                lost = np.where(rng.random(len(truth)) < 0.6, habit[truth], habit[0])
                _count(false, f"each class answered as some class, {classes} classes", "error" in _stops(truth, lost, labels))
            if images < 10:
                continue
            for kind, order in (("two swapped", _swap(rng, classes)), ("shifted by one", np.roll(every, 1))):
                for right in (0.6, 0.95):
                    truth, answers = answered(rng, classes, images, right, every)
                    name = f"{kind}, right on {right:.0%}, {classes} classes with {images} images"
                    said = _stops(truth, order[answers], labels)
                    _count(found, name, bool(said), *said)
    return false, found


def _stops(truth: NDArray[np.int64], answers: NDArray[np.int64], labels: tuple[str, ...]) -> set[str]:
    return {f.severity for f in check_answers(truth.tolist(), answers.tolist(), labels) if f.code == "label-order"}


def _swap(rng: np.random.Generator, classes: int) -> NDArray[np.int64]:
    order, (a, b) = np.arange(classes), rng.permutation(classes)[:2]
    order[[a, b]] = order[[b, a]]
    return order


def _count(rates: Rates, kind: str, hit: bool, *codes: str) -> None:
    rates.setdefault(kind, Counter()).update({"n": 1, "hits": int(hit), **dict.fromkeys(codes, 1)})


WAYS = (((0.0,), (1.0,)), ((0.0,), (255.0,)), ((127.5,), (127.5,)), ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)))
NEAR_BASE = 0.05
"""The way that is named must reach the right one's share of right answers, but for this."""

COSTS = 0.15
"""A wrong way that costs fewer right answers than this is no fault that images could show."""

Net = Callable[[NDArray[np.float64]], NDArray[np.float32]]


def diagnosis_rates(seeds: int) -> tuple[Rates, Rates]:
    """(wrong diagnoses, rightly named faults) of networks of 2, 3 and 5 classes, trained on one way to feed pixels and fed
    that way or another, with the labels as they are or two of them swapped; and of networks that were never trained."""
    false: Rates = {}
    found: Rates = {}
    for seed in range(seeds):
        for classes in (2, 3, 5):
            rng = np.random.default_rng([seed, classes])
            mean, std = WAYS[seed % len(WAYS)]
            trained = InputContract(size=(16, 16), mean=mean, std=std)
            draw = pictures(rng, classes)
            pixels, truth = draw(200)
            net = network(rng, *draw(400), trained, classes)
            swapped = _swap(rng, classes)[truth]
            said = diagnosis(net, pixels, truth, trained)[0]
            _count(false, f"fed rightly, {classes} classes", said != "nothing", said)
            said = diagnosis(net, pixels, swapped, trained)[0]
            _count(false, f"two labels swapped, {classes} classes", said not in ("label-order", "either"), said)
            for _ in range(3):
                said = diagnosis(untrained(rng, classes), pixels, truth, trained)[0]
                _count(false, f"never trained, {classes} classes", said != "nothing", said)
            base = float((net(feed(pixels, trained)).argmax(axis=1) == truth).mean())
            for other in alternatives(trained)[1:]:
                wrong = InputContract(size=trained.size, mean=other.contract.mean, std=other.contract.std)
                fed = pixels[:, :, :, ::-1] if other.swapped else pixels
                if base - float((net(feed(fed, wrong)).argmax(axis=1) == truth).mean()) < COSTS:
                    continue
                said, reached = diagnosis(net, fed, truth, wrong)
                kind = "colours swapped" if other.swapped else "mean and std wrong"
                hit = said in ("either", "preprocessing") and reached >= base - NEAR_BASE
                _count(found, f"{kind}, {classes} classes", hit, said)
    return false, found


def diagnosis(
    net: Net, pixels: NDArray[np.uint8], truth: NDArray[np.int64], declared: InputContract
) -> tuple[str, float]:
    """(what a build would stop for: "nothing", "preprocessing", "either", "both", "label-order"; right answers of the way
    that it names)."""
    rows = [
        scored(way, truth, net(feed(pixels[:, :, :, ::-1] if way.swapped else pixels, way.contract)))
        for way in alternatives(declared)
    ]
    found = diagnose(rows[0], rows[1:])
    if found is not None and found.severity == "error":
        said = {"or the order": "either", "and the order": "both"}
        best = max(float(row.hits.mean()) for row in rows[1:])
        return next((name for words, name in said.items() if words in found.message), found.code), best
    scores = net(feed(pixels, declared))
    labels = tuple(map(str, range(scores.shape[1])))
    findings = check_answers(truth.tolist(), scores.argmax(axis=1).tolist(), labels, scores=scores)
    wrong = [f.code for f in findings if f.severity == "error"]
    return (wrong[0] if wrong else "nothing"), float(rows[0].hits.mean())


def pictures(rng: np.random.Generator, classes: int) -> Callable[[int], tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """A function of n: n pictures uint8 [n, 16, 16, 3] of classes that differ by a coloured pattern, and the classes."""
    patterns = np.stack([clouds(rng, 16, 16, slope=1.0) for _ in range(classes)]).astype(np.float64)
    strength = rng.uniform(0.3, 0.6)

    def draw(count: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        truth = np.arange(count) % classes
        other = np.stack([clouds(rng, 16, 16, slope=1.0) for _ in range(count)])
        mixed = strength * patterns[truth] + (1 - strength) * other
        return np.clip(mixed, 0, 255).astype(np.uint8), truth

    return draw


HIDDEN = 400


def network(
    rng: np.random.Generator, pixels: NDArray[np.uint8], truth: NDArray[np.int64], contract: InputContract, classes: int
) -> Net:
    """One hidden layer of random ReLUs with their normalisation, and a last layer by least squares, on pixels fed as
    `contract` says."""
    x = feed(pixels, contract)
    first = rng.normal(size=(x.shape[1], HIDDEN)) / np.sqrt(x.shape[1])
    mean, std = (x @ first).mean(axis=0), (x @ first).std(axis=0)

    def hidden(values: NDArray[np.float64]) -> NDArray[np.float64]:
        out = np.maximum((values @ first - mean) / std, 0)
        return np.concatenate([out, np.ones((len(out), 1))], axis=1)

    h = hidden(x)
    penalty = 0.02 * np.trace(h.T @ h) / h.shape[1] * np.eye(h.shape[1])
    last = np.linalg.solve(h.T @ h + penalty, h.T @ (np.eye(classes)[truth] - 1 / classes))
    return lambda values: _softmax(8 * hidden(values) @ last)


def untrained(rng: np.random.Generator, classes: int) -> Net:
    """Two layers as Keras initialises them (Glorot), never trained."""
    first = rng.uniform(-1, 1, (16 * 16 * 3, HIDDEN)) * np.sqrt(6 / (16 * 16 * 3 + HIDDEN))
    last = rng.uniform(-1, 1, (HIDDEN, classes)) * np.sqrt(6 / (HIDDEN + classes))
    return lambda values: _softmax(np.maximum(values @ first, 0) @ last)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def feed(pixels: NDArray[np.uint8], contract: InputContract) -> NDArray[np.float64]:
    """(pixel - mean) / std, float64 [n, values]."""
    mean, std = np.array(contract.channel_mean), np.array(contract.channel_std)
    return np.asarray(((pixels - mean) / std).reshape(len(pixels), -1))
