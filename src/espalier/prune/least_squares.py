"""What each channel is worth that the others cannot make up for: the loss that is left when the layers that read it are
fitted again without it.

A layer reads rows x (centred) with moments H = E[x x'] and answers W' x. Without the rows S of a channel, its best other
weights leave the error sum_m w_S' (H^-1_SS)^-1 w_S (Hassibi & Stork, "Second order derivatives for network pruning: optimal
brain surgeon", 1993, for blocks: a Schur complement of H); what remains has H^-1 less its part through S. Removing the least
such channel again and again gives nested orders: one pass serves every budget.

Errors of different layers are in one unit, the expected squared change of the logits: each output of a layer counts as much
as the logits move with it (mean over images of the squared gradient, summed over positions; random signs for the logits as
in `importance.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..load.keras_objects import Tensor
from ..pixels import evenly
from .flat import FlatGraph, Node, inputs_of, run
from .groups import Family, Groups
from .importance import MIXING, joined, node_output
from .reconstruct import FEATURES, PATCH_VALUES, images_that_fit, patches

Images = NDArray[np.float32]
Matrix = NDArray[np.float64]

FITTED = ("Conv2D", "Dense")
"""Layers that are fitted again (`reconstruct.py`)."""

ROWS = (4_096, 8, 16_384)
"""Positions of all images that a layer's moments are taken from: as many for each of its features, at least, at most."""

STRENGTH = 1e-3
"""Ridge, in parts of the mean moment."""

STEPS = 128
"""Removals of a family, at most: of a wide one several channels go at a time."""


@dataclass(frozen=True, slots=True)
class _Moments:
    """What a layer reads: `whole` [features, features], None for a layer that is not fitted again; `blocks` [channels, r, r],
    of the places of a kernel in one input channel; and its kernel, [features, outputs]."""

    whole: Matrix | None
    blocks: Matrix
    kernel: Matrix


@dataclass(slots=True)
class _Reader:
    """A layer that reads channels of a family: H^-1, its weights scaled to logits, and for each channel its rows; without a
    refit instead of H^-1 what each channel costs as it is."""

    inverse: Matrix | None
    weights: Matrix
    rows: NDArray[np.int64]
    fixed: NDArray[np.float64]

    def loss(self) -> NDArray[np.float64]:
        """What removing each channel costs, [channels]."""
        if self.inverse is None:
            return self.fixed
        weights = self.weights[self.rows]
        blocks = self.inverse[self.rows[:, :, None], self.rows[:, None, :]]
        loss: NDArray[np.float64] = np.einsum("crm,crm->c", weights, np.linalg.solve(blocks, weights))
        return loss

    def remove(self, gone: NDArray[np.int64]) -> None:
        """Fit without these channels (places in `rows`), which leave `rows`."""
        self.fixed = np.delete(self.fixed, gone)
        out = self.rows[gone].reshape(-1)
        self.rows = np.delete(self.rows, gone, axis=0)
        if self.inverse is None:
            return
        across = self.inverse[:, out].copy()
        found = np.linalg.solve(across[out], np.hstack([across.T, self.weights[out]]))
        self.inverse -= across @ found[:, : len(self.inverse)]
        self.weights -= across @ found[:, len(self.inverse) :]


def unrepaired_losses(graph: FlatGraph, groups: Groups, images: Images, *, seed: int = 0) -> NDArray[np.float64]:
    """What removing each component leaves after a refit, float64 [groups.count], rising in the order in which they should
    go; nan where it is not known: a family that other layers read than convolutions and dense ones.

    `images`: calibration images, normalised, float32 [n, h, w, c].
    """
    moments = _moments(graph, images[evenly(len(images), images_that_fit(graph, 256))], seed)
    felt = _felt(graph, images[evenly(len(images), 128)], set(moments), seed)
    mixing = {node.name for node in graph.nodes if node.kind in MIXING}
    losses = np.full(groups.count, np.nan)
    for family in groups.families:
        movable = family.frozen is None and family.producers
        readers = _readers(groups, family, mixing, moments, felt) if movable else []
        if readers:
            losses[family.members] = _nested(readers, len(family.members))
    return losses


