"""A real Dask cluster on this machine, over TLS with certificates of its own: scheduler and workers as processes by number."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

START_SECONDS = 120.0


class DaskCluster:
    """A scheduler at `address` and its workers; `options` are those of `espalier sweep`. Workers have no nanny: one that is
    killed stays away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True)
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                   "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext", names]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        self._tls = [word for option, name in (("ca-file", "cert"), ("cert", "cert"), ("key", "key"))
                     for word in (f"--tls-{option}", str(folder / f"{name}.pem"))]  # fmt: skip
        self.scheduler = self._start(
            "scheduler", ["distributed.cli.dask_scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0"]
        )
        self.address = self._said("scheduler", r"Scheduler at:\s+(tls://\S+)")

    @property
    def options(self) -> list[str]:
        """Of `espalier sweep`."""
        found = ["--scheduler", self.address]
        for option, name in (("ca", "cert"), ("cert", "cert"), ("key", "key")):
            found += [f"--tls-{option}", str(self.folder / f"{name}.pem")]
        return found

    def add_worker(self, store: Path, *, core: int | None = None, code: Path | None = None) -> None:
        """One more, with a store; on one core, or with other source code, where these are given."""
        name = f"worker{len(self.workers)}"
        words = ["distributed.cli.dask_worker", self.address, "--nworkers", "1", "--nthreads", "1", "--no-nanny",
                 "--local-directory", str(self.folder / name)]  # fmt: skip
        environment = {"ESPALIER_STORE": str(store)} | ({"PYTHONPATH": str(code)} if code else {})
        self.workers.append(self._start(name, words, core=core, **environment))
        self._said(name, r"Registered to:\s+(tls://\S+)")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """At once."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """End every process."""
        for process in reversed(self._processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, name: str, words: Sequence[str], core: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
        on = ["taskset", "-c", str(core)] if core is not None else []
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [*on, sys.executable, "-m", *words, "--no-dashboard", *self._tls],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def _said(self, name: str, pattern: str) -> str:
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends:
            text = (self.folder / f"{name}.log").read_text(errors="replace")
            if found := re.search(pattern, text):
                return found[1]
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not start: {text[-2000:]}")


@contextlib.contextmanager
def dask_cluster(folder: Path) -> Iterator[DaskCluster]:
    """A scheduler without workers; everything ends with the block."""
    cluster = DaskCluster(folder)
    try:
        yield cluster
    finally:
        cluster.close()


def unavailable() -> str:
    """Why there can be no cluster here; "" where there can."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        return "pip install 'espalier[cluster]' brings distributed"
    return "" if shutil.which("openssl") else "no openssl to make certificates with"
