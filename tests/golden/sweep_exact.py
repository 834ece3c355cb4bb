"""Long runs that count: emitted C against the numpy reference, the planner against its checker.

    python tests/golden/sweep_exact.py planner   --count 1000000
    python tests/golden/sweep_exact.py graphs    --count 10000
    python tests/golden/sweep_exact.py operators --count 100000
    python tests/golden/sweep_exact.py sanitized          every directed case under ASan and UBSan
    python tests/golden/sweep_exact.py cores [--core cortex-m4] [--level=-O2] [--state FILE]
    python tests/golden/sweep_exact.py prices    --count 300 [--core cortex-m4] [--worst 40]

A mismatch is printed and counted, it does not end the run. The last line says how many ran; the exit code is 1
when anything differed. Every second convolution and dense layer of `operators`, and every fourth graph, has most of
its weights at zero and leaves them out. Many cases are compiled as one program; each batch runs in a process of its own,
--jobs of them at once, so that a crash costs one batch and is counted as well. --state names a file of digests of
programs that were exact on a core at a level: they are counted, but not run again while none of their bytes changes.

`prices` counts every layer of random networks, public shapes and strangers with odd counts and hostile ranges, on a
Cortex-M4 and M55 (layer_prices.py has its rules): what does not build, is not exact, or takes more instructions than the
rules allow is printed, the worst first, and the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.connection
import multiprocessing.process
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
from c_batch import make_batch, native
from c_cases import UNGENERATED, Case, compiled
from core_matrix import LEVELS, Outcome, cells, every_case, outcomes, prepared, programs, wanted
from file_program import run_sanitized
from graph_cases import random_graph
from layer_prices import Prices, broken_rules, prices, summary
from lifetimes import random_blocks
from pruned_cases import PRUNED_KINDS, forced, pruned
from single_op_cases import random_case

from espalier.emit.kernel_table import INT16, LOWERINGS
from espalier.emulate.cross import CORES
from espalier.graph import reference
from espalier.plan.check import find_overlap
from espalier.plan.offsets import live_bytes, place_blocks

MODES = ("speed", "ram", "flash", "coded")
ISAS = {"speed": "dsp"}
"""For which instruction set a mode's programs are made; plain C without one. They run on this machine in any case."""
OPERATORS_PER_PROGRAM, GRAPHS_PER_PROGRAM, SETS_PER_LINE = 400, 40, 10_000


@dataclass(frozen=True)
class Tally:
    """`far`: planner only, sets more than 5 % above the lower bound. `exact`: digests of programs that were. `priced`:
    prices only, what was counted."""

    ran: int = 0
    refused: int = 0
    wrong: tuple[str, ...] = ()
    far: int = 0
    exact: tuple[str, ...] = ()
    note: str = ""
    priced: tuple[Prices, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.ran + other.ran,
            self.refused + other.refused,
            self.wrong + other.wrong,
            self.far + other.far,
            self.exact + other.exact,
            priced=self.priced + other.priced,
        )


Task = tuple[Callable[..., Tally], tuple[object, ...]]


def compare(cases: Sequence[Case], optimize: str, flags: Sequence[str], kept: Path) -> list[str]:
    """Names of the cases whose bytes differ, in the order given."""
    # Layers with zeros leave them out wherever a kernel can.
    with forced(sparse=True):
        batch = make_batch([graph for graph, _, _ in cases], optimize=optimize, isa=ISAS.get(optimize, "portable"))
    wrong = []
    with tempfile.TemporaryDirectory() as folder, native(batch, Path(folder), *flags, kept=kept) as library:
        for number, (graph, inputs, name) in enumerate(cases):
            try:
                results = library.run(number, inputs)
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


def run_operators(plan: Sequence[tuple[str, int, str]], mode: str, kept: Path) -> Tally:
    made = []
    for kind, seed, dtype in plan:
        graph, inputs = random_case(kind, seed, dtype)
        zeros = dtype == "int8" and kind in PRUNED_KINDS and seed % 2 == 1
        graph = pruned(graph, seed) if zeros else graph
        made.append((graph, inputs, f"{kind} {dtype} seed {seed}{' pruned' if zeros else ''}"))
    taken = compiled(made)
    return Tally(len(taken), len(made) - len(taken), tuple(compare(taken, mode, ["-O1"], kept)))


