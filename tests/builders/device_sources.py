"""A BundleSource for every kind of answer that a package in JavaScript or Swift decides, with outputs that no network gave: what
is tested is what becomes of them."""

from __future__ import annotations

from math import prod

import msgspec
import numpy as np
from detector_models import detector_source, with_target

from espalier.bundle import golden
from espalier.facts import (
    BundlePart,
    BundleSource,
    ClassMap,
    Decision,
    GoldenVector,
    PictureBytes,
    TensorFacts,
)
from espalier.fed import number_bytes
from espalier.recipe import InputContract
from espalier.recipe_answers import Regress
from espalier.recipe_numbers import InputNumbers
from espalier.target import load_target
from espalier.task.boxes.golden import with_boxes

LABELS = ("good", "a scratch", 'crack – "Riß" 𝕏')
ONE_LABEL = Decision(
    source="classify",
    numbers={"CLASSES": 3, "DECIDE_ZERO_POINT": -128, "PERMILLE_Q16": 256000, "THRESHOLD": 20},
    labels=LABELS,
)
YES_OR_NO = Decision(
    source="binary",
    numbers={"POSITIVE": 12, "THRESHOLD": 40, "DECIDE_ZERO_POINT": -128, "PERMILLE_Q16": 256000},
    labels=LABELS[:2],
)
EACH_LABEL = Decision(
    source="multi_label",
    numbers={"LABELS": 3, "DECIDE_ZERO_POINT": -128, "PERMILLE_Q16": 256000},
    labels=LABELS,
    tables={"LEAST": (-20, 50, 128)},
)
VECTOR = Decision(source="embed", numbers={"VALUES": 96, "DECIDE_ZERO_POINT": 5, "KNOWN_Q14": 9000})
GOOD_OR_NOT = Decision(source="anomaly", numbers={"VALUES": 48, "DECIDE_ZERO_POINT": -3, "ALERT_Q8": 6000})
CLASSES = ClassMap(rows=5, columns=7, channels=3, names=("ground", "part", "dirt"), least=128, alert=2, alert_pixels=9)
MASK = ClassMap(rows=5, columns=7, channels=1, names=("ground", "part"), least=-7, alert=1, alert_pixels=18)
PICTURE = PictureBytes(rows=4, columns=6, channels=3, table=tuple((7 * n + 13) % 256 for n in range(256)))


def head(*shape: int, name: str = "out", scale: float = 1 / 256, zero_point: int = -128) -> TensorFacts:
    """An output of a model."""
    return TensorFacts(name=name, shape=(1, *shape), dtype="int8", scale=scale, zero_point=zero_point)


def answering(source: BundleSource, heads: tuple[TensorFacts, ...], **changes: object) -> BundleSource:
    """The source with other outputs, and noise of several widths as what its golden vectors answer."""
    random, count = np.random.default_rng(11), sum(prod(one.shape) for one in heads)

    def noise() -> bytes:
        found: bytes = np.clip(random.normal(0, random.choice([2, 30, 90]), count), -128, 127).astype(np.int8).tobytes()
        return found

    vectors = tuple(
        GoldenVector(name=row.name, pixels=row.pixels, label="", outputs={"reference": noise(), "default": noise()})
        for row in source.golden
    )
    plain = {"decision": None, "labels": (), "golden": vectors, "heads": heads}
    return msgspec.structs.replace(source, **{**plain, **changes})


def with_contract(source: BundleSource, contract: InputContract) -> BundleSource:
    """The source with another contract and its cases."""
    recipe = msgspec.structs.replace(source.recipe, input=contract)
    pixels = np.random.default_rng(2).integers(0, 256, (len(source.golden), *contract.shape), np.uint8)
    vectors = tuple(msgspec.structs.replace(row, pixels=one.tobytes()) for row, one in zip(source.golden, pixels, strict=True))
    return msgspec.structs.replace(source, recipe=recipe, golden=vectors, contract_cases=golden.contract_cases(contract))


