"""What the device's program says of a model's output: its own modules, here on the build machine."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..run_rows import RunAnswer
from .pi.device import decisions, draw, mixed
from .pi.device.boxes import Finder
from .pi.device.model import Head, load_model, named_values
from .pi.device.numbers import Beside
from .pi.device.problem import Problem

Pixels = NDArray[np.uint8]
BEST = 5
"""Labels whose confidence is told."""


class Reader:
    """Reads output bytes as the program of a model's folder does (known_model.Known.write)."""

    def __init__(self, folder: Path, *, threshold: float | None = None, references: Path | None = None) -> None:
        self.model = load_model(folder)
        options = Namespace(threshold=threshold, references=references or folder / "references.json")
        self._finder: Finder | None = None
        self._threshold = 0.0
        try:
            if "detector" in self.model.facts:
                self._finder = Finder(self.model, folder)
                self._threshold = self._least(self._finder, threshold)
            else:
                self._part = self._made(options)
        except Problem as problem:
            found, _, more = str(problem).partition("; next: ")
            raise UsageError(found, next_step=more) from None

    @staticmethod
    def _least(finder: Finder, threshold: float | None) -> float:
        if threshold is not None and threshold < finder.threshold:
            raise Problem(f"--threshold {threshold:g}: below {finder.threshold:.4g}, the model's own, nothing is found")
        return finder.threshold if threshold is None else threshold

    def _made(self, options: Namespace) -> decisions.Decides:
        facts = self.model.facts
        if "decision" in facts:
            several = facts["decision"]["source"] == "several"
            return mixed.EachAnswer(self.model, options) if several else decisions.DECISIONS[facts["decision"]["source"]](
                self.model, options
            )  # fmt: skip
        if "map" in facts or "picture" in facts:
            return mixed.Painted(self.model, options)
        return decisions.OneLabel(self.model, options) if self.model.labels else decisions.AsTheyAre(self.model, options)

    @property
    def paints(self) -> bool:
        """Whether there is anything to draw."""
        if self._finder is not None:
            return self.model.contract.bands == 0
        part = self._part
        parts = [one for _, one, _ in part.cut(_NOTHING)] if isinstance(part, mixed.EachAnswer) else [part]
        return any(isinstance(one, mixed.Painted) for one in parts)

    def read(
        self, output: Pixels, rows: int, columns: int, real: NDArray[np.float32] | None = None
    ) -> tuple[RunAnswer, list[str]]:
        """The answer to a picture of this size, and its words; `output`: as the uint8 model gives it. `real`: of a float model
        its values, which output holds rounded: confidences and numbers are then the float model's own."""
        if self._finder is not None:
            seen = self._finder.objects(output, columns, rows, self._threshold)
            boxes = [{"label": one.label, "confidence": round(one.score, 6), "box": one.box} for one in seen]
            words = [f"{one.label} {one.score:.4f} {' '.join(map(str, one.box))}" for one in seen]
            return msgspec.convert({"boxes": boxes}, RunAnswer), ["; ".join(words) or "-"]
        if real is not None and type(self._part) is decisions.AsTheyAre:  # what paints is one, too
            values = {"values": named_values(self._steps(real), self.model)}  # not rounded to steps
            return msgspec.convert(_plain(values), RunAnswer), decisions.words_of(values["values"])
        said = self._part.decide(output)
        facts, words = _plain(said.facts), said.words
        if isinstance(self._part, decisions.OneLabel | decisions.YesOrNo):
            shares = self.model.scale * (output.astype(np.float64) - self.model.zero_point) if real is None else real
            best = np.argsort(-shares, kind="stable")[:BEST].tolist()
            facts["scores"] = {self.model.labels[place]: round(float(shares[place]), 6) for place in best}
            if real is not None:
                facts["confidence"] = round(float(real[self.model.labels.index(facts["label"])]), 6)
                words = [words[0], f"{facts['confidence']:.4f}"]
        return msgspec.convert(facts, RunAnswer), words

    def drawn(self, output: Pixels, rgb: Pixels, pixels: Pixels) -> dict[str, Pixels]:
        """Pictures to look at, uint8 [h, w, 3], by the output's name: boxes on the picture, classes over what the model was
        fed (`pixels`), or the picture that it made."""
        if self._finder is not None:
            seen = self._finder.objects(output, rgb.shape[1], rgb.shape[0], self._threshold)
            return {"": draw.picture(rgb, seen, self.model.labels, ())} if self.paints else {}
        part, color = self._part, self.model.contract.color
        if isinstance(part, mixed.EachAnswer):
            own = [(name, one, bytes_) for name, one, bytes_ in part.cut(output) if isinstance(one, mixed.Painted)]
            return {name: one.shown(bytes_, pixels, color) for name, one, bytes_ in own}
        return {"": part.shown(output, pixels, color)} if isinstance(part, mixed.Painted) else {}

    def bytes_of(self, values: NDArray[np.float32]) -> Pixels:
        """What the uint8 model would give for these values of all heads: the nearest of its steps."""
        return np.clip(np.rint(self._steps(values)), 0, 255).astype(np.uint8)

    def _steps(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Values of all heads in steps of the outputs."""
        model = self.model
        heads = model.heads or (Head("", (len(model.labels),), model.scale, model.zero_point),)
        found, at = [], 0
        for head in heads:
            count = int(np.prod(head.shape))
            found.append(values[at : at + count].astype(np.float64) / head.scale + head.zero_point)
            at += count
        return np.concatenate(found)

    def numbers(self, given: str | None) -> Beside:
        """What `--numbers` gives beside each image. Raises UsageError."""
        try:
            return Beside(Namespace(numbers=given), self.model)
        except Problem as problem:
            raise UsageError(str(problem)) from None


_NOTHING: Pixels = np.zeros(0, np.uint8)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """As plain Python values, however the program says them."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(facts, enc_hook=_number))
    return found


def _number(value: Any) -> Any:
    return value.item()
