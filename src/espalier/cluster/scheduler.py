"""Jobs on the workers of a Dask cluster that is there already. What is lost with a worker or with the scheduler is done again,
at the end here."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import msgspec

from ..errors import ClusterError, InputRefusedError
from ..visible import shown
from . import work
from .address import SUPPORTED, Cluster, check_address
from .data import Data, Plan, pieces_of, plan_of
from .jobs import Answer, Job, Refused, refused
from .local import Progress, run_here
from .probe import Probe, probe_here

CONNECT_SECONDS = 10.0
"""In which a scheduler must answer, and have a worker."""

LOST_SECONDS = 5.0
"""Without the scheduler, and NO_WORKER_SECONDS without any worker, after which what is left is done here."""
NO_WORKER_SECONDS = 60.0

ANSWER_SECONDS = 180.0
"""In which a worker must say what it computes with, and what it lacks."""

POLL_SECONDS = 0.05
RESOURCE = "espalier"
"""A worker that declares this resource takes as many jobs at once as it has of it."""


class Session:
    """A connection to a scheduler whose workers compute what this machine does. Closing it takes back what still waits."""

    def __init__(self, cluster: Cluster, warn: Callable[[str], None]) -> None:
        self.cluster, self._warn = cluster, warn
        host, port = check_address(cluster)
        try:
            socket.create_connection((host, port), timeout=CONNECT_SECONDS / 2).close()
        except OSError as problem:
            raise _silent(cluster, problem.strerror or str(problem)) from None
        self.client = _connected(cluster)
        self._plans: dict[str, Plan] = {}
        self._unfit: set[str] = set()
        try:
            self.probe = self._fitting_probe()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection; the scheduler and its workers stay."""
        with suppress(Exception):
            self.client.close(timeout=2)

    def workers(self) -> list[str]:
        """Addresses of the workers that are there and compute what this machine does."""
        with suppress(Exception):
            known = self.client.scheduler_info(n_workers=-1)["workers"]
            return sorted(set(known) - self._unfit)
        return []

    def _fitting_probe(self) -> Probe:
        """This machine's probe. Raises ClusterError where there is no worker, or one that differs."""
        try:
            self.client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except Exception:
            raise ClusterError(
                f"the scheduler {self.cluster.address} has no worker",
                next_step="start some: dask worker ADDRESS --nworkers 1 --nthreads 1",
            ) from None
        with ThreadPoolExecutor(1) as pool:
            here = pool.submit(probe_here)
            found = self._each(work.probe)
            own = here.result()
        wrong = {worker: said for worker, answer in found.items() if (said := _said(own, answer))}
        if wrong:
            worker, said = min(wrong.items())
            raise ClusterError(
                f"{len(wrong)} of {len(found)} workers would give other results than this machine: {worker}: {said}",
                supported="workers with the same espalier and packages (pip install 'espalier[build,cluster]' of one version) "
                "on processors with the same features and as many cores",
                next_step="start the workers from the same environment on machines alike, or use --workers N here",
            )
        return own

    def _each(self, function: Callable[..., Any], *arguments: Any, of: Sequence[str] = ()) -> dict[str, Any]:
        """What a function gives on each worker, or what it raised: as tasks, for a worker's own loop must not wait."""
        asked = {
            worker: self.client.submit(function, *arguments, workers=[worker], pure=False, key=f"espalier-{secrets.token_hex(8)}")
            for worker in of or self.workers()
        }
        found: dict[str, Any] = {}
        for worker, future in asked.items():
            try:
                found[worker] = future.result(timeout=ANSWER_SECONDS)
            except Exception as problem:  # of the worker's making
                found[worker] = problem
        return found

    def plan(self, data: Data) -> Plan:
        """The plan of some data; it is read once."""
        if data.digest not in self._plans:
            self._plans[data.digest] = plan_of(data)
        return self._plans[data.digest]

    def bring(self, worker: str, wanted: Sequence[str], known: Sequence[Data]) -> None:
        """Send pieces to a worker."""
        left = set(wanted)
        for data in known:
            plan = self.plan(data)
            if not left & set(plan.pieces):
                continue
            for digest, piece in zip(plan.pieces, pieces_of(data), strict=False):
                if digest in left:
                    self.client.run(work.keep, digest, piece, workers=[worker])
                    left.discard(digest)
        if left:
            raise InputRefusedError(
                "an input was changed while the cells were built", next_step="build again when nothing writes to them"
            )

    def bring_all(self, known: Sequence[Data]) -> None:
        """Send to each worker what it lacks, one after another: those of one machine share a store."""
        plans = msgspec.msgpack.encode([self.plan(data) for data in known])
        for worker in self.workers():
            lacks = self._each(work.lacking, plans, of=[worker]).get(worker)
            if isinstance(lacks, list):  # else it is gone, or says with its first job what it lacks
                self.bring(worker, lacks, known)

    def submit(self, job: Job, at: str | None = None) -> Any:
        """Start a job somewhere, or on one worker, and give its future."""
        plans = tuple(self.plan(data) for data in job.data)
        order = msgspec.msgpack.encode(work.Order(job=msgspec.structs.replace(job, data=()), plans=plans, probe=self.probe))
        where = {"workers": [at], "allow_other_workers": True} if at else {"workers": self.workers() if self._unfit else None}
        limited = all(RESOURCE in row.get("resources", {}) for row in self._rows())
        return self.client.submit(
            work.perform,
            order,
            key=f"espalier-{job.digest}-{secrets.token_hex(4)}",
            pure=False,
            resources={RESOURCE: 1} if limited else None,
            **where,
        )

    def _rows(self) -> list[dict[str, Any]]:
        return list(self.client.scheduler_info(n_workers=-1)["workers"].values())

    def refuse(self, worker: str, why: str) -> None:
        """Give a worker that joined later, and differs, no more jobs."""
        if worker not in self._unfit:
            self._unfit.add(worker)
            self._warn(f"the worker {worker} was left out: {why}")


