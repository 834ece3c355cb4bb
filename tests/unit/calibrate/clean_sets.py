"""Clean image sets of every kind that the doctor must not find fault with, and what it may truly say about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from image_sets import LABELS, Pixels, clouds, make_folder, save, shapes, stripes, thermal
from PIL import Image
from unusual_sets import DRAWN, Draw

from espalier.recipe import InputContract


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSet:
    """Folders by role, and codes that are true of such a set: few images are few."""

    contract: InputContract
    labels: tuple[str, ...]
    roles: tuple[str, ...] = ("calibration", "evaluation")
    true: frozenset[str] = frozenset()


Make = Callable[[Path, int], CleanSet]
CONTRACT = InputContract(size=(32, 32))
GRAY = InputContract(size=(32, 32), color="gray")


def drawn(draw: Draw, size: tuple[int, int] = (40, 40), contract: InputContract = CONTRACT) -> Make:
    """Three classes, 36 images of each to calibrate and 16 to evaluate, all from one drawing function."""

    def make(root: Path, seed: int) -> CleanSet:
        for place, (role, count) in enumerate({"calibration": 36, "evaluation": 16}.items()):
            make_folder(root / role, draw, per_class=count, size=size, seed=100 * seed + place)
        return CleanSet(contract=contract, labels=LABELS)

    return make


def classes(
    labels: tuple[str, ...], per_class: tuple[int, int], *, true: tuple[str, ...] = (), listed: tuple[str, ...] = ()
) -> Make:
    """Photos of any classes: `per_class` images to calibrate and to evaluate; `listed`: labels without an image."""

    def make(root: Path, seed: int) -> CleanSet:
        for place, (role, count) in enumerate(zip(("calibration", "evaluation"), per_class, strict=True)):
            make_folder(root / role, clouds, per_class=count, size=(40, 40), seed=100 * seed + place, labels=labels)
        return CleanSet(contract=CONTRACT, labels=(*labels, *listed), true=frozenset(true))

    return make


def without_labels(root: Path, seed: int) -> CleanSet:
    """Pictures in one folder, to calibrate only."""
    for number in range(120):
        rng = np.random.default_rng([seed, number])
        save(root / f"calibration/{number:03d}.png", clouds(rng, 40, 40))
    return CleanSet(contract=CONTRACT, labels=("a", "b"), roles=("calibration",))


def a_few_frames(root: Path, seed: int) -> CleanSet:
    """Five images in all."""
    for number in range(5):
        save(root / f"calibration/{number}.png", on_any(np.random.default_rng([seed, number]), 40, 40))
    return CleanSet(contract=CONTRACT, labels=("a", "b"), roles=("calibration",), true=frozenset({"few"}))


def on_any(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """One of several kinds: what a tiny set holds."""
    return (clouds, shapes, thermal, DRAWN["things on black"], DRAWN["leaves on white"])[int(rng.integers(5))](
        rng, height, width
    )


def day_and_night(root: Path, seed: int) -> CleanSet:
    """A camera that works at all hours: a third of the pictures are dark."""
    for place, (role, count) in enumerate({"calibration": 120, "evaluation": 60}.items()):
        for number in range(count):
            draw = DRAWN["night"] if number % 3 == 0 else clouds
            image = draw(np.random.default_rng([seed, place, number]), 40, 40)
            save(root / role / LABELS[number // 3 % 3] / f"{number:03d}.png", image)
    return CleanSet(contract=CONTRACT, labels=LABELS)


def small_originals(root: Path, seed: int) -> CleanSet:
    """A data set of 32 x 32 pictures for a network that takes 96 x 96, as transfer learning has it."""
    return drawn(clouds, (32, 32), InputContract(size=(96, 96)))(root, seed)


def all_grey_files(root: Path, seed: int) -> CleanSet:
    """Grey files for a colour model, all of them."""
    return _saved(root, seed, "L")


def transparent(root: Path, seed: int) -> CleanSet:
    """Symbols on transparent ground."""
    return _saved(root, seed, "RGBA")


def _saved(root: Path, seed: int, mode: str) -> CleanSet:
    given = drawn(DRAWN["icons"] if mode == "RGBA" else clouds)(root, seed)
    for path in root.rglob("*.png"):
        image = Image.open(path).convert(mode)
        if mode == "RGBA":
            image.putalpha(image.convert("L").point(lambda value: 0 if value > 250 else 255))
        image.save(path)
    return given


def smooth(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Soft photos."""
    return clouds(rng, height, width, slope=1.8, noise=1.0)


def rough(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Grainy photos."""
    return clouds(rng, height, width, slope=0.7, noise=8.0)


MANY = tuple(f"class {number:03d}" for number in range(200))

CLEAN: dict[str, Make] = {
    "photos": drawn(clouds),
    "smooth photos": drawn(smooth),
    "rough photos": drawn(rough, contract=InputContract(size=(32, 32), resize="nearest")),
    "shapes": drawn(shapes),
    "stripes": drawn(stripes, (32, 32)),
    "thermal": drawn(thermal, contract=GRAY),
    **{kind: drawn(draw) for kind, draw in DRAWN.items()},
    "handwriting, grey": drawn(DRAWN["handwriting on black"], contract=GRAY),
    "x-rays, grey": drawn(DRAWN["x-rays"], contract=GRAY),
    "day and night": day_and_night,
    "small originals": small_originals,
    "grey files for a colour model": all_grey_files,
    "symbols on transparent ground": transparent,
    "two classes": classes(("bad", "good"), (60, 30)),
    "two hundred classes with one image each": classes(MANY, (1, 1)),
    "five images in all": a_few_frames,
    "no labels": without_labels,
    "classes without images": classes(LABELS, (40, 40), true=("class-missing",), listed=("owl", "wolf")),
    "other alphabets": classes(("дом", "ねこ", "é clair", "العربية"), (30, 30)),
    "three images a class": classes(LABELS, (3, 3), true=("few",)),
}
