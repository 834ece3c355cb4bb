"""Long runs that count: emitted C against the numpy reference, the planner against its checker.

    python tests/golden/sweep_exact.py planner   --count 1000000
    python tests/golden/sweep_exact.py graphs    --count 10000
    python tests/golden/sweep_exact.py operators --count 100000
    python tests/golden/sweep_exact.py sanitized          every directed case under ASan and UBSan
    python tests/golden/sweep_exact.py cores [--core cortex-m4] [--level=-O2]

A mismatch is printed and counted, it does not end the run. The last line says how many ran; the exit code is 1
when anything differed. Every second convolution and dense layer of `operators`, and every fourth graph, has most of
its weights at zero and leaves them out. Many cases are compiled as one program; each batch runs in a process of its own, so
that a crash costs one batch and is counted as well.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "plan"))
sys.path.insert(0, str(Path(__file__).parents[1] / "differential"))
sys.path.insert(0, str(Path(__file__).parent))
from c_batch import make_batch, native
from core_matrix import LEVELS, differing, every_case, wanted
from file_program import run_sanitized
from graph_cases import random_graph
from pruned_cases import PRUNED_KINDS, forced, pruned
from single_op_cases import random_case
from test_c_against_reference import UNGENERATED, compiled
from test_offsets import random_blocks

from espalier.emit.kernel_table import INT16, LOWERINGS
from espalier.graph import reference
from espalier.graph.types import Array, Graph
from espalier.measure.cross import CORES
from espalier.plan.check import find_overlap
from espalier.plan.offsets import live_bytes, place_blocks

Case = tuple[Graph, list[Array], str]
MODES = ("speed", "ram", "flash", "coded")
ISAS = {"speed": "dsp"}
"""For which instruction set a mode's programs are made; plain C without one. They run on this machine in any case."""
OPERATORS_PER_PROGRAM, GRAPHS_PER_PROGRAM, SETS_PER_LINE = 400, 40, 10_000


@dataclass(frozen=True)
class Tally:
    ran: int = 0
    refused: int = 0
    wrong: tuple[str, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.ran + other.ran, self.refused + other.refused, self.wrong + other.wrong)


def compare(cases: Sequence[Case], optimize: str, flags: Sequence[str]) -> list[str]:
    """Names of the cases whose bytes differ, in the order given."""
    # Layers with zeros leave them out wherever a kernel can.
    with forced(sparse=True):
        batch = make_batch([graph for graph, _, _ in cases], optimize=optimize, isa=ISAS.get(optimize, "portable"))
    wrong = []
    with tempfile.TemporaryDirectory() as folder, native(batch, Path(folder), *flags) as programs:
        for number, (graph, inputs, name) in enumerate(cases):
            try:
                results = programs.run(number, inputs)
            except AssertionError as error:
                wrong.append(f"{name}: {str(error).splitlines()[0] if str(error) else 'status'}")
                continue
            for got, want in zip(results, reference.run(graph, inputs), strict=True):
                if got.tobytes() != np.ascontiguousarray(want).tobytes():
                    wrong.append(f"{name} ({optimize}): {int((got != want).sum())} of {want.size} differ")
    return wrong


