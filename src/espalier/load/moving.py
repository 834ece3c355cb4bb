"""Frames of a video file, or of a camera of this machine by V4L2, in the images child process. Both are read by PyAV (FFmpeg's
libraries), which is optional."""

from __future__ import annotations

import contextlib
import time
from importlib import import_module
from typing import Any

import numpy as np

from ..contract import Pixels
from ..errors import ImagesRefusedError, ToolMissingError, install_line
from ..limits import LIMITS
from .one_picture import milliseconds_since

TURNS = {90: 1, 180: 2, -180: 2, -90: 3, 270: 3}
"""Degrees that a video says it is to be turned by, counter-clockwise -> quarters."""


class Moving:
    """An open stream. Raises ToolMissingError without PyAV or a camera that answers, ImagesRefusedError for a file that is no
    video."""

    def __init__(self, source: str, *, camera: bool) -> None:
        av = _package()
        self._number = 0
        try:
            self._container = av.open(source, format="v4l2" if camera else None)
            stream = self._container.streams.video[0]
        except (OSError, ValueError, IndexError) as problem:
            raise _refused(source, camera, problem) from None
        self.codec = str(stream.codec_context.name)
        self.fps = float(stream.average_rate or 0)
        if stream.codec_context.width * stream.codec_context.height > LIMITS.image_pixels:
            raise ImagesRefusedError(
                f"frames of {stream.codec_context.width} x {stream.codec_context.height} pixels",
                supported=f"at most {LIMITS.image_pixels} pixels a frame",
                next_step="scale the video down",
            )
        self._frames = self._container.decode(stream)

    def following(self, every: int = 1) -> tuple[int, Pixels, float] | None:
        """Number from 1, picture and milliseconds of the frame that is the last of the next `every`; None at the end. Raises
        ImagesRefusedError where the stream breaks off."""
        frame, started = None, time.perf_counter()
        try:
            for _ in range(every):
                frame = next(self._frames, None)
                if frame is None:
                    return None
                self._number += 1
            picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) if frame is not None else None
        except (OSError, ValueError, EOFError) as problem:
            raise ImagesRefusedError(
                f"the video breaks off after frame {self._number}: {_words(problem)}", next_step="record or copy it again"
            ) from None
        if picture is None:
            return None
        turn = 0
        with contextlib.suppress(AttributeError, TypeError, ValueError):
            turn = TURNS.get(int(frame.rotation), 0)  # type: ignore[union-attr]
        return self._number, np.ascontiguousarray(np.rot90(picture, turn)), milliseconds_since(started)


def _package() -> Any:
    try:
        return import_module("av")
    except ImportError as problem:
        raise ToolMissingError(
            f"videos and cameras are read by the package av (PyAV), which is not installed: {problem}",
            supported="image files and folders without it",
            next_step=install_line("video"),
        ) from None


def _refused(source: str, camera: bool, problem: Exception) -> ImagesRefusedError | ToolMissingError:
    if camera:
        return ToolMissingError(
            f"the camera {source} does not answer: {_words(problem)}",
            supported="a V4L2 camera of this machine, such as /dev/video0",
            next_step="list them with `ls /dev/video*`, and name one: --camera /dev/video0",
        )
    return ImagesRefusedError(
        f"{source} is no video that can be read: {_words(problem)}",
        supported="what FFmpeg reads: MP4, MOV, MKV, AVI and others",
        next_step="check the file, or convert it with ffmpeg",
    )


def _words(problem: Exception) -> str:
    text = (getattr(problem, "strerror", None) or str(problem) or type(problem).__name__).splitlines()[0]
    return "".join(c if c.isprintable() else "?" for c in text)[:120]
