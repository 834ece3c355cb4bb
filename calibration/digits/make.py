"""Write scikit-learn's handwritten digits (UCI, 1,797 grey images of 8x8) as PNG folders: train, calibration, evaluation.

    python calibration/digits/make.py OUT

The split is by image number, so the three sets never share an image: number % 10 in 0..2 evaluation, 3..4 calibration,
5..9 train. Values 0..16 become round(v * 255 / 16).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

SPLIT = (
    "evaluation",
    "evaluation",
    "evaluation",
    "calibration",
    "calibration",
    "train",
    "train",
    "train",
    "train",
    "train",
)


def main(out: Path) -> None:
    """Write OUT/<split>/<digit>/<number>.png; existing files are replaced by the same bytes."""
    data = load_digits()
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)
    for number, (image, label) in enumerate(zip(pixels, data.target, strict=True)):
        folder = out / SPLIT[number % 10] / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{number:04d}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
