"""int8 and pruning on a pretrained ResNet8 and CIFAR-10 images: loss, agreement, MACs, bytes, latency ratio.

    python benchmarks/cifar10.py ASSETS [--epochs 5]

ASSETS is a folder with models/pretrainedResnet.h5 (MLPerf Tiny), labels.txt, calibration/ and evaluation/ (one folder
per class) and train4000.npz (x uint8 [n, 32, 32, 3], y). Two full builds: as given, and with 30 % of the MACs pruned
by channels and fine-tuned on the training images. Only paired differences are to be quoted: the evaluation images were
recompressed, which costs this model about ten points.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from espalier.build import build
from espalier.report.content import Report
from espalier.report.text import key_figures
from espalier.store import Store
from espalier.terminal import Progress

RECIPE = """
name = "resnet8"
[model]
path = "{assets}/models/pretrainedResnet.h5"
labels = "{assets}/labels.txt"
[input]
size = [32, 32]
[calibration]
images = "{assets}/calibration"
[evaluation]
images = "{assets}/evaluation"
{prune}
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""

PRUNE = """
[prune]
method = "channels"
amount = 0.3
[prune.fine-tune]
images = "train"
epochs = {epochs}
augment = {{ flip = "horizontal", shift = 0.1 }}
"""


def run(folder: Path, assets: Path, prune: str) -> Report:
    """Build into a scratch folder with a store of its own; the report."""
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(assets=assets, prune=prune))
    return build(recipe, folder / "dist", progress=Progress(), store=Store(folder / "store")).report


def main() -> None:
    """Build twice and print what each reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    arguments = parser.parse_args()
    assets = arguments.assets.resolve()
    names = (assets / "labels.txt").read_text().split()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = np.load(assets / "train4000.npz")
        for number, (pixels, label) in enumerate(zip(train["x"], train["y"], strict=True)):
            place = folder / "train" / names[int(label)]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(place / f"{number:04d}.png")
        for title, prune in (
            ("as given", ""),
            ("channels pruned by 30 %", PRUNE.format(epochs=arguments.epochs)),
        ):
            report = run(folder, assets, prune)
            print(f"\n{title}: {report.status}")
            for what, text in key_figures(report):
                print(f"  {what:<10} {text}")


if __name__ == "__main__":
    main()
