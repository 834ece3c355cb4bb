"""THE pipeline: a job becomes bundles. Whoever has read `run_stages` has understood the product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..bundle import manifest, signature
from ..bundle.signature import Signer
from ..facts import Artifact
from ..report.files import report_files
from ..report.gates import not_shown
from .account import account_if_due, blame
from .ahead import Ahead
from .answer_gates import strict_row
from .bundle import make_bundles
from .check_boxes import check_finds, check_scores
from .check_outputs import check_outputs
from .check_sets import check_sets
from .compare_dense import with_dense
from .cuts import with_cuts
from .evaluate import Evaluation, decide_threshold, evaluate_model
from .fit_report import with_fit
from .gate import gates_of
from .heat import heat_if_due
from .job import Job
from .mediapipe import with_mediapipe
from .outcome import Outcome, output_folder
from .output import OUTPUT
from .prune import prune_model
from .publish import publish
from .quantize import Int8Model, check_targets, quantize_model
from .report import Results, compose_report
from .time import time_models
from .verdict import judge
from .workshop import Workshop


def run_stages(
    shop: Workshop,
    job: Job,
    out: Path,
    *,
    tools: str,
    all_or_nothing: bool = False,
    strict: bool = False,
    signer: Signer | None = None,
) -> Outcome:
    """Every stage after the reading of the recipe, see `build.build`; what of them runs before its turn, see `Ahead`."""
    ahead = Ahead(shop, job)
    findings = (*check_outputs(job), *check_sets(shop, job))
    given = ahead.given()
    findings = (*findings, *check_finds(shop, job, given))
    pruned = prune_model(shop, job, given)
    shop.release("tensorflow", "legacy")
    job = with_cuts(shop, job, pruned.model)
    int8 = quantize_model(shop, job, pruned.model)
    check_targets(job, int8)
    check_scores(job, pruned.model, int8)
    job = decide_threshold(shop, job, pruned.model, int8)
    programs = ahead.prove_and_compile(job, pruned.model, int8)
    evaluation = evaluate_model(shop, job, given=given, pruned=pruned, int8=int8)
    evaluation = with_mediapipe(shop, job, int8, evaluation)
    proof = ahead.proof()
    bundles = make_bundles(
        shop, job, model=pruned.model, int8=int8, proof=proof, programs=programs, evaluation=evaluation, tools=tools
    )
    # Last, when nothing else runs.
    timing = time_models(shop, {"float": pruned.model.tflite, "int8": int8.int8_model})
    pruning = with_fit(shop, job, given, pruned, pruned.weigh(shop, job, int8))
    pruning = with_dense(shop, job, pruned, pruning)
    rows = gates_of(job, pruned.model, int8, evaluation, timing, bundles)
    explained, doubts = account_if_due(shop, job, pruned.model, int8, rows)
    evaluation = heat_if_due(shop, job, pruned.model, evaluation, due=explained is not None)
    rows = blame(rows, evaluation.accuracy, explained, f"espalier explain {job.path.name}")
    if strict:
        told = (*findings, *doubts, *evaluation.warnings, *int8.warnings)
        rows = (*rows, strict_row(told, not_shown(rows)))
    results = Results(
        gates=rows,
        findings=(*findings, *doubts),
        pruning=pruning,
        int8=int8,
        evaluation=evaluation,
        timing=timing,
        proof=proof,
        bundles=bundles,
        explained=explained,
    )
    return _finish(shop, job, out, results, all_or_nothing=all_or_nothing, signer=signer)


def _finish(
    shop: Workshop, job: Job, out: Path, results: Results, *, all_or_nothing: bool, signer: Signer | None
) -> Outcome:
    verdict = judge(
        results.gates,
        results.proof,
        results.bundles,
        [target.name for target in job.targets],
        all_or_nothing=all_or_nothing,
    )
    kept = [bundle for bundle in results.bundles.bundles if bundle.target not in verdict.withheld]
    folder = output_folder(out, job.recipe)
    with shop.stage("report"):
        report = compose_report(shop, job, results, verdict)
        files = report_files(report)
        if kept:
            files += model_files(job, results.evaluation, results.int8)
            files += tuple(artifact for bundle in kept for artifact in bundle.placed())
            files += signatures(job, files, signer)
        aside = publish(files, folder, owner=OUTPUT)
    shop.ended("report", str(folder))
    shop.remember(job.path)
    return Outcome(
        report=report,
        report_json=next(f.data for f in files if f.path == "report.json"),
        folder=folder,
        failure=verdict.failure,
        warnings=(
            *shop.warnings(),
            *([f"files that no build had written into {folder} were kept in {aside}"] if aside else []),
        ),
    )


def signatures(job: Job, files: Sequence[Artifact], signer: Signer | None) -> tuple[Artifact, ...]:
    """The signature of each bundle's manifest, which names all else in it."""
    if signer is None:
        return ()
    told = f"espalier {job.recipe.name} {job.recipe.version}"
    return tuple(
        Artifact(path=f"{target}/{signature.NAME}", data=signature.sign(file.data, signer, f"{told} {target}"))
        for file in files
        for target, slash, name in (file.path.rpartition("/"),)
        if slash and name == manifest.NAME
    )


def model_files(job: Job, evaluation: Evaluation, int8: Int8Model) -> tuple[Artifact, ...]:
    """model/: the float file, the int8 file for microcontrollers and NPUs, its uint8 twin for phones and cameras."""
    name = job.recipe.name
    return (
        Artifact(path=f"model/{name}_float.tflite", data=evaluation.float_tflite),
        Artifact(path=f"model/{name}_int8.tflite", data=int8.int8_model),
        Artifact(path=f"model/{name}_uint8.tflite", data=int8.uint8_model),
    )
