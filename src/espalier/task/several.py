"""Several outputs, each with an answer of its own kind: an image is right when every one that has a truth is.

A part of the task is the task of one output, and is asked for its own columns of the values. What is true of an image is a
record with a field for each output whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..errors import ImagesRefusedError
from ..facts import Decision, TensorFacts
from ..findings import Finding
from ..image_facts import ImageFacts
from ..rows import AccuracyRow, AnswerRow, FlipRow, TopRow
from ..statistics import claim, drop_of
from . import raw
from .types import Asked, Hits, Integers, Kind, Results, Task, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One output: its task, its kind, and the columns of its values."""

    task: Task
    kind: Kind
    columns: slice

    @property
    def name(self) -> str:
        """The output's."""
        return self.task.name

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Its part of the values [n, values], or of the records that `Several.results` makes of them."""
        return values[:, self.columns] if values.dtype.names is None else values[self.name]


@dataclass(frozen=True, slots=True)
class Several:
    """The functions of task several, made of those of `kinds`."""

    kinds: Mapping[str, Kind]

    def parts(self, task: Task) -> Iterator[Part]:
        """The outputs in the order of the model."""
        at = 0
        for part in task.parts:
            count = sum(head.values for head in part.heads)
            yield Part(task=part, kind=self.kinds[part.kind], columns=slice(at, at + count))
            at += count

    def results(self, values: Values, task: Task) -> Results:
        """The values as they are; where an output is painted a record for each image, in which its map or picture stands instead
        of its values. Records stay as they are."""
        if values.dtype.names is not None or not any(part.kind.painted for part in self.parts(task)):
            return values
        return _records(
            {
                part.name: part.kind.results(part.of(values), part.task) if part.kind.painted else part.of(values)
                for part in self.parts(task)
            }
        )

    def truth(self, images: Sequence[ImageFacts], task: Task) -> Results | None:
        """A record for each image with what its csv says of each output; None where it says nothing of any."""
        known: dict[str, Results] = {}
        for part in task.parts:
            own = [_own_image(image, part.name) for image in images]
            if not _told(own, part.name):
                continue
            try:
                found = self.kinds[part.kind].truth(own, part)
            except ImagesRefusedError as problem:
                raise ImagesRefusedError(
                    f"output {part.name}: {problem.found}", supported=problem.supported, next_step=problem.next_step
                ) from None
            if found is not None:
                known[part.name] = found
        return _records(known) if known else None

    def right(self, results: Results, truth: Results, task: Task) -> Hits:
        """Right in every output in which an image is right or wrong by itself, and whose truth is known."""
        hits = np.ones(len(results), np.bool_)
        for part in self.parts(task):
            if part.name in judged(truth, task, self.kinds):
                found = part.kind.results(part.of(results), part.task)
                hits &= part.kind.right(found, truth[part.name], part.task)
        return hits

    def same(self, results: Results, others: Results, task: Task) -> Hits:
        """The same in every output."""
        hits = np.ones(len(results), np.bool_)
        for part in self.parts(task):
            hits &= self._same(part, results, others)
        return hits

    def _same(self, part: Part, values: Values, others: Values) -> Hits:
        found, wanted = (part.kind.results(part.of(one), part.task) for one in (values, others))
        return part.kind.same(found, wanted, part.task)

    def margins(self, integers: Integers, task: Task) -> Integers:
        """The least of the outputs'."""
        found = [part.kind.margins(part.of(integers), part.task) for part in self.parts(task)]
        return np.asarray(np.min(found, axis=0), np.int64)

    def sorts(self, integers: Integers, task: Task) -> Integers:
        """Images are of one sort where they are in every output."""
        found = [part.kind.sorts(part.of(integers), part.task) for part in self.parts(task)]
        return np.asarray(np.unique(np.stack(found, axis=1), axis=0, return_inverse=True)[1], np.int64).reshape(-1)

    def distance(self, found: Values, wanted: Values, task: Task, seen: float) -> float:
        """Root mean square of the outputs'."""
        parts = [part.kind.distance(part.of(found), part.of(wanted), part.task, seen) for part in self.parts(task)]
        return float(np.sqrt(np.mean(np.square(parts))))

    def decibels(self, found: Values, wanted: Values, task: Task) -> float:
        """As if the noise of the outputs, each in parts of its signal, were one."""
        parts = [part.kind.decibels(part.of(found), part.of(wanted), part.task) for part in self.parts(task)]
        return raw.level(float(np.sqrt(np.mean([10 ** (-level / 10) for level in parts]))))

    def doubts(
        self, values: Values, truth: Results | None, task: Task, preprocessing: Finding | None = None
    ) -> tuple[Finding, ...]:
        """Those of each output, with its name."""
        found = []
        for part in self.parts(task):
            known = None if truth is None or part.name not in (truth.dtype.names or ()) else truth[part.name]
            for finding in part.kind.doubts(part.of(values), known, part.task, preprocessing):
                found.append(msgspec.structs.replace(finding, message=f"output {part.name}: {finding.message}"))
        return tuple(found)

    def measure(self, asked: Asked, task: Task) -> AccuracyRow:
        """The row of each output, and of the images that are right in all of them."""
        answers = tuple(
            AnswerRow(name=part.name, task=part.task.kind, accuracy=part.kind.measure(self._own(asked, part), part.task))
            for part in self.parts(task)
        )
        agrees = self.same(asked.int8, asked.base, task)
        warnings = tuple(f"output {row.name}: {text}" for row in answers for text in row.accuracy.warnings)
        said = "; ".join(f"{row.name}: {row.accuracy.claim}" for row in answers)
        n = len(agrees)
        known = () if asked.truth is None else judged(asked.truth, task, self.kinds)
        if asked.truth is None or not known:
            return AccuracyRow(
                n=n,
                float=TopRow(top1=None),
                pruned=None,
                int8=TopRow(top1=None),
                agreement=float(agrees.mean()),
                drop_points=0.0,
                interval=(0.0, 0.0),
                p_value=1.0,
                flips=self._flips(asked, task, ~agrees),
                claim=f"The same in every output are {raw.agreement_words(int(agrees.sum()), n)}. {said}",
                warnings=warnings,
                answers=answers,
            )
        given, base, int8 = (self.right(values, asked.truth, task) for values in (asked.given, asked.base, asked.int8))
        drop = drop_of(given, int8)
        return AccuracyRow(
            n=n,
            float=TopRow(top1=float(given.mean())),
            pruned=None if asked.base is asked.given else TopRow(top1=float(base.mean())),
            int8=TopRow(top1=float(int8.mean())),
            agreement=float(agrees.mean()),
            drop_points=drop.points,
            interval=(drop.low, drop.high),
            p_value=drop.p_value,
            flips=self._flips(asked, task, given != int8),
            claim=f"Right is right in {', '.join(known)}: {claim(drop, asked.limit_points)}. {said}",
            warnings=warnings,
            answers=answers,
        )

    def _own(self, asked: Asked, part: Part) -> Asked:
        """What one output is asked."""
        given, int8 = part.of(asked.given), part.of(asked.int8)
        fields = () if asked.truth is None else asked.truth.dtype.names or ()
        return msgspec.structs.replace(
            asked,
            truth=asked.truth[part.name] if asked.truth is not None and part.name in fields else None,
            given=given,
            base=given if asked.base is asked.given else part.of(asked.base),
            int8=int8,
            threshold=part.task.threshold,
            wished=part.task.precision,
            heads=[head for head in asked.heads if head.name == part.name],
        )

    def _flips(self, asked: Asked, task: Task, changed: Hits) -> tuple[FlipRow, ...]:
        """The images that changed, sorted by name, with the outputs that differ."""
        apart = {part.name: ~self._same(part, asked.int8, asked.given) for part in self.parts(task)}
        words = [self._words_of(values, asked.given, task) for values in (asked.given, asked.int8)]
        rows = []
        for place in sorted(np.flatnonzero(changed).tolist(), key=lambda place: asked.names[place]):
            names = [name for name, hits in apart.items() if hits[place]] or list(apart)
            told = [", ".join(f"{name}: {one[name][place]}" for name in names) for one in words]
            rows.append(FlipRow(image=asked.names[place], float=told[0], int8=told[1]))
        return tuple(rows)

    def _words_of(self, values: Values, given: Values, task: Task) -> dict[str, list[str]]:
        """Output -> what each image gets; its first values where they have no name, and of what is painted how much of it is
        other than what the model as given paints."""
        found = {}
        for part in self.parts(task):
            own = part.of(values)
            if part.kind.painted:
                found[part.name] = [
                    f"{share:.1%} of the pixels differ" if share else "as it is" for share in (own != part.of(given)).mean(axis=1)
                ]
                continue
            named = part.kind.words(part.kind.results(own, part.task), part.task)
            found[part.name] = [word or _numbers(row) for word, row in zip(named, own, strict=True)]
        return found

    def decision(self, task: Task, heads: Sequence[TensorFacts], threshold: float) -> Decision | None:
        """The decisions of the outputs that have one; None where none has."""
        known = {head.name: head for head in heads}
        parts = {
            part.name: found
            for part in self.parts(task)
            if (found := part.kind.decision(part.task, [known[part.name]], part.task.threshold)) is not None
        }
        return Decision(source="", numbers={}, labels=(), parts=parts) if parts else None

    def kind(self) -> Kind:
        """The functions as a row of kinds.KINDS."""
        return Kind(
            right_is="images right in every output",
            ends="values",
            named=False,
            edge=None,
            results=self.results,
            truth=self.truth,
            right=self.right,
            same=self.same,
            margins=self.margins,
            sorts=self.sorts,
            words=raw.unnamed,
            distance=self.distance,
            decibels=self.decibels,
            doubts=self.doubts,
            measure=self.measure,
            decision=self.decision,
        )


