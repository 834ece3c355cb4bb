"""Write docs/pictures/ from the output of a real build: nothing in a picture is drawn by hand.

    python docs/pictures.py dist/model-1.0.0 [BROWSER]

The build is the tutorial's (docs/tutorial.md). BROWSER, a Chromium, photographs the head of its report.html; without one that
picture stays as it is. The terminal is recorded while that build runs:

    python docs/recording.py docs/pictures/terminal.svg -- espalier build recipe.toml
"""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(__file__).parent / "pictures"
SIZE = (1120, 1065)
TEXT = 'font-family="system-ui, sans-serif"'
# Readable on white and on black: the pictures do not know the page's colours.
INK, SOFT, LEAF = "#7d8a82", "#9aa69f", "#2f9d5f"


def arena(report: str) -> str:
    """The report's chart of the arena over time, as a file of its own."""
    (chart,) = (each for each in re.findall(r"<svg.*?</svg>", report, re.DOTALL) if 'aria-label="arena of' in each)
    return chart.replace("currentColor", INK).replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" {TEXT} ', 1) + "\n"


def photograph(browser: str, report: Path, out: Path) -> None:
    """The head of the report in a browser, as a PNG of few colours."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "report.png"
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}")
        window = (f"--window-size={SIZE[0]},{SIZE[1] + 500}", f"--screenshot={picture}")
        subprocess.run([browser, *flags, *window, report.resolve().as_uri()], check=True, capture_output=True, timeout=120)
        with Image.open(picture) as shot:
            head = shot.convert("RGB").crop((0, 0, *SIZE))
            head.quantize(48, dither=Image.Dither.NONE).save(out, optimize=True)


def answers(bundle: Path) -> str:
    """The golden vectors of a bundle: what the network saw, and what the reference kernels answered."""
    golden = json.loads((bundle / "golden/golden.json").read_text(encoding="utf-8"))
    rows, columns, _ = golden["shape"]
    parts = []
    for place, vector in enumerate(golden["vectors"]):
        pixels = Image.frombytes("L", (columns, rows), (bundle / "golden" / vector["pixels"]).read_bytes())
        data = io.BytesIO()
        pixels.save(data, "PNG", optimize=True)
        best = max(byte - 256 if byte > 127 else byte for byte in bytes.fromhex(vector["outputs"]["reference"]))
        x = place * 88
        parts.append(
            f'<image x="{x}" y="0" width="80" height="80" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{base64.b64encode(data.getvalue()).decode()}"/>'
            f'<text x="{x + 40}" y="102" font-size="16" font-weight="600" fill="{LEAF}">{escape(vector["label"])}</text>'
            f'<text x="{x + 40}" y="120" font-size="12" fill="{SOFT}">{(best + 128) / 256:.3f}</text>'
        )
    width = 88 * len(golden["vectors"]) - 8
    return _svg(width, 126, "golden vectors and their answers", f'<g text-anchor="middle">{"".join(parts)}</g>')


def bundles(report: dict[str, Any]) -> str:
    """From one model to its bundles, with their bytes."""
    rows = [(row["target"], f"{row['files']} files, {row['bytes'] / 1000:,.1f} kB") for row in report["bundles"]]
    model, steps = report["model"], report["quantize"]
    kept = next(step["name"] for step in steps["steps"] if step["kept"])
    size = next(gate["value"] for gate in report["gates"] if gate["name"].endswith("flash-bytes"))
    parts = _box(0, 60 * len(rows) // 2 - 26, "model.keras", f"{model['parameters']:,} weights, {model['macs'] / 1e6:.1f} M MACs")
    parts += _box(270, 60 * len(rows) // 2 - 26, "int8", kept)
    parts += _arrow(210, 30 * len(rows), 270, 30 * len(rows))
    for place, (target, text) in enumerate(rows):
        y = 60 * place
        parts += _box(540, y + 4, target, f"{size:,.0f} bytes of flash" if target == "cortex-m4" else text)
        parts += _arrow(480, 30 * len(rows), 540, y + 30)
    return _svg(750, 60 * len(rows), "one model, three bundles", parts)


def _box(x: int, y: int, title: str, text: str) -> str:
    return (
        f'<rect x="{x + 1}" y="{y}" width="208" height="52" rx="8" fill="none" stroke="{LEAF}" stroke-width="1.5"/>'
        f'<text x="{x + 12}" y="{y + 22}" font-size="14" font-weight="600" fill="{LEAF}">{escape(title)}</text>'
        f'<text x="{x + 12}" y="{y + 40}" font-size="11.5" fill="{INK}">{escape(text)}</text>'
    )


def _arrow(x: int, y: int, to_x: int, to_y: int) -> str:
    middle = (x + to_x) // 2
    return (
        f'<path d="M{x} {y}C{middle} {y} {middle} {to_y} {to_x - 5} {to_y}" fill="none" stroke="{SOFT}"/>'
        f'<path d="M{to_x - 6} {to_y - 4}L{to_x} {to_y}L{to_x - 6} {to_y + 4}Z" fill="{SOFT}"/>'
    )


def _svg(width: int, height: int, label: str, parts: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="{label}" {TEXT}>{parts}</svg>\n'
    )


def pictures(build: Path) -> dict[str, str]:
    """Every drawing of a build: file name -> SVG."""
    report = json.loads((build / "report.json").read_text(encoding="utf-8"))
    return {
        "arena.svg": arena((build / "report.html").read_text(encoding="utf-8")),
        "answers.svg": answers(build / "cortex-m4"),
        "bundles.svg": bundles(report),
    }


def main(arguments: Sequence[str]) -> int:
    """Write the pictures of the build that is named."""
    if len(arguments) not in (1, 2):
        print(__doc__)
        return 2
    build, *browser = arguments
    FOLDER.mkdir(exist_ok=True)
    for name, text in pictures(Path(build)).items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    if browser:
        photograph(browser[0], Path(build) / "report.html", FOLDER / "report.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
