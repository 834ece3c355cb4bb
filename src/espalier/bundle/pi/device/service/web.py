"""The doors over HTTP: Open Inference Protocol v2, POST /v1/image, /metrics, and who may come in."""

from __future__ import annotations

import hmac
import http.server
import json
import math
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from ..images import BROKEN, MOST_PIXELS, decode, decode_array
from ..model import Pixels
from ..problem import Problem, say
from . import protocol
from .desk import Desk
from .gate import BusyError

PICTURES = ("image/jpeg", "image/png", "image/bmp", "image/x-portable-pixmap", "application/octet-stream")
OPEN = ("/v2/health/live", "/v2/health/ready", "/healthz", "/readyz")
"""What is answered without a token: whoever looks after the process has none."""
CONNECTIONS = 512
IDLE_SECONDS = 75.0
READ = 1 << 16
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers or {}


class Reply(NamedTuple):
    """An answer."""

    body: bytes
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    status: int = HTTPStatus.OK


Take = Callable[..., Reply]
"""What answers a request: of a Handler, and of the body where there is one."""


def as_reply(row: Any) -> Reply:
    """An answer in JSON."""
    return Reply(json.dumps(row).encode())


class Server(http.server.ThreadingHTTPServer):
    """Listens; a thread for each connection, up to CONNECTIONS."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], desk: Desk, token: str, tls: ssl.SSLContext | None) -> None:
        self.desk, self.token, self.tls = desk, token, tls
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._connections = threading.Semaphore(CONNECTIONS)
        self._requests = 0
        self._quiet = threading.Condition()
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without the look-up of a name that http.server makes."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread, where there is one left."""
        if not self._connections.acquire(blocking=False):
            try:
                request.settimeout(0.1)
                request.sendall(FULL)
            except OSError:
                pass
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The handshake belongs into the connection's own thread, so that nobody waits for a silent client."""
        try:
            if self.tls is not None:
                request.settimeout(10)
                try:
                    request = self.tls.wrap_socket(request, server_side=True)
                except (OSError, ValueError):
                    self.shutdown_request(request)
                    return
            super().process_request_thread(request, client_address)
        finally:
            self._connections.release()

    def count(self, by: int) -> None:
        """A request came, or was answered."""
        with self._quiet:
            self._requests += by
            self._quiet.notify_all()

    def quiet(self, seconds: float) -> bool:
        """Wait until every request has its answer; whether that came true."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._requests == 0, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is the client's matter; whatever else is a line, no traceback."""
        problem = sys.exc_info()[1]
        if not isinstance(problem, OSError):
            say(f"a connection ended: {type(problem).__name__}: {problem}")

    def rest(self) -> None:
        """Answer what had already knocked when the door was shut."""
        self.socket.setblocking(False)
        while True:
            try:
                request, address = self.get_request()
            except OSError:
                return
            request.setblocking(True)
            self.process_request(request, address)


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "espalier", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: Server
    unread = 0

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are counted, not told."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses."""
        self.close_connection, self.request_version = True, self.protocol_version
        self._send(_refused(Refusal(code, message or HTTPStatus(code).phrase)))

    def __getattr__(self, name: str) -> Any:
        """Every method of HTTP is looked at; which is right is said in one place."""
        if name.startswith("do_"):
            return self._request
        raise AttributeError(name)

    def _request(self) -> None:
        self.server.count(1)
        try:
            self._reply()
        finally:
            self.server.count(-1)

    def _reply(self) -> None:
        begin, path = time.monotonic(), urlsplit(self.path).path
        self.unread = 0
        try:
            reply = self._answer(path, begin)
        except Refusal as refusal:
            reply = _refused(refusal)
        except BusyError as busy:
            reply = _refused(Refusal(503, "too many requests at a time", {"Retry-After": str(busy.seconds)}))
        except Problem as problem:
            reply = _refused(Refusal(400, str(problem)))
        known = path if path in ROUTES else "/v2/models" if path.startswith("/v2/models/") else "other"
        metrics = self.server.desk.metrics
        metrics.add("requests_total", path=known, code=str(int(reply.status)))
        if self.unread or self.server.desk.draining:
            self.close_connection = True
        self._send(reply)
        metrics.observe("request_seconds", time.monotonic() - begin, path=known)
        if self.unread:
            self._swallow()

    def _send(self, reply: Reply) -> None:
        self.send_response(int(reply.status))
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()

    def _swallow(self) -> None:
        """Take a little of a body that nobody wants, or the client never sees the answer before it."""
        until, left = time.monotonic() + 1.0, min(self.unread, 64 << 20)
        try:
            self.connection.settimeout(1.0)
            while left > 0 and time.monotonic() < until:
                data = self.rfile.read1(READ)
                if not data:
                    return
                left -= len(data)
        except OSError:
            return

    def _answer(self, path: str, begin: float) -> Reply:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            raise Refusal(411, "a body needs a Content-Length")
        if length and not (length.isascii() and length.isdigit()):
            self.close_connection = True
            raise Refusal(400, "Content-Length is no number")
        self.unread = int(length[:18] or 0)
        if not self._allowed(path):
            raise Refusal(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        method, take = self._route(path)
        command = "GET" if self.command == "HEAD" else self.command
        if command != method:
            raise Refusal(405, f"{self.command} is not for {path}", {"Allow": method})
        if method == "GET":
            if self.unread:
                self.close_connection = True
            return take(self)
        desk = self.server.desk
        if not length:
            raise Refusal(411, "a body needs a Content-Length")
        if self.unread > desk.limits.body_bytes:
            raise Refusal(413, f"the body has {self.unread} bytes, at most {desk.limits.body_bytes} are taken")
        if desk.draining:
            raise BusyError
        until = begin + desk.limits.seconds
        with desk.gate.place():
            body = self._body(until)
            with desk.gate.turn(until):
                return take(self, body)

    def _allowed(self, path: str) -> bool:
        if not self.server.token or path in OPEN:
            return True
        kind, _, given = self.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), self.server.token.encode())
        return kind.lower() == "bearer" and right

    def _route(self, path: str) -> tuple[str, Take]:
        if path in ROUTES:
            return ROUTES[path]
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[:2] == ["v2", "models"] and len(parts) > 2:
            named = self.server.desk.serving.named
            rest = parts[3:]
            if parts[2] != named["name"]:
                raise Refusal(404, f"there is no model {parts[2][:80]!r}, this service has {named['name']}")
            if rest[:1] == ["versions"] and len(rest) > 1:
                if rest[1] != named["version"]:
                    raise Refusal(404, f"there is no version {rest[1][:80]!r} of it, this service has {named['version']}")
                rest = rest[2:]
            if "/".join(rest) in MODEL_ROUTES:
                return MODEL_ROUTES["/".join(rest)]
        raise Refusal(404, f"there is no {path[:80]!r}; see /v2, /v1/image, /metrics")

    def _body(self, until: float) -> bytes:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        parts: list[bytes] = []
        try:
            while self.unread:
                self.connection.settimeout(max(0.001, until - time.monotonic()))
                data = self.rfile.read1(min(READ * 4, self.unread))
                if not data:
                    self.close_connection, self.unread = True, 0
                    raise Refusal(400, "the body is shorter than its Content-Length")
                parts.append(data)
                self.unread -= len(data)
        except TimeoutError:
            self.close_connection, self.unread = True, 0
            raise Refusal(408, "the body did not come in time") from None
        finally:
            self.connection.settimeout(self.timeout)
        return b"".join(parts)

    # ---- what is asked ----

    def live(self) -> Reply:
        return as_reply({"live": True})

    def ready(self) -> Reply:
        desk = self.server.desk
        row = {"ready": desk.ready, "model": desk.serving.named, "fault": desk.fault, "drift": desk.alarms()}
        return as_reply(row)._replace(status=200 if desk.ready else 503)

    def server_metadata(self) -> Reply:
        named = self.server.desk.serving.named
        return as_reply({"name": "espalier", "version": named["version"], "extensions": list(protocol.EXTENSIONS)})

    def metrics(self) -> Reply:
        return Reply(self.server.desk.measure().encode(), "text/plain; version=0.0.4; charset=utf-8")

    def model_metadata(self) -> Reply:
        return as_reply(protocol.metadata(self.server.desk.serving))

    def model_ready(self) -> Reply:
        return self.ready()

    def infer(self, body: bytes) -> Reply:
        desk, serving = self.server.desk, self.server.desk.serving
        length = self.headers.get("Inference-Header-Content-Length")
        if length is not None and not (length.isascii() and length.isdigit()):
            raise Refusal(400, "Inference-Header-Content-Length is no number")
        request = protocol.read_infer(body, None if length is None else int(length[:18]), serving)
        outputs = []
        for pixels, beside in zip(request.pixels, request.beside, strict=True):
            output, seconds = serving.run(pixels, beside)
            desk.metrics.observe("inference_seconds", seconds)
            outputs.append(output)
        made, header = protocol.written(request, outputs, serving)
        if header is None:
            return Reply(made)
        return Reply(made, "application/octet-stream", (("Inference-Header-Content-Length", str(header)),))

    def image(self, body: bytes) -> Reply:
        desk = self.server.desk
        kind = self.headers.get("Content-Type", "application/octet-stream").partition(";")[0].strip().lower()
        if kind not in PICTURES:
            desk.metrics.add("images_rejected_total", reason="kind")
            raise Refusal(415, f"{kind[:80]!r} is not read; send the picture itself as one of {', '.join(PICTURES)}")
        asked = parse_qs(urlsplit(self.path).query)
        columns = [column.name for vector in desk.serving.vectors for column in vector.columns]
        numbers = read_numbers(asked.get("numbers", [""])[0], columns)
        try:
            rgb = read_picture(body, desk.serving.model.contract.bands)
        except (*BROKEN, Problem) as problem:
            desk.metrics.add("images_rejected_total", reason="broken")
            text = (str(problem) or type(problem).__name__).splitlines()[0].split(" <_io")[0]
            raise Refusal(400, f"the body is damaged or no picture: {text}") from None
        row = desk.look(rgb, "http", numbers, mask=asked.get("mask", ["0"])[0] == "1")
        return as_reply(row)


