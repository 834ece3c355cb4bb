"""Removing channels without labels or training: accuracy before and after on the same images, as the build's `prune` does it.

    python benchmarks/prune_without_labels.py MODEL CALIBRATION EVALUATION [--std 1] [--amounts 0.3 0.5] [--multiple 8]

MODEL is a .keras or .h5 classifier, CALIBRATION a folder of images, EVALUATION one with a folder per class, in the order of
the outputs. Float models; the loss is paired, with its 95 % interval.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from espalier.contract import prepare
from espalier.load.keras_file import inspect_model
from espalier.load.keras_model import rebuild
from espalier.prune.channels import prune_channels
from espalier.recipe import InputContract
from espalier.statistics import drop_of


def read(folder: Path, contract: InputContract, mean: float, std: float) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Normalised images [n, h, w, c] and the place of their class folder among all of them."""
    places = {name: place for place, name in enumerate(sorted(path.name for path in folder.iterdir() if path.is_dir()))}
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    pixels = [prepare(np.asarray(Image.open(path).convert("RGB")), contract) for path in paths]
    truth = np.array([places.get(path.parent.name, -1) for path in paths], np.int64)
    return (np.stack(pixels).astype(np.float32) - mean) / std, truth


def main() -> None:
    """Print a row for each amount."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("calibration", type=Path)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--mean", type=float, default=0.0)
    parser.add_argument("--std", type=float, default=1.0)
    parser.add_argument("--labels", type=Path, help="one class folder's name per line, in the order of the outputs")
    parser.add_argument("--amounts", type=float, nargs="+", default=[0.3, 0.5])
    parser.add_argument("--multiple", type=int, default=8)
    given = parser.parse_args()
    model = rebuild(inspect_model(str(given.model)), given.model)
    height, width, channels = model.input_shape[1:]
    contract = InputContract(size=(height, width), color="gray" if channels == 1 else "rgb")
    calibration, _ = read(given.calibration, contract, given.mean, given.std)
    images, truth = read(given.evaluation, contract, given.mean, given.std)
    if given.labels:
        folders = sorted(path.name for path in given.evaluation.iterdir() if path.is_dir())
        order = given.labels.read_text().split()
        truth = np.array([order.index(folders[place]) for place in truth])

    def right(one: object) -> NDArray[np.bool_]:
        parts = [np.asarray(one(images[start : start + 256])) for start in range(0, len(images), 256)]  # type: ignore[operator]
        return np.asarray(np.concatenate(parts).argmax(axis=1) == truth)

    before = right(model)
    print(f"as given: {before.mean():.2%} of {len(images)} images")
    for amount in given.amounts:
        smaller, account = prune_channels(model, amount=amount, multiple=given.multiple, images=calibration[:512])
        drop = drop_of(before, right(smaller))
        print(
            f"{amount:.0%} of the MACs asked, {account['reached']:.1%} removed: {drop.points:.2f} points lost "
            f"(95 % {drop.low:.2f} to {drop.high:.2f})"
        )


if __name__ == "__main__":
    main()
