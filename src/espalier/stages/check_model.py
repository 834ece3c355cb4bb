"""The declared preprocessing is scored against its usual alternatives: other mean and std, colour order,
fit, resize; no smoothing or balance where one is declared."""

from __future__ import annotations

import msgspec

from ..calibrate.declared import declared_twice
from ..errors import RecipeError
from ..findings import of_model, settle
from ..image_facts import ImageFacts
from ..measure.preprocessing import AT_MOST
from ..pixels import evenly
from ..recipe import InputContract
from ..task.kinds import KINDS
from ..worker.runtime_calls import OtherPixels, ScoreAlternatives, Scores
from .job import Job
from .model import FloatModel
from .workshop import Workshop, pack, unpack

FITS = ("stretch", "crop", "pad")
RESIZES = ("nearest", "bilinear", "bicubic", "area")


def check_declared(shop: Workshop, job: Job, given: FloatModel) -> tuple[str, ...]:
    """Warnings in words. Raises RecipeError when another way is right so much more often that the declared one must
    be wrong."""
    scores = score_declared(shop, job, given)
    if scores is None:
        twice = declared_twice(job.recipe.input, job.model.facts().config)
        return () if twice is None else tuple(map(str, settle((twice,), job.recipe.accept)))
    if scores.finding is None:
        return ()
    (finding,) = settle(of_model((scores.finding,), untrained=job.model.facts().never_trained), job.recipe.accept)
    if finding.severity == "error":
        raise RecipeError(finding.message, next_step=finding.way_on)
    return (str(finding),)


def score_declared(shop: Workshop, job: Job, given: FloatModel) -> Scores | None:
    """The scores of every way to feed the float model, on labelled evaluation images; None without any. Stored."""
    images = job.evaluation
    known = job.truth() if KINDS[job.recipe.model.task].one else None
    if images is None or known is None:
        return None
    rows = images.prepared().images
    contract = job.recipe.input
    truth = known.tolist()

    def run() -> dict[str, bytes]:
        from .evaluate import answers

        chosen = evenly(len(rows), AT_MOST).tolist()
        others = tuple(
            OtherPixels(name=name, pixels_path=images.prepare_again(chosen, other, f"other-{number}"))
            for number, (name, other) in enumerate(other_contracts(contract, [rows[i] for i in chosen]))
        )
        call = ScoreAlternatives(
            model=given.tflite,
            pixels_path=images.pixels(),
            truth=tuple(truth),
            contract=contract,
            others=others,
            answered=answers(shop, images, given.tflite, job)[chosen],
        )
        return {"scores": pack(shop.worker("quantizer").ask(call))}  # not the process that answers: int8 must not wait

    key = {
        "model": given.sha256,
        "pixels": images.digest,
        "files": images.fingerprint,
        "truth": truth,
        "contract": msgspec.to_builtins(contract),
    }
    return unpack(shop.stored("evaluate/preprocessing", key, run)["scores"], Scores)


def other_contracts(contract: InputContract, images: list[ImageFacts]) -> list[tuple[str, InputContract]]:
    """The other fits and resize methods that would change the pixels of these images, and what is declared left out, one
    change at a time."""
    height, width = contract.size
    sizes = {(i.height, i.width) for i in images} | {(i.width, i.height) for i in images if i.rotated}
    shapes = any(h * width != w * height for h, w in sizes)
    resized = any((h, w) != (height, width) for h, w in sizes)
    found = []
    if shapes:
        found += [(f'fit = "{fit}"', msgspec.structs.replace(contract, fit=fit)) for fit in FITS if fit != contract.fit]
    if resized:
        found += [
            (f'resize = "{method}"', msgspec.structs.replace(contract, resize=method))
            for method in RESIZES
            if method != contract.resize
        ]
    found += [
        (f'{key} = "none"', msgspec.structs.replace(contract, **{key: "none"}))
        for key in ("smooth", "balance")
        if getattr(contract, key) != "none"
    ]
    return found


