"""One bundle per target: its files, checks with the consumers' own tools, golden vectors and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ..bundle import firmware, golden, manifest, mediapipe_words
from ..bundle.kinds import maker_of
from ..errors import BugError, EspalierError, UnsupportedModelError
from ..facts import ArenaFacts, Artifact, BundlePart, BundleSource, Check, ClassMap, Measurement
from ..facts import Decision as Deciding
from ..recipe import CalibrationSource, Deploy, ModelSource, Recipe
from ..recipe_answers import Decision
from ..row_mode import Mode
from ..row_parts import DecisionSide, EmulatedPart
from ..rows import ArenaRow, BundleRow
from ..scratch import Scratch
from ..store import digest
from ..target import Target
from ..task.boxes.golden import with_boxes
from ..task.painted import map_facts, picture_facts
from .compile import Compiled, compile_model, decision_of, flash_limit, ram_limit, tried_modes
from .drift import reference_of
from .emulate import Emulation, can_emulate, emulate_program
from .evaluate import Evaluation
from .handover import handover_of
from .job import Job
from .model import FloatModel
from .prove import Proof
from .publish import write_files
from .quantize import Int8Model
from .workshop import Workshop, pack, unpack


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The finished files of one target, the manifest among them, and every check that ran on them."""

    target: str
    artifacts: tuple[Artifact, ...]
    checks: tuple[Check, ...]

    def placed(self) -> tuple[Artifact, ...]:
        """The files with their place in the output folder."""
        return tuple(msgspec.structs.replace(a, path=f"{self.target}/{a.path}") for a in self.artifacts)

    def row(self) -> BundleRow:
        """The bundle's row of the report; its digest is the manifest's, which names every other file's."""
        named = {a.path: a for a in self.artifacts}
        return BundleRow(
            target=self.target,
            path=self.target,
            sha256=named[manifest.NAME].sha256,
            bytes=sum(len(a.data) for a in self.artifacts),
            files=len(self.artifacts),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundles:
    """All bundles; arena, emulation and compiler notes of the microcontroller targets.

    `refused`: targets for which no bundle could be made, and the error of each; `modes`: the ways to optimize that were
    tried for a target whose flash or RAM does not hold the program.
    """

    bundles: tuple[Bundle, ...]
    arena_bytes: dict[str, int]
    arenas: tuple[ArenaRow, ...] = ()
    emulated: tuple[EmulatedPart, ...] = ()
    notes: tuple[str, ...] = ()
    refused: Mapping[str, EspalierError] = field(default_factory=dict)
    modes: Mapping[str, tuple[Mode, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a firmware target runs: compiled C (None: TFLite Micro, `why` says why when C was wanted), being emulated."""

    compiled: Compiled | None = None
    emulation: Future[Emulation] | None = None
    why: str = ""

    def known(self, target: Target) -> dict[str, Any]:
        """What the firmware check need not do again: the emulated program was compiled for its core."""
        if self.compiled is None or not can_emulate(target):
            return {}
        return {"compiled": {Path(a.path).name for a in self.compiled.program}}


Programs = Mapping[str, Future[Program]]
"""Target -> its program."""


def start_programs(
    shop: Workshop, job: Job, model: FloatModel, int8: Int8Model, proof: Future[Proof]
) -> Programs:
    """Compile for every firmware target, and emulate, as soon as the proof has its golden vectors."""

    def program(deploy: Deploy, target: Target) -> Program:
        if target.bundle != "firmware" or deploy.runtime == "tflm":
            return Program()
        try:
            compiled = compile_model(shop, job, deploy, target, int8, proof.result(), job.detector(model, int8.heads))
        except UnsupportedModelError as problem:
            if deploy.runtime == "c":
                raise
            return Program(why=f"TFLite Micro is packed instead of compiled C: {problem.found}")
        emulation = shop.submit(emulate_program, shop, job, deploy, target, int8, compiled)
        return Program(compiled=compiled, emulation=emulation)

    return {
        target.name: shop.submit(program, deploy, target)
        for deploy, target in zip(job.recipe.deploy, job.targets, strict=True)
    }


def make_bundles(
    shop: Workshop,
    job: Job,
    *,
    model: FloatModel,
    int8: Int8Model,
    proof: Proof,
    programs: Programs,
    evaluation: Evaluation,
    tools: str,
) -> Bundles:
    """Make the bundle of every [[deploy]] table; each is a stored result of everything that goes into it."""

    def served(deploy: Deploy, target: Target) -> _Made:
        """A target that cannot be served takes nothing from the others."""
        made = _Made(target=target.name)
        try:
            program = programs[target.name].result()
            source = _source(job, target, model, int8, proof, evaluation, program.compiled)
            handed = handover_of(shop, job, target, evaluation.float_tflite, source.heads, source.golden)
            source = msgspec.structs.replace(source, handover=handed)
            if target.bundle == "service":
                source = msgspec.structs.replace(source, reference=reference_of(shop, job, model, int8))
            made.arena_bytes = None if source.arena is None else source.arena.arena_bytes
            made.why = program.why
            if program.compiled is not None:
                peak, chart = program.compiled.peak, program.compiled.chart
                made.arena = ArenaRow(target=target.name, peak=peak, chart=chart)
            bundle = _stored(shop, source, program, tools)
            checks = _fit(made, shop, job, deploy, target, int8, program)
            made.bundle = msgspec.structs.replace(bundle, checks=(*checks, *bundle.checks))
        except BugError:
            raise
        except EspalierError as problem:
            made.refused = problem
        return made

    with shop.stage("bundle"), ThreadPoolExecutor(2) as pool:
        # Firmware takes longest (it is compiled again, and emulated), so it starts first.
        wanted = zip(job.recipe.deploy, job.targets, strict=True)
        started = {
            target.name: pool.submit(served, deploy, target)
            for deploy, target in sorted(wanted, key=lambda pair: pair[1].bundle != "firmware")
        }
        made = [started[target.name].result() for target in job.targets]
    bundles = tuple(one.bundle for one in made if one.bundle is not None)
    shop.ended("bundle", ", ".join(b.target for b in bundles))
    made.sort(key=lambda one: one.target)
    return Bundles(
        bundles=bundles,
        arena_bytes={one.target: one.arena_bytes for one in made if one.arena_bytes is not None},
        arenas=tuple(one.arena for one in made if one.arena is not None),
        emulated=tuple(one.emulated for one in made if one.emulated is not None),
        notes=tuple(f"{one.target}: {one.why}" for one in made if one.why),
        refused={one.target: one.refused for one in made if one.refused is not None},
        modes={one.target: one.modes for one in made if one.modes is not None},
    )


@dataclass(slots=True, kw_only=True)
class _Made:
    """What is known of a target's bundle: as far as the making came, when it was `refused`."""

    target: str
    bundle: Bundle | None = None
    arena_bytes: int | None = None
    arena: ArenaRow | None = None
    emulated: EmulatedPart | None = None
    modes: tuple[Mode, ...] | None = None
    why: str = ""
    refused: EspalierError | None = None


def _stored(shop: Workshop, source: BundleSource, program: Program, tools: str) -> Bundle:
    written = program.compiled.program if program.compiled else ()
    key = {
        "source": digest(msgspec.msgpack.encode(source)),
        "program": [[a.path, a.sha256] for a in written],
        "tools": tools,
    }
    files = shop.stored(
        f"bundle/{source.target.name}", key, lambda: {"bundle": pack(_make(source, program, tools))}
    )
    return unpack(files["bundle"], Bundle)


def _fit(
    made: _Made, shop: Workshop, job: Job, deploy: Deploy, target: Target, int8: Int8Model, program: Program
) -> tuple[Check, ...]:
    """The checks of a compiled program; what it does on the emulated core, and the other modes where it does not fit."""
    compiled = program.compiled
    if compiled is None:
        return ()
    checks = compiled.checks
    if program.emulation is not None:
        emulation = program.emulation.result()
        checks, made.emulated = (emulation.check, *checks), emulation.row
    limits = flash_limit(deploy, target), ram_limit(job, deploy, target)
    row = made.emulated or {"code_bytes": 0, "weights_bytes": 0}
    if compiled.arena_bytes > limits[1] or row["code_bytes"] + row["weights_bytes"] > limits[0]:
        made.modes = tried_modes(shop, job, target, int8, compiled, limits)
    return checks


def packed(recipe: Recipe, names: tuple[str, ...] = ()) -> Recipe:
    """What of a recipe is in a bundle: name, version, contract, decision, numbers (called `names`). Budgets decide whether
    it is written, the other tables what the model is; a changed one must not remake a bundle that it does not change."""
    return Recipe(
        name=recipe.name,
        version=recipe.version,
        model=ModelSource(path=""),
        input=recipe.input,
        calibration=CalibrationSource(images=""),
        deploy=(),
        decision=recipe.decision if recipe.detect is None else Decision(threshold=recipe.detect.threshold),
        regress=recipe.regress and msgspec.structs.replace(recipe.regress, names=names),
        binary=recipe.binary,
        multi_label=recipe.multi_label,
        embed=recipe.embed,
        anomaly=recipe.anomaly,
    )


def _parts(job: Job, model: FloatModel, int8: Int8Model, decision: Deciding | None) -> tuple[BundlePart, ...]:
    """The outputs of several, each as a recipe and a decision of its own."""
    wanted, asked = {head.name: head for head in job.recipe.head}, job.task(model)
    found = []
    for facts in int8.heads if wanted else ():
        head = wanted[facts.name]
        task, alone = job.part(head), job.recipe.of_head(head)
        names = () if task.numbers is None else task.numbers.names
        recipe = msgspec.structs.replace(packed(alone, names), name=f"{alone.name}-{head.name.replace('_', '-')}")
        parts, own = {} if decision is None else decision.parts, next(one for one in asked.parts if one.name == head.name)
        found.append(
            BundlePart(
                name=head.name,
                task=head.task,
                labels=task.labels,
                decision=parts.get(head.name),
                recipe=recipe,
                map=None if head.segment is None else map_facts(own, facts),
                picture=None if head.picture is None else picture_facts(own, facts),
            )
        )
    return tuple(found)


def _source(
    job: Job,
    target: Target,
    model: FloatModel,
    int8: Int8Model,
    proof: Proof,
    evaluation: Evaluation,
    compiled: Compiled | None,
) -> BundleSource:
    decision = decision_of(job, int8)
    parts = _parts(job, model, int8, decision)
    golden = compiled.golden if compiled else proof.golden
    detector = job.detector(model, int8.heads)
    return BundleSource(
        recipe=packed(job.recipe, job.number_names()),
        target=target,
        labels=job.labels(),
        int8_model=int8.int8_model,
        uint8_model=int8.uint8_model,
        input=int8.input,
        numbers=int8.numbers,
        heads=int8.heads,
        operators=int8.uses,
        runtime_floor=int8.runtime_floor,
        golden=golden if detector is None else with_boxes(golden, int8.heads, detector),
        contract_cases=proof.cases,
        arena=_arena(target, int8, compiled),
        measurements=(*_measurements(int8, evaluation), *_fed_by_mediapipe(target, evaluation)),
        checks=proof.checks,
        model_sha256=job.model.sha256,
        macs=int8.macs,
        parameters=int8.parameters,
        advice=int8.notes,
        task=job.recipe.model.task,
        decision=None if parts else decision,
        parts=parts,
        detector=detector,
        map=None if job.recipe.segment is None else _map(job, int8, model),
        picture=None if job.recipe.picture is None else picture_facts(job.task(model), int8.heads[0]),
    )


def _map(job: Job, int8: Int8Model, model: FloatModel) -> ClassMap:
    facts = map_facts(job.task(model), int8.heads[0])
    return msgspec.structs.replace(facts, resize=model.whole.resize if model.whole else "")


def _arena(target: Target, int8: Int8Model, compiled: Compiled | None) -> ArenaFacts | None:
    if not target.in_arena:
        return None
    if compiled is None:
        return firmware.arena_bound(int8.int8_model, target, int8.layers)
    return ArenaFacts(arena_bytes=compiled.arena_bytes, margin_bytes=0, how="planned at compile time, exact")


def _measurements(int8: Int8Model, evaluation: Evaluation) -> tuple[Measurement, ...]:
    rows = [
        Measurement(quantity="macs", value=int8.macs, unit="MACs", how="counted from the operators' shapes"),
        Measurement(quantity="int8_model_bytes", value=len(int8.int8_model), unit="bytes", how="file size"),
    ]
    accuracy = evaluation.accuracy
    if accuracy is not None and accuracy.labelled:
        how = "LiteRT default kernels on the evaluation set, build machine"
        rows += [
            Measurement(
                quantity="miou_int8" if accuracy.maps else "psnr_int8" if accuracy.pictures else "top1_int8",
                value=accuracy.pictures.psnr_int8 if accuracy.pictures else accuracy.int8.top1 or 0.0,
                unit="dB" if accuracy.pictures else "share",
                how=how,
                n=accuracy.n,
            ),
            Measurement(quantity="agreement", value=accuracy.agreement, unit="share", how=how, n=accuracy.n),
            *(
                Measurement(quantity=f"{row.text} int8", value=row.int8, unit="share", how=how, n=row.n)
                for row in accuracy.scores
                if row.int8 is not None
            ),
            *(
                Measurement(quantity=f"{quantity}_at_threshold", value=value, unit="share", how=how, n=accuracy.n)
                for quantity, value in (_given(accuracy.decision["int8"]) if accuracy.decision else ())
                if value is not None
            ),
        ]
    return tuple(rows)


def _fed_by_mediapipe(target: Target, evaluation: Evaluation) -> tuple[Measurement, ...]:
    """Of an Android library: what MediaPipe's own resizing leaves of the accuracy."""
    row = None if evaluation.accuracy is None else evaluation.accuracy.mediapipe
    if target.bundle != "aar" or row is None:
        return ()
    how = "the same, pixels as MediaPipe Tasks feed them"
    rows = [Measurement(quantity=mediapipe_words.SAME, value=row.same, unit="share", how=how, n=row.n)]
    if row.otherwise is not None:
        rows.append(Measurement(quantity=mediapipe_words.RIGHT, value=row.otherwise, unit="share", how=how, n=row.n))
    return tuple(rows)


def _given(side: DecisionSide) -> tuple[tuple[str, float | None], ...]:
    return (("precision", side["precision"]), ("coverage", side["coverage"]), ("review", side["review"]))


def _make(source: BundleSource, program: Program, tools: str) -> Bundle:
    maker = maker_of(source.target.bundle)
    compiled = program.compiled
    artifacts = firmware.contents(source, compiled.program) if compiled else maker.contents(source)
    placed = {artifact.path for artifact in artifacts}
    artifacts += tuple(artifact for artifact in golden.artifacts(source) if artifact.path not in placed)
    checks: tuple[Check, ...] = ()
    if tools != "none":
        with Scratch() as folder:
            write_files(artifacts, folder, durable=False)
            checks = (
                firmware.check(folder, source, thorough=tools == "all", **program.known(source.target))
                if compiled
                else maker.check(folder, source, thorough=tools == "all")
            )
    written = Artifact(path=manifest.NAME, data=manifest.write(source, artifacts), role="manifest")
    return Bundle(target=source.target.name, artifacts=(*artifacts, written), checks=checks)


def bundle_rows(bundles: Any) -> tuple[BundleRow, ...]:
    """Rows of the report, in the recipe's order."""
    return tuple(bundle.row() for bundle in bundles.bundles)
