"""Render leaves with and without spots, and the class of every pixel (160x160 JPEG, masks as PNG).

    python calibration/leaf-spots/make.py OUT [--train 2000] [--calibration 100] [--evaluation 500]

The numbers are images; two of five leaves are healthy. Everything follows from the seed, so two runs give the same files: a
leaf with veins, of random shape, turn, size and green, over soil, straw or another leaf out of focus; on it brown spots with a
yellow rim, and what only looks like one: drops of water, holes that the soil shows through, shadows. Then light, focus, noise.

    OUT/train/0000.jpg ...      OUT/train-masks/0000.png: 0 background, 1 leaf, 2 spot; the same of the other sets
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("background", "leaf", "spot")
SIDE, SCALE = 160, 2
SETS = {"train": 2000, "calibration": 100, "evaluation": 500}
Colour = tuple[int, int, int]
Points = list[tuple[float, float]]


def render(rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
    """An image, RGB 160x160, and its mask of class numbers; drawn at twice the size and reduced."""
    side = SIDE * SCALE
    image, mask = _ground(rng, side), Image.new("L", (side, side), 0)
    draw, marks = ImageDraw.Draw(image), ImageDraw.Draw(mask)
    centre, length = side / 2 + rng.uniform(-40, 40, 2), rng.uniform(0.6, 1.05) * side
    turn, width = rng.uniform(0, 2 * np.pi), rng.uniform(0.38, 0.6)
    outline = _leaf(centre, length, width, turn, rng)
    green = _green(rng)
    draw.polygon(outline, fill=green)
    marks.polygon(outline, fill=1)
    body = np.asarray(mask) == 1
    _veins(draw, centre, length, width, turn, green)
    if rng.random() < 0.6:
        for _ in range(int(rng.integers(1, 9))):
            _spot(draw, marks, rng, _inside(body, rng), length)
    for _ in range(int(rng.integers(0, 4))):
        _drop(draw, rng, _inside(body, rng), green)
    for _ in range(int(rng.integers(0, 3))):
        _hole(draw, marks, rng, _inside(body, rng))
    # Nothing of a spot lies beside the leaf.
    inside = np.where(body, np.asarray(mask), 0).astype(np.uint8)
    image = Image.composite(image, _ground(rng, side), Image.fromarray(np.where(body, 255, 0).astype(np.uint8)))
    return _seen(image, rng), Image.fromarray(inside).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def _ground(rng: np.random.Generator, side: int) -> Image.Image:
    """Soil and straw, or other leaves out of focus."""
    soil = np.array([rng.uniform(60, 150), rng.uniform(50, 120), rng.uniform(35, 95)])
    grain = rng.normal(0, rng.uniform(5, 25), (side // 4, side // 4, 1)) + soil
    image = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 25))):
        x, y, away = rng.uniform(0, side), rng.uniform(0, side), rng.uniform(-90, 90, 2)
        draw.line([x, y, x + away[0], y + away[1]], fill=_shade(rng, 80, 200), width=int(rng.integers(2, 8)))
    for _ in range(int(rng.integers(0, 3))):
        other = _leaf(rng.uniform(0, side, 2), rng.uniform(0.4, 0.9) * side, 0.5, rng.uniform(0, 6), rng)
        draw.polygon(other, fill=_darker(_green(rng), rng.uniform(0.35, 0.6)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(3, 8)))


def _leaf(centre: np.ndarray, length: float, width: float, turn: float, rng: np.random.Generator) -> Points:
    """The outline: two arcs with teeth."""
    teeth, deep = int(rng.integers(5, 30)), rng.uniform(0, 0.04)
    along = np.linspace(0, 1, 60)
    half = width / 2 * np.sin(np.pi * along**0.85) * (1 + deep * np.sin(2 * np.pi * teeth * along))
    both = np.concatenate([np.stack([along - 0.5, half], 1), np.stack([along[::-1] - 0.5, -half[::-1]], 1)]) * length
    return [_turned(point, centre, turn) for point in both]


def _turned(point: np.ndarray, centre: np.ndarray, turn: float) -> tuple[float, float]:
    x, y = point
    c, s = np.cos(turn), np.sin(turn)
    return float(centre[0] + c * x - s * y), float(centre[1] + s * x + c * y)


def _veins(
    draw: ImageDraw.ImageDraw, centre: np.ndarray, length: float, width: float, turn: float, green: Colour
) -> None:
    pale = _darker(green, 1.3)
    draw.line([_turned(np.array([end * length, 0]), centre, turn) for end in (-0.5, 0.48)], fill=pale, width=5)
    for along in np.linspace(-0.35, 0.3, 7):
        for way in (-1, 1):
            start = np.array([along, 0.0]) * length
            end = np.array([along + 0.14, way * width * 0.36 * np.cos(np.pi * along)]) * length
            draw.line([_turned(start, centre, turn), _turned(end, centre, turn)], fill=pale, width=2)


def _spot(
    draw: ImageDraw.ImageDraw, marks: ImageDraw.ImageDraw, rng: np.random.Generator, place: np.ndarray, length: float
) -> None:
    """Brown, of uneven shape, with a yellow rim that belongs to it."""
    size = length * rng.uniform(0.025, 0.08)
    rim, brown = _shade(rng, 150, 215, (1.0, 0.95, 0.35)), _shade(rng, 60, 130, (1.0, 0.6, 0.35))
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    radius = size * rng.uniform(0.75, 1.2, 14)
    for scale, colour in ((1.0, rim), (rng.uniform(0.55, 0.8), brown)):
        points = [
            (float(place[0] + scale * r * np.cos(a)), float(place[1] + scale * r * np.sin(a)))
            for r, a in zip(radius, angles, strict=True)
        ]
        draw.polygon(points, fill=colour)
        if scale == 1.0:
            marks.polygon(points, fill=2)


def _drop(draw: ImageDraw.ImageDraw, rng: np.random.Generator, place: np.ndarray, green: Colour) -> None:
    size = rng.uniform(5, 13)
    draw.ellipse([*(place - size), *(place + size)], fill=_darker(green, 1.25))
    draw.ellipse([*(place - size * 0.5), *(place - size * 0.1)], fill=(245, 250, 250))


def _hole(draw: ImageDraw.ImageDraw, marks: ImageDraw.ImageDraw, rng: np.random.Generator, place: np.ndarray) -> None:
    size = rng.uniform(4, 12)
    box = [*(place - size), *(place + size * rng.uniform(0.7, 1.3, 2))]
    draw.ellipse(box, fill=_shade(rng, 35, 90, (1.0, 0.85, 0.65)))
    marks.ellipse(box, fill=0)


def _inside(body: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A place on the leaf, x and y."""
    rows, columns = np.nonzero(body)
    which = int(rng.integers(len(rows)))
    return np.array([columns[which], rows[which]], np.float64)


