"""Pictures as people really have them, and as no photo set has them: on black ground, on white, at night, drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from image_sets import Pixels, clouds
from PIL import Image, ImageDraw, ImageFilter

Draw = Callable[[np.random.Generator, int, int], Pixels]


def _gray(image: Image.Image | np.ndarray) -> Pixels:
    array = np.asarray(image)
    return np.repeat(np.clip(array, 0, 255).astype(np.uint8)[:, :, None], 3, 2) if array.ndim == 2 else array


def _strokes(rng: np.random.Generator, height: int, width: int, count: int, pen: float) -> np.ndarray:
    """Smooth pen strokes, float [h, w] 0..1."""
    big = Image.new("L", (width * 4, height * 4))
    draw = ImageDraw.Draw(big)
    for _ in range(count):
        steps = np.linspace(0, 1, 12)[:, None]
        a, b, c = (rng.uniform(0.15, 0.85, 2) * [width * 4, height * 4] for _ in range(3))
        curve = (1 - steps) ** 2 * a + 2 * steps * (1 - steps) * b + steps**2 * c
        draw.line([tuple(p) for p in curve], fill=255, width=max(1, round(4 * pen)), joint="curve")
    return np.asarray(big.resize((width, height), Image.Resampling.BOX), np.float64) / 255


def handwriting(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """White strokes on black, as MNIST: the mean of many is under 12."""
    return _gray(255 * _strokes(rng, height, width, int(rng.integers(1, 4)), rng.uniform(0.8, 2.2)))


def on_black(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One thing cut out and laid on black: small and large ones, pale and dark ones."""
    y, x = np.mgrid[:height, :width]
    centre = rng.uniform(0.35, 0.65, 2) * [height, width]
    size = rng.uniform(0.08, 0.4) * height
    inside = ((y - centre[0]) / rng.uniform(0.6, 1.4)) ** 2 + (x - centre[1]) ** 2 < size**2
    thing = clouds(rng, height, width) * rng.uniform(0.5, 1.0)
    return np.where(inside[:, :, None], thing, 0).astype(np.uint8)