def run_graphs(seeds: Sequence[int], mode: str, kept: Path) -> Tally:
    made = []
    for seed in seeds:
        graph, inputs = random_graph(seed)
        made.append((pruned(graph, seed) if seed % 4 == 3 else graph, inputs, f"graph {seed}"))
    taken = compiled(made)
    return Tally(len(taken), len(made) - len(taken), tuple(compare(taken, mode, ["-O0"], kept)))


def spread(tasks: Iterable[Task], jobs: int) -> Iterator[Tally]:
    """The tally of each task, made in a child process, `jobs` of them at once; in the order in which they end."""
    context = multiprocessing.get_context("fork")
    running: dict[Connection, tuple[multiprocessing.process.BaseProcess, Task]] = {}
    waiting = iter(tasks)
    while True:
        while len(running) < jobs and (task := next(waiting, None)) is not None:
            receive, send = context.Pipe(duplex=False)
            child = context.Process(target=_report, args=(send, *task))
            child.start()
            send.close()
            running[receive] = (child, task)
        if not running:
            return
        for ready in multiprocessing.connection.wait(list(running)):
            assert isinstance(ready, Connection)
            child, task = running.pop(ready)
            try:
                tally: Tally = ready.recv()
            except EOFError:
                child.join()
                tally = Tally(wrong=(f"a batch ended with code {child.exitcode}: {str(task[1])[:200]}",))
            child.join()
            ready.close()
            yield tally


def _report(send: Connection, function: object, arguments: Sequence[object]) -> None:
    send.send(function(*arguments))  # type: ignore[operator]


def operators(first: int, count: int, kept: Path) -> Iterator[Task]:
    for plan, mode in operator_batches(first, count):
        yield run_operators, (plan, mode, kept)


def graphs(first: int, count: int, kept: Path) -> Iterator[Task]:
    for number, start in enumerate(range(first, first + count, GRAPHS_PER_PROGRAM)):
        seeds = range(start, min(start + GRAPHS_PER_PROGRAM, first + count))
        yield run_graphs, (seeds, MODES[number % len(MODES)], kept)


def planner(first: int, count: int, kept: Path) -> Iterator[Task]:
    for start in range(first, first + count, SETS_PER_LINE):
        yield run_planner, (start, min(SETS_PER_LINE, first + count - start))


def run_planner(start: int, sets: int) -> Tally:
    """Lifetime sets: an overlap, or an arena below the live bytes, is a mismatch."""
    far, chance, wrong = 0, random.Random(start), []
    for number in range(sets):
        blocks = random_blocks(chance)
        offsets, used = place_blocks(blocks)
        bound = max(live_bytes(blocks))
        if find_overlap(blocks, offsets, {}) is not None or used < bound:
            wrong.append(f"set {number} of seed {start}: overlap, or {used} < {bound} bytes")
        far += used > 1.05 * bound
    return Tally(sets, 0, tuple(wrong), far)


def run_sanitizer(first: int, count: int, folder: Path) -> Tally:
    cases, numbers = every_case()[first : first + count], range(first, first + count)
    batch = make_batch([graph for graph, _, _ in cases])
    try:
        results = run_sanitized(batch, [inputs for _, inputs, _ in cases], folder, "-O1")
    except AssertionError as error:
        return Tally(len(cases), 0, (f"cases {first} to {first + count}: {error}",))
    pairs = zip(numbers, cases, results, strict=True)
    return Tally(len(cases), 0, tuple(case[2] for n, case, got in pairs if tuple(got) != wanted(n)))


def sanitized(first: int, count: int, kept: Path) -> Iterator[Task]:
    last = min(first + count, len(every_case()))
    for number, start in enumerate(range(first, last, OPERATORS_PER_PROGRAM)):
        folder = kept / f"sanitized{number % 2}"  # two tasks run at once at most; each finds the kernels' objects
        folder.mkdir(exist_ok=True)
        yield run_sanitizer, (start, min(OPERATORS_PER_PROGRAM, last - start), folder)


def cores(names: Sequence[str], levels: Sequence[str], every: int, kept: Path, known: Set[str]) -> Iterator[Task]:
    """One task per core and level. What all children need is emitted here, before they are forked."""
    numbers = range(0, len(every_case()), every)
    chosen = [(name, level) for name, level in cells() if name in names and level in levels]
    for name, level in chosen:
        if not CORES[name].unicorn and shutil.which("qemu-system-arm") is None:
            print(f"| {name} | {level} | skipped: qemu-system-arm is not installed |", flush=True)
            continue
        for number in numbers:
            wanted(number)
        for part in programs(CORES[name], numbers):
            prepared(part, CORES[name].isa)
        yield run_core, (name, level, numbers, kept, known)