def _green(rng: np.random.Generator) -> Colour:
    return int(rng.uniform(35, 120)), int(rng.uniform(95, 180)), int(rng.uniform(20, 80))


def _shade(rng: np.random.Generator, low: float, high: float, tint: tuple[float, float, float] = (1, 0.9, 0.7)) -> Colour:
    grey = rng.uniform(low, high)
    red, green, blue = (int(grey * part) for part in tint)
    return red, green, blue


def _darker(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, value * factor)) for value in colour)
    return red, green, blue


def _seen(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A shadow across, light, focus and noise of the camera."""
    side = image.width
    dark = Image.new("L", image.size, 0)
    x = rng.uniform(-0.5, 1.2) * side
    ImageDraw.Draw(dark).polygon([(x, 0), (x + 90, 0), (x + 200, side), (x + 60, side)], fill=int(rng.uniform(0, 110)))
    image = Image.composite(Image.new("RGB", image.size, "black"), image, dark.filter(ImageFilter.GaussianBlur(12)))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 2.4))).resize((SIDE, SIDE), Image.Resampling.BOX)
    tint = rng.uniform(0.92, 1.08, 3).astype(np.float32)
    pixels = np.asarray(image, np.float32) * tint * rng.uniform(0.65, 1.2) + rng.normal(0, rng.uniform(1, 6), (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def write(out: Path, split: str, count: int, seed: int) -> None:
    """Write `count` images to out/split/ and their masks to out/split-masks/."""
    pictures, masks = out / split, out / f"{split}-masks"
    for folder in (pictures, masks):
        folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image, mask = render(np.random.default_rng([seed, number]))
        image.save(pictures / f"{number:04d}.jpg", quality=90)
        mask.save(masks / f"{number:04d}.png")


def main() -> None:
    """Parse the command line and write the sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    for seed, (split, count) in enumerate(SETS.items()):
        parser.add_argument(f"--{split}", type=int, default=count, help=f"images (seed {seed})")
    arguments = parser.parse_args()
    for seed, split in enumerate(SETS):
        write(arguments.out, split, getattr(arguments, split), seed)


if __name__ == "__main__":
    main()
