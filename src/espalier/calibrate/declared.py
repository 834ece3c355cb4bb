"""Normalisation that is declared twice: in the recipe, and by the model's own first layers."""

from __future__ import annotations

from ..findings import Finding
from ..load.own_scaling import own_scaling
from ..recipe import InputContract


def declared_twice(contract: InputContract, config: str) -> Finding | None:
    """A warning where a model that takes raw pixels is given scaled ones; `config`: ModelFacts.config.

    The configuration tells that the model scales, and not what it was trained with: whoever trained it on scaled pixels
    accepts the finding. Labelled images tell (measure.preprocessing), and then nothing need be guessed.
    """
    if set(contract.mean) == {0.0} and set(contract.std) == {1.0}:
        return None
    own = own_scaling(config)
    if own is None or own.takes != "raw":
        return None
    again = ""
    if own.known:
        span = max(255 / std * abs(scale) for std in contract.std for scale in own.scale)
        again = f", so that its first layer sees a range {span:.2g} wide"
    return Finding(
        code="declared-twice",
        severity="warning",
        message=f"normalisation is declared twice: the model scales its own input ({own}), and `input` gives it "
        f"(pixel - {list(contract.mean)}) / {list(contract.std)}{again}",
        next_step="set mean = [0.0], std = [1.0], unless the training fed it scaled pixels, too",
    )
