"""Planted faults of image sets are found, named and located; clean sets of ten kinds raise no alarm."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from image_sets import LABELS, clouds, examine_folders, jpeg, make_folder, save, shapes, stripes, thermal
from PIL import Image, ImageFilter

from espalier.recipe import InputContract

ROOT = Path(__file__).parents[3]
CONTRACT = InputContract(size=(32, 32))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("clean")
    for seed, (role, count) in enumerate({"calibration": 40, "evaluation": 30, "fine-tune": 30}.items()):
        make_folder(root / role, clouds, per_class=count, size=(40, 40), seed=seed)
    return root


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


@pytest.mark.parametrize(("plant", "role", "code", "severity", "file"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_planted_fault_is_found_and_nothing_else(
    plant: Callable[[Path], None], role: str, code: str, severity: str, file: str, clean: Path, tmp_path: Path
) -> None:
    root = tmp_path / "sets"
    shutil.copytree(clean, root)
    plant(root)
    roles = ("calibration", "evaluation", "fine-tune") if plant is leak_training else ("calibration", "evaluation")
    found = examine_folders({r: root / r for r in roles}, CONTRACT, LABELS, tmp_path)
    finding = found[role][code]
    assert finding.severity == severity
    assert file in finding.files or not file
    codes = {c for findings in found.values() for c in findings}
    assert codes - ALSO.get(plant.__name__, set()) == {code}, found


def digits(root: Path) -> InputContract:
    runpy.run_path(str(ROOT / "calibration/digits/make.py"))["main"](root)
    (root / "train").rename(root / "fine-tune")
    return InputContract(size=(16, 16), color="gray")


def parts(root: Path) -> InputContract:
    write = runpy.run_path(str(ROOT / "calibration/parts/make.py"))["write"]
    write(root, "calibration", 34, 1)
    write(root, "evaluation", 12, 2)
    return InputContract(size=(96, 96), resize="area", fit="crop")


def cifar(root: Path) -> InputContract:
    source = ROOT.parent / "shared/assets/cifar10"
    if not source.is_dir():
        pytest.skip("no ../shared/assets/cifar10 beside the repository")
    for role in ("calibration", "evaluation"):
        shutil.copytree(source / role, root / role, copy_function=shutil.copyfile)
    return CONTRACT


def generated(
    draw: Callable[[np.random.Generator, int, int], np.ndarray], drawn: tuple[int, int], **contract: object
) -> Callable[[Path], InputContract]:
    def make(root: Path) -> InputContract:
        suffix = ".jpg" if drawn[0] > 40 else ".png"
        for seed, (role, count) in enumerate({"calibration": 36, "evaluation": 40}.items()):
            make_folder(root / role, draw, per_class=count, size=drawn, seed=10 + seed, suffix=suffix)
        return InputContract(**({"size": (32, 32)} | contract))  # type: ignore[arg-type]

    return make


def smooth(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    return clouds(rng, height, width, slope=1.8, noise=1.0)


def rough(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    return clouds(rng, height, width, slope=0.7, noise=8.0)


CLEAN: dict[str, Callable[[Path], InputContract]] = {
    "digits": digits,
    "parts": parts,
    "cifar": cifar,
    "photos": generated(clouds, (40, 40)),
    "large photos": generated(clouds, (72, 96), size=(64, 64), fit="crop", resize="area"),
    "smooth photos": generated(smooth, (40, 40)),
    "rough photos": generated(rough, (40, 40), resize="nearest"),
    "shapes": generated(shapes, (40, 40)),
    "stripes": generated(stripes, (32, 32)),
    "thermal": generated(thermal, (40, 40), color="gray"),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_set_raises_no_alarm(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "sets"
    contract = CLEAN[kind](root)
    folders = {path.name: path for path in sorted(root.iterdir())}
    labels = tuple(sorted(path.name for path in folders["evaluation"].iterdir()))
    found = examine_folders(folders, contract, labels, tmp_path)
    assert {role: sorted(findings) for role, findings in found.items()} == {role: [] for role in folders}, found
