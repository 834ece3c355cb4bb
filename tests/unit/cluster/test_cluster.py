"""What jobs need on a cluster, without one: addresses, data by content, probes. One real cluster stands behind `sweep`."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from dask_cluster import DaskCluster, dask_cluster, unavailable

from espalier.cluster import data
from espalier.cluster.address import Cluster, check_address
from espalier.cluster.data import Data, Shelf, pieces_of, plan_of
from espalier.cluster.jobs import refused
from espalier.cluster.memory import available_bytes, tree_bytes
from espalier.cluster.probe import Probe
from espalier.errors import BugError, ClusterError, GateError, InputRefusedError, UsageError
from espalier.store import Store

HERE = Probe(versions={"numpy": "1", "espalier-source": "abc"}, features=("x86_64", "avx2"), bits="1", cores=2)


@pytest.mark.parametrize("address", ["tls://10.0.0.1:8786", "tcp://127.0.0.1:8786", "tcp://localhost:1/", "tcp://[::1]:65535"])
def test_an_encrypted_address_is_taken_and_a_plain_one_of_this_machine(address: str) -> None:
    host, port = check_address(Cluster(address=address))
    assert host in address
    assert f":{port}" in address


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tcp://scheduler:8786", "tcp://0.0.0.0:1", "tcp://[2001:db8::1]:80"])
def test_a_plain_connection_that_leaves_this_machine_is_refused_without_insecure(address: str) -> None:
    with pytest.raises(UsageError, match="neither encrypted nor authenticated"):
        check_address(Cluster(address=address))
    assert check_address(Cluster(address=address, insecure=True))


@pytest.mark.parametrize("address", ["", "10.0.0.1:8786", "http://a:1", "tls://a", "tls://a:0", "tls://a:70000", "tcp://a b:1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        check_address(Cluster(address=address, insecure=True))


def test_certificates_that_are_not_there_are_named() -> None:
    with pytest.raises(UsageError, match="--tls-key"):
        check_address(Cluster(address="tls://a:1", key=Path("nowhere.pem")))


def test_a_scheduler_that_does_not_answer_is_named_within_seconds() -> None:
    pytest.importorskip("distributed")
    from espalier.cluster.scheduler import Session

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(ClusterError, match=f"127.0.0.1:{port} does not answer"):
        Session(Cluster(address=f"tcp://127.0.0.1:{port}"), print)
    assert time.monotonic() - began < 10


def test_something_else_that_listens_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    from espalier.cluster import scheduler

    monkeypatch.setattr(scheduler, "CONNECT_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        with pytest.raises(ClusterError, match="does not answer"):
            scheduler.Session(Cluster(address=f"tcp://127.0.0.1:{server.getsockname()[1]}"), print)


def _hang_up(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"versions": {"numpy": "2", "espalier-source": "abc"}}, "numpy 2 instead of 1"),
        ({"versions": {"numpy": "1", "espalier-source": "abd"}}, "the source of espalier abd instead of abc"),
        ({"versions": {"espalier-source": "abc"}}, "numpy absent instead of 1"),
        ({"features": ("x86_64", "avx512f")}, "another processor (it has avx512f; lacks avx2)"),
        ({"bits": "2"}, "other bits there"),
        ({"bits": "2", "cores": 4}, "4 cores there, 2 here"),
        ({"cores": 4}, ""),
    ],
)
def test_a_worker_that_would_give_other_results_is_told_in_words(change: dict[str, Any], words: str) -> None:
    said = HERE.differs(msgspec.structs.replace(HERE, **change))
    assert (words in said) if words else not said


def folder(path: Path, **files: bytes) -> Data:
    path.mkdir(parents=True)
    for name, content in files.items():
        place = path / name.replace("__", "/")
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    names = {p.relative_to(path).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in path.rglob("*") if p.is_file()}
    return Data(path=str(path), root=str(path), names=names)


def test_files_travel_in_pieces_and_are_the_same_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "PIECE_BYTES", 10)
    given = folder(tmp_path / "images", a__1=b"0123456789012345", a__2=b"", b__3=b"abc", b__4=b"defgh")
    plan, store, shelf = plan_of(given), Store(tmp_path / "store"), Shelf()
    assert len(plan.pieces) > 2
    assert sorted(shelf.lacks(plan, store)) == sorted(set(plan.pieces))
    for digest, piece in zip(plan.pieces, pieces_of(given), strict=True):
        shelf.keep(digest, piece, store)
    assert shelf.lacks(plan, store) == []
    there = Path(shelf.place(plan, store))
    assert there.name == "images"
    assert {name: (there / name).read_bytes() for name in given.names} == {
        name: (tmp_path / "images" / name).read_bytes() for name in given.names
    }
    assert Shelf().lacks(plan, store) == []  # another worker of the machine needs nothing


def test_the_same_content_elsewhere_is_the_same_data(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "a/x", f=b"1"), folder(tmp_path / "b/x", f=b"1")
    assert one.digest == other.digest
    assert plan_of(one).pieces == plan_of(other).pieces
    assert folder(tmp_path / "c/x", f=b"2").digest != one.digest


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b"])
def test_no_name_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    given = msgspec.structs.replace(folder(tmp_path / "x", f=b"1"), names={name: "0"})
    with pytest.raises(ClusterError, match="outside"):
        plan_of(given)
    plan = msgspec.structs.replace(plan_of(folder(tmp_path / "y", f=b"1")), names={name: "0"})
    with pytest.raises(ClusterError, match="leaves"):
        Shelf().place(plan, Store(tmp_path / "store"))
    assert not (tmp_path / "outside").exists()


def test_a_piece_that_was_changed_is_refused(tmp_path: Path) -> None:
    given = folder(tmp_path / "x", f=b"1")
    plan, store = plan_of(given), Store(tmp_path / "store")
    with pytest.raises(ClusterError, match="changed"):
        Shelf().keep(plan.pieces[0], b"something else", store)
    with pytest.raises(ClusterError, match="gone"):
        Shelf().place(plan, store)
    evil = msgspec.msgpack.encode([data.Part("g", 0, b"1")])
    sneaky = msgspec.structs.replace(plan, pieces=(hashlib.sha256(evil).hexdigest(),))
    shelf = Shelf()
    shelf.keep(sneaky.pieces[0], evil, store)
    with pytest.raises(ClusterError, match="nobody named"):
        shelf.place(sneaky, store)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    given = folder(tmp_path / "x", f=b"1")
    (tmp_path / "x/f").unlink()
    with pytest.raises(InputRefusedError, match="x/f"):
        plan_of(given)


def test_any_exception_is_an_answer_with_its_class_and_words() -> None:
    ours = refused(GateError("too large", supported="less", next_step="prune"))
    assert (type(ours.error), str(ours.error)) == (GateError, "too large\nsupported: less\nnext: prune")
    assert isinstance(refused(ZeroDivisionError("x")).error, BugError)


def test_memory_of_this_process_and_what_is_left_are_plausible() -> None:
    left = available_bytes()
    assert left is None or 0 < left < 1 << 50
    held = tree_bytes(os.getpid())
    assert held == 0 or 1 << 20 < held < 1 << 40


CELLS = 4


def sweep_command(folder: Path, name: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "espalier", "sweep", folder / "sweep.toml", "--tools", "none", "-q", "--out", folder / name,
         *options],
        env={**os.environ, "ESPALIER_STORE": str(folder / f"store-{name}")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def wait_half(folder: Path, name: str, process: subprocess.Popen[bytes]) -> None:
    report = folder / name / "net-sweep/sweep.json"
    while process.poll() is None:
        if report.exists() and report.read_text().count('"passed"') >= CELLS // 2:
            return
        time.sleep(0.05)


def built(folder: Path, name: str) -> dict[str, bytes]:
    """Models and bundles of every cell."""
    top = folder / name / "net-sweep"
    found = {p.relative_to(top).as_posix(): p.read_bytes() for p in top.glob("*/*/**/*") if p.is_file()}
    assert len({path.split("/")[0] for path in found}) == CELLS
    return found


@pytest.mark.sweep
@pytest.mark.skipif(bool(unavailable()), reason=unavailable())
@pytest.mark.parametrize("lost", ["nothing", "worker", "scheduler"])
def test_a_cluster_over_tls_gives_the_bytes_of_this_machine_whatever_is_lost(
    tmp_path: Path, lost: str
) -> None:
    project(tmp_path)
    _, words = (here := sweep_command(tmp_path, "here")).communicate()
    assert here.returncode == 0, words
    with dask_cluster(tmp_path / "cluster") as cluster:
        for place in range(4 if lost == "worker" else 2):
            cluster.add_worker(tmp_path / f"worker{place}")
        process = sweep_command(tmp_path, "there", *cluster.options)
        if lost != "nothing":
            wait_half(tmp_path, "there", process)
            cluster.kill(cluster.scheduler if lost == "scheduler" else _busy(cluster))
        _, words = process.communicate()
        assert process.returncode == 0, words
    rows = json.loads((tmp_path / "there/net-sweep/sweep.json").read_text())["rows"]
    assert [row["status"] for row in rows] == ["passed"] * CELLS
    assert any(row["where"] for row in rows)
    assert (b"scheduler was lost" in words) is (lost == "scheduler")
    assert built(tmp_path, "there") == built(tmp_path, "here")


def _busy(cluster: DaskCluster) -> subprocess.Popen[bytes]:
    """A worker that has a job just now."""
    for worker in cluster.workers:
        if Path(f"/proc/{worker.pid}/task/{worker.pid}/children").exists():
            children = [p for p in Path("/proc").glob("[0-9]*/stat") if _parent(p) == worker.pid]
            if children:
                return worker
    return cluster.workers[0]


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def project(folder: Path) -> None:
    """examples/digits without fine-tuning, four amounts."""
    root = Path(__file__).parents[3]
    for name in ("labels.txt", "model.keras"):
        (folder / name).write_bytes((root / "examples/digits" / name).read_bytes())
    subprocess.run([sys.executable, root / "calibration/digits/make.py", folder / "images"], check=True)
    text = (root / "examples/digits/recipe.toml").read_text()
    text = text.partition("[prune.fine-tune]")[0] + '[[deploy]]\ntarget = "cortex-m4"\n'
    (folder / "recipe.toml").write_text(text)
    head = 'name = "net-sweep"\nrecipes = ["recipe.toml"]\n'
    (folder / "sweep.toml").write_text(head + "[vary]\nprune.amount = [0.1, 0.15, 0.2, 0.25]\n")


@pytest.mark.sweep
@pytest.mark.skipif(bool(unavailable()), reason=unavailable())
def test_workers_with_other_source_are_refused_before_anything_is_built(tmp_path: Path) -> None:
    import shutil

    import espalier

    project(tmp_path)
    source = Path(espalier.__file__).parents[1]
    shutil.copytree(source, tmp_path / "other", ignore=shutil.ignore_patterns("__pycache__"))
    if not (source / "espalier/targets").is_dir():
        shutil.copytree(source.parent / "targets", tmp_path / "targets")
    with (tmp_path / "other/espalier/limits.py").open("a") as file:
        file.write("# another version\n")
    with dask_cluster(tmp_path / "cluster") as cluster:
        cluster.add_worker(tmp_path / "worker0", code=tmp_path / "other")
        process = sweep_command(tmp_path, "there", *cluster.options)
        _, words = process.communicate()
    assert process.returncode == 2
    assert b"the source of espalier" in words
    assert not list((tmp_path / "there/net-sweep").glob("*/report.json"))
