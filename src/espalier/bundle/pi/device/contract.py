"""The preprocessing contract on the device. This file stands in for the shipped one, which `debian.py` makes of
`espalier/contract.py`: the same arithmetic cannot be two texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from .... import contract
from .model import Contract

crop_region, padded_size = contract.crop_region, contract.padded_size
prepare = cast("Callable[[contract.Pixels, Contract], contract.Pixels]", contract.prepare)
