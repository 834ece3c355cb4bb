"""Large images and large sets: memory does not grow with either, and what does not fit is said before it is tried."""

from __future__ import annotations

import shutil
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from espalier.contract import prepare, resize
from espalier.errors import ImagesRefusedError
from espalier.limits import LIMITS
from espalier.load import decode
from espalier.load.images import scan
from espalier.load.looks import measure_looks
from espalier.load.pixel_file import PixelFile, check_room
from espalier.recipe import InputContract
from espalier.worker.client import Worker

SIDE = 160
IMAGE_BYTES = SIDE * SIDE * 3


def pictures(folder: Path, count: int, side: int = SIDE, *, seed: int = 0) -> Path:
    """`count` smooth pictures as PNG."""
    folder.mkdir()
    random = np.random.default_rng(seed)
    for number in range(count):
        coarse = random.integers(0, 256, (6, 6, 3)).astype(np.uint8)
        Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(folder / f"{number:04}.png")
    return folder


def peak_of_preparing(folder: Path, out: Path, side: int) -> int:
    """Bytes that Python and numpy held at most."""
    images = scan(folder)
    tracemalloc.start()
    try:
        decode.prepare_set(images.root, images.entries, InputContract(size=(side, side)), str(out))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("large_bytes", [0, 10**9])
def test_preparing_many_large_images_takes_the_memory_of_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large_bytes: int
) -> None:
    """300 images of 768 x 768 once ended a build: 256 of them were held at a time, and as float64 beside."""
    monkeypatch.setattr(decode, "LARGE_BYTES", large_bytes)
    monkeypatch.setattr(decode, "WAITING_BYTES", 4 * IMAGE_BYTES)
    monkeypatch.setattr(decode, "THREADS", 2)
    folder = pictures(tmp_path / "set", 32)
    assert peak_of_preparing(folder, tmp_path / "x.npy", SIDE) < 24 * IMAGE_BYTES


def test_threads_hold_no_more_source_pixels_than_allowed() -> None:
    room, held, most = decode._Room(10), 0, 0
    lock = threading.Lock()

    def work(pixels: int) -> None:
        nonlocal held, most
        with room.take(pixels):
            with lock:
                held += pixels
                most = max(most, held)
            time.sleep(0.002)
            with lock:
                held -= pixels

    threads = [threading.Thread(target=work, args=(pixels,)) for pixels in (4, 5, 4, 25, 3, 6, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 25, "an image over the limit goes alone, the others in twos and threes"


@pytest.mark.parametrize("strip", [1, 97, 1 << 18])
@pytest.mark.parametrize("method", ["bilinear", "bicubic", "area"])
def test_strips_of_any_width_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch, method: str, strip: int) -> None:
    random = np.random.default_rng(5)
    for rows, columns, height, width in ((60, 80, 22, 22), (9, 200, 31, 17), (200, 9, 17, 31), (5, 5, 40, 40)):
        image = random.integers(0, 256, (rows, columns, 3)).astype(np.uint8)
        whole = resize(image, height, width, method)
        monkeypatch.setattr("espalier.contract.STRIP", strip)
        assert np.array_equal(resize(image, height, width, method), whole)
        monkeypatch.undo()


def test_gray_and_transparent_images_are_converted_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(6)
    rgba = random.integers(0, 256, (50, 20, 4)).astype(np.uint8)
    colour = rgba[:, :, :3].astype(int)
    expected = (colour * rgba[:, :, 3:] + 127) // 255
    luma = (19595 * colour[:, :, 0] + 38470 * colour[:, :, 1] + 7471 * colour[:, :, 2] + 32768) >> 16
    for strip in (1, 200, 1 << 18):
        monkeypatch.setattr(decode, "STRIP", strip)
        monkeypatch.setattr("espalier.contract.STRIP", strip)
        assert (decode.to_rgb(Image.fromarray(rgba)) == expected).all()
        gray = prepare(rgba[:, :, :3], InputContract(size=(50, 20), color="gray"))
        assert (gray[:, :, 0] == luma).all()


@pytest.mark.parametrize(("height", "width", "channels"), [(40, 61, 3), (8, 8, 1), (7, 30, 3), (33, 16, 5), (1, 2, 3)])
def test_looks_are_the_textbook_figures_of_the_bytes(height: int, width: int, channels: int) -> None:
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, channels)).astype(np.uint8)
    looks = measure_looks(pixels)
    assert looks["mean"] == round(float(pixels.mean()), 3) and looks["std"] == round(float(pixels.std()), 3)
    assert looks["channels"] == tuple(round(float(value), 3) for value in pixels.mean(axis=(0, 1)))
    low, high = np.percentile(pixels, (1, 99))
    assert (looks["low"], looks["high"]) == (round(float(low), 2), round(float(high), 2))
    assert not looks["constant"] and measure_looks(pixels[:1, :1].repeat(9, axis=0).repeat(9, axis=1))["constant"]
    gray = pixels.mean(axis=2)

    def energy(plane: np.ndarray) -> float:
        inner = plane[1:-1, 1:-1]
        return float((plane[1:-1, :-2] + plane[1:-1, 2:] + plane[:-2, 1:-1] + plane[2:, 1:-1] - 4 * inner).var())

    if min(height, width) < 8:
        assert (looks["fine"], looks["coarse"]) == (0, 0)
        return
    half = gray[: height // 2 * 2, : width // 2 * 2].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    assert looks["fine"] == pytest.approx(np.log2((energy(gray) + 0.5) / (energy(half) + 0.5)), abs=6e-4)


def test_a_set_that_fills_the_disk_or_breaks_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """57,065 images of 224 x 224 once filled the largest file that a child may write, after minutes of work."""
    check_room(57_066, (224, 224, 3), tmp_path)
    with pytest.raises(ImagesRefusedError, match=r"300,000 images of 224 x 224 x 3 take 45\.2 GB as pixels") as caught:
        check_room(300_000, (224, 224, 3), tmp_path)
    assert "at most 34.4 GB" in caught.value.supported and "count" in caught.value.next_step
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (10, 10, 1_000_000))
    check_room(6, (224, 224, 3), tmp_path)
    with pytest.raises(ImagesRefusedError, match=r"7 images .* take 1\.1 MB .* 1\.0 MB free") as caught:
        check_room(7, (224, 224, 3), tmp_path)
    assert "TMPDIR" in caught.value.next_step


def test_the_images_process_may_write_what_the_limit_allows() -> None:
    with Worker("images") as worker:
        worker.wait_ready()
        limits = Path(f"/proc/{worker._process.pid}/limits").read_text()
    row = next(line for line in limits.splitlines() if line.startswith("Max file size"))
    assert int(row.split()[3]) >= LIMITS.prepared_bytes


@pytest.mark.parametrize("most", [1, 500, 10**6])
def test_a_pixel_file_is_read_some_images_at_a_time(tmp_path: Path, most: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (7, 4, 5, 3)).astype(np.uint8)
    np.save(tmp_path / "x.npy", pixels)
    file = PixelFile(str(tmp_path / "x.npy"))
    blocks = list(file.blocks(most))
    assert len(file) == 7 and np.array_equal(np.concatenate(blocks), pixels)
    assert max(block.nbytes for block in blocks) <= max(most, 60)
