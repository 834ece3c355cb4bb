"""MACs of layers, against counts by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from espalier.load.macs import count_macs


def attributes(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**values)


IMAGE = (1, 8, 8, 6)
QUERY, VALUE = (1, 5, 8), (1, 7, 8)
HEADS = attributes(num_heads=2, key_dim=3, value_dim=4)
ATTENTION = 5 * 8 * 6 + 7 * 8 * 6 + 7 * 8 * 8 + 5 * 8 * 8 + 2 * 5 * 7 * (3 + 4)


@pytest.mark.parametrize(
    ("name", "layer", "inputs", "output", "macs"),
    [
        ("Conv2D", attributes(kernel_size=(3, 3), groups=1), [IMAGE], (1, 8, 8, 4), 64 * 4 * 9 * 6),
        ("Conv2D", attributes(kernel_size=(3, 3), groups=2), [IMAGE], (1, 8, 8, 4), 64 * 4 * 9 * 3),
        ("DepthwiseConv2D", attributes(kernel_size=(3, 3)), [IMAGE], (1, 4, 4, 12), 16 * 12 * 9),
        (
            "SeparableConv2D",
            attributes(kernel_size=(3, 3), depth_multiplier=2),
            [IMAGE],
            (1, 8, 8, 5),
            64 * 12 * 14,
        ),
        ("Conv2DTranspose", attributes(kernel_size=(2, 2)), [IMAGE], (1, 16, 16, 4), 64 * 6 * 4 * 4),
        ("Dense", attributes(), [(1, 10)], (1, 3), 30),
        ("Dense", attributes(), [(1, 7, 10)], (1, 7, 3), 210),
        (
            "EinsumDense",
            attributes(equation="abc,cde->abde", kernel=attributes(shape=(8, 2, 3))),
            [QUERY],
            (1, 5, 2, 3),
            240,
        ),
        (
            "EinsumDense",
            attributes(equation="...x,xy->...y", kernel=attributes(shape=(8, 3))),
            [QUERY],
            (1, 5, 3),
            120,
        ),
        ("MultiHeadAttention", HEADS, [QUERY, VALUE], (1, 5, 8), ATTENTION),
        ("Attention", attributes(), [QUERY, VALUE], (1, 5, 8), 2 * 5 * 8 * 7),
        ("Matmul", attributes(), [(1, 2, 3), (1, 3, 4)], (1, 2, 4), 24),
        ("ReLU", attributes(), [IMAGE], IMAGE, 0),
    ],
)
def test_macs_are_counted_from_shapes(
    name: str, layer: Any, inputs: list[Any], output: Any, macs: int
) -> None:
    assert count_macs(name, layer, inputs, output) == macs
