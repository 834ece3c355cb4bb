"""Score the declared preprocessing against its usual alternatives on the float model, and against permuted labels.

A wrong mean, std or colour order raises no error anywhere: the model answers, wrongly. So the same labelled
images are fed as the recipe says and as others usually do; when another way clearly wins, the recipe is
likely wrong. Labels in another order make wrong answers, too, and one looks like the other: a model with two swapped
labels that is right on 13 % is "better" on pixels that it only guesses on. So a way counts only where it beats chance,
and is the diagnosis only where it also beats its rival, the declared way with the labels in their best order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import BugError
from ..fed import beside, images_of
from ..findings import Finding
from ..pixels import evenly
from ..recipe import InputContract
from ..retouch import retouch
from ..statistics import mcnemar
from ..task.chance import nearly_equal, skill
from ..task.permutation import reordered_hits
from ..tflite.runtimes import Runtime
from .predict import predict

AT_MOST = 200
"""Images that are scored; spread evenly over those given."""

SCREEN = 3
"""Every way is tried on one image of this many; only those better than the declared one get them all."""

CLEAR_POINTS, CLEAR_P = 5.0, 1e-3
"""Another way must win by this many points, and McNemar's test say so."""

SURE_POINTS, SURE_SHARE = 15.0, 0.5
"""From here on, or when the other way makes at most this share of the mistakes, the finding is an error."""

LEAST_KAPPA = 0.2
"""A way whose answers are less above chance than this (Cohen's kappa: "slight") is no diagnosis."""

LEAST_KAPPA_OF_TWO = 0.5
"""Two things wrong at once are two choices more: of a network that was never trained some pair always fits a little."""

GLIMPSE, BEHIND = 9, 4
"""A way that is right on so many fewer of one image in GLIMPSE than the declared way is not tried on others: the float
model of a large network is what costs. With less than LEAST_GLIMPSED of them every way gets its third."""

LEAST_GLIMPSED = 8

STANDARDIZED, UNBALANCED = 'balance = "per-image"', 'balance = "none"'
"""Settings that change what a byte means."""

Hits = NDArray[np.bool_]