def read_picture(body: bytes, bands: int) -> Pixels:
    """A picture's bytes as pixels. Raises what a broken one raises."""
    rgb = decode_array(body, bands) if bands else decode(body)
    if rgb.shape[0] * rgb.shape[1] > MOST_PIXELS or 0 in rgb.shape:
        raise ValueError(f"{rgb.shape[1]} x {rgb.shape[0]} pixels")
    return rgb


def read_numbers(text: str, columns: list[str]) -> tuple[float, ...]:
    """NAME=VALUE,... of a model that takes numbers beside the image. Raises Problem."""
    pairs = dict(part.partition("=")[::2] for part in text.split(",") if part)
    if sorted(pairs) != sorted(columns):
        example = ",".join(f"{name}=..." for name in columns)
        raise Problem(f"this model takes ?numbers={example}" if columns else "this model takes an image alone")
    try:
        values = tuple(float(pairs[name]) for name in columns)
    except ValueError:
        raise Problem("?numbers: a value is no number") from None
    if not all(map(math.isfinite, values)):
        raise Problem("?numbers: a value is not finite")
    return values


def _refused(refusal: Refusal) -> Reply:
    return Reply(json.dumps({"error": str(refusal)}).encode(), headers=tuple(refusal.headers.items()), status=refusal.status)


ROUTES: dict[str, tuple[str, Take]] = {
    "/v2/health/live": ("GET", Handler.live),
    "/v2/health/ready": ("GET", Handler.ready),
    "/healthz": ("GET", Handler.live),
    "/readyz": ("GET", Handler.ready),
    "/v2": ("GET", Handler.server_metadata),
    "/metrics": ("GET", Handler.metrics),
    "/v1/image": ("POST", Handler.image),
}
MODEL_ROUTES: dict[str, tuple[str, Take]] = {
    "": ("GET", Handler.model_metadata),
    "ready": ("GET", Handler.model_ready),
    "infer": ("POST", Handler.infer),
}
