"""Models that follow each other: proven before they answer, swapped whole, taken back; and the service as a process."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from edge_service import running, unpacked
from test_service import NAME, edge_source

from espalier.bundle import service
from espalier.bundle.pi.device.model import Place
from espalier.bundle.pi.device.problem import Problem
from espalier.bundle.pi.device.service import serving as serving_module
from espalier.bundle.pi.device.service.main import main
from espalier.bundle.pi.device.service.serving import Serving
from espalier.bundle.pi.device.service.shelf import Shelf, model_folder
from espalier.bundle.service_check import asked, binary_request, started
from espalier.facts import BundleSource


def newer(version: str = "1.3.0") -> BundleSource:
    source = edge_source()
    return msgspec.structs.replace(source, recipe=msgspec.structs.replace(source.recipe, version=version))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    unpacked(edge_source(), folder)
    return folder


@pytest.fixture
def share(tree: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tree / "usr/share" / NAME, tmp_path / "share"))


def spoilt(folder: Path) -> Path:
    """A model whose golden vectors say something else."""
    file = folder / "golden" / "golden.json"
    known = json.loads(file.read_bytes())
    for vector in known["vectors"]:
        vector["outputs"] = {"reference": bytes(reversed(bytes.fromhex(vector["outputs"]["reference"]))).hex()}
    file.write_text(json.dumps(known))
    return folder


def test_a_newer_model_takes_over_and_the_older_one_comes_back(share: Path, tmp_path: Path) -> None:
    new = unpacked(newer(), tmp_path / "new")
    with running(share, tmp_path / "state") as served:
        shelf = served.desk.shelf
        stored = shelf.add(new)
        shelf.choose(stored)
        assert served.ask("GET", "/v2/models/toy-parts").json["versions"] == ["1.2.3"]
        assert served.desk.reload()
        assert served.ask("GET", "/v2/models/toy-parts").json["versions"] == ["1.3.0"]
        assert shelf.previous() == share
        shelf.back()
        assert served.desk.reload()
        assert served.ask("GET", "/v2/models/toy-parts").json["versions"] == ["1.2.3"]


@pytest.mark.parametrize("fault", ["golden", "model", "json", "name", "slow"])
def test_a_model_that_does_not_prove_itself_leaves_the_old_one_answering(
    share: Path, tmp_path: Path, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    new = unpacked(newer(), tmp_path / "new")
    with running(share, tmp_path / "state") as served:
        stored = served.desk.shelf.add(new)
        file = stored / "model.json"
        if fault == "golden":
            spoilt(stored)
        elif fault == "model":
            (stored / "model_uint8.tflite").write_bytes(b"x")
        elif fault == "json":
            file.write_text('{"file": "model_uint8.tflite"')
        elif fault == "name":
            file.write_text(file.read_text().replace('"toy-parts"', '"other"'))
        else:
            (stored / "service.json").write_text('{"floor_ms": 0.00001}')
        served.desk.shelf.choose(stored)
        assert not served.desk.reload()
        assert served.ask("GET", "/v2/models/toy-parts").json["versions"] == ["1.2.3"]
        assert served.ask("GET", "/v2/health/ready").json["fault"]
        assert served.desk.metrics.value("model_updates_total", result="refused") == 1
    assert "Traceback" not in capfd.readouterr().err


def test_a_service_that_starts_with_a_broken_model_answers_with_the_one_before(share: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "state", share)
    shelf.choose(spoilt(shelf.add(unpacked(newer(), tmp_path / "new"))))
    with running(share, tmp_path / "state") as served:
        assert served.desk.serving.named["version"] == "1.2.3"
        assert "not the model that was built" in served.desk.fault


def test_hidden_processor_facts_are_named_when_the_floor_is_missed(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (share / "service.json").write_text('{"floor_ms": 0.00001}')
    monkeypatch.setattr(serving_module, "CPU_FACTS", tmp_path / "none")
    with pytest.raises(Problem, match="ProcSubset=pid"):
        Serving(share, 1, tmp_path / "references.json")
    assert Serving(share, 1, tmp_path / "references.json", floor_ms=1e3).golden_seconds < 1


def test_a_package_is_a_model_to_install_and_other_files_are_refused(share: Path, tmp_path: Path) -> None:
    for file in service.contents(newer()):
        if file.path.endswith(".deb"):
            (tmp_path / file.path).write_bytes(file.data)
            package = tmp_path / file.path
    found = model_folder(package, tmp_path / "unpacked")
    assert json.loads((found / "model.json").read_bytes())["version"] == "1.3.0"
    (tmp_path / "broken.deb").write_bytes(package.read_bytes()[:900])
    for path in (tmp_path / "broken.deb", tmp_path / "none.deb", tmp_path, tmp_path / "x.zip"):
        with pytest.raises(Problem):
            model_folder(path, tmp_path / "u2")


def command(tree: Path, *words: object, **more: Any) -> subprocess.CompletedProcess[bytes]:
    program = tree / "usr/lib" / NAME / "classify.py"
    return subprocess.run([sys.executable, "-B", program, *map(str, words)], capture_output=True, timeout=60, check=False, **more)


def here(tree: Path, *words: object) -> int:
    """The same command in this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        return main([*map(str, words)], Place(tree / "usr/lib" / NAME / "classify.py", NAME, tree / "usr/share" / NAME, tree))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_the_command_installs_lists_and_takes_back(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, state = unpacked(newer(), tmp_path / "new"), tmp_path / "state"
    assert here(tree, "install-model", new, "--state", state) == 0
    assert json.loads(capsys.readouterr().out)["version"] == "1.3.0"
    assert here(tree, "models", "--state", state) == 0
    listed = [line.split("\t")[:2] for line in capsys.readouterr().out.splitlines()]
    assert listed == [["previous", "1.2.3"], ["current", "1.3.0"]]
    bad = spoilt(unpacked(newer("1.4.0"), tmp_path / "bad"))
    assert here(tree, "install-model", bad, "--state", state) == 6
    assert "not the model that was built" in capsys.readouterr().err
    assert here(tree, "rollback", "--state", state) == 0
    capsys.readouterr()
    assert here(tree, "models", "--state", state) == 0
    assert "current\t1.2.3" in capsys.readouterr().out


def test_a_full_disk_changes_nothing(tree: Path, tmp_path: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))

    new, state = unpacked(newer(), tmp_path / "new"), tmp_path / "state"
    done = command(tree, "install-model", new, "--state", state, preexec_fn=small)
    assert done.returncode == 2
    assert b"nothing was changed" in done.stderr
    assert list((state / "models").iterdir()) == []
    assert not (state / "current").exists()


