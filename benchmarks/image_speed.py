"""Preparing images against Pillow's own open, crop and resize, by turns in one process.

    python benchmarks/image_speed.py [--images 100] [--size 224] [--width 375 --height 300]

Preparing is all that `espalier` does with a file: reading, decoding, cropping and resizing by the integer contract, two
digests, the figures that the doctor judges by, and writing the .npy. Photos are made (smooth colours and noise, JPEG at
quality 90). CPU seconds, one thread.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from espalier.calibrate.contract import crop_region
from espalier.load import decode
from espalier.load.images import scan
from espalier.recipe import InputContract
from espalier.worker.allocator import keep_freed_memory

PILLOW = {
    "area": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
"""Pillow's filter nearest to each method."""

ROUNDS = 7


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


def with_pillow(paths: list[Path], size: int, method: str) -> None:
    """What a script does: open, the largest centred square, resize."""
    for path in paths:
        with Image.open(path) as image:
            top, left, rows, columns = crop_region(image.height, image.width, size, size)
            square = image.crop((left, top, left + columns, top + rows))
            np.asarray(square.resize((size, size), PILLOW[method]))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--width", type=int, default=375)
    parser.add_argument("--height", type=int, default=300)
    given = parser.parse_args()
    decode.THREADS = 1
    keep_freed_memory()  # As the images process does; Pillow's loop gains as much.
    with tempfile.TemporaryDirectory() as name:
        folder, random = Path(name) / "photos", np.random.default_rng(0)
        folder.mkdir()
        paths = [folder / f"{number:05}.jpg" for number in range(given.images)]
        for path in paths:
            photo(random, given.height, given.width).save(path, quality=90)
        images = scan(folder)
        for method in PILLOW:
            contract = InputContract(size=(given.size, given.size), resize=method, fit="crop")  # type: ignore[arg-type]
            ours, theirs = [], []
            plain = partial(with_pillow, paths, given.size, method)
            prepare = partial(decode.prepare_set, images.root, images.entries, contract, f"{name}/x.npy")
            for _ in range(ROUNDS):
                theirs.append(seconds(plain))
                ours.append(seconds(prepare))
            ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
            print(
                f"{method}: {min(ours) / len(paths) * 1e3:.2f} ms an image, Pillow {min(theirs) / len(paths) * 1e3:.2f} ms; "
                f"{min(ours) / min(theirs):.2f} x (median of {ROUNDS} rounds {ratio:.2f} x)",
                flush=True,
            )


if __name__ == "__main__":
    main()
