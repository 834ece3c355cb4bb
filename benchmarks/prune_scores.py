"""Which channels to remove without labels: six ways to choose them, at the same counts and with the same repair.

    python benchmarks/prune_scores.py MODEL CALIBRATION EVALUATION [--std 1] [--amounts 0.3 0.5] [--multiple 8] [--resamples 3]

MODEL is a .keras or .h5 classifier, CALIBRATION and EVALUATION are folders of images; no label is read. The build's own
allocation says how many channels each family keeps, so that all networks have equal MACs; each score says which. All are
repaired by least squares on the calibration images, as a build does. Printed for each: how many evaluation images are answered as
by the given model, and what that is worth against the build's own choice, paired, with the 95 % interval. Random choices are the
mean of --resamples draws.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from espalier.contract import prepare
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild
from espalier.pixels import evenly
from espalier.prune.channels import choose_channels
from espalier.prune.constants import find_constants
from espalier.prune.flat import FlatGraph, flatten
from espalier.prune.groups import Groups, trace_groups
from espalier.prune.importance import score_channels
from espalier.prune.least_squares import unrepaired_losses
from espalier.prune.narrow import narrow
from espalier.prune.norms import filter_norms
from espalier.prune.reconstruct import reconstruct
from espalier.recipe import InputContract
from espalier.statistics import drop_of

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
OURS = "what least squares cannot repair (ours)"


def pictures(folder: Path, contract: InputContract, mean: float, std: float) -> NDArray[np.float32]:
    """Normalised images [n, h, w, c], in the order of their paths."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    pixels = [prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path in paths]
    return (np.stack(pixels).astype(np.float32) - mean) / std


def batch_norm_scales(graph: FlatGraph, groups: Groups) -> Scores | None:
    """|gamma| of the batch norms that a component goes through, in parts of each one's mean (Liu et al., "Learning efficient
    convolutional networks through network slimming", 2017); None where a family has none."""
    total, count = np.zeros(groups.count), np.zeros(groups.count)
    for node in graph.nodes:
        if node.kind == "BatchNormalization" and node.name in groups.layouts and node.operation.scale:
            gamma = np.abs(node.operation.gamma.numpy().astype(np.float64))
            component = groups.component[groups.layouts[node.name].outputs]
            np.add.at(total, component, gamma / max(gamma.mean(), 1e-12))
            np.add.at(count, component, 1.0)
    movable = [family for family in groups.families if family.frozen is None and family.producers]
    if not all(count[family.members].all() for family in movable):
        norms = filter_norms(graph, groups)
        if not count.any():
            return None
        return np.where(count > 0, total / np.maximum(count, 1), norms)
    return total / np.maximum(count, 1)


def with_counts(groups: Groups, kept: Mask, scores: Scores, free: Mask) -> Mask:
    """As many components of each family as in `kept`, those of the highest score; what is free goes first."""
    chosen, ranked = kept.copy(), np.where(free, -np.inf, scores)
    for family in groups.families:
        gone = int((~kept[family.members]).sum())
        order = family.members[np.argsort(ranked[family.members], kind="stable")]
        chosen[order[:gone]], chosen[order[gone:]] = False, True
    return chosen


def main() -> None:
    """A table for each amount."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--mean", type=float, default=0.0)
    parser.add_argument("--std", type=float, default=1.0)
    parser.add_argument("--amounts", type=float, nargs="+", default=[0.3, 0.5])
    parser.add_argument("--multiple", type=int, default=8)
    parser.add_argument("--resamples", type=int, default=3)
    given = parser.parse_args()
    model = rebuild(inspect_model(str(given.model)), given.model)
    height, width, channels = model.input_shape[1:]
    contract = InputContract(size=(height, width), color="gray" if channels == 1 else "rgb")
    calibration = pictures(given.calibration, contract, given.mean, given.std)
    images = pictures(given.evaluation, contract, given.mean, given.std)
    calibration = calibration[evenly(len(calibration), 512)]

    def answers(one: Any) -> NDArray[np.int64]:
        parts = [np.asarray(one(images[start : start + 256])) for start in range(0, len(images), 256)]
        return np.concatenate(parts).argmax(axis=1)

    graph = flatten(model)
    groups, wanted = trace_groups(graph), answers(model)
    constants = find_constants(graph, groups)
    whole = groups.macs(np.ones(groups.count, bool))
    scores = dict(_scores(graph, groups, calibration, given.resamples))
    for amount in given.amounts:
        ours = _complete(scores[OURS], scores["output Fisher (Hessian of the logits)"])
        kept, _ = choose_channels(groups, ours, constants.free, amount=amount, multiple=given.multiple)
        print(f"{given.model.name}: {1 - groups.macs(kept) / whole:.1%} of {whole:,} MACs removed, {len(images)} images")
        rows = {}
        for name, score in scores.items():
            chosen = with_counts(groups, kept, _complete(score, ours), constants.free)
            assert groups.macs(chosen) == groups.macs(kept)
            smaller = narrow(graph, groups, chosen, fills=constants.fills)
            raw = answers(smaller) == wanted
            reconstruct(graph, groups, chosen, smaller, calibration)
            rows[name] = raw, answers(smaller) == wanted
        _print(rows)


def _complete(scores: Scores, other: Scores) -> Scores:
    """What a score does not know, by another in its unit."""
    known = ~np.isnan(scores)
    unit = scores[known].sum() / other[known].sum() if known.any() and other[known].sum() > 0 else 1.0
    return np.where(known, scores, other * unit)


def _scores(graph: FlatGraph, groups: Groups, images: NDArray[np.float32], draws: int) -> Iterator[tuple[str, Scores]]:
    yield OURS, unrepaired_losses(graph, groups, images)
    few = images[evenly(len(images), 256)]
    yield "output Fisher (Hessian of the logits)", score_channels(graph, groups, few)
    yield "Taylor", score_channels(graph, groups, few, taylor=True)
    yield "weight norm (L1)", filter_norms(graph, groups)
    scales = batch_norm_scales(graph, groups)
    if scales is not None:
        yield "batch norm scale", scales
    for draw in range(draws):
        yield f"random {draw + 1}", np.random.default_rng(draw).random(groups.count)


def _print(rows: dict[str, tuple[Mask, Mask]]) -> None:
    share: Callable[[Mask], str] = lambda mask: f"{mask.mean():7.2%}"  # noqa: E731
    ours = rows[OURS][1]
    print(f"  {'choice':42} not repaired  repaired  points below ours (95 %)")
    for name, (raw, repaired) in rows.items():
        if name.startswith("random"):
            continue
        drop = drop_of(ours, repaired)
        apart = "" if name == OURS else f"{drop.points:6.2f} ({drop.low:.2f} to {drop.high:.2f})"
        print(f"  {name:42} {share(raw):>12}  {share(repaired):>8}  {apart}")
    drawn = [row for name, row in rows.items() if name.startswith("random")]
    if drawn:
        raw, repaired = (np.mean([row[place].mean() for row in drawn]) for place in (0, 1))
        below = 100 * (ours.mean() - repaired)
        print(f"  {f'random, mean of {len(drawn)}':42} {raw:>12.2%}  {repaired:>8.2%}  {below:6.2f}", flush=True)


if __name__ == "__main__":
    main()
