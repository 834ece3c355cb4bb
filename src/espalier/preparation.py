"""The whole way of an image to the bytes that the model takes: contract.py, then retouch.py."""

from __future__ import annotations

from collections.abc import Sequence

from . import contract as sizes
from .contract import Pixels
from .recipe import InputContract
from .retouch import retouch


def prepare(image: Pixels, contract: InputContract) -> Pixels:
    """An upright image, uint8 [H, W, source channels], to the model's uint8 [h, w, channels]. Raises BugError as
    contract.prepare does."""
    return retouched(sizes.prepare(image, contract), image.shape[:2], contract)


def retouched(pixels: Pixels, source: Sequence[int], contract: InputContract) -> Pixels:
    """What is left to do once an image is at the model's size; `source`: rows and columns of the upright image."""
    if contract.smooth == contract.balance == "none":
        return pixels
    height, width = contract.size
    down, across = sizes.padded_size(source[0], source[1], height, width) if contract.fit == "pad" else contract.size
    return retouch(pixels, down, across, contract.smooth, contract.balance)
