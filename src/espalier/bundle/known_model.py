"""A model as the program of the Raspberry Pi knows it, from the manifest of a bundle of any kind: it decodes and decides in
whole numbers, equal to every other device's, so that it can say what any of them would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import UnsupportedModelError
from ..facts import BundlePart, BundleSource, Decision, TensorFacts
from ..recipe import CalibrationSource, InputContract, ModelSource, Recipe
from ..recipe_answers import Anomaly, Binary, Embed, MultiLabel, Regress
from ..recipe_answers import Decision as Threshold
from ..target import load_target
from ..task.cuts import cuts_of, of_anomaly
from ..task.kinds import kind_of
from ..task.types import Head, Task
from . import golden
from .golden import DETECTOR, FOLDER, Golden
from .manifest import HeadAnswer, Manifest
from .model_json import head_facts, model_facts
from .pi_consumers import MODEL_FILE

DEVICE = "raspberry-pi-4"
"""Whose program it is."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a program needs beside the .tflite. `facts`: as in the device's model.json; `detector`: the integers of a detector."""

    name: str
    version: str
    task: str
    contract: InputContract
    facts: dict[str, Any]
    heads: tuple[TensorFacts, ...]
    """Of the int8 model."""
    detector: bytes = b""
    unit: str = ""
    """Of numbers."""

    def write(self, folder: Path, model: bytes) -> Path:
        """The folder that the device's program reads, with a .tflite of this model."""
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
        facts = {**self.facts, "sha256": _sha256(model)}
        (folder / "model.json").write_bytes(golden.canonical_json(facts))
        (folder / MODEL_FILE).write_bytes(model)
        (folder / FOLDER / DETECTOR).write_bytes(self.detector)
        return folder


def of_bundle(
    stated: Manifest, vectors: Golden, files: Mapping[str, bytes], heads: tuple[TensorFacts, ...] | None = None
) -> Known:
    """The model of a bundle. `files`: path -> bytes, for the detector. `heads`: of another model with the same answers. Raises
    UnsupportedModelError for a detector whose outputs have other steps: its tables hold for its own."""
    contract, own = stated.contract.contract, stated.heads or (stated.output,)
    if vectors.detector and heads is not None and any(
        (mine.scale, mine.zero_point) != (theirs.scale, theirs.zero_point) for mine, theirs in zip(own, heads, strict=True)
    ):  # fmt: skip
        raise UnsupportedModelError(
            "the detector's tables are of outputs with other steps than this model's",
            supported="the model of the same build, int8 or float",
            next_step="build this model, and run what that gives",
        )
    recipe = _recipe(
        stated.name, stated.version, contract, stated.task, stated.threshold,
        numbers=stated.numbers, binary=stated.binary, multi_label=stated.multi_label, embed=stated.embed, anomaly=stated.anomaly,
    )  # fmt: skip
    source = msgspec.structs.replace(
        _source(recipe, stated.labels, stated.input, heads or own),
        operators=stated.operators,
        runtime_floor=stated.runtime_floor,
        numbers=vectors.numbers,
        map=stated.map,
        picture=stated.picture,
    )
    detector = files.get(f"{FOLDER}/{vectors.detector}", b"") if vectors.detector else b""
    return of_source(_decided(source, stated.answers), detector)


def of_model(
    name: str,
    contract: InputContract,
    task: str,
    labels: tuple[str, ...],
    given: TensorFacts,
    heads: tuple[TensorFacts, ...],
    recipe: Recipe | None = None,
) -> Known:
    """A model of which there is no bundle: what is known of it, and the tables of a recipe."""
    said = _recipe(name, "0", contract, task, None) if recipe is None else msgspec.structs.replace(
        recipe, model=ModelSource(path="", task=task)  # type: ignore[arg-type]
    )  # fmt: skip
    return of_source(_decided(_source(said, labels, given, heads), ()))


def _source(
    recipe: Recipe, labels: tuple[str, ...], given: TensorFacts, heads: tuple[TensorFacts, ...]
) -> BundleSource:
    """As much of what a bundle is made of as its program needs."""
    return BundleSource(
        recipe=recipe,
        target=load_target(DEVICE),
        labels=labels,
        int8_model=b"",
        uint8_model=b"",
        input=given,
        heads=heads,
        operators=(),
        runtime_floor="",
        golden=(),
        contract_cases=(),
        arena=None,
        measurements=(),
        checks=(),
        model_sha256="",
        macs=0,
        parameters=0,
        task=recipe.model.task,
    )


def of_source(source: BundleSource, detector: bytes = b"") -> Known:
    """The model of a bundle that is being made, or of what is known of one. `detector`: see golden.detector_bytes."""
    facts = model_facts(source)
    if detector:
        place = {"file": f"{FOLDER}/{DETECTOR}", "sha256": _sha256(detector)}
        facts |= {"heads": [head_facts(head) for head in source.heads], "detector": place, "labels": list(source.labels)}
    return Known(
        name=source.name,
        version=source.version,
        task=source.task,
        contract=source.contract,
        facts=facts,
        heads=source.heads,
        detector=detector,
        unit=source.recipe.regress.unit if source.recipe.regress else "",
    )


def _decided(source: BundleSource, answers: Sequence[HeadAnswer]) -> BundleSource:
    """With what a device decides with, worked out as the build did."""
    if not answers:
        return msgspec.structs.replace(source, decision=decision_of(source.recipe, source.labels, source.heads))
    heads = {head.name: head for head in source.heads}
    parts = []
    for answer in answers:
        recipe = _recipe(
            source.name, source.version, source.contract, answer.task, answer.threshold,
            numbers=answer.numbers, binary=answer.binary, multi_label=answer.multi_label, embed=answer.embed,
        )  # fmt: skip
        decision = decision_of(recipe, answer.labels, (heads[answer.name],))
        parts.append(
            BundlePart(
                name=answer.name,
                task=answer.task,
                labels=answer.labels,
                decision=decision,
                recipe=recipe,
                map=answer.map,
                picture=answer.picture,
            )
        )
    return msgspec.structs.replace(source, parts=tuple(parts))


def decision_of(recipe: Recipe, labels: tuple[str, ...], heads: Sequence[TensorFacts]) -> Decision | None:
    """What a device decides with; None where it gives values, boxes or what it paints."""
    task = Task(
        kind=recipe.model.task,
        heads=tuple(Head(name=head.name, shape=head.shape[1:]) for head in heads),
        labels=labels,
        cuts=cuts_of(recipe, labels),
        **of_anomaly(recipe),
    )
    return kind_of(task).decision(task, heads, recipe.decision.threshold)


def _recipe(
    name: str,
    version: str,
    contract: InputContract,
    task: str,
    threshold: float | None,
    *,
    numbers: Regress | None = None,
    binary: Binary | None = None,
    multi_label: MultiLabel | None = None,
    embed: Embed | None = None,
    anomaly: Anomaly | None = None,
) -> Recipe:
    """As much of a recipe as a bundle has."""
    return Recipe(
        name=name,
        version=version,
        model=ModelSource(path="", task=task),  # type: ignore[arg-type]
        input=contract,
        calibration=CalibrationSource(images=""),
        deploy=(),
        decision=Threshold() if threshold is None else Threshold(threshold=threshold),
        regress=numbers,
        binary=binary,
        multi_label=multi_label,
        embed=embed,
        anomaly=anomaly,
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
