"""How long the stages of a first build will take, from what the model costs: only for the time left that is shown."""

from __future__ import annotations

SECONDS_PER_MAC = {"quantize": 1e-10, "evaluate": 7e-11}
"""For each image; measured on a ResNet50 and a MobileNetV2 at 224 on two cores: calibration with its corrections, and
the float and the int8 model over the evaluation images."""

FIXED_SECONDS = {"quantize": 2.0, "evaluate": 3.0}


def expected_seconds(macs: int, *, calibration: int, evaluation: int) -> dict[str, float]:
    """Seconds of the stages that run the model over images."""
    images = {"quantize": calibration, "evaluate": evaluation}
    return {
        stage: FIXED_SECONDS[stage] + SECONDS_PER_MAC[stage] * macs * count for stage, count in images.items()
    }