def with_numbers(source: BundleSource) -> BundleSource:
    """The source of a model that takes three numbers in two vectors beside the image."""
    numbers = (
        InputNumbers(
            name="climate", columns=("celsius", "humidity"), range=((-20.0, 60.0), (0.0, 1.0)), mean=(21.5, 0.4), std=(9.3, 0.21)
        ),
        InputNumbers(name="scale", columns=("gram",), range=((0.0, 5000.0),), mean=(812.0,), std=(333.3,)),
    )  # fmt: skip
    contract = msgspec.structs.replace(source.contract, numbers=numbers)
    inputs = (
        TensorFacts(name="climate", shape=(1, 2), dtype="int8", scale=float(np.float32(0.041)), zero_point=17),
        TensorFacts(name="scale", shape=(1, 1), dtype="int8", scale=float(np.float32(0.063)), zero_point=-90),
    )
    given = (22.25, 0.61, 1250.0)
    vectors = tuple(
        msgspec.structs.replace(row, numbers=given, beside=number_bytes(given, contract, inputs)) for row in source.golden
    )
    recipe = msgspec.structs.replace(source.recipe, input=contract)
    return msgspec.structs.replace(source, recipe=recipe, numbers=inputs, golden=vectors)


def part(source: BundleSource, name: str, task: str, **own: object) -> BundlePart:
    """One of several outputs."""
    given = {"labels": (), "decision": None, "recipe": source.recipe, **own}
    return BundlePart(name=name, task=task, **given)  # type: ignore[arg-type]


def boxes(**options: object) -> BundleSource:
    """A detector; its golden outputs are its network's own."""
    return with_target(detector_source(**options), "web")


def noisy_boxes(source: BundleSource) -> BundleSource:
    """The same detector on noise."""
    noisy = answering(source, source.heads, labels=source.labels)
    assert source.detector is not None
    return msgspec.structs.replace(noisy, golden=with_boxes(noisy.golden, source.heads, source.detector))


def sources(plain: BundleSource, target: str = "web") -> dict[str, BundleSource]:
    """Kind of an answer -> a source that gives it. `plain`: a classifier."""
    plain = msgspec.structs.replace(plain, target=load_target(target))
    values = (head(4, name="size", scale=0.031, zero_point=7), head(2, 3, name="place", scale=0.5, zero_point=-1))
    named = msgspec.structs.replace(plain.recipe, regress=Regress(tolerance=1.0, names=("width", "height")))
    several = (
        head(3, name="what"), head(2, name="ok"), head(96, name="face"), head(5, 7, 3, name="where"),
        head(2, name="much", scale=0.11, zero_point=4),
    )  # fmt: skip
    parts = (
        part(plain, "what", "classify", labels=LABELS, decision=ONE_LABEL),
        part(plain, "ok", "binary", labels=LABELS[:2], decision=YES_OR_NO),
        part(plain, "face", "embed", decision=VECTOR),
        part(plain, "where", "segment", map=CLASSES),
        part(plain, "much", "regress", recipe=named),
    )
    return {
        "classify": answering(plain, (head(3),), labels=LABELS, decision=ONE_LABEL),
        "binary": answering(plain, (head(2),), labels=LABELS[:2], decision=YES_OR_NO, task="binary"),
        "multi-label": answering(plain, (head(3),), labels=LABELS, decision=EACH_LABEL, task="multi-label"),
        "embed": answering(plain, (head(96, scale=0.02, zero_point=5),), decision=VECTOR, task="embed"),
        "anomaly": answering(plain, (head(4, 4, 3, scale=0.01, zero_point=-3),), decision=GOOD_OR_NOT, task="anomaly"),
        "map": answering(plain, (head(5, 7, 3),), map=CLASSES, task="segment"),
        "mask": answering(plain, (head(5, 7, 1),), map=MASK, task="segment"),
        "picture": answering(plain, (head(4, 6, 3),), picture=PICTURE, task="image"),
        "values": answering(plain, values, task="raw"),
        "named": answering(plain, (head(2, scale=0.11, zero_point=4),), recipe=named, task="regress"),
        "several": answering(plain, several, parts=parts, task="several"),
        "numbers": with_numbers(answering(plain, (head(3),), labels=LABELS, decision=ONE_LABEL)),
    }


DETECTORS: dict[str, dict[str, object]] = {
    "ssd": {},
    "apart": {"joined": False, "scores": "none"},
    "softmax": {"scores": "softmax", "background": "first"},
    "yolo": {"decode": "yolo-v5"},
    "whole": {"overlap": 0.7, "per_class": False},
}
"""Name -> options of a detector."""
