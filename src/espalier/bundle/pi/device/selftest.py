"""`selftest`: this computer computes what the build machine computed."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

from .contract import prepare
from .model import Engine, Model, Pixels, Place, load_model
from .numbers import entered, vectors_of
from .problem import DIFFERS, OK, Problem

MOST_DIFFERENCE = 8
"""Largest difference of an output byte (of 256, so 3 % of confidence) that counts as the rounding of another
set of kernels: XNNPACK, the plain kernels and the reference differ by one per operator, which adds up over
layers."""


def selftest(options: Namespace, place: Place) -> int:
    """Contract cases must be equal byte by byte; each golden vector must give the known label, and all of
    them bytes within MOST_DIFFERENCE of the nearest kernel set of the build machine."""
    model = load_model(options.model)
    folder = options.model / "golden"
    engine = Engine(model, options.threads)
    try:
        known = json.loads((folder / "golden.json").read_text("utf-8"))
        failures = wrong_preparations(folder, known["cases"], model)
        distance, wrong = run_vectors(folder, known["vectors"], model, engine)
    except (OSError, ValueError, KeyError) as problem:
        raise Problem(f"the golden vectors cannot be read ({problem}); next: reinstall the package") from None
    failures += wrong
    nearest = min(distance.values(), default=0)
    if nearest > MOST_DIFFERENCE:
        failures.append(f"outputs differ by up to {nearest} of 256; at most {MOST_DIFFERENCE} is rounding")
    equal = sorted(kernels for kernels, apart in distance.items() if apart == 0)
    result = {
        "result": "failed" if failures else "passed",
        "runtime": f"{engine.runtime.name} {engine.runtime.version}",
        "contract_cases": len(known["cases"]),
        "golden_vectors": len(known["vectors"]),
        "equal_kernels": equal,
        "largest_difference": distance,
        "failures": failures,
    }
    print(json.dumps(result) if options.json else as_text(result, nearest))
    return DIFFERS if failures else OK


def wrong_preparations(folder: Path, cases: list[dict[str, Any]], model: Model) -> list[str]:
    """A sentence for each contract case whose bytes differ."""
    failures = []
    for case in cases:
        rgb = read_bytes(folder / case["rgb"]).reshape(case["rows"], case["columns"], model.contract.source_channels)
        if not np.array_equal(prepare(rgb, model.contract).reshape(-1), read_bytes(folder / case["pixels"])):
            failures.append(f"preprocessing of {case['name']} differs")
    return failures


def run_vectors(
    folder: Path, vectors: list[dict[str, Any]], model: Model, engine: Engine
) -> tuple[dict[str, int], list[str]]:
    """Largest difference to each kernel set over all vectors, and a sentence for each wrong label.

    The vectors hold the int8 model's outputs; this model's are the same plus 128.
    """
    distance: dict[str, int] = {}
    failures, inputs = [], vectors_of(model)
    for vector in vectors:
        fed = entered(vector.get("numbers", ()), inputs)
        if b"".join(part.tobytes() for part in fed).hex() != vector.get("beside", ""):
            failures.append(f"the numbers of {vector['name']} become other bytes")
        output = engine.run(read_bytes(folder / vector["pixels"]).reshape(model.facts["input"]["shape"][1:]), fed)
        expected = {
            kernels: np.frombuffer(bytes.fromhex(text), np.uint8) ^ 0x80
            for kernels, text in vector["outputs"].items()
        }
        for kernels, known in expected.items():
            apart = int(np.abs(known.astype(int) - output).max())
            distance[kernels] = max(distance.get(kernels, 0), apart)
        if model.labels and int(np.argmax(output)) not in {int(np.argmax(known)) for known in expected.values()}:
            failures.append(f"{vector['name']}: the answer is {model.labels[int(np.argmax(output))]}")
    return distance, failures


def read_bytes(path: Path) -> Pixels:
    """The bytes of a file: uint8 [n]."""
    return np.frombuffer(path.read_bytes(), np.uint8)


def as_text(result: dict[str, Any], nearest: int) -> str:
    """The result for people: one line, and one for each failure."""
    equal = result["equal_kernels"]
    same = (
        f"equal to the build's kernels: {', '.join(equal)}"
        if equal
        else f"within {nearest} of 256 of the build's"
    )
    return "\n  ".join(
        [
            f"selftest {result['result']}: {result['runtime']}, {result['contract_cases']} contract cases, "
            f"{result['golden_vectors']} golden vectors, output bytes {same}",
            *result["failures"],
        ]
    )
