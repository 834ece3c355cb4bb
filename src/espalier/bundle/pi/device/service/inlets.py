"""Where images come from but HTTP: a watched folder, and a camera or stream that ffmpeg reads."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from ..images import MOST_PIXELS, Frame, frames_from_watch
from ..model import Pixels
from ..problem import MISSING, Problem, say
from .desk import Desk
from .gate import BusyError

LONGEST_PAUSE = 30.0
STREAMS = ("rtsp://", "rtsps://", "http://", "https://", "udp://", "tcp://")


def answer(desk: Desk, frame: Frame, *, wait: bool) -> bool:
    """Answer one image, print the answer as a line of JSON. `wait`: until there is a turn; else False when there is none."""
    if frame.rgb is None:
        desk.metrics.add("images_rejected_total", reason="broken")
        say(f"{frame.name}: {frame.why}")
        return True
    while True:
        try:
            with desk.gate.place(), desk.gate.turn(time.monotonic() + desk.limits.seconds):
                row = desk.look(frame.rgb, frame.name)
            print(json.dumps({"source": frame.name, **row}), flush=True)
            return True
        except BusyError:
            if not wait or desk.draining:
                return False
            time.sleep(0.05)
        except OSError as problem:  # standard output is full or closed: the answer went to the outlets
            say(f"standard output: {problem.strerror}")
            return True


def watch(desk: Desk, folder: Path, interval: float) -> None:
    """Answer every new image of a folder, for ever."""
    for frame in frames_from_watch(folder, interval, desk.serving.model.contract.bands):
        answer(desk, frame, wait=True)


class Camera:
    """The newest frame of a stream; one that nobody took in time is dropped, and counted."""

    def __init__(self, url: str) -> None:
        self.url = url
        given = ["-rtsp_transport", "tcp"] if url.startswith("rtsp") else ["-f", "v4l2"] if url.startswith("/dev/video") else []
        if not given and not url.startswith(STREAMS) and not Path(url).is_file():
            raise Problem(f"--camera {url[:80]}: give rtsp://..., /dev/video0, or a file")
        found = shutil.which("ffmpeg")
        if found is None:
            raise Problem("ffmpeg is missing, which reads cameras and streams; next: sudo apt install ffmpeg", MISSING)
        pace = ["-re"] if Path(url).is_file() else []
        output = ["-an", "-f", "image2pipe", "-c:v", "ppm", "-"]
        self._command = [found, "-nostdin", "-v", "error", *pace, *given, "-i", url, *output]

    def run(self, take: Callable[[str, Pixels], None], dropped: Callable[[], None], ended: threading.Event) -> None:
        """Give every frame to `take`, the newest only, until `ended`; a stream that breaks is opened again."""
        pause = 1.0
        while not ended.is_set():
            process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            newest = _Newest(dropped)
            reader = threading.Thread(target=_read, args=(process.stdout, newest), daemon=True)
            reader.start()
            number = 0
            while not ended.is_set() and (frame := newest.get()) is not None:
                number, pause = number + 1, 1.0
                take(f"{self.url}#{number}", frame)
            process.kill()
            process.wait()
            if not ended.is_set():
                say(f"{self.url}: the stream ended after {number} frames; again in {pause:.0f} s")
                ended.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)


class _Newest:
    """A place for one frame."""

    def __init__(self, dropped: Callable[[], None]) -> None:
        self._dropped = dropped
        self._frame: Pixels | None = None
        self._over = False
        self._state = threading.Condition()

    def put(self, frame: Pixels | None) -> None:
        with self._state:
            if frame is None:
                self._over = True
            else:
                if self._frame is not None:
                    self._dropped()
                self._frame = frame
            self._state.notify_all()

    def get(self) -> Pixels | None:
        with self._state:
            self._state.wait_for(lambda: self._frame is not None or self._over)
            frame, self._frame = self._frame, None
            return frame


def _read(stream: IO[bytes] | None, newest: _Newest) -> None:
    """PPM after PPM, as ffmpeg writes them."""
    try:
        while stream is not None and stream.readline() == b"P6\n":
            width, height = (int(number) for number in stream.readline().split())
            if stream.readline() != b"255\n" or not 0 < width * height <= MOST_PIXELS:
                break
            data = stream.read(width * height * 3)
            if len(data) < width * height * 3:
                break
            newest.put(np.frombuffer(data, np.uint8).reshape(height, width, 3))
    except (OSError, ValueError):
        pass
    finally:
        newest.put(None)
