"""Pages in a headless Chromium: what it shows, what a script finds there, what axe-core says of it, what is printed."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = "axe-core@4.14.1"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=60000")
DARK = "--blink-settings=preferredColorScheme=0"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')


def browse(page: Path, *flags: str, width: int = 1400, dark: bool = False) -> str:
    """What Chromium prints of a page, asked by `flags`."""
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    profile = page.with_name("profile")
    look = (f"--window-size={width},1000", f"--user-data-dir={profile}", *((DARK,) if dark else ()))
    command = [CHROMIUM, *FLAGS, *look, *flags, page.resolve().as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=True).stdout


def dom(page: Path, **look: Any) -> str:
    """The page's elements after its script has run."""
    return browse(page, "--dump-dom", **look)


def answer(text: str, script: str, folder: Path, **look: Any) -> Any:
    """What an expression (a promise, too) says in the page `text`, without the policy that would forbid to ask."""
    asked = folder / "asked.html"
    ask = (
        f"addEventListener('load', async () => {{ const found = await ({script});\n"
        "const told = document.createElement('pre'); told.id = 'told'; told.textContent = JSON.stringify(found);\n"
        "document.body.textContent = ''; document.body.append(told); }})"
    ).replace("}})", "})")
    asked.write_text(POLICY.sub("", text).replace("</body>", f"<script>{ask}</script></body>"), encoding="utf-8")
    shown = re.search(r'<pre id="told">(.*)</pre>', dom(asked, **look), re.DOTALL)
    assert shown is not None, "the script came to no end"
    return json.loads(html.unescape(shown[1]))


def axe(folder: Path) -> str:
    """The source of axe-core, from npm; skips where there is none."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    done = subprocess.run([npm, "install", "--silent", "--prefix", folder, AXE], capture_output=True, timeout=280, check=False)
    source = folder / "node_modules/axe-core/axe.min.js"
    if done.returncode or not source.is_file():
        pytest.skip(f"npm gives no {AXE}")
    return source.read_text(encoding="utf-8")


def findings(text: str, source: str, folder: Path, **look: Any) -> list[list[Any]]:
    """What axe-core finds in a page: impact, rule, where."""
    script = "axe.run(document).then((r) => r.violations.map((v) => [v.impact, v.id, v.nodes.slice(0, 3).map((n) => n.target)]))"
    return list(answer(text.replace("</body>", f"<script>{source}</script></body>"), script, folder, **look))
