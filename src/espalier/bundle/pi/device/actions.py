"""What happens with an answer: commands that start on it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .model import Decision, Pixels
from .problem import Problem, say


class Action:
    """`--on ANSWER --exec COMMAND ARGUMENT...`: a command without a shell, never twice at the same time."""

    def __init__(self, answer: str, command: list[str]) -> None:
        self.answer = answer
        self.command = command
        self.held = 0
        self._running: subprocess.Popen[bytes] | None = None

    def wants(self, answer: str, hold: int, each: bool) -> bool:
        """Whether this answer starts the command: each image, or once when it has stood for `hold` frames."""
        self.held = self.held + 1 if answer == self.answer else 0
        return self.held >= hold if each else self.held == hold

    def start(self, decision: Decision, image: str, wait: bool) -> bool:
        """Start the command; False when it still runs or cannot start."""
        if self._running is not None and self._running.poll() is None:
            say(f"{self.command[0]} still runs; not started again")
            return False
        words = {"{label}": decision.label, "{confidence}": f"{decision.confidence:.4f}", "{image}": image}
        command = [fill(part, words) for part in self.command]
        try:
            self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno())
        except OSError as problem:
            say(f"{command[0]} cannot be started: {problem.strerror}")
            return False
        if wait:
            self.finish()
        return True

    def finish(self) -> None:
        """Wait for the command; a failure is a message, not an error: the next image still counts."""
        if self._running is not None and self._running.wait() != 0:
            say(f"{self.command[0]} ended with code {self._running.returncode}")
        self._running = None


def fill(part: str, words: dict[str, str]) -> str:
    """Replace the placeholders of one argument in one pass, so that a label cannot hold one."""
    pieces = []
    while part:
        key = next((word for word in words if part.startswith(word)), "")
        pieces.append(words[key] if key else part[0])
        part = part[len(key) if key else 1 :]
    return "".join(pieces)


def split_actions(arguments: Sequence[str]) -> tuple[list[str], list[Action]]:
    """Take `--on ANSWER --exec COMMAND...` out of the arguments; a command ends at `--`, `;`, `--on` or the end."""
    rest: list[str] = []
    actions: list[Action] = []
    at = 0
    while at < len(arguments):
        if arguments[at] != "--on":
            rest.append(arguments[at])
            at += 1
            continue
        if len(arguments) < at + 4 or arguments[at + 2] != "--exec":
            raise Problem("--on ANSWER must be followed by --exec COMMAND [ARGUMENT ...]")
        end = at + 3
        while end < len(arguments) and arguments[end] not in ("--", ";", "--on"):
            end += 1
        if end == at + 3:
            raise Problem("--exec needs a command")
        actions.append(Action(arguments[at + 1], list(arguments[at + 3 : end])))
        at = end + 1 if end < len(arguments) and arguments[end] != "--on" else end
    return rest, actions


class SavedFrames:
    """Files for commands that want {image} of a frame: the newest 16 are kept."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._count = 0

    def save(self, rgb: Pixels) -> str:
        """Write one frame as PPM, or as .npy when it is no picture; returns its path."""
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="classify-"))
        path = self._folder / f"frame-{self._count % 16:02d}.{'ppm' if rgb.shape[2] == 3 else 'npy'}"
        self._count += 1
        if rgb.shape[2] != 3:
            np.save(path, rgb, allow_pickle=False)
            return str(path)
        path.write_bytes(b"P6\n%d %d\n255\n" % (rgb.shape[1], rgb.shape[0]) + rgb.tobytes())
        return str(path)
