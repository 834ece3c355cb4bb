"""What removing half of the work of a network with slack costs and buys, without labels: pictures like traffic signs, made here.

    python benchmarks/prune_with_slack.py FOLDER [--amount 0.5] [--epochs 8] [--distill]

43 classes of 32 x 32 pixels, drawn with other sizes, places, tilts, light, blur and noise each; a network as people train for
GTSRB learns them (into FOLDER, used again by the next run). `espalier build` then makes it as given and with the amount of MACs
removed, by the calibration images alone (--distill: and by the training images without their labels), for a phone and a
Cortex-M4. Printed: points that the int8 file of the smaller network loses against the float network as given, paired over 2,150
images with the 95 % interval; latency of the int8 files by turns in one run on this machine; counted instructions.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

import espalier
from espalier.statistics import drop_of
from espalier.store import Store

SIDE, DRAWN = 32, 128
SETS = {"train": 150, "calibration": 12, "evaluation": 50}
"""Pictures of each class."""

RED, BLUE, WHITE, YELLOW, BLACK = (190, 30, 40), (30, 70, 170), (235, 235, 235), (235, 190, 40), (25, 25, 25)
Sign = tuple[str, tuple[int, int, int], tuple[int, int, int], str, tuple[int, int, int]]
"""Shape, border, fill, what is written on it, in which colour."""

SIGNS: tuple[Sign, ...] = (
    *(("round", RED, WHITE, text, BLACK) for text in ("20", "30", "50", "60", "70", "80", "100", "120", "3.5t", "><", "")),
    *(("round", BLACK, WHITE, text, BLACK) for text in ("/", "80", "//")),
    *(("round", WHITE, BLUE, text, WHITE) for text in ("<", ">", "^", "<^", "^>", "v", "O", "30")),
    *(("triangle", RED, WHITE, text, BLACK) for text in ("!", "<", ">", "S", "Z", "w", "A", "i", "*", "#", "%", "T", "o")),
    ("down", RED, WHITE, "", BLACK),
    ("diamond", WHITE, YELLOW, "", BLACK),
    ("octagon", WHITE, RED, "STOP", WHITE),
    ("round", RED, RED, "-", WHITE),
    *(("square", WHITE, BLUE, text, WHITE) for text in ("P", "H", "i", "^")),
)
CORNERS = {"triangle": (3, -90), "down": (3, 90), "diamond": (4, -45), "octagon": (8, 22.5), "square": (4, -90)}


def drawn(sign: Sign, rng: np.random.Generator) -> Image.Image:
    """One picture of a sign somewhere."""
    shape, border, fill, text, ink = sign
    low, high = sorted(rng.uniform(20, 220, 2))
    noise = rng.uniform(low, high, (5, 5, 3)).astype(np.uint8)
    picture = Image.fromarray(noise).resize((DRAWN, DRAWN), Image.Resampling.BICUBIC)
    plate = Image.new("RGBA", (DRAWN, DRAWN), (0, 0, 0, 0))
    draw, middle = ImageDraw.Draw(plate), DRAWN / 2
    for radius, colour in ((58, border), (46, fill)):
        if shape == "round":
            draw.ellipse([middle - radius, middle - radius, middle + radius, middle + radius], fill=colour)
        else:
            corners, turn = CORNERS[shape]
            draw.regular_polygon((middle, middle, radius), corners, rotation=turn + 90, fill=colour)
    if text:
        font = ImageFont.load_default({1: 58, 2: 46, 3: 34}.get(len(text), 26))
        draw.text((middle, middle), text, font=font, fill=ink, anchor="mm", stroke_width=2, stroke_fill=ink)
    scale, tilt = rng.uniform(0.65, 0.95), rng.uniform(-14, 14)
    side = int(DRAWN * scale)
    plate = plate.rotate(tilt, Image.Resampling.BICUBIC).resize((side, int(side * rng.uniform(0.85, 1.1))))
    room = [max(1, DRAWN - part) for part in plate.size]
    picture.paste(plate, (int(rng.uniform(0, room[0])), int(rng.uniform(0, room[1]))), plate)
    picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 2.5)))
    picture = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.35, 1.5))
    picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.4, 1.2))
    pixels = np.asarray(picture).astype(float) + rng.normal(0, rng.uniform(2, 14), (SIDE, SIDE, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def make_pictures(folder: Path) -> None:
    """FOLDER/<set>/<class>/<number>.png."""
    for place, (name, count) in enumerate(SETS.items()):
        for number, sign in enumerate(SIGNS):
            inside = folder / name / f"sign{number:02d}"
            inside.mkdir(parents=True, exist_ok=True)
            for image in range(count):
                drawn(sign, np.random.default_rng([place, number, image])).save(inside / f"{image:03d}.png")


def pictures(folder: Path) -> tuple[Any, Any]:
    """uint8 [n, 32, 32, 3] and class numbers."""
    paths = sorted(folder.rglob("*.png"))
    return np.stack([np.asarray(Image.open(path)) for path in paths]), np.array([int(p.parent.name[4:]) for p in paths])


def train(folder: Path, epochs: int) -> None:
    """A convolutional network with batch norms and two dense layers, as tutorials on GTSRB have it."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    images, classes = pictures(folder / "train")
    x = given = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 255)(x)
    for filters, pooled in ((32, True), (64, True), (96, False), (96, True)):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D()(x) if pooled else x
    x = layers.BatchNormalization()(layers.Dense(128, use_bias=False)(layers.Flatten()(x)))
    x = layers.Dropout(0.2)(layers.ReLU()(x))
    model = keras.Model(given, layers.Dense(len(SIGNS), activation="softmax")(x))
    steps = epochs * (len(images) // 64)
    rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images.astype(np.float32), classes, batch_size=64, epochs=epochs, verbose=2)
    model.save(folder / "model.keras")


