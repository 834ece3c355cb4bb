"""What a Dask cluster does for a sweep: two workers against one, a worker killed half-way, the scheduler lost, a sweep resumed.

    python benchmarks/cluster.py [--cells 8] [--only speed worker scheduler resume] [--folder FOLDER]

The cluster is real: processes of this machine over TLS, each worker on a core of its own and with a store of its own, as if on
another machine of one core (the command runs on one, too: with another number of cores sums have other bits, which is refused).
The cells are builds of examples/digits for a Cortex-M4 with other amounts of pruning, without fine-tuning. `speed`: seconds
of the sweep with one worker and with two, from empty stores. `worker`: four workers, one killed (SIGKILL) when half of the
cells are done. `scheduler`: two workers, the scheduler killed then: what is left is built here. `resume`: the command killed
then and run again. Models and bundles of every run are compared byte for byte with the first. Exit code 1 when a byte
differs, or two workers are under 1.6 times as fast as one (needs two quiet cores).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "builders"))

from dask_cluster import DaskCluster, dask_cluster, unavailable  # noqa: E402

AT_LEAST = 1.6
PARTS = ("speed", "worker", "scheduler", "resume")


class Sweeps:
    """Runs of one sweep, each into a folder of its own, and the digests of what they built."""

    def __init__(self, folder: Path, cells: int) -> None:
        self.folder, self.cells = folder, cells
        self.first: dict[str, str] = {}
        self.wrong = 0
        self.project = folder / "digits"
        shutil.copytree(ROOT / "examples" / "digits", self.project, ignore=shutil.ignore_patterns("images", "dist"))
        subprocess.run([sys.executable, ROOT / "calibration/digits/make.py", self.project / "images"], check=True)
        recipe = (self.project / "recipe.toml").read_text()
        head, _, rest = recipe.partition("[prune.fine-tune]")
        (self.project / "recipe.toml").write_text(head + "[decision]" + rest.partition("[decision]")[2].partition("[budgets]")[0]
                                                  + '[[deploy]]\ntarget = "cortex-m4"\n')  # fmt: skip
        amounts = [round(0.1 + 0.04 * place, 2) for place in range(cells)]
        (self.project / "sweep.toml").write_text(f'name = "s"\nrecipes = ["recipe.toml"]\n[vary]\nprune.amount = {amounts}\n')

    def start(self, name: str, *options: str, fresh: bool = True) -> subprocess.Popen[bytes]:
        """Start `espalier sweep` into a folder."""
        if fresh:
            shutil.rmtree(self.folder / f"store-{name}", ignore_errors=True)
        words = ["taskset", "-c", "0", sys.executable, "-m", "espalier", "sweep", self.project / "sweep.toml"]
        words += ["--tools", "none", "-q", "--out"]
        return subprocess.Popen(
            [*words, self.folder / name, *options],
            env={**os.environ, "ESPALIER_STORE": str(self.folder / f"store-{name}")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def rows(self, name: str) -> list[dict[str, object]]:
        """Of its sweep.json; none while there is none."""
        try:
            rows: list[dict[str, object]] = json.loads((self.folder / name / "s" / "sweep.json").read_text())["rows"]
        except FileNotFoundError:
            return []
        return rows

    def wait_half(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Until half of the cells have passed."""
        while process.poll() is None and sum(row["status"] == "passed" for row in self.rows(name)) < self.cells // 2:
            time.sleep(0.1)

    def compared(self, name: str) -> str:
        """How many files of models and bundles differ from the first run's."""
        found = {
            path.relative_to(self.folder / name).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((self.folder / name).rglob("*"))
            if (path.is_file() and path.parent.parent.name == "s") or "cortex-m4" in path.parts or "model" in path.parts
            if path.is_file() and path.suffix not in (".html",) and path.name not in ("report.json", "summary.md", "junit.xml")
        }
        self.first = self.first or found
        different = sorted(path for path in self.first.keys() | found.keys() if self.first.get(path) != found.get(path))
        self.wrong += len(different)
        return f"{len(found)} files, {len(different)} different" + (f" ({different[0]})" if different else "")

    def said(self, name: str, process: subprocess.Popen[bytes]) -> str:
        """Wait for the end; its exit code, where cells were built, and its warnings."""
        _, words = process.communicate()
        where = [str(row["where"]) for row in self.rows(name)]
        passed = sum(row["status"] == "passed" for row in self.rows(name))
        self.wrong += passed != self.cells
        warned = " | ".join(line for line in words.decode().splitlines() if line.startswith("warning") or not passed)
        return f"exit {process.returncode}, {passed} of {self.cells} passed, {where.count('')} built here. {warned}".strip()