def run_core(name: str, level: str, numbers: range, kept: Path, known: Set[str]) -> Tally:
    begun, done = time.monotonic(), list[Outcome]()
    for outcome in outcomes(CORES[name], level, numbers, kept=kept, known=known):
        done.append(outcome)
    ran, wrong = sum(o.ran for o in done), tuple(text for o in done for text in o.wrong)
    skipped = sum(o.ran for o in done if o.digest in known)
    took = time.monotonic() - begun
    note = f"| {name} | {level} | {ran} | {len(wrong)} | {took:.0f} s |" + (f" {skipped} unchanged" if skipped else "")
    return Tally(ran, 0, wrong, exact=tuple(o.digest for o in done if not o.wrong), note=note)


def priced(names: Sequence[str], numbers: range, kept: Path) -> Iterator[Task]:
    """One task per core: each compiles the kernels once."""
    for name in names:
        if not CORES[name].unicorn and shutil.which("qemu-system-arm") is None:
            print(f"{name}: not run: qemu-system-arm is not installed", flush=True)
            continue
        yield run_prices, (name, numbers, kept)


def run_prices(name: str, numbers: range, kept: Path) -> Tally:
    folder = kept / name
    folder.mkdir()
    found, begun = list[Prices](), time.monotonic()
    for some in prices(name, numbers, folder):
        found.append(some)
        ran, seconds = sum(p.nets for p in found), time.monotonic() - begun
        print(f"{name}: {ran} of {len(numbers)} networks, {seconds:.0f} s", file=sys.stderr, flush=True)
    wrong = tuple(text for some in found for text in some.wrong)
    return Tally(len(numbers), 0, wrong, priced=tuple(found))


RUNS = {"operators": operators, "graphs": graphs, "planner": planner, "sanitized": sanitized}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", choices=[*sorted(RUNS), "cores", "prices"])
    parser.add_argument("--count", type=int, default=10_000, help="cases to generate")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (go on, or repeat)")
    parser.add_argument("--jobs", type=int, default=2, choices=(1, 2), help="processes at once")
    parser.add_argument("--core", choices=sorted(CORES), action="append", help="cores, prices: only this one")
    parser.add_argument("--level", choices=LEVELS, action="append", help="cores: only this level")
    parser.add_argument("--every", type=int, default=1, help="cores: only every so many-th directed case")
    parser.add_argument("--state", type=Path, help="cores: digests of programs that were exact")
    parser.add_argument("--worst", type=int, default=40, help="prices: lines of broken rules to print")
    chosen = parser.parse_args()
    known = set(chosen.state.read_text().split()) if chosen.state and chosen.state.exists() else set()
    total, begun = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.run == "cores":
            tasks = cores(chosen.core or list(CORES), chosen.level or LEVELS, chosen.every, Path(folder), known)
        elif chosen.run == "prices":
            numbers = range(chosen.first, chosen.first + chosen.count)
            tasks = priced(chosen.core or ("cortex-m55", "cortex-m4"), numbers, Path(folder))
        else:
            tasks = RUNS[chosen.run](chosen.first, chosen.count, Path(folder))
        for tally in spread(tasks, chosen.jobs):
            total += tally
            _print(chosen.run, tally, total, time.monotonic() - begun)
            if chosen.state:
                chosen.state.write_text("\n".join(sorted(known | set(total.exact))) + "\n")
    if total.far > 0.05 * total.ran:
        print(f"MISMATCH {total.far} of {total.ran} sets are more than 5 % above the lower bound")
    broken = _judge(total.priced, chosen.worst)
    return 1 if total.wrong or broken or total.far > 0.05 * total.ran else 0


def _judge(found: Sequence[Prices], most: int) -> int:
    """Prints what is against the rules of prices, the worst first; how much that is."""
    lines = broken_rules(found)
    for line in lines[:most]:
        print(line)
    if len(lines) > most:
        print(f"... and {len(lines) - most} more (--worst)")
    for line in summary(found):
        print(line)
    return len(lines)


def _print(run: str, tally: Tally, total: Tally, seconds: float) -> None:
    if tally.note:
        print(tally.note, flush=True)
    for line in tally.wrong:
        print("MISMATCH", line, flush=True)
    far = f"{total.far} more than 5 % above the lower bound, " if run == "planner" else ""
    print(
        f"{run}: {total.ran} ran, {total.refused} refused, {len(total.wrong)} mismatched, {far}{seconds:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
