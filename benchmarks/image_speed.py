"""Preparing images against Pillow's own open, crop and resize, by turns in one process.

    python benchmarks/image_speed.py [--images 60] [--size 224] [--sources 375x300 ...] [--colors rgb gray] [--rounds 7]
                                     [--smooth gaussian|median] [--balance per-image|min-max|equalize]

Preparing is all that `espalier` does with a file: reading, decoding, cropping and resizing by the integer contract, two
digests, the figures that the doctor judges by, and writing the .npy. Photos are made (smooth colours and noise, JPEG at
quality 90). CPU seconds, one thread. With `--smooth` or `--balance` ours does that, too; Pillow's loop does not.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from espalier.contract import crop_region
from espalier.load import decode
from espalier.load.images import scan
from espalier.recipe import InputContract
from espalier.worker.allocator import keep_freed_memory

PILLOW = {
    "nearest": Image.Resampling.NEAREST,
    "area": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
"""Pillow's filter nearest to each method."""

LIMIT = 2.0

SOURCES = ("375x300", "768x768", "1920x1080")


def photo(random: np.random.Generator, height: int, width: int) -> Image.Image:
    """Smooth colours with noise."""
    coarse = random.integers(0, 256, (height // 16 + 2, width // 16 + 2, 3)).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    return Image.fromarray(np.clip(smooth + random.integers(-6, 7, smooth.shape), 0, 255).astype(np.uint8))


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def with_pillow(paths: list[Path], size: int, method: str, color: str) -> None:
    """What a script does: open, the largest centred square, resize."""
    for path in paths:
        with Image.open(path) as image:
            top, left, rows, columns = crop_region(image.height, image.width, size, size)
            square = image.crop((left, top, left + columns, top + rows))
            if color == "gray":
                square = square.convert("L")
            np.asarray(square.resize((size, size), PILLOW[method]))


def compare(folder: Path, size: int, rounds: int, colors: list[str], retouch: dict[str, str]) -> float:
    """Print a row for each rule and colour; the largest ratio of medians."""
    images = scan(folder)
    paths = [folder / entry.path for entry in images.entries]
    worst = 0.0
    for color, method in itertools.product(colors, PILLOW):
        contract = msgspec.convert(
            {"size": [size, size], "resize": method, "fit": "crop", "color": color, **retouch}, InputContract
        )
        ours, theirs = [], []
        plain = partial(with_pillow, paths, size, method, color)
        made = Path(f"{folder}.npy")
        prepare = partial(decode.prepare_set, images.root, images.entries, contract, str(made))
        for _ in range(rounds):
            made.unlink(missing_ok=True)  # A build never writes over one; cutting off the last one's pages costs a tenth.
            theirs.append(seconds(plain))
            ours.append(seconds(prepare))
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        worst = max(worst, ratio)
        print(
            f"{folder.name} {color} {method}: {min(ours) / len(paths) * 1e3:.2f} ms an image, Pillow "
            f"{min(theirs) / len(paths) * 1e3:.2f} ms; {min(ours) / min(theirs):.2f} x "
            f"(median of {rounds} rounds {ratio:.2f} x)",
            flush=True,
        )
    return worst


def main() -> int:
    """Run and print; 1 when preparing takes over LIMIT times what Pillow takes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60, help="of the smallest size; fewer of larger ones")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--colors", nargs="+", choices=("rgb", "gray"), default=["rgb", "gray"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--smooth", choices=("none", "gaussian", "median"), default="none")
    parser.add_argument("--balance", choices=("none", "per-image", "min-max", "equalize"), default="none")
    given = parser.parse_args()
    decode.THREADS = 1
    keep_freed_memory()  # As the images process does; Pillow's loop gains as much.
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        random = np.random.default_rng(0)
        for source in given.sources:
            width, height = (int(side) for side in source.split("x"))
            folder = Path(name) / source
            folder.mkdir()
            for number in range(max(8, given.images * 375 * 300 // (width * height))):
                photo(random, height, width).save(folder / f"{number:05}.jpg", quality=90)
            retouch = {"smooth": given.smooth, "balance": given.balance}
            worst = max(worst, compare(folder, given.size, given.rounds, given.colors, retouch))
    print(f"largest ratio of medians: {worst:.2f} x")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
