"""What pruning bought: its row in the report."""

from __future__ import annotations

import msgspec

from .fit_rows import FitRow
from .row_parts import DenseTwin, DistilledEpoch, Epoch, LeftAlone, PrunedLayer, RepairStep


class PruneRow(msgspec.Struct, frozen=True, kw_only=True):
    """What pruning bought. `latency_ratio`: pruned int8 / unpruned int8, one interleaved run; None if not measured."""

    method: str
    """As the recipe names it."""
    requested: float
    """The recipe's amount."""
    macs_before: int
    macs_after: int
    parameters_before: int
    parameters_after: int
    bytes_before: int
    bytes_after: int
    """Of the int8 .tflite, and compressed with gzip below."""
    gzip_before: int
    gzip_after: int
    latency_ratio: float | None = None
    sparsity: float | None = None
    """Share of the prunable weights that are zero."""
    verdict: str = ""
    """Whether it was worth it, in words."""
    layers: tuple[PrunedLayer, ...] = ()
    history: tuple[Epoch, ...] = ()
    """Of fine-tuning."""
    distilled: tuple[DistilledEpoch, ...] = ()
    """Of distillation."""
    repair: tuple[RepairStep, ...] = ()
    """What each step bought, where it was measured (with distillation)."""
    dense: DenseTwin | None = None
    """The given network trained the same way; none where no training would change it, or it is switched off."""
    left_alone: tuple[LeftAlone, ...] = ()
    """Layers that were not pruned."""
    notes: tuple[str, ...] = ()
    """What could not be pruned as wished."""
    fit: FitRow | None = None
    """Of method fit: budgets, front, what each step brought."""
