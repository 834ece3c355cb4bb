"""Removed channels against silenced ones: for random networks of every architecture and random choices over all families, the
smaller model's answers equal the whole model's with those channels at 0, and free channels go without any change.

    python tests/unit/prune/sweep_masks.py [--masks 200] [--per-net 10] [--seed 1] [--only vit unet] [--corpus] [--prunable]

--masks choices for each architecture, --per-net of them on one network. --corpus: the published architectures of tests/corpus
instead, --per-net choices each. --prunable: instead of masks, how much of the MACs and parameters of one network each can go,
down to one channel a family, and what is left alone and why.

A difference is printed and counted; the last line says how many ran, the exit code is 1 when anything differed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[2] / folder) for folder in ("builders", "corpus")]


def networks(given: argparse.Namespace) -> Iterator[tuple[str, int, Any]]:
    """Name, seed and a function that makes the network, in groups of one name."""
    import keras
    from channel_nets import ARCHITECTURES, make, shaken

    if given.corpus:
        from architectures import NETS

        for name in given.only or NETS:
            yield name, given.seed, lambda name=name: shaken(NETS[name](keras), np.random.default_rng(given.seed))
        return
    for name in given.only or ARCHITECTURES:
        for place in range(-(-given.masks // given.per_net)):
            seed = 1000 * given.seed + place
            yield name, seed, lambda name=name, seed=seed: make(name, seed)


def prunable(given: argparse.Namespace) -> None:
    """A line for each architecture, and one for each reason."""
    from channel_masks import least_kept

    from espalier.prune.flat import flatten
    from espalier.prune.groups import left_alone, trace_groups
    from espalier.prune.narrow import narrow

    for name, builds in itertools.groupby(networks(given), key=lambda found: found[0]):
        model = next(builds)[2]()
        graph = flatten(model)
        groups = trace_groups(graph)
        least = least_kept(groups)
        whole, left = groups.macs(np.ones(groups.count, bool)), groups.macs(least)
        before, after = model.count_params(), narrow(graph, groups, least).count_params()
        print(f"{name:32} {1 - left / max(whole, 1):6.1%} of {whole:,} MACs, {1 - after / before:6.1%} of {before:,} parameters")
        reasons: dict[str, list[str]] = {}
        for row in left_alone(groups):
            reasons.setdefault(row["why"].split(": ")[-1], []).append(row["layer"])
        for why, layers in reasons.items():
            print(f"    {len(layers)} left alone ({layers[0]}{', ...' if len(layers) > 1 else ''}): {why}", flush=True)


def main() -> int:
    """Run; 1 when anything differed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--masks", type=int, default=200)
    parser.add_argument("--per-net", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--prunable", action="store_true")
    given = parser.parse_args()
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    import keras
    from channel_masks import TOLERANCE, free_difference, mask_differences

    keras.utils.disable_interactive_logging()
    if given.prunable:
        prunable(given)
        return 0
    total, free, bad, start = 0, 0, 0, time.monotonic()
    for name, builds in itertools.groupby(networks(given), key=lambda found: found[0]):
        found: list[tuple[float, float]] = []
        for _, seed, build in builds:
            try:
                keras.backend.clear_session()
                masks = mask_differences(build(), seed, given.per_net)
                changed, gone = free_difference(build(), seed)
            except Exception:
                bad += 1
                print(f"{name} {seed}: {traceback.format_exc(limit=-4)}", flush=True)
                continue
            found, free = found + masks, free + gone
            if not (off := max(difference for difference, _ in masks)) <= TOLERANCE:
                bad += 1
                print(f"{name} {seed}: masks differ by {off:.2g}", flush=True)
            if not changed <= TOLERANCE:
                bad += 1
                print(f"{name} {seed}: {gone} free channels change the answers by {changed:.2g}", flush=True)
        total, felt = total + len(found), sum(moved > 100 * TOLERANCE for _, moved in found)
        worst = max((difference for difference, _ in found), default=0.0)
        print(f"{name:16} {len(found):6} masks, {felt} of them change the answers, largest difference {worst:.1e}", flush=True)
    print(f"{total:,} masks, {free:,} free channels, {bad} faults, {time.monotonic() - start:.0f} s")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
