"""int8 and pruning on a pretrained ResNet8 and CIFAR-10 images: loss, agreement, MACs, bytes, latency ratio.

    python benchmarks/cifar10.py ASSETS [--epochs 5] [--only as-given | limits | pruned]

ASSETS is a folder with models/pretrainedResnet.h5 (MLPerf Tiny), labels.txt, calibration/ and evaluation/ (one folder
per class) and train4000.npz (x uint8 [n, 32, 32, 3], y). Three full builds: as given; as given with the ladder's
limits at 0.2 points and 98 % of the float model's answers (the exit code says whether both hold); and with 30 % of the
MACs pruned by channels and fine-tuned on the training images. Only paired differences are to be quoted: the evaluation
images were recompressed, which costs this model about ten points.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from espalier.command.build import build
from espalier.report.text import key_figures
from espalier.rows import Report
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
{more}
[[deploy]]
target = "android-arm64"
[[deploy]]
target = "raspberry-pi-4"
[[deploy]]
target = "cortex-m4"
"""

LIMITS = """
[quantize]
max-accuracy-drop = {drop}
min-agreement = {agreement}
"""
DROP, AGREEMENT = 0.2, 0.98

PRUNE = """
[prune]
method = "channels"
amount = 0.3
[prune.fine-tune]
images = "train"
epochs = {epochs}
augment = {{ flip = "horizontal", shift = 0.1 }}
"""


def run(folder: Path, assets: Path, more: str) -> Report:
    """Build into a scratch folder with a store of its own; the report."""
    recipe = folder / "recipe.toml"
    recipe.write_text(RECIPE.format(assets=assets, more=more))
    return build(recipe, folder / "dist", progress=Progress(), store=Store(folder / "store")).report


def main() -> int:
    """Build and print what each build reached; 0 when the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assets", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--only", choices=("as-given", "limits", "pruned"))
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
        held = True
        for key, title, more in (
            ("as-given", "as given", ""),
            (
                "limits",
                f"the ladder's limits at {DROP} points and {AGREEMENT:.0%}",
                LIMITS.format(drop=DROP, agreement=AGREEMENT),
            ),
            ("pruned", "channels pruned by 30 %", PRUNE.format(epochs=arguments.epochs)),
        ):
            if arguments.only not in (None, key):
                continue
            report = run(folder, assets, more)
            print(f"\n{title}: {report.status}")
            for what, text in key_figures(report):
                print(f"  {what:<10} {text}")
            if key == "limits":
                held, said = verdict(report)
                print(said)
    return 0 if held else 1


def verdict(report: Report) -> tuple[bool, str]:
    """Whether both limits hold on the evaluation images, and with which step of the ladder."""
    accuracy, steps = report.accuracy, report.quantize.steps
    if accuracy is None:
        return False, "FAILS   no evaluation images"
    held = accuracy.drop_points <= DROP and accuracy.agreement >= AGREEMENT
    kept = next(step for step in steps if step.kept)
    return held, (
        f"{'holds' if held else 'FAILS':<7} {accuracy.drop_points:.2f} points lost (limit {DROP}), agreement "
        f"{accuracy.agreement:.2%} (limit {AGREEMENT:.0%}), {accuracy.n} images; kept step {steps.index(kept) + 1} of "
        f"{len(steps)}: {kept.name}; steps took {sum(step.seconds or 0.0 for step in steps):.1f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
