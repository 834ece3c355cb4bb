"""Attacks on labels, recipe, targets and images."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import keras_files as k
import numpy as np
from attack import BUILD, Attack, attack
from PIL import Image

RECIPE = """\
name = "attacked"
version = "1.0.0"

[model]
path = "model.keras"
labels = "labels.txt"

[input]
size = [8, 8]
mean = [0.0]
std = [255.0]

[calibration]
images = "calibration"

[evaluation]
images = "evaluation"

[[deploy]]
target = "raspberry-pi-4"
"""

TARGET = """\
name = "board"
title = "A board"
kind = "camera"
architecture = "aarch64"
cpu = "cortex-a72"
bundle = "deb"
io-dtype = "uint8"

[[runtimes]]
name = "litert"
version = "2.3.0"
source = "the maker's page, 2026-05"
"""


def labels(data: bytes) -> Callable[[Path], object]:
    """The labels file holds these bytes."""
    return lambda folder: (folder / "labels.txt").write_bytes(data)


def recipe(old: str, new: str) -> Callable[[Path], object]:
    """The recipe with one text replaced."""

    def spoil(folder: Path) -> None:
        if old not in RECIPE:
            raise ValueError(f"{old!r} is not in the recipe")
        (folder / "recipe.toml").write_text(RECIPE.replace(old, new), encoding="utf-8")

    return spoil


def recipe_bytes(data: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / "recipe.toml").write_bytes(data)


def target(old: str, new: str) -> Callable[[Path], object]:
    """The recipe names a target file of its own, with one text replaced."""

    def spoil(folder: Path) -> None:
        if old not in TARGET:
            raise ValueError(f"{old!r} is not in the target")
        (folder / "board.toml").write_text(TARGET.replace(old, new))
        recipe("raspberry-pi-4", "board.toml")(folder)

    return spoil


def labels_folder(folder: Path) -> None:
    (folder / "labels.txt").unlink()
    (folder / "labels.txt").mkdir()


def recipe_folder(folder: Path) -> None:
    (folder / "recipe.toml").unlink()
    (folder / "recipe.toml").mkdir()


def gray_model(folder: Path) -> None:
    values = k.net_weights()
    values["layers/conv2d/vars/0"] = np.ones((3, 3, 1, 4), np.float32)
    k.write_keras(
        folder / "model.keras",
        k.functional(k.pixels((8, 8, 1)), k.conv(), k.pool(), k.dense()),
        k.hdf5(values),
    )


LABELS: tuple[Attack, ...] = (
    attack("labels-missing", lambda f: (f / "labels.txt").unlink(), "labels.txt"),
    attack("labels-folder", labels_folder, "folder"),
    attack("labels-empty", labels(b"\n\n"), "empty"),
    attack("labels-bom", labels(b"\xef\xbb\xbfant\nbee\ncat\n"), "byte order mark"),
    attack("labels-utf-16", labels("ant\nbee\ncat\n".encode("utf-16")), "utf-16"),
    attack("labels-latin-1", labels(b"ant\nb\xe9e\ncat\n"), "line 2", "utf-8"),
    attack("labels-blank-inside", labels(b"ant\n\nbee\ncat\n"), "line 2", "blank", "inside"),
    attack("labels-blank-at-end", labels(b"ant\nbee\ncat\n\n"), "blank", "at its end"),
    attack("labels-duplicate", labels(b"ant\nbee\nant\n"), "'ant'", "1, 3"),
    attack("labels-control", labels(b"ant\nb\x07ee\ncat\n"), "control", "u+0007"),
    attack("labels-bidi", labels("ant\nb\u202eee\ncat\n".encode()), "u+202e"),
    attack("labels-too-few", labels(b"ant\nbee\n"), "2 labels", "3 outputs"),
    attack("labels-background", labels(b"background\nant\nbee\ncat\n"), "4 labels", "background"),
    attack("labels-comma-separated", labels(b"ant, bee, cat\n"), "1 labels", "one label per line"),
    attack("labels-number-missing", labels(b"0 ant\n1 bee\n3 cat\n"), "2 is missing"),
    attack("labels-huge", labels(b"a\n" * (1 << 20)), "longer than"),
    attack("labels-long", labels(b"a" * 300 + b"\nbee\ncat\n"), "300 characters"),
)

RECIPES: tuple[Attack, ...] = (
    attack("recipe-missing", lambda f: (f / "recipe.toml").unlink(), "does not exist", exit_code=2),
    attack("recipe-folder", recipe_folder, "is a folder", exit_code=2),
    attack("recipe-unknown-key", recipe("labels =", "lables ="), "lables", "labels", exit_code=2),
    attack(
        "recipe-unknown-table", recipe("[evaluation]", "[evalution]"), "evalution", "evaluation", exit_code=2
    ),
    attack("recipe-wrong-type", recipe("[8, 8]", '"8x8"'), "size", exit_code=2),
    attack("recipe-no-name", recipe('name = "attacked"\n', ""), "name", exit_code=2),
    attack("recipe-name-is-a-path", recipe('"attacked"', '"../../evil"'), "`name`", exit_code=2),
    attack("recipe-no-deploy", recipe('[[deploy]]\ntarget = "raspberry-pi-4"\n', ""), "deploy", exit_code=2),
    attack("recipe-version", recipe('"1.0.0"', '"1.0; rm -rf /"'), "semantic version", exit_code=2),
    attack("recipe-size-zero", recipe("[8, 8]", "[0, 8]"), "input.size", exit_code=2),
    attack("recipe-size-huge", recipe("[8, 8]", "[100000, 100000]"), "input.size", exit_code=2),
    attack("recipe-std-zero", recipe("[255.0]", "[0.0]"), "input.std", exit_code=2),
    attack("recipe-mean-nan", recipe("[0.0]", "[nan]"), "input.mean", exit_code=2),
    attack(
        "recipe-same-target-twice",
        recipe("[[deploy]]", '[[deploy]]\ntarget = "raspberry-pi-4"\n[[deploy]]'),
        "once",
        exit_code=2,
    ),
    attack("recipe-not-toml", recipe_bytes(b"name = = 3"), "toml", exit_code=2),
    attack("recipe-not-utf-8", recipe_bytes(b"\xff\xfe\x00"), "utf-8", exit_code=2),
    attack("recipe-too-large", recipe_bytes(b"#" * (2 << 20)), "larger than", exit_code=2),
    attack("recipe-size-not-the-models", recipe("[8, 8]", "[9, 9]"), "8", exit_code=2, commands=("check",)),
    attack("recipe-color-not-the-models", gray_model, "gray", exit_code=2, commands=("check",)),
)

TARGETS: tuple[Attack, ...] = (
    attack(
        "target-unknown",
        recipe("raspberry-pi-4", "rasberry-pi-4"),
        "did you mean raspberry-pi-4",
        exit_code=2,
    ),
    attack(
        "target-missing-file", recipe("raspberry-pi-4", "boards/none.toml"), "does not exist", exit_code=2
    ),
    attack(
        "target-no-source",
        target('source = "the maker\'s page, 2026-05"', 'source = ""'),
        "no source",
        exit_code=2,
    ),
    attack("target-unknown-key", target("io-dtype", "io-dtipe"), "io-dtipe", "io-dtype", exit_code=2),
    attack("target-unknown-kind", target('"camera"', '"toaster"'), "kind", exit_code=2),
    attack(
        "target-number-without-source",
        target("[[runtimes]]", "[facts]\nram-bytes = 5\n[[runtimes]]"),
        "facts",
        exit_code=2,
    ),
    attack("target-not-toml", target("name =", "name"), "toml", exit_code=2),
)


def png(
    width: int = 8, height: int = 8, seed: int = 0, mode: str = "RGB", kind: str = "PNG", **options: object
) -> bytes:
    """A small picture of noise."""
    channels = {"RGB": 3, "L": 1}[mode]
    values = np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values.squeeze()).save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


def image(data: bytes, name: str = "calibration/ant/0.png") -> Callable[[Path], object]:
    """One picture of the project holds these bytes."""
    return lambda folder: (folder / name).write_bytes(data)


def no_images(folder: Path) -> None:
    for path in (folder / "calibration").rglob("*.png"):
        path.unlink()


def only_other_files(folder: Path) -> None:
    for path in list((folder / "calibration").rglob("*.png")):
        path.rename(path.with_suffix(".webm"))


def link_out(folder: Path) -> None:
    (folder / "calibration/ant/9.png").symlink_to("/etc/passwd")


def beside_and_inside(folder: Path) -> None:
    (folder / "calibration/9.png").write_bytes(png(seed=9))


def constant(folder: Path) -> None:
    for path in (folder / "calibration").rglob("*.png"):
        Image.new("RGB", (8, 8), (5, 5, 5)).save(path)


def copies(folder: Path) -> None:
    for path in (folder / "calibration/ant").glob("*.png"):
        path.write_bytes(png(seed=1))
    for path in (folder / "calibration/bee").glob("*.png"):
        path.write_bytes(png(seed=1))


def foreign_class(folder: Path) -> None:
    (folder / "evaluation/ant").rename(folder / "evaluation/aunt")


def csv(text: bytes) -> Callable[[Path], object]:
    """The evaluation set is a csv."""

    def spoil(folder: Path) -> None:
        (folder / "evaluation.csv").write_bytes(text)
        recipe('[evaluation]\nimages = "evaluation"', '[evaluation]\ncsv = "evaluation.csv"')(folder)

    return spoil


def too_large(folder: Path) -> None:
    with (folder / "calibration/ant/0.png").open("wb") as file:
        file.write(png())
        file.truncate(40 << 20)


def gif() -> bytes:
    frames = [Image.new("RGB", (8, 8), (n * 60, 0, 0)) for n in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'

IMAGES: tuple[Attack, ...] = (
    attack("images-folder-missing", recipe('"calibration"', '"nowhere"'), "nowhere"),
    attack("images-none", no_images, "no image"),
    attack("images-of-other-kinds", only_other_files, "no image", ".webm"),
    attack("images-link-out-of-folder", link_out, "leads out"),
    attack("images-beside-and-inside-classes", beside_and_inside, "beside"),
    attack("images-class-without-label", foreign_class, "aunt"),
    attack("images-csv-leaves-folder", csv(b"path,label\n../../etc/passwd,ant\n"), "outside"),
    attack("images-csv-absolute", csv(b"path,label\n/etc/passwd,ant\n"), "outside"),
    attack("images-csv-missing-image", csv(b"path,label\nevaluation/ant/77.png,ant\n"), "does not exist"),
    attack("images-csv-not-utf-8", csv(b"path,label\n\xff\xfe,ant\n"), "utf-8"),
    attack("images-csv-missing", recipe('images = "evaluation"', 'csv = "none.csv"'), "none.csv"),
    attack("images-truncated-png", image(png()[:60]), "0.png", "truncated", commands=BUILD),
    attack(
        "images-truncated-jpeg", image(png(64, 64, kind="JPEG")[:700]), "0.png", "truncated", commands=BUILD
    ),
    attack("images-empty-file", image(b""), "0.png", commands=BUILD),
    attack("images-text-renamed", image(b"not a picture at all"), "0.png", commands=BUILD),
    attack("images-gif-renamed", image(gif()), "0.png", "gif", commands=BUILD),
    attack("images-svg-renamed", image(SVG), "0.png", commands=BUILD),
    attack("images-pickle-renamed", image(b"\x80\x04cos\nsystem\n."), "0.png", commands=BUILD),
    attack("images-pixel-bomb", image(png_header(60_000, 60_000)), "0.png", "pixels", commands=BUILD),
    attack("images-side-bomb", image(png_header(30_000, 10)), "0.png", "pixels", commands=BUILD),
    attack("images-file-too-large", too_large, "0.png", commands=BUILD),
    attack("images-all-constant", constant, "single colour", commands=BUILD),
    attack("images-copies", copies, "repeated", commands=BUILD),
    attack(
        "images-broken-in-evaluation",
        image(b"\x89PNG\r\n\x1a\n", "evaluation/bee/1.png"),
        "1.png",
        commands=BUILD,
    ),
)
