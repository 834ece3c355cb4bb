"""Render shelves as a camera in a shop sees them, with the box of every article (240x180 JPEG, COCO JSON).

    python calibration/shelf/make.py OUT [--train 4000] [--calibration 150] [--evaluation 600]

The numbers are images; one of eight has empty shelves. Everything follows from the seed, so two runs give the same files:
boards at random heights with price tags on their edges, on them bottles, cans, cartons and jars of random size, colour and
label, some half behind others or cut by the edge of the image; then the light, focus, noise and JPEG of a cheap camera.
A box holds what is drawn of an article inside the image, whether another stands before it or not.

    OUT/train/00000.jpg ...      OUT/train.json (https://cocodataset.org/#format-data), the same of the other sets
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

CLASSES = ("bottle", "can", "carton", "jar")
WIDTH, HEIGHT, SCALE = 240, 180, 2
SETS = {"train": 4000, "calibration": 150, "evaluation": 600}
LEAST_SHOWN = 0.4
"""Of an article's box inside the image and before other articles: less than this and it is not placed."""

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the image."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An image as the camera stores it, and what stands in it."""

    jpeg: bytes
    labels: tuple[str, ...]
    boxes: tuple[Box, ...]


def render(rng: np.random.Generator) -> Scene:
    """One image, RGB 240x180; drawn at twice the size and reduced."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    wall = _shade(rng, 90, 215)
    image = Image.new("RGB", (width, height), wall)
    draw = ImageDraw.Draw(image)
    _wallpaper(draw, rng, wall)
    boards = int(rng.integers(1, 3))
    gap = height / boards
    labels: list[str] = []
    boxes: list[Box] = []
    wood, empty = _shade(rng, 50, 200), rng.random() < 1 / 8
    for number in range(boards):
        floor = gap * (number + 1) - rng.uniform(0.04, 0.14) * gap
        if not empty:
            _row(draw, rng, floor, rng.uniform(0.5, 0.85) * gap, labels, boxes)
        _board(draw, rng, floor, wood)
    return Scene(jpeg=_seen(image, rng), labels=tuple(labels), boxes=tuple(boxes))


def _row(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, floor: float, tall: float, labels: list[str], boxes: list[Box]
) -> None:
    """Articles on one board, from left to right."""
    x = rng.uniform(-0.2, 0.5) * tall
    while x < WIDTH * SCALE:
        kind = int(rng.integers(len(CLASSES)))
        shape, lowest, highest, slim, wide = _SHAPES[kind]
        own = tall * rng.uniform(lowest, highest)
        across = own * rng.uniform(slim, wide)
        box = (x, floor - own, x + across, floor)
        seen = _shown(box, boxes)
        if rng.random() < 0.8 and seen is not None and min(seen[2] - seen[0], seen[3] - seen[1]) >= 6:
            shape(draw, rng, box)
            labels.append(CLASSES[kind])
            boxes.append(seen)
        x += across * rng.uniform(0.85, 1.6) + (tall * rng.uniform(0.3, 1.5) if rng.random() < 0.35 else 0)


def _shown(box: Box, others: list[Box]) -> Box | None:
    """The part of a box (pixels of the drawing) inside the image, in its pixels; None where too little would be seen."""
    x1, y1, x2, y2 = (value / SCALE for value in box)
    seen = (max(x1, 0.0), max(y1, 0.0), min(x2, float(WIDTH)), min(y2, float(HEIGHT)))
    if seen[2] - seen[0] < LEAST_SHOWN * (x2 - x1) or seen[3] - seen[1] < LEAST_SHOWN * (y2 - y1):
        return None
    for other in others:
        across = min(seen[2], other[2]) - max(seen[0], other[0])
        down = min(seen[3], other[3]) - max(seen[1], other[1])
        if down > 0 and across > (1 - LEAST_SHOWN) / 2 * min(other[2] - other[0], seen[2] - seen[0]):
            return None
    return seen


def _bottle(draw: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    glass, middle = _shade(rng, 30, 190), (x1 + x2) / 2
    neck, shoulder = width * rng.uniform(0.14, 0.2), y1 + height * rng.uniform(0.28, 0.4)
    draw.polygon(
        [(middle - neck, y1), (middle + neck, y1), (middle + neck, shoulder - 0.08 * height), (x2, shoulder + 0.06 * height),
         (x2, y2), (x1, y2), (x1, shoulder + 0.06 * height), (middle - neck, shoulder - 0.08 * height)], fill=glass,
    )  # fmt: skip
    cap = _shade(rng, 20, 230)
    draw.rectangle([middle - neck, y1, middle + neck, y1 + 0.07 * height], fill=cap)
    _paper(draw, rng, (x1, shoulder + 0.16 * height, x2, y2 - height * rng.uniform(0.06, 0.2)))
    _shine(draw, (x1 + 0.12 * width, shoulder + 0.1 * height, x1 + 0.22 * width, y2 - 0.05 * height), glass)


def _can(draw: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    x1, y1, x2, y2 = box
    width, rim = x2 - x1, 0.1 * (x2 - x1)
    body = _shade(rng, 40, 220)
    draw.rounded_rectangle([x1, y1 + rim, x2, y2], radius=rim, fill=body)
    _paper(draw, rng, (x1, y1 + 0.25 * (y2 - y1), x2, y2 - 0.2 * (y2 - y1)))
    _shine(draw, (x1 + 0.2 * width, y1 + 2 * rim, x1 + 0.32 * width, y2 - rim), body)
    silver = int(rng.uniform(150, 225))
    draw.ellipse([x1, y1, x2, y1 + 2.4 * rim], fill=(silver, silver, silver))
    draw.ellipse([x1 + rim, y1 + 0.5 * rim, x2 - rim, y1 + 1.9 * rim], fill=_darker((silver, silver, silver), 0.8))


def _carton(draw: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    x1, y1, x2, y2 = box
    front, depth, lid = _shade(rng, 50, 235), (x2 - x1) * rng.uniform(0.12, 0.25), (y2 - y1) * rng.uniform(0.05, 0.1)
    left, right = (x1, x2 - depth) if rng.random() < 0.5 else (x1 + depth, x2)
    draw.polygon(
        [(left, y1 + lid), (right, y1 + lid), (right - left + x1 if left > x1 else x2, y1),
         (x1 if left > x1 else left + depth, y1)], fill=_darker(front, 1.15),
    )  # fmt: skip
    side = (x1, left) if left > x1 else (right, x2)
    draw.polygon(
        [(side[0], y1 + (lid if right < x2 else 0)), (side[1], y1 + (0 if right < x2 else lid)), (side[1], y2),
         (side[0], y2)], fill=_darker(front, 0.7),
    )  # fmt: skip
    draw.rectangle([left, y1 + lid, right, y2], fill=front)
    high = y1 + lid + (y2 - y1) * rng.uniform(0.1, 0.3)
    _paper(draw, rng, (left + 0.1 * (right - left), high, right - 0.1 * (right - left), high + (y2 - y1) * rng.uniform(0.2, 0.5)))


def _jar(draw: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    content, lid = _shade(rng, 40, 210), _shade(rng, 30, 235)
    draw.rounded_rectangle([x1, y1 + 0.16 * height, x2, y2], radius=0.2 * width, fill=content)
    _shine(draw, (x1 + 0.1 * width, y1 + 0.3 * height, x1 + 0.18 * width, y2 - 0.15 * height), content)
    _paper(draw, rng, (x1 + 0.02 * width, y1 + 0.42 * height, x2 - 0.02 * width, y2 - 0.18 * height))
    draw.rectangle([x1 + 0.08 * width, y1, x2 - 0.08 * width, y1 + 0.2 * height], fill=lid)
    for step in range(1, 6):
        at = x1 + width * (0.08 + 0.14 * step)
        draw.line([at, y1 + 0.03 * height, at, y1 + 0.19 * height], fill=_darker(lid, 0.8), width=1)


_SHAPES: tuple[tuple[Callable[..., None], float, float, float, float], ...] = (
    (_bottle, 0.75, 1.0, 0.26, 0.36),
    (_can, 0.4, 0.6, 0.5, 0.68),
    (_carton, 0.55, 1.0, 0.5, 0.9),
    (_jar, 0.35, 0.6, 0.75, 1.0),
)
"""Of each class: how it is drawn, its height in parts of the tallest, its width in parts of its height."""


def _paper(draw: ImageDraw.ImageDraw, rng: np.random.Generator, box: Box) -> None:
    """A label with lines of writing."""
    x1, y1, x2, y2 = box
    if y2 - y1 < 4:
        return
    paper = _shade(rng, 60, 250)
    draw.rectangle([x1, y1, x2, y2], fill=paper)
    ink = _darker(paper, rng.uniform(0.3, 0.8))
    for y in np.arange(y1 + 3, y2 - 2, rng.uniform(4, 9)):
        draw.line([x1 + 0.15 * (x2 - x1), y, x1 + (x2 - x1) * rng.uniform(0.4, 0.85), y], fill=ink, width=2)


def _shine(draw: ImageDraw.ImageDraw, box: Box, of: Colour) -> None:
    draw.rectangle(box, fill=_darker(of, 1.35))


def _board(draw: ImageDraw.ImageDraw, rng: np.random.Generator, floor: float, wood: Colour) -> None:
    """A board with its price tags."""
    thick = rng.uniform(8, 18)
    draw.rectangle([0, floor, WIDTH * SCALE, floor + thick], fill=wood)
    draw.line([0, floor, WIDTH * SCALE, floor], fill=_darker(wood, 1.2), width=2)
    for _ in range(int(rng.integers(0, 5))):
        x = rng.uniform(0, WIDTH * SCALE)
        draw.rectangle([x, floor + 2, x + rng.uniform(18, 34), floor + thick], fill=_shade(rng, 200, 255))


def _wallpaper(draw: ImageDraw.ImageDraw, rng: np.random.Generator, wall: Colour) -> None:
    """What hangs behind the shelves: posts, holes, patches of other colour."""
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.uniform(0, WIDTH * SCALE), rng.uniform(0, HEIGHT * SCALE)
        across, down = rng.uniform(6, 90), rng.uniform(6, 120)
        draw.rectangle([x, y, x + across, y + down], fill=_darker(wall, rng.uniform(0.75, 1.2)))
    for x in np.arange(rng.uniform(0, 80), WIDTH * SCALE, rng.uniform(80, 200)):
        draw.line([x, 0, x, HEIGHT * SCALE], fill=_darker(wall, 0.85), width=int(rng.integers(2, 7)))


def _seen(image: Image.Image, rng: np.random.Generator) -> bytes:
    """Light from one side, focus, noise and JPEG of the camera."""
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 2.2))).resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    pixels = np.asarray(image, np.float32)
    slope = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None, :, None] * rng.uniform(-0.25, 0.25)
    tint = rng.uniform(0.9, 1.1, 3).astype(np.float32)
    pixels = pixels * (1 + slope) * tint * rng.uniform(0.6, 1.15) + rng.normal(0, rng.uniform(1, 7), pixels.shape)
    stored = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(stored, "JPEG", quality=int(rng.integers(60, 92)))
    return stored.getvalue()


def _shade(rng: np.random.Generator, low: float, high: float) -> Colour:
    """A colour that is not too strong: half of it is grey."""
    grey = rng.uniform(low, high)
    red, green, blue = (int(0.4 * grey + 0.6 * value) for value in rng.uniform(low, high, 3))
    return red, green, blue


def _darker(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, value * factor)) for value in colour)
    return red, green, blue


def scene(seed: int, number: int) -> Scene:
    """The image of this number."""
    return render(np.random.default_rng([seed, number]))


def write(out: Path, split: str, count: int, seed: int) -> None:
    """Write `count` images to out/split/ and their boxes to out/split.json."""
    folder = out / split
    folder.mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for number in range(count):
        made = scene(seed, number)
        name = f"{number:05d}.jpg"
        (folder / name).write_bytes(made.jpeg)
        images.append({"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT})
        for label, (x1, y1, x2, y2) in zip(made.labels, made.boxes, strict=True):
            box = [round(value, 2) for value in (x1, y1, x2 - x1, y2 - y1)]
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": CLASSES.index(label) + 1, "bbox": box,
                 "area": round(box[2] * box[3], 2), "iscrowd": 0}
            )  # fmt: skip
    categories = [{"id": number + 1, "name": name} for number, name in enumerate(CLASSES)]
    table = {"images": images, "annotations": annotations, "categories": categories}
    (out / f"{split}.json").write_text(json.dumps(table) + "\n")


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