def _said(own: Probe, answer: object) -> str:
    """In what a worker differs; also where it could not say."""
    if not isinstance(answer, bytes):
        return shown(f"{type(answer).__name__}: {answer}", 200)
    found = msgspec.msgpack.decode(answer, type=Answer)
    if found.refused is not None:
        return found.refused.found
    return own.differs(msgspec.json.decode(found.files["probe"], type=Probe))


def _silent(cluster: Cluster, why: str) -> ClusterError:
    return ClusterError(
        f"the scheduler {cluster.address} does not answer: {shown(why, 200)}",
        supported=SUPPORTED,
        next_step="check the address and that `dask scheduler` runs there; without --scheduler the cells are built here",
    )


def _connected(cluster: Cluster) -> Any:
    import distributed
    from distributed.security import Security

    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    files = {"tls_ca_file": cluster.ca, "tls_client_cert": cluster.cert, "tls_client_key": cluster.key}
    given = {name: str(path) for name, path in files.items() if path is not None}
    secure = cluster.address.startswith("tls:")
    try:
        security = Security(require_encryption=secure, **(given if secure else {}))
        return distributed.Client(
            cluster.address, security=security, timeout=CONNECT_SECONDS, set_as_default=False, name="espalier"
        )
    except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as problem:
        why = str(problem.__cause__ or problem) or type(problem).__name__
        if secure and ("ssl_context" in why or not given):
            why += " (tls:// needs --tls-ca, --tls-cert and --tls-key, or Dask's own configuration of them)"
        raise _silent(cluster, why) from None


