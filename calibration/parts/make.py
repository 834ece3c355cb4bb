"""Render metal parts under a factory camera: good ones, ones with a crack, ones with a scratch (160x120 JPEG).

    python calibration/parts/make.py OUT [--train 1000] [--calibration 40] [--evaluation 200]

The numbers are images per class. Everything follows from the seed, so two runs give the same files: a turned metal
washer with brushed texture lies on a dark belt, at a random place, size, turn, light and focus. A crack is a dark,
jagged, branching line through the metal; a scratch is a bright, straight, thin one. Good parts carry harmless marks
(tool rings, dust, a stamped dot), so that a classifier cannot live on "any line means bad".
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("crack", "good", "scratch")
WIDTH, HEIGHT, SCALE = 160, 120, 3


def render(kind: str, rng: np.random.Generator) -> Image.Image:
    """One image of class `kind`, RGB 160x120; drawn at three times the size and reduced."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    belt = rng.normal(38, 5, (height, width)) + np.linspace(-8, 8, width) * rng.uniform(-1, 1)
    centre = np.array([width / 2 + rng.uniform(-30, 30), height / 2 + rng.uniform(-18, 18)])
    outer = rng.uniform(118, 150)
    inner = outer * rng.uniform(0.22, 0.36)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy = x - centre[0], y - centre[1]
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    light = rng.uniform(-np.pi, np.pi)
    metal = rng.uniform(135, 175) + 22 * np.cos(2 * (angle - light)) + 14 * np.cos(angle - light)
    metal += 5 * np.sin(radius * rng.uniform(0.5, 0.9)) + rng.normal(0, 6, metal.shape)
    edge = np.clip(np.minimum(outer - radius, radius - inner) / 6, 0, 1)
    metal = metal * (0.55 + 0.45 * edge)
    on_part = (radius < outer) & (radius > inner)
    grey = np.where(on_part, metal, belt)
    shadow = (np.hypot(dx - 9, dy - 12) < outer) & ~on_part & (radius > inner)
    grey = np.where(shadow, grey * 0.55, grey)
    image = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    clean = image.copy()
    draw = ImageDraw.Draw(image)
    _harmless(draw, rng, centre, inner, outer)
    if kind == "crack":
        _crack(draw, rng, centre, inner, outer)
    elif kind == "scratch":
        _scratch(draw, rng, centre, inner, outer)
    image = Image.composite(image, clean, Image.fromarray(on_part.astype(np.uint8) * 255))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.8, 2.0))).resize(
        (WIDTH, HEIGHT), Image.Resampling.BOX
    )
    tint = np.array([1.0, rng.uniform(0.97, 1.02), rng.uniform(0.92, 1.05)])
    coloured = np.asarray(image, np.float32)[:, :, None] * tint * rng.uniform(0.8, 1.2)
    coloured += rng.normal(0, 3.0, coloured.shape)
    return Image.fromarray(np.clip(coloured, 0, 255).astype(np.uint8))


def _harmless(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, centre: np.ndarray, inner: float, outer: float
) -> None:
    for _ in range(rng.integers(0, 3)):
        r = rng.uniform(inner + 8, outer - 8)
        draw.ellipse(
            [*(centre - r), *(centre + r)], outline=int(rng.uniform(110, 190)), width=int(rng.integers(1, 3))
        )
    for _ in range(rng.integers(0, 5)):
        point = _on_ring(rng, centre, inner, outer)
        size = rng.uniform(1, 5)
        draw.ellipse([*(point - size), *(point + size)], fill=int(rng.uniform(60, 230)))


def _crack(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, centre: np.ndarray, inner: float, outer: float
) -> None:
    turn = rng.uniform(0, 2 * np.pi)
    inside_out = rng.random() < 0.5
    start, end = (
        (inner, inner + (outer - inner) * rng.uniform(0.45, 1.0))
        if inside_out
        else (outer, outer - (outer - inner) * rng.uniform(0.45, 1.0))
    )
    points, shade = [], int(rng.uniform(15, 55))
    for r in np.linspace(start, end, int(rng.integers(7, 13))):
        turn += rng.normal(0, 0.075)
        points.append(tuple(centre + r * np.array([np.cos(turn), np.sin(turn)])))
    draw.line(points, fill=shade, width=int(rng.integers(3, 6)), joint="curve")
    for _ in range(rng.integers(0, 3)):
        at = np.array(points[int(rng.integers(1, len(points) - 1))])
        branch = [tuple(at)]
        heading = rng.uniform(0, 2 * np.pi)
        for _ in range(3):
            heading += rng.normal(0, 0.4)
            at = at + rng.uniform(6, 13) * np.array([np.cos(heading), np.sin(heading)])
            branch.append(tuple(at))
        draw.line(branch, fill=shade, width=2)


def _scratch(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, centre: np.ndarray, inner: float, outer: float
) -> None:
    for _ in range(rng.integers(1, 4)):
        middle = _on_ring(rng, centre, inner + 12, outer - 12)
        heading = rng.uniform(0, np.pi)
        half = rng.uniform(28, 62) * np.array([np.cos(heading), np.sin(heading)])
        draw.line(
            [tuple(middle - half), tuple(middle + half)],
            fill=int(rng.uniform(225, 255)),
            width=int(rng.integers(2, 4)),
        )


def _on_ring(rng: np.random.Generator, centre: np.ndarray, inner: float, outer: float) -> np.ndarray:
    turn, r = rng.uniform(0, 2 * np.pi), rng.uniform(inner, outer)
    return centre + r * np.array([np.cos(turn), np.sin(turn)])


def write(out: Path, split: str, per_class: int, seed: int) -> None:
    """Write per_class images of every class to out/split/<class>/<number>.jpg."""
    for index, kind in enumerate(CLASSES):
        folder = out / split / kind
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(per_class):
            data = io.BytesIO()
            render(kind, np.random.default_rng([seed, index, number])).save(data, "JPEG", quality=90)
            (folder / f"{number:04d}.jpg").write_bytes(data.getvalue())


def main() -> None:
    """Parse the command line and write the sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    for seed, (split, count) in enumerate({"train": 1000, "calibration": 40, "evaluation": 200}.items()):
        parser.add_argument(f"--{split}", type=int, default=count, help=f"images per class (seed {seed})")
    arguments = parser.parse_args()
    for seed, split in enumerate(("train", "calibration", "evaluation")):
        write(arguments.out, split, getattr(arguments, split), seed)


if __name__ == "__main__":
    main()