def build(folder: Path, name: str, prune: str) -> dict[str, Any]:
    """The report of a build."""
    recipe = folder / f"{name}.toml"
    recipe.write_text(
        f'name = "{name}"\nversion = "1.0.0"\n[model]\npath = "model.keras"\n'
        f"[input]\nsize = [{SIDE}, {SIDE}]\nmean = [0.0]\nstd = [1.0]\n"
        '[calibration]\nimages = "calibration"\n[evaluation]\nimages = "evaluation"\n'
        f'{prune}[[deploy]]\ntarget = "android-arm64"\n[[deploy]]\ntarget = "cortex-m4"\n'
    )
    outcome = espalier.build(recipe, folder / "dist", store=Store(folder / "store"))
    return json.loads(outcome.report_json)  # type: ignore[no-any-return]


def right(folder: Path, name: str, kind: str) -> Any:
    """Which evaluation images a file of a build answers rightly."""
    from ai_edge_litert.interpreter import Interpreter

    reader = Interpreter(model_path=str(folder / "dist" / f"{name}-1.0.0" / "model" / f"{name}_{kind}.tflite"))
    reader.allocate_tensors()
    given, made = reader.get_input_details()[0], reader.get_output_details()[0]["index"]
    images, classes = pictures(folder / "evaluation")
    found = []
    for image in images:
        reader.set_tensor(given["index"], image[None].astype(given["dtype"]))
        reader.invoke()
        found.append(int(reader.get_tensor(made)[0].argmax()))
    return np.array(found) == classes


def instructions(report: dict[str, Any]) -> Iterator[int]:
    """Of the programs of a report."""

    def walk(value: Any) -> Iterator[int]:
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "instructions" and isinstance(inner, int):
                    yield inner
                else:
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    yield from walk(report)


def main() -> None:
    """Make, train, build, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--amount", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--distill", action="store_true")
    given = parser.parse_args()
    if not (given.folder / "evaluation").exists():
        make_pictures(given.folder)
    if not (given.folder / "model.keras").exists():
        train(given.folder, given.epochs)
    wish = f'[prune]\nmethod = "channels"\namount = {given.amount}\n'
    if given.distill:
        wish += '[prune.distill]\nimages = "train"\n'
    whole, less = build(given.folder, "given", ""), build(given.folder, "smaller", wish)
    before, float_, after = (
        right(given.folder, *which) for which in (("given", "float"), ("smaller", "float"), ("smaller", "uint8"))
    )
    prune, alone = less["prune"], right(given.folder, "given", "uint8")
    print(f"as given {before.mean():.2%}, int8 {alone.mean():.2%} of {len(before)} images")
    print(f"MACs {prune['macs_before']:,} -> {prune['macs_after']:,} (-{1 - prune['macs_after'] / prune['macs_before']:.1%})")
    for name, found in (("float", float_), ("int8", after)):
        drop = drop_of(before, found)
        print(
            f"smaller, {name}: {found.mean():.2%}, loses {drop.points:.2f} points against the float network as given "
            f"(95 % {drop.low:.2f} to {drop.high:.2f})"
        )
    if prune["latency_ratio"] is not None:
        print(f"int8 latency on this machine x{prune['latency_ratio']:.2f}")
    counts = [max(instructions(report)) for report in (whole, less)]
    print(f"Cortex-M4: {counts[0]:,} -> {counts[1]:,} instructions, x{counts[1] / counts[0]:.2f}")


if __name__ == "__main__":
    main()
