"""A headless Chromium that answers one question about the pages of a folder.

The folder is served on this machine's own address only; a page of ours, in the same origin, holds the page that is asked in
a frame, runs a script that may look into it, and posts what the script returns back. No other host can be reached.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Final

from ..scratch import Scratch

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # It refuses to run as root with one, and sees our own pages only.
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
ASK: Final = "/--ask.html"
_PAGE: Final = """<!doctype html>
<meta charset="utf-8">
<iframe src="{page}" width="900" height="700"></iframe>
<script type="module">
const frame = document.querySelector('iframe');
const until = async (find) => {{
  for (;;) {{
    const found = await find();
    if (found !== undefined && found !== null) return found;
    await new Promise((go) => setTimeout(go, 20));
  }}
}};
const ask = async () => {{
{script}
}};
const told = await ask().catch((problem) => ({{problem: String(problem)}}));
await fetch('/--told', {{method: 'POST', body: JSON.stringify(told)}});
</script>
"""


def find_browser() -> str | None:
    """The path of an installed Chromium."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ask_page(
    folder: Path, page: str, script: str, *, seconds: float, files: Mapping[str, bytes] | None = None, flags: tuple[str, ...] = ()
) -> dict[str, Any]:
    """What `script` returns: the body of an async JavaScript function that has `frame` (an iframe with `page` of `folder`) and
    `until(find)`, which asks until there is something. `files`: what is served beside the folder's, by its path.

    `{"problem": ...}` where there is no answer: no browser, none in time, a script that throws.
    """
    browser = find_browser()
    if browser is None:
        return {"problem": "no Chromium is installed"}
    told: list[dict[str, Any]] = []
    done = threading.Event()
    extra = {ASK: _PAGE.format(page=page, script=script).encode(), **{f"/{path}": data for path, data in (files or {}).items()}}
    handler = type("_Handler", (_Handler,), {"extra": extra, "told": told, "done": done})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server, Scratch() as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}{ASK}"
        command = [browser, *FLAGS, *flags, f"--user-data-dir={profile}", address]
        try:
            why = _until(done, command, seconds)
        finally:
            server.shutdown()
    return told[0] if told else {"problem": why}


def _until(done: threading.Event, command: list[str], seconds: float) -> str:
    """Run a browser until the answer is there; why there may be none."""
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as problem:
        return f"it cannot start: {problem.strerror}"
    until = time.monotonic() + seconds
    try:
        while not done.wait(0.1) and process.poll() is None and time.monotonic() < until:
            pass
        ended = process.poll()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return f"no answer within {seconds:.0f} s" if ended is None else f"it ended with status {ended} and no answer"


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder, what is beside it, and takes the answer."""

    extra: ClassVar[Mapping[str, bytes]] = {}
    told: ClassVar[list[dict[str, Any]]] = []
    done: ClassVar[threading.Event] = threading.Event()
    extensions_map = {  # noqa: RUF012 (an instance variable, says the class above)
        **SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".js": "text/javascript",
        ".tflite": "application/octet-stream",
    }

    def do_GET(self) -> None:
        data = self.extra.get(self.path)
        if data is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        self.told.append(answer if isinstance(answer, dict) else {"problem": f"no object: {body[:80]!r}"})
        self.send_response(204)
        self.end_headers()
        self.done.set()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
