"""What the program on a device knows of its model."""

from __future__ import annotations

import hashlib
from typing import Final

from ..facts import BundleSource, TensorFacts
from . import golden
from .debian_answers import decided, names, painted_facts
from .debian_boxes import detector_facts
from .debian_numbers import beside_facts
from .pi_consumers import MODEL_FILE
from .pi_runtimes import RUNTIMES

MODEL_JSON_FORMAT: Final = "espalier-device-model/1"


def model_json(source: BundleSource) -> bytes:
    """model.json: what the program on the device knows of the model."""
    return golden.canonical_json(model_facts(source))


def model_facts(source: BundleSource) -> dict[str, object]:
    """What model.json says. Zero points are the uint8 model's."""
    contract = source.contract
    return {
        "format": MODEL_JSON_FORMAT,
        "name": source.recipe.name,
        "version": source.recipe.version,
        "target": source.target.name,
        "file": MODEL_FILE,
        "sha256": hashlib.sha256(source.uint8_model).hexdigest(),
        "contract": {
            "size": list(contract.size),
            "color": contract.color,
            "resize": contract.resize,
            "fit": contract.fit,
            **({"bands": contract.bands} if contract.color == "bands" else {}),
            **({"smooth": contract.smooth, "balance": contract.balance} if contract.retouches else {}),
        },
        "input": _tensor(source.input.shape, source.input.scale, source.input.zero_point),
        "output": _tensor(source.output.shape, source.output.scale, source.output.zero_point),
        **({} if names(source) and not source.detector else {"heads": [head_facts(head) for head in source.heads]}),
        **({"beside": beside_facts(source)} if source.numbers else {}),
        **detector_facts(source),
        **painted_facts(source),
        **decided(source),
        **({"numbers": list(source.recipe.regress.names)} if source.recipe.regress and source.recipe.regress.names else {}),
        "labels": list(names(source)),
        "threshold": source.recipe.decision.threshold,
        "runtime_floor": source.runtime_floor,
        "runtimes": [
            {
                "architecture": row.architecture,
                "python": list(row.python),
                "runtime": row.runtime,
                "file": row.file,
            }
            for row in RUNTIMES.values()
        ],
    }


def head_facts(head: TensorFacts) -> dict[str, object]:
    """An output as model.json says it."""
    return {"name": head.name, **_tensor(head.shape, head.scale, head.zero_point)}


def _tensor(shape: tuple[int, ...], scale: float, zero_point: int) -> dict[str, object]:
    return {"shape": list(shape), "dtype": "uint8", "scale": scale, "zero_point": zero_point + 128}