def judged(truth: Results, task: Task, kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """The outputs whose truth is known image by image."""
    known = truth.dtype.names or ()
    return tuple(part.name for part in task.parts if part.name in known and kinds[part.kind].each)


def _own_image(image: ImageFacts, name: str) -> ImageFacts:
    """The image as its csv describes one output: the label, or the numbers, of the columns that are called as it."""
    cells = tuple((key, text) for key, text in image.cells if key == name or key.startswith(f"{name}."))
    numbers = tuple(_number(text) for _, text in cells)
    whole = tuple(number for number in numbers if number is not None)
    return msgspec.structs.replace(
        image, label=dict(cells).get(name) or None, numbers=whole if len(whole) == len(numbers) else (), cells=cells
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _told(images: Sequence[ImageFacts], name: str) -> bool:
    """Whether the csv says anything of an output. Raises ImagesRefusedError where it does of some images only."""
    said = [bool(image.cells) and all(text.strip() for _, text in image.cells) for image in images]
    if not any(said):
        return False
    if not all(said):
        missing = images[said.index(False)].path
        raise ImagesRefusedError(
            f"the csv says nothing of output {name} for {said.count(False)} of {len(said)} images, {missing} the first",
            supported="a value in every row of the column, or no such column",
            next_step="complete or remove the rows",
        )
    return True


def with_field(records: Results | None, name: str, one: Results) -> Results:
    """Records with a further field, or of this one only."""
    fields = {} if records is None else {field: records[field] for field in records.dtype.names or ()}
    return _records({**fields, name: one})


def _records(known: Mapping[str, Results]) -> Results:
    """Arrays of as many rows as one array of records."""
    first = next(iter(known.values()))
    records = np.empty(len(first), [(name, one.dtype, one.shape[1:]) for name, one in known.items()])
    for name, one in known.items():
        records[name] = one
    return records


def _numbers(values: NDArray[np.generic]) -> str:
    return " ".join(f"{float(value):.4g}" for value in values[:4]) + (" ..." if len(values) > 4 else "")