_SCALES: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "raw pixels 0..255": ((0.0,), (1.0,)),
    "pixels / 255": ((0.0,), (255.0,)),
    "pixels / 127.5 - 1": ((127.5,), (127.5,)),
    "ImageNet mean and std": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    "ImageNet mean only": ((123.68, 116.779, 103.939), (1.0, 1.0, 1.0)),
}
"""Names -> mean, std in pixel units, RGB order (torchvision's, and Keras' "caffe" figures for the last)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A way to feed the model. `swapped`: the channels of the prepared pixels are reversed first. `setting`: a line of
    the recipe that changes the pixels themselves."""

    name: str
    contract: InputContract
    swapped: bool
    declared: bool = False
    setting: str = ""

    @property
    def advice(self) -> str:
        """What to write into `[input]`."""
        if self.setting:
            return self.setting
        mean, std = list(self.contract.mean), list(self.contract.std)
        return f"mean = {mean}, std = {std}" + (", the other colour order" if self.swapped else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a way hits, bool [n], with the labels as given. `tells`: its answers beat chance, and its scores tell classes
    apart (`telling`). `reorder` gives what it hits with the labels in the order that fits it best, each half of the images
    judged with the order of the other half: asked only where something is wrong, since it imports an optimiser."""

    way: Alternative
    hits: Hits
    tells: bool
    telling: bool
    chance: float
    reorder: Callable[[], Hits]

    def tells_so(self, reordered: Hits) -> bool:
        """Whether answers in their best order are far above chance: a model that only guesses stays at it there, too."""
        kappa = (float(reordered.mean()) - self.chance) / max(1 - self.chance, 1e-9)
        return self.telling and kappa >= LEAST_KAPPA_OF_TWO


def alternatives(contract: InputContract) -> tuple[Alternative, ...]:
    """The declared way first, then every usual other one, in both colour orders."""
    reverse_of = {"rgb": "bgr", "bgr": "rgb"}
    found = [Alternative(name="as declared", contract=contract, swapped=False, declared=True)]
    for swapped in (False, True) if contract.color in reverse_of else (False,):
        color = reverse_of[contract.color] if swapped else contract.color
        ways = {"declared mean and std": (contract.mean, contract.std)}
        if contract.balance != "per-image":  # What standardized bytes mean is no choice.
            ways |= _SCALES
        for name, (mean, std) in ways.items():
            if len(mean) not in (1, contract.channels):
                continue
            if color == "bgr" and name in _SCALES:
                mean, std = mean[::-1], std[::-1]
            other = msgspec.structs.replace(contract, mean=mean, std=std)
            known = any(
                other.channel_mean == way.contract.channel_mean
                and other.channel_std == way.contract.channel_std
                and way.swapped == swapped
                for way in found
            )
            if not known:
                found.append(Alternative(name=f"{name}, {color}", contract=other, swapped=swapped))
    return tuple(found)


def meant(setting: str, contract: InputContract) -> InputContract:
    """What bytes mean that were prepared with another setting: another balance has no mean and std of its own."""
    if setting == STANDARDIZED:
        return msgspec.structs.replace(contract, balance="per-image")
    return msgspec.structs.replace(contract, balance="none") if setting == UNBALANCED else contract


def score_alternatives(
    runtime: Runtime,
    model: bytes,
    pixels: NDArray[np.uint8],
    truth: Sequence[int],
    contract: InputContract,
    others: Sequence[tuple[str, NDArray[np.uint8]]] = (),
    answered: NDArray[np.float32] | None = None,
) -> dict[str, Any]:
    """{"n", "scores": [{name, top1, n}] (declared first, then best first), "finding": Finding or None}.

    `model` is the float .tflite, `pixels` prepared images uint8 [n, h, w, c], `truth` their class indices. `others`:
    (setting, the scored images prepared with it), for settings that change pixels, such as another fit. `answered`: the
    model's probabilities for the scored images as declared, where they are known.
    """
    chosen = evenly(len(pixels), AT_MOST)
    images, expected = np.ascontiguousarray(pixels[chosen]), np.asarray(truth, np.int64)[chosen]
    screen = np.arange(len(chosen)) % SCREEN == 0

    again = {name: images_again for name, images_again in others if len(images_again) == len(images)}
    declared, *ways = alternatives(contract)
    ways += [Alternative(name=name, contract=meant(name, contract), swapped=False, setting=name) for name in again]
    answering = partial(_Answers, runtime, model)
    everything = np.ones(len(chosen), np.bool_)
    given = scored(declared, expected, answering(declared, images).to(everything) if answered is None else answered)
    if not given.tells and not contract.retouches:  # Asked only where something is wrong.
        retouched = np.stack([retouch(image, *contract.size, "none", "per-image") for image in images_of(images)])
        again[STANDARDIZED] = beside(retouched, images)
        ways.append(
            Alternative(name=STANDARDIZED, contract=meant(STANDARDIZED, contract), swapped=False, setting=STANDARDIZED)
        )
    glimpse = np.arange(len(chosen)) % GLIMPSE == 0
    found: list[Scored] = []
    for way in ways:
        way_answers = answering(way, again.get(way.name, images))
        if glimpse.sum() >= LEAST_GLIMPSED:
            tried = scored(way, expected[glimpse], way_answers.to(glimpse))
            if not _better(tried, given.hits[glimpse], in_order=given.tells, behind=BEHIND):
                found.append(tried)
                continue
        tried = scored(way, expected[screen], way_answers.to(screen))
        promising = len(chosen) > 1 and _better(tried, given.hits[screen], in_order=given.tells)
        found.append(scored(way, expected, way_answers.to(everything)) if promising else tried)
    found.sort(key=lambda item: -item.hits.mean())
    scores = [
        {"name": row.way.name, "top1": float(row.hits.mean()), "n": len(row.hits)} for row in (given, *found)
    ]
    whole = [row for row in found if len(row.hits) == len(chosen)]
    return {"n": len(chosen), "scores": scores, "finding": diagnose(given, whole) if whole else None}


class _Answers:
    """The model's probabilities for images fed in one way; no image is run twice."""

    def __init__(self, runtime: Runtime, model: bytes, way: Alternative, images: NDArray[np.uint8]) -> None:
        self._runtime, self._model, self._way, self._images = runtime, model, way, images
        self._known = np.zeros(len(images), np.bool_)
        self._outputs: NDArray[np.float32] | None = None

    def to(self, part: NDArray[np.bool_]) -> NDArray[np.float32]:
        """To the images where `part`, bool [n], holds: float32 [count, classes]."""
        new = part & ~self._known
        if new.any():
            fed = self._images[new]
            fed = beside(images_of(fed)[:, :, :, ::-1], fed) if self._way.swapped else fed
            ran = predict(
                self._runtime, self._model, np.ascontiguousarray(fed), contract=self._way.contract
            ).real()
            if self._outputs is None:
                self._outputs = np.zeros((len(self._images), ran.shape[1]), np.float32)
            self._outputs[new] = ran
            self._known |= new
        if self._outputs is None:
            raise BugError("no image was asked for")
        return self._outputs[part]


def scored(way: Alternative, truth: NDArray[np.int64], outputs: NDArray[np.float32]) -> Scored:
    """Judge a way's probabilities, float32 [n, classes], against class indices int64 [n]."""
    answers = outputs.argmax(axis=1).astype(np.int64)
    right, telling = skill(truth, answers), not nearly_equal(outputs)
    return Scored(
        way=way,
        hits=np.asarray(answers == truth),
        tells=telling and right.beats_chance and right.kappa >= LEAST_KAPPA,
        telling=telling,
        chance=right.chance,
        reorder=lru_cache(1)(lambda: reordered_hits(truth, answers, outputs.shape[1])),
    )


def _better(tried: Scored, given: Hits, *, in_order: bool, behind: int = 0) -> bool:
    """Whether a way does better on a part of the images, or is less than `behind` behind; `in_order`: with the labels
    as they are, no other order tried."""
    least = given.sum() - behind
    return bool(tried.hits.sum() > least or (not in_order and tried.reorder().sum() > least))


def diagnose(given: Scored, others: Sequence[Scored]) -> Finding | None:
    """What is wrong with the way the recipe declares, or None; `others` are scored on the same images.

    Nothing is said where permuted labels explain the answers better (task.doubts says that), and both are named
    where both explain them equally well: a model of red and blue things whose labels or channels are swapped.
    """
    best = max(others, key=lambda row: float(row.hits.mean()))
    if best.tells and clearly(best.hits, given.hits):
        rival = given.reorder()
        if clearly(best.hits, rival):
            return _wrong_way(best, given)
        return None if clearly(rival, best.hits) else _either(best, given, rival)
    if given.tells:
        return None
    both, reordered = max(((row, row.reorder()) for row in others), key=lambda item: float(item[1].mean()))
    if both.tells_so(reordered) and all(clearly(reordered, row) for row in (given.hits, given.reorder(), best.hits)):
        return _both(both, given, reordered)
    return None


def clearly(other: Hits, than: Hits) -> bool:
    """Whether one row of hits beats another by enough, and not by luck."""
    points = 100 * float(other.mean() - than.mean())
    p_value = mcnemar(int((than & ~other).sum()), int((~than & other).sum()))
    return points >= CLEAR_POINTS and p_value <= CLEAR_P


def _wrong_way(best: Scored, given: Scored) -> Finding:
    points = 100 * float(best.hits.mean() - given.hits.mean())
    sure = points >= SURE_POINTS or 1 - best.hits.mean() <= SURE_SHARE * (1 - given.hits.mean())
    return Finding(
        code="preprocessing",
        severity="error" if sure else "warning",
        message=f"the declared preprocessing looks wrong: fed as {best.way.name} the model is right on "
        f"{best.hits.mean():.1%} of {len(best.hits)} images, as declared on {given.hits.mean():.1%}",
        next_step=f"check `input`: that way is {best.way.advice}",
    )


def _either(best: Scored, given: Scored, rival: Hits) -> Finding:
    return Finding(
        code="preprocessing",
        severity="error",
        message=f"the declared preprocessing or the order of the labels is wrong: as declared the model is right on "
        f"{given.hits.mean():.1%} of {len(given.hits)} images, fed as {best.way.name} on {best.hits.mean():.1%}, and as "
        f"declared with the labels in another order on {rival.mean():.1%}; these images cannot tell which",
        next_step=f"check `input` (that way is {best.way.advice}) and the order of the labels against the training; both "
        "must be as they were there",
    )


def _both(other: Scored, given: Scored, reordered: Hits) -> Finding:
    return Finding(
        code="preprocessing",
        severity="error",
        message=f"the declared preprocessing and the order of the labels look wrong: as declared the model is right on "
        f"{given.hits.mean():.1%} of {len(given.hits)} images; fed as {other.way.name} and with the labels in another "
        f"order on {reordered.mean():.1%}",
        next_step=f"check `input` (that way is {other.way.advice}), and then the order of the labels, which the next build "
        "tells",
    )