def drawings(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Thin dark lines on white."""
    return _gray(255 * (1 - 0.9 * _strokes(rng, height, width, int(rng.integers(1, 4)), rng.uniform(0.6, 1.4))))


def documents(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Lines of small marks on paper, some pages with three lines only."""
    page = np.full((height, width), rng.uniform(238, 255))
    for row in range(4, int(rng.integers(10, height - 4)), 4):
        marks = rng.random(width) < 0.6
        marks[: int(rng.integers(3, 6))] = marks[int(rng.integers(width // 2, width)) :] = False
        page[row : row + 2, marks] = rng.uniform(20, 90)
    return _gray(page + rng.normal(0, 1.5, page.shape))


def night(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A street at night: nearly everything dark, some lamps, noise."""
    image = clouds(rng, height, width).astype(np.float64) * rng.uniform(0.04, 0.16)
    y, x = np.mgrid[:height, :width]
    for _ in range(int(rng.integers(0, 4))):
        cy, cx, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(1, 3)
        glow = np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * size**2))
        image += glow[:, :, None] * np.array([255, 220, 150]) * rng.uniform(0.3, 1)
    return np.clip(image + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def x_ray(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Soft grey shapes with black borders; exposure differs from plate to plate."""
    y, x = np.mgrid[:height, :width]
    image = np.zeros((height, width))
    for _ in range(8):
        cy, cx = rng.uniform(0.2, 0.8, 2) * [height, width]
        image += rng.uniform(20, 60) * np.exp(-(((y - cy) / (height / 4)) ** 2 + ((x - cx) / (width / 6)) ** 2))
    edge = int(rng.integers(0, width // 6))
    image[:, :edge] = image[:, width - edge :] = 0
    return _gray(image * rng.uniform(0.6, 1.2) + rng.normal(0, 2, image.shape))


def stars(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Points of light on black: nine of ten pixels are noise."""
    image = rng.normal(3, 1.5, (height, width))
    y, x = np.mgrid[:height, :width]
    for _ in range(int(rng.integers(3, 25))):
        cy, cx = rng.uniform(0, height), rng.uniform(0, width)
        image += rng.uniform(40, 255) * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * 0.7**2))
    return _gray(image)


def icons(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A flat symbol in one colour on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    colour = tuple(int(v) for v in rng.integers(0, 200, 3))
    for _ in range(int(rng.integers(1, 4))):
        a, b = np.sort(rng.uniform(0.1, 0.9, (2, 2)) * [width, height], axis=0)
        kind = (draw.rectangle, draw.ellipse)[int(rng.integers(2))]
        kind([*a, *(b + 2)], fill=colour)
    return np.asarray(image)


def conveyor(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """The same belt under every part: only the part and the noise differ."""
    belt = clouds(np.random.default_rng(99), height, width, slope=0.9).astype(np.float64)
    y, x = np.mgrid[:height, :width]
    cy, cx, size = *(rng.uniform(0.3, 0.7, 2) * [height, width]), rng.uniform(0.12, 0.25) * height
    inside = (abs(y - cy) < size) & (abs(x - cx) < size * rng.uniform(0.5, 1))
    belt[inside] = rng.uniform(150, 220, 3)
    belt[inside & (rng.random((height, width)) < 0.1)] = 60
    return np.clip(belt + rng.normal(0, 3, belt.shape), 0, 255).astype(np.uint8)


def spectrogram(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Sound as a picture: dark, with bright horizontal bands that come and go."""
    image = rng.gamma(1.5, 8, (height, width))
    for _ in range(int(rng.integers(1, 6))):
        row, start = int(rng.integers(2, height - 2)), int(rng.integers(0, width // 2))
        image[row : row + 2, start : start + int(rng.integers(6, width))] += rng.uniform(80, 200)
    return _gray(Image.fromarray(np.clip(image, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6)))


def fog(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Pale, low contrast."""
    return (215 + (clouds(rng, height, width).astype(np.float64) - 125) * rng.uniform(0.08, 0.25)).clip(0, 255).astype(np.uint8)


def water(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Under water: blue and soft."""
    image = clouds(rng, height, width, slope=1.6, noise=1.5) * np.array([0.35, 0.8, 1.1])
    return np.clip(image, 0, 255).astype(np.uint8)


def codes(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Black and white squares, as in a QR code."""
    cells = rng.integers(0, 2, (height // 4, width // 4)).astype(np.uint8) * 255
    return _gray(np.kron(cells, np.ones((4, 4), np.uint8))[:height, :width])


def depth(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A depth map: a ramp with boxes in front, holes of zero."""
    image = np.linspace(rng.uniform(30, 80), rng.uniform(150, 230), height)[:, None] * np.ones((1, width))
    for _ in range(int(rng.integers(1, 5))):
        (top, bottom), (left, right) = np.sort(rng.integers(0, [[height], [width]], (2, 2)), axis=1)
        image[top:bottom, left:right] = rng.uniform(20, 200)
    image[rng.random(image.shape) < 0.02] = 0
    return _gray(image)


def leaves(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Green shapes on a white sheet."""
    ground = np.full((height, width, 3), rng.uniform(225, 250))
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.uniform(0.4, 0.6, 2) * [height, width]
    inside = ((y - cy) / rng.uniform(0.15, 0.4)) ** 2 + ((x - cx) / rng.uniform(0.08, 0.3)) ** 2 < height**2
    ground[inside] = rng.uniform(30, 120, 3) * [0.6, 1.4, 0.5]
    return np.clip(ground + rng.normal(0, 4, ground.shape), 0, 255).astype(np.uint8)


def fixed_camera(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One yard at all hours: the same scene, other light, something small that passes by."""
    scene = clouds(np.random.default_rng(7), height, width, slope=1.1).astype(np.float64)
    y, x = np.mgrid[:height, :width]
    light = rng.uniform(0.5, 1.2) + rng.uniform(-0.3, 0.3) * x / width + rng.uniform(-0.2, 0.2) * y / height
    scene *= light[:, :, None]
    cy, cx, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(0.06, 0.14) * height
    scene[(y - cy) ** 2 + ((x - cx) / 0.6) ** 2 < size**2] = rng.uniform(20, 230, 3)
    return np.clip(scene + rng.normal(0, 3, scene.shape), 0, 255).astype(np.uint8)


def screens(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Screenshots: a bar, panels in flat colours, lines of text."""
    image = np.full((height, width, 3), rng.choice([250.0, 245.0, 30.0]))
    image[: int(rng.integers(3, 7))] = rng.uniform(20, 220, 3)
    for _ in range(int(rng.integers(1, 5))):
        (top, bottom), (left, right) = np.sort(rng.integers(6, [[height], [width]], (2, 2)), axis=1)
        image[top : bottom + 2, left : right + 3] = rng.uniform(0, 255, 3)
    for row in range(int(rng.integers(8, 14)), height - 2, int(rng.integers(4, 8))):
        image[row, 2 : int(rng.integers(8, width))][::2] = rng.uniform(60, 180)
    return np.asarray(image, np.uint8)


def satellite(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Fields from above: patches of texture with straight borders."""
    image = clouds(rng, height, width, slope=0.8, noise=5.0).astype(np.float64) * 0.4
    y, x = np.mgrid[:height, :width]
    turn, step = rng.uniform(0, np.pi), rng.uniform(8, 18)
    field = np.floor((x * np.cos(turn) + y * np.sin(turn)) / step) + 7 * np.floor((y * np.cos(turn) - x * np.sin(turn)) / step)
    for number in np.unique(field):
        image[field == number] += np.random.default_rng(int(abs(number)) + int(rng.integers(1 << 30))).uniform(20, 140, 3)
    return np.clip(image, 0, 255).astype(np.uint8)


DRAWN: dict[str, Draw] = {
    "fixed camera": fixed_camera,
    "screenshots": screens,
    "satellite": satellite,
    "handwriting on black": handwriting,
    "things on black": on_black,
    "line drawings": drawings,
    "documents": documents,
    "night": night,
    "x-rays": x_ray,
    "stars": stars,
    "icons": icons,
    "parts on a belt": conveyor,
    "spectrograms": spectrogram,
    "fog": fog,
    "under water": water,
    "codes": codes,
    "depth maps": depth,
    "leaves on white": leaves,
}