@contextmanager
def process(tree: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    shutil.rmtree(tree / "state", ignore_errors=True)
    with started(tree, edge_source(), *options) as found:
        yield found


def version(base: str) -> str:
    return str(json.loads(asked(f"{base}/v2/models/toy-parts")[1])["versions"][0])


def test_a_running_service_takes_over_by_itself_and_answers_everybody_meanwhile(tree: Path, tmp_path: Path) -> None:
    new = unpacked(newer(), tmp_path / "new")
    with process(tree) as (_, base):
        answers: list[tuple[int, bytes]] = []
        stop = threading.Event()
        body, headers = binary_request(edge_source().golden[0], edge_source())

        def client() -> None:
            while not stop.is_set():
                status, answer, _ = asked(f"{base}/v2/models/toy-parts/infer", body, headers)
                answers.append((status, answer[-3:]))

        thread = threading.Thread(target=client)
        thread.start()
        assert command(tree, "install-model", new, "--state", tree / "state").returncode == 0
        until = time.monotonic() + 10
        while version(base) != "1.3.0" and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        thread.join()
        known = (np.frombuffer(edge_source().golden[0].outputs["reference"], np.uint8) ^ 0x80).tobytes()
        assert version(base) == "1.3.0"
        assert set(answers) == {(200, known)}


def test_a_request_that_came_before_the_end_gets_its_answer_and_the_manager_hears_of_all(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(10)
    monkeypatch.setattr("espalier.bundle.service_check.KEPT", ("PATH", "TMPDIR", "NOTIFY_SOCKET", "WATCHDOG_USEC"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    body, headers = binary_request(edge_source().golden[0], edge_source())
    with process(tree) as (running_process, base):
        port = int(base.rpartition(":")[2])
        lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
        head = b"POST /v2/models/toy-parts/infer HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%s\r\n" % (len(body), lines)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            client.sendall(head)
            time.sleep(0.6)
            running_process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            client.sendall(body)
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 200")
        assert running_process.wait(10) == 0
    said = []
    while "STOPPING=1" not in said:
        said += manager.recv(4096).decode().split("\n")
    manager.close()
    assert said.index("READY=1") < said.index("WATCHDOG=1") < said.index("STOPPING=1")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--listen", "0.0.0.0:0"), "--insecure"), (("--listen", "[::]:0"), "--insecure"), (("--listen", "here:80"), "--listen"),
        (("--listen", "127.0.0.1"), "--listen"), (("--tls-cert", "x"), "belong together"), (("--queue", "-1"), "--queue"),
        (("--tls-cert", "x", "--tls-key", "y"), "--tls-cert"), (("--token-file", "/none"), "/none"),
        (("--watch", "/none"), "--watch"),
        (("--webhook", "ftp://a"), "--webhook"), (("--mqtt", "mqtt://a"), "--mqtt"), (("--on", "x", "--exec", "true"), "--on x"),
        (("--on", "crack", "--exec", "cp", "{image}"), "{image}"), (("--camera", "/none"), "--camera /none"),
    ],
)  # fmt: skip
def test_options_that_mean_nothing_or_are_unsafe_are_refused(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], word: str
) -> None:
    listen = () if "--listen" in options else ("--listen", "127.0.0.1:0")
    code = here(tree, "serve", "--state", tmp_path / "state", *listen, *options)
    assert word in capsys.readouterr().err
    assert code in (2, 7)


def test_open_to_others_it_listens_only_when_told_twice(tree: Path) -> None:
    with process(tree, "--listen", "0.0.0.0:0", "--insecure") as (_, base):
        port = base.rpartition(":")[2]
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/health/ready", timeout=10).status == 200


