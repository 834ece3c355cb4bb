"""Image sets for the doctor's tests: clean ones of many kinds, as arrays and as folders."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from espalier.calibrate.checks import check_calibration, check_evaluation, check_fine_tune
from espalier.calibrate.copies import find_copies
from espalier.findings import Copy, Finding, ImagesRead
from espalier.image_facts import Prepared
from espalier.load.decode import prepare_set
from espalier.load.images import scan
from espalier.recipe import InputContract
from espalier.stages.check_sets import COMPARED

Pixels = NDArray[np.uint8]
LABELS = ("cat", "dog", "fox")


def clouds(rng: np.random.Generator, height: int, width: int, *, slope: float = 1.2, noise: float = 3.0) -> Pixels:
    """A photo-like colour image: noise with a falling spectrum, sensor noise on top."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]) + 1 / max(height, width)
    planes = []
    shared = rng.normal(size=(height, width))
    for _ in range(3):
        mixed = 0.8 * shared + 0.6 * rng.normal(size=(height, width))
        plane = np.fft.irfft2(np.fft.rfft2(mixed) / frequency**slope, (height, width))
        planes.append((plane - plane.mean()) / plane.std())
    image = np.stack(planes, 2) * rng.uniform(30, 55) + rng.uniform(95, 155) + rng.normal(0, 8, 3)
    return np.clip(image + rng.normal(0, noise, image.shape), 0, 255).astype(np.uint8)


def shapes(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """Coloured discs and bars on a plain ground: large flat areas, sharp edges."""
    image = np.full((height, width, 3), rng.integers(60, 200, 3), np.float64)
    y, x = np.mgrid[:height, :width]
    for _ in range(rng.integers(3, 7)):
        centre, size = rng.uniform(0, [height, width]), rng.uniform(0.1, 0.35) * height
        inside = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < size**2
        if rng.random() < 0.5:
            inside = (abs(y - centre[0]) < size) & (abs(x - centre[1]) < size / 3)
        image[inside] = rng.integers(0, 256, 3)
    return np.clip(image, 0, 255).astype(np.uint8)


def stripes(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A sine in a random direction: as smooth as pictures get."""
    y, x = np.mgrid[:height, :width]
    angle, period = rng.uniform(0, np.pi), rng.uniform(6, 14)
    wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period + rng.uniform(0, 6.28))
    image = 128 + rng.uniform(40, 90) * wave[:, :, None] * rng.uniform(0.6, 1, 3) + rng.normal(0, 2, (height, width, 3))
    return np.clip(image, 0, 255).astype(np.uint8)


def thermal(rng: np.random.Generator, height: int, width: int) -> Pixels:
    """A grey image of warm blobs on a cool ground."""
    y, x = np.mgrid[:height, :width]
    image = np.full((height, width), rng.uniform(40, 70))
    for _ in range(rng.integers(2, 6)):
        cy, cx, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(2, height / 5)
        image += rng.uniform(60, 150) * np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * size**2))
    grey = np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, 2)


def save(path: Path, image: Pixels, kind: str = "PNG", **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, kind, **options)


def jpeg(image: Pixels, quality: int) -> Pixels:
    data = io.BytesIO()
    Image.fromarray(image).save(data, "JPEG", quality=quality)
    return np.asarray(Image.open(data))


def make_folder(
    root: Path,
    draw: Callable[[np.random.Generator, int, int], Pixels],
    *,
    per_class: int,
    size: tuple[int, int],
    seed: int,
    labels: tuple[str, ...] = LABELS,
    suffix: str = ".png",
) -> Path:
    """root/<label>/<number>.png from a seed."""
    for place, label in enumerate(labels):
        for number in range(per_class):
            rng = np.random.default_rng([seed, place, number])
            path = root / label / f"{number:03d}{suffix}"
            save(path, draw(rng, *size), "JPEG" if suffix == ".jpg" else "PNG")
    return root


def prepared(folder: Path, contract: InputContract, out: Path) -> Prepared:
    """Read and prepare a folder in this process."""
    images = scan(folder)
    done = prepare_set(images.root, images.entries, contract, str(out))
    return Prepared(
        pixels_path=done.pixels_path, shape=done.shape, images=done.images, problems=done.problems,
        ignored=images.ignored,
    )  # fmt: skip


def examine_folders(
    folders: dict[str, Path], contract: InputContract, labels: tuple[str, ...], scratch: Path
) -> dict[str, dict[str, Finding]]:
    """Findings by role and code, as calibrate.check_sets.examine_sets makes them, without child processes."""
    sets = {role: prepared(path, contract, scratch / f"{role}.npy") for role, path in folders.items()}
    compared = [pair for pair in COMPARED if pair[0] in sets and pair[1] in sets]
    digests = {role: [image.pixels_sha256 for image in done.images] for role, done in sets.items()}
    rows = find_copies({role: done.pixels_path for role, done in sets.items()}, compared, digests)
    copies = [
        Copy(
            first_role=row.first_role,
            first=sets[row.first_role].images[row.first].path,
            second_role=row.second_role,
            second=sets[row.second_role].images[row.second].path,
            mirrored=row.mirrored,
        )
        for row in rows
    ]
    read = {
        role: ImagesRead(images=done.images, problems=done.problems, ignored=done.ignored) for role, done in sets.items()
    }
    held = read.get("evaluation")
    found = {
        "calibration": check_calibration(
            read["calibration"], held, contract, labels, fine_tune=read.get("fine-tune"), copies=copies
        )
    }
    if held is not None:
        found["evaluation"] = check_evaluation(held, contract, labels, copies=copies)
    if "fine-tune" in read:
        found["fine-tune"] = check_fine_tune(read["fine-tune"], contract)
    return {role: {f.code: f for f in (*errors, *warnings)} for role, (errors, warnings) in found.items()}
