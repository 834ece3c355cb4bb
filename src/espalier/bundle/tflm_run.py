"""A program, not a module: runs model.tflite on pixels.bin of a folder in TensorFlow Lite Micro.

Prints JSON: the bytes of arena that TFLM took, and the int8 output of each vector in hexadecimal. It runs in
a process of its own, because an interpreter that meets a bad file may end its process.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

import numpy as np

ARENA_BYTES = 64 << 20


def main(folder: Path, heads: int, inputs: int) -> None:
    """Run every vector through a model of so many outputs and inputs; TFLM writes its allocations to the standard error."""
    from tflite_micro import runtime

    model = (folder / "model.tflite").read_bytes()
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    shapes = [tuple(interpreter.get_input_details(place)["shape"]) for place in range(inputs)]
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
    fed = np.frombuffer((folder / "pixels.bin").read_bytes(), np.uint8).reshape(-1, int(ends[-1]))
    outputs = []
    for row in (fed.astype(np.int16) - 128).astype(np.int8):
        for place, shape in enumerate(shapes):
            interpreter.set_input(row[ends[place] : ends[place + 1]].reshape(shape), place)
        interpreter.invoke()
        outputs.append("".join(interpreter.get_output(head).tobytes().hex() for head in range(heads)))
    print(json.dumps({"arena_bytes": taken(interpreter), "outputs": outputs}))


def taken(interpreter: object) -> int:
    """Bytes of the arena, from what print_allocations() writes to file descriptor 2."""
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            interpreter.print_allocations()  # type: ignore[attr-defined]
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        log.seek(0)
        found = re.search(rb"Arena allocation total (\d+)", log.read())
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