def with_workers(folder: Path, count: int, act: Callable[[DaskCluster], None]) -> None:
    """Act with a cluster of some workers, each on a core and with an empty store of its own."""
    with dask_cluster(folder) as cluster:
        for place in range(count):
            cluster.add_worker(folder / f"store{place}", core=place % (os.cpu_count() or 1))
        act(cluster)


def timed(sweeps: Sweeps, count: int) -> float:
    """Seconds of a sweep with some workers."""
    found = [0.0]

    def act(cluster: DaskCluster) -> None:
        name = f"workers{count}"
        began = time.monotonic()
        process = sweeps.start(name, *cluster.options)
        said = sweeps.said(name, process)
        found[0] = time.monotonic() - began
        print(f"{count} worker{'s' * (count > 1)}: {found[0]:.1f} s; {said}; {sweeps.compared(name)}", flush=True)

    with_workers(sweeps.folder / f"cluster{count}", count, act)
    return found[0]


def worker_killed(sweeps: Sweeps) -> None:
    """One of four, half-way."""

    def act(cluster: DaskCluster) -> None:
        process = sweeps.start("killed", *cluster.options)
        sweeps.wait_half("killed", process)
        cluster.kill(cluster.workers[0])
        print(f"one of four workers killed half-way: {sweeps.said('killed', process)}; {sweeps.compared('killed')}", flush=True)

    with_workers(sweeps.folder / "cluster4", 4, act)


def scheduler_lost(sweeps: Sweeps) -> None:
    """Half-way."""

    def act(cluster: DaskCluster) -> None:
        process = sweeps.start("lost", *cluster.options)
        sweeps.wait_half("lost", process)
        cluster.kill(cluster.scheduler)
        print(f"scheduler killed half-way: {sweeps.said('lost', process)}; {sweeps.compared('lost')}", flush=True)

    with_workers(sweeps.folder / "clusterlost", 2, act)


def resumed(sweeps: Sweeps) -> None:
    """The command killed half-way and run again."""

    def act(cluster: DaskCluster) -> None:
        process = sweeps.start("resumed", *cluster.options)
        sweeps.wait_half("resumed", process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        done = sum(row["status"] == "passed" for row in sweeps.rows("resumed"))
        began = time.monotonic()
        said = sweeps.said("resumed", sweeps.start("resumed", *cluster.options, fresh=False))
        print(f"command killed with {done} cells done, run again ({time.monotonic() - began:.1f} s): {said}; "
              f"{sweeps.compared('resumed')}", flush=True)  # fmt: skip

    with_workers(sweeps.folder / "clusterresumed", 2, act)


def main() -> int:
    """Run what is asked and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=8)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if why := unavailable():
        print(why)
        return 1
    slow = False
    with tempfile.TemporaryDirectory(prefix="cluster-") as temporary:
        sweeps = Sweeps(Path(asked.folder or temporary), asked.cells)
        print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores, {asked.cells} cells", flush=True)
        one = timed(sweeps, 1)
        if "speed" in asked.only:
            two = timed(sweeps, 2)
            slow = one < AT_LEAST * two
            print(f"two workers against one: x{one / two:.2f} (at least {AT_LEAST})", flush=True)
        for name, part in (("worker", worker_killed), ("scheduler", scheduler_lost), ("resume", resumed)):
            if name in asked.only:
                part(sweeps)
    return int(slow or sweeps.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
