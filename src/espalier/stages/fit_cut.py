"""A search's network at any counts, without pruning it for real: how its shapes follow from the counts, and what it takes when
the int8 network itself is cut to them, planned, compiled and run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from ..fit.costs import Piece, byte_pieces, mac_pieces, tile_pieces
from ..fit.shapes import Counts, Probe, Shapes, UnlikeError, cut, learn
from ..graph.simplify import simplify
from ..graph.types import Graph
from ..prune.grouped import Group, Grouped
from ..store import digest
from ..tflite.read import read_tflite
from ..worker.keras_calls import GroupChannels
from ..worker.quantizer_calls import Quantize
from .first_rung import scheme_of, weights_of
from .fit_candidate import Candidate, make_candidate, narrowed
from .fit_goals import Goal
from .fit_measure import Figures, measure_programs
from .job import Job
from .model import GIVEN, FloatModel
from .workshop import Workshop, pack, unpack

PROBE_IMAGES = 8
"""Images that a network is quantized with of which only the shapes are wanted."""


@dataclass(slots=True, kw_only=True)
class State:
    """A search as it goes."""

    shop: Workshop
    job: Job
    given: FloatModel
    groups: tuple[Group, ...]
    goals: tuple[Goal, ...]
    natural: Candidate
    told: Callable[[float, str], None]
    made: dict[Counts, Candidate] = field(default_factory=dict)
    measured: dict[Counts, Figures] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def make(self, counts: Counts) -> Candidate:
        """A real candidate."""
        if counts not in self.made:
            self.made[counts] = make_candidate(self.shop, self.job, self.given, self.groups, counts)
        return self.made[counts]


def group_channels(shop: Workshop, job: Job) -> Grouped:
    def run() -> dict[str, bytes]:
        job.model.load()
        call = GroupChannels(slot=GIVEN, pixels_path=job.calibration.pixels(), contract=job.recipe.input)
        return {"groups": pack(shop.worker("tensorflow").ask(call))}

    key = {**job.model.key, "calibration": job.calibration.digest}
    return unpack(shop.stored("fit/groups", key, run)["groups"], Grouped)


def shapes_of(state: State) -> tuple[Shapes, set[int]]:
    """How the int8 network's shapes follow from the counts; the groups of which that is not known stay as they are."""
    start = state.natural.counts
    base = _plain(state, start)
    probes, fixed = [], set[int]()
    for group, count in enumerate(start):
        counts = (*start[:group], max(1, count // 2), *start[group + 1 :])
        if counts == start:
            fixed.add(group)
            continue
        probe = Probe(counts=counts, graph=_plain(state, counts))
        try:
            learn(base, start, [probe])
        except UnlikeError as problem:
            fixed.add(group)
            state.notes.append(f"channels of {', '.join(state.groups[group].layers)} were left alone: {problem}")
        else:
            probes.append(probe)
        state.told(0.08 + 0.12 * (group + 1) / len(start), "how shapes follow from channels")
    return learn(base, start, probes), fixed


def _plain(state: State, counts: Counts) -> Graph:
    """The int8 network at some counts, of which only the shapes are wanted: not fitted, quantized with a few images."""
    shop, job = state.shop, state.job

    def run() -> dict[str, bytes]:
        model = narrowed(shop, job, state.groups, counts, repair=False)
        path = shop.scratch / "probe.npy"
        pixels = np.load(job.calibration.pixels(), mmap_mode="r")
        np.save(path, np.asarray(pixels[:PROBE_IMAGES]))
        call = Quantize(
            float_model=model.tflite,
            pixels_path=str(path),
            contract=job.recipe.input,
            weights=weights_of(job),
            scheme=scheme_of(job),
            layers=model.layers,
            task=job.asked(state.given),
        )
        return {"int8": shop.worker("quantizer").ask(call).int8_model, "layers": pack(model.layers)}

    key = {
        **job.model.key,
        "calibration": job.calibration.digest,
        "counts": counts,
        "weights": weights_of(job),
        "scheme": scheme_of(job),
        "groups": digest(msgspec.msgpack.encode(state.groups)),
    }
    files = shop.stored("fit/shape", key, run)
    graph = read_tflite(files["int8"], name=job.recipe.name, layers=unpack(files["layers"], dict[str, str]))
    return simplify(graph, removal=False)[0]


def measure_cut(state: State, shapes: Shapes, counts: Counts) -> Figures:
    """What the network takes at some counts, with the first rows of its weights: planned, compiled and run."""
    if counts not in state.measured:
        graph = cut(shapes, counts)
        programs = measure_programs(
            state.shop, state.job, graph, state.natural.ends, {"cut": counts, "of": digest(state.natural.int8_model)}
        )
        natural, start = state.natural.figures, shapes.start
        state.measured[counts] = Figures(
            macs=natural.macs - round(_sum(mac_pieces(shapes), start) - _sum(mac_pieces(shapes), counts)),
            model_bytes=natural.model_bytes - round(_sum(byte_pieces(shapes), start) - _sum(byte_pieces(shapes), counts)),
            programs=programs,
            median_us={name: time * _share(tile_pieces(shapes), counts, start) for name, time in natural.median_us.items()},
        )
    return state.measured[counts]


def _sum(pieces: Sequence[Piece], counts: Counts) -> float:
    return sum(piece.takes(counts) for piece in pieces)


def _share(pieces: Sequence[Piece], counts: Counts, start: Counts) -> float:
    return _sum(pieces, counts) / max(_sum(pieces, start), 1.0)
