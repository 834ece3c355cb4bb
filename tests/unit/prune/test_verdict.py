"""The sentence says plainly what was bought."""

from __future__ import annotations

import pytest

from espalier.prune.verdict import verdict
from espalier.row_prune import PruneRow


def row(
    bytes_after: int, gzip_after: int, latency: float | None, macs_after: int = 100, method: str = "x"
) -> PruneRow:
    return PruneRow(
        method=method,
        requested=0.3,
        macs_before=100,
        macs_after=macs_after,
        parameters_before=10,
        parameters_after=5,
        bytes_before=1000,
        bytes_after=bytes_after,
        gzip_before=800,
        gzip_after=gzip_after,
        latency_ratio=latency,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            row(650, 500, 0.77, 60),
            "smaller and faster: MACs −40%, .tflite bytes −35%, gzip −38%, latency −23%",
        ),
        (row(1000, 480, 1.0), "smaller download only: .tflite bytes unchanged, gzip −40%, latency unchanged"),
        (
            row(1000, 800, 1.0),
            "it bought nothing: .tflite bytes unchanged, gzip unchanged, latency unchanged",
        ),
        (row(650, 500, None, 60), "smaller: MACs −40%, .tflite bytes −35%, gzip −38%, latency not measured"),
        (row(650, 500, 0.99), "smaller, but not faster here: .tflite bytes −35%, gzip −38%, latency −1%"),
        (row(990, 795, 0.8), "faster, but not smaller: .tflite bytes −1%, gzip −1%, latency −20%"),
        (
            row(1000, 400, 1.2),
            "slower here, and smaller only as a download: .tflite bytes unchanged, gzip −50%, latency +20%",
        ),
        (row(1000, 800, 1.0, method="none"), "not pruned"),
    ],
)
def test_each_outcome_has_its_words(given: PruneRow, said: str) -> None:
    assert verdict(given) == said


@pytest.mark.parametrize("latency", [None, 0.8, 0.94, 1.0, 1.3])
@pytest.mark.parametrize("bytes_after", [1000, 940])
def test_zeros_of_a_tflite_are_sold_as_download_size_only(bytes_after: int, latency: float | None) -> None:
    """Whatever was measured: no kernel of a .tflite skips zeros."""
    said = verdict(row(bytes_after, 480, latency, method="magnitude"))
    assert said.startswith("smaller download only; ")
    assert "faster" not in said and "slower" not in said and not said.startswith("smaller and")
    assert verdict(row(bytes_after, 800, latency, method="magnitude")).startswith("it bought nothing in the .tflite; ")
