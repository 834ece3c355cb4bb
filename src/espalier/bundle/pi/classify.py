#!/usr/bin/python3
"""Starts the classifier that lies in the folder `device` beside this file, in a Python that has a runtime."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve()
PACKAGE = PROGRAM.parent.name
SHARE = PROGRAM.parents[2] / "share" / PACKAGE
VENV = Path("/var/lib") / PACKAGE / "venv"


def switch_to_venv() -> None:
    """Go on in the program's own virtual environment when this Python has no runtime and that one exists."""
    here = any(importlib.util.find_spec(name) for name in ("ai_edge_litert", "tflite_runtime", "tensorflow"))
    python = VENV / "bin" / "python"
    if not here and python.is_file() and Path(sys.prefix) != VENV and "install-runtime" not in sys.argv[1:]:
        os.execv(str(python), [str(python), str(PROGRAM), *sys.argv[1:]])


if __name__ == "__main__":
    if sys.version_info < (3, 10):  # noqa: UP036  the device may have an older Python than the build
        sys.exit("Python 3.10 or newer is needed")
    switch_to_venv()  # before numpy is imported, which takes a while on a small computer
    try:
        main = importlib.import_module("device.commands").main
        place = importlib.import_module("device.model").Place(PROGRAM, PACKAGE, SHARE, VENV)
    except ModuleNotFoundError as problem:
        sys.exit(f"{problem.name} is missing; next: sudo apt install python3-numpy")
    sys.exit(main(sys.argv[1:], place))
