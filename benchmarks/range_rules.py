"""What each range rule of the ladder loses on MobileNetV2-like networks: ReLU6, linear bottlenecks, residuals.

    python benchmarks/range_rules.py [NAME ...] [--keep FOLDER]

Each network is trained here in one to three minutes on hard_nets.py's digits (24 x 24, colour, other originals for
training, calibration and evaluation), padded to 32 x 32: sides and channels then share factors, as at 128 and 224 pixels.
For each rule (extremes, least squared error, percentile, Kullback-Leibler), with biases corrected: points lost on 2,000
evaluation images with their 95 % interval, share of equal answers, error of the scores, and the tensor whose range was
narrowed most. `--keep` keeps the float files and does not train again what it finds.

The last line says whether any rule loses more than FAR points more than the extremes do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hard_nets import MEAN, SIDE, STD, HardNet, draw, train

from espalier.ladder.range_search import Method, sample_values, search_ranges
from espalier.quantizer.compare import float_answers, int8_answers, nearness
from espalier.quantizer.convert import convert_model
from espalier.quantizer.correct import correct_biases
from espalier.quantizer.head import enter_pixels
from espalier.quantizer.quantize import quantize_with
from espalier.quantizer.ranges import measure_ranges
from espalier.recipe import InputContract
from espalier.task.accuracy import compare

CONTRACT = InputContract(size=(SIDE, SIDE), mean=(MEAN,), std=(STD,))
METHODS: tuple[Method, ...] = ("minmax", "mse", "percentile", "kl")
FAR = 1.0
"""Points beyond what the extremes lose that a rule may lose: two standard errors of 2,000 images."""


def mobilenet(blocks: tuple[tuple[int, int, int], ...], stem: int, sparse: float = 0.0) -> Callable[[], Any]:
    """Inverted residuals (expansion, channels, stride) with batch normalisation, as keras.applications builds them.
    `sparse`: L1 penalty of what a ReLU6 gives, which makes most of it zero."""

    def build() -> Any:
        from keras import Model, regularizers
        from keras import layers as L

        def norm(x: Any, name: str) -> Any:
            return L.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)

        def clipped(x: Any) -> Any:
            return L.ReLU(6.0, activity_regularizer=regularizers.L1(sparse) if sparse else None)(x)

        inputs = L.Input((SIDE, SIDE, 3), name="image")
        x = L.ZeroPadding2D(4, name="pad")(inputs)
        x = clipped(norm(L.Conv2D(stem, 3, 1, "same", use_bias=False, name="stem")(x), "stem"))
        for number, (expansion, channels, stride) in enumerate(blocks):
            before, name = x, f"b{number}"
            wide = int(x.shape[-1]) * expansion
            x = clipped(norm(L.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand")(x), f"{name}_expand"))
            x = L.DepthwiseConv2D(3, stride, "same", use_bias=False, name=f"{name}_dw")(x)
            x = clipped(norm(x, f"{name}_dw"))
            x = norm(L.Conv2D(channels, 1, use_bias=False, name=f"{name}_project")(x), f"{name}_project")
            if stride == 1 and before.shape[-1] == channels:
                x = L.Add(name=f"{name}_add")([before, x])
        x = clipped(norm(L.Conv2D(160, 1, use_bias=False, name="top")(x), "top"))
        x = L.GlobalAveragePooling2D(name="pool")(x)
        return Model(inputs, L.Dense(10, activation="softmax", name="class")(x))

    return build


def uneven_bottlenecks(model: Any) -> None:
    """Linear bottlenecks without a residual behind them: two channels eight times as large, as their batch normalisation
    may leave them (it has no nonlinearity behind it)."""
    for number in (0, 1):
        first, second = model.get_layer(f"b{number}_project_bn"), model.get_layer(f"b{number + 1}_expand")
        factors = np.ones(int(first.output.shape[-1]))
        factors[[1, 3]] = 8.0
        gamma, beta, mean, variance = first.get_weights()
        first.set_weights([gamma * factors, beta * factors, mean, variance])
        kernel = second.get_weights()[0]
        second.set_weights([kernel / factors[None, None, :, None]])


SMALL = ((1, 16, 2), (6, 16, 1), (6, 24, 2), (6, 24, 1), (6, 32, 2))
NETS = (
    HardNet(name="v2", why="five blocks", build=mobilenet(SMALL, 16), epochs=4),
    HardNet(
        name="v2-sparse", why="most activations are zero", build=mobilenet(SMALL, 16, sparse=2e-6), epochs=6
    ),
    HardNet(
        name="v2-uneven",
        why="two channels of the bottlenecks eight times as large",
        build=mobilenet(((1, 16, 2), (6, 24, 1), (6, 32, 2), (6, 40, 2)), 16),
        harden=uneven_bottlenecks,
        epochs=4,
    ),
)


def float_file(net: HardNet, folder: Path) -> bytes:
    """The trained network as a float .tflite; made once per folder."""
    place = folder / f"{net.name}.tflite"
    if not place.exists():
        place.write_bytes(convert_model(train(net), CONTRACT).float_model)
    return place.read_bytes()


def measure(net: HardNet, folder: Path) -> float:
    """Print a line per rule; the points that the worst rule loses beyond the extremes."""
    entered = enter_pixels(float_file(net, folder), CONTRACT)
    calibration, _ = draw("calibration", 300)
    pixels, truth = draw("evaluation", 2000)
    wanted = float_answers(entered, pixels)
    before = wanted.values.argmax(axis=1)
    extremes = measure_ranges(entered.float_model, calibration, entered.feed)
    samples, lost = sample_values(entered, calibration, extremes), {}
    for method in METHODS:
        ranges = search_ranges(extremes, samples, method)
        data, _ = quantize_with(entered, ranges)
        data = correct_biases(data, entered, calibration[:64])
        after = int8_answers(data, pixels).values.argmax(axis=1)
        drop = compare(before, after, truth)
        narrowed = {
            name: (ranges[name][1] - ranges[name][0]) / max(high - low, 1e-12)
            for name, (low, high) in extremes.items()
        }
        name = min(narrowed, key=lambda one: narrowed[one])
        lost[method] = drop.points
        print(
            f"{net.name:<10} float {float((before == truth).mean()):.2%}  {method:<10} {drop.points:+6.2f} lost "
            f"({drop.low:+.2f} to {drop.high:+.2f})  same {float((before == after).mean()):.2%}  error "
            f"{nearness(data, pixels, wanted).error:.4f}  narrowest {narrowed[name]:.2f} ({name})",
            flush=True,
        )
    return max(lost.values()) - lost["minmax"]


def main() -> int:
    """Run; 0 when no rule destroys."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    chosen = [net for net in NETS if not arguments.names or net.name in arguments.names]
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        worst = max(measure(net, folder) for net in chosen)
    held = worst <= FAR
    print(
        f"{'holds' if held else 'FAILS'}   no rule loses more than {FAR:g} points more than the extremes ({worst:.2f})"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
