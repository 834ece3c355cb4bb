"""One candidate: so many channels of each group, fitted again, quantized, compiled, measured and judged. A pure function of
its counts and of what the build is made from, stored under them, so that any process can make it."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..facts import TensorFacts
from ..prune.grouped import Choice, Group, parts_of
from ..store import digest
from ..task.kinds import kind_of
from ..tflite.metadata import add_metadata
from ..tflite.read import read_tflite
from ..worker.keras_calls import PruneTo
from ..worker.runtime_calls import Predict
from .first_rung import Finished, quantize_float, scheme_of, weights_of
from .fit_measure import Ends, Figures, measure_programs, measure_times
from .job import Job
from .model import GIVEN, FloatModel
from .workshop import Workshop, pack, unpack

CANDIDATE = "candidate"
"""The session slot of the TensorFlow process that holds a candidate."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A network with `counts` channels: its int8 file (`whole`: with channels that cannot matter, where any were dropped),
    what it takes, and how far its scores and answers are from those of the model as given on images that it was not fitted
    on."""

    counts: tuple[int, ...]
    int8_model: bytes
    whole: bytes
    layers: dict[str, str]
    ends: Ends
    heads: tuple[TensorFacts, ...]
    figures: Figures
    distance: float
    agreement: float


def make_candidate(
    shop: Workshop, job: Job, given: FloatModel, groups: tuple[Group, ...], counts: tuple[int, ...]
) -> Candidate:
    """Prune, fit, quantize, compile, run and judge; stored."""
    key = {**candidate_key(job, groups), "counts": counts}
    model = unpack(
        shop.stored("fit/float", key, lambda: {"float": pack(narrowed(shop, job, groups, counts))})["float"], FloatModel
    )
    done = quantize_float(shop, job, model)
    figures, ends = figures_of(shop, job, given, model, done)
    distance, agreement = _judged(shop, job, given, done.int8_model)
    return Candidate(
        counts=counts,
        int8_model=done.int8_model,
        whole=done.whole,
        layers=model.layers,
        ends=ends,
        heads=done.audit.heads,
        figures=figures,
        distance=distance,
        agreement=agreement,
    )


def figures_of(shop: Workshop, job: Job, given: FloatModel, model: FloatModel, done: Finished) -> tuple[Figures, Ends]:
    """What a quantized network takes, and what its programs do with its outputs."""
    ends = Ends.of(job, given, done.audit.heads)
    whole = read_tflite(done.whole, name=job.recipe.name, layers=model.layers) if done.whole else None
    programs = measure_programs(
        shop,
        job,
        read_tflite(done.int8_model, name=job.recipe.name, layers=model.layers),
        ends,
        {"int8": digest(done.int8_model), "whole": digest(done.whole) if done.whole else ""},
        whole,
    )
    twin = add_metadata(
        done.twin,
        labels=() if job.recipe.detect is not None else job.labels(),
        heads=[head.name for head in model.heads],
        contract=job.recipe.input,
        name=job.recipe.name,
        version=job.recipe.version,
    )
    figures = Figures(
        macs=model.macs,
        model_bytes=max(len(done.int8_model), len(twin)),
        programs=programs,
        median_us=measure_times(shop, job, done.int8_model),
    )
    return figures, ends


def candidate_key(job: Job, groups: tuple[Group, ...]) -> dict[str, Any]:
    """What a candidate depends on, beside its counts."""
    return {
        **job.model.key,
        "calibration": job.calibration.digest,
        "orders": digest(msgspec.msgpack.encode(groups)),
        "weights": weights_of(job),
        "scheme": scheme_of(job),
    }


def narrowed(
    shop: Workshop,
    job: Job,
    groups: tuple[Group, ...],
    counts: tuple[int, ...],
    *,
    by: Choice = "losses",
    repair: bool = True,
    whole: bool = False,
) -> FloatModel:
    """The float .tflite with so many channels; not stored here. `whole`: fitted on the judging images, too."""
    job.model.load()
    shop.worker("tensorflow").ask(
        PruneTo(
            slot_from=GIVEN,
            slot_to=CANDIDATE,
            groups=groups,
            counts=counts,
            pixels_path=job.calibration.pixels(),
            contract=job.recipe.input,
            by=by,
            repair=repair,
            whole=whole,
        )
    )
    return job.model.convert(CANDIDATE)


def judging_places(job: Job) -> NDArray[np.int64]:
    """The calibration images that judge."""
    return parts_of(len(job.calibration.prepared().images))[1]


def judging_answers(shop: Workshop, job: Job, given: FloatModel, model: bytes) -> NDArray[Any]:
    """What a file answers to the images that judge: real values [n, values], results [n, pixels] of maps; stored."""
    places, task = judging_places(job), job.task(given)
    painted = kind_of(task).painted
    call = Predict(
        model=model,
        pixels_path=job.calibration.pixels(),
        contract=job.recipe.input,
        places=tuple(int(place) for place in places),
        task=msgspec.structs.replace(task, cuts=(), sought=()) if painted else None,
    )
    found = shop.worker("litert-runtime").ask(call)
    return found.outputs if painted else found.real()


def alike(shop: Workshop, job: Job, given: FloatModel, found: NDArray[Any]) -> tuple[float, float]:
    """Distance of scores and share of equal answers, against the model as given."""
    task = job.task(given)
    kind, wanted = kind_of(task), judging_answers(shop, job, given, given.tflite)
    same = float(kind.same(kind.results(found, task), kind.results(wanted, task), task).mean())
    distance = 1 - same if kind.painted else float(kind.distance(found, wanted, task, SEEN))
    return distance, same


SEEN = 8.0
"""How far below the largest a score still matters to a distance."""


def _judged(shop: Workshop, job: Job, given: FloatModel, int8: bytes) -> tuple[float, float]:
    key = {
        "int8": digest(int8),
        "given": given.sha256,
        "pixels": job.calibration.digest,
        "contract": msgspec.to_builtins(job.recipe.input),
        "task": msgspec.to_builtins(job.asked(given)),
    }

    def run() -> dict[str, bytes]:
        return {"judged": pack(alike(shop, job, given, judging_answers(shop, job, given, int8)))}

    return unpack(shop.stored("fit/judged", key, run)["judged"], tuple[float, float])
