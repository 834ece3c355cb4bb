"""A service of the small classifier for tests: its folder, its bundle's source, and the service itself behind a port."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from espalier.bundle import service
from espalier.bundle.pi.device.service.desk import Desk, Limits
from espalier.bundle.pi.device.service.shelf import Shelf
from espalier.bundle.pi.device.service.web import Server
from espalier.bundle.pi_consumers import package_name
from espalier.facts import BundleSource

LIMITS = Limits(body_bytes=1 << 16, seconds=5.0, engines=2, queue=4)


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running(NamedTuple):
    desk: Desk
    port: int
    tls: ssl.SSLContext | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        made = http.client.HTTPConnection if self.tls is None else http.client.HTTPSConnection
        more = {} if self.tls is None else {"context": self.tls}
        connection = made("127.0.0.1", self.port, timeout=10, **more)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.headers)
        finally:
            connection.close()

    def infer(self, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", "/v2/models/toy-parts/infer", data, headers)


def unpacked(source: BundleSource, folder: Path) -> Path:
    """Install the package's tree below a folder; the model's folder in it."""
    for entry in service.tree(source):
        (folder / entry.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / entry.path).write_bytes(entry.data)
    return folder / "usr/share" / package_name(source)


@contextmanager
def running(
    share: Path, state: Path, *, limits: Limits = LIMITS, token: str = "", tls: ssl.SSLContext | None = None,
    trust: ssl.SSLContext | None = None,
) -> Iterator[Running]:
    """The service in this process, on any free port."""
    desk = Desk(Shelf(state, share), limits, state / "references.json")
    server = Server(("127.0.0.1", 0), desk, token, tls)
    door = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    door.start()
    try:
        yield Running(desk, server.server_port, trust)
    finally:
        server.shutdown()
        door.join()
        server.server_close()
