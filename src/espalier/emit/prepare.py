"""Camera pixels to network input by the recipe's contract."""

from __future__ import annotations

from espalier.emit.decision import Written
from espalier.recipe import InputContract


def write_prepare(prefix: str, contract: InputContract) -> Written:
    return Written([], [])
