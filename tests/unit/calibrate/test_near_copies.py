"""Near-copy search: the same pairs whatever is computed at a time, and memory for the images, not for their pairs."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from espalier.calibrate import copies

Pixels = NDArray[np.uint8]


def found_in(folder: Path, *sets: Pixels) -> list[copies.Pair]:
    """Pairs within one set, or between two."""
    roles = dict(zip(("calibration", "evaluation"), sets, strict=False))
    for role, pixels in roles.items():
        np.save(folder / f"{role}.npy", pixels)
    digests = {role: [hashlib.sha256(image.tobytes()).hexdigest() for image in pixels] for role, pixels in roles.items()}
    names = list(roles)
    rows = copies.find_copies(
        {role: str(folder / f"{role}.npy") for role in names}, [(names[0], names[-1])], digests
    )
    return [(row.first, row.second, row.mirrored) for row in rows]


def pictures(count: int, side: int = 32, seed: int = 0) -> Pixels:
    """Unlike one another."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 6, 6, 3)).astype(np.uint8)
    return np.stack([np.asarray(Image.fromarray(c).resize((side, side), Image.Resampling.BICUBIC)) for c in coarse])


def again(pixels: Pixels, seed: int = 1) -> Pixels:
    """With a little noise, as a file that was saved again."""
    noise = np.random.default_rng(seed).integers(-2, 3, pixels.shape)
    return np.clip(pixels.astype(int) + noise, 0, 255).astype(np.uint8)


def frames(count: int, side: int = 24) -> Pixels:
    """Of a fixed camera: every one is near to every other, and none is a copy."""
    random = np.random.default_rng(3)
    scene = pictures(1, side, seed=4)[0].astype(int)
    block = np.repeat(scene[None], count, axis=0) + random.integers(-14, 15, (count, side, side, 3))
    return np.clip(block, 0, 255).astype(np.uint8)


def test_frames_of_a_fixed_camera_take_memory_for_the_images_and_not_for_their_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7,500 of them once ran out of 4 GB: each of n^2 / 2 pairs was a tuple before the first was left out."""
    pixels = frames(2_000)
    pixels[1_999] = again(pixels[3])
    np.save(tmp_path / "x.npy", pixels)
    digests = [str(number) for number in range(len(pixels))]
    monkeypatch.setattr(copies, "READ_BYTES", 1 << 20)
    tracemalloc.start()
    try:
        rows = copies.find_copies({"a": str(tmp_path / "x.npy")}, [("a", "a")], {"a": digests})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(row.first, row.second) for row in rows] == [(3, 1_999)]
    assert peak < 40e6, "two million pairs of Python's are 300 MB"


@pytest.mark.parametrize(("rows", "columns", "read"), [(1, 1, 1), (7, 11, 5_000), (64, 9, 1 << 24)])
def test_what_is_computed_at_a_time_changes_no_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, columns: int, read: int
) -> None:
    base = pictures(40)
    first = np.concatenate([base, again(base[:5]), base[7:9], np.zeros((2, 32, 32, 3), np.uint8)])
    second = np.concatenate([again(base[10:14], 2), pictures(30, seed=9), base[20:22, :, ::-1], base[30:31]])
    within, between = found_in(tmp_path, first), found_in(tmp_path, first, second)
    assert within == [(0, 40, False), (1, 41, False), (2, 42, False), (3, 43, False), (4, 44, False)]
    assert between == [
        *((10 + number, number, False) for number in range(4)),
        *((20 + number, 34 + number, True) for number in range(2)),
    ]
    monkeypatch.setattr(copies, "ROWS", rows)
    monkeypatch.setattr(copies, "COLUMNS", columns)
    monkeypatch.setattr(copies, "READ_BYTES", read)
    assert found_in(tmp_path, first) == within and found_in(tmp_path, first, second) == between


def test_what_is_usual_may_come_from_a_part_of_a_large_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.concatenate([pictures(60), again(pictures(60)[50:])])
    expected = [(50 + number, 60 + number, False) for number in range(10)]
    assert found_in(tmp_path, pixels) == expected
    monkeypatch.setattr(copies, "SAMPLED", 20)
    assert found_in(tmp_path, pixels) == expected


def test_the_last_images_of_a_set_are_compared_like_the_first(tmp_path: Path) -> None:
    """Beyond the 20,000th none was, and nothing said so."""
    few = np.random.default_rng(6).integers(0, 256, (20, 8, 8, 1)).astype(np.uint8)
    many = np.random.default_rng(5).integers(0, 256, (20_100, 8, 8, 1)).astype(np.uint8)
    many[20_099] = np.clip(few[7].astype(int) + 1, 0, 255)
    assert found_in(tmp_path, few, many) == [(7, 20_099, False)]


def test_equal_images_are_left_out_and_stand_for_one_another(tmp_path: Path) -> None:
    base = pictures(20)
    pixels = np.concatenate([base, base[:1], again(base[:1]), base[:1]])
    # 0, 20 and 22 are equal, 21 is a copy of each.
    assert found_in(tmp_path, pixels) == [(0, 21, False), (20, 21, False), (21, 22, False)]


def test_an_image_saved_many_times_names_a_few_of_its_copies_and_every_copy_is_named(tmp_path: Path) -> None:
    base = pictures(200)
    pixels = np.concatenate([base, *(again(base[:1], seed) for seed in range(60))])
    pairs = found_in(tmp_path, pixels)
    assert {second for _, second, _ in pairs} == set(range(200, 260))
    named = [sum(second == place for _, second, _ in pairs) for place in range(200, 260)]
    assert named == [min(number + 1, copies.PARTNERS) for number in range(60)]
