"""`espalier run --serve`: a page on this machine, for this user: a picture goes in, int8 and float answer side by side.

Bound to 127.0.0.1; the address holds a random token, the Host header must be the page's own (a name of somebody else's that
resolves to this machine is not it), another page's Origin is refused, and the page may ask nothing of any other place.
"""

from __future__ import annotations

import base64
import errno
import io
import secrets
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..bundle.pi.device.painted import as_rgb
from ..errors import EspalierError, UsageError
from ..limits import LIMITS
from ..load.images import SUFFIXES
from ..report.frame import template
from ..stages.trial import Subject, Trial, Tried
from ..stages.workshop import Workshop
from ..store import Store
from ..streams import say
from ..terminal import Progress
from ..visible import shown
from .run import Wish
from .run_subject import subject_of

HOST = "127.0.0.1"
_ANSWERS = 60.0
"""Seconds that a browser may be silent while it sends."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the page gets of a picture: the row, pictures as data URIs, and whether both models say the same."""

    row: msgspec.Raw
    input: str
    drawn: dict[str, str]
    float_drawn: dict[str, str]
    agrees: bool


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no answer."""

    error: str


@dataclass(frozen=True, slots=True)
class _Site:
    """What the handler answers from. One picture at a time."""

    trial: Trial
    token: str
    lock: threading.Lock

    def page(self) -> tuple[bytes, str]:
        """The page, and its content security policy."""
        nonce, known = secrets.token_urlsafe(16), self.trial.subject.known
        contract = known.contract
        html = template("run.html.j2").render(
            nonce=nonce,
            name=known.name,
            version=known.version,
            task=known.task,
            size=f"{contract.size[0]} x {contract.size[1]} {contract.color}",
            contract=f"{contract.size[0]} x {contract.size[1]}, {contract.color}, resize {contract.resize}, fit {contract.fit}"
            + ("" if contract.smooth == "none" else f", smooth {contract.smooth}")
            + ("" if contract.balance == "none" else f", balance {contract.balance}"),
            accept=",".join(sorted(SUFFIXES)),
            threshold=float(known.facts["threshold"]),
            unit=known.unit,
            note=self.trial.subject.note,
        )
        policy = (
            f"default-src 'none'; img-src data:; style-src 'nonce-{nonce}' 'unsafe-hashes'; script-src 'nonce-{nonce}'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return html.encode(), policy

    def answer(self, data: bytes, name: str) -> bytes:
        """The Reply to a picture's bytes. Raises EspalierError."""
        with self.lock:
            path = self.trial.upload
            path.write_bytes(data)
            tried = self.trial.file(path, shown(name, 120) or "picture")
            float_drawn = {} if tried.float_output is None else self._drawn(tried, tried.float_output)
            color = self.trial.subject.known.contract.color
            reply = Reply(
                row=msgspec.Raw(msgspec.json.encode(tried.row)),
                input=_uri(as_rgb(tried.pixels, color)),
                drawn=self._drawn(tried, tried.output),
                float_drawn=float_drawn,
                agrees=tried.words[:1] == tried.float_words[:1],
            )
        return msgspec.json.encode(reply)

    def _drawn(self, tried: Tried, output: NDArray[np.uint8]) -> dict[str, str]:
        if tried.picture is None:
            return {}
        made: Mapping[str, NDArray[np.uint8]] = self.trial.reader.drawn(output, tried.picture, tried.pixels)
        return {name: _uri(picture) for name, picture in made.items()}


def serve(what: Path, contract: Path | None, wish: Wish, port: int) -> None:
    """Serve until interrupted; prints the address when the page can answer."""
    if wish.images or wish.video or wish.camera or wish.out:
        raise UsageError("--serve takes its pictures from the page", next_step="leave images, --video, --camera and --out out")
    subject = subject_of(what, contract)
    wish = replace(wish, with_float=subject.float_model is not None)
    with Workshop(Store.default(), Progress(quiet=True)) as shop:
        trial = _trial(shop, subject, wish)
        for kind in ("images", "litert-runtime"):
            shop.worker(kind).wait_ready()
        token = secrets.token_urlsafe(24)
        with _server(_Site(trial, token, threading.Lock()), port) as server:
            say(f"http://{HOST}:{server.server_address[1]}/{token}/")
            say("the page is this user's alone, on this machine; Ctrl-C ends it", sys.stderr)
            with suppress(KeyboardInterrupt):
                server.serve_forever(poll_interval=0.2)


def _trial(shop: Workshop, subject: Subject, wish: Wish) -> Trial:
    return Trial(
        shop, subject, threshold=wish.threshold, references=wish.references, numbers=wish.numbers,
        with_float=wish.with_float, pictures=True,
    )  # fmt: skip


def _server(site: _Site, port: int) -> ThreadingHTTPServer:
    class Bound(_Handler):
        pass

    Bound.site = site
    try:
        server = ThreadingHTTPServer((HOST, port), Bound)
    except OSError as problem:
        if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise UsageError(
            f"port {port} cannot be had: {problem.strerror}", next_step="give another --port, or none: a free one is taken"
        ) from None
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    """Two addresses: the page, and `answer` for a picture's bytes."""

    site: _Site
    timeout = _ANSWERS
    server_version, sys_version = "espalier", ""

    def do_GET(self) -> None:
        """The page."""
        if not self._allowed():
            return
        if self._path() != "":
            self._refuse(404, "there is no such page")
            return
        page, policy = self.site.page()
        self._send(200, page, "text/html; charset=utf-8", policy)

    def do_POST(self) -> None:
        """A picture."""
        if not self._allowed():
            return
        if self._path() != "answer":
            self._refuse(404, "there is no such page")
            return
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or not 0 < int(length) <= LIMITS.image_file_bytes:
            self._refuse(413, f"a picture has 1 to {LIMITS.image_file_bytes:,} bytes")
            return
        name = parse_qs(urlsplit(self.path).query).get("name", ["picture"])[0]
        data = self.rfile.read(int(length))
        try:
            self._send(200, self.site.answer(data, name), "application/json")
        except EspalierError as problem:
            self._refuse(400, str(problem).replace("\n", "; "))

    def _path(self) -> str | None:
        """The address below the token; None for another."""
        first, token, rest = (*urlsplit(self.path).path.split("/", 2), "", "")[:3]
        return rest if not first and secrets.compare_digest(token.encode(), self.site.token.encode()) else None

    def _allowed(self) -> bool:
        """Whether this browser asked for this page by its own address, and no other page asks."""
        port = self.server.server_address[1]  # type: ignore[index]
        hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        origin = self.headers.get("Origin")
        if self.headers.get("Host") in hosts and origin in (None, *(f"http://{host}" for host in hosts)):
            return True
        self._refuse(403, "this page answers to its own address only")
        return False

    def _refuse(self, code: int, why: str) -> None:
        self.close_connection = True
        self._send(code, msgspec.json.encode(Refused(error=why)), "application/json")

    def _send(self, code: int, body: bytes, kind: str, policy: str = "default-src 'none'") -> None:
        self.send_response(code)
        for name, value in (
            ("Content-Type", kind), ("Content-Length", str(len(body))), ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ):  # fmt: skip
            self.send_header(name, value)
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: the address holds the token."""


def _uri(rgb: NDArray[np.uint8]) -> str:
    data = io.BytesIO()
    Image.fromarray(rgb).save(data, "PNG")
    return "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
