"""The service over HTTP: right answers, and the right status for everything else."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edge_service import LIMITS, Running, running, unpacked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from test_service import edge_source

from espalier.bundle.pi.device.service.web import ROUTES
from espalier.bundle.service_check import binary_request

PICTURE = {"Content-Type": "image/png"}


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(edge_source(), tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def served(share: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(share, tmp_path_factory.mktemp("state")) as found:
        yield found


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def golden_pixels() -> np.ndarray[Any, Any]:
    source = edge_source()
    return np.frombuffer(source.golden[0].pixels, np.uint8).reshape(source.contract.shape)


def as_request(**changes: Any) -> dict[str, Any]:
    data = golden_pixels().reshape(-1).tolist()
    return {"inputs": [{"name": "image", "datatype": "UINT8", "shape": [1, 4, 4, 3], "data": data} | changes]}


def test_health_and_metadata_say_what_serves(served: Running) -> None:
    assert served.ask("GET", "/v2/health/live").json == {"live": True}
    ready = served.ask("GET", "/v2/health/ready")
    assert (ready.status, ready.json["model"]["version"]) == (200, "1.2.3")
    assert "binary_tensor_data" in served.ask("GET", "/v2").json["extensions"]
    for path in ("/v2/models/toy-parts", "/v2/models/toy-parts/versions/1.2.3"):
        told = served.ask("GET", path).json
        assert told["inputs"] == [{"name": "image", "datatype": "UINT8", "shape": [-1, 4, 4, 3]}]
        assert [(row["name"], row["shape"]) for row in told["outputs"]] == [("output", [-1, 3])]
    assert served.ask("GET", "/v2/models/toy-parts/ready").status == 200


def test_json_and_binary_tensors_give_the_golden_bytes(served: Running) -> None:
    for vector in edge_source().golden:
        known = (np.frombuffer(vector.outputs["reference"], np.uint8) ^ 0x80).tolist()
        pixels = np.frombuffer(vector.pixels, np.uint8).tolist()
        plain = served.infer({"id": "7", **as_request(data=pixels)})
        assert (plain.status, plain.json["id"], plain.json["outputs"][0]["data"]) == (200, "7", known)
        body, headers = binary_request(vector, edge_source())
        raw = served.infer(body, headers)
        assert list(raw.body[int(raw.headers["Inference-Header-Content-Length"]) :]) == known


def test_a_batch_is_answered_image_by_image(served: Running) -> None:
    source = edge_source()
    pixels = b"".join(vector.pixels for vector in source.golden)
    reply = served.infer(as_request(shape=[3, 4, 4, 3], data=list(pixels)))
    known = b"".join(vector.outputs["reference"] for vector in source.golden)
    assert reply.json["outputs"][0]["shape"] == [3, 3]
    assert reply.json["outputs"][0]["data"] == (np.frombuffer(known, np.uint8) ^ 0x80).tolist()


def test_a_picture_is_answered_with_label_confidence_decision_model_and_time(served: Running) -> None:
    reply = served.ask("POST", "/v1/image", png(golden_pixels()), PICTURE)
    row, output = reply.json, np.frombuffer(edge_source().golden[0].outputs["reference"], np.uint8) ^ 0x80
    assert reply.status == 200
    assert row["label"] == edge_source().labels[int(output.argmax())]
    assert row["confidence"] == round(int(output.max()) / 256, 6)
    assert row["decision"] == ("accept" if output.max() / 256 >= 0.75 else "review")
    assert row["model"] == served.desk.serving.named
    assert row["milliseconds"]["total"] >= row["milliseconds"]["model"] > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shape": [1, 4, 3]}, "expected [-1, 4, 4, 3]"), ({"shape": [1, 5, 4, 3]}, "expected [-1, 4, 4, 3]"),
        ({"shape": "x"}, "expected [-1, 4, 4, 3]"), ({"shape": [True, 4, 4, 3]}, "expected"),
        ({"shape": [0, 4, 4, 3]}, "expected"), ({"shape": [99, 4, 4, 3]}, "at most 32"), ({"datatype": "FP32"}, "expected UINT8"),
        ({"datatype": None}, "expected UINT8"),
        ({"data": [1, 2]}, "2 values"), ({"data": [256] * 48}, "0 to 255"), ({"data": [0.5] * 48}, "whole numbers"),
        ({"data": ["a"] * 48}, "no whole numbers"), ({"data": None}, "values"), ({"data": [[1], [2, 3]]}, "no numbers"),
        ({"name": "x"}, "the inputs are image UINT8"), ({"parameters": {"binary_data_size": 7}}, "needs 48"),
        ({"parameters": {"binary_data_size": "48"}}, "needs 48"), ({"data": [10**30] * 48}, "whole numbers"),
    ],
)  # fmt: skip
def test_a_wrong_tensor_is_400_with_what_is_expected(served: Running, change: dict[str, Any], said: str) -> None:
    reply = served.infer(as_request(**change))
    assert reply.status == 400
    assert said in reply.json["error"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"inputs": 3}', b'{"inputs": [3]}', b"[" * 50_000, b"\xff\xfe", b'{"inputs": []}']
)
def test_a_body_that_is_no_request_is_400(served: Running, body: bytes) -> None:
    reply = served.infer(body)
    assert reply.status == 400
    assert reply.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404), ("GET", "/v2/models/other", 404), ("POST", "/v2/models/other/infer", 404),
        ("GET", "/v2/models/toy-parts/versions/9", 404), ("GET", "/v2/models/toy-parts/infer", 405), ("GET", "/v1/image", 405),
        ("POST", "/metrics", 405), ("DELETE", "/v1/image", 405), ("HEAD", "/v2", 200), ("BREW", "/v2", 405),
    ],
)  # fmt: skip
def test_unknown_paths_and_methods_have_their_status(served: Running, method: str, path: str, status: int) -> None:
    reply = served.ask(method, path)
    assert reply.status == status
    assert status != 405 or reply.headers["Allow"] in ("GET", "POST")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (bytes(LIMITS.body_bytes + 1), PICTURE, 413), (b"x", {"Content-Type": "text/html"}, 415), (b"x", PICTURE, 400),
        (b"", PICTURE, 400), (png(np.arange(192, dtype=np.uint8).reshape(8, 8, 3))[:50], PICTURE, 400),
        (b"x", PICTURE | {"Transfer-Encoding": "chunked"}, 411), (b"P6\n99999 99999\n255\n", PICTURE, 400),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_read_has_its_status(
    served: Running, body: bytes, headers: dict[str, str], status: int
) -> None:
    reply = served.ask("POST", "/v1/image", body, headers)
    assert (reply.status, sorted(reply.json)) == (status, ["error"])
    assert "Traceback" not in reply.json["error"]


def raw(port: int, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while part := client.recv(4096):
            found += part
        return found


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc", b"400"),
        (b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /v1/image HTTP/1.1\r\nHost: a\r\n\r\n", b"411"), (b"nonsense\r\n\r\n", b"400"),
        (b"GET /v2 HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET /" + b"y" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", b"413"),
    ],
)  # fmt: skip
def test_what_is_no_http_is_refused_as_such(served: Running, data: bytes, status: bytes) -> None:
    assert status in raw(served.port, data).split(b"\r\n")[0]


@given(data=st.binary(max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_an_answer_of_the_servers_own_fault(served: Running, data: bytes) -> None:
    for reply in (served.infer(data), served.ask("POST", "/v1/image", data, PICTURE)):
        assert reply.status == 400, reply
    assert served.ask("GET", "/v2/health/ready").status == 200


def test_a_connection_goes_on_after_a_refusal(served: Running) -> None:
    body = png(golden_pixels())
    one = b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n%s"
    found = raw(served.port, one % (1, b"x") + one % (len(body), body))
    assert found.count(b"HTTP/1.1 400") == found.count(b"HTTP/1.1 200") == 1


def test_a_full_queue_is_503_with_the_time_to_come_again_and_nothing_else_is_lost(share: Path, tmp_path: Path) -> None:
    with running(share, tmp_path, limits=LIMITS._replace(engines=1, queue=1, seconds=10)) as served:
        held = [socket.create_connection(("127.0.0.1", served.port), timeout=10) for _ in range(2)]
        head = b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
        body = png(golden_pixels())
        for client in held:
            client.sendall(head % len(body))
        until = time.monotonic() + 5
        while served.desk.gate.waiting + served.desk.gate.working < 2 and time.monotonic() < until:
            time.sleep(0.01)
        refused = served.ask("POST", "/v1/image", body, PICTURE)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert served.ask("GET", "/v2/health/live").status == 200
        for client in held:
            client.sendall(body)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
            client.close()
        assert served.ask("POST", "/v1/image", body, PICTURE).status == 200


def test_a_request_ends_at_its_deadline(share: Path, tmp_path: Path) -> None:
    with running(share, tmp_path, limits=LIMITS._replace(engines=1, seconds=0.3)) as served:
        with served.desk.gate.turn(time.monotonic() + 1):
            assert served.ask("POST", "/v1/image", png(golden_pixels()), PICTURE).status == 503
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as slow:
            slow.sendall(b"POST /v1/image HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
            assert b" 408 " in slow.recv(4096)


def test_a_token_is_asked_for_everywhere_but_for_health(share: Path, tmp_path: Path) -> None:
    with running(share, tmp_path, token="sesame-open") as served:
        for path in ROUTES:
            wanted = 200 if "health" in path or path in ("/healthz", "/readyz") else 401
            assert served.ask("GET", path).status == wanted, path
        for given_token, status in (("sesame-open", 200), ("sesame-opem", 401), ("", 401)):
            assert served.ask("GET", "/metrics", headers={"Authorization": f"Bearer {given_token}"}).status == status
        assert served.ask("GET", "/metrics", headers={"Authorization": "Basic sesame-open"}).status == 401


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_tls_is_spoken_and_a_plain_client_takes_nothing_from_others(share: Path, tmp_path: Path) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", cert], check=True, capture_output=True)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(cert, key)
    with running(share, tmp_path, tls=ours, trust=ssl.create_default_context(cafile=str(cert))) as served:
        silent = socket.create_connection(("127.0.0.1", served.port), timeout=10)
        with contextlib.suppress(OSError):
            raw(served.port, b"GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert served.ask("GET", "/v2/health/ready").status == 200
        silent.close()


def test_metrics_count_what_was_asked_and_say_which_model_answers(share: Path, tmp_path: Path) -> None:
    with running(share, tmp_path) as served:
        for _ in range(3):
            served.ask("POST", "/v1/image", png(golden_pixels()), PICTURE)
        served.ask("POST", "/v1/image", b"x", PICTURE)
        served.infer(as_request())
        text = served.ask("GET", "/metrics").body.decode()
    assert 'espalier_requests_total{code="200",path="/v1/image"} 3' in text
    assert 'espalier_requests_total{code="400",path="/v1/image"} 1' in text
    assert 'espalier_images_rejected_total{reason="broken"} 1' in text
    assert "espalier_inference_seconds_count 4" in text
    assert f'espalier_model_info{{name="toy-parts",sha256="{served.desk.serving.sha256}",version="1.2.3"}} 1' in text
    promtool = shutil.which("promtool")
    if promtool is not None:
        done = subprocess.run([promtool, "check", "metrics"], input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_answers_of_many_clients_at_once_are_each_their_own(served: Running) -> None:
    wrong: list[object] = []

    def client(vector: Any) -> None:
        known = (np.frombuffer(vector.outputs["reference"], np.uint8) ^ 0x80).tolist()
        for _ in range(10):
            reply = served.infer(as_request(data=list(vector.pixels)))
            if reply.status != 503 and reply.json["outputs"][0]["data"] != known:
                wrong.append(reply)

    threads = [threading.Thread(target=client, args=(vector,)) for vector in edge_source().golden * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert json.loads(served.ask("GET", "/v2/health/ready").body)["ready"]
