"""A .npy of prepared images, read some images at a time: a process with a memory limit cannot map a large one."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import BugError, ImagesRefusedError
from ..fed import IMAGE, images_of
from ..limits import LIMITS
from ..visible import size_text


class PixelFile:
    """uint8 [n, h, w, c] at `path`, as prepare_set writes it; of records with numbers the images alone."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        with self._path.open("rb") as file:
            version = np.lib.format.read_magic(file)  # type: ignore[no-untyped-call]
            if version != (1, 0):
                raise BugError(f"an .npy of version {version}")
            header = np.lib.format.read_array_header_1_0(file)  # type: ignore[no-untyped-call]
            shape, fortran, self._kind = header
            self._start = file.tell()
        image = self._kind[IMAGE] if self._kind.names else np.dtype((self._kind, shape[1:]))
        self.shape = (*shape[:1], *image.shape)
        if fortran or image.base != np.uint8 or len(self.shape) != 4:
            raise BugError(f"prepared images are {self._kind} {list(shape)}")
        self._each = self._kind.itemsize if self._kind.names else math.prod(shape[1:])

    def __len__(self) -> int:
        return int(self.shape[0])

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Some images, uint8 [stop - start, h, w, c]."""
        each = self._each
        with self._path.open("rb") as file:
            file.seek(self._start + start * each)
            data = file.read((stop - start) * each)
        if self._kind.names:
            return np.ascontiguousarray(images_of(np.frombuffer(data, self._kind)))
        return np.frombuffer(data, np.uint8).reshape(stop - start, *self.shape[1:])

    def blocks(self, most_bytes: int) -> Iterator[NDArray[np.uint8]]:
        """All images in order, at least one and at most `most_bytes` at a time."""
        step = max(1, most_bytes // math.prod(self.shape[1:]))
        for start in range(0, len(self), step):
            yield self.read(start, min(len(self), start + step))


def check_room(count: int, shape: tuple[int, ...], folder: Path) -> None:
    """Raise ImagesRefusedError when `count` images of `shape` (h, w, c) are over the limit, or over what `folder` has
    free."""
    need = count * math.prod(shape)
    what = f"{count:,} images of {' x '.join(map(str, shape))} take {size_text(need)} as pixels"
    if need > LIMITS.prepared_bytes:
        raise ImagesRefusedError(
            what,
            supported=f"at most {size_text(LIMITS.prepared_bytes)} in one set",
            next_step="use fewer images (`calibration.count`, or an evaluation folder or csv that holds a part of them)",
        )
    free = shutil.disk_usage(folder)[2]
    if need > free:
        raise ImagesRefusedError(
            f"{what}, and the temporary folder has {size_text(free)} free",
            next_step="set the environment variable TMPDIR to a folder with more room, or use fewer images",
        )
