from __future__ import annotations

import pytest

from espalier.command.verify import TOLERANCE, _verdict


@pytest.mark.parametrize(
    ("kind", "kernels", "difference", "result"),
    [
        ("litert", "reference", 0, "passed"),
        ("litert", "reference", 1, "failed"),
        ("litert", "default", TOLERANCE, "passed"),
        ("litert", "default", TOLERANCE + 1, "failed"),
        ("tflite-runtime", "default", TOLERANCE + 1, "failed"),
        ("tflite-runtime", "reference", TOLERANCE, "passed"),
        ("tflite-runtime", "reference", TOLERANCE + 1, "not run"),
        ("tflite-runtime", "reference", 256, "failed"),
    ],
)
def test_only_kernels_that_a_device_runs_can_fail_a_bundle(
    kind: str, kernels: str, difference: int, result: str
) -> None:
    check = _verdict("golden vectors", kind, kernels, "1", difference)
    assert check.result == result
    assert bool(check.why) == (difference > 0)
