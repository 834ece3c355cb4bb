"""The pruning calls between processes: plain data in, plain data out; models stay in the session's slots."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..pixels import evenly, normalize, open_pixels
from ..recipe import FineTune, InputContract

Session = MutableMapping[str, Any]

CALIBRATION_IMAGES = 512
"""At most so many images are normalised in memory for scoring and repair, evenly spread over the set."""


def prune_channels(
    session: Session,
    *,
    slot_from: str,
    slot_to: str,
    amount: float,
    multiple: int,
    pixels_path: str,
    contract: dict[str, Any],
    seed: int = 0,
) -> dict[str, Any]:
    """channels.prune_channels from one slot into another; returns its account."""
    from ..prune.channels import prune_channels as prune

    images = normalised(pixels_path, msgspec.convert(contract, InputContract))
    session[slot_to], account = prune(
        session[slot_from], amount=amount, multiple=multiple, images=images, seed=seed
    )
    return account


def prune_magnitude(
    session: Session,
    *,
    slot_from: str,
    slot_to: str,
    amount: float,
    pattern: Literal["free", "2:4"] = "free",
    at_once: bool = True,
) -> dict[str, Any]:
    """magnitude.prune_magnitude from one slot into another; returns its account.

    `at_once=False` when `fine_tune` with `sparsity={"amount", "pattern"}` follows and prunes along a
    schedule.
    """
    from ..prune.magnitude import Sparsity
    from ..prune.magnitude import prune_magnitude as prune

    session[slot_to], account = prune(
        session[slot_from], Sparsity(amount=amount, pattern=pattern), at_once=at_once
    )
    return account


def fine_tune(
    session: Session,
    *,
    slot: str,
    settings: dict[str, Any],
    pixels_path: str,
    labels: list[int],
    contract: dict[str, Any],
    seed: int = 0,
    sparsity: dict[str, Any] | None = None,
    teacher: str | None = "given",
) -> dict[str, Any]:
    """fine_tune.fine_tune on a slot, in place. `teacher` is the slot to learn from beside the labels, or
    None.
    """
    from ..prune.fine_tune import fine_tune as tune
    from ..prune.magnitude import Sparsity

    return tune(
        session[slot],
        msgspec.convert(settings, FineTune),
        open_pixels(pixels_path),
        labels,
        msgspec.convert(contract, InputContract),
        seed=seed,
        teacher=session.get(teacher) if teacher and teacher != slot else None,
        sparsity=Sparsity(amount=sparsity["amount"], pattern=sparsity.get("pattern", "free"))
        if sparsity
        else None,
    )


def recalibrate(session: Session, *, slot: str, pixels_path: str, contract: dict[str, Any]) -> dict[str, Any]:
    """reconstruct.recalibrate on a slot: batch norm statistics from unlabelled images."""
    from ..prune.reconstruct import recalibrate as renew

    return {
        "layers": renew(
            session[slot], normalised(pixels_path, msgspec.convert(contract, InputContract))
        )
    }


def count_zeros(session: Session, *, slot: str) -> dict[str, Any]:
    """magnitude.count_zeros of a slot."""
    from ..prune.magnitude import count_zeros as count

    return count(session[slot])


def export_twin(session: Session, *, slot: str, path: str) -> dict[str, Any]:
    """Write a slot's configuration, weights and probe answers to `path` (.npz) for the legacy process."""
    from ..prune.twin import write_model

    return write_model(session[slot], path)


def import_twin(session: Session, *, slot_from: str, slot_to: str, path: str) -> dict[str, Any]:
    """Read back the weights that the legacy process wrote, into a copy of `slot_from`; returns the zeros'
    account.
    """
    from ..prune.twin import read_weights

    session[slot_to], account = read_weights(session[slot_from], path)
    return account


def normalised(path: str, contract: InputContract) -> NDArray[np.float32]:
    """At most CALIBRATION_IMAGES of the prepared images as the float model takes them, float32 [n, h, w, c]."""
    pixels = open_pixels(path)
    return normalize(pixels[evenly(len(pixels), CALIBRATION_IMAGES)], contract)
