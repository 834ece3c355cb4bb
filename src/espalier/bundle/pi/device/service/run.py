"""`serve`: from the options to a service that answers until it is told to stop."""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import ssl
import threading
import time
from pathlib import Path

from ..images import Frame
from ..model import Pixels, Place
from ..problem import MISSING, OK, Problem, say
from . import inlets, outlets
from .desk import Desk, Limits
from .notify import notify, watchdog_seconds
from .shelf import Shelf
from .web import Server

DRAIN_SECONDS = 20.0
LOOK_SECONDS = 1.0
"""How often the link to the current model, the drift and the order to stop are looked at."""


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    add = parser.add_argument
    add("--listen", default="127.0.0.1:8080", metavar="ADDRESS:PORT", help="where to answer (127.0.0.1:8080); port 0: any")
    add("--tls-cert", type=Path, metavar="FILE", help="certificate chain (PEM)")
    add("--tls-key", type=Path, metavar="FILE", help="its key")
    add("--token-file", type=Path, metavar="FILE", help="a bearer token that requests must carry; health paths need none")
    add("--insecure", action="store_true", help="listen beyond this computer without TLS or without a token")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    add("--engines", type=int, default=cores, metavar="N", help=f"interpreters, and images at a time ({cores})")
    add("--queue", type=int, default=64, metavar="N", help="requests that may wait; more are answered 503 (64)")
    add("--body-limit", type=int, default=8 << 20, metavar="BYTES", help="largest body (8 MiB)")
    add("--deadline", type=float, default=10.0, metavar="S", help="seconds that a request may take (10)")
    add("--watch", type=Path, metavar="FOLDER", help="answer new images of a folder too")
    add("--interval", type=float, default=0.1, metavar="S", help="seconds between looks at the folder (0.1)")
    add("--camera", metavar="WHAT", help="answer frames of rtsp://..., /dev/video0 or a film too (needs ffmpeg)")
    add("--mqtt", metavar="URL", help="publish answers: mqtt://[USER@]HOST:1883/site/line/station (needs paho-mqtt)")
    add("--mqtt-password-file", type=Path, metavar="FILE", help="the password of USER")
    add("--webhook", metavar="URL", help="POST answers as JSON")


def limits_of(options: argparse.Namespace) -> Limits:
    """Raises Problem for limits that mean nothing."""
    if options.engines < 1 or options.queue < 0 or options.body_limit < 1 or not options.deadline > 0:
        raise Problem("--engines and --body-limit must be 1 or more, --queue 0 or more, --deadline more than 0")
    return Limits(options.body_limit, options.deadline, options.engines, options.queue, options.floor_ms)


def address_of(options: argparse.Namespace) -> tuple[str, int]:
    """Where to listen. Raises Problem for what would be open to everybody."""
    host, _, port = options.listen.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) < 65_536):
        raise Problem(f"--listen {options.listen}: give ADDRESS:PORT, such as 127.0.0.1:8080")
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        if host != "localhost":
            raise Problem(f"--listen {options.listen}: give an address, such as 127.0.0.1 or 0.0.0.0") from None
        host, here = "127.0.0.1", True
    if (options.tls_cert is None) != (options.tls_key is None):
        raise Problem("--tls-cert and --tls-key belong together")
    if not here and not options.insecure and (options.tls_cert is None or options.token_file is None):
        raise Problem(
            f"--listen {options.listen} is open to other computers; next: --tls-cert, --tls-key and --token-file, or --insecure"
        )
    return host, int(port)


def tls_of(options: argparse.Namespace) -> ssl.SSLContext | None:
    """The server's side of TLS 1.2 and newer, where it is wanted."""
    if options.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.tls_cert, options.tls_key)
    except (OSError, ValueError) as problem:
        raise Problem(f"--tls-cert {options.tls_cert}, --tls-key {options.tls_key}: {problem}") from None
    return context