def _nested(readers: list[_Reader], count: int) -> NDArray[np.float64]:
    """The loss of each of `count` channels when it goes, never less than of those before it."""
    left, losses, highest = np.arange(count), np.zeros(count), 0.0
    step = -(-count // STEPS)
    while len(left):
        loss = sum((reader.loss() for reader in readers), np.zeros(len(left)))
        gone = np.argsort(loss, kind="stable")[:step]
        for place in gone:
            highest = max(np.nextafter(highest, np.inf), float(loss[place]))
            losses[left[place]] = highest
        left = np.delete(left, gone)
        if len(left):
            for reader in readers:
                reader.remove(gone)
    return losses


def _readers(
    groups: Groups,
    family: Family,
    mixing: set[str],
    moments: Mapping[str, _Moments],
    felt: Mapping[str, Matrix],
) -> list[_Reader]:
    """Every layer that mixes the family's channels; none where one of them was not measured."""
    readers = []
    for name, layout in groups.layouts.items():
        component = groups.component[layout.inputs]
        if name not in mixing or not np.isin(family.members, component).any():
            continue
        if name not in moments or not np.isin(family.members, component).all():
            return []
        known = moments[name]
        order = np.argsort(component, kind="stable")
        places = [order[slice(*np.searchsorted(component[order], [member, member + 1]))] for member in family.members]
        each, repeats = {len(place) for place in places}, known.blocks.shape[1]
        if len(each) != 1:
            return []
        weights = known.kernel * np.sqrt(felt[name])
        rows = np.stack(places)[:, None, :] + len(component) * np.arange(repeats)[None, :, None]
        by_channel = weights.reshape(repeats, len(component), -1)
        alone = np.einsum("rcm,crs,scm->c", by_channel, known.blocks, by_channel, optimize=True)
        readers.append(
            _Reader(
                inverse=None if known.whole is None else np.linalg.inv(known.whole),
                weights=weights,
                rows=rows.reshape(len(places), -1),
                fixed=np.array([alone[place].sum() for place in places]),
            )
        )
    return readers


def _moments(graph: FlatGraph, images: Images, seed: int) -> dict[str, _Moments]:
    """What each layer that is fitted, or could be, reads."""
    found: dict[str, _Moments] = {}
    random, wide = np.random.default_rng(seed), set[str]()

    def call(node: Node, values: list[Tensor]) -> list[Tensor]:
        layer = node.operation
        if node.name in found:
            found.pop(node.name)  # A shared layer reads different things.
            wide.add(node.name)
        elif node.kind in FITTED and node.name not in wide and getattr(layer, "groups", 1) == 1:
            features = int(np.prod(layer.kernel.shape[:-1]))
            most = min(int(np.clip(ROWS[1] * features, ROWS[0], ROWS[2])), PATCH_VALUES // features)
            rows = tf.reshape(patches(layer, values[0]), [-1, features])
            if len(rows) > most:
                rows = tf.gather(rows, np.sort(random.choice(len(rows), most, replace=False)))
            kernel = layer.kernel.numpy().reshape(features, -1).astype(np.float64)
            found[node.name] = _measured(rows.numpy(), kernel, int(layer.kernel.shape[-2]))
        return node.call(layer, values)

    run(graph, inputs_of(graph, images), call=call)
    return found


def _measured(rows: NDArray[np.float32], kernel: Matrix, channels: int) -> _Moments:
    centred = (rows - rows.mean(axis=0, dtype=np.float64)).astype(np.float32)
    features = centred.shape[1]
    if features <= FEATURES and len(rows) >= 2 * features:
        whole = (centred.T @ centred).astype(np.float64) / len(rows)
        grid = whole.reshape(features // channels, channels, features // channels, channels)
        blocks = np.ascontiguousarray(np.einsum("rcsc->crs", grid))
        whole[np.diag_indices_from(whole)] += STRENGTH * np.trace(whole) / len(whole) + 1e-9
        return _Moments(whole=whole, blocks=blocks, kernel=kernel)
    by_channel = np.ascontiguousarray(centred.reshape(len(rows), -1, channels).transpose(2, 1, 0))
    blocks = (by_channel @ by_channel.transpose(0, 2, 1)).astype(np.float64) / len(rows)
    return _Moments(whole=None, blocks=blocks, kernel=kernel)


def _felt(graph: FlatGraph, images: Images, layers: set[str], seed: int, batch: int = 32) -> dict[str, Matrix]:
    """Layer -> how much the logits move with each of its outputs, float64 [outputs]."""
    last = {id(node) for node in graph.nodes if set(node.outputs) & set(graph.outputs)}
    ends = last if len(graph.outputs) > 1 else {id(graph.nodes[-1])}
    names = [node.name for node in graph.nodes if node.name in layers]
    width = sum(int(np.prod([side or 1 for side in graph.shapes[head][1:]])) for head in graph.outputs)

    @tf.function(reduce_retracing=True, autograph=False)  # type: ignore[untyped-decorator]
    def squares(fed: list[Tensor], signs: Tensor) -> list[Tensor]:
        found: list[Tensor] = []
        with tf.GradientTape() as tape:
            tape.watch(fed)

            def call(node: Node, values: list[Tensor]) -> list[Tensor]:
                answer = [node_output(node, values)] if id(node) in ends else node.call(node.operation, values)
                if node.name in layers:
                    found.append(answer[0])
                return answer

            logits = joined(run(graph, fed, call=call))
            projected = tf.reduce_sum(tf.reshape(logits, tf.shape(signs)) * signs)
        gradients = tape.gradient(projected, found, unconnected_gradients="zero")
        return [tf.reduce_sum(tf.square(g), axis=list(range(len(g.shape) - 1))) for g in gradients]

    random, total = np.random.default_rng(seed), {name: np.zeros(()) for name in names}
    for start in range(0, len(images), batch):
        part = images[start : start + batch]
        signs = random.choice(np.array([-1.0, 1.0], np.float32), (len(part), width))
        for name, value in zip(names, squares(inputs_of(graph, part), tf.constant(signs)), strict=True):
            total[name] = total[name] + value.numpy().astype(np.float64)
    return {name: np.asarray(value) / len(images) for name, value in total.items()}
