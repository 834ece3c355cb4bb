"""What int8 answered to each evaluation image, compactly: so that two builds can be compared image by image later."""

from __future__ import annotations

import base64

import msgspec
import numpy as np
from numpy.typing import NDArray

MOST_NAMES = 50_000
"""Images whose names are kept; of larger sets the digests alone."""
DIGEST = 12
"""Hexadecimal digits of a file's sha256 that are kept."""


class ImageAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """int8's answers to the evaluation images, in their order."""

    what: str
    """What an image is that is right: accuracy, or what the task says instead."""
    n: int
    names: tuple[str, ...] = ()
    """Paths below the set; none of very large sets."""
    digests: str = ""
    """The first 12 hexadecimal digits of the sha256 of each file, one after the other."""
    labels: tuple[str, ...] = ()
    """In output order."""
    words: tuple[str, ...] = ()
    """The answers that occur, sorted; none of a task whose answers have no names."""
    answers: tuple[int, ...] = ()
    """Of each image the place of its answer in `words`."""
    right: str = ""
    """Base64 of a bit for each image, the first in the highest: whether int8 is right. Empty where no image says what is."""

    def keys(self) -> list[str]:
        """What tells each image from the others: the digest of its file and which of equal files it is."""
        seen: dict[str, int] = {}
        found = []
        for place in range(self.n):
            digest = self.digests[place * DIGEST : (place + 1) * DIGEST]
            seen[digest] = seen.get(digest, -1) + 1
            found.append(f"{digest}-{seen[digest]}")
        return found

    def hits(self) -> NDArray[np.bool_] | None:
        """Which images are right; None where that is not known. Raises ValueError for damaged data."""
        if not self.right:
            return None
        bits = np.unpackbits(np.frombuffer(base64.b64decode(self.right, validate=True), np.uint8))
        if len(bits) < self.n:
            raise ValueError("too few bits")
        return bits[: self.n].astype(np.bool_)


def packed(right: NDArray[np.bool_]) -> str:
    """`ImageAnswers.right` of which images are right."""
    return base64.b64encode(np.packbits(right).tobytes()).decode()