def operator_batches(first: int, count: int) -> Iterator[tuple[list[tuple[str, int, str]], str]]:
    """(kind, seed, dtype) of every case: all kinds in turn, one 16-bit case in six."""
    wide, narrow = sorted(set(INT16) - UNGENERATED), sorted(set(LOWERINGS) - UNGENERATED)
    plan = []
    for number in range(first, first + count):
        kinds, dtype = (wide, "int16") if number % 6 == 5 else (narrow, "int8")
        turn = number // 6 if dtype == "int16" else number - number // 6
        plan.append((kinds[turn % len(kinds)], 1_000_000 + turn // len(kinds), dtype))
    for start in range(0, len(plan), OPERATORS_PER_PROGRAM):
        mode = MODES[start // OPERATORS_PER_PROGRAM % len(MODES)]
        yield plan[start : start + OPERATORS_PER_PROGRAM], mode


def run_operators(plan: Sequence[tuple[str, int, str]], mode: str) -> Tally:
    made = []
    for kind, seed, dtype in plan:
        graph, inputs = random_case(kind, seed, dtype)
        zeros = dtype == "int8" and kind in PRUNED_KINDS and seed % 2 == 1
        graph = pruned(graph, seed) if zeros else graph
        made.append((graph, inputs, f"{kind} {dtype} seed {seed}{' pruned' if zeros else ''}"))
    taken = compiled(made)
    return Tally(len(taken), len(made) - len(taken), tuple(compare(taken, mode, ["-O1"])))


def run_graphs(seeds: Sequence[int], mode: str) -> Tally:
    made = []
    for seed in seeds:
        graph, inputs = random_graph(seed)
        made.append((pruned(graph, seed) if seed % 4 == 3 else graph, inputs, f"graph {seed}"))
    taken = compiled(made)
    return Tally(len(taken), len(made) - len(taken), tuple(compare(taken, mode, ["-O0"])))


def apart(function: object, *arguments: object) -> Tally:
    """The tally of one batch, made in a child process."""
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=_report, args=(send, function, arguments))
    child.start()
    send.close()
    try:
        tally: Tally = receive.recv()
    except EOFError:
        child.join()
        tally = Tally(wrong=(f"a batch ended with code {child.exitcode}: {str(arguments)[:200]}",))
    child.join()
    return tally


def _report(send: Connection, function: object, arguments: Sequence[object]) -> None:
    send.send(function(*arguments))  # type: ignore[operator]


def operators(first: int, count: int) -> Iterator[Tally]:
    for plan, mode in operator_batches(first, count):
        yield apart(run_operators, plan, mode)


def graphs(first: int, count: int) -> Iterator[Tally]:
    for number, start in enumerate(range(first, first + count, GRAPHS_PER_PROGRAM)):
        seeds = range(start, min(start + GRAPHS_PER_PROGRAM, first + count))
        yield apart(run_graphs, seeds, MODES[number % len(MODES)])


def planner(first: int, count: int) -> Iterator[Tally]:
    """Lifetime sets: an overlap, or an arena below the live bytes, is a mismatch."""
    far = 0
    for start in range(first, first + count, SETS_PER_LINE):
        chance, wrong = random.Random(start), []
        sets = min(SETS_PER_LINE, first + count - start)
        for number in range(sets):
            blocks = random_blocks(chance)
            offsets, used = place_blocks(blocks)
            bound = max(live_bytes(blocks))
            if find_overlap(blocks, offsets, {}) is not None or used < bound:
                wrong.append(f"set {number} of seed {start}: overlap, or {used} < {bound} bytes")
            far += used > 1.05 * bound
        print(f"more than 5 % above the lower bound so far: {far}", flush=True)
        yield Tally(sets, 0, tuple(wrong))
    if far > 0.05 * count:
        yield Tally(wrong=(f"{far} of {count} sets are more than 5 % above the lower bound",))


def run_sanitizer(first: int, count: int, folder: Path) -> Tally:
    cases, numbers = every_case()[first : first + count], range(first, first + count)
    batch = make_batch([graph for graph, _, _ in cases])
    try:
        results = run_sanitized(batch, [inputs for _, inputs, _ in cases], folder, "-O1")
    except AssertionError as error:
        return Tally(len(cases), 0, (f"cases {first} to {first + count}: {error}",))
    pairs = zip(numbers, cases, results, strict=True)
    return Tally(len(cases), 0, tuple(case[2] for n, case, got in pairs if tuple(got) != wanted(n)))


def sanitized(first: int, count: int) -> Iterator[Tally]:
    last = min(first + count, len(every_case()))
    with tempfile.TemporaryDirectory() as folder:
        for start in range(first, last, OPERATORS_PER_PROGRAM):
            count = min(OPERATORS_PER_PROGRAM, last - start)
            yield apart(run_sanitizer, start, count, Path(folder))


def cores(names: Sequence[str], levels: Sequence[str], every: int) -> Iterator[Tally]:
    """One tally per core and level, printed as a table."""
    numbers = range(0, len(every_case()), every)
    for name in names:
        for level in levels:
            if not CORES[name].unicorn and shutil.which("qemu-system-arm") is None:
                print(f"| {name} | {level} | skipped: qemu-system-arm is not installed |", flush=True)
                continue
            begun, total = time.monotonic(), Tally()
            for ran, wrong in differing(CORES[name], level, numbers):
                total += Tally(ran, 0, tuple(wrong))
            took = time.monotonic() - begun
            print(f"| {name} | {level} | {total.ran} | {len(total.wrong)} | {took:.0f} s |", flush=True)
            yield total


RUNS = {"operators": operators, "graphs": graphs, "planner": planner, "sanitized": sanitized}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", choices=[*sorted(RUNS), "cores"])
    parser.add_argument("--count", type=int, default=10_000, help="cases to generate")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (go on, or repeat)")
    parser.add_argument("--core", choices=sorted(CORES), action="append", help="cores: only this one")
    parser.add_argument("--level", choices=LEVELS, action="append", help="cores: only this level")
    parser.add_argument("--every", type=int, default=1, help="cores: only every so many-th directed case")
    chosen = parser.parse_args()
    total, begun = Tally(), time.monotonic()
    if chosen.run == "cores":
        tallies = cores(chosen.core or list(CORES), chosen.level or LEVELS, chosen.every)
    else:
        tallies = RUNS[chosen.run](chosen.first, chosen.count)
    for tally in tallies:
        total += tally
        for line in tally.wrong:
            print("MISMATCH", line, flush=True)
        seconds = time.monotonic() - begun
        print(
            f"{chosen.run}: {total.ran} ran, {total.refused} refused, {len(total.wrong)} mismatched, "
            f"{seconds:.0f} s",
            flush=True,
        )
    return 1 if total.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
