"""From the output bytes of any model to the answer of the service: one JSON object, with `decision` accept or review."""

from __future__ import annotations

import argparse
import base64
import io
from pathlib import Path
from typing import Any

import numpy as np

from ..boxes import Finder
from ..decisions import ALERT, DECISIONS, UNKNOWN, Decides, Said
from ..images import pillow_image
from ..mixed import EachAnswer, Painted
from ..model import Model, Pixels, decide, named_values
from ..painted import class_map, picture

ACCEPT, REVIEW = "accept", "review"
TOP = 5
"""Labels that are told beside the best one."""


class Responder:
    """What one model says. `references`: enrolled vectors of a model that embeds."""

    def __init__(self, model: Model, folder: Path, references: Path) -> None:
        self.model, facts = model, model.facts
        options = argparse.Namespace(threshold=None, references=references)
        self._finder = Finder(model, folder) if "detector" in facts else None
        self._painted = Painted(model, options) if "map" in facts or "picture" in facts else None
        source = facts.get("decision", {}).get("source", "")
        makes = EachAnswer if source == "several" else DECISIONS.get(source)
        self._decides: Decides | None = None if makes is None else makes(model, options)

    @property
    def answers(self) -> tuple[str, ...]:
        """What an answer may be called: what `--on` may name, and what is counted."""
        if self._finder is not None:
            return self.model.labels
        decides = self._decides or self._painted
        if decides is not None:
            return decides.answers
        return (*self.model.labels, REVIEW) if self.model.labels else ()

    def answer(self, output: Pixels, columns: int, rows: int, *, mask: bool = False) -> dict[str, Any]:
        """The answer to an image of this size. `mask`: with what is painted, as a PNG in base64."""
        if self._finder is not None:
            seen = self._finder.objects(output, columns, rows, self._finder.threshold)
            boxes = [{"label": one.label, "confidence": round(one.score, 6), "box": list(one.box)} for one in seen]
            return {"decision": ACCEPT, "boxes": boxes}
        if self._painted is not None:
            said = _plain(self._painted.decide(output))
            return said | ({"mask": self._png(output)} if mask else {})
        if self._decides is not None:
            return _plain(self._decides.decide(output))
        if not self.model.labels:
            return {"decision": ACCEPT, "values": named_values(output, self.model)}
        best = decide(output, self.model, self.model.threshold)
        order = np.argsort(-output.astype(int), kind="stable")[:TOP]
        share = self.model.scale * (output[order].astype(float) - self.model.zero_point)
        top = {self.model.labels[int(at)]: round(float(value), 6) for at, value in zip(order, share, strict=True)}
        decision = REVIEW if best.answer == REVIEW else ACCEPT
        return {"decision": decision, "label": best.label, "confidence": round(best.confidence, 6), "top": top}

    def _png(self, output: Pixels) -> str:
        """A map's classes as grey levels 0, 1, 2 ..., or the picture."""
        facts = self.model.facts
        made = class_map(output, facts["map"]) if "map" in facts else picture(output, facts["picture"])
        made = made[:, :, 0] if made.ndim == 3 and made.shape[2] != 3 else made
        file = io.BytesIO()
        pillow_image().fromarray(np.ascontiguousarray(made)).save(file, format="PNG")
        return base64.b64encode(file.getvalue()).decode("ascii")


def _plain(said: Said) -> dict[str, Any]:
    """The device's own facts, where `decision` becomes accept or review."""
    facts = {key: value for key, value in said.facts.items() if key != "outputs"}
    heads = {name: _plain(Said({}, [], head)) for name, head in facts["heads"].items()} if "heads" in facts else {}
    if heads:
        looked = any(head["decision"] == REVIEW for head in heads.values())
        return {"decision": REVIEW if looked else ACCEPT, "heads": heads}
    own = facts.pop("decision", facts.get("match", ""))
    if "match" in facts:
        facts = {"label": own, "confidence": facts["cosine"], **facts}
    elif "label" not in facts and own:
        facts = {"label": own, **facts}
    # Of a model that tells good from not good, an alert is what people should look at; a map's alert is an answer.
    looked = own in (REVIEW, UNKNOWN) or (own == ALERT and "score_q8" in facts)
    return {"decision": REVIEW if looked else ACCEPT, **facts}
