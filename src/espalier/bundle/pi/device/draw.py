"""Pictures with boxes, zones and lines drawn into them."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .model import Pixels
from .sights import Place, Point, Seen

COLOURS = ((230, 60, 50), (40, 150, 70), (50, 110, 230), (240, 170, 30), (150, 60, 200), (20, 170, 180), (220, 90, 160))
FRAME = (255, 255, 255)
"""Of zones and lines."""


def picture(rgb: Pixels, objects: Sequence[Seen], labels: Sequence[str], places: Sequence[Place]) -> Pixels:
    """A copy of a picture, uint8 [h, w, 3], with zones, lines and boxes; labels need Pillow."""
    canvas = rgb.copy()
    rows, columns = rgb.shape[:2]
    thick = max(1, round(max(rows, columns) / 300))
    for place in places:
        corners = place.at(columns, rows)
        for a, b in zip(corners, corners[1:] if place.line else (*corners[1:], corners[0]), strict=False):
            stroke(canvas, a, b, FRAME, thick)
    for seen in objects:
        outline(canvas, seen.box, colour_of(seen.label, labels), thick)
    return lettered(canvas, objects, labels)


def colour_of(label: str, labels: Sequence[str]) -> tuple[int, int, int]:
    """The same for a label in every picture."""
    return COLOURS[labels.index(label) % len(COLOURS)]


def outline(canvas: Pixels, box: Sequence[int], colour: tuple[int, int, int], thick: int) -> None:
    """The edges of a box, inside of it."""
    left, top, right, bottom = box
    for y, x in (
        (slice(top, min(top + thick, bottom)), slice(left, right)),
        (slice(max(bottom - thick, top), bottom), slice(left, right)),
        (slice(top, bottom), slice(left, min(left + thick, right))),
        (slice(top, bottom), slice(max(right - thick, left), right)),
    ):
        canvas[y, x] = colour


def stroke(canvas: Pixels, a: Point, b: Point, colour: tuple[int, int, int], thick: int) -> None:
    """A straight line, as points one pixel apart."""
    steps = int(max(abs(b[0] - a[0]), abs(b[1] - a[1]), 1))
    x = np.linspace(a[0], b[0], steps + 1).astype(int)
    y = np.linspace(a[1], b[1], steps + 1).astype(int)
    for dy in range(thick):
        for dx in range(thick):
            on = (y + dy >= 0) & (y + dy < canvas.shape[0]) & (x + dx >= 0) & (x + dx < canvas.shape[1])
            canvas[y[on] + dy, x[on] + dx] = colour


def lettered(canvas: Pixels, objects: Sequence[Seen], labels: Sequence[str]) -> Pixels:
    """With each label and confidence above its box, where Pillow is installed."""
    try:
        image, draw = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageDraw")
    except ImportError:
        return canvas
    drawn = image.fromarray(canvas)
    pen = draw.Draw(drawn)
    for seen in objects:
        words = f"{seen.label} {seen.score:.2f}"
        try:
            right, bottom = pen.textbbox((0, 0), words)[2:]
        except UnicodeEncodeError:  # Pillow's small font has Latin letters only
            words = f"{labels.index(seen.label)} {seen.score:.2f}"
            right, bottom = pen.textbbox((0, 0), words)[2:]
        x = max(0, min(seen.box[0], canvas.shape[1] - right - 2))
        y = max(0, seen.box[1] - bottom - 3)
        pen.rectangle((x, y, x + right + 2, y + bottom + 2), fill=colour_of(seen.label, labels))
        pen.text((x + 1, y + 1), words, fill=(255, 255, 255))
    return np.asarray(drawn)


def save(folder: Path, number: int, name: str, rgb: Pixels) -> Path:
    """Write a picture as PNG, without Pillow as PPM; its name is a number and the file's own name."""
    stem = f"{number:06d}-{Path(name).stem}"
    try:
        image = importlib.import_module("PIL.Image")
    except ImportError:
        path = folder / f"{stem}.ppm"
        path.write_bytes(b"P6\n%d %d\n255\n" % (rgb.shape[1], rgb.shape[0]) + rgb.tobytes())
        return path
    path = folder / f"{stem}.png"
    image.fromarray(rgb).save(path)
    return path
