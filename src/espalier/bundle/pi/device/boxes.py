"""From the model's output bytes to objects in the picture."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from .detect import Box, Detector
from .frame import to_frame, window_of
from .model import Model, Pixels
from .problem import DIFFERS, MISSING, Problem
from .sights import Seen

SURE = 1 << 31


class Finder:
    """The detector beside the model: detector.bin, 32-bit integers with the high byte first."""

    def __init__(self, model: Model, folder: Path) -> None:
        given = model.facts.get("detector", {})
        try:
            data = (folder / given["file"]).read_bytes()
        except (OSError, KeyError, TypeError) as problem:
            raise Problem(f"no detector in {folder} ({problem}); next: reinstall the package", MISSING) from None
        if hashlib.sha256(data).hexdigest() != given["sha256"]:
            raise Problem(f"{given['file']} is not the file that was built; next: reinstall the package", DIFFERS)
        self.model = model
        self.detector = Detector(np.frombuffer(data, ">i4").tolist())
        self._ends = np.cumsum([int(np.prod(head.shape)) for head in model.heads])[:-1]

    @property
    def threshold(self) -> float:
        """Below this confidence nothing is found."""
        return float(self.detector.head["threshold"]) / SURE

    def decoded(self, output: Pixels) -> list[Box]:
        """The boxes of one answer (uint8, one head after the other), in the network's input."""
        values = (output ^ 0x80).view(np.int8)
        return self.detector.detect(np.split(values, self._ends))

    def objects(self, output: Pixels, columns: int, rows: int, threshold: float) -> list[Seen]:
        """The objects of a picture of this size, the best first."""
        window = window_of(rows, columns, self.model.contract.size, self.model.contract.fit)
        found = []
        for box in self.decoded(output):
            left, top, right, bottom = to_frame(box[:4], window, self.detector.head["bits"])
            if box[4] >= threshold * SURE:
                found.append(Seen(self.model.labels[box[5]], box[4] / SURE, (left, top, right, bottom)))
        return found
