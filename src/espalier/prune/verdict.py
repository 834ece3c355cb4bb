"""What pruning bought, in one plain sentence.

Of single weights that are zero a .tflite has nothing but a shorter download: its kernels store and multiply zeros like all other
weights, so a change of its latency is the measurement's, not theirs. What a microcontroller's program gains by leaving zeros
out, or by a shorter code for them, is counted where it is built (`emit/`) and told per deployment.
"""

from __future__ import annotations

from ..row_prune import PruneRow

NOTICEABLE = 0.03
"""A change of size or latency below this share is called unchanged."""


def verdict(row: PruneRow) -> str:
    """One or two sentences that a newcomer understands; says plainly when pruning bought nothing."""
    if row.method == "none":
        return "not pruned"
    raw, packed = _change(row.bytes_before, row.bytes_after), _change(row.gzip_before, row.gzip_after)
    latency = None if row.latency_ratio is None else row.latency_ratio - 1
    parts = []
    if row.macs_before != row.macs_after:
        parts.append(f"MACs {_signed(_change(row.macs_before, row.macs_after))}")
    parts.append(f".tflite bytes {_signed(raw)}")
    parts.append(f"gzip {_signed(packed)}")
    parts.append("latency not measured" if latency is None else f"latency {_signed(latency)}")
    judged = _of_zeros(packed) if row.method == "magnitude" else _judgement(raw, packed, latency)
    return f"{judged}: {', '.join(parts)}"


def _of_zeros(packed: float) -> str:
    """Only what compresses; never faster or smaller."""
    if packed <= -NOTICEABLE:
        return "smaller download only; in flash and time zeros pay on microcontrollers alone, told per deployment"
    return "it bought nothing in the .tflite; zeros pay on microcontrollers alone, told per deployment"


def _judgement(raw: float, packed: float, latency: float | None) -> str:
    smaller, faster = raw <= -NOTICEABLE, latency is not None and latency <= -NOTICEABLE
    lighter = packed <= -NOTICEABLE
    if latency is not None and latency >= NOTICEABLE:
        return "slower here" + (
            ", but smaller" if smaller else ", and smaller only as a download" if lighter else ""
        )
    if smaller and faster:
        return "smaller and faster"
    if smaller:
        return "smaller" if latency is None else "smaller, but not faster here"
    if faster:
        return "faster, but not smaller"
    return "smaller download only" if lighter else "it bought nothing"


def _change(before: float, after: float) -> float:
    return after / before - 1 if before else 0.0


def _signed(change: float) -> str:
    return "unchanged" if abs(change) < 0.005 else f"{'−' if change < 0 else '+'}{abs(change):.0%}"