def run_on(
    session: Session, jobs: Sequence[Job], *, workers: int, told: Progress, warn: Callable[[str], None]
) -> Iterator[tuple[Job, Answer]]:
    """Each job with its answer, as they end, from the workers of a cluster. Jobs that want to be alone, and all that is left
    when the scheduler or the last worker is lost, run here, `workers` at once."""
    here = [job for job in jobs if job.alone]
    there = []
    for job in jobs:
        if not job.alone:
            try:
                for data in job.data:
                    session.plan(data)
                there.append(job)
            except ClusterError as problem:  # its files cannot travel
                warn(f"{job.name} was built here: {problem.found}")
                here.append(job)
    lost = yield from _there(session, there)
    if lost:
        warn(f"{lost[0]}; what was left ran here")
        here = [*lost[1], *here]
    yield from run_here(here, workers=workers, told=told)


def _there(session: Session, jobs: Sequence[Job]) -> Any:
    """Answers from the cluster; returns (why, jobs left) where it was lost, else None."""
    pending: dict[Any, Job] = {}
    known = list({data.digest: data for job in jobs for data in job.data}.values())
    silence = _Silence(session)
    try:
        try:
            session.bring_all(known)
            pending = {session.submit(job): job for job in jobs}
        except InputRefusedError:
            raise
        except Exception as problem:  # whatever a library says of a connection that broke
            return f"the scheduler was lost while data travelled ({shown(str(problem), 120)})", list(jobs)
        while pending:
            done = [future for future in pending if future.done() and future.status in ("finished", "error")]
            for future in done:
                job = pending.pop(future)
                answer = _taken(session, future, job, known, pending)
                if answer is not None:
                    yield job, answer
            why = "" if done else silence.why()
            if why:
                return why, list(pending.values())
            if not done:
                time.sleep(POLL_SECONDS)
        return None
    finally:
        if pending:
            with suppress(Exception):
                session.client.cancel(list(pending), force=True)


class _Silence:
    """How long a cluster has been of no use."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since: dict[str, float] = {}
        self._next = 0.0

    def why(self) -> str:
        """Why what is left should run here; "" where the cluster works."""
        now = time.monotonic()
        if self._session.client.status != "running":
            return self._after("the scheduler was lost", LOST_SECONDS, now)
        self._since.pop("the scheduler was lost", None)
        if now < self._next:
            return ""
        self._next = now + 1.0
        if not self._session.workers():
            return self._after("no worker is left", NO_WORKER_SECONDS, now)
        self._since.pop("no worker is left", None)
        return ""

    def _after(self, why: str, seconds: float, now: float) -> str:
        began = self._since.setdefault(why, now)
        return why if now - began >= seconds else ""


def _taken(session: Session, future: Any, job: Job, known: Sequence[Data], pending: dict[Any, Job]) -> Answer | None:
    """The answer of a future that has ended; None where the job was sent out again."""
    if future.status == "error":
        return Answer(refused=_killed(future.exception(timeout=10)))
    try:
        reply = msgspec.msgpack.decode(future.result(timeout=60), type=work.Reply)
        if reply.answer is not None:
            return reply.answer
        if reply.differs:
            session.refuse(reply.worker, reply.differs)
            pending[session.submit(job)] = job
        else:
            session.bring(reply.worker, reply.missing, known)
            pending[session.submit(job, at=reply.worker)] = job
    except InputRefusedError as problem:
        return Answer(refused=refused(problem))
    except Exception:  # the connection broke in between: done again, there or here
        with suppress(Exception):
            pending[session.submit(job)] = job
            return None
        return Answer(refused=Refused(kind="WorkerError", found="the cluster was lost with its answer", next_step="run again"))
    return None


def _killed(problem: BaseException | None) -> Refused:
    """What Dask says of a job that ended its workers."""
    name = type(problem).__name__
    if name == "KilledWorker":
        return Refused(
            kind="WorkerError",
            found="each worker that took this job was lost with it",
            next_step="it may need more memory than they have; build it here: espalier build",
        )
    return Refused(kind="WorkerError", found=shown(f"{name}: {problem}", 300), next_step="look at the worker's log")
