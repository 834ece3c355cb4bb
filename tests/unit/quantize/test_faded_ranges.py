from __future__ import annotations

from espalier.graph.rules import SMALLEST_CLAMPED_SCALE
from espalier.quantizer.ranges import representable


def test_activations_that_fade_out_get_a_scale_that_every_kernel_can_hold() -> None:
    for low, high in ((0.0, 1e-12), (-1e-9, 1e-9), (-1e-7, 0.0)):
        assert (representable(low, high) - low) / 255 > 8 * SMALLEST_CLAMPED_SCALE


def test_ordinary_ranges_stay_as_they_were_and_zeros_get_an_ordinary_one() -> None:
    assert representable(-1.0, 2.5) == 2.5
    assert representable(0.0, 0.001) == 0.001
    assert representable(0.0, 0.0) == 1.0
