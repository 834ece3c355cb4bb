"""Child processes: everything that touches an untrusted file or a heavy library runs in one of them.

`client.Worker(kind)` starts one; `SIDES` names the module that answers for each kind.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["container", "images", "tensorflow", "legacy", "quantizer", "litert-runtime", "tflite-runtime", "probe"]
"""What a child process is for."""

SIDES: dict[Kind, str] = {
    "container": "espalier.worker.container_side",
    "images": "espalier.worker.images_side",
    "tensorflow": "espalier.worker.tensorflow_side",
    "legacy": "espalier.worker.legacy_side",
    "quantizer": "espalier.worker.quantizer_side",
    "litert-runtime": "espalier.worker.litert_runtime_side",
    "tflite-runtime": "espalier.worker.tflite_runtime_side",
    "probe": "espalier.worker.probe_side",
}
"""Kind -> module with `handlers()`, functions that each answer one call (calls.py), and, if its imports are costly,
`prepare()`."""
