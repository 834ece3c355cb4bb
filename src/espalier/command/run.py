"""`espalier run`: a finished model tried on images, a video or a camera of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import msgspec

from ..bundle.pi.device.draw import save
from ..errors import EspalierError, ImagesRefusedError, UsageError
from ..load.images import ARRAYS, SUFFIXES
from ..load.listing import list_files
from ..run_rows import RunRow, RunSummary
from ..stages.trial import Subject, Trial, Tried
from ..stages.workshop import Workshop
from ..store import Store
from ..terminal import Progress
from .run_subject import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be run: image files and folders, or one stream. `every`: of so many frames one is answered; `most`: frames."""

    images: tuple[Path, ...] = ()
    video: Path | None = None
    camera: str | None = None
    every: int = 1
    most: int | None = None
    out: Path | None = None
    threshold: float | None = None
    references: Path | None = None
    numbers: str | None = None
    with_float: bool = False


class Run:
    """A run that gives its rows one by one (`rows`), and then the `summary` and what could not be read (`failure`)."""

    def __init__(self, what: Path, contract: Path | None, wish: Wish) -> None:
        _check(wish)
        self.subject: Subject = subject_of(what, contract)
        self.summary: RunSummary | None = None
        self.failure: EspalierError | None = None
        self._wish = wish
        self._files = tuple(_files(wish.images, self.subject.known.contract.color == "bands"))

    def rows(self, progress: Progress | None = None) -> Iterator[Tried | RunRow]:
        """Each image as it is answered; a row alone for one that cannot be read."""
        wish = self._wish
        with Workshop(Store.default(), progress or Progress(quiet=True)) as shop:
            trial = Trial(
                shop, self.subject, threshold=wish.threshold, references=wish.references, numbers=wish.numbers,
                with_float=wish.with_float, pictures=wish.out is not None,
                reads=[Path(path) for path in (*(wish.images or ()), wish.video, wish.camera) if path],
            )  # fmt: skip
            if wish.out is not None and not trial.reader.paints:
                raise UsageError(
                    "--out: there is nothing to draw: this model finds no boxes and paints neither map nor picture",
                    next_step="leave it out",
                )
            found = self._streamed(trial) if wish.video or wish.camera else self._each(trial)
            for number, one in enumerate(found, 1):
                yield one if isinstance(one, RunRow) or wish.out is None else _drawn(trial, one, wish.out, number)
            self.summary = trial.summary()

    def _each(self, trial: Trial) -> Iterator[Tried | RunRow]:
        bad: list[str] = []
        for path in self._files:
            try:
                yield trial.file(path)
            except ImagesRefusedError as problem:
                bad.append(problem.found)
                yield RunRow(image=str(path), problem=problem.found.removeprefix(f"{path}: "))
        if bad:
            first = bad[0] if len(self._files) == 1 else f"{len(bad)} of {len(self._files)} images cannot be read: {bad[0]}"
            self.failure = ImagesRefusedError(
                first, supported=", ".join(sorted(set(SUFFIXES.values()))), next_step="copy or save them again"
            )

    def _streamed(self, trial: Trial) -> Iterator[Tried | RunRow]:
        wish = self._wish
        if wish.video is not None and not wish.video.is_file():
            raise UsageError(f"there is no video {wish.video}", next_step="check the path")
        trial.stream(str(wish.video.resolve()) if wish.video else wish.camera or "", camera=wish.camera is not None)
        yield from islice(trial.frames(wish.every), wish.most)


def _drawn(trial: Trial, tried: Tried, out: Path, number: int) -> Tried:
    if tried.picture is None:
        return tried
    files = []
    for name, picture in trial.reader.drawn(tried.output, tried.picture, tried.pixels).items():
        folder = out / name if name else out
        folder.mkdir(parents=True, exist_ok=True)
        files.append(str(save(folder, number, tried.row.image, picture)))
    return replace(tried, row=msgspec.structs.replace(tried.row, drawn=tuple(files)))


def _check(wish: Wish) -> None:
    if sum(map(bool, (wish.images, wish.video, wish.camera))) != 1:
        raise UsageError(
            "nothing to run it on" if not (wish.images or wish.video or wish.camera) else "several sources at once",
            supported="image files and folders, --video FILE, or --camera DEVICE",
            next_step="name one of them, or --serve for a page in the browser",
        )
    if wish.out is not None and wish.out.exists() and not wish.out.is_dir():
        raise UsageError(f"--out {wish.out} is a file", next_step="give a folder")


def _files(images: Sequence[Path], bands: bool) -> Iterator[Path]:
    """Files as named, folders with every image below them, sorted."""
    for path in images:
        if not os.path.isdir(path):
            if not os.path.lexists(path):
                raise UsageError(f"there is no image {path}", next_step="check the path")
            yield path
            continue
        names = [name for name, _ in list_files(path) if os.path.splitext(name)[1].lower() in SUFFIXES]
        arrays = [name for name in names if name.lower().endswith(ARRAYS)]
        chosen = arrays if bands and arrays else [name for name in names if name not in arrays] or arrays
        if not chosen:
            raise ImagesRefusedError(
                f"there is no image in {path}", supported=", ".join(sorted(SUFFIXES)), next_step="give another folder"
            )
        yield from (path / name for name in chosen)