def connect(desk: Desk, options: argparse.Namespace) -> None:
    """The outlets that are wanted."""
    name = f"{desk.serving.named['name']}"
    if options.actions:
        desk.outlets.append(outlets.Commands(options.actions, desk.serving.responder.answers, desk.metrics))
    if options.webhook:
        desk.outlets.append(outlets.WebHook(options.webhook, desk.metrics))
    if options.mqtt:
        desk.outlets.append(outlets.Mqtt(options.mqtt, outlets.secret(options.mqtt_password_file), name, desk.metrics))


def start_inlets(desk: Desk, options: argparse.Namespace, ended: threading.Event) -> None:
    """A thread for each source but HTTP. Raises Problem for one that is not there."""
    sources = []
    if desk.serving.vectors and (options.watch or options.camera):
        raise Problem("this model takes numbers beside each image, which --watch and --camera have not; send them over HTTP")
    if options.watch:
        if not options.watch.is_dir():
            raise Problem(f"--watch: there is no folder {options.watch}")
        sources.append(threading.Thread(target=inlets.watch, args=(desk, options.watch, options.interval), daemon=True))
    if options.camera:
        camera = inlets.Camera(options.camera)

        def take(name: str, rgb: Pixels) -> None:
            if not inlets.answer(desk, Frame(name, rgb), wait=False):
                desk.metrics.add("frames_dropped_total")

        def dropped() -> None:
            desk.metrics.add("frames_dropped_total")

        sources.append(threading.Thread(target=camera.run, args=(take, dropped, ended), daemon=True))
    for source in sources:
        source.start()


def serve(options: argparse.Namespace, place: Place) -> int:
    """Answer until SIGTERM or SIGINT; SIGHUP looks for a new model."""
    address, token, tls = address_of(options), outlets.secret(options.token_file), tls_of(options)
    desk = Desk(Shelf(options.state, options.model), limits_of(options), options.references)
    ended, again = threading.Event(), threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ended.set())
    signal.signal(signal.SIGINT, lambda number, frame: ended.set())
    signal.signal(signal.SIGHUP, lambda number, frame: again.set())
    try:
        server = Server(address, desk, token, tls)
    except OSError as problem:
        raise Problem(f"--listen {options.listen}: {problem.strerror}", MISSING) from None
    connect(desk, options)
    start_inlets(desk, options, ended)
    door = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    door.start()
    where = f"http{'s' if tls else ''}://{address[0] if ':' not in address[0] else f'[{address[0]}]'}:{server.server_port}"
    say(f"{desk.serving.named['name']} {desk.serving.named['version']}: {desk.serving.runtime}; answers at {where}")
    notify("READY=1")
    _attend(desk, ended, again)
    notify("STOPPING=1")
    _drain(desk, server)
    return OK


def _attend(desk: Desk, ended: threading.Event, again: threading.Event) -> None:
    """Until the end: a newer model, signs of life, drift."""
    every, last, seen = watchdog_seconds(), 0.0, desk.shelf.current()
    while not ended.wait(LOOK_SECONDS / 4):
        current = desk.shelf.current()
        if again.is_set() or current != seen:
            again.clear()
            seen = current
            notify("RELOADING=1")
            desk.reload()
            notify("READY=1")
        now = time.monotonic()
        if every is not None and now - last >= min(every, LOOK_SECONDS * 10) and desk.serving.alive():
            last = now
            notify("WATCHDOG=1")
        desk.alarms()


def _drain(desk: Desk, server: Server) -> None:
    """No new requests; those that are here get their answers."""
    desk.metrics.set("ready", 0)
    server.shutdown()
    server.rest()
    desk.draining = True
    time.sleep(0.1)  # what had knocked has its thread now
    done = server.quiet(DRAIN_SECONDS)
    server.socket.close()
    for outlet in desk.outlets:
        outlet.close()
    say("stopped" if done else f"stopped; some requests took over {DRAIN_SECONDS:.0f} s")
