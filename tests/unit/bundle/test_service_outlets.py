"""What the service hands on and takes in beside HTTP: drift, web hooks, commands, a watched folder, a stream, a broker."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from edge_service import running, unpacked
from test_service import LABELS, edge_source
from test_service_http import PICTURE, golden_pixels, png

from espalier.bundle.pi.device.actions import Action
from espalier.bundle.pi.device.problem import Problem
from espalier.bundle.pi.device.service import inlets, outlets
from espalier.bundle.pi.device.service.drift import ALARM, LEAST, WINDOW, Drift, psi
from espalier.bundle.pi.device.service.metrics import Metrics

ROW: dict[str, Any] = {"decision": "accept", "label": "crack", "confidence": 0.9}


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(edge_source(), tmp_path_factory.mktemp("tree"))


def soon(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


# ---- drift ----


def test_the_index_is_the_sum_over_the_bins() -> None:
    assert psi([50, 50], [50, 50]) == 0
    p, q = np.array([50.5, 50.5]) / 101, np.array([75.5, 25.5]) / 101
    assert psi([50, 50], [75, 25]) == pytest.approx(float(((q - p) * np.log(q / p)).sum()))


def drift(folder: Path, images: int = 500) -> Drift:
    """A reference of images that are half `good`, half `crack`, sure and of middle brightness."""
    bright, sure = [0] * 16, [0] * 20
    bright[7], bright[8], sure[17], sure[18] = [images // 2] * 4
    known = {"names": list(LABELS), "brightness": bright, "confidence": sure,
             "labels": [images // 2, 0, images // 2], "review": [images // 50, images - images // 50]}  # fmt: skip
    (folder / "service.json").write_text(json.dumps({"reference": known}))
    return Drift(folder)


def feed(
    one: Drift, count: int, *, brightness: float = 0.5, sure: float = 0.9, labels: tuple[str, ...] = ("good", "crack")
) -> None:
    random = np.random.default_rng(5)
    for number in range(count):
        wobble = float(random.choice([-0.02, 0.02]))
        label, decision = labels[number % len(labels)], "accept" if number % 50 else "review"
        one.saw(brightness + wobble, {"decision": decision, "label": label, "confidence": sure + wobble})


def test_images_like_those_of_the_build_raise_no_alarm(tmp_path: Path) -> None:
    one = drift(tmp_path)
    feed(one, LEAST - 1)
    assert one.indices() == {}
    feed(one, WINDOW)
    assert all(not alarm and value < 0.1 for value, alarm in one.indices().values())


@pytest.mark.parametrize(
    ("change", "name"),
    [({"brightness": 0.8}, "brightness"), ({"sure": 0.6}, "confidence"), ({"labels": ("good",)}, "labels")],
)
def test_what_has_changed_is_named_and_is_over_when_it_has_passed(tmp_path: Path, change: dict[str, Any], name: str) -> None:
    one = drift(tmp_path)
    feed(one, WINDOW, **change)
    assert [key for key, (_, alarm) in one.indices().items() if alarm] == [name]
    assert one.indices()[name][0] > ALARM
    feed(one, WINDOW)
    assert not any(alarm for _, alarm in one.indices().values())


def test_a_few_reference_images_make_no_false_alarm(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    brightness = random.normal(0.5, 0.12, 40)
    known = {"names": [], "brightness": np.histogram(brightness, 16, (0, 1))[0].tolist()}
    (tmp_path / "service.json").write_text(json.dumps({"reference": known}))
    one = Drift(tmp_path)
    for value in random.normal(0.5, 0.12, WINDOW):
        one.saw(float(value), {"decision": "accept"})
    assert not one.indices()["brightness"][1]


def test_the_alarm_is_a_metric_and_a_message(share: Path, tmp_path: Path) -> None:
    class Listening:
        def __init__(self) -> None:
            self.said: list[tuple[str, dict[str, Any]]] = []

        def put(self, row: dict[str, Any]) -> None:
            pass

        def state(self, text: str, detail: dict[str, Any]) -> None:
            self.said.append((text, detail))

        def close(self) -> None:
            pass

    with running(share, tmp_path / "state") as served:
        served.desk.serving.drift = drift(tmp_path)
        listening = Listening()
        served.desk.outlets.append(listening)
        feed(served.desk.serving.drift, WINDOW, brightness=0.9)
        text = served.ask("GET", "/metrics").body.decode()
        assert "espalier_drift_alarm 1" in text
        assert 'espalier_drift_psi{of="brightness"}' in text
        assert listening.said == [("drift", {"drift": ["brightness"]})]
        feed(served.desk.serving.drift, WINDOW)
        assert "espalier_drift_alarm 0" in served.ask("GET", "/metrics").body.decode()
        assert listening.said[1][0] == "online"


# ---- outlets ----


class Receiver(http.server.BaseHTTPRequestHandler):
    statuses: ClassVar[list[int]] = []
    bodies: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.statuses.pop(0) if self.statuses else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def receiver(port: int = 0) -> Iterator[int]:
    Receiver.bodies.clear()
    server = http.server.HTTPServer(("127.0.0.1", port), Receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_web_hook_gets_every_answer_again_until_it_takes_it() -> None:
    metrics = Metrics()
    Receiver.statuses[:] = [500, 200, 404]
    with receiver() as port:
        hook = outlets.WebHook(f"http://127.0.0.1:{port}/in", metrics)
        for number in range(3):
            hook.put({**ROW, "number": number})
        assert soon(lambda: len(Receiver.bodies) == 4)
        hook.close()
    assert [row["number"] for row in Receiver.bodies] == [0, 0, 1, 2]
    assert metrics.value("outlet_messages_total", outlet="webhook", result="sent") == 2
    assert metrics.value("outlet_messages_total", outlet="webhook", result="refused") == 1


def test_a_receiver_that_is_away_gets_what_was_held_and_what_was_too_much_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "HELD", 5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    metrics = Metrics()
    hook = outlets.WebHook(f"http://127.0.0.1:{port}/in", metrics)
    for number in range(9):
        hook.put({"number": number})
        time.sleep(0.01)
    with receiver(port):
        assert soon(lambda: bool(Receiver.bodies) and Receiver.bodies[-1] == {"number": 8})
        hook.close()
        dropped = metrics.value("outlet_messages_total", outlet="webhook", result="dropped")
        assert len(Receiver.bodies) + dropped == 9
        assert dropped > 0


def test_a_command_starts_on_its_answer_without_a_shell(tmp_path: Path) -> None:
    mark, metrics = tmp_path / "mark", Metrics()
    script = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + '\\n')"
    action = Action("crack", [sys.executable, "-c", script, str(mark), "{label}", "{confidence}", "$HOME"])
    commands = outlets.Commands([action], ("good", "crack", "review"), metrics)
    commands.put({**ROW, "label": "good"})
    commands.put(ROW)
    commands.close()
    assert mark.read_text() == "crack 0.9000 $HOME\n"
    assert metrics.value("outlet_messages_total", outlet="exec", result="sent") == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW, {"crack": 0.9}), ({**ROW, "decision": "review"}, {"review": 0.9}),
        ({"decision": "accept", "boxes": [{"label": "a", "confidence": 0.5}, {"label": "a", "confidence": 0.7}]}, {"a": 0.7}),
        ({"decision": "accept", "labels": {"a": 0.5, "b": 0.6}}, {"a": 0.5, "b": 0.6}),
        ({"decision": "accept", "labels": {}}, {"none": 1.0}), ({"decision": "accept", "values": {"x": 1.0}}, {}),
        ({"decision": "review", "label": "alert", "score_q8": 9}, {"review": 1.0, "alert": 1.0}),
        ({"decision": "accept", "heads": {"one": ROW, "two": {"decision": "accept", "values": {}}}}, {"one=crack": 0.9}),
    ],
)  # fmt: skip
def test_an_answer_of_any_kind_says_what_commands_may_wait_for(row: dict[str, Any], said: dict[str, float]) -> None:
    assert outlets.answers_in(row) == said


def test_without_the_library_mqtt_is_refused_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(Problem, match="apt install python3-paho-mqtt") as refused:
        outlets.Mqtt("mqtt://127.0.0.1/a/b", "", "toy", Metrics())
    assert refused.value.code == 7


def test_a_secret_is_one_word_of_some_length(tmp_path: Path) -> None:
    (tmp_path / "good").write_text("0123456789\n")
    assert outlets.secret(tmp_path / "good") == "0123456789"
    for text in ("short", "two words here", "\u00fcmlaut-1234", ""):
        (tmp_path / "bad").write_text(text)
        with pytest.raises(Problem):
            outlets.secret(tmp_path / "bad")


# ---- inlets ----


def test_new_files_of_a_folder_are_answered_and_broken_ones_named(
    share: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    with running(share, tmp_path / "state") as served:
        threading.Thread(target=inlets.watch, args=(served.desk, tmp_path / "in", 0.02), daemon=True).start()
        time.sleep(0.1)
        (tmp_path / "in" / "a.png").write_bytes(png(golden_pixels()))
        (tmp_path / "in" / "b.png").write_bytes(b"no picture")
        assert soon(lambda: served.desk.metrics.value("images_rejected_total", reason="broken") == 1)
        direct = served.ask("POST", "/v1/image", png(golden_pixels()), PICTURE).json
    told = capfd.readouterr()
    row = json.loads(told.out.splitlines()[0])
    assert row["source"].endswith("a.png")
    assert (row["label"], row["confidence"]) == (direct["label"], direct["confidence"])
    assert "b.png" in told.err
    assert "Traceback" not in told.err


def test_without_ffmpeg_a_camera_is_refused_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="apt install ffmpeg") as refused:
        inlets.Camera("rtsp://127.0.0.1/stream")
    assert refused.value.code == 7


def test_a_stream_of_pictures_is_read_frame_by_frame_and_opened_again_when_it_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    frames = [np.full((4, 6, 3), number, np.uint8) for number in (10, 20)]
    stream = b"".join(b"P6\n6 4\n255\n" + frame.tobytes() for frame in frames)
    (tmp_path / "film").write_bytes(stream + b"P6\n6 4\n255\ncut short")
    program = tmp_path / "ffmpeg"
    script = "import sys, time; d = open(sys.argv[-1], 'rb').read(); f = sys.stdout.buffer"
    script += "; [(f.write(p), f.flush(), time.sleep(0.2)) for p in (d[:83], d[83:])]"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c \"{script}\" {tmp_path / 'film'}\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    camera, ended, seen = inlets.Camera(str(tmp_path / "film")), threading.Event(), []

    def take(name: str, rgb: Any) -> None:
        seen.append((name.rpartition("#")[2], int(rgb[0, 0, 0]), rgb.shape))
        if len(seen) == 4:
            ended.set()

    camera.run(take, lambda: None, ended)
    assert seen == [("1", 10, (4, 6, 3)), ("2", 20, (4, 6, 3))] * 2


# ---- with the real consumers, where they are installed ----


@pytest.mark.sweep
def test_a_film_is_answered_frame_by_frame_through_ffmpeg(share: Path, tmp_path: Path) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed")
    film = tmp_path / "film.mkv"
    source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", "-c:v", "ffv1"]
    subprocess.run([ffmpeg, "-v", "error", *source, film], check=True)
    ended, shapes = threading.Event(), []

    def take(name: str, rgb: Any) -> None:
        shapes.append(rgb.shape)
        if len(shapes) == 10:
            ended.set()

    inlets.Camera(str(film)).run(take, lambda: None, ended)
    assert set(shapes) == {(48, 64, 3)}


@pytest.mark.sweep
def test_a_broker_gets_results_state_will_and_discovery_even_when_it_comes_late(tmp_path: Path) -> None:
    pytest.importorskip("paho.mqtt.client")
    broker, listener = shutil.which("mosquitto") or "/usr/sbin/mosquitto", shutil.which("mosquitto_sub")
    if not Path(broker).is_file() or listener is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    metrics = Metrics()
    outlet = outlets.Mqtt(f"mqtt://127.0.0.1:{port}/site/line/cell", "", "toy", metrics)
    for number in range(20):
        outlet.put({**ROW, "number": number})  # nobody is there yet
    (tmp_path / "conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    process = subprocess.Popen([broker, "-c", str(tmp_path / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        command = [listener, "-p", str(port), "-q", "1", "-v", "-t", "#", "-W", "12"]
        heard = subprocess.Popen(command, stdout=subprocess.PIPE)
        time.sleep(8)
        outlet.put({**ROW, "number": 99})
        outlet.close()
        out = heard.communicate()[0].decode()
    finally:
        process.terminate()
        process.wait()
    lines = [line.split(" ", 1) for line in out.splitlines()]
    numbers = [json.loads(text)["number"] for topic, text in lines if topic == "site/line/cell/result"]
    assert sorted(set(numbers)) == [*range(20), 99]
    assert [text for topic, text in lines if topic == "site/line/cell/state"] == ["online", "offline"]
    found = next(json.loads(text) for topic, text in lines if topic.startswith("homeassistant/sensor/"))
    assert found["availability_topic"] == "site/line/cell/state"


@pytest.mark.sweep
def test_nvidias_client_reads_health_metadata_and_equal_answers_in_json_and_binary(share: Path, tmp_path: Path) -> None:
    triton = pytest.importorskip("tritonclient.http")
    with running(share, tmp_path / "state") as served:
        client = triton.InferenceServerClient(f"127.0.0.1:{served.port}")
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("toy-parts")
        assert client.get_model_metadata("toy-parts")["inputs"][0]["shape"] == [-1, 4, 4, 3]
        for vector in edge_source().golden:
            pixels = np.frombuffer(vector.pixels, np.uint8).reshape(1, *edge_source().contract.shape)
            known = np.frombuffer(vector.outputs["reference"], np.uint8) ^ 0x80
            for binary in (True, False):
                tensor = triton.InferInput("image", pixels.shape, "UINT8")
                tensor.set_data_from_numpy(pixels, binary_data=binary)
                asked = [triton.InferRequestedOutput("output", binary_data=binary)]
                answer = client.infer("toy-parts", [tensor], outputs=asked)
                assert answer.as_numpy("output").reshape(-1).tolist() == known.tolist()
        assert not client.is_model_ready("other")
