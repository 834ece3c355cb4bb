"""Score the declared preprocessing against its usual alternatives on the float model.

A wrong mean, std or colour order raises no error anywhere: the model answers, wrongly. So the same labelled
images are fed as the recipe says and as others usually do; when another way clearly wins, the recipe is
likely wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..calibrate.findings import Finding
from ..recipe import InputContract
from .predict import predict
from .runtimes import Runtime
from .statistics import mcnemar

AT_MOST = 200
"""Images that are scored; spread evenly over those given."""

SCREEN = 3
"""Every way is tried on one image of this many; only those better than the declared one get them all."""

CLEAR_POINTS, CLEAR_P = 5.0, 1e-3
"""Another way must win by this many points, and McNemar's test say so."""

SURE_POINTS, SURE_SHARE = 15.0, 0.5
"""From here on, or when the other way makes at most this share of the mistakes, the finding is an error."""

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


def alternatives(contract: InputContract) -> tuple[Alternative, ...]:
    """The declared way first, then every usual other one, in both colour orders."""
    reverse = {"rgb": "bgr", "bgr": "rgb"}.get(contract.color, "gray")
    found = [Alternative(name="as declared", contract=contract, swapped=False, declared=True)]
    for swapped in (False, True) if contract.channels == 3 else (False,):
        color = reverse if swapped else contract.color
        ways = {"declared mean and std": (contract.mean, contract.std), **_SCALES}
        for name, (mean, std) in ways.items():
            if len(mean) > contract.channels:
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


def score_alternatives(
    runtime: Runtime,
    model: bytes,
    pixels: NDArray[np.uint8],
    truth: Sequence[int],
    contract: InputContract,
    others: Sequence[tuple[str, NDArray[np.uint8]]] = (),
) -> dict[str, Any]:
    """{"n", "scores": [{name, top1, n}] (declared first, then best first), "finding": Finding or None}.

    `model` is the float .tflite, `pixels` prepared images uint8 [n, h, w, c], `truth` their class indices. `others`:
    (setting, the scored images prepared with it), for settings that change pixels, such as another fit.
    """
    chosen = np.unique(np.linspace(0, len(pixels) - 1, min(AT_MOST, len(pixels))).round().astype(np.int64))
    images, expected = np.ascontiguousarray(pixels[chosen]), np.asarray(truth, np.int64)[chosen]
    screen = np.arange(len(chosen)) % SCREEN == 0

    def right(way: Alternative, part: NDArray[np.bool_]) -> Hits:
        fed = again.get(way.name, images)[part]
        fed = fed[:, :, :, ::-1] if way.swapped else fed
        outputs = predict(runtime, model, np.ascontiguousarray(fed), contract=way.contract).probabilities()
        return np.asarray(outputs.argmax(axis=1) == expected[part])

    again = {name: images_again for name, images_again in others if len(images_again) == len(images)}
    declared, *ways = alternatives(contract)
    ways += [Alternative(name=name, contract=contract, swapped=False, setting=name) for name in again]
    everything = np.ones(len(chosen), np.bool_)
    given = right(declared, everything)
    scored: list[tuple[Alternative, Hits]] = []
    for way in ways:
        hits = right(way, screen)
        promising = len(chosen) > 1 and hits.sum() > given[screen].sum()
        scored.append((way, right(way, everything) if promising else hits))
    scored.sort(key=lambda item: -item[1].mean())
    rows = [(declared, given), *scored]
    scores = [{"name": way.name, "top1": float(hits.mean()), "n": len(hits)} for way, hits in rows]
    whole = [(way, hits) for way, hits in scored if len(hits) == len(chosen)]
    finding = _finding(whole[0][0], given, whole[0][1]) if whole else None
    return {"n": len(chosen), "scores": scores, "finding": finding}


def _finding(way: Alternative, declared: Hits, other: Hits) -> Finding | None:
    points = 100 * float(other.mean() - declared.mean())
    p_value = mcnemar(int((declared & ~other).sum()), int((~declared & other).sum()))
    if points < CLEAR_POINTS or p_value > CLEAR_P:
        return None
    sure = points >= SURE_POINTS or 1 - other.mean() <= SURE_SHARE * (1 - declared.mean())
    mean, std = list(way.contract.mean), list(way.contract.std)
    right = f"mean = {mean}, std = {std}" + (", the other colour order" if way.swapped else "")
    return Finding(
        code="preprocessing",
        severity="error" if sure else "warning",
        message=f"the declared preprocessing looks wrong: fed as {way.name} the model is right on "
        f"{other.mean():.1%} of {len(other)} images, as declared on {declared.mean():.1%}",
        next_step=f"check `input`: that way is {way.setting or right}",
    )
