"""Faults planted into clean image sets: what each is, where, and which code must be said for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from image_sets import clouds, jpeg, save
from PIL import Image, ImageFilter


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def blur(root: Path) -> None:
    for name in ("dog/003.png", "fox/010.png"):
        path = root / "calibration" / name
        Image.open(path).filter(ImageFilter.GaussianBlur(2.5)).save(path)


def darken(root: Path) -> None:
    path = root / "calibration/cat/007.png"
    save(path, (read(path) * 0.12).astype(np.uint8))


def overexpose(root: Path) -> None:
    path = root / "evaluation/cat/007.png"
    save(path, np.clip(read(path).astype(int) + 190, 0, 255).astype(np.uint8))


def copy_exactly(root: Path) -> None:
    shutil.copy(root / "calibration/cat/001.png", root / "calibration/cat/copy.png")


def save_again(root: Path) -> None:
    save(root / "calibration/fox/again.jpg", read(root / "calibration/fox/002.png"), "JPEG", quality=80)


def leak(root: Path) -> None:
    for number in range(6):
        shutil.copy(root / f"calibration/dog/{number:03d}.png", root / f"evaluation/dog/leak{number}.png")


def leak_changed(root: Path) -> None:
    for number in range(3):
        image = jpeg(read(root / f"calibration/dog/{number:03d}.png"), 85)
        save(root / f"evaluation/dog/leak{number}.png", image[:, ::-1] if number == 1 else image)


def leak_training(root: Path) -> None:
    for number in range(7):
        shutil.copy(root / f"fine-tune/fox/{number:03d}.png", root / f"evaluation/fox/leak{number}.png")


def keep_one_class(root: Path) -> None:
    shutil.rmtree(root / "calibration/cat")
    shutil.rmtree(root / "calibration/dog")


def unbalance(root: Path) -> None:
    for path in sorted((root / "calibration/cat").iterdir())[4:]:
        path.unlink()


def drop_class(root: Path) -> None:
    shutil.rmtree(root / "evaluation/fox")


def paint(root: Path) -> None:
    save(root / "calibration/cat/000.png", np.full((40, 40, 3), 90, np.uint8))


def paint_all(root: Path) -> None:
    for path in sorted((root / "calibration").rglob("*.png")):
        save(path, np.full((40, 40, 3), 90, np.uint8))


def truncate(root: Path) -> None:
    path = root / "calibration/dog/005.png"
    path.write_bytes(path.read_bytes()[:600])


def turn(root: Path) -> None:
    path = root / "calibration/cat/000.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.open(path).save(root / "calibration/cat/000.jpg", quality=95, exif=exif)
    path.unlink()


def widen(root: Path) -> None:
    wide = (read(root / "calibration/cat/000.png")[:, :, 0].astype(np.uint16) << 8) + 7
    Image.fromarray(wide).save(root / "calibration/cat/000.png")


def gray(root: Path) -> None:
    Image.open(root / "calibration/cat/000.png").convert("L").save(root / "calibration/cat/000.png")


def contradict(root: Path) -> None:
    shutil.copy(root / "evaluation/cat/001.png", root / "evaluation/dog/mine.png")


def stretch(root: Path) -> None:
    save(root / "calibration/cat/000.png", clouds(np.random.default_rng(9), 30, 90))


def few(root: Path) -> None:
    for path in sorted((root / "calibration").rglob("*.png"))[::2]:
        path.unlink()


def tint(root: Path) -> None:
    for path in sorted((root / "evaluation").rglob("*.png")):
        save(path, np.clip(read(path) * np.array([1.25, 1.0, 0.7]), 0, 255).astype(np.uint8))


def dim_all(root: Path) -> None:
    for path in sorted((root / "calibration").rglob("*.png")):
        save(path, (read(path) * 0.55).astype(np.uint8))


def soften_all(root: Path) -> None:
    for path in sorted((root / "calibration").rglob("*.png")):
        Image.open(path).filter(ImageFilter.GaussianBlur(1.2)).save(path)


def photograph_otherwise(root: Path) -> None:
    (root / "calibration/cat/a.heic").write_bytes(b"\0\0\0\x18ftypheic")


FAULTS: tuple[tuple[Callable[[Path], None], str, str, str, str], ...] = (
    (blur, "calibration", "blurred", "warning", "dog/003.png"),
    (darken, "calibration", "exposure", "warning", "cat/007.png"),
    (overexpose, "evaluation", "exposure", "warning", "cat/007.png"),
    (copy_exactly, "calibration", "duplicate", "warning", "cat/copy.png"),
    (save_again, "calibration", "near-duplicate", "warning", "fox/again.jpg"),
    (leak, "calibration", "leakage", "error", "dog/leak0.png"),
    (leak_changed, "calibration", "near-leakage", "warning", "dog/leak1.png"),
    (leak_training, "calibration", "train-leakage", "error", "fox/leak6.png"),
    (keep_one_class, "calibration", "one-class", "warning", ""),
    (unbalance, "calibration", "imbalance", "warning", ""),
    (drop_class, "evaluation", "class-missing", "warning", ""),
    (paint, "calibration", "constant", "warning", "cat/000.png"),
    (paint_all, "calibration", "constant", "error", "fox/039.png"),
    (truncate, "calibration", "unreadable", "error", "dog/005.png"),
    (turn, "calibration", "exif-rotated", "warning", "cat/000.jpg"),
    (widen, "calibration", "16-bit", "warning", "cat/000.png"),
    (gray, "calibration", "mode", "warning", "cat/000.png"),
    (contradict, "evaluation", "contradiction", "warning", "dog/mine.png"),
    (stretch, "calibration", "aspect", "warning", "cat/000.png"),
    (few, "calibration", "few", "warning", ""),
    (tint, "calibration", "shift", "warning", ""),
    (dim_all, "calibration", "shift", "warning", ""),
    (soften_all, "calibration", "shift", "warning", ""),
    (photograph_otherwise, "calibration", "not-read", "warning", "cat/a.heic"),
)
ALSO: dict[str, set[str]] = {
    "contradict": {"duplicate"},
    "keep_one_class": {"few"},
    "unbalance": {"few"},
}
"""Codes that follow from the same fault."""
