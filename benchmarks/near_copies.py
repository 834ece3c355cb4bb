"""Near-copy search in a large set of a fixed camera, where every image is near to every other: memory and CPU.

    python benchmarks/near_copies.py [--images 100000] [--side 32]

Frames are one scene under changing light with a thing that moves and noise; every thousandth is an earlier one with
other noise, as a file that was saved again. Prints how many of those were found, the peak memory of the process and its
CPU seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from espalier.calibrate.copies import find_copies

BLOCK = 1_000


def write_frames(path: Path, count: int, side: int) -> tuple[list[str], int]:
    """A .npy of uint8 [count, side, side, 3]; the digest of each image and how many are copies."""
    random = np.random.default_rng(0)
    colours = Image.fromarray(random.integers(0, 256, (6, 6, 3)).astype(np.uint8))
    scene = np.asarray(colours.resize((side, side), Image.Resampling.BICUBIC)).astype(np.int16)
    digests: list[str] = []
    kept = np.zeros((side, side, 3), np.uint8)
    pixels = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(count, side, side, 3))
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        block = np.repeat(scene[None], size, axis=0)
        block += random.integers(-20, 21, (size, 1, 1, 1)).astype(np.int16)
        for frame in block:
            top, left = random.integers(0, side - side // 4, 2)
            frame[top : top + side // 4, left : left + side // 4] += random.integers(-90, 91, 3).astype(
                np.int16
            )
        block += random.integers(-4, 5, block.shape).astype(np.int16)
        frames = np.clip(block, 0, 255).astype(np.uint8)
        if start:
            frames[0] = np.clip(kept.astype(np.int16) + random.integers(-1, 2, kept.shape), 0, 255)
        kept = frames[size // 2].copy()
        pixels[start : start + size] = frames
        digests += [hashlib.sha256(frame.tobytes()).hexdigest() for frame in frames]
    pixels.flush()
    return digests, (count - 1) // BLOCK


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--side", type=int, default=32)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "frames.npy"
        digests, copies = write_frames(path, given.images, given.side)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        found = find_copies(
            {"calibration": str(path)}, [("calibration", "calibration")], {"calibration": digests}
        )
        print(
            f"{given.images:,} frames, {copies} saved again: {len(found)} pairs found in {time.process_time() - started:.1f} "
            f"CPU s; peak of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB "
            f"({before / 1024:,.0f} MB before)"
        )


if __name__ == "__main__":
    main()
