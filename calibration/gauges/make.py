"""Render pressure gauges as a fixed camera in a plant sees them: needle below, inside or above the green band (PNG).

    python calibration/gauges/make.py OUT [--train 1000] [--calibration 50] [--evaluation 250]

The numbers are images per class. Everything follows from the seed, so two runs give the same files: a round dial, at a
random place, size, turn, light, glare and focus, with ticks, a green band of random place and width, and a needle.
The answer is where the needle stands against the band, which no single patch of the image shows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("above", "below", "inside")
SIDE, SCALE = 56, 4
SWEEP = 270.0
"""Degrees from the lowest to the highest mark, clockwise; the gap is at the bottom."""
CLEAR = 8.0
"""Degrees between the needle and an end of the band, at least: nobody could tell them apart otherwise."""


def render(kind: str, rng: np.random.Generator) -> Image.Image:
    """One image of class `kind`, RGB 56x56; drawn at four times the size and reduced."""
    side = SIDE * SCALE
    wall = rng.uniform(60, 150)
    image = Image.new("RGB", (side, side), tuple(int(wall * tint) for tint in rng.uniform(0.85, 1.1, 3)))
    draw = ImageDraw.Draw(image)
    centre = side / 2 + rng.uniform(-10, 10, 2)
    radius = rng.uniform(0.36, 0.46) * side
    turn = 135 + rng.uniform(-12, 12)
    _disc(draw, centre, radius * 1.1, int(rng.uniform(20, 70)))
    _disc(draw, centre, radius, int(rng.uniform(200, 245)))
    low, high, needle = _scene(kind, rng)
    box = [*(centre - 0.88 * radius), *(centre + 0.88 * radius)]
    green = (int(rng.uniform(20, 70)), int(rng.uniform(140, 190)), int(rng.uniform(40, 90)))
    draw.arc(box, turn + low, turn + high, fill=green, width=int(0.16 * radius))
    for mark in np.linspace(0, SWEEP, int(rng.integers(9, 14))):
        draw.line([_at(centre, 0.78 * radius, turn + mark), _at(centre, 0.94 * radius, turn + mark)], (30, 30, 30), 3)
    ink = (200, 30, 30) if rng.random() < 0.5 else (25, 25, 25)
    tip, tail = _at(centre, 0.8 * radius, turn + needle), _at(centre, -0.2 * radius, turn + needle)
    draw.line([tail, tip], ink, int(rng.integers(6, 10)))
    _disc(draw, centre, 0.1 * radius, 40)
    return _seen(image, rng)


def _scene(kind: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """(low end of the band, high end, needle) in degrees from the lowest mark."""
    width = rng.uniform(50, 110)
    low = rng.uniform(2.5 * CLEAR, SWEEP - width - 2.5 * CLEAR)
    high = low + width
    ends = {"below": (0.0, low - CLEAR), "inside": (low + CLEAR, high - CLEAR), "above": (high + CLEAR, SWEEP)}
    return low, high, rng.uniform(*ends[kind])


def _seen(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Glare on the glass, focus, light and noise of the camera."""
    glare = Image.new("L", image.size, 0)
    place, size = rng.uniform(0.2, 0.8, 2) * image.width, rng.uniform(0.06, 0.16) * image.width
    ImageDraw.Draw(glare).ellipse([*(place - size), *(place + size)], fill=int(rng.uniform(0, 150)))
    image = Image.composite(Image.new("RGB", image.size, "white"), image, glare.filter(ImageFilter.GaussianBlur(14)))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3.5))).resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(image, np.float32) * rng.uniform(0.6, 1.15) + rng.normal(0, rng.uniform(1, 5), (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _disc(draw: ImageDraw.ImageDraw, centre: np.ndarray, radius: float, shade: int) -> None:
    draw.ellipse([*(centre - radius), *(centre + radius)], fill=(shade, shade, shade))


def _at(centre: np.ndarray, radius: float, degrees: float) -> tuple[float, float]:
    turn = np.radians(degrees)
    return float(centre[0] + radius * np.cos(turn)), float(centre[1] + radius * np.sin(turn))


def write(out: Path, split: str, per_class: int, seed: int) -> None:
    """Write per_class images of every class to out/split/<class>/<number>.png."""
    for index, kind in enumerate(CLASSES):
        folder = out / split / kind
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(per_class):
            render(kind, np.random.default_rng([seed, index, number])).save(folder / f"{number:04d}.png")


def main() -> None:
    """Parse the command line and write the sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    sets = {"train": 1000, "calibration": 50, "evaluation": 250}
    for seed, (split, count) in enumerate(sets.items()):
        parser.add_argument(f"--{split}", type=int, default=count, help=f"images per class (seed {seed})")
    arguments = parser.parse_args()
    for seed, split in enumerate(sets):
        write(arguments.out, split, getattr(arguments, split), seed)


if __name__ == "__main__":
    main()
