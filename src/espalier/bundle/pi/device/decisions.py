"""From output bytes to answers, in whole numbers: equal to the build's own definition and to the C and Java of other bundles.

A byte is the int8 model's output plus 128.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from math import isqrt
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from .model import Model, Pixels, decide, named_values
from .problem import Problem

SHOWN = 8
"""Values of an output that a plain line shows."""
UINT8 = 128
NONE = "none"
UNKNOWN = "unknown"
GOOD, ALERT = "good", "alert"
ONE = 1 << 14
"""Of a component of a vector, and of a cosine."""


class Said(NamedTuple):
    """`answers`: what `--on` can be told of, with its confidence 0 to 1; `words`: of a plain line; `facts`: of a JSON one."""

    answers: dict[str, float]
    words: list[str]
    facts: dict[str, Any]


class Decides(Protocol):
    """Whatever reads the output of a model."""

    answers: tuple[str, ...]
    """What `--on` may name."""

    def decide(self, output: Pixels) -> Said:
        """The answer to an image."""


class YesOrNo:
    """Of task binary: the second label from its threshold on."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._facts, self._labels = model.facts["decision"], model.labels
        self._review = self._facts["THRESHOLD"]
        if options.threshold is not None:
            self._review = min(
                (q for q in range(-128, 128) if not model.scale * (q + UINT8 - model.zero_point) < options.threshold),
                default=128,
            )
        self.answers = (*model.labels, "review")

    def sides(self, output: Pixels) -> tuple[int, int, bool]:
        """(index, confidence in thousandths, review)."""
        first, second = (int(byte) - UINT8 for byte in output)
        index = int(second >= self._facts["POSITIVE"])
        return index, permille((first, second)[index], self._facts), max(first, second) < self._review

    def decide(self, output: Pixels) -> Said:
        """The answer to an image."""
        index, confidence, review = self.sides(output)
        label, share = self._labels[index], confidence / 1000
        answer = "review" if review else label
        words = [f"{answer} ({label})" if review else label, f"{share:.3f}"]
        facts = {"decision": answer, "label": label, "confidence": share, "outputs": output.tolist()}
        return Said({answer: share}, words, facts)


class EachLabel:
    """Of task multi-label: every label from its own threshold on."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._facts = model.facts["decision"]
        self._labels, self._least = self._facts["labels"], self._facts["LEAST"]
        if options.threshold is not None:
            head = model.heads[0]
            least = min(
                (q for q in range(-128, 128) if not head.scale * (q + UINT8 - head.zero_point) < options.threshold),
                default=128,
            )
            self._least = [least] * len(self._labels)
        self.answers = (*self._labels, NONE)

    def said(self, output: Pixels) -> list[tuple[int, int]]:
        """(index, confidence in thousandths) of each label that is said, in order."""
        values = [int(byte) - UINT8 for byte in output]
        return [(i, permille(q, self._facts)) for i, q in enumerate(values) if q >= self._least[i]]

    def decide(self, output: Pixels) -> Said:
        """The answer to an image."""
        said = {self._labels[i]: confidence / 1000 for i, confidence in self.said(output)}
        words = ["+".join(said) or NONE, " ".join(f"{share:.3f}" for share in said.values()) or "-"]
        return Said(said or {NONE: 1.0}, words, {"labels": said, "outputs": output.tolist()})


class GoodOrNot:
    """Of task anomaly: an alert where picture and image differ more than those of good images."""

    answers: tuple[str, ...] = (GOOD, ALERT)

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._zero = model.facts["decision"]["DECIDE_ZERO_POINT"] + UINT8
        self._alert = model.facts["decision"]["ALERT_Q8"]
        if options.threshold is not None:
            raise Problem("--threshold is no share of this model's score; next: leave it out: the build's threshold holds")

    def score(self, output: Pixels) -> int:
        """Mean square of the difference in steps of the output, about grey levels, times 256."""
        wide = output.astype(np.int64) - self._zero
        return (int((wide * wide).sum()) * 256 + len(output) // 2) // len(output)

    def decide(self, output: Pixels) -> Said:
        """The answer to an image; how sure it is nobody knows."""
        score = self.score(output)
        answer = ALERT if score >= self._alert else GOOD
        facts = {"decision": answer, "score_q8": score, "alert_q8": self._alert, "score": score / 256}
        return Said({answer: 1.0}, [answer, f"{score / 256:.4f}"], facts)


class OneLabel:
    """Of task classify, as one of several outputs: the most probable label."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._model = model
        self._threshold = model.threshold if options.threshold is None else options.threshold
        self.answers = (*model.labels, "review")

    def decide(self, output: Pixels) -> Said:
        """The answer to an image."""
        answer, label, confidence = decide(output, self._model, self._threshold)
        words = [f"{answer} ({label})" if answer != label else label, f"{confidence:.4f}"]
        facts = {"decision": answer, "label": label, "confidence": round(confidence, 6), "outputs": output.tolist()}
        return Said({answer: confidence}, words, facts)


