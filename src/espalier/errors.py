"""One exception class per cause, one exit code per class (the table at the end is the documentation).

Every message says three things: what was found, what is supported, what to do next.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class EspalierError(Exception):
    """A refusal with a cause, a rule and a way on; never a traceback for the user.

    `found`: what is wrong. `supported`: what would be right, "" where that goes without saying. `next_step`: what to do.
    `exit_code`: what the command would end with.

        try:
            espalier.load_target("cortex-m44")
        except espalier.EspalierError as problem:
            print(problem.found, problem.supported, problem.next_step, problem.exit_code)
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, found: str, *, supported: str = "", next_step: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.supported = supported
        self.next_step = next_step

    def __str__(self) -> str:
        lines = [self.found]
        if self.supported:
            lines.append(f"supported: {self.supported}")
        if self.next_step:
            lines.append(f"next: {self.next_step}")
        return "\n".join(lines)


class UsageError(EspalierError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class MachineError(UsageError):
    """The machine has no room or gives no right: a full disk, a folder that cannot be written, no memory."""


class ClusterError(UsageError):
    """A cluster cannot be used: its scheduler does not answer, or its workers compute other bits than this machine."""


class RecipeError(EspalierError):
    """The recipe is not readable, has an unknown key or a value outside its range."""

    exit_code = 2


class TargetError(EspalierError):
    """A target file is not readable, unknown, holds a number without a source, or a value that it may not have."""

    exit_code = 2


class InputRefusedError(EspalierError):
    """An input file (model, image, label file, archive) is broken, hostile or of a kind that is not read."""

    exit_code = 3


class ModelRefusedError(InputRefusedError):
    """The model file is refused: its container, configuration or weights break a rule."""


class ImagesRefusedError(InputRefusedError):
    """A calibration, evaluation or fine-tuning image set is refused."""


class AnnotationsRefusedError(InputRefusedError):
    """A file of boxes (COCO, Pascal VOC, YOLO) is broken, hostile, or does not belong to the images."""


class LabelsRefusedError(InputRefusedError):
    """The labels file does not describe the model's outputs."""


class UnsupportedModelError(EspalierError):
    """The model is valid, but it holds something that this target or this compiler cannot run."""

    exit_code = 4


class GateError(EspalierError):
    """A budget of the recipe or a limit of the target was exceeded."""

    exit_code = 5


class VerificationError(EspalierError):
    """What was produced does not equal what it must equal."""

    exit_code = 6


class ToolMissingError(EspalierError):
    """A program or package that this step needs is not installed."""

    exit_code = 7


class WorkerError(EspalierError):
    """A child process died, hung or broke its limits while it handled an input."""

    exit_code = 3


class BugError(EspalierError):
    """An invariant of ours is broken."""

    exit_code = 70


_MACHINE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space of this user's quota",
    errno.EROFS: "choose a folder that can be written",
    errno.EACCES: "give this user the right to it, or choose another place",
    errno.EPERM: "give this user the right to it, or choose another place",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs",
    errno.ENOMEM: "free some memory",
    errno.EAGAIN: "free some memory, or raise the limit of processes (ulimit -u)",
    errno.EIO: "look after the disk",
    errno.ENAMETOOLONG: "choose shorter names",
}
"""What the system refuses for reasons of its own -> what helps."""


def machine_error(problem: BaseException, where: str = "") -> MachineError | None:
    """The refusal of the system as an error of ours, or None when the system is not to blame."""
    if isinstance(problem, MemoryError):
        return MachineError("there is no memory left", next_step=_MACHINE[errno.ENOMEM])
    code = problem.errno if isinstance(problem, OSError) else None
    if code not in _MACHINE and os.strerror(errno.ENOSPC) in str(problem):
        code = errno.ENOSPC  # libraries wrap it
    if code is None or code not in _MACHINE:
        return None
    name = where or str(getattr(problem, "filename", None) or "a file")
    return MachineError(
        f"{name}: {os.strerror(code)}",
        supported="temporary folder (TMPDIR), store (ESPALIER_STORE) and output folder (--out) with room and rights",
        next_step=_MACHINE[code],
    )


@contextmanager
def machine_errors(where: str = "") -> Iterator[None]:
    """What the system refuses inside the block is raised as MachineError. `where`: what was written to or read, when the
    system does not say it."""
    try:
        yield
    except (OSError, MemoryError) as problem:
        refused = machine_error(problem, where)
        if refused is None:
            raise
        raise refused from problem


EXTRAS: dict[str, str] = {
    **dict.fromkeys(
        (
            "ai_edge_litert", "faster_coco_eval", "keras", "litert_quantizer", "scipy", "tensorflow",
            "tensorflow_model_optimization", "tf_keras", "tflite_runtime",
        ),
        "build",
    ),
    **dict.fromkeys(("unicorn", "ziglang"), "mcu"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
    "cryptography": "sign",
    "sklearn": "examples", "av": "video",
}  # fmt: skip
"""Import name of a package that a small installation leaves out -> the extra of pyproject.toml that brings it."""

NO_WHEELS: dict[str, str] = {"tflite_runtime": "tflite-runtime 2.14 has no wheel for Python 3.12 or newer"}
"""Import name -> why the extra may leave it out."""


def install_line(extra: str) -> str:
    """What installs an extra."""
    return f"pip install 'espalier[{extra}]' (in a clone of the repository: pip install '.[{extra}]')"


def package_error(problem: BaseException) -> ToolMissingError | None:
    """An import that failed as an error of ours, or None when it is no such thing or a module of ours."""
    if not isinstance(problem, ImportError) or (problem.name or "").partition(".")[0] == "espalier":
        return None
    name = (problem.name or "").partition(".")[0]
    if isinstance(problem, ModuleNotFoundError) and problem.name in EXTRAS:
        why = f": {NO_WHEELS[name]}" if name in NO_WHEELS and sys.version_info >= (3, 12) else ""
        return ToolMissingError(
            f"the package {name} is not installed{why}",
            supported="without TensorFlow and LiteRT: check, targets, inspect of a .tflite, compile, verify, doctor",
            next_step=install_line(EXTRAS[name]),
        )
    return ToolMissingError(
        f"the package {problem.name or ''} cannot be imported: {problem}".replace("  ", " "),
        supported="the packages that `espalier doctor` lists, in these versions",
        next_step="pip install 'espalier[build]' into a fresh environment",
    )


EXIT_CODES: dict[int, str] = {
    0: "ok",
    2: "usage, recipe or target file, or no room on this machine",
    3: "an input was refused",
    4: "unsupported on this target",
    5: "a gate failed",
    6: "verification failed",
    7: "a tool is missing",
    70: "a bug of ours",
    130: "interrupted (Ctrl-C); 128 and the signal's number when SIGTERM, SIGHUP or SIGQUIT ended it",
}
