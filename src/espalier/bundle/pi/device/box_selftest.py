"""`selftest` of a detector: this computer prepares, runs and decodes as the build machine did."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

import numpy as np

from .boxes import Finder
from .model import Engine, Place, load_model
from .problem import DIFFERS, OK, Problem
from .selftest import MOST_DIFFERENCE, as_text, run_vectors, wrong_preparations


def selftest(options: Namespace, place: Place) -> int:
    """Contract cases must be equal byte by byte, the known outputs be decoded to exactly the known boxes, and the network's
    own outputs lie within MOST_DIFFERENCE of the nearest kernel set of the build machine."""
    model = load_model(options.model)
    finder = Finder(model, options.model)
    folder = options.model / "golden"
    engine = Engine(model, options.threads)
    try:
        known = json.loads((folder / "golden.json").read_text("utf-8"))
        failures = wrong_preparations(folder, known["cases"], model)
        boxes, wrong = wrong_boxes(known["vectors"], finder)
        failures += wrong
        distance, _ = run_vectors(folder, known["vectors"], model._replace(labels=()), engine)
    except (OSError, ValueError, KeyError) as problem:
        raise Problem(f"the golden vectors cannot be read ({problem}); next: reinstall the package") from None
    nearest = min(distance.values(), default=0)
    if nearest > MOST_DIFFERENCE:
        failures.append(f"outputs differ by up to {nearest} of 256; at most {MOST_DIFFERENCE} is rounding")
    result = {
        "result": "failed" if failures else "passed",
        "runtime": f"{engine.runtime.name} {engine.runtime.version}",
        "contract_cases": len(known["cases"]),
        "golden_vectors": len(known["vectors"]),
        "boxes": boxes,
        "equal_kernels": sorted(kernels for kernels, apart in distance.items() if apart == 0),
        "largest_difference": distance,
        "failures": failures,
    }
    print(json.dumps(result) if options.json else f"{as_text(result, nearest)}\n  {boxes} known boxes decoded again")
    return DIFFERS if failures else OK


def wrong_boxes(vectors: list[dict[str, Any]], finder: Finder) -> tuple[int, list[str]]:
    """How many boxes the known outputs have, and a sentence for each that is decoded to others."""
    count, failures = 0, []
    for vector in vectors:
        for kernels, text in sorted(vector["outputs"].items()):
            known = vector.get("boxes", {}).get(kernels, [])
            count += len(known)
            if finder.decoded((np.frombuffer(bytes.fromhex(text), np.uint8) ^ 0x80).astype(np.uint8)) != known:
                failures.append(f"{vector['name']}, {kernels}: other boxes than the build's")
    return count, failures


