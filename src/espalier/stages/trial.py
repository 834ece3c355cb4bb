"""One picture through a finished model: decoded and prepared in the `images` process, run in LiteRT's own, decoded to an answer
by the device's program."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundle.device_reader import Reader
from ..bundle.known_model import Known
from ..bundle.pi.device.images import Frame as DeviceFrame
from ..errors import ImagesRefusedError, UsageError
from ..measure.predict import dequantize
from ..run_rows import RunAnswer, RunRow, RunSummary
from ..worker.file_calls import Look, Looked, NextFrame, OpenStream, Stream
from ..worker.runtime_calls import One, RunOne
from .workshop import Workshop

SECONDS = 300.0
"""Longest silence of a process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is tried. `own`: whether its int8 input takes raw bytes, as those of our builds do; `note`: what people
    should know."""

    known: Known
    model: bytes
    float_model: bytes | None = None
    own: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An image and what was made of it: the row, the words of the answers, the output as bytes, and where its pixels lie."""

    row: RunRow
    words: tuple[str, ...]
    float_words: tuple[str, ...] = ()
    output: NDArray[Any]
    float_output: NDArray[Any] | None = None
    pixels: NDArray[np.uint8]
    picture: NDArray[np.uint8] | None = None


@dataclass(slots=True)
class _Times:
    decode: list[float] = field(default_factory=list)
    prepare: list[float] = field(default_factory=list)
    model: list[float] = field(default_factory=list)
    float: list[Any] = field(default_factory=list)


class Trial:
    """Answers images one after the other. `pictures`: whether each picture itself is kept, to draw on. `reads`:
    images, folders of them, a video, a camera that it will be asked for; those in the scratch folder need no mention."""

    def __init__(
        self,
        shop: Workshop,
        subject: Subject,
        *,
        threshold: float | None = None,
        references: Path | None = None,
        numbers: str | None = None,
        with_float: bool = False,
        pictures: bool = False,
        reads: Iterable[Path] = (),
    ) -> None:
        if with_float and subject.float_model is None:
            raise UsageError(
                "there is no float model to compare with: only a build's output folder holds one",
                next_step="give the output folder of the build, such as dist/NAME-VERSION",
            )
        self._shop, self.subject, self._times = shop, subject, _Times()
        folder = shop.scratch / "device"
        folder.mkdir(exist_ok=True)
        self.reader = Reader(subject.known.write(folder, subject.model), threshold=threshold, references=references)
        self._beside = self.reader.numbers(numbers)
        self._model = self.reader.model.path
        self._float = folder / "float.tflite" if with_float else None
        if self._float is not None:
            self._float.write_bytes(subject.float_model or b"")
        shop.submit(shop.worker("litert-runtime").wait_ready)
        for path in reads:
            shop.may_read("images", path)
        own = shop.worker("images").scratch  # the only folder that it may write to
        self._pixels, self._picture = own / "pixels.npy", own / "picture.npy" if pictures else None
        self.upload = folder / "upload"
        """Where a picture that came as bytes may lie."""
        self._runtime, self._unreadable = "", 0

    def file(self, path: Path, name: str = "") -> Tried:
        """A file. Raises ImagesRefusedError for one that cannot be read."""
        try:
            fed = self._fed(DeviceFrame(str(path), None, "", path))
            call = Look(
                path=str(path.resolve()), contract=self.subject.known.contract, fed=fed,
                pixels_path=str(self._pixels), rgb_path=str(self._picture or ""),
            )  # fmt: skip
            looked = self._shop.worker("images").ask(call, seconds=SECONDS)
        except ImagesRefusedError as problem:
            self._unreadable += 1
            raise ImagesRefusedError(f"{name or path}: {problem.found}", supported=problem.supported) from None
        return self._answered(looked, name or str(path))

    def stream(self, source: str, *, camera: bool = False) -> Stream:
        """Open a video or a camera; see load.moving."""
        return self._shop.worker("images").ask(OpenStream(source=source, camera=camera), seconds=SECONDS)

    def frames(self, every: int = 1) -> Iterator[Tried]:
        """The frames of the open stream, of `every` the last."""
        while True:
            fed = self._fed(DeviceFrame("", None))
            call = NextFrame(
                contract=self.subject.known.contract, fed=fed, every=every,
                pixels_path=str(self._pixels), rgb_path=str(self._picture or ""),
            )  # fmt: skip
            looked = self._shop.worker("images").ask(call, seconds=SECONDS).looked
            if looked is None:
                return
            yield self._answered(looked, looked.name)

    def summary(self) -> RunSummary:
        """Medians over the images so far."""
        times, known = self._times, self.subject.known

        def median(values: list[float]) -> float:
            return round(statistics.median(values), 4) if values else 0.0

        return RunSummary(
            name=known.name,
            version=known.version,
            task=known.task,
            images=len(times.model),
            unreadable=self._unreadable,
            decode_ms=median(times.decode),
            prepare_ms=median(times.prepare),
            model_ms=median(times.model),
            float_ms=median(times.float) if self._float else None,
            runtime=self._runtime,
        )

    def _fed(self, frame: DeviceFrame) -> tuple[float, ...]:
        if not self.subject.known.contract.numbers:
            return ()
        try:
            return tuple(self._beside.values(frame))
        except ValueError as problem:
            raise ImagesRefusedError(str(problem)) from None

    def _run(self, path: Path) -> One:
        call = RunOne(
            model_path=str(path), pixels_path=str(self._pixels), contract=self.subject.known.contract, own=self.subject.own
        )
        return self._shop.worker("litert-runtime").ask(call, seconds=SECONDS)

    def _read(self, one: One, looked: Looked) -> tuple[NDArray[np.uint8], RunAnswer, list[str]]:
        """The output as the uint8 model gives it (of a float model the nearest of its steps), the answer, and its words."""
        real = None
        if one.outputs.dtype == np.uint8:
            output = one.outputs
        elif one.outputs.dtype == np.int8:
            output = (one.outputs.astype(np.int16) + 128).astype(np.uint8)
        else:
            real = dequantize(one.outputs[None], one.steps)[0]
            output = self.reader.bytes_of(real)
        return output, *self.reader.read(output, looked.height, looked.width, real)

    def _answered(self, looked: Looked, name: str) -> Tried:
        ran = self._run(self._model)
        self._runtime = ran.runtime
        output, answer, words = self._read(ran, looked)
        float_answer: RunAnswer | None = None
        float_words: list[str] = []
        float_output, float_ms = None, 0.0
        if self._float is not None:
            other = self._run(self._float)
            float_ms = other.milliseconds
            float_output, float_answer, float_words = self._read(other, looked)
            self._times.float.append(float_ms)
        self._times.decode.append(looked.decode_ms)
        self._times.prepare.append(looked.prepare_ms)
        self._times.model.append(ran.milliseconds)
        row = RunRow(
            image=name, answer=answer, float=float_answer, width=looked.width, height=looked.height, decode_ms=looked.decode_ms,
            prepare_ms=looked.prepare_ms, model_ms=ran.milliseconds, float_ms=float_ms,
        )  # fmt: skip
        fed = np.load(self._pixels)
        return Tried(
            row=row,
            words=tuple(words),
            float_words=tuple(float_words),
            output=output,
            float_output=float_output,
            pixels=(fed if fed.dtype.names is None else fed["image"])[0],
            picture=None if self._picture is None else np.load(self._picture),
        )