class AsTheyAre:
    """An output whose values decide nothing."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._model = model
        self.answers: tuple[str, ...] = ()

    def decide(self, output: Pixels) -> Said:
        """The values, by their names where they have such."""
        values = named_values(output, self._model)
        return Said({}, words_of(values), {"values": values})


def words_of(values: dict[str, Any]) -> list[str]:
    """The first values of outputs, or numbers, as a plain line shows them."""
    flat = [f"{float(value):.6g}" for head in values.values() for value in np.ravel(head)]
    return [" ".join(flat[:SHOWN]) + (" ..." if len(flat) > SHOWN else "")]


class EachOutput:
    """Of task several: every output by itself. `--on` takes OUTPUT=ANSWER."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._parts: list[tuple[str, int, Decides]] = []
        for head, facts in zip(model.heads, model.facts["decision"]["heads"], strict=True):
            own = model._replace(
                facts=facts, labels=tuple(facts["labels"]), heads=(head,), threshold=facts["threshold"],
                scale=head.scale, zero_point=head.zero_point,
            )  # fmt: skip
            made = DECISIONS[facts["decision"]["source"]] if "decision" in facts else OneLabel if own.labels else AsTheyAre
            self._parts.append((head.name, int(np.prod(head.shape)), made(own, options)))
        self.answers = tuple(f"{name}={answer}" for name, _, part in self._parts for answer in part.answers)

    def decide(self, output: Pixels) -> Said:
        """The answers to an image."""
        answers: dict[str, float] = {}
        words: list[str] = []
        heads: dict[str, Any] = {}
        at = 0
        for name, count, part in self._parts:
            said = part.decide(output[at : at + count])
            at += count
            answers |= {f"{name}={answer}": share for answer, share in said.answers.items()}
            words += [name, *said.words]
            heads[name] = said.facts
        return Said(answers, words, {"heads": heads})


def permille(value: int, facts: dict[str, Any]) -> int:
    """An int8 output in thousandths, rounded to the nearest."""
    return int(((value - facts["DECIDE_ZERO_POINT"]) * facts["PERMILLE_Q16"] + 32768) >> 16)


class Known:
    """Of task embed: the nearest enrolled vector, where the cosine reaches the threshold."""

    def __init__(self, model: Model, options: argparse.Namespace) -> None:
        self._facts = model.facts["decision"]
        known = self._facts["KNOWN_Q14"]
        self._known = known if options.threshold is None else round(options.threshold * ONE)
        self._names: list[str] = []
        self._references = np.zeros((0, self._facts["VALUES"]), np.int64)
        for name, vectors in enrolled(options.references).items():
            if any(len(vector) != self._facts["VALUES"] for vector in vectors):
                raise Problem(f"{options.references}: {name} was enrolled with another model; next: enroll it again")
            self._names += [name] * len(vectors)
            self._references = np.concatenate([self._references, np.array(vectors, np.int64)])
        self.answers = (*dict.fromkeys(self._names), UNKNOWN)

    def unit(self, output: Pixels) -> list[int]:
        """The output divided by its length, times ONE."""
        wide = output.astype(np.int64) - UINT8 - self._facts["DECIDE_ZERO_POINT"]
        length = isqrt(int((wide * wide).sum()) << 16)
        if not length:
            return [0] * len(output)
        share = ((np.abs(wide) << 22) + length // 2) // length
        return [int(value) for value in np.where(wide < 0, -share, share)]

    def nearest(self, unit: Sequence[int]) -> tuple[int, int, bool]:
        """(index, cosine times ONE, known) of the nearest reference."""
        if not self._names:
            return -1, -ONE, False
        cosines = (self._references @ np.array(unit, np.int64) + ONE // 2) >> 14
        index = int(cosines.argmax())
        return index, int(cosines[index]), int(cosines[index]) >= self._known

    def decide(self, output: Pixels) -> Said:
        """The answer to an image."""
        unit = self.unit(output)
        index, cosine, known = self.nearest(unit)
        nearest, share = self._names[index] if index >= 0 else "", cosine / ONE
        answer = nearest if known else UNKNOWN
        words = [answer if known or not nearest else f"{answer} ({nearest})", f"{share:.4f}"]
        facts = {"match": answer, "nearest": nearest, "cosine": share, "vector": unit}
        return Said({answer: share}, words, facts)


def enrolled(path: Path) -> dict[str, list[list[int]]]:
    """Name -> vectors of the file of references; none where there is no such file."""
    try:
        found = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return {str(name): [[int(value) for value in vector] for vector in vectors] for name, vectors in found.items()}
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise Problem(f"{path} cannot be read ({problem}); next: enroll again, or name another with --references") from None


def enroll(path: Path, name: str, vectors: Sequence[Sequence[int]]) -> int:
    """Add vectors to a name; how many it has then."""
    known = enrolled(path)
    known.setdefault(name, []).extend([list(vector) for vector in vectors])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.new")
        beside.write_text(json.dumps(known), "utf-8")
        beside.replace(path)
    except OSError as problem:
        raise Problem(f"{path} cannot be written ({problem.strerror}); next: sudo, or --references FILE") from None
    return len(known[name])


DECISIONS: dict[str, Callable[[Model, argparse.Namespace], Decides]] = {
    "binary": YesOrNo,
    "multi_label": EachLabel,
    "embed": Known,
    "anomaly": GoodOrNot,
    "several": EachOutput,
}
"""By the source of the C that decides the same."""
