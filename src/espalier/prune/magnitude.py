"""Single weights set to zero: which ones (LAMP scores over all layers, or 2 of 4), at once or along a
schedule.

On phones and cameras it makes nothing smaller or faster by itself: the file compresses better, that is all (gzip 79 ->
38 KB at 75 % on ResNet8, latency unchanged). `verdict` says so. Microcontroller programs leave the zeros out
(docs/sparse-weights.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..errors import RecipeError, VerificationError
from ..load.keras_objects import Model, Variable
from .flat import copy_model, flatten
from .training_set import Sparsity

Masks = dict[str, NDArray[np.bool_]]

SMALLEST_LAYER = 1_000
"""Layers with fewer weights are left dense: nothing to gain, much to lose."""

SCHEDULE_POWER = 3
SCHEDULE_END = 0.6
SCHEDULE_EVERY = 8
"""Polynomial schedule (Zhu & Gupta 2017): the final sparsity is reached after this share of the steps."""


def prune_magnitude(model: Model, sparsity: Sparsity, *, at_once: bool = True) -> tuple[Model, dict[str, Any]]:
    """A copy of the model with small weights at zero, and the account.

    With `at_once=False` the copy stays dense, to be pruned along a schedule by `fine_tune(...,
    sparsity=...)`. Account keys: macs are unchanged; parameters_before/after, sparsity, layers [{name,
    weights, zeros}], left_alone. Raises RecipeError when no layer can be pruned or the amount is not below
    1, VerificationError when a zero is lost.
    """
    if not 0 <= sparsity.amount < 1:
        raise RecipeError(f"cannot set {sparsity.amount:g} of the weights to zero", supported="0 up to 0.95")
    copy = copy_model(model)
    kernels, left = prunable_kernels(copy)
    if not kernels:
        raise RecipeError(
            "no layer of this model can be pruned by magnitude",
            supported=f"inner convolutions and dense layers with {SMALLEST_LAYER} weights or more",
            next_step='use method = "channels" or "none"',
        )
    if at_once:
        masks = choose_masks({name: k.numpy() for name, k in kernels.items()}, sparsity)
        apply_masks(kernels, masks)
        if any(bool(np.any(kernels[name].numpy()[~mask])) for name, mask in masks.items()):
            raise VerificationError("weights that were pruned to zero are not zero")
    return copy, {**_account(copy, sparsity), "left_alone": left}


def _account(model: Model, sparsity: Sparsity) -> dict[str, Any]:
    parameters = int(model.count_params())
    return {
        "method": "magnitude",
        "requested": sparsity.amount if sparsity.pattern == "free" else 0.5,
        "pattern": sparsity.pattern,
        "parameters_before": parameters,
        "parameters_after": parameters,
        **count_zeros(model),
    }


def count_zeros(model: Model) -> dict[str, Any]:
    """Exact zeros in the prunable layers: {"sparsity": share, "zeros": n, "layers": [{name, weights,
    zeros}]}.
    """
    kernels, _ = prunable_kernels(model)
    rows: list[dict[str, Any]] = []
    for name, kernel in kernels.items():
        values = kernel.numpy()
        rows.append({"name": name, "weights": int(values.size), "zeros": int((values == 0).sum())})
    weights, zeros = sum(row["weights"] for row in rows), sum(row["zeros"] for row in rows)
    return {"sparsity": zeros / max(weights, 1), "zeros": zeros, "layers": rows}


def prunable_kernels(model: Model) -> tuple[dict[str, Variable], list[dict[str, str]]]:
    """Layer name -> kernel variable, and the layers with kernels that stay dense, each with the reason.

    Pruned are convolutions and dense layers with SMALLEST_LAYER weights or more; the first, the last and
    depthwise layers stay dense.
    """
    nodes = [node for node in flatten(model).nodes if node.kind in _KERNELS]
    kernels: dict[str, Variable] = {}
    left: list[dict[str, str]] = []
    for index, node in enumerate(nodes):
        why = ""
        if not _KERNELS[node.kind]:
            why = "depthwise"
        elif index == 0 or index == len(nodes) - 1:
            why = "the first layer" if index == 0 else "the last layer"
        elif math.prod(getattr(node.operation, _KERNELS[node.kind]).shape) < SMALLEST_LAYER:
            why = f"fewer than {SMALLEST_LAYER} weights"
        if why:
            left.append({"layer": node.name, "why": why})
        else:
            kernels[node.name] = getattr(node.operation, _KERNELS[node.kind])
    return kernels, left


_KERNELS: dict[str, str] = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv1DTranspose", "Conv2DTranspose", "Dense"), "kernel"),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), "pointwise_kernel"),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ""),
}
"""Class name -> the attribute that holds the kernel to prune; empty: never pruned."""


def choose_masks(weights: Mapping[str, NDArray[np.float32]], sparsity: Sparsity) -> Masks:
    """Which weights stay, per layer: exactly round(amount * n) go in total, or two of every four inputs
    (2:4).
    """
    if sparsity.pattern == "2:4":
        return {name: two_of_four(kernel) for name, kernel in weights.items()}
    scores = {name: lamp_scores(kernel) for name, kernel in weights.items()}
    flat = np.concatenate([scores[name].ravel() for name in scores])
    keep = np.ones(flat.size, bool)
    keep[np.argsort(flat, kind="stable")[: round(sparsity.amount * flat.size)]] = False
    parts = np.split(keep, np.cumsum([score.size for score in scores.values()])[:-1])
    return {name: part.reshape(weights[name].shape) for name, part in zip(scores, parts, strict=True)}


def lamp_scores(kernel: NDArray[np.float32]) -> NDArray[np.float64]:
    """w^2 / (sum of all w^2 that are not smaller), per layer: Lee et al., "Layer-adaptive sparsity for the
    magnitude-based pruning" (ICLR 2021). Comparable between layers; the largest weight of a layer scores 1.
    """
    squares = np.square(kernel.astype(np.float64)).ravel()
    order = np.argsort(squares, kind="stable")
    suffix = np.cumsum(squares[order][::-1])[::-1]
    scores = np.empty_like(squares)
    scores[order] = squares[order] / np.maximum(suffix, 1e-300)
    return scores.reshape(kernel.shape)


def two_of_four(kernel: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The two largest of every four neighbours along the input axis (second to last) stay; a rest under four
    stays.
    """
    moved = np.moveaxis(np.abs(kernel), -2, -1)
    whole = moved.shape[-1] // 4 * 4
    blocks = moved[..., :whole].reshape(*moved.shape[:-1], whole // 4, 4)
    ranks = np.argsort(np.argsort(-blocks, axis=-1, kind="stable"), axis=-1, kind="stable")
    keep = np.ones(moved.shape, bool)
    keep[..., :whole] = (ranks < 2).reshape(*moved.shape[:-1], whole)
    return np.moveaxis(keep, -1, -2)


def apply_masks(kernels: Mapping[str, Variable], masks: Masks) -> None:
    """Set the masked weights to exactly 0."""
    for name, mask in masks.items():
        kernels[name].assign(np.where(mask, kernels[name].numpy(), np.float32(0)))


def scheduled(amount: float, step: int, end: int) -> float:
    """Share of zeros after `step` steps: rises along a cubic curve to `amount` at `end`."""
    return float(amount * (1 - (1 - min(step / max(end, 1), 1.0)) ** SCHEDULE_POWER))


class SparsityMask:
    """Keeps a model sparse while it is trained: call `apply` after every step."""

    def __init__(self, model: Model, sparsity: Sparsity, steps: int) -> None:
        self.model, self.sparsity = model, sparsity
        self.kernels, _ = prunable_kernels(model)
        self.end = max(1, round(SCHEDULE_END * steps))
        self.masks: Masks = {}
        self.finished = False

    def apply(self, step: int) -> None:
        """Renew the masks every SCHEDULE_EVERY steps until the schedule's end, then hold them."""
        if not self.finished and (step % SCHEDULE_EVERY == 0 or step >= self.end):
            now = Sparsity(
                amount=scheduled(self.sparsity.amount, step, self.end), pattern=self.sparsity.pattern
            )
            self.masks = choose_masks({name: k.numpy() for name, k in self.kernels.items()}, now)
            self.finished = step >= self.end
            self._constants = {
                name: keras.ops.convert_to_tensor(mask.astype(np.float32))
                for name, mask in self.masks.items()
            }
        for name in self.masks:
            self.kernels[name].assign(self.kernels[name] * self._constants[name])

    def holds(self) -> bool:
        """True when every masked weight is exactly 0 (and the schedule has come to its end)."""
        return self.finished and all(
            not bool(np.any(self.kernels[name].numpy()[~mask])) for name, mask in self.masks.items()
        )

    def report(self) -> dict[str, Any]:
        """See `count_zeros`."""
        return count_zeros(self.model)
