"""What a network takes: planned, compiled and run on the emulated core, as the build does it with the one that it keeps."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from ..detector import Detector
from ..emit.selftest import GoldenCase
from ..errors import UnsupportedModelError
from ..facts import Decision, TensorFacts
from ..graph import reference
from ..graph.types import Graph
from ..recipe import Deploy
from ..store import digest
from ..target import Target
from ..task.kinds import kind_of
from ..task.types import Head
from ..worker.runtime_calls import Benchmark
from .compile import compile_graph, core_of, flash_limit, ram_limit
from .emulate import can_emulate, run_emulated
from .fit_goals import Goal, times_of
from .job import Job
from .latency import RUNTIMES
from .model import FloatModel
from .workshop import Workshop, pack, unpack


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled program's figures; None what no emulator counts. `layers`: instructions by operator and layer."""

    arena_bytes: int
    flash_bytes: int | None = None
    code_bytes: int | None = None
    instructions: int | None = None
    estimate_us: float | None = None
    layers: dict[str, int] = {}


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a network takes; `programs` by target."""

    macs: int
    model_bytes: int
    programs: dict[str, Program] = {}
    median_us: dict[str, float] = {}
    """Of one inference on this machine, by runtime, where that is limited."""

    def taken(self, goal: Goal) -> float:
        """What it takes of a goal."""
        if goal.measure == "macs":
            return self.macs
        if goal.measure == "model-bytes":
            return self.model_bytes
        if goal.measure == "latency":
            return self.median_us[goal.name.rpartition(".")[2]]
        program = self.programs[goal.target]
        found = {
            "arena": program.arena_bytes,
            "flash": program.flash_bytes,
            "instructions": program.instructions,
            "estimate": program.estimate_us,
        }[goal.measure]
        return float("inf") if found is None else found

    def meets(self, goals: Sequence[Goal]) -> bool:
        """Whether every goal holds."""
        return all(self.taken(goal) <= goal.aim for goal in goals)


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """What a program does with a network's outputs: part of what it takes."""

    decision: Decision | None
    detector: Detector | None

    @classmethod
    def of(cls, job: Job, model: FloatModel, heads: tuple[TensorFacts, ...]) -> Ends:
        task = job.task_of([Head(name=head.name, shape=head.shape[1:]) for head in heads])
        decision = kind_of(task).decision(task, heads, job.recipe.decision.threshold)
        return cls(decision=decision, detector=job.detector(model, heads))


def compiled_targets(job: Job) -> dict[str, tuple[Deploy, Target]]:
    """The microcontrollers that run compiled C."""
    pairs = zip(job.recipe.deploy, job.targets, strict=True)
    return {t.name: (d, t) for d, t in pairs if t.bundle == "firmware" and d.runtime != "tflm"}


def emulated_targets(job: Job) -> list[str]:
    """Those of them whose core is emulated here."""
    return [name for name, (_, target) in compiled_targets(job).items() if can_emulate(target)]


def measure_programs(
    shop: Workshop, job: Job, graph: Graph, ends: Ends, key: Mapping[str, object], whole: Graph | None = None
) -> dict[str, Program]:
    """The programs of a network, one for each microcontroller that runs it as compiled C; stored under `key`, which tells the
    network.

    `whole`: the network before channels that cannot matter were removed, where any were. Raises UnsupportedModelError where
    the recipe asks for compiled C and an operator has no kernel.
    """
    found = {}
    for name, (deploy, target) in compiled_targets(job).items():
        limits = ram_limit(job, deploy, target), flash_limit(deploy, target)
        inputs = {
            **key,
            "core": msgspec.to_builtins(target.compiler),
            "clock": target.number("clock-hz"),
            "optimize": deploy.optimize,
            "limits": [str(limit) for limit in limits],
            "ends": msgspec.to_builtins(ends),
            "name": job.recipe.name,
            "emulated": can_emulate(target),
        }

        def run(deploy: Deploy = deploy, target: Target = target, limits: tuple[float, float] = limits) -> dict[str, bytes]:
            return {"program": pack(_measure(job, graph, ends, whole, deploy, target, limits))}

        try:
            found[name] = unpack(shop.stored(f"fit/program/{name}", inputs, run)["program"], Program)
        except UnsupportedModelError:
            if deploy.runtime == "c":
                raise  # The recipe asks for it; else the build packs TFLite Micro, and says so.
    return found


def machine_of(job: Job) -> list[object]:
    """This machine, where a time on it is limited."""
    from ..measure.benchmark import cpu_name

    return [cpu_name(), os.cpu_count()] if times_of(job.recipe) else []


def measure_times(shop: Workshop, job: Job, int8: bytes) -> dict[str, float]:
    """Median microseconds of an int8 file here, on each runtime whose time is limited, 1 thread; stored per machine."""
    from ..measure.benchmark import cpu_name

    found = {}
    for runtime in times_of(job.recipe):

        def run(runtime: str = runtime) -> dict[str, bytes]:
            call = Benchmark(model=int8, variant="int8")
            return {"median": pack(shop.worker(RUNTIMES[runtime], "time-fit").ask(call).row.median_us)}

        key = {"int8": digest(int8), "runtime": runtime, "machine": [cpu_name(), os.cpu_count()]}
        found[runtime] = unpack(shop.stored("fit/time", key, run)["median"], float)
    return found


def _measure(
    job: Job,
    graph: Graph,
    ends: Ends,
    whole: Graph | None,
    deploy: Deploy,
    target: Target,
    limits: tuple[float, float],
) -> Program:
    case = known_answer(graph)
    compiled = compile_graph(
        graph,
        name=job.recipe.name,
        target=target,
        optimize=deploy.optimize,
        ram_limit=limits[0],
        flash_limit=limits[1],
        whole=whole,
        answers=(case,),
        decision=ends.decision,
        detector=ends.detector,
        labels=job.labels() if ends.detector else (),
    )
    if core_of(target) is None or not can_emulate(target):
        return Program(arena_bytes=compiled.arena_bytes)
    from ..graph.simplify import simplify

    row = run_emulated(simplify(graph)[0], job.recipe.name, deploy.optimize, target, compiled).row
    if row is None:
        return Program(arena_bytes=compiled.arena_bytes)
    estimate = row["estimate"]
    return Program(
        arena_bytes=compiled.arena_bytes,
        flash_bytes=row["code_bytes"] + row["weights_bytes"],
        code_bytes=row["code_bytes"],
        instructions=row["instructions"],
        estimate_us=1e3 * estimate["milliseconds"][1] if estimate else None,
        layers={layer["name"]: layer["instructions"] for layer in row["layers"]},
    )


def known_answer(graph: Graph, seed: int = 1) -> GoldenCase:
    """What the network answers to noise, in the numpy reference."""
    random = np.random.default_rng(seed)
    images = [random.integers(-128, 128, graph.tensors[i].shape).astype(np.int8) for i in graph.inputs]
    answer = [np.ascontiguousarray(head).tobytes() for head in reference.run(graph, images)]
    return GoldenCase(input=b"".join(image.tobytes() for image in images), output=b"".join(answer))
